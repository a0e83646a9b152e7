"""The blotter: everything that was done and what came of it, in one line of time, from the push socket."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.desk import Desk


def show(desk: Desk) -> None:
    """Draw the panel."""
    st.subheader("Blotter", anchor=False)
    st.caption(f"The audit is {desk.audit.verdict().state}.")
