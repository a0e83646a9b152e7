"""Orders and fills: what is working and can be changed, what was filled, and the day in one line of time."""

from __future__ import annotations

import streamlit as st

from pages.widgets import mishap, orders_fills, pushed, session, surround

desk = session.desk()
by_script = pushed.blocked()

with st.container(horizontal=True, vertical_alignment="center", key="bar-orders"):
    st.title("Orders and fills", anchor=False, width="content")
    st.space("stretch")
    st.page_link("ticket.py", label="New order", width="content")


@st.fragment(run_every=session.CADENCE)
def ticking() -> None:
    """What surrounds the page."""
    with mishap.contained("This page"):
        surround.tick(desk.status())
        if pushed.blocked() != by_script:
            st.rerun()


ticking()
orders_fills.show(desk)
