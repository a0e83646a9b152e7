"""The market as pages look at it: what is listed, by which rules, and which of it is being heard.

Whoever wants to see a symbol takes a `Watch` and closes it when done. The topics behind it are counted and let go a
while after the last look, so that a page change or a reconnecting browser does not make the sockets ask anew.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kucoin.book.books import Books
from kucoin.desk.candles import EARLIEST, Candles, Older, live_topic
from kucoin.desk.errands import Errands
from kucoin.desk.recent_trades import RecentTrades
from kucoin.desk.refresh import Reading, Refresher, Source
from kucoin.desk.rules import Rules, of_contract, of_pair
from kucoin.desk.sheets import Sheets
from kucoin.errors import InvalidRequest
from kucoin.hub import Hub
from kucoin.model.market import Contract, SpotSymbol, Ticker
from kucoin.rest.client import Exchange
from kucoin.rest.tickers import TickerBoard
from kucoin.stream.feeds import Feeds

log = logging.getLogger(__name__)

V = TypeVar("V")

_LINGER = 30.0  # s that what nobody watches any more is still heard
_PAIRS = 120.0  # s between two readings of the list of pairs
_WEEK = 604_800.0  # s, the longest candle

# What is heard for a watch, by whether it is of futures.
_TOPICS: Mapping[str, Mapping[bool, tuple[str, ...]]] = {
    "prices": {
        False: ("/market/ticker", "/market/snapshot"),
        # A contract's quotes do not tell its last price: its trades do.
        True: (
            *("/contractMarket/tickerV2", "/contractMarket/snapshot", "/contractMarket/execution"),
            "/contract/instrument",
        ),
    },
    "marks": {False: (), True: ("/contract/instrument",)},
    "trades": {False: ("/market/match",), True: ()},
    "book": {False: ("/market/level2",), True: ("/contractMarket/level2",)},
}


class Watch:
    """Somebody's interest. Close it once; closing again does nothing."""

    def __init__(self, market: Market, keys: Iterable[tuple[str, ...]]) -> None:
        self._market = market
        self._keys = tuple(keys)

    def close(self) -> None:
        """Stop looking; returns at once."""
        keys, self._keys = self._keys, ()
        self._market.let_go(keys)


@dataclass(slots=True)
class _Held:
    """What is heard for those who watch; ``idle_since`` is None while somebody does."""

    topics: tuple[str, ...]
    count: int = 0
    idle_since: float | None = None


