"""How long the journal takes over 100,000 fills: stored, stored again, read, exported; on both databases.

Run: .venv/bin/python tests/bench/bench_journal.py
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kucoin.desk.export import rows, to_csv, to_parquet
from kucoin.journal.database import Journal
from kucoin.journal.ledger import LedgerStore, Mark
from tests import postgres
from tests.journal_facts import START, fills

FILLS = 100_000
PAGE = 100  # as the exchange hands them out


def timed(what: str, work: Callable[[], object], *, times: int = 1) -> None:
    """Do ``work`` and print the quickest of ``times``, with the processor's time of it."""
    took = []
    for _ in range(times):
        began, busy = perf_counter(), process_time()
        work()
        took.append((perf_counter() - began, process_time() - busy))
    seconds, processor = min(took)
    print(f"  {what:42} {seconds:7.2f} s {FILLS / seconds:10,.0f} fills/s   processor {processor:5.2f} s")


def measure(url: str) -> None:
    """Print the figures of the database at ``url``."""
    some = fills(FILLS)
    journal = Journal.open(url, mode="practice")
    store = LedgerStore(journal)

    def add(size: int) -> None:
        for since in range(0, FILLS, size):
            page = some[since : since + size]
            store.add_fills("1", page, Mark("fills", page[-1].at, START))

    timed(f"stored, {PAGE} a transaction", lambda: add(PAGE))
    timed("stored again, 1,000 a transaction", lambda: add(1000))
    timed("read", lambda: list(store.fills("1")), times=3)
    timed("exported as CSV", lambda: to_csv(rows(store.fills("1"), [])))
    timed("exported as Parquet", lambda: to_parquet(rows(store.fills("1"), [])))
    journal.close()
    timed("opened", lambda: Journal.open(url, mode="practice").close(), times=3)


@contextmanager
def databases() -> Iterator[list[tuple[str, str]]]:
    """What there is to be measured on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        file = ("SQLite", f"sqlite:///{folder}/journal.sqlite3")
        if postgres.binaries() is None:
            print("Postgres is not installed")
            yield [file]
            return
        with postgres.server() as server:
            yield [file, ("Postgres, without fsync", server.database())]


def main() -> None:
    """Measure each."""
    with databases() as found:
        for name, url in found:
            print(name)
            measure(url)


if __name__ == "__main__":
    main()
