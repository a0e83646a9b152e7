"""What margin has of its own: orders that borrow what they lack, and orders that repay from what they bring."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.strangers.trade_desks import desk, oid
from tests.strangers.trade_floor import Floor
from tests.strangers.trade_line import SCRIPTS, Line, Refused
from tests.strangers.trade_terms import CROSS, ISOLATED

Lines = dict[str, Line]
Call = Callable[..., Any]
# how each client calls the two wishes that an order can carry
BORROW = {"ccxt": "autoBorrow", "the SDK": "autoBorrow", "python-kucoin": "auto_borrow"}
REPAY = {"ccxt": "autoRepay", "the SDK": "autoRepay", "python-kucoin": "auto_repay"}


def debt(floor: Floor) -> Decimal:
    """Return what the isolated pair owes in USDT, by the exchange's true state."""
    loans = floor.exchange.state()["users"]["main"]["loans"]
    owed = [Decimal(each["total"]) for each in loans if (each["tag"], each["currency"]) == (ISOLATED.tag, "USDT")]
    return sum(owed, Decimal(0))


def borrow(floor: Floor, client: str, line: Line) -> None:
    """Let the client order for 30 USDT more than the pair's account has free, and borrow those."""
    price = Decimal(floor.away(ISOLATED, "buy"))
    held = floor.holding(ISOLATED, "USDT")
    size = (held.total - held.hold + 30) / price
    wish = {BORROW[client]: True}
    desk(client, line, ISOLATED).limit("buy", f"{price:f}", f"{size.quantize(Decimal('0.0001')):f}", **wish)


@pytest.mark.parametrize("client", BORROW)
def test_an_order_borrows_what_it_lacks(client: str, floor: Floor, lines: Lines) -> None:
    """The debt grows by what the order needs beyond the balance, and so does the balance; all of it is held."""
    owed, before = debt(floor), floor.holding(ISOLATED, "USDT")
    borrow(floor, client, lines[client])
    grown, after = debt(floor) - owed, floor.holding(ISOLATED, "USDT")
    assert Decimal(29) < grown < Decimal(31)
    assert after.total - before.total == grown
    assert after.hold == pytest.approx(after.total, abs=Decimal("0.01"))


@pytest.mark.parametrize("client", REPAY)
def test_an_order_repays_once_it_is_filled(client: str, floor: Floor, lines: Lines) -> None:
    """What is free goes into the debt, the sale's money included: nothing is owed, and nothing else was spent."""
    borrow(floor, client, lines[client])
    floor.clear()
    owed, before, price = debt(floor), floor.holding(ISOLATED, "USDT"), floor.price(ISOLATED)
    assert owed > 29
    here = desk(client, lines[client], ISOLATED)
    order_id = here.limit("sell", price, "2", **{REPAY[client]: True})
    floor.rest(ISOLATED, "buy", price, "2")
    (fill,) = [each for each in here.fills() if each.order == order_id]
    brought = 2 * Decimal(price) - Decimal(str(fill.fee))
    assert debt(floor) == 0
    assert floor.holding(ISOLATED, "USDT").total == before.total + brought - owed


TRY: dict[str, Call] = {
    "ccxt": lambda line, price, size: line(
        "spot", "create_order", CROSS.ccxt, "limit", "buy", float(size), float(price),
        {"marginMode": "cross", "test": True},
    )["id"],
    "the SDK": lambda line, price, size: line(
        "margin", "order", "add_order_test",
        clientOid=oid(), symbol=CROSS.symbol, type="limit", side="buy", price=price, size=size,
    )["orderId"],
    "python-kucoin": lambda line, price, size: line(
        "hf_margin_create_test_order", CROSS.symbol, "limit", "buy", size, price
    )["orderId"],
}  # fmt: skip


@pytest.mark.parametrize("client", TRY)
def test_a_test_order_is_checked_and_not_placed(client: str, floor: Floor, lines: Lines) -> None:
    """A good one gets an id that belongs to nothing, a bad one KuCoin's code."""
    price = floor.away(CROSS, "buy")
    assert TRY[client](lines[client], price, "2")
    assert floor.orders(CROSS, "open") == []
    with pytest.raises(Refused, match=CROSS.poor):
        TRY[client](lines[client], price, "9000")


SYMBOLS: dict[str, Call] = {
    "the SDK": lambda line: line("margin", "order", "get_symbols_with_open_order", tradeType="MARGIN_TRADE"),
    "python-kucoin": lambda line: line("hf_margin_get_symbol_with_active_orders", "MARGIN_TRADE"),
}


@pytest.mark.parametrize("client", SYMBOLS)
def test_the_pairs_with_open_orders_are_named(client: str, floor: Floor, lines: Lines) -> None:
    """One after an order, none before."""
    none = SYMBOLS[client](lines[client])
    assert (none["symbolSize"], none["symbols"]) == (0, [])
    desk(client, lines[client], CROSS).limit("buy", floor.away(CROSS, "buy"), "2")
    one = SYMBOLS[client](lines[client])
    assert (one["symbolSize"], one["symbols"]) == (1, [CROSS.symbol])


def test_every_client_is_here() -> None:
    """A client that a table forgets would go unseen."""
    assert BORROW.keys() == REPAY.keys() == TRY.keys() == SCRIPTS.keys()
