"""Settling what is unknown: an order whose answer was lost is asked for until it is known what became of it.

Nothing here sends an order. A push counts at once; else the exchange is asked, again and again. A look that fails
proves nothing. That an order is found nowhere proves that it never arrived only where KuCoin would refuse it by now.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from kucoin.desk import facts, lookup
from kucoin.desk.agenda import Agenda
from kucoin.desk.facts import Facts
from kucoin.desk.stops import Stop
from kucoin.errors import KucoinError, QuotaHeld, TooManyRequests
from kucoin.hub import Hub
from kucoin.model.feed_private import OrderChange, StopChange
from kucoin.model.ticket import Placement, SpotTicket, TicketState
from kucoin.rest.client import Exchange
from kucoin.stream.topics import Event

log = logging.getLogger(__name__)

_LOOKS = (0.5, 1.0, 2.0, 4.0, 8.0, 10.5, 12.5)  # s after the outcome was seen to be unknown
_EVERY = 8.0  # s between two looks after these
_EVERYWHERE = 8.0  # s after which the lists are gone through too: before that they may simply be late
_PROOF = 10.0  # s after which an order with a time limit of 5 s cannot arrive any more, whatever the clocks say
_PATIENCE = 60.0  # s after which a person may decide
_UNDECIDED_EVERY = 30.0
_ANSWER = 1.0  # s that the answer to an order is given to arrive, though a push told of it already
_REMEMBERED = timedelta(hours=24)  # that KuCoin is sure to know an order that ended without a fill
_WORKERS = 3  # one that hangs holds up no other
_NEVER_ARRIVED = "KuCoin does not know it and would refuse it by now: it never arrived."
_IN_VAIN = "The order that it was to change has ended, and KuCoin knows none in its place."


class Tickets(Protocol):
    """What settlement needs of `kucoin.desk.trading.Trading`."""

    def placement(self, client_oid: str) -> Placement | None:
        """Return what became of a ticket."""

    def settle(self, client_oid: str, state: TicketState, *, order_id: str | None = None, words: str = "") -> object:
        """Take in what became of it."""

    def looked(self, client_oid: str, lookups: int, next_at: datetime | None, undecided: bool = False) -> object:
        """Take in how the search for it goes."""

    def on_change(self, hook: Callable[[Placement], None]) -> None:
        """Have ``hook`` called with every placement that is new or changed."""


class Plans(Protocol):
    """What runs an errand when it is due: an `Agenda`."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End."""

    def after(self, pause: float, errand: Callable[[], None]) -> None:
        """Have ``errand`` run in ``pause`` s."""


@dataclass(slots=True)
class _Inquiry:
    """An order that is looked for.

    Attributes:
        since: When its outcome was seen to be unknown, in s of the monotonic clock: it was sent before that.
        lookups: How often it was asked for and every source answered.
        busy: It is being asked for just now. Guarded by the settlement's lock, as is the next.
        hurried: A look besides the planned ones is about to be made.
    """

    placement: Placement
    since: float
    lookups: int = 0
    undecided: bool = False
    busy: bool = False
    hurried: bool = False


