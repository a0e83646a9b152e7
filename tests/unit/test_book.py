"""A book by sequence: right, or known to be wrong."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest

from kucoin.book.book import Book
from kucoin.errors import SequenceGap, StreamError
from kucoin.model.feed import BookChange, BookSnapshot, Level, Row
from tests.book_schedule import run


def levels(*pairs: tuple[int, int]) -> tuple[Level, ...]:
    """Prices and sizes."""
    return tuple((Decimal(price), Decimal(size)) for price, size in pairs)


def rows(*triples: tuple[int, int, int]) -> list[Row]:
    """Prices, sizes and sequences."""
    return [(Decimal(price), Decimal(size), sequence) for price, size, sequence in triples]


def change(first: int, last: int, bids: list[Row] | None = None, asks: list[Row] | None = None) -> BookChange:
    """An update."""
    return BookChange("BTC-USDT", 1729816425625, first, last, bids or [], asks or [])


def snapshot(sequence: int, *, complete: bool = True) -> BookSnapshot:
    """A book of two levels a side."""
    return BookSnapshot("BTC-USDT", sequence, levels((99, 1), (98, 2)), levels((101, 1), (102, 2)), complete)


def live() -> Book:
    """A trusted book at sequence 100."""
    book = Book("BTC-USDT")
    book.apply(change(100, 100), now=0)
    book.take(snapshot(100), now=0)
    assert book.problem(0) is None
    return book


def test_a_book_is_not_trusted_before_an_update_fits_to_its_snapshot() -> None:
    """A snapshot may be old: only the first update proves that nothing lies between."""
    book = Book("BTC-USDT")
    assert book.problem(0) == "it has not been read yet"
    book.take(snapshot(100), now=0)
    assert book.problem(0) == "no update has confirmed it yet"
    book.apply(change(101, 102, rows((99, 5, 102))), now=0)
    view = book.view(1, now=0)
    assert view.trusted
    assert (view.bids, view.asks, view.sequence) == (levels((99, 5)), levels((101, 1)), 102)


def test_a_buffered_update_is_applied_once_and_an_old_one_not_at_all() -> None:
    """Updates up to the snapshot's sequence are in it already."""
    book = Book("BTC-USDT")
    for update in (change(99, 100, rows((99, 7, 100))), change(101, 101, rows((98, 0, 101)))):
        book.apply(update, now=0)
    book.take(snapshot(100), now=0)
    assert book.view(5, now=0).bids == levels((99, 1))


def test_rows_that_the_snapshot_holds_already_are_skipped() -> None:
    """In an overlapping update each row's own sequence decides."""
    book = Book("BTC-USDT")
    book.apply(change(99, 102, rows((99, 7, 100), (98, 8, 102)), rows((101, 0, 99))), now=0)
    book.take(snapshot(100), now=0)
    view = book.view(5, now=0)
    assert (view.bids, view.asks, view.sequence) == (levels((99, 1), (98, 8)), levels((101, 1), (102, 2)), 102)


def test_a_gap_makes_the_book_worthless_until_the_next_snapshot() -> None:
    """Nothing is shown as right that may not be, and the update after the gap is not lost."""
    book = live()
    with pytest.raises(SequenceGap, match="BTC-USDT: updates 101 to 102 are missing"):
        book.apply(change(103, 103, rows((99, 9, 103))), now=0)
    assert book.problem(0) == "updates 101 to 102 are missing"
    assert book.view(5, now=0).bids == ()
    book.take(snapshot(102), now=0)
    assert book.view(1, now=0).bids == levels((99, 9))
    assert book.problem(0) is None


def test_a_repeated_update_changes_nothing() -> None:
    """What was applied is known by its sequence."""
    book = live()
    update = change(101, 101, rows((99, 9, 101)))
    book.apply(update, now=0)
    book.apply(change(102, 102, rows((99, 3, 102))), now=0)
    book.apply(update, now=0)
    assert book.view(1, now=0).bids == levels((99, 3))


def test_an_old_snapshot_is_refused_and_the_updates_are_kept() -> None:
    """Between it and the first update something would be missing."""
    book = Book("BTC-USDT")
    book.apply(change(105, 105, rows((99, 9, 105))), now=0)
    with pytest.raises(SequenceGap, match="the snapshot ends at 103, the updates begin at 105"):
        book.take(snapshot(103), now=0)
    book.take(snapshot(104), now=0)
    assert book.view(1, now=0).bids == levels((99, 9))


def test_the_buffer_is_bounded_and_what_falls_out_is_not_forgotten() -> None:
    """10,000 updates; a snapshot from before the oldest of them does not do."""
    book = Book("BTC-USDT")
    for sequence in range(1, 10_051):
        book.apply(change(sequence, sequence), now=0)
    assert book.buffered == 10_000
    with pytest.raises(SequenceGap):
        book.take(snapshot(10), now=0)
    book.take(snapshot(50), now=0)
    assert book.sequence == 10_050


@pytest.mark.parametrize(
    "update",
    [
        change(101, 101, rows((102, 1, 101))),  # a bid above the best ask
        change(101, 101, rows((101, 1, 101))),  # at it
        change(101, 101, [], rows((101, 0, 101), (102, 0, 101))),  # no ask left
    ],
)
def test_a_crossed_or_one_sided_book_is_trusted_for_a_second(update: BookChange) -> None:
    """It may pass by itself; decided by the clock, not by the next update."""
    book = live()
    book.apply(update, now=10)
    assert book.problem(11) is None
    assert book.problem(11.01) == "it is crossed or one-sided"
    assert book.view(5, now=11.01).problem
    book.apply(change(102, 102, rows((102, 0, 102), (101, 0, 102)), rows((103, 1, 102))), now=12)
    assert book.problem(20) is None


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999", "-1"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_level_that_is_no_number_makes_the_book_worthless(text: str, place: int) -> None:
    """It is neither kept nor passed over."""
    row = [Decimal(98), Decimal(1), 101]
    row[place] = Decimal(text)
    book = live()
    with pytest.raises(StreamError, match="an update holds what is no level"):
        book.apply(change(101, 101, [(row[0], row[1], 101)]), now=0)
    assert book.problem(0)


