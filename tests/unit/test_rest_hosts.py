"""The fence around the network."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from kucoin.errors import InvalidRequest
from kucoin.rest import hosts
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.hosts import Hosts
from kucoin.rest.limits import Pool

FUTURES = "https://api-futures.kucoin.com"
HOSTILE = [
    "http://api.kucoin.com",
    "https://api.kucoin.com/",
    "https://api.kucoin.com.",
    "https://API.KUCOIN.COM",
    "HTTPS://api.kucoin.com",
    "https://api.kucoin.com:443",
    "https://api.kucoin.com:8443",
    "https://api.kucoin.com@evil.example",
    "https://evil.example@api.kucoin.com",
    "https://user:pass@api.kucoin.com",
    "https://api.kucoin.com.evil.example",
    "https://evil.example/api.kucoin.com",
    "https://evil.example?https://api.kucoin.com",
    "https://evil.example#https://api.kucoin.com",
    "https://evil.example\\@api.kucoin.com",
    "https://api.kucoin.com\\.evil.example",
    "https://api.kucoin.com%2eevil.example",
    "https://api.kucoin.com\n",
    "https://api.kucoin.com\r\nHost: evil.example",
    " https://api.kucoin.com",
    "https:// api.kucoin.com",
    "https:api.kucoin.com",
    "https:/api.kucoin.com",
    "//api.kucoin.com",
    "api.kucoin.com",
    "ftp://api.kucoin.com",
    "file:///etc/passwd",
    "https://api.kucоin.com",  # a Cyrillic o
    "https://xn--api.kucin.com-mvg",
    "https://sandbox.kucoin.com",
    "https://openapi-sandbox.kucoin.com",
    "https://kucoin.com",
    "https://api-broker.kucoin.com",
    "https://203.0.113.7",
    "http://localhost:8610",
    "http://127.0.0.1",
    "http://127.0.0.1:0",
    "http://127.0.0.1:65536",
    "http://127.0.0.1:08610",
    "http://127.0.0.1:8610@evil.example",
    "http://127.0.0.1:8610/",
    "http://127.0.0.1.evil.example:8610",
    "http://127.1:8610",
    "http://2130706433:8610",
    "http://0x7f000001:8610",
    "http://0177.0.0.1:8610",
    "http://0.0.0.0:8610",
    "http://[::1]:8610",
    "http://[::ffff:127.0.0.1]:8610",
    "http://10.0.0.5:8610",
    "https://127.0.0.1:8610",
    "http://127.0.0.1:٨٦١٠",
    "",
]


@pytest.fixture(autouse=True)
def _no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test at the first attempt to resolve a name or connect."""

    def refuse(*args: object, **named: object) -> None:
        pytest.fail(f"an attempt to connect: {args}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("base", HOSTILE)
def test_no_other_spelling_passes_the_fence(base: str) -> None:
    """Fifty ways to write another host, or a known one otherwise, are refused on both markets."""
    with pytest.raises(InvalidRequest):
        Hosts(base, FUTURES)
    with pytest.raises(InvalidRequest):
        Hosts("https://api.kucoin.com", base)
    with pytest.raises(InvalidRequest):
        replace(hosts.practice(8610, 8611), spot_base=base)


def test_live_and_practice_hosts_do_not_mix() -> None:
    """One foot in each would send practice keys to KuCoin, or real ones to the practice exchange."""
    with pytest.raises(InvalidRequest):
        Hosts("http://127.0.0.1:8610", FUTURES)
    with pytest.raises(InvalidRequest):
        Hosts("https://api.kucoin.com", "http://127.0.0.1:8611")
    with pytest.raises(InvalidRequest):
        Hosts("http://127.0.0.1:8610", None)


@pytest.mark.parametrize(
    ("site", "spot", "futures", "headers"),
    [
        ("global", "https://api.kucoin.com", FUTURES, {}),
        ("eu", "https://api.kucoin.eu", None, {}),
        ("au", "https://api.kucoin.com", FUTURES, {"X-SITE-TYPE": "australia"}),
    ],
)
def test_each_site_has_its_hosts(site: str, spot: str, futures: str | None, headers: dict[str, str]) -> None:
    """Europe has no futures; Australia is the global site with a header."""
    found = hosts.live(site)
    assert (found.spot_base, found.futures_base, dict(found.headers)) == (spot, futures, headers)


def test_an_unknown_site_is_named() -> None:
    """The refusal says what was asked for and what there is."""
    with pytest.raises(InvalidRequest, match=r"'mars'.*global, eu, au"):
        hosts.live("mars")


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_out_of_range_is_refused(port: int) -> None:
    """Only 1 to 65535 can be listened on."""
    with pytest.raises(InvalidRequest):
        hosts.practice(port, 8611)


@pytest.mark.parametrize("path", ["@evil.example/", ".evil.example/api/", "api/v1/x", "//evil.example", ":80/api/"])
def test_an_endpoint_cannot_change_the_host(path: str) -> None:
    """A path is joined to a base address, so it must begin where a path begins."""
    with pytest.raises(ValueError, match="does not start with /api/"):
        Endpoint("GET", path, pool=Pool.SPOT, weight=1, private=False)
