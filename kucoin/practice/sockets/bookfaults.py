"""What can go wrong with a book's increments on their way: lost, twice, in the wrong order, overlapping."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kucoin.practice.sockets.teller import Teller
from kucoin.practice.sockets.topics import Name

T = TypeVar("T")


class BookFaults:
    """Spoils one host's increments where a fault asks for it; else hands them on as they are."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._held: dict[Name, object] = {}
        self._before: dict[Name, object] = {}

    def pass_on(self, name: Name, update: T, joined: Callable[[T, T], T]) -> list[T]:
        """Return the updates to send in place of ``update``.

        Args:
            joined: Makes one update of two that follow on each other.
        """
        if name in self._held:
            return [update, self._held.pop(name)]  # type: ignore[list-item] # what this topic's last call put there
        if not self._teller.faults.listed:
            self._before.clear()
            return [update]
        before: T = self._before.get(name, update)  # type: ignore[assignment] # likewise
        self._before[name] = update
        if self._teller.strikes("gap", name):
            return []
        if self._teller.strikes("swap", name):
            self._held[name] = update
            return []
        if self._teller.strikes("overlap", name):
            return [joined(before, update)]
        return [update] * (2 if self._teller.strikes("repeat", name) else 1)
