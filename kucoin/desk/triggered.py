"""What waiting orders became: the order that each turned into, found by either id.

A futures order keeps its id when it triggers. A spot order gets a new one and keeps the id that whoever placed it gave
it; the two orders of a pair have none of their own, so what became of them is told by nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from kucoin.desk import facts, stops
from kucoin.desk.facts import Facts
from kucoin.desk.memory import Memory
from kucoin.desk.refresh import Refresher, Source
from kucoin.desk.stops import Stop
from kucoin.errors import ApiError, NotFound, TooManyRequests
from kucoin.model.order import TradeType
from kucoin.rest.client import Exchange

_TRIES = 3  # times that the order of a triggered one is asked for: it may have failed, or be found a little late
_LINKS = 5_000  # that are kept


class Triggered:
    """Links waiting orders to what they became. Safe to call from any thread.

    Pushes tell the order mostly; it is asked for where they did not, as after a cut.

    Args:
        granted: Whether private calls may be made.
        every: Seconds between two readings of what is missing.
    """

    def __init__(
        self,
        exchange: Exchange,
        waiting: Memory[Stop],
        orders: Memory[Facts],
        refresher: Refresher,
        *,
        granted: Callable[[], bool],
        every: float,
    ) -> None:
        self._exchange = exchange
        self._waiting = waiting
        self._orders = orders
        self._refresher = refresher
        self._lock = threading.Lock()
        self._links: dict[str, str] = {}  # waiting order -> what it became, oldest first
        self._tried: dict[str, int] = {}
        self._source = Source("Orders that waiting ones became", self._read, every=every, wanted=granted)
        refresher.add(self._source)

    def order_of(self, stop_id: str) -> str | None:
        """Return the id of the order that a waiting one became; None where it became none that is known."""
        with self._lock:
            if stop_id in self._links:
                return self._links[stop_id]
        stop = self._waiting.get(stop_id)
        found = None if stop is None or not stop.triggered else self._found(stop)
        if found is not None:
            with self._lock:
                self._links[stop_id] = found
                if len(self._links) > _LINKS:
                    del self._links[next(iter(self._links))]
        return found

    def look(self) -> None:
        """Ask soon for what is missing."""
        self._refresher.wake(self._source)

    def _found(self, stop: Stop) -> str | None:
        """Look for it among the orders that are known; the first of those that bear its id is what it became."""
        if self._orders.get(stop.order_id) is not None:
            return stop.order_id
        if stop.futures or stop.client_oid is None:
            return None
        theirs = [order for order in self._orders.every() if _may_be(stop, order)]
        first = min(
            theirs, key=lambda order: (order.created_at is None, order.created_at, order.order_id), default=None
        )
        return None if first is None else first.order_id

    def _read(self) -> None:
        """Ask for every order that is missing; what one of them is refused for is told when all were asked for."""
        missing = [stop for stop in self._waiting.every() if self._lacks(stop)]
        self._tried = {stop.order_id: self._tried.get(stop.order_id, 0) for stop in missing}
        refusal: ApiError | None = None
        for stop in missing:
            if self._tried[stop.order_id] >= _TRIES:
                continue
            try:
                self._orders.answer(self._ask(stop))
            except TooManyRequests:
                raise
            except NotFound:
                self._tried[stop.order_id] += 1
            except ApiError as error:
                refusal = error
        if refusal is not None:
            raise refusal

    def _lacks(self, stop: Stop) -> bool:
        return stop.triggered and stop.error is None and self.order_of(stop.order_id) is None

    def _ask(self, stop: Stop) -> Facts:
        """Ask for the order that ``stop`` became.

        Raises:
            NotFound: The exchange knows none, or does not tell which.
        """
        if not stop.futures and stop.client_oid is None:
            told = waiting_at(self._exchange, stop)
            self._waiting.answer(told)
            stop = stop.joined(told)
        return became_at(self._exchange, stop)


def waiting_at(exchange: Exchange, stop: Stop) -> Stop:
    """Ask for a waiting order.

    Raises:
        NotFound: The exchange knows none.
    """
    if stop.futures:
        return stops.answered_futures(exchange.futures_orders.order(order_id=stop.order_id))
    if stop.account in {None, TradeType.TRADE}:
        return stops.answered(exchange.spot_stops.stop(order_id=stop.order_id))
    return stops.answered(exchange.margin_stops.stop(order_id=stop.order_id))


def became_at(exchange: Exchange, stop: Stop) -> Facts:
    """Ask for the order that a triggered one became.

    Raises:
        NotFound: The exchange knows none, or tells of ``stop`` no id by which it could be found.
    """
    if stop.futures:
        return facts.answered_futures(exchange.futures_orders.order(order_id=stop.order_id))
    if stop.client_oid is None:
        raise NotFound(code="none", message=f"nothing tells what {stop.order_id} became", request="the waiting order")
    named = {"client_oid": stop.client_oid, "symbol": stop.symbol}
    if stop.account in {None, TradeType.TRADE}:
        return facts.answered(exchange.spot_orders.order_by_client_oid(**named))
    return facts.answered(exchange.margin_orders.order_by_client_oid(**named))


def _may_be(stop: Stop, order: Facts) -> bool:
    """Whether ``order`` bears the id of ``stop`` and is not older: an id can have been used before."""
    if order.client_oid != stop.client_oid or order.symbol != stop.symbol or order.side is not stop.side:
        return False
    return stop.created_at is None or order.created_at is None or order.created_at >= stop.created_at
