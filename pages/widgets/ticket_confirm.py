"""The confirmation: what the order is in one line, on the price of now, with one button that says what it does.

The page only hands over: the ticket has its ``client_oid`` from before the dialog opened, so however often the button
is pressed, in however many tabs, the desk sends it once.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from itertools import count

import streamlit as st

from kucoin.desk import ticket_rules
from kucoin.desk.preview import CautionKind, Preview
from kucoin.desk.terms import Terms
from kucoin.errors import KucoinError
from kucoin.model.order import Side
from kucoin.model.ticket import FuturesTicket, Placement, Ticket, TicketState
from pages.widgets import code_link, figures, mishap, palette, privacy, session, ticket_words

_ASKED, _DRAWN = "ticket-asked", "ticket-asked-drawn"
_PACE = 0.5  # s between two looks at the price and at what became of the order
_NUMBERS = count()
_WORSE = Decimal("1.25")  # times the slippage that was agreed to, from which it is asked about again
_ASKING = "KuCoin is being asked whether it would take it."


@dataclass(frozen=True, slots=True)
class Asked:
    """A ticket that waits for its confirmation.

    Attributes:
        side: Of the button that opened it; a closing order has none of its own.
        best: The best price on the other side at that moment.
        number: Tells one opening from another, so that no tick of an earlier one counts.
        check: Under which id the exchange was asked about it beforehand; None where it was not. An id of its own, since
            a ticket that was changed meanwhile keeps its id.
        pressed: Whether the desk was given it.
        refused: Why it was not; empty where it was.
    """

    ticket: Ticket
    side: Side
    best: Decimal | None
    number: int
    check: str | None
    pressed: bool = False
    refused: str = ""


def open_for(ticket: Ticket, side: Side, terms: Terms, *, check: bool) -> None:
    """Have the confirmation drawn for ``ticket``; ``check`` asks the exchange first."""
    best = terms.bid if side is Side.SELL else terms.ask
    asked_as = uuid.uuid4().hex if check else None
    st.session_state[_ASKED] = Asked(ticket, side, best, next(_NUMBERS), asked_as)
    if asked_as is None:
        return
    try:
        session.desk().trading.check(_renamed(ticket, asked_as), session.principal())
    except KucoinError as error:
        _change(refused=str(error))


def show(symbol: str | None) -> None:
    """Draw the dialog while there is something to confirm; called from the page, outside of its fragments.

    What was asked of another symbol than the page shows by now, as after a way back, is not asked any more, nor is
    anything while amounts are hidden.
    """
    asked = _asked()
    if asked is not None and (asked.ticket.symbol != symbol or privacy.on()):
        close()
        asked = None
    st.session_state[_DRAWN] = asked and asked.number
    if asked is None:
        return
    terms = session.desk().terms.of(asked.ticket.symbol)
    if terms is None:
        close()
        return
    title = figures.plain(ticket_words.deed(asked.ticket, terms))
    st.dialog(title, width="small", on_dismiss=close)(_body)()


def due() -> bool:
    """Say whether the page has to be drawn anew, for there is something to confirm that was not there then."""
    asked = _asked()
    return asked is not None and asked.number != st.session_state.get(_DRAWN)


def is_open() -> bool:
    """Say whether a confirmation is on the page."""
    return _asked() is not None


def close() -> None:
    """Take the confirmation away; an order that was handed over goes on."""
    st.session_state.pop(_ASKED, None)


def _asked() -> Asked | None:
    found = st.session_state.get(_ASKED)
    return found if isinstance(found, Asked) else None


def _renamed(ticket: Ticket, client_oid: str) -> Ticket:
    if isinstance(ticket, FuturesTicket):
        return replace(ticket, order=replace(ticket.order, client_oid=client_oid))
    return replace(ticket, order=replace(ticket.order, client_oid=client_oid))


def _change(**changes: object) -> None:
    asked = _asked()
    if asked is not None:
        st.session_state[_ASKED] = replace(asked, **changes)  # type: ignore[arg-type]  # named by the callers above


@st.fragment(run_every=_PACE)
def _body() -> None:
    with mishap.contained("The confirmation"):
        _draw()


def _draw() -> None:
    asked, desk = _asked(), session.desk()
    if asked is None:
        st.rerun()
    placement = desk.trading.placement(asked.ticket.client_oid) if asked.pressed else None
    if placement is not None and not placement.open:
        close()
        st.rerun()
    terms = desk.terms.of(asked.ticket.symbol)
    if terms is None:
        st.warning("What is known of this symbol was lost; go back to the ticket.")
        return
    preview = desk.preview(asked.ticket)
    with st.container(horizontal=True, gap="xsmall", key="confirm-badges"):
        _badges(asked, terms)
    st.markdown(_line(asked, terms, preview))
    places = terms.rules.price_decimals
    now = terms.bid if asked.side is Side.SELL else terms.ask
    age = "Book not read" if preview.book_age is None else f"Book {figures.age(preview.book_age)} old"
    st.caption(f"{age}. {figures.plain(ticket_words.moved(asked.best, now, asked.side, places))}")
    reason = _limited(asked) or _ticks(asked, preview) or _checked(asked)
    _buttons(asked, terms, placement, reason)


def _badges(asked: Asked, terms: Terms) -> None:
    mode = session.desk().mode
    st.badge(mode.capitalize(), color="violet" if mode == "practice" else "primary")
    hues = palette.words()
    st.badge(asked.side.capitalize(), color=hues.loss if asked.side is Side.SELL else hues.gain)
    for mark in ticket_words.badges(asked.ticket, terms):
        st.badge(figures.plain(mark), color="gray")


def _line(asked: Asked, terms: Terms, preview: Preview) -> str:
    """Return what the order is and the worst that can come of it, as Markdown."""
    text = figures.plain(ticket_words.sentence(asked.ticket, terms, preview))
    worst = ticket_words.worst(preview)
    if worst is None:
        return f"{text} {figures.plain(ticket_words.unbounded(asked.ticket, terms, preview))}"
    lost = preview.worst is not None and preview.worst.amount < 0
    return f"{text} :{palette.words().loss}[{figures.plain(worst)}]" if lost else f"{text} {figures.plain(worst)}"


def cautions(ticket: Ticket, preview: Preview, placements: Sequence[Placement]) -> list[tuple[str, str]]:
    """Return what has to be agreed to, each with its kind: what the preview warns of, and what is still unknown."""
    found = [(str(each.kind), each.text) for each in preview.cautions]
    waiting = sum(
        each.state is TicketState.UNKNOWN
        and each.ticket.symbol == ticket.symbol
        and each.ticket.client_oid != ticket.client_oid
        for each in placements
    )
    if waiting:
        many = "Another order" if waiting == 1 else f"{waiting} other orders"
        verb = "is" if waiting == 1 else "are"
        found.append(("waiting", f"{many} on {ticket.symbol} may have arrived and {verb} being looked up."))
    return found


def _tick(asked: Asked, kind: str) -> str:
    """Return where the tick of a caution stands; one that was asked for again has another place."""
    return f"ticket-caution-{asked.number}-{kind}-{st.session_state.get(_again(asked, kind), 0)}"


def _again(asked: Asked, kind: str) -> str:
    return f"ticket-caution-again-{asked.number}-{kind}"


def _agreed(asked: Asked, kind: str, preview: Preview) -> bool:
    """Say whether a caution is agreed to: a slippage that grew by a quarter since its tick is another one."""
    tick = _tick(asked, kind)
    if not st.session_state.get(tick):
        return False
    if kind != CautionKind.SLIPPAGE or preview.slippage_ratio is None:
        return True
    first = st.session_state.setdefault(f"{tick}-at", preview.slippage_ratio)
    if preview.slippage_ratio <= first * _WORSE:
        return True
    st.session_state[_again(asked, kind)] = st.session_state.get(_again(asked, kind), 0) + 1
    return False


def _ticks(asked: Asked, preview: Preview) -> str | None:
    """Draw a tick for each caution; return why the button is dead, None where all of them are set."""
    if asked.pressed:
        return None
    if preview.problem:
        st.warning(figures.plain(preview.problem))
        return "Nothing would come of it: go back to the ticket and change it."
    missing = None
    for kind, text in cautions(asked.ticket, preview, session.desk().trading.placements()):
        agreed = _agreed(asked, kind, preview)
        st.checkbox(f":yellow[{figures.plain(text)}]", key=_tick(asked, kind))
        if not agreed:
            missing = "Tick what stands above first."
    return missing


def _limited(asked: Asked) -> str | None:
    """Say which limit it would pass; return why the button is dead, None where it passes none."""
    passed = None if asked.pressed else session.desk().risk.refusal(asked.ticket)
    if passed is None:
        return None
    st.warning(figures.plain(str(passed)))
    return "A limit forbids it: go back to the ticket and change it."


def _checked(asked: Asked) -> str | None:
    """Say what the exchange says of the ticket beforehand; return why the button is dead, None where it is not."""
    if asked.check is None or asked.pressed or asked.refused:
        return None
    found = session.desk().trading.checked(asked.check)
    match found.state if found else "asking":
        case "asking":
            return _ASKING
        case "fine":
            st.caption("Checked: KuCoin would take it.")
        case "refused":
            st.warning(code_link.plain(f"KuCoin would refuse it: {found.words if found else ''}"))
            return "It would be refused: go back to the ticket and change it."
        case "none":
            st.caption("KuCoin has no check for this kind of order.")
        case _:
            st.caption("KuCoin gave no readable answer to the check; nothing was placed.")
    return None


def _buttons(asked: Asked, terms: Terms, placement: Placement | None, reason: str | None) -> None:
    deed = figures.plain(ticket_words.deed(asked.ticket, terms))
    left, right = st.columns([5, 7], gap="small")
    with left:
        st.button("Back to the ticket", key="confirm-back", width="stretch", on_click=close)
    with right, st.container(key=f"act-{asked.side}-confirm"):
        st.button(
            deed,
            key="confirm-press",
            width="stretch",
            disabled=asked.pressed or reason is not None,
            on_click=partial(press, asked.number),
        )
    if asked.refused:
        st.warning(code_link.plain(asked.refused))
    st.caption(figures.plain(_state(asked, placement, reason)))


def _state(asked: Asked, placement: Placement | None, reason: str | None) -> str:
    if placement is not None and placement.state is TicketState.UNKNOWN:
        return f"Unknown, being looked up: {placement.words} Nothing will be sent again."
    if asked.pressed:
        return "Sent. The button stays dead until the outcome is known."
    return reason or "After the press this button is dead until the outcome is known."


def press(number: int) -> None:
    """Hand the ticket over if it is still the one that was read, on prices that were agreed to; returns at once."""
    asked, desk = _asked(), session.desk()
    if asked is None or asked.number != number or asked.pressed or privacy.on():
        return
    terms = desk.terms.of(asked.ticket.symbol)
    if terms is None:
        return
    faults = ticket_rules.faults(asked.ticket, terms)
    preview = desk.preview(asked.ticket)
    if faults or preview.problem:
        _change(refused=f"Not sent: {faults[0].text if faults else preview.problem}")
        return
    for kind, text in cautions(asked.ticket, preview, desk.trading.placements()):
        if not _agreed(asked, kind, preview):
            _change(refused=f"Not sent. This came up meanwhile: {text}")
            return
    try:
        placement = desk.trading.place(asked.ticket, session.principal())
    except KucoinError as error:
        _change(refused=f"Not sent: {error}")
        return
    if placement.ticket != asked.ticket:
        was = ticket_words.deed(placement.ticket, terms)
        _change(refused=f"Not sent: this ticket was used up in another tab meanwhile, for “{was}”.")
        return
    _change(pressed=True, refused="")
