"""The trades before a page was opened: read over REST, so that its tape does not begin empty, nor has a hole in it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from kucoin.desk.errands import Errands
from kucoin.errors import KucoinError
from kucoin.model.feed import Trade
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_AGAIN = 5.0  # s after a reading that failed


@dataclass(slots=True)
class _Read:
    """What was read of one symbol; ``due`` is when it is read next, None where it is not, or is being read."""

    trades: tuple[Trade, ...] = ()
    due: float | None = 0.0


class RecentTrades:
    """Asks for the last 100 trades of whatever is looked at. Safe to call from any thread; nothing here waits.

    Args:
        errands: Runs what has to be asked.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self, exchange: Exchange, errands: Errands, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._exchange = exchange
        self._errands = errands
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._read: dict[str, _Read] = {}

    def of(self, symbol: str) -> tuple[Trade, ...]:
        """Return them, oldest first; the very same object until they were read again, empty before the first time."""
        with self._lock:
            read = self._read.setdefault(symbol, _Read())
            if read.due is not None and read.due <= self._monotonic():
                read.due = None
                self._errands.run(lambda: self._ask(symbol, read))
            return read.trades

    def resync(self, *, futures: bool) -> None:
        """Read those of a market again: some may have gone past the sockets."""
        with self._lock:
            for symbol, read in self._read.items():
                if ("-" not in symbol) == futures:
                    read.due = 0.0

    def forget(self, symbol: str) -> None:
        """Let go of them: nobody looks any more."""
        with self._lock:
            self._read.pop(symbol, None)

    def _ask(self, symbol: str, read: _Read) -> None:
        market = self._exchange.market if "-" in symbol else self._exchange.futures
        try:
            trades = market.trades(symbol=symbol)
        except KucoinError as error:
            log.info("the last trades of %s: %s", symbol, error)
            with self._lock:
                read.due = self._monotonic() + _AGAIN
            return
        with self._lock:
            read.trades = trades
