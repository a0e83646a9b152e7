"""The curves of the PnL section: what was realised, cumulative and by day, and the equity of a futures account.

Curves never invent: a line ends where nothing was recorded and goes on behind the gap, which is shaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

import plotly.graph_objects as go

from kucoin.desk.equity_curve import Point
from kucoin.model.ledger import EquityPoint
from pages.widgets import equity_plot, figures, futures_days
from pages.widgets.equity_plot import Line
from pages.widgets.futures_days import Bucket, Period
from pages.widgets.plots import Look, figure

HEIGHT = 232
"""The px of a curve, unless something taller stands beside it."""

_GAP = timedelta(minutes=15)  # three snapshots of equity: that many may be missing before a line ends
_POINTS = 600  # of a line at most; a plot is not wider


def realised(buckets: Sequence[Bucket], period: Period, unit: str, height: int, look: Look) -> go.Figure:
    """Return the cumulative line over bars of each day, week or month, ``height`` px high."""
    starts = [each.start for each in buckets]
    nets = [each.net for each in buckets]
    totals = list(accumulate(nets))
    heights = [float(total) for total in totals]
    names = [futures_days.named(start, period) for start in starts]
    line = {"type": "scatter", "x": starts, "y": heights, "mode": "lines", "line": {"color": look.ink, "width": 1.4}}
    end = {"type": "scatter", "x": starts[-1:], "y": heights[-1:], "mode": "markers", "hoverinfo": "skip"}
    days = {"type": "scatter", "x": starts, "y": [float(net) for net in nets], "yaxis": "y2", "mode": "lines"}
    traces: list[dict[str, Any]] = [
        line | _told(names, totals, unit),
        end | {"marker": {"color": look.ink, "size": 6}},
        days | {"line": {"width": 0}} | _told(names, nets, unit),
        _bars([each for each in buckets if each.net > 0], buckets, look.gain),
        _bars([each for each in buckets if each.net < 0], buckets, look.loss),
    ]
    where = {"x": 1, "xref": "paper", "xanchor": "left", "y": 0.12, "yref": "paper", "showarrow": False, "xshift": 6}
    return figure(
        look,
        height,
        traces,
        x={"tickformat": "%b %Y" if period == "month" else "%-d %b"},
        y={"tickformat": _ticks(totals, unit), "rangemode": "tozero"},
        below={"showticklabels": False, "showgrid": False, "zeroline": True, "zerolinecolor": look.line},
        annotations=[where | {"text": f"by {period}"}],
    )


def _ticks(totals: Sequence[Decimal], unit: str) -> str:
    if unit == figures.SHARE:
        return "+~%"
    return "+,~r" if max(map(abs, totals)) >= 1 else "+.3~g"


def _bars(some: Sequence[Bucket], of: Sequence[Bucket], colour: str) -> dict[str, Any]:
    """Return the bars of ``some`` buckets as one shape: a browser draws 366 bars of Plotly's in half a second."""
    half = 0.3 * min((after.start - before.start for before, after in pairwise(of)), default=timedelta(days=1))
    x: list[datetime | None] = []
    y: list[float | None] = []
    for each in some:
        left, right = (datetime.combine(each.start, time()) + side for side in (-half, half))
        x += [left, left, right, right, None]
        y += [0.0, float(each.net), float(each.net), 0.0, None]
    shape = {"type": "scatter", "mode": "lines", "fill": "toself", "hoverinfo": "skip", "line": {"width": 0}}
    return shape | {"x": x, "y": y, "yaxis": "y2", "fillcolor": colour}


def _told(names: Sequence[str], sums: Sequence[Decimal], unit: str) -> dict[str, Any]:
    """Return what a trace says under the pointer."""
    texts = [f"{name}: {figures.money(each, unit, signed=True)}" for name, each in zip(names, sums, strict=True)]
    return {"text": texts, "hoverinfo": "text"}


def equity(points: Sequence[EquityPoint], unit: str, look: Look) -> go.Figure:
    """Return the equity line: snapshots of every 5 minutes, thinned to what a screen can show."""
    step = -(-len(points) // _POINTS)
    runs = [[Point(each.at, each.equity) for each in (*run[:-1:step], run[-1])] for run in _runs(points)]
    return equity_plot.figure(Line(runs, None, points[-1].at, unit), HEIGHT, look)


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
