"""The practice exchange's control: faults as they arrive on the line, the clock, the true state, and who may ask."""

from __future__ import annotations

import http.client
import json
import socket
import time
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from tests.conftest import Practice, fetch

PATH = "/api/v2/symbols/BTC-USDT"


def raw(practice: Practice, path: str = PATH) -> bytes:
    """Send a GET and return every byte of the answer until the line ends."""
    parts = urlsplit(practice.spot)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        found = b""
        while piece := line.recv(65536):
            found += piece
        return found


def test_a_lost_answer_is_a_cut_line(practice: Practice) -> None:
    """The request counted, the line ends without a byte."""
    before = practice.state()["requests"].get(f"spot GET {PATH}", 0)
    practice.faults({"name": "lose_answer", "path": PATH, "times": 1})
    assert raw(practice) == b""
    assert practice.state()["requests"][f"spot GET {PATH}"] == before + 1
    assert practice.public(PATH).data


def test_a_late_answer_is_late(practice: Practice) -> None:
    """And only that one: others are answered meanwhile."""
    practice.faults({"name": "late_answer", "seconds": 0.4, "path": PATH})
    began = time.monotonic()
    assert practice.public(PATH).data
    assert time.monotonic() - began >= 0.4


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"name": "refuse_5xx"}, 503, "500000"),
        ({"name": "accept_then_5xx", "status": 504}, 504, "500000"),
        ({"name": "http_429", "reset_ms": 777}, 429, "429000"),
        ({"name": "http_429_bare"}, 429, "429000"),
        ({"name": "gone"}, 404, "404"),
    ],
)
def test_a_fault_answers_as_it_should(practice: Practice, fault: dict[str, object], status: int, code: str) -> None:
    """Status and code; the quota headers only where they belong."""
    practice.faults({**fault, "path": PATH, "times": 1})
    answer = practice.public(PATH)
    assert (answer.status, answer.code) == (status, code)
    if fault["name"] == "http_429":
        assert answer.headers["gw-ratelimit-reset"] == "777"
    if fault["name"] == "http_429_bare":
        assert "gw-ratelimit-reset" not in answer.headers
    assert practice.public(PATH).data


def test_a_cdn_page_is_html(practice: Practice) -> None:
    """From in front of the exchange, with any status."""
    practice.faults({"name": "cdn_page", "status": 520, "path": PATH, "times": 1})
    answer = practice.public(PATH)
    assert answer.status == 520
    assert answer.body.startswith("<!DOCTYPE html>")


def test_a_redirect_is_sent(practice: Practice) -> None:
    """To wherever it is told; a client must not follow it."""
    practice.faults({"name": "redirect", "location": "http://127.0.0.1:9/elsewhere", "path": PATH})
    assert b"302" in raw(practice).split(b"\r\n")[0]
    assert b"location: http://127.0.0.1:9/elsewhere" in raw(practice)


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("empty", b""),
        ("data_null", b'{"code":"200000","data":null}'),
        ("data_list", b'{"code":"200000","data":[]}'),
        ("no_data", b'{"code":"200000"}'),
    ],
)
def test_a_bad_body_is_sent_whole(practice: Practice, kind: str, seen: bytes) -> None:
    """With the length that it has."""
    practice.faults({"name": "bad_body", "kind": kind, "path": PATH, "times": 1})
    assert raw(practice).partition(b"\r\n\r\n")[2] == seen


def test_a_wrong_length_leaves_the_reader_waiting(practice: Practice) -> None:
    """More is promised than comes, then the line ends."""
    practice.faults({"name": "bad_body", "kind": "wrong_length", "path": PATH, "times": 1})
    line = http.client.HTTPConnection(urlsplit(practice.spot).netloc, timeout=5)
    line.request("GET", PATH)
    with pytest.raises(http.client.IncompleteRead):
        line.getresponse().read()
    line.close()


def test_a_renamed_field_is_renamed(practice: Practice) -> None:
    """What an API change looks like."""
    practice.faults({"name": "renamed_field", "field": "priceIncrement", "path": PATH, "times": 1})
    found = practice.public(PATH).data
    assert "priceIncrement" not in found
    assert found["priceIncrementNew"] == "0.1"


def test_a_skewed_clock_refuses_and_tells_the_false_time(practice: Practice) -> None:
    """A client that asks for the time can find out."""
    practice.faults({"name": "skew", "seconds": 30})
    assert practice.get("/api/v1/accounts").code == "400002"
    told = practice.public("/api/v1/timestamp").data
    assert 28_000 < told - time.time() * 1000 < 32_000
    answer = practice.get("/api/v1/accounts", KC_API_TIMESTAMP=None)
    assert answer.code == "400001"
    practice.clear_faults()
    assert practice.get("/api/v1/accounts").code == "200000"


