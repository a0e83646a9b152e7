"""The desk's orders beside a practice exchange whose pushes and lists lie: what is shown is what the exchange holds."""

from __future__ import annotations

import itertools
import threading
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.order_state import FuturesOrderState, SpotOrderState
from kucoin.errors import KucoinError, OutcomeUnknown
from kucoin.model.feed_private import OrderChange
from kucoin.model.order import OrderStatus, Side
from kucoin.stream.feed import FeedState, FeedStatus
from tests.order_facts import FUTURES_ORDER, push
from tests.orders_desk import NEVER, SPOT_PUSHES, D, Desk, buy, desk_of, gaps, place, rest_many, take, until
from tests.rest_trading import CONTRACT, PAIR, mark, opening, price, resting


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
    heard: list[OrderChange] = []

    def all_heard() -> bool:  # what became of the orders may have been read before it was pushed
        events = inbox.drain().events
        heard.extend(event for event in events if isinstance(event, OrderChange) and event.kind == "match")
        return {(each.order_id, each.trade_id) for each in heard} == {(each.order_id, each.trade_id) for each in fills}

    until(all_heard)
    desk.upstream.hub.close_inbox(inbox)
    print(f"500 fills, first to last {(max(e.time for e in heard) - min(e.time for e in heard)) / 1e6:.0f} ms")


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
