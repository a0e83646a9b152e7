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
from pages.widgets import pushed, session, veiled
from pages.widgets.live import live

Act = Literal["stop", "cancel", "flatten"]

_KEY = "way-out"
_ASKED, _DRAWN, _HEARD = "way-out-asked", "way-out-drawn", "way-out-heard"
_NUMBERS = count(1)
_KEPT = 20  # numbers of presses: more are not under way at a time


class Asked(NamedTuple):
    """One wish to have the review opened at ``act``; the number tells it from others."""

    number: int
    act: Act


class Heard(NamedTuple):
    """The presses that were taken, by the numbers that the browser gave them, and why the last came to nothing."""

    numbers: tuple[int, ...] = ()
    problem: str = ""


def open_for(act: Act) -> None:
    """Have the review opened, with the button of ``act`` chosen; call it where a press is heard, in any fragment."""
    st.session_state[_ASKED] = Asked(next(_NUMBERS), act)


def due() -> bool:
    """Say whether the page has to be drawn anew, for the review was asked for since the frame was drawn."""
    return st.session_state.get(_ASKED) != st.session_state.get(_DRAWN)


def show() -> None:
    """Draw the button with what stands beside it; outside of any fragment, so that a press waits for no drawing."""
    asked: Asked | None = st.session_state.get(_ASKED)
    heard: Heard = st.session_state.get(_HEARD, Heard())
    st.session_state[_DRAWN] = asked
    pushed.show(
        live.WAY_OUT,
        PANEL,
        key=_KEY,
        on={"presses": _press},
        asked=asked and asked._asdict(),
        heard=heard.numbers,
        problem=veiled.words(heard.problem),
    )


def _press() -> None:
    heard: Heard = st.session_state.get(_HEARD, Heard())
    st.session_state[_HEARD] = take(session.desk(), st.session_state[_KEY].get("presses"), heard, session.principal())


def take(desk: Desk, told: object, heard: Heard, principal: Principal) -> Heard:
    """Carry out the presses that a browser tells of, each once however often it tells; return what is heard by now."""
    for press in told if isinstance(told, list) else ():
        number = press.get("number") if isinstance(press, dict) else None
        if isinstance(number, int) and number not in heard.numbers:
            heard = Heard((*heard.numbers, number)[-_KEPT:], carry_out(desk, press.get("act"), principal))
    return heard


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
