"""One practice exchange: its market, its accounts, its clock and its door, put together."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from kucoin.practice import story
from kucoin.practice.bank import Bank
from kucoin.practice.clock import Clock
from kucoin.practice.faults import Faults
from kucoin.practice.market import Market
from kucoin.practice.past import DAY_MS, Past
from kucoin.practice.quota import Quotas
from kucoin.practice.settle import Settlement
from kucoin.practice.store import Store, Unusable

DEFAULT_SEED = 7


class Exchange:
    """Holds the parts that requests work with. `spot` and `futures` are the bases once it listens."""

    def __init__(self, data: Path, *, seed: int | None = None, reset: bool = False) -> None:
        """Open the exchange kept under ``data``, or bring one to life there.

        Args:
            seed: Of a new exchange; one that is kept has its own, and another one is refused.

        Raises:
            store.Unusable: Another process holds the directory, it cannot be read, or it was made with another seed.
        """
        self.data = data.resolve()
        self.pid = os.getpid()
        self.store = Store(self.data)
        self.spot = self.futures = ""
        self.requests: Counter[str] = Counter()
        self.quotas = Quotas()
        self.faults = Faults()
        if reset:
            self.store.wipe()
        known = self.store.meta("seed")
        if seed is not None and known is not None and seed != int(known):
            self.store.close()
            raise Unusable(f"{self.data} was made with seed {known}, not {seed}: --reset makes it anew")
        self._load(int(known) if known is not None else DEFAULT_SEED if seed is None else seed)

    def _load(self, seed: int) -> None:
        self.seed = seed
        self.clock = Clock(int(self.store.meta("clock_offset_ms") or 0))
        self.market = Market(seed)
        self.bank = Bank(self.store)
        self.settlement = Settlement(self.store, self.bank, self.market)
        if self.store.meta("born_ms") is None:
            self._give_birth()
        self.born_ms = int(self.store.meta("born_ms") or 0)

    def _give_birth(self) -> None:
        """Fill the accounts. Birth is on a full minute, so that equal minutes give equal exchanges."""
        born = self.clock.market_ms() // 60_000 * 60_000
        with self.store.transaction():
            self.store.set_meta(seed=str(self.seed))
            self.settlement.begin(born - int(story.BEGINS * DAY_MS))
            story.tell(Past(self.bank, self.market, self.settlement, born))
            self.store.set_meta(born_ms=str(born))

    def now(self) -> int:
        """Return the market's moment after settling what was due by then."""
        moment = self.clock.market_ms()
        self.settlement.advance(moment)
        return moment

    def set_offset(self, offset_ms: int) -> None:
        """Move the whole exchange in time, and remember it."""
        self.store.set_meta(clock_offset_ms=str(offset_ms))
        self.clock.set_offset(offset_ms)

    def reset(self, seed: int | None = None) -> None:
        """Forget everything that happened and begin again."""
        self.store.wipe()
        self.quotas, self.faults = Quotas(), Faults()
        self.requests.clear()
        self._load(self.seed if seed is None else seed)
