"""The exchange's two clocks: the one it tells and checks headers by, and the one its market lives by."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Milliseconds since 1970.

    ``server_ms`` is what `/api/v1/timestamp` tells: the machine's clock, moved by ``offset`` and by the faults
    ``skew`` (seconds) and ``drift`` (seconds a minute). ``market_ms`` is where the market is: the machine's clock
    moved by ``offset`` until `hasten` makes it run at another rate, 0 standing still.
    """

    def __init__(self, offset_ms: int = 0, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._offset_ms = offset_ms
        self._rate = 1.0
        self._since = self._base = 0.0
        self._skew = self._drift = self._drift_since = 0.0
        self.set_offset(offset_ms)

    @property
    def offset_ms(self) -> int:
        """How far the whole exchange is ahead of the machine's clock."""
        return self._offset_ms

    @property
    def rate(self) -> float:
        """Market seconds a second."""
        return self._rate

    def set_offset(self, offset_ms: int) -> None:
        """Put both clocks ``offset_ms`` ahead of the machine's, the market's back to its ordinary rate."""
        self._offset_ms, self._rate = offset_ms, 1.0
        self._since = self._wall() * 1000.0
        self._base = self._since + offset_ms

    def hasten(self, rate: float) -> None:
        """Let the market go on from its present moment at ``rate``."""
        self._base, self._since = self._market(), self._wall() * 1000.0
        self._rate = rate

    def _market(self) -> float:
        return self._base + (self._wall() * 1000.0 - self._since) * self._rate

    def disturb(self, *, skew: float = 0.0, drift: float = 0.0) -> None:
        """Falsify the clock that the exchange tells."""
        self._skew, self._drift, self._drift_since = skew, drift, self._wall()

    def market_ms(self) -> int:
        """Return the market's moment."""
        return int(self._market())

    def server_ms(self) -> int:
        """Return what the exchange takes for the time."""
        now = self._wall()
        return int(
            now * 1000.0 + self._offset_ms + 1000.0 * (self._skew + self._drift * (now - self._drift_since) / 60.0)
        )
