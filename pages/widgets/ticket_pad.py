"""The pad that tickets are torn from: one leaf with one ``client_oid`` for each symbol, the same in every tab.

A leaf is given out until it was used and its outcome was shown; only then the next one comes up. So a double click, a
reload, a way back and a second tab all hold the same leaf, and the desk takes a leaf once.
"""

from __future__ import annotations

import threading
import uuid

import streamlit as st


class Pad:
    """The leaves on top, by name and symbol. Safe to call from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tops: dict[tuple[str, str], str] = {}

    def top(self, name: str, symbol: str) -> str:
        """Return the ``client_oid`` of the ticket that ``name`` writes for ``symbol``."""
        with self._lock:
            return self._tops.setdefault((name, symbol), uuid.uuid4().hex)

    def turn(self, name: str, symbol: str, used: str) -> None:
        """Bring up another leaf in the place of ``used``; does nothing where that is not on top any more."""
        with self._lock:
            if self._tops.get((name, symbol)) == used:
                self._tops[name, symbol] = uuid.uuid4().hex


@st.cache_resource(show_spinner=False)
def pad() -> Pad:
    """Return the process's pad. Losing it makes a new leaf of every unused one, and no order of any."""
    return Pad()
