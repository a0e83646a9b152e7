"""The way out: the review of what leaves the market, from every page; it can be opened by any press on a page."""

from __future__ import annotations

from itertools import count
from typing import Literal, NamedTuple

import streamlit as st

Act = Literal["stop", "cancel", "flatten"]

_ASKED, _DRAWN = "way-out-asked", "way-out-drawn"
_NUMBERS = count(1)


class Asked(NamedTuple):
    """One wish to have the review opened at ``act``; the number tells it from others."""

    number: int
    act: Act


def open_for(act: Act) -> None:
    """Have the review opened, with the button of ``act`` chosen; call it where a press is heard, in any fragment."""
    st.session_state[_ASKED] = Asked(next(_NUMBERS), act)


def due() -> bool:
    """Say whether the page has to be drawn anew, for the review was asked for since the frame was drawn."""
    return st.session_state.get(_ASKED) != st.session_state.get(_DRAWN)
