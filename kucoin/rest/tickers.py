"""All spot tickers of one moment: a table of floats for the eye, exact decimals for the sums.

Eleven hundred pairs arrive every few seconds, so their text goes straight into typed rows and columns, and a Decimal
is made only of what is asked for.
"""

from __future__ import annotations

from datetime import datetime
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


_exact = msgspec.json.Decoder(_ExactRows)
_rounded = msgspec.json.Decoder(_RoundedRows, strict=False)
_figures = attrgetter(*COLUMNS)


class TickerBoard:
    """The tickers of all spot pairs in one answer.

    Attributes:
        at: When KuCoin took them together (it does so every 2 s), None where it did not say.

    Raises:
        OutcomeUnknown: The answer holds no list of tickers.
    """

    def __init__(self, answer: Answer) -> None:
        self._data = answer.data
        self._as_usual = True
        try:
            decoded = _exact.decode(answer.data)
        except UNREADABLE:
            self._as_usual = False
            decoded = _decode_field_by_field(answer)
        self._rows = {row.symbol: row for row in decoded.ticker}
        self.at: datetime | None = moment(decoded.time)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._rows

    def ticker(self, symbol: str) -> Ticker | None:
        """Return one pair's figures, exact; None where the board has no such pair."""
        row = self._rows.get(symbol)
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
        table = np.array(self._floats(), dtype=np.float64).reshape(-1, len(COLUMNS))
        table[~np.isfinite(table)] = np.nan  # the text "Infinity" is a float, but no figure
        return pd.DataFrame(table, columns=list(COLUMNS), index=pd.Index(list(self._rows), name="symbol"))

    def _floats(self) -> list[tuple[float | None, ...]]:
        """Return the figures of every row, in the order of the rows."""
        if self._as_usual:
            try:
                rounded = _rounded.decode(self._data).ticker
            except msgspec.ValidationError:
                pass  # a figure that is none, somewhere
            else:
                if len(rounded) == len(self._rows):  # no pair came twice
                    return [_figures(row) for row in rounded]
        exact = (map(number_in, _figures(row)) for row in self._rows.values())
        return [tuple(None if number is None else float(number) for number in numbers) for numbers in exact]


def _decode_field_by_field(answer: Answer) -> _ExactRows:
    """Read an answer that is not shaped as usual: an unreadable figure is None, a row without symbol left out."""
    data = row_of(answer)
    return _ExactRows(readable(answer, data.values("ticker"), _exact_row), data.integer_or_none("time"))


def _exact_row(value: object, where: str) -> _Exact:
    row = Row(value, where)
    numbers = (row.number_or_none(_ON_THE_WIRE.get(name, name)) for name in COLUMNS)
    return _Exact(row.text("symbol"), *(None if number is None else str(number) for number in numbers))
