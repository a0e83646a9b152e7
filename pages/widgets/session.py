"""A session's way to the Desk, and what is the session's own: its ticket for the push socket."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from kucoin import assemble
from kucoin.desk.desk import Desk
from kucoin.desk.principal import Principal, Role
from kucoin.web.live import PATH, Live

CADENCE = 2.0
"""Seconds between two drawings of a page's one fragment: prices come every 5 s, and a drawing costs a few ms."""


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    """Return the process's Desk. Clearing the cache drops the reference and stops nothing."""
    return assemble.desk()


def live() -> Live:
    """Return the process's push socket."""
    return assemble.live()


def principal() -> Principal:
    """Return who this session acts for: there are no users yet, and whoever is at this machine may do all."""
    return Principal("local", Role.ADMIN)


def now() -> datetime:
    """Return the time that ages are counted to."""
    return datetime.now(UTC)


class _Ticket:
    """What lets this session's browser onto the push socket; worth nothing once the session is gone."""

    def __init__(self, server: Live) -> None:
        self._server = server
        self.key = server.tickets.open("local")

    def close(self) -> None:
        self._server.tickets.close(self.key)


# It ends with the session, within ms of its browser's going, and also when the connection drops for a moment. So it is
# asked for anew in every run and kept nowhere.


@st.cache_resource(scope="session", show_spinner=False, on_release=_Ticket.close)
def _ticket() -> _Ticket:
    return _Ticket(live())


def entry() -> dict[str, str]:
    """Return how a component gets onto the push socket; the ticket is its first message, never part of an address."""
    return {"path": PATH, "ticket": _ticket().key}
