"""The rules of a symbol in one strip, always visible below the fields: tick, lot, least and most, price limits."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from kucoin.desk.terms import Terms
from pages.widgets import figures


def show(terms: Terms) -> None:
    """Draw the strip."""
    with st.container(horizontal=True, gap="small", key="rules-strip"):
        for name, value in rules(terms):
            st.caption(f"{name} **{figures.plain(value)}**", width="content")


def rules(terms: Terms) -> list[tuple[str, str]]:
    """Return each rule with its value; what does not exist for the symbol is left out."""
    found = [("Tick", figures.exact(terms.rules.tick))]
    found += _contract(terms) if terms.rules.futures else _pair(terms)
    limit, places = terms.price_limit, terms.rules.price_decimals
    if limit.sell is not None:
        found.append(("Sell from", figures.fixed(limit.sell, places)))
    if limit.buy is not None:
        found.append(("Buy up to", figures.fixed(limit.buy, places)))
    if terms.fee is not None:
        found.append(("Your fee, maker / taker", f"{_rate(terms.fee.maker)} / {_rate(terms.fee.taker)}"))
    return found


def _contract(terms: Terms) -> list[tuple[str, str]]:
    contract, rules = terms.contract, terms.rules
    worth = f"1 {rules.quote}" if rules.inverse else f"{figures.exact(rules.coins)} {rules.base}"
    found = [("Lot", f"{figures.exact(rules.lot)} = {worth}"), ("Min", figures.exact(rules.lot))]
    if contract is not None and contract.max_order_qty is not None:
        found.append(("Max", f"{contract.max_order_qty:,}"))
    if contract is not None and contract.market_max_order_qty is not None:
        found.append(("Max at the market", f"{contract.market_max_order_qty:,}"))
    return found


def _pair(terms: Terms) -> list[tuple[str, str]]:
    pair = terms.pair
    if pair is None:
        return []
    base, quote = pair.base_currency, pair.quote_currency
    found = [
        ("Lot", f"{figures.exact(pair.base_increment)} {base}"),
        ("Min", f"{figures.exact(pair.base_min_size)} {base}"),
    ]
    if pair.min_funds is not None:
        found.append(("and", f"{figures.exact(pair.min_funds)} {quote}"))
    found.append(("Max", f"{figures.exact(pair.base_max_size)} {base}"))
    return found


def _rate(rate: Decimal) -> str:
    return figures.percent(rate, places=3, signed=False)
