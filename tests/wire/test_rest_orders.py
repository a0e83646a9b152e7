"""What orders are worth on the wire: sent once, and never more certain than the answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest

from kucoin.errors import (
    ApiError,
    DuplicateOrder,
    InsufficientBalance,
    InvalidRequest,
    KucoinError,
    NotCancellable,
    NotFound,
    OutcomeUnknown,
    TooManyRequests,
)
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.ledger import TransferType, Wallet
from kucoin.model.order import NewOrder, OrderType, Side
from kucoin.model.page import Page
from kucoin.rest.client import Exchange
from tests import rest_futures_calls, rest_order_calls
from tests.rest_futures_calls import CLOSE, OPEN
from tests.rest_order_calls import LIMIT, SECOND
from tests.rest_payloads import PAYLOADS

D = Decimal
SECRET = "canary-secret"
KEY = Credentials(Secret("canary-key"), Secret(SECRET), Secret("canary-passphrase"))
CALLS = {
    **rest_order_calls.SPOT,
    **rest_order_calls.MARGIN,
    **rest_futures_calls.ORDERS,
    **rest_futures_calls.POSITIONS,
    **rest_futures_calls.MONEY,
}
WRITES = {name: asked for name, asked in CALLS.items() if asked.method != "GET"}
# What a success of theirs is worth nothing without.
NEEDED = {
    **dict.fromkeys(["spot place", "spot place limit", "spot place market by size", "stop place"], "orderId"),
    **dict.fromkeys(
        ["oco place", "margin place", "margin stop place", "transfer", "transfer from a sub-account"], "orderId"
    ),
    **dict.fromkeys(["futures place", "futures place close", "futures place bracket"], "orderId"),
    **dict.fromkeys(["spot amend", "spot amend by client id"], "newOrderId"),
}


@pytest.fixture
def exchange(scripted: Any) -> Iterator[Exchange]:
    """A client of the scripted server."""
    exchange = Exchange(scripted.hosts, KEY)
    yield exchange
    exchange.close()


def data(value: Any) -> str:
    """A success with ``value``."""
    return json.dumps({"code": "200000", "data": value})


# --- sent once


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, '{"code":"500000","msg":"Internal Server Error"}', OutcomeUnknown),
        (200, '{"code":"504000","msg":"busy"}', OutcomeUnknown),
        (429, '{"code":"429000","msg":"Too Many Requests"}', TooManyRequests),
        (403, "<html>Attention Required!</html>", OutcomeUnknown),
        (200, '{"code":"400100","msg":"Order size increment invalid."}', ApiError),
        (None, "", OutcomeUnknown),
    ],
    ids=["500", "504000", "429", "page", "refused", "cut"],
)
def test_what_acts_leaves_once(
    *, name: str, status: int | None, body: str, kind: type[KucoinError], scripted: Any, exchange: Exchange
) -> None:
    """Whatever comes back, and where nothing does, nobody sends it a second time."""
    scripted.say(b"" if status is None else scripted.http(body, status))
    with pytest.raises(kind):
        WRITES[name].call(exchange)
    assert len(scripted.received) == 1


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("spoilt", [None, "", 17, {}, "missing"])
def test_a_success_without_an_id_is_unknown(name: str, spoilt: Any, scripted: Any, exchange: Exchange) -> None:
    """Never placed, and never refused either."""
    found = {} if spoilt == "missing" else {NEEDED[name]: spoilt}
    scripted.say(scripted.http(data({"clientOid": "oid-1", **found})))
    with pytest.raises(OutcomeUnknown, match=NEEDED[name]):
        CALLS[name].call(exchange)
    assert len(scripted.received) == 1


@pytest.mark.parametrize("name", WRITES)
def test_no_order_is_hidden(name: str, scripted: Any, exchange: Exchange) -> None:
    """KuCoin refuses a request with one of these keys, whatever its value."""
    scripted.say(scripted.http(data(None)))
    with pytest.raises(OutcomeUnknown):
        WRITES[name].call(exchange)
    assert not re.search(b"hidden|iceberg|visibleSize", scripted.received[0].body)


@pytest.mark.parametrize("name", WRITES)
def test_what_acts_is_signed_with_its_body(name: str, scripted: Any, exchange: Exchange) -> None:
    """Also the one DELETE that has a body."""
    scripted.say(scripted.http(data(None)))
    with pytest.raises(OutcomeUnknown):
        WRITES[name].call(exchange)
    (request,) = scripted.received
    text = request.headers["kc-api-timestamp"] + request.method + unquote(request.target) + request.body.decode()
    digest = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest()
    assert request.headers["kc-api-sign"] == base64.b64encode(digest).decode()


def test_each_order_of_a_batch_carries_the_time_of_the_signature(scripted: Any, exchange: Exchange) -> None:
    """KuCoin refuses each that arrives more than 5 s later."""
    scripted.say(scripted.http(data(None)))
    with pytest.raises(OutcomeUnknown):
        exchange.spot_orders.place_batch([LIMIT, SECOND])
    (request,) = scripted.received
    orders = json.loads(request.body)["orderList"]
    assert [order["clientOid"] for order in orders] == ["oid-1", "oid-2"]
    assert {str(order["clientTimestamp"]) for order in orders} == {request.headers["kc-api-timestamp"]}
    assert {order["allowMaxTimeWindow"] for order in orders} == {5000}


# --- not sent at all

MOVE = {"client_oid": "oid-1", "currency": "USDT", "amount": D(1), "source": Wallet.MAIN, "target": Wallet.TRADE}

BAD_IDS = ["", "a/b", "../accounts", "a b", "a?b", "a%2fb", "a.b", "ä", "a\n", "{orderId}"]


@pytest.mark.parametrize("bad", BAD_IDS)
@pytest.mark.parametrize(
    "call",
    [
        lambda e, bad: e.spot_orders.cancel(order_id=bad, symbol="BTC-USDT"),
        lambda e, bad: e.spot_orders.order_by_client_oid(client_oid=bad, symbol="BTC-USDT"),
        lambda e, bad: e.spot_stops.oco(order_id=bad),
        lambda e, bad: e.margin_orders.order(order_id=bad, symbol="BTC-USDT"),
        lambda e, bad: e.futures_orders.cancel(order_id=bad),
        lambda e, bad: e.futures_positions.risk_tiers(symbol=bad),
    ],
)
def test_an_id_cannot_become_another_path(
    bad: str, call: Callable[[Exchange, str], Any], scripted: Any, exchange: Exchange
) -> None:
    """It is refused here, and its host stands without a stain."""
    with pytest.raises(InvalidRequest, match=re.escape(repr(bad))):
        call(exchange, bad)
    assert scripted.connections == 0
    assert {host.problem for host in exchange.status().hosts} == {None}


@pytest.mark.parametrize("bad", [*BAD_IDS, "x" * 41])
def test_a_client_id_is_checked_before_it_leaves(bad: str, scripted: Any, exchange: Exchange) -> None:
    """KuCoin would refuse it, or worse, cut it."""
    order = NewOrder(client_oid=bad, symbol="BTC-USDT", side=Side.BUY, type=OrderType.MARKET, funds=D(10))
    with pytest.raises(InvalidRequest, match=re.escape(repr(bad))):
        exchange.spot_orders.place(order)
    with pytest.raises(InvalidRequest, match=re.escape(repr(bad))):
        exchange.margin_orders.place(order, isolated=False)
    assert scripted.connections == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda e: e.spot_orders.amend(symbol="BTC-USDT", price=D(1)),
        lambda e: e.spot_orders.amend(symbol="BTC-USDT", order_id="1", client_oid="2", price=D(1)),
        lambda e: e.spot_orders.amend(symbol="BTC-USDT", order_id="1"),
        lambda e: e.spot_orders.set_dead_man(timeout=4),
        lambda e: e.spot_orders.set_dead_man(timeout=86401),
        lambda e: e.spot_orders.set_dead_man(timeout=5, symbols=["A-B"] * 51),
        lambda e: e.spot_orders.trade_fees(symbols=[]),
        lambda e: e.spot_orders.trade_fees(symbols=["A-B"] * 11),
        lambda e: e.spot_orders.place_batch([]),
        lambda e: e.spot_orders.place_batch([LIMIT, LIMIT]),
        lambda e: e.futures_orders.place_batch([]),
        lambda e: e.futures_orders.place_batch([OPEN, OPEN]),
        lambda e: e.futures_orders.cancel_many(order_ids=[]),
        lambda e: e.futures_orders.cancel_many(order_ids=["1", "1"]),
        lambda e: e.futures_positions.change_risk_tier(symbol="XBTUSDTM", level=0),
        lambda e: e.futures_positions.add_margin(symbol="XBTUSDTM", margin=D(0), client_id="a"),
        lambda e: e.futures_positions.set_cross_leverage(symbol="XBTUSDTM", leverage=D("NaN")),
        lambda e: e.transfers.transfer(**MOVE, sub_user_id="1"),
        lambda e: e.transfers.transfer(**MOVE, kind=TransferType.PARENT_TO_SUB),
        lambda e: e.transfers.transfer(**MOVE | {"amount": D(-1)}),
    ],
)
def test_what_contradicts_itself_does_not_leave(
    call: Callable[[Exchange], Any], scripted: Any, exchange: Exchange
) -> None:
    """Known to be wrong without asking."""
    with pytest.raises(InvalidRequest):
        call(exchange)
    assert scripted.connections == 0


def test_the_dead_man_can_be_taken_back(scripted: Any, exchange: Exchange) -> None:
    """With -1, to which KuCoin tells nothing."""
    scripted.say(scripted.http(data({})))
    assert exchange.spot_orders.set_dead_man(timeout=None) is None
    assert scripted.received[0].body == b'{"timeout":-1}'


# --- refused


@pytest.mark.parametrize(
    ("name", "code", "message", "kind"),
    [
        ("spot place", "400100", "validation.createOrder.clientOidDuplicated", DuplicateOrder),
        ("margin place", "126044", "Duplicate clientOid", DuplicateOrder),
        ("futures place", "300018", "clientOid parameter repeated", DuplicateOrder),
        ("spot place", "200004", "Balance insufficient!", InsufficientBalance),
        ("futures place", "300003", "Balance not enough", InsufficientBalance),
        ("spot cancel", "400100", "order_not_exist_or_not_allow_to_cancel", NotCancellable),
        ("futures cancel", "100004", "The order cannot be canceled.", NotCancellable),
        ("margin cancel", "126043", "The order does not exist.", NotFound),
        ("spot order", "400100", "order_not_exist", NotFound),
        ("stop", "400100", "The order does not exist.", NotFound),
        ("futures order by client id", "100001", "error.getOrder.orderNotExist", NotFound),
        ("futures place", "300015", "XBTUSDTM is being settled.", OutcomeUnknown),
        ("margin place", "126038", "service fault", OutcomeUnknown),
    ],
)
def test_a_refusal_says_what_it_means_for_the_order(
    *, name: str, code: str, message: str, kind: type[KucoinError], scripted: Any, exchange: Exchange
) -> None:
    """Lives already, no money, finished, never was, or unknown: what comes next differs."""
    scripted.say(scripted.http(json.dumps({"code": code, "msg": message})))
    with pytest.raises(KucoinError) as refused:
        CALLS[name].call(exchange)
    assert isinstance(refused.value, kind)
    assert code in str(refused.value)


# --- batches


def test_a_spot_batch_tells_each_order_its_fate(scripted: Any, exchange: Exchange) -> None:
    """Refused ones come without id, at their place."""
    refused = {"success": False, "failMsg": "validation.createOrder.clientOidDuplicated"}
    scripted.say(scripted.http(data([refused, {"orderId": "68f1", "clientOid": "oid-2", "success": True}])))
    fates = exchange.spot_orders.place_batch([LIMIT, SECOND])
    assert list(fates) == ["oid-1", "oid-2"]
    assert isinstance(fates["oid-1"], DuplicateOrder)
    assert fates["oid-2"] == "68f1"


@pytest.mark.parametrize(
    "rows",
    [
        [{"orderId": "68f1", "clientOid": "oid-1", "success": True}],
        [{"orderId": "68f2", "clientOid": "oid-2", "success": True}, {"orderId": "68f1", "success": True}],
        [{"orderId": "68f1", "success": True}, {"clientOid": "oid-2", "success": True}],
        [{"orderId": "68f1", "success": True}, {"orderId": "68f2", "clientOid": "oid-2"}],
        [{"orderId": "68f1", "success": True}, None],
    ],
    ids=["one row less", "another's row", "no id", "neither success nor not", "no row"],
)
def test_a_spot_batch_that_does_not_add_up_is_unknown(rows: list[Any], scripted: Any, exchange: Exchange) -> None:
    """No order is told another one's fate."""
    scripted.say(scripted.http(data(rows)))
    with pytest.raises(OutcomeUnknown):
        exchange.spot_orders.place_batch([LIMIT, SECOND])


