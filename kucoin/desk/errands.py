"""Questions that pages give rise to: asked one after the other on a few threads, so that nobody who draws waits."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

_STOPPING = 1.5  # s that stop() waits for what is under way; the threads are daemons


class Errands:
    """A queue of errands and the threads that run them, called ``name``. Safe to call from any thread."""

    def __init__(self, workers: int = 2, *, name: str = "errands") -> None:
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(workers)
        ]

    def start(self) -> None:
        """Begin to run them."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End it; returns within 2 s even while the network hangs."""
        for _ in self._threads:
            self._queue.put(None)
        until = time.monotonic() + _STOPPING
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - time.monotonic()))

    def run(self, errand: Callable[[], None]) -> None:
        """Have ``errand`` run soon; what it raises is logged, for it is a fault of this program."""
        self._queue.put(errand)

    def _work(self) -> None:
        while (errand := self._queue.get()) is not None:
            try:
                errand()
            except Exception:
                log.exception("an errand broke")
