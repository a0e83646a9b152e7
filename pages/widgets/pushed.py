"""How a component is put on the push socket: with the session's ticket, or fed by the script where no socket works.

The components do their own work from then on; no script runs for a tick. They ask the script for two things: another
ticket (``renew``), and to serve them itself (``blocked``), which the page's fragment then does at its own pace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from kucoin.errors import InvalidRequest
from pages.widgets import privacy, session

Frame = dict[str, Any]

_BLOCKED = "socket-blocked"


def blocked() -> bool:
    """Say whether this session's browser gets no socket through."""
    return bool(st.session_state.get(_BLOCKED))


def show(
    component: Callable[..., Any],
    panel: str,
    *,
    key: str,
    on: Mapping[str, Callable[[], None]] | None = None,
    answers: Sequence[Frame] = (),
    **data: Any,
) -> Any:
    """Mount ``component`` for ``panel`` (``tape:BTC-USDT``) and return its result; with privacy on, for the veiled one.

    Args:
        on: What to call, before the script runs, for each name that the component may tell.
        answers: What it asked the script for because no socket gets through, as frames; each is brought once.
        data: What else the component needs to know.
    """
    panel = privacy.named(panel)
    given = {
        "socket": session.entry(),
        "panel": panel,
        "frames": [*frames(panel), *answers] if blocked() else None,
        **data,
    }
    calls = {f"on_{name}_change": call for name, call in (on or {}).items()}
    return component(key=key, data=given, on_renew_change=_renew, on_blocked_change=partial(_note, key), **calls)


def frames(panel: str) -> list[Frame]:
    """Return what the socket would say of ``panel`` first, for whoever brings it in its place."""
    panel = privacy.named(panel)
    try:
        full, fresh = session.live().glance(panel)
    except InvalidRequest as error:
        return [{"panel": panel, "trouble": str(error)}]
    return [{"panel": panel, "full": full}, {"fresh": {panel: list(fresh)}}]


def _renew() -> None:
    """The script runs, which is all that is asked for: the session's ticket is looked up anew."""


def _note(key: str) -> None:
    said = st.session_state[key].get("blocked")
    if said is not None:
        st.session_state[_BLOCKED] = said
