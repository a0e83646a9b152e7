"""The keys of the order ticket: which there are, whether they are on, and that holding one down acts once."""

from __future__ import annotations

from functools import partial

import streamlit as st

from kucoin.desk.rules import Rules
from kucoin.model.order import Side
from pages.widgets import ticket_size, ticket_state
from pages.widgets.live import live
from pages.widgets.ticket_draft import Kind

SIDES = {Side.BUY: "B", Side.SELL: "S"}
_ON, _KEYBOARD = "ticket-keys", "ticket-keyboard"
_MAP = (
    ("B, S", "open the confirmation of a buy or a sell, which sends nothing"),
    ("L, M", "limit, market"),
    ("P, D", "post-only, reduce-only"),
    ("+", "adds the smaller preset to the size"),
    ("Tab, Enter", "go from field to field, and take a figure over"),
    ("Enter", "sends the order on the focused button of the confirmation, and nowhere else"),
    ("Esc", "closes the confirmation"),
)
_KINDS = {"l": Kind.LIMIT, "m": Kind.MARKET}
_TOGGLES = {"p": "post_only", "d": "reduce_only"}


def on() -> bool:
    """Say whether single keys do anything."""
    return bool(st.session_state.get(_ON, True))


def show(rules: Rules | None) -> None:
    """Draw the map of keys with its switch, and have repeats of a held key ignored."""
    with st.popover("Keys", key="keys", width="content"):
        st.session_state.setdefault(_ON, True)
        st.toggle("Single keys act", key=_ON, persist_state="session")
        for names, meaning in _MAP:
            st.markdown(f"**{names}** {meaning}")
    live.KEYS(
        key=_KEYBOARD,
        data={"keys": [*_KINDS, *_TOGGLES, "+"] if on() else []},
        on_pressed_change=partial(_heard, rules),
    )


def _heard(rules: Rules | None) -> None:
    """Do what a key stands for; none of them opens risk."""
    if rules is None or not on():
        return
    key = st.session_state[_KEYBOARD].get("pressed")
    draft = ticket_state.draft(rules)
    if key in _KINDS:
        ticket_state.put("kind", rules.symbol, _KINDS[key])
    elif key in _TOGGLES:
        ticket_state.put(_TOGGLES[key], rules.symbol, not getattr(draft, _TOGGLES[key]))
    elif key == "+":
        ticket_size.add_preset(rules.symbol)
