"""How the machine room was in the last hour: samples of every socket, kept in memory."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from kucoin.stream.feed import FeedState, FeedStatus

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two samples."""
_KEPT = 720  # samples: an hour


@dataclass(frozen=True, slots=True)
class Point:
    """A socket at one moment: its state, messages a second since the sample before, and its last ping's s."""

    state: FeedState
    per_second: float | None
    round_trip: float | None

    @property
    def live(self) -> bool:
        """Whether what came over it was the present."""
        return self.state is FeedState.LIVE


@dataclass(frozen=True, slots=True)
class Sample:
    """All sockets at one moment, by name."""

    at: datetime
    feeds: Mapping[str, Point]


@dataclass(frozen=True, slots=True)
class Health:
    """Everything the health page shows besides what the push socket tells.

    ``repaired`` counts what had to be put right because no push had told it: accounts, orders, books, since the start.
    ``practice`` says how the practice exchange's process is, None where there is none.
    """

    samples: tuple[Sample, ...]
    repaired: Mapping[str, int]
    practice: str | None


class History:
    """Takes a sample now and then, on a thread of its own.

    Args:
        feeds: How each socket is now.
        monotonic: Seconds that never jump.
        now: The present moment, aware UTC.
    """

    def __init__(
        self,
        feeds: Callable[[], tuple[FeedStatus, ...]],
        *,
        every: float = EVERY,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._feeds = feeds
        self._every = every
        self._monotonic = monotonic
        self._now = now
        self._samples: deque[Sample] = deque(maxlen=_KEPT)
        self._counts: dict[str, int] = {}
        self._counted_at = monotonic()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-history", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End; returns at once."""
        self._stopping.set()

    @property
    def samples(self) -> tuple[Sample, ...]:
        """What was kept, oldest first."""
        with self._lock:
            return tuple(self._samples)

    def sample(self) -> None:
        """Take one sample."""
        moment = self._monotonic()
        elapsed, self._counted_at = moment - self._counted_at, moment
        points, counts = {}, {}
        for feed in self._feeds():
            counts[feed.name] = feed.messages
            before = self._counts.get(feed.name)
            rate = None if before is None or elapsed <= 0 else max(0, feed.messages - before) / elapsed
            points[feed.name] = Point(feed.state, rate, feed.round_trip)
        self._counts = counts
        with self._lock:
            self._samples.append(Sample(self._now(), points))

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            try:
                self.sample()
            except Exception:
                log.exception("a sample of the sockets broke")
