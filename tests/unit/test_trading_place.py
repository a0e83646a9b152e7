"""Written down, sent once, and told apart: what each answer, each fault and each second press comes to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kucoin.desk.checks import Checked
from kucoin.desk.principal import Principal, Role
from kucoin.errors import (
    ApiError,
    AuthenticationFailed,
    DuplicateOrder,
    InsufficientBalance,
    InvalidRequest,
    KucoinError,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    QuotaHeld,
    TooManyRequests,
)
from kucoin.journal.database import Journal
from kucoin.journal.intents import Intent, Outcome
from kucoin.model.ticket import Ticket, TicketState
from kucoin.rest.answer import Answer
from tests.trading_rig import ME, START, D, Rig, answer, futures, raising, rig_on, spot, until

S = TicketState


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    opened = Journal.open(f"sqlite:///{tmp_path / 'journal.sqlite3'}", mode="practice", patience=0.1)
    yield opened
    opened.close()


@pytest.fixture
def rig(journal: Journal) -> Iterator[Rig]:
    """Trading that takes orders."""
    with rig_on(journal) as made:
        yield made


def refusal(kind: type[ApiError], code: str) -> Callable[[], Answer]:
    """What says no, in KuCoin's words."""
    return raising(kind(code=code, message="KuCoin's words", request="POST /orders"))


HELD = QuotaHeld("the spot quota is used up for 3 s", retry_after=3)
# What comes back, and what the order is then: state, KuCoin's code, and what its words hold.
ANSWERS: dict[str, tuple[Callable[[], Answer], TicketState, str | None, str]] = {
    "an id": (lambda: answer('{"orderId":"6b03"}'), S.ACCEPTED, None, ""),
    "no money": (refusal(InsufficientBalance, "200004"), S.REFUSED, "200004", "KuCoin's words"),
    "a refusal": (refusal(ApiError, "400100"), S.REFUSED, "400100", "KuCoin's words"),
    "a wrong clock": (refusal(AuthenticationFailed, "400002"), S.REFUSED, "400002", "KuCoin's words"),
    "a used up quota": (refusal(TooManyRequests, "429000"), S.UNKNOWN, "429000", "KuCoin's words"),
    "one with this id lives": (refusal(DuplicateOrder, "300018"), S.UNKNOWN, "300018", "KuCoin's words"),
    "nothing": (raising(OutcomeUnknown("POST /orders: no answer came")), S.UNKNOWN, None, "no answer came"),
    "no id": (lambda: answer("{}"), S.UNKNOWN, None, "unreadable answer"),
    "an empty id": (lambda: answer('{"orderId":""}'), S.UNKNOWN, None, "unreadable answer"),
    "an id that is a number": (lambda: answer('{"orderId":6}'), S.UNKNOWN, None, "unreadable answer"),
    "no data": (lambda: answer("null"), S.UNKNOWN, None, "unreadable answer"),
    "our own limiter": (raising(HELD), S.NOT_SENT, None, "used up for 3 s"),
    "a rule of ours": (raising(InvalidRequest("off the tick")), S.NOT_SENT, None, "off the tick"),
    "no connection": (raising(NotSent("no connection")), S.NOT_SENT, None, "no connection"),
    "a fault of ours": (raising(ZeroDivisionError("secret")), S.UNKNOWN, None, "a fault of this program (ZeroDiv"),
    "an error of no class": (raising(KucoinError("what?")), S.UNKNOWN, None, "a fault of this program (KucoinE"),
}


@pytest.mark.parametrize("said", ANSWERS)
def test_only_what_is_proven_is_said(rig: Rig, said: str) -> None:
    """Refused and not sent are proven; everything else that is no id is unknown. One POST; the journal agrees."""
    rig.wire.say, state, code, words = ANSWERS[said]
    ticket = spot()
    found = rig.place(ticket)
    assert (found.state, found.code) == (state, code)
    assert words in found.words
    assert "secret" not in found.words
    assert found.order_id == ("6b03" if state is S.ACCEPTED else None)
    assert (found.took is None) is found.open
    written = rig.written(ticket)
    assert (written.order_id, written.code, written.words) == (found.order_id, found.code, found.words)
    assert written.ticket == ticket
    assert rig.wire.ids() == [ticket.client_oid]


