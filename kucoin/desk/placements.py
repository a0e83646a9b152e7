"""What became of the orders that were placed here, as far as is known: facts come in any order, and late ones win."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from kucoin.desk.lookup import windowed
from kucoin.model.ticket import OPEN_STATES, Placement, Ticket, TicketState

log = logging.getLogger(__name__)

_JUST = timedelta(seconds=60)  # for which settled orders are kept beyond midnight: that is counted by the minute
_SETTLING = 12.0  # s for which orders of an earlier run that may stay unknown hold up new ones


@dataclass(frozen=True, slots=True)
class Press:
    """When a ticket was given to the desk, on the clock that never jumps, and whose it is; empty: not known yet."""

    at: float
    account: str


class Placements:
    """The placements of the day and all open ones, in memory. Safe to call from any thread; nothing here waits.

    Args:
        note: Is given each change to be written down, with the lock held: in the order in which things came about.
            The account is None where another run placed the order.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        *,
        note: Callable[[Placement, str | None], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._note = note
        self._now = now
        self._monotonic = monotonic
        self._hooks: list[Callable[[Placement], None]] = []
        self._lock = threading.Lock()  # guards what follows; held for copying only
        self._known: dict[str, Placement] = {}  # by our id, oldest first
        self._presses: dict[str, Press] = {}  # by our id; those of this run
        self._earlier: frozenset[str] = frozenset()  # those of an earlier run that were open
        self._taken_at = 0.0
        self._generation = 0
        self._shown: tuple[tuple[int, datetime] | None, tuple[Placement, ...]] = (None, ())
        self._last_took: float | None = None

    @property
    def generation(self) -> int:
        """Rises with every change."""
        with self._lock:
            return self._generation

    @property
    def last_took(self) -> float | None:
        """Seconds from the press to the answer of the order that was answered last; None before the first."""
        with self._lock:
            return self._last_took

    def on_change(self, hook: Callable[[Placement], None]) -> None:
        """Have ``hook`` called with every placement that is new or changed, on whichever thread that comes about."""
        self._hooks.append(hook)

    def get(self, client_oid: str) -> Placement | None:
        """Return what became of a ticket; None where its id is not known, or was let go."""
        with self._lock:
            return self._known.get(client_oid)

    def ticket_of(self, order_id: str) -> Ticket | None:
        """Return the ticket of an order by KuCoin's id for it; None where it was not placed here, or long ago."""
        with self._lock:
            return next((each.ticket for each in self._known.values() if each.order_id == order_id), None)

    def today(self) -> tuple[Placement, ...]:
        """Return those since 00:00 UTC and all open ones, newest first; the very same tuple until something changed.

        Older ones that are settled are let go.
        """
        midnight = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        with self._lock:
            if self._shown[0] != (self._generation, midnight):
                kept = midnight - _JUST
                gone = [oid for oid, each in self._known.items() if not each.open and each.handed_at < kept]
                for client_oid in gone:
                    del self._known[client_oid]
                    self._presses.pop(client_oid, None)
                newest = [each for each in reversed(self._known.values()) if each.open or each.handed_at >= midnight]
                self._shown = ((self._generation, midnight), tuple(newest))
            return self._shown[1]

    def since(self, at: datetime) -> tuple[Placement, ...]:
        """Return those that were handed over from ``at`` on, and all open ones; those of a minute ago are known."""
        with self._lock:
            return tuple(each for each in self._known.values() if each.open or each.handed_at >= at)

    def unsettled(self) -> int:
        """Return how many orders of an earlier run are still to be looked for before new ones are taken.

        One that carries a time limit is waited for until it is known what became of it: that can be proven. Every other
        one for a while, for a person may have to decide on it.
        """
        with self._lock:
            waited = self._monotonic() - self._taken_at >= _SETTLING
            earlier = (self._known[each] for each in self._earlier if each in self._known)
            return sum(each.open and not _let_go(each, waited) for each in earlier)

    def begin(self, placement: Placement, account: str) -> Placement:
        """Take up a new placement, and return it; where its id is known, return what is there instead."""
        client_oid = placement.ticket.client_oid
        with self._lock:
            if present := self._known.get(client_oid):
                return present
            self._presses[client_oid] = Press(self._monotonic(), account)
            self._put(placement)
        self._tell(placement)
        return placement

    def press(self, client_oid: str) -> Press:
        """Return when and for whom an order was given to the desk in this run."""
        with self._lock:
            return self._presses[client_oid]

    def settle(
        self,
        client_oid: str,
        state: TicketState,
        *,
        order_id: str | None = None,
        code: str | None = None,
        words: str = "",
    ) -> Placement | None:
        """Take in what was learned of an order, and return what it is now; None where its id is not known.

        An open order takes any fact; a settled one only that it was accepted after all, and a refused one none.
        """
        with self._lock:
            known = self._known.get(client_oid)
            if known is None or not _turns(known.state, state):
                if known is not None and state in {TicketState.REFUSED, TicketState.NOT_SENT}:
                    log.warning("order %s is %s, and was then said to be %s", client_oid, known.state, state)
                return known
            press, took = self._presses.get(client_oid), known.took
            if press is not None and took is None and state not in OPEN_STATES:
                took = self._monotonic() - press.at
                if state in {TicketState.ACCEPTED, TicketState.REFUSED}:
                    self._last_took = took
            changed = replace(known, state=state, order_id=order_id, code=code, words=words, took=took)
            changed = replace(changed, next_lookup_at=None, undecided=False)
            self._put(changed)
            self._note(changed, press.account if press else None)
        self._tell(changed)
        return changed

    def looked(self, client_oid: str, lookups: int, next_at: datetime | None, undecided: bool) -> Placement | None:
        """Take in that an open order was looked for so many times, when it is next, and whether a person may decide."""
        with self._lock:
            known = self._known.get(client_oid)
            if known is None or not known.open:
                return known
            changed = replace(known, lookups=lookups, next_lookup_at=next_at, undecided=undecided)
            self._put(changed)
        self._tell(changed)
        return changed

    def adopt(self, client_oid: str, written: Placement | None) -> None:
        """Take over what is written down already under the id of an order that was to be placed.

        Args:
            written: None where it is no order.
        """
        with self._lock:
            if written is None:
                words = "not sent: its client id was used for something else"
                adopted = replace(self._known[client_oid], state=TicketState.NOT_SENT, words=words)
            else:
                adopted = _from_before(written)
            self._put(adopted)
        self._tell(adopted)

    def take(self, earlier: Sequence[Placement]) -> None:
        """Take over what earlier runs left, in place of all but this run's own that are open or nobody's yet."""
        with self._lock:
            ours = {oid: each for oid, each in self._known.items() if self._is_ours(each)}
            theirs = {each.ticket.client_oid: _from_before(each) for each in earlier}
            self._known = {**theirs, **ours}
            self._presses = {oid: press for oid, press in self._presses.items() if oid in ours}
            self._earlier = frozenset(oid for oid, each in theirs.items() if each.open and oid not in ours)
            self._taken_at = self._monotonic()
            self._generation += 1
            news = [self._known[oid] for oid in self._earlier]
        for each in news:
            self._tell(each)

    def _is_ours(self, placement: Placement) -> bool:
        """Whether it is of this run, and open or sent before it was known whose it is; the lock is held."""
        press = self._presses.get(placement.ticket.client_oid)
        return press is not None and (placement.open or not press.account)

    def _put(self, placement: Placement) -> None:
        self._known[placement.ticket.client_oid] = placement
        self._generation += 1

    def _tell(self, placement: Placement) -> None:
        for hook in self._hooks:
            try:
                hook(placement)
            except Exception:
                log.exception("a listener to orders broke")


def _let_go(placement: Placement, waited: bool) -> bool:
    return placement.undecided or (waited and placement.lookups > 0 and not windowed(placement.ticket))


def _turns(now: TicketState, then: TicketState) -> bool:
    """Say whether a fact changes what is known."""
    if now in OPEN_STATES:
        return then not in {now, TicketState.SENT}
    return then is TicketState.ACCEPTED and now not in {TicketState.ACCEPTED, TicketState.REFUSED}


def _from_before(placement: Placement) -> Placement:
    """Return what is written of an order as it is to be taken now: what was about to be sent may have been."""
    if placement.state is not TicketState.SENT:
        return placement
    return replace(placement, state=TicketState.UNKNOWN, words="the dashboard ended before the answer came")
