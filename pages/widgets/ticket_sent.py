"""What was sent today and what became of it, from the push socket; cancels and decisions go to the Desk."""

from __future__ import annotations

from functools import partial

import streamlit as st

from kucoin.desk.desk import Desk
from kucoin.errors import KucoinError
from kucoin.web.sent import PANEL
from pages.widgets import code_link, pushed, session, veiled
from pages.widgets.live import live

_KEY = "sent"
_PROBLEM = "sent-problem"


def show(desk: Desk) -> None:
    """Draw the panel, and why the last press came to nothing if it did."""
    acts = {"cancel": partial(_press, desk, "cancel"), "decide": partial(_press, desk, "decide")}
    pushed.show(live.SENT, PANEL, key=_KEY, on=acts)
    if problem := st.session_state.get(_PROBLEM):
        st.warning(code_link.plain(veiled.words(problem)))


def _press(desk: Desk, act: str) -> None:
    st.session_state[_PROBLEM] = carry_out(desk, act, st.session_state[_KEY].get(act))


def carry_out(desk: Desk, act: str, told: object) -> str | None:
    """Hand a press over to the Desk: ``cancel`` an order, or ``decide`` that one never arrived.

    Returns why nothing came of it, None where it was taken.

    Args:
        told: The id that the browser named: KuCoin's to cancel, our own to decide. The Desk judges it.
    """
    if not isinstance(told, str):
        return None
    try:
        if act == "cancel":
            desk.cancels.cancel(told, session.principal())
        else:
            desk.trading.decide(told, session.principal())
    except KucoinError as error:
        return str(error)
    return None
