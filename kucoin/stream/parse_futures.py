"""Reads what the futures host pushes to everybody."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from kucoin.model.feed import (
    BookChange,
    Candle,
    Depth,
    Funding,
    Level,
    Mark,
    Pushed,
    Quote,
    Settlement,
    Summary,
    Trade,
)
from kucoin.stream.message import Message
from kucoin.stream.parse_spot import check_levels, symbol_of


class _Ticker(msgspec.Struct, rename="camel", gc=False):
    symbol: str
    ts: int
    best_bid_price: Decimal | None = None
    best_bid_size: Decimal | None = None
    best_ask_price: Decimal | None = None
    best_ask_size: Decimal | None = None
    sequence: int | None = None


class _Update(msgspec.Struct, gc=False):
    sequence: int
    change: str
    timestamp: int


class _Depth(msgspec.Struct, gc=False):
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    sequence: int
    ts: int


class _Match(msgspec.Struct, rename="camel", gc=False):
    symbol: str
    side: str
    price: Decimal
    size: Decimal
    trade_id: str
    ts: int


class _Candles(msgspec.Struct, gc=False):
    symbol: str
    candles: tuple[int, Decimal, Decimal, Decimal, Decimal, Decimal, Decimal]
    time: int


class _Mark(msgspec.Struct, rename="camel", gc=False):
    mark_price: Decimal
    index_price: Decimal
    timestamp: int


class _Funding(msgspec.Struct, rename="camel", gc=False):
    funding_rate: Decimal
    timestamp: int


class _Settlement(msgspec.Struct, rename="camel", gc=False):
    symbol: str
    funding_time: int
    funding_rate: Decimal
    timestamp: int = 0


class _Figures(msgspec.Struct, rename="camel", gc=False):
    ts: int
    last_price: Decimal | None = None
    high_price: Decimal | None = None
    low_price: Decimal | None = None
    price_chg: Decimal | None = None
    price_chg_pct: Decimal | None = None
    volume: Decimal | None = None
    turnover: Decimal | None = None


# Lax, because KuCoin sends many whole numbers as text.
_ticker = msgspec.json.Decoder(_Ticker, strict=False).decode
_update = msgspec.json.Decoder(_Update, strict=False).decode
_depth = msgspec.json.Decoder(_Depth, strict=False).decode
_match = msgspec.json.Decoder(_Match, strict=False).decode
_candles = msgspec.json.Decoder(_Candles, strict=False).decode
_mark = msgspec.json.Decoder(_Mark, strict=False).decode
_funding = msgspec.json.Decoder(_Funding, strict=False).decode
_settlement = msgspec.json.Decoder(_Settlement, strict=False).decode
_figures = msgspec.json.Decoder(_Figures, strict=False).decode


def quote(message: Message) -> Quote:
    """Read a contract's best prices."""
    tick = _ticker(message.data)
    return Quote(
        symbol=tick.symbol,
        time=tick.ts,
        bid=tick.best_bid_price,
        bid_size=tick.best_bid_size,
        ask=tick.best_ask_price,
        ask_size=tick.best_ask_size,
        sequence=tick.sequence,
    )


def book_change(message: Message) -> BookChange:
    """Read an update of a book, ``price,side,size``; its numbers are checked where they are applied."""
    update = _update(message.data)
    price, side, size = update.change.split(",")
    try:
        row = (Decimal(price), Decimal(size), update.sequence)
    except ArithmeticError:
        raise ValueError(f"{update.change[:40]!r} is no change of a book") from None
    if side not in {"buy", "sell"}:
        raise ValueError(f"{side[:20]!r} is no side of a book")
    bids, asks = ([row], []) if side == "buy" else ([], [row])
    return BookChange(symbol_of(message.topic), update.timestamp, update.sequence, update.sequence, bids, asks)


def depth(message: Message) -> Depth:
    """Read the best 5 or 50 levels; which of the two, the topic says."""
    book = _depth(message.data)
    check_levels(book.bids, book.asks)
    levels = 50 if "Depth50" in message.topic else 5
    return Depth(symbol_of(message.topic), book.ts, levels, book.bids, book.asks, book.sequence)


def trade(message: Message) -> Trade:
    """Read a trade."""
    match = _match(message.data)
    return Trade(match.symbol, match.ts, match.side, match.price, match.size, match.trade_id)


def candle(message: Message) -> Candle:
    """Read a candle: start, open, close, high, low, a volume that is wrong, and the lots."""
    row = _candles(message.data)
    start, opened, closed, high, low, _, lots = row.candles
    interval = message.topic.rpartition("_")[2]
    return Candle(row.symbol, row.time, interval, start, opened, closed, high, low, lots)


def instrument(message: Message) -> Pushed | None:
    """Read mark and index price, or the predicted funding rate; None for a subject not known."""
    symbol = symbol_of(message.topic)
    if message.subject == "mark.index.price":
        mark = _mark(message.data)
        return Mark(symbol, mark.timestamp, mark.mark_price, mark.index_price)
    if message.subject == "funding.rate":
        funding = _funding(message.data)
        return Funding(symbol, funding.timestamp, funding.funding_rate)
    return None


def settlement(message: Message) -> Settlement | None:
    """Read the beginning or the end of a funding settlement; None for a subject not known."""
    if message.subject not in {"funding.begin", "funding.end"}:
        return None
    said = _settlement(message.data)
    done = message.subject == "funding.end"
    return Settlement(said.symbol, said.timestamp or said.funding_time, said.funding_rate, said.funding_time, done)


def summary(message: Message) -> Summary:
    """Read a contract's 24 hours."""
    day = _figures(message.data)
    return Summary(
        symbol=symbol_of(message.topic),
        time=day.ts,
        last=day.last_price,
        high=day.high_price,
        low=day.low_price,
        change_price=day.price_chg,
        change_ratio=day.price_chg_pct,
        volume=day.volume,
        turnover=day.turnover,
    )