def test_it_returns_before_anything_was_sent(rig: Rig) -> None:
    """Who places does not wait, neither for the journal nor for the exchange."""
    go = threading.Event()
    rig.wire.say = lambda: go.wait(20) and None
    ticket = futures()
    assert rig.trading.place(ticket, ME).state is S.SENT
    until(lambda: rig.wire.sent)
    assert rig.trading.placements()[0].state is S.SENT
    go.set()
    assert rig.settled(ticket).state is S.ACCEPTED


def test_it_is_on_disk_and_expected_before_it_leaves(rig: Rig) -> None:
    """At the moment of sending the journal can be asked for it, and the account's orders know that it is ours."""
    seen: list[object] = []
    ticket = spot()

    def say() -> None:
        written = rig.store.get(ticket.client_oid)
        seen.append((written and written.state, rig.book.expected))

    rig.wire.say = say
    rig.place(ticket)
    assert seen == [(S.SENT, [ticket.client_oid])]
    assert rig.book.told == [(ticket.client_oid, f"k-{ticket.client_oid}")]


def test_a_second_press_gets_the_first_outcome(rig: Rig) -> None:
    """While it is under way, after it was accepted, and after it was refused: one POST."""
    for say in (lambda: None, refusal(ApiError, "400100")):
        rig.wire.say = say
        ticket = spot()
        placed = [rig.trading.place(ticket, ME) for _ in range(3)]
        assert {each.ticket.client_oid for each in placed} == {ticket.client_oid}
        found = rig.settled(ticket)
        assert rig.trading.place(ticket, ME) is found
        assert rig.wire.ids().count(ticket.client_oid) == 1


def test_many_presses_at_once_are_one_order(rig: Rig) -> None:
    """30 tickets from 3 threads each, none waiting for another."""
    tickets = [spot() for _ in range(30)]
    together = threading.Barrier(3)

    def press() -> None:
        together.wait(20)
        for ticket in tickets:
            rig.trading.place(ticket, ME)

    threads = [threading.Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [rig.settled(ticket).state for ticket in tickets] == [S.ACCEPTED] * 30
    assert sorted(rig.wire.ids()) == sorted(ticket.client_oid for ticket in tickets)


def test_two_that_press_within_one_moment_are_one_order(journal: Journal) -> None:
    """Both find nothing there and pass the second check together; one worker begins."""
    together = threading.Barrier(2)

    def vet(_: Ticket) -> tuple[str, ...]:
        if threading.current_thread().name.startswith("press"):
            together.wait(20)
        return ()

    ticket = spot()
    with rig_on(journal, vet=vet) as rig:
        threads = [threading.Thread(target=rig.trading.place, args=(ticket, ME), name=f"press-{n}") for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert rig.settled(ticket).state is S.ACCEPTED
    assert rig.book.expected == [ticket.client_oid]
    assert rig.wire.ids() == [ticket.client_oid]


@pytest.mark.parametrize("state", [S.ACCEPTED, S.REFUSED, S.SENT, S.UNKNOWN])
def test_an_id_that_another_run_used_is_not_sent_again(rig: Rig, state: TicketState) -> None:
    """The journal refuses it though this run does not know it; what it has of it is taken over."""
    ticket = spot()
    rig.store.add(Intent(account="1", ticket=ticket, by="somebody", handed_at=START))
    if state is not S.SENT:
        rig.store.note([Outcome(client_oid=ticket.client_oid, state=state, at=START, order_id="k", words="then")])
    found = rig.place(ticket)
    assert found.state is (S.UNKNOWN if state is S.SENT else state)
    assert (found.by, found.handed_at) == ("somebody", START)
    assert rig.wire.sent == []


def test_two_desks_on_one_journal_send_it_once(journal: Journal) -> None:
    """The same ticket to both at once, 20 times: as two processes on one database would."""
    with rig_on(journal) as one, rig_on(journal) as other:
        tickets = [spot() for _ in range(20)]
        for ticket in tickets:
            for rig in (one, other):
                rig.trading.place(ticket, ME)
        for ticket in tickets:
            states = {rig.settled(ticket).state for rig in (one, other)}
            assert S.ACCEPTED in states
            assert states <= {S.ACCEPTED, S.UNKNOWN}  # the other may have looked before the answer came
        assert sorted(one.wire.ids() + other.wire.ids()) == sorted(ticket.client_oid for ticket in tickets)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.TRADER, Role.ADMIN])
