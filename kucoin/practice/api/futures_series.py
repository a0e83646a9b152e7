"""Series of the futures host, moment by moment: candles, indices, premiums, interest rates."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from kucoin.practice.api.futures_market import SOURCES
from kucoin.practice.history import TURNOVER_UNIT, WEEK
from kucoin.practice.market import PREMIUM_STEP
from kucoin.practice.universe import CONTRACTS, INDICES, Contract
from kucoin.practice.wire import Call, Refusal, Routes

ROUTES = Routes()
_UNITS = (1, 5, 15, 30, 60, 120, 240, 480, 720, 1440, WEEK)
_MOST_CANDLES = 500


def _contract_of_premium(symbol: str) -> Contract | None:
    """Return the contract whose premium over its index is called ``symbol``: ``.XBTUSDTMPI``, ``.XBTUSDTMPI8H``."""
    name = symbol.removesuffix("8H")
    return CONTRACTS.get(name[1:-2]) if name.startswith(".") and name.endswith("PI") else None


@ROUTES.public("/api/v1/kline/query", 3)
def klines(call: Call) -> object:
    """Candles of a contract, an index or a premium, oldest first, at most 500: time (ms), open, high, low, close,
    volume in lots, turnover."""
    symbol = call.need("symbol")
    listing = CONTRACTS.get(symbol) or INDICES.get(symbol)
    contract = _contract_of_premium(symbol)
    unit = call.number("granularity", 0)
    if unit not in _UNITS:
        raise Refusal("400100", "granularity is invalid")
    end = call.number("to", 0) or call.now + 1
    first = call.number("from", 0) or end - _MOST_CANDLES * unit * 60_000
    market = call.exchange.market
    if listing is not None:
        step, bars = listing.tick, market.candles(symbol, unit, (first, end), call.now)
    elif contract is not None:
        step, bars = PREMIUM_STEP, market.premium_candles(contract, unit, (first, end), call.now)
    else:
        raise Refusal("200003", "Invalid symbol.")
    rows = list(zip(*(column.tolist() for column in bars.columns()), strict=True))[:_MOST_CANDLES]
    return [
        [at * 60_000, *(step * ticks for ticks in prices), lots, Decimal(turnover) / TURNOVER_UNIT]
        for at, *prices, lots, turnover in rows
    ]


def _points(call: Call, step: int) -> tuple[list[int], bool]:
    """Return the moments of a series, newest first, that are asked for, and whether there are more."""
    since, until = call.number("startAt", 0), min(call.number("endAt", call.now), call.now)
    newest = until - until % step
    count = min(100, max(1, call.number("maxCount", 10)))
    points = [newest - step * place for place in range(count)]
    wanted = [each for each in points if each >= since]
    return wanted, len(wanted) == count


@ROUTES.public("/api/v1/index/query", 2)
def index(call: Call) -> object:
    """An index second by second, with what it is made of."""
    symbol = call.need("symbol")
    if symbol not in INDICES:
        raise Refusal("200003", "Invalid symbol.")
    points, more = _points(call, 1000)
    rows = []
    for at in points:
        value = call.exchange.market.last(symbol, at)
        parts = [{"exchange": name, "price": value, "weight": Decimal(weight)} for name, weight in SOURCES]
        rows.append({"symbol": symbol, "granularity": 1000, "timePoint": at, "value": value, "decomposionList": parts})
    return {"dataList": rows, "hasMore": more}


@ROUTES.public("/api/v1/premium/query", 3)
def premium(call: Call) -> object:
    """A contract's premium over its index, minute by minute."""
    asked = call.need("symbol")
    found = _contract_of_premium(asked)
    if found is None:
        raise Refusal("200003", "Invalid symbol.")
    points, more = _points(call, 60_000)
    values = call.exchange.market.history.premium(
        found.symbol, np.array([at // 60_000 for at in points], dtype=np.int64)
    )
    rows = [
        {"symbol": asked, "granularity": 60_000, "timePoint": at, "value": round(float(value), 6)}
        for at, value in zip(points, values, strict=True)
    ]
    return {"dataList": rows, "hasMore": more}


@ROUTES.public("/api/v1/interest/query", 5)
def interest(call: Call) -> object:
    """An interest-rate index minute by minute: always the same here."""
    asked = call.need("symbol")
    points, more = _points(call, 60_000)
    rows = [{"symbol": asked, "granularity": 60_000, "timePoint": at, "value": Decimal("0.0003")} for at in points]
    return {"dataList": rows, "hasMore": more}
