"""What the public sockets push, and the token that opens one.

These values arrive thousands of times a second, so they are msgspec structs that are decoded in one pass. ``time`` is
the exchange's own count since 1970, in the unit it was sent in; ``at`` makes a moment of it where one is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import msgspec

from kucoin.model.credentials import Secret
from kucoin.model.times import moment

_LARGEST_POWER = 40  # of ten, either way: beyond it a number is an accident, and costs memory when written out

Row = tuple[Decimal, Decimal, int]
"""A book's level: price, size (0 where it is gone), and the sequence of its own change."""
Level = tuple[Decimal, Decimal]
"""Price and size: coins on spot, lots on futures."""


def sane(number: Decimal) -> bool:
    """Say whether ``number`` is finite and of a size that prices and amounts can have."""
    return number.is_finite() and -_LARGEST_POWER <= number.adjusted() <= _LARGEST_POWER


def check(*numbers: Decimal | None) -> None:
    """Refuse numbers that no price or amount can be.

    Raises:
        ValueError: One is not finite, or absurdly large or small; the text names it.
    """
    for number in numbers:
        if number is not None and not sane(number):
            raise ValueError(f"{number} is no price or amount")


@dataclass(frozen=True, slots=True)
class Token:
    """Opens one socket, once. Durations in s."""

    endpoint: str
    token: Secret
    ping_interval: float
    ping_timeout: float


class Pushed(msgspec.Struct, frozen=True, gc=False):
    """Anything that concerns one ``symbol``."""

    symbol: str
    time: int

    @property
    def at(self) -> datetime | None:
        """The exchange's time of it, aware UTC; None where it is implausible."""
        return moment(self.time)


class Trade(Pushed, frozen=True, gc=False):
    """One trade; ``side`` is the taker's, ``size`` in base currency or lots."""

    side: str
    price: Decimal
    size: Decimal
    trade_id: str

    def __post_init__(self) -> None:
        check(self.price, self.size)


class Quote(Pushed, frozen=True, gc=False):
    """Best prices; ``price`` and ``size`` are the last trade's, None on futures, whose quotes do not tell it.

    ``sequence`` is the book's, None where it was not sent.
    """

    bid: Decimal | None
    bid_size: Decimal | None
    ask: Decimal | None
    ask_size: Decimal | None
    price: Decimal | None = None
    size: Decimal | None = None
    sequence: int | None = None

    def __post_init__(self) -> None:
        check(self.bid, self.bid_size, self.ask, self.ask_size, self.price, self.size)


class BookChange(Pushed, frozen=True, gc=False):
    """The changes ``first`` to ``last`` of one book: each row the new size of a level, not a difference."""

    first: int
    last: int
    bids: list[Row]
    asks: list[Row]


class Best(Pushed, frozen=True, gc=False):
    """The best level of each side of a spot book, None where a side is empty."""

    bid: Decimal | None
    bid_size: Decimal | None
    ask: Decimal | None
    ask_size: Decimal | None

    def __post_init__(self) -> None:
        check(self.bid, self.bid_size, self.ask, self.ask_size)


@dataclass(frozen=True, slots=True)
class BookSnapshot:
    """A book as of ``sequence``, best first. Not ``complete``: levels beyond the last of each side are unknown."""

    symbol: str
    sequence: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    complete: bool


class Depth(Pushed, frozen=True, gc=False):
    """The best 5 or 50 levels of a book, best first. ``sequence`` is None on spot, which does not send it."""

    levels: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    sequence: int | None = None


class Candle(Pushed, frozen=True, gc=False):
    """The candle under way; ``start`` in s. ``volume`` is in base currency or lots, ``turnover`` None on futures."""

    interval: str
    start: int
    open: Decimal
    close: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal
    turnover: Decimal | None = None

    def __post_init__(self) -> None:
        check(self.open, self.close, self.high, self.low, self.volume, self.turnover)


class Summary(Pushed, frozen=True, gc=False):
    """The last 24 hours. ``change_ratio`` is a fraction; futures volume is in coins, and turnover in quote currency.

    Of inverse contracts volume is in lots, and turnover in coins.
    """

    last: Decimal | None
    high: Decimal | None
    low: Decimal | None
    change_price: Decimal | None
    change_ratio: Decimal | None
    volume: Decimal | None
    turnover: Decimal | None

    def __post_init__(self) -> None:
        check(self.last, self.high, self.low, self.change_price, self.change_ratio, self.volume, self.turnover)


class Mark(Pushed, frozen=True, gc=False):
    """Mark and index price of a contract."""

    mark_price: Decimal
    index_price: Decimal

    def __post_init__(self) -> None:
        check(self.mark_price, self.index_price)


class MarginMark(Pushed, frozen=True, gc=False):
    """The price that margin loans on a spot pair are judged by."""

    value: Decimal

    def __post_init__(self) -> None:
        check(self.value)


class MarginIndex(Pushed, frozen=True, gc=False):
    """The index price of a spot pair."""

    value: Decimal

    def __post_init__(self) -> None:
        check(self.value)


class Funding(Pushed, frozen=True, gc=False):
    """The funding rate as predicted now, a fraction; positive: longs pay."""

    rate: Decimal

    def __post_init__(self) -> None:
        check(self.rate)


class Settlement(Pushed, frozen=True, gc=False):
    """A funding settlement begins (``done`` False) or is over; ``funding_time`` is when it was due, in ms."""

    rate: Decimal
    funding_time: int
    done: bool

    def __post_init__(self) -> None:
        check(self.rate)
