"""The ledger and the closed positions as files: CSV and Parquet that hold the same, to the last digit.

Times are UTC, amounts exact and signed: negative what was paid. Text comes from outside and a spreadsheet could take it
for a formula, so it is `guarded`; numbers stay numbers. What is unknown is empty.
"""

from __future__ import annotations

import csv
import heapq
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import Enum

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from kucoin.desk.rounds import Closed
from kucoin.model.ledger_fill import LedgerFill
from kucoin.model.order import FuturesFill
from kucoin.model.position import FundingPayment

Cell = datetime | Decimal | int | str | None
Row = Mapping[str, Cell]


class Column(Enum):
    """What a column holds."""

    TIME = "time"
    TEXT = "text"
    WHOLE = "whole"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by the names of ``columns``, to be written once; what a row does not name is empty."""

    columns: Mapping[str, Column]
    rows: Iterable[Row]


LEDGER = {
    "time_utc": Column.TIME,
    "entry": Column.TEXT,  # fill, fee or funding
    "symbol": Column.TEXT,
    "amount": Column.EXACT,  # of a fee or funding: what it did to the balance; empty for a fill
    "currency": Column.TEXT,
    "side": Column.TEXT,
    "lots": Column.WHOLE,  # of a fill; of funding what was held, negative when short
    "price": Column.EXACT,  # of a fill; of funding the mark price
    "value": Column.EXACT,
    "rate": Column.EXACT,
    "kind": Column.TEXT,  # the exchange's word: trade, liquid, adl, settlement
    "liquidity": Column.TEXT,
    "order_type": Column.TEXT,
    "margin_mode": Column.TEXT,
    "position_side": Column.TEXT,
    "id": Column.TEXT,  # of the trade or the payment
    "order_id": Column.TEXT,
}
CLOSED = {
    "opened_utc": Column.TIME,
    "closed_utc": Column.TIME,
    "symbol": Column.TEXT,
    "direction": Column.TEXT,
    "position_side": Column.TEXT,
    "margin_mode": Column.TEXT,
    "leverage": Column.EXACT,
    "lots": Column.WHOLE,
    "entry": Column.EXACT,
    "exit": Column.EXACT,
    "price_pnl": Column.EXACT,
    "fees": Column.EXACT,
    "funding": Column.EXACT,
    "net": Column.EXACT,
    "exchange_net": Column.EXACT,
    "difference": Column.EXACT,  # net less exchange_net
    "missing": Column.TEXT,
    "roe": Column.EXACT,
    "currency": Column.TEXT,
    "kind": Column.TEXT,  # the exchange's word: CLOSE_LONG, LIQUID_SHORT
    "close_id": Column.TEXT,
}

FILLS = {
    "time_utc": Column.TIME,
    "entry": Column.TEXT,  # fill or fee
    "account": Column.TEXT,  # spot, cross margin, isolated margin or futures
    "symbol": Column.TEXT,
    "amount": Column.EXACT,  # of a fee: what it did to the balance; empty for a fill
    "currency": Column.TEXT,
    "side": Column.TEXT,
    "size": Column.EXACT,  # in base currency, on futures in lots
    "price": Column.EXACT,
    "value": Column.EXACT,
    "rate": Column.EXACT,
    "liquidity": Column.TEXT,
    "order_type": Column.TEXT,
    "id": Column.TEXT,  # of the trade
    "order_id": Column.TEXT,
}

MONEY = frozenset({"amount", "value", "price_pnl", "fees", "funding", "net", "exchange_net", "difference"})
"""Columns of all tables here that are sums of the row's ``currency``."""

# Of a position, which its value tells as well, and what is said of it in words.
_SIZES = frozenset({"lots", "size", "missing"})
_SHARE = Decimal("1E-10")
_WIDE = Context(prec=60)

Share = Callable[[Decimal, str], Decimal | None]
"""Returns what part of the whole account a sum of a currency is, None where nobody knows."""

