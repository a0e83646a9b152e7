"""Which market the reader looks at: a search over all there are, and the address, which is somebody's own text."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from kucoin.desk.market import Market
from kucoin.desk.rules import Rules
from pages.widgets import figures

KEY = "symbol"
"""Where the session and the address keep the symbol; the watchlist sets the session's."""

_USUAL = "BTC-USDT"
_SHOWN, _REFUSED = "symbol-shown", "symbol-refused"
_READING = "The list of markets is being read from KuCoin."


class Choice(NamedTuple):
    """The market to show, or why there is none."""

    rules: Rules | None
    remark: str | None


def choose(market: Market, listed: tuple[Rules, ...]) -> Choice:
    """Draw the search over what is ``listed`` and return the choice."""
    known = {rules.symbol: rules for rules in listed}
    asked = _asked() or ""
    name = asked if asked in known else asked.upper()
    st.session_state[KEY] = name if name in known else None
    symbol = st.selectbox(
        "Symbol",
        list(known),
        index=None,
        required=True,
        format_func=lambda name: _described(known[name]),
        key=KEY,
        placeholder="Find a symbol",
        label_visibility="collapsed",
    )
    if symbol:
        st.session_state[_SHOWN] = st.query_params[KEY] = symbol
        st.session_state[_REFUSED] = None
        return Choice(known[symbol], None)
    trouble = market.trouble(asked)
    if trouble is None:  # the list that it would be in may still come
        return Choice(None, _READING)
    st.session_state[_REFUSED] = asked
    return Choice(None, f"{figures.plain(trouble)}: it was delisted, or never was. Find another above.")


def shown() -> str:
    """Return the market that was chosen last, on whichever page."""
    return st.session_state.get(KEY) or st.session_state.get(_SHOWN) or _USUAL


def _asked() -> str | None:
    """Return what was asked for last: by an address that is not our own, by hand, or on an earlier visit."""
    shown, refused = st.session_state.get(_SHOWN), st.session_state.get(_REFUSED)
    address = st.query_params.get(KEY)
    if address and address not in {shown, refused}:
        return address
    return st.session_state.get(KEY) or refused or shown or _USUAL


def _described(rules: Rules) -> str:
    kind = f"{rules.base} contract in {rules.quote}" if rules.futures else f"{rules.base} for {rules.quote}"
    return f"{rules.symbol}\u2003{kind}{'' if rules.trading else ', not trading'}"
