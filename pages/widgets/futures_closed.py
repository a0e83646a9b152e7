"""Positions that ended: what our own fills say of each beside what the exchange says, and the ledger as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Literal, NamedTuple

import streamlit as st

from kucoin.desk.ledger import Ledger
from kucoin.desk.pnl import Report
from kucoin.desk.rounds import Closed
from pages.widgets import figures, futures_days, ledger_line, ledger_table, leftovers, mishap, privacy, veiled
from pages.widgets.live import live
from pages.widgets.veiled import Part

PAGE = 100
"""Rows that go to the browser at a time."""

_CONTRACT = "pnl-contract"
_ALL = "All contracts"
_ROUNDING = Decimal("1E-8")  # of a settlement currency, at each fill
_ROWS = 10  # before the table scrolls
_DIFFERENCE = "Difference to exchange"
_MEANING = "Difference to exchange: our net less the exchange's word for the same position"
_KINDS: tuple[tuple[Literal["csv", "parquet"], str, str], ...] = (
    ("csv", "CSV", "text/csv"),
    ("parquet", "Parquet", "application/vnd.apache.parquet"),
)
_WHATS: tuple[tuple[Literal["ledger", "closed"], str], ...] = (
    ("ledger", "Ledger: fills, fees, funding"),
    ("closed", "Closed positions"),
)


class Facts(NamedTuple):
    """What a row shows of one position: by our fills, or by the exchange's word where fills are missing."""

    lots: int | None
    entry: Decimal | None
    exit: Decimal | None
    price_pnl: Decimal | None
    fees: Decimal | None
    funding: Decimal | None


@st.fragment
def show(ledger: Ledger, report: Report, span: str, now: datetime) -> None:
    """Draw the panel: filter, export, how far the ledger is, and the table.

    A fragment of its own: another contract, page or position draws nothing else.
    """
    with leftovers.noted(), mishap.contained("The closed positions"), st.container(border=True, key="closed"):
        symbols = sorted(each.symbol for each in report.by_symbol if each.closed)
        with st.container(horizontal=True, vertical_alignment="center", key="bar-closed"):
            st.header("Closed positions", anchor=False, width="content")
            with st.container(width="content", gap="xsmall"):
                ledger_line.show(ledger)
            st.space("stretch")
            symbol = _filter(symbols)
            _exports(ledger, span, symbol, now)
        positions = report.positions
        if symbol is not None:
            positions = tuple(each for each in positions if each.symbol == symbol)
        if not positions:
            st.markdown(_empty(span, symbol))
            return
        st.caption(figures.plain(summary(positions, span)))
        veil = privacy.veil()
        part = veil and veiled.Part.under(veil, report.currency)
        if veil is not None and part is None:
            st.markdown(veiled.UNTOLD)
            return
        _table(positions, report.currency, part, now)


def _filter(symbols: Sequence[str]) -> str | None:
    options = [_ALL, *symbols]
    if st.session_state.get(_CONTRACT, st.query_params.get(_CONTRACT)) not in options:
        st.session_state[_CONTRACT] = _ALL
    hidden = "collapsed"
    chosen = st.selectbox(
        "Contract", options, key=_CONTRACT, bind="query-params", label_visibility=hidden, width=170, required=True
    )
    return None if chosen in (None, _ALL) else chosen


def _exports(ledger: Ledger, span: str, symbol: str | None, now: datetime) -> None:
    since = futures_days.since(span, now)
    part = "-".join(each for each in (symbol, span.replace(" ", "").lower(), f"{now:%Y%m%d}") if each)
    veil = privacy.veil()
    figures_are = "Shares of the account in the place of amounts" if veil else "Exact decimals"
    with st.popover("Export", key="pnl-export"):
        st.caption(f"{figures_are}, UTC, every settlement currency; a file is made when it is asked for.")
        for what, title in _WHATS:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(title)
                st.space("stretch")
                for kind, word, mime in _KINDS:
                    st.download_button(
                        word,
                        partial(ledger.export, kind, what, symbol=symbol, since=since, share=veil and veil.fraction),
                        file_name=f"futures-{what}-{'shares-' if veil else ''}{part}.{kind}",
                        mime=mime,
                        key=f"export-{what}-{kind}",
                        on_click="ignore",
                    )


def _empty(span: str, symbol: str | None) -> str:
    whose = f" of {figures.plain(symbol)}" if symbol else ""
    if span == "All":
        return f"**No position{whose} was closed yet.** One that ends shows here within seconds."
    return f"**No position{whose} was closed in {futures_days.title(span)}.** Choose a longer span above."


def summary(positions: Sequence[Closed], span: str) -> str:
    """Return how many there are, and whether they agree with the exchange."""
    apart = [each for each in positions if each.difference is None or each.difference]
    unknown = sum(1 for each in apart if each.difference is None)
    rounded = sum(1 for each in apart if _is_rounding(each))
    off = len(apart) - unknown - rounded
    words = [f"{len(positions)} {'ever' if span == 'All' else 'in ' + futures_days.title(span)}."]
    if off:
        words.append(f"{off} {'differs' if off == 1 else 'differ'} from the exchange: see the fills that are missing.")
    if unknown:
        words.append(f"{unknown} cannot be compared: one side has not told {'it' if unknown == 1 else 'them'} yet.")
    if rounded:
        words.append(f"{rounded} {'differs' if rounded == 1 else 'differ'} by no more than the exchange's rounding.")
    if not apart:
        words.append("Every one agrees with the exchange.")
    return " ".join(words)


