"""Counts what should not have come, and says so without flooding the log. Pure but for the log."""

from __future__ import annotations

import logging
from collections import Counter

log = logging.getLogger(__name__)

_PAUSE = 10.0  # s between two lines about the same kind
_KINDS = 50  # told apart; what the other side invents beyond that is "other"


class Oddities:
    """How often each kind came."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._said: dict[str, tuple[float, int]] = {}  # kind -> when it was logged last, at which count

    def note(self, kind: str, text: str, now: float) -> None:
        """Count one more of ``kind``; it is logged once in 10 s, with the number of those not logged."""
        if kind not in self.counts and len(self.counts) >= _KINDS:
            kind = "other"
        self.counts[kind] += 1
        at, count = self._said.get(kind, (None, 0))
        if at is None or now - at >= _PAUSE:
            log.warning("%s, %d since the last line: %r", kind, self.counts[kind] - count, text)
            self._said[kind] = (now, self.counts[kind])
