"""Errands with a time: each is run once it is due, the longest due first, on threads of its own."""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Callable
from itertools import count

log = logging.getLogger(__name__)

_STOPPING = 1.5  # s that stop() waits for what is under way; the threads are daemons

Errand = Callable[[], None]


class Agenda:
    """What has to be done and when. Safe to call from any thread.

    Args:
        name: Of the threads.
        workers: How many there are; an errand that waits for the network holds one.
        monotonic: Seconds that never jump.
    """

    def __init__(self, name: str, workers: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Errand]] = []  # a heap
        self._numbers = count()  # so that of two that are due together the first given is the first run
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(workers)
        ]

    def start(self) -> None:
        """Begin to run them."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Forget what is not due yet and end; returns within 2 s even while the network hangs."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        until = self._monotonic() + _STOPPING
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - self._monotonic()))

    def after(self, pause: float, errand: Errand) -> None:
        """Have ``errand`` run in ``pause`` s; what it raises is logged, for it is a fault of this program."""
        with self._changed:
            heapq.heappush(self._due, (self._monotonic() + pause, next(self._numbers), errand))
            self._changed.notify()

    def _work(self) -> None:
        while (errand := self._next()) is not None:
            try:
                errand()
            except Exception:
                log.exception("an errand of %s broke", threading.current_thread().name)

    def _next(self) -> Errand | None:
        """Wait for what is due and take it; None when it is time to stop."""
        with self._changed:
            while not self._stopping:
                pause = self._due[0][0] - self._monotonic() if self._due else None
                if pause is not None and pause <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(pause)
        return None
