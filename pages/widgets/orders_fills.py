"""Fills of every market from the desk's own ledgers, and what became of orders: filters, table, a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Literal, NamedTuple

import pandas as pd
import streamlit as st

from kucoin.desk.desk import Desk
from kucoin.desk.fill_book import FillBook, Reach
from kucoin.model.ledger_fill import FillKind, LedgerFill
from pages.widgets import figures, ledger_line, ledger_table, mishap, plots, session
from pages.widgets.plots import Look

PAGE = 100
"""Rows that go to the browser at a time."""

_CADENCE = 4.0  # s
_ROWS = 8  # before the table scrolls
_SPAN, _DAYS, _SYMBOLS, _PLACE = "fills-span", "fills-days", "fills-symbols", "fills-page"
_HELD = "fills-drawn"
_TODAY, _RANGE = "Today", "Range…"
_SPANS = {_TODAY: 1, "7 d": 7, "30 d": 30, _RANGE: None}
_USUAL = "7 d"
_CENTS = ("USDT", "USDC")  # fees in others are small
_KINDS: tuple[tuple[Literal["csv", "parquet"], str, str], ...] = (
    ("csv", "CSV", "text/csv"),
    ("parquet", "Parquet", "application/vnd.apache.parquet"),
)


class Choice(NamedTuple):
    """What the reader looks at: ``symbols`` are all where empty, ``end`` is not included."""

    span: str
    start: datetime
    end: datetime
    symbols: tuple[str, ...]


class _Drawn(NamedTuple):
    """A table, and all that it was made of."""

    made_of: tuple[object, ...]
    table: object


@st.fragment(run_every=_CADENCE)
def show(desk: Desk) -> None:
    """Draw the panel. A fragment of its own, to be called outside of any other.

    Its parts are the same in every run, whatever they show, so a run that is cut off leaves none of another behind.
    """
    with mishap.contained("The fills"), st.container(border=True, key="fills"):
        now = session.now()
        with st.container(horizontal=True, vertical_alignment="center", key="bar-fills"):
            st.header("Fills", anchor=False, width="content")
            with st.container(width="content"):
                st.caption(figures.plain(told(desk.fills.reach(), now)))
            st.space("stretch")
            files = st.popover("Export", key="fills-export")
        with st.container(horizontal=True, vertical_alignment="center", key="tools-fills"):
            choice = _choice(desk.fills.symbols(), now)
            st.space("stretch")
            counted = st.container(width="content")
        fills = desk.fills.fills(choice.start, choice.end, symbols=choice.symbols)
        with files:
            _exports(desk.fills, choice)
        with counted:
            st.caption(figures.plain(summary(fills)))
        _table(fills, choice, now)


def _choice(symbols: Sequence[str], now: datetime) -> Choice:
    """Draw the filters and return what is chosen by them."""
    span = st.segmented_control(
        "Span",
        list(_SPANS),
        default=_USUAL,
        required=True,
        key=_SPAN,
        bind="query-params",
        label_visibility="collapsed",
    )
    span = span or _USUAL
    today = now.date()
    days = _SPANS[span]
    first, last = today - timedelta(days=(days or 7) - 1), today
    if days is None:
        first, last = _dates(first, last)
    chosen = st.multiselect(
        "Symbols",
        symbols,
        key=_SYMBOLS,
        placeholder="All symbols",
        label_visibility="collapsed",
        width=220,
    )
    start, end = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    return Choice(span, start, end, tuple(chosen))


def _dates(first: date, last: date) -> tuple[date, date]:
    """Draw the days to choose from and return the first and the last; while only one is chosen, it is both."""
    chosen = st.date_input(
        "Days, UTC",
        (first, last),
        max_value=last,
        key=_DAYS,
        format="YYYY-MM-DD",
        label_visibility="collapsed",
        width=220,
    )
    picked = [chosen] if isinstance(chosen, date) else [each for each in chosen or () if each is not None]
    return (min(picked), max(picked)) if picked else (first, last)


def _exports(book: FillBook, choice: Choice) -> None:
    part = "-".join((*choice.symbols, f"{choice.start:%Y%m%d}", f"{choice.end - timedelta(days=1):%Y%m%d}"))
    st.caption("The fills chosen above and their fees. Exact decimals, UTC; a file is made when it is asked for.")
    with st.container(horizontal=True, vertical_alignment="center"):
        for kind, word, mime in _KINDS:
            st.download_button(
                word,
                partial(book.export, kind, choice.start, choice.end, symbols=choice.symbols),
                file_name=f"fills-{part}.{kind}",
                mime=mime,
                key=f"export-fills-{kind}",
                on_click="ignore",
            )


def told(reach: Reach, now: datetime) -> str:
    """Return from when on the fills are complete, and how far back KuCoin tells of them."""
    since = {"spot": reach.spot, "futures": reach.futures}
    known = [f"{ledger_line.day(at, now)} on {market}" for market, at in since.items() if at is not None]
    ours = f"Own ledger complete since {', '.join(known)}" if known else "The own ledger holds nothing yet"
    reading = "" if reach.synced else " It is being read."
    return f"UTC. {ours}; KuCoin itself tells 7 days, of futures 3 months.{reading}"


def summary(fills: Sequence[LedgerFill]) -> str:
    """Return how many there are, and what was paid for them: ``8 fills, fees −28.01 USDT``."""
    fees: dict[str, Decimal] = defaultdict(Decimal)
    unknown = 0
    for fill in fills:
        if fill.fee is None or fill.fee_currency is None:
            unknown += 1
        else:
            fees[fill.fee_currency] += fill.fee
    paid = [
        f"{figures.money(-fee, unit) if unit in _CENTS else figures.amount(-fee)} {unit}"
        for unit, fee in sorted(fees.items())
        if fee
    ]
    words = f"{len(fills):,} {'fill' if len(fills) == 1 else 'fills'}"
    if paid:
        words += f", fees {', '.join(paid)}"
    return f"{words}; {unknown} not told yet" if unknown else words


def _table(fills: Sequence[LedgerFill], choice: Choice, now: datetime) -> None:
    pages = -(-len(fills) // PAGE)
    place = st.session_state.get(_PLACE, 1) if pages > 1 else 1
    rows = fills[(min(place, max(pages, 1)) - 1) * PAGE :][:PAGE]
    if not rows:
        st.markdown(empty(choice))
        return
    chosen = st.dataframe(
        _drawn(tuple(rows), plots.look(), now, clock=choice.span == _TODAY),
        key="fills-table",
        hide_index=True,
        row_height=ledger_table.ROW,
        height=ledger_table.height(min(len(rows), _ROWS)),
        on_select="rerun",
        selection_mode="single-cell",
        column_config={"Time, UTC": st.column_config.Column(pinned=True)},
        alt="Fills",
    )
    if pages > 1:
        st.pagination(pages, key=_PLACE)
    for row, _ in chosen.selection.cells:
        if row < len(rows):
            st.caption(figures.plain(exactly(rows[row])))


def empty(choice: Choice) -> str:
    """Return what stands in the place of the table, as Markdown: the cause, and the next step."""
    on = f" on {figures.plain(', '.join(choice.symbols))}" if choice.symbols else ""
    return f"**No fills{on} in these days.** One shows here within a second; choose a longer span above for older ones."


def table(fills: Sequence[LedgerFill]) -> pd.DataFrame:
    """Return a row for each fill; numbers are exact decimals, what is not known is None."""
    return pd.DataFrame(
        {
            "Time, UTC": pd.to_datetime([fill.at for fill in fills], utc=True),
            "Symbol": [fill.symbol for fill in fills],
            "Side": [fill.side.capitalize() for fill in fills],
            "Price": [fill.price for fill in fills],
            "Size": [fill.size for fill in fills],
            "Value": [fill.funds for fill in fills],
            "Fee": [fill.fee.copy_negate() if fill.fee else fill.fee for fill in fills],
            "Role": [fill.liquidity or figures.UNKNOWN for fill in fills],
            "Account": [_account(fill.kind) for fill in fills],
        },
    )


def _account(kind: FillKind | None) -> str:
    return figures.UNKNOWN if kind is None else kind.value.capitalize()


def _drawn(fills: tuple[LedgerFill, ...], look: Look, now: datetime, *, clock: bool) -> object:
    """Return the table; the very same as long as nothing in it changes, so that the browser draws it once."""
    made_of = (fills, look, now.date(), clock)
    held: _Drawn | None = st.session_state.get(_HELD)
    if held is None or held.made_of != made_of:
        held = st.session_state[_HELD] = _Drawn(made_of, _styled(fills, look, now, clock=clock))
    return held.table


def _styled(fills: Sequence[LedgerFill], look: Look, now: datetime, *, clock: bool) -> object:
    """Return the table with its figures as text: money rounded as everywhere, a fee in another coin with its name."""
    hues = {"Buy": f"color: {look.gain}", "Sell": f"color: {look.loss}"}
    written = {"Time, UTC": partial(_moment, now, clock), "Price": figures.exact, "Size": figures.exact}
    styler = table(fills).style.format(written, na_rep=figures.UNKNOWN).map(hues.__getitem__, subset=["Side"])
    alike: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    for row, fill in enumerate(fills):
        alike[fill.currency, fill.fee_currency].append(row)
    for (currency, fee_currency), rows in alike.items():
        money = {"Value": partial(_money, currency, currency), "Fee": partial(_money, fee_currency, currency)}
        for column, write in money.items():
            styler = styler.format(write, subset=pd.IndexSlice[rows, [column]], na_rep=figures.UNKNOWN)
    return styler


def _money(unit: str | None, usual: str | None, value: Decimal) -> str:
    """Write a sum; where it is not of the usual unit, with its name and every digit that counts."""
    if unit is None or unit != usual:
        return f"{figures.amount(value)} {unit or ''}".rstrip()
    return figures.money(value, unit)


def _moment(now: datetime, clock: bool, at: pd.Timestamp) -> str:
    told = f"{at:%H:%M:%S}"
    return told if clock else f"{ledger_line.day(at.to_pydatetime(), now)} {told}"


def exactly(fill: LedgerFill) -> str:
    """Return everything that is known of one fill, to the last digit."""
    unit = "contracts" if fill.futures else fill.symbol.partition("-")[0]
    price = f"{figures.exact(fill.size)} {unit} at {figures.exact(fill.price)}"
    said = [f"{fill.symbol} {fill.side}, {fill.at:%Y-%m-%d %H:%M:%S.%f} UTC: {price}."]
    if fill.funds is not None:
        said.append(f"Value {figures.exact(fill.funds)} {fill.currency or ''}".rstrip() + ".")
    if fill.fee is None:
        said.append("The fee is not told yet.")
    else:
        rate = "" if fill.fee_rate is None else f" ({figures.percent(fill.fee_rate, places=4, signed=False)})"
        said.append(f"Fee {figures.exact(fill.fee.copy_negate())} {fill.fee_currency or ''}{rate}.")
    said.append(f"Trade {fill.trade_id}, order {fill.order_id}.")
    return " ".join(said)
