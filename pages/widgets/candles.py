"""Candles of one market: which interval, kept in the page's address, and what candles.js has to know."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import NamedTuple

import streamlit as st

from kucoin.desk.candles import INTERVALS, Older
from kucoin.desk.rules import Rules
from kucoin.errors import InvalidRequest, KucoinError
from kucoin.web.assets import PLOTLY
from pages.widgets import figures, privacy, pushed, session
from pages.widgets.live import live

_ADDRESS = "interval"
_KEY = "candles"
_USUAL = "15min"
_PAST = "candles-past"
_CAPTIONS = {
    "1min": ("1 m", "1 minute"),
    "3min": ("3 m", "3 minutes"),
    "5min": ("5 m", "5 minutes"),
    "15min": ("15 m", "15 minutes"),
    "30min": ("30 m", "30 minutes"),
    "1hour": ("1 h", "1 hour"),
    "4hour": ("4 h", "4 hours"),
    "1day": ("1 d", "1 day"),
    "1week": ("1 w", "1 week"),
}


class Choice(NamedTuple):
    """The interval to show, and why it is not the one that was asked for; None where it is."""

    interval: str
    remark: str | None


class Reading(NamedTuple):
    """Older candles that a page without a socket asked for: of which panel, and where they come."""

    panel: str
    found: Future[Older]


def show(rules: Rules) -> None:
    """Draw the panel: heading with the intervals, candles with volume, the last price, own fills and orders."""
    interval, remark = choose(st.query_params.get(_ADDRESS), rules)
    if remark:
        st.caption(figures.plain(remark))
    panel = privacy.named(f"candles:{rules.symbol}:{interval}")
    pushed.show(
        live.CANDLES,
        panel,
        key=_KEY,
        on={"interval": _take, "older": partial(_reach, panel)},
        answers=_arrived(panel),
        plotly=f"/assets/{PLOTLY}",
        symbol=rules.symbol,
        places=rules.price_decimals,
        interval=interval,
        seconds=INTERVALS[interval].seconds,
        spoken=_CAPTIONS[interval][1],
        intervals=[(name, _CAPTIONS[name][0]) for name in rules.intervals],
    )


def choose(asked: str | None, rules: Rules) -> Choice:
    """Return what to show where the address says ``asked``, which is somebody's own text."""
    if asked in rules.intervals:
        return Choice(asked, None)
    remark = (
        f"“{asked[:20]}” is no interval of {rules.symbol}: {_CAPTIONS[_USUAL][1]} a candle instead." if asked else None
    )
    return Choice(_USUAL, remark)


def _take() -> None:
    """Put the interval that was pressed into the address."""
    pressed = st.session_state[_KEY].get("interval")
    if pressed in INTERVALS:
        st.query_params[_ADDRESS] = pressed


def _reach(panel: str) -> None:
    """Have older candles read for a reader who pans into the past; they come with a later drawing."""
    before = st.session_state[_KEY].get("older")
    if not isinstance(before, int):
        return
    try:
        found = session.live().older(panel, before)
    except InvalidRequest as refusal:
        found = Future()
        found.set_exception(refusal)
    st.session_state[_PAST] = Reading(panel, found)


def _arrived(panel: str) -> list[pushed.Frame]:
    """Return what came of the last request, once."""
    reading: Reading | None = st.session_state.get(_PAST)
    if reading is None or reading.panel != panel or not reading.found.done():
        return []
    del st.session_state[_PAST]
    try:
        rows, end = reading.found.result()
    except KucoinError as error:
        return [{"panel": panel, "older": {"rows": [], "end": False, "problem": str(error)}}]
    return [{"panel": panel, "older": {"rows": rows, "end": end}}]
