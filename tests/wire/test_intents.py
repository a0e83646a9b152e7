"""Intents and limits on both databases: written once, exact, whole; and orders while the server dies."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from random import Random

import pytest
from sqlalchemy import select

from kucoin.errors import DuplicateClientOid, JournalError
from kucoin.journal import tables
from kucoin.journal.database import Journal
from kucoin.journal.ends import EndStore
from kucoin.journal.intents import Intent, IntentStore, Outcome
from kucoin.journal.limits import LimitStore, Rules, Written
from kucoin.model.limits import Limits
from kucoin.model.order import (
    FuturesStop,
    OrderType,
    PositionSide,
    StopDirection,
    StopPriceType,
    Stp,
    TimeInForce,
    TradeType,
)
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import Bracket, OcoTerms, SpotTrigger, Ticket, TicketState
from tests import postgres, server_deaths
from tests.postgres import Postgres
from tests.trading_rig import START, D, futures, spot

S = TicketState
SECOND = timedelta(seconds=1)
needs_postgres = pytest.mark.skipif(
    postgres.binaries() is None, reason="no Postgres server: install Debian's package postgresql"
)
BOTH = ["sqlite", pytest.param("postgres", marks=needs_postgres)]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """One server for this file."""
    with postgres.server() as running:
        yield running


@pytest.fixture(scope="module", params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of each kind for all tests of this file."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('intents') / 'journal.sqlite3'}"
    return str(request.getfixturevalue("server").database())


@pytest.fixture(scope="module")
def journals(url: str) -> Iterator[list[Journal]]:
    """Four ways to it, as four processes would have."""
    opened = [Journal.open(url, mode="practice") for _ in range(4)]
    yield opened
    for journal in opened:
        journal.close()


@pytest.fixture
def journal(journals: list[Journal]) -> Journal:
    """One of them."""
    return journals[0]


@pytest.fixture
def store(journal: Journal) -> IntentStore:
    """What keeps intents in it."""
    return IntentStore(journal)


@pytest.fixture
def account(request: pytest.FixtureRequest) -> str:
    """An account of the test's own."""
    return request.node.name


def intent(ticket: Ticket, account: str = "somebody", seconds: int = 0) -> Intent:
    """The wish for ``ticket``, so many seconds after the start."""
    return Intent(account=account, ticket=ticket, by="local", handed_at=START + seconds * SECOND)


def outcome(ticket: Ticket, state: TicketState, **more: object) -> Outcome:
    """What was learned of ``ticket``."""
    return Outcome(client_oid=ticket.client_oid, state=state, at=START + SECOND, **more)  # type: ignore[arg-type]


TICKETS: list[Ticket] = [
    spot(),
    spot(price=D("0.000000000100"), size=D("1E+9"), time_in_force=TimeInForce.GTT, cancel_after=60, stp=Stp.CO),
    spot(type=OrderType.MARKET, price=None, size=None, funds=D("20.00")),
    spot(trade_type=TradeType.MARGIN_ISOLATED_TRADE, auto_borrow=True, auto_repay=True),
    spot(trigger=SpotTrigger(stop=SpotStop.ENTRY, price=D("90000.10"))),
    spot(oco=OcoTerms(stop_price=D(88000), limit_price=D("88010.5"))),
    futures(),
    futures(position_side=PositionSide.SHORT, leverage=None, reduce_only=True, post_only=True),
    futures(side=None, size=None, leverage=None, close_order=True, type=OrderType.MARKET, price=None),
    futures(stop=FuturesStop(direction=StopDirection.UP, price=D("1.10"), price_type=StopPriceType.MP)),
    futures(bracket=Bracket(above=D(99000), below=None, price_type=StopPriceType.TP)),
]


def test_every_kind_of_ticket_comes_back_as_it_was(store: IntentStore, account: str, url: str) -> None:
    """To the last digit, zeros at the end included: what was pressed can be told exactly, for years."""
    tickets = [replace(each, order=replace(each.order, client_oid=spot().client_oid)) for each in TICKETS]
    for number, ticket in enumerate(tickets):
        store.add(intent(ticket, account, seconds=number))
    found = store.since(account, START)
    assert [each.ticket for each in found] == tickets
    assert [str(each.ticket.order.price) for each in found] == [str(each.order.price) for each in tickets]
    assert {(each.by, each.state) for each in found} == {("local", S.SENT)}
    assert [each.handed_at for each in found] == [START + number * SECOND for number in range(len(tickets))]


def test_an_id_is_taken_once_for_all(store: IntentStore, journals: list[Journal]) -> None:
    """By another process too, for another account, for another order; what is there stays as it is."""
    ticket = spot()
    store.add(intent(ticket))
    other = IntentStore(journals[1])
    changed = replace(ticket, order=replace(ticket.order, price=Decimal(1)))
    for each in (intent(ticket), intent(changed), intent(changed, account="another")):
        with pytest.raises(DuplicateClientOid, match=f"the client id {ticket.client_oid} was used before"):
            other.add(each)
    found = store.get(ticket.client_oid)
    assert found is not None
    assert (found.ticket, found.state) == (ticket, S.SENT)


def test_of_those_that_write_at_once_one_wins(journals: list[Journal]) -> None:
    """20 ids from four connections each: exactly one of the four may send."""
    stores = [IntentStore(journal) for journal in journals]
    for ticket in [spot() for _ in range(20)]:

        def add(store: IntentStore, ticket: Ticket = ticket) -> bool:
            try:
                store.add(intent(ticket))
            except DuplicateClientOid:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(add, stores)) == [False, False, False, True]