class Market:
    """Rules, watches, candles. Safe to call from any thread; nothing here waits for the network.

    Args:
        refresher: Takes up the list of pairs.
        tickers: Every pair's last 24 hours, read again and again: the net under the sockets.
        contracts: The same for contracts; None where there are none.
        linger: How long, in s, what nobody watches is still heard.
        monotonic: Seconds that never jump: the feeds' clock.
        wall: Seconds since 1970 by this machine's clock.
    """

    def __init__(
        self,
        exchange: Exchange,
        refresher: Refresher,
        feeds: Feeds,
        hub: Hub,
        books: Books,
        *,
        tickers: Source[TickerBoard],
        contracts: Source[tuple[Contract, ...]] | None,
        linger: float = _LINGER,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._exchange = exchange
        self._feeds = feeds
        self._hub = hub
        self._books = books
        self._tickers = tickers
        self._contracts = contracts
        self._linger = linger
        self._monotonic = monotonic
        self._wall = wall
        self._pairs = Source("pairs", exchange.market.symbols, every=_PAIRS)
        refresher.add(self._pairs)
        self._errands = Errands()
        self.candles = Candles(exchange, hub, self._errands, now=self.exchange_time, monotonic=monotonic)
        self.recent = RecentTrades(exchange, self._errands, monotonic=monotonic)
        self._lock = threading.Lock()
        self._held: dict[tuple[str, ...], _Held] = {}
        self._live_since: dict[bool, float] = {}
        self._spot_rules = _Listed(self._pairs, of_pair)
        self._pair_rows = _Listed(self._pairs, _the_pair)
        self._contract_rules = _Listed(contracts, of_contract)
        self._contract_rows = _Listed(contracts, _itself)
        self.sheets = Sheets(exchange, self.contract, self._errands, now=self.exchange_time, monotonic=monotonic)
        hub.on_resync(self._resynced)

    def start(self) -> None:
        """Begin to fetch what pages give rise to: candles, recent trades, sheets of contracts."""
        self._errands.start()

    def stop(self) -> None:
        """End it; returns within 2 s even while the network hangs."""
        self._errands.stop()

    def exchange_time(self) -> float:
        """Return the exchange's time in s since 1970, as well as it is known."""
        return self._wall() + float(self._exchange.status().clock_offset or 0)

    def rules(self, symbol: str) -> Rules | None:
        """Return the rules of ``symbol``, None where it is not listed or no list was read yet."""
        listed = self._spot_rules if "-" in symbol else self._contract_rules
        return listed.now().get(symbol)

    def known(self, symbol: str) -> Rules:
        """Return the rules of ``symbol``.

        Raises:
            InvalidRequest: It is not listed, or no list was read yet.
        """
        rules = self.rules(symbol)
        if rules is None:
            raise InvalidRequest(self.trouble(symbol) or f"the list that {symbol[:40]!r} would be in is not read yet")
        return rules

    def trouble(self, symbol: str) -> str | None:
        """Return why there is nothing to see of ``symbol``, None where there is or may be as soon as lists are read."""
        if self.rules(symbol) is not None or not self._is_read("-" not in symbol):
            return None
        return f"{symbol[:40]!r} is not listed on KuCoin"

    def symbols(self) -> tuple[Rules, ...]:
        """Return everything listed, spot first, in the exchange's order."""
        return (*self._spot_rules.now().values(), *self._contract_rules.now().values())

    def pair(self, symbol: str) -> SpotSymbol | None:
        """Return what a pair's orders have to keep to, None where it is not listed or no list was read yet."""
        return self._pair_rows.now().get(symbol)

    def contract(self, symbol: str) -> Reading[Contract]:
        """Return a contract as it was read last, with its figures of that moment."""
        if self._contracts is None:
            return Reading()
        reading = self._contracts.reading
        return Reading(self._contract_rows.now().get(symbol), reading.at, reading.problem, reading.tried_at)

    def ticker(self, symbol: str) -> Reading[Ticker]:
        """Return a pair's last 24 hours as they were read last."""
        reading = self._tickers.reading
        found = reading.value.ticker(symbol) if reading.value else None
        return Reading(found, reading.at, reading.problem, reading.tried_at)

    def watch(self, symbol: str) -> Watch:
        """Hear prices, trades and book of ``symbol`` until the watch is closed.

        Raises:
            InvalidRequest: It is not listed.
        """
        self.known(symbol)
        return self._take([("prices", symbol), ("trades", symbol), ("book", symbol)])

    def quotes(self, symbols: Iterable[str]) -> Watch:
        """Hear the prices of ``symbols``, and nothing else of them.

        Raises:
            InvalidRequest: One is not listed.
        """
        for symbol in (symbols := tuple(dict.fromkeys(symbols))):
            self.known(symbol)
        return self._take([("prices", symbol) for symbol in symbols])

    def marks(self, contracts: Iterable[str]) -> Watch:
        """Hear mark prices and funding of ``contracts``, and nothing else of them.

        Raises:
            InvalidRequest: One is not listed.
        """
        for symbol in (symbols := tuple(dict.fromkeys(contracts))):
            self.known(symbol)
        return self._take([("marks", symbol) for symbol in symbols])

    def watch_candles(self, symbol: str, interval: str) -> Watch:
        """Hear the candle under way.

        Raises:
            InvalidRequest: The symbol is not listed, or there are no such candles of it.
        """
        self._interval(symbol, interval)
        return self._take([("candles", symbol, interval)])

    def older(self, symbol: str, interval: str, before: int) -> Future[Older]:
        """Read the 500 candles before the moment ``before`` (s since 1970); the future may raise a KucoinError.

        Raises:
            InvalidRequest: The symbol is not listed, there are no such candles of it, or no such moment.
        """
        self._interval(symbol, interval)
        if not EARLIEST < before <= self.exchange_time() + _WEEK:
            raise InvalidRequest(f"{before} is no moment, in s since 1970, before which this exchange had prices")
        return self.candles.older(symbol, interval, before)

    def sweep(self) -> None:
        """Let go of what nobody has watched for a while; to be called about once a second."""
        now = self._monotonic()
        with self._lock:
            old = [
                key
                for key, held in self._held.items()
                if held.idle_since is not None and now - held.idle_since >= self._linger
            ]
            for key in old:
                self._end(key, self._held.pop(key))

    def watched(self) -> dict[str, int]:
        """Return how many watch each symbol; those that are heard for nobody any more with 0."""
        with self._lock:
            counts: dict[str, int] = {}
            for (_, symbol, *_), held in self._held.items():
                counts[symbol] = max(counts.get(symbol, 0), held.count)
            return counts

    def live_since(self, *, futures: bool) -> float:
        """Return when the market's line came to life last, in s of the feeds' clock; 0 where it never did."""
        return self._live_since.get(futures, 0.0)

    def problem(self, symbol: str) -> str | None:
        """Return why what is heard of ``symbol`` may be old, None where nothing says so."""
        futures = "-" not in symbol
        if problem := self._hub.problem(futures=futures, private=False):
            return problem
        for status in self._hub.feeds():
            for topic, reason in status.topics.items():
                if topic.partition(":")[2] == symbol:
                    return reason
        return None

    def let_go(self, keys: Iterable[tuple[str, ...]]) -> None:
        """Take back one watch of each of ``keys``."""
        now = self._monotonic()
        with self._lock:
            for key in keys:
                held = self._held[key]
                held.count -= 1
                if not held.count:
                    held.idle_since = now

    def _interval(self, symbol: str, interval: str) -> None:
        intervals = self.known(symbol).intervals
        if interval not in intervals:
            raise InvalidRequest(f"{interval[:20]!r} is no interval of {symbol}: it has {', '.join(intervals)}")

    def _is_read(self, futures: bool) -> bool:
        source: Source[Any] | None = self._contracts if futures else self._pairs
        return source is None or source.reading.at is not None

    def _take(self, keys: list[tuple[str, ...]]) -> Watch:
        with self._lock:
            for key in keys:
                held = self._held.get(key)
                if held is None:
                    held = self._begin(key)
                    self._held[key] = held
                held.count += 1
                held.idle_since = None
        return Watch(self, keys)

    def _begin(self, key: tuple[str, ...]) -> _Held:
        kind, symbol, *more = key
        futures = "-" not in symbol
        if kind == "candles":
            topics: tuple[str, ...] = (live_topic(symbol, more[0]),)
        else:
            topics = tuple(f"{name}:{symbol}" for name in _TOPICS[kind][futures])
        if kind == "book":
            self._books.add(symbol)
        self._feeds.want(*topics)
        return _Held(topics)

    def _end(self, key: tuple[str, ...], held: _Held) -> None:
        kind, symbol, *more = key
        self._feeds.release(*held.topics)
        if kind == "book":
            self._books.remove(symbol)
        if kind == "candles":
            self.candles.forget(symbol, more[0])
        if kind == "trades":
            self.recent.forget(symbol)
        if all(other[1] != symbol for other in self._held):
            self._hub.forget(symbol)

    def _resynced(self, feed: str) -> None:
        if "public" in feed:
            futures = feed.startswith("feed-futures")
            self._live_since[futures] = self._monotonic()
            self.candles.resync(futures=futures)
            self.recent.resync(futures=futures)


class _Listed(Generic[V]):
    """What a list holds, by symbol; made of a source's value once per reading."""

    def __init__(self, source: Source[Any] | None, make: Callable[[Any], V]) -> None:
        self._source = source
        self._make = make
        self._made: tuple[object, dict[str, V]] = (None, {})

    def now(self) -> dict[str, V]:
        """Return it as of the last reading."""
        value = self._source.reading.value if self._source else None
        if value is None:
            return {}
        made = self._made
        if made[0] is not value:
            made = self._made = (value, {row.symbol: self._make(row) for row in value})
        return made[1]


def _itself(contract: Contract) -> Contract:
    return contract


def _the_pair(pair: SpotSymbol) -> SpotSymbol:
    return pair
