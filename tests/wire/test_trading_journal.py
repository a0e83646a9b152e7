"""Orders while the journal's disk fails: none leaves unwritten, and nothing has to be started again after."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from kucoin.errors import NotAllowed
from kucoin.journal.database import Journal
from kucoin.model.ticket import TicketState
from tests.journal_faults import locked, refused
from tests.trading_rig import ME, Rig, futures, rig_on, spot, until

S = TicketState
ATTEMPTS = 50  # of each of four faults


class Disk:
    """The journal's file, and what is wrong with it: faults hold for every connection, old or new."""

    def __init__(self, journal: Journal, path: Path) -> None:
        self._journal = journal
        self._path = path
        self.pages = 1_000_000
        self.only_read = "OFF"

    def checked_out(self, connection: sqlite3.Connection, *_: object) -> None:
        """Give a connection the fault before it is used."""
        connection.execute(f"PRAGMA max_page_count={self.pages}")
        connection.execute(f"PRAGMA query_only={self.only_read}")

    @contextmanager
    def fault(self, name: str) -> Iterator[None]:
        """Have it fail for as long as this lasts."""
        if name == "full":
            self.pages = 1
        elif name == "read-only":
            self.only_read = "ON"
        elif name == "locked":
            with locked(self._journal, self._path):
                yield
            return
        else:
            with refused(self._journal, self._path):
                yield
            return
        yield
        self.pages, self.only_read = 1_000_000, "OFF"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal that waits for a lock no longer than a moment."""
    opened = Journal.open(f"sqlite:///{tmp_path / 'journal.sqlite3'}", mode="practice", patience=0.01)
    yield opened
    opened.close()


@pytest.fixture
def disk(journal: Journal, tmp_path: Path) -> Iterator[Disk]:
    """What it is on."""
    found = Disk(journal, tmp_path / "journal.sqlite3")
    event.listen(Pool, "checkout", found.checked_out)
    yield found
    event.remove(Pool, "checkout", found.checked_out)


@pytest.fixture
def rig(journal: Journal, disk: Disk) -> Iterator[Rig]:
    """Trading that takes orders."""
    with rig_on(journal) as made:
        yield made


WORDS = {
    "full": "database or disk is full",
    "read-only": "attempt to write a readonly database",
    "locked": "database is locked",
    "refused": "disk I/O error",
}


SHARP = [fault for fault in WORDS if fault != "full"]  # on a full disk there may be room for one more


@pytest.mark.parametrize("fault", WORDS)
def test_no_order_leaves_that_is_not_written_down(rig: Rig, disk: Disk, fault: str) -> None:
    """50 attempts while it fails, in words: not sent, or not even taken. The next one after it is sent at once."""
    tickets = [futures() if number % 2 else spot() for number in range(ATTEMPTS)]
    refusals = []
    with disk.fault(fault):
        for ticket in tickets:
            try:
                found = rig.place(ticket)
            except NotAllowed as closed:
                refusals.append(str(closed))
            else:
                if found.state is S.NOT_SENT:
                    refusals.append(found.words)
        assert all(WORDS[fault] in words for words in refusals)
        left = rig.wire.ids()
        assert len(left) == ATTEMPTS - len(refusals)
        assert not left or (fault == "full" and len(left) < ATTEMPTS / 2)
        assert all(rig.store.get(client_oid) for client_oid in left)
    after = spot()
    assert rig.place_once_taken(after).state is S.ACCEPTED
    assert rig.wire.ids() == [*left, after.client_oid]
    for ticket in tickets:
        if known := rig.trading.placement(ticket.client_oid):
            assert rig.written(ticket).words == known.words


@pytest.mark.parametrize("fault", SHARP)
def test_each_order_is_judged_by_the_disk_that_it_met(rig: Rig, disk: Disk, fault: str) -> None:
    """Twenty times: the fault comes and goes, and between two of them orders are sent."""
    for _ in range(20):
        with disk.fault(fault):
            ticket = spot()
            assert rig.place_once_taken(ticket).state is S.NOT_SENT
        assert rig.place_once_taken(spot()).state is S.ACCEPTED
        assert ticket.client_oid not in rig.wire.ids()
        assert rig.written(ticket).state is S.NOT_SENT


@pytest.mark.parametrize("fault", SHARP)
def test_an_outcome_that_cannot_be_written_is_kept_and_written_later(rig: Rig, disk: Disk, fault: str) -> None:
    """The page has it at once; meanwhile no other order is taken, and the journal has it as soon as it can."""
    go = threading.Event()
    rig.wire.say = lambda: go.wait(20) and None
    ticket = spot()
    rig.trading.place(ticket, ME)
    until(lambda: rig.wire.sent)
    with disk.fault(fault):
        go.set()
        found = rig.settled(ticket)
        assert (found.state, found.order_id) == (S.ACCEPTED, f"k-{ticket.client_oid}")
        until(lambda: not rig.trading.state().open)
        assert WORDS[fault] in rig.trading.state().reason
        with pytest.raises(NotAllowed, match=WORDS[fault]):
            rig.trading.place(spot(), ME)
        stored = rig.store.get(ticket.client_oid)
        assert stored is not None
        assert stored.state is S.SENT
    assert rig.written(ticket).order_id == found.order_id
    until(lambda: rig.trading.state().open)
    assert rig.wire.ids() == [ticket.client_oid]


def test_two_processes_on_one_file_send_a_ticket_once(journal: Journal, disk: Disk, tmp_path: Path) -> None:
    """The same 20 tickets to both at once, by connections of their own."""
    url = f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    with closing(Journal.open(url, mode="practice")) as second, rig_on(journal) as one, rig_on(second) as other:
        tickets = [spot() for _ in range(20)]
        for ticket in tickets:
            for rig in (one, other):
                rig.trading.place(ticket, ME)
        found = [[rig.settled(ticket).state for rig in (one, other)] for ticket in tickets]
        assert all(set(states) <= {S.ACCEPTED, S.UNKNOWN, S.NOT_SENT} for states in found)
        sent = one.wire.ids() + other.wire.ids()
        assert len(sent) == len(set(sent))
        assert [states.count(S.ACCEPTED) >= 1 for states in found] == [t.client_oid in sent for t in tickets]
