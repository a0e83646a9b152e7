"""Allocation: the share of each currency in the total, as bars without hue; a share is neither gain nor loss."""

from __future__ import annotations

import html
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

import plotly.graph_objects as go
import streamlit as st

from kucoin.decimals import ZERO
from kucoin.desk.portfolio import Portfolio
from pages.widgets import figures, freshness
from pages.widgets.live import live

_NAMED = 7  # currencies with a bar of their own; the rest is "Other"
_REDRAW = 60.0  # s; a chart whose data change is built anew by the browser, so it waits for more than a tick
_BAR_HEIGHT = 21  # px
_NAME_WIDTH, _SHARE_WIDTH = 56, 60  # px, left and right of the bars
_HELD = "allocation-held"
_OTHER = "Other"
# Figures of Plotly cannot read the page's colours. By dark: ink, soft and edge of .streamlit/config.toml and frame.css.
_INKS = {True: ("#ECE9E2", "#AEB1B4", "#3A4148"), False: ("#1A1C1E", "#4B5055", "#C9C4B8")}

Shares = tuple[tuple[str, Decimal], ...]


def show(portfolio: Portfolio, now: datetime) -> None:
    """Draw the chart; it keeps its figures for a minute, unless the currencies in it change, and shows their age."""
    shares = top(portfolio)
    if not shares:
        return
    held: tuple[Shares, datetime, datetime | None] | None = st.session_state.get(_HELD)
    if held is None or _names(held[0]) != _names(shares) or (now - held[1]).total_seconds() >= _REDRAW:
        held = st.session_state[_HELD] = (shares, now, portfolio.prices_at)
    drawn, _, priced_at = held
    with st.container(horizontal=True, vertical_alignment="center", key="bar-allocation"):
        st.subheader("Allocation", anchor=False, width="content")
        mark = freshness.mark(freshness.CHART, priced_at, now)
        live.AGES(key="allocation-ages", data={"marks": [mark]}, width="content")
    st.plotly_chart(
        chart(drawn, dark=st.context.theme.type != "light"),
        key="allocation",
        theme=None,
        config={"displayModeBar": False, "staticPlot": True},
        alt="; ".join(f"{name} {_written(share)}" for name, share in drawn),
    )


def top(portfolio: Portfolio) -> Shares:
    """Return the largest shares by currency, largest first, then ``Other`` for the sum of the smaller ones."""
    known = [(holding.currency, holding.share) for holding in portfolio.merged if holding.share is not None]
    shares = sorted((share for share in known if share[1] > 0), key=lambda share: share[1], reverse=True)
    rest = sum((share for _, share in shares[_NAMED:]), ZERO)
    return (*shares[:_NAMED], (_OTHER, rest)) if rest else tuple(shares)


@lru_cache(maxsize=8)
def chart(shares: Shares, *, dark: bool) -> go.Figure:
    """Return the bars, largest on top, the shares in a column at the right; to be shown, not changed: it is kept."""
    ink, soft, faint = _INKS[dark]
    names = [name for name, _ in shares]
    bars = go.Bar(
        x=[float(share) for _, share in shares],
        y=names,
        orientation="h",
        marker={"color": [faint if name == _OTHER else soft for name in names], "cornerradius": 1},
        width=0.38,
    )
    figure = go.Figure(bars)
    figure.update_layout(
        height=_BAR_HEIGHT * len(shares) + 4,
        margin={"l": _NAME_WIDTH, "r": _SHARE_WIDTH, "t": 2, "b": 2},
        font={"family": "IBM Plex Sans, sans-serif", "size": 12.25, "color": ink},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={"visible": False, "fixedrange": True},
        yaxis={"type": "category", "visible": False, "fixedrange": True, "autorange": "reversed"},
    )
    for name, share in shares:
        beside = {"y": name, "yshift": 1, "xref": "paper", "showarrow": False, "borderpad": 0}
        figure.add_annotation(x=0, xanchor="left", xshift=-_NAME_WIDTH, text=_escaped(name), **beside)
        figure.add_annotation(x=1, xanchor="right", xshift=_SHARE_WIDTH, text=_written(share), **beside)
    return figure


def _escaped(name: str) -> str:
    """Plotly reads a little HTML in texts; a currency's code is outside text."""
    return html.escape(name)


def _written(share: Decimal) -> str:
    return figures.percent(share, places=1, signed=False)


def _names(shares: Shares) -> tuple[str, ...]:
    return tuple(name for name, _ in shares)
