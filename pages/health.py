"""Health: how sockets, hosts, clock and quotas are, the sockets' last hour, what was repaired and announced."""

from __future__ import annotations

import streamlit as st

from pages.widgets import announcements, history, machine_room, mishap, pushed, session, surround
from pages.widgets.live import live

desk = session.desk()

with st.container(key="bar-health"):
    st.title("Health", anchor=False)
by_script = pushed.blocked()


def sockets() -> None:
    """The sockets, which the browser hears of by itself."""
    with st.container(border=True, key="sockets"):
        pushed.show(live.FEEDS, "status:", key="feeds")


@st.fragment(run_every=session.CADENCE)
def figures() -> None:
    """The one fragment of this page."""
    with mishap.contained("The state of the machine room"):
        status = desk.status()
        surround.tick(status)
        if pushed.blocked() != by_script:
            st.rerun()
        if by_script:
            sockets()
        health = desk.health()
        history.show(health.samples, session.now())
        machine_room.show(status, health, session.now())
        announcements.show(desk.news.view(), session.now())


if not by_script:
    sockets()
figures()
