"""The order ticket: left what is asked for, right what it does, and two buttons that never move."""

from __future__ import annotations

import streamlit as st

from kucoin.desk.rules import Rules
from kucoin.desk.terms import Terms
from kucoin.model.order import Side
from pages.widgets import (
    figures,
    privacy,
    session,
    ticket_confirm,
    ticket_draft,
    ticket_form,
    ticket_keys,
    ticket_modes,
    ticket_outcome,
    ticket_preview,
    ticket_state,
    ticket_strip,
    ticket_transfer,
    ticket_words,
)
from pages.widgets.ticket_draft import Draft, Written

CHECK = "ticket-check-first"
_READING = "What KuCoin takes for this symbol is being read."
_MODES = "The account's margin and position mode are being read; until then no order could be right."
_CLOSED = "KuCoin takes no orders for this symbol now."


def show(rules: Rules) -> None:
    """Draw the ticket for a symbol; called again and again by the page's fragment."""
    symbol = rules.symbol
    ticket_state.begin(symbol)
    if privacy.on():
        st.header("Ticket", anchor=False)
        privacy.leave_first("write a ticket")
        return
    terms = session.desk().terms.of(symbol)
    if terms is None:
        st.header("Ticket", anchor=False)
        st.caption(_READING)
        st.skeleton(height=420)
        return
    client_oid = ticket_outcome.top(symbol)
    draft, side = ticket_state.draft(rules), ticket_state.side(symbol)
    with st.container(horizontal=True, vertical_alignment="center", key="bar-ticket"):
        st.header("Ticket", anchor=False, width="content")
        ticket_modes.badges(terms)
        st.space("stretch")
        ticket_transfer.show(draft, terms, side)
        ticket_modes.change(terms)
    if barred := closed(terms, draft):
        st.warning(figures.plain(barred))
    shut = barred or ticket_outcome.waits(client_oid)
    written = ticket_draft.write(draft, side, client_oid, terms)
    with st.container(key="ticket-halves"):
        with st.container(key="ticket-asks"):
            ticket_form.show(draft, terms, side, _said(written, side))
            ticket_strip.show(terms)
        with st.container(key="ticket-does"):
            _preview(written, terms, side)
            st.toggle("Check first at KuCoin", key=CHECK, persist_state="session", help=_CHECK_HELP)
            _buttons(draft, terms, shut)
            limited = session.desk().risk.refusal(written.ticket) if written.ticket else None
            ticket_outcome.show(symbol, client_oid, terms, shut or _usual(draft, terms), str(limited or ""))


_CHECK_HELP = "The order is first sent to KuCoin's own check, which places nothing, and its refusal is shown."


def closed(terms: Terms, draft: Draft) -> str:
    """Return why no order like this can be placed now, empty where one can; what only reduces passes every switch."""
    trading = session.desk().trading
    reduces = terms.rules.futures and (draft.close or draft.reduce_only)
    gate = trading.ready() if reduces else trading.state()
    if not gate.open:
        return gate.reason
    if not terms.rules.trading:
        return _CLOSED
    if terms.rules.futures and (terms.margin_mode is None or terms.position_mode is None):
        problem = terms.problems.get("modes")
        return f"The account's modes were not read: {problem}" if problem else _MODES
    return ""


def _said(written: Written, side: Side) -> dict[str, str]:
    """Return what stands below each field: why there was no order at the last press, or what was changed."""
    said = {fault.field: fault.text for fault in written.remarks}
    said.update({field: text for field, text in ticket_state.remarks().items() if text})
    said.update({fault.field: fault.text for fault in ticket_draft.for_side(ticket_state.faults(), side)})
    return said


def _preview(written: Written, terms: Terms, side: Side) -> None:
    st.segmented_control(
        "Side that is shown",
        tuple(Side),
        required=True,
        format_func=str.capitalize,
        key=ticket_state.seat(ticket_state.SIDE, terms.symbol, side),
        persist_state="page",
        label_visibility="collapsed",
        width="stretch",
    )
    preview = session.desk().preview(written.ticket) if written.ticket else None
    ticket_preview.show(preview, terms, futures=terms.rules.futures)


def _buttons(draft: Draft, terms: Terms, shut: str) -> None:
    keyed = ticket_keys.on()
    with st.container(horizontal=True, gap="small", key="ticket-buttons"):
        for side in Side:
            no_position = draft.close and ticket_draft.closing(side, terms) is None
            with st.container(key=f"act-{side}"):
                st.button(
                    figures.plain(label(draft, side, terms)),
                    key=f"ticket-{side}",
                    width="stretch",
                    disabled=bool(shut) or no_position,
                    shortcut=ticket_keys.SIDES[side] if keyed else None,
                    on_click=_press,
                    args=(terms.symbol, side),
                )


def _usual(draft: Draft, terms: Terms) -> str:
    """Return what is said below the buttons where nothing was sent: why there is nothing to close, or what follows."""
    if draft.close and all(ticket_draft.closing(side, terms) is None for side in Side):
        return f"No position on {terms.symbol} is open that could be closed."
    return "A confirmation follows; nothing is sent before."


def label(draft: Draft, side: Side, terms: Terms) -> str:
    """Return what a button says: its verb and the quantity."""
    verb = side.capitalize()
    if draft.close:
        lots = ticket_draft.closing(side, terms)
        return f"Close {'long' if side is Side.SELL else 'short'} {figures.UNKNOWN if lots is None else f'{lots:,}'}"
    if not terms.rules.futures and draft.unit == "quote" and not draft.limited:
        return f"{verb} for {draft.size.strip() or figures.UNKNOWN} {terms.rules.quote}"
    snapped = ticket_draft.size_of(draft, side, terms)
    if snapped is None:
        return verb
    return f"{verb} {ticket_words.size(snapped.value, terms.rules).removesuffix('s').removesuffix(' contract')}"


def _press(symbol: str, side: Side) -> None:
    """Open the confirmation, or say beside the fields why there is nothing to confirm. Sends nothing."""
    terms = session.desk().terms.of(symbol)
    if terms is None or ticket_confirm.is_open() or privacy.on():
        return
    client_oid = ticket_outcome.top(symbol)
    draft = ticket_state.draft(terms.rules)
    if closed(terms, draft) or ticket_outcome.waits(client_oid):
        return
    st.session_state[ticket_state.key(ticket_state.SIDE, symbol)] = side
    written = ticket_draft.write(draft, side, client_oid, terms)
    if written.ticket is None or written.faults:
        ticket_state.refuse(written.faults)
        return
    ticket_state.settle()
    ticket_confirm.open_for(written.ticket, side, terms, check=bool(st.session_state.get(CHECK)))
