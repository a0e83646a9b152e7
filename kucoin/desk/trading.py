"""Places orders: each is written down before it is sent, sent at most once, and asked about after."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from kucoin.desk import dispatch
from kucoin.desk.carrier import Carrier, intent_of
from kucoin.desk.checks import Checked, Checks
from kucoin.desk.clerk import Clerk
from kucoin.desk.errands import Errands
from kucoin.desk.gate import NO_ACCOUNT, Admission, Gate, Gatekeeper
from kucoin.desk.limits import reduces
from kucoin.desk.orders import Orders
from kucoin.desk.placements import Placements
from kucoin.desk.principal import Principal
from kucoin.desk.reconcile import Divergence, Findings
from kucoin.errors import (
    InvalidRequest,
    NotAllowed,
    NotSent,
)
from kucoin.journal.intents import IntentStore, Outcome
from kucoin.model.ticket import Placement, Ticket, TicketState
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_WORKERS = 4
_LEAVERS = 8  # workers of their own: the others may all hang at a dead line or a full disk

Refused = Callable[[Ticket, Principal, NotSent], None]
"""Is told of a ticket that was not taken, and why."""


class Trading:
    """The account's orders from this desk. Safe to call from any thread; nothing here waits.

    Args:
        exchange: Is sent the orders.
        store: Keeps the intents; None where this process has no journal, and no trading.
        orders: Is told which orders are ours.
        on: Whether the settings allow trading at all.
        account: Whose orders they are; None until the key was found fit.
        standing: Why it is not, in words for the page; may be empty.
        barred: Why the key is not to be used at all; empty where it may be, or nothing is known of it yet.
        vet: Says in sentences what the exchange would refuse a ticket for: the desk's own second check.
        risk: The limits and switches; None where there are none.
        again: Seconds between two attempts at a journal that fails.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        store: IntentStore | None,
        orders: Orders,
        *,
        on: bool,
        account: Callable[[], str | None],
        standing: Callable[[], str] = lambda: "",
        barred: Callable[[], str] = lambda: "",
        vet: Callable[[Ticket], Iterable[str]] = lambda ticket: (),  # noqa: ARG005  nothing is known of its symbol
        risk: Admission | None = None,
        again: float = 0.5,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._orders = orders
        self._vet = vet
        self._risk = risk
        self._now = now
        self._monotonic = monotonic
        self._placements = Placements(note=self._owe, now=now, monotonic=monotonic)
        self._clerk = Clerk(store, account=account, take=self._take, again=again, now=now)
        self._checks = Checks(exchange)
        self._workers = Errands(_WORKERS, name="desk-order")
        self._leavers = Errands(_LEAVERS, name="desk-leave")
        self._handing = threading.RLock()  # an order comes before the stop, or not at all; listeners may place
        self._gate = Gatekeeper(
            on=on,
            has_key=exchange.has_credentials,
            account=account,
            standing=standing,
            barred=barred,
            clerk=self._clerk,
            placements=self._placements,
            risk=risk,
        )
        self._carrier = Carrier(
            *(exchange, orders, self._clerk, self._placements, self._gate),
            require=self._require,
            settle=self.settle,
            monotonic=monotonic,
        )
        self._refusals: list[Refused] = []
        self._findings: Findings | None = None

    @property
    def generation(self) -> int:
        """Rises with every change of a placement."""
        return self._placements.generation

    @property
    def last_took(self) -> float | None:
        """Seconds from the press to the answer of the order that was answered last; None before the first."""
        return self._placements.last_took

    def start(self) -> None:
        """Begin to read what earlier runs left, and to take orders after."""
        self._workers.start()
        self._leavers.start()
        self._checks.start()
        self._clerk.start()

    def stop(self) -> None:
        """Send nothing any more; returns within a few s. An order whose answer is waited for stands in the journal."""
        with self._handing:
            self._gate.stopping = True
        self._workers.stop()
        self._leavers.stop()
        self._checks.stop()
        self._clerk.stop()

    def on_change(self, hook: Callable[[Placement], None]) -> None:
        """Have ``hook`` called with every placement that is new or changed, on whichever thread that comes about.

        It must not wait. By the time of the call the placement may have changed again.
        """
        self._placements.on_change(hook)

    def on_refusal(self, hook: Refused) -> None:
        """Have ``hook`` called with every ticket that `place` does not take, on the thread of its call."""
        self._refusals.append(hook)

    def state(self) -> Gate:
        """Return whether orders are taken, those that only reduce aside: see `ready`."""
        reason = self.ready().reason or self._gate.switched_off()
        return Gate(not reason, reason)

    def ready(self) -> Gate:
        """Return whether orders could be taken, whatever the switches say: so it is with those that only reduce."""
        reason = self._gate.unwritable() or self._gate.shut()
        return Gate(not reason, reason)

    def place(self, ticket: Ticket, principal: Principal, *, leaving: bool = False) -> Placement:
        """Have ``ticket`` written down and sent, and return at once; what becomes of it, `placement` tells.

        A ticket whose id is known already is not placed again: what became of that one is returned.

        Args:
            leaving: It is part of a way out: it is sent whatever else is known or broken, and written down when the
                journal can be written. Only for what `reduces`.

        Raises:
            NotAllowed: ``principal`` may not act, or orders are not taken: see `state`. LimitExceeded where a limit
                forbids this one.
            InvalidRequest: It contradicts itself, or the exchange would refuse it. Nothing was written or sent.
        """
        try:
            return self._place(ticket, principal, leaving=leaving)
        except NotSent as refusal:
            for hook in self._refusals:
                hook(ticket, principal, refusal)
            raise

    def admit(self, ticket: Ticket, principal: Principal) -> None:
        """Make sure that ``ticket`` would be taken now, as far as can be known; it is not placed.

        The order that it replaces need not have ended yet.

        Raises:
            As `place`.
        """
        principal.require_trader("place an order")
        self._require_new(ticket)
        if self._risk is not None:
            self._risk.admit(ticket, ahead=True)

    def placement(self, client_oid: str) -> Placement | None:
        """Return what became of a ticket; None where its id is not known, or was let go."""
        return self._placements.get(client_oid)

    def placed_since(self, at: datetime) -> tuple[Placement, ...]:
        """Return the orders that were handed over from ``at`` on, and all open ones; a minute of yesterday is known."""
        return self._placements.since(at)

    def placements(self) -> tuple[Placement, ...]:
        """Return those since 00:00 UTC and all open ones, newest first; the very same tuple until something changed.

        Older ones that are settled are let go; the journal keeps them.
        """
        return self._placements.today()

    def recall(self, client_oid: str) -> Placement | None:
        """Return what became of a ticket of whichever day, None where it is not known; may wait for the journal.

        Raises:
            JournalError: The journal cannot be read.
        """
        return self.placement(client_oid) or self._clerk.get(client_oid)

    def ticket_of(self, order_id: str) -> Ticket | None:
        """Return the ticket of an order by KuCoin's id for it; None where it was not placed here, or long ago."""
        return self._placements.ticket_of(order_id)

    def check(self, ticket: Ticket, principal: Principal) -> None:
        """Have the exchange asked what it would say to ``ticket``; `checked` tells. It is not placed.

        Raises:
            As `place`.
        """
        principal.require_trader("check an order")
        self._require(ticket)
        self._checks.ask(ticket)

    def checked(self, client_oid: str) -> Checked | None:
        """Return what the exchange said of a ticket; None where it was not asked, or long ago."""
        return self._checks.of(client_oid)

    def decide(self, client_oid: str, principal: Principal) -> Placement:
        """Take a person's word for it that an undecided order never arrived, and return what it is now.

        Raises:
            NotAllowed: ``principal`` may not act.
            InvalidRequest: Nobody can decide on it: it is not known, or still looked for.
        """
        principal.require_trader("decide on an order")
        known = self.placement(client_oid)
        if known is None or (known.open and not known.undecided):
            raise InvalidRequest(f"order {client_oid} is {'still looked for' if known else 'not known here'}")
        if not known.open:
            return known
        words = f"{principal.name} decided that it never arrived"
        return self.settle(client_oid, TicketState.ABSENT, words=words) or known

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

        An open order takes any fact; a settled one only that it was accepted after all, and a refused one none. What
        cannot be written down at once is written later.
        """
        known = self.placement(client_oid)
        if known is not None and known.state is not TicketState.REFUSED and state is TicketState.ACCEPTED and order_id:
            self._orders.placed(known.ticket, order_id)  # first, so that at no moment nobody counts it as open
        return self._placements.settle(client_oid, state, order_id=order_id, code=code, words=words)

    @property
    def account(self) -> str | None:
        """Whose orders of earlier runs were read; None before."""
        return self._clerk.account

    def divergences(self) -> tuple[Divergence, ...]:
        """Return what this desk was found not to have known of its orders; see `Reconciler`."""
        return self._findings.divergences() if self._findings else ()

    def ended(self, client_oid: str) -> str | None:
        """Return how an order of the last 24 h was seen to end, such as ``cancelled``; None while it was not."""
        return self._findings.ended(client_oid) if self._findings else None

    def rely_on(self, findings: Findings) -> None:
        """Have ``findings`` say what `divergences` and `ended` return."""
        self._findings = findings

    def looked(
        self, client_oid: str, lookups: int, next_at: datetime | None, undecided: bool = False
    ) -> Placement | None:
        """Take in that an open order was looked for so many times, when it is next, and whether a person may decide."""
        return self._placements.looked(client_oid, lookups, next_at, undecided)

    def _place(self, ticket: Ticket, principal: Principal, *, leaving: bool) -> Placement:
        principal.require_trader("place an order")
        if leaving and not reduces(ticket):
            raise InvalidRequest(f"{ticket.symbol}: order {ticket.client_oid} does more than make a position smaller")
        if present := self.placement(ticket.client_oid):
            return present
        account = self._require(ticket, leaving=True) if leaving else self._require_new(ticket)
        with self._handing:  # from what counts towards the limits to being counted, one after the other
            if self._gate.stopping:
                raise NotAllowed("The dashboard is being stopped.")
            if present := self.placement(ticket.client_oid):
                return present
            worth = self._risk.admit(ticket) if self._risk else None
            new = Placement(
                ticket=ticket, by=principal.name, state=TicketState.SENT, handed_at=self._now(), worth=worth
            )
            placement = self._placements.begin(new, account)
            if placement is new:
                workers = self._leavers if leaving else self._workers
                workers.run(lambda: self._carrier.carry(new, leaving=leaving))
        return placement

    def _require_new(self, ticket: Ticket) -> str:
        """As `_require`, and it can be written down."""
        if unwritable := self._gate.unwritable():
            raise NotAllowed(unwritable)
        return self._require(ticket)

    def _require(self, ticket: Ticket, *, leaving: bool = False) -> str:
        """Return whose order it would be; empty where it is sent before that is known.

        Raises:
            NotAllowed: No order is taken.
            InvalidRequest: This one would be refused.
        """
        gate = self._gate
        reason = gate.locked() if leaving else gate.shut() or ("" if reduces(ticket) else gate.switched_off())
        account = gate.account()
        if reason or (account is None and not leaving):
            raise NotAllowed(reason or NO_ACCOUNT)
        dispatch.verify(ticket)
        if not leaving and (faults := " ".join(self._vet(ticket))):
            raise InvalidRequest(faults)
        return account or ""

    def _take(self, earlier: tuple[Placement, ...]) -> None:
        for each in earlier:
            self._orders.expect(each.ticket.client_oid)
        self._placements.take(earlier)

    def _owe(self, placement: Placement, account: str | None) -> None:
        """Have written what became of ``placement``, and also itself where writing that down may be what failed."""
        doubtful = placement.state is TicketState.NOT_SENT and account is not None
        self._clerk.owe(
            Outcome(
                client_oid=placement.ticket.client_oid,
                state=placement.state,
                at=self._now(),
                order_id=placement.order_id,
                code=placement.code,
                words=placement.words,
                took=placement.took,
                intent=intent_of(placement, account) if doubtful and account else None,
            )
        )
