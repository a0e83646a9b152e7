"""What futures have of their own: positions and closing, take profit and stop loss, batches, modes, margin.

A table gives each client's own call; the test asks the exchange itself what came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.strangers.trade_desks import LEVERAGE, desk, oid
from tests.strangers.trade_floor import Floor
from tests.strangers.trade_line import Line, Refused
from tests.strangers.trade_terms import FUTURES, Order, Row

S, X = FUTURES.symbol, FUTURES.ccxt
LOTS = int(FUTURES.lot)
Lines = dict[str, Line]
Call = Callable[..., Any]


def sdk(method: str, part: str = "order") -> Call:
    """Return the SDK's call of a method of its futures."""
    return lambda line, **fields: line("futures", part, method, **fields)


def position(floor: Floor) -> Row:
    """Return the default user's position by a bare request."""
    found: Row = floor.get(f"/api/v1/position?symbol={S}", futures=True)
    return found


@pytest.fixture
def bought(floor: Floor) -> Row:
    """A position of one order, bought at `Floor.price`."""
    if S in held(floor):
        close = {"symbol": S, "closeOrder": True, "type": "market", "clientOid": oid()}
        floor.post("/api/v1/orders", close, futures=True)
    floor.trade(FUTURES)
    return position(floor)


def held(floor: Floor) -> list[str]:
    """Return the contracts in which the default user has a position, by the exchange's true state."""
    return [each["symbol"] for each in floor.exchange.state()["users"]["main"]["positions"]]


SEE: dict[str, Call] = {
    "ccxt": lambda line: line("futures", "fetch_position", X),
    "the SDK": lambda line: sdk("get_position_details", "positions")(line, symbol=S),
    "python-kucoin": lambda line: line("futures_get_position", S),
}


@pytest.mark.parametrize("client", SEE)
def test_a_position_is_seen(client: str, floor: Floor, lines: Lines, bought: Row) -> None:
    """So many lots at the price that was paid. What ccxt calls leverage is KuCoin's ``realLeverage``."""
    names = {"contracts": "currentQty", "entryPrice": "avgEntryPrice", "leverage": "realLeverage"}
    seen = SEE[client](lines[client])
    for ccxt_name, name in names.items():
        assert seen[ccxt_name if client == "ccxt" else name] == bought[name]
    assert [bought[name] for name in ("currentQty", "avgEntryPrice", "leverage")] == [
        LOTS,
        float(floor.price(FUTURES)),
        LEVERAGE,
    ]


CLOSE: dict[str, Call] = {
    "ccxt": lambda line: line("futures", "close_position", X),
    "the SDK": lambda line: sdk("add_order")(line, symbol=S, type="market", closeOrder=True, clientOid=oid()),
}


@pytest.mark.parametrize("client", CLOSE)
@pytest.mark.usefixtures("bought")
def test_a_position_is_closed(client: str, floor: Floor, lines: Lines) -> None:
    """An order that names neither side nor size ends it. python-kucoin leaves ``closeOrder`` itself out."""
    CLOSE[client](lines[client])
    assert S not in held(floor)
    assert "data" not in floor.exchange.get(f"/api/v1/position?symbol={S}", futures=True).body


BOTH_WAYS: dict[str, Call] = {
    "ccxt": lambda line, price, up, down: line(
        "futures", "create_order", X, "limit", "buy", LOTS, float(price),
        {
            "leverage": LEVERAGE,
            "takeProfit": {"triggerPrice": float(up), "triggerPriceType": "last"},
            "stopLoss": {"triggerPrice": float(down), "triggerPriceType": "last"},
        },
    )["id"],
    "the SDK": lambda line, price, up, down: sdk("add_tpsl_order")(
        line, symbol=S, type="limit", side="buy", size=LOTS, price=price, leverage=LEVERAGE, clientOid=oid(),
        triggerStopUpPrice=up, triggerStopDownPrice=down, stopPriceType="TP",
    )["orderId"],
    "python-kucoin": lambda line, price, up, down: line(
        "futures_create_stop_order", S, "limit", "buy", LOTS, price, leverage=LEVERAGE,
        trigger_stop_up_price=up, trigger_stop_down_price=down, stop_price_type="TP",
    )["orderId"],
}  # fmt: skip


