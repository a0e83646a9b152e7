"""What happened to the account while the reader looked elsewhere: a toast for every order that was filled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from kucoin.decimals import ZERO
from kucoin.model.feed_private import OrderChange, PrivatePush
from kucoin.model.order import Side
from pages.widgets import figures, session

_AT_ONCE = 3  # toasts for one drawing; more would only hide each other


def show() -> None:
    """Empty the session's inbox and say what it held; call it in the page's fragment."""
    for text in sentences(session.inbox().drain().events):
        st.toast(figures.plain(text))


def sentences(events: Iterable[PrivatePush]) -> list[str]:
    """Return one sentence for each order that was filled, wholly or in part, and one for those that are too many."""
    fills: dict[str, _Fill] = {}
    for event in events:
        if isinstance(event, OrderChange) and event.match_size is not None and event.match_price is not None:
            fill = fills.setdefault(event.order_id, _Fill(event.symbol, event.side, lots=event.futures))
            fill.size += event.match_size
            fill.worth += event.match_size * event.match_price
    told = [fill.sentence() for fill in fills.values()]
    if len(told) <= _AT_ONCE:
        return told
    rest = len(told) - _AT_ONCE + 1
    return [*told[: _AT_ONCE - 1], f"{rest} more orders were filled"]


@dataclass
class _Fill:
    symbol: str
    side: Side
    lots: bool
    size: Decimal = ZERO
    worth: Decimal = ZERO

    def sentence(self) -> str:
        done = "Bought" if self.side is Side.BUY else "Sold"
        lots = " lots" if self.lots else ""
        price = figures.price(self.worth / self.size) if self.size else figures.UNKNOWN
        return f"{done} {figures.exact(self.size)}{lots} {self.symbol} at {price}"
