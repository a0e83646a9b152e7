"""Portfolio: the whole account in one unit, where it sits, and in what."""

from __future__ import annotations

import streamlit as st

from pages.widgets import (
    activity_recent,
    allocation,
    assets,
    equity,
    mishap,
    places,
    privacy,
    session,
    standing,
    strip,
    surround,
    total,
    units,
)

_HEIGHTS = (150, 240), (170,), (480,)  # total and equity, places, assets and what stands beside them

desk = session.desk()
offered = desk.units()

with st.container(horizontal=True, vertical_alignment="center", key="bar-portfolio"):
    st.title("Portfolio", anchor=False, width="content")
    st.space("stretch")
    unit = units.choose(offered)
    privacy.toggle()


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
        with st.container(key="portfolio-top"):
            with st.container(key="portfolio-total"):
                total.show(portfolio)
            equity.show(desk, unit, now)
        places.show(portfolio, now, away=strip.notice(status, now) is not None)
        with st.container(key="portfolio-board"):
            with st.container(key="portfolio-assets"):
                assets.show(portfolio, now)
            with st.container(key="portfolio-beside"):
                allocation.show(portfolio)
                activity_recent.show(desk)


figures()
