"""Reading the ledger up to date: everything is asked for, nothing twice, and a mark never claims what was not read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from kucoin.desk import catch_up
from kucoin.desk.catch_up import LATE, Stage
from kucoin.desk.ledger_sync import LATER, Sync, Turns
from kucoin.desk.payments import Payments
from kucoin.desk.pnl import PnlBook
from kucoin.errors import ApiError, NotFound, OutcomeUnknown, PermissionDenied, QuotaHeld
from kucoin.journal.database import Journal
from kucoin.journal.ledger import LedgerStore
from kucoin.model.page import Page
from kucoin.rest.client import Exchange
from tests.ledger_source import NOW, Source, at, past, payment, trade

UID = "165111201"
DAY = timedelta(days=1)
CUT = OutcomeUnknown("GET /api/v1/fills: outcome unknown, no answer came")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    journal = Journal.open(f"sqlite:///{tmp_path}/journal.sqlite3", mode="practice")
    yield journal
    journal.close()


@pytest.fixture
def store(journal: Journal) -> LedgerStore:
    """Its ledger."""
    return LedgerStore(journal)


class Reader:
    """A `Sync` with what it feeds, and what it told."""

    def __init__(self, source: Source, store: LedgerStore) -> None:
        self.book, self.payments = PnlBook(), Payments()
        self.book.feed(fills=store.fills(UID), funding=store.funding(UID), closed=store.closed(UID))
        self.waited: list[float] = []
        self.stages: list[Stage] = []
        self.sync = Sync(
            cast("Exchange", source),
            store,
            UID,
            book=self.book,
            payments=self.payments,
            wait=self.waited.append,
            tell=self.stages.append,
            monotonic=lambda: 0.0,
        )

    def run(self, until: datetime = NOW, *, held: tuple[str, ...] = (), settled: tuple[str, ...] = ()) -> Any:
        """Read up to a moment."""
        return self.sync.run(until, held=held, settled=settled)


def has_all(source: Source, store: LedgerStore) -> bool:
    """Whether the journal holds what the exchange has, once each."""
    stored = [store.fills(UID), store.closed(UID), store.funding(UID)]
    there = [source.fills, source.closed, source.payments]
    return all(sorted(map(repr, mine)) == sorted(map(repr, theirs)) for mine, theirs in zip(stored, there, strict=True))


def honest(source: Source, store: LedgerStore) -> bool:
    """Whether the journal holds everything that its marks claim."""
    stored = {repr(row) for rows in (store.fills(UID), store.closed(UID), store.funding(UID)) for row in rows}
    rows = {"fills": source.fills, "closed": source.closed, "funding:XBTUSDTM": source.payments}
    return all(
        repr(row) in stored
        for name, mark in store.marks(UID).items()
        for row in rows[name]
        if mark.since is not None and mark.since <= at(row) <= mark.upto
    )


def test_everything_is_read_in_windows_that_the_exchange_answers(store: LedgerStore) -> None:
    """A week of fills and closed positions, a quarter of fundings at most; as far back as is told, and no further."""
    source = past(60)
    reader = Reader(source, store)
    assert reader.run() is None
    assert has_all(source, store)
    spans = {name: [end - start for each, start, end, _ in source.asked if each == name] for name, *_ in source.asked}
    assert max(spans["fills"]) == max(spans["closed"]) == 7 * DAY
    assert max(spans["funding:XBTUSDTM"]) == 89 * DAY
    assert min(start for name, start, *_ in source.asked if name == "fills") == NOW - 89 * DAY
    assert min(start for name, start, *_ in source.asked if name.startswith("funding")) == NOW - 181 * DAY
    assert reader.book.report(currency="USDT").closed == 30
    assert len(reader.payments.latest(currency=None, symbol=None, since=None, limit=99)) == 24


def test_the_next_reading_begins_at_the_mark(store: LedgerStore) -> None:
    """Some way before the present, since so late a row may turn up; a later start of the program does likewise."""
    source = past(20)
    Reader(source, store).run()
    source.asked.clear()
    later = NOW + timedelta(minutes=30)
    source.fills.append(trade(20, NOW - timedelta(minutes=9)))  # told late
    again = Reader(source, store)
    again.run(later, held=("XBTUSDTM",))
    starts = {name: start for name, start, _, _ in source.asked}
    assert starts == {"fills": NOW - LATE, "closed": NOW - LATER, "funding:XBTUSDTM": NOW - LATER}
    assert has_all(source, store)
    assert (store.marks(UID)["fills"].upto, store.marks(UID)["fills"].since) == (later - LATE, NOW - 89 * DAY)


def test_a_reading_that_is_cut_off_anywhere_goes_on_there(store: LedgerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every few answers the line breaks: no mark ever claims too much, no window is read thrice, and all arrives."""
    monkeypatch.setattr(catch_up, "_MOST_ROWS", 12)
    source = past(120)
    source.most = 5
    left = 0

    def before() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise CUT

    source.before = before
    runs = 0
    finished = False
    while not finished:
        runs += 1
        assert runs < 60
        left = 8
        try:
            Reader(source, store).run()
            finished = True
        except OutcomeUnknown:
            pass
        assert honest(source, store)
    assert runs > 5
    assert has_all(source, store)


