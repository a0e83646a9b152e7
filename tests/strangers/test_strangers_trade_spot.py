"""What spot offers beyond the common calls: amending, batches, tests, waiting calls, partial cancels, the dead man.

A table gives each client's own call; the test asks the exchange itself what came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.strangers.trade_desks import oid
from tests.strangers.trade_floor import Floor
from tests.strangers.trade_line import Line, Refused
from tests.strangers.trade_terms import SPOT, Order, Row

S, X = SPOT.symbol, SPOT.ccxt
Lines = dict[str, Line]
Call = Callable[..., Any]


def sdk(method: str, **fields: Any) -> Call:
    """Return the SDK's call of a method of its spot orders."""
    return lambda line, **more: line("spot", "order", method, **fields, **more)


AMEND: dict[str, Call] = {
    "ccxt": lambda line, order, price: line("spot", "edit_order", order, X, "limit", "buy", 3.0, float(price))["id"],
    "the SDK": lambda line, order, price: sdk("modify_order")(
        line, symbol=S, orderId=order, newPrice=price, newSize="3"
    )["newOrderId"],
    "python-kucoin": lambda line, order, price: line(
        "hf_modify_order", S, order_id=order, new_price=price, new_size="3"
    )["newOrderId"],
}


def resting(floor: Floor) -> str:
    """Let the default user have an order that rests."""
    return floor.rest(SPOT, "buy", floor.away(SPOT, "buy"), SPOT.lot, key="")


@pytest.mark.parametrize("client", AMEND)
def test_an_order_is_amended(client: str, floor: Floor, lines: Lines) -> None:
    """Another order stands in its place, with the new price and size; the client is told its id."""
    old = resting(floor)
    price = floor.away(SPOT, "buy", "0.05")
    new = AMEND[client](lines[client], old, price)
    (open_now,) = floor.orders(SPOT, "open")
    assert (open_now.id, open_now.price, open_now.size) == (new, float(price), 3.0)
    assert new != old
    assert floor.order(SPOT, old).status == "cancelled"


def _limit(price: str, client_oid: str) -> Row:
    return {"symbol": S, "type": "limit", "side": "buy", "price": price, "size": "2", "clientOid": client_oid}


def _unified(price: str, client_oid: str) -> Row:
    """The same in ccxt's terms."""
    params = {"clientOrderId": client_oid}
    return {"symbol": X, "type": "limit", "side": "buy", "price": float(price), "amount": 2.0, "params": params}


def _pythonic(price: str, client_oid: str) -> Row:
    """The same in python-kucoin's terms."""
    order = _limit(price, client_oid)
    return order | {"client_oid": order.pop("clientOid")}


BATCH: dict[str, Call] = {
    "ccxt": lambda line, orders: line("spot", "create_orders", [_unified(*each) for each in orders]),
    "the SDK": lambda line, orders: sdk("batch_add_orders")(line, orderList=[_limit(*each) for each in orders])["data"],
    "python-kucoin": lambda line, orders: line("hf_create_orders", [_pythonic(*each) for each in orders]),
}


@pytest.mark.parametrize("client", BATCH)
def test_a_batch_places_each_order(client: str, floor: Floor, lines: Lines) -> None:
    """Both rest. ccxt does not understand KuCoin's present answer and returns nothing; the others get both ids."""
    orders = [(floor.away(SPOT, "buy", share), oid()) for share in ("0.04", "0.05")]
    told = BATCH[client](lines[client], orders)
    placed = {each.client_oid: each for each in floor.orders(SPOT, "open")}
    assert {(str(placed[own].price), own) for _, own in orders} == {(str(float(price)), own) for price, own in orders}
    assert told == [] if client == "ccxt" else [each["orderId"] for each in told] == [placed[o].id for _, o in orders]


WITH_FUNDS: dict[str, Call] = {
    "ccxt": lambda line, funds: line("spot", "create_market_buy_order_with_cost", X, float(funds))["id"],
    "the SDK": lambda line, funds: sdk("add_order", symbol=S, type="market", side="buy")(
        line, funds=funds, clientOid=oid()
    )["orderId"],
    "python-kucoin": lambda line, funds: line("hf_create_market_order", S, "buy", funds=funds)["orderId"],
}


@pytest.mark.parametrize("client", WITH_FUNDS)
def test_a_market_order_spends_its_funds(client: str, floor: Floor, lines: Lines) -> None:
    """So many USDT buy what they are worth at the price of who sells, to within an increment; it counts as filled."""
    price = Decimal(floor.price(SPOT))
    floor.rest(SPOT, "sell", f"{price:f}", "2")
    order_id = WITH_FUNDS[client](lines[client], "13")
    row = floor.get(SPOT.paths["order"].format(id=order_id))
    assert (row["type"], row["funds"], row["active"], row["cancelExist"]) == ("market", "13", False, False)
    assert 0 <= Decimal(13) - Decimal(row["dealFunds"]) < price * Decimal("0.0001")
    assert Decimal(row["dealFunds"]) == Decimal(row["dealSize"]) * price


