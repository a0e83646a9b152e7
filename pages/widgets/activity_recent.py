"""Recent activity: what changed a balance last, of one kind or all, with the way to the whole of it."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.desk import Desk
from kucoin.errors import InvalidRequest
from kucoin.web.activity import PANEL
from kucoin.web.activity_wish import asked
from pages.widgets import pushed
from pages.widgets.live import live

_KEY = "recent"
_WISH = "recent-wish"
_USUAL = "span=all&few=8"


def show(_desk: Desk) -> None:
    """Draw the panel; its lines come over the push socket."""
    with st.container(border=True, key="panel-recent"):
        wish = st.session_state.get(_WISH, _USUAL)
        pushed.show(live.RECENT, f"{PANEL}{wish}", key=_KEY, on={"wish": _take}, wish=wish)
        st.page_link("activity.py", label="All activity", width="content")


def _take() -> None:
    """Keep the kind that was chosen, where the script has to bring the lines."""
    pressed = st.session_state[_KEY].get("wish")
    if not isinstance(pressed, str):
        return
    try:
        asked(pressed)
    except InvalidRequest:
        return  # this panel's own component tells none of these
    st.session_state[_WISH] = pressed