# Before what a spreadsheet takes for the sign of a formula: at the start, or behind what ends a cell for a reader that
# cuts elsewhere than we do. And before a line break or tab that comes first.
_FORMULA = re.compile(r"(?:^|(?<=[\x00-\x20\x7f-\xa0\ufeff,;|\"']))(?=[=+\-@＝＋－＠])|^(?=[\t\r\n])")


def guarded(text: str) -> str:
    """Return ``text`` with an apostrophe before each sign that could begin a formula."""
    return text if text.isalnum() else _FORMULA.sub("'", text)


def rows(fills: Iterable[FuturesFill], funding: Iterable[FundingPayment]) -> Table:
    """Lay out the ledger, oldest first: each fill a row, its fee a row of its own behind it, each funding payment one.

    Both must come by time.
    """
    entries: Iterator[FuturesFill | FundingPayment] = heapq.merge(fills, funding, key=lambda entry: entry.at)
    return Table(LEDGER, (row for entry in entries for row in _entries(entry)))


def closed_rows(closed: Iterable[Closed]) -> Table:
    """Lay out closed positions, in their order; where no fill of ours tells of one, it is by the exchange's word."""
    return Table(CLOSED, map(_closed, closed))


def fill_rows(fills: Iterable[LedgerFill]) -> Table:
    """Lay out fills of all markets in their order, the fee of each in a row of its own behind it.

    One that only a push told of yet has no fee, and so no such row.
    """
    return Table(FILLS, (row for fill in fills for row in _filled(fill)))


def veiled(table: Table, share: Share, *, money: Collection[str] = MONEY) -> Table:
    """Return ``table`` without any amount: each column of ``money`` is ``<its name>_share``, a fraction of the account.

    Sizes are left out. A share that nobody knows is empty.
    """
    kept = {name: kind for name, kind in table.columns.items() if name not in _SIZES}
    columns = {f"{name}_share" if name in money else name: kind for name, kind in kept.items()}
    return Table(columns, (_shares(row, kept, share, money) for row in table.rows))


def _shares(row: Row, kept: Iterable[str], share: Share, money: Collection[str]) -> Row:
    currency = str(row.get("currency") or "")
    found: dict[str, Cell] = {}
    for name in kept:
        cell = row.get(name)
        if name not in money:
            found[name] = cell
        elif isinstance(cell, Decimal) and (part := share(cell, currency)) is not None:
            found[f"{name}_share"] = part.quantize(_SHARE, ROUND_HALF_EVEN, _WIDE)
    return found


