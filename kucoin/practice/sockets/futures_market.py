"""The public topics of futures.

https://www.kucoin.com/docs-new/websocket-api/base-info/introduction
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kucoin.practice.engine.events import FundingSettled, LevelChange, Trade
from kucoin.practice.engine.terms import Side
from kucoin.practice.exchange import Exchange
from kucoin.practice.market import Book
from kucoin.practice.numbers import optional, text
from kucoin.practice.sockets.bookfaults import BookFaults
from kucoin.practice.sockets.teller import Teller
from kucoin.practice.sockets.topics import CANDLES, Name
from kucoin.practice.universe import CONTRACTS

_MINUTE_MS = 60_000
_SECOND, _FIVE_SECONDS, _MINUTE = 10, 50, 600  # beats


class FuturesMarket:
    """Tells what happens on the futures market: at once what is told at once, the rest at the beats, ten a second."""

    def __init__(self, exchange: Exchange, teller: Teller) -> None:
        self._exchange = exchange
        self._tell = teller
        self._hall = teller.hall
        self._faults = BookFaults(teller)
        self._traded: set[str] = set()
        self._best: dict[str, tuple[object, object]] = {}

    # At once --------------------------------------------------------------------------------------------------

    def take(self, changes: Mapping[str, Sequence[LevelChange]], trades: Iterable[Trade]) -> None:
        """Tell what has changed in the books, by symbol, and what was traded."""
        for trade in trades:
            self._traded.add(trade.symbol)
            self._execution(trade)
        for symbol, levels in changes.items():
            self._increments(symbol, levels)
            self._ticker_v2(symbol, levels[-1].at_ns)

    def settled(self, funding: FundingSettled) -> None:
        """Tell that funding was charged: its beginning and its end."""
        data = {"symbol": funding.symbol, "fundingTime": funding.time_ms, "fundingRate": funding.rate}
        for subject in ("funding.begin", "funding.end"):
            for symbol in ("", funding.symbol):
                told = {**data, "timestamp": funding.at_ns // 1_000_000}
                self._tell.public("/contract/announcement", symbol, subject, told)

    def _execution(self, trade: Trade) -> None:
        data = {
            "symbol": trade.symbol,
            "sequence": trade.sequence,
            "side": trade.side,
            "size": int(trade.size),
            "price": text(trade.price),
            "takerOrderId": trade.taker_order_id,
            "makerOrderId": trade.maker_order_id,
            "tradeId": str(trade.trade_id),
            "ts": trade.at_ns,
        }
        self._tell.public("/contractMarket/execution", trade.symbol, "match", data, sn=trade.sequence)
        if self._hall.hears("/contractMarket/ticker", trade.symbol):
            self._ticker(trade.symbol)

    def _increments(self, symbol: str, levels: Sequence[LevelChange]) -> None:
        """Tell each change of a book by itself: one sequence number a frame."""
        name: Name = ("/contractMarket/level2", symbol)
        if not self._hall.hears(*name):
            return
        for level in levels:
            for update in self._faults.pass_on(name, [level], lambda before, after: before + after):
                for each in update:
                    data = {
                        "sequence": each.sequence,
                        "change": f"{text(each.price)},{each.side},{int(each.size)}",
                        "timestamp": each.at_ns // 1_000_000,
                    }
                    self._tell.public(*name, "level2", data, sn=each.sequence)

    def _ticker_v2(self, symbol: str, at_ns: int, *, again: bool = False) -> None:
        """Tell the best prices where they are others than last time."""
        if not self._hall.hears("/contractMarket/tickerV2", symbol):
            return
        book = self._book(symbol, 1)
        if again or self._best.get(symbol) != (book.bids, book.asks):
            self._best[symbol] = book.bids, book.asks
            data = {"symbol": symbol, "sequence": book.sequence, **_best(book), "ts": at_ns}
            self._tell.public("/contractMarket/tickerV2", symbol, "tickerV2", data, sn=book.sequence)

    def _ticker(self, symbol: str) -> None:
        trade = self._exchange.market.trades(symbol, self._now(), 1)[0]
        book = self._book(symbol, 1)
        data = {
            "symbol": symbol,
            "sequence": book.sequence,
            "side": trade.side,
            "size": int(trade.size),
            "price": text(trade.price),
            "tradeId": str(trade.trade_id),
            **_best(book),
            "ts": trade.at_ns,
        }
        self._tell.public("/contractMarket/ticker", symbol, "ticker", data, sn=book.sequence)

    # At the beats ---------------------------------------------------------------------------------------------

    def beat(self, count: int, fresh: set[Name]) -> None:
        """Tell what is told in steps of 100 ms; ``fresh`` topics have a new listener who knows nothing yet."""
        for depth in (5, 50):
            family = f"/contractMarket/level2Depth{depth}"
            for symbol in self._due(family, fresh, every=1, count=count):  # also where nothing has changed, as KuCoin
                self._depth(family, symbol, depth)
        for symbol in self._due("/contractMarket/tickerV2", fresh):
            self._ticker_v2(symbol, self._now() * 1_000_000, again=True)
        for symbol in self._due("/contractMarket/ticker", fresh):
            self._ticker(symbol)
        self._candles(count, fresh)
        for symbol in self._due("/contract/instrument", fresh, every=_SECOND, count=count):
            self._mark(symbol)
        for symbol in self._due("/contract/instrument", fresh, every=_MINUTE, count=count):
            self._funding(symbol)
        for symbol in self._due("/contractMarket/snapshot", fresh, every=_FIVE_SECONDS, count=count):
            self._tell.public("/contractMarket/snapshot", symbol, "snapshot.24h", self._snapshot(symbol))

    def _due(self, family: str, fresh: set[Name], *, every: int = 0, count: int = 0) -> list[str]:
        """Return the contracts that somebody listens to: all of them each ``every`` beats, else the fresh ones."""
        now = every and count % every == 0
        listened = self._hall.symbols(family)
        return [symbol for symbol in listened if symbol in CONTRACTS and (now or (family, symbol) in fresh)]

    def _now(self) -> int:
        return self._exchange.clock.market_ms()

    def _book(self, symbol: str, depth: int) -> Book:
        book = self._exchange.engine.market(symbol).book
        return Book(book.sequence, tuple(book.depth(Side.BUY, depth)), tuple(book.depth(Side.SELL, depth)))

    def _depth(self, family: str, symbol: str, depth: int) -> None:
        book, now = self._book(symbol, depth), self._now()
        data = {
            "bids": [[text(price), int(size)] for price, size in book.bids],
            "sequence": book.sequence,
            "timestamp": now,
            "ts": now,
            "asks": [[text(price), int(size)] for price, size in book.asks],
        }
        self._tell.public(family, symbol, "level2", data, sn=now)

    def _candles(self, count: int, fresh: set[Name]) -> None:
        family, due = "/contractMarket/limitCandle", count % _SECOND == 0
        for name in self._hall.symbols(family):
            symbol, _, kind = name.rpartition("_")
            wanted = (due and symbol in self._traded) or (family, name) in fresh
            if wanted and symbol in CONTRACTS and kind in CANDLES:
                data = {"symbol": symbol, "candles": self._candle(symbol, CANDLES[kind]), "time": self._now()}
                self._tell.public(family, name, "candle.stick", data)
        if due:
            self._traded.clear()

    def _candle(self, symbol: str, unit: int) -> list[str]:
        """Return the running bar: start in s, open, close, high, low, a volume that means nothing, lots."""
        now, listing = self._now(), CONTRACTS[symbol]
        bars = self._exchange.market.candles(symbol, unit, (now - 2 * unit * _MINUTE_MS, now + 1), now)
        prices = (bars.open[-1], bars.close[-1], bars.high[-1], bars.low[-1])
        lots = int(bars.volume[-1])
        return [
            str(int(bars.at[-1]) * 60),
            *(text(listing.price(int(each))) for each in prices),
            f"{lots}.0",
            str(lots),
        ]

    def _mark(self, symbol: str) -> None:
        contract, now = CONTRACTS[symbol], self._now()
        data = {
            "markPrice": self._exchange.market.mark_price(contract, now),
            "indexPrice": self._exchange.market.index_price(contract, now // 1000 * 1000),
            "granularity": 1000,
            "timestamp": now // 1000 * 1000,
        }
        self._tell.public("/contract/instrument", symbol, "mark.index.price", data)

    def _funding(self, symbol: str) -> None:
        now = self._now()
        data = {
            "granularity": _MINUTE_MS,
            "fundingRate": self._exchange.market.funding_rate(CONTRACTS[symbol], now),
            "timestamp": now // _MINUTE_MS * _MINUTE_MS,
        }
        self._tell.public("/contract/instrument", symbol, "funding.rate", data)

    def _snapshot(self, symbol: str) -> dict[str, Any]:
        contract, now = CONTRACTS[symbol], self._now()
        stats = self._exchange.market.stats(symbol, now)
        volume, turnover = stats.told(contract)
        return {
            "highPrice": stats.high,
            "lastPrice": stats.last,
            "lowPrice": stats.low,
            "price24HoursBefore": stats.open,
            "priceChg": stats.change,
            "priceChgPct": stats.ratio,
            "symbol": symbol,
            "ts": now * 1_000_000,
            "turnover": turnover,
            "volume": volume,
        }


def _best(book: Book) -> dict[str, Any]:
    (bid, bid_size), (ask, ask_size) = book.best_bid, book.best_ask
    return {
        "bestBidSize": int(bid_size or 0),
        "bestBidPrice": optional(bid),
        "bestAskPrice": optional(ask),
        "bestAskSize": int(ask_size or 0),
    }
