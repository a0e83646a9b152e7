"""The pad that tickets are torn from: one leaf with one ``client_oid`` for each symbol, the same in every tab.

A leaf is given out until it was used and its outcome was shown; only then the next one comes up. So a double click, a
reload, a way back and a second tab all hold the same leaf, and the desk takes a leaf once. A leaf is good for a day: of
one of another day it may be that nobody but the journal knows whether it was used.
"""

from __future__ import annotations

import threading
import uuid
from datetime import date
from typing import NamedTuple

import streamlit as st


class Leaf(NamedTuple):
    """A ticket that may be written on, and the day (UTC) on which it came up."""

    client_oid: str
    day: date


class Pad:
    """The leaves on top, by name and symbol. Safe to call from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tops: dict[tuple[str, str], Leaf] = {}

    def top(self, name: str, symbol: str, today: date) -> Leaf:
        """Return the ticket that ``name`` writes for ``symbol``."""
        with self._lock:
            return self._tops.setdefault((name, symbol), Leaf(uuid.uuid4().hex, today))

    def turn(self, name: str, symbol: str, used: str, today: date) -> None:
        """Bring up another leaf in the place of ``used``; does nothing where that is not on top any more."""
        with self._lock:
            top = self._tops.get((name, symbol))
            if top is not None and top.client_oid == used:
                self._tops[name, symbol] = Leaf(uuid.uuid4().hex, today)


@st.cache_resource(show_spinner=False)
def pad() -> Pad:
    """Return the process's pad. Losing it makes a new leaf of every unused one, and no order of any."""
    return Pad()
