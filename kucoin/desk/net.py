"""One list of orders, read again and again, and what is done where it contradicts what was pushed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from kucoin.desk.memory import Fact, Memory
from kucoin.desk.refresh import Source
from kucoin.errors import ApiError, NotFound, TooManyRequests

K = TypeVar("K", bound=Fact)

_ASKED = 25  # single orders that one reading asks about; the next one follows at once where there are more
_FOUND = 10.0  # s after which an order that was told of must be found when asked for
_TRIES = 3  # times that the missing fills of an order are asked for: KuCoin tells them slightly late


@dataclass(frozen=True, slots=True)
class Net(Generic[K]):
    """One list of orders, all from one account.

    Attributes:
        name: As a sentence begins with it.
        covers: Whether an order belongs into the list while it lives.
        read: Asks for the list; raises a KucoinError, as the others do.
        ask: Asks about one order; raises NotFound where the exchange knows none.
        fills: Asks for the fills of one order; None where there can be none.
    """

    name: str
    futures: bool
    covers: Callable[[K], bool]
    read: Callable[[], list[K]]
    ask: Callable[[K], K]
    fills: Callable[[K], list[K]] | None


class Reader(Generic[K]):
    """Joins what a net reads to what is known. Its source is read by one thread at a time.

    A list may be old: where it says something else than was heard before it was asked for, the exchange is asked about
    that one order. What has ended stays so, whatever a list says.

    Args:
        every: Seconds between two readings.
        wanted: Whether it may be read.
        wake: Called to have the source read soon.
        noted: Called with every symbol that the list names.
        monotonic: Seconds that never jump.

    Attributes:
        source: For a refresher.
    """

    def __init__(
        self,
        net: Net[K],
        memory: Memory[K],
        *,
        every: float,
        wanted: Callable[[], bool],
        wake: Callable[[Source[None]], None],
        noted: Callable[[str], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = net.name
        self.futures = net.futures
        self.source = Source(net.name, self._read, every=every, wanted=wanted)
        self._net = net
        self._memory = memory
        self._wake = wake
        self._noted = noted
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._doubt: str | None = None
        self._doubts = 0  # that there were
        self._tried: dict[object, int] = {}

    def doubt(self, reason: str) -> bool:
        """Read soon, since something may have been missed; return whether this is news.

        `problem` says so until it has been read.
        """
        with self._lock:
            news = self._doubt is None
            self._doubt = reason
            self._doubts += 1
        self._wake(self.source)
        return news

    def problem(self) -> str | None:
        """Return why what it reads may be incomplete or old; None where pushes may be trusted to go on from it."""
        reading = self.source.reading
        if reading.problem is not None:
            return f"{self.name} cannot be read: {reading.problem}"
        if reading.at is None:
            return f"{self.name} have not been read yet"
        with self._lock:
            return None if self._doubt is None else f"{self.name} are being read again: {self._doubt}"

    def survey(self) -> list[K]:
        """Read the list beside the readings of the source, and take in what it tells; raises a KucoinError."""
        rows = self._net.read()
        self._memory.read(rows)
        return rows

    def _read(self) -> None:
        net, memory = self._net, self._memory
        memory.settle(net.name)
        with self._lock:
            doubts, doubted = self._doubts, self._doubt is not None
        # What pushes should have told, in as far as none was lost, is a repair.
        repairing = "" if doubted or self.source.reading.at is None else net.name
        began = self._monotonic()
        rows = net.read()
        memory.read(rows, repairing=repairing)
        for symbol in {row.symbol for row in rows}:
            self._noted(symbol)
        contested = memory.contested({row.order_id for row in rows if row.alive}, net.covers, began)
        refusals = [self._ask(order, repairing) for order in contested[:_ASKED]]
        lacking = self._lacking(began)
        refusals += [self._complete(order, repairing) for order in lacking[:_ASKED]]
        for refusal in refusals:
            if refusal is not None:
                raise refusal
        if max(len(contested), len(lacking)) > _ASKED:
            self._wake(self.source)
            return
        with self._lock:
            if self._doubts == doubts:
                self._doubt = None

    def _ask(self, order: K, repairing: str) -> ApiError | None:
        """Let the exchange decide what one order is; return why it would not, since the others can still be had."""
        try:
            self._memory.answer(self._net.ask(order), repairing=repairing)
        except NotFound:
            self._memory.lose(order.order_id, after=_FOUND, repairing=repairing)
        except TooManyRequests:
            raise
        except ApiError as error:
            return error
        return None

    def _complete(self, order: K, repairing: str) -> ApiError | None:
        """Ask for all fills of an order; as `_ask`."""
        if self._net.fills is None:
            return None
        refusal: ApiError | None = None
        try:
            self._memory.read(self._net.fills(order), repairing=repairing)
        except TooManyRequests:
            raise
        except ApiError as error:
            refusal = error
        key = _occasion(order)
        self._tried[key] = self._tried.get(key, 0) + 1  # only what was answered counts: the line may have been away
        return refusal

    def _lacking(self, began: float) -> list[K]:
        """Return the orders whose missing fills are worth asking for: those older than KuCoin's lists never come."""
        lacking = self._memory.lacking(self._net.covers, began)
        self._tried = {key: self._tried[key] for key in map(_occasion, lacking) if key in self._tried}
        return [order for order in lacking if self._tried.get(_occasion(order), 0) < _TRIES]


def _occasion(order: Fact) -> tuple[object, ...]:
    return order.order_id, order.vital
