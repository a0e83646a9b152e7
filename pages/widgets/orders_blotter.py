"""The blotter: everything that was done and what came of it, in one line of time, from the push socket."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.desk import Desk
from kucoin.web.blotter import PANEL, first_day
from pages.widgets import pushed
from pages.widgets.live import live

_KEY = "blotter"
_SINCE = "blotter-since"


def show(desk: Desk) -> None:
    """Draw the panel; it asks for the day to begin with where an earlier one is wanted."""
    since = st.session_state.get(_SINCE)
    if since is not None:  # a session may stay open for weeks
        since = max(since, first_day(desk.blotter.today()).isoformat())
    pushed.show(live.BLOTTER, f"{PANEL}{since or ''}", key=_KEY, on={"earlier": _earlier})


def _earlier() -> None:
    day = st.session_state[_KEY].get("earlier")
    if isinstance(day, str):
        st.session_state[_SINCE] = day
