"""All bots of all markets."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection
from decimal import Decimal
from math import exp, sqrt
from random import Random

from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.terms import Side
from kucoin.practice.life.character import Character, character
from kucoin.practice.life.maker import Maker
from kucoin.practice.life.takers import Takers
from kucoin.practice.life.tape import JUMP_MS
from kucoin.practice.life.venue import FuturesVenue, SpotVenue, Venue
from kucoin.practice.market import Market
from kucoin.practice.noise import stream
from kucoin.practice.universe import CONTRACTS, PAIRS, Listing

_IMPACT = 0.7  # how much of the way that a stranger's order went stays in the price, at first
_FADES_S = 15.0  # what is left of it falls to a third in this time
_TREND_S = 5.0
_UNSEEN_MS = 2000  # the step in which bots live where nobody looks


class Fair:
    """The price that a market would have by itself: the history, going on.

    Attributes:
        haste: How busy the present minute is, 1 in the mean.
    """

    def __init__(self, market: Market, listing: Listing) -> None:
        self._history = market.history
        self._listing = listing
        self._minute = -1
        self._prices: list[int] = []
        self.haste = 1.0

    def ticks(self, now_ms: int) -> int:
        """Return the price at ``now_ms``."""
        minute, rest = divmod(now_ms, 60_000)
        if minute != self._minute:
            self._minute = minute
            prices, sizes = self._history.path(self._listing, minute)
            self._prices = prices.tolist()
            self.haste = self._how_busy(int(sizes.sum()))
        return self._prices[rest * self._listing.beats // 60_000]

    def _how_busy(self, lots: int) -> float:
        """Return the square root of this minute's turnover over the mean: half of it is more orders, half larger."""
        listing = self._listing
        price = self._prices[0] * listing.tick_float
        value = lots * listing.lot_float * (price * listing.lot_coins if listing.lot_coins else 1.0)
        return min(2.0, max(0.6, sqrt(value / (listing.turnover / 1440.0))))


class Pit:
    """One market and its bots.

    What strangers buy moves the price along: `pressure` is the lots that they took of late. Nobody has to be watched
    for that, since whatever the bots together no longer have, a stranger has.
    """

    def __init__(self, venue: Venue, fair: Fair, habits: Character, random: Random, *, leveraged: bool) -> None:
        self.venue = venue
        self._fair = fair
        self.habits = habits
        self._maker = Maker(venue, habits, random)
        self._takers = Takers(habits, random, leveraged=leveraged)
        depths = habits.depths()
        self._lots, self._reaches = [lots for lots, _ in depths], [reach for _, reach in depths]
        self._held = sum(venue.inventories(), Decimal(0))
        self._pressure = 0.0
        self._mean = 0.0
        self._quote_ms = 0

    def begin(self, now_ms: int) -> None:
        """Forget what has been going on, quote where the price is now, and let somebody trade there at once."""
        self._takers.calm()
        self._maker.calm()
        self._quote_ms = 0
        self._pressure, self._held = 0.0, sum(self.venue.inventories(), Decimal(0))
        if not self.venue.is_open():
            return
        self._mean = price = self._fair.ticks(now_ms)
        self._maker.quote(now_ms, price)
        self.venue.take(now_ms, *self._takers.one())

    def step(self, now_ms: int, seconds: float, activity: float) -> None:
        """Live through the last ``seconds``."""
        if not self.venue.is_open():
            return
        fair = self._fair.ticks(now_ms)
        maker, taker = self.venue.inventories()
        self._feel(maker + taker, seconds)
        self._mean += (fair - self._mean) * (1.0 - exp(-seconds / _TREND_S))
        if now_ms >= self._quote_ms:
            self._quote_ms = now_ms + self.habits.pause_ms
            self._maker.quote(now_ms, max(1, fair + self._shift()))
        forced = self._takers.forced(seconds)
        if forced is not None:
            side, lots = forced
            self.venue.take(now_ms, side, lots)
            self._pressure += lots if side is Side.BUY else -lots
        for side, lots in self._takers.orders(
            seconds * activity,
            haste=self._fair.haste,
            trend=(fair - self._mean) / self.habits.spread,
            inventory=float(maker) / self.habits.level_lots,
        ):
            self.venue.take(now_ms, side, lots)

    def _feel(self, held: Decimal, seconds: float) -> None:
        """Take in what strangers have traded since the last step."""
        self._pressure = self._pressure * exp(-seconds / _FADES_S) + float(self._held - held)
        self._held = held

    def _shift(self) -> int:
        """Return how many ticks the pressure moves the price: part of the way that it would go through the book."""
        level = bisect_left(self._lots, abs(self._pressure) * _IMPACT)
        reach = self._reaches[min(level, len(self._reaches) - 1)]
        return reach if self._pressure > 0.0 else -reach


class Crowd:
    """The bots of all that an engine lists.

    Args:
        market: Whose history goes on in their prices.
        seed: Of their moods.
        activity: How often takers come, 1 as on the real exchange; 0 keeps all bots still.
    """

    def __init__(self, engine: Engine, market: Market, seed: int, now_ms: int, *, activity: float = 1.0) -> None:
        self._activity = activity
        self._now_ms = 0
        self._lived: dict[str, int] = {}  # up to when, by symbol
        venues: dict[str, Venue] = {symbol: SpotVenue(engine, PAIRS[symbol], now_ms) for symbol in engine.spot.markets}
        for symbol in engine.futures.markets:
            venues[symbol] = FuturesVenue(engine, CONTRACTS[symbol], now_ms)
        self.pits: dict[str, Pit] = {}
        for symbol, venue in venues.items():
            listing = PAIRS.get(symbol) or CONTRACTS[symbol]
            fair = Fair(market, listing)
            habits = character(listing, fair.ticks(now_ms))
            random = Random(stream(seed, symbol, "crowd"))
            self.pits[symbol] = Pit(venue, fair, habits, random, leveraged=symbol in CONTRACTS)

    def step(self, now_ms: int, seen: Collection[str] | None = None) -> None:
        """Let everybody act up to ``now_ms``; the engine has had that moment's prices from outside already.

        A jump in time, forwards or back, is not lived through: everybody begins anew where it leads.

        Args:
            seen: The markets that somebody looks at; the others live in longer steps. None: all of them.
        """
        elapsed_ms, self._now_ms = now_ms - self._now_ms, now_ms
        if not elapsed_ms or not self._activity:
            return
        jumped = not 0 < elapsed_ms <= JUMP_MS
        for symbol, pit in self.pits.items():
            if jumped:
                pit.begin(now_ms)
            elif seen is None or symbol in seen or now_ms - self._lived[symbol] >= _UNSEEN_MS:
                pit.step(now_ms, (now_ms - self._lived[symbol]) / 1000.0, self._activity)
            else:
                continue
            self._lived[symbol] = now_ms

    def refused(self) -> Counter[str]:
        """Return how often the engine refused a bot, by code."""
        return sum((pit.venue.refused for pit in self.pits.values()), Counter())
