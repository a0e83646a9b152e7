"""Futures deeds at moments gone by; the counterpart of `past` for contracts."""

from __future__ import annotations

from decimal import Decimal

from kucoin.practice.engine.requests import FuturesRequest
from kucoin.practice.engine.terms import MarginMode, OrderType, PositionSide, PriceType, Side
from kucoin.practice.past import Past
from kucoin.practice.universe import CONTRACTS


class FuturesPerson:
    """Somebody trading contracts at the past's present. Sizes are lots, negative when short."""

    def __init__(self, past: Past, name: str) -> None:
        self._past = past
        self._engine = past.engine
        self.name = name

    def open(
        self,
        symbol: str,
        lots: int,
        leverage: int,
        *,
        mode: MarginMode = MarginMode.ISOLATED,
        side: PositionSide = PositionSide.BOTH,
    ) -> None:
        """A market order opens a position, its fee taken from the wallet."""
        if mode is MarginMode.CROSS:
            account, now = self._engine.futures_account, self._past.now
            account.change_margin_mode(now, self.name, symbol, mode)
            account.change_cross_leverage(now, self.name, symbol, Decimal(leverage))
        taker = Side.BUY if lots > 0 else Side.SELL
        self._meet(symbol, taker, Decimal(abs(lots)))
        self._place(
            FuturesRequest(
                symbol=symbol,
                client_oid=self._past.hex_id(),
                side=taker,
                type=OrderType.MARKET,
                size=Decimal(abs(lots)),
                leverage=Decimal(leverage),
                margin_mode=mode,
                position_side=side,
            )
        )

    def close(self, symbol: str) -> None:
        """A market order closes the whole position."""
        held = self._engine.user(self.name).positions[symbol, PositionSide.BOTH]
        self._meet(symbol, Side.SELL if held.qty > 0 else Side.BUY, abs(held.qty))
        self._place(
            FuturesRequest(symbol=symbol, client_oid=self._past.hex_id(), type=OrderType.MARKET, close_order=True)
        )

    def rest(self, side: str, symbol: str, lots: int, offset: str, leverage: int) -> None:
        """A limit order rests ``offset`` (a fraction) away from the price, its margin and fees on hold."""
        self._see(symbol)
        self._place(
            FuturesRequest(
                symbol=symbol,
                client_oid=self._past.hex_id(),
                side=Side(side),
                price=self._past.away(CONTRACTS[symbol], offset),
                size=Decimal(lots),
                leverage=Decimal(leverage),
            )
        )

    def stop(self, side: str, symbol: str, lots: int, offset: str, leverage: int) -> None:
        """A conditional order waits to close part of a position; nothing is held for it."""
        self._place(
            FuturesRequest(
                symbol=symbol,
                client_oid=self._past.hex_id(),
                side=Side(side),
                type=OrderType.MARKET,
                size=Decimal(lots),
                leverage=Decimal(leverage),
                reduce_only=True,
                stop="down" if offset.startswith("-") else "up",
                stop_price=self._past.away(CONTRACTS[symbol], offset),
                price_type=PriceType.MARK,
            )
        )

    def _see(self, symbol: str) -> None:
        """Let the engine know the contract's prices, which bound orders."""
        self._past.exchange.price(self._past.now, {symbol})

    def _meet(self, symbol: str, taker: Side, lots: Decimal) -> None:
        self._see(symbol)
        self._past.meet(symbol, taker, lots)

    def _place(self, request: FuturesRequest) -> None:
        self._engine.futures.place(self._past.now, self.name, request)
