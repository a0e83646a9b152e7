"""Tickets: what a browser session shows the push socket to prove that it is one."""

from __future__ import annotations

import secrets
import threading


class Tickets:
    """The tickets that are good now, and whose they are. Safe to call from any thread; nothing here waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: dict[str, str] = {}

    def open(self, owner: str) -> str:
        """Return a new ticket of ``owner``."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            self._owners[key] = owner
        return key

    def close(self, key: str) -> None:
        """Revoke a ticket; the sockets that were opened with it are closed within a moment."""
        with self._lock:
            self._owners.pop(key, None)

    def who(self, key: str) -> str | None:
        """Return whose ticket it is, None where it is not good (any more)."""
        with self._lock:
            return self._owners.get(key)

    def __len__(self) -> int:
        with self._lock:
            return len(self._owners)
