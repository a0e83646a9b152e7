"""The privacy switch: own amounts become shares of the whole account, on every page of a session, until it is left.

It is kept in the page's address, so that a reload keeps it. What is hidden never reaches the browser: whoever writes an
amount asks here for the veil to write it by.
"""

from __future__ import annotations

import streamlit as st

from kucoin.desk.portfolio import Portfolio
from kucoin.web import names
from kucoin.web import veil as veils
from kucoin.web.veil import Veil
from pages.widgets import session

_ON, _ADDRESS, _SAID = "privacy-on", "privacy", "on"


def on() -> bool:
    """Say whether amounts are to be hidden."""
    if _ON not in st.session_state:
        st.session_state[_ON] = st.query_params.get(_ADDRESS) == _SAID
    return bool(st.session_state[_ON])


def veil() -> Veil | None:
    """Return what amounts are written by: None as they are, a veil as shares."""
    return session.live().veil() if on() else None


def over(portfolio: Portfolio) -> Veil | None:
    """Return the same for the figures of ``portfolio``, in its own unit: its parts come to 100 % of it."""
    return veils.over(portfolio) if on() else None


def named(panel: str) -> str:
    """Return what the push socket's ``panel`` is asked for by now."""
    return names.veiled(panel) if on() else panel


def toggle(place: str = "title") -> None:
    """Draw the switch; ``place`` tells it from another on the same page."""
    key = f"privacy-{place}"
    st.session_state[key] = on()
    st.toggle("Privacy", key=key, on_change=_take, args=(key,))


def choose() -> None:
    """Draw the switch in the menu, and have the address say how it stands."""
    with st.container(key="menu-privacy"):
        toggle("menu")
    if on():
        st.query_params[_ADDRESS] = _SAID
    elif _ADDRESS in st.query_params:
        del st.query_params[_ADDRESS]


def leave_first(what: str) -> bool:
    """Return whether privacy is on, and say then that it has to be left to ``what`` (``place an order``)."""
    if not on():
        return False
    with st.container(key=f"privacy-first-{what.replace(' ', '-')}", gap="small"):
        st.caption(f"Amounts are hidden. Leave privacy to {what}.")
        st.button("Leave privacy", key=f"privacy-leave-{what}", on_click=_leave)
    return True


def _take(key: str) -> None:
    st.session_state[_ON] = st.session_state[key]


def _leave() -> None:
    st.session_state[_ON] = False
