"""The market as anybody sees it while the exchange lives: the engine's books, the tape, and the history before it.

It answers what `market.Market` answers. What does not come from trading stays a function of seed and time: index and
mark prices, funding rates, open interest.
"""

from __future__ import annotations

from decimal import Decimal

from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.terms import Side
from kucoin.practice.history import HOUR, Bars, merged
from kucoin.practice.life.tape import KEPT_TRADES, Tape
from kucoin.practice.market import Book, Market, Stats, Trade
from kucoin.practice.universe import Contract, Listing

_PRESENT_MS = 2000  # what is asked for no longer ago than this is the present


class LiveMarket(Market):
    """A market in which orders meet.

    Args:
        before: The same market as a function, whose history this one goes on with.
    """

    def __init__(self, before: Market, engine: Engine, tape: Tape) -> None:
        super().__init__(before.seed, before.history)
        self._before = before
        self._engine = engine
        self._tape = tape

    def _is_present(self, symbol: str, at_ms: int) -> bool:
        return at_ms > self._tape.now_ms - _PRESENT_MS and self._tape.has(symbol)

    def last(self, symbol: str, at_ms: int) -> Decimal:
        """Return the price of the latest trade; of a moment that is past, what the history says."""
        if self._is_present(symbol, at_ms):
            return self._tape.trades(symbol, 1)[0].price
        return super().last(symbol, at_ms)

    def trades(self, symbol: str, at_ms: int, count: int) -> list[Trade]:
        """Return the latest trades, newest first, at most 100."""
        if self._is_present(symbol, at_ms):
            return self._tape.trades(symbol, min(count, KEPT_TRADES))
        return super().trades(symbol, at_ms, count)

    def book(self, symbol: str, at_ms: int, depth: int) -> Book:
        """Return the best ``depth`` levels of both sides, as they are now. A side may be empty."""
        del at_ms
        book = self._engine.market(symbol).book
        return Book(book.sequence, tuple(book.depth(Side.BUY, depth)), tuple(book.depth(Side.SELL, depth)))

    def candles(self, symbol: str, unit: int, span: tuple[int, int], now_ms: int) -> Bars:
        """Return bars up to the tape's end; see `Market.candles`."""
        return super().candles(symbol, unit, span, self._tape.now_ms if self._tape.has(symbol) else now_ms)

    def stats(self, symbol: str, now_ms: int) -> Stats:
        """Return the figures of the last 24 h up to the tape's end."""
        return super().stats(symbol, self._tape.now_ms if self._tape.has(symbol) else now_ms)

    def mark_price(self, contract: Contract, at_ms: int) -> Decimal:
        """Return the mark price: a function of time, so that whoever asks within a second gets the same."""
        return self._before.mark_price(contract, at_ms)

    def open_interest(self, contract: Contract, at_ms: int) -> int:
        """Return the lots that are open, of which those of this exchange's users are the smallest part."""
        return self._before.open_interest(contract, at_ms)

    def _day(self, listing: Listing, day: int) -> Bars:
        if self._tape.has(listing.symbol) and self._tape.lived(day):
            return self._tape.day(listing.symbol, day)
        return super()._day(listing, day)

    def _hours_of_day(self, listing: Listing, day: int) -> Bars:
        if self._tape.has(listing.symbol) and self._tape.lived(day):
            bars = self._tape.day(listing.symbol, day)
            return merged(bars, bars.at - bars.at % HOUR)
        return super()._hours_of_day(listing, day)

    def _running(self, listing: Listing, now_ms: int) -> Bars:
        if self._tape.has(listing.symbol):
            return self._tape.running(listing.symbol)
        return super()._running(listing, now_ms)
