"""The activity for everybody: from the journal at once, told how far it reaches, and over when it is stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kucoin.book.books import Books
from kucoin.desk import activity_sync
from kucoin.desk.accounts import Accounts
from kucoin.desk.activity import ActivityWish
from kucoin.desk.activity_book import ActivityBook, Leisure
from kucoin.desk.refresh import Reading
from kucoin.errors import OutcomeUnknown, PermissionDenied
from kucoin.hub import Hub
from kucoin.journal.activity import ActivityStore
from kucoin.journal.database import Journal
from kucoin.model.activity import ActivityKind
from kucoin.rest.client import Exchange
from tests.activity_source import DAY, HOUR, NOW, ActivitySource, entry, line_at, realised
from tests.feed_server import until

D = Decimal
PATIENCE = 60.0
ALL = ("funding", "spot", "margin", "futures", "deposits", "withdrawals", "interest")
DENIED = PermissionDenied(code="400007", message="Access denied", request="GET /api/v3/margin/interest")


class Accountless:
    """Accounts of which nothing was read."""

    def __init__(self, *, master: bool, denied: bool = False, pairs: tuple[Any, ...] = ()) -> None:
        nothing: Reading[Any] = Reading()
        self.spot = self.cross = self.isolated = SimpleNamespace(reading=nothing)
        self.subs = SimpleNamespace(reading=Reading(denied=denied))
        if pairs:
            self.isolated = SimpleNamespace(reading=Reading(value=pairs, at=NOW))
        self.wallets: dict[str, Any] = {}
        key = SimpleNamespace(is_master=master)
        self.admission = SimpleNamespace(reading=SimpleNamespace(value=SimpleNamespace(key=key)))


Make = Callable[..., ActivityBook]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ActivityStore]:
    """An empty journal's activity."""
    journal = Journal.open(f"sqlite:///{tmp_path}/journal.sqlite3", mode="practice")
    yield ActivityStore(journal)
    journal.close()


