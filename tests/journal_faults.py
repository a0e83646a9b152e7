"""What a disk, another program or a quota does to the journal's SQLite file, for as long as a ``with`` lasts."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from kucoin.journal.database import Journal

Fault = Callable[[Journal, Path], AbstractContextManager[None]]


@contextmanager
def full(journal: Journal, _path: Path) -> Iterator[None]:
    """The file may not grow by another page."""
    journal.write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=1")).result(30)
    yield
    with journal.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")


@contextmanager
def read_only(journal: Journal, _path: Path) -> Iterator[None]:
    """Nothing may be written."""
    journal.write(lambda connection: connection.exec_driver_sql("PRAGMA query_only=ON")).result(30)
    yield
    with journal.read() as connection:
        connection.exec_driver_sql("PRAGMA query_only=OFF")


@contextmanager
def locked(_journal: Journal, path: Path) -> Iterator[None]:
    """Another program writes, and does not end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def refused(_journal: Journal, path: Path) -> Iterator[None]:
    """The system refuses what lies beyond the file's present end, as a quota does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.with_name(f"{path.name}-wal").stat().st_size + 100, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


# Each with what SQLite calls it.
FAULTS = [
    pytest.param(full, "database or disk is full", id="full"),
    pytest.param(read_only, "attempt to write a readonly database", id="read-only"),
    pytest.param(locked, "database is locked", id="locked"),
    pytest.param(refused, "disk I/O error", id="refused"),
]