def test_a_futures_batch_tells_each_order_its_fate(scripted: Any, exchange: Exchange) -> None:
    """By our own ids, in whatever order they come."""
    rows = [
        {"orderId": None, "clientOid": "oid-2", "code": "300003", "msg": "Balance not enough"},
        {"orderId": "2504", "clientOid": "oid-1", "code": "200000", "msg": "success"},
    ]
    scripted.say(scripted.http(data(rows)))
    fates = exchange.futures_orders.place_batch([OPEN, CLOSE])
    assert list(fates) == ["oid-1", "oid-2"]
    assert fates["oid-1"] == "2504"
    refusal = fates["oid-2"]
    assert isinstance(refusal, InsufficientBalance)
    assert (refusal.code, refusal.message) == ("300003", "Balance not enough")


@pytest.mark.parametrize(
    "rows",
    [
        [{"orderId": "2504", "clientOid": "oid-1", "code": "200000"}],
        [{"orderId": "2504", "clientOid": "oid-1", "code": "200000"}, {"clientOid": "oid-2", "code": "200000"}],
        [{"orderId": "2504", "clientOid": "oid-1", "code": "200000"}, {"orderId": "2505", "clientOid": "oid-2"}],
    ],
    ids=["one missing", "no id", "no code"],
)
def test_a_futures_batch_that_does_not_add_up_is_unknown(rows: list[Any], scripted: Any, exchange: Exchange) -> None:
    """Each order must be told of."""
    scripted.say(scripted.http(data(rows)))
    with pytest.raises(OutcomeUnknown):
        exchange.futures_orders.place_batch([OPEN, CLOSE])


