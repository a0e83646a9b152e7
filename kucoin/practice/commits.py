"""Group commit: what requests changed becomes durable together, and no answer leaves before it is."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable

from kucoin.practice.store import Store


class Commits:
    """Commits once for all requests that the event loop has worked off meanwhile.

    Args:
        failed: Called when the store cannot keep what was promised: the exchange must not go on.
    """

    def __init__(self, store: Store, failed: Callable[[], None]) -> None:
        self._store = store
        self._failed = failed
        self._next: asyncio.Future[None] | None = None

    async def durable(self) -> None:
        """Return when everything that has happened so far is on disk.

        Raises:
            sqlite3.Error: It cannot be written.
        """
        if not self._store.dirty:
            return
        if self._next is None:
            loop = asyncio.get_running_loop()
            self._next = loop.create_future()
            loop.call_soon(self._commit, self._next)
        await asyncio.shield(self._next)

    def _commit(self, waiting: asyncio.Future[None]) -> None:
        self._next = None
        try:
            self._store.commit()
        except sqlite3.Error as error:
            self._failed()
            waiting.set_exception(error)
        else:
            waiting.set_result(None)
