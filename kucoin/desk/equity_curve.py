"""The line of what something was worth: where it has gaps, how it is thinned, what it returned. Pure.

The return is time-weighted: what money that came or went did to the line is taken out, link by link between two
snapshots. Money that came counts from the snapshot before it, money that went until the one after it; so a link's base
is all that was at work in it, and no small base can blow a return up.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from kucoin.decimals import ONE, ZERO

SLOT = timedelta(minutes=5)
"""How often a snapshot is taken."""

GAP = 3 * SLOT
"""Where snapshots are further apart than this, the line ends and goes on behind the gap."""

POINTS = 600
"""As many are drawn at most, but for those beside gaps: a screen is not wider."""

NEAR = timedelta(minutes=2)
"""So near to money that came or went, a snapshot may have it or not: balances are read one after the other."""

_PLACES = 6  # of a USDT, in which a series counts
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RATIOS = Context(prec=28)  # for the eye alone

Why = Literal["empty", "price", "coverage"]


class Point(NamedTuple):
    """What something was worth at a moment; ``complete``: nothing that may have been in it was left out."""

    at: datetime
    value: Decimal
    complete: bool = True


class Passage(NamedTuple):
    """Money that came, or went where negative; ``value`` is None where it has no known price."""

    at: datetime
    value: Decimal | None


class Break(NamedTuple):
    """Where a return cannot be followed any further back, and why.

    ``empty``: there was nothing before that could have returned anything. ``price``: what came or went then has no
    known price. ``coverage``: the value covers more or less from then on, such as a coin that lost its price.
    """

    at: datetime
    why: Why


class Returned(NamedTuple):
    """Returns since the first point, as fractions; ``broken`` says why there is none of an earlier time."""

    runs: list[list[Point]]
    broken: Break | None


class Series:
    """The snapshots of one place, oldest first, at 17 bytes each: in millionths of a USDT."""

    def __init__(self) -> None:
        self._times = array("q")
        self._values = array("q")
        self._complete = bytearray()
        self._begins = array("q")  # the numbers of the points before which there is a gap
        self._turns = array("q")  # and of those that cover more or less than the one before

    def __len__(self) -> int:
        return len(self._times)

    def add(self, point: Point) -> None:
        """Take a point; one that is not newer than the last is left out."""
        at = _count(point.at)
        if self._times and at <= self._times[-1]:
            return
        if self._times and at - self._times[-1] > GAP // _MICROSECOND:
            self._begins.append(len(self._times))
        if self._complete and point.complete != bool(self._complete[-1]):
            self._turns.append(len(self._times))
        self._times.append(at)
        self._values.append(int(point.value.scaleb(_PLACES).to_integral_value()))
        self._complete.append(point.complete)

    def point(self, number: int) -> Point:
        """Return a point; the first has number 0, the last -1."""
        value = Decimal(self._values[number]).scaleb(-_PLACES)
        return Point(_moment(self._times[number]), value, bool(self._complete[number]))

    def runs(self, start: datetime | None, *, beside: Sequence[datetime] = ()) -> list[list[Point]]:
        """Return the points from ``start`` on, thinned, without those too near to ``beside``; a gap between two runs.

        The points next to each of ``beside`` are kept, and so are the lowest and highest of those that are thinned out.
        """
        first = 0 if start is None else bisect_left(self._times, _count(start))
        step = 2 * -(-(len(self._times) - first) // POINTS)
        begins = [first, *(each for each in self._begins if each > first)]
        ends = [*begins[1:], len(self._times)]
        shut, kept = self._around([_count(at) for at in beside])
        kept.update(number + side for number in self._turns for side in (-1, 0))
        found = []
        for begin, end in zip(begins, ends, strict=True):
            chosen = {*_extremes(self._values, begin, end, step), *(each for each in kept if begin <= each < end)}
            run = [self.point(number) for number in sorted(chosen - shut)]
            found += [run] if run else []
        return found

    def _around(self, moments: Sequence[int]) -> tuple[set[int], set[int]]:
        """Return the numbers of the points that are too near to ``moments``, and of those next to them."""
        shut: set[int] = set()
        kept: set[int] = set()
        for at in moments:
            first = bisect_left(self._times, at - NEAR // _MICROSECOND)
            last = bisect_right(self._times, at + NEAR // _MICROSECOND)
            shut.update(range(first, last))
            kept.update((first - 1, last))
        return shut, kept


class Rates:
    """What one of a unit cost, oldest first."""

    def __init__(self) -> None:
        self._times: list[datetime] = []
        self._prices: list[Decimal] = []

    def add(self, at: datetime, price: Decimal) -> None:
        """Take a price; one that is not newer than the last is left out."""
        if not self._times or at > self._times[-1]:
            self._times.append(at)
            self._prices.append(price)

    def near(self, at: datetime, within: timedelta) -> Decimal | None:
        """Return the price that was noted nearest to ``at``; None where that is further off than ``within``."""
        place = bisect_left(self._times, at)
        around = range(max(0, place - 1), min(len(self._times), place + 1))
        nearest = min(around, key=lambda number: abs(self._times[number] - at), default=None)
        if nearest is None or abs(self._times[nearest] - at) > within:
            return None
        return self._prices[nearest]


def returns(runs: Iterable[Sequence[Point]], passages: Sequence[Passage]) -> Returned:
    """Return what ``runs`` earned with ``passages`` (oldest first) taken out, as far back as it can be followed.

    No passage may be nearer to a point than `Series.runs` lets it be.
    """
    grown: list[list[Point]] = []
    broken = None
    growth, before, moved = ONE, None, iter([*passages, None])
    passage = next(moved)
    for run in runs:
        grown.append([])
        for point in run:
            between = []
            while passage is not None and passage.at <= point.at:
                between.append(passage.value)
                passage = next(moved)
            link = _link(before, point, between) if before is not None else ONE
            if isinstance(link, str):
                broken, growth, grown = Break(point.at, link), ONE, [[]]
            else:
                growth = _RATIOS.multiply(growth, link)
            grown[-1].append(Point(point.at, growth - ONE))
            before = point
    return Returned([_thinned(run) for run in grown], broken)


def gaps(runs: Sequence[Sequence[Point]]) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when until when nothing is known between ``runs``."""
    for before, after in pairwise(runs):
        yield before[-1].at, after[0].at


def _link(before: Point, after: Point, moved: Sequence[Decimal | None]) -> Decimal | Why:
    """Return by what a value grew between two points by itself, or why nobody can say."""
    known = [value for value in moved if value is not None]
    if len(known) < len(moved):
        return "price"
    if before.complete != after.complete:
        return "coverage"
    base = before.value + sum((value for value in known if value > 0), ZERO)
    left = after.value - sum((value for value in known if value < 0), ZERO)
    if base <= 0:
        return ONE if base == left == 0 else "empty"
    return _RATIOS.divide(left, base)


def _thinned(run: list[Point]) -> list[Point]:
    """Return a run of no more points than can be drawn."""
    step = 2 * -(-len(run) // POINTS)
    return [run[number] for number in sorted(_extremes([each.value for each in run], 0, len(run), step))]


def _extremes(values: Sequence[Any], first: int, end: int, step: int) -> set[int]:
    """Return the numbers of the lowest and the highest of each ``step`` values, and of the first and the last."""
    if first >= end:
        return set()
    found = {first, end - 1}
    for begin in range(first, end, step):
        every = range(begin, min(end, begin + step))
        found |= {min(every, key=values.__getitem__), max(every, key=values.__getitem__)}
    return found


def _count(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _moment(count: int) -> datetime:
    return _EPOCH + count * _MICROSECOND
