"""All spot tickers of one moment: a table of floats for the eye, exact decimals for the sums.

Eleven hundred pairs arrive every few seconds, so their text goes straight into typed rows and columns, and a Decimal
is made only of what is asked for.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Annotated

import msgspec
import numpy as np
import pandas as pd

from kucoin.model.market import Ticker
from kucoin.model.times import moment
from kucoin.rest.answer import UNREADABLE, Answer
from kucoin.rest.row import Row, number_in, readable, row_of

COLUMNS = ("last", "bid", "ask", "change_ratio", "change_price", "high", "low", "volume", "turnover")
_ON_THE_WIRE = {
    "bid": "buy",
    "ask": "sell",
    "change_ratio": "changeRate",
    "change_price": "changePrice",
    "volume": "vol",
    "turnover": "volValue",
}


class _Exact(msgspec.Struct, rename=_ON_THE_WIRE, gc=False):
    """A row as text, every digit kept."""

    symbol: Annotated[str, msgspec.Meta(min_length=1)]
    last: str | None = None
    bid: str | None = None
    ask: str | None = None
    change_ratio: str | None = None
    change_price: str | None = None
    high: str | None = None
    low: str | None = None
    volume: str | None = None
    turnover: str | None = None


class _Rounded(msgspec.Struct, rename=_ON_THE_WIRE, gc=False):
    """A row as floats, converted while it is decoded."""

    symbol: Annotated[str, msgspec.Meta(min_length=1)]
    last: float | None = None
    bid: float | None = None
    ask: float | None = None
    change_ratio: float | None = None
    change_price: float | None = None
    high: float | None = None
    low: float | None = None
    volume: float | None = None
    turnover: float | None = None


class _ExactRows(msgspec.Struct):
    ticker: list[_Exact]
    time: int | None = None


class _RoundedRows(msgspec.Struct):
    ticker: list[_Rounded]
    time: int | None = None


_exact_rows = msgspec.json.Decoder(_ExactRows)
_rounded_rows = msgspec.json.Decoder(_RoundedRows, strict=False)
_figures = attrgetter(*COLUMNS)


class TickerBoard:
    """The tickers of all spot pairs in one answer.

    Attributes:
        at: When KuCoin took them together (it does so every 2 s), None where it did not say.

    Raises:
        OutcomeUnknown: The answer holds no list of tickers.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._rounded: dict[str, _Rounded] | None = None
        try:
            board: _ExactRows | _RoundedRows = _rounded_rows.decode(answer.data)
        except UNREADABLE:
            board = _decode_field_by_field(answer)
        self.at: datetime | None = moment(board.time)
        if isinstance(board, _RoundedRows):
            self._rounded = {row.symbol: row for row in board.ticker}

    def __len__(self) -> int:
        return len(self._rounded or self._exact)

    def __contains__(self, symbol: str) -> bool:
        return symbol in (self._rounded or self._exact)

    def ticker(self, symbol: str) -> Ticker | None:
        """Return one pair's figures, exact; None where the board has no such pair."""
        row = self._exact.get(symbol)
        if row is None:
            return None
        return Ticker(
            symbol=symbol,
            last=number_in(row.last),
            bid=number_in(row.bid),
            ask=number_in(row.ask),
            change_ratio=number_in(row.change_ratio),
            change_price=number_in(row.change_price),
            high=number_in(row.high),
            low=number_in(row.low),
            volume=number_in(row.volume),
            turnover=number_in(row.turnover),
            at=self.at,
        )

    def frame(self) -> pd.DataFrame:
        """Return the board as a table to show, never to reckon balances or orders with.

        Indexed by symbol. Columns, all float64 and NaN where unknown: last, bid, ask (in quote currency),
        change_ratio (a fraction of the price 24 h ago), change_price, high, low (quote currency, 24 h), volume (base
        currency, 24 h), turnover (quote currency, 24 h).
        """
        if self._rounded is not None:
            rows = [_figures(row) for row in self._rounded.values()]
            symbols = list(self._rounded)
        else:
            rows = [tuple(_float(text) for text in _figures(row)) for row in self._exact.values()]
            symbols = list(self._exact)
        table = np.array(rows, dtype=np.float64).reshape(-1, len(COLUMNS))
        table[~np.isfinite(table)] = np.nan  # the text "Infinity" is a float, but no figure
        return pd.DataFrame(table, columns=list(COLUMNS), index=pd.Index(symbols, name="symbol"), copy=False)

    @cached_property
    def _exact(self) -> dict[str, _Exact]:
        try:
            board = _exact_rows.decode(self._answer.data)
        except UNREADABLE:
            board = _decode_field_by_field(self._answer)
        return {row.symbol: row for row in board.ticker}


def _float(text: str | None) -> float | None:
    number = number_in(text)
    return None if number is None else float(number)


def _decode_field_by_field(answer: Answer) -> _ExactRows:
    """Read an answer that is not shaped as usual: an unreadable figure is None, a row without symbol left out."""
    data = row_of(answer)
    return _ExactRows(readable(answer, data.values("ticker"), _exact_row), data.integer_or_none("time"))


def _exact_row(value: object, where: str) -> _Exact:
    row = Row(value, where)
    numbers = (row.number_or_none(_ON_THE_WIRE.get(name, name)) for name in COLUMNS)
    return _Exact(row.text("symbol"), *(None if number is None else str(number) for number in numbers))