def _is_rounding(position: Closed) -> bool:
    """Say whether a difference is no more than what the exchange may round at each fill."""
    if not position.difference or position.missing or position.round is None:
        return False
    return abs(position.difference) <= _ROUNDING * position.round.fills


def _table(positions: Sequence[Closed], unit: str, part: Part | None, now: datetime) -> None:
    pages = -(-len(positions) // PAGE)
    place = st.pagination(pages, key="closed-page") if pages > 1 else 1
    rows = positions[(place - 1) * PAGE : place * PAGE]
    if part is not None:
        rows, unit = [part.closed(each) for each in rows], figures.SHARE
    shown = table(rows)
    if part is not None:
        del shown["Contracts"]
    data = ledger_table.payload(
        shown,
        _written(unit, now),
        label="Closed positions",
        seen=_ROWS,
        pinned=("Closed, UTC", "Contract"),
        hued=("Net",),
        heads={_DIFFERENCE: ("Difference", _MEANING)},
        told=[told(each, now) for each in rows],
    )
    live.LEDGER(key="closed-table", data=data)


def _written(unit: str, now: datetime) -> dict[str, Callable[..., str]]:
    """Return how the figures of each column are written."""
    written: dict[str, Callable[..., str]] = {"Contracts": ledger_table.count, "ROE": ledger_table.ratio}
    written |= dict.fromkeys(("Price PnL", "Fees", "Funding", "Net", _DIFFERENCE), ledger_table.signed(unit))
    written |= dict.fromkeys(("Entry", "Exit"), ledger_table.price)
    return written | dict.fromkeys(("Closed, UTC", "Opened, UTC"), partial(futures_days.moment, now=now))


def table(positions: Sequence[Closed]) -> dict[str, list[Any]]:
    """Return a row for each position, by columns; what is not known is None."""
    known = [facts(each) for each in positions]
    columns: dict[str, list[Any]] = {
        "Closed, UTC": [each.closed_at for each in positions],
        "Contract": [each.symbol for each in positions],
        "Net": [each.net for each in positions],
        _DIFFERENCE: [each.difference for each in positions],
        "Side": [_side(each) for each in positions],
        "Contracts": [each.lots for each in known],
        "Entry": [each.entry for each in known],
        "Exit": [each.exit for each in known],
        "Price PnL": [each.price_pnl for each in known],
        "Fees": [each.fees for each in known],
        "Funding": [each.funding for each in known],
        "ROE": [each.roe for each in positions],
        "Opened, UTC": [_opened(each) for each in positions],
    }
    if any(each.missing for each in positions):
        columns["Missing fills"] = [each.missing for each in positions]
    return columns


def facts(position: Closed) -> Facts:
    """Return what a row shows: one side's figures, never a mixture."""
    ours, theirs = position.round, position.exchange
    if ours is not None and (theirs is None or (ours.complete and not position.missing)):
        return Facts(ours.opened_lots, ours.entry, ours.exit, ours.price_pnl, ours.fees, ours.funding)
    if theirs is None:
        raise ValueError("a closed position that nobody knows")
    price = None
    if theirs.trade_fee is not None and theirs.funding_fee is not None:
        price = theirs.pnl + theirs.trade_fee - theirs.funding_fee
    fees = None if theirs.trade_fee is None else -theirs.trade_fee
    return Facts(None, theirs.open_price, theirs.close_price, price, fees, theirs.funding_fee)


def told(position: Closed, now: datetime) -> str:
    """Return the position that was chosen: what our fills say, and what the exchange says."""
    unit = position.settle_currency
    ours, theirs = position.round, position.exchange
    said = [f"{position.symbol} {_side(position).lower()}, closed {futures_days.moment(position.closed_at, now)} UTC."]
    if ours is not None:
        fills = "1 fill" if ours.fills == 1 else f"{ours.fills} fills"
        said.append(f"Our {fills}: {_exactly(ours.net, unit)} net{', liquidated' if ours.liquidated else ''}.")
    if theirs is not None:
        said.append(f"The exchange: {_exactly(theirs.pnl, unit)} net.")
    if position.difference is not None:
        said.append(f"Difference {_exactly(position.difference, unit)}.")
    if position.missing:
        said.append(f"{position.missing.rstrip('.')}.")
    return " ".join(said)


def _exactly(value: Decimal, unit: str) -> str:
    return figures.named(value, unit, signed=True) if unit == figures.SHARE else f"{figures.exact(value)} {unit}"


def _side(position: Closed) -> str:
    side = ledger_table.side(position)
    return side if position.leverage is None else f"{side} {position.leverage:f}×"


def _opened(position: Closed) -> datetime | None:
    if position.round is not None and position.round.complete:
        return position.round.opened_at
    return position.exchange.opened_at if position.exchange else None
