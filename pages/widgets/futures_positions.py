"""Margin accounts and positions, from the push socket; the script says what stands around them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import streamlit as st

from kucoin.desk.futures import FuturesView
from kucoin.desk.position_lines import LooseStop
from kucoin.web.futures import PANEL
from kucoin.web.veil import Veil
from pages.widgets import figures, futures_acts, privacy, pushed, way_out
from pages.widgets.live import live

_ROE, _RETURN = "ROE", "Return"
_GAINS = {_ROE: "roe", _RETURN: "plain_return"}
_MODES = {True: "Hedge mode.", False: "One-way mode.", None: ""}
_NAMED = 4  # loose stops that are named before the rest is counted


def show(view: FuturesView, now: datetime) -> None:
    """Draw both panels; where there is no position, why, and what would show one."""
    with st.container(border=True, key="panel-margins"):
        with st.container(horizontal=True, vertical_alignment="center", key="bar-margins"):
            st.header("Margin accounts", anchor=False, width="content")
            _age("margins-fresh")
        pushed.show(live.MARGINS, PANEL, key="margins", rows=len(view.accounts))
    with st.container(border=True, key="panel-positions"):
        gain = _bar(view)
        if view.problem:
            st.warning(f"**Something of this may be missing or old:** {figures.plain(view.problem.rstrip('. '))}.")
        if view.loose_stops:
            st.warning(loose(view.loose_stops, privacy.veil()))
        if not view.positions:
            st.markdown(empty(view, now))
        on, rows = {"act": futures_acts.heard}, len(view.positions)  # without any it tells what closed the last one
        pushed.show(live.POSITIONS, PANEL, key=futures_acts.KEY, on=on, rows=rows, gain=_GAINS[gain])


def _bar(view: FuturesView) -> str:
    """Draw the heading and return how gains are told in percent; the address keeps it."""
    with st.container(horizontal=True, vertical_alignment="center", key="bar-positions"):
        st.header("Positions", anchor=False, width="content")
        _age("positions-fresh")
        with st.container(width="content"):
            st.caption(f"Unrealised by mark price. Realised since 00:00 UTC. {_MODES[view.hedge]}")
        st.space("stretch")
        gain = st.segmented_control(
            "Gains in percent",
            (_ROE, _RETURN),
            default=_ROE,
            required=True,
            key="gain",
            bind="query-params",
            label_visibility="collapsed",
        )
        if view.positions:
            st.button(
                f"Close all {len(view.positions)}…", key="close-all", on_click=way_out.open_for, args=("flatten",)
            )
    return gain or _ROE


def _age(key: str) -> None:
    with st.container(width="content"):
        pushed.show(live.FRESH, PANEL, key=key)


def empty(view: FuturesView, now: datetime) -> str:
    """Return what stands in the place of positions, as Markdown: the cause, when it was read, the next step."""
    old = figures.age(figures.seconds_since(view.at, now))
    return f"**No positions.** Futures account reached {old} ago. A position shows here as soon as an order fills."


def loose(stops: Iterable[LooseStop], veil: Veil | None = None) -> str:
    """Return the warning of stops that no position stands behind, as Markdown."""
    named = [_named(stop, veil) for stop in stops]
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    which = figures.plain("; ".join(named[:_NAMED]) + more)
    one = len(named) == 1
    head = "A stop without a position" if one else f"{len(named)} stops without a position"
    return f"**{head}:** {which}. {'It' if one else 'They'} would open a new position when triggered."


def _named(stop: LooseStop, veil: Veil | None) -> str:
    size = "all" if stop.lots is None else veil.size(stop.lots, stop.symbol) if veil else f"{stop.lots:,} contracts"
    return f"{stop.symbol} {stop.side} {size} at {_price(stop.trigger)}"


def _price(value: Decimal | None) -> str:
    return figures.exact(value.normalize() if value is not None else None)
