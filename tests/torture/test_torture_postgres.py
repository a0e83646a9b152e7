"""The journal's Postgres server killed 100 times under a stream of orders.

Run: pytest tests/torture/test_torture_postgres.py -s

POSTGRES_SEED repeats a run, POSTGRES_KILLS makes it shorter or longer.
"""

from __future__ import annotations

import os
import time
from random import Random

import pytest

from tests import postgres, server_deaths


def test_no_order_leaves_unwritten_or_twice_while_the_server_dies() -> None:
    """At random moments of placing; each time orders are taken again within 5 s of the server's answering."""
    seed = int(os.environ.get("POSTGRES_SEED", str(time.time_ns() % 10**9)))
    kills = int(os.environ.get("POSTGRES_KILLS", "100"))
    print(f"seed {seed}: {kills} kills", flush=True)
    if postgres.binaries() is None:
        pytest.skip("no Postgres server: install Debian's package postgresql")
    with postgres.server() as server:
        longest = server_deaths.run(server, Random(seed), kills=kills)
    print(f"orders were taken again after {longest:.2f} s at most", flush=True)
