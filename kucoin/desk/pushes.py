"""What the sockets told last of the prices in a portfolio, where that is newer than what was read."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from kucoin.hub import Hub, Latest
from kucoin.model.feed import Mark, Pushed, Quote
from kucoin.model.position import Position

# An answer of all tickers may be that much behind the moment it was given, since KuCoin makes it every few seconds.
_BEHIND = timedelta(seconds=5)


class Pushes:
    """One look at the hub. It remembers what it saw, and so can tell whether a second look would see the same.

    Args:
        read_at: When the tickers were read; None: never.
        now: The present moment, aware UTC, and ``monotonic`` the same moment in s of the feeds' clock.
    """

    def __init__(self, hub: Hub, read_at: datetime | None, *, now: datetime, monotonic: float) -> None:
        self._hub = hub
        self._since = monotonic - (now - read_at + _BEHIND).total_seconds() if read_at else monotonic
        self._seen: dict[tuple[type[Pushed], str], Latest | None] = {}

    def last(self, symbol: str) -> Decimal | None:
        """Return a pair's last price, None where its ticker is as new."""
        quote = self._latest(Quote, symbol)
        if quote is None or quote.received < self._since:
            return None
        price: Decimal | None = quote.value.price
        return price if price and price > 0 else None

    def mark(self, position: Position) -> Decimal | None:
        """Return the mark price of a position's contract, None where that in the position is as new."""
        pushed = self._latest(Mark, position.symbol)
        if pushed is None or pushed.value.at is None or position.at is None or pushed.value.at <= position.at:
            return None
        price: Decimal = pushed.value.mark_price
        return price

    @property
    def symbols(self) -> tuple[str, ...]:
        """The pairs and contracts it was asked for."""
        return tuple(sorted({symbol for _, symbol in self._seen}))

    def unchanged(self) -> bool:
        """Say whether nothing newer came of what it was asked for."""
        return all(self._hub.latest(kind, symbol) is seen for (kind, symbol), seen in self._seen.items())

    def _latest(self, kind: type[Pushed], symbol: str) -> Latest | None:
        found = self._seen[kind, symbol] = self._hub.latest(kind, symbol)
        return found
