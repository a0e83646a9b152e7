"""Futures: positions as they stand and what they earned, what funding costs, what a contract is."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.portfolio import Standing
from pages.widgets import (
    futures_acts,
    futures_contract,
    futures_funding,
    futures_pnl,
    futures_positions,
    futures_what_if,
    leftovers,
    mishap,
    session,
    standing,
    surround,
)

_POSITIONS, _FUNDING, _CONTRACT = "Positions and PnL", "Funding", "Contract"

_HEIGHTS = (190,), (420,), (180,)  # accounts, positions, what if

desk = session.desk()

with st.container(horizontal=True, vertical_alignment="center", key="bar-futures"):
    st.title("Futures", anchor=False, width="content")
    st.space("stretch")
    tab = st.segmented_control(
        "Part of the page",
        (_POSITIONS, _FUNDING, _CONTRACT),
        default=_POSITIONS,
        required=True,
        key="part",
        bind="query-params",
        label_visibility="collapsed",
    )


def positions() -> None:
    """The accounts as they are now; answers come from memory, nothing here waits."""
    view = desk.futures.view()
    if not standing.show(view, _HEIGHTS):
        return
    futures_positions.show(view, session.now())
    if view.positions:
        futures_what_if.show(desk.futures, [line.currency for line in view.totals])


@st.fragment(run_every=session.CADENCE)
def ticking() -> None:
    """What goes on by itself; only the part that is open does any work."""
    leftovers.sweep()
    with mishap.contained("This part of the page"):
        surround.tick(desk.status())
        if tab == _FUNDING:
            futures_funding.show(desk)
        elif tab == _CONTRACT:
            futures_contract.show(desk)
        else:
            positions()
    if futures_acts.due():
        st.rerun()


futures_acts.show()
ticking()
if tab == _POSITIONS and desk.futures.view().standing is not Standing.NO_CREDENTIALS:
    futures_pnl.show(desk)  # from our own ledger, so also while the exchange is away
