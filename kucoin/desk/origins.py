"""Which orders this dashboard placed, in this run or in any earlier one, as its journal has it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from kucoin.desk.errands import Errands
from kucoin.errors import JournalError
from kucoin.journal.intents import IntentStore

log = logging.getLogger(__name__)

_KEPT = 10_000  # ids that are remembered


class Origins:
    """Tells own orders from those placed elsewhere. Safe to call from any thread; nothing here waits.

    An id is looked up once, after somebody asked for it: an order is called foreign only at the second look, since it
    is written down before it leaves.

    Args:
        store: The intents; None where this process has no journal, and whose orders they are stays unknown.
        again: Seconds between two attempts at a journal that fails.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self, store: IntentStore | None, *, again: float = 5.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._again = again
        self._monotonic = monotonic
        self._errands = Errands(1, name="desk-origins")
        self._lock = threading.Lock()
        self._ours: dict[str, bool] = {}  # by id of ours, oldest first
        self._asked: dict[str, float] = {}  # when what is not known was asked for

    def start(self) -> None:
        """Begin to look up what is asked for."""
        self._errands.start()

    def stop(self) -> None:
        """End it; returns within 2 s."""
        self._errands.stop()

    def ours(self, client_oid: str | None) -> bool | None:
        """Say whether an order with this id was placed by this dashboard; None while that is not known.

        One without an id was not: each of ours has one.
        """
        if not client_oid:
            return False
        if self._store is None:
            return None
        now = self._monotonic()
        with self._lock:
            known = self._ours.get(client_oid)
            if known is not None or now < self._asked.get(client_oid, -self._again) + self._again:
                return known
            self._asked[client_oid] = now
        self._errands.run(partial(self._look, self._store, client_oid))
        return None

    def _look(self, store: IntentStore, client_oid: str) -> None:
        try:
            found = store.get(client_oid) is not None
        except JournalError as error:
            log.warning("whether order %s is ours is not known: %s", client_oid, error)
            return
        with self._lock:
            self._asked.pop(client_oid, None)
            self._ours[client_oid] = found
            if len(self._ours) > _KEPT:
                del self._ours[next(iter(self._ours))]
