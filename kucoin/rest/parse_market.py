"""From answers to what is traded and at what price, each field translated once.

A row without a field that it means nothing without is left out and logged, since the others still hold; any other
unreadable field is None.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd

from kucoin.errors import OutcomeUnknown
from kucoin.model.announcement import Announcement
from kucoin.model.feed import Trade
from kucoin.model.market import Contract, Currency, ServiceState, ServiceStatus, SpotSymbol, Ticker
from kucoin.rest.answer import Answer
from kucoin.rest.row import Row, list_of, number_in, readable, row_of, value_of

# Only these lead to KuCoin, whatever a page makes of them: no other host, no character that would end a link early.
_KUCOIN_PAGE = re.compile(r"https://(?:www\.)?kucoin\.(?:com|eu)/[\w/?=&%.~+-]*", re.ASCII)
_LONGEST_TITLE, _LONGEST_TEXT = 200, 4000  # characters of an announcement
_EVER = datetime.min.replace(tzinfo=UTC)


def server_time(answer: Answer) -> datetime:
    """Read the clock of a host."""
    return Row({"time": value_of(answer)}, f"{answer.request}: unreadable answer, its data").moment("time")


def service_status(answer: Answer) -> ServiceStatus:
    """Read whether a host is open; a word not known here is UNKNOWN."""
    row = row_of(answer)
    try:
        state = ServiceState(row.text_or_none("status") or "")
    except ValueError:
        state = ServiceState.UNKNOWN
    return ServiceStatus(state, _line(row.text_or_none("msg"), _LONGEST_TITLE))


def announcements(answer: Answer) -> tuple[Announcement, ...]:
    """Read a page of announcements, newest first in whatever order they came."""
    found = readable(answer, row_of(answer).values("items"), _announcement)
    return tuple(sorted(found, key=lambda each: (each.at or _EVER, each.number), reverse=True))


def _announcement(value: object, where: str) -> Announcement:
    row = Row(value, where)
    url = row.text_or_none("annUrl")
    return Announcement(
        number=row.integer("annId"),
        title=_line(row.text("annTitle"), _LONGEST_TITLE),
        text=_line(row.text_or_none("annDesc"), _LONGEST_TEXT),
        kinds=row.texts_or_none("annType") or (),
        at=row.moment_or_none("cTime"),
        url=url if url is not None and _KUCOIN_PAGE.fullmatch(url) else None,
    )


def _line(text: str | None, longest: int) -> str:
    """Return the beginning of a text as one line of what can be seen, so that nothing in it turns what is beside it."""
    return "".join(filter(str.isprintable, " ".join((text or "")[: 2 * longest].split())))[:longest]


def spot_symbols(answer: Answer) -> tuple[SpotSymbol, ...]:
    """Read the spot pairs and the rules of their orders."""
    return tuple(readable(answer, list_of(answer), _spot_symbol))


def _spot_symbol(value: object, where: str) -> SpotSymbol:
    row = Row(value, where)
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
    return tuple(readable(answer, list_of(answer), _currency))


def _currency(value: object, where: str) -> Currency:
    row = Row(value, where)
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
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, its data is no object")
    numbers = ((currency, number_in(price)) for currency, price in value.items())
    return {currency: number for currency, number in numbers if number is not None}


def spot_candles(answer: Answer) -> pd.DataFrame:
    """Read candles of the spot host, which come newest first: time, open, close, high, low, volume, turnover."""
    return _candles(answer, ("open", "close", "high", "low", "volume", "turnover"), fewest=6)


def futures_candles(answer: Answer) -> pd.DataFrame:
    """Read candles of the futures host, oldest first: time, open, high, low, close, volume, turnover.

    Rows lacked the turnover before September 2025: NaN.
    """
    return _candles(answer, ("open", "high", "low", "close", "volume", "turnover"), fewest=5)


def _candles(answer: Answer, order: tuple[str, ...], *, fewest: int) -> pd.DataFrame:
    """Read candles whose figures, behind the time, stand in ``order``; the ``fewest`` first must be there."""

    def candle(value: object, where: str) -> tuple[datetime, list[float]]:
        if not isinstance(value, list) or len(value) <= fewest:
            raise OutcomeUnknown(f"{where} is no candle")
        start = Row({"time": value[0]}, where).moment("time")
        figures = [number_in(figure) for figure in value[1 : len(order) + 1]]
        if None in figures[:fewest]:
            raise OutcomeUnknown(f"{where} has a figure that is no number")
        figures += [None] * (len(order) - len(figures))
        return start, [math.nan if figure is None else float(figure) for figure in figures]

    candles = readable(answer, list_of(answer), candle)
    times = pd.DatetimeIndex([start for start, _ in candles], dtype="datetime64[ms, UTC]", name="time")
    frame = pd.DataFrame([figures for _, figures in candles], columns=list(order), index=times, dtype="float64")
    return frame[["open", "high", "low", "close", "volume", "turnover"]].sort_index()


def trades(answer: Answer, symbol: str, number: str, stamp: str) -> tuple[Trade, ...]:
    """Read public trades, oldest first in whatever order they came.

    Args:
        number: The field of a trade's id.
        stamp: The field of its time, in ns.
    """

    def trade(value: object, where: str) -> Trade:
        row = Row(value, where)
        try:
            return Trade(
                symbol, row.integer(stamp), row.text("side"), row.number("price"), row.number("size"), row.text(number)
            )
        except ValueError as error:
            raise OutcomeUnknown(f"{where}: {error}") from None

    return tuple(sorted(readable(answer, list_of(answer), trade), key=lambda each: (each.time, each.trade_id)))


def contracts(answer: Answer) -> tuple[Contract, ...]:
    """Read the futures contracts."""
    return tuple(readable(answer, list_of(answer), _contract))


def _contract(value: object, where: str) -> Contract:
    row = Row(value, where)
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
        # Not fundingRateGranularity: that is what it was when the contract was listed.
        funding_interval_ms=row.integer_or_none("currentFundingRateGranularity"),
        next_funding_at=row.moment_or_none("nextFundingRateDateTime"),
        index_symbol=row.text_or_none("indexSymbol"),
        premium_symbol=row.text_or_none("premiumsSymbol1M"),
        funding_cap=row.number_or_none("fundingRateCap"),
        funding_floor=row.number_or_none("fundingRateFloor"),
        supports_cross=row.flag_or_none("supportCross"),
        listed_at=row.moment_or_none("firstOpenDate"),
        market_max_order_qty=row.integer_or_none("marketMaxOrderQty"),
        max_price=row.number_or_none("maxPrice"),
        buy_limit=row.number_or_none("buyLimit"),
        sell_limit=row.number_or_none("sellLimit"),
    )
