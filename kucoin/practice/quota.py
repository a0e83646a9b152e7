"""Request quotas: fixed windows of 30 s that begin with the first request, one for each user and pool."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Pool(StrEnum):
    """What a request is counted against. Public ones count per address and host, the others per user."""

    PUBLIC = "public"
    SPOT = "spot"
    FUTURES = "futures"
    MANAGEMENT = "management"
    UNIFIED = "unified"


# Of fee level 0: requests' weight in a window, length of the window in seconds.
_QUOTAS = {
    Pool.PUBLIC: (2000, 30.0),
    Pool.SPOT: (4000, 30.0),
    Pool.FUTURES: (2000, 30.0),
    Pool.MANAGEMENT: (2000, 30.0),
    Pool.UNIFIED: (300, 1.0),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What is left after a request; ``allowed`` says whether there was enough for it."""

    allowed: bool
    limit: int
    remaining: int
    reset_ms: int

    def headers(self) -> dict[str, str]:
        """Return KuCoin's three headers."""
        return {
            "gw-ratelimit-limit": str(self.limit),
            "gw-ratelimit-remaining": str(self.remaining),
            "gw-ratelimit-reset": str(self.reset_ms),
        }


class Quotas:
    """The windows of everybody. Times are seconds of any one clock."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, Pool], tuple[float, int]] = {}

    def refill(self) -> None:
        """Forget what was used."""
        self._windows.clear()

    def take(self, who: str, pool: Pool, weight: int, now: float) -> Grant:
        """Count a request of ``weight`` against ``who``'s pool."""
        limit, length = _QUOTAS[pool]
        began, used = self._windows.get((who, pool), (now, 0))
        if now - began >= length:
            began, used = now, 0
        allowed = used + weight <= limit
        used += weight if allowed else 0
        self._windows[who, pool] = began, used
        return Grant(allowed, limit, limit - used, max(0, round((began + length - now) * 1000)))