SYNC: dict[str, Call] = {
    "ccxt": lambda line, price: line("spot", "create_order", X, "limit", "buy", 2.0, float(price), {"sync": True})[
        "id"
    ],
    "the SDK": lambda line, price: sdk("add_order_sync")(line, **_limit(price, oid()))["orderId"],
}
SYNC_CANCEL: dict[str, Call] = {
    "ccxt": lambda line, order: line("spot", "cancel_order", order.id, X, {"sync": True})["id"],
    "the SDK": lambda line, order: sdk("cancel_order_by_order_id_sync")(line, symbol=S, orderId=order.id)["orderId"],
    "the SDK, by its own id": lambda line, order: (
        sdk("cancel_order_by_client_oid_sync")(line, symbol=S, clientOid=order.client_oid) and order.id
    ),
}


@pytest.mark.parametrize("client", SYNC)
def test_the_waiting_call_places_the_order(client: str, floor: Floor, lines: Lines) -> None:
    """It rests under the id that was answered."""
    order_id = SYNC[client](lines[client], floor.away(SPOT, "buy"))
    assert [each.id for each in floor.orders(SPOT, "open")] == [order_id]


def test_the_waiting_call_tells_the_sdk_what_came_of_it(floor: Floor, lines: Lines) -> None:
    """Half is taken at once, and the answer says so."""
    floor.rest(SPOT, "sell", floor.price(SPOT), "1")
    told = sdk("add_order_sync")(lines["the SDK"], **_limit(floor.price(SPOT), oid()))
    assert (told["originSize"], told["dealSize"], told["remainSize"], told["status"]) == ("2", "1", "1", "open")


@pytest.mark.parametrize("way", SYNC_CANCEL)
def test_the_waiting_call_cancels(way: str, floor: Floor, lines: Lines) -> None:
    """Nothing rests any more."""
    order = floor.order(SPOT, resting(floor))
    assert SYNC_CANCEL[way](lines[way.partition(",")[0]], order) == order.id
    assert floor.order(SPOT, order.id) == replace(order, status="cancelled")


TRY: dict[str, Call] = {
    "ccxt": lambda line, price, size: line(
        "spot", "create_order", X, "limit", "buy", float(size), float(price), {"test": True}
    )["id"],
    "the SDK": lambda line, price, size: sdk("add_order_test")(line, **_limit(price, oid()) | {"size": size})[
        "orderId"
    ],
    "python-kucoin": lambda line, price, size: line("hf_create_test_order", S, "limit", "buy", size, price)["orderId"],
}


@pytest.mark.parametrize("client", TRY)
def test_a_test_order_is_checked_and_not_placed(client: str, floor: Floor, lines: Lines) -> None:
    """A good one gets an id that belongs to nothing, a bad one KuCoin's code."""
    price = floor.away(SPOT, "buy")
    order_id = TRY[client](lines[client], price, "2")
    assert order_id
    assert floor.orders(SPOT, "open") == []
    assert floor.exchange.get(SPOT.paths["order"].format(id=order_id)).code != "200000"
    with pytest.raises(Refused, match=SPOT.poor):
        TRY[client](lines[client], price, "9000")


EVERYTHING: dict[str, Call] = {
    "ccxt": lambda line: line("spot", "cancel_all_orders"),
    "the SDK": lambda line: sdk("cancel_all_orders")(line)["succeedSymbols"],
    "python-kucoin": lambda line: line("hf_cancel_all_orders")["succeedSymbols"],
}


@pytest.mark.parametrize("client", EVERYTHING)
def test_everything_is_cancelled(client: str, floor: Floor, lines: Lines) -> None:
    """The orders of all pairs are gone; KuCoin names the pairs."""
    ids = [resting(floor), floor.rest(replace(SPOT, symbol="KCS-USDT"), "buy", "10", "1", key="")]
    told = EVERYTHING[client](lines[client])
    assert client == "ccxt" or sorted(told) == ["KCS-USDT", S]
    assert not set(ids) & set(floor.exchange.state()["users"]["main"]["orders"])


PART: dict[str, Call] = {
    "the SDK": lambda line, order: sdk("cancel_partial_order")(line, symbol=S, orderId=order, cancelSize="0.5"),
    "python-kucoin": lambda line, order: line("hf_cancel_specified_quantity_of_order", order, S, "0.5"),
}


@pytest.mark.parametrize("client", PART)
def test_a_part_is_cancelled(client: str, floor: Floor, lines: Lines) -> None:
    """The rest stays on the book under the same id, and holds only what it needs."""
    hold = floor.holding(SPOT, "LINK").hold
    order_id = floor.rest(SPOT, "sell", floor.away(SPOT, "sell"), "2", key="")
    assert PART[client](lines[client], order_id) == {"orderId": order_id, "cancelSize": "0.5"}
    row = floor.get(SPOT.paths["order"].format(id=order_id))
    assert (row["active"], row["remainSize"], row["cancelledSize"]) == (True, "1.5", "0.5")
    assert floor.holding(SPOT, "LINK").hold - hold == Decimal("1.5")


