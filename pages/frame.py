"""What surrounds every page: look, logo, navigation, mode band. The script that every browser session runs."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.widgets import menu, mishap, palette, privacy, session, surround

HERE = Path(__file__).parent

st.set_page_config(page_icon=str(HERE / "logo-icon.svg"), layout="wide", initial_sidebar_state=232)
st.html(HERE / "frame.css")
st.logo(str(HERE / "logo.svg"), icon_image=str(HERE / "logo-icon.svg"))

page = menu.show(
    {
        "Watch": [
            st.Page("portfolio.py", title="Portfolio", default=True),
            st.Page("activity.py", title="Activity", url_path="activity"),
            st.Page("trades.py", title="Live trades", url_path="trades"),
            st.Page("futures.py", title="Futures", url_path="futures"),
        ],
        "Act": [
            st.Page("ticket.py", title="Ticket", url_path="ticket"),
            st.Page("orders.py", title="Orders and fills", url_path="orders"),
        ],
        "House": [
            st.Page("limits.py", title="Limits and alerts", url_path="limits"),
            st.Page("health.py", title="Health", url_path="health"),
            st.Page("key.py", title="Key check", url_path="key"),
            st.Page("reference.py", title="API reference", url_path="reference"),
        ],
    }
)

with st.sidebar:
    privacy.choose()
with mishap.contained("This page"):
    surround.top(session.desk().status())
    page.run()
with st.sidebar:
    palette.choose()
