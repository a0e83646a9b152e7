"""A fuse for a host that answers with web pages: its CDN refuses or is down, and insisting prolongs that. Pure."""

from __future__ import annotations

_FIRST_PAUSE = 8.0  # s; doubled by every further page, so that 5 min of pages cost at most 6 requests
_LONGEST_PAUSE = 120.0


class Circuit:
    """Closed until a page comes; then one request at a time asks whether the host is back."""

    __slots__ = ("_opened_at", "_pause", "_until")

    def __init__(self) -> None:
        self._pause = 0.0
        self._opened_at = 0.0
        self._until = 0.0

    def held(self, now: float) -> float:
        """Return the s until the next request may leave, 0 when it may."""
        return max(self._until - now, 0.0) if self._pause else 0.0

    def enter(self, now: float) -> None:
        """Let a request leave; while the circuit is open it is the only one until its answer or the next pause."""
        if self._pause:
            self._until = now + self._pause

    def page(self, sent_at: float, now: float) -> None:
        """Note that the request sent at ``sent_at`` was answered with a page."""
        if self._pause and sent_at < self._opened_at:
            return  # left before the circuit opened: the same outage, counted already
        self._pause = min(self._pause * 2 or _FIRST_PAUSE, _LONGEST_PAUSE)
        self._opened_at = now
        self._until = now + self._pause

    def clear(self) -> None:
        """Note an answer that was data."""
        self._pause = 0.0