def test_cancelling_many_tells_each_its_fate(scripted: Any, exchange: Exchange) -> None:
    """None where it worked, else why not."""
    rows = [
        {"orderId": "2505", "clientOid": None, "code": "100004", "msg": "The order cannot be canceled."},
        {"orderId": "2504", "clientOid": None, "code": "200", "msg": "success"},
    ]
    scripted.say(scripted.http(data(rows)))
    fates = exchange.futures_orders.cancel_many(order_ids=["2504", "2505"])
    assert fates["2504"] is None
    assert isinstance(fates["2505"], NotCancellable)


# --- lists in parts


def rows(*ids: int, pages: int, total: int) -> dict[str, Any]:
    """A page of spot orders."""
    row = json.loads((PAYLOADS / "spot-order.json").read_text())["data"]
    items = [row | {"id": str(each)} for each in ids]
    return {"currentPage": 1, "pageSize": 2, "totalNum": total, "totalPage": pages, "items": items}


def open_ids(exchange: Exchange) -> list[str]:
    """The open orders that the client finds."""
    return [order.order_id for order in exchange.spot_orders.open_orders(symbol="BTC-USDT")]


def test_open_orders_are_read_to_the_last_page(scripted: Any, exchange: Exchange) -> None:
    """Every page once."""
    pages = [rows(5, 4, pages=3, total=5), rows(3, 2, pages=3, total=5), rows(1, pages=3, total=5)]
    scripted.say(*(scripted.http(data(page)) for page in pages))
    assert open_ids(exchange) == ["5", "4", "3", "2", "1"]
    assert [target.split("&")[1] for target in scripted.targets()] == ["pageNum=1", "pageNum=2", "pageNum=3"]