def test_prices_stand_still_on_demand(practice: Practice) -> None:
    """With the market frozen every answer agrees with the true state, and signatures still pass."""
    practice.clock(rate=0)
    state = practice.state()
    tickers = practice.public("/api/v1/market/allTickers").data["ticker"]
    assert {row["symbol"]: row["last"] for row in tickers} == state["last"]
    marks = {row["symbol"]: row["markPrice"] for row in practice.public("/api/v1/contracts/active", futures=True).data}
    assert {symbol: Decimal(str(mark)) for symbol, mark in marks.items()} == {
        symbol: Decimal(mark) for symbol, mark in state["marks"].items()
    }
    assert practice.get("/api/v1/accounts").data
    practice.clock(offset=0)
    assert practice.state()["rate"] == 1


def test_requests_are_counted_by_path(practice: Practice) -> None:
    """So that a test can see how many a client sent; looking at the state does not count."""
    before = practice.state()["requests"].get("futures GET /api/v1/positions", 0)
    for _ in range(3):
        practice.get("/api/v1/positions", futures=True)
    assert practice.state()["requests"]["futures GET /api/v1/positions"] == before + 3


ORDER = json.dumps(
    {"clientOid": "rests-1", "symbol": "BTC-USDT", "side": "buy", "type": "limit", "price": "1", "size": "1"}
)
CONTRACT = json.dumps(
    {
        "clientOid": "rests-2",
        "symbol": "XBTUSDTM",
        "side": "buy",
        "type": "limit",
        "price": "1",
        "size": 1,
        "leverage": 1,
    }
)


def maintain(practice: Practice, **wanted: object) -> object:
    """Close or open it, or announce something."""
    answer = fetch("POST", f"{practice.spot}/_practice/maintenance", {}, json.dumps(wanted))
    assert answer.status == 200, answer.body
    return answer.body


def test_it_closes_as_kucoin_does(practice: Practice) -> None:
    """The status says so, orders and then cancels are refused in each market's words, and what is read goes on."""

    def said() -> list[str]:
        tries = [
            ("POST", "/api/v1/hf/orders", ORDER, False),
            ("DELETE", "/api/v1/hf/orders/1?symbol=BTC-USDT", "", False),
            ("POST", "/api/v3/hf/margin/order", ORDER, False),
            ("POST", "/api/v1/orders", CONTRACT, True),
            ("DELETE", "/api/v1/orders/1", "", True),
        ]
        refused = {"200001", "200002", "126004", "126007", "300002"}
        found = [practice.send(method, path, body=body, futures=futures).code for method, path, body, futures in tries]
        return sorted(refused.intersection(found))

    try:
        maintain(practice, state="cancelonly", host="spot", message="Upgrade until 03:00 UTC")
        assert practice.public("/api/v1/status").data == {"status": "cancelonly", "msg": "Upgrade until 03:00 UTC"}
        assert practice.public("/api/v1/status", futures=True).data["status"] == "open"
        assert said() == ["126004", "200001"]
        maintain(practice, state="close")
        assert practice.public("/api/v1/status", futures=True).data["status"] == "close"
        assert said() == ["126004", "200001", "200002", "300002"]
        assert practice.get("/api/v1/accounts").data
    finally:
        maintain(practice, state="open")
    assert practice.public("/api/v1/status").data == {"status": "open", "msg": ""}
    url = f"{practice.spot}/_practice/maintenance"
    assert fetch("POST", url, {}, json.dumps({"state": "asleep"})).status == 400


def test_it_announces_what_it_is_told_to(practice: Practice) -> None:
    """First in the list of all, and in that of its kind alone; taken back with the faults."""
    maintain(practice, announce={"title": "Upgrade", "text": "Soon."})
    path = "/api/v3/announcements?annType="
    (first, *_) = practice.public(f"{path}latest-announcements").data["items"]
    assert (first["annTitle"], first["annDesc"]) == ("Practice exchange: Upgrade", "Soon.")
    assert first["annType"] == ["latest-announcements", "maintenance-updates"]
    assert [each["annId"] for each in practice.public(f"{path}maintenance-updates").data["items"]] == [first["annId"]]
    practice.clear_faults()
    assert practice.public(f"{path}maintenance-updates").data["items"] == []


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost:8501"}, {"Host": "evil.example:80"}])
@pytest.mark.parametrize(
    ("method", "name"),
    [("GET", "state"), *(("POST", name) for name in ("reset", "faults", "clock", "maintenance"))],
)
def test_pages_cannot_reach_the_control(practice: Practice, headers: dict[str, str], method: str, name: str) -> None:
    """Not from a page's script, not by a name that was pointed here."""
    assert fetch(method, f"{practice.spot}/_practice/{name}", headers).status == 403


def test_control_is_on_the_spot_port_alone(practice: Practice) -> None:
    """The futures port does not know it."""
    assert fetch("GET", f"{practice.futures}/_practice/state", {}).status == 404


def test_nonsense_is_refused(practice: Practice) -> None:
    """A misspelt fault or a body that is no object is an error, not silence."""
    url = f"{practice.spot}/_practice/faults"
    assert fetch("POST", url, {}, json.dumps({"set": [{"name": "lose_anser"}]})).status == 400
    assert fetch("POST", url, {}, "[1]").status == 400
