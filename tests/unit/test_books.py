"""The keeper of the books: when it takes snapshots, and what it says meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from kucoin.book.books import Books, Retries
from kucoin.errors import NotSent
from kucoin.model.feed import BookChange, BookSnapshot, Row
from tests.feed_server import until

FAST = Retries(first_look=0.25, pause=0.05, tries=3, rest=0.6)


class Host:
    """Answers with the book as of a sequence that a test sets."""

    def __init__(self) -> None:
        self.sequence = 0
        self.asked: list[float] = []
        self.down = False
        self.crossed = False
        self.drift = False
        self.hold = threading.Event()
        self.hold.set()

    def __call__(self, symbol: str) -> BookSnapshot:
        """Answer."""
        self.hold.wait(5)
        self.asked.append(time.monotonic())
        if self.down:
            raise NotSent("no exchange")
        self.sequence += self.drift
        ask = Decimal(98 if self.crossed else 101)
        return BookSnapshot(symbol, self.sequence, ((Decimal(99), Decimal(1)),), ((ask, Decimal(1)),), complete=True)


@pytest.fixture
def host() -> Host:
    """Where snapshots come from."""
    return Host()


@pytest.fixture
def books(host: Host) -> Iterator[Books]:
    """The book of BTC-USDT, wanted a moment ago."""
    books = Books(host, retries=FAST)
    books.add("BTC-USDT")
    books.start()
    yield books
    host.hold.set()
    books.stop()


def tell(books: Books, *sequences: int, asks: list[Row] | None = None) -> None:
    """Push an update for each sequence."""
    changes = [BookChange("BTC-USDT", 1, sequence, sequence, [], asks or []) for sequence in sequences]
    books.apply(changes, now=time.monotonic())


def trusted(books: Books) -> Callable[[], bool]:
    """Whether the book is."""

    def look() -> bool:
        view = books.view("BTC-USDT")
        return view is not None and view.trusted

    return look


def problem(books: Books) -> str:
    """Why it is not."""
    view = books.view("BTC-USDT")
    assert view is not None
    return str(view.problem)


@pytest.fixture
def patient(host: Host) -> Iterator[Books]:
    """A book that would wait for a minute, were there not something that calls for a snapshot at once."""
    books = Books(host, retries=Retries(first_look=60, pause=0.05, tries=3, rest=60))
    books.add("BTC-USDT")
    books.start()
    yield books
    books.stop()


def test_the_first_update_calls_for_the_snapshot(patient: Books, host: Host) -> None:
    """At once, not after the wait for one."""
    host.sequence = 10
    tell(patient, 10)
    until(trusted(patient))
    assert len(host.asked) == 1


def test_without_updates_levels_are_shown_but_not_trusted(books: Books, host: Host) -> None:
    """A quiet market: the snapshot alone proves nothing, the update that comes at last does."""
    host.sequence = 10
    until(lambda: "no update has confirmed it" in problem(books))
    view = books.view("BTC-USDT")
    assert view is not None
    assert view.bids
    tell(books, 11)
    assert trusted(books)()


@pytest.fixture
def quiet(host: Host) -> Iterator[Books]:
    """The book of a market in which nothing happens, looked at often."""
    books = Books(host, retries=Retries(first_look=0.05, pause=0.05, proof=0.1, recheck=0.1))
    books.add("BTC-USDT")
    books.start()
    yield books
    books.stop()


def test_a_quiet_market_is_trusted_after_a_second_look(quiet: Books, host: Host) -> None:
    """And looked at again, until an update comes or the snapshots say that updates are missing."""
    host.sequence = 10
    until(trusted(quiet))
    asked = len(host.asked)
    assert asked > 1
    until(lambda: len(host.asked) > asked + 1)
    host.drift = True
    until(lambda: "no update has confirmed it" in problem(quiet))
    until(lambda: len(host.asked) > asked + 5)
    assert not trusted(quiet)()
    host.drift = False
    until(trusted(quiet))


def test_an_update_ends_the_looking(quiet: Books, host: Host) -> None:
    """What it proves, no snapshot has to."""
    host.sequence = 10
    until(trusted(quiet))
    tell(quiet, 11)
    asked = len(host.asked)
    began = time.monotonic()
    until(lambda: time.monotonic() - began > 0.3)
    assert len(host.asked) <= asked + 1  # one may have been under way


def test_a_market_without_sellers_does_not_flood_the_exchange(books: Books, host: Host) -> None:
    """A snapshot that is as lopsided as the book is said after some tries, and the levels are shown meanwhile."""
    host.crossed, host.sequence = True, 10
    tell(books, 10)
    until(lambda: "3 snapshots did not help: the snapshot is crossed or one-sided as well" in problem(books), 20)
    view = books.view("BTC-USDT")
    assert view is not None
    assert view.bids
    assert len(host.asked) <= 4
    host.crossed = False
    until(trusted(books))


def test_a_quiet_market_does_not_make_the_first_gap_wait(books: Books, host: Host) -> None:
    """However long nothing came: the update that does not fit calls for a snapshot at once."""
    host.sequence = 10
    until(lambda: "no update has confirmed it" in problem(books))
    host.sequence = 15
    tell(books, 15)
    until(trusted(books), 5)  # the next snapshot was not due before 10 s


def test_after_a_lost_line_the_book_begins_anew(patient: Books, host: Host) -> None:
    """Snapshots that did not do before count no more."""
    host.down = True
    tell(patient, 1)
    until(lambda: "3 snapshots did not help" in problem(patient))
    host.down = False
    host.sequence = 20
    patient.lose(["BTC-USDT"], "its line is open")
    tell(patient, 20)
    until(trusted(patient))


def test_a_book_whose_updates_were_not_sent_is_read_anew(books: Books, host: Host) -> None:
    """Nobody knows what went by before the exchange began to send them, and the next update may be long in coming."""
    tell(books, 1)
    until(trusted(books))
    books.doubt("BTC-USDT", "refused")
    host.hold.clear()
    host.sequence = 2  # whose update was not sent
    books.doubt("BTC-USDT", None)
    assert problem(books) == "its updates were not heard"
    host.hold.set()
    tell(books, 3)
    until(trusted(books))
    view = books.view("BTC-USDT")
    assert view is not None
    assert view.sequence == 3


def test_a_gap_is_mended_by_a_snapshot(books: Books, host: Host) -> None:
    """Untrusted meanwhile, and right again soon."""
    host.sequence = 10
    tell(books, 10)
    until(trusted(books))
    host.hold.clear()
    tell(books, 13)
    assert problem(books) == "updates 11 to 12 are missing"
    host.sequence = 12
    host.hold.set()
    until(trusted(books))


def test_a_stream_of_gaps_does_not_flood_the_exchange(books: Books, host: Host) -> None:
    """Snapshots keep their distance whatever the updates do."""
    began, sequence = time.monotonic(), 0
    while len(host.asked) <= 3:
        assert time.monotonic() - began < 40
        sequence += 2
        host.sequence = sequence
        tell(books, sequence)
    assert len(host.asked) <= (time.monotonic() - began) / FAST.pause + 1


def test_old_snapshots_are_tried_some_times_then_said_and_tried_on(books: Books, host: Host) -> None:
    """The reason stands beside the book; memory stays bounded; a good one heals it."""
    tell(books, *range(100, 300))
    until(lambda: "3 snapshots did not help" in problem(books))
    assert "the snapshot ends at 0, the updates begin at 100" in problem(books)
    tell(books, *range(300, 20_000))
    asked = len(host.asked)
    assert asked <= 4
    host.sequence = 19_000
    until(trusted(books))
    view = books.view("BTC-USDT")
    assert view is not None
    assert view.sequence == 19_999


def test_a_host_that_is_away_is_said(books: Books, host: Host) -> None:
    """Its own words, and no trust."""
    host.down = True
    tell(books, 1)
    until(lambda: "no exchange" in problem(books))
    host.down = False
    host.sequence = 1
    until(trusted(books))


def test_a_crossed_book_is_read_again_within_2_s(books: Books, host: Host) -> None:
    """Untrusted after a second though no update comes."""
    host.sequence = 10
    tell(books, 10)
    until(trusted(books))
    host.sequence = 11
    host.hold.clear()
    tell(books, 11, asks=[(Decimal(98), Decimal(1), 11)])
    until(lambda: not trusted(books)())
    host.hold.set()
    began = time.monotonic()
    until(trusted(books))
    assert time.monotonic() - began < 2


def test_a_book_that_is_not_kept_is_none(books: Books) -> None:
    """Unknown is not empty."""
    assert books.view("ETH-USDT") is None
    tell(books, 1)
    books.remove("BTC-USDT")
    assert books.view("BTC-USDT") is None
    tell(books, 2)