def to_csv(table: Table) -> bytes:
    """Return ``table`` as CSV: a header, commas, UTF-8, times as ``2026-03-01T08:00:00.123456+00:00``."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.columns)
    writer.writerows([_written(row.get(name)) for name in table.columns] for row in table.rows)
    return text.getvalue().encode()


def to_parquet(table: Table) -> bytes:
    """Return ``table`` as Parquet: timestamps in µs, exact numbers as decimals.

    Raises:
        ValueError: A column's numbers do not fit into 76 digits together.
    """
    columns: dict[str, list[Cell]] = {name: [] for name in table.columns}
    for row in table.rows:
        for name, cells in columns.items():
            cells.append(row.get(name))
    arrays = {name: _array(table.columns[name], cells) for name, cells in columns.items()}
    file = io.BytesIO()
    pq.write_table(pa.table(arrays), file, compression="zstd")
    return file.getvalue()


def _entries(entry: FuturesFill | FundingPayment) -> Iterator[Row]:
    common: dict[str, Cell] = {
        "time_utc": entry.at,
        "symbol": entry.symbol,
        "margin_mode": entry.margin_mode,
        "position_side": entry.position_side,
    }
    if isinstance(entry, FundingPayment):
        yield {
            **common,
            "entry": "funding",
            "amount": entry.funding,
            "currency": entry.settle_currency,
            "lots": entry.position_qty,
            "price": entry.mark_price,
            "value": entry.position_cost,
            "rate": entry.funding_rate,
            "id": str(entry.payment_id),
        }
        return
    common |= {
        "side": entry.side,
        "kind": entry.kind,
        "liquidity": entry.liquidity,
        "order_type": entry.type,
        "id": entry.trade_id,
        "order_id": entry.order_id,
    }
    traded: dict[str, Cell] = {
        "lots": entry.size,
        "price": entry.price,
        "value": entry.value,
        "currency": entry.settle_currency,
    }
    yield {**common, "entry": "fill", **traded}
    yield {**common, "entry": "fee", "amount": _paid(entry.fee), "currency": entry.fee_currency, "rate": entry.fee_rate}


def _filled(fill: LedgerFill) -> Iterator[Row]:
    common: dict[str, Cell] = {
        "time_utc": fill.at,
        "account": fill.kind,
        "symbol": fill.symbol,
        "side": fill.side,
        "liquidity": fill.liquidity,
        "order_type": fill.type,
        "id": fill.trade_id,
        "order_id": fill.order_id,
    }
    traded: dict[str, Cell] = {"size": fill.size, "price": fill.price, "value": fill.funds, "currency": fill.currency}
    yield {**common, "entry": "fill", **traded}
    if fill.fee is not None:
        charged: dict[str, Cell] = {"amount": _paid(fill.fee), "currency": fill.fee_currency, "rate": fill.fee_rate}
        yield {**common, "entry": "fee", **charged}


def _closed(position: Closed) -> Row:
    ours, theirs = position.round, position.exchange
    row: dict[str, Cell] = {
        "closed_utc": position.closed_at,
        "symbol": position.symbol,
        "leverage": position.leverage,
        "net": position.net,
        "difference": position.difference,
        "missing": position.missing,
        "roe": position.roe,
        "currency": position.settle_currency,
    }
    if theirs is not None:
        row |= {
            "opened_utc": theirs.opened_at,
            "position_side": theirs.position_side,
            "margin_mode": theirs.margin_mode,
            "entry": theirs.open_price,
            "exit": theirs.close_price,
            "fees": _paid(theirs.trade_fee),
            "funding": theirs.funding_fee,
            "exchange_net": theirs.pnl,
            "kind": theirs.kind,
            "close_id": theirs.close_id,
        }
    if ours is not None:
        row |= {
            "opened_utc": ours.opened_at,
            "direction": "long" if ours.is_long else "short",
            "position_side": ours.position_side,
            "margin_mode": ours.margin_mode,
            "lots": ours.opened_lots,
            "entry": ours.entry,
            "exit": ours.exit,
            "price_pnl": ours.price_pnl,
            "fees": ours.fees,
            "funding": ours.funding,
            # So that the row adds up, though the page goes by the exchange's word where fills are missing.
            "net": ours.net if ours.complete else position.net,
        }
    return row


def _paid(fee: Decimal | None) -> Decimal | None:
    """``fee`` with the sign of what it did to the balance; a minus would round to 28 digits."""
    return fee.copy_negate() if fee else fee


def _written(cell: Cell) -> str | int | None:
    match cell:
        case str():
            return guarded(cell)
        case Decimal():
            return f"{cell:f}"
        case datetime():
            return cell.astimezone(UTC).isoformat(timespec="microseconds")
    return cell


def _array(column: Column, cells: Sequence[Cell]) -> pa.Array:
    if column is Column.TIME:
        return pa.array(cells, pa.timestamp("us", tz="UTC"))
    if column is Column.WHOLE:
        return pa.array(cells, pa.int64())
    if column is Column.TEXT:
        return pa.array([None if cell is None else guarded(str(cell)) for cell in cells], pa.string())
    try:
        return pa.array(cells, pa.decimal128(38, 18))
    except pa.ArrowInvalid:
        return pa.array(cells, _wider(cell for cell in cells if isinstance(cell, Decimal)))


def _wider(numbers: Iterable[Decimal]) -> pa.DataType:
    """The type that holds all of ``numbers``, which are too long for 18 digits behind the point and 20 before it."""
    whole = places = 0
    for number in numbers:
        whole, places = max(whole, number.adjusted() + 1), max(places, -int(number.as_tuple().exponent))
    if whole + places > 76:
        raise ValueError(f"numbers with {whole} digits before and {places} behind the point do not fit into one column")
    return pa.decimal256(76, places) if whole + places > 38 else pa.decimal128(38, places)
