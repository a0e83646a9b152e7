"""Writers of the journal killed 200 times. Run: pytest tests/torture/test_torture_journal.py -s

JOURNAL_SEED repeats a run, JOURNAL_CUTS makes it shorter or longer.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from random import Random

import pytest

from tests import journal_cuts, postgres


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_killed_writers_lose_nothing_and_leave_nothing_in_part(tmp_path: Path, kind: str) -> None:
    """One database for all cuts, at random moments; on Postgres the server dies too after every tenth."""
    seed = int(os.environ.get("JOURNAL_SEED", str(time.time_ns() % 10**9)))
    cuts = int(os.environ.get("JOURNAL_CUTS", "200"))
    print(f"seed {seed}: {cuts} cuts on {kind}", flush=True)
    random = Random(seed)
    if kind == "sqlite":
        _cut(random, cuts, f"sqlite:///{tmp_path / 'journal.sqlite3'}", None)
    elif postgres.binaries() is None:
        pytest.skip("no Postgres server: install Debian's package postgresql")
    else:
        with postgres.server() as server:
            _cut(random, cuts, server.database(), server)


def _cut(random: Random, cuts: int, url: str, server: postgres.Postgres | None) -> None:
    there = 0
    for number in range(cuts):
        there = journal_cuts.cut(url, there=there, after=random.randint(1, 5), pause=random.uniform(0, 0.02))
        if server is not None and number % 10 == 9:
            server.kill()
            server.start()
    print(f"{there} fills", flush=True)
