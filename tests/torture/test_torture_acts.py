"""Fills and cuts against closing, reversing, protecting and amending. Run: pytest tests/torture/test_torture_acts.py -s

ACTS_SEED repeats a draw, ACTS_RACES makes it shorter or longer.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from tests import acts_races
from tests.acts_rig import slowed
from tests.conftest import start_practice
from tests.place_storm import hurried


def test_500_races_end_in_the_state_that_was_told(tmp_path: Path) -> None:
    """Never more than was asked for, never turned by accident, never without a stop where there was one."""
    seed = int(os.environ.get("ACTS_SEED", str(time.time_ns() % 10**9)))
    print(f"seed {seed}", flush=True)
    floor = start_practice(tmp_path / "floor")
    count = int(os.environ.get("ACTS_RACES", "500"))
    try:
        with hurried(acts_races.HURRY):
            tally = acts_races.race(slowed(floor), tmp_path, random.Random(seed), count)
    finally:
        floor.kill()  # it may still owe late answers
    print(tally, flush=True)
    assert tally.wrong == []
