"""From answers to what is traded and at what price, each field translated once.

A row without a field that it means nothing without is left out and logged, since the others still hold; any other
unreadable field is None.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

import pandas as pd

from kucoin.errors import OutcomeUnknown
from kucoin.model.market import Contract, Currency, ServiceState, ServiceStatus, SpotSymbol, Ticker
from kucoin.rest.answer import Answer
from kucoin.rest.row import Row, list_of, number_in, row_of, value_of

log = logging.getLogger(__name__)
_T = TypeVar("_T")

CANDLE_COLUMNS = ("open", "high", "low", "close", "volume", "turnover")
# The order on the wire, behind the time. Futures rows lacked the turnover before September 2025.
_SPOT_CANDLE = ("open", "close", "high", "low", "volume", "turnover")
_FUTURES_CANDLE = CANDLE_COLUMNS


def server_time(answer: Answer) -> datetime:
    """Read the clock of a host."""
    return Row({"time": value_of(answer)}, f"{answer.request}: unreadable answer, data").moment("time")


def service_status(answer: Answer) -> ServiceStatus:
    """Read whether a host is open; a word not known here is UNKNOWN."""
    row = row_of(answer)
    try:
        state = ServiceState(row.text_or_none("status") or "")
    except ValueError:
        state = ServiceState.UNKNOWN
    return ServiceStatus(state, row.text_or_none("msg") or "")


def spot_symbols(answer: Answer) -> tuple[SpotSymbol, ...]:
    """Read the spot pairs and the rules of their orders."""
    return _readable(answer, _spot_symbol)


def _spot_symbol(row: Row) -> SpotSymbol:
    return SpotSymbol(
        symbol=row.text("symbol"),
        base_currency=row.text("baseCurrency"),
        quote_currency=row.text("quoteCurrency"),
        fee_currency=row.text("feeCurrency"),
        base_min_size=row.number("baseMinSize"),
        base_max_size=row.number("baseMaxSize"),
        quote_min_size=row.number("quoteMinSize"),
        quote_max_size=row.number("quoteMaxSize"),
        base_increment=row.number("baseIncrement"),
        quote_increment=row.number("quoteIncrement"),
        price_increment=row.number("priceIncrement"),
        min_funds=row.number_or_none("minFunds"),
        price_limit_rate=row.number_or_none("priceLimitRate"),
        maker_fee_coefficient=row.number_or_none("makerFeeCoefficient"),
        taker_fee_coefficient=row.number_or_none("takerFeeCoefficient"),
        enable_trading=row.flag("enableTrading"),
        is_margin_enabled=row.flag("isMarginEnabled"),
    )


def currencies(answer: Answer) -> tuple[Currency, ...]:
    """Read the currencies."""
    return _readable(answer, _currency)


def _currency(row: Row) -> Currency:
    currency = row.text("currency")
    name = row.text_or_none("name") or currency
    return Currency(currency, name, row.text_or_none("fullName") or name, row.integer_or_none("precision"))


def stats(answer: Answer) -> Ticker:
    """Read the last 24 hours of one pair."""
    row = row_of(answer)
    return Ticker(
        symbol=row.text("symbol"),
        last=row.number_or_none("last"),
        bid=row.number_or_none("buy"),
        ask=row.number_or_none("sell"),
        change_ratio=row.number_or_none("changeRate"),
        change_price=row.number_or_none("changePrice"),
        high=row.number_or_none("high"),
        low=row.number_or_none("low"),
        volume=row.number_or_none("vol"),
        turnover=row.number_or_none("volValue"),
        at=row.moment_or_none("time"),
    )


def fiat_prices(answer: Answer) -> dict[str, Decimal]:
    """Read the prices of currencies; one without a readable price is left out, and so has none."""
    value = value_of(answer)
    if not isinstance(value, dict):
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, data is no object")
    numbers = ((currency, number_in(price)) for currency, price in value.items())
    return {currency: number for currency, number in numbers if number is not None}


def spot_candles(answer: Answer) -> pd.DataFrame:
    """Read candles of the spot host, which come newest first."""
    return _candles(answer, _SPOT_CANDLE)


def futures_candles(answer: Answer) -> pd.DataFrame:
    """Read candles of the futures host, which come oldest first."""
    return _candles(answer, _FUTURES_CANDLE)


def _candles(answer: Answer, order: tuple[str, ...]) -> pd.DataFrame:
    rows = list_of(answer)
    candles = [candle for candle in map(_candle, rows) if candle is not None]
    _report(answer, len(rows) - len(candles), len(rows), "a candle without readable figures")
    times = pd.DatetimeIndex([at for at, _ in candles], dtype="datetime64[ms, UTC]", name="time")
    frame = pd.DataFrame([figures for _, figures in candles], columns=list(order), index=times, dtype="float64")
    return frame[list(CANDLE_COLUMNS)].sort_index()


def _candle(row: object) -> tuple[datetime, list[float]] | None:
    """Return a candle's start and six figures, the turnover NaN if it was not sent; None where one is unreadable."""
    if not isinstance(row, list) or len(row) < 6:
        return None
    start = Row({"time": row[0]}, "candle").moment_or_none("time")
    prices_and_volume = [number_in(value) for value in row[1:6]]
    turnover = number_in(row[6]) if len(row) > 6 else None
    if start is None or None in prices_and_volume:
        return None
    return start, [math.nan if number is None else float(number) for number in (*prices_and_volume, turnover)]


