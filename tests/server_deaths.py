"""Orders that are placed while the journal's Postgres server dies and comes back; what is true then is checked."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import closing
from random import Random

from kucoin.errors import NotAllowed
from kucoin.journal.database import Journal
from kucoin.model.ticket import Placement, Ticket, TicketState
from tests.postgres import Postgres
from tests.trading_rig import ME, Rig, futures, rig_on, spot, until

_SETTLED = {TicketState.ACCEPTED, TicketState.NOT_SENT}
BACK = 5.0  # s within which orders must be taken again once the server answers


def run(server: Postgres, random: Random, *, kills: int) -> float:
    """Kill the server so many times under a stream of orders; return the longest s until orders were taken again."""
    longest = 0.0
    with closing(Journal.open(server.database(), mode="practice")) as journal, rig_on(journal) as rig:
        for _ in range(kills):
            tickets: list[Ticket] = []
            stopping = threading.Event()
            pressing = threading.Thread(target=_press, args=(rig, tickets, stopping))
            pressing.start()
            before = len(rig.wire.sent)
            until(lambda before=before: len(rig.wire.sent) >= before + 3)
            time.sleep(random.uniform(0, 0.02))  # the moment of the crash, not a wait for anything
            server.kill()
            server.start()
            back = time.monotonic()
            until(lambda: _taken(rig))
            longest = max(longest, time.monotonic() - back)
            stopping.set()
            pressing.join(60)
            _check(rig, tickets)
    assert longest <= BACK, f"orders were taken again only {longest:.1f} s after the server answered"
    return longest


def _press(rig: Rig, tickets: list[Ticket], stopping: threading.Event) -> None:
    """Place one order after the other, each twice, four under way at a time."""
    while not stopping.is_set():
        ticket = futures() if len(tickets) % 2 else spot()
        tickets.append(ticket)
        try:
            for _ in range(2):
                rig.trading.place(ticket, ME)
        except NotAllowed:  # the gate is shut while the journal cannot be written
            until(lambda: stopping.is_set() or rig.trading.state().open)
        if len(tickets) % 4 == 0:
            until(lambda: all(each.state is not TicketState.SENT for each in _known(rig, tickets[-4:])))


def _taken(rig: Rig) -> bool:
    """Whether an order is taken now, and sent."""
    ticket = spot()
    try:
        rig.trading.place(ticket, ME)
    except NotAllowed:
        return False
    return rig.settled(ticket).state is TicketState.ACCEPTED


def _known(rig: Rig, tickets: list[Ticket]) -> list[Placement]:
    found = (rig.trading.placement(ticket.client_oid) for ticket in tickets)
    return [each for each in found if each is not None]


def _check(rig: Rig, tickets: list[Ticket]) -> None:
    """Nothing left twice or unwritten, what was not sent did not leave, and the journal comes to say what is true."""
    sent = Counter(rig.wire.ids())
    assert max(sent.values()) == 1
    for placement in _known(rig, tickets):
        assert placement.state in _SETTLED
        assert (sent[placement.ticket.client_oid] == 1) is (placement.state is TicketState.ACCEPTED)
        assert rig.written(placement.ticket).state is placement.state
    for ticket in tickets:
        if rig.trading.placement(ticket.client_oid) is None:  # the gate did not let it in
            assert sent[ticket.client_oid] == 0
            assert rig.store.get(ticket.client_oid) is None