def test_the_last_fact_holds_and_none_is_lost(store: IntentStore, journal: Journal) -> None:
    """Each is a row of its own, in the order in which it was learned."""
    ticket = futures()
    store.add(intent(ticket))
    store.note([outcome(ticket, S.UNKNOWN, words="no answer"), outcome(ticket, S.ACCEPTED, order_id="k", took=0.0841)])
    found = store.get(ticket.client_oid)
    assert found is not None
    assert (found.state, found.order_id, found.words) == (S.ACCEPTED, "k", "")
    of = tables.intent_event.c
    with journal.read() as connection:
        query = select(of.seq, of.state, of.words, of.took_us).where(of.client_oid == ticket.client_oid)
        rows = connection.execute(query.order_by(of.seq)).all()
    assert rows == [(0, S.SENT, "", None), (1, S.UNKNOWN, "no answer", None), (2, S.ACCEPTED, "", 84100)]


def test_what_is_open_is_found_whatever_its_age(store: IntentStore, account: str) -> None:
    """Sent and unknown ones of this account, oldest first; the others are found by their time."""
    tickets = {state: spot() for state in S}
    for number, (state, ticket) in enumerate(tickets.items()):
        store.add(intent(ticket, account, seconds=number))
        if state is not S.SENT:
            store.note([outcome(ticket, state)])
    stranger = spot()
    store.add(intent(stranger, f"{account} of another"))
    assert [each.state for each in store.open(account)] == [S.SENT, S.UNKNOWN]
    assert [each.ticket for each in store.open(f"{account} of another")] == [stranger]
    assert [each.ticket for each in store.since(account, START + 4 * SECOND)] == [
        tickets[S.NOT_SENT],
        tickets[S.ABSENT],
    ]
    assert store.get("never-seen") is None


def test_a_wish_that_may_not_have_been_written_is_made_good(store: IntentStore, account: str) -> None:
    """Once, whether its commit had come through or not; so the journal has all that was pressed."""
    lost, there = spot(), spot()
    store.add(intent(there, account))
    store.note([outcome(each, S.NOT_SENT, words="disk full", intent=intent(each, account)) for each in (lost, there)])
    found = {each.ticket.client_oid: (each.ticket, each.state) for each in store.since(account, START)}
    assert found == {each.client_oid: (each, S.NOT_SENT) for each in (lost, there)}


def test_foreign_words_cannot_make_it_fail(store: IntentStore) -> None:
    """What no database keeps is left out of them: an outcome that cannot be written would shut the gate for good."""
    ticket = spot()
    store.add(intent(ticket))
    store.note([outcome(ticket, S.REFUSED, code="4\0001", words="a\0b \ud800 ü", order_id="k\0")])
    found = store.get(ticket.client_oid)
    assert found is not None
    assert (found.code, found.words, found.order_id) == ("41", "ab ? ü", "k")


def test_outcomes_are_written_together_or_not_at_all(store: IntentStore) -> None:
    """One that cannot be stored takes the others with it, and they are tried again."""
    first, second = spot(), spot()
    store.add(intent(first))
    bad = outcome(second, S.REFUSED, took=1e30)
    with pytest.raises((JournalError, OverflowError)):
        store.note([outcome(first, S.ACCEPTED, order_id="k"), bad])
    found = store.get(first.client_oid)
    assert found is not None
    assert found.state is S.SENT


def test_a_newer_versions_wish_is_not_guessed_at(store: IntentStore, journal: Journal, account: str) -> None:
    """What cannot be read is said, and names the intent."""
    store.add(intent(spot(client_oid="from-the-future"), account))
    newer = tables.intent.update().where(tables.intent.c.client_oid == "from-the-future").values(body="{}")
    journal.write(lambda connection: connection.execute(newer)).result(20)
    with pytest.raises(JournalError, match="intent from-the-future cannot be read"):
        store.open(account)


@needs_postgres
def test_orders_survive_a_server_that_dies_in_a_commit(server: Postgres) -> None:
    """Three times, while orders are placed: none leaves unwritten, none twice, and soon it goes on by itself."""
    server_deaths.run(server, Random(7), kills=3)


def test_how_an_order_ended_is_kept_once(journal: Journal, account: str) -> None:
    """What was noted first stays; what lies further back than asked for is left out."""
    ends = EndStore(journal)
    first, second = f"{account}-1", f"{account}-2"
    ends.add({first: "cancelled"}, at=START)
    ends.add({first: "filled", second: "done"}, at=START + SECOND)
    kept = ends.since(START)
    assert (kept[first], kept[second]) == ("cancelled", "done")
    assert first not in ends.since(START + SECOND)
    assert second in ends.since(START + SECOND)


def test_rules_that_four_programs_change_at_once_lose_none(journals: list[Journal]) -> None:
    """Each adds its own to what held: a change that another came before is made again, on top of that one."""
    stores = [LimitStore(journal) for journal in journals]

    def work(number: int) -> None:
        for _ in range(5):
            while True:
                try:
                    stores[number].change("rules", partial(_one_more, number), by="me", at=START)
                except JournalError:
                    continue
                break

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    written = stores[0].read("rules")
    assert (written.seq, written.rules.halt) == (20, None)
    assert written.rules.limits is not None
    assert sorted(written.rules.limits.symbols) == [f"S{number}" for number in range(4) for _ in range(5)]
    assert str(written.rules.limits.order_value) == "0.10"
    assert stores[1].read("others") == Written(Rules(limits=None, halt=None))


def _one_more(number: int, before: Rules | None) -> Rules:
    assert before is not None
    known = before.limits.symbols if before.limits else ()
    return Rules(limits=Limits(order_value=D("0.10"), symbols=(*known, f"S{number}")), halt=None)
