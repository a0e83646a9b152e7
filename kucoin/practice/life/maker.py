"""The market maker of one market: a ladder of quotes on both sides that follows a price."""

from __future__ import annotations

from random import Random

from kucoin.practice.engine.records import Order
from kucoin.practice.engine.terms import Side
from kucoin.practice.life.character import LEVEL_SIGMA, Character
from kucoin.practice.life.venue import Venue


class Maker:
    """Quotes one order a level. Only levels that are no longer wanted are cancelled, only missing ones placed."""

    def __init__(self, venue: Venue, character: Character, random: Random) -> None:
        self._venue = venue
        self._character = character
        self._random = random
        self._rungs: dict[Side, dict[int, Order]] = {Side.BUY: {}, Side.SELL: {}}
        self._until_ms = 0
        self._spread = 1
        self._leans = 0

    def calm(self) -> None:
        """Forget what has been going on; the quotes stay until the next ones."""
        self._until_ms = 0

    def quote(self, now_ms: int, price: int) -> None:
        """Stand around ``price`` (ticks): move what stands wrong, put back what was eaten."""
        bid, ask = self._around(now_ms, price)
        for side in Side:
            self._reconsider(now_ms, side)
        wanted = {
            Side.BUY: self._character.ladder(bid, down=True),
            Side.SELL: self._character.ladder(ask, down=False),
        }
        for side, ladder in wanted.items():
            self._drop(now_ms, side, keep=set(ladder))
        for side, ladder in wanted.items():
            rungs = self._rungs[side]
            for place, ticks in enumerate(ladder):
                if ticks not in rungs:
                    order = self._venue.quote(now_ms, side, ticks, self._lots(place))
                    if order is not None and order.active:
                        rungs[ticks] = order

    def _around(self, now_ms: int, price: int) -> tuple[int, int]:
        """Return best bid and ask; how wide they are and to which side they lean changes every other second or so."""
        if now_ms >= self._until_ms:
            random, mean = self._random, self._character.spread
            self._until_ms = now_ms + 500 + int(random.expovariate(1.0 / 1500.0))
            self._spread = max(1, round(mean * random.lognormvariate(-0.06, 0.35)))
            self._leans = random.randint(0, self._spread % 2)
        bid = max(1, price - self._spread // 2 - self._leans)
        return bid, bid + self._spread

    def _reconsider(self, now_ms: int, side: Side) -> None:
        """Cancel one quote, to put it back in another size: a book stirs even where its price stands still."""
        rungs = self._rungs[side]
        if rungs:
            order = rungs.pop(self._random.choice(list(rungs)))
            if order.active:
                self._venue.cancel(now_ms, order)

    def _drop(self, now_ms: int, side: Side, *, keep: set[int]) -> None:
        rungs = self._rungs[side]
        for ticks in [one for one, order in rungs.items() if one not in keep or not order.active]:
            order = rungs.pop(ticks)
            if order.active:
                self._venue.cancel(now_ms, order)

    def _lots(self, place: int) -> int:
        character = self._character
        typical = character.level_lots * character.deeper(place)
        return max(character.least_lots, round(typical * self._random.lognormvariate(0.0, LEVEL_SIGMA)))
