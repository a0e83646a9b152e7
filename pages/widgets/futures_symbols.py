"""What each contract came to, and the best and the worst position."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from kucoin.desk.pnl import Report, SymbolSum
from kucoin.desk.rounds import Closed
from pages.widgets import figures, futures_days, ledger_table
from pages.widgets.live import live

_ROWS = 6  # before the table scrolls


def show(report: Report, now: datetime) -> None:
    """Draw the panel."""
    with st.container(key="bar-symbols", horizontal=True, vertical_alignment="center"):
        st.header("By contract", anchor=False, width="content")
        unit = "of the account" if report.currency == figures.SHARE else report.currency
        st.caption(f"{figures.plain(unit)}, best first", width="content")
    money = dict.fromkeys(("Price PnL", "Fees", "Funding", "Net"), ledger_table.signed(report.currency))
    data = ledger_table.payload(
        table(report.by_symbol),
        money | dict.fromkeys(("Closed", "Won"), ledger_table.count),
        label="Realised by contract",
        seen=_ROWS,
        pinned=("Contract",),
        hued=("Net",),
    )
    live.LEDGER(key="pnl-by-contract", data=data)
    worst = report.worst if report.worst is not report.best else None
    for word, position in (("Best", report.best), ("Worst", worst)):
        if position is not None:
            st.caption(f"{word}: {figures.plain(extreme(position, now))}")


def table(sums: Sequence[SymbolSum]) -> ledger_table.Rows:
    """Return a row for each contract, in the report's order."""
    return {
        "Contract": [each.symbol for each in sums],
        "Net": [each.net for each in sums],
        "Price PnL": [each.price for each in sums],
        "Fees": [each.fees for each in sums],
        "Funding": [each.funding for each in sums],
        "Closed": [each.closed for each in sums],
        "Won": [each.won for each in sums],
    }


def extreme(position: Closed, now: datetime) -> str:
    """Return one position in words: ``XBTUSDTM long, +422.85 USDT on 10 Mar 20:12 UTC``."""
    net = figures.named(position.net, position.settle_currency, signed=True)
    side = ledger_table.side(position)
    ended = futures_days.moment(position.closed_at, now)
    return f"{position.symbol} {side.lower()}, {net}, closed {ended} UTC"