def test_a_cut_reading_still_reaches_the_book(store: LedgerStore) -> None:
    """What is marked is told no more, so the book has it although the rest of the stream could not be read."""
    source = past(60)
    reader = Reader(source, store)

    def before() -> None:
        if len(source.asked) > 8:
            raise CUT

    source.before = before
    with pytest.raises(OutcomeUnknown):
        reader.run()
    assert reader.sync.news == len(list(store.fills(UID))) > 0


def test_a_full_window_is_halved(store: LedgerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a week holds too much to be read again after a cut, parts of it are read; later the windows grow again."""
    monkeypatch.setattr(catch_up, "_MOST_ROWS", 40)
    source = past(200, days=3)
    Reader(source, store).run()
    assert has_all(source, store)
    fills = [(start, end) for name, start, end, cursor in source.asked if name == "fills" and cursor is None]
    full = [(start, end) for start, end in fills if end > NOW - 3 * DAY]
    assert len(full) > 5
    assert fills[-1][1] - fills[-1][0] > timedelta(hours=1)


def test_a_row_that_turns_up_between_two_pages_hides_none(store: LedgerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """It moves the others to later pages: one is told twice, and the newcomer is found by the next reading."""
    source = Source(fills=[trade(number, NOW - timedelta(minutes=9, seconds=-number)) for number in range(40)])
    source.most = 10

    def before() -> None:
        if source.asked and source.asked[-1][3] == 3 and len(source.fills) == 40:
            source.fills.append(trade(40, NOW - timedelta(minutes=1)))

    source.before = before
    reader = Reader(source, store)
    reader.run()
    source.before = lambda: None
    reader.run(NOW + timedelta(minutes=1))
    assert has_all(source, store)


def test_recent_fills_come_before_the_list_has_them(store: LedgerStore) -> None:
    """The list is slow; what the other tells is kept, cancellations are not, and it is not kept twice."""
    source = past(4)
    new = trade(4, NOW - timedelta(seconds=1))
    source.recent = [new, replace(new, trade_id=f"{new.trade_id}9", kind="cancel")]
    reader = Reader(source, store)
    reader.run()
    assert list(store.fills(UID)) == [*source.fills, new]
    source.fills.append(new)
    news = reader.sync.news
    reader.run(NOW + timedelta(seconds=2))
    assert has_all(source, store)
    assert reader.sync.news == news


def test_a_long_absence_leaves_a_gap_that_is_said(store: LedgerStore) -> None:
    """What the exchange tells no more cannot be read: the mark begins anew, what was kept stays."""
    source = past(20)
    Reader(source, store).run()
    later = NOW + 200 * DAY
    source.asked.clear()
    Reader(source, store).run(later)
    mark = store.marks(UID)["fills"]
    assert (mark.since, mark.upto) == (later - 89 * DAY, later - LATE)
    assert min(start for name, start, *_ in source.asked if name == "fills") == later - 89 * DAY
    assert len(list(store.fills(UID))) == 20


def test_no_quota_is_waited_for(store: LedgerStore) -> None:
    """For as long as the limiter says, however often; then the same page is asked for."""
    source = past(10)
    refusals = iter([17.0, 23.0])

    def before() -> None:
        for pause in refusals:
            raise QuotaHeld("GET /api/v1/fills not sent: the futures quota is used up", retry_after=pause)

    source.before = before
    reader = Reader(source, store)
    reader.run()
    assert [pause for pause in reader.waited if pause] == [17.0, 23.0]
    assert has_all(source, store)


def test_a_quota_that_never_fills_is_said(store: LedgerStore) -> None:
    """Nobody should look at a still bar for ever."""
    source = past(10)

    def before() -> None:
        raise QuotaHeld("used up", retry_after=1.0)

    source.before = before
    with pytest.raises(QuotaHeld):
        Reader(source, store).run()


def test_pages_without_end_are_an_error(store: LedgerStore) -> None:
    """An exchange that tells the same page again and again must not keep us for ever."""
    source = past(10)
    source.futures_orders.fills = lambda **_: Page(tuple(source.fills), 2, 10)
    with pytest.raises(OutcomeUnknown, match="do not end"):
        Reader(source, store).run()
    assert store.marks(UID) == {}


def refused(kind: type[ApiError]) -> ApiError:
    """A refusal."""
    return kind(code="200003", message="Invalid symbol.", request="GET /api/v1/funding-history")


def test_a_contract_that_is_gone_holds_up_no_other(store: LedgerStore) -> None:
    """Its fundings are refused: that is returned as long as it stands, the others are read, and nobody hurries."""
    source = past(10)
    source.fills += past(10, symbol="GONEUSDTM").fills
    source.payments.append(payment(100, NOW - DAY, "ZUSDTM"))

    def before() -> None:
        if source.asked and source.asked[-1][0] == "funding:GONEUSDTM":
            raise refused(NotFound)

    source.before = before
    reader = Reader(source, store)
    assert isinstance(reader.run(held=("ZUSDTM",)), NotFound)
    assert {each.symbol for each in store.funding(UID)} == {"XBTUSDTM", "ZUSDTM"}
    asked = len(source.asked)
    assert isinstance(reader.run(NOW + timedelta(seconds=2)), NotFound), "it is still not told"
    assert [name for name, *_ in source.asked[asked:]] == ["fills", "closed"]


def test_a_key_that_may_not_read_is_no_matter_of_one_contract(store: LedgerStore) -> None:
    """A refusal of the key ends the reading."""
    source = past(10)

    def before() -> None:
        if source.asked and source.asked[-1][0].startswith("funding"):
            raise refused(PermissionDenied)

    source.before = before
    with pytest.raises(PermissionDenied):
        Reader(source, store).run()


def test_the_stage_says_what_and_how_much(store: LedgerStore) -> None:
    """In words, and in hours of the exchange's time, from nothing up to almost all."""
    reader = Reader(past(20), store)
    reader.run()
    fills = [stage for stage in reader.stages if stage.name.startswith("fills")]
    assert fills[0] == Stage("fills of 25 August 2026", 0, 89 * 24)
    assert [stage.done for stage in fills] == sorted({stage.done for stage in fills})
    assert all(stage.done < stage.total for stage in reader.stages)
    assert reader.stages[-1].name.startswith("funding of XBTUSDTM")


def turns() -> tuple[Turns, Callable[[float], None]]:
    """Turns, and what sets their clock."""
    now = [0.0]

    def set_clock(seconds: float) -> None:
        now[0] = seconds

    return Turns(lambda: now[0]), set_clock


def test_fundings_are_read_when_something_happened_and_now_and_then() -> None:
    """At once after a settlement, in a minute after a fill, every ten minutes while held, once for what is known."""
    taken, clock = turns()
    known = ("A", "B", "C")
    assert taken.due(known, ()) == ["A", "B", "C"]
    for symbol in known:
        taken.read(symbol)
    assert taken.due(known, ("A",)) == []
    clock(1)
    taken.happened(["B"])
    assert taken.due(known, ("A",)) == []
    taken.settled(["C"])
    assert taken.due(known, ("A",)) == ["C"]
    taken.read("C")
    clock(60)
    assert taken.due(known, ("A",)) == ["B", "C"]
    for symbol in ("B", "C"):
        taken.read(symbol)
    clock(601)
    assert taken.due(known, ("A",)) == ["A"]
