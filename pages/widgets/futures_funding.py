"""Funding: what each position pays next and has paid, every payment, and the rates of a contract's past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from kucoin.decimals import ZERO
from kucoin.desk.desk import Desk
from kucoin.desk.position_lines import PositionLine
from kucoin.desk.sheets import Sheet
from kucoin.model.position import FundingPayment, FundingRate
from kucoin.web import veil as veils
from kucoin.web.veil import Veil
from pages.widgets import figures, futures_choice, futures_days, ledger_table, plots, privacy, session, veiled
from pages.widgets.plots import Look, figure

_ROWS = 10  # before a table scrolls
_YEAR = timedelta(days=365)
_RIGHT = ("Rate", "Next, UTC", "In", "Estimated", "Paid so far")


def show(desk: Desk) -> None:
    """Draw positions, payments and the past of one contract; called again and again by the page's fragment."""
    now = session.now()
    positions = desk.futures.view().positions
    with st.container(border=True, key="funding-positions"):
        st.header("Next funding", anchor=False)
        if positions:
            _positions(positions, now)
        else:
            st.markdown("**No positions, so no funding.** A position shows here as soon as it is opened.")
    with st.container(border=True, key="funding-past"):
        with st.container(horizontal=True, vertical_alignment="center", key="bar-funding"):
            st.header("Funding history", anchor=False, width="content")
            st.space("stretch")
            symbol = futures_choice.choose(desk)
        if symbol is None:
            return
        left, right = st.columns([7, 5], gap="medium")
        with left:
            _past(desk.sheets.sheet(symbol))
        with right:
            _payments(desk.ledger.payments(symbol=symbol), symbol, now)


def _positions(positions: Sequence[PositionLine], now: datetime) -> None:
    column = st.column_config
    st.dataframe(
        upcoming(positions, now, privacy.veil()),
        key="funding-next",
        hide_index=True,
        row_height=ledger_table.ROW,
        height=ledger_table.height(len(positions)),
        column_config={
            "Contract": column.TextColumn(pinned=True),
            **{name: column.TextColumn(alignment="right") for name in _RIGHT},
        },
        alt="Next funding of each position",
    )


def upcoming(positions: Sequence[PositionLine], now: datetime, veil: Veil | None = None) -> pd.DataFrame:
    """Return a row for each position, written out, since each has its own settlement currency."""
    return pd.DataFrame(
        [
            {
                "Contract": line.symbol,
                "Side": "Long" if line.is_long else "Short",
                "Rate": figures.percent(line.funding_rate, places=4),
                "Next, UTC": f"{line.funding_at:%H:%M}" if line.funding_at else figures.UNKNOWN,
                "In": figures.age((line.funding_at - now).total_seconds()) if line.funding_at else figures.UNKNOWN,
                "Estimated": _estimated(line, veil),
                "Paid so far": veils.money(veil, line.funding_paid, line.settle_currency, signed=True),
                "Settled in": line.settle_currency,
            }
            for line in positions
        ]
    )


def _estimated(line: PositionLine, veil: Veil | None) -> str:
    if line.funding_next is None:
        return figures.UNKNOWN
    return f"≈ {veils.money(veil, line.funding_next, line.settle_currency, signed=True)}"


def _past(sheet: Sheet | None) -> None:
    if sheet is None or sheet.funding is None:
        why = sheet.problems.get("funding") if sheet else None
        st.markdown(f"**Not read:** {figures.plain(why)}" if why else "The rates are being read from KuCoin.")
        return
    if not sheet.funding:
        st.markdown("**No funding was settled in 30 days.**")
        return
    interval = sheet.contract.funding_interval_ms
    st.markdown(figures.plain(summary(sheet.funding, interval)))
    build = partial(plot, sheet.funding)
    plots.show("funding-plot", build, sheet.funding, alt=f"Funding rates of {sheet.contract.symbol} in 30 days")


