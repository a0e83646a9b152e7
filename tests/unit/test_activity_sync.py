"""Reading the activity: every line once, the newest first, wherever the reading was cut off."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from kucoin.desk import activity_sync
from kucoin.desk.activity import ActivityWish
from kucoin.desk.activity_columns import Columns, Names
from kucoin.desk.activity_sync import ActivitySync
from kucoin.errors import OutcomeUnknown, PermissionDenied
from kucoin.journal.activity import ActivityStore, line
from kucoin.journal.database import Journal
from kucoin.model.activity import Activity
from kucoin.rest.client import Exchange
from tests.activity_source import DAY, HOUR, NOW, ActivitySource, entry, realised, withdrawal

UID = "165111201"
AWAY = OutcomeUnknown("GET /api/v1/hf/accounts/ledgers: outcome unknown, no answer came")
DENIED = PermissionDenied(code="400007", message="Access denied", request="GET /api/v3/margin/interest")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ActivityStore]:
    """An empty journal's activity."""
    journal = Journal.open(f"sqlite:///{tmp_path}/journal.sqlite3", mode="practice")
    yield ActivityStore(journal)
    journal.close()


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exchange that tells for days what KuCoin tells for months: each window is a write to the disk."""
    days = {"funding": 12, "spot": 3, "margin": 3, "futures": 9, "deposits": 14, "withdrawals": 28, "interest": 60}
    monkeypatch.setattr(activity_sync, "_DAYS_TOLD", days)


class Cut(Exception):
    """The program ends here."""


class Reader:
    """An `ActivitySync` as a start of the program makes it, and what is in memory."""

    def __init__(self, source: ActivitySource, store: ActivityStore) -> None:
        self.names = Names()
        self.columns = Columns.of(self.names, list(store.lines(UID)))
        self.now = 0.0
        self.sync = ActivitySync(
            cast("Exchange", source),
            store,
            UID,
            take=self._take,
            wait=lambda _: None,
            tell=lambda _: None,
            monotonic=lambda: self.now,
        )

    def _take(self, entries: object) -> None:
        lines = [line(each) for each in cast("list[Activity]", entries)]
        self.columns = self.columns.join(Columns.of(self.names, lines))

    def run(self, until: object = NOW, *, heard: frozenset[str] = frozenset(), pairs: tuple[str, ...] = ()) -> None:
        """Read what is new, and everything before it."""
        self.sync.run(until, heard=heard, pairs=pairs)  # type: ignore[arg-type]  # a moment
        while behind := self.sync.behind(NOW):
            self.sync.read_back(behind[0], NOW)

    def changes(self) -> list[str]:
        """What is in memory."""
        return sorted(f"{each.change:f}" for each in self.columns.entries(self.columns.select(ActivityWish())))


def kept(store: ActivityStore) -> list[str]:
    """What the journal holds."""
    return sorted(row[6] for row in store.lines(UID))


def past() -> ActivitySource:
    """Days of every list, told in parts of three."""
    source = ActivitySource()
    for number in range(1, 30):
        source.tell("funding", entry(f"{number}.0", NOW - number * 9 * HOUR, account="MAIN", why="TRANSFER"))
    for number in range(1, 20):
        source.tell("spot", entry(f"{number}.1", NOW - number * 3 * HOUR))
        source.tell("futures", realised(f"{number}.2", NOW - number * 11 * HOUR))
    source.tell("withdrawals", withdrawal("SUCCESS", NOW - 20 * DAY))
    return source


def test_every_line_is_read_once_however_far_back(store: ActivityStore) -> None:
    """Memory and journal hold the same, and a second reading changes nothing of it."""
    source = past()
    reader = Reader(source, store)
    reader.run()
    assert len(kept(store)) == 29 + 19 + 19 + 1
    before = reader.changes()
    assert before == kept(store)
    reader.now = 1000.0
    reader.run()
    assert reader.changes() == before == kept(store) == Reader(source, store).changes()


def test_the_newest_is_read_before_the_past(store: ActivityStore) -> None:
    """One question each, of the last day or week or month, and what is asked of the past comes later."""
    source = past()
    Reader(source, store).sync.run(NOW, heard=(), pairs=())
    assert min(start for name, start, _, _ in source.asked if name == "spot") == NOW - DAY
    assert min(start for name, start, _, _ in source.asked if name == "withdrawals") == NOW - 7 * DAY


def test_a_reading_that_is_cut_off_anywhere_loses_and_doubles_nothing(store: ActivityStore) -> None:
    """Cut at each question in turn, with a new start after each: in the end it is as if it had not been."""
    source = past()

    def cut(after: int) -> Callable[[], None]:
        counted = itertools.count()

        def before() -> None:
            if next(counted) == after:
                raise Cut

        return before

    for after in (0, 1, 3, 6, 7, 11, 2, 13):
        source.before = cut(after)
        with pytest.raises(Cut):
            Reader(source, store).run()
        assert len(kept(store)) == len(set(kept(store)))
    source.before = lambda: None
    Reader(source, store).run()
    whole = sorted([f"{row.change:f}" for row in (*source.rows["funding"], *source.rows["spot"])])
    assert sorted(each for each in kept(store) if not each.endswith(".2") and each != "-11") == whole
    assert len(kept(store)) == 68


def test_what_is_on_its_way_is_shown_and_kept_when_it_has_settled(store: ActivityStore) -> None:
    """A withdrawal and a pending profit are asked for until they are final, across a start as well."""
    source = past()
    source.rows["withdrawals"] = [withdrawal("PROCESSING", NOW - 20 * DAY)]
    source.tell("futures", realised("0.7", NOW - HOUR, pending=True))
    reader = Reader(source, store)
    reader.run()
    reader.now = 1000.0
    reader.run()
    assert sorted(f"{each.change:f}" for each in reader.sync.open) == ["-11", "0.7"]
    assert "-11" not in kept(store)
    source.rows["withdrawals"] = [withdrawal("SUCCESS", NOW - 20 * DAY)]
    source.rows["futures"][-1] = realised("0.9", NOW - HOUR / 2)
    again = Reader(source, store)
    again.run()
    assert not again.sync.open
    assert kept(store).count("-11") == kept(store).count("0.9") == 1
    assert again.changes() == kept(store)


def test_a_refused_list_keeps_the_others_from_nothing(store: ActivityStore) -> None:
    """It is said, and asked for again only after a while."""
    source = past()
    source.refused["interest"] = DENIED
    reader = Reader(source, store)
    reader.run(pairs=("BTC-USDT",))
    assert "Access denied" in reader.sync.problems["interest"]
    assert len(kept(store)) == 68
    asked = sum(name == "interest" for name, *_ in source.asked)
    reader.now = 300.0
    reader.run(pairs=("BTC-USDT",))
    assert sum(name == "interest" for name, *_ in source.asked) == asked
    del source.refused["interest"]
    reader.now = 700.0
    reader.run(pairs=("BTC-USDT",))
    assert not reader.sync.problems


def test_only_what_was_heard_of_is_asked_for_soon(store: ActivityStore) -> None:
    """A push about one account has one ledger read, not all."""
    source = past()
    reader = Reader(source, store)
    reader.run()
    source.asked.clear()
    reader.now = 2.0
    reader.run(heard=frozenset({"spot"}))
    assert {name for name, *_ in source.asked} == {"spot"}


def test_how_far_a_list_is_known_grows_with_the_reading(store: ActivityStore) -> None:
    """A day at first, in the end as long as KuCoin tells; interest as far as all its accounts are known."""
    source = past()
    reader = Reader(source, store)
    reader.sync.run(NOW, heard=(), pairs=("BTC-USDT",))
    assert reader.sync.since("funding") == NOW - DAY
    reader.run(pairs=("BTC-USDT",))
    assert reader.sync.since("funding") == NOW - 12 * DAY
    assert reader.sync.since("spot") == NOW - 3 * DAY
    assert reader.sync.since("interest") == NOW - 60 * DAY


def test_a_list_that_is_away_keeps_the_others_from_nothing(store: ActivityStore) -> None:
    """One host hangs: all else is read, and that list as soon as it is back; only where nothing answers it fails."""
    source = past()
    source.refused["futures"] = AWAY
    reader = Reader(source, store)
    reader.run()
    assert "no answer came" in reader.sync.problems["futures"]
    assert len(kept(store)) == 68 - 19
    source.refused |= dict.fromkeys(source.rows, AWAY)
    with pytest.raises(OutcomeUnknown):
        reader.sync.run(NOW, heard={"spot"}, pairs=())
    source.refused.clear()
    reader.run()
    assert not reader.sync.problems
    assert len(kept(store)) == 68


def test_a_past_that_is_refused_holds_up_no_other(store: ActivityStore) -> None:
    """The exchange tells less of one list than it says: that is said, and the past of the others is read."""
    source = past()

    def before() -> None:
        name, start, *_ = source.asked[-1]
        if name == "funding" and start < NOW - 2 * DAY:
            raise DENIED

    source.before = before
    reader = Reader(source, store)
    reader.run()
    assert reader.sync.since("funding") == NOW - 2 * DAY
    assert reader.sync.since("withdrawals") == NOW - 28 * DAY
    reader.now = 100.0
    reader.run()
    assert "The past of the funding account cannot be read" in reader.sync.problems["funding"]
    source.before = lambda: None
    reader.now = 700.0
    reader.run()
    assert not reader.sync.problems
    assert len(kept(store)) == 68


def test_a_clock_that_went_wrong_loses_no_line(store: ActivityStore) -> None:
    """It was hours ahead for one reading: what came in these hours is read once it is right again."""
    source = past()
    reader = Reader(source, store)
    reader.run(NOW + 5 * HOUR)
    source.tell("spot", entry("77", NOW + HOUR))
    reader.now = 100.0
    reader.run(NOW + 2 * HOUR)
    assert "77" in kept(store)


def test_of_a_ledger_no_more_than_a_day_is_asked_for_at_once(store: ActivityStore) -> None:
    """The exchange tells no more, also where what is pending lies a little ahead of our clock."""
    source = past()
    Reader(source, store).run()
    ledgers = {"funding", "spot", "margin", "futures"}
    assert max(end - start for name, start, end, _ in source.asked if name in ledgers) == DAY
