"""Stops that wait for one price."""

from __future__ import annotations

from bisect import bisect_left, insort
from decimal import Decimal

from kucoin.practice.engine.records import Stop

# Above every serial number.
_BEYOND = 1 << 63


def _key(stop: Stop) -> tuple[Decimal, int]:
    return stop.stop_price, stop.serial


class Triggers:
    """Waiting stops in order of their price, those that a rise sets off and those that a fall does."""

    def __init__(self) -> None:
        self._rising: list[Stop] = []
        self._falling: list[Stop] = []

    def __bool__(self) -> bool:
        return bool(self._rising or self._falling)

    def add(self, stop: Stop) -> None:
        """Let ``stop`` wait."""
        insort(self._rising if stop.rises else self._falling, stop, key=_key)

    def discard(self, stop: Stop) -> None:
        """Let it wait no longer; nothing happens where it does not."""
        waiting = self._rising if stop.rises else self._falling
        at = bisect_left(waiting, _key(stop), key=_key)
        if at < len(waiting) and waiting[at] is stop:
            del waiting[at]

    def due(self, price: Decimal) -> list[Stop]:
        """Take out what ``price`` sets off, in the order in which the price came by."""
        rising, falling = self._rising, self._falling
        up = bisect_left(rising, (price, _BEYOND), key=_key)
        down = bisect_left(falling, (price, -1), key=_key)
        gone = [*rising[:up], *reversed(falling[down:])]
        del rising[:up], falling[down:]
        return gone
