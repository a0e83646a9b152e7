"""What was traded, kept as anybody may see it: the last trades of each market, and its bars of a minute.

The history before the exchange lived is a function (`history`); what happened while it lived is here. A minute that
was lived through has the bar that its trades make, and no bar where nobody traded. Of a minute that was lived through
in part only, the rest is the history's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import msgspec
import numpy as np
from numpy.typing import NDArray

from kucoin.practice.engine import events
from kucoin.practice.history import DAY, TURNOVER_UNIT, Bars
from kucoin.practice.market import Market, Trade
from kucoin.practice.noise import Ints
from kucoin.practice.universe import LISTINGS, Contract, Listing

KEPT_DAYS = 7  # of minutes; older ones are the history's again, from which prices never strayed far
KEPT_TRADES = 100
_MINUTE_MS = 60_000
_START = -1  # of a minute: before its first trade, which is on the minute
JUMP_MS = 2000  # what passes at once and is longer was not lived through
_FIELDS = 6  # of a bar, without its minute

Row = tuple[int, str]  # a minute since 1970, and the bars of all markets that traded in it, as JSON


@dataclass(slots=True)
class Running:
    """The bar of the present minute. ``value`` is the sum of ticks times lots (of lots alone: inverse contracts)."""

    open: int = 0
    high: int = 0
    low: int = 0
    close: int = 0
    lots: int = 0
    value: int = 0

    def add(self, ticks: int, lots: int, value: int) -> None:
        """Take in a trade."""
        if not self.lots:
            self.open = self.high = self.low = ticks
        self.high, self.low, self.close = max(self.high, ticks), min(self.low, ticks), ticks
        self.lots += lots
        self.value += value


class Line:
    """One market's part of the tape."""

    def __init__(self, market: Market, listing: Listing, now_ms: int) -> None:
        self.listing = listing
        self.days: dict[int, Ints] = {}
        self._market = market
        self.begin(now_ms)
        self._inverse = isinstance(listing, Contract) and listing.is_inverse
        coins = abs(listing.multiplier) if isinstance(listing, Contract) else Decimal(1)
        self._unit = listing.lot * coins * (1 if self._inverse else listing.tick) * TURNOVER_UNIT

    def begin(self, now_ms: int) -> None:
        """Know of no trades but the history's, up to ``now_ms``."""
        self.trades = deque(reversed(self._market.trades(self.listing.symbol, now_ms, KEPT_TRADES)), KEPT_TRADES)
        self.running = Running()

    def add(self, trade: Trade) -> None:
        """Take in a trade."""
        self.trades.append(trade)
        self._count(int(trade.price / self.listing.tick), int(trade.size / self.listing.lot))

    def _count(self, ticks: int, lots: int) -> None:
        self.running.add(ticks, lots, lots if self._inverse else ticks * lots)

    def fill(self, minute: int, first_ms: int, end_ms: int) -> None:
        """Put in what the history traded in ``minute`` after ``first_ms`` and up to ``end_ms`` of it."""
        prices, sizes = self._market.history.path(self.listing, minute)
        beats = self.listing.beats
        part = slice(first_ms * beats // _MINUTE_MS + 1, end_ms * beats // _MINUTE_MS + 1)
        for ticks, lots in zip(prices[part].tolist(), sizes[part].tolist(), strict=True):
            if lots:
                self._count(ticks, lots)

    def bar(self) -> tuple[int, ...] | None:
        """Return the present minute's bar as `Bars` counts, None before it has a trade."""
        now = self.running
        if not now.lots:
            return None
        turnover = int((now.value * self._unit).to_integral_value(ROUND_HALF_EVEN))
        return now.open, now.high, now.low, now.close, now.lots, turnover

    def keep(self, minute: int, bar: Iterable[int]) -> None:
        """Put a whole minute's bar away."""
        day, place = divmod(minute, DAY)
        if day not in self.days:
            self.days[day] = np.zeros((_FIELDS, DAY), dtype=np.int64)
        self.days[day][:, place] = list(bar)


class Tape:
    """The tape of several markets.

    Args:
        market: Their history.

    Attributes:
        now_ms: How far it goes.
    """

    def __init__(self, market: Market, symbols: Iterable[str], now_ms: int) -> None:
        self.now_ms = now_ms
        self._market = market
        self._lines = {symbol: Line(market, LISTINGS[symbol], now_ms) for symbol in symbols}
        self._lived: dict[int, NDArray[np.bool_]] = {}  # by day, for each of its minutes
        self._mixed: dict[tuple[str, int], Bars] = {}
        self._rows: list[Row] = []
        self._fill(now_ms // _MINUTE_MS, _START, now_ms % _MINUTE_MS)

    # Writing --------------------------------------------------------------------------------------------------

    def advance(self, now_ms: int) -> None:
        """Let time pass up to ``now_ms``; a jump is filled from the history, one back forgets what will be."""
        before_ms, self.now_ms = self.now_ms, now_ms
        before, now = before_ms // _MINUTE_MS, now_ms // _MINUTE_MS
        if 0 <= now_ms - before_ms <= JUMP_MS:
            if now > before:
                self._close(before)
            return
        if now_ms < before_ms:
            self._forget(now_ms)
        elif now > before:
            self._fill(before, before_ms % _MINUTE_MS, _MINUTE_MS)
            self._close(before)
        same = now == before and now_ms > before_ms
        self._fill(now, before_ms % _MINUTE_MS if same else _START, now_ms % _MINUTE_MS)

    def take(self, done: Iterable[events.Event], now_ms: int) -> None:
        """Take in the trades among what the engine has done at ``now_ms``."""
        self.advance(now_ms)
        for event in done:
            if type(event) is events.Trade:
                self._lines[event.symbol].add(
                    Trade(
                        sequence=event.sequence,
                        price=event.price,
                        size=event.size,
                        side=event.side,
                        at_ns=event.at_ns,
                        trade_id=event.trade_id,
                        maker_order_id=event.maker_order_id,
                        taker_order_id=event.taker_order_id,
                    )
                )

    def _fill(self, minute: int, first_ms: int, end_ms: int) -> None:
        for line in self._lines.values():
            line.fill(minute, first_ms, end_ms)

    def _close(self, minute: int) -> None:
        """Put the bars of a minute away and begin the next ones."""
        bars = {}
        for symbol, line in self._lines.items():
            bar = line.bar()
            if bar is not None:
                bars[symbol] = bar
            line.running = Running()
        self._keep(minute, bars)
        self._rows.append((minute, msgspec.json.encode(bars).decode()))

    def _keep(self, minute: int, bars: dict[str, tuple[int, ...]]) -> None:
        day, place = divmod(minute, DAY)
        if day not in self._lived:
            self._lived[day] = np.zeros(DAY, dtype=np.bool_)
            self._drop(before=day - KEPT_DAYS)
        self._lived[day][place] = True
        for symbol, bar in bars.items():
            self._lines[symbol].keep(minute, bar)
        self._mixed.clear()

    def _drop(self, *, before: int) -> None:
        """Forget the days before ``before``."""
        self._lived = {day: lived for day, lived in self._lived.items() if day >= before}
        for line in self._lines.values():
            line.days = {day: bars for day, bars in line.days.items() if day >= before}

    def _forget(self, now_ms: int) -> None:
        """Forget what comes after ``now_ms``."""
        for day, lived in self._lived.items():
            lived[max(0, now_ms // _MINUTE_MS - day * DAY) :] = False
        for line in self._lines.values():
            line.begin(now_ms)
        self._mixed.clear()

    # Reading --------------------------------------------------------------------------------------------------

    def has(self, symbol: str) -> bool:
        """Say whether there is such a market."""
        return symbol in self._lines

    def trades(self, symbol: str, count: int) -> list[Trade]:
        """Return the latest trades, newest first, at most 100."""
        trades = self._lines[symbol].trades
        return [trades[-place] for place in range(1, min(count, len(trades)) + 1)]

    def lived(self, day: int) -> bool:
        """Say whether any whole minute of the day was lived through."""
        return day in self._lived

    def day(self, symbol: str, day: int) -> Bars:
        """Return the day's minute bars: what was traded where it was lived through, else the history's."""
        mixed = self._mixed.get((symbol, day))
        if mixed is None:
            line = self._lines[symbol]
            past = self._market.history.day(line.listing, day)
            own = line.days.get(day, np.zeros((_FIELDS, DAY), dtype=np.int64))
            lived = self._lived.get(day, np.zeros(DAY, dtype=np.bool_))
            at, *told = past.columns()
            there = ~lived | (own[4] > 0)
            columns = [np.where(lived, mine, its)[there] for mine, its in zip(own, told, strict=True)]
            mixed = self._mixed[symbol, day] = Bars(at[there], *columns)
        return mixed

    def running(self, symbol: str) -> Bars:
        """Return the present minute's bar, nothing before it has a trade."""
        bar = self._lines[symbol].bar()
        if bar is None:
            return Bars(*np.empty((_FIELDS + 1, 0), dtype=np.int64))
        return Bars(*np.array([[self.now_ms // _MINUTE_MS], *([each] for each in bar)], dtype=np.int64))

    # Keeping --------------------------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """Return the minutes that have ended since the last call, to be written down; older ones replace no other."""
        done, self._rows = self._rows, []
        return done

    def load(self, rows: Iterable[Row]) -> None:
        """Take in what was written down, except what lies in the future of a clock that was set back."""
        for minute, bars in rows:
            if minute < self.now_ms // _MINUTE_MS:
                self._keep(minute, msgspec.json.decode(bars, type=dict[str, tuple[int, ...]]))

    @property
    def oldest(self) -> int:
        """The first minute that is kept; rows of earlier ones can go."""
        return (self.now_ms // _MINUTE_MS // DAY - KEPT_DAYS) * DAY
