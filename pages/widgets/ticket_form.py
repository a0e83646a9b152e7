"""The left half of the order ticket: what is asked for. Figures are typed as text: none passes through a float."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import streamlit as st

from kucoin.desk import ticket_rules
from kucoin.desk.terms import Terms
from kucoin.errors import InvalidRequest
from kucoin.model.order import Side, StopPriceType, TimeInForce, TradeType
from pages.widgets import figures, session, ticket_size, ticket_state, ticket_words
from pages.widgets.ticket_draft import Draft, Kind, kinds

_CLOSING = "Closing a position is a market order."
_AT_ONCE = "An order that has to fill at once cannot be post-only."
_RESTS = "A post-only order rests in the book, so it cannot be one that fills at once."
_REDUCES = "An order that only reduces a position carries no take-profit and no stop of its own."
_CARRIES = "It carries a take-profit or a stop, which belong to an order that opens: clear them first."
_WAITS = "A waiting order carries no take-profit and no stop of its own."


def show(draft: Draft, terms: Terms, side: Side, told: Mapping[str, str]) -> None:
    """Draw the fields that ``draft`` has.

    Args:
        side: What percent buttons count for.
        told: What is to be said, by the field below which it belongs; what has no field on the page stands at the end.
    """
    said = dict(told)
    pair = terms.pair
    if pair and pair.is_margin_enabled:
        _account(draft, terms)
    _kinds(draft, terms)
    _say(said, "symbol", "trade_type")
    if not draft.close:
        if draft.kind.waits or draft.kind is Kind.OCO:
            _stop(draft, terms, said)
        if draft.limited:
            _price(draft, terms, said)
        ticket_size.show(draft, terms, side)
        _say(said, "size", "funds", "balance")
    _options(draft, terms, said)
    if terms.rules.futures:
        if not draft.close:
            _bracket(draft, terms, said)
    elif draft.trade_type is not TradeType.TRADE:
        _loan(draft, terms, said)
    _say(said, *said)


def take(field: str, symbol: str, price: Decimal) -> None:
    """Fill a price by one press, from the ladder or from a best price."""
    terms = session.desk().terms.of(symbol)
    if terms is not None:
        snapped = ticket_rules.snap_price(price, terms)
        ticket_state.put(field, symbol, figures.fixed(snapped.value, terms.rules.price_decimals), pressed=True)
        ticket_state.remark(field, snapped.remark)


def _say(said: dict[str, str], *fields: str) -> None:
    """Write below a field what was changed or refused of it, and take it off the list."""
    for text in filter(None, [said.pop(field, "") for field in fields]):
        st.caption(f":yellow[{figures.plain(text)}]")


def _choice(label: str, options: tuple[Any, ...], field: str, draft: Draft, symbol: str, **more: Any) -> None:
    st.segmented_control(
        label,
        options,
        required=True,
        key=ticket_state.seat(field, symbol, getattr(draft, field)),
        persist_state=ticket_state.lasting(field),
        label_visibility="collapsed",
        **more,
    )


def _switch(label: str, field: str, draft: Draft, symbol: str, refused: str | None = None) -> None:
    """Draw a toggle; ``refused`` is why it cannot be on."""
    st.toggle(
        label,
        key=ticket_state.seat(field, symbol, getattr(draft, field) and not refused),
        persist_state="page",
        disabled=refused is not None,
        help=refused,
        width="content",
    )


def _figure(label: str, field: str, draft: Draft, terms: Terms, *, beside: str = "", **more: Any) -> None:
    """Draw a field for a price, which is brought to the tick as soon as it is left."""
    with st.container(key=f"field-{field}", gap=None):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.caption(label, width="content")
            st.space("stretch")
            if beside:
                st.caption(figures.plain(beside), width="content")
        st.text_input(
            label,
            key=ticket_state.seat(field, terms.symbol, getattr(draft, field)),
            persist_state="page",
            max_chars=40,
            label_visibility="collapsed",
            on_change=partial(_snap, field, terms.symbol),
            **more,
        )


def _snap(field: str, symbol: str) -> None:
    """Bring what was typed to what the exchange takes, and have it said."""
    text = st.session_state.get(ticket_state.key(field, symbol)) or ""
    terms = session.desk().terms.of(symbol)
    ticket_state.remark(field, "")
    if terms is None or not text.strip():
        return
    try:
        snapped = ticket_rules.snap_price(ticket_rules.typed(text), terms)
    except InvalidRequest as error:
        ticket_state.remark(field, str(error))
        return
    ticket_state.put(field, symbol, figures.fixed(snapped.value, terms.rules.price_decimals))
    ticket_state.remark(field, snapped.remark)


def _account(draft: Draft, terms: Terms) -> None:
    _choice(
        "Account",
        tuple(TradeType),
        "trade_type",
        draft,
        terms.symbol,
        format_func=ticket_words.ACCOUNTS.__getitem__,
        width="stretch",
    )


def _kinds(draft: Draft, terms: Terms) -> None:
    _choice(
        "Type of order",
        kinds(draft.trade_type, futures=terms.rules.futures),
        "kind",
        draft,
        terms.symbol,
        format_func=str,
        width="stretch",
        disabled=draft.close,
        help=_CLOSING if draft.close else None,
    )


def _stop(draft: Draft, terms: Terms, said: dict[str, str]) -> None:
    quote = figures.plain(terms.rules.quote)
    watched = ticket_words.WATCHED[draft.watched] if terms.rules.futures else "last"
    name = "Stop waits for" if draft.kind is Kind.OCO else "Waits for"
    _figure(f"{name}, {quote}", "stop_price", draft, terms, beside=f"the {watched} price")
    _say(said, "stop_price")
    if draft.kind is Kind.OCO:
        _figure(f"Limit of the stop, {quote}", "limit_price", draft, terms)
        _say(said, "limit_price")
        return
    with st.container(horizontal=True, key="bar-trigger"):
        if terms.rules.futures:
            _watched(draft, terms)
        _switch("At the market", "at_market", draft, terms.symbol)


def _watched(draft: Draft, terms: Terms) -> None:
    _choice(
        "Price that is watched",
        tuple(StopPriceType),
        "watched",
        draft,
        terms.symbol,
        format_func=lambda each: ticket_words.WATCHED[each].capitalize(),
    )


def _price(draft: Draft, terms: Terms, said: dict[str, str]) -> None:
    places = terms.rules.price_decimals
    beside = f"bid {figures.fixed(terms.bid, places)}, ask {figures.fixed(terms.ask, places)}"
    _figure(f"Price, {figures.plain(terms.rules.quote)}", "price", draft, terms, beside=beside)
    with st.container(horizontal=True, gap="xsmall", key="pills-price"):
        for name, price in (("Best bid", terms.bid), ("Best ask", terms.ask), ("Mark", terms.mark)):
            if name == "Mark" and not terms.rules.futures:
                continue
            st.button(
                name,
                key=f"take-{name}",
                disabled=price is None,
                help="This price is not known yet." if price is None else None,
                on_click=take,
                args=("price", terms.symbol, price),
            )
    _say(said, "price")


def _options(draft: Draft, terms: Terms, said: dict[str, str]) -> None:
    symbol = terms.symbol
    at_once = draft.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}
    carries = bool(draft.take_profit.strip() or draft.stop_loss.strip()) and not draft.kind.waits
    with st.container(horizontal=True, vertical_alignment="center", key="bar-options"):
        if draft.limited:
            _switch("Post-only", "post_only", draft, symbol, _AT_ONCE if at_once else None)
        if terms.rules.futures:
            if not draft.close:
                _switch("Reduce-only", "reduce_only", draft, symbol, _CARRIES if carries else None)
            _switch("Close position", "close", draft, symbol)
        if draft.limited and draft.kind is not Kind.OCO:
            st.space("stretch")
            _choice(
                "Time in force",
                tuple(life for life in ticket_state.lives(terms.rules) if life not in _barred(draft)),
                "time_in_force",
                draft,
                symbol,
                format_func=str,
                help=_RESTS if draft.post_only and not at_once else None,
            )
    if draft.limited and draft.time_in_force is TimeInForce.GTT and draft.kind is not Kind.OCO:
        _seconds(draft, terms)
    _say(said, "time_in_force", "cancel_after", "post_only", "reduce_only", "close")


def _barred(draft: Draft) -> frozenset[TimeInForce]:
    """Return the lives that post-only rules out."""
    at_once = frozenset({TimeInForce.IOC, TimeInForce.FOK})
    return at_once if draft.post_only and draft.time_in_force not in at_once else frozenset()


def _seconds(draft: Draft, terms: Terms) -> None:
    with st.container(key="field-cancel_after", gap=None):
        st.caption("Cancelled after, in seconds")
        st.text_input(
            "Cancelled after, in seconds",
            key=ticket_state.seat("cancel_after", terms.symbol, draft.cancel_after),
            persist_state="page",
            max_chars=10,
            label_visibility="collapsed",
        )


def _bracket(draft: Draft, terms: Terms, said: dict[str, str]) -> None:
    """Draw the prices at which the position is closed again."""
    if draft.kind.waits:
        return
    watched = f"by {ticket_words.WATCHED[draft.watched]}"
    with st.container(horizontal=True, key="row-bracket"):
        for label, field in (("Take profit", "take_profit"), ("Stop", "stop_loss")):
            _figure(
                label,
                field,
                draft,
                terms,
                beside=watched,
                placeholder=figures.UNKNOWN,
                disabled=draft.reduce_only,
                help=_REDUCES if draft.reduce_only else None,
            )
    if (draft.take_profit.strip() or draft.stop_loss.strip()) and not draft.reduce_only:
        _watched(draft, terms)
    _say(said, "take_profit", "stop_loss")


def _loan(draft: Draft, terms: Terms, said: dict[str, str]) -> None:
    with st.container(horizontal=True, key="bar-loan"):
        _switch("Auto-borrow", "auto_borrow", draft, terms.symbol)
        _switch("Auto-repay", "auto_repay", draft, terms.symbol)
    _say(said, "auto_borrow", "auto_repay")