def summary(rates: Sequence[FundingRate], interval_ms: int | None) -> str:
    """Return the newest rate and the average in words, by interval and by year."""
    average = sum((each.rate for each in rates), ZERO) / len(rates)
    each = f"every {figures.age(interval_ms / 1000)}" if interval_ms else "at a settlement"
    last, mean = (
        f"{figures.percent(rate, places=4)} {each}{_yearly(rate, interval_ms)}" for rate in (rates[0].rate, average)
    )
    who = "longs pay shorts" if rates[0].rate > 0 else "shorts pay longs" if rates[0].rate < 0 else "nobody pays"
    days = max(1, round((rates[0].at - rates[-1].at) / timedelta(days=1)))
    return f"Last settled: {last}; {who}. Average of {'a day' if days == 1 else f'{days} days'}: {mean}."


def annualised(rate: Decimal, interval_ms: int) -> Decimal:
    """Return what a rate comes to if it is paid at every settlement of a year of 365 days, without compounding."""
    return rate * Decimal(int(_YEAR.total_seconds() * 1000)) / interval_ms


def _yearly(rate: Decimal, interval_ms: int | None) -> str:
    return f", {figures.percent(annualised(rate, interval_ms))} a year" if interval_ms else ""


def plot(rates: Sequence[FundingRate], look: Look) -> go.Figure:
    """Return the rate of each settlement as a bar; ink, since a rate is a gain to one side and a loss to the other."""
    oldest = rates[::-1]
    told = [f"{each.at.day} {each.at:%b %H:%M} UTC: {figures.percent(each.rate, places=4)}" for each in oldest]
    bars = {
        "type": "bar",
        "x": [each.at for each in oldest],
        "y": [float(each.rate) for each in oldest],
        "text": told,
        "textposition": "none",
        "hoverinfo": "text",
        "marker": {"color": look.soft, "line": {"width": 0}},
    }
    zero = {"tickformat": "+.3%", "zeroline": True, "zerolinecolor": look.quiet}
    return figure(look, 220, [bars], x={"tickformat": "%-d %b"}, y=zero)


def _payments(payments: Sequence[FundingPayment], symbol: str, now: datetime) -> None:
    if not payments:
        st.markdown(
            f"**No funding was paid or received on {figures.plain(symbol)}.** A payment shows here within a minute of "
            "its settlement."
        )
        return
    if veil := privacy.veil():
        part = veiled.Part.under(veil, payments[0].settle_currency)
        if part is None:
            st.markdown(veiled.UNTOLD)
            return
        payments = part.payments(payments)
    unit = payments[0].settle_currency
    total = sum((each.funding for each in payments), ZERO)
    st.markdown(figures.plain(
        f"{len(payments)} payments since {futures_days.moment(payments[-1].at, now)} UTC come to "
        f"{figures.named(total, unit, signed=True)}."
    ))  # fmt: skip
    written = {
        "Settled, UTC": ledger_table.moment(now),
        "Rate": ledger_table.rate,
        "Contracts": ledger_table.count,
        f"Amount, {unit}": ledger_table.signed(unit),
    }
    frame = paid(payments, unit)
    if unit == figures.SHARE:
        frame = frame.drop(columns="Contracts")
    st.dataframe(
        ledger_table.styled(frame, written, plots.look(), hued=(f"Amount, {unit}",)),
        key="funding-payments",
        hide_index=True,
        row_height=ledger_table.ROW,
        height=ledger_table.height(min(len(frame), _ROWS - 4)),
        alt=f"Funding paid and received on {symbol}",
    )


def paid(payments: Sequence[FundingPayment], unit: str) -> pd.DataFrame:
    """Return a row for each payment, newest first."""
    number = ledger_table.number
    return pd.DataFrame(
        {
            "Settled, UTC": pd.to_datetime([each.at for each in payments], utc=True),
            f"Amount, {unit}": [number(each.funding) for each in payments],
            "Rate": [number(each.funding_rate) for each in payments],
            "Contracts": [number(each.position_qty) for each in payments],
        }
    )
