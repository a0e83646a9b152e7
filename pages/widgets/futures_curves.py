"""The curves of the PnL section: what was realised, cumulative and by day, and the equity of a futures account.

Curves never invent: a line ends where nothing was recorded and goes on behind the gap, which is shaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

import plotly.graph_objects as go

from kucoin.decimals import ZERO
from kucoin.model.ledger import EquityPoint
from pages.widgets import equity_plot, figures, futures_days
from pages.widgets.futures_days import Bucket, Period
from pages.widgets.plots import Look, figure

HEIGHT = 232
"""The px of a curve, unless something taller stands beside it."""

_GAP = timedelta(minutes=15)  # three snapshots of equity: that many may be missing before a line ends
_DAY = 86_400_000  # ms
_POINTS = 600  # of a line at most; a plot is not wider
_UPPER, _LOWER = (0.38, 1.0), (0.0, 0.3)  # where line and bars lie, of the plot's height
_BAR = 0.6  # of the room that each has
_STAMPS = 5  # below the plot; a phone has room for as many


def realised(buckets: Sequence[Bucket], period: Period, unit: str, height: int, alt: str) -> dict[str, Any]:
    """Return what equity.js draws: the cumulative line over bars of each day, week or month, ``height`` px high."""
    nets = [each.net for each in buckets]
    totals = list(accumulate(nets))
    count = len(buckets)
    places = [round((number + 0.5) / count, 5) for number in range(count)]
    line, bars = _Scale(totals, *_UPPER), _Scale(nets, *_LOWER)
    said = [
        f"{futures_days.named(each.start, period)}: {figures.money(each.net, unit, signed=True)}" for each in buckets
    ]
    sums = [f"in all {figures.money(total, unit, signed=True)}" for total in totals]
    return {
        "runs": [[[x, line.y(total), *told] for x, total, *told in zip(places, totals, sums, said, strict=True)]],
        "bars": {
            "zero": bars.y(ZERO),
            "half": _BAR / 2 / count,
            "tops": [[x, bars.y(net)] for x, net in zip(places, nets, strict=True) if net],
        },
        "lines": [*line.lines(unit), [bars.y(ZERO), f"by {period}"]],
        "stamps": [
            [places[number], _stamp(buckets[number], period)] for number in range(0, count, -(-count // _STAMPS))
        ],
        "gaps": [],
        "height": height,
        "alt": alt,
    }


class _Scale:
    """Where values lie in a part of the plot's height, zero among them."""

    def __init__(self, values: Sequence[Decimal], below: float, above: float) -> None:
        self._low, self._high = min(ZERO, *values), max(ZERO, *values)
        self._below, self._room = below, above - below

    def y(self, value: Decimal) -> float:
        """Return how high a value lies; in the middle where all are zero."""
        part = float((value - self._low) / (self._high - self._low)) if self._high > self._low else 0.5
        return round(self._below + part * self._room, 4)

    def lines(self, unit: str) -> list[list[Any]]:
        """Return the lines across, each with what it says."""
        if self._high == self._low:
            return [[self.y(ZERO), "0"]]
        hidden = unit == figures.SHARE
        step, values = equity_plot.lines(self._low, self._high)
        digits = max(0, -(step * 100 if hidden else step).adjusted())

        def written(value: Decimal) -> str:
            if not value:
                return "0"
            if hidden:
                return figures.percent(value, places=digits)
            return f"{value:+,.{digits}f}".replace("-", figures.MINUS)

        return [[self.y(value), written(value)] for value in values]


def _stamp(bucket: Bucket, period: Period) -> str:
    return f"{bucket.start:%b %Y}" if period == "month" else equity_plot.day(bucket.start)


def equity(points: Sequence[EquityPoint], unit: str, look: Look) -> go.Figure:
    """Return the equity line: snapshots of every 5 minutes, thinned to what a screen can show."""
    runs = list(_runs(points))
    step = -(-len(points) // _POINTS)
    times: list[datetime] = []
    values: list[float | None] = []
    for run in runs:
        kept = [*run[:-1:step], run[-1]]
        times += [*(point.at for point in kept), kept[-1].at]
        values += [*(float(point.equity) for point in kept), None]
    hidden = unit == figures.SHARE
    written = ".2%" if hidden else f",.{figures.decimals(unit)}f"
    line = {
        "type": "scatter",
        "x": times,
        "y": values,
        "mode": "lines",
        "line": {"color": look.ink, "width": 1.4},
        "connectgaps": False,
        "hovertemplate": "%{x|%-d %b %H:%M} UTC: %{y:" + written + "}<extra></extra>",
    }
    shade = {
        "type": "rect",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "fillcolor": look.quiet,
        "opacity": 0.14,
        "line_width": 0,
    }
    formats = [{"dtickrange": [None, _DAY - 1], "value": "%H:%M"}, {"dtickrange": [_DAY, None], "value": "%-d %b"}]
    return figure(
        look,
        HEIGHT,
        [line],
        x={"tickformatstops": formats},
        y={"tickformat": "~%" if hidden else ",~f"},
        shapes=[shade | {"x0": before[-1].at, "x1": after[0].at} for before, after in pairwise(runs)],
    )


def gaps(points: Sequence[EquityPoint]) -> int:
    """Return how often nothing was recorded for longer than 15 minutes."""
    return max(0, sum(1 for _ in _runs(points)) - 1)


def _runs(points: Sequence[EquityPoint]) -> Iterator[list[EquityPoint]]:
    """Yield the stretches without a gap."""
    run: list[EquityPoint] = []
    for point in points:
        if run and point.at - run[-1].at > _GAP:
            yield run
            run = []
        run.append(point)
    if run:
        yield run
