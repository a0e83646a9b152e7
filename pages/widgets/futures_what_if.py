"""What if every mark price moved: a slider, and what the whole account would come to. Nothing asks the exchange."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import streamlit as st

from kucoin.desk.futures import Futures
from kucoin.desk.what_if import Liquidation, WhatIf, WhatIfAccount
from kucoin.web import veil as veils
from pages.widgets import figures, palette, privacy

_SHIFT = "what-if-shift"  # in percent of the mark price
_MOST = 50


def show(futures: Futures, currencies: Collection[str]) -> None:
    """Draw the panel; the answer is reckoned anew with every drawing, from the newest marks.

    Args:
        currencies: Those that positions are settled in.
    """
    with st.container(border=True, key="panel-what-if"):
        with st.container(horizontal=True, vertical_alignment="center", key="bar-what-if"):
            st.header("What if", anchor=False, width="content")
            st.caption("every mark price moves together", width="content")
            st.space("stretch")
            st.button("Reset", key="what-if-reset", type="tertiary", on_click=_reset)
        left, right = st.columns([4.6, 7.4], gap="medium", vertical_alignment="center")
        with left:
            shift = st.select_slider(
                "Move of every mark price",
                range(-_MOST, _MOST + 1),
                0,
                format_func=lambda percent: figures.percent(Decimal(percent) / 100, places=0),
                key=_SHIFT,
                label_visibility="collapsed",
            )
        found = futures.what_if(Decimal(shift) / 100)
        accounts = [account for account in found.accounts if account.currency in currencies]
        several = len(accounts) > 1
        if several:  # one row for each of them, so there is room below the slider
            with left:
                _liquidated(found)
        for account in accounts:
            with (
                right,
                st.grid(3 if several else 4, min_column_width=120, gap="small", key=f"what-if-{account.currency}"),
            ):
                _account(account)
                if not several:
                    _liquidated(found)


def _reset() -> None:
    st.session_state[_SHIFT] = 0


def _liquidated(found: WhatIf) -> None:
    named = figures.plain("; ".join(map(_named, found.liquidated)))
    nearest = "first: none that way" if found.first is None else f"first: {_named(found.first)}"
    many = str(len(found.liquidated)) if found.liquidated else "none"
    st.metric("Liquidated", many, delta_description=figures.plain(nearest), help=named or None)


def _account(account: WhatIfAccount) -> None:
    """Draw one settlement currency after the move, and by how much or from where it came there."""
    currency, veil = account.currency, privacy.veil()
    known = account.unrealised is not None and account.unrealised_before is not None
    change = account.unrealised - account.unrealised_before if known else None
    hues = palette.words()
    st.metric(
        f"Unrealised, {currency}",
        veils.money(veil, account.unrealised, currency, signed=True),
        veils.money(veil, change, currency, signed=True) if change else None,
        delta_color=hues.gain if change and change > 0 else hues.loss,
        delta_arrow="up" if change and change > 0 else "down",
        delta_description=None if change else "as it is",
    )
    equity, ratio = account.equity_before, account.risk_ratio_before
    st.metric(
        f"Equity, {currency}",
        veils.money(veil, account.equity, currency),
        delta_description=f"from {veils.money(veil, equity, currency)}",
    )
    st.metric(f"Risk ratio, {currency}", _share(account.risk_ratio), delta_description=f"from {_share(ratio)}")


def _named(found: Liquidation) -> str:
    side = "" if found.position_side == "BOTH" else f" {found.position_side.lower()}"
    return f"{found.symbol}{side} at {figures.percent(found.at, places=1)}"


def _share(ratio: Decimal | None) -> str:
    return figures.percent(ratio, places=1, signed=False)
