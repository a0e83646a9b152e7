"""A desk's trading on a journal of its own, with a line that keeps what leaves and answers as it is told to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from kucoin.desk.principal import Principal, Role
from kucoin.desk.trading import Trading
from kucoin.errors import NotAllowed
from kucoin.journal.database import Journal
from kucoin.journal.intents import IntentStore
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, NewOrder, OrderType, Side
from kucoin.model.ticket import FuturesTicket, Placement, SpotTicket, Ticket
from kucoin.rest import hosts
from kucoin.rest.answer import Answer
from kucoin.rest.client import Exchange
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.futures_orders import FuturesOrders
from kucoin.rest.margin_orders import MarginOrders
from kucoin.rest.margin_stops import MarginStops
from kucoin.rest.spot import SpotOrders
from kucoin.rest.spot_stops import SpotStops
from tests import feed_server

D = Decimal
ME = Principal("local", Role.TRADER)
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
_ids = itertools.count(1)


def until(condition: Callable[[], object]) -> Any:
    """Wait for ``condition``, long enough for a machine that is busy with other things."""
    return feed_server.until(condition, 40)


def spot(**more: Any) -> SpotTicket:
    """A limit buy, with an id that was never used."""
    order = NewOrder(
        client_oid=f"rig-{next(_ids)}",
        symbol="BTC-USDT",
        side=Side.BUY,
        type=OrderType.LIMIT,
        price=D("87104.10"),
        size=D("0.00230"),
    )
    own = {name: more.pop(name) for name in list(more) if name in {"trade_type", "auto_borrow", "auto_repay"}}
    own |= {name: more.pop(name) for name in list(more) if name in {"trigger", "oco"}}
    return SpotTicket(order=replace(order, **more), **own)


def futures(**more: Any) -> FuturesTicket:
    """A limit buy of contracts, with an id that was never used."""
    order = NewFuturesOrder(
        client_oid=f"rig-{next(_ids)}",
        symbol="XBTUSDTM",
        side=Side.BUY,
        type=OrderType.LIMIT,
        size=Lots(100),
        price=D("87104.1"),
        leverage=3,
        margin_mode=MarginMode.ISOLATED,
    )
    bracket = more.pop("bracket", None)
    return FuturesTicket(order=replace(order, **more), bracket=bracket)


class Wire:
    """Stands for the way to the exchange: keeps what is sent, and gives each order an id, or does what ``say`` does."""

    def __init__(self) -> None:
        self.sent: list[tuple[Endpoint, dict[str, Any]]] = []
        self.say: Callable[[], Answer | None] = lambda: None

    def call(self, endpoint: Endpoint, *, body: Any) -> Answer:
        """Stand for `Transport.call`."""
        self.sent.append((endpoint, dict(body)))
        return self.say() or answer(f'{{"orderId":"k-{body["clientOid"]}"}}')

    def ids(self) -> list[str]:
        """Our ids of what was sent, in order."""
        return [str(body["clientOid"]) for _, body in self.sent]


def answer(data: str) -> Answer:
    """A success that holds ``data``."""
    return Answer("POST /orders", msgspec.Raw(data.encode()), 0.01)


def raising(error: Exception) -> Callable[[], Answer]:
    """What says ``error``."""

    def say() -> Answer:
        raise error

    return say


def exchange_on(wire: Wire) -> Exchange:
    """A client whose orders go over ``wire``."""
    made = Exchange(hosts.practice(1, 1), Credentials(Secret("key"), Secret("secret"), Secret("passphrase")))
    for name, kind in (
        ("spot_orders", SpotOrders),
        ("spot_stops", SpotStops),
        ("margin_orders", MarginOrders),
        ("margin_stops", MarginStops),
        ("futures_orders", FuturesOrders),
    ):
        setattr(made, name, kind(wire))  # type: ignore[arg-type]  # it has all that they use
    return made


@dataclass
class Book:
    """Stands for the account's orders: keeps what it is told."""

    expected: list[str] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    def expect(self, client_oid: str) -> None:
        """Keep it."""
        self.expected.append(client_oid)

    def placed(self, ticket: Ticket, order_id: str) -> None:
        """Keep it."""
        self.told.append((ticket.client_oid, order_id))


@dataclass
class Rig:
    """Trading and what stands around it."""

    wire: Wire
    store: IntentStore
    book: Book
    trading: Trading

    def settled(self, ticket: Ticket) -> Placement:
        """What became of ``ticket``, once that is known or unknown."""
        return until(lambda: (now := self.trading.placement(ticket.client_oid)) and now.state != "sent" and now)

    def place(self, ticket: Ticket, by: Principal = ME) -> Placement:
        """Place ``ticket`` and return what became of it."""
        self.trading.place(ticket, by)
        return self.settled(ticket)

    def place_once_taken(self, ticket: Ticket) -> Placement:
        """Place ``ticket`` as soon as orders are taken, and return what became of it."""

        def attempt() -> bool:
            try:
                self.trading.place(ticket, ME)
            except NotAllowed:
                return False
            return True

        until(attempt)
        return self.settled(ticket)

    def written(self, ticket: Ticket) -> Placement:
        """What the journal has of ``ticket``, once it has what the desk knows."""
        return until(
            lambda: (
                (now := self.store.get(ticket.client_oid))
                and (known := self.trading.placement(ticket.client_oid))
                and now.state is known.state
                and now
            )
        )


@contextmanager
def rig_on(journal: Journal | None, *, ready: bool = True, **more: Any) -> Iterator[Rig]:
    """Trading that runs, and takes orders where ``ready``."""
    wire, book = Wire(), Book()
    store = IntentStore(journal) if journal else None
    given: dict[str, Any] = {"on": True, "account": lambda: "1", "again": 0.02, **more}
    trading = Trading(exchange_on(wire), store, book, **given)  # type: ignore[arg-type]  # a stand-in for Orders
    trading.start()
    try:
        if ready:
            until(lambda: trading.state().open)
        yield Rig(wire, store, book, trading)  # type: ignore[arg-type]  # a rig without journal does not look into it
    finally:
        trading.stop()
