"""Where a socket may be opened."""

from __future__ import annotations

import pytest

from kucoin.errors import StreamError
from kucoin.stream.hosts import admit


@pytest.mark.parametrize("host", ["ws-api-spot.kucoin.com", "ws-api-futures.kucoin.com"])
def test_kucoins_socket_hosts_are_admitted_by_tls(host: str) -> None:
    """The endpoints that KuCoin names today."""
    assert admit(f"wss://{host}/", practice=False) == (host, 443, True, "/")


def test_practice_is_loopback() -> None:
    """The practice exchange's own endpoint."""
    assert admit("ws://127.0.0.1:8610/", practice=True) == ("127.0.0.1", 8610, False, "/")


@pytest.mark.parametrize("practice", [True, False])
@pytest.mark.parametrize(
    "endpoint",
    [
        "ws://ws-api-spot.kucoin.com/",
        "wss://ws-api-spot.kucoin.com:8443/",
        "wss://ws-api-spot.kucoin.com.example/",
        "wss://example.com/",
        "wss://user@ws-api-spot.kucoin.com/",
        "wss://ws-api-spot.kucoin.com/?a=b",
        "wss://127.0.0.1:8610/",
        "ws://localhost:8610/",
        "ws://127.0.0.1/",
        "ws://10.0.0.1:80/",
        "ws://[::1]:8610/",
        "http://127.0.0.1:8610/",
        "ws://127.0.0.1:x/",
        "",
    ],
)
def test_anything_else_is_refused(endpoint: str, practice: bool) -> None:
    """Whatever a reply says, nothing is dialled outside the fence."""
    with pytest.raises(StreamError, match=r"is no (socket|address) of"):
        admit(endpoint, practice=practice)


@pytest.mark.parametrize(
    ("endpoint", "practice"), [("ws://127.0.0.1:8610/", False), ("wss://ws-api-spot.kucoin.com/", True)]
)
def test_the_two_sides_do_not_mix(endpoint: str, practice: bool) -> None:
    """Practice never dials KuCoin, live never loopback."""
    with pytest.raises(StreamError):
        admit(endpoint, practice=practice)
