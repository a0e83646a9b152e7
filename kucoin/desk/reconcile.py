"""Comparing what this desk believes of its orders with what the exchange says: at the start, and after every break.

The exchange is right. What differs is listed and adopted; nothing is ever sent. Between comparisons the ends of orders
are noted as they are told, so that each comparison lists only what nobody has seen yet.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from kucoin.decimals import ZERO
from kucoin.desk import verdicts
from kucoin.desk.orders import Orders
from kucoin.errors import ApiError, KucoinError, NotFound, TooManyRequests
from kucoin.hub import Hub
from kucoin.journal.ends import EndStore
from kucoin.journal.intents import IntentStore
from kucoin.model.stop_order import OcoOrder
from kucoin.model.ticket import Placement, TicketState
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_EVERY = 1.0  # s between two looks at whether anything has changed
_AGAIN = 5.0  # s until a comparison is tried again that could not be made
_BACK = timedelta(hours=24)  # of which orders are compared
_ASKED = 100  # single orders that are asked for in one turn
_LISTED = 500  # divergences that are kept
_STOPPING = 1.5  # s that stop() waits; the thread is a daemon
_DEAD = frozenset({TicketState.UNKNOWN, TicketState.ABSENT, TicketState.NOT_SENT})


@dataclass(frozen=True, slots=True)
class Divergence:
    """Something about an order that this desk did not know; ``what`` is a sentence.

    Attributes:
        client_oid: The id that whoever placed it gave it, None where it has none.
        order_id: KuCoin's id, None of an order that KuCoin does not know.
    """

    client_oid: str | None
    order_id: str | None
    symbol: str
    what: str


class Findings(Protocol):
    """What a `Reconciler` says."""

    def divergences(self) -> tuple[Divergence, ...]:
        """Return what was found."""

    def ended(self, client_oid: str) -> str | None:
        """Return how an order ended."""


class Tickets(Protocol):
    """What reconciliation needs of `kucoin.desk.trading.Trading`."""

    @property
    def account(self) -> str | None:
        """Whose orders earlier runs left were read; None before."""

    def placement(self, client_oid: str) -> Placement | None:
        """Return what became of a ticket."""

    def on_change(self, hook: Callable[[Placement], None]) -> None:
        """Have ``hook`` called with every placement that is new or changed."""


class Reconciler:
    """Compares, on a thread of its own. Safe to call from any thread.

    Args:
        exchange: Is asked for single orders that no list tells of.
        hub: Tells when something may have been missed.
        orders: What the exchange says.
        tickets: What this desk placed in this run.
        store: What it placed in earlier ones.
        ends: Which of these were seen to have ended.
        found: Is told of an order on the exchange by our own id and KuCoin's.
        now: The present moment, aware UTC.
    """

    def __init__(
        self,
        exchange: Exchange,
        hub: Hub,
        orders: Orders,
        tickets: Tickets,
        *,
        store: IntentStore,
        ends: EndStore,
        found: Callable[[str, str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._exchange = exchange
        self._orders = orders
        self._tickets = tickets
        self._store = store
        self._ends = ends
        self._found = found
        self._now = now
        self._lock = threading.Lock()  # guards the next seven
        self._live: dict[str, Placement] = {}  # accepted and not seen to have ended, by our id
        self._dead: dict[str, Placement] = {}  # not known to be on the exchange
        self._lost: dict[str, Placement] = {}  # of an earlier run and open when this one began
        self._listed: dict[str, Divergence] = {}
        self._ended: dict[str, str] = {}  # how, by our id
        self._due = True
        self._stale = True  # a placement has changed
        self._account: str | None = None
        self._generation = -1
        self._filled: dict[str, Decimal] = {}  # by KuCoin's id, as last seen
        self._gone: set[str] = set()  # KuCoin's ids that it knows no more
        self._pairs: dict[str, OcoOrder] = {}  # of which one order cancels the other, by KuCoin's id, as last asked for
        self._foreign: set[str] = set()  # keys of what is listed because nobody here placed it
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-reconcile", daemon=True)
        hub.on_resync(self._resync)
        tickets.on_change(self._changed)

    def start(self) -> None:
        """Begin to compare."""
        self._thread.start()

    def stop(self) -> None:
        """End it; returns within 2 s even while the network hangs."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(_STOPPING)

    def divergences(self) -> tuple[Divergence, ...]:
        """Return what was found in this run, oldest first. What is over of what others placed is left out."""
        with self._lock:
            return tuple(self._listed.values())

    def ended(self, client_oid: str) -> str | None:
        """Return how an order of the last 24 h was seen to end, such as ``cancelled``; None while it was not."""
        with self._lock:
            return self._ended.get(client_oid)

    def turn(self) -> bool:
        """Compare if that is due and everything was read, else note what has ended; return whether nothing is due.

        Raises:
            KucoinError: It could not be done to the end.
        """
        account = self._tickets.account
        if account is None:
            return False
        if account != self._account:
            self._load(account)
        generation = self._orders.generation
        with self._lock:
            due, stale, self._stale = self._due, self._stale, False
        if not due:
            if stale or generation != self._generation:
                self._follow()
                self._generation = generation
            return True
        if self._orders.problem() is not None:
            return False
        with self._lock:
            self._due = False
        try:
            whole = self._compare()
        except BaseException:
            self._resync("")
            raise
        if not whole:
            self._resync("")
        return whole

    def _run(self) -> None:
        pause = _EVERY
        while not self._stopping.wait(pause):
            pause = _EVERY
            try:
                self.turn()
            except KucoinError as error:
                log.warning("orders could not be compared: %s", error)
                pause = _AGAIN
            except Exception:
                log.exception("comparing orders broke")
                pause = _AGAIN

    def _resync(self, feed: str) -> None:
        if "public" not in feed:
            with self._lock:
                self._due = True

    def _changed(self, placement: Placement) -> None:
        with self._lock:
            self._stale = True
            self._sort(placement)
            if self._account is None and placement.state is TicketState.UNKNOWN:  # nothing was placed in this run yet
                self._lost[placement.ticket.client_oid] = placement

    def _sort(self, placement: Placement) -> None:
        """Keep ``placement`` among those that it belongs to; the lock is held."""
        client_oid = placement.ticket.client_oid
        self._dead.pop(client_oid, None)
        if placement.state is TicketState.ACCEPTED and placement.order_id is not None:
            self._live[client_oid] = placement
        elif placement.state in _DEAD:
            self._dead[client_oid] = placement

    def _load(self, account: str) -> None:
        """Take up what earlier runs placed; what was found of another account is forgotten."""
        if self._account is not None:
            with self._lock:
                self._listed, self._lost, self._due = {}, {}, True
            self._filled, self._gone, self._pairs, self._foreign = {}, set(), {}, set()
        since = self._now() - _BACK
        ended = self._ends.since(since)
        placed = {each.ticket.client_oid: each for each in self._store.since(account, since)}
        still_open = {each.ticket.client_oid: each for each in self._store.open(account)}
        with self._lock:
            self._live, self._dead, self._ended = {}, {}, dict(ended)
            for client_oid, stored in (placed | still_open).items():
                known = self._tickets.placement(client_oid) or stored
                if client_oid not in ended:
                    self._sort(known)
                if client_oid in still_open:
                    self._lost[client_oid] = known
        self._account = account

    def _follow(self) -> None:
        """Note what has ended, and what of ours the lists show that was held to be dead."""
        with self._lock:
            live, dead = list(self._live.values()), dict(self._dead)
        self._find(dead)
        self._end([(each, how) for each in live if (how := verdicts.end(self._orders, each))])
        for placement in live:
            self._count(placement)
        self._tell_of_lost()

    def _compare(self) -> bool:
        """List what differs; return whether that was all of it."""
        with self._lock:
            live, dead = list(self._live.values()), dict(self._dead)
        missing = [each for each in live if not self._is_told(each)]
        for placement in missing[:_ASKED]:
            self._ask(placement)
        for client_oid in self._find(dead):
            if dead[client_oid].state is not TicketState.UNKNOWN:
                self._list(dead[client_oid], "It was held to have never arrived, and the exchange has it.")
        ended = []
        for placement in live:
            if how := self._end_of(placement):
                self._list(placement, f"{how[0].upper()}{how[1:]}; this desk had not been told.")
                ended.append((placement, how))
            elif more := self._count(placement):
                self._list(placement, f"{more}; this desk had not been told.")
        self._end(ended)
        self._tell_of_lost()
        self._list_foreign()
        return len(missing) <= _ASKED

    def _is_told(self, placement: Placement) -> bool:
        """Whether it is known what an order is, or that there is none. A pair is told by nobody."""
        return placement.order_id in self._gone or verdicts.is_known(self._orders, placement)

    def _ask(self, placement: Placement) -> None:
        """Have the exchange say what an order is that no list tells of."""
        order_id = verdicts.id_of(placement)
        try:
            if verdicts.is_pair(placement):
                self._pairs[order_id] = self._exchange.spot_stops.oco(order_id=order_id)
            else:
                for fact in verdicts.asked(self._exchange, placement):
                    self._orders.told(fact)
        except NotFound:
            self._gone.add(order_id)
        except TooManyRequests:
            raise
        except ApiError as error:  # of this one order: the others can still be compared
            log.warning("order %s cannot be compared: %s", order_id, error)

    def _end_of(self, placement: Placement) -> str | None:
        if placement.order_id in self._gone:
            return verdicts.GONE
        if verdicts.is_pair(placement):
            return verdicts.end_of_pair(self._pairs.get(verdicts.id_of(placement)))
        return verdicts.end(self._orders, placement)

    def _find(self, dead: dict[str, Placement]) -> list[str]:
        """Pass on which of ``dead`` the exchange has, and return them by our own id."""
        found = self._orders.named(dead)
        for client_oid, order_id in found.items():
            self._found(client_oid, order_id)
        return list(found)

    def _end(self, ended: list[tuple[Placement, str]]) -> None:
        """Write down which orders have ended, and follow them no more."""
        if not ended:
            return
        words = {each.ticket.client_oid: how for each, how in ended}
        self._ends.add(words, at=self._now())
        with self._lock:
            self._ended |= words
            for placement, _ in ended:
                self._live.pop(placement.ticket.client_oid, None)
                self._filled.pop(verdicts.id_of(placement), None)
                self._pairs.pop(verdicts.id_of(placement), None)

    def _count(self, placement: Placement) -> str | None:
        """Keep how much of an order is filled, and return that where it is more than before."""
        order = self._orders.order(verdicts.id_of(placement))
        if order is None or order.filled_size <= self._filled.get(order.order_id, ZERO):
            return None
        self._filled[order.order_id] = Decimal(order.filled_size)
        size = "" if order.size is None else f" of {order.size}"
        return f"{order.filled_size}{size} is filled"

    def _tell_of_lost(self) -> None:
        """List what became of the orders of an earlier run whose answers were lost."""
        for client_oid in list(self._lost):
            known = self._tickets.placement(client_oid) or self._lost[client_oid]
            if known.state is TicketState.ACCEPTED:
                said = "the exchange has it."
            elif known.state is TicketState.ABSENT:
                said = "it never arrived."
            elif known.undecided:
                said = "nobody knows it: a person decides."
            else:
                continue
            del self._lost[client_oid]
            self._list(known, f"Its answer was lost when an earlier run ended; {said}")

    def _list_foreign(self) -> None:
        """List what lives on the exchange and was not placed here; leave out what lives no more."""
        legs = {leg.order_id for pair in self._pairs.values() for leg in pair.legs}
        found = [(each.client_oid, each.order_id, each.symbol, "is open") for each in self._orders.open()]
        found += [(each.client_oid, each.order_id, each.symbol, "waits for its price") for each in self._orders.stops()]
        foreign = {
            order_id: Divergence(client_oid, order_id, symbol, f"It {state}, and no ticket of this desk has its id.")
            for client_oid, order_id, symbol, state in found
            if order_id not in legs and not self._is_ours(client_oid)
        }
        with self._lock:
            for key in self._foreign - foreign.keys():
                self._listed.pop(key, None)
            for key, divergence in foreign.items():
                self._listed.setdefault(key, divergence)
        self._foreign = set(foreign)

    def _is_ours(self, client_oid: str | None) -> bool:
        if client_oid is None:
            return False
        return self._tickets.placement(client_oid) is not None or self._store.get(client_oid) is not None

    def _list(self, placement: Placement, what: str) -> None:
        client_oid = placement.ticket.client_oid
        divergence = Divergence(client_oid, placement.order_id, placement.ticket.symbol, what)
        log.info("order %s: %s", client_oid, what)
        with self._lock:
            self._listed.pop(client_oid, None)
            self._listed[client_oid] = divergence
            while len(self._listed) > _LISTED:
                del self._listed[next(iter(self._listed))]
