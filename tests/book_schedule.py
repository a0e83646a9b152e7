"""A market's book told badly: a random schedule of faults, and the truth to compare with."""

from __future__ import annotations

import random
from decimal import Decimal

from kucoin.book.book import Book
from kucoin.errors import StreamError
from kucoin.model.feed import BookChange, BookSnapshot, Row

_UPDATES = 60
QUIET = 10.0  # s between two snapshots that prove each other
LAG = 9.0  # s that an answer of the host may be old at most
Truth = tuple[dict[int, int], dict[int, int]]  # bids and asks as price -> size


def run(seed: int) -> int:
    """Play one schedule and return how often a trusted book was compared with the truth.

    Fails where a book is trusted and is not the true book as of its own sequence, or lacks what was pushed or happened
    while it was listening, and where it is not trusted at the end though all faults are over.
    """
    luck = random.Random(seed)
    truth, updates = _market(luck)
    book = Book("S", quiet=QUIET)
    now, down, lost_at, compared = 0.0, 0, 0, 0
    moments: list[tuple[float, int]] = [(0.0, 0)]  # when the truth came to which sequence
    for update in _spoil(luck, updates):
        if luck.random() < 0.05:
            book.lose("its line is down")
            lost_at, down = moments[-1][1], luck.choice((0, 0, 3))
        if update.last <= lost_at:
            continue  # a new line does not push the past
        empty = book.sequence is None and not book.buffered
        if luck.random() < (0.5 if empty else 0.05) and not down:  # a quiet while: snapshots are all there is
            for _ in range(luck.randint(1, 4)):
                asked = now + luck.choice((1.0, QUIET, 30.0))
                now = asked + luck.choice((0.0, 3.0))
                if book.sequence is None or book.unheard:
                    _take(book, truth, _answer(luck, moments, asked, len(truth)), now, asked)
                compared += _compare(book, truth, seed, lost_at, now)
        now += luck.choice((0.01, 0.01, 0.1, 1.0))
        moments.append((now, max(update.last, moments[-1][1])))
        if down:  # it happens, and nobody tells
            lost_at, down = moments[-1][1], down - 1
            continue
        try:
            book.apply(update, now=now)
        except StreamError:
            assert book.problem(now), f"seed {seed}: trusted after a fault"
        compared += _compare(book, truth, seed, moments[-1][1], now)
        if book.sequence is None and luck.random() < 0.4:
            _take(book, truth, _answer(luck, moments, now, len(truth)), now, now)
            compared += _compare(book, truth, seed, lost_at, now)
    book.lose("the end")
    last = len(truth) - 1
    _take(book, truth, last, now, now)
    _take(book, truth, last, now + 2 * QUIET, now + 2 * QUIET)
    assert _compare(book, truth, seed, last, now + 2 * QUIET), f"seed {seed}: not trusted though nothing is wrong"
    return compared


def _answer(luck: random.Random, moments: list[tuple[float, int]], asked: float, count: int) -> int:
    """Return the sequence of a snapshot: old at times, for a host's cache lags, or ahead of what was pushed."""
    lag = luck.choice((0.0, 0.0, 0.0, 0.1, 1.0, LAG))
    known = max(sequence for at, sequence in moments if at <= max(0.0, asked - lag))
    return min(count - 1, known + luck.choice((0, 0, 2)))


def _market(luck: random.Random) -> tuple[list[Truth], list[BookChange]]:
    """Make a book's history: the state after each sequence, and the updates that tell it, several changes in some."""
    bids = {100 - step: luck.randint(1, 9) for step in range(5)}
    asks = {101 + step: luck.randint(1, 9) for step in range(5)}
    truth: list[Truth] = [(dict(bids), dict(asks))]
    updates = []
    for _ in range(_UPDATES):
        first = len(truth)
        rows: dict[bool, dict[int, Row]] = {True: {}, False: {}}
        for _ in range(luck.choice((1, 1, 1, 2, 4))):
            on_bids = luck.random() < 0.5
            side = bids if on_bids else asks
            price = luck.randint(92, 100) if on_bids else luck.randint(101, 109)
            size = luck.choice((0, luck.randint(1, 9)))
            if size or len(side) > 2:
                side.pop(price, None)
                if size:
                    side[price] = size
                rows[on_bids][price] = (Decimal(price), Decimal(size), len(truth))
            truth.append((dict(bids), dict(asks)))
        changes = (list(rows[True].values()), list(rows[False].values()))
        updates.append(BookChange("S", 1, first, len(truth) - 1, *changes))
    return truth, updates


def _spoil(luck: random.Random, updates: list[BookChange]) -> list[BookChange]:
    told = list(updates)
    for _ in range(luck.randint(0, 6)):
        at = luck.randrange(len(told) - 3)
        match luck.choice(("gap", "repeat", "swap", "overlap")):
            case "gap":
                del told[at]
            case "repeat":
                told.insert(at + luck.randint(1, 3), told[at])
            case "swap":
                told[at], told[at + 1] = told[at + 1], told[at]
            case "overlap":
                one, two = told[at], told[at + 1]
                if one.last + 1 == two.first:  # both in one, with the newest row of each price
                    told.insert(at + 1, _merged(one, two))
    return told


def _merged(one: BookChange, two: BookChange) -> BookChange:
    bids = {row[0]: row for row in [*one.bids, *two.bids]}
    asks = {row[0]: row for row in [*one.asks, *two.asks]}
    return BookChange("S", 1, one.first, two.last, list(bids.values()), list(asks.values()))


def _take(book: Book, truth: list[Truth], sequence: int, now: float, asked: float) -> None:
    sides = [tuple((Decimal(price), Decimal(size)) for price, size in side.items()) for side in truth[sequence]]
    try:
        book.take(BookSnapshot("S", sequence, *sides, complete=True), now=now, asked=asked)
    except StreamError:
        assert book.problem(now) or book.unheard


def _compare(book: Book, truth: list[Truth], seed: int, known: int, now: float) -> int:
    """Compare a trusted book with the truth; return 1, or 0 where it is not trusted."""
    view = book.view(50, now=now)
    if not view.trusted:
        return 0
    assert view.sequence is not None
    assert view.sequence >= known, f"seed {seed}: trusted at {view.sequence}, but {known} was there"
    bids, asks = truth[view.sequence]
    assert {int(price): int(size) for price, size in view.bids} == bids, f"seed {seed}"
    assert {int(price): int(size) for price, size in view.asks} == asks, f"seed {seed}"
    assert [price for price, _ in view.bids] == sorted(bids, reverse=True), f"seed {seed}"
    return 1
