"""What is proven of many orders, by id. What lives is kept; of what does not, the latest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Fact(Protocol):
    """Something proven of an order; further facts are joined to it."""

    @property
    def order_id(self) -> str:
        """KuCoin's id."""

    @property
    def symbol(self) -> str:
        """A pair or a contract."""

    @property
    def alive(self) -> bool:
        """Whether it is in the market, or waits, as far as anybody has said."""

    @property
    def vital(self) -> object:
        """What a push must have told."""

    @property
    def weight(self) -> int:
        """How many fills it holds."""

    @property
    def lacks(self) -> bool:
        """Whether some of its fills are known to be missing."""

    def joined(self: T, other: T) -> T:
        """Return what both prove together."""


K = TypeVar("K", bound=Fact)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is kept of orders that do not live: how many, how many fills of them, and for how many s."""

    orders: int = 2_000
    fills: int = 20_000
    age: float = 24 * 3600.0


class _Record(Generic[K]):
    """Guarded by the memory's lock.

    Attributes:
        known: All facts together.
        heard: When a push, or an answer about it alone, came last; before all time where only lists told of it.
        gone: The exchange knows it no more, though nobody told how it ended.
    """

    __slots__ = ("gone", "heard", "known")

    def __init__(self, known: K) -> None:
        self.known = known
        self.heard = float("-inf")
        self.gone = False

    @property
    def alive(self) -> bool:
        return self.known.alive and not self.gone


class Memory(Generic[K]):
    """The facts about the orders of an account. Safe to call from any thread.

    Args:
        monotonic: Seconds that never jump.
        bounds: How much is kept of what does not live; what lives is always kept.
    """

    def __init__(self, monotonic: Callable[[], float], bounds: Bounds | None = None) -> None:
        self._monotonic = monotonic
        self._bounds = bounds or Bounds()
        self._lock = threading.Lock()
        self._generation = 0
        self._repaired = 0
        self._records: dict[str, _Record[K]] = {}
        self._idle: dict[str, float] = {}  # those that do not live and since when, the longest first
        self._idle_weight = 0
        self._doubted: dict[str, str] = {}  # what a reading put right, and which, unless a push is just late

    @property
    def generation(self) -> int:
        """Rises with every change."""
        with self._lock:
            return self._generation

    @property
    def repaired(self) -> int:
        """How often a reading put something right that a push should have told. Counted at the next reading."""
        with self._lock:
            return self._repaired

    def get(self, order_id: str) -> K | None:
        """Return what is known of an order."""
        with self._lock:
            record = self._records.get(order_id)
            return record.known if record else None

    def gone(self, order_id: str) -> bool:
        """Whether the exchange knows the order no more, though nobody told how it ended."""
        with self._lock:
            record = self._records.get(order_id)
            return record is not None and record.gone

    def every(self) -> list[K]:
        """Return what is known of all orders."""
        with self._lock:
            return [record.known for record in self._records.values()]

    def alive(self) -> list[K]:
        """Return what is known of those that live."""
        with self._lock:
            return [record.known for record in self._records.values() if record.alive]

    def hear(self, fact: K) -> None:
        """Take a fact that was pushed."""
        with self._lock:
            self._doubted.pop(fact.order_id, None)
            self._take(fact).heard = self._monotonic()

    def answer(self, fact: K, *, repairing: str = "") -> None:
        """Take the answer to a question about one order; as `read`."""
        with self._lock:
            self._take(fact, repairing).heard = self._monotonic()

    def read(self, facts: Iterable[K], *, repairing: str = "") -> None:
        """Take facts out of a list, which may be older than what is known.

        Args:
            repairing: Whose reading it is, if pushes should have told all that it tells.
        """
        with self._lock:
            for fact in facts:
                self._take(fact, repairing)

    def lose(self, order_id: str, *, after: float, repairing: str = "") -> None:
        """Count an order as ended that the exchange does not know, if nothing was heard of it for ``after`` s.

        One that was placed a moment ago may not be found yet. Any fact that shows it alive brings it back.
        """
        with self._lock:
            record = self._records.get(order_id)
            if record is None or not record.alive or self._monotonic() - record.heard < after:
                return
            if repairing:
                self._doubted[order_id] = repairing
            record.gone = True
            self._generation += 1
            self._shelve(record)

    def contested(self, listed: Collection[str], covers: Callable[[K], bool], began: float) -> list[K]:
        """Return the orders of which a list says something else than was heard before it was asked for.

        Args:
            listed: The ids of all that live, after the list.
            covers: Whether an order belongs into the list while it lives.
            began: When the list was asked for; what was heard since then may be newer.
        """
        with self._lock:
            return [
                record.known
                for order_id, record in self._records.items()
                if record.alive != (order_id in listed) and record.heard < began and covers(record.known)
            ]

    def lacking(self, covers: Callable[[K], bool], began: float) -> list[K]:
        """Return the orders of which fills are missing, though nothing was heard of them since ``began``."""
        with self._lock:
            return [
                record.known
                for record in self._records.values()
                if record.known.lacks and record.heard < began and covers(record.known)
            ]

    def settle(self, repairing: str) -> None:
        """Count what the last reading of ``repairing`` put right and no push told since."""
        with self._lock:
            settled = [order_id for order_id, by in self._doubted.items() if by == repairing]
            for order_id in settled:
                del self._doubted[order_id]
            self._repaired += len(settled)

    def _take(self, fact: K, repairing: str = "") -> _Record[K]:
        """Join ``fact`` to what is known."""
        record = self._records.get(fact.order_id)
        if record is None:
            record = self._records[fact.order_id] = _Record(fact)
            known, vital = None, None
        else:
            known, vital = record.known, (record.alive, record.known.vital)
            if self._idle.pop(fact.order_id, None) is not None:
                self._idle_weight -= known.weight
            record.known = known.joined(fact)
        if fact.alive:
            record.gone = False
        if repairing and vital != (record.alive, record.known.vital) and (known is not None or record.alive):
            self._doubted[fact.order_id] = repairing
        if known != record.known or vital is None or vital[0] != record.alive:
            self._generation += 1
        self._shelve(record)
        return record

    def _shelve(self, record: _Record[K]) -> None:
        """Put an order that does not live behind the others, and let go of those that are too many or too old."""
        if record.alive:
            return
        now, bounds = self._monotonic(), self._bounds
        self._idle[record.known.order_id] = now
        self._idle_weight += record.known.weight
        while len(self._idle) > 1:
            oldest, since = next(iter(self._idle.items()))
            few = len(self._idle) <= bounds.orders and self._idle_weight <= bounds.fills
            if few and now - since <= bounds.age:
                return
            del self._idle[oldest]
            self._idle_weight -= self._records.pop(oldest).known.weight
