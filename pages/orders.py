"""Orders and fills: what is working and can be changed, what was filled, and the day in one line of time."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.portfolio import Standing
from pages.widgets import (
    mishap,
    orders_blotter,
    orders_fills,
    orders_open,
    pushed,
    session,
    standing,
    surround,
    trades_symbol,
)

_ALL = "All symbols"

desk = session.desk()
by_script = pushed.blocked()


def live() -> None:
    """What stands on the push socket above the fills."""
    orders_open.show(desk, "" if whose == _ALL else whose)


with st.container(horizontal=True, vertical_alignment="center", key="bar-orders"):
    st.title("Orders and fills", anchor=False, width="content")
    st.space("stretch")
    whose = st.segmented_control(
        "Whose orders",
        (trades_symbol.shown(), _ALL),
        default=_ALL,
        required=True,
        key="orders-of",
        label_visibility="collapsed",
    )
    with st.container(key="orders-new", width="content"):
        st.page_link("ticket.py", label="New order", width="content")


@st.fragment(run_every=session.CADENCE)
def ticking() -> None:
    """What surrounds the page, and the working orders where no socket gets through."""
    with mishap.contained("This page"):
        surround.tick(desk.status())
        if pushed.blocked() != by_script:
            st.rerun()
        if by_script:
            live()


view = desk.futures.view()
if view.standing is Standing.NO_CREDENTIALS:
    standing.show(view, ())
elif not by_script:
    live()
ticking()
with st.container(key="orders-history"):
    with st.container(key="orders-fills"):
        orders_fills.show(desk)
    with st.container(border=True, key="orders-blotter"):
        orders_blotter.show(desk)
