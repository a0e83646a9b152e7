"""Portfolio: the whole account in one unit, where it sits, and in what."""

from __future__ import annotations

import streamlit as st

from pages.widgets import allocation, assets, mishap, places, session, standing, strip, surround, total, units

_HEIGHTS = (150, 200), (170,), (480,)  # total and allocation, places, assets

desk = session.desk()
offered = desk.units()

with st.container(horizontal=True, vertical_alignment="center", key="bar-portfolio"):
    st.title("Portfolio", anchor=False, width="content")
    st.space("stretch")
    unit = units.choose(offered)


@st.fragment(run_every=session.CADENCE)
def figures() -> None:
    """The one fragment of this page. The Desk answers from memory; nothing here waits."""
    with mishap.contained("The portfolio"):
        status = desk.status()
        surround.tick(status)
        if desk.units() != offered:  # KuCoin's fiat prices came: the choice above has more to offer
            st.rerun()
        now = session.now()
        portfolio = desk.portfolio(unit)
        if not standing.show(portfolio, _HEIGHTS):
            return
        left, right = st.columns([5, 7], gap="medium")
        with left:
            total.show(portfolio)
        with right:
            allocation.show(portfolio)
        places.show(portfolio, now, away=strip.notice(status, now) is not None)
        assets.show(portfolio, now)


figures()
