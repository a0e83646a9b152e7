"""Keeping readings fresh: what is read, how often, and what happens when it fails.

A few threads share one list of sources and read whichever is due, so that a source that hangs or fails holds up no
other. Nobody who looks at a reading waits for the network.
"""

from __future__ import annotations

import logging
import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from kucoin.errors import KucoinError, NotSent, OutcomeUnknown, PermissionDenied, QuotaHeld, TooManyRequests

log = logging.getLogger(__name__)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_FIRST_PAUSE = 2.0  # s until a failed source is tried again, doubled by each further failure
_LONGEST_PAUSE = 60.0
_REFUSED_PAUSE = 600.0  # s after a refusal that only somebody at KuCoin's settings can change
_SPACING = 1.0  # s at least between two readings of a source that is woken again and again
_STOPPING = 2.0  # s that stop() waits for readings under way; the threads are daemons, so none can hold up the exit


@dataclass(frozen=True, slots=True)
class Reading(Generic[T_co]):
    """The last good value of a source and when it came; why the last attempt failed, if it did.

    ``value`` and ``at`` are None before the first success, ``tried_at`` before the first attempt ended. ``denied``: the
    last attempt failed because this account may not read it.
    """

    value: T_co | None = None
    at: datetime | None = None
    problem: str | None = None
    tried_at: datetime | None = None
    denied: bool = False


class Source(Generic[T]):
    """Something to be read again and again.

    Args:
        name: How the log calls it.
        read: Asks the exchange; raises a KucoinError.
        every: Seconds between readings.
        wanted: Says whether it may be read at all just now.

    Attributes:
        reading: What was read last; replaced as a whole, so that any thread may look at it.
    """

    def __init__(
        self, name: str, read: Callable[[], T], *, every: float, wanted: Callable[[], bool] = lambda: True
    ) -> None:
        self.name = name
        self.read = read
        self.every = every
        self.wanted = wanted
        self.reading: Reading[T] = Reading()


def pause_after(error: Exception, failures: int, jitter: float) -> float:
    """Return the s until a source is tried again that failed with ``error``, for the n-th time in a row.

    Args:
        jitter: From 0 to 1; spreads a pause of our own choosing by a quarter to either side.
    """
    if isinstance(error, QuotaHeld | TooManyRequests) and error.retry_after is not None:
        return max(error.retry_after, 1.0)
    if isinstance(error, PermissionDenied):
        return _REFUSED_PAUSE
    # The exponent is bounded because a host can be away for longer than a float can double.
    return min(_FIRST_PAUSE * 2.0 ** min(failures - 1, 10), _LONGEST_PAUSE) * (0.75 + jitter / 2)


class _Plan:
    """When a source is due, in s of the monotonic clock. Guarded by the refresher's lock."""

    def __init__(self, source: Source[Any]) -> None:
        self.source = source
        self.due = 0.0
        self.began = -math.inf
        self.busy = False
        self.woken = False
        self.failures = 0
        self.unreached = False


class Refresher:
    """Reads sources when they are due, on ``workers`` threads of its own.

    Args:
        monotonic: Seconds that never jump.
        now: The moment that readings are marked with, aware UTC.
        jitter: A number from 0 to 1; pauses after failures are spread by it.
    """

    def __init__(
        self,
        *,
        workers: int = 4,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._plans: list[_Plan] = []
        self._monotonic = monotonic
        self._now = now
        self._jitter = jitter
        self._changed = threading.Condition()
        self._stopping = False
        self._generation = 0
        self._threads = [
            threading.Thread(target=self._work, name=f"desk-refresh-{number}", daemon=True) for number in range(workers)
        ]

    @property
    def generation(self) -> int:
        """How many readings have ended: as long as it stands still, no reading has changed."""
        with self._changed:
            return self._generation

    def start(self) -> None:
        """Begin to read."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop reading; returns within 2 s even while the network hangs."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        until = self._monotonic() + _STOPPING
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - self._monotonic()))

    def add(self, source: Source[Any]) -> None:
        """Take up a source, due at once; of several that are due, the one added first is read first."""
        with self._changed:
            self._plans.append(_Plan(source))
            self._changed.notify_all()

    def drop(self, *sources: Source[Any]) -> None:
        """Read ``sources`` no more; a reading that is under way is finished."""
        with self._changed:
            self._plans = [plan for plan in self._plans if plan.source not in sources]

    def wake(self, *sources: Source[Any]) -> None:
        """Read ``sources`` soon, since something of theirs may have been missed; at most once a second each.

        One that is being read just now is read once more, and one that failed keeps its pause.
        """
        with self._changed:
            for plan in self._plans:
                if plan.source in sources and not plan.failures:
                    plan.woken = plan.busy
                    plan.due = min(plan.due, plan.began + _SPACING)
            self._changed.notify_all()

    def retry(self, *sources: Source[Any]) -> None:
        """Read ``sources`` at once, those that failed as well: somebody says that the cause may be gone."""
        with self._changed:
            for plan in self._plans:
                if plan.source in sources:
                    plan.woken = plan.busy
                    plan.due = 0.0
            self._changed.notify_all()

    def touch(self) -> None:
        """Tell that a reading has changed by other means, so that nobody goes on showing the old one."""
        with self._changed:
            self._generation += 1

    def _work(self) -> None:
        while (plan := self._next()) is not None:
            tried_at = self._now()
            try:
                plan.source.reading = Reading(plan.source.read(), tried_at, None, tried_at)
            except KucoinError as error:
                self._failed(plan, error, str(error), tried_at)
            except Exception as error:
                log.exception("reading %s broke", plan.source.name)
                self._failed(plan, error, "a fault of this program, told in its log", tried_at)
            else:
                self._succeeded(plan)

    def _next(self) -> _Plan | None:
        """Wait for a source that is due and take it; None when it is time to stop."""
        with self._changed:
            while not self._stopping:
                idle = [plan for plan in self._plans if not plan.busy and plan.source.wanted()]
                plan = min(idle, key=lambda each: each.due, default=None)
                pause = plan.due - self._monotonic() if plan else None
                if plan and pause is not None and pause <= 0:
                    plan.busy, plan.woken, plan.began = True, False, self._monotonic()
                    return plan
                self._changed.wait(pause)
        return None

    def _succeeded(self, plan: _Plan) -> None:
        if plan.failures:
            log.info("%s can be read again", plan.source.name)
        with self._changed:
            if plan.unreached:  # the line is back: whatever failed for want of it need not wait for its turn
                for other in self._plans:
                    if other.unreached:
                        other.due = 0.0
            plan.failures, plan.unreached = 0, False
            self._settle(plan, _SPACING if plan.woken else plan.source.every)

    def _failed(self, plan: _Plan, error: Exception, problem: str, at: datetime) -> None:
        before = plan.source.reading
        if before.problem is None:  # one line an outage, however long it lasts
            log.warning("%s: %s", plan.source.name, problem)
        plan.source.reading = replace(before, problem=problem, tried_at=at, denied=isinstance(error, PermissionDenied))
        with self._changed:
            plan.failures += 1
            plan.unreached = isinstance(error, NotSent | OutcomeUnknown) and not isinstance(error, QuotaHeld)
            self._settle(plan, pause_after(error, plan.failures, self._jitter()))

    def _settle(self, plan: _Plan, pause: float) -> None:
        plan.busy = False
        plan.due = self._monotonic() + pause
        self._generation += 1
        self._changed.notify_all()
