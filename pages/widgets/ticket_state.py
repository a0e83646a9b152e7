"""The form of the order ticket in the session: where each field stands, and what is remembered of it.

Type, unit, account and leverage are remembered for each symbol as long as the session lives. Prices and sizes are
forgotten when another symbol is chosen: a size that is still there from before is how people buy twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import streamlit as st

from kucoin.desk.rules import Rules
from kucoin.desk.terms import Terms
from kucoin.desk.ticket_rules import Fault, Unit
from kucoin.model.order import Side, StopPriceType, TimeInForce, TradeType
from pages.widgets import session
from pages.widgets.ticket_draft import Draft, kinds

KEPT = frozenset({"kind", "unit", "trade_type", "leverage"})
SIDE = "side"
_OF_ONE_TICKET = frozenset({"size", "reduce_only", "close", "take_profit", "stop_loss"})
_SHOWN, _REMARKS, _FAULTS = "ticket-symbol", "ticket-remarks", "ticket-faults"
_NUMBER, _WRITTEN = "ticket-number", "ticket-written"
_CROSSING = 1.5  # s in which a request may still bring what stood in a field before it was written into
_FIELDS = tuple(Draft.__dataclass_fields__)


class _Write(NamedTuple):
    """What stood in a field in the moments before, what was written there, and when."""

    before: tuple[object, ...]
    after: object
    at: datetime


def key(field: str, symbol: str) -> str:
    """Return where the session keeps ``field`` of the form for ``symbol``.

    What belongs to one ticket alone has a key of its own on the next: with every request a browser repeats what stands
    in its fields, and one that crosses the answer must not bring the size back that was just used.
    """
    number = st.session_state.get(_NUMBER, 0) if field in _OF_ONE_TICKET else 0
    return f"ticket-{field}-{symbol}-{number}" if number else f"ticket-{field}-{symbol}"


def lasting(field: str) -> Literal["session", "page"]:
    """Return how long Streamlit has to keep a field that is not drawn."""
    return "session" if field in KEPT else "page"


def begin(symbol: str) -> None:
    """Forget what was typed before another symbol was shown."""
    if st.session_state.get(_SHOWN) == symbol:
        return
    st.session_state[_SHOWN] = symbol
    for field in (*_FIELDS, SIDE):
        if field not in KEPT:
            st.session_state.pop(key(field, symbol), None)
    settle()


def emptied() -> None:
    """Forget the size and the options of an order that was taken; its prices may serve the next."""
    st.session_state[_NUMBER] = st.session_state.get(_NUMBER, 0) + 1
    settle()


def draft(rules: Rules) -> Draft:
    """Return the form as it stands; whatever a browser sent that is no choice counts for nothing."""
    _hold()
    given = {field: st.session_state.get(key(field, rules.symbol)) for field in _FIELDS}
    account = given["trade_type"] if given["trade_type"] in tuple(TradeType) else TradeType.TRADE
    choices: dict[str, Sequence[Any]] = {
        "trade_type": (TradeType.TRADE,) if rules.futures else tuple(TradeType),
        "kind": kinds(account, futures=rules.futures),
        "unit": units(rules),
        "watched": tuple(StopPriceType),
        "time_in_force": lives(rules),
    }
    for field, allowed in choices.items():
        if given[field] not in allowed:
            given[field] = allowed[0]
    if type(given["leverage"]) is not int or given["leverage"] < 1:
        given["leverage"] = None
    return Draft(**{field: value for field, value in given.items() if value is not None})


def units(rules: Rules) -> tuple[Unit, ...]:
    """Return what a size can be typed in, the usual one first."""
    return ("lots", "base", "quote") if rules.futures else ("base", "quote")


def lives(rules: Rules) -> tuple[TimeInForce, ...]:
    """Return how long a limit order can live."""
    return (TimeInForce.GTC, TimeInForce.IOC) if rules.futures else tuple(TimeInForce)


def seat(field: str, symbol: str, value: object) -> str:
    """Return the key of a field that is about to be drawn, which shows ``value`` from now on."""
    name = key(field, symbol)
    if st.session_state.get(name) != value:
        st.session_state[name] = value
    return name


def side(symbol: str) -> Side:
    """Return the side that the preview is of."""
    return Side.SELL if st.session_state.get(key(SIDE, symbol)) == Side.SELL else Side.BUY


def put(field: str, symbol: str, value: object, *, pressed: bool = False) -> None:
    """Write into a field, before it is drawn; ``pressed`` where that is what a press of a button asked for."""
    name, writes = key(field, symbol), _writes()
    known = writes.pop(name, None)
    if pressed:
        before = (*(known.before if known else ()), st.session_state.get(name))
        writes[name] = _Write(before, value, session.now())
    st.session_state[_WRITTEN] = writes
    st.session_state[name] = value


def _writes() -> dict[str, _Write]:
    """Return what presses wrote into fields a moment ago, by their keys."""
    now, found = session.now(), st.session_state.get(_WRITTEN) or {}
    return {name: each for name, each in found.items() if (now - each.at).total_seconds() < _CROSSING}


def _hold() -> None:
    """Undo what a request of the browser brought that was sent before it knew what was written into a field."""
    for name, write in _writes().items():
        if st.session_state.get(name) in write.before:
            st.session_state[name] = write.after


def remark(field: str, text: str) -> None:
    """Have said beside a field what was changed of it; an empty text takes that back, and what was refused of it."""
    st.session_state[_REMARKS] = {**remarks(), field: text}
    st.session_state[_FAULTS] = tuple(fault for fault in faults() if fault.field != field)


def remarks() -> dict[str, str]:
    """Return what is to be said beside the fields."""
    return dict(st.session_state.get(_REMARKS) or {})


def refuse(found: tuple[Fault, ...]) -> None:
    """Have said beside the fields why there was no order."""
    st.session_state[_FAULTS] = found


def faults() -> tuple[Fault, ...]:
    """Return why there was no order at the last press."""
    return tuple(st.session_state.get(_FAULTS) or ())


def settle() -> None:
    """Take back everything that is said beside the fields."""
    for name in (_REMARKS, _FAULTS):
        st.session_state.pop(name, None)


def native(terms: Terms) -> Unit:
    """Return the unit that orders are sent in."""
    return "lots" if terms.rules.futures else "base"
