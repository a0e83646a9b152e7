"""Signatures against published vectors."""

from __future__ import annotations

import pytest

from kucoin.errors import NotConfigured
from kucoin.model.credentials import Credentials, Secret
from kucoin.rest.signing import Signer

TIMESTAMP_MS = 1_700_000_000_000
SPOT_ORDER = (
    '{"clientOid":"3f9a0c1e-7d2b-4c55-9e01-1a2b3c4d5e6f","side":"buy","symbol":"BTC-USDT","type":"limit",'
    '"price":"60000","size":"0.001","timeInForce":"GTC"}'
)
FUTURES_ORDER = (
    '{"clientOid":"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d","side":"buy","symbol":"XBTUSDTM","type":"limit","leverage":5,'
    '"marginMode":"ISOLATED","positionSide":"BOTH","price":"60000","size":1,"timeInForce":"GTC"}'
)
CLIENT_ORDER = "/api/v1/hf/orders/client-order/3f9a0c1e-7d2b-4c55-9e01-1a2b3c4d5e6f?symbol=BTC-USDT"
PLAIN_QUERY = "/api/v1/sub/api-key?apiKey=67b3&subName=test&passphrase=abc!@#11"


def credentials(**replaced: str) -> Credentials:
    """The published key, or one with a string replaced."""
    strings = {"key": "practice-key-0001", "secret": "practice-secret-0001", "passphrase": "practice-passphrase"}
    return Credentials(**{name: Secret(text) for name, text in (strings | replaced).items()})


@pytest.mark.parametrize(
    ("method", "path", "body", "signature"),
    [
        ("GET", "/api/v1/timestamp", "", "bheSYL75BhPsOoYQVgTIRbe0wOGrI7bLMl2xHNbDatg="),
        ("GET", "/api/v1/accounts", "", "A6Z7xxD5dyQciwgLLOV+yEt3BQxaKke0GEbtWNtcqdQ="),
        ("GET", "/api/v1/accounts?currency=USDT&type=trade", "", "dNAMkWY0muNw6/kwkdebk/MhXze2L0AJcYBWtuhJjB8="),
        ("GET", "/api/v1/trade-fees?symbols=BTC-USDT,ETH-USDT", "", "YpTxWowcdxRFbkDZcfnm6Gi7MFZ9Ny6GyEXfSCXKluo="),
        ("DELETE", CLIENT_ORDER, "", "OeHDoIyePXkKHOvdEzF7B+UQjSptYXHImNtYLKD0ffI="),
        ("POST", "/api/v1/bullet-private", "", "FeZDRqeWABEya85+QDTcOndqrfqHbHttvem/xFRvqH8="),
        ("GET", PLAIN_QUERY, "", "3iJXeLJzx3gIZT+A6YdEkCAEeds0Ew/meXF9BvkFcAA="),
        ("POST", "/api/v1/hf/orders", SPOT_ORDER, "pyoOg0ltnD0rx8Md4o2Cb2dsEaVoB0ZWIXHDv7ho2l0="),
        ("POST", "/api/v1/orders", FUTURES_ORDER, "4PRosEqIp3BcDyidvnAvJT9E8x/4k52Sislglfzv76o="),
    ],
)
def test_a_request_is_signed_as_published(method: str, path: str, body: str, signature: str) -> None:
    """Every vector gives its signature, the query signed as plain text."""
    headers = Signer(credentials()).headers(timestamp_ms=TIMESTAMP_MS, method=method, path=path, body=body)
    assert headers["KC-API-SIGN"] == signature


def test_the_other_headers_name_the_key() -> None:
    """Key, the very timestamp that was signed, the signed passphrase, the version."""
    headers = Signer(credentials()).headers(timestamp_ms=TIMESTAMP_MS, method="GET", path="/api/v1/accounts")
    assert headers == {
        "KC-API-KEY": "practice-key-0001",
        "KC-API-SIGN": "A6Z7xxD5dyQciwgLLOV+yEt3BQxaKke0GEbtWNtcqdQ=",
        "KC-API-TIMESTAMP": "1700000000000",
        "KC-API-PASSPHRASE": "bfdJlAfPRrmu9r3PWHhRjJcDVw2z3cqtWjLGbyTtycA=",
        "KC-API-KEY-VERSION": "3",
    }


@pytest.mark.parametrize("which", ["key", "secret", "passphrase"])
@pytest.mark.parametrize("wrong", ["", "canary\r\nX-Evil: 1", "canary\x00", "canary\udcff"])
def test_a_string_that_no_key_has_is_refused_unquoted(which: str, wrong: str) -> None:
    """A line break would end up in an error of a library; ours names the string, not what it holds."""
    with pytest.raises(NotConfigured, match=which) as refused:
        Signer(credentials(**{which: wrong}))
    assert "canary" not in str(refused.value)


def test_a_passphrase_outside_ascii_is_signed() -> None:
    """People choose their passphrase; it goes out only as a signature."""
    headers = Signer(credentials(passphrase="größer 大")).headers(timestamp_ms=1, method="GET", path="/")
    assert headers["KC-API-PASSPHRASE"].isascii()


def test_a_signer_does_not_show_its_strings() -> None:
    """Neither the key nor the secret is in its repr."""
    assert "practice" not in repr(Signer(credentials()))
