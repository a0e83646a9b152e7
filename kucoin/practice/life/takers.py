"""Who trades at the market: some follow the price, some act on a whim, and now and then somebody is forced to."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, tanh
from random import Random

from kucoin.practice.engine.terms import Side
from kucoin.practice.life.character import SIZE_SIGMA, Character

_FOLLOWERS = 0.4  # the share of orders that go with the trend
_ECHO = 0.4  # further orders that each order brings about, so that they come in bursts
_ECHO_FADES_S = 1.5
_MOST = 40  # orders of a market in one step
_LARGEST_LEVELS = 10.0  # the largest order, in typical levels: about four of them, since they grow
_LEAN = 0.45  # how strongly the others help the maker back to an even inventory
_FORCED_EVERY_S = 900.0
_FORCED_FOR_S = 3.0
_FORCED_LEVELS = 6.0  # what is sold (or bought) by force in all, in typical levels


class Takers:
    """Draws the market orders of one market.

    Args:
        leveraged: Whether some hold more than they can pay for, and are liquidated now and then.
    """

    def __init__(self, character: Character, random: Random, *, leveraged: bool) -> None:
        self._character = character
        self._random = random
        self._leveraged = leveraged
        self._excited = 0.0
        self._forced_side = Side.SELL
        self._forced_left_s = 0.0

    def calm(self) -> None:
        """Forget what has been going on."""
        self._excited = self._forced_left_s = 0.0

    def one(self) -> tuple[Side, int]:
        """Return side and lots of a first order."""
        return self._side(0.0, 0.0), self._lots(1.0)

    def orders(self, seconds: float, *, haste: float, trend: float, inventory: float) -> Iterator[tuple[Side, int]]:
        """Yield side and lots of the orders that come within ``seconds``.

        Args:
            haste: How busy the minute is, 1 in the mean.
            trend: Where the price has been going, in spreads.
            inventory: What the maker has bought of late, in typical levels.
        """
        self._excited *= exp(-seconds / _ECHO_FADES_S)
        rate = self._character.rate * (1.0 - _ECHO) * haste + self._excited / _ECHO_FADES_S
        for _ in range(self._arrivals(rate * seconds)):
            self._excited += _ECHO
            yield self._side(trend, inventory), self._lots(haste)

    def forced(self, seconds: float) -> tuple[Side, int] | None:
        """Return side and lots of what is liquidated within ``seconds``, None in ordinary times."""
        if not self._leveraged:
            return None
        if self._forced_left_s <= 0.0:
            if self._random.random() >= seconds / _FORCED_EVERY_S:
                return None
            self._forced_left_s = _FORCED_FOR_S
            self._forced_side = Side.SELL if self._random.random() < 0.6 else Side.BUY
        share = min(seconds, self._forced_left_s) / _FORCED_FOR_S
        self._forced_left_s -= seconds
        return self._forced_side, max(1, round(self._character.level_lots * _FORCED_LEVELS * share))

    def _arrivals(self, mean: float) -> int:
        """Return a Poisson number."""
        count, product, floor = 0, self._random.random(), exp(-mean)
        while product > floor and count < _MOST:
            count += 1
            product *= self._random.random()
        return count

    def _side(self, trend: float, inventory: float) -> Side:
        if trend and self._random.random() < _FOLLOWERS * abs(tanh(trend)):
            return Side.BUY if trend > 0.0 else Side.SELL
        buys = self._random.random() < 0.5 + _LEAN * tanh(inventory / 20.0)
        return Side.BUY if buys else Side.SELL

    def _lots(self, haste: float) -> int:
        character = self._character
        lots = character.trade_lots * haste * self._random.lognormvariate(-(SIZE_SIGMA**2) / 2.0, SIZE_SIGMA)
        return max(character.least_lots, round(min(lots, character.level_lots * _LARGEST_LEVELS)))
