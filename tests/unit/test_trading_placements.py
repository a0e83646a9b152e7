"""What is known of the day's orders: facts in any order, one answer; nothing grows for ever."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from kucoin.desk.placements import Placements
from kucoin.model.ticket import Placement, Ticket, TicketState
from tests.trading_rig import futures, spot

S = TicketState
START = datetime(2026, 11, 22, 23, 58, tzinfo=UTC)


@dataclass
class Clocks:
    """Both clocks, moved by hand."""

    now: datetime = START
    seconds: float = 100.0


@dataclass
class Day:
    """Placements and what they said."""

    clocks: Clocks = field(default_factory=Clocks)
    noted: list[tuple[str, TicketState, str | None]] = field(default_factory=list)
    told: list[Placement] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book = Placements(
            note=lambda each, account: self.noted.append((each.ticket.client_oid, each.state, account)),
            now=lambda: self.clocks.now,
            monotonic=lambda: self.clocks.seconds,
        )
        self.book.on_change(self.told.append)

    def begin(self, ticket: Ticket | None = None) -> str:
        """Take up a new one and return its id."""
        ticket = ticket or spot()
        self.book.begin(placed(ticket, self.clocks.now), "1")
        return ticket.client_oid


@pytest.fixture
def day() -> Day:
    """A day two minutes before its end."""
    return Day()


def placed(ticket: Ticket, at: datetime = START, state: TicketState = S.SENT) -> Placement:
    """A placement of ``ticket``."""
    return Placement(ticket=ticket, by="local", state=state, handed_at=at)


# Every fact after every other, and what holds then.
AFTER: dict[tuple[TicketState, TicketState], TicketState] = {
    **{(S.SENT, fact): fact for fact in S},
    **{(S.UNKNOWN, fact): fact for fact in S if fact is not S.SENT},
    **{(state, fact): state for state in (S.ACCEPTED, S.REFUSED) for fact in S},
    **{(state, fact): state for state in (S.ABSENT, S.NOT_SENT) for fact in S},
    (S.UNKNOWN, S.SENT): S.UNKNOWN,
    (S.ABSENT, S.ACCEPTED): S.ACCEPTED,
    (S.NOT_SENT, S.ACCEPTED): S.ACCEPTED,
}


@pytest.mark.parametrize(("first", "then"), list(itertools.product(S, S)))
def test_a_late_fact_wins_where_it_can_be_true(day: Day, first: TicketState, then: TicketState) -> None:
    """What is open takes any fact; of what is settled only "it lives after all" is news, and of a refusal nothing."""
    client_oid = day.begin()
    if first is not S.SENT:
        day.book.settle(client_oid, first, order_id="k-1", words="first")
    before, noted = day.book.generation, len(day.noted)
    found = day.book.settle(client_oid, then, order_id="k-2", words="then")
    assert found is not None
    assert found.state is AFTER[first, then]
    assert day.book.get(client_oid) is found
    changed = AFTER[first, then] is not first
    assert (found.words == "then") is changed
    assert (day.book.generation > before) is changed
    assert day.noted[noted:] == ([(client_oid, then, "1")] if changed else [])
    assert (day.told[-1] is found) or not changed


def test_each_of_two_threads_learns_what_became_of_it(day: Day) -> None:
    """A push and an answer at once, 50 times: the journal is told in the order in which the states came about."""
    for _ in range(50):
        client_oid = day.begin()
        both = threading.Barrier(2)

        def settle(state: TicketState, client_oid: str = client_oid, both: threading.Barrier = both) -> None:
            both.wait(20)
            day.book.settle(client_oid, state, order_id="k" if state is S.ACCEPTED else None)

        threads = [threading.Thread(target=settle, args=(state,)) for state in (S.UNKNOWN, S.ACCEPTED)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        found = day.book.get(client_oid)
        assert found is not None
        assert (found.state, found.order_id) == (S.ACCEPTED, "k")
        assert [state for oid, state, _ in day.noted if oid == client_oid][-1] is S.ACCEPTED


def test_an_id_is_taken_up_once(day: Day) -> None:
    """The second gets what became of the first, and changes nothing."""
    ticket = spot()
    first = day.book.begin(placed(ticket), "1")
    generation = day.book.generation
    assert day.book.begin(placed(replace(ticket, auto_borrow=True)), "1") is first
    assert day.book.generation == generation
    assert len(day.told) == 1


def test_the_list_is_the_same_one_until_something_changed(day: Day) -> None:
    """Newest first; who draws it can tell by its identity whether to draw."""
    first, second = day.begin(), day.begin()
    shown = day.book.today()
    assert [each.ticket.client_oid for each in shown] == [second, first]
    assert day.book.today() is shown
    assert day.book.looked("never seen", 1, None, False) is None
    assert day.book.today() is shown
    day.book.settle(first, S.ACCEPTED, order_id="k")
    assert [each.state for each in day.book.today()] == [S.SENT, S.ACCEPTED]


def test_a_day_that_is_over_is_let_go_but_for_what_is_open(day: Day) -> None:
    """At 00:00 UTC, without anything having happened; what is let go is not known any more."""
    done, lost = day.begin(), day.begin()
    day.book.settle(done, S.REFUSED, code="1", words="no")
    day.book.settle(lost, S.UNKNOWN)
    day.clocks.now += timedelta(minutes=1, seconds=59)
    assert len(day.book.today()) == 2
    day.clocks.now += timedelta(seconds=1)
    assert [each.ticket.client_oid for each in day.book.today()] == [lost]
    assert day.book.get(done) is None
    day.book.settle(lost, S.ABSENT)
    assert day.book.today() == ()


def test_it_says_how_long_the_answer_took(day: Day) -> None:
    """From the press to what settled it; only an answer of the exchange counts for the figure of the page."""
    accepted, absent = day.begin(), day.begin()
    day.clocks.seconds += 0.25
    day.book.settle(accepted, S.ACCEPTED, order_id="k")
    day.book.settle(absent, S.UNKNOWN)
    found = day.book.get(absent)
    assert found is not None
    assert found.took is None
    day.clocks.seconds += 10
    settled = [day.book.get(accepted), day.book.settle(absent, S.ABSENT)]
    assert [each and each.took for each in settled] == [0.25, 10.25]
    assert day.book.last_took == 0.25


def test_looks_are_shown_while_it_is_open(day: Day) -> None:
    """And leave no trace once it is settled."""
    client_oid = day.begin()
    day.book.settle(client_oid, S.UNKNOWN, words="no answer")
    found = day.book.looked(client_oid, 3, START, True)
    assert found is not None
    assert (found.lookups, found.next_lookup_at, found.undecided, found.words) == (3, START, True, "no answer")
    found = day.book.settle(client_oid, S.ACCEPTED, order_id="k")
    assert found is not None
    assert (found.lookups, found.next_lookup_at, found.undecided) == (3, None, False)
    assert day.book.looked(client_oid, 4, START, True) is found


def test_orders_of_an_earlier_run_hold_up_new_ones_until_they_are_settled(day: Day) -> None:
    """What was about to be sent is unknown now; what may stay so holds up no longer than 12 s of looking."""
    sent, done = (placed(spot(), state=state) for state in (S.SENT, S.ACCEPTED))
    lost = placed(futures(), state=S.UNKNOWN)
    day.book.take([sent, lost, done])
    assert [each.state for each in reversed(day.book.today())] == [S.UNKNOWN, S.UNKNOWN, S.ACCEPTED]
    assert {each.ticket.client_oid for each in day.told} == {sent.ticket.client_oid, lost.ticket.client_oid}
    assert day.book.unsettled() == 2
    day.book.settle(sent.ticket.client_oid, S.ACCEPTED, order_id="k")
    assert day.noted == [(sent.ticket.client_oid, S.ACCEPTED, None)]
    day.clocks.seconds += 11.9
    day.book.looked(lost.ticket.client_oid, 5, None, False)
    assert day.book.unsettled() == 1
    day.clocks.seconds += 0.1
    assert day.book.unsettled() == 0


def test_an_earlier_order_that_was_never_asked_for_holds_up_for_as_long(day: Day) -> None:
    """An exchange that cannot be reached proves nothing."""
    lost = placed(futures(), state=S.SENT)
    day.book.take([lost])
    day.clocks.seconds += 3600
    assert day.book.unsettled() == 1
    day.book.looked(lost.ticket.client_oid, 1, None, False)
    assert day.book.unsettled() == 0


def test_an_earlier_order_with_a_time_limit_is_waited_for_until_it_is_settled(day: Day) -> None:
    """However long the looks take: what became of it can be proven. Unless it is so old that a person decides."""
    lost, old = placed(spot(), state=S.SENT), placed(spot(), state=S.SENT)
    day.book.take([lost, old])
    for each in (lost, old):
        day.book.looked(each.ticket.client_oid, 9, None, False)
    day.clocks.seconds += 3600
    assert day.book.unsettled() == 2
    day.book.settle(lost.ticket.client_oid, S.ABSENT)
    assert day.book.unsettled() == 1
    day.book.looked(old.ticket.client_oid, 10, None, True)
    assert day.book.unsettled() == 0


def test_an_order_of_this_run_stays_when_the_journal_is_read_late(day: Day) -> None:
    """What is under way is not taken for an earlier run's, though the journal has it too."""
    ticket = spot()
    day.begin(ticket)
    day.book.take([placed(ticket)])
    found = day.book.get(ticket.client_oid)
    assert found is not None
    assert found.state is S.SENT
    assert day.book.unsettled() == 0


def test_a_broken_listener_stops_nobody(day: Day, caplog: pytest.LogCaptureFixture) -> None:
    """The next one is told, and the log says what broke."""
    told: list[Placement] = []
    day.book.on_change(lambda _: 1 / 0)  # type: ignore[arg-type, return-value]  # that is its fault
    day.book.on_change(told.append)
    day.begin()
    assert len(told) == 1
    assert "a listener to orders broke" in caplog.text


def test_a_ticket_is_found_by_the_exchanges_id(day: Day) -> None:
    """As far back as the day goes."""
    ticket = spot()
    day.begin(ticket)
    assert day.book.ticket_of("k") is None
    day.book.settle(ticket.client_oid, S.ACCEPTED, order_id="k")
    assert day.book.ticket_of("k") is ticket
