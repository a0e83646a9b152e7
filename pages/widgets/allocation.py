"""Allocation: the share of each currency in the total, as bars without hue; a share is neither gain nor loss."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import streamlit as st

from kucoin.decimals import ZERO
from kucoin.desk.portfolio import Portfolio
from pages.widgets import figures, pushed
from pages.widgets.live import live

_NAMED = 7  # currencies with a bar of their own; the rest is "Other"
_OTHER = "Other"

Shares = tuple[tuple[str, Decimal], ...]


def show(portfolio: Portfolio) -> None:
    """Draw the bars, unless nothing is worth anything."""
    if not (shares := top(portfolio)):
        return
    with st.container(border=True, key="panel-allocation"):
        pushed.show(live.ALLOCATION, f"portfolio:{portfolio.unit}", key="allocation", rows=rows(shares))


def top(portfolio: Portfolio) -> Shares:
    """Return the largest shares by currency, largest first, then ``Other`` for the sum of the smaller ones."""
    known = [(holding.currency, holding.share) for holding in portfolio.merged if holding.share is not None]
    shares = sorted((share for share in known if share[1] > 0), key=lambda share: share[1], reverse=True)
    rest = sum((share for _, share in shares[_NAMED:]), ZERO)
    return (*shares[:_NAMED], (_OTHER, rest)) if rest else tuple(shares)


def rows(shares: Shares) -> list[dict[str, Any]]:
    """Return what the component draws until the push socket tells more; ``size`` is a part of the longest bar."""
    largest = max(share for _, share in shares)
    return [
        {
            "name": name,
            "cell": name if name == _OTHER else f"/{name}/share",
            "other": name == _OTHER,
            "share": (figures.percent(share, places=1, signed=False), ""),
            "size": round(float(share / largest), 4),
        }
        for name, share in shares
    ]
