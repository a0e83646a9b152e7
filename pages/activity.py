"""Activity: what changed the account's balances, whichever ledger tells of it, with running balances and as a file."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.portfolio import Standing
from pages.widgets import activity_files, activity_table, mishap, pushed, session, standing, surround

desk = session.desk()
view = desk.futures.view()
readable = view.standing is not Standing.NO_CREDENTIALS
by_script = pushed.blocked()

with st.container(horizontal=True, vertical_alignment="center", key="bar-activity"):
    st.title("Activity", anchor=False, width="content")
    st.space("stretch")
    if readable:
        activity_files.show(desk)


@st.fragment(run_every=session.CADENCE)
def ticking() -> None:
    """What surrounds the page."""
    with mishap.contained("This page"):
        surround.tick(desk.status())
        if pushed.blocked() != by_script:
            st.rerun()


if readable:
    activity_table.show()
else:
    standing.show(view, ())
ticking()
