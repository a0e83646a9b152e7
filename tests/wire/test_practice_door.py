"""The practice exchange's door over real sockets: keys, permissions, quotas, paths and bodies as KuCoin treats them."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.conftest import Practice, fetch, signature

ACCOUNTS = "/api/v1/accounts"


def test_each_wrong_credential_has_its_code(practice: Practice) -> None:
    """Key, secret, passphrase, clock, address: status and code as KuCoin's."""
    stale = str(int(time.time() * 1000) - 6_000)
    found = {
        "header": practice.get(ACCOUNTS, KC_API_SIGN=None),
        "key": practice.get(ACCOUNTS, KC_API_KEY="practice-key-9999"),
        "secret": practice.send("GET", ACCOUNTS, KC_API_SIGN=signature("wrong", "x"), KC_API_PASSPHRASE="wrong"),
        "passphrase": practice.get(ACCOUNTS, KC_API_PASSPHRASE="wrong"),
        "clock": practice.get(ACCOUNTS, KC_API_TIMESTAMP=stale),
        "address": practice.get(ACCOUNTS, key="elsewhere"),
        "version": practice.get(ACCOUNTS, KC_API_KEY_VERSION="9"),
    }
    assert {name: (answer.status, answer.code) for name, answer in found.items()} == {
        "header": (400, "400001"),
        "key": (401, "400003"),
        "secret": (401, "400005"),
        "passphrase": (401, "400004"),
        "clock": (401, "400002"),
        "address": (403, "400006"),
        "version": (400, "400009"),
    }


def test_the_key_without_version_sends_its_passphrase_plain(practice: Practice) -> None:
    """As older clients do; partner headers, right or wrong, change nothing."""
    answer = practice.get(
        ACCOUNTS,
        KC_API_KEY_VERSION=None,
        KC_API_PASSPHRASE="practice-passphrase",
        KC_API_PARTNER="x",
        KC_API_PARTNER_SIGN="y",
    )
    assert answer.data


@pytest.mark.parametrize("path", ["/api/v1/timestamp", "/api/v1/market/allTickers", "/api/v2/symbols"])
def test_public_paths_ignore_the_headers(practice: Practice, path: str) -> None:
    """Right, wrong or half a set."""
    assert practice.public(path).data
    assert practice.get(path, KC_API_SIGN="wrong", KC_API_TIMESTAMP=None).data


def test_a_query_is_signed_unencoded_and_may_travel_encoded(practice: Practice) -> None:
    """A comma that was percent-encoded on the way is a comma in the signature."""
    plain, sent = "/api/v1/trade-fees?symbols=BTC-USDT,ETH-USDT", "/api/v1/trade-fees?symbols=BTC-USDT%2CETH-USDT"
    stamp = str(int(time.time() * 1000))
    headers = {
        "KC-API-KEY": practice.key,
        "KC-API-SIGN": signature(practice.secret, f"{stamp}GET{plain}"),
        "KC-API-TIMESTAMP": stamp,
        "KC-API-PASSPHRASE": signature(practice.secret, practice.passphrase),
        "KC-API-KEY-VERSION": "2",
    }
    rows = fetch("GET", practice.spot + sent, headers).data
    assert [row["symbol"] for row in rows] == ["BTC-USDT", "ETH-USDT"]


@pytest.mark.parametrize(
    ("key", "path", "futures", "allowed"),
    [
        ("general", ACCOUNTS, False, True),
        ("general", "/api/v1/account-overview?currency=USDT", True, False),
        ("readonly", "/api/v1/account-overview?currency=USDT", True, True),
        ("readonly", "/api/v3/margin/borrow?currency=USDT", False, False),
        ("readonly", "/api/v1/hf/orders/active/symbols", False, False),
        ("general", "/api/v1/positions", True, True),
    ],
)
def test_a_key_may_do_what_it_was_given(practice: Practice, key: str, path: str, futures: bool, allowed: bool) -> None:
    """400007 where the permission is missing."""
    answer = practice.get(path, futures=futures, key=key)
    assert (answer.status, answer.code) == ((200, "200000") if allowed else (403, "400007"))


