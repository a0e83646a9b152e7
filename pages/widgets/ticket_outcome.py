"""What became of the ticket on top of the pad, beside its form; once an outcome is shown, the next ticket comes up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from kucoin.desk import hints
from kucoin.desk.terms import Terms
from kucoin.desk.ticket_rules import Fault
from kucoin.model.ticket import Placement, TicketState
from pages.widgets import code_link, figures, session, ticket_confirm, ticket_pad, ticket_state, ticket_words
from pages.widgets.ticket_pad import Leaf

_SEEN, _LEAF = "ticket-outcome", "ticket-leaf-"


def top(symbol: str) -> str:
    """Return the ``client_oid`` of the ticket to write on; take note of an outcome, after which it is another one.

    Whichever tab sees an outcome first turns the leaf: the others, this one's own press among them, learn of it by the
    leaf that they wrote on.
    """
    pad, name, today = ticket_pad.pad(), session.principal().name, session.now().date()
    leaf = pad.top(name, symbol, today)
    if _settled(leaf.client_oid) is not None or _forgotten(leaf, today):
        pad.turn(name, symbol, leaf.client_oid, today)
    mine = st.session_state.get(_LEAF + symbol, leaf.client_oid)
    st.session_state[_LEAF + symbol] = top = pad.top(name, symbol, today).client_oid
    if mine != top and (placement := _settled(mine)) is not None:
        _note(placement)
    return top


def _forgotten(leaf: Leaf, today: date) -> bool:
    """Whether the desk may have let go what became of a leaf: whoever used it would be told of an order of before."""
    return leaf.day != today and standing(leaf.client_oid) is None and not ticket_confirm.is_open()


def _settled(client_oid: str) -> Placement | None:
    placement = standing(client_oid)
    return None if placement is None or placement.open else placement


def standing(client_oid: str) -> Placement | None:
    """Return the order that the ticket on top became, None while it is none."""
    return session.desk().trading.placement(client_oid)


def waits(client_oid: str) -> str:
    """Return why this very ticket cannot be sent: it was, and its outcome is awaited. Empty where it was not."""
    placement = standing(client_oid)
    if placement is None:
        return ""
    sent = placement.state is TicketState.SENT
    return "This ticket is being sent." if sent else "This ticket was sent and is being looked up."


def show(symbol: str, client_oid: str, terms: Terms, usual: str, limited: str) -> None:
    """Draw the line about the last order of this symbol that was placed from here; ``usual`` where there was none.

    Above it stands which limit the order that is being written would pass: ``limited``, empty where none.
    """
    placement = standing(client_oid) or session.desk().trading.placement(st.session_state.get(_SEEN) or "")
    with st.container(key="ticket-outcome", gap="xsmall"):
        if limited:
            st.caption(f":yellow[{figures.plain(limited)}]")
        if placement is None or placement.ticket.symbol != symbol:
            st.caption(figures.plain(usual))
            return
        st.caption(line(placement, terms))
        if placement.state is TicketState.UNKNOWN and placement.ticket.client_oid == client_oid:
            st.button("Write another ticket", key="another-ticket", on_click=_another, args=(client_oid, symbol))


def line(placement: Placement, terms: Terms) -> str:
    """Return the outcome as one line of Markdown."""
    # What is open by now is not what a closing order closed.
    deed = figures.plain(ticket_words.deed(placement.ticket, replace(terms, positions=None)))
    took = "" if placement.took is None else f" {figures.plain(_took(placement.took))}."
    words = figures.plain(placement.words)
    match placement.state:
        case TicketState.SENT:
            return f"**Sent:** {deed}."
        case TicketState.ACCEPTED:
            return f"**Accepted:** {deed}.{took}"
        case TicketState.REFUSED:
            code = (
                f" ([KuCoin code {figures.plain(placement.code)}]({code_link.address(placement.code)}))"
                if placement.code
                else ""
            )
            return f":yellow[**Refused:**] {deed}. “{words}”{code}{took}"
        case TicketState.UNKNOWN:
            known = "needs a decision, see Sent today" if placement.undecided else "being looked up, not sent again"
            return f":yellow[**Unknown, {known}:**] {deed}. {words}"
        case TicketState.NOT_SENT:
            return f":yellow[**Not sent:**] {deed}. {words}"
    return f":yellow[**Never arrived:**] {deed}. {words}"


def _note(placement: Placement) -> None:
    """Keep the outcome on the page; a refusal is said beside its field, and what was taken leaves no size behind."""
    ticket = placement.ticket
    st.session_state[_SEEN] = ticket.client_oid
    if placement.state is TicketState.ACCEPTED:
        ticket_state.emptied()
    elif placement.state is TicketState.REFUSED:
        found = hints.hint(placement.code, placement.words, futures=ticket.futures)
        if found is not None and found.field is not None:
            ticket_state.refuse((Fault(found.field, found.text),))


def _another(client_oid: str, symbol: str) -> None:
    ticket_pad.pad().turn(session.principal().name, symbol, client_oid, session.now().date())
    ticket_state.emptied()
    st.session_state[_SEEN] = client_oid


def _took(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms from press to answer" if seconds < 1 else f"{seconds:.1f} s from press to answer"
