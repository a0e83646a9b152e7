"""What stands around every page and has to keep up with the Desk: mode band, status strip, notices."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.status import Status
from pages.widgets import band, notices, privacy, resting, session, strip, way_out

_DRAWN = "frame-drawn"


def top(status: Status) -> None:
    """Draw the mode band, and what is to be said of a maintenance, once for each run of the frame."""
    band.show(status)
    resting.show(status.maintenance)
    st.session_state[_DRAWN] = _drawn_once(status)


def tick(status: Status) -> None:
    """Draw the strip and what happened since; call it in the page's fragment.

    The page is drawn anew for a new mode band, for a maintenance that comes or goes, for privacy that was left in a
    fragment, and for a way out that was asked for.
    """
    strip.show(status, session.now())
    notices.show()
    if st.session_state.get(_DRAWN) != _drawn_once(status) or way_out.due():
        st.rerun()


def _drawn_once(status: Status) -> tuple[object, ...]:
    return status.mode, status.site, status.key_tail, status.warnings, status.maintenance, privacy.on()