def test_who_may_only_look_places_nothing(rig: Rig, role: Role) -> None:
    """Whatever the page lets through, the desk asks who it is: to place, to check, to decide."""
    who, ticket = Principal("eve", role), spot()
    if role is not Role.VIEWER:
        assert rig.place(ticket, who).by == "eve"
        return
    for act in (rig.trading.place, rig.trading.check):
        with pytest.raises(NotAllowed, match="eve is a viewer and may not"):
            act(ticket, who)
    with pytest.raises(NotAllowed, match="eve is a viewer and may not"):
        rig.trading.decide(ticket.client_oid, who)
    assert rig.trading.placement(ticket.client_oid) is None
    assert rig.wire.sent == []


CLOSED: dict[str, tuple[dict[str, Any], str]] = {
    "off": ({"on": False}, "Trading is switched off: KUCOIN_TRADING is off."),
    "no key": ({"account": lambda: None, "standing": lambda: "The API key is not known."}, "The API key is not known."),
    "nothing known": ({"account": lambda: None}, "The exchange has not said yet what the API key may do."),
}


@pytest.mark.parametrize("why", CLOSED)
def test_a_closed_gate_says_why_and_lets_nothing_through(journal: Journal, why: str) -> None:
    """The page's words are the refusal's words; nothing is written or sent."""
    changes, words = CLOSED[why]
    with rig_on(journal, ready=False, **changes) as rig:
        ticket = spot()
        assert (rig.trading.state().open, rig.trading.state().reason) == (False, words)
        with pytest.raises(NotAllowed, match=words):
            rig.trading.place(ticket, ME)
        assert rig.store.get(ticket.client_oid) is None
        assert rig.wire.sent == []


def test_without_a_journal_nothing_is_placed() -> None:
    """An order that cannot be written down is not sent."""
    with rig_on(None, ready=False) as rig:
        assert rig.trading.state().reason == "An order is written down before it is sent, but there is no journal."
        with pytest.raises(NotAllowed, match="there is no journal"):
            rig.trading.place(spot(), ME)
        assert rig.wire.sent == []


def test_the_desks_own_second_check_refuses_what_the_exchange_would(journal: Journal) -> None:
    """Its words are all said, before anything is written; also where a rule changes while the order waits."""
    faults = ("The price is off the tick.", "The size is below 10.")
    vetted = iter([faults, faults, (), ("It was delisted.",)])
    with rig_on(journal, vet=lambda _: next(vetted)) as rig:
        ticket = spot()
        for act in (rig.trading.place, rig.trading.check):
            with pytest.raises(InvalidRequest, match=r"^The price is off the tick. The size is below 10.$"):
                act(ticket, ME)
        assert rig.trading.placement(ticket.client_oid) is None
        found = rig.place(ticket)
        assert (found.state, found.words) == (S.NOT_SENT, "It was delisted.")
        assert rig.wire.sent == []


def test_a_ticket_that_contradicts_itself_is_refused_at_once(rig: Rig) -> None:
    """Before it is written down."""
    ticket = spot(price=D(0))
    with pytest.raises(InvalidRequest, match="no Decimal above 0"):
        rig.trading.place(ticket, ME)
    assert rig.store.get(ticket.client_oid) is None


@dataclass
class Stopwatch:
    """A clock that is moved by hand."""

    seconds: float = 0.0

    def read(self) -> float:
        """Return it."""
        return self.seconds


def test_an_order_whose_turn_comes_late_is_not_sent(journal: Journal) -> None:
    """Four answers that do not come hold the fifth up; after 5 s a person should decide again."""
    watch, go = Stopwatch(), threading.Event()
    with rig_on(journal, monotonic=watch.read) as rig:
        rig.wire.say = lambda: go.wait(20) and None
        for _ in range(4):
            rig.trading.place(spot(), ME)
        until(lambda: len(rig.wire.sent) == 4)
        in_time, late = spot(), spot()
        rig.trading.place(late, ME)
        watch.seconds += 5.1
        rig.trading.place(in_time, ME)
        go.set()
        assert rig.settled(in_time).state is S.ACCEPTED
        found = rig.settled(late)
        assert (found.state, "after 5 s" in found.words) == (S.NOT_SENT, True)
        assert late.client_oid not in rig.wire.ids()
        assert rig.written(late).state is S.NOT_SENT


