"""Quotas: how much may still be asked of each pool, and how long to wait if nothing. Pure: the time is passed in.

KuCoin counts the weight of requests per pool in fixed windows that start with the first request and refill at once.
Each answer carries what is left (`Quota`), so other programs under the same key are seen too.

Source: https://www.kucoin.com/docs-new/rate-limit
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Self


class Pool(Enum):
    """A quota that endpoints share: its name, the weight a VIP 0 account has per window, the window in s.

    Private pools are counted per user, public ones per address and host. Higher levels are learned from the answers.
    """

    SPOT = ("spot", 4000, 30.0)
    FUTURES = ("futures", 2000, 30.0)
    MANAGEMENT = ("management", 2000, 30.0)
    PUBLIC_SPOT = ("public spot", 2000, 30.0)
    PUBLIC_FUTURES = ("public futures", 2000, 30.0)
    UNIFIED = ("unified", 300, 1.0)

    def __init__(self, label: str, quota: int, window: float) -> None:
        self.label = label
        self.quota = quota
        self.window = window


class Urgency(Enum):
    """Whose turn it is: the share of a quota that must stay untouched, and the longest wait for a turn in s."""

    BACKGROUND = (0.20, 0.0)  # asks again soon anyway, so it never waits
    ORDINARY = (0.10, 10.0)  # someone is waiting for the answer
    ORDER = (0.0, 2.0)  # orders and cancels; later than this, a person should decide again

    def __init__(self, untouched: float, patience: float) -> None:
        self.untouched = untouched
        self.patience = patience


_FARTHEST_RESET_MS = 600_000  # windows last 30 s; a pool that slept for a moment of 2026 would never wake


@dataclass(frozen=True, slots=True)
class Quota:
    """What an answer says of its pool; ``reset`` is s until it refills."""

    limit: int
    remaining: int
    reset: float

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> Self | None:
        """Return the quota that ``headers`` tell, None where one of the three is missing, unreadable or implausible."""
        try:
            limit = int(headers["gw-ratelimit-limit"])
            remaining = int(headers["gw-ratelimit-remaining"])
            reset_ms = int(headers["gw-ratelimit-reset"])
        except (KeyError, ValueError):
            return None
        plausible = limit > 0 and remaining >= 0 and 0 <= reset_ms <= _FARTHEST_RESET_MS
        return cls(limit, remaining, reset_ms / 1000) if plausible else None


@dataclass(frozen=True, slots=True)
class PoolReport:
    """A pool as it stands; ``remaining`` is None before an answer has named it, ``reset_in`` is in s."""

    pool: Pool
    limit: int
    remaining: int | None
    reset_in: float | None


class _Window:
    """One pool's count. ``closed_until`` is set by a 429; then a single request asks whether it is open again."""

    __slots__ = ("closed_until", "in_flight", "limit", "named", "probing", "remaining", "reset_at", "strikes")

    def __init__(self, pool: Pool) -> None:
        self.limit = pool.quota
        self.remaining = pool.quota
        self.reset_at: float | None = None
        self.named = False
        self.in_flight = 0
        self.closed_until: float | None = None
        self.probing = False
        self.strikes = 0

    def roll(self, now: float) -> None:
        if self.reset_at is not None and now >= self.reset_at:
            self.remaining = self.limit - self.in_flight
            self.reset_at = None


_PROBE_WAIT = 0.25  # s until it is worth asking again whether another request has reopened the pool
_LONGEST_PAUSE = 30.0  # s, of the pauses that double while KuCoin is overloaded


class Limiter:
    """Every pool of one process. Not locked: its owner calls it under one lock."""

    def __init__(self) -> None:
        self._windows = {pool: _Window(pool) for pool in Pool}

    def reserve(self, pool: Pool, weight: int, urgency: Urgency, now: float) -> float:
        """Take ``weight`` from ``pool`` and return 0, or take nothing and return the s to wait before asking again.

        What was taken is settled by exactly one of `answered`, `refused` and `lost`.
        """
        window = self._windows[pool]
        window.roll(now)
        if window.closed_until is not None:
            if now < window.closed_until:
                return window.closed_until - now
            if window.probing:
                return _PROBE_WAIT
            window.probing = True
        elif window.reset_at is not None and window.remaining - weight < urgency.untouched * window.limit:
            return window.reset_at - now
        window.remaining -= weight
        window.in_flight += weight
        if window.reset_at is None:
            window.reset_at = now + pool.window
        return 0.0

    def answered(self, pool: Pool, weight: int, quota: Quota | None, now: float) -> None:
        """Note an answer that was no 429, with what it said of the quota."""
        window = self._windows[pool]
        window.in_flight -= weight
        # An answer to a request that left before the pool closed does not open it again.
        if window.closed_until is not None and now >= window.closed_until:
            window.closed_until, window.probing, window.strikes = None, False, 0
        if quota is None:
            return
        reset_at = now + quota.reset
        theirs = quota.remaining - window.in_flight
        # Answers overtake each other: within one window the smaller figure is the newer one.
        another_window = window.reset_at is None or reset_at > window.reset_at + 1
        same = window.named and quota.limit == window.limit and not another_window
        window.remaining = min(window.remaining, theirs) if same else theirs
        window.limit, window.reset_at, window.named = quota.limit, reset_at, True

    def refused(self, pool: Pool, weight: int, reset: float | None, now: float, jitter: float) -> None:
        """Note a 429: the pool sleeps for ``reset`` s, or 1 s doubling to 30 s where KuCoin named no time.

        Args:
            jitter: From 0 to 1, drawn by the caller; lengthens an unnamed pause by up to a quarter.
        """
        window = self._windows[pool]
        window.in_flight -= weight
        window.probing = False
        if reset is not None:
            window.remaining, window.reset_at = 0, now + reset
            pause = reset
        elif window.closed_until is not None and now < window.closed_until:
            return  # left before the pool closed: no further strike
        else:
            pause = min(2.0**window.strikes, _LONGEST_PAUSE) * (1 + jitter / 4)
            window.strikes += 1
        window.closed_until = max(window.closed_until or 0.0, now + pause)

    def lost(self, pool: Pool, weight: int) -> None:
        """Note that no answer came. Whether KuCoin counted the request is unknown, so its weight stays taken."""
        window = self._windows[pool]
        window.in_flight -= weight
        window.probing = False

    def report(self, now: float) -> tuple[PoolReport, ...]:
        """Return every pool as it stands at ``now``."""
        reports = []
        for pool, window in self._windows.items():
            window.roll(now)
            remaining = max(window.remaining, 0) if window.named else None
            reset_in = None if window.reset_at is None else window.reset_at - now
            reports.append(PoolReport(pool, window.limit, remaining, reset_in))
        return tuple(reports)
