"""Candles, with the account's own trades and open orders marked on them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kucoin.decimals import ZERO
from kucoin.desk.candles import Series
from kucoin.errors import InvalidRequest
from kucoin.model.feed import Candle, Mark, Summary
from kucoin.model.order import Side
from kucoin.model.times import milliseconds
from kucoin.web.panel import Body, Change, SymbolPanel, written
from kucoin.web.sight import CATCHING_UP, STALE, Fresh, Orders, Sight
from kucoin.web.veil import Veil


class CandlesPanel(SymbolPanel):
    """The candles of one interval.

    Raises:
        InvalidRequest: No such symbol, or no such interval of it.
    """

    def __init__(self, sight: Sight, symbol: str, interval: str) -> None:
        super().__init__(sight, symbol)
        self._interval = interval
        self._series = Series()
        self._marked: tuple[int, Veil | None] | None = None
        self._fills: list[list[Any]] = []
        self._orders: list[list[Any]] = []
        try:
            self._candles = sight.market.watch_candles(symbol, interval)
        except InvalidRequest:
            self.close()
            raise
        if sight.orders is not None:
            sight.orders.look_back(symbol)

    def change(self) -> Change | None:
        """Tell the last candles where only they changed, else everything."""
        before, self._series = self._series, self.sight.market.candles.series(self.symbol, self._interval)
        marked = self._mark()
        if self._series is before and not marked:
            return None
        if self._series.whole != before.whole or not before.asked:
            return Change("full", self.full())
        known = set(before.rows[-3:])
        more: Body = {"last": [row for row in self._series.rows[-3:] if row not in known]}
        if marked:
            more |= {"fills": self._fills, "orders": self._orders}
        return Change("more", more) if more["last"] or marked else None

    def full(self) -> Body:
        """Return up to 500 candles, oldest first, the own trades among them, and own orders, the highest first."""
        series = self._series
        return {
            "rows": series.rows,
            "fills": self._fills,
            "orders": self._orders,
            "intervals": self.rules.intervals,
            "price_decimals": self.rules.price_decimals,
            "problem": series.problem,
            "read": series.asked,
        }

    def fresh(self) -> Fresh:
        """Judge by the candle under way or what comes steadily besides, and by whether the past was read."""
        hub = self.sight.hub
        values = [hub.latest(Candle, self.symbol, self._interval), hub.latest(Summary, self.symbol)]
        values += [hub.latest(Mark, self.symbol)] if self.rules.futures else []
        fresh = self.sight.judge(self.symbol, self.sight.youngest(values), self.waiting)
        if fresh.state == STALE or (self._series.rows and self._series.problem is None):
            return fresh
        return Fresh(CATCHING_UP, fresh.age, self._series.problem or "the candles are being read")

    def close(self) -> None:
        """Let go of the symbol and of its candles."""
        super().close()
        if hasattr(self, "_candles"):
            self._candles.close()

    def _mark(self) -> bool:
        """Look for own trades and orders; return whether there are others than before."""
        orders, veil = self.sight.orders, self.sight.veil()
        if orders is None or (orders.generation, veil) == self._marked:
            return False
        self._marked = orders.generation, veil
        before = self._fills, self._orders
        self._fills, self._orders = self._traded(orders, veil), self._resting(orders, veil)
        return before != (self._fills, self._orders)

    def _traded(self, orders: Orders, veil: Veil | None) -> list[list[Any]]:
        """Return own trades, oldest first: ms since 1970, side, price, size."""
        decimals = self.rules.price_decimals
        return [
            [
                *(milliseconds(fill.at), fill.side, written(fill.price, decimals)),
                self._size(fill.size, veil),
            ]
            for fill in orders.fills(self.symbol)
            if fill.at is not None
        ]

    def _resting(self, orders: Orders, veil: Veil | None) -> list[list[Any]]:
        """Return what own orders still want at each price: side, price, size; the highest price first."""
        left: dict[tuple[Decimal, Side], Decimal] = {}
        for order in orders.open(self.symbol):
            if order.price is not None and order.remaining_size:
                key = order.price, order.side
                left[key] = left.get(key, ZERO) + order.remaining_size
        decimals = self.rules.price_decimals
        return [
            [side, written(price, decimals), self._size(size, veil)]
            for (price, side), size in sorted(left.items(), reverse=True)
        ]

    def _size(self, size: Decimal | int, veil: Veil | None) -> str | None:
        return written(Decimal(size), self.rules.size_decimals) if veil is None else veil.size(size, self.symbol)
