"""One instrument's order book: price, then time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from operator import attrgetter

from kucoin.decimals import ZERO
from kucoin.practice.engine.records import Order
from kucoin.practice.engine.terms import Side

_rank = attrgetter("rank")


class Level:
    """The orders of one price, oldest first. ``rank`` is the price, negated for asks: the best has the highest."""

    __slots__ = ("orders", "price", "rank", "size")

    def __init__(self, price: Decimal, rank: Decimal) -> None:
        self.price = price
        self.rank = rank
        self.size = ZERO
        self.orders: dict[str, Order] = {}


class Book:
    """Bids and asks. Each side is a list of levels whose best is the last, where taking costs nothing.

    Attributes:
        sequence: Rises by one with every change of a level's size.
    """

    __slots__ = ("_level_of", "asks", "bids", "sequence")

    def __init__(self, sequence: int) -> None:
        self.sequence = sequence
        self.bids: list[Level] = []
        self.asks: list[Level] = []
        self._level_of: dict[str, Level] = {}

    def add(self, order: Order) -> Decimal:
        """Queue ``order`` behind those of its price; return the level's new size."""
        if order.side is Side.BUY:
            levels, rank = self.bids, order.price
        else:
            levels, rank = self.asks, order.price.copy_negate()
        at = bisect_left(levels, rank, key=_rank)
        if at < len(levels) and levels[at].rank == rank:
            level = levels[at]
        else:
            level = Level(order.price, rank)
            levels.insert(at, level)
        level.orders[order.id] = order
        level.size += order.remaining
        self._level_of[order.id] = level
        self.sequence += 1
        return level.size

    def take(self, order: Order, size: Decimal) -> Decimal:
        """Take ``size`` out of a resting order, which leaves when that is all it has; return the level's new size.

        ``order.remaining`` is the caller's to lower, afterwards.
        """
        level = self._level_of[order.id]
        level.size -= size
        self.sequence += 1
        if size == order.remaining:
            del level.orders[order.id], self._level_of[order.id]
            if not level.orders:
                levels = self.bids if order.side is Side.BUY else self.asks
                del levels[bisect_left(levels, level.rank, key=_rank)]
        return level.size

    def facing(self, side: Side) -> list[Level]:
        """Return the levels that an order of ``side`` would meet, the best last."""
        return self.asks if side is Side.BUY else self.bids

    def best(self, side: Side) -> Decimal | None:
        """Return the best price on ``side``, None where it is empty."""
        levels = self.bids if side is Side.BUY else self.asks
        return levels[-1].price if levels else None

    def meeting(self, side: Side, bound: Decimal | None) -> Iterator[Order]:
        """Yield what an order of ``side`` would meet, in that order, up to the price ``bound``."""
        for level in reversed(self.facing(side)):
            if bound is not None and (level.price > bound if side is Side.BUY else level.price < bound):
                return
            yield from level.orders.values()

    def depth(self, side: Side, count: int | None = None) -> list[tuple[Decimal, Decimal]]:
        """Return price and size of the ``count`` best levels of ``side`` (all of them without), best first."""
        levels = self.bids if side is Side.BUY else self.asks
        first = 0 if count is None else max(0, len(levels) - count)
        return [(level.price, level.size) for level in reversed(levels[first:])]