@pytest.mark.parametrize(
    ("key", "permission", "addresses"),
    [
        ("0001", "General,Spot,Margin,Futures,InnerTransfer", "127.0.0.1"),
        ("withdraw", "General,Spot,Margin,Futures,Transfer", "127.0.0.1"),
        ("open", "General,Spot,Margin,Futures", ""),
    ],
)
def test_a_key_says_what_it_may(practice: Practice, key: str, permission: str, addresses: str) -> None:
    """The states that a dashboard must tell apart can all be tried."""
    found = practice.get("/api/v1/user/api-key", key=key).data
    assert (found["permission"], found["ipWhitelist"], found["isMaster"]) == (permission, addresses, True)


def test_other_users_own_other_things(practice: Practice) -> None:
    """An empty account, a unified one, one in hedge mode, and nobody sees anybody else's."""
    assert practice.get(ACCOUNTS, key="empty").data == []
    assert practice.get("/api/v1/positions", futures=True, key="empty").data == []
    assert practice.get("/api/ua/v1/account/mode", key="unified").data["selfAccountMode"] == "UNIFIED"
    assert practice.get("/api/ua/v1/account/mode").data["selfAccountMode"] == "CLASSIC"
    assert practice.get("/api/v2/position/getPositionMode", futures=True, key="second").data == {"positionMode": 1}
    sides = {row["positionSide"] for row in practice.get("/api/v1/positions", futures=True, key="second").data}
    assert sides == {"LONG", "SHORT"}
    assert {row["positionSide"] for row in practice.get("/api/v1/positions", futures=True).data} == {"BOTH"}


def test_unknown_paths_and_methods(practice: Practice) -> None:
    """404 in KuCoin's words; a path of the other host, a withdrawn one, a slash too many; 405 for a wrong method."""
    for path in ("/api/v9/nothing", "/api/v1/contracts/active", "/api/v1/orders", "/api/v1/sub/user", ACCOUNTS + "/"):
        answer = practice.get(path)
        assert (answer.status, answer.code, answer.body["msg"]) == (404, "404", "Not Found"), path
    assert practice.send("DELETE", ACCOUNTS).status == 405


def test_a_post_without_a_body_may_call_itself_anything(practice: Practice) -> None:
    """415000 only where a body came that is not JSON."""
    bullet = "/api/v1/bullet-private"
    found = practice.send("POST", bullet, Content_Type="application/octet-stream").data
    assert found["instanceServers"][0]["endpoint"] == practice.spot.replace("http", "ws") + "/"
    assert found["instanceServers"][0]["pingInterval"] == 18000
    refused = practice.send("POST", bullet, body="a=1", Content_Type="application/x-www-form-urlencoded")
    assert (refused.status, refused.code) == (415, "415000")
    assert practice.send("POST", "/api/v1/bullet-public", futures=True).data["token"] != found["token"]


def test_quotas_are_told_and_kept(new_practice: Callable[..., Practice]) -> None:
    """Weights are subtracted, an empty pool answers 429 with its headers, other pools go on."""
    exchange = new_practice()
    first = exchange.get("/api/v1/user/api-key")
    second = exchange.get("/api/v1/user/api-key")
    assert first.headers["gw-ratelimit-limit"] == "2000"
    assert int(first.headers["gw-ratelimit-remaining"]) - int(second.headers["gw-ratelimit-remaining"]) == 20
    assert 0 < int(second.headers["gw-ratelimit-reset"]) <= 30_000
    for _ in range(98):
        answer = exchange.get("/api/v1/user/api-key")
    assert answer.headers["gw-ratelimit-remaining"] == "0"
    refused = exchange.get("/api/v1/user/api-key")
    assert (refused.status, refused.code) == (429, "429000")
    assert refused.headers["gw-ratelimit-remaining"] == "0"
    assert int(refused.headers["gw-ratelimit-reset"]) > 0
    assert exchange.get("/api/v1/base-fee").status == 200
    assert exchange.get(ACCOUNTS, key="second").status == 200
    assert exchange.get("/api/v1/positions", futures=True).headers["gw-ratelimit-remaining"] == "1998"


def test_the_time_costs_nothing_to_tell(practice: Practice) -> None:
    """No quota headers on the timestamp, the public pool of each host on the rest."""
    answer = practice.public("/api/v1/timestamp")
    assert "gw-ratelimit-limit" not in answer.headers
    assert abs(answer.data - time.time() * 1000) < 2_000
    assert practice.public("/api/v1/status", futures=True).headers["gw-ratelimit-limit"] == "2000"