@pytest.mark.parametrize(
    "torn",
    [
        [rows(5, 4, pages=2, total=4), rows(2, pages=2, total=3)],
        [rows(5, 4, pages=2, total=4), rows(4, 3, pages=2, total=4)],
        [rows(5, 4, pages=2, total=4), rows(2, pages=2, total=4)],
    ],
    ids=["one ended", "one came", "one ended and one came"],
)
def test_open_orders_that_change_between_two_pages_are_read_again(
    torn: list[Any], scripted: Any, exchange: Exchange
) -> None:
    """Else an order that lives could be missing, and be thought dead."""
    calm = [rows(5, 3, pages=2, total=3), rows(2, pages=2, total=3)]
    scripted.say(*(scripted.http(data(page)) for page in [*torn, *calm]))
    assert open_ids(exchange) == ["5", "3", "2"]
    assert len(scripted.received) == 4


def test_open_orders_that_never_stand_still_are_unknown(scripted: Any, exchange: Exchange) -> None:
    """Three readings, no guess."""
    pages = [rows(5, 4, pages=2, total=4), rows(4, 3, pages=2, total=4)] * 4
    scripted.say(*(scripted.http(data(page)) for page in pages))
    with pytest.raises(OutcomeUnknown, match="changed each time"):
        open_ids(exchange)
    assert len(scripted.received) == 6


