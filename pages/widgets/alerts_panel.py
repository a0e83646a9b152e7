"""The alerts: what is watched, how it stands, and what sets another."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.desk import Desk


def show(desk: Desk) -> None:  # noqa: ARG001  its alerts come next
    """Draw the panel."""
    with st.container(border=True, key="panel-alerts"):
        st.header("Alerts", anchor=False, width="content")
