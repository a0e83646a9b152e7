"""The desk's orders where pushes do not come: what is read in their place, and how often."""

from __future__ import annotations

from dataclasses import replace

from kucoin.model.order import FuturesStop, OrderStatus, StopDirection, StopPriceType, TradeType
from kucoin.model.stop_order import SpotStop
from tests.orders_desk import (
    FAST,
    FUTURES_PUSHES,
    NEVER,
    SPOT_PUSHES,
    Desk,
    buy,
    desk_of,
    gaps,
    place,
    rest_many,
    take,
    until,
)
from tests.rest_trading import CONTRACT, PAIR, mark, opening, price, resting

SPOT_LISTS = "/api/v1/hf/orders/active"
MARGIN_LISTS = ("/api/v3/hf/margin/order/active/symbols", "/api/v3/hf/margin/orders/active")
MARKETS = ("spotMarket", "contractMarket")


def test_what_no_push_tells_is_found_by_reading_and_counted(desk: Desk) -> None:
    """The switch ``drop_event``: an order that ends, one that appears and is filled in part, and one on futures."""
    exchange, before = desk.exchange, desk.orders.repaired
    ends = place(desk)
    lots = exchange.futures_orders.place(opening(desk.floor))
    until(lambda: desk.is_open(ends) and desk.is_open(lots))
    desk.floor.faults({"name": "drop_event", "path": SPOT_PUSHES}, {"name": "drop_event", "path": FUTURES_PUSHES})
    exchange.spot_orders.cancel(order_id=ends, symbol=PAIR)
    exchange.futures_orders.cancel(order_id=lots)
    gap = next(gaps(exchange))
    (part, *_) = rest_many(exchange, replace(gap, size=gap.size * 3), 5)
    take(exchange, gap, 2)
    until(lambda: desk.has(ends, OrderStatus.CANCELLED))
    until(lambda: desk.has(lots, OrderStatus.CANCELLED))
    state = until(lambda: desk.has(part, OrderStatus.PARTIALLY_FILLED))
    until(lambda: sum(fill.size for fill in desk.orders.order(part).fills) == gap.size * 2)
    assert (state.filled_size, state.remaining_size, state.average_price) == (gap.size * 2, gap.size, gap.price)
    until(lambda: desk.orders.repaired >= before + 3)
    exchange.spot_orders.cancel_all(symbol=gap.symbol)
    until(lambda: not desk.is_open(part))


def test_waiting_orders_are_told_and_read(desk: Desk) -> None:
    """Of both markets; what no push tells of them is read."""
    exchange = desk.exchange
    down = FuturesStop(direction=StopDirection.DOWN, price=mark(desk.floor, "0.7"), price_type=StopPriceType.MP)

    def both() -> tuple[str, str]:
        spot = exchange.spot_stops.place(resting(desk.floor), stop_price=price(desk.floor, "0.85"), stop=SpotStop.LOSS)
        return spot, exchange.futures_orders.place(opening(desk.floor, price=mark(desk.floor, "0.6"), stop=down))

    def cancel(spot: str, futures: str) -> None:
        exchange.spot_stops.cancel(order_id=spot)
        exchange.futures_orders.cancel(order_id=futures)

    told = both()
    until(lambda: all(map(desk.waits, told)))
    (stop,) = (each for each in desk.orders.stops(CONTRACT) if each.order_id == told[1])
    assert (stop.lots, stop.size, stop.stop_price, stop.stop) == (3, None, down.price, "down")
    cancel(*told)
    until(lambda: not any(map(desk.waits, told)))
    last = both()
    until(lambda: all(map(desk.waits, last)))
    desk.floor.faults(*({"name": "drop_event", "path": f"/{each}/advancedOrders"} for each in MARKETS))
    cancel(*last)
    read = both()
    until(lambda: all(map(desk.waits, read)) and not any(map(desk.waits, last)))
    cancel(*read)
    until(lambda: not any(map(desk.waits, read)))


def test_an_old_list_ends_and_reopens_nothing(desk: Desk) -> None:
    """The switch ``stale_list``: an order that it lacks stays, one that it still shows stays ended."""
    ends = place(desk)
    until(lambda: desk.is_open(ends))
    desk.floor.faults({"name": "stale_list", "path": SPOT_LISTS})
    orders = desk.exchange.spot_orders
    assert PAIR in orders.symbols_with_open_orders()
    assert ends in [order.order_id for order in orders.open_orders(symbol=PAIR)]  # and so it stays
    lives = place(desk)
    orders.cancel(order_id=ends, symbol=PAIR)
    until(lambda: desk.is_open(lives) and not desk.is_open(ends))
    desk.asked.clear()

    def asked_twice() -> bool:
        assert desk.is_open(lives)
        assert not desk.is_open(ends)
        return min(map(desk.asked.count, (lives, ends))) >= 2

    until(asked_twice)
    assert lives not in [order.order_id for order in orders.open_orders(symbol=PAIR)]
    orders.cancel(order_id=lives, symbol=PAIR)
    until(lambda: not desk.is_open(lives))


