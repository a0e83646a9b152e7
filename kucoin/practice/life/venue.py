"""Where a market's bots trade: the engine, as two house users of that market, in ticks and lots."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from decimal import Decimal
from typing import cast

from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.matching import Market
from kucoin.practice.engine.records import Order, Profile
from kucoin.practice.engine.refusals import Refusal
from kucoin.practice.engine.requests import FuturesRequest, SpotRequest
from kucoin.practice.engine.terms import CONTRACT, TRADE, OrderType, PositionSide, Side, Status
from kucoin.practice.universe import COINS, Contract, Listing, Pair, coin_of

_FORTUNE_USD = 10**9  # what each bot has of each currency that it trades


class Venue(ABC):
    """One market as its bots see it: a maker who quotes, and a taker who stands for everybody else.

    Attributes:
        refused: How often the engine refused a bot's order, by code. Limits around a stranger's order in the book
            can do that; the bots then wait until it is gone.
    """

    def __init__(self, engine: Engine, listing: Listing, now_ms: int) -> None:
        self.refused: Counter[str] = Counter()
        self._engine = engine
        self._listing = listing
        self.market: Market = engine.market(listing.symbol)
        self.maker, self.taker = (
            engine.add_user(
                Profile(id=f"{role}:{listing.symbol}", house=True, maker_rate=Decimal(0), taker_rate=Decimal(0))
            )
            for role in ("maker", "taker")
        )
        self._endow(now_ms)

    @abstractmethod
    def _endow(self, now_ms: int) -> None:
        """Make both bots rich."""

    @abstractmethod
    def is_open(self) -> bool:
        """Say whether the market takes orders."""

    @abstractmethod
    def _place(self, now_ms: int, user: str, side: Side, size: Decimal, price: Decimal | None) -> Order:
        """Place a limit order, or without ``price`` a market order."""

    @abstractmethod
    def cancel(self, now_ms: int, order: Order) -> None:
        """Cancel one of the maker's live orders."""

    @abstractmethod
    def inventories(self) -> tuple[Decimal, Decimal]:
        """Return the lots that maker and taker have bought since they were endowed, negative when sold."""

    def quote(self, now_ms: int, side: Side, ticks: int, lots: int) -> Order | None:
        """Place a limit order of the maker; None where it was refused."""
        listing = self._listing
        return self._try(now_ms, self.maker.id, side, listing.size(lots), listing.price(ticks))

    def take(self, now_ms: int, side: Side, lots: int) -> None:
        """Place a market order of the taker, if there is anybody to trade with."""
        if self.market.book.facing(side):
            self._try(now_ms, self.taker.id, side, self._listing.size(lots), None)

    def _try(self, now_ms: int, user: str, side: Side, size: Decimal, price: Decimal | None) -> Order | None:
        try:
            return self._place(now_ms, user, side, size, price)
        except Refusal as refusal:
            self.refused[refusal.code] += 1
            return None


class SpotVenue(Venue):
    """A pair."""

    def __init__(self, engine: Engine, pair: Pair, now_ms: int) -> None:
        self._pair = pair
        super().__init__(engine, pair, now_ms)
        self._spot = engine.spot.markets[pair.symbol]

    def _endow(self, now_ms: int) -> None:
        self._fortune = fortune(self._pair.base)
        for user in (self.maker, self.taker):
            for currency in (self._pair.base, self._pair.quote):
                self._engine.accounts.credit(now_ms, user.id, TRADE, currency, fortune(currency))

    def is_open(self) -> bool:
        """Say whether the pair takes orders."""
        return self._spot.pair.status is Status.OPEN

    def _place(self, now_ms: int, user: str, side: Side, size: Decimal, price: Decimal | None) -> Order:
        return self._engine.spot.place(
            now_ms,
            user,
            SpotRequest(
                symbol=self._pair.symbol,
                side=side,
                type=OrderType.LIMIT if price is not None else OrderType.MARKET,
                price=price,
                size=size,
            ),
        )

    def cancel(self, now_ms: int, order: Order) -> None:
        """Cancel one of the maker's live orders."""
        self._engine.spot.cancel(now_ms, self.maker.id, order.symbol, order_id=order.id)

    def inventories(self) -> tuple[Decimal, Decimal]:
        """Return the lots that maker and taker have bought."""
        lot, base = self._pair.lot, self._pair.base
        maker, taker = (user.balance(TRADE, base).total - self._fortune for user in (self.maker, self.taker))
        return maker / lot, taker / lot


class FuturesVenue(Venue):
    """A contract."""

    def __init__(self, engine: Engine, contract: Contract, now_ms: int) -> None:
        self._contract = contract
        self._count = 0
        super().__init__(engine, contract, now_ms)
        self._futures = engine.futures.markets[contract.symbol]

    def _endow(self, now_ms: int) -> None:
        settle = self._contract.settle
        for user in (self.maker, self.taker):
            self._engine.accounts.credit(now_ms, user.id, CONTRACT, settle, fortune(settle))

    def is_open(self) -> bool:
        """Say whether the contract takes orders."""
        return self._futures.contract.status is Status.OPEN

    def _place(self, now_ms: int, user: str, side: Side, size: Decimal, price: Decimal | None) -> Order:
        self._count += 1
        placed = self._engine.futures.place(
            now_ms,
            user,
            FuturesRequest(
                symbol=self._contract.symbol,
                client_oid=str(self._count),
                side=side,
                type=OrderType.LIMIT if price is not None else OrderType.MARKET,
                price=price,
                size=size,
            ),
        )
        return cast(Order, placed)  # no stop was asked for

    def cancel(self, now_ms: int, order: Order) -> None:
        """Cancel one of the maker's live orders."""
        self._engine.futures.cancel(now_ms, self.maker.id, order_id=order.id)

    def inventories(self) -> tuple[Decimal, Decimal]:
        """Return the lots that maker and taker hold."""
        maker, taker = (self._futures.position(user, PositionSide.BOTH) for user in (self.maker, self.taker))
        return (maker.qty if maker else Decimal(0), taker.qty if taker else Decimal(0))


def fortune(currency: str) -> Decimal:
    """Return how much of ``currency`` a bot is given."""
    return Decimal(round(_FORTUNE_USD / COINS[coin_of(currency)].price))
