"""A contract: what it is, what it costs, how large a position may grow, and how far the mark is from the index."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from kucoin.decimals import places
from kucoin.desk.desk import Desk
from kucoin.desk.sheets import Sheet
from kucoin.model.market import Contract
from kucoin.model.order import FeeRate
from kucoin.model.position import RiskTier
from pages.widgets import figures, futures_choice, ledger_table, plots, pushed
from pages.widgets.live import live
from pages.widgets.plots import Look, figure

_TIERS = 8  # rows before the table scrolls
_FEW = 3  # decimals of a fee in percent


def show(desk: Desk) -> None:
    """Draw the contract that is chosen; called again and again by the page's fragment."""
    with st.container(key="bar-contract"):
        symbol = futures_choice.choose(desk)
    if symbol is None:
        return
    pushed.show(live.FACTS, f"head:{symbol}", key="contract-facts", kind="futures")
    sheet = desk.sheets.sheet(symbol)
    if sheet is None:
        return
    left, right = st.columns([7, 5], gap="small")
    with left, st.container(border=True, key="contract-basis", height="stretch"):
        _basis(sheet)
    with right, st.container(border=True, key="contract-tiers", height="stretch"):
        _tiers(sheet)
    with st.container(border=True, key="contract-rules"):
        st.header("Specification", anchor=False)
        with st.grid(4, min_column_width=150, key="contract-facts-grid"):
            for label, value in specification(sheet.contract, sheet.fee):
                with st.container(gap=None):
                    st.caption(label)
                    st.markdown(figures.plain(value))
        if why := sheet.problems.get("fee"):
            st.caption(f"Your own fees were not read: {figures.plain(why)}")


def specification(contract: Contract, fee: FeeRate | None) -> list[tuple[str, str]]:
    """Return what the contract is, label by label; what KuCoin did not tell is a dash."""
    base, quote = contract.base_currency, contract.quote_currency
    lot = f"1 {quote}" if contract.is_inverse else f"{figures.exact(contract.multiplier)} {base}"
    return [
        ("Contract", f"{base} perpetual in {quote}, {'inverse' if contract.is_inverse else 'linear'}"),
        ("Settled in", contract.settle_currency),
        ("State", contract.status),
        ("Listed", f"{contract.listed_at:%-d %b %Y}" if contract.listed_at else figures.UNKNOWN),
        ("One contract", lot),
        ("Price step", f"{figures.exact(contract.tick_size)} {quote}"),
        ("Largest order", _contracts(contract.max_order_qty)),
        ("Highest leverage", _times(contract.max_leverage)),
        ("Your fee, maker / taker", _fees(fee.maker if fee else None, fee.taker if fee else None)),
        ("Listed fee, maker / taker", _fees(contract.maker_fee_rate, contract.taker_fee_rate)),
        ("Funding", _interval(contract)),
        ("Funding between", f"{_four(contract.funding_floor)} and {_four(contract.funding_cap)}"),
        ("Initial margin from", figures.percent(contract.initial_margin, signed=False)),
        ("Maintenance margin from", figures.percent(contract.maintain_margin, signed=False)),
        ("Margin", _margin(contract)),
        ("Index", contract.index_symbol or figures.UNKNOWN),
    ]


def _contracts(count: int | None) -> str:
    return figures.UNKNOWN if count is None else f"{count:,} contracts"


def _times(leverage: int | None) -> str:
    return figures.UNKNOWN if leverage is None else f"{leverage}×"


def _fees(*rates: Decimal | None) -> str:
    return " / ".join(figures.percent(rate, places=_FEW, signed=False) for rate in rates)


def _four(rate: Decimal | None) -> str:
    return figures.percent(rate, places=4)


def _interval(contract: Contract) -> str:
    interval = contract.funding_interval_ms
    return figures.UNKNOWN if interval is None else f"every {figures.age(interval / 1000)}"


def _margin(contract: Contract) -> str:
    if contract.supports_cross is None:
        return figures.UNKNOWN
    return "isolated or cross" if contract.supports_cross else "isolated only"


def _tiers(sheet: Sheet) -> None:
    st.header("Risk limits", anchor=False)
    if not sheet.tiers:
        st.markdown(_missing(sheet, "tiers", "KuCoin told no risk limits." if sheet.tiers == () else None))
        return
    unit = sheet.contract.settle_currency if sheet.contract.is_inverse else sheet.contract.quote_currency
    st.caption(f"What an isolated position may grow to, by its value in {figures.plain(unit)}")
    share = ledger_table.share
    written = {"Up to": ledger_table.count, "Leverage": ledger_table.times, "Initial": share, "Maintenance": share}
    frame = tiers(sheet.tiers)
    st.dataframe(
        ledger_table.styled(frame, written, plots.look()),
        key="contract-tiers-table",
        hide_index=True,
        row_height=ledger_table.ROW,
        height=ledger_table.height(min(len(frame), _TIERS)),
        alt="Risk limits level by level",
    )


def tiers(levels: Sequence[RiskTier]) -> pd.DataFrame:
    """Return a row for each level."""
    number = ledger_table.number
    return pd.DataFrame(
        {
            "Level": [each.level for each in levels],
            "Up to": [number(each.max_risk_limit) for each in levels],
            "Leverage": [number(each.max_leverage) for each in levels],
            "Initial": [number(each.initial_margin) for each in levels],
            "Maintenance": [number(each.maintain_margin) for each in levels],
        }
    )


def _basis(sheet: Sheet) -> None:
    st.header("Mark against index, 24 h", anchor=False)
    if sheet.basis is None or sheet.basis.empty:
        st.markdown(_missing(sheet, "basis", "KuCoin told no index." if sheet.basis is not None else None))
        return
    column = sheet.basis["basis"]
    low, high = (ledger_table.rate(each) for each in (column.min(), column.max()))
    st.caption(
        f"Basis from {low} to {high}. ≈ KuCoin keeps no past mark prices: drawn is the index and the contract's "
        "premium over it, which the mark follows."
    )
    build = partial(plot, sheet.basis, sheet.contract)
    plots.show("contract-basis-plot", build, sheet.basis, alt=f"Mark, index and basis of {sheet.contract.symbol}")


def plot(frame: pd.DataFrame, contract: Contract, look: Look) -> go.Figure:
    """Return mark over index, and their basis below."""
    lines = (("mark", "y", look.ink, "solid"), ("index", "y", look.quiet, "dot"), ("basis", "y2", look.ink, "solid"))
    traces: list[dict[str, Any]] = []
    for name, row, colour, dash in lines:
        shape = ":+.4%" if name == "basis" else f":,.{places(contract.tick_size)}f"
        traces.append(
            {
                "type": "scatter",
                "x": frame.index,
                "y": frame[name],
                "yaxis": row,
                "mode": "lines",
                "line": {"color": colour, "width": 1.3, "dash": dash},
                "hovertemplate": f"{name} %{{y{shape}}}<extra></extra>",
                "connectgaps": False,
            }
        )
    return figure(
        look,
        300,
        traces,
        x={"tickformat": "%H:%M"},
        y={"tickformat": ",~f"},
        below={"tickformat": "+.3%", "nticks": 3, "zeroline": True, "zerolinecolor": look.quiet},
        hovermode="x unified",
    )


def _missing(sheet: Sheet, part: str, nothing: str | None) -> str:
    """Say why a part is not there."""
    if why := sheet.problems.get(part):
        return f"**Not read:** {figures.plain(why)}"
    return nothing or "Being read from KuCoin."