def test_a_margin_order_is_found_though_no_list_has_it_yet(desk: Desk) -> None:
    """Its pushes do not say which account pays, so the spot list seems to lack it; asked about, it is margin's."""
    margin = desk.exchange.margin_orders
    desk.floor.faults(*({"name": "stale_list", "path": path} for path in MARGIN_LISTS))
    before = margin.symbols_with_open_orders(trade_type=TradeType.MARGIN_TRADE)
    listed = margin.open_orders(symbol=PAIR, trade_type=TradeType.MARGIN_TRADE)  # and so they stay
    order_id = margin.place(resting(desk.floor), isolated=False).order_id
    until(lambda: desk.is_open(order_id))
    until(lambda: desk.orders.order(order_id).trade_type is TradeType.MARGIN_TRADE)
    assert desk.is_open(order_id)
    assert margin.symbols_with_open_orders(trade_type=TradeType.MARGIN_TRADE) == before
    assert margin.open_orders(symbol=PAIR, trade_type=TradeType.MARGIN_TRADE) == listed
    margin.cancel(order_id=order_id, symbol=PAIR)
    until(lambda: not desk.is_open(order_id))


def test_a_desk_begins_with_what_stands_and_what_was_filled(desk: Desk) -> None:
    """Open orders, and the fills of the last day on their pairs and on futures, though no push told of them."""
    exchange = desk.exchange
    filled, lots = buy(desk), exchange.futures_orders.place(opening(desk.floor, price=mark(desk.floor, "1.02")))
    stands = place(desk)
    with desk_of(desk.floor, every=NEVER) as fresh:
        assert fresh.is_open(stands)
        until(lambda: {filled, lots} <= {fill.order_id for fill in fresh.orders.fills()})
        (mine, *_) = (fill for fill in fresh.orders.fills(PAIR) if fill.order_id == filled)
        assert mine.fee is not None
        assert fresh.orders.repaired == 0
    exchange.spot_orders.cancel(order_id=stands, symbol=PAIR)


def test_fills_on_other_pairs_are_read_once_somebody_looks_or_trades(desk: Desk) -> None:
    """There is no list of all pairs; an order filled at once never was in one either."""
    listed = {each.symbol for each in (*desk.orders.open(), *desk.orders.stops())}
    pairs = [
        pair.symbol for pair in desk.exchange.market.symbols() if pair.quote_currency == "USDT" and pair.enable_trading
    ]
    looked, traded = [symbol for symbol in pairs if symbol not in listed][:2]
    before = [buy(desk, looked), buy(desk, traded)]
    with desk_of(desk.floor, every=NEVER) as fresh:
        assert not fresh.orders.fills(looked)
        assert not fresh.orders.fills(traded)
        fresh.orders.look_back(looked)
        after = buy(fresh, traded)
        until(lambda: before[0] in {fill.order_id for fill in fresh.orders.fills(looked)})
        until(lambda: {before[1], after} <= {fill.order_id for fill in fresh.orders.fills(traded)})


def test_fills_that_cannot_be_read_are_said(desk: Desk) -> None:
    """A list of fills that lacks some is not shown as whole."""
    with desk_of(desk.floor, every=NEVER) as fresh:
        fresh.floor.faults({"name": "gone", "path": "/api/v1/hf/fills"})
        fresh.orders.look_back("LINK-USDT")
        until(lambda: str(fresh.orders.problem()).startswith("Latest spot fills cannot be read: "))
        fresh.floor.clear_faults()
        until(lambda: fresh.orders.problem() is None)


def test_without_sockets_the_lists_tell_everything(desk: Desk) -> None:
    """Late, which is said; the fills of the last day on futures as well."""
    lots = desk.exchange.futures_orders.place(opening(desk.floor, price=mark(desk.floor, "1.02")))
    with desk_of(desk.floor, every=FAST, sockets=False) as deaf:
        until(lambda: lots in [fill.order_id for fill in deaf.orders.fills(CONTRACT)])
        order_id = place(deaf)
        until(lambda: deaf.is_open(order_id))
        deaf.exchange.spot_orders.cancel(order_id=order_id, symbol=PAIR)
        until(lambda: deaf.has(order_id, OrderStatus.CANCELLED))
