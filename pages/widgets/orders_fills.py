"""Fills of every market from the desk's own ledgers, and what became of orders: filters, table, a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, Literal, NamedTuple, TypeVar

import streamlit as st

from kucoin.desk.desk import Desk
from kucoin.desk.fill_book import FillBook, Reach
from kucoin.model.ledger_fill import LedgerFill
from pages.widgets import (
    figures,
    fills_table,
    ledger_line,
    ledger_table,
    mishap,
    past_table,
    plots,
    privacy,
    session,
    veiled,
)

T = TypeVar("T")

PAGE = 100
"""Rows that go to the browser at a time."""

_CADENCE = 4.0  # s
_ROWS = 8  # before the table scrolls
_PRICE = 96  # px; by itself a column is as wide as its first rows, which may have no price
_VIEW, _SPAN, _DAYS = "fills-view", "fills-span", "fills-days"
_SYMBOLS, _PLACE = "fills-symbols", "fills-page"
_FILLS, _ORDERS = "Fills", "Orders"
_READ, _DRAWN = "fills-read", "fills-drawn"
_TODAY, _RANGE = "Today", "Range…"
_SPANS = {_TODAY: 1, "7 d": 7, "30 d": 30, _RANGE: None}
_USUAL = "7 d"
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


class _View(NamedTuple):
    """What the table shows.

    Attributes:
        what: In words.
        rows: Newest first.
        summary: Of all of them.
        known: What else is to be shown of each row of a page, with the row.
        styled: Makes a table of these.
        exactly: Tells all of one.
        soon: When a new one shows.
    """

    what: str
    rows: Sequence[Any]
    summary: str
    known: Callable[[Sequence[Any]], tuple[tuple[Any, Any], ...]]
    styled: Callable[[Sequence[tuple[Any, Any]]], object]
    exactly: Callable[[Any], str]
    soon: str


@st.fragment(run_every=_CADENCE)
def show(desk: Desk) -> None:
    """Draw the panel. A fragment of its own, to be called outside of any other.

    Its parts are the same in every run, whatever they show, so a run that is cut off leaves none of another behind.
    """
    with mishap.contained("The fills"), st.container(border=True, key="fills"):
        now = session.now()
        with st.container(horizontal=True, vertical_alignment="center", key="bar-fills"):
            what = _view()
            st.space("stretch")
            files = st.popover("Export", key="fills-export")
        st.caption(figures.plain(told(desk.fills.reach(), now)))
        with st.container(horizontal=True, vertical_alignment="center", key="tools-fills"):
            choice = _choice(desk.fills.symbols(), now)
            counted = st.container(width="stretch")
        view = (_fills if what == _FILLS else _orders)(desk, choice, now)
        with files:
            _exports(desk.fills, choice)
        with counted:
            st.caption(figures.plain(view.summary))
        _table(view, choice, now)
        if problem := desk.fills.reach().problem:
            st.warning(f"**Some fills may be missing or late:** {figures.plain(problem.rstrip('. '))}.")


def _view() -> str:
    st.header("History", anchor=False, width="content")
    view = st.segmented_control(
        "Show",
        (_FILLS, _ORDERS),
        default=_FILLS,
        required=True,
        key=_VIEW,
        bind="query-params",
        label_visibility="collapsed",
    )
    return view or _FILLS


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
    veil = privacy.veil()
    written = "Shares of the account in the place of amounts" if veil else "Exact decimals"
    st.caption(f"The fills chosen above and their fees. {written}, UTC; a file is made when it is asked for.")
    with st.container(horizontal=True, vertical_alignment="center"):
        for kind, word, mime in _KINDS:
            st.download_button(
                word,
                partial(book.export, kind, *choice[1:3], symbols=choice.symbols, share=veil and veil.fraction),
                file_name=f"fills-{'shares-' if veil else ''}{part}.{kind}",
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


def _fills(desk: Desk, choice: Choice, now: datetime) -> _View:
    def read() -> tuple[Sequence[LedgerFill], str]:
        fills = desk.fills.fills(choice.start, choice.end, symbols=choice.symbols)
        return fills, fills_table.summary(fills, veil)

    veil, clock = privacy.veil(), choice.span == _TODAY
    fills, summary = _kept(_READ, (choice, desk.fills.generation, veiled.about(veil)), read)

    def styled(rows: Sequence[fills_table.Row]) -> object:
        if veil is not None:
            return fills_table.hidden(rows, plots.look(), now, veil, clock=clock)
        return fills_table.styled(rows, plots.look(), now, clock=clock)

    return _View(
        "fills",
        fills,
        summary,
        lambda rows: tuple((fill, desk.ledger.earned(fill)) for fill in rows),
        styled,
        lambda fill: fills_table.exactly(fill, veil),
        "One shows here within a second",
    )


def _orders(desk: Desk, choice: Choice, now: datetime) -> _View:
    veil = privacy.veil()
    orders = desk.order_history.between(choice.start, choice.end, symbols=choice.symbols)
    return _View(
        "finished orders",
        orders,
        past_table.summary(orders),
        lambda rows: tuple((order, desk.origins.ours(order.client_oid)) for order in rows),
        lambda rows: past_table.styled(rows, plots.look(), now, veil, clock=choice.span == _TODAY),
        lambda order: past_table.exactly(order, veil),
        "One shows here once it has filled or was cancelled",
    )


def _table(view: _View, choice: Choice, now: datetime) -> None:
    """Draw a page of the table, and what is known of the row that was pressed."""
    pages = max(1, -(-len(view.rows) // PAGE))
    place = min(st.session_state.get(_PLACE, 1), pages)
    rows = view.known(view.rows[(place - 1) * PAGE : place * PAGE])
    if not rows:
        st.markdown(empty(view, choice))
        return
    made_of = view.what, rows, plots.look(), now.date(), choice.span, veiled.about(privacy.veil())
    chosen = st.dataframe(
        _kept(_DRAWN, made_of, lambda: view.styled(rows)),
        key=f"{view.what.split()[-1]}-table",
        hide_index=True,
        row_height=ledger_table.ROW,
        height=ledger_table.height(min(len(rows), _ROWS)),
        on_select="rerun",
        selection_mode="single-cell",
        placeholder=figures.UNKNOWN,
        column_config={"Price": st.column_config.Column(width=_PRICE)},
        alt=view.what.capitalize(),
    )
    if pages > 1:
        st.pagination(pages, key=_PLACE)
    for row, _ in chosen.selection.cells:
        if row < len(rows):
            st.caption(figures.plain(view.exactly(rows[row][0])))


def _kept(name: str, made_of: tuple[object, ...], make: Callable[[], T]) -> T:
    """Return what ``make`` returns; the very same as long as it would be made of the same.

    So that years of fills are not added up with every tick, and a table that stands still is drawn by the browser once.
    """
    held: tuple[tuple[object, ...], T] | None = st.session_state.get(name)
    if held is None or held[0] != made_of:
        held = st.session_state[name] = (made_of, make())
    return held[1]


def empty(view: _View, choice: Choice) -> str:
    """Return what stands in the place of the table, as Markdown: the cause, and the next step."""
    on = f" on {figures.plain(', '.join(choice.symbols))}" if choice.symbols else ""
    return f"**No {view.what}{on} in these days.** {view.soon}; choose a longer span above for older ones."
