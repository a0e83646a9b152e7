"""The alerts: what is watched and how it stands, from the push socket; a form sets another."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from kucoin.desk import ticket_rules
from kucoin.desk.alert_rules import OF_A_SYMBOL, OF_CONTRACTS, OF_NO_SYMBOL, RULES
from kucoin.desk.desk import Desk
from kucoin.errors import KucoinError
from kucoin.model.alert import AlertKind
from kucoin.web.alerts import NAMES, PANEL
from pages.widgets import figures, pushed, session, veiled
from pages.widgets.live import live

_KEY, _SAID = "alerts", "alert-said"
_KIND, _SUBJECT, _THRESHOLD = "alert-kind", "alert-subject", "alert-threshold"
_ALL = "All"
_UNITS = {"percent": "%", "price": "price", "s": "s", "USDT": "USDT"}


def show(desk: Desk) -> None:
    """Draw the panel, a fragment of its own: call it outside of others."""
    st.fragment(_draw, run_every=session.CADENCE if pushed.blocked() else None)(desk)


def _draw(desk: Desk) -> None:
    with st.container(border=True, key="panel-alerts"):
        with st.container(horizontal=True, vertical_alignment="center", key="bar-alerts"):
            st.header("Alerts", anchor=False, width="content")
            with st.container(width="content"):
                st.caption("Told once on every page, and again only after it has recovered by a margin.")
            st.space("stretch")
            st.button("Test", key="alert-test", on_click=_test, help="Tells something on every page that is open.")
            with st.popover("New alert", key="alert-new"):
                _form(desk)
        pushed.show(live.ALERTS, PANEL, key=_KEY, on={"remove": _remove})
        if said := st.session_state.pop(_SAID, None):
            st.warning(figures.plain(veiled.words(said)))


def _form(desk: Desk) -> None:
    kind = st.selectbox("Tell me of", list(NAMES), format_func=NAMES.__getitem__, key=_KIND)
    if kind not in OF_NO_SYMBOL:
        st.selectbox("Of", _subjects(desk, kind), key=_SUBJECT)
    if kind in RULES:
        st.text_input(f"At, {_UNITS[RULES[kind].unit]}", key=_THRESHOLD)
    st.button("Set the alert", key="alert-set", on_click=_set, width="stretch")


def _subjects(desk: Desk, kind: AlertKind) -> list[str]:
    """Return what an alert of a kind can be of; all first, where it can be of all."""
    symbols = [rules.symbol for rules in desk.market.symbols() if rules.futures or kind not in OF_CONTRACTS]
    return symbols if kind in OF_A_SYMBOL else [_ALL, *symbols]


def threshold_of(kind: AlertKind, text: str) -> Decimal:
    """Return what somebody wrote, a fraction where it was in percent.

    Raises:
        InvalidRequest: It is no number above zero, or not clear; the text names it.
    """
    value = ticket_rules.typed(text.replace("%", ""))
    return value / 100 if RULES[kind].unit == "percent" else value


def _set() -> None:
    state = st.session_state
    kind = state[_KIND]
    subject = "" if kind in OF_NO_SYMBOL or state[_SUBJECT] == _ALL else state[_SUBJECT]
    try:
        threshold = threshold_of(kind, state[_THRESHOLD]) if kind in RULES else None
        session.desk().alerts.add(kind, subject, threshold, session.principal())
    except KucoinError as error:
        state[_SAID] = f"Not set: {error}"


def _remove() -> None:
    number = st.session_state[_KEY].get("remove")
    if isinstance(number, int):
        try:
            session.desk().alerts.remove(number, session.principal())
        except KucoinError as error:
            st.session_state[_SAID] = f"Not removed: {error}"


def _test() -> None:
    try:
        session.desk().alerts.test(session.principal())
    except KucoinError as error:
        st.session_state[_SAID] = str(error)
