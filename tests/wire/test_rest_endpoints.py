"""Every endpoint method against whole payloads, and against the same payloads spoilt in every way."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from kucoin.errors import KucoinError, NotFound, OutcomeUnknown
from kucoin.model.account import AccountMode
from kucoin.model.market import ServiceState
from kucoin.model.page import Page
from kucoin.rest.client import Exchange
from kucoin.rest.line import Timeouts
from tests.rest_calls import CALLS, CANARY, newcomer, payload
from tests.rest_payloads import PAYLOADS

PLENTY = {"gw_ratelimit_limit": "9999999", "gw_ratelimit_remaining": "9999999", "gw_ratelimit_reset": "30000"}
every_payload = pytest.mark.parametrize("name", CALLS)


@pytest.fixture
def exchange(scripted: Any) -> Iterator[Exchange]:
    """A client of the scripted server with a canary for a key."""
    exchange = Exchange(scripted.hosts, CANARY)
    yield exchange
    exchange.close()


def test_every_payload_has_its_call() -> None:
    """And every call its payload."""
    assert {path.stem for path in PAYLOADS.glob("*.json")} == {asked.payload for asked in CALLS.values()}


@every_payload
def test_a_call_asks_one_thing_once(name: str, scripted: Any, exchange: Exchange) -> None:
    """One request, with this path, query and body, signed where it is private; the time of a stamp apart."""
    asked = CALLS[name]
    scripted.say(scripted.http(payload(name)))
    asked.call(exchange)
    (request,) = scripted.received
    body = re.sub(r'"clientTimestamp":\d{13}\b', '"clientTimestamp":0', request.body.decode())
    assert (request.method, request.target, body) == (asked.method, asked.target, asked.body)
    assert ("kc-api-sign" in request.headers) == asked.private


BAD_BODIES: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n",
    "a word": b"OK",
    "null": b"null",
    "a list": b"[]",
    "no code": b'{"data":[]}',
    "success without data": b'{"code":"200000"}',
    "data null": b'{"code":"200000","data":null}',
    "data a list of nothing": b'{"code":"200000","data":[null]}',
    "data a list of numbers": b'{"code":"200000","data":[1]}',
    "data a list of texts": b'{"code":"200000","data":["a","b"]}',
    "data false": b'{"code":"200000","data":false}',
    "data zero": b'{"code":"200000","data":0}',
    "data text": b'{"code":"200000","data":"1"}',
    "data NaN": b'{"code":"200000","data":NaN}',
    "not UTF-8": b'{"code":"200000","data":"\xff\xfe"}',
    "nested without end": b'{"code":"200000","data":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}",
    "page": b"<html><body>Attention Required!</body></html>",
    "page of a megabyte": b"<html>" + b"x" * 1_000_000,
}


# Bodies that are bad elsewhere, and what they mean here.
GOOD_HERE: dict[tuple[str, str], Any] = {
    ("spot dead man", "success without data"): None,
    ("spot dead man", "data null"): None,
    ("remove margin", "data zero"): Decimal(0),
    ("remove margin", "data text"): Decimal(1),
    ("most removable margin", "data zero"): Decimal(0),
    ("most removable margin", "data text"): Decimal(1),
}


@every_payload
def test_a_bad_body_is_a_typed_error(name: str, scripted: Any) -> None:
    """No zero, no empty list, nothing uncaught, and nothing asked or sent again."""
    for kind, body in BAD_BODIES.items():
        scripted.say(scripted.http(body))
        with newcomer(scripted) as exchange:
            if (name, kind) in GOOD_HERE:
                assert CALLS[name].call(exchange) == GOOD_HERE[name, kind]
            else:
                with pytest.raises(OutcomeUnknown, match="/api/"):
                    CALLS[name].call(exchange)
        assert len(scripted.received) == 1, kind


# Data that says "there is nothing" in the shape it has when there is something.
NOTHING = {
    **dict.fromkeys(["spot-symbols", "spot-currencies", "spot-trades", "futures-trades", "futures-contracts"], ()),
    **dict.fromkeys(["spot-accounts", "futures-positions", "positions of one contract"], ()),
    **dict.fromkeys(["spot trade fees", "stops by client id"], ()),
    **dict.fromkeys(["margin open", "futures recent done", "futures recent fills", "risk tiers", "funding rates"], ()),
    **dict.fromkeys(["ledger of spot", "ledger of margin"], Page((), None)),
}


@every_payload
@pytest.mark.parametrize("data", ["[]", "{}"])
def test_empty_data_is_nothing_only_where_a_list_belongs(
    name: str, data: str, scripted: Any, exchange: Exchange
) -> None:
    """An empty list of accounts is an answer, an account without figures is none."""
    call = CALLS[name].call
    scripted.say(scripted.http(f'{{"code":"200000","data":{data}}}'))
    if name.endswith("klines") and data == "[]":
        assert len(call(exchange)) == 0
    elif name == "spot-prices" and data == "{}":
        assert call(exchange) == {}
    elif name == "spot dead man" and data == "{}":
        assert call(exchange) is None
    elif name.endswith("status") and data == "{}":
        assert call(exchange).state is ServiceState.UNKNOWN
    elif name in NOTHING and data == "[]":
        assert call(exchange) == NOTHING[name]
    else:
        with pytest.raises(OutcomeUnknown):
            call(exchange)


@every_payload
def test_a_truncated_body_is_a_typed_error(name: str, scripted: Any) -> None:
    """Cut by the server, or by the line in the middle of what its length announced."""
    body = payload(name).rstrip()
    for cut in (0.1, 0.5, 0.99):
        short = body[: int(len(body) * cut)]
        hang_up = scripted.http(short, Content_Length=str(len(body)), Connection="close")
        scripted.say(scripted.http(short), hang_up)
        with newcomer(scripted) as exchange:
            for _ in range(2):
                with pytest.raises(OutcomeUnknown):
                    CALLS[name].call(exchange)
        assert len(scripted.received) == 2, cut


@pytest.mark.parametrize("name", ["spot-accounts", "futures-contracts"])
def test_a_body_that_stops_half_way_ends_in_time(name: str, scripted: Any) -> None:
    """Shorter than announced, then silence: the read timeout ends it, and it is not asked again."""
    scripted.say(scripted.http(payload(name), Content_Length="999999"))
    exchange = Exchange(scripted.hosts, CANARY, timeouts=Timeouts(read=0.5))
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="did not end in time"):
        CALLS[name].call(exchange)
    assert time.monotonic() - began < 0.5 + 1
    assert len(scripted.received) == 1
    exchange.close()


@every_payload
@pytest.mark.parametrize("broken", [False, True])
def test_a_packed_body_is_unpacked(name: str, broken: bool, scripted: Any, exchange: Exchange) -> None:
    """gzip as the headers say; if it is none, a typed error."""
    packed = gzip.compress(payload(name))
    scripted.say(scripted.http(packed[: len(packed) // 2] if broken else packed, Content_Encoding="gzip"))
    if broken:
        with pytest.raises(OutcomeUnknown):
            CALLS[name].call(exchange)
    else:
        CALLS[name].call(exchange)
    assert scripted.received[0].headers["accept-encoding"] == "gzip"


@every_payload
def test_nothing_found_is_said(name: str, scripted: Any, exchange: Exchange) -> None:
    """A success with a sentence in place of data."""
    scripted.say(scripted.http('{"code":"200000","msg":"There is none"}'))
    if name == "account-mode":
        assert CALLS[name].call(exchange) is AccountMode.CLASSIC
    elif CALLS[name].method == "GET":
        with pytest.raises(NotFound, match="There is none"):
            CALLS[name].call(exchange)
    else:  # a success proves no refusal
        with pytest.raises(OutcomeUnknown):
            CALLS[name].call(exchange)


def page(number: int, pages: int) -> str:
    """One page of sub-accounts with a single one on it."""
    kinds = {"mainAccounts": [], "tradeAccounts": [], "marginAccounts": []}
    item = {"subUserId": f"id{number}", "subName": f"sub{number}", **kinds}
    return json.dumps({"code": "200000", "data": {"currentPage": number, "totalPage": pages, "items": [item]}})


def test_sub_accounts_are_read_to_the_last_page(scripted: Any, exchange: Exchange) -> None:
    """Each page once, in order."""
    scripted.say(*(scripted.http(page(number, 3), **PLENTY) for number in (1, 2, 3)))
    assert [sub.name for sub in exchange.account.sub_accounts()] == ["sub1", "sub2", "sub3"]
    assert scripted.targets() == [f"/api/v2/sub-accounts?currentPage={n}&pageSize=100" for n in (1, 2, 3)]


def test_pages_without_end_are_an_error(scripted: Any, exchange: Exchange) -> None:
    """After fifty of them."""
    scripted.say(scripted.http(page(1, 10**9), **PLENTY))
    with pytest.raises(OutcomeUnknown, match="1000000000 pages"):
        exchange.account.sub_accounts()
    assert len(scripted.received) == 50


def test_a_page_that_fails_fails_the_whole(scripted: Any, exchange: Exchange) -> None:
    """Half of the sub-accounts would be a wrong total."""
    scripted.say(scripted.http(page(1, 2)), scripted.http("oops"))
    with pytest.raises(OutcomeUnknown):
        exchange.account.sub_accounts()


LEAKY = {
    "page": lambda http: http("<html>", 403),
    "refusal": lambda http: http('{"code":"400005","msg":"Invalid KC-API-SIGN"}', 401),
    "redirect": lambda http: http("", 302, Location="http://127.0.0.1:9/"),
    "half a body": lambda http: http("x", Content_Length="9", Connection="close"),
    "broken gzip": lambda http: http("x", Content_Encoding="gzip"),
    "not UTF-8": lambda http: http(b'{"code":"200000","data":"\xff"}'),
}


@every_payload
def test_an_error_shows_no_secret_and_no_query(name: str, scripted: Any) -> None:
    """Neither the text nor anything chained to it, whatever went wrong."""
    for kind, answer in LEAKY.items():
        scripted.say(answer(scripted.http))
        with newcomer(scripted) as exchange, pytest.raises(KucoinError) as raised:
            CALLS[name].call(exchange)
        assert len(scripted.received) == 1, kind
        error: BaseException | None = raised.value
        while error is not None:
            shown = f"{error!r} {error} {vars(error)}"
            assert "canary" not in shown, kind
            assert "?" not in shown, kind
            # What the libraries of the line raise holds the whole request.
            assert type(error).__module__.partition(".")[0] in {"kucoin", "msgspec", "builtins"}, kind
            error = error.__cause__ or error.__context__
