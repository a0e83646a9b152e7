"""ccxt, KuCoin's SDK and python-kucoin trade on the practice exchange: spot, both kinds of margin, and futures.

What a client says of an order or a fill is compared with what the exchange says to a bare request, and both with what
was ordered; money with the exchange's true state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from tests.strangers.trade_desks import desk, oid
from tests.strangers.trade_floor import Floor, Holding
from tests.strangers.trade_line import SCRIPTS, Line, Refused
from tests.strangers.trade_terms import FAMILIES, FUTURES, SPOT, Desk, Family, Fill, Order

# what python-kucoin has no working call for, and what it gets for it: it forgets a slash, and it does not sign
BROKEN = {("python-kucoin", "spot", "cancel_by_client"): "400100", ("python-kucoin", "futures", "fills"): "400001"}


@dataclass(frozen=True)
class Trader:
    """One client on one market, and the floor that it stands on."""

    client: str
    family: Family
    floor: Floor
    desk: Desk

    @property
    def lot(self) -> str:
        """The size of every order here."""
        return self.family.lot

    def rest(self, side: str = "buy", client_oid: str = "") -> str:
        """Let the client place an order that rests, away from the market."""
        return self.desk.limit(side, self.floor.away(self.family, side), self.lot, client_oid)

    def truth(self, order_id: str) -> Order:
        """Return the order by a bare request."""
        return self.floor.order(self.family, order_id)

    def money(self) -> Holding:
        """Return the truth about the account's USDT."""
        return self.floor.holding(self.family, "USDT")


@pytest.fixture
def trader(request: pytest.FixtureRequest, floor: Floor, lines: dict[str, Line]) -> Trader:
    """One client on one market."""
    client, name = request.param
    return Trader(client, FAMILIES[name], floor, desk(client, lines[client], FAMILIES[name]))


def every(but: str = "") -> pytest.MarkDecorator:
    """Try each client on each market, without those whose call named ``but`` is broken."""
    able = [(client, family) for client in SCRIPTS for family in FAMILIES if (client, family, but) not in BROKEN]
    return pytest.mark.parametrize("trader", able, indirect=True, ids="-".join)


@every()
def test_a_resting_order_is_found(trader: Trader) -> None:
    """By its id, by the client's own and among the open orders it is the same, and it is what was ordered."""
    client_oid = oid()
    price = trader.floor.away(trader.family, "buy")
    order_id = trader.desk.limit("buy", price, trader.lot, client_oid)
    ordered = Order(order_id, client_oid, "buy", "limit", float(price), float(trader.lot), 0.0, "open")
    assert trader.truth(order_id) == ordered
    assert trader.desk.by_id(order_id) == ordered
    assert trader.desk.by_client(client_oid) == ordered
    assert trader.desk.open() == [ordered]
    assert order_id not in [each.id for each in trader.desk.done()]


def _cancel(trader: Trader, how: str, order: Order) -> None:
    if how == "cancel_all":
        trader.desk.cancel_all()
    else:
        getattr(trader.desk, how)(order.client_oid if how == "cancel_by_client" else order.id)


def _cancelled(trader: Trader, how: str) -> None:
    """Place an order, let the client cancel it, and see that its money is free again."""
    before = trader.money()
    order = trader.truth(trader.rest(client_oid=oid()))
    assert order.status == "open"
    assert trader.money().hold > before.hold
    _cancel(trader, how, order)
    gone = replace(order, status="cancelled")
    assert trader.truth(order.id) == gone
    assert trader.desk.by_id(order.id) == gone
    assert trader.desk.open() == trader.floor.orders(trader.family, "open") == []
    assert gone in trader.desk.done()
    assert trader.money() == before


@every()
def test_an_order_is_cancelled_by_its_id(trader: Trader) -> None:
    """It leaves the open orders, is among the finished ones as cancelled, and its hold is gone."""
    _cancelled(trader, "cancel")


@every(but="cancel_by_client")
def test_an_order_is_cancelled_by_the_clients_id(trader: Trader) -> None:
    """It leaves the open orders, is among the finished ones as cancelled, and its hold is gone."""
    _cancelled(trader, "cancel_by_client")


@every()
def test_an_order_is_cancelled_with_its_symbol(trader: Trader) -> None:
    """It leaves the open orders, is among the finished ones as cancelled, and its hold is gone."""
    _cancelled(trader, "cancel_all")


def _seen(trader: Trader, order_id: str, other_id: str, expected: Fill) -> None:
    """See one fill with the client's eyes, by a bare request, and from the other side."""
    (fill,) = trader.floor.fills(trader.family, order_id)
    assert replace(fill, trade="", fee=0.0) == expected
    assert fill.fee > 0
    assert [each for each in trader.desk.fills() if each.order == order_id] == [fill]
    (other,) = trader.floor.fills(trader.family, other_id, key="second")
    assert (other.trade, other.price, other.size) == (fill.trade, fill.price, fill.size)
    assert (other.side, other.liquidity) != (fill.side, fill.liquidity)


