"""What stands around every page and has to keep up with the Desk: mode band and status strip."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.status import Status
from pages.widgets import band, session, strip

_BAND = "band-drawn"


def top(status: Status) -> None:
    """Draw the mode band, once for each run of the frame."""
    band.show(status)
    st.session_state[_BAND] = _said_in_band(status)


def tick(status: Status) -> None:
    """Draw the status strip; call it in the page's fragment. A change in the mode band draws the whole page anew."""
    strip.show(status, session.now())
    if st.session_state.get(_BAND) != _said_in_band(status):
        st.rerun()


def _said_in_band(status: Status) -> tuple[object, ...]:
    return status.mode, status.site, status.key_tail, status.warnings
