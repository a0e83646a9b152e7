"""How the sockets were in the last hour, as plots: messages a second and the way of a ping, a row for each socket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from kucoin.desk.health import Sample

_REDRAW = 15.0  # s; the browser builds a chart anew whose data change
_ROW = 74  # px
_HELD = "history-held"
_DARK = {"ink": "#ECE9E2", "quiet": "#8A9096", "line": "#2A2F35", "warn": "#E2B455"}
_LIGHT = {"ink": "#1A1C1E", "quiet": "#5E6369", "line": "#DEDAD0", "warn": "#7D5200"}


class _Drawn(NamedTuple):
    """Plots as they stand on the page."""

    at: datetime
    dark: bool
    samples: tuple[Sample, ...]
    figure: go.Figure


def show(samples: Sequence[Sample], now: datetime) -> None:
    """Draw the panel; it keeps its plots for some seconds."""
    with st.container(border=True, key="history"):
        with st.container(key="bar-history"):
            st.header("Last hour", anchor=False)
        if not samples or not samples[-1].feeds:
            st.markdown("Nothing to plot yet. Every socket is looked at once in 5 s, from the moment on that it opens.")
            return
        dark = st.context.theme.type != "light"
        held: _Drawn | None = st.session_state.get(_HELD)
        if held is None or held.dark != dark or (now - held.at).total_seconds() >= _REDRAW:
            held = st.session_state[_HELD] = _Drawn(now, dark, tuple(samples), chart(tuple(samples), dark=dark))
        first, last = (f"{sample.at:%H:%M} UTC" for sample in (held.samples[0], held.samples[-1]))
        st.caption(f"Left, messages a second; right, the way of a ping. From {first} to {last}. Shaded: not live.")
        st.plotly_chart(
            held.figure,
            key="history-plots",
            theme=None,
            config={"displayModeBar": False, "staticPlot": True},
            alt="; ".join(_told(held.samples)),
        )


def chart(samples: tuple[Sample, ...], *, dark: bool) -> go.Figure:
    """Return the plots."""
    look = _DARK if dark else _LIGHT
    names = list(dict.fromkeys(name for sample in reversed(samples) for name in sample.feeds))
    figure = make_subplots(len(names), 2, shared_xaxes=True, horizontal_spacing=0.1, vertical_spacing=0.22 / len(names))
    times = [sample.at for sample in samples]
    for row, name in enumerate(names, 1):
        points = [sample.feeds.get(name) for sample in samples]
        rates = [point and point.per_second for point in points]
        trips = [None if point is None or point.round_trip is None else point.round_trip * 1000 for point in points]
        for column, values in enumerate((rates, trips), 1):
            line = {"color": look["ink"], "width": 1}
            figure.add_trace(go.Scatter(x=times, y=values, mode="lines", line=line), row, column)
            figure.update_yaxes(rangemode="tozero", row=row, col=column)
        for column, title in enumerate((name.removeprefix("feed-").replace("-", " ").capitalize(), "Ping, ms"), 1):
            plot = figure.get_subplot(row, column)
            where = {"x": plot.xaxis.domain[0], "y": plot.yaxis.domain[1], "xref": "paper", "yref": "paper"}
            figure.add_annotation(
                text=title, showarrow=False, font={"color": look["quiet"]}, xanchor="left", yanchor="bottom", **where
            )
        for start, end in _gaps(samples, name):
            shade = {"fillcolor": look["warn"], "opacity": 0.16, "line_width": 0}
            figure.add_vrect(x0=start, x1=end, row=row, col="all", **shade)
    _dress(figure, len(names), look)
    return figure


def _dress(figure: go.Figure, rows: int, look: dict[str, str]) -> None:
    figure.update_layout(
        height=_ROW * rows + 44,
        showlegend=False,
        margin={"l": 40, "r": 6, "t": 22, "b": 20},
        font={"family": "IBM Plex Sans, sans-serif", "size": 11.5, "color": look["quiet"]},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    axis: dict[str, Any] = {"gridcolor": look["line"], "zeroline": False, "fixedrange": True}
    clock = [{"dtickrange": [None, 59_999], "value": "%H:%M:%S"}, {"dtickrange": [60_000, None], "value": "%H:%M"}]
    figure.update_xaxes(**axis, showgrid=False, tickformatstops=clock, nticks=4)
    figure.update_yaxes(**axis, nticks=3)


def _gaps(samples: Sequence[Sample], name: str) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches in which a socket that had opened was not live."""
    start = None
    known = False
    for sample in samples:
        point = sample.feeds.get(name)
        known = known or point is not None
        away = known and (point is None or not point.live)
        if away and start is None:
            start = sample.at
        elif not away and start is not None:
            yield start, sample.at
            start = None
    if start is not None:
        yield start, samples[-1].at


def _told(samples: Sequence[Sample]) -> Iterator[str]:
    """Say in words what the plots show last."""
    for name, point in samples[-1].feeds.items():
        trip = "no ping answered" if point.round_trip is None else f"ping {point.round_trip * 1000:.0f} ms"
        yield f"{name}: {point.state}, {point.per_second or 0:.1f} messages a second, {trip}"
