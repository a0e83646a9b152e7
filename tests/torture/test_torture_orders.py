"""Lots and coins, 200,000 examples. Run: pytest tests/torture/test_torture_orders.py -s

LOTS_SEED repeats a run, LOTS_EXAMPLES makes it shorter or longer.
"""

from __future__ import annotations

import os
import time

from tests import lots_check


def test_lots_come_to_the_right_coins_in_200_000_examples() -> None:
    """Against fractions: 0 wrong."""
    seed = int(os.environ.get("LOTS_SEED", str(time.time_ns() % 10**9)))
    examples = int(os.environ.get("LOTS_EXAMPLES", "200000"))
    print(f"seed {seed}: {examples} examples", flush=True)
    lots_check.run(seed, examples)
