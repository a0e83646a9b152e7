"""Readings that private pushes carry on: each fact stands until a reading that began after it."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from kucoin.desk.refresh import Reading, Source
from kucoin.model.feed_private import PrivatePush

log = logging.getLogger(__name__)

T = TypeVar("T")
P = TypeVar("P", bound=PrivatePush)

_KEPT = timedelta(seconds=60)  # longer than any request takes
# An answer may be that much behind the pushes, since the exchange does not give both from one place.
_BEHIND = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Joining(Generic[T, P]):
    """How facts join a value. Pure.

    Attributes:
        key: What a fact is about: the account, the currency, the position.
        stamp: Orders the facts about one thing; the later is the truer. 0 where a fact has none: it is the latest.
        merge: The value after a fact, None where the fact alone does not tell it.
        differ: The things that two values say something else of, though a push should have told.
    """

    key: Callable[[P], Hashable]
    stamp: Callable[[P], int]
    merge: Callable[[T, P], T | None]
    differ: Callable[[T, T], set[Hashable]]


class Followed(Source[T], Generic[T, P]):
    """A source whose value is carried on by pushes between two readings.

    Attributes:
        repaired: How many things a reading put right that no push had told.
    """

    def __init__(
        self, name: str, read: Callable[[], T], *, every: float, wanted: Callable[[], bool], joining: Joining[T, P]
    ) -> None:
        self.repaired = 0
        self._joining = joining
        self._lock = threading.Lock()
        self._recent: deque[tuple[datetime, P]] = deque()
        self._stamps: dict[Hashable, int] = {}
        self._doubted: set[Hashable] = set()  # what the last reading changed, unless a push still tells it
        self._announced: dict[Hashable, datetime] = {}  # what a push told of that only a reading can tell, and when
        self._missed = False
        self._shown: Reading[T] = Reading()
        super().__init__(name, read, every=every, wanted=wanted)

    @property
    def reading(self) -> Reading[T]:
        """What was read last and what the pushes made of it since."""
        return self._shown

    @reading.setter
    def reading(self, reading: Reading[T]) -> None:
        with self._lock:
            if reading.value is None or reading.at is None or reading.problem is not None:
                self._shown = replace(
                    self._shown, problem=reading.problem, tried_at=reading.tried_at, denied=reading.denied
                )
                return
            before = self._shown.value
            value = self._carried_on(reading.value, [fact for at, fact in self._recent if at >= reading.at - _BEHIND])
            self._count_repairs()
            if before is not None and not self._missed:
                self._doubted = self._joining.differ(before, value) - self._announced.keys()
            self._announced = {key: at for key, at in self._announced.items() if at >= reading.at - _BEHIND}
            self._missed = False
            self._shown = replace(reading, value=value)

    def follow(self, fact: P, at: datetime) -> bool:
        """Take a fact that came at ``at``; False where the source has to be read to know what it means."""
        joining = self._joining
        with self._lock:
            key, stamp = joining.key(fact), joining.stamp(fact)
            if stamp:
                if any(fact == known for _, known in self._recent):
                    return True
                if stamp < self._stamps.get(key, stamp):
                    return False
                self._stamps[key] = stamp
            self._doubted.discard(key)
            while self._recent and self._recent[0][0] < at - _KEPT:
                self._recent.popleft()
            self._recent.append((at, fact))
            before = self._shown.value
            if before is None:
                return True
            value = joining.merge(before, fact)
            if value is None:
                self._announced[key] = at
                return False
            self._shown = replace(self._shown, value=value, at=at)
            return True

    def forget(self) -> None:
        """Begin anew: pushes were missed, and what the next reading changes is no surprise."""
        with self._lock:
            self._recent.clear()
            self._stamps.clear()
            self._announced.clear()
            self._doubted, self._missed = set(), True

    def _carried_on(self, read: T, facts: list[P]) -> T:
        """What was ``read``, after ``facts``.

        Where one cannot be joined, only the reading tells of its subject, and no fact before it may undo that.
        """
        merge, key = self._joining.merge, self._joining.key
        void: dict[Hashable, int] = {}
        value = read
        for number, fact in enumerate(facts):
            merged = merge(value, fact)
            if merged is None:
                void[key(fact)] = number
            else:
                value = merged
        if not void:
            return value
        value = read
        for number, fact in enumerate(facts):
            if number >= void.get(key(fact), 0):
                merged = merge(value, fact)
                value = value if merged is None else merged
        return value

    def _count_repairs(self) -> None:
        if self._doubted:
            self.repaired += len(self._doubted)
            log.warning("%s: a reading put right what no push had told: %s", self.name, sorted(map(str, self._doubted)))
        self._doubted = set()
