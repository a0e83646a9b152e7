"""Which orders a way out waits for: those on their way at the press, and in a flatten those that come after it too."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from kucoin.desk.leaving import _swept
from kucoin.desk.leaving_orders import Clearing
from kucoin.model.ticket import Placement, Ticket, TicketState
from tests.acts_stands import NOW, Cancels, Orders
from tests.trading_rig import ME, futures


@dataclass
class Tickets:
    """Orders of the day, newest first."""

    known: list[Placement] = field(default_factory=list)

    def place(self, ticket: Ticket) -> None:
        """Have it sent."""
        self.known.insert(0, Placement(ticket=ticket, by="me", state=TicketState.SENT, handed_at=NOW))

    def placement(self, client_oid: str) -> Placement | None:
        """The one with this id."""
        return next((each for each in self.known if each.ticket.client_oid == client_oid), None)

    def placements(self) -> tuple[Placement, ...]:
        """All of them."""
        return tuple(self.known)


class NoOrders(Orders):
    """Nothing is in the market that anybody knows of."""

    def open(self) -> tuple[Any, ...]:
        """Nothing."""
        return ()

    def stops(self, symbol: str = "") -> tuple[Any, ...]:  # noqa: ARG002  as the real one
        """Nothing."""
        return ()


@pytest.mark.parametrize("chase", [True, False], ids=["flatten", "cancel all"])
def test_a_flatten_is_not_over_while_an_order_is_on_its_way(chase: bool) -> None:
    """Also one that was handed over after the press: it may open a position. A cancel of all leaves that one alone."""
    tickets, own = Tickets(), futures()
    clearing = Clearing(
        NoOrders(),  # type: ignore[arg-type]  # stand-ins
        Cancels(),  # type: ignore[arg-type]
        tickets,
        ME,
        wanted=lambda _: True,
        chase=chase,
        at=NOW,
        began=0.0,
        monotonic=lambda: 1.0,
    )
    tickets.place(own)
    tickets.place(futures())
    clearing.step((), [], {own.client_oid}, late=False)
    assert (clearing.pending, clearing.busy) == (int(chase), chase)
    tickets.known[0] = replace(tickets.known[0], state=TicketState.REFUSED)
    clearing.step((), [], {own.client_oid}, late=False)
    assert not clearing.busy
    assert clearing.moved == float(chase)  # everything is read once more after that


def test_a_request_that_cancels_many_is_not_made_late() -> None:
    """What was placed meanwhile is meant to be; those of the press are being cancelled one by one as well."""
    made: list[str] = []
    _swept(lambda: made.append("late"), lambda: False)
    _swept(lambda: made.append("in time"), lambda: True)
    assert made == ["in time"]
