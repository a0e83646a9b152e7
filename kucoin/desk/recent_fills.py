"""The fills of the last 24 hours, read at the start and after breaks: what pushes could not tell of ended orders."""

from __future__ import annotations

import threading
from collections.abc import Callable

from kucoin.desk import facts, order_nets
from kucoin.desk.facts import Facts
from kucoin.desk.memory import Memory
from kucoin.desk.refresh import Refresher, Source
from kucoin.errors import KucoinError
from kucoin.rest.client import Exchange

_PAIRS = 50  # spot pairs that are looked back on after a break


class RecentFills:
    """Reads fills into a memory: on futures all at once, on spot pair by pair, for there is no other list.

    Args:
        granted: Whether private calls may be made.
        every: Seconds until what failed is due again.
    """

    def __init__(
        self,
        exchange: Exchange,
        memory: Memory[Facts],
        refresher: Refresher,
        *,
        granted: Callable[[], bool],
        every: float,
    ) -> None:
        self._exchange = exchange
        self._memory = memory
        self._refresher = refresher
        self._lock = threading.Lock()
        self._pairs: dict[str, None] = {}  # those ever wanted, the latest last
        self._unread: set[str] = set()  # those of them that have to be read
        self._futures_unread = exchange.has_futures
        self.sources: tuple[Source[None], ...] = (
            Source("Latest spot fills", self._spot, every=every, wanted=lambda: granted() and bool(self._unread)),
            Source(
                "Latest futures fills", self._futures, every=every, wanted=lambda: granted() and self._futures_unread
            ),
        )
        for source in self.sources:
            refresher.add(source)

    def want(self, symbol: str) -> None:
        """Have the fills on a spot pair read, once however often this is called, and after breaks."""
        with self._lock:
            if symbol in self._pairs:
                return
            self._pairs[symbol] = None
            self._unread.add(symbol)
            if len(self._pairs) > _PAIRS:
                del self._pairs[next(iter(self._pairs))]
        self._refresher.wake(*self.sources)

    def again(self, *, futures: bool) -> None:
        """Read those of one market once more."""
        with self._lock:
            if futures:
                self._futures_unread = self._exchange.has_futures
            else:
                self._unread.update(self._pairs)
        self._refresher.wake(*self.sources)

    def _spot(self) -> None:
        with self._lock:
            wanted = sorted(self._unread)
        for symbol in wanted:
            accounts = {order.trade_type for order in self._memory.every() if order.symbol == symbol}
            with self._lock:
                self._unread.discard(symbol)  # before it is read: whoever wants it meanwhile gets it anew
            try:
                self._memory.read(order_nets.recent_fills(self._exchange, symbol, accounts))
            except KucoinError:
                with self._lock:
                    self._unread.add(symbol)
                raise

    def _futures(self) -> None:
        with self._lock:
            self._futures_unread = False
        try:
            self._memory.read(facts.filled_futures(self._exchange.futures_orders.recent_fills()))
        except KucoinError:
            with self._lock:
                self._futures_unread = True
            raise