def test_pages_without_end_are_unknown(scripted: Any, exchange: Exchange) -> None:
    """Fifty, no more."""
    scripted.say(scripted.http(data(rows(1, pages=10**9, total=1))))
    with pytest.raises(OutcomeUnknown, match="pages"):
        open_ids(exchange)
    assert len(scripted.received) == 50


@pytest.mark.parametrize(
    ("call", "answer", "cursor"),
    [
        (lambda e: e.spot_orders.fills(symbol="A-B"), {"items": [], "lastId": 0}, None),
        (lambda e: e.spot_orders.done_orders(symbol="A-B"), {"items": [], "lastId": None}, None),
        (lambda e: e.ledgers.spot(), [], None),
        (lambda e: e.ledgers.futures(), {"dataList": [], "hasMore": True}, None),
        (lambda e: e.futures_orders.fills(), {"items": [], "totalPage": 0}, None),
        (lambda e: e.futures_orders.fills(cursor=2), {"items": [], "totalPage": 2}, None),
        (lambda e: e.futures_orders.fills(cursor=2), {"items": [], "totalPage": 3}, 3),
    ],
)
def test_the_end_of_a_list_is_known(
    call: Callable[[Exchange], Any], answer: Any, cursor: int | None, scripted: Any, exchange: Exchange
) -> None:
    """There is no cursor after the last part."""
    scripted.say(scripted.http(data(answer)))
    assert call(exchange) == Page((), cursor)


def test_a_list_without_more_ends_though_it_has_rows(scripted: Any, exchange: Exchange) -> None:
    """One question less."""
    body = json.loads((PAYLOADS / "ledger-futures.json").read_text())
    for more, cursor in ((True, 51352430), (False, None)):
        body["data"]["hasMore"] = more
        scripted.say(scripted.http(json.dumps(body)))
        page = exchange.ledgers.futures()
        assert (len(page.items), page.cursor) == (2, cursor)


def test_a_page_that_ends_with_what_has_no_number_is_not_taken_for_the_end(scripted: Any, exchange: Exchange) -> None:
    """Pending lines of the futures ledger may all be called -1: what is behind them cannot be asked for."""
    body = json.loads((PAYLOADS / "ledger-futures.json").read_text())
    body["data"]["dataList"][-1]["offset"] = -1
    scripted.say(scripted.http(json.dumps(body)))
    with pytest.raises(OutcomeUnknown, match="there is more"):
        exchange.ledgers.futures()
    body["data"]["hasMore"] = False
    scripted.say(scripted.http(json.dumps(body)))
    assert len(exchange.ledgers.futures().items) == 2
