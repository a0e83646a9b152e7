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

_ONE, _ALL = "one", "all"

desk = session.desk()
symbol = trades_symbol.shown()
by_script = pushed.blocked()


def live() -> None:
    """What stands on the push socket above the fills."""
    orders_open.show(desk, symbol if which == _ONE else "")


with st.container(horizontal=True, vertical_alignment="center", key="bar-orders"):
    st.title("Orders and fills", anchor=False, width="content")
    st.space("stretch")
    which = st.segmented_control(
        "Orders on",
        (_ONE, _ALL),
        default=_ALL,
        required=True,
        format_func=lambda each: symbol if each == _ONE else "All symbols",
        key="orders",
        bind="query-params",
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
        st.fragment(orders_blotter.show, run_every=session.CADENCE if by_script else None)(desk)
