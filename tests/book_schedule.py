"""A market's book told badly: a random schedule of faults, and the truth to compare with."""

from __future__ import annotations

import random
from decimal import Decimal

from kucoin.book.book import Book
from kucoin.errors import StreamError
from kucoin.model.feed import BookChange, BookSnapshot, Row

_UPDATES = 60
Truth = tuple[dict[int, int], dict[int, int]]  # bids and asks as price -> size


def run(seed: int) -> int:
    """Play one schedule and return how often a trusted book was compared with the truth.

    Fails where a book is trusted and is not the true book as of its own sequence, and where it is not trusted at the
    end though all faults are over.
    """
    luck = random.Random(seed)
    truth, updates = _market(luck)
    told = _spoil(luck, updates)
    book = Book("S")
    reached = compared = 0
    for update in told:
        reached = max(reached, update.last)
        try:
            book.apply(update, now=0)
        except StreamError:
            assert book.problem(0), f"seed {seed}: trusted after a fault"
        if book.sequence is None and luck.random() < 0.4:
            # Old at times: the cache of a REST host may lag far behind what was pushed.
            lag = luck.choice((0, 0, 0, 1, 3, 20))
            _take(book, truth, max(0, min(len(truth) - 1, reached - lag + luck.choice((0, 0, 2)))))
        compared += _compare(book, truth, seed)
    book.lose("the end")
    last = len(truth) - 1
    book.apply(BookChange("S", 1, last, last, [], []), now=0)
    _take(book, truth, last)
    assert _compare(book, truth, seed), f"seed {seed}: not trusted though nothing is wrong"
    return compared


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


def _take(book: Book, truth: list[Truth], sequence: int) -> None:
    sides = [tuple((Decimal(price), Decimal(size)) for price, size in side.items()) for side in truth[sequence]]
    try:
        book.take(BookSnapshot("S", sequence, *sides, complete=True), now=0)
    except StreamError:
        assert book.problem(0)


def _compare(book: Book, truth: list[Truth], seed: int) -> int:
    """Compare a trusted book with the truth; return 1, or 0 where it is not trusted."""
    view = book.view(50, now=0)
    if not view.trusted:
        return 0
    assert view.sequence is not None
    bids, asks = truth[view.sequence]
    assert {int(price): int(size) for price, size in view.bids} == bids, f"seed {seed}"
    assert {int(price): int(size) for price, size in view.asks} == asks, f"seed {seed}"
    assert [price for price, _ in view.bids] == sorted(bids, reverse=True), f"seed {seed}"
    return 1
