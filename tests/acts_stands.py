"""Stand-ins for what acts on orders: they keep what they are asked for, and say what a test has them say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from kucoin.desk import facts, order_state
from kucoin.desk.facts import Facts
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.stops import Stop
from kucoin.errors import KucoinError
from kucoin.model.cancellation import Cancellation, CancelState
from kucoin.model.order import FuturesOrder, Lots
from kucoin.model.ticket import Placement, Ticket, TicketState
from tests.order_facts import FUTURES_ORDER

D = Decimal
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Trading:
    """Takes every ticket, unless it is to refuse."""

    refusal: KucoinError | None = None
    placed: list[Placement] = field(default_factory=list)
    tickets: dict[str, Ticket] = field(default_factory=dict)  # by KuCoin's id
    hooks: list[Callable[[Placement], None]] = field(default_factory=list)

    def on_change(self, hook: Callable[[Placement], None]) -> None:
        """Keep it."""
        self.hooks.append(hook)

    def admit(self, ticket: Ticket, who: Any) -> None:  # noqa: ARG002  as the real one
        """Refuse, or not."""
        if self.refusal is not None:
            raise self.refusal

    def place(self, ticket: Ticket, who: Any, *, leaving: bool = False) -> Placement:  # noqa: ARG002  as the real one
        """Take it; what becomes of it, `settle` says."""
        self.admit(ticket, who)
        self.placed.append(Placement(ticket=ticket, by=who.name, state=TicketState.SENT, handed_at=NOW))
        return self.placed[-1]

    def settle(self, state: TicketState, **more: Any) -> None:
        """Say what became of the last one."""
        self.placed[-1] = replace(self.placed[-1], state=state, **more)
        for hook in self.hooks:
            hook(self.placed[-1])

    def placement(self, client_oid: str) -> Placement | None:
        """The one with this id."""
        return next((each for each in self.placed if each.ticket.client_oid == client_oid), None)

    def ticket_of(self, order_id: str) -> Ticket | None:
        """What a test has said of it."""
        return self.tickets.get(order_id)

    def recall(self, client_oid: str) -> Placement | None:
        """The journal has those that were placed."""
        return self.placement(client_oid)


@dataclass
class Cancels:
    """Takes every wish; how it ends, a test says."""

    wishes: dict[str, int] = field(default_factory=dict)
    ends: dict[str, Cancellation] = field(default_factory=dict)
    looks: CancelState | None = None

    def cancel(self, order_id: str, who: Any) -> Cancellation:
        """Count it."""
        self.wishes[order_id] = self.wishes.get(order_id, 0) + 1
        return self.ends.setdefault(
            order_id, Cancellation(order_id=order_id, symbol="", state=CancelState.SENT, by=who.name)
        )

    def end(self, order_id: str, state: CancelState, words: str = "Cancelled, nothing of it was filled.") -> None:
        """Have it end like this."""
        self.ends[order_id] = Cancellation(order_id=order_id, symbol="", state=state, words=words)

    def cancellation(self, order_id: str) -> Cancellation | None:
        """How it stands."""
        return self.ends.get(order_id)

    def wished(self, order_id: str) -> int:
        """How often it was wished."""
        return self.wishes.get(order_id, 0)

    def look(self, order_id: str) -> CancelState | None:  # noqa: ARG002  as the real one
        """How it ended in truth."""
        return self.looks


@dataclass
class Orders:
    """Knows what it is told."""

    known: dict[str, AnyOrder] = field(default_factory=dict)
    waiting: dict[str, Stop] = field(default_factory=dict)
    became: dict[str, str] = field(default_factory=dict)

    def told(self, fact: Facts | Stop) -> None:
        """Know more."""
        if isinstance(fact, Stop):
            self.waiting[fact.order_id] = fact
        else:
            self.known[fact.order_id] = order_state.state(fact, ours=True)

    def order(self, order_id: str) -> AnyOrder | None:
        """What is known of it."""
        return self.known.get(order_id)

    def stop(self, order_id: str) -> Stop | None:
        """What is known of one that waits."""
        return self.waiting.get(order_id)

    def stops(self, symbol: str) -> tuple[Stop, ...]:
        """Those that wait."""
        return tuple(each for each in self.waiting.values() if each.symbol == symbol and each.alive)

    def triggered(self, stop_id: str) -> str | None:
        """What it became."""
        return self.became.get(stop_id)


@dataclass
class Futures:
    """Stands for the exchange's futures orders, and for the exchange that has them."""

    order_row: FuturesOrder = FUTURES_ORDER
    rows: list[FuturesOrder] = field(default_factory=list)
    trouble: KucoinError | None = None
    asked: int = 0

    @property
    def futures_orders(self) -> Futures:
        """Itself."""
        return self

    def order(self, *, order_id: str) -> FuturesOrder:
        """The one there is."""
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble
        return replace(self.order_row, order_id=order_id)

    def stops(self, *, symbol: str) -> tuple[FuturesOrder, ...]:
        """Those that wait."""
        if self.trouble is not None:
            raise self.trouble
        return tuple(each for each in self.rows if each.symbol == symbol)


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    at: float = 0.0

    def __call__(self) -> float:
        """Tell them."""
        return self.at


def row(order_id: str, **more: Any) -> FuturesOrder:
    """A futures order as the exchange tells it."""
    return replace(FUTURES_ORDER, order_id=order_id, **more)


def know(orders: Orders, order_id: str, *, filled: int = 0, active: bool = True) -> None:
    """Have a futures order of 5 lots known."""
    told = row(order_id, filled_size=Lots(filled), active=active, cancelled=not active)
    orders.told(facts.answered_futures(told))
