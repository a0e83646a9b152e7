"""The public topics of spot and margin.

https://www.kucoin.com/docs-new/websocket-api/base-info/introduction
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kucoin.decimals import ZERO
from kucoin.practice.api.spot_market import rows
from kucoin.practice.engine.events import LevelChange, Trade
from kucoin.practice.engine.terms import Side
from kucoin.practice.exchange import Exchange
from kucoin.practice.history import TURNOVER_UNIT
from kucoin.practice.market import Book
from kucoin.practice.numbers import optional, text
from kucoin.practice.rulebook import FEE
from kucoin.practice.sockets.bookfaults import BookFaults
from kucoin.practice.sockets.teller import Teller
from kucoin.practice.sockets.topics import CANDLES, Name
from kucoin.practice.universe import PAIRS, Pair

_MINUTE_MS = 60_000
_SECOND, _TWO_SECONDS = 10, 20  # beats
_RATIO = Decimal("0.0001")
_AVERAGE = Decimal("0.00000001")


class SpotMarket:
    """Tells what happens on the spot market: at once what is told at once, the rest at the beats, ten a second."""

    def __init__(self, exchange: Exchange, teller: Teller) -> None:
        self._exchange = exchange
        self._tell = teller
        self._hall = teller.hall
        self._faults = BookFaults(teller)
        self._moved: set[str] = set()
        self._traded: set[str] = set()
        self._best: dict[str, tuple[object, object]] = {}

    # At once --------------------------------------------------------------------------------------------------

    def take(self, changes: Mapping[str, Sequence[LevelChange]], trades: Iterable[Trade]) -> None:
        """Tell what has changed in the books, by symbol, and what was traded."""
        for trade in trades:
            self._traded.add(trade.symbol)
            self._match(trade)
        for symbol, levels in changes.items():
            self._moved.add(symbol)
            self._increments(symbol, levels)
            self._level1(symbol)

    def _match(self, trade: Trade) -> None:
        data = {
            "makerOrderId": trade.maker_order_id,
            "price": text(trade.price),
            "sequence": str(trade.trade_id),
            "side": trade.side,
            "size": text(trade.size),
            "symbol": trade.symbol,
            "takerOrderId": trade.taker_order_id,
            "time": str(trade.at_ns),
            "tradeId": str(trade.trade_id),
            "type": "match",
        }
        self._tell.public("/market/match", trade.symbol, "trade.l3match", data)

    def _increments(self, symbol: str, levels: Sequence[LevelChange]) -> None:
        """Tell the changes of a book that came together as one update."""
        name: Name = ("/market/level2", symbol)
        if not self._hall.hears(*name):
            return
        for update in self._faults.pass_on(name, list(levels), lambda before, after: before + after):
            sides: dict[Side, list[list[str]]] = {Side.BUY: [], Side.SELL: []}
            for level in update:
                sides[level.side].append([text(level.price), text(level.size), str(level.sequence)])
            data = {
                "changes": {"asks": sides[Side.SELL], "bids": sides[Side.BUY]},
                "sequenceEnd": update[-1].sequence,
                "sequenceStart": update[0].sequence,
                "symbol": symbol,
                "time": update[-1].at_ns // 1_000_000,
            }
            self._tell.public(*name, "trade.l2update", data)

    def _level1(self, symbol: str, *, again: bool = False) -> None:
        """Tell the best prices where they are others than last time."""
        if not self._hall.hears("/spotMarket/level1", symbol):
            return
        book = self._book(symbol, 1)
        if again or self._best.get(symbol) != (book.bids, book.asks):
            self._best[symbol] = book.bids, book.asks
            flat = {side: list(levels[0]) if levels else [] for side, levels in self._sides(book).items()}
            self._tell.public("/spotMarket/level1", symbol, "level1", {**flat, "timestamp": self._now()})

    # At the beats ---------------------------------------------------------------------------------------------

    def beat(self, count: int, fresh: set[Name]) -> None:
        """Tell what is told in steps of 100 ms; ``fresh`` topics have a new listener who knows nothing yet."""
        for symbol in self._due("/market/ticker", fresh, self._moved):
            self._tell.public("/market/ticker", symbol, "trade.ticker", self._ticker(symbol))
        self._tickers(fresh)
        for depth in (5, 50):
            family = f"/spotMarket/level2Depth{depth}"
            for symbol in self._due(family, fresh, self._moved):
                told = {**self._sides(self._book(symbol, depth)), "timestamp": self._now()}
                self._tell.public(family, symbol, "level2", told)
        for symbol in self._due("/spotMarket/level1", fresh, ()):
            self._level1(symbol, again=True)
        self._candles(fresh)
        self._snapshots(count, fresh)
        for family in ("/indicator/markPrice", "/indicator/index"):
            for symbol in self._due(family, fresh, PAIRS if count % _SECOND == 0 else ()):
                self._tell.public(family, symbol, "tick", self._indicator(symbol))
        self._moved.clear()
        self._traded.clear()

    def _due(self, family: str, fresh: set[Name], others: Iterable[str]) -> list[str]:
        """Return the pairs that somebody listens to and that are among ``others`` or have a new listener."""
        wanted = set(others)
        return [
            symbol
            for symbol in self._hall.symbols(family)
            if symbol in PAIRS and (symbol in wanted or (family, symbol) in fresh)
        ]

    def _now(self) -> int:
        return self._exchange.clock.market_ms()

    def _book(self, symbol: str, depth: int) -> Book:
        book = self._exchange.engine.market(symbol).book
        return Book(book.sequence, tuple(book.depth(Side.BUY, depth)), tuple(book.depth(Side.SELL, depth)))

    @staticmethod
    def _sides(book: Book) -> dict[str, list[list[str]]]:
        return {
            "asks": [[text(price), text(size)] for price, size in book.asks],
            "bids": [[text(price), text(size)] for price, size in book.bids],
        }

    def _ticker(self, symbol: str) -> dict[str, Any]:
        now = self._now()
        book = self._book(symbol, 1)
        trade = self._exchange.market.trades(symbol, now, 1)[0]
        (bid, bid_size), (ask, ask_size) = book.best_bid, book.best_ask
        return {
            "bestAsk": optional(ask),
            "bestAskSize": optional(ask_size),
            "bestBid": optional(bid),
            "bestBidSize": optional(bid_size),
            "price": text(trade.price),
            "sequence": str(book.sequence),
            "size": text(trade.size),
            "time": now,
        }

    def _tickers(self, fresh: set[Name]) -> None:
        if self._hall.hears("/market/ticker", "all"):
            moved = set(PAIRS) if ("/market/ticker", "all") in fresh else self._moved
            for symbol in sorted(moved - self._exchange.delisted):
                self._tell.public("/market/ticker", "all", symbol, self._ticker(symbol))

    def _candles(self, fresh: set[Name]) -> None:
        for name in self._hall.symbols("/market/candles"):
            symbol, _, kind = name.rpartition("_")
            wanted = symbol in self._traded or ("/market/candles", name) in fresh
            if not wanted or symbol not in PAIRS or kind not in CANDLES:
                continue
            now, unit = self._now(), CANDLES[kind]
            since = now - 2 * unit * _MINUTE_MS
            bars = self._exchange.market.candles(symbol, unit, (since, now + 1), now)
            data = {"symbol": symbol, "candles": rows(PAIRS[symbol], bars)[-1], "time": now * 1_000_000}
            self._tell.public("/market/candles", name, "trade.candles.update", data)

    def _indicator(self, symbol: str) -> dict[str, Any]:
        second = self._now() // 1000 * 1000
        value = self._exchange.market.last(symbol, second)
        return {"symbol": symbol, "granularity": 1000, "timestamp": second, "value": value}

    def _snapshots(self, count: int, fresh: set[Name]) -> None:
        family = "/market/snapshot"
        for name in self._hall.symbols(family):
            if count % _TWO_SECONDS and (family, name) not in fresh:
                continue
            for pair in PAIRS.values():
                if name in (pair.symbol, pair.market):
                    data = {"sequence": str(self._book(pair.symbol, 1).sequence), "data": self._snapshot(pair)}
                    self._tell.public(family, name, "trade.snapshot", data)

    def _snapshot(self, pair: Pair) -> dict[str, Any]:
        now = self._now()
        stats = self._exchange.market.stats(pair.symbol, now)
        book = self._book(pair.symbol, 1)
        (bid, bid_size), (ask, ask_size) = book.best_bid, book.best_ask
        day = self._change(pair, 1440)
        return {
            "askSize": ask_size,
            "averagePrice": (stats.turnover / stats.volume).quantize(_AVERAGE) if stats.volume else None,
            "baseCurrency": pair.base,
            "bidSize": bid_size,
            "board": 1,
            "buy": bid,
            "changePrice": stats.change,
            "changeRate": stats.ratio,
            "close": stats.last,
            "datetime": now,
            "high": stats.high,
            "lastTradedPrice": stats.last,
            "low": stats.low,
            "makerCoefficient": 1,
            "makerFeeRate": FEE,
            "marginTrade": pair.margin,
            "mark": 0,
            "market": pair.market,
            "marketChange1h": self._change(pair, 60),
            "marketChange24h": day,
            "marketChange4h": self._change(pair, 240),
            "markets": [pair.market],
            "open": stats.open,
            "quoteCurrency": pair.quote,
            "sell": ask,
            "siteTypes": ["global"],
            "sort": 100,
            "symbol": pair.symbol,
            "symbolCode": pair.symbol,
            "takerCoefficient": 1,
            "takerFeeRate": FEE,
            "trading": True,
            "vol": stats.volume,
            "volValue": stats.turnover,
        }

    def _change(self, pair: Pair, minutes: int) -> dict[str, Any]:
        """Return the figures of the last ``minutes``, the running one included."""
        now = self._now()
        first = (now // _MINUTE_MS - minutes + 1) * _MINUTE_MS
        bars = self._exchange.market.candles(pair.symbol, 1, (first, now + 1), now)
        if not len(bars):
            return dict.fromkeys(("changePrice", "changeRate", "high", "low", "open", "vol", "volValue"), ZERO)
        start, last = pair.price(int(bars.open[0])), pair.price(int(bars.close[-1]))
        return {
            "changePrice": last - start,
            "changeRate": ((last - start) / start).quantize(_RATIO),
            "high": pair.price(int(bars.high.max())),
            "low": pair.price(int(bars.low.min())),
            "open": start,
            "vol": pair.size(int(bars.volume.sum())),
            "volValue": Decimal(int(bars.turnover.sum())) / TURNOVER_UNIT,
        }
