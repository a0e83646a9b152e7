"""Notes in the audit what parts of the desk tell of themselves."""

from __future__ import annotations

from kucoin.desk.audit import DESK, LOOKUP, TURNED_AWAY, Audit
from kucoin.desk.principal import Principal
from kucoin.desk.risk import Risk, Switched
from kucoin.desk.trading import Trading
from kucoin.errors import NotSent
from kucoin.journal.intents import wish
from kucoin.model.ticket import Placement, Ticket, TicketState


class Witness:
    """Notes what it hears: from any thread, without waiting, and without raising."""

    def __init__(self, audit: Audit, trading: Trading, risk: Risk) -> None:
        """Listen to orders, limits and switches from now on."""
        self._note = audit.note
        self._asked: dict[str, int] = {}  # by our id, how often an order was looked up
        trading.on_change(self._placed)
        trading.on_refusal(self._turned_away)
        risk.on_change(self._switched)

    def _placed(self, placement: Placement) -> None:
        """Note each time that an order whose outcome is not known was looked up; its outcome is noted elsewhere."""
        client_oid, lookups = placement.ticket.client_oid, placement.lookups
        if placement.state is not TicketState.UNKNOWN:
            self._asked.pop(client_oid, None)
        elif lookups > self._asked.get(client_oid, 0):
            self._asked[client_oid] = lookups
            self._note(DESK, LOOKUP, client_oid, times=lookups)

    def _turned_away(self, ticket: Ticket, principal: Principal, refusal: NotSent) -> None:
        """Note that a ticket was not taken, and why."""
        self._note(principal.name, TURNED_AWAY, ticket.client_oid, words=str(refusal), **wish(ticket))

    def _switched(self, switched: Switched) -> None:
        """Note that a limit or a switch was changed."""
        text = f"{switched.act.capitalize()}: {switched.words}" if switched.words else switched.act.capitalize()
        self._note(switched.who, switched.act, "", text=text, state="switch")
