"""The practice exchange's door, without a network: signatures as KuCoin publishes them, and each refusal's code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kucoin.practice.auth import identify
from kucoin.practice.wire import Refusal

NOW = 1_700_000_000_000
PASSPHRASE = "bfdJlAfPRrmu9r3PWHhRjJcDVw2z3cqtWjLGbyTtycA="
ACCOUNTS = "A6Z7xxD5dyQciwgLLOV+yEt3BQxaKke0GEbtWNtcqdQ="
Headers = dict[str, str]


def headers(signature: str = ACCOUNTS) -> Headers:
    """A right set of headers for the published key."""
    return {
        "kc-api-key": "practice-key-0001",
        "kc-api-sign": signature,
        "kc-api-timestamp": str(NOW),
        "kc-api-passphrase": PASSPHRASE,
        "kc-api-key-version": "3",
    }


def knock(
    given: Headers,
    *,
    method: str = "GET",
    path: str = "/api/v1/accounts",
    query: bytes = b"",
    body: bytes = b"",
    address: str = "127.0.0.1",
    now: int = NOW,
) -> str:
    """Return who comes in, or the code of the refusal."""
    try:
        return identify(given, method=method, path=path, query=query, body=body, address=address, now_ms=now).user
    except Refusal as refusal:
        return refusal.code


SPOT_ORDER = (
    b'{"clientOid":"3f9a0c1e-7d2b-4c55-9e01-1a2b3c4d5e6f","side":"buy","symbol":"BTC-USDT","type":"limit",'
    b'"price":"60000","size":"0.001","timeInForce":"GTC"}'
)
CLIENT_OID = "/api/v1/hf/orders/client-order/3f9a0c1e-7d2b-4c55-9e01-1a2b3c4d5e6f"


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "signature"),
    [
        ("GET", "/api/v1/timestamp", b"", b"", "bheSYL75BhPsOoYQVgTIRbe0wOGrI7bLMl2xHNbDatg="),
        ("GET", "/api/v1/accounts", b"", b"", ACCOUNTS),
        ("GET", "/api/v1/accounts", b"currency=USDT&type=trade", b"", "dNAMkWY0muNw6/kwkdebk/MhXze2L0AJcYBWtuhJjB8="),
        (
            "GET",
            "/api/v1/trade-fees",
            b"symbols=BTC-USDT,ETH-USDT",
            b"",
            "YpTxWowcdxRFbkDZcfnm6Gi7MFZ9Ny6GyEXfSCXKluo=",
        ),
        (
            "GET",
            "/api/v1/trade-fees",
            b"symbols=BTC-USDT%2CETH-USDT",
            b"",
            "YpTxWowcdxRFbkDZcfnm6Gi7MFZ9Ny6GyEXfSCXKluo=",
        ),
        ("DELETE", CLIENT_OID, b"symbol=BTC-USDT", b"", "OeHDoIyePXkKHOvdEzF7B+UQjSptYXHImNtYLKD0ffI="),
        ("POST", "/api/v1/bullet-private", b"", b"", "FeZDRqeWABEya85+QDTcOndqrfqHbHttvem/xFRvqH8="),
        (
            "GET",
            "/api/v1/sub/api-key",
            b"apiKey=67b3&subName=test&passphrase=abc%21%40%2311",
            b"",
            "3iJXeLJzx3gIZT+A6YdEkCAEeds0Ew/meXF9BvkFcAA=",
        ),
        ("POST", "/api/v1/hf/orders", b"", SPOT_ORDER, "pyoOg0ltnD0rx8Md4o2Cb2dsEaVoB0ZWIXHDv7ho2l0="),
    ],
)
def test_published_signatures_open_the_door(method: str, path: str, query: bytes, body: bytes, signature: str) -> None:
    """Over the bytes received, the query percent-decoded."""
    assert knock(headers(signature), method=method, path=path, query=query, body=body) == "main"
    assert knock(headers(signature), method=method, path=path, query=query, body=body + b" ") == "400005"


def test_the_order_of_the_query_counts() -> None:
    """A query is signed as it is sent, not as a set of parameters."""
    signature = "dNAMkWY0muNw6/kwkdebk/MhXze2L0AJcYBWtuhJjB8="
    assert knock(headers(signature), query=b"type=trade&currency=USDT") == "400005"


@pytest.mark.parametrize("name", ["kc-api-key", "kc-api-sign", "kc-api-timestamp", "kc-api-passphrase"])
def test_a_missing_header_is_named_so(name: str) -> None:
    """400001, whichever of the four is missing or empty."""
    given = headers()
    assert knock(given | {name: ""}) == "400001"
    del given[name]
    assert knock(given) == "400001"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kc-api-key": "practice-key-9999"}, "400003"),
        ({"kc-api-passphrase": "practice-passphrase"}, "400004"),  # plain, though version 3 says signed
        ({"kc-api-passphrase": "AAAA"}, "400004"),
        ({"kc-api-passphrase": "ü"}, "400004"),
        ({"kc-api-sign": "AAAA"}, "400005"),
        ({"kc-api-timestamp": "1700000000"}, "400002"),
        ({"kc-api-timestamp": "now"}, "400002"),
        ({"kc-api-timestamp": "-1"}, "400002"),
        ({"kc-api-key-version": "4"}, "400009"),
        ({"kc-api-key-version": "x"}, "400009"),
    ],
)
def test_each_fault_has_its_code(change: Headers, code: str) -> None:
    """What is wrong is told by the code, as far as KuCoin tells."""
    assert knock(headers() | change) == code


@pytest.mark.parametrize(("off", "answer"), [(5000, "main"), (-5000, "main"), (5001, "400002"), (-5001, "400002")])
def test_the_clock_may_be_five_seconds_off(off: int, answer: str) -> None:
    """Five seconds exactly still pass, either way."""
    assert knock(headers(), now=NOW + off) == answer


def _version(name: str | None) -> Callable[[Headers], Headers]:
    def change(given: Headers) -> Headers:
        rest = {key: value for key, value in given.items() if key != "kc-api-key-version"}
        return rest if name is None else rest | {"kc-api-key-version": name}

    return change


@pytest.mark.parametrize(
    ("version", "passphrase", "answer"),
    [
        ("3", PASSPHRASE, "main"),
        ("2", PASSPHRASE, "main"),
        (None, "practice-passphrase", "main"),
        ("1", "practice-passphrase", "main"),
        (None, PASSPHRASE, "400004"),
        ("2", "practice-passphrase", "400004"),
    ],
)
def test_the_published_key_works_in_three_forms(version: str | None, passphrase: str, answer: str) -> None:
    """Versions 3 and 2 sign the passphrase; no version, or 1, sends it plain."""
    assert knock(_version(version)(headers()) | {"kc-api-passphrase": passphrase}) == answer


def test_an_address_that_is_not_listed_is_refused() -> None:
    """400006 names the address."""
    assert knock(headers(), address="203.0.113.9") == "400006"
    with pytest.raises(Refusal, match=r"203\.0\.113\.9"):
        identify(
            headers(), method="GET", path="/api/v1/accounts", query=b"", body=b"", address="203.0.113.9", now_ms=NOW
        )
