"""Races of a cancel against a fill, and cancels whose answers get lost, judged by what the exchange itself says."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import cycle
from typing import Any

from kucoin.model.cancellation import Cancellation, CancelState
from kucoin.model.order import Lots, NewOrder, OrderType, Side, TimeInForce
from tests.cancel_rig import KINDS, TRADER, Rig, fuse, place_one
from tests.orders_desk import Gap, gaps, until
from tests.rest_trading import opening

D = Decimal
LONGEST = 15.0  # s
_SLACK = 1.0  # s that a busy machine may take to notice
_PLACES = 6  # pairs that take turns
ROOMY, TICK = "XBTUSDCM", D("0.1")  # best bid and best ask are many ticks apart

LOSSES: tuple[dict[str, Any], ...] = (
    {"name": "lose_answer", "chance": 0.7},
    {"name": "accept_then_5xx", "chance": 0.7},
    {"name": "refuse_5xx", "chance": 0.7},
    {"name": "late_answer", "seconds": 6.0, "chance": 0.5},
    {"name": "bad_body", "kind": "truncated", "chance": 0.7},
    {"name": "bad_body", "kind": "no_data", "chance": 0.7},
    {"name": "http_429", "reset_ms": 700, "chance": 0.5},
    {"name": "http_429_bare", "chance": 0.5},
)


@dataclass
class Tally:
    """What the races came to; ``wrong`` says of each in which the desk and the exchange differ how."""

    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    longest: float = 0.0

    def add(self, kind: str, told: Cancellation, truth: CancelState) -> None:
        """Count one."""
        self.ends[f"{kind}: {told.state}"] += 1
        self.longest = max(self.longest, told.took or 0.0)
        if told.state is not truth:
            self.wrong.append(f"{kind} {told.order_id}: told {told.state} ({told.words}), was {truth}")

    def __str__(self) -> str:
        ends = ", ".join(f"{name} {count}" for name, count in sorted(self.ends.items()))
        return f"{ends}; {len(self.wrong)} wrong; the longest took {self.longest:.2f} s"


def truth_of(rig: Rig, order_id: str, symbol: str) -> CancelState:
    """What the exchange says of an order, read without our client."""
    if "-" in symbol:
        row = rig.desk.floor.get(f"/api/v1/hf/orders/{order_id}?symbol={symbol}").data
        active, filled, size = row["active"], D(row["dealSize"]), D(row["size"])
    else:
        row = rig.desk.floor.get(f"/api/v1/orders/{order_id}", futures=True).data
        active, filled, size = row["isActive"], D(row["filledSize"]), D(row["size"])
    if active:
        return CancelState.REFUSED
    if filled == size:
        return CancelState.FILLED
    return CancelState.PARTLY_FILLED if filled else CancelState.CANCELLED


def race(rig: Rig, chance: random.Random, count: int) -> Tally:
    """Let cancels run against fills: of spot and futures orders that are taken, and of stops that go off."""
    tally = Tally()
    places = cycle(gap for gap, _ in zip(gaps(rig.exchange), range(_PLACES), strict=False))
    runs: Iterator[Callable[[], None]] = cycle(
        (
            lambda: _spot(rig, chance, next(places), tally),
            lambda: _futures(rig, chance, tally),
            lambda: _spot(rig, chance, next(places), tally),
            lambda: _stop(rig, chance, tally),
        )
    )
    for _ in range(count):
        next(runs)()
    return tally


def _together(chance: random.Random, *acts: Callable[[], object]) -> None:
    """Begin all of them within a few ms."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object], delay: float) -> None:
        start.wait()
        time.sleep(delay)  # the race itself: who is first differs each time
        act()

    threads = [threading.Thread(target=run, args=(act, chance.uniform(0, 0.006))) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _spot(rig: Rig, chance: random.Random, gap: Gap, tally: Tally) -> None:
    order = _order(gap, Side.BUY, 4)
    taker = replace(_order(gap, Side.SELL, chance.choice((1, 3, 4))), time_in_force=TimeInForce.IOC)
    order_id = rig.exchange.spot_orders.place(order)
    until(lambda: rig.desk.is_open(order_id))
    _together(
        chance,
        lambda: rig.cancels.cancel(order_id, TRADER),
        lambda: rig.exchange.spot_orders.place(taker),
    )
    tally.add("spot", rig.outcome(order_id), truth_of(rig, order_id, gap.symbol))


def _order(gap: Gap, side: Side, count: int) -> NewOrder:
    return NewOrder(
        client_oid=uuid.uuid4().hex,
        symbol=gap.symbol,
        side=side,
        type=OrderType.LIMIT,
        price=gap.price,
        size=gap.size * count,
    )


def _futures(rig: Rig, chance: random.Random, tally: Tally) -> None:
    """A buy one tick above the best bid of a contract with room there, which a sell of our own takes, or not."""
    bid = rig.exchange.books.futures(symbol=ROOMY).bids[0][0]
    order = opening(rig.desk.floor, symbol=ROOMY, client_oid=uuid.uuid4().hex, size=Lots(4), price=bid + TICK)
    taker = replace(
        order,
        client_oid=uuid.uuid4().hex,
        side=Side.SELL,
        size=Lots(chance.choice((1, 3, 4))),
        time_in_force=TimeInForce.IOC,
    )
    order_id = rig.exchange.futures_orders.place(order)
    until(lambda: rig.desk.is_open(order_id))
    _together(
        chance,
        lambda: rig.cancels.cancel(order_id, TRADER),
        lambda: rig.exchange.futures_orders.place(taker),
    )
    tally.add("futures", rig.outcome(order_id), truth_of(rig, order_id, ROOMY))


def _stop(rig: Rig, chance: random.Random, tally: Tally) -> None:
    """A stop that goes off while it is cancelled: in the end nothing of it lives."""
    lit = fuse(rig)
    stop_id = rig.exchange.spot_stops.place(lit.order, stop_price=lit.gap.price, stop=lit.stop)
    until(lambda: rig.desk.waits(stop_id))
    lit.lay(rig.exchange)
    _together(chance, lambda: rig.cancels.cancel(stop_id, TRADER), lambda: lit.light(rig.exchange))
    told = rig.outcome(stop_id)
    became = rig.desk.orders.triggered(stop_id)
    truth = CancelState.REFUSED if rig.lives(stop_id) else CancelState.CANCELLED
    if became is None:
        tally.add("waiting stop", told, truth)
    else:
        tally.add("triggered stop", told, truth_of(rig, became, lit.gap.symbol))


def lose(rig: Rig, chance: random.Random, count: int) -> Tally:
    """Cancel orders of every kind, three at a time, while answers get lost, of cancels and of looks.

    What is told as ended has ended, within 15 s; what is not known then, is known once answers come again.
    """
    tally = Tally()
    for number in range(0, count, 3):
        kinds = [KINDS[(number + each) % len(KINDS)] for each in range(3)]
        ids = [place_one(rig, kind) for kind in kinds]
        for order_id in ids:
            until(lambda order_id=order_id: rig.desk.orders.order(order_id) or rig.desk.orders.stop(order_id))
        loss, unheard = chance.choice(LOSSES), {"name": "drop_event", "chance": chance.choice((0.0, 1.0))}
        looks = {**loss, "method": "GET", "path": "/api/v1/hf/orders/", "chance": 0.3}
        rig.desk.floor.faults({**loss, "method": "DELETE"}, looks, unheard)
        for order_id in ids:
            rig.cancels.cancel(order_id, TRADER)
        told = [rig.outcome(order_id) for order_id in ids]
        rig.desk.floor.clear_faults()
        for kind, order_id, each in zip(kinds, ids, told, strict=True):
            if each.state is CancelState.CANCELLED and rig.lives(order_id):
                tally.wrong.append(f"{kind} {order_id}: told cancelled after {loss}, but lives")
            if (each.took or 0) > LONGEST + _SLACK:
                tally.wrong.append(f"{kind} {order_id}: took {each.took} s after {loss}")
            again = each if each.state is CancelState.CANCELLED else rig.cancel(order_id)
            tally.add(f"{loss['name']} {each.state}, then", again, CancelState.CANCELLED)
            tally.longest = max(tally.longest, each.took or 0)
            if rig.lives(order_id):
                tally.wrong.append(f"{kind} {order_id}: lives after {loss} and another cancel")
    return tally
