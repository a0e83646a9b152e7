"""The desk's orders beside a practice exchange whose pushes and lists lie: what is shown is what the exchange holds."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from kucoin.decimals import ceil_to
from kucoin.desk.order_state import AnyOrder, FuturesOrderState, SpotOrderState
from kucoin.desk.orders import Orders
from kucoin.desk.refresh import Refresher
from kucoin.desk.upstream import Upstream
from kucoin.errors import KucoinError, OutcomeUnknown
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.feed_private import OrderChange
from kucoin.model.order import (
    FuturesStop,
    NewOrder,
    OrderStatus,
    OrderType,
    Side,
    StopDirection,
    StopPriceType,
    TradeType,
)
from kucoin.model.stop_order import SpotStop
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.stream.feed import FeedState, FeedStatus, Manners
from tests import feed_server
from tests.conftest import Practice
from tests.order_facts import FUTURES_ORDER, push
from tests.rest_trading import CONTRACT, PAIR, mark, opening, price, resting

D = Decimal
FAST, NEVER = 0.5, 3600.0
SPOT_PUSHES, FUTURES_PUSHES = "/spotMarket/tradeOrdersV2", "/contractMarket/tradeOrders"
SPOT_LISTS = "/api/v1/hf/orders/active"
MARGIN_LISTS = ("/api/v3/hf/margin/order/active/symbols", "/api/v3/hf/margin/orders/active")
MARKETS = ("spotMarket", "contractMarket")


def until(condition: Callable[[], object]) -> Any:
    """Wait for ``condition``, long enough for a machine that is busy with other things."""
    return feed_server.until(condition, 40)


@dataclass
class Desk:
    """What the desk has of orders, and nothing else of it."""

    floor: Practice
    exchange: Exchange
    upstream: Upstream
    refresher: Refresher
    orders: Orders
    asked: list[str] = field(default_factory=list)

    def has(self, order_id: str, status: OrderStatus) -> AnyOrder | None:
        """The order, once it stands like this."""
        order = self.orders.order(order_id)
        return order if order is not None and order.status is status else None

    def is_open(self, order_id: str) -> bool:
        """Whether it is shown as in the market."""
        return order_id in [order.order_id for order in self.orders.open()]

    def waits(self, order_id: str) -> bool:
        """Whether it is shown as waiting for its price."""
        return order_id in [stop.order_id for stop in self.orders.stops()]


@contextmanager
def desk_of(floor: Practice, *, every: float, sockets: bool = True) -> Iterator[Desk]:
    """Orders of the default account, with everything read; both private sockets are live, or there are none."""
    ports = (int(base.rpartition(":")[2]) for base in (floor.spot, floor.futures))
    credentials = Credentials(Secret(floor.key), Secret(floor.secret), Secret(floor.passphrase))
    exchange = Exchange(hosts.practice(*ports), credentials)
    upstream = Upstream(exchange, practice=True, manners=Manners(first_pause=0.25))
    refresher = Refresher()
    orders = Orders(exchange, upstream.hub, refresher, granted=lambda: True, every=every)
    desk = Desk(floor, exchange, upstream, refresher, orders)
    ask = exchange.spot_orders.order

    def asking(*, order_id: str, symbol: str) -> Any:
        desk.asked.append(order_id)
        return ask(order_id=order_id, symbol=symbol)

    exchange.spot_orders.order = asking  # type: ignore[method-assign]  # a spy: it asks all the same
    if sockets:
        upstream.hear_account()
    refresher.start()
    expected = None if sockets else f"Spot orders may be {every:g} s old: there is no such line"
    try:
        until(lambda: orders.problem() == expected)
        yield desk
    finally:
        refresher.stop()
        exchange.close()
        upstream.stop()


@pytest.fixture(scope="module")
def running(floor_process: Practice) -> Iterator[Desk]:
    """One for all tests of this file."""
    with desk_of(floor_process, every=FAST) as desk:
        yield desk


@pytest.fixture
def desk(running: Desk, floor: Practice) -> Desk:
    """The desk with an exchange without faults."""
    until(lambda: running.orders.problem() is None)
    return running


def place(desk: Desk, **more: Any) -> str:
    """Place a spot order that rests, and return its id."""
    return desk.exchange.spot_orders.place(resting(desk.floor, **more))


def buy(desk: Desk, symbol: str = PAIR) -> str:
    """Buy a little at the market."""
    return desk.exchange.spot_orders.place_market(
        client_oid=uuid.uuid4().hex, symbol=symbol, side=Side.BUY, funds=D(20)
    )


def test_a_spot_order_is_what_rest_says(desk: Desk) -> None:
    """Open, then filled in parts at better prices than its limit: sizes, sums and price are the exchange's own."""
    wish = resting(desk.floor, price=price(desk.floor, "1.01"), size=D(3))
    desk.orders.expect(wish.client_oid)
    order_id = desk.exchange.spot_orders.place(wish)
    state = until(lambda: desk.has(order_id, OrderStatus.FILLED))
    rest = desk.exchange.spot_orders.order(order_id=order_id, symbol=PAIR)
    assert isinstance(state, SpotOrderState)
    assert (state.filled_size, state.filled_funds) == (rest.filled_size, rest.filled_funds)
    assert state.average_price == rest.average_price
    assert state.average_price < wish.price
    assert (state.client_oid, state.ours, state.side) == (wish.client_oid, True, Side.BUY)
    told = {str(fill.trade_id) for fill in desk.exchange.spot_orders.fills(symbol=PAIR, order_id=order_id).items}
    assert {fill.trade_id for fill in desk.orders.fills(PAIR) if fill.order_id == order_id} == told