def test_what_breaks_before_the_sending_is_not_sent(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of our own is told by where it happened, and logged; the workers live on."""
    ticket = spot()
    rig.book.expect = lambda _: 1 / 0  # type: ignore[assignment, method-assign, return-value]
    found = rig.place(ticket)
    assert (found.state, "a fault of this program (ZeroDivisionError)" in found.words) == (S.NOT_SENT, True)
    assert "ZeroDivisionError" in caplog.text
    assert rig.wire.sent == []
    del rig.book.expect
    assert rig.place(spot()).state is S.ACCEPTED


def test_stop_returns_while_an_answer_is_waited_for(journal: Journal) -> None:
    """Soon; the journal knows of that order, what waited behind it was not sent, and nothing is taken any more."""
    go = threading.Event()
    with rig_on(journal) as rig:
        rig.wire.say = lambda: go.wait(20) and None
        under_way = [spot() for _ in range(4)]
        for ticket in under_way:
            rig.trading.place(ticket, ME)
        until(lambda: len(rig.wire.sent) == 4)
        behind = spot()
        rig.trading.place(behind, ME)
        stopping = threading.Thread(target=rig.trading.stop)
        stopping.start()
        stopping.join(20)
        assert not stopping.is_alive()
        with pytest.raises(NotAllowed, match="is being stopped"):
            rig.trading.place(spot(), ME)
        go.set()
        assert rig.settled(behind).state is S.NOT_SENT
        assert behind.client_oid not in rig.wire.ids()
        assert {rig.store.get(ticket.client_oid).state for ticket in under_way} == {S.SENT}  # type: ignore[union-attr]


def test_what_is_being_written_down_when_it_stops_is_not_sent(journal: Journal) -> None:
    """A journal that is busy until after the stop: the order is on disk then, and so is that it did not leave."""
    go = threading.Event()
    with rig_on(journal) as rig:
        journal.write(lambda _: go.wait(20))
        ticket = spot()
        rig.trading.place(ticket, ME)
        until(lambda: rig.book.expected)
        stopping = threading.Thread(target=rig.trading.stop)
        stopping.start()
        until(lambda: "is being stopped" in rig.trading.state().reason)
        go.set()
        stopping.join(20)
        found = rig.settled(ticket)
        assert (found.state, found.words) == (S.NOT_SENT, "not sent: the dashboard was being stopped")
        assert rig.written(ticket).state is S.NOT_SENT
        assert rig.wire.sent == []


def test_another_account_begins_with_its_own_orders(journal: Journal) -> None:
    """A practice exchange that begins anew is one: until its orders are read, none is taken."""
    now = ["1"]
    with rig_on(journal, account=lambda: now[0]) as rig:
        mine, theirs = spot(), spot()
        rig.place(mine)
        at = rig.trading.placements()[0].handed_at
        rig.store.add(Intent(account="2", ticket=theirs, by="local", handed_at=at))
        now[0] = "2"
        until(lambda: [each.ticket for each in rig.trading.placements()] == [theirs])
        assert rig.trading.state().reason == "1 earlier order is being looked up first."
        rig.trading.settle(theirs.client_oid, S.ACCEPTED, order_id="k")
        last = spot()
        rig.place_once_taken(last)
        assert [each.ticket for each in rig.store.since("2", at)] == [theirs, last]


def test_an_order_that_was_meant_for_another_account_is_not_sent(journal: Journal) -> None:
    """It waited for its turn while the practice exchange began anew."""
    now, go = ["1"], threading.Event()

    def held() -> None:
        go.wait(20)

    with rig_on(journal, account=lambda: now[0]) as rig:
        rig.wire.say = held
        ahead = [spot() for _ in range(4)]  # as many as there are workers
        for ticket in ahead:
            rig.trading.place(ticket, ME)
        until(lambda: len(rig.wire.sent) == len(ahead))
        late = spot()
        rig.trading.place(late, ME)
        now[0] = "2"
        until(lambda: rig.trading.state().open)
        go.set()
        found = rig.settled(late)
        assert (found.state, found.words) == (S.NOT_SENT, "not sent: the account is another one than at the press")
        assert late.client_oid not in rig.wire.ids()


def test_a_journal_that_cannot_be_read_keeps_orders_out(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever earlier runs left is settled first, so it has to be known; as soon as it is, orders are taken."""
    journal.write(lambda connection: connection.exec_driver_sql("ALTER TABLE intent_event RENAME TO gone")).result(20)
    with rig_on(journal, ready=False) as rig:
        until(lambda: "the journal could not be read" in rig.trading.state().reason)
        with pytest.raises(NotAllowed, match="the journal could not be read"):
            rig.trading.place(spot(), ME)
        back = "ALTER TABLE gone RENAME TO intent_event"
        journal.write(lambda connection: connection.exec_driver_sql(back)).result(20)
        assert rig.place_once_taken(spot()).state is S.ACCEPTED
    assert caplog.text.count("the journal could not be read") == 1  # said once, not with every attempt


def test_the_next_run_begins_with_what_is_open(journal: Journal) -> None:
    """It stands as unknown, the gate is shut until it is settled, and today's orders are there and counted as ours."""
    with rig_on(journal) as rig:
        done, lost = spot(), futures()
        rig.place(done)
        rig.written(done)
        rig.store.add(Intent(account="1", ticket=lost, by="local", handed_at=rig.trading.placements()[0].handed_at))
        rig.store.add(Intent(account="2", ticket=spot(), by="local", handed_at=START))
    with rig_on(journal, ready=False) as rig:
        until(rig.trading.placements)
        assert {each.ticket: each.state for each in rig.trading.placements()} == {done: S.ACCEPTED, lost: S.UNKNOWN}
        assert rig.trading.state().reason == "1 earlier order is being looked up first."
        assert sorted(rig.book.expected) == sorted([done.client_oid, lost.client_oid])
        assert rig.trading.place(done, ME).state is S.ACCEPTED
        rig.trading.settle(lost.client_oid, S.ABSENT, words="not found")
        until(lambda: rig.trading.state().open)
        assert rig.written(lost).state is S.ABSENT
        assert rig.wire.sent == []


def test_a_person_decides_only_what_is_undecided(rig: Rig) -> None:
    """Not while it is looked for, not twice; and a late fact still wins."""
    rig.wire.say = raising(OutcomeUnknown("no answer"))
    ticket = futures()
    rig.place(ticket)
    with pytest.raises(InvalidRequest, match="is still looked for"):
        rig.trading.decide(ticket.client_oid, ME)
    with pytest.raises(InvalidRequest, match="is not known here"):
        rig.trading.decide("never-seen", ME)
    rig.trading.looked(ticket.client_oid, 9, None, undecided=True)
    found = rig.trading.decide(ticket.client_oid, ME)
    assert (found.state, found.words) == (S.ABSENT, "local decided that it never arrived")
    assert rig.trading.decide(ticket.client_oid, ME) is found
    rig.trading.settle(ticket.client_oid, S.ACCEPTED, order_id="late")
    assert rig.written(ticket).order_id == "late"


CHECKS: dict[str, tuple[Callable[[], Answer | None], Checked]] = {
    "fine": (lambda: None, Checked("fine")),
    "refused": (refusal(ApiError, "400100"), Checked("refused", "400100", "KuCoin's words")),
    "quota": (refusal(TooManyRequests, "429000"), Checked("unknown", "429000", "KuCoin's words")),
    "nothing": (raising(OutcomeUnknown("no answer")), Checked("unknown", words="no answer")),
    "held": (raising(HELD), Checked("unknown", words=str(HELD))),
}


@pytest.mark.parametrize("said", CHECKS)
def test_a_check_tells_what_the_exchange_would_say(rig: Rig, said: str) -> None:
    """It goes to the call that places nothing, and leaves no trace in the journal."""
    rig.wire.say, expected = CHECKS[said]
    ticket = futures()
    rig.trading.check(ticket, ME)
    until(lambda: rig.trading.checked(ticket.client_oid) not in {None, Checked("asking")})
    assert rig.trading.checked(ticket.client_oid) == expected
    assert [endpoint.path for endpoint, _ in rig.wire.sent] == ["/api/v1/orders/test"]
    assert rig.store.get(ticket.client_oid) is None
    assert rig.trading.placements() == ()


def test_checks_are_forgotten_in_time(rig: Rig) -> None:
    """The last 200 are kept."""
    tickets = [spot() for _ in range(201)]
    for ticket in tickets:
        rig.trading.check(ticket, ME)
    until(lambda: rig.trading.checked(tickets[-1].client_oid) == Checked("fine"))
    assert rig.trading.checked(tickets[0].client_oid) is None
    assert rig.trading.checked(tickets[1].client_oid) == Checked("fine")
