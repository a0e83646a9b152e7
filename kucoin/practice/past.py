"""How an account comes to a past: deeds at moments gone by, each through the engine as a live one would be.

The house takes the other side of every trade at the market's price of that moment. `story` says who did what and when.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING

from kucoin.decimals import ZERO, floor_to
from kucoin.practice.archive import Movement
from kucoin.practice.engine.records import Order, Profile
from kucoin.practice.engine.requests import FuturesRequest, SpotRequest, StopRequest
from kucoin.practice.engine.terms import MAIN, MARGIN, TRADE, OrderType, Side, TradeType, isolated
from kucoin.practice.numbers import text
from kucoin.practice.universe import COINS, PAIRS, Listing

if TYPE_CHECKING:
    from kucoin.practice.exchange import Exchange

DAY_MS = 86_400_000
ADDRESS = "TPracticeAddressThatHoldsNothing00"
_CHANGE_OF_MIND_MS = 5_400_000
_OTHERS, _PLENTY = "others", Decimal(10) ** 15  # whoever took the other side, and what he had


class Past:
    """Time before the birth of ``exchange``, in ms, going forward."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.engine = exchange.engine
        self.now = exchange.born_ms
        self._count = 0
        self.engine.add_user(Profile(id=_OTHERS, house=True))
        for currency in COINS:
            self.engine.accounts.credit(self.now, _OTHERS, TRADE, currency, _PLENTY)

    def at(self, days_before: float) -> None:
        """Go to the moment so many days before the birth, settling what falls due on the way; never backwards."""
        self.exchange.archive.keep(self.engine.drain())
        self.now = self.exchange.born_ms - int(days_before * DAY_MS)
        self.exchange.settle(self.now)

    def hex_id(self, length: int = 32) -> str:
        """Return the next hexadecimal id: the same for the same past."""
        self._count += 1
        name = f"{self.exchange.born_ms} {self._count}"
        return hashlib.blake2b(name.encode(), digest_size=length // 2).hexdigest()

    def last(self, symbol: str) -> Decimal:
        """Return the market's price."""
        return self.exchange.market.last(symbol, self.now)

    def away(self, listing: Listing, offset: str) -> Decimal:
        """Return the price that lies ``offset`` (a fraction) from the market's."""
        return floor_to(self.last(listing.symbol) * (1 + Decimal(offset)), listing.tick)

    def meet(self, symbol: str, side: Side, size: Decimal) -> None:
        """Let the house be there for an order of ``side``, at the market's price."""
        facing, price = Side.SELL if side is Side.BUY else Side.BUY, self.last(symbol)
        if symbol in PAIRS:
            self.engine.spot.place(self.now, _OTHERS, SpotRequest(symbol=symbol, side=facing, price=price, size=size))
        else:
            oid = self.hex_id()
            self.engine.futures.place(
                self.now, _OTHERS, FuturesRequest(symbol=symbol, client_oid=oid, side=facing, price=price, size=size)
            )


class Person:
    """Somebody acting at the past's present: money in, out and about, spot, margin. Amounts are decimal text."""

    def __init__(self, past: Past, name: str) -> None:
        self._past = past
        self._engine = past.engine
        self.name = name

    # Money in, out and about

    def deposit(self, currency: str, amount: str, chain: str) -> None:
        """Money arrives in the funding account."""
        self._engine.accounts.credit(self._past.now, self.name, MAIN, currency, Decimal(amount))
        self._record("deposit", currency, Decimal(amount), ZERO, chain)

    def withdraw(self, currency: str, amount: str, fee: str, chain: str) -> None:
        """Money leaves the exchange."""
        size, cost = Decimal(amount), Decimal(fee)
        gone = -(size + cost)
        self._engine.accounts.credit(self._past.now, self.name, MAIN, currency, gone, biz="WITHDRAWAL", fee=cost)
        self._record("withdrawal", currency, size, cost, chain)

    def _record(self, kind: str, currency: str, size: Decimal, fee: Decimal, chain: str) -> None:
        movement = Movement(
            id=self._past.hex_id(24),
            currency=currency,
            chain=chain,
            address=ADDRESS,
            amount=text(size),
            fee=text(fee),
            hash=self._past.hex_id(64),
            created_ms=self._past.now,
        )
        self._past.exchange.archive.move(kind, self._engine.number(), self.name, movement)

    def transfer(self, currency: str, amount: str, source: str, target: str) -> None:
        """Money moves between accounts of one's own."""
        self.send(self, currency, amount, source, target)

    def send(self, other: Person, currency: str, amount: str, source: str, target: str) -> None:
        """Money moves into another person's account."""
        self._engine.accounts.transfer(
            self._past.now, self.name, currency, Decimal(amount), source=source, target=target, to_user=other.name
        )

    # Spot and margin

    def trade(self, side: str, symbol: str, funds: str, account: str = TRADE) -> None:
        """A market order for about ``funds`` of quote currency, filled at the price of the moment."""
        size = floor_to(Decimal(funds) / self._past.last(symbol), PAIRS[symbol].lot)
        self._past.meet(symbol, Side(side), size)
        self._place(self._request(side, symbol, size, account))

    def rest(self, side: str, symbol: str, size: str, offset: str, account: str = TRADE) -> Order:
        """A limit order rests ``offset`` (a fraction) away from the price of the moment, its funds on hold."""
        price = self._past.away(PAIRS[symbol], offset)
        return self._place(self._request(side, symbol, Decimal(size), account, price))

    def change_mind(self, side: str, symbol: str, size: str, offset: str, account: str = TRADE) -> None:
        """A limit order is placed away from the price and cancelled 90 minutes later, before it met anything."""
        order = self.rest(side, symbol, size, offset, account)
        self._engine.spot.cancel(
            self._past.now + _CHANGE_OF_MIND_MS,
            self.name,
            symbol,
            order_id=order.id,
            family=order.request.family,
        )

    def stop(self, side: str, symbol: str, size: str, offset: str) -> None:
        """A conditional market order waits; nothing is held for it."""
        order = self._request(side, symbol, Decimal(size), TRADE)
        stop_price = self._past.away(PAIRS[symbol], offset)
        kind = "loss" if offset.startswith("-") else "entry"
        self._engine.spot.place_stop(
            self._past.now, self.name, StopRequest(order=order, stop_price=stop_price, stop=kind)
        )

    def _request(
        self, side: str, symbol: str, size: Decimal, account: str, price: Decimal | None = None
    ) -> SpotRequest:
        """Return a limit order, or a market order where there is no price."""
        trade_types = {TRADE: TradeType.TRADE, MARGIN: TradeType.CROSS, isolated(symbol): TradeType.ISOLATED}
        return SpotRequest(
            symbol=symbol,
            side=Side(side),
            type=OrderType.MARKET if price is None else OrderType.LIMIT,
            price=price,
            size=size,
            client_oid=self._past.hex_id(),
            trade_type=trade_types[account],
        )

    def _place(self, request: SpotRequest) -> Order:
        return self._engine.spot.place(self._past.now, self.name, request)

    # Loans

    def borrow(self, currency: str, amount: str, account: str = MARGIN) -> None:
        """A margin loan."""
        self._past.exchange.price_coins(self._past.now)
        self._engine.margin.borrow(self._past.now, self.name, account, currency, Decimal(amount))

    def repay(self, currency: str, amount: str, account: str = MARGIN) -> None:
        """A repayment: interest first, then principal."""
        self._engine.margin.repay(self._past.now, self.name, account, currency, Decimal(amount))
