"""Whose orders are whose: told by the journal, at the second look, and never guessed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from kucoin.desk.origins import Origins
from kucoin.errors import JournalError


class Store:
    """In place of the intents: those that are known, or why nothing is."""

    def __init__(self) -> None:
        self.known = {"ours"}
        self.problem: str | None = None
        self.asked: list[str] = []
        self.answered = threading.Semaphore(0)

    def get(self, client_oid: str) -> object | None:
        """As the journal answers."""
        self.asked.append(client_oid)
        try:
            if self.problem:
                raise JournalError(self.problem)
            return object() if client_oid in self.known else None
        finally:
            self.answered.release()


@pytest.fixture
def store() -> Store:
    """One with one order."""
    return Store()


@pytest.fixture
def clock() -> list[float]:
    """Seconds, as a test says."""
    return [0.0]


@pytest.fixture
def origins(store: Store, clock: list[float]) -> Iterator[Origins]:
    """Started."""
    made: Any = Origins(store, monotonic=lambda: clock[0])  # type: ignore[arg-type]  # a store does for intents
    made.start()
    yield made
    made.stop()


def found(origins: Origins, store: Store, client_oid: str) -> bool | None:
    """What it says once the journal has answered."""
    assert origins.ours(client_oid) is None
    assert store.answered.acquire(timeout=10)
    deadline = threading.Event()
    for _ in range(1000):
        if (said := origins.ours(client_oid)) is not None:
            return said
        deadline.wait(0.01)
    return None


def test_an_order_of_ours_is_told_from_another(origins: Origins, store: Store) -> None:
    """At the second look, by one question each; without an id of ours it is not ours."""
    assert found(origins, store, "ours") is True
    assert found(origins, store, "theirs") is False
    assert origins.ours(None) is False
    assert store.asked == ["ours", "theirs"]


def test_a_journal_that_fails_makes_no_order_foreign(origins: Origins, store: Store, clock: list[float]) -> None:
    """It is asked again a while later, and not before."""
    store.problem = "the disk is full"
    assert origins.ours("ours") is None
    assert store.answered.acquire(timeout=10)
    assert origins.ours("ours") is None
    assert len(store.asked) == 1
    store.problem, clock[0] = None, 6.0
    assert found(origins, store, "ours") is True


def test_without_a_journal_nothing_is_known() -> None:
    """Whose orders they are stays unknown."""
    assert Origins(None).ours("ours") is None
