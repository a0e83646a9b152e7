"""Where everything of the equity line lies, as fractions of its plot, and what it says. Pure.

equity.js draws it: ``x`` runs from the left, ``y`` from below; texts are written already.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from kucoin.desk.equity_curve import Point
from pages.widgets import figures

Runs = Sequence[Sequence[Point]]
Write = Callable[[Decimal], str]

_LEAST = timedelta(hours=1)  # that the axis shows, however young the line is
_AIR = Decimal("0.08")  # of the height, over and under the line
_FLAT = Decimal("0.002")  # of its value at least is the height of a line, so that a still one does not look wild
_SHARP = Decimal("0.0005")  # the same of a return
_LINES = 4  # across at most
_STAMPS = 7
_HOURS = (0.25, 0.5, 1, 2, 4, 6, 12, 24, 48, 168, 336)  # between two stamps
_TOLD = 0.02  # of the width is the least gap that is named: one of them, the longest


class Frame(NamedTuple):
    """The moments and values at the edges of the plot."""

    start: datetime
    end: datetime
    low: Decimal
    high: Decimal

    def x(self, at: datetime) -> float:
        """Return how far to the right a moment lies."""
        return round((at - self.start) / (self.end - self.start), 5)

    def y(self, value: Decimal) -> float:
        """Return how high a value lies."""
        return round(float((value - self.low) / (self.high - self.low)), 4)


def payload(
    runs: Runs, start: datetime | None, now: datetime, *, ratio: bool, signed: bool, write: Write
) -> dict[str, Any]:
    """Return what equity.js draws.

    Args:
        runs: At least one point; between two runs nothing is known.
        start: Where the reader wants the line to begin.
        ratio: Whether the values are fractions, and not money; ``signed``: returns.
        write: Writes a value as it stands under the pointer.
    """
    frame = framed(runs, start, now, ratio=ratio)
    step, marks = lines(frame.low, frame.high)
    axis = _percent(step, signed=signed) if ratio else _plain(step)
    return {
        "runs": [
            [[frame.x(point.at), frame.y(point.value), told(point.at), write(point.value)] for point in run]
            for run in runs
        ],
        "gaps": list(_gaps(runs, frame)),
        "lines": [[frame.y(value), axis(value)] for value in marks],
        "stamps": [[frame.x(at), text] for at, text in stamps(frame.start, frame.end)],
    }


def framed(runs: Runs, start: datetime | None, now: datetime, *, ratio: bool) -> Frame:
    """Return the edges: what is wanted, as far as there is anything of it."""
    first = runs[0][0].at
    begin = min(max(start or first, first), now - _LEAST)
    values = [point.value for run in runs for point in run]
    low, high = min(values), max(values)
    least = _SHARP if ratio else max(_FLAT * max(abs(low), abs(high)), Decimal("0.01"))
    height = max(high - low, least)
    middle = (high + low) / 2
    half = height / 2 * (1 + 2 * _AIR)
    return Frame(begin, max(now, runs[-1][-1].at), middle - half, middle + half)


def lines(low: Decimal, high: Decimal) -> tuple[Decimal, list[Decimal]]:
    """Return the step of the lines across, 1, 2 or 5 of a power of ten, and where they lie."""
    rough = (high - low) / _LINES
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return step, [number * step for number in range(first, last + 1)]


def stamps(start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    """Yield the moments that are named below: full hours, midnights, or firsts of a month."""
    hours = (end - start) / timedelta(hours=1)
    step = next((each for each in _HOURS if hours / each <= _STAMPS), None)
    if step is None:
        yield from _months(start, end)
        return
    every = timedelta(hours=step)
    midnight = datetime(start.year, start.month, start.day, tzinfo=UTC)
    at = midnight + every * math.ceil((start - midnight) / every)
    while at <= end:
        yield at, day(at) if at.hour == at.minute == 0 else f"{at:%H:%M}"
        at += every


def told(at: datetime) -> str:
    """Return a moment as it stands under the pointer: ``12 Mar 2026, 09:14 UTC``."""
    return f"{day(at)} {at:%Y, %H:%M} UTC"


def day(at: datetime) -> str:
    """Return a day: ``12 Mar``."""
    return f"{at.day} {at:%b}"


def _months(start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    count = (end.year - start.year) * 12 + end.month - start.month
    step = next(each for each in (1, 2, 3, 6, 12, 24, 60, 1200) if count / each <= _STAMPS)
    for number in range(0, count + 1, step):
        months = start.month + number - (0 if start.day == 1 else -1)
        at = datetime(start.year + (months - 1) // 12, (months - 1) % 12 + 1, 1, tzinfo=UTC)
        if start <= at <= end:
            yield at, f"{at:%b %Y}"


def _gaps(runs: Runs, frame: Frame) -> Iterator[tuple[float, float, str]]:
    """Yield the shades; the longest says how long nothing was recorded."""
    edges = [(before[-1].at, after[0].at) for before, after in pairwise(runs)]
    longest = max((end - start for start, end in edges), default=timedelta(0))
    for start, end in edges:
        x, to = frame.x(start), frame.x(end)
        named = end - start == longest and to - x >= _TOLD
        yield x, to, f"no record, {figures.age((end - start).total_seconds())}" if named else ""


def _plain(step: Decimal) -> Write:
    places = _places(step)
    return lambda value: figures.fixed(value, places)


def _percent(step: Decimal, *, signed: bool) -> Write:
    places = _places(step * 100)
    return lambda value: figures.percent(value, places=places, signed=signed)


def _places(step: Decimal) -> int:
    return max(0, -step.adjusted())
