"""What a symbol is, and the steps its figures come in; of pairs and contracts alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from kucoin.decimals import ONE, ZERO, places
from kucoin.desk.candles import INTERVALS
from kucoin.desk.prices import coin
from kucoin.model.feed import Level
from kucoin.model.market import Contract, SpotSymbol


@dataclass(frozen=True)
class Rules:
    """What a symbol is, and the steps its figures come in.

    Attributes:
        base: The coin, by its name in spot.
        tick: What prices are multiples of, in quote currency.
        lot: What sizes are multiples of: base currency, or lots on futures.
        coins: Coins per lot, None on spot and where a lot is one unit of quote currency (inverse).
        trading: Whether the exchange takes orders for it.
    """

    symbol: str
    base: str
    quote: str
    futures: bool
    tick: Decimal
    lot: Decimal
    coins: Decimal | None
    inverse: bool
    trading: bool

    @cached_property
    def price_decimals(self) -> int:
        """Decimals of its prices."""
        return places(self.tick)

    @cached_property
    def size_decimals(self) -> int:
        """Decimals of its sizes."""
        return places(self.lot)

    @property
    def intervals(self) -> tuple[str, ...]:
        """The candles that can be had of it."""
        return tuple(name for name, interval in INTERVALS.items() if interval.minutes or not self.futures)

    def value(self, price: Decimal, size: Decimal) -> Decimal:
        """Return what ``size`` is worth at ``price``, in quote currency.

        Source: https://www.kucoin.com/support/900004307786 (multiplier), inverse lots are worth one USD each.
        """
        return self.worth([(price, size)])

    def worth(self, levels: Iterable[Level]) -> Decimal:
        """Return what all of ``levels`` are worth together, in quote currency."""
        if self.inverse:
            return sum((size for _, size in levels), ZERO)
        return sum((price * size for price, size in levels), ZERO) * (self.coins or ONE)

    def open(self, lots: Decimal | None, price: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
        """Return what so many lots are at ``price`` in coins and in quote currency; None where that is unknown."""
        if lots is None:
            return None, None
        if self.inverse:
            return (lots / price if price else None), lots
        coins = lots * (self.coins or ONE)
        return coins, (coins * price if price is not None else None)

    def day(self, volume: Decimal | None, turnover: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
        """Return what was traded in 24 h in coins and in quote currency, of a volume and a turnover as KuCoin tells it.

        Of inverse contracts it counts the volume in lots, which are worth one unit of quote currency each, and the
        turnover in coins: XBTUSDM at 16,532 had a volume of 1,124,530 and a turnover of 68.02716403.
        """
        return (turnover, volume) if self.inverse else (volume, turnover)


def of_pair(pair: SpotSymbol) -> Rules:
    """Return the rules of a spot pair."""
    return Rules(
        symbol=pair.symbol,
        base=pair.base_currency,
        quote=pair.quote_currency,
        futures=False,
        tick=pair.price_increment,
        lot=pair.base_increment,
        coins=None,
        inverse=False,
        trading=pair.enable_trading,
    )


def of_contract(contract: Contract) -> Rules:
    """Return the rules of a contract."""
    return Rules(
        symbol=contract.symbol,
        base=coin(contract.base_currency),
        quote=contract.quote_currency,
        futures=True,
        tick=contract.tick_size,
        lot=Decimal(contract.lot_size),
        coins=None if contract.is_inverse else contract.multiplier,
        inverse=contract.is_inverse,
        trading=contract.status == "Open",
    )