def test_a_futures_order_counts_in_lots(desk: Desk) -> None:
    """Open as REST lists it; filled at the price of its fills."""
    exchange = desk.exchange
    waiting = exchange.futures_orders.place(opening(desk.floor))
    until(lambda: desk.is_open(waiting))
    state, rest = desk.orders.order(waiting), exchange.futures_orders.order(order_id=waiting)
    assert isinstance(state, FuturesOrderState)
    assert (state.size, state.price, state.status) == (rest.size, rest.price, rest.status)
    exchange.futures_orders.cancel(order_id=waiting)
    until(lambda: desk.has(waiting, OrderStatus.CANCELLED))
    bought = exchange.futures_orders.place(opening(desk.floor, price=mark(desk.floor, "1.02")))
    state = until(lambda: desk.has(bought, OrderStatus.FILLED))
    assert isinstance(state, FuturesOrderState)
    contract = next(each for each in exchange.futures.contracts() if each.symbol == CONTRACT)
    rest = exchange.futures_orders.order(order_id=bought)
    assert (type(state.filled_size), state.filled_size) == (int, 3)
    assert state.average_price(contract) == rest.filled_value / (3 * contract.multiplier)


@pytest.mark.parametrize(
    "fault", [{"name": "push_first", "seconds": 1.0}, {"name": "lose_answer"}], ids=["late", "lost"]
)
def test_an_order_is_ours_whenever_its_answer_comes(desk: Desk, fault: dict[str, Any]) -> None:
    """The switches ``push_first`` and ``lose_answer``: expected before it left, so its push is enough to know it by."""
    desk.floor.faults({"method": "POST", "path": "/api/v1/hf/orders", **fault})
    wish = resting(desk.floor)
    desk.orders.expect(wish.client_oid)
    answers: list[str | KucoinError] = []

    def send() -> None:
        try:
            answers.append(desk.exchange.spot_orders.place(wish))
        except KucoinError as error:
            answers.append(error)

    worker = threading.Thread(target=send)
    worker.start()
    state = until(lambda: next((each for each in desk.orders.open(PAIR) if each.client_oid == wish.client_oid), None))
    assert state.ours
    worker.join(20)
    (answer,) = answers
    if fault["name"] == "lose_answer":
        assert isinstance(answer, OutcomeUnknown)
    else:
        assert answer == state.order_id


def test_a_fill_told_seven_times_is_booked_once(desk: Desk) -> None:
    """The switch ``dup_event``: whatever is repeated."""
    desk.floor.faults({"name": "dup_event", "path": SPOT_PUSHES, "count": 7})
    order_id = buy(desk)
    state = until(lambda: desk.has(order_id, OrderStatus.FILLED))
    rest = desk.exchange.spot_orders.order(order_id=order_id, symbol=PAIR)
    assert (state.filled_size, state.filled_funds) == (rest.filled_size, rest.filled_funds)
    fills = [fill.trade_id for fill in desk.orders.fills(PAIR) if fill.order_id == order_id]
    assert len(fills) == len(set(fills)) > 0


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


def test_an_order_from_outside_is_shown_as_such_and_counts(desk: Desk) -> None:
    """Placed by another program: not ours, in the exposure all the same."""
    contracts = {each.symbol: each for each in desk.exchange.futures.contracts()}

    def added() -> tuple[Decimal, Decimal]:
        found = {each.symbol: each for each in desk.orders.exposure(contracts)}
        return tuple(found[each].buy if each in found else D(0) for each in (PAIR, CONTRACT))

    before = added()
    spot = place(desk, size=D("0.5"))
    futures = desk.exchange.futures_orders.place(opening(desk.floor))
    until(lambda: desk.is_open(spot) and desk.is_open(futures))
    assert not desk.orders.order(spot).ours
    assert not desk.orders.order(futures).ours
    assert added() == (before[0] + D("0.5"), before[1] + 3 * contracts[CONTRACT].multiplier)
    desk.exchange.spot_orders.cancel(order_id=spot, symbol=PAIR)
    desk.exchange.futures_orders.cancel(order_id=futures)
    until(lambda: added() == before)