@pytest.mark.parametrize("client", BOTH_WAYS)
def test_take_profit_and_stop_loss_guard_what_was_bought(client: str, floor: Floor, lines: Lines) -> None:
    """The order is filled, and from then on two stops wait to sell it, one above and one below."""
    up, down = floor.away(FUTURES, "sell"), floor.away(FUTURES, "buy")
    order_id = BOTH_WAYS[client](lines[client], floor.price(FUTURES), up, down)
    assert floor.order(FUTURES, order_id).status == "open"
    floor.rest(FUTURES, "sell", floor.price(FUTURES), FUTURES.lot)
    assert floor.order(FUTURES, order_id).status == "filled"
    stops = floor.get(f"/api/v1/stopOrders?symbol={S}", futures=True)["items"]
    told = sorted((each["stop"], float(each["stopPrice"]), each["side"], each["size"]) for each in stops)
    assert told == [("down", float(down), "sell", LOTS), ("up", float(up), "sell", LOTS)]
    assert all(each["reduceOnly"] for each in stops)


def _order(price: str, client_oid: str) -> Row:
    return {
        "symbol": S, "type": "limit", "side": "buy", "price": price, "size": LOTS, "leverage": LEVERAGE,
        "clientOid": client_oid,
    }  # fmt: skip


def _unified(price: str, client_oid: str) -> Row:
    """The same in ccxt's terms."""
    params = {"clientOrderId": client_oid, "leverage": LEVERAGE}
    return {"symbol": X, "type": "limit", "side": "buy", "amount": LOTS, "price": float(price), "params": params}


BATCH: dict[str, Call] = {
    "ccxt": lambda line, orders: line("futures", "create_orders", [_unified(*each) for each in orders]),
    "the SDK": lambda line, orders: sdk("batch_add_orders")(line, items=[_order(*each) for each in orders])["data"],
    # it takes its ids out again before it sends
    "python-kucoin": lambda line, orders: line("futures_create_orders", [_order(*each) for each in orders]),
}


@pytest.mark.parametrize("client", BATCH)
def test_a_batch_places_each_order(client: str, floor: Floor, lines: Lines) -> None:
    """Both rest at their prices, and the client is told their ids."""
    orders = [(floor.away(FUTURES, "buy", share), oid()) for share in ("0.04", "0.05")]
    told = BATCH[client](lines[client], orders)
    placed = {each.price: each for each in floor.orders(FUTURES, "open")}
    expected = [placed[float(price)].id for price, _ in orders]
    assert [each["id" if client == "ccxt" else "orderId"] for each in told] == expected
    if client != "python-kucoin":
        assert [placed[float(price)].client_oid for price, _ in orders] == [own for _, own in orders]


def test_a_batch_tells_the_refused_order_from_the_other(floor: Floor, lines: Lines) -> None:
    """The one that nothing pays for carries KuCoin's code, the other rests."""
    good, poor = _order(floor.away(FUTURES, "buy"), oid()), _order(floor.away(FUTURES, "buy"), oid()) | {"size": 18000}
    told = sdk("batch_add_orders")(lines["the SDK"], items=[good, poor])["data"]
    assert [each["code"] for each in told] == ["200000", FUTURES.poor]
    assert [each.id for each in floor.orders(FUTURES, "open")] == [told[0]["orderId"]]


CANCEL_BATCH: dict[str, Call] = {
    "ccxt": lambda line, orders: line("futures", "cancel_orders", [each.id for each in orders], X),
    "ccxt, by its own ids": lambda line, orders: line(
        "futures", "cancel_orders", [], X, {"clientOrderIds": [each.client_oid for each in orders]}
    ),
    "the SDK": lambda line, orders: sdk("batch_cancel_orders")(line, orderIdsList=[each.id for each in orders]),
    "the SDK, by its own ids": lambda line, orders: sdk("batch_cancel_orders")(
        line, clientOidsList=[{"symbol": S, "clientOid": each.client_oid} for each in orders]
    ),
    "the SDK, the old way": lambda line, _: sdk("cancel_all_orders_v1")(line, symbol=S),
}


