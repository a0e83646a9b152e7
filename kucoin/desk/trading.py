"""Places orders: each is written down before it is sent, sent at most once, and asked about after."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from kucoin.desk import dispatch
from kucoin.desk.checks import Checked, Checks
from kucoin.desk.clerk import Clerk
from kucoin.desk.errands import Errands
from kucoin.desk.limits import reduces
from kucoin.desk.orders import Orders
from kucoin.desk.placements import Placements
from kucoin.desk.principal import Principal
from kucoin.desk.reconcile import Divergence, Findings
from kucoin.errors import (
    ApiError,
    DuplicateClientOid,
    DuplicateOrder,
    InvalidRequest,
    JournalError,
    KucoinError,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    TooManyRequests,
)
from kucoin.journal.intents import Intent, IntentStore, Outcome
from kucoin.model.ticket import Placement, Ticket, TicketState
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_WORKERS = 4
_LATE = 5.0  # s from the press, after which an order is not sent any more: a person should decide again
_NO_ACCOUNT = "The exchange has not said yet what the API key may do."


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether orders are taken, and why not where they are not."""

    open: bool
    reason: str = ""


class Trading:
    """The account's orders from this desk. Safe to call from any thread; nothing here waits.

    Args:
        exchange: Is sent the orders.
        store: Keeps the intents; None where this process has no journal, and no trading.
        orders: Is told which orders are ours.
        on: Whether the settings allow trading at all.
        account: Whose orders they are; None until the key was found fit.
        standing: Why it is not, in words for the page; may be empty.
        vet: Says in sentences what the exchange would refuse a ticket for: the desk's own second check.
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
        vet: Callable[[Ticket], Iterable[str]] = lambda ticket: (),  # noqa: ARG005  nothing is known of its symbol
        again: float = 0.5,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._orders = orders
        self._on = on
        self._account = account
        self._standing = standing
        self._vet = vet
        self._now = now
        self._monotonic = monotonic
        self._placements = Placements(note=self._owe, now=now, monotonic=monotonic)
        self._placements.on_change(self._placed)
        self._clerk = Clerk(store, account=account, take=self._take, again=again, now=now)
        self._checks = Checks(exchange)
        self._workers = Errands(_WORKERS, name="desk-order")
        self._handing = threading.RLock()  # an order comes before the stop, or not at all; listeners may place
        self._stopping = False
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
        self._checks.start()
        self._clerk.start()

    def stop(self) -> None:
        """Send nothing any more; returns within a few s. An order whose answer is waited for stands in the journal."""
        with self._handing:
            self._stopping = True
        self._workers.stop()
        self._checks.stop()
        self._clerk.stop()

    def on_change(self, hook: Callable[[Placement], None]) -> None:
        """Have ``hook`` called with every placement that is new or changed, on whichever thread that comes about.

        It must not wait. By the time of the call the placement may have changed again.
        """
        self._placements.on_change(hook)

    def state(self) -> Gate:
        """Return whether orders are taken."""
        reason = self._unwritable() or self._shut()
        return Gate(not reason, reason)

    def place(self, ticket: Ticket, principal: Principal, *, leaving: bool = False) -> Placement:
        """Have ``ticket`` written down and sent, and return at once; what becomes of it, `placement` tells.

        A ticket whose id is known already is not placed again: what became of that one is returned.

        Args:
            leaving: It is part of a way out: it is sent whatever else is known or broken, and written down when the
                journal can be written. Only for what `reduces`.

        Raises:
            NotAllowed: ``principal`` may not act, or orders are not taken: see `state`.
            InvalidRequest: It contradicts itself, or the exchange would refuse it. Nothing was written or sent.
        """
        principal.require_trader("place an order")
        if leaving and not reduces(ticket):
            raise InvalidRequest(f"{ticket.symbol}: order {ticket.client_oid} does more than make a position smaller")
        if present := self.placement(ticket.client_oid):
            return present
        if unwritable := self._unwritable():
            raise NotAllowed(unwritable)
        account = self._require(ticket)
        new = Placement(ticket=ticket, by=principal.name, state=TicketState.SENT, handed_at=self._now())
        with self._handing:
            if self._stopping:
                raise NotAllowed("The dashboard is being stopped.")
            placement = self._placements.begin(new, account)
            if placement is new:
                self._workers.run(lambda: self._carry_out(new))
        return placement

    def admit(self, ticket: Ticket, principal: Principal) -> None:
        """Make sure that ``ticket`` would be taken now, as far as can be known; it is not placed.

        Raises:
            As `place`.
        """
        principal.require_trader("place an order")
        if unwritable := self._unwritable():
            raise NotAllowed(unwritable)
        self._require(ticket)

    def placement(self, client_oid: str) -> Placement | None:
        """Return what became of a ticket; None where its id is not known, or was let go."""
        return self._placements.get(client_oid)

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

    def _unwritable(self) -> str:
        """Why the journal keeps orders out; empty where it does not."""
        problem = self._clerk.problem if self._on else None
        return f"An order is written down before it is sent, but {problem}." if problem else ""

    def _shut(self) -> str:
        """Why no order is taken, the journal aside; empty where orders are."""
        if not self._on:
            return "Trading is switched off: KUCOIN_TRADING is off."
        if self._stopping:
            return "The dashboard is being stopped."
        if not self._exchange.has_credentials:
            return "There is no API key, and orders need one."
        account = self._account()
        if account is None:
            return self._standing() or _NO_ACCOUNT
        if self._clerk.account != account:
            return "The journal is being read."
        if held := self._placements.unsettled():
            return f"{held} earlier {'order is' if held == 1 else 'orders are'} being looked up first."
        return ""

    def _require(self, ticket: Ticket) -> str:
        """Return whose order it would be.

        Raises:
            NotAllowed: No order is taken.
            InvalidRequest: This one would be refused.
        """
        reason, account = self._shut(), self._account()
        if reason or account is None:
            raise NotAllowed(reason or _NO_ACCOUNT)
        dispatch.verify(ticket)
        if faults := " ".join(self._vet(ticket)):
            raise InvalidRequest(faults)
        return account

    def _carry_out(self, placement: Placement) -> None:
        """Write down and send: the one place from which an order leaves, once."""
        client_oid = placement.ticket.client_oid
        try:
            self._write_down(placement)
        except DuplicateClientOid:
            self._adopt(client_oid)
        except NotSent as error:
            self.settle(client_oid, TicketState.NOT_SENT, words=str(error))
        except JournalError as error:
            words = f"not sent, for it has to be written down first: {error}"
            self.settle(client_oid, TicketState.NOT_SENT, words=words)
        except Exception as error:
            log.exception("order %s was not sent", client_oid)
            self.settle(client_oid, TicketState.NOT_SENT, words=f"not sent: {_fault(error)}")
        else:
            self._send(placement.ticket)

    def _write_down(self, placement: Placement) -> None:
        """Have it on disk that ``placement`` is about to be sent.

        Raises:
            DuplicateClientOid: That was done before, by another process or run.
            JournalError: It could not be written.
            NotSent: It is not to be sent after all.
        """
        ticket = placement.ticket
        press = self._placements.press(ticket.client_oid)
        # Again: things may have changed while it waited for its turn. The journal tells itself.
        if self._require(ticket) != press.account:
            raise NotSent("not sent: the account is another one than at the press")
        self._orders.expect(ticket.client_oid)
        self._clerk.add(_intent(placement, press.account))
        if self._stopping:
            raise NotSent("not sent: the dashboard was being stopped")
        waited = self._monotonic() - press.at
        if waited > _LATE:
            raise NotSent(f"not sent: its turn came after {waited:.0f} s, when what was meant may not hold any more")

    def _send(self, ticket: Ticket) -> None:
        """Send once, and take in what came back; refused is only what is proven to be."""
        client_oid = ticket.client_oid
        try:
            order_id = dispatch.send(self._exchange, ticket)
        except NotSent as error:
            self.settle(client_oid, TicketState.NOT_SENT, words=str(error))
        except (TooManyRequests, DuplicateOrder) as doubt:
            self.settle(client_oid, TicketState.UNKNOWN, code=doubt.code, words=doubt.message)
        except ApiError as refusal:
            self.settle(client_oid, TicketState.REFUSED, code=refusal.code, words=refusal.message)
        except OutcomeUnknown as doubt:
            self.settle(client_oid, TicketState.UNKNOWN, words=str(doubt))
        except Exception as error:
            log.exception("what became of order %s is not known", client_oid)
            self.settle(client_oid, TicketState.UNKNOWN, words=_fault(error))
        else:
            self.settle(client_oid, TicketState.ACCEPTED, order_id=order_id)

    def _adopt(self, client_oid: str) -> None:
        """Take over what the journal has under an id that was to be used again: nothing is sent a second time."""
        try:
            self._placements.adopt(client_oid, self._clerk.get(client_oid))
        except KucoinError as error:
            self.settle(client_oid, TicketState.UNKNOWN, words=f"its client id was used before, and {error}")

    def _placed(self, placement: Placement) -> None:
        if placement.state is TicketState.ACCEPTED and placement.order_id is not None:
            self._orders.placed(placement.ticket, placement.order_id)

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
                intent=_intent(placement, account) if doubtful and account else None,
            )
        )


def _intent(placement: Placement, account: str) -> Intent:
    return Intent(account=account, ticket=placement.ticket, by=placement.by, handed_at=placement.handed_at)


def _fault(error: Exception) -> str:
    return f"a fault of this program ({type(error).__name__}), of which its log tells more"