def test_five_hundred_fills_at_once_are_all_there(desk: Desk) -> None:
    """A trade with oneself is two fills: 250 orders on two pairs, and one order on each that takes them all."""
    exchange = desk.exchange
    pairs = list(itertools.islice(gaps(exchange), 2))
    assert len(pairs) == 2
    made = [order_id for gap in pairs for order_id in rest_many(exchange, gap, 125)]
    inbox = desk.upstream.hub.open_inbox()
    takers: list[str] = []
    workers = [threading.Thread(target=lambda gap=gap: takers.append(take(exchange, gap, 125))) for gap in pairs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    until(lambda: all(desk.has(each, OrderStatus.FILLED) for each in (*made, *takers)))
    orders = {*made, *takers}
    fills = [fill for fill in desk.orders.fills() if fill.order_id in orders]
    assert len(fills) == len({(fill.order_id, fill.trade_id) for fill in fills}) == 500
    heard = [event for event in inbox.drain().events if isinstance(event, OrderChange) and event.kind == "match"]
    desk.upstream.hub.close_inbox(inbox)
    assert {(event.order_id, event.trade_id) for event in heard} == {(fill.order_id, fill.trade_id) for fill in fills}
    print(f"500 fills, first to last {(max(e.time for e in heard) - min(e.time for e in heard)) / 1e6:.0f} ms")


@dataclass
class Gap:
    """A price between the best bid and the best ask of a pair, and a small size for it."""

    symbol: str
    price: Decimal
    size: Decimal


def gaps(exchange: Exchange) -> Iterator[Gap]:
    """Pairs of which the account holds enough, and in whose books a price between is free."""
    held = {each.currency: each.available for each in exchange.account.spot_accounts() if each.kind == "trade"}
    for pair in exchange.market.symbols():
        if pair.quote_currency != "USDT" or not held.get(pair.base_currency):
            continue
        book = exchange.books.spot(symbol=pair.symbol)
        at = book.bids[0][0] + pair.price_increment
        size = max(pair.base_min_size, ceil_to(D("0.5") / at, pair.base_increment))
        if at < book.asks[0][0] and size * 130 < held[pair.base_currency]:
            yield Gap(pair.symbol, at, size)


def rest_many(exchange: Exchange, gap: Gap, count: int) -> list[str]:
    """Place so many orders to buy in the gap, five at a time, and return their ids."""
    made: list[str] = []
    for _ in range(count // 5):
        wishes = [
            NewOrder(
                client_oid=uuid.uuid4().hex,
                symbol=gap.symbol,
                side=Side.BUY,
                type=OrderType.LIMIT,
                price=gap.price,
                size=gap.size,
            )
            for _ in range(5)
        ]
        made += exchange.spot_orders.place_batch(wishes).values()
    return made


def take(exchange: Exchange, gap: Gap, count: int) -> str:
    """Sell to all of them at once."""
    return exchange.spot_orders.place_limit(
        client_oid=uuid.uuid4().hex, symbol=gap.symbol, side=Side.SELL, price=gap.price, size=gap.size * count
    )


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


def test_after_a_break_everything_is_read_again_at_once(desk: Desk) -> None:
    """Not half a minute later; and what changed meanwhile is no push that was lost."""
    with desk_of(desk.floor, every=NEVER) as broken:
        ends = place(broken)
        until(lambda: broken.is_open(ends))
        broken.floor.faults({"name": "drop_event", "path": SPOT_PUSHES})
        broken.exchange.spot_orders.cancel(order_id=ends, symbol=PAIR)
        appears, filled = place(broken), buy(broken)
        broken.floor.clear_faults()
        assert broken.is_open(ends)
        broken.upstream.hub.changed(FeedStatus("feed-spot-private", FeedState.DOWN, "cut"))
        assert "cut" in str(broken.orders.problem())
        broken.upstream.hub.changed(FeedStatus("feed-spot-private", FeedState.LIVE))
        until(lambda: broken.is_open(appears) and not broken.is_open(ends))
        until(lambda: filled in [fill.order_id for fill in broken.orders.fills(PAIR)])
        until(lambda: broken.orders.problem() is None)
        assert broken.orders.repaired == 0
        broken.exchange.spot_orders.cancel(order_id=appears, symbol=PAIR)


def test_a_push_that_cannot_be_read_is_asked_for(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Half a lot: the event is told in the log, and REST says what it would have said."""
    with desk_of(desk.floor, every=NEVER) as broken:
        order_id = place(broken)
        until(lambda: broken.is_open(order_id))
        broken.floor.faults({"name": "drop_event", "path": SPOT_PUSHES})
        broken.exchange.spot_orders.cancel(order_id=order_id, symbol=PAIR)
        half = push("match", of=FUTURES_ORDER, filled_size=D("0.5"))
        broken.upstream.hub.publish([half], received=0.0)
        until(lambda: broken.has(order_id, OrderStatus.CANCELLED))
        until(lambda: broken.orders.problem() is None)
    assert "0.5 is no number of lots" in caplog.text