def contracts(answer: Answer) -> tuple[Contract, ...]:
    """Read the futures contracts."""
    return _readable(answer, _contract)


def _contract(row: Row) -> Contract:
    return Contract(
        symbol=row.text("symbol"),
        base_currency=row.text("baseCurrency"),
        quote_currency=row.text("quoteCurrency"),
        settle_currency=row.text("settleCurrency"),
        status=row.text("status"),
        is_inverse=row.flag("isInverse"),
        multiplier=row.number("multiplier"),
        lot_size=row.integer("lotSize"),
        tick_size=row.number("tickSize"),
        max_order_qty=row.integer_or_none("maxOrderQty"),
        max_leverage=row.integer_or_none("maxLeverage"),
        initial_margin=row.number_or_none("initialMargin"),
        maintain_margin=row.number_or_none("maintainMargin"),
        maker_fee_rate=row.number_or_none("makerFeeRate"),
        taker_fee_rate=row.number_or_none("takerFeeRate"),
        mark_price=row.number_or_none("markPrice"),
        index_price=row.number_or_none("indexPrice"),
        last_trade_price=row.number_or_none("lastTradePrice"),
        price_change=row.number_or_none("priceChg"),
        price_change_ratio=row.number_or_none("priceChgPct"),
        high_price=row.number_or_none("highPrice"),
        low_price=row.number_or_none("lowPrice"),
        volume_24h=row.number_or_none("volumeOf24h"),
        turnover_24h=row.number_or_none("turnoverOf24h"),
        open_interest=row.number_or_none("openInterest"),
        funding_rate=row.number_or_none("fundingFeeRate"),
        funding_interval_ms=row.integer_or_none("currentFundingRateGranularity")
        or row.integer_or_none("fundingRateGranularity"),
        next_funding_at=row.moment_or_none("nextFundingRateDateTime"),
    )


def _readable(answer: Answer, read: Callable[[Row], _T]) -> tuple[_T, ...]:
    """Return what ``read`` makes of every row that it can read; an error where it can read none."""
    values = list_of(answer)
    found = []
    problems = []
    for index, value in enumerate(values):
        try:
            found.append(read(Row(value, f"{answer.request}: unreadable answer, data[{index}]")))
        except OutcomeUnknown as unreadable:
            problems.append(unreadable)
    if problems and not found:
        raise problems[0]
    if problems:
        _report(answer, len(problems), len(values), str(problems[0]))
    return tuple(found)


_reported: dict[str, str] = {}


def _report(answer: Answer, left_out: int, of: int, problem: str) -> None:
    """Log rows that were left out, once per request until something else is wrong with it."""
    if left_out and _reported.get(answer.request) != problem:
        _reported[answer.request] = problem
        log.warning("%s: left out %d of %d rows: %s", answer.request, left_out, of, problem)
