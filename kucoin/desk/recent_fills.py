"""The fills of the last 24 hours, read at the start and after breaks: what pushes could not tell of ended orders."""

from __future__ import annotations

import threading
from collections.abc import Callable

from kucoin.desk import facts, order_nets
from kucoin.desk.facts import Facts
from kucoin.desk.memory import Memory
from kucoin.desk.refresh import Refresher, Source
from kucoin.errors import ApiError, TooManyRequests
from kucoin.rest.client import Exchange

_PAIRS = 50  # spot pairs, the latest, that are looked back on after a break


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
            known = symbol in self._pairs
            self._pairs.pop(symbol, None)
            self._pairs[symbol] = None
            if known:
                return
            self._unread.add(symbol)
        self._refresher.wake(*self.sources)

    def again(self, *, futures: bool) -> None:
        """Read those of one market once more."""
        with self._lock:
            if futures:
                self._futures_unread = self._exchange.has_futures
            else:
                self._unread.update(list(self._pairs)[-_PAIRS:])
        self._refresher.wake(*self.sources)

    def problem(self) -> str | None:
        """Return why fills may be missing, None where all that are wanted could be read."""
        troubles = ((source.name, source.reading.problem) for source in self.sources)
        return next((f"{name} cannot be read: {problem}" for name, problem in troubles if problem is not None), None)

    def _spot(self) -> None:
        with self._lock:
            wanted = sorted(self._unread)
        refusal: ApiError | None = None
        for symbol in wanted:
            accounts = {order.trade_type for order in self._memory.every() if order.symbol == symbol}
            with self._lock:
                self._unread.discard(symbol)  # before it is read: whoever wants it meanwhile gets it anew
            try:
                self._memory.read(order_nets.recent_fills(self._exchange, symbol, accounts))
            except Exception as error:
                with self._lock:
                    self._unread.add(symbol)
                if isinstance(error, TooManyRequests) or not isinstance(error, ApiError):
                    raise
                refusal = error  # of this pair: the others can still be had
        if refusal is not None:
            raise refusal

    def _futures(self) -> None:
        with self._lock:
            self._futures_unread = False
        try:
            self._memory.read(facts.filled_futures(self._exchange.futures_orders.recent_fills()))
        except Exception:
            with self._lock:
                self._futures_unread = True
            raise
