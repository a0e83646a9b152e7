"""The desk's cancels beside a practice exchange: orders of every kind to cancel, and what became of them in truth."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kucoin.decimals import floor_to
from kucoin.desk.cancels import Cancels
from kucoin.desk.principal import Principal, Role
from kucoin.model.cancellation import Cancellation, CancelState
from kucoin.model.order import (
    FuturesStop,
    NewOrder,
    OrderType,
    Side,
    StopDirection,
    StopPriceType,
)
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import OcoTerms, SpotTicket, Ticket
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.orders_desk import Desk, Gap, gaps, until
from tests.rest_trading import mark, opening, price, resting

D = Decimal
TRADER = Principal("somebody", Role.TRADER)


@dataclass
class Rig:
    """Cancels, and what they know of as placed by this desk."""

    desk: Desk
    cancels: Cancels
    placed: dict[str, Ticket] = field(default_factory=dict)

    @property
    def exchange(self) -> Exchange:
        """The client that the desk has."""
        return self.desk.exchange

    def cancel(self, order_id: str) -> Cancellation:
        """Cancel, and wait for what comes of it."""
        self.cancels.cancel(order_id, TRADER)
        return self.outcome(order_id)

    def outcome(self, order_id: str) -> Cancellation:
        """What came of it, as soon as anything has."""

        def settled() -> Cancellation | None:
            told = self.cancels.cancellation(order_id)
            return told if told is not None and told.state is not CancelState.SENT else None

        found: Cancellation = until(settled)
        return found

    def accept(self, ticket: Ticket, order_id: str, *, told: bool = True) -> str:
        """Have the desk know that ``ticket`` was accepted, and its orders too where ``told``."""
        self.placed[order_id] = ticket
        if told:
            self.desk.orders.placed(ticket, order_id)
        return order_id

    def lives(self, order_id: str) -> bool:
        """Whether the exchange has it, in the market or waiting."""
        mine = self.desk.floor.state()["users"]["main"]
        return order_id in mine["orders"] or order_id in mine["stops"]

    def deletes(self) -> int:
        """How many cancels have reached the exchange."""
        asked: dict[str, int] = self.desk.floor.state()["requests"]
        return sum(count for name, count in asked.items() if name.split()[-2] == "DELETE")


def waiting_pair(floor: Practice, **more: Any) -> SpotTicket:
    """A pair to sell a little: dear, or cheap once the price has fallen."""
    order = resting(floor, side=Side.SELL, price=price(floor, "1.3"), size=D("0.2"), **more)
    return SpotTicket(order=order, oco=OcoTerms(stop_price=price(floor, "0.8"), limit_price=price(floor, "0.79")))


def place_pair(exchange: Exchange, ticket: SpotTicket) -> str:
    """Place it, and return the pair's id."""
    order, terms = ticket.order, ticket.oco
    assert terms is not None
    assert order.size is not None
    assert order.price is not None
    return exchange.spot_stops.place_oco(
        client_oid=order.client_oid,
        symbol=order.symbol,
        side=order.side,
        size=order.size,
        price=order.price,
        stop_price=terms.stop_price,
        limit_price=terms.limit_price,
    )


def place_one(rig: Rig, kind: str) -> str:
    """Place an order of a kind that stays where it is, without telling the desk, and return its id."""
    floor, exchange = rig.desk.floor, rig.exchange
    low = price(floor, "0.85")
    down = FuturesStop(direction=StopDirection.DOWN, price=mark(floor, "0.7"), price_type=StopPriceType.MP)
    makers: dict[str, Callable[[], str]] = {
        "spot": lambda: exchange.spot_orders.place(resting(floor)),
        "cross margin": lambda: exchange.margin_orders.place(resting(floor), isolated=False).order_id,
        "futures": lambda: exchange.futures_orders.place(opening(floor)),
        "spot stop": lambda: exchange.spot_stops.place(resting(floor), stop_price=low, stop=SpotStop.LOSS),
        "margin stop": lambda: exchange.margin_stops.place(resting(floor), stop_price=low, stop=SpotStop.LOSS),
        "futures stop": lambda: exchange.futures_orders.place(opening(floor, price=mark(floor, "0.6"), stop=down)),
    }
    return makers[kind]()


KINDS = ("spot", "cross margin", "futures", "spot stop", "margin stop", "futures stop")


@dataclass
class Fuse:
    """A stop that goes off once somebody trades in the gap, and the order that it becomes."""

    gap: Gap
    order: NewOrder
    stop: SpotStop

    def lay(self, exchange: Exchange) -> None:
        """Have something in the gap that can be traded with."""
        exchange.spot_orders.place(self._trade(Side.BUY))

    def light(self, exchange: Exchange) -> None:
        """Trade at the price that it waits for."""
        exchange.spot_orders.place(self._trade(Side.SELL))

    def _trade(self, side: Side) -> NewOrder:
        return NewOrder(
            client_oid=uuid.uuid4().hex,
            symbol=self.gap.symbol,
            side=side,
            type=OrderType.LIMIT,
            price=self.gap.price,
            size=self.gap.size,
        )


def fuse(rig: Rig, *, share: str = "0.7") -> Fuse:
    """A stop on a pair in whose book there is room: it becomes a buy at a share of the price, far below."""
    gap = next(gaps(rig.exchange))
    last = D(rig.desk.floor.state()["last"][gap.symbol])
    step = next(pair for pair in rig.exchange.market.symbols() if pair.symbol == gap.symbol).price_increment
    order = NewOrder(
        client_oid=uuid.uuid4().hex,
        symbol=gap.symbol,
        side=Side.BUY,
        type=OrderType.LIMIT,
        price=floor_to(gap.price * D(share), step),
        size=gap.size * 2,
    )
    return Fuse(gap, order, SpotStop.ENTRY if gap.price > last else SpotStop.LOSS)


@contextmanager
def cancels_of(desk: Desk) -> Iterator[Rig]:
    """The cancels of a desk's orders."""
    placed: dict[str, Ticket] = {}
    cancels = Cancels(desk.exchange, desk.orders, ticket_of=placed.get)
    cancels.start()
    try:
        yield Rig(desk, cancels, placed)
    finally:
        cancels.stop()
