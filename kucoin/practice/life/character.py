"""How a market behaves: how often it trades, how wide it is quoted, how much stands in its book.

All follows from what `universe` says of a listing: its turnover and how lively it is. Counts of ticks and lots are
whole numbers; nothing here is an account's money.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from math import exp

from kucoin.practice.universe import COINS, Contract, Pair

DAY_S = 86_400
SIZE_SIGMA = 1.3  # of the logarithm of trade sizes
LEVEL_SIGMA = 0.8  # of the logarithm of level sizes
_DEEPER = 0.25  # how much more each level holds than the one before, of the first one's size


@dataclass(frozen=True, slots=True)
class Character:
    """One market's habits.

    Attributes:
        rate: Taker orders a second in the mean.
        spread: Ticks between best bid and ask in the mean, at least 1.
        grid: Ticks between the levels next to the best; each further zone doubles them.
        zones, per_zone: How many zones a side has, and levels in each.
        level_lots: Typical lots of the best level.
        trade_lots: Lots of a taker order in the mean.
        least_lots: The smallest order.
        pause_ms: Makers look at their quotes so often.
    """

    rate: float
    spread: float
    grid: int
    zones: int
    per_zone: int
    level_lots: float
    trade_lots: float
    least_lots: int
    pause_ms: int

    @property
    def levels(self) -> int:
        """How many levels a side has."""
        return 1 + self.zones * self.per_zone

    def ladder(self, touch: int, *, down: bool) -> list[int]:
        """Return the prices (ticks) to quote from ``touch`` outwards, best first, all above zero.

        Levels behind the best stand on a fixed grid, so that most of them stay where they are while the best moves.
        """
        sign = -1 if down else 1
        price, found = touch, [touch]
        for zone in range(self.zones):
            step = self.grid << zone
            for _ in range(self.per_zone):
                price = sign * (sign * price // step + 1) * step
                found.append(price)
        return [ticks for ticks in found if ticks > 0]

    def depths(self) -> list[tuple[float, int]]:
        """Return for each level how many lots stand up to it, itself included, and how far (ticks) it is away."""
        typical = self.level_lots * exp(LEVEL_SIGMA**2 / 2.0)
        lots = accumulate(typical * self.deeper(place) for place in range(self.levels))
        start = self.grid << self.zones
        return [(sum_, ticks - start) for sum_, ticks in zip(lots, self.ladder(start, down=False), strict=True)]

    @staticmethod
    def deeper(place: int) -> float:
        """Return how much more than the best the level at ``place`` holds."""
        return 1.0 + _DEEPER * place


@dataclass(frozen=True, slots=True)
class _Kind:
    """What lively, ordinary and quiet markets have in common. ``spread`` and ``gap`` are fractions of the price."""

    spread: float
    gap: float
    zones: int
    per_zone: int
    pause_ms: int


_LIVELY = _Kind(spread=1.5e-6, gap=7e-6, zones=8, per_zone=6, pause_ms=200)
_ORDINARY = _Kind(spread=8e-5, gap=6e-5, zones=6, per_zone=5, pause_ms=400)
_QUIET = _Kind(spread=2.5e-4, gap=2e-4, zones=5, per_zone=4, pause_ms=1000)  # at a turnover of 1,000,000 USD a day
_NARROWEST, _WIDEST = 0.6, 5.0  # of a quiet market's figures, by turnover


def character(listing: Pair | Contract, ticks: int) -> Character:
    """Return the habits of the market of ``listing``, whose price is about ``ticks``."""
    quote = 1.0 if isinstance(listing, Contract) else COINS[listing.quote].price
    daily = listing.turnover * quote  # USD
    kind, wider = {240: _LIVELY, 120: _ORDINARY}.get(listing.beats, _QUIET), 1.0
    if kind is _QUIET:
        wider = min(_WIDEST, max(_NARROWEST, (1e6 / daily) ** 0.35))
    price = ticks * listing.tick_float
    lot_usd = quote * listing.lot_float * (price * listing.lot_coins if listing.lot_coins else 1.0)
    rate = _rate(listing.beats, daily)
    least = 1 if isinstance(listing, Contract) else int(max(listing.base_min, _least(listing, price)) / listing.lot) + 1
    return Character(
        rate=rate,
        spread=max(1.0, kind.spread * wider * ticks),
        grid=max(1, round(kind.gap * wider * ticks)),
        zones=kind.zones,
        per_zone=kind.per_zone,
        level_lots=max(2.0 * least, 0.002 * daily**0.8 / lot_usd),
        trade_lots=max(1.0, daily / DAY_S / rate / lot_usd),
        least_lots=least,
        pause_ms=kind.pause_ms,
    )


def _rate(beats: int, daily: float) -> float:
    """Return taker orders a second: 8 to 15 where it is lively, 1 to 2, one in 2 to 8 seconds where it is quiet."""
    if beats == 240:
        return 6.0 + 9.0 * float((daily / 1e9) ** 0.3)
    if beats == 120:
        return min(2.0, 1.0 + daily / 5e7)
    return 0.12 + 0.4 * min(1.0, daily / 4e6)


def _least(pair: Pair, price: float) -> Decimal:
    """Return the base currency that is worth twice the smallest order, so that it stays enough while prices move."""
    return pair.quote_min / Decimal(price) * 2
