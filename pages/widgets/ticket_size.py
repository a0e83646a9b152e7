"""The size of an order: typed in one unit and shown in the others, with presets that add and shares of what is free."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from functools import partial

import streamlit as st

from kucoin.decimals import ONE, ZERO, plain
from kucoin.desk import ticket_rules
from kucoin.desk.terms import Terms
from kucoin.desk.ticket_rules import Snapped, Unit
from kucoin.errors import InvalidRequest
from kucoin.model.order import Side
from pages.widgets import figures, session, ticket_draft, ticket_state, ticket_words
from pages.widgets.ticket_draft import Draft

_FINE = Decimal("1e-12")
_SHARES = (Decimal("0.25"), Decimal("0.5"), ONE)


def show(draft: Draft, terms: Terms, side: Side) -> None:
    """Draw the field, its unit, the size in the other units, presets and shares."""
    symbol, rules = terms.symbol, terms.rules
    most = affordable(ONE, draft, terms, side)
    with st.container(key="field-size", gap=None):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.caption("Size", width="content")
            st.space("stretch")
            st.caption(figures.plain(_available(most, terms, side)), width="content")
        with st.container(horizontal=True, gap="xsmall"):
            st.text_input(
                "Size",
                key=ticket_state.seat("size", symbol, draft.size),
                max_chars=40,
                label_visibility="collapsed",
                on_change=_snap,
                args=(symbol,),
                width="stretch",
            )
            names = {"lots": "Contr.", "base": rules.base, "quote": rules.quote}
            st.segmented_control(
                "Unit of the size",
                ticket_state.units(rules),
                required=True,
                format_func=lambda unit: figures.plain(names[unit]),
                key=ticket_state.seat("unit", symbol, draft.unit),
                persist_state="session",
                label_visibility="collapsed",
                on_change=partial(_convert, symbol, draft.unit),
            )
        st.caption(figures.plain(others(draft, terms, side)))
    with st.container(horizontal=True, gap="xsmall", key="pills-size"):
        for number, step in enumerate(ticket_draft.presets(draft.unit, terms)):
            st.button(f"+{figures.exact(step)}", key=f"add-{number}", on_click=_add, args=(symbol, step))
        for part in _SHARES:
            st.button(
                ticket_words.share(part),
                key=f"share-{plain(part)}",
                disabled=not most.value,
                help=figures.plain(most.remark) or None,
                on_click=_take,
                args=(symbol, part),
            )
        st.button("Clear", key="clear-size", on_click=_write, args=(symbol, ""))


def affordable(part: Decimal, draft: Draft, terms: Terms, side: Side) -> Snapped:
    """Return what a share of the free money pays for, after fees, in lots or coins: 0 with the reason where nothing."""
    return ticket_rules.affordable(
        part,
        terms,
        side=side,
        price=ticket_draft.dearest(draft, side, terms),
        purse=ticket_draft.purse(draft, terms),
        leverage=None if draft.leverage is None else Decimal(draft.leverage),
        reduce_only=draft.reduce_only,
        position_side=ticket_draft.position_side(draft, side, terms),
        at_market=not draft.limited,
    )


def others(draft: Draft, terms: Terms, side: Side) -> str:
    """Return the size in the units that it was not typed in: ``≈ 0.250 BTC ≈ 21,778.50 USDT``."""
    rules = terms.rules
    snapped = ticket_draft.size_of(draft, side, terms)
    if snapped is None:
        return figures.UNKNOWN
    found = ticket_rules.sizes(snapped.value, ticket_draft.reference(draft, side, terms), terms)
    named = {
        "lots": ticket_words.size(found.lots, rules) if rules.futures else "",
        "base": "" if found.coins is None else f"{figures.amount(found.coins)} {rules.base}",
        "quote": "" if found.value is None else f"{figures.money(found.value, rules.quote)} {rules.quote}",
    }
    return " ".join(f"≈ {text}" for unit, text in named.items() if text and unit != draft.unit) or figures.UNKNOWN


def _available(most: Snapped, terms: Terms, side: Side) -> str:
    return f"{ticket_words.size(most.value, terms.rules)} available to {side}" if most.value else most.remark


def _snap(symbol: str) -> None:
    """Bring what was typed to the lot, and have it said."""
    desk = session.desk()
    terms = desk.terms.of(symbol)
    ticket_state.remark("size", "")
    if terms is None:
        return
    draft = ticket_state.draft(terms.rules)
    if not draft.size.strip():
        return
    try:
        ticket_rules.typed(draft.size)
    except InvalidRequest as error:
        ticket_state.remark("size", str(error))
        return
    snapped = ticket_draft.size_of(draft, ticket_state.side(symbol), terms)
    if snapped is not None and draft.unit == ticket_state.native(terms):
        text = figures.exact(snapped.value)
        if text != draft.size:
            ticket_state.put("size", symbol, text)
    ticket_state.remark("size", snapped.remark if snapped else "")


def add_preset(symbol: str) -> None:
    """Add the smaller preset, as its button does."""
    terms = session.desk().terms.of(symbol)
    if terms is not None:
        _add(symbol, ticket_draft.presets(ticket_state.draft(terms.rules).unit, terms)[0])


def _add(symbol: str, step: Decimal) -> None:
    text = st.session_state.get(ticket_state.key("size", symbol)) or ""
    ticket_state.put("size", symbol, ticket_draft.add(text, step), pressed=True)
    _snap(symbol)


def _take(symbol: str, part: Decimal) -> None:
    """Write what a share of the free money pays for, in the unit that is chosen."""
    terms = session.desk().terms.of(symbol)
    if terms is None:
        return
    draft, side = ticket_state.draft(terms.rules), ticket_state.side(symbol)
    found = affordable(part, draft, terms, side)
    _write(symbol, _in_unit(found.value, draft.unit, draft, terms, side))
    ticket_state.remark("size", found.remark)


def _convert(symbol: str, before: Unit) -> None:
    """Keep the size when its unit changes: the figure is counted anew, never read as so many of another thing."""
    terms = session.desk().terms.of(symbol)
    after = st.session_state.get(ticket_state.key("unit", symbol))
    if terms is None or after == before or after not in ticket_state.units(terms.rules):
        return
    draft, side = ticket_state.draft(terms.rules), ticket_state.side(symbol)
    size = ticket_draft.size_of(ticket_draft.in_unit(draft, before), side, terms)
    _write(symbol, "" if size is None else _in_unit(size.value, after, draft, terms, side))


def _in_unit(size: Decimal, unit: Unit, draft: Draft, terms: Terms, side: Side) -> str:
    """Return a size of lots, or of coins on spot, in ``unit``; empty where no price is known to count with."""
    if size == ZERO or unit == ticket_state.native(terms):
        return figures.exact(size)
    found = ticket_rules.sizes(size, ticket_draft.reference(draft, side, terms), terms)
    value = found.coins if unit == "base" else found.value
    if value is None:
        return ""
    short = value.quantize(_FINE, ROUND_CEILING)  # lots in coins may have no end; cut, they would come back as one less
    return figures.exact(short.normalize() if short % 1 else short.quantize(ONE))


def _write(symbol: str, text: str) -> None:
    ticket_state.put("size", symbol, text, pressed=True)
    ticket_state.remark("size", "")
