"""Somebody to trade with: the house quotes, around the market's price, the book that the market shows.

A quote that was taken is there again when the book next changes.
"""

from __future__ import annotations

from decimal import Decimal

from kucoin.decimals import ONE, ceil_to, floor_to
from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.records import Order, Profile, Stop
from kucoin.practice.engine.requests import FuturesRequest, SpotRequest
from kucoin.practice.engine.terms import TRADE, Side
from kucoin.practice.market import Market
from kucoin.practice.rulebook import PRICE_LIMIT_RATE
from kucoin.practice.universe import COINS, CONTRACTS, PAIRS

MAKER = "quotes"
_DEPTH = 20
_PLENTY = Decimal(10) ** 15
_Level = tuple[Side, Decimal, Decimal]


class Quotes:
    """The house's quotes on every symbol that somebody trades."""

    def __init__(self, engine: Engine, market: Market, now_ms: int) -> None:
        self._engine = engine
        self._market = market
        self._resting: dict[str, dict[_Level, Order]] = {}
        self._beats: dict[str, int] = {}
        engine.add_user(Profile(id=MAKER, house=True))
        for currency in COINS:
            engine.accounts.credit(now_ms, MAKER, TRADE, currency, _PLENTY)

    def refresh(self, symbol: str, now_ms: int) -> None:
        """Bring the quotes on ``symbol`` up to the market's moment; an unknown symbol has none."""
        if symbol not in PAIRS and symbol not in CONTRACTS:
            return
        book = self._market.book(symbol, now_ms, _DEPTH)
        if self._beats.get(symbol) == book.sequence:
            return
        self._beats[symbol] = book.sequence
        wanted = {(Side.BUY, price, size) for price, size in book.bids}
        wanted |= {(Side.SELL, price, size) for price, size in book.asks}
        resting = self._resting.setdefault(symbol, {})
        for level, order in list(resting.items()):
            if level not in wanted or order.filled_size:
                del resting[level]
                if order.active:
                    self._engine.market(symbol).cancel(order, now_ms)
        for level in sorted(wanted - resting.keys()):
            resting[level] = self._place(symbol, level, now_ms)
        self._engine.print_last(symbol, self._market.last(symbol, now_ms), now_ms)

    def place(self, symbol: str, side: Side, price: Decimal, size: Decimal, now_ms: int) -> Order:
        """Place a limit order of the house."""
        if symbol in PAIRS:
            request = SpotRequest(symbol=symbol, side=side, price=price, size=size)
            return self._engine.spot.place(now_ms, MAKER, request)
        oid = str(self._engine.number())
        order = self._engine.futures.place(
            now_ms, MAKER, FuturesRequest(symbol=symbol, client_oid=oid, side=side, price=price, size=size)
        )
        if isinstance(order, Stop):
            raise TypeError("an order without a stop price became a stop")
        return order

    def _place(self, symbol: str, level: _Level, now_ms: int) -> Order:
        """Place a quote, no further through what is left of a price gone by than the pair allows."""
        side, price, size = level
        if symbol in PAIRS:
            tick = PAIRS[symbol].tick
            facing = self._engine.market(symbol).book.facing(side)
            best = facing[-1].price if facing else price
            if side is Side.BUY:
                price = min(price, floor_to(best * (ONE + PRICE_LIMIT_RATE), tick))
            else:
                price = max(price, ceil_to(best * (ONE - PRICE_LIMIT_RATE), tick))
        return self.place(symbol, side, price, size, now_ms)
