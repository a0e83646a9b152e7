"""Our client trades spot and margin on the practice exchange: two programs that share no code must mean the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from kucoin.errors import ApiError, DuplicateOrder, InsufficientBalance, NotCancellable, NotFound
from kucoin.model.order import Liquidity, NewOrder, OrderStatus, OrderType, Side, TimeInForce, TradeType
from kucoin.model.stop_order import SpotStop
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.rest_trading import PAIR, new_id, price, resting

D = Decimal
CROSS = TradeType.MARGIN_TRADE
Connect = Callable[..., Exchange]


def test_a_limit_order_lives_as_it_was_wished(floor: Practice, trader: Connect) -> None:
    """Placed, found in four ways, reduced, changed, cancelled; and what cannot be is refused by its own class."""
    spot = trader().spot_orders
    wish = resting(floor, time_in_force=TimeInForce.GTT, cancel_after=3600, post_only=True)
    spot.test_order(wish)
    with pytest.raises(NotFound):
        spot.order_by_client_oid(client_oid=wish.client_oid, symbol=PAIR)
    order_id = spot.place(wish)
    order = spot.order(order_id=order_id, symbol=PAIR)
    assert (order.client_oid, order.side, order.type, order.price, order.size) == (
        *(wish.client_oid, wish.side, wish.type, wish.price, wish.size),
    )
    assert (order.time_in_force, order.post_only, order.status) == (TimeInForce.GTT, True, OrderStatus.OPEN)
    assert (order.filled_size, order.average_price, order.trade_type) == (0, None, TradeType.TRADE)
    assert spot.order_by_client_oid(client_oid=wish.client_oid, symbol=PAIR) == order
    assert order in spot.open_orders(symbol=PAIR)
    assert PAIR in spot.symbols_with_open_orders()
    with pytest.raises(DuplicateOrder):
        spot.place(wish)
    spot.cancel_part(order_id=order_id, symbol=PAIR, size=D("0.1"))
    assert spot.order(order_id=order_id, symbol=PAIR).remaining_size == D("0.4")
    changed = spot.amend(symbol=PAIR, order_id=order_id, price=price(floor, "0.75"))
    assert changed != order_id
    assert spot.order(order_id=changed, symbol=PAIR).price == price(floor, "0.75")
    spot.cancel(order_id=changed, symbol=PAIR)
    ended = spot.order(order_id=changed, symbol=PAIR)
    assert (ended.status, ended.cancelled, ended.active) == (OrderStatus.CANCELLED, True, False)
    assert ended in spot.done_orders(symbol=PAIR).items
    with pytest.raises(NotCancellable):
        spot.cancel(order_id=changed, symbol=PAIR)
    with pytest.raises(NotCancellable):
        spot.cancel_by_client_oid(client_oid="nobodys", symbol=PAIR)


def test_market_orders_fill_by_size_and_by_funds(floor: Practice, trader: Connect) -> None:
    """Order, fills and balance agree to the last digit."""
    exchange = trader()

    def held() -> dict[str, Decimal]:
        return {a.currency: a.balance for a in exchange.account.spot_accounts() if a.kind == "trade"}

    before = held()
    oids = new_id(), new_id()
    bought = exchange.spot_orders.place_market(client_oid=oids[0], symbol=PAIR, side=Side.BUY, funds=D(50))
    sold = exchange.spot_orders.place_market(client_oid=oids[1], symbol=PAIR, side=Side.SELL, size=D("0.25"))
    buy, sell = (exchange.spot_orders.order(order_id=each, symbol=PAIR) for each in (bought, sold))
    assert (buy.status, sell.status) == (OrderStatus.FILLED, OrderStatus.FILLED)
    assert (buy.price, buy.funds, sell.price, sell.size) == (None, D(50), None, D("0.25"))
    for order in (buy, sell):
        fills = exchange.spot_orders.fills(symbol=PAIR, order_id=order.order_id).items
        assert {fill.liquidity for fill in fills} == {Liquidity.TAKER}
        assert sum(fill.size for fill in fills) == order.filled_size
        assert sum(fill.funds for fill in fills) == order.filled_funds
        assert sum(fill.fee for fill in fills) == order.fee
        assert order.average_price == order.filled_funds / order.filled_size
    after = held()
    assert after["LTC"] - before.get("LTC", D(0)) == buy.filled_size - sell.filled_size
    assert buy.fee is not None
    assert sell.fee is not None
    assert after["USDT"] - before["USDT"] == sell.filled_funds - buy.filled_funds - buy.fee - sell.fee


def test_a_batch_of_spot_orders_is_told_apart(floor: Practice, trader: Connect) -> None:
    """One rests, one has no money behind it; then all on the pair are cancelled."""
    spot = trader().spot_orders
    small, dear = resting(floor), resting(floor, size=D(1_000_000))
    fates = spot.place_batch([small, dear])
    order_id, refusal = fates[small.client_oid], fates[dear.client_oid]
    assert isinstance(order_id, str)
    assert spot.order(order_id=order_id, symbol=PAIR).client_oid == small.client_oid
    assert isinstance(refusal, ApiError)
    assert "nsufficient" in refusal.message
    spot.cancel_all(symbol=PAIR)
    assert spot.open_orders(symbol=PAIR) == ()


def test_every_pair_can_be_cancelled_at_once(floor: Practice, trader: Connect) -> None:
    """On a user of its own."""
    spot = trader("second").spot_orders
    spot.place(resting(floor))
    assert PAIR in spot.cancel_everything().succeeded
    assert spot.symbols_with_open_orders() == ()


def test_the_dead_man_is_set_read_and_taken_back(trader: Connect) -> None:
    """With its pairs and its time."""
    spot = trader().spot_orders
    triggers_at = spot.set_dead_man(timeout=3600, symbols=[PAIR])
    switch = spot.dead_man()
    assert switch is not None
    assert (switch.timeout, switch.symbols, switch.triggers_at) == (3600, (PAIR,), triggers_at)
    assert spot.set_dead_man(timeout=None) is None
    assert spot.dead_man() is None


@pytest.mark.parametrize(
    ("change", "kind", "code"),
    [
        ({"size": D("0.00000001")}, ApiError, "400100"),
        ({"price": D("80.00001")}, ApiError, "400100"),
        ({"size": D(1_000_000)}, InsufficientBalance, "200004"),
        ({"symbol": "NOBODY-USDT"}, NotFound, "900001"),
    ],
)
def test_a_spot_order_is_refused_by_its_reason(
    change: dict[str, Any], kind: type[ApiError], code: str, floor: Practice, trader: Connect
) -> None:
    """And never looked up or sent again."""
    with pytest.raises(kind) as refused:
        trader().spot_orders.place(resting(floor, **change))
    assert refused.value.code == code


# --- waiting spot orders


def test_a_stop_waits_and_is_cancelled(floor: Practice, trader: Connect) -> None:
    """By either id, and all of a pair."""
    stops = trader().spot_stops
    wish = resting(floor, side=Side.SELL, price=price(floor, "0.7"), size=D("0.1"))
    first = stops.place(wish, stop_price=price(floor, "0.71"), stop=SpotStop.LOSS)
    second = stops.place(replace(wish, client_oid=new_id()), stop_price=price(floor, "0.72"), stop=SpotStop.LOSS)
    found = stops.stop(order_id=first)
    assert (found.client_oid, found.stop, found.stop_price, found.price, found.size, found.status) == (
        *(wish.client_oid, SpotStop.LOSS, price(floor, "0.71"), wish.price, wish.size, "NEW"),
    )
    assert stops.stops_by_client_oid(client_oid=wish.client_oid) == (found,)
    assert {stop.order_id for stop in stops.stops(symbol=PAIR)} == {first, second}
    assert stops.cancel_by_client_oid(client_oid=wish.client_oid, symbol=PAIR) == first
    assert stops.cancel_many(symbol=PAIR) == (second,)
    assert stops.stops(symbol=PAIR) == ()


def test_a_pair_of_orders_waits_and_is_cancelled(floor: Practice, trader: Connect) -> None:
    """One cancels the other: a profit above, a stop below."""
    stops = trader().spot_stops
    client_oid = new_id()
    placed = stops.place_oco(
        client_oid=client_oid,
        symbol=PAIR,
        side=Side.SELL,
        size=D("0.1"),
        price=price(floor, "1.3"),
        stop_price=price(floor, "0.7"),
        limit_price=price(floor, "0.69"),
    )
    oco = stops.oco(order_id=placed)
    assert (oco.client_oid, oco.symbol, oco.status) == (client_oid, PAIR, "NEW")
    assert {leg.price for leg in oco.legs} == {price(floor, "1.3"), price(floor, "0.69")}
    assert stops.oco_by_client_oid(client_oid=client_oid) == replace(oco, legs=())
    assert [each.order_id for each in stops.ocos(symbol=PAIR) if each.status == "NEW"] == [placed]
    assert set(stops.cancel_oco(order_id=placed)) == {leg.order_id for leg in oco.legs}
    assert stops.oco(order_id=placed).status == "CANCELLED"


# --- margin


def test_a_margin_order_borrows_what_is_missing(floor: Practice, trader: Connect) -> None:
    """Placed and filled on the cross account, told by either id."""
    exchange = trader()
    orders = exchange.margin_orders
    before = {asset.currency: asset.liability for asset in exchange.margin.cross().assets}
    wish = NewOrder(client_oid=new_id(), symbol=PAIR, side=Side.SELL, type=OrderType.MARKET, size=D("0.5"))
    orders.test_order(wish, isolated=False, auto_borrow=True)
    placed = orders.place(wish, isolated=False, auto_borrow=True)
    order = orders.order(order_id=placed.order_id, symbol=PAIR)
    assert (order.trade_type, order.status, order.filled_size) == (CROSS, OrderStatus.FILLED, D("0.5"))
    assert orders.order_by_client_oid(client_oid=wish.client_oid, symbol=PAIR) == order
    assert order in orders.done_orders(symbol=PAIR, trade_type=CROSS).items
    fills = orders.fills(symbol=PAIR, trade_type=CROSS, order_id=placed.order_id).items
    assert sum(fill.size for fill in fills) == D("0.5")
    assert placed.borrowed is not None
    assert placed.borrowed > 0
    after = {asset.currency: asset.liability for asset in exchange.margin.cross().assets}
    assert after["LTC"] - before.get("LTC", D(0)) == placed.borrowed
    assert exchange.margin.borrowings(currency="LTC").items[0].actual_size == placed.borrowed


def test_a_margin_order_rests_and_is_cancelled(floor: Practice, trader: Connect) -> None:
    """By either id and all of a pair."""
    orders = trader().margin_orders
    wishes = [resting(floor, size=D("0.1")) for _ in range(3)]
    ids = [orders.place(wish, isolated=False).order_id for wish in wishes]
    assert {order.order_id for order in orders.open_orders(symbol=PAIR, trade_type=CROSS)} == set(ids)
    assert PAIR in orders.symbols_with_open_orders(trade_type=CROSS)
    with pytest.raises(DuplicateOrder):
        orders.place(wishes[0], isolated=False)
    orders.cancel(order_id=ids[0], symbol=PAIR)
    orders.cancel_by_client_oid(client_oid=wishes[1].client_oid, symbol=PAIR)
    orders.cancel_all(symbol=PAIR, trade_type=CROSS)
    assert orders.open_orders(symbol=PAIR, trade_type=CROSS) == ()
    with pytest.raises(NotFound):
        orders.cancel(order_id=ids[0], symbol=PAIR)
