"""A session's way to the Desk, and what all pages of a session share."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from kucoin import assemble
from kucoin.desk.desk import Desk

CADENCE = 2.0
"""Seconds between two drawings of a page's one fragment: prices come every 5 s, and a drawing costs a few ms."""


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    """Return the process's Desk. Clearing the cache drops the reference and stops nothing."""
    return assemble.desk()


def now() -> datetime:
    """Return the time that ages are counted to."""
    return datetime.now(UTC)