@pytest.fixture
def make(store: ActivityStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Starts a book of a source, whose present is `NOW`; each is stopped in the end."""
    days = dict.fromkeys(ALL, 3)
    monkeypatch.setattr(activity_sync, "_DAYS_TOLD", days)
    made: list[ActivityBook] = []

    def start(source: ActivitySource, *, master: bool = True, after: float = 0.0, **there: Any) -> ActivityBook:
        source.status = lambda: SimpleNamespace(clock_offset=None)  # type: ignore[attr-defined]  # an exchange has one
        book = ActivityBook(
            cast("Exchange", source),
            store,
            Hub(Books(cast("Any", None))),
            cast("Accounts", Accountless(master=master, **there)),
            account=lambda: "165111201",
            ledger=None,
            leisure=Leisure(after=after, pause=0.0),
            now=lambda: NOW,
        )
        book.start()
        made.append(book)
        return book

    yield start
    for book in made:
        book.stop()


def past() -> ActivitySource:
    """A few lines of three days."""
    source = ActivitySource()
    for number in range(1, 8):
        source.tell("funding", entry(f"{number}", NOW - number * 9 * HOUR, account="MAIN", why="TRANSFER"))
    source.tell("funding", entry("-3", NOW - HOUR, account="MAIN", why="SUB_TRANSFER"))
    source.tell("futures", realised("0.5", NOW - HOUR, pending=True))
    return source


def test_what_is_pending_is_shown_and_goes_with_a_generation(make: Make) -> None:
    """All lines are there, the pending one too; who asks again for what is new finds another generation."""
    source = past()
    book = make(source)
    before = book.generation
    until(lambda: not book.reach().reading and book.view(ActivityWish()).count == 9, PATIENCE)
    assert book.generation != before
    (row,) = book.view(ActivityWish(kinds=frozenset({ActivityKind.PNL}))).rows(0, 9)
    assert (row.entry.change, row.entry.detail) == (D("0.5"), "not settled yet")
    assert book.choices().places == ("Funding", "Futures")
    assert book.choices().kinds == (ActivityKind.TRANSFER, ActivityKind.PNL)


def test_a_start_shows_what_the_journal_holds_before_the_exchange_answers(make: Make, store: ActivityStore) -> None:
    """The exchange hangs; what was kept is there, and stopping does not wait for it."""
    store.add_activity("165111201", [line_at(NOW - DAY, "5"), line_at(NOW - HOUR, "-2")])
    hangs, source = threading.Event(), past()
    source.before = lambda: cast("None", hangs.wait(PATIENCE))
    book = make(source)
    until(lambda: book.view(ActivityWish()).count == 2, PATIENCE)
    assert book.reach().reading
    assert book.reach().since is None
    began = time.monotonic()
    book.stop()
    assert time.monotonic() - began < 10
    hangs.set()


def test_an_exchange_that_is_away_is_said(make: Make, store: ActivityStore) -> None:
    """What the journal holds is there, and is not told as if it were up to date."""
    store.add_activity("165111201", [line_at(NOW - DAY, "5")])
    source = past()
    source.refused |= dict.fromkeys(ALL, OutcomeUnknown("GET /api/v1/accounts/ledgers: no answer came"))
    book = make(source)
    until(lambda: "no answer came" in book.reach().problem, PATIENCE)
    assert book.view(ActivityWish()).count == 1
    assert book.reach().since is None


def test_interest_is_asked_for_where_there_is_or_was_something(make: Make, store: ActivityStore) -> None:
    """Of the hundreds of pairs that the exchange may list, those with an amount, a debt or a past."""
    nothing, some = SimpleNamespace(currency="USDT", total=D(0), liability=D(0)), D(1)
    owed = SimpleNamespace(currency="USDT", total=D(0), liability=some)
    pairs = [SimpleNamespace(symbol=f"{base}-USDT", base=nothing, quote=nothing) for base in ("ADA", "BTC", "ETH")]
    pairs[1].quote = owed
    store.add_activity("165111201", [line_at(NOW - DAY, "1", source="margin", place="Isolated margin ETH-USDT")])
    book = make(past(), pairs=tuple(pairs))
    until(lambda: not book.reach().reading and book.reach().since is not None, PATIENCE)
    asked = {name for name in store.marks("165111201") if name.startswith("activity:interest")}
    assert asked == {"activity:interest", "activity:interest:BTC-USDT", "activity:interest:ETH-USDT"}


def test_a_funding_that_two_lists_tell_is_one_line(make: Make, store: ActivityStore) -> None:
    """The ledger's, of the kind funding; it can be chosen as such and stands in the sums."""
    told = {"place": "Futures", "subject": "XBTUSDTM"}
    booked = line_at(NOW - DAY, "-0.5", source="futures", kind=ActivityKind.PNL, **told)
    paid = line_at(NOW - DAY, "-0.5", source="funding fees", kind=ActivityKind.FUNDING, counts=False, **told)
    store.add_activity("165111201", [booked, paid])
    book = make(past())
    until(lambda: ActivityKind.FUNDING in book.choices().kinds, PATIENCE)
    view = book.view(ActivityWish(kinds=frozenset({ActivityKind.FUNDING})))
    assert [(row.entry.source, row.entry.counts) for row in view.rows(0, 9)] == [("futures", True)]
    assert [each.net for each in view.sums] == [D("-0.5")]


def test_how_far_it_reaches_is_said_for_each_list(make: Make) -> None:
    """Once all is read, since when; a list that is refused has its reason and holds up no other."""
    source = past()
    source.refused["interest"] = DENIED
    book = make(source)
    until(lambda: not book.reach().reading and book.reach().since is not None, PATIENCE)
    reach = book.reach()
    assert reach.since == NOW - 3 * DAY
    assert "Access denied" in reach.problem
    assert {each.source: each.since for each in reach.sources}["interest"] is None
    assert reach.words.startswith("Funding account, spot trading account,")
    assert reach.words.endswith("since 19 November 2026")


@pytest.mark.parametrize(("master", "denied"), [(True, False), (False, False), (True, True)])
def test_a_sub_accounts_transfer_crosses_its_border_and_not_the_masters(
    make: Make, *, master: bool, denied: bool
) -> None:
    """The master sees what its sub-accounts hold, if its key may; a sub-account sees nothing of the others."""
    book = make(past(), master=master, denied=denied)
    until(lambda: not book.reach().reading and len(book.flows(None, None)) == 8, PATIENCE)
    assert [flow.external for flow in book.flows(NOW - 2 * HOUR, None)] == [denied or not master]
    assert not any(flow.external for flow in book.flows(None, NOW - 2 * HOUR))