SYMBOLS: dict[str, Call] = {
    "the SDK": sdk("get_symbols_with_open_order"),
    "python-kucoin": lambda line: line("hf_get_symbol_with_active_orders"),
}


@pytest.mark.parametrize("client", SYMBOLS)
def test_the_pairs_with_open_orders_are_named(client: str, floor: Floor, lines: Lines) -> None:
    """One after an order, none before."""
    assert SYMBOLS[client](lines[client])["symbols"] == []
    resting(floor)
    assert SYMBOLS[client](lines[client])["symbols"] == [S]


def test_the_sdk_turns_the_pages_of_open_orders(floor: Floor, lines: Lines) -> None:
    """One order a page, each of them once."""
    ids = {resting(floor), resting(floor)}
    pages = [
        sdk("get_open_orders_by_page")(lines["the SDK"], symbol=S, pageNum=number, pageSize=1) for number in (1, 2)
    ]
    assert [(page["totalNum"], page["totalPage"], len(page["items"])) for page in pages] == [(2, 2, 1)] * 2
    assert {Order.of(page["items"][0]).id for page in pages} == ids


DEAD_MAN: dict[str, Call] = {
    "the SDK": sdk("set_dcp"),
    "python-kucoin": lambda line, timeout, symbols: line("hf_auto_cancel_order", timeout, symbols=symbols),
}


@pytest.mark.parametrize("client", DEAD_MAN)
def test_the_dead_man_cancels_in_time(client: str, floor: Floor, lines: Lines) -> None:
    """Armed for five seconds it lives; once they are over, the orders of its pair are gone."""
    line = lines[client]
    order_id = resting(floor)
    armed = DEAD_MAN[client](line, timeout=5, symbols=S)
    assert armed["triggerTime"] - armed["currentTime"] == 5
    switch = sdk("get_dcp")(lines["the SDK"])
    assert (switch["timeout"], switch["symbols"], switch["triggerTime"]) == (5, S, armed["triggerTime"])
    assert floor.order(SPOT, order_id).status == "open"
    floor.go_on(6)
    assert floor.order(SPOT, order_id).status == "cancelled"


@pytest.mark.parametrize("client", DEAD_MAN)
def test_the_dead_man_is_disarmed(client: str, floor: Floor, lines: Lines) -> None:
    """With -1 the orders stay."""
    order_id = resting(floor)
    DEAD_MAN[client](lines[client], timeout=5, symbols=S)
    DEAD_MAN[client](lines[client], timeout=-1, symbols=S)
    assert sdk("get_dcp")(lines["the SDK"])["triggerTime"] is None
    floor.go_on(6)
    assert floor.order(SPOT, order_id).status == "open"


MOVE: dict[str, Call] = {
    "ccxt": lambda line: line("spot", "transfer", "USDT", 7.5, "main", "trade"),
    "the SDK": lambda line: line(
        *("account", "transfer", "flex_transfer"),
        clientOid=oid(), currency="USDT", amount="7.5", type="INTERNAL", fromAccountType="MAIN", toAccountType="TRADE",
    )["orderId"],
    # its universal transfer goes to a path that KuCoin does not have
    "python-kucoin": lambda line: line("create_inner_transfer", oid(), "USDT", "main", "trade", "7.5")["orderId"],
}  # fmt: skip


@pytest.mark.parametrize("client", MOVE)
def test_money_is_moved_between_accounts(client: str, floor: Floor, lines: Lines) -> None:
    """It leaves the funding account and is in the spot account."""
    funding = replace(SPOT, account="main")
    before = floor.holding(funding, "USDT").total, floor.holding(SPOT, "USDT").total
    assert MOVE[client](lines[client])
    after = floor.holding(funding, "USDT").total, floor.holding(SPOT, "USDT").total
    assert (before[0] - after[0], after[1] - before[1]) == (Decimal("7.5"), Decimal("7.5"))


@pytest.mark.parametrize("client", ["ccxt", "the SDK"])
def test_moving_money_needs_its_own_permission(client: str, lines: Lines) -> None:
    """A key that may only trade is refused."""
    with pytest.raises(Refused, match="400007"):
        MOVE[client](lines[client].using("open"))


def test_withdrawn_paths_stay_withdrawn(floor: Floor, lines: Lines) -> None:
    """python-kucoin still has calls for the orders that KuCoin took away; nothing answers there."""
    with pytest.raises(Refused, match="404"):
        lines["python-kucoin"]("create_limit_order", S, "buy", floor.away(SPOT, "buy"), "2")