@every(but="fills")
@pytest.mark.parametrize("kind", ["limit", "market"])
def test_a_taker_sees_the_fill_that_its_maker_sees(trader: Trader, kind: str) -> None:
    """Price, size, fee and the trade's number are the same by every way of asking; the order is filled."""
    price = trader.floor.price(trader.family)
    other_id = trader.floor.rest(trader.family, "sell", price, trader.lot)
    if kind == "market":
        order_id = trader.desk.market("buy", trader.lot)
    else:
        order_id = trader.desk.limit("buy", price, trader.lot)
    filled = trader.truth(order_id)
    assert (filled.kind, filled.status, filled.filled) == (kind, "filled", float(trader.lot))
    assert trader.desk.by_id(order_id) == filled
    assert filled in trader.desk.done()
    _seen(trader, order_id, other_id, Fill("", order_id, "buy", float(price), filled.filled, 0.0, "USDT", "taker"))


@every(but="fills")
def test_a_maker_sees_the_fill_that_its_taker_sees(trader: Trader) -> None:
    """The client's order rested and another user took it."""
    price = trader.floor.price(trader.family)
    order_id = trader.desk.limit("sell", price, trader.lot)
    other_id = trader.floor.rest(trader.family, "buy", price, trader.lot)
    assert trader.desk.by_id(order_id) == trader.truth(order_id)
    assert trader.truth(order_id).status == "filled"
    _seen(trader, order_id, other_id, Fill("", order_id, "sell", float(price), float(trader.lot), 0.0, "USDT", "maker"))


@every(but="fills")
def test_a_partial_fill_is_kept_when_the_rest_is_cancelled(trader: Trader) -> None:
    """Open with a part filled, then cancelled with that part; one fill of it."""
    price = trader.floor.price(trader.family)
    order_id = trader.desk.limit("sell", price, trader.lot)
    trader.floor.rest(trader.family, "buy", price, "1")
    (resting,) = trader.desk.open()
    assert (resting.id, resting.filled, resting.status) == (order_id, 1.0, "open")
    trader.desk.cancel(order_id)
    assert trader.desk.by_id(order_id) == trader.truth(order_id) == replace(resting, status="cancelled")
    assert [each.size for each in trader.desk.fills() if each.order == order_id] == [1.0]


@every(but="fills")
def test_money_moves_by_what_the_fill_says(trader: Trader) -> None:
    """To the last digit the account paid price times size and the fee; on futures the fee alone and what was won."""
    price = trader.floor.price(trader.family)
    trader.floor.rest(trader.family, "sell", price, trader.lot)
    before = trader.money()
    order_id = trader.desk.limit("buy", price, trader.lot)
    (fill,) = [each for each in trader.desk.fills() if each.order == order_id]
    paid = before.total - trader.money().total
    cost = Decimal(0) if trader.family.futures else Decimal(price) * Decimal(trader.lot)
    assert paid == cost + Decimal(str(fill.fee))
    assert trader.money().hold == before.hold


@every()
def test_a_client_id_may_be_used_again_once_its_order_is_gone(trader: Trader) -> None:
    """While the first order lives, a second with its id is refused with KuCoin's code; afterwards it is taken."""
    client_oid = oid()
    first = trader.rest(client_oid=client_oid)
    with pytest.raises(Refused, match=trader.family.repeated):
        trader.rest(client_oid=client_oid)
    assert [each.id for each in trader.floor.orders(trader.family, "open")] == [first]
    trader.desk.cancel(first)
    second = trader.rest(client_oid=client_oid)
    assert second != first
    assert [each.id for each in trader.floor.orders(trader.family, "open")] == [second]


@every()
def test_an_order_beyond_the_balance_is_refused(trader: Trader) -> None:
    """Each client hands KuCoin's code on, and nothing rests."""
    before = trader.money()
    with pytest.raises(Refused, match=trader.family.poor):
        trader.desk.limit("buy", trader.floor.away(trader.family, "buy"), "18000")
    assert trader.floor.orders(trader.family, "open") == []
    assert trader.money() == before


@every()
def test_hidden_orders_are_refused(trader: Trader) -> None:
    """KuCoin takes none since August 2026, and says 400413; the SDK's ``false`` on every order is no such order."""
    with pytest.raises(Refused, match="400413"):
        trader.desk.limit("buy", trader.floor.away(trader.family, "buy"), trader.lot, hidden=True)
    assert trader.floor.orders(trader.family, "open") == []


@pytest.mark.parametrize("family", [SPOT, FUTURES], ids=lambda family: family.name)
def test_what_the_sdk_always_sends_is_no_hidden_order(family: Family, floor: Floor) -> None:
    """A bare order that says ``false`` to both, as every one of the SDK's does, rests like any other."""
    order_id = floor.rest(family, "buy", floor.away(family, "buy"), family.lot, key="", hidden=False, iceberg=False)
    assert [each.id for each in floor.orders(family, "open")] == [order_id]


def test_broken_calls_are_refused_as_kucoin_does(floor: Floor, lines: dict[str, Line]) -> None:
    """What is left out above fails in the client, and the exchange must not make it work."""
    for (client, name, call), code in BROKEN.items():
        broken = getattr(desk(client, lines[client], FAMILIES[name]), call)
        with pytest.raises(Refused, match=code):
            broken(*(["some-id"] if call == "cancel_by_client" else []))
