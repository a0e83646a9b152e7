"""The way out: one press opens the review on any page, one more acts. What is pressed goes to the Desk from here.

The review itself lives in the browser (``live/way_out.js``), which is told what there is and what became of it by the
push socket. Nothing in it waits for a drawing of the page.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Literal, NamedTuple

import streamlit as st

from kucoin.desk.desk import Desk
from kucoin.desk.principal import Principal
from kucoin.errors import KucoinError
from kucoin.web.guard import PANEL
from pages.widgets import pushed, session
from pages.widgets.live import live

Act = Literal["stop", "cancel", "flatten"]

_KEY = "way-out"
_ASKED, _DRAWN, _HEARD = "way-out-asked", "way-out-drawn", "way-out-heard"
_NUMBERS = count(1)


class Asked(NamedTuple):
    """One wish to have the review opened at ``act``; the number tells it from others."""

    number: int
    act: Act


class Heard(NamedTuple):
    """The last press that was heard, by the number that the browser gave it, and why it came to nothing."""

    number: int
    problem: str


def open_for(act: Act) -> None:
    """Have the review opened, with the button of ``act`` chosen; call it where a press is heard, in any fragment."""
    st.session_state[_ASKED] = Asked(next(_NUMBERS), act)


def due() -> bool:
    """Say whether the page has to be drawn anew, for the review was asked for since the frame was drawn."""
    return st.session_state.get(_ASKED) != st.session_state.get(_DRAWN)


def show() -> None:
    """Draw the button with what stands beside it; outside of any fragment, so that a press waits for no drawing."""
    asked: Asked | None = st.session_state.get(_ASKED)
    heard: Heard | None = st.session_state.get(_HEARD)
    st.session_state[_DRAWN] = asked
    pushed.show(
        live.WAY_OUT,
        PANEL,
        key=_KEY,
        on={"press": _press},
        asked=asked and asked._asdict(),
        heard=heard and heard.number,
        problem=heard and heard.problem,
    )


def _press() -> None:
    told = st.session_state[_KEY].get("press")
    if isinstance(told, dict) and isinstance(number := told.get("number"), int):
        st.session_state[_HEARD] = Heard(number, carry_out(session.desk(), told.get("act"), session.principal()))


def carry_out(desk: Desk, act: object, principal: Principal) -> str:
    """Hand a press over to the Desk; return why nothing came of it, empty where it was taken."""
    acts: dict[str, Callable[[Principal], object]] = {
        "stop": desk.risk.stop_orders,
        "cancel": desk.leaving.cancel_all,
        "flatten": desk.leaving.flatten,
        "allow": desk.risk.allow_orders,
        "arm": desk.risk.arm,
        "disarm": desk.risk.disarm,
    }
    if not isinstance(act, str) or act not in acts:
        return ""
    try:
        acts[act](principal)
    except KucoinError as error:
        return str(error)
    return ""
