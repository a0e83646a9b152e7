"""Carries orders from the desk to the exchange: written down first, sent once, and what came back is taken in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from kucoin.desk import dispatch
from kucoin.desk.clerk import Clerk
from kucoin.desk.gate import Gatekeeper
from kucoin.desk.limits import reduces
from kucoin.desk.orders import Orders
from kucoin.desk.placements import Placements, Press
from kucoin.errors import (
    ApiError,
    DuplicateClientOid,
    DuplicateOrder,
    JournalError,
    KucoinError,
    NotSent,
    OutcomeUnknown,
    TooManyRequests,
)
from kucoin.journal.intents import Intent, Outcome
from kucoin.model.ticket import Placement, Ticket, TicketState
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_LATE = 5.0  # s from the press, after which an order is not sent any more: a person should decide again
_TOO_LATE = 15.0  # the same of a way out, which has been told by then: what it closed may have been opened anew


class Settle(Protocol):
    """`kucoin.desk.trading.Trading.settle`."""

    def __call__(
        self,
        client_oid: str,
        state: TicketState,
        *,
        order_id: str | None = None,
        code: str | None = None,
        words: str = "",
    ) -> object:
        """Take in what was learned of an order."""


class Carrier:
    """Writes down and sends, on the thread that it is called on.

    Args:
        require: Returns whose order it would be, and raises NotSent where it is not taken.
        settle: Takes in what was learned.
        monotonic: The clock of presses.
    """

    def __init__(
        self,
        exchange: Exchange,
        orders: Orders,
        clerk: Clerk,
        placements: Placements,
        gate: Gatekeeper,
        *,
        require: Callable[[Ticket], str],
        settle: Settle,
        monotonic: Callable[[], float],
    ) -> None:
        self._exchange = exchange
        self._orders = orders
        self._clerk = clerk
        self._placements = placements
        self._gate = gate
        self._require = require
        self._settle = settle
        self._monotonic = monotonic

    def carry(self, placement: Placement, *, leaving: bool) -> None:
        """Write down and send: the one place from which an order leaves, once."""
        client_oid = placement.ticket.client_oid
        try:
            if leaving:
                self._have_written(placement)
            else:
                self._write_down(placement)
        except DuplicateClientOid:
            self._adopt(client_oid)
        except NotSent as error:
            self._settle(client_oid, TicketState.NOT_SENT, words=str(error))
        except JournalError as error:
            words = f"not sent, for it has to be written down first: {error}"
            self._settle(client_oid, TicketState.NOT_SENT, words=words)
        except Exception as error:
            log.exception("order %s was not sent", client_oid)
            self._settle(client_oid, TicketState.NOT_SENT, words=f"not sent: {_fault(error)}")
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
        self._clerk.add(intent_of(placement, press.account))
        if self._gate.stopping:
            raise NotSent("not sent: the dashboard was being stopped")
        if not reduces(ticket) and (off := self._gate.switched_off()):
            raise NotSent(f"not sent: {off}")
        self._refuse_late(press, _LATE)

    def _refuse_late(self, press: Press, longest: float) -> None:
        waited = self._monotonic() - press.at
        if waited > longest:
            raise NotSent(f"not sent: its turn came after {waited:.0f} s, when what was meant may not hold any more")

    def _have_written(self, placement: Placement) -> None:
        """Have it written as soon as that can be that ``placement`` is about to be sent.

        Raises:
            NotSent: It is not to be sent after all.
        """
        client_oid = placement.ticket.client_oid
        press = self._placements.press(client_oid)
        self._refuse_late(press, _TOO_LATE)
        self._orders.expect(client_oid)
        intent = intent_of(placement, press.account)
        self._clerk.owe(Outcome(client_oid=client_oid, state=placement.state, at=placement.handed_at, intent=intent))

    def _send(self, ticket: Ticket) -> None:
        """Send once, and take in what came back; refused is only what is proven to be."""
        client_oid = ticket.client_oid
        try:
            order_id = dispatch.send(self._exchange, ticket)
        except NotSent as error:
            self._settle(client_oid, TicketState.NOT_SENT, words=str(error))
        except (TooManyRequests, DuplicateOrder) as doubt:
            self._settle(client_oid, TicketState.UNKNOWN, code=doubt.code, words=doubt.message)
        except ApiError as refusal:
            self._settle(client_oid, TicketState.REFUSED, code=refusal.code, words=refusal.message)
        except OutcomeUnknown as doubt:
            self._settle(client_oid, TicketState.UNKNOWN, words=str(doubt))
        except Exception as error:
            log.exception("what became of order %s is not known", client_oid)
            self._settle(client_oid, TicketState.UNKNOWN, words=_fault(error))
        else:
            self._settle(client_oid, TicketState.ACCEPTED, order_id=order_id)

    def _adopt(self, client_oid: str) -> None:
        """Take over what the journal has under an id that was to be used again: nothing is sent a second time."""
        try:
            written = self._clerk.get(client_oid)
        except KucoinError as error:
            self._settle(client_oid, TicketState.UNKNOWN, words=f"its client id was used before, and {error}")
            return
        if written is not None and written.state is TicketState.ACCEPTED and written.order_id is not None:
            self._orders.placed(written.ticket, written.order_id)
        self._placements.adopt(client_oid, written)


def intent_of(placement: Placement, account: str) -> Intent:
    """Return ``placement`` as it is written down."""
    return Intent(
        account=account,
        ticket=placement.ticket,
        by=placement.by,
        handed_at=placement.handed_at,
        worth=placement.worth,
    )


def _fault(error: Exception) -> str:
    return f"a fault of this program ({type(error).__name__}), of which its log tells more"
