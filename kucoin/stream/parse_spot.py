"""Reads what the spot host pushes to everybody."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from kucoin.model.feed import (
    Best,
    BookChange,
    Candle,
    Depth,
    Level,
    MarginIndex,
    MarginMark,
    Quote,
    Row,
    Summary,
    Trade,
    check,
)
from kucoin.stream.message import Message


class _Ticker(msgspec.Struct, rename="camel", gc=False):
    best_bid: Decimal | None = None
    best_bid_size: Decimal | None = None
    best_ask: Decimal | None = None
    best_ask_size: Decimal | None = None
    price: Decimal | None = None
    size: Decimal | None = None
    sequence: int | None = None
    time: int = 0
    spelled_time: int = msgspec.field(name="Time", default=0)


class _Level1(msgspec.Struct, gc=False):
    bids: list[Decimal]
    asks: list[Decimal]
    timestamp: int


class _Depth(msgspec.Struct, gc=False):
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    timestamp: int


class _Changes(msgspec.Struct, gc=False):
    asks: list[Row]
    bids: list[Row]


class _Update(msgspec.Struct, rename="camel", gc=False):
    symbol: str
    sequence_start: int
    sequence_end: int
    changes: _Changes
    time: int


class _Match(msgspec.Struct, rename="camel", gc=False):
    symbol: str
    side: str
    price: Decimal
    size: Decimal
    trade_id: str
    time: int


class _Candles(msgspec.Struct, gc=False):
    symbol: str
    candles: tuple[int, Decimal, Decimal, Decimal, Decimal, Decimal, Decimal]
    time: int


class _Figures(msgspec.Struct, rename="camel", gc=False):
    symbol: str
    datetime: int
    last_traded_price: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    change_price: Decimal | None = None
    change_rate: Decimal | None = None
    vol: Decimal | None = None
    vol_value: Decimal | None = None


class _Snapshot(msgspec.Struct, gc=False):
    data: _Figures


class _Tick(msgspec.Struct, gc=False):
    symbol: str
    timestamp: int
    value: Decimal


# Lax, because KuCoin sends many whole numbers as text.
_ticker = msgspec.json.Decoder(_Ticker, strict=False).decode
_level1 = msgspec.json.Decoder(_Level1, strict=False).decode
_depth = msgspec.json.Decoder(_Depth, strict=False).decode
_update = msgspec.json.Decoder(_Update, strict=False).decode
_match = msgspec.json.Decoder(_Match, strict=False).decode
_candles = msgspec.json.Decoder(_Candles, strict=False).decode
_snapshot = msgspec.json.Decoder(_Snapshot, strict=False).decode
_tick = msgspec.json.Decoder(_Tick, strict=False).decode


def symbol_of(topic: str) -> str:
    """Return what stands behind the colon."""
    return topic.partition(":")[2]


def check_levels(*sides: tuple[Level, ...]) -> None:
    """Refuse levels whose numbers are none.

    Raises:
        ValueError: The text names the number.
    """
    for side in sides:
        for level in side:
            check(*level)


def quote(message: Message) -> Quote:
    """Read a ticker; the one of all pairs names the pair in its subject."""
    tick = _ticker(message.data)
    symbol = symbol_of(message.topic)
    return Quote(
        symbol=message.subject if symbol == "all" else symbol,
        time=tick.time or tick.spelled_time,
        bid=tick.best_bid,
        bid_size=tick.best_bid_size,
        ask=tick.best_ask,
        ask_size=tick.best_ask_size,
        price=tick.price,
        size=tick.size,
        sequence=tick.sequence,
    )


def best(message: Message) -> Best:
    """Read the best level; a side without orders is None."""
    level = _level1(message.data)
    bid, bid_size = level.bids if len(level.bids) == 2 else (None, None)
    ask, ask_size = level.asks if len(level.asks) == 2 else (None, None)
    return Best(symbol_of(message.topic), level.timestamp, bid, bid_size, ask, ask_size)


def depth(message: Message) -> Depth:
    """Read the best 5 or 50 levels; which of the two, the topic says."""
    book = _depth(message.data)
    check_levels(book.bids, book.asks)
    levels = 50 if "Depth50" in message.topic else 5
    return Depth(symbol_of(message.topic), book.timestamp, levels, book.bids, book.asks)


def book_change(message: Message) -> BookChange:
    """Read an update of a book; its rows are checked where they are applied."""
    update = _update(message.data)
    changes = update.changes
    return BookChange(
        update.symbol, update.time, update.sequence_start, update.sequence_end, changes.bids, changes.asks
    )


def trade(message: Message) -> Trade:
    """Read a trade."""
    match = _match(message.data)
    return Trade(match.symbol, match.time, match.side, match.price, match.size, match.trade_id)


def candle(message: Message) -> Candle:
    """Read a candle: start, open, close, high, low, volume, turnover."""
    row = _candles(message.data)
    start, opened, closed, high, low, volume, turnover = row.candles
    interval = message.topic.rpartition("_")[2]
    return Candle(row.symbol, row.time, interval, start, opened, closed, high, low, volume, turnover)


def summary(message: Message) -> Summary:
    """Read a pair's 24 hours."""
    day = _snapshot(message.data).data
    return Summary(
        symbol=day.symbol,
        time=day.datetime,
        last=day.last_traded_price,
        high=day.high,
        low=day.low,
        change_price=day.change_price,
        change_ratio=day.change_rate,
        volume=day.vol,
        turnover=day.vol_value,
    )


def margin_mark(message: Message) -> MarginMark:
    """Read a margin mark price."""
    tick = _tick(message.data)
    return MarginMark(tick.symbol, tick.timestamp, tick.value)


def margin_index(message: Message) -> MarginIndex:
    """Read a margin index price."""
    tick = _tick(message.data)
    return MarginIndex(tick.symbol, tick.timestamp, tick.value)