def test_levels_given_up_without_a_gap_need_no_update_to_be_trusted_again() -> None:
    """Where no update is missing, a snapshot that is not older than the last one is enough; an older one is not."""
    book = live()
    book.apply(change(101, 101, rows((99, 9, 101))), now=0)
    book.reread("it is crossed or one-sided")
    with pytest.raises(SequenceGap, match="the snapshot ends at 100, the updates at 101"):
        book.take(snapshot(100), now=0)
    book.take(snapshot(101), now=0)
    assert book.problem(0) is None


def test_price_zero_only_moves_the_sequence_on() -> None:
    """KuCoin's sign for an update without a level."""
    book = live()
    book.apply(change(101, 101, rows((0, 5, 101))), now=0)
    assert book.sequence == 101
    assert book.view(5, now=0).bids == levels((99, 1), (98, 2))


def test_beyond_a_partial_snapshot_nothing_is_shown() -> None:
    """The best 100 levels say nothing of the others, and when they run out that is said."""
    book = Book("BTC-USDT")
    book.apply(change(100, 100), now=0)
    bids = levels(*((99 - step, 1) for step in range(50)))
    book.take(BookSnapshot("BTC-USDT", 100, bids, levels((101, 1), (102, 2)), complete=False), now=0)
    book.apply(change(101, 102, rows((49, 5, 101)), rows((103, 5, 102))), now=0)
    view = book.view(100, now=0)
    assert (view.bids, view.asks) == (bids, levels((101, 1), (102, 2), (103, 5)))  # two asks were all there are
    assert not book.thin
    book.apply(change(103, 103, rows((99, 0, 103))), now=0)
    assert book.thin


def test_a_quiet_book_is_proven_by_a_second_snapshot() -> None:
    """It says the same, and was asked for so long after the first that it cannot be an old answer."""
    book = Book("BTC-USDT")
    book.take(snapshot(100), now=5, asked=4)
    book.take(snapshot(100), now=15.5, asked=14.9)
    assert book.problem(16) == "no update has confirmed it yet"
    book.take(snapshot(100), now=16, asked=15)
    assert book.problem(16) is None
    assert book.unheard
    book.apply(change(101, 101), now=17)
    assert book.problem(17) is None
    assert not book.unheard


@pytest.mark.parametrize("between", ["newer", "lost", "older"])
def test_a_quiet_book_that_moved_unseen_is_not_proven(between: str) -> None:
    """A sequence that moves without updates says that updates are missing, or that the host's answers are old."""
    book = Book("BTC-USDT")
    book.take(snapshot(100), now=0)
    match between:
        case "newer":
            book.take(snapshot(101), now=10)
        case "older":
            with pytest.raises(SequenceGap, match="the snapshot ends at 99, the book at 100"):
                book.take(snapshot(99), now=10)
        case "lost":
            book.lose("its line is down")
            book.take(snapshot(100), now=10)
    assert book.problem(10)


def test_a_proven_book_that_moves_unseen_is_trusted_no_more() -> None:
    """The proof holds until a later snapshot says something else."""
    book = Book("BTC-USDT")
    for now, sequence in ((0, 100), (10, 100), (40, 100)):
        book.take(snapshot(sequence), now=now)
    assert book.problem(40) is None
    book.take(snapshot(101), now=70)
    assert book.problem(70) == "no update has confirmed it yet"


def test_a_book_read_again_is_proven_once_and_not_for_ever() -> None:
    """That nothing was missing when its levels were given up says nothing of what later snapshots hold."""
    book = live()
    book.reread("it ran thin")
    book.take(snapshot(100), now=0)
    assert book.problem(0) is None
    book.take(snapshot(101), now=30)
    assert book.problem(30) == "no update has confirmed it yet"


def test_an_unproven_book_is_not_proven_by_reading_it_again() -> None:
    """Crossed or not: what no update has confirmed may be old, and so may the next snapshot."""
    book = Book("BTC-USDT")
    book.take(snapshot(100), now=0)
    book.reread("it is crossed or one-sided")
    book.take(snapshot(100), now=2)
    assert book.problem(2) == "no update has confirmed it yet"


def test_the_same_price_written_otherwise_is_the_same_level() -> None:
    """REST and sockets may differ in trailing zeros."""
    book = live()
    book.apply(change(101, 101, [(Decimal("99.00"), Decimal("0.0"), 101)]), now=0)
    assert book.view(5, now=0).bids == levels((98, 2))


def test_a_view_stays_the_same_object_until_something_changes() -> None:
    """Whoever encodes it can tell by identity."""
    book = live()
    view = book.view(50, now=0)
    assert book.view(50, now=0.5) is view
    book.apply(change(101, 101, rows((99, 9, 101))), now=1)
    assert book.view(50, now=1) is not view


def test_300_random_schedules_never_show_a_wrong_book_as_right() -> None:
    """Gaps, repeats, swaps, overlaps and old snapshots in any order."""
    outcome = SimpleNamespace(trusted=0)
    for number in range(300):
        outcome.trusted += run(number)
    assert outcome.trusted > 300  # else nothing was compared
