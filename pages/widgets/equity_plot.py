"""The line of what something was worth, as a figure of Plotly: of the account, a part of it, or a futures account.

It never invents: a line ends where nothing was recorded and goes on behind the gap, which is shaded. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

import plotly.graph_objects as go

from kucoin.desk.equity_curve import Point
from pages.widgets import figures, plots
from pages.widgets.plots import Look

Runs = Sequence[Sequence[Point]]
Write = Callable[[Decimal], str]

_LEAST = timedelta(hours=1)  # that the axis shows, however young the line is
_AIR = Decimal("0.08")  # of the height, over and under the line
_FLAT = Decimal("0.002")  # of its value at least is the height of a line, so that a still one does not look wild
_SHARP = Decimal("0.0005")  # the same of a share or a return
_LINES = 4  # across at most
_STAMPS = 5  # below at most; a phone has room for as many
_HOURS = (0.25, 0.5, 1, 2, 4, 6, 12, 24, 48, 168, 336)  # between two stamps
_TOLD = 0.02  # of the width is the least gap that is named: one of them, the longest
_EDGE = 0.15  # of the width: so near to an edge the name of a gap begins or ends with the gap
_LETTER, _ROOM = 7, 60  # px of a figure's letter, and the least room that figures have beside the plot
_STANDOFF = 6  # px from the plot to its figures: the dot at the end reaches out


class Line(NamedTuple):
    """What is drawn.

    Attributes:
        runs: At least one point; between two runs nothing is known.
        start: Where the reader wants the line to begin; None: with the first point.
        now: Where the axis ends.
        unit: Of the values; figures.SHARE where they are fractions, and no money.
        signed: Whether they are returns.
    """

    runs: Runs
    start: datetime | None
    now: datetime
    unit: str
    signed: bool = False

    @property
    def ratio(self) -> bool:
        """Whether the values are fractions."""
        return self.unit == figures.SHARE

    def write(self, value: Decimal) -> str:
        """Return a value as it stands under the pointer."""
        return figures.named(value, self.unit, signed=self.signed)


class Frame(NamedTuple):
    """The moments and values at the edges of the plot."""

    start: datetime
    end: datetime
    low: Decimal
    high: Decimal

    def x(self, at: datetime) -> float:
        """Return how far to the right a moment lies."""
        return round((at - self.start) / (self.end - self.start), 5)


def figure(line: Line, height: int, look: Look) -> go.Figure:
    """Return the line with its end, hairlines at round figures, stamps below and shades for what nobody recorded."""
    frame = framed(line.runs, line.start, line.now, ratio=line.ratio)
    step, marks = lines(frame.low, frame.high)
    axis = _percent(step, signed=line.signed) if line.ratio else _plain(step)
    texts = [axis(value) for value in marks]
    named = list(stamps(frame.start, frame.end))
    shades, names = _gaps(line.runs, frame, look)
    return plots.figure(
        look,
        height,
        [_path(line, look), _ends(line.runs, look)],
        x={
            "range": [frame.start, frame.end],
            "tickvals": [at for at, _ in named],
            "ticktext": [text for _, text in named],
            "tickangle": 0,
        },
        y={
            "range": [float(frame.low), float(frame.high)],
            "tickvals": [float(each) for each in marks],
            "ticktext": texts,
            "ticklabelstandoff": _STANDOFF,
        },
        shapes=shades,
        annotations=names,
        margin={"l": 1, "r": max(_ROOM, 2 * _STANDOFF + _LETTER * max(map(len, texts), default=0)), "t": 8, "b": 22},
    )


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
    step = next((each for each in _HOURS if hours / each < _STAMPS), None)
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
    step = next(each for each in (1, 2, 3, 6, 12, 24, 60, 1200) if count / each < _STAMPS)
    for number in range(0, count + 1, step):
        months = start.month + number - (0 if start.day == 1 else -1)
        at = datetime(start.year + (months - 1) // 12, (months - 1) % 12 + 1, 1, tzinfo=UTC)
        if start <= at <= end:
            yield at, f"{at:%b %Y}"


def _path(line: Line, look: Look) -> dict[str, Any]:
    """Return the line itself; a point of nothing ends each run."""
    times: list[datetime] = []
    values: list[float | None] = []
    texts: list[str] = []
    for run in line.runs:
        times += [*(point.at for point in run), run[-1].at]
        values += [*(float(point.value) for point in run), None]
        texts += [*(f"{told(point.at)}: {line.write(point.value)}" for point in run), ""]
    ink = {"color": look.ink, "width": 1.4}
    about = {"mode": "lines", "line": ink, "connectgaps": False, "text": texts, "hoverinfo": "text"}
    return {"type": "scatter", "x": times, "y": values, **about}


def _ends(runs: Runs, look: Look) -> dict[str, Any]:
    """Return the dot at the end, and one for each point that stands alone, of which there is no line."""
    alone = [run[0] for run in runs[:-1] if len(run) == 1]
    dots = {"color": look.ink, "size": [*(2.4 for _ in alone), 6], "opacity": 1, "line": {"width": 0}}
    shown = [*alone, runs[-1][-1]]
    return {
        "type": "scatter",
        "x": [point.at for point in shown],
        "y": [float(point.value) for point in shown],
        "mode": "markers",
        "marker": dots,
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _gaps(runs: Runs, frame: Frame, look: Look) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the shades, and the words on the longest: how long nothing was recorded."""
    edges = [(before[-1].at, after[0].at) for before, after in pairwise(runs)]
    rect = {"type": "rect", "layer": "below", "yref": "paper", "y0": 0, "y1": 1, "line": {"width": 0}}
    shades = [rect | {"fillcolor": look.quiet, "opacity": 0.14, "x0": start, "x1": end} for start, end in edges]
    start, end = max(edges, key=lambda edge: edge[1] - edge[0], default=(frame.start, frame.start))
    left, right = frame.x(start), frame.x(end)
    if right - left < _TOLD:
        return shades, []
    at, anchor = start + (end - start) / 2, "center"
    if (left + right) / 2 < _EDGE:
        at, anchor = start, "left"
    elif (left + right) / 2 > 1 - _EDGE:
        at, anchor = end, "right"
    text = f"no record, {figures.age((end - start).total_seconds())}"
    below = {"yref": "paper", "y": 0, "yanchor": "bottom", "showarrow": False}
    return shades, [below | {"x": at, "xanchor": anchor, "text": text}]


def _plain(step: Decimal) -> Write:
    places = _places(step)
    return lambda value: figures.fixed(value, places)


def _percent(step: Decimal, *, signed: bool) -> Write:
    places = _places(step * 100)
    return lambda value: figures.percent(value, places=places, signed=signed)


def _places(step: Decimal) -> int:
    return max(0, -step.adjusted())
