"""The curves of the PnL section: what was realised, cumulative and by day, and the equity of a futures account.

Curves never invent: a line ends where nothing was recorded and goes on behind the gap, which is shaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from kucoin.model.ledger import EquityPoint
from pages.widgets import figures, futures_days
from pages.widgets.futures_days import Bucket, Period
from pages.widgets.plots import Look, dress

HEIGHT = 232
"""The px of a curve, unless something taller stands beside it."""

_GAP = timedelta(minutes=15)  # three snapshots of equity: that many may be missing before a line ends
_POINTS = 600  # of a line at most; a plot is not wider


def realised(buckets: Sequence[Bucket], period: Period, unit: str, height: int, look: Look) -> go.Figure:
    """Return the cumulative line over bars of each day, week or month, ``height`` px high."""
    starts = [each.start for each in buckets]
    nets = [each.net for each in buckets]
    totals = list(accumulate(nets))
    names = [futures_days.named(start, period) for start in starts]
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[0.7, 0.3], vertical_spacing=0.06)
    summed = [f"{name}: {figures.money(total, unit, signed=True)}" for name, total in zip(names, totals, strict=True)]
    line = go.Scatter(
        x=starts, y=[float(total) for total in totals], mode="lines", line={"color": look.ink, "width": 1.4}
    )
    figure.add_trace(line.update(text=summed, hoverinfo="text"), 1, 1)
    end = go.Scatter(x=starts[-1:], y=[float(total) for total in totals[-1:]], mode="markers", hoverinfo="skip")
    figure.add_trace(end.update(marker={"color": look.ink, "size": 6}), 1, 1)
    told = [f"{name}: {figures.money(net, unit, signed=True)}" for name, net in zip(names, nets, strict=True)]
    hues = [look.gain if net > 0 else look.loss for net in nets]
    bars = go.Bar(x=starts, y=[float(net) for net in nets], marker={"color": hues, "line": {"width": 0}})
    figure.add_trace(bars.update(text=told, textposition="none", hoverinfo="text"), 2, 1)
    dress(figure, look, height, r=58)
    figure.update_yaxes(row=1, col=1, tickformat="+,~r" if max(map(abs, totals)) >= 1 else "+.3~g", rangemode="tozero")
    figure.update_yaxes(row=2, col=1, showticklabels=False, showgrid=False, zeroline=True, zerolinecolor=look.line)
    figure.update_xaxes(tickformat="%b %Y" if period == "month" else "%-d %b", nticks=6)
    by = {"x": 1, "xref": "paper", "xanchor": "left", "y": 0.12, "yref": "paper", "showarrow": False, "xshift": 6}
    figure.add_annotation(text=f"by {period}", **by)
    return figure


def equity(points: Sequence[EquityPoint], unit: str, look: Look) -> go.Figure:
    """Return the equity line: snapshots of every 5 minutes, thinned to what a screen can show."""
    runs = list(_runs(points))
    step = -(-len(points) // _POINTS)
    times: list[datetime | None] = []
    values: list[float | None] = []
    for run in runs:
        kept = [*run[:-1:step], run[-1]]
        times += [*(point.at for point in kept), kept[-1].at]
        values += [*(float(point.equity) for point in kept), None]
    told = "%{x|%-d %b %H:%M} UTC: %{y:,." + str(figures.decimals(unit)) + "f}<extra></extra>"
    line = {"color": look.ink, "width": 1.4}
    figure = go.Figure(go.Scatter(x=times, y=values, mode="lines", line=line, connectgaps=False, hovertemplate=told))
    for before, after in pairwise(runs):
        figure.add_vrect(x0=before[-1].at, x1=after[0].at, fillcolor=look.quiet, opacity=0.14, line_width=0)
    dress(figure, look, HEIGHT, r=58)
    day = 86_400_000  # ms
    formats = [{"dtickrange": [None, day - 1], "value": "%H:%M"}, {"dtickrange": [day, None], "value": "%-d %b"}]
    figure.update_xaxes(nticks=6, tickformatstops=formats)
    figure.update_yaxes(tickformat=",~f")
    return figure


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
