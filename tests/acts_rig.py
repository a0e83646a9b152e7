"""A whole desk beside a practice exchange whose market stands still: positions and orders to act on, and the truth."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from kucoin.desk.desk import Desk
from kucoin.desk.principal import Principal, Role
from kucoin.errors import InvalidRequest, NotAllowed
from kucoin.model.change import Amend, AmendState, Change, ChangeState
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, NewOrder, OrderType, Side
from kucoin.model.ticket import FuturesTicket, Placement, SpotTicket, Ticket, TicketState
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.orders_desk import until
from tests.place_storm import desk_on

D = Decimal
ME = Principal("somebody", Role.TRADER)
ROOMY, TICK = "XBTUSDCM", D("0.1")  # best bid and best ask are many ticks apart
ALTER = "POST /api/v1/hf/orders/alter"


@dataclass
class Rig:
    """The desk, and what the exchange itself says."""

    floor: Practice
    desk: Desk
    born: frozenset[str]  # orders that were there from the beginning

    @property
    def exchange(self) -> Exchange:
        """The desk's own client, for what others do."""
        return self.desk._exchange

    def lots(self, symbol: str, side: str = "BOTH") -> int:
        """What is held of a contract in truth, negative where short."""
        held = self.floor.state()["users"]["main"]["positions"]
        return sum(each["qty"] for each in held if (each["symbol"], each["side"]) == (symbol, side))

    def living(self) -> set[str]:
        """KuCoin's ids of all that is in the market or waits, in truth."""
        mine = self.floor.state()["users"]["main"]
        return {*mine["orders"], *mine["stops"]}

    def asked(self, name: str) -> int:
        """How many requests of a name, such as `ALTER`, have reached the exchange."""
        requests: dict[str, int] = self.floor.state()["requests"]
        return sum(count for key, count in requests.items() if name in key)

    def knows(self, symbol: str) -> int:
        """Wait until the desk knows of the position what the exchange does, and return its lots."""
        source = self.desk._accounts.positions
        assert source is not None

        def same() -> bool:
            if self.lots(symbol) == self.held(symbol):
                return True
            self.desk._refresher.wake(source)  # pushes are dropped that a clock which hardly moves makes look alike
            return False

        until(same)
        return self.held(symbol)

    def held(self, symbol: str) -> int:
        """What the desk believes to hold."""
        return sum(each.current_qty for each in self.desk._positions() or () if each.symbol == symbol)

    def place(self, ticket: Ticket) -> Placement:
        """Place through the desk as soon as it takes the ticket, and return what became of it."""

        def go() -> Placement | None:
            try:
                return self.desk.trading.place(ticket, ME)
            except (InvalidRequest, NotAllowed) as error:
                if "read" not in str(error):
                    raise
                return None

        until(go)
        return self.settled(ticket.client_oid)

    def settled(self, client_oid: str) -> Placement:
        """What became of it, once that is known."""
        found: Placement = until(
            lambda: (now := self.desk.trading.placement(client_oid)) and now.state is not TicketState.SENT and now
        )
        return found

    def rest(self, ticket: Ticket) -> str:
        """Place it, wait until the desk sees it live, and return KuCoin's id."""
        placed = self.place(ticket)
        assert placed.state is TicketState.ACCEPTED, placed.words
        assert placed.order_id is not None
        until(lambda: self.sees(placed.order_id or "") or self.ended(placed.order_id or ""))
        return placed.order_id

    def sees(self, order_id: str) -> bool:
        """Whether the desk knows the order as living."""
        order, stop = self.desk.orders.order(order_id), self.desk.orders.stop(order_id)
        return bool((order and order.open) or (stop and stop.alive))

    def settles(self) -> bool:
        """Whether it is known what became of each order; where nothing proves it a person says it never arrived."""
        for placed in self.desk.trading.placements():
            if placed.undecided:
                self.desk.trading.decide(placed.ticket.client_oid, ME)
        return not any(each.open for each in self.desk.trading.placements())

    def ended(self, order_id: str) -> bool:
        """Whether the desk knows it as ended."""
        order = self.desk.orders.order(order_id)
        return order is not None and order.status is not None and not order.open

    def amended(self, order_id: str) -> Amend:
        """What became of an amend, once it has come to an end."""

        def over() -> Amend | None:
            told = self.desk.amends.amend_of(order_id)
            assert told is not None
            self.settles()
            return told if told.state not in {AmendState.SENT, AmendState.UNKNOWN} else None

        found: Amend = until(over)
        return found

    def changed(self, number: int) -> Change:
        """What became of a change."""

        def over() -> Change | None:
            told = next(each for each in self.desk.protection.changes() if each.number == number)
            self.settles()
            return told if told.state not in {ChangeState.WORKING, ChangeState.UNKNOWN} else None

        found: Change = until(over)
        return found


def market(symbol: str, side: Side, lots: int, **more: Any) -> FuturesTicket:
    """A futures order at the market."""
    order = NewFuturesOrder(
        client_oid=uuid.uuid4().hex,
        symbol=symbol,
        type=OrderType.MARKET,
        margin_mode=MarginMode.ISOLATED,
        side=side,
        size=Lots(lots),
        leverage=3,
        **more,
    )
    return FuturesTicket(order=order)


def limit(symbol: str, side: Side, lots: int, price: Decimal, **more: Any) -> FuturesTicket:
    """A futures order at a price."""
    order = NewFuturesOrder(
        client_oid=uuid.uuid4().hex,
        symbol=symbol,
        type=OrderType.LIMIT,
        margin_mode=MarginMode.ISOLATED,
        side=side,
        size=Lots(lots),
        price=price,
        leverage=None if more.get("reduce_only") else 3,
        **more,
    )
    return FuturesTicket(order=order)


def spot(symbol: str, side: Side, size: Decimal, price: Decimal, **more: Any) -> SpotTicket:
    """A spot order at a price."""
    order = NewOrder(
        client_oid=uuid.uuid4().hex, symbol=symbol, side=side, type=OrderType.LIMIT, price=price, size=size
    )
    return SpotTicket(order=order, **more)


def slowed(floor: Practice) -> Practice:
    """Let the market nearly stand still. It must not quite: pushes are told from each other by their time."""
    floor.clock(rate=0.01)
    return floor


@contextmanager
def rig_on(floor: Practice, folder: Path) -> Iterator[Rig]:
    """A desk that takes orders."""
    with desk_on(floor.spot, floor.futures, f"sqlite:///{folder / 'acts.sqlite3'}", read=2.0) as desk:
        until(lambda: desk.trading.state().open)
        until(lambda: desk._positions() is not None)
        yield Rig(floor, desk, frozenset(floor.state()["users"]["main"]["orders"]))
