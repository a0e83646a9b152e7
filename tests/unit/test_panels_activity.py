"""The activity as the push socket tells it: what a wish means, how lines are written, pages, what is told anew."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.activity import ActivityReach, ActivityWish, SourceReach, Tie
from kucoin.errors import InvalidRequest
from kucoin.model.activity import ActivityKind
from kucoin.web import names
from kucoin.web.activity import PAGE, PANEL, tie_words
from kucoin.web.activity_wish import asked
from kucoin.web.sight import CATCHING_UP, LIVE
from kucoin.web.veil import Veil
from tests.activity_scene import Book, entry, lines
from tests.push_scene import NOW, Scene

D = Decimal
TODAY = date(2026, 11, 22)
PATIENCE = 30.0  # s
VEIL = Veil(D(100_000), lambda currency: D(1) if currency == "USDT" else None)


class Shown:
    """The panel on a book, with a clock that a test moves."""

    def __init__(self, book: Book, query: str = "span=all", *, veil: Veil | None = None) -> None:
        self.scene = Scene()
        sight = replace(self.scene.sight, activity=book, veil=lambda: veil, wall=lambda: NOW)
        self.panel: Any = names.opened(sight, f"{PANEL}{query}")

    def told(self, after: float = 0.0) -> dict[str, Any] | None:
        """Return what is new ``after`` s, once the search that it takes is over; None where nothing is."""
        self.scene.now += after
        deadline = time.monotonic() + PATIENCE
        change = self.panel.change()
        while change is None and self.panel._search is not None:
            assert time.monotonic() < deadline
            threading.Event().wait(0.002)
            change = self.panel.change()
        return None if change is None else change.body


def test_a_wish_is_read_as_it_was_written() -> None:
    """Days are whole ones of UTC and today is among them; what is not said is all; a range holds both its days."""
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    assert asked("").wish(TODAY) == ActivityWish(start=midnight - timedelta(days=6))
    assert asked("span=90").wish(TODAY).start == midnight - timedelta(days=89)
    assert asked("span=all&from=2026-01-01").wish(TODAY) == ActivityWish()
    range_ = asked("span=range&from=2026-11-01&to=2026-11-20").wish(TODAY)
    assert (range_.start, range_.end) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))
    chosen = asked("span=all&kind=Trade&kind=Realised+PnL&account=Spot%20trading&currency=BTC&find=%20a%26b%3A%20")
    assert chosen.wish(TODAY) == ActivityWish(
        places=frozenset({"Spot trading"}),
        kinds=frozenset({ActivityKind.TRADE, ActivityKind.PNL}),
        currencies=frozenset({"BTC"}),
        text="a&b:",
    )
    assert (chosen.page, asked("page=20").page, asked("few=8").few) == (1, 20, 8)


@pytest.mark.parametrize(
    "query",
    [
        *("span=8", "kind=Bogus", "colour=red", "page=0", "page=-1", "page=1e3", "page=٣", "few=21", "span", "&&"),
        *(
            "span=range&from=yesterday",
            "span=range&to=0001-01-01",
            f"find={'x' * 81}",
            "until=x",
            "&".join(["kind=Fee"] * 101),
        ),
    ],
)
def test_what_is_no_wish_is_refused(query: str) -> None:
    """Whatever somebody puts into the address: a sentence, and no look at the book."""
    book = Book()
    with pytest.raises(InvalidRequest):
        Shown(book, query)
    assert book.asked == []


def test_without_an_account_there_is_no_activity() -> None:
    """No key: the panel is refused, in words."""
    with pytest.raises(InvalidRequest, match="no account"):
        names.opened(Scene().sight, PANEL)


def test_a_line_says_what_was_done_to_which_balance() -> None:
    """Amounts with their sign, at most eight decimals in the table and every digit below; a fee as what it cost."""
    trade = entry(
        entry_id="7",
        kind=ActivityKind.TRADE,
        place="Spot trading",
        subject="BTC-USDT",
        change=D("-4352.5000000000012"),
        fee=D("1.83"),
        balance=D("12044.2"),
    )
    body = Shown(Book(trade, entry(fee=None, balance=None, counts=False, change=D(0)))).told()
    assert body is not None
    other, row = body["rows"]
    assert {name: row[name] for name in ("id", "kind", "place", "subject", "currency", "change", "fee", "balance")} == {
        "id": "funding/7",
        "kind": "Trade",
        "place": "Spot trading",
        "subject": "BTC-USDT",
        "currency": "USDT",
        "change": ["−4,352.5", "down"],
        "fee": "−1.83",
        "balance": "12,044.2",
    }
    assert dict(row["more"])["Change"] == "−4,352.5000000000012 USDT"
    assert (other["change"], other["fee"], other["balance"], other["counts"]) == (["0", "flat"], "–", "–", False)
    assert body["sums"] == [
        {
            "currency": "USDT",
            "came": "0",
            "went": "−4,352.5",
            "net": ["−4,352.5", "down"],
            "fees": "−1.83",
            "exact": "−4,352.5000000000012 USDT",
        }
    ]


def test_hidden_amounts_never_reach_the_browser() -> None:
    """With the veil on: shares, ``hidden`` where nothing has a price, and no word of the exchange that may tell one."""
    book = Book(
        entry(change=D("1234.5"), fee=D("7.25"), balance=D("8765.25"), detail="size 1234.5"),
        entry(currency="OMEGA", change=D("-66.75"), fee=None, balance=D("31.5")),
    )
    book.told = (Tie("Funding", "USDT", D("1234.5"), D("1200"), D("34.5")),)
    body = Shown(book, veil=VEIL).told()
    assert body is not None
    assert [(row["change"][0], row["balance"]) for row in body["rows"]] == [
        ("hidden", "hidden"),
        ("+1.23\u2009%", "8.77\u2009%"),
    ]
    assert body["apart"] == [["Funding", "USDT", "+0.03\u2009%"]]
    assert not [figure for figure in ("1234", "1,234", "7.25", "8,765", "66.75", "31.5", "34.5") if figure in str(body)]


def test_an_id_tells_no_hidden_amount() -> None:
    """That of a deposit without a hash is made of its amount; lines are told apart all the same, and stay the same."""
    book = Book(*(entry(source="deposits", entry_id=f"USDT 1763800000{n} {n}1234.5") for n in range(3)))
    shown, again = Shown(book, veil=VEIL).told(), Shown(book, veil=VEIL).told()
    assert shown is not None
    assert shown == again
    assert len({row["id"] for row in shown["rows"]}) == 3
    assert "1234" not in str(shown)


def test_a_page_holds_a_hundred_lines_and_stands_still() -> None:
    """Newest first; a page too far is the last; up to a moment the pages stay as they were when lines came later."""
    book = Book(*lines(250))
    first = Shown(book).told()
    assert first is not None
    assert (first["count"], first["page"], first["pages"], len(first["rows"])) == (250, 1, 3, PAGE)
    assert [row["at"] for row in first["rows"]] == sorted((row["at"] for row in first["rows"]), reverse=True)
    second = Shown(book, f"span=all&page=2&until={first['newest']}").told()
    last = Shown(book, "span=all&page=9").told()
    assert second is not None
    assert last is not None
    assert (last["page"], len(last["rows"])) == (3, 50)
    book.add(entry(at=book.entries[-1].at + timedelta(seconds=1)))
    later = Shown(book, f"span=all&page=2&until={first['newest']}").told()
    assert later is not None
    assert [row["id"] for row in later["rows"]] == [row["id"] for row in second["rows"]]


def test_what_is_new_is_told_and_nothing_else() -> None:
    """At most once a second; where nothing changed it only looks again, finds the same and stays silent."""
    book = Book(*lines(5))
    shown = Shown(book)
    assert shown.panel.full() == {"pending": True}
    assert shown.told() is not None
    assert shown.told(after=60.0) is None
    assert len(book.asked) == 1
    book.add(entry())
    assert shown.told(after=1.0) is not None
    book.add(entry(entry_id="2"))
    assert shown.told(after=0.9) is None
    body = shown.told(after=0.1)
    assert body is not None
    assert body["count"] == 7


def test_a_book_that_breaks_is_said_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """One fault of the program does not keep a reader waiting for ever."""
    book = Book(entry())
    shown = Shown(book)
    whole, book.entries = book.entries, [None]  # type: ignore[list-item]  # no line at all
    assert shown.told() == {"problem": "This part of the page broke; the log tells why."}
    assert "could not be looked through" in caplog.text
    book.entries = whole
    body = shown.told(after=5.0)
    assert body is not None
    assert body["count"] == 1


def test_a_short_list_holds_a_few_lines_of_the_kinds_wanted() -> None:
    """For the portfolio page: no sums and no pages."""
    book = Book(*lines(50))
    body = Shown(book, "span=all&few=8&kind=Fee").told()
    assert body is not None
    assert sorted(body) == ["kinds", "reading", "rows"]
    assert {row["kind"] for row in body["rows"]} == {"Fee"}
    assert len(body["rows"]) <= 8


def test_a_short_list_prefers_lines_that_count() -> None:
    """Unless a kind is wanted, or there are no others: hourly interest would be all that there is to see."""
    counted, interest = entry(), entry(entry_id="2", kind=ActivityKind.INTEREST, counts=False)
    for book, wish, ids in (
        (Book(counted, interest), "span=all&few=8", ["funding/1"]),
        (Book(counted, interest), "span=all&few=8&kind=Interest", ["funding/2"]),
        (Book(interest), "span=all&few=8", ["funding/2"]),
    ):
        body = Shown(book, wish).told()
        assert body is not None
        assert [row["id"] for row in body["rows"]] == ids


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        ((), ""),
        ((D(0),), "Adds up: 1 of 1 balance."),
        ((D(0), D("0.01"), None), "Adds up: 1 of 3 balances. 1 cannot be told yet."),
    ],
)
def test_it_says_how_many_balances_add_up(differences: tuple[Decimal | None, ...], words: str) -> None:
    """A balance that nobody can judge is neither."""
    assert tie_words([Tie("Funding", "USDT", D(1), None, each) for each in differences]) == words


def test_it_says_while_the_past_is_read_and_what_is_missing() -> None:
    """Not live until every list was read; a list that fails is named."""
    book = Book()
    shown = Shown(book)
    assert shown.panel.fresh().state == LIVE
    book.known = ActivityReach(None, "Being read.", reading=True, problem="", sources=())
    assert shown.panel.fresh().state == CATCHING_UP
    body = shown.told()
    assert body is not None
    assert (body["reach"], body["lists"]) == ("", "Being read.")
    book.known = replace(book.known, since=datetime(2026, 9, 3, tzinfo=UTC), problem="margin: HTTP 504")
    body = shown.told(after=5.0)
    assert body is not None
    assert (body["reach"], body["trouble"]) == ("Complete since 3 September 2026", "margin: HTTP 504")
    book.known = replace(book.known, sources=(SourceReach("margin", None, None, "HTTP 504"),))
    body = shown.told(after=5.0)
    assert body is not None
    assert body["reach"] == "Complete since 3 September 2026, but for what cannot be read"
    assert shown.panel.fresh().why == "margin: HTTP 504"
