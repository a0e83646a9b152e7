"""Position mode, margin mode and leverage as the account has them, and what of it can be changed from the ticket."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from kucoin.desk.terms import Terms
from kucoin.errors import KucoinError
from kucoin.model.order import MarginMode
from kucoin.model.position import PositionMode
from pages.widgets import figures, session, ticket_state, ticket_words

_SAID = "ticket-modes-said"
_NAMES = {PositionMode.ONE_WAY: "one-way mode", PositionMode.HEDGE: "hedge mode"}


def badges(terms: Terms) -> None:
    """Draw the modes beside the heading, with the age of their reading."""
    if not terms.rules.futures:
        return
    position_mode = terms.position_mode
    st.badge(_NAMES[position_mode] if position_mode else "position mode unknown", color="gray")
    leverage = chosen(terms)
    st.badge(figures.plain(ticket_words.margin(terms.margin_mode, leverage)), color="gray")
    st.caption(figures.plain(_age(terms)), width="content")


def chosen(terms: Terms) -> Decimal | None:
    """Return the leverage that an opening order would have."""
    typed = ticket_state.draft(terms.rules).leverage
    if terms.margin_mode is MarginMode.ISOLATED and typed is not None:
        return Decimal(typed)
    return terms.leverage


def change(terms: Terms) -> None:
    """Draw what opens the choices of margin mode and leverage."""
    if not terms.rules.futures or terms.contract is None:
        return
    with st.popover("Margin and leverage", key="modes", width="content"):
        if terms.margin_mode is None:
            st.caption("The account's modes are being read.")
            return
        _margin(terms, terms.margin_mode)
        _leverage(terms, terms.margin_mode)
        for words in filter(None, (session.desk().terms.changes(terms.symbol), st.session_state.get(_SAID))):
            st.caption(figures.plain(words))
        st.caption("Hedge and one-way mode hold for the whole account; they are changed at KuCoin.")


def _age(terms: Terms) -> str:
    if problem := terms.problems.get("modes"):
        return f"not read: {problem}"
    seconds = figures.seconds_since(terms.modes_at, session.now())
    return "being read" if seconds is None else f"read from the account {figures.age(seconds)} ago"


def _margin(terms: Terms, mode: MarginMode) -> None:
    contract = terms.contract
    only = contract is not None and contract.supports_cross is False
    name = "ticket-margin-choice"
    if st.session_state.get(name) not in tuple(MarginMode):
        st.session_state[name] = mode
    wanted = st.segmented_control(
        "Margin mode",
        tuple(MarginMode),
        required=True,
        key=name,
        format_func=lambda each: each.capitalize(),
        disabled=only,
        help="This contract is traded on isolated margin alone." if only else None,
        width="stretch",
    )
    if wanted is not None and wanted is not mode:
        st.button(
            f"Switch {figures.plain(terms.symbol)} to {wanted.lower()} margin",
            key="set-margin",
            on_click=_set_margin,
            args=(terms.symbol, wanted),
            width="stretch",
        )


def _leverage(terms: Terms, mode: MarginMode) -> None:
    contract = terms.contract
    most = contract.max_leverage if contract is not None else None
    if not most:
        return
    isolated = mode is MarginMode.ISOLATED
    field = ticket_state.key("leverage", terms.symbol) if isolated else f"ticket-cross-leverage-{terms.symbol}"
    wanted = st.number_input(
        f"Leverage, up to {most}×",
        min_value=1,
        max_value=most,
        value=None,
        step=1,
        key=field,
        persist_state="session",
        placeholder="not chosen" if terms.leverage is None else figures.exact(terms.leverage),
        help="Of the next opening order." if isolated else "Of every order and position on cross margin here.",
    )
    if not isolated and wanted is not None and Decimal(wanted) != terms.leverage:
        st.button(
            f"Set {figures.plain(terms.symbol)} to {wanted}×",
            key="set-leverage",
            on_click=_set_leverage,
            args=(terms.symbol, Decimal(wanted)),
            width="stretch",
        )


def _set_margin(symbol: str, mode: MarginMode) -> None:
    try:
        session.desk().terms.set_margin_mode(symbol, mode, session.principal())
    except KucoinError as error:
        st.session_state[_SAID] = str(error)
    else:
        st.session_state[_SAID] = ""


def _set_leverage(symbol: str, leverage: Decimal) -> None:
    try:
        session.desk().terms.set_leverage(symbol, leverage, session.principal())
    except KucoinError as error:
        st.session_state[_SAID] = str(error)
    else:
        st.session_state[_SAID] = ""
