"""Limits and alerts: what new risk is held to, the switches, and what the dashboard calls for attention."""

from __future__ import annotations

import streamlit as st

from pages.widgets import alerts_panel, limits_form, limits_use, mishap, session, surround, switches

desk = session.desk()

with st.container(horizontal=True, vertical_alignment="center", key="bar-limits"):
    st.title("Limits and alerts", anchor=False, width="content")


@st.fragment(run_every=session.CADENCE)
def ticking() -> None:
    """The one fragment of this page: what surrounds it, and the switches."""
    with mishap.contained("The switches"):
        surround.tick(desk.status())
        switches.show(desk)


with st.container(key="limits-board"):
    with st.container(key="limits-column"):
        with st.container(border=True, key="panel-limits"):
            limits_use.show(every=True)
        with st.container(border=True, key="panel-switches"):
            ticking()
    with st.container(border=True, key="panel-set"):
        limits_form.show(desk)
alerts_panel.show(desk)
