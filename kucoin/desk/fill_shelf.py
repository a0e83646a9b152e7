"""Every fill that the journal keeps, of all markets, in memory and in the order of time."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from datetime import datetime

from kucoin.model.ledger_fill import LedgerFill

_FEW = 50  # that are put in one by one


class FillShelf:
    """Holds fills, each once. Safe to call from any thread; who reads never waits for who adds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # of who adds
        self._keys: set[tuple[str, str, str]] = set()
        self._fills: list[LedgerFill] = []  # oldest first; replaced as a whole
        self._symbols: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._fills)

    @property
    def every(self) -> Sequence[LedgerFill]:
        """All of them, oldest first: the very same list until there are others."""
        return self._fills

    @property
    def symbols(self) -> frozenset[str]:
        """On what."""
        return self._symbols

    def has(self, key: tuple[str, str, str]) -> bool:
        """Say whether the fill with these ids is there."""
        return key in self._keys

    def add(self, fills: Iterable[LedgerFill]) -> int:
        """Take fills, of which some may be there; return how many were new."""
        with self._lock:
            new = list({fill.key: fill for fill in fills if fill.key not in self._keys}.values())
            if not new:
                return 0
            if len(new) > _FEW:
                every = sorted([*self._fills, *new], key=_order)
            else:
                every = self._fills.copy()
                for fill in new:
                    insort(every, fill, key=_order)
            self._fills = every
            self._symbols |= {fill.symbol for fill in new}
            self._keys.update(fill.key for fill in new)
            return len(new)

    def between(self, start: datetime | None, end: datetime | None) -> list[LedgerFill]:
        """Return the fills from ``start`` on and before ``end``, oldest first; ever where None."""
        fills = self._fills
        first = 0 if start is None else bisect_left(fills, start, key=_at)
        last = len(fills) if end is None else bisect_left(fills, end, key=_at)
        return fills[first:last]


def _at(fill: LedgerFill) -> datetime:
    return fill.at


def _order(fill: LedgerFill) -> tuple[datetime, int, str, str]:
    """By time; those of one moment by their number, which may have ever more digits."""
    return fill.at, len(fill.trade_id), fill.trade_id, fill.order_id