@pytest.mark.parametrize("way", CANCEL_BATCH)
def test_several_orders_are_cancelled_at_once(way: str, floor: Floor, lines: Lines) -> None:
    """None of the two rests any more."""
    line = lines[way.partition(",")[0]]
    for share in ("0.04", "0.05"):
        floor.rest(FUTURES, "buy", floor.away(FUTURES, "buy", share), FUTURES.lot, key="")
    orders = floor.orders(FUTURES, "open")
    assert len(orders) == 2
    CANCEL_BATCH[way](line, orders)
    assert floor.orders(FUTURES, "open") == []
    assert {floor.order(FUTURES, each.id).status for each in orders} == {"cancelled"}


TRY: dict[str, Call] = {
    "ccxt": lambda line, price, size: line(
        "futures", "create_order", X, "limit", "buy", size, float(price), {"leverage": LEVERAGE, "test": True}
    )["id"],
    "the SDK": lambda line, price, size: sdk("add_order_test")(line, **_order(price, oid()) | {"size": size})[
        "orderId"
    ],
    "python-kucoin": lambda line, price, size: line(
        "futures_create_test_order", S, "limit", "buy", size, price, leverage=LEVERAGE
    )["orderId"],
}


@pytest.mark.parametrize("client", TRY)
def test_a_test_order_is_checked_and_not_placed(client: str, floor: Floor, lines: Lines) -> None:
    """A good one gets an id that belongs to nothing, a bad one KuCoin's code."""
    price = floor.away(FUTURES, "buy")
    assert TRY[client](lines[client], price, LOTS)
    assert floor.orders(FUTURES, "open") == []
    with pytest.raises(Refused, match=FUTURES.poor):
        TRY[client](lines[client], price, 18000)


def test_the_worth_of_open_orders_is_told(floor: Floor, lines: Lines) -> None:
    """The SDK reads lots and value of what rests, by side; python-kucoin asks without a signature."""
    price = floor.away(FUTURES, "buy")
    floor.rest(FUTURES, "buy", price, FUTURES.lot, key="")
    worth = sdk("get_open_order_value")(lines["the SDK"], symbol=S)
    lot = Decimal(str(floor.get(f"/api/v1/contracts/{S}", futures=True)["multiplier"]))
    assert (worth["openOrderBuySize"], worth["openOrderSellSize"]) == (LOTS, 0)
    assert Decimal(worth["openOrderBuyCost"]) == Decimal(price) * LOTS * lot


RECENT: dict[str, Call] = {
    "the SDK": lambda line: sdk("get_recent_closed_orders")(line, symbol=S)["data"],
    "python-kucoin": lambda line: line("futures_get_recent_orders", S),
}


@pytest.mark.parametrize("client", RECENT)
def test_recently_finished_orders_are_told(client: str, floor: Floor, lines: Lines) -> None:
    """The newest is the one just filled."""
    order = floor.order(FUTURES, floor.trade(FUTURES))
    assert Order.of(RECENT[client](lines[client])[0]) == order


def test_recent_fills_are_told(floor: Floor, lines: Lines) -> None:
    """The SDK's newest is the fill of the order just filled; python-kucoin asks without a signature."""
    (fill,) = floor.fills(FUTURES, floor.trade(FUTURES))
    newest = sdk("get_recent_trade_history")(lines["the SDK"], symbol=S)["data"][0]
    assert (newest["tradeId"], newest["orderId"], float(newest["fee"])) == (fill.trade, fill.order, fill.fee)


LEVER: dict[str, Call] = {
    "ccxt": lambda line, times: line("futures", "set_leverage", times, X, {"marginMode": "cross"}),
    "the SDK": lambda line, times: sdk("modify_margin_leverage", "positions")(line, symbol=S, leverage=str(times)),
    "python-kucoin": lambda line, times: line("futures_modify_cross_margin_leverage", S, str(times)),
}


@pytest.mark.parametrize("client", LEVER)
def test_cross_leverage_is_chosen(client: str, floor: Floor, lines: Lines) -> None:
    """It is what was chosen, each time."""
    for times in (7, 3):
        LEVER[client](lines[client], times)
        assert floor.get(f"/api/v2/getCrossUserLeverage?symbol={S}", futures=True)["leverage"] == str(times)


