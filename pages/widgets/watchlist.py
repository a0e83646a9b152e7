"""The watchlist in the sidebar. Its pins are kept by the browser (see watchlist.js); a press opens a symbol."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from kucoin.desk.rules import Rules
from pages.widgets import pushed, session, trades_symbol
from pages.widgets.live import live

_KEY = "watchlist"
_PINS = "watchlist-pins"
_MOST = 30  # pins; watchlist.js offers no more
_USUAL = ("BTC-USDT", "XBTUSDTM", "ETH-USDT", "SOL-USDT", "KCS-USDT", "XRP-USDT")  # until somebody pins or unpins


def show(symbol: str | None, listed: tuple[Rules, ...]) -> None:
    """Draw it; ``symbol`` is the one that the page shows. Call it inside the sidebar."""
    if pushed.blocked():  # no socket gets through: the script brings the prices, at the pace of the page's fragment
        st.fragment(_draw, run_every=session.CADENCE)(symbol, listed)
    else:
        _draw(symbol, listed)


def _draw(symbol: str | None, listed: tuple[Rules, ...]) -> None:
    known = {rules.symbol for rules in listed}
    pins = [pin for pin in st.session_state.get(_PINS, ()) if pin in known]
    pushed.show(
        live.WATCHLIST,
        f"prices:{','.join(pins or usual(known))}",
        key=_KEY,
        on={"open": _open, "pins": _note},
        page="trades",
        symbol=symbol,
        pairs=[rules.symbol for rules in listed if not rules.futures],
        contracts=[(rules.symbol, rules.base) for rules in listed if rules.futures],
        usual=usual(known),
    )
    if symbol != st.session_state.get(trades_symbol.KEY, symbol):  # pressed inside a fragment
        st.rerun()


def usual(known: Iterable[str]) -> list[str]:
    """Return what is pinned at first."""
    listed = set(known)
    return [symbol for symbol in _USUAL if symbol in listed]


def _open() -> None:
    """Show the symbol that was pressed."""
    if pressed := st.session_state[_KEY].get("open"):
        st.session_state[trades_symbol.KEY] = pressed


def _note() -> None:
    """Take what the browser has pinned; it tells so only where no socket gets through."""
    pins = st.session_state[_KEY].get("pins")
    if isinstance(pins, list):
        st.session_state[_PINS] = [pin for pin in pins if isinstance(pin, str)][:_MOST]
