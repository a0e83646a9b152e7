"""What new risk is held to, as somebody sets it: a field for each limit, and what came of setting them."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

import streamlit as st

from kucoin.desk import ticket_rules
from kucoin.desk.desk import Desk
from kucoin.errors import InvalidRequest, KucoinError
from kucoin.model.limits import Limits, RiskView
from kucoin.web import limit_words
from pages.widgets import figures, privacy, session

_SEED, _SAID = "limits-seed", "limits-said"
_SYMBOLS = "symbols"
_COUNTS = {"open_orders", "orders_per_minute"}
_HELP = {
    "order_value": "What one order may be worth.",
    "daily_value": "What all orders since 00:00 UTC may be worth together; refused ones do not count.",
    "leverage": "Of a futures order.",
    "open_orders": "In the market or waiting for a price, the new one included.",
    "price_distance": "How far a limit price may be from the mark price, on spot from the last one.",
    "orders_per_minute": "Handed over within 60 s, the new one included.",
    "daily_loss": "Realised since 00:00 UTC and what open positions stand at, together, on futures.",
}


def show(desk: Desk) -> None:
    """Draw the form; call it outside of any fragment."""
    view = desk.risk.view()
    st.header("Set limits", anchor=False)
    if privacy.leave_first("set limits"):
        return
    st.caption(f"An empty field is no limit. What only reduces a position passes all of them. {_since(view)}")
    if view.limits is None:
        st.warning(
            figures.plain(f"The limits are not known, so every order that opens risk is refused: {view.problem}")
        )
    if st.session_state.get(_SEED) is None or _key(_SYMBOLS) not in st.session_state:  # which another page takes away
        _fill(view.limits or Limits())
    with st.form("limits", border=False):
        with st.container(key="limits-fields"):
            for name, label in limit_words.LABELS.items():
                unit = limit_words.UNITS.get(name)
                st.text_input(
                    f"{label}, {unit}" if unit else label,
                    key=_key(name),
                    placeholder="no limit",
                    help=_HELP[name],
                    max_chars=20,
                )
        st.text_input(
            "Only these symbols", key=_key(_SYMBOLS), placeholder="all", help="Parted by commas: BTC-USDT, XBTUSDTM."
        )
        st.form_submit_button("Set limits", key="limits-set", on_click=_set)
    if said := st.session_state.get(_SAID):
        st.caption(said)


def _since(view: RiskView) -> str:
    if view.set_at is None:
        return "Nobody set them yet: these are the usual ones."
    return figures.plain(f"Set by {view.set_by} on {view.set_at:%Y-%m-%d %H:%M:%S} UTC.")


def read(texts: dict[str, str]) -> Limits:
    """Return the limits that somebody typed, by their fields; ``price_distance`` in percent.

    Raises:
        InvalidRequest: One of them is none; the text names it.
    """
    found: dict[str, Decimal | int] = {}
    for name, label in limit_words.LABELS.items():
        if not (text := texts.get(name, "").strip()):
            continue
        try:
            value = ticket_rules.typed(text)
        except InvalidRequest as error:
            raise InvalidRequest(f"{label}: {error}") from None
        if name in _COUNTS and value % 1:
            raise InvalidRequest(f"{label}: {text!r} is no whole number")
        found[name] = int(value) if name in _COUNTS else value / 100 if name == "price_distance" else value
    symbols = texts.get(_SYMBOLS, "").upper().replace(",", " ").split()
    return Limits(**found, symbols=tuple(dict.fromkeys(symbols)))  # type: ignore[arg-type]  # by the fields' names


def written(name: str, value: Decimal) -> str:
    """Return a limit as it is typed: every digit, for what stands in a field is what is set again."""
    return figures.exact((value * 100 if name == "price_distance" else value).normalize())


def _key(name: str) -> str:
    return f"limits-{name.replace('_', '-')}"


def _fill(limits: Limits) -> None:
    """Write the limits that hold into the fields, and remember them as what the next change is made to."""
    st.session_state[_SEED] = limits
    for name in limit_words.LABELS:
        value = getattr(limits, name)
        st.session_state[_key(name)] = "" if value is None else written(name, Decimal(value))
    st.session_state[_key(_SYMBOLS)] = ", ".join(limits.symbols)


def _set() -> None:
    """Set what stands in the fields, unless somebody else set the limits since they were filled."""
    if privacy.on():
        return
    desk = session.desk()
    names = [each.name for each in fields(Limits)]
    texts = {name: st.session_state.get(_key(name)) or "" for name in names}
    present = desk.risk.view().limits
    if present is not None and present != st.session_state[_SEED]:
        _fill(present)
        st.session_state[_SAID] = ":yellow[Not set: the limits were changed meanwhile, and stand in the fields now.]"
        return
    try:
        wanted = read(texts)
        desk.risk.set(wanted, session.principal())
    except KucoinError as error:
        st.session_state[_SAID] = f":yellow[{figures.plain(f'Not set: {error}.')}]"
        return
    _fill(wanted)
    st.session_state[_SAID] = "Set."
