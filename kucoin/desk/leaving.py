"""The ways out: cancel everything, or flatten. Each works with whatever else is broken, and tells of every item."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection

from kucoin.desk.principal import Principal
from kucoin.model.leaving import Leaving


class Leavings:
    """Carries the ways out through, on threads of its own. Safe to call from any thread; nothing here waits."""

    def __init__(self) -> None:
        self._hooks: list[Callable[[Leaving], None]] = []
        self._lock = threading.Lock()  # guards what follows; held for copying only
        self._known: dict[int, Leaving] = {}  # oldest first
        self._generation = 0

    @property
    def generation(self) -> int:
        """Rises with every change of a leaving."""
        with self._lock:
            return self._generation

    def start(self) -> None:
        """Begin to carry out what is wished."""

    def stop(self) -> None:
        """Send nothing any more; returns within 2 s even while the network hangs."""

    def on_change(self, hook: Callable[[Leaving], None]) -> None:
        """Have ``hook`` called with every leaving that is new or changed; it must not wait."""
        self._hooks.append(hook)

    def leavings(self) -> tuple[Leaving, ...]:
        """Return those of this run, newest first; the last 50."""
        with self._lock:
            return tuple(reversed(self._known.values()))

    def leaving(self, number: int) -> Leaving | None:
        """Return one of `leavings`; None where it is not among them."""
        with self._lock:
            return self._known.get(number)

    def cancel_all(self, principal: Principal, symbols: Collection[str] | None = None) -> Leaving:
        """Have every open order and every one that waits for a price cancelled, on some symbols or all.

        Raises:
            NotAllowed: Who asks may not act.
        """
        raise NotImplementedError

    def flatten(self, principal: Principal) -> Leaving:
        """Have every futures order cancelled, waiting ones included, and every position closed at the market.

        Pressed again while it is under way, it returns that one.

        Raises:
            NotAllowed: Who asks may not act.
        """
        raise NotImplementedError
