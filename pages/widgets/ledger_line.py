"""How far the futures ledger is, in words: complete since when, read how long ago, being read, or why not."""

from __future__ import annotations

import time
from datetime import datetime

import streamlit as st

from kucoin.desk.ledger import Ledger
from kucoin.desk.upkeep import Progress
from pages.widgets import figures, leftovers, session

_CADENCE = 5.0  # s
_DRAWN = "ledger-drawn"
_STATES = {
    "off": "No ledger is kept: it needs an API key with futures.",
    "waiting": "The ledger waits until the API key has been looked at.",
    "reading": "Reading what this machine has kept of the ledger.",
}


def drawn(ledger: Ledger) -> None:
    """Note that the page shows the ledger as it is now."""
    st.session_state[_DRAWN] = (ledger.generation, time.monotonic())


@st.fragment(run_every=_CADENCE)
def show(ledger: Ledger) -> None:
    """Draw the line, and have the page drawn anew when the ledger has more to tell than it shows.

    A fragment of its own, because what stands around it is much and seldom changes.
    """
    leftovers.sweep()
    progress = ledger.progress()
    st.caption(figures.plain(sentence(progress, session.now())))
    if progress.state == "syncing":
        st.progress(share(progress), text=figures.plain(progress.stage) or None)
    if progress.state == "failed":
        st.warning(f"**The ledger could not be brought up to date.** {figures.plain(trouble(progress))}")
    generation, at = st.session_state.get(_DRAWN, (None, 0.0))
    if generation != ledger.generation and time.monotonic() - at >= _CADENCE - 1:
        st.rerun()


def sentence(progress: Progress, now: datetime) -> str:
    """Return how far the ledger is: ``Ledger complete since 4 Nov, synchronised 40 s ago.``"""
    if known := _STATES.get(progress.state):
        return known
    since = f"Ledger complete since {day(progress.since, now)}" if progress.since else "The ledger holds nothing yet"
    if progress.synced_at is None:
        return f"{since}, {'being read from the exchange' if progress.state == 'syncing' else 'not synchronised yet'}."
    return f"{since}, synchronised {figures.age(figures.seconds_since(progress.synced_at, now))} ago."


def share(progress: Progress) -> float:
    """Return how much of a sync is done, from 0 to 1; 0 where nobody knows of how much."""
    return min(1.0, progress.done / progress.total) if progress.total else 0.0


def trouble(progress: Progress) -> str:
    """Return why a sync failed, and what becomes of it."""
    why = (progress.problem or "No reason was told").rstrip(". ")
    return f"{why}. It is tried again by itself; what is shown is what was read before."


def day(at: datetime, now: datetime) -> str:
    """Return a day as ``4 Nov``, with the year where it is more than ten months ago."""
    return f"{at.day} {at:%b}" if (now - at).days <= 300 else f"{at.day} {at:%b} {at:%Y}"