FLAT, FLAT_X = "SUIUSDTM", "SUI/USDT:USDT"  # where the default user has neither position nor order
MODE: dict[str, Call] = {
    "ccxt": lambda line, mode: line("futures", "set_margin_mode", mode.lower(), FLAT_X),
    "the SDK": lambda line, mode: sdk("switch_margin_mode", "positions")(line, symbol=FLAT, marginMode=mode),
    "python-kucoin": lambda line, mode: line("futures_modify_margin_mode", FLAT, mode),
}


@pytest.mark.parametrize("client", MODE)
def test_the_margin_mode_is_chosen_and_an_order_must_fit_it(client: str, floor: Floor, lines: Lines) -> None:
    """What each client sends without being asked is isolated: on a contract in cross mode it is refused with 330005."""
    line = lines[client]
    flat = desk(client, line, FUTURES.at(FLAT, FLAT_X))
    try:
        MODE[client](line, "CROSS")
        assert floor.get(f"/api/v2/position/getMarginMode?symbol={FLAT}", futures=True)["marginMode"] == "CROSS"
        with pytest.raises(Refused, match="330005"):
            flat.limit("buy", "1", "1")
    finally:
        MODE[client](line, "ISOLATED")
    assert floor.get(f"/api/v2/position/getMarginMode?symbol={FLAT}", futures=True)["marginMode"] == "ISOLATED"


def test_ccxt_switches_the_position_mode(floor: Floor, lines: Lines) -> None:
    """Hedged, then one-way again: a user without positions may; the default one has some and may not."""
    line = lines["ccxt"].using("empty")
    for hedged in (True, False):
        line("futures", "set_position_mode", hedged)
        mode = floor.get("/api/v2/position/getPositionMode", futures=True, key="empty")["positionMode"]
        assert mode == int(hedged)
    with pytest.raises(Refused, match="300000"):
        lines["ccxt"]("futures", "set_position_mode", True)


ADD: dict[str, Call] = {
    "ccxt": lambda line: line("futures", "add_margin", X, 5),
    "the SDK": lambda line: sdk("add_isolated_margin", "positions")(line, symbol=S, margin=5, bizNo=oid()),
    "python-kucoin": lambda line: line("futures_deposit_margin", S, 5, oid()),
}
TAKE: dict[str, Call] = {
    "ccxt": lambda line: line("futures", "reduce_margin", X, 3),
    "the SDK": lambda line: sdk("remove_isolated_margin", "positions")(line, symbol=S, withdrawAmount="3"),
}


def margin(floor: Floor) -> Decimal:
    """Return what stands behind the position, profit apart."""
    row = position(floor)
    return Decimal(str(row["posMargin"]))


@pytest.mark.parametrize("client", ADD)
@pytest.mark.usefixtures("bought")
def test_margin_is_put_behind_a_position(client: str, floor: Floor, lines: Lines) -> None:
    """Five USDT more."""
    before = margin(floor)
    ADD[client](lines[client])
    assert margin(floor) - before == 5


@pytest.mark.parametrize("client", TAKE)
@pytest.mark.usefixtures("bought")
def test_margin_is_taken_back(client: str, floor: Floor, lines: Lines) -> None:
    """Three USDT of the five that were added. python-kucoin calls the amount by another name than KuCoin."""
    ADD[client](lines[client])
    before = margin(floor)
    TAKE[client](lines[client])
    assert before - margin(floor) == 3


RISK: dict[str, Call] = {
    "the SDK": lambda line, level: sdk("modify_isolated_margin_risk_limt", "positions")(line, symbol=FLAT, level=level),
    "python-kucoin": lambda line, level: line("futures_modify_risk_limit_level", FLAT, level),
}


@pytest.mark.parametrize("client", RISK)
def test_the_risk_limit_level_is_chosen(client: str, lines: Lines) -> None:
    """Taken where there is such a level, refused where there is none."""
    RISK[client](lines[client], 2)
    RISK[client](lines[client], 1)
    with pytest.raises(Refused, match="100005"):
        RISK[client](lines[client], 99)
