"""The activity's lines, from the push socket; what is chosen of them, kept in the page's address."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from kucoin.desk.activity import ActivityWish
from kucoin.errors import InvalidRequest
from kucoin.web.activity import PANEL
from kucoin.web.activity_wish import asked, words, written
from pages.widgets import figures, mishap, pushed, session
from pages.widgets.live import live

_KEY = "activity"
_WISH = "activity-wish"
_ADDRESS = ("span", "from", "to", "account", "kind", "currency")  # not what was typed: it may be anything


def show() -> None:
    """Draw the panel. Outside of any fragment: it has one of its own."""
    with st.container(border=True, key="panel-activity"):
        st.fragment(_panel, run_every=session.CADENCE if pushed.blocked() else None)()


def chosen(now: datetime) -> ActivityWish:
    """Return what is chosen just now."""
    return asked(_wish()).wish(now.date())


def _panel() -> None:
    with mishap.contained("The activity"):
        wish = _wish()
        pushed.show(live.ACTIVITY, f"{PANEL}{wish}", key=_KEY, on={"wish": _take}, wish=wish)


def _wish() -> str:
    """Return what is chosen, by the session or at first by the page's address, which is somebody's own text."""
    if _WISH not in st.session_state:
        st.session_state[_WISH] = ""
        said = {name: st.query_params.get_all(name) for name in _ADDRESS}
        try:
            st.session_state[_WISH] = written(said)
        except InvalidRequest as error:
            st.caption(figures.plain(f"{error}. Shown is what is usual."))
    return str(st.session_state[_WISH])


def _take() -> None:
    """Keep what was pressed, and put it into the address."""
    pressed = st.session_state[_KEY].get("wish")
    if not isinstance(pressed, str):
        return
    try:
        asked(pressed)
    except InvalidRequest:
        return  # this page's own component tells none of these
    st.session_state[_WISH] = pressed
    said = words(pressed)
    for name in _ADDRESS:
        if found := said.get(name):
            st.query_params[name] = found
        elif name in st.query_params:
            del st.query_params[name]
