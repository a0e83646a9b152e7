"""Notes in the audit what parts of the desk tell of themselves."""

from __future__ import annotations

from kucoin.desk.audit import DESK, LOOKUP, TURNED_AWAY, Audit
from kucoin.desk.dead_man import DeadManState
from kucoin.desk.principal import Principal
from kucoin.desk.risk import Switched
from kucoin.errors import NotSent
from kucoin.journal.intents import wish
from kucoin.model.ticket import Placement, Ticket, TicketState


class Witness:
    """Hooks that note. They are called from any thread, and none waits or raises."""

    def __init__(self, audit: Audit) -> None:
        self._note = audit.note
        self._asked: dict[str, int] = {}  # by our id, how often an order was looked up
        self._dead_man = DeadManState()

    def placed(self, placement: Placement) -> None:
        """Note each time that an order whose outcome is not known was looked up; its outcome is noted elsewhere."""
        client_oid, lookups = placement.ticket.client_oid, placement.lookups
        if placement.state is not TicketState.UNKNOWN:
            self._asked.pop(client_oid, None)
        elif lookups > self._asked.get(client_oid, 0):
            self._asked[client_oid] = lookups
            self._note(DESK, LOOKUP, client_oid, times=lookups)

    def turned_away(self, ticket: Ticket, principal: Principal, refusal: NotSent) -> None:
        """Note that a ticket was not taken, and why."""
        self._note(principal.name, TURNED_AWAY, ticket.client_oid, words=str(refusal), **wish(ticket))

    def switched(self, switched: Switched) -> None:
        """Note that a limit or a switch was changed."""
        text = f"{switched.act.capitalize()}: {switched.words}" if switched.words else switched.act.capitalize()
        self._note(switched.who, switched.act, "", text=text, state="switch")

    def dead_man(self, state: DeadManState) -> None:
        """Note that the dead-man switch was turned, ran out, or has a problem; not that it was renewed."""
        before, self._dead_man = self._dead_man, state
        told = [(each.on, each.seconds if each.on else None, each.problem, each.fired) for each in (before, state)]
        if told[0] == told[1]:
            return
        turned = (before.on, before.seconds) != (state.on, state.seconds)
        text = "Dead-man switch ran out: KuCoin cancelled the open spot orders" if state.fired else "Dead-man switch "
        if not state.fired:
            text += f"on, {state.seconds} s" if state.on else "off"
        mark = "refused" if state.fired or state.problem else "switch"
        who = state.by if turned and state.by else DESK
        self._note(who, "dead man", "", text=text, note=state.problem, state=mark)