class Settlement:
    """Looks for orders whose outcome is unknown, on threads of its own. Safe to call from any thread.

    Args:
        exchange: Is asked.
        hub: Tells what is pushed.
        tickets: Says what is unknown, and is told what became of it.
        told: Is given what an order proves that was found.
        plans: Runs the looks; an agenda with threads of its own where None.
        monotonic: Seconds that never jump.
        now: The present moment, aware UTC.
    """

    def __init__(
        self,
        exchange: Exchange,
        hub: Hub,
        tickets: Tickets,
        *,
        told: Callable[[Facts | Stop], None],
        plans: Plans | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._exchange = exchange
        self._tickets = tickets
        self._told = told
        self._plans = plans or Agenda("desk-settle", _WORKERS)
        self._monotonic = monotonic
        self._now = now
        self._lock = threading.Lock()
        self._inquiries: dict[str, _Inquiry] = {}
        self._heard: set[str] = set()  # pushed or listed, and not passed on yet
        hub.listen("settlement", self._hear, OrderChange, StopChange)
        tickets.on_change(self._changed)

    def start(self) -> None:
        """Begin to look."""
        self._plans.start()

    def stop(self) -> None:
        """End it; returns within 2 s even while the network hangs."""
        self._plans.stop()

    def found(self, client_oid: str, order_id: str) -> None:
        """Take it that the exchange was seen to have the order with this id of ours; returns at once.

        One that was held to be dead lives then: late facts win.
        """
        placement = self._tickets.placement(client_oid)
        if placement is None or placement.state in {TicketState.ACCEPTED, TicketState.REFUSED}:
            return
        with self._lock:
            if client_oid in self._heard:
                return
            self._heard.add(client_oid)
        pause = _ANSWER if placement.state is TicketState.SENT else 0.0
        ticket = placement.ticket
        if isinstance(ticket, SpotTicket) and ticket.oco is not None:  # it is one of the pair, which has an id besides
            self._plans.after(pause, partial(self._confirm, placement))
        else:
            self._plans.after(pause, partial(self._adopt, client_oid, order_id))

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, OrderChange):
                if event.client_oid:
                    self.found(event.client_oid, event.order_id)
            elif isinstance(event, StopChange):  # does not tell our id
                self._hurry(event.symbol)

    def _adopt(self, client_oid: str, order_id: str) -> None:
        with self._lock:
            self._heard.discard(client_oid)
        self._tickets.settle(client_oid, TicketState.ACCEPTED, order_id=order_id)

    def _confirm(self, placement: Placement) -> None:
        """Ask for an order that must be there."""
        with self._lock:
            self._heard.discard(placement.ticket.client_oid)
        try:
            self._settle(_Inquiry(placement, self._monotonic()))
        except KucoinError as error:
            log.info("looking for order %s: %s", placement.ticket.client_oid, error)

    def _hurry(self, symbol: str) -> None:
        """Look at once for the orders on ``symbol`` that wait for a price, besides the looks that are planned."""
        with self._lock:
            hurried = [
                each
                for each in self._inquiries.values()
                if each.placement.ticket.symbol == symbol and each.placement.ticket.waits and not each.hurried
            ]
            for inquiry in hurried:
                inquiry.hurried = True
        for inquiry in hurried:
            self._plans.after(0.0, partial(self._peek, inquiry))

    def _peek(self, inquiry: _Inquiry) -> None:
        with self._lock:
            inquiry.hurried = False
        self._ask(inquiry)

    def _changed(self, placement: Placement) -> None:
        """Begin to look for an order that has become unknown, and leave one that is known."""
        client_oid = placement.ticket.client_oid
        with self._lock:
            if placement.state is not TicketState.UNKNOWN:
                self._inquiries.pop(client_oid, None)
                return
            if client_oid in self._inquiries:
                return
            inquiry = self._inquiries[client_oid] = _Inquiry(placement, self._monotonic())
        self._plans.after(_LOOKS[0], partial(self._look, inquiry))

    def _look(self, inquiry: _Inquiry) -> None:
        """Ask for an order and plan the next look, until it is known what became of it."""
        try:
            held = self._ask(inquiry)
        except Exception:
            log.exception("looking for an order broke")  # the next look is made all the same
            held = 0.0
        client_oid = inquiry.placement.ticket.client_oid
        with self._lock:
            if self._inquiries.get(client_oid) is not inquiry:
                return
        age = self._monotonic() - inquiry.since
        every = _UNDECIDED_EVERY if inquiry.undecided else _EVERY
        pause = max(held, next((look - age for look in _LOOKS if look > age), every))
        next_at = self._now() + timedelta(seconds=pause)
        self._tickets.looked(client_oid, inquiry.lookups, next_at, inquiry.undecided)
        self._plans.after(pause, partial(self._look, inquiry))

    def _ask(self, inquiry: _Inquiry) -> float:
        """Ask for an order once, unless that is being done; return the s for which the exchange wants to be spared."""
        client_oid = inquiry.placement.ticket.client_oid
        known = self._tickets.placement(client_oid)
        with self._lock:
            if known is None or known.state is not TicketState.UNKNOWN:
                self._inquiries.pop(client_oid, None)
                return 0.0
            if inquiry.busy:
                return 0.0
            inquiry.busy = True
        try:
            self._settle(inquiry)
        except (QuotaHeld, TooManyRequests) as error:
            return error.retry_after or 0.0
        except KucoinError as error:
            log.info("looking for order %s: %s", client_oid, error)
        finally:
            with self._lock:
                inquiry.busy = False
        return 0.0

    def _settle(self, inquiry: _Inquiry) -> None:
        """Ask for an order, and take in what that proves.

        Raises:
            KucoinError: Nothing, for not every source answered.
        """
        placement = inquiry.placement
        ticket, began = placement.ticket, self._monotonic()
        age = began - inquiry.since
        if isinstance(ticket, SpotTicket) and ticket.amends is not None:
            return self._settle_amend(inquiry, ticket, age)
        order = lookup.find(
            self._exchange,
            ticket,
            handed_at=placement.handed_at,
            now=self._now(),
            everywhere=age >= _EVERYWHERE,
        )
        inquiry.lookups += 1
        if order is not None:
            if (fact := lookup.fact_of(order)) is not None:
                self._told(fact)
            self._tickets.settle(ticket.client_oid, TicketState.ACCEPTED, order_id=order.order_id)
        elif age >= _PROOF and lookup.windowed(ticket) and self._now() - placement.handed_at < _REMEMBERED:
            self._tickets.settle(ticket.client_oid, TicketState.ABSENT, words=_NEVER_ARRIVED)
        elif age >= _PATIENCE:
            inquiry.undecided = True
        return None

    def _settle_amend(self, inquiry: _Inquiry, ticket: SpotTicket, age: float) -> None:
        """As `_settle`. As long as the old order lives the amend may still come: no time limit goes with it."""
        placement = inquiry.placement
        found = lookup.find_amended(self._exchange, ticket, handed_at=placement.handed_at, now=self._now())
        inquiry.lookups += 1
        if found.order is not None:
            self._told(facts.answered(found.order))
            self._tickets.settle(ticket.client_oid, TicketState.ACCEPTED, order_id=found.order.order_id)
        elif found.in_vain and age >= _PROOF:
            self._tickets.settle(ticket.client_oid, TicketState.ABSENT, words=_IN_VAIN)
        elif age >= _PATIENCE:
            inquiry.undecided = True
