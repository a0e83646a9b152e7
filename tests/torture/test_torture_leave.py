"""Ways out while everything is broken and answers get lost. Run: pytest tests/torture/test_torture_leave.py -s

LEAVE_SEED repeats a run, LEAVE_PRESSES makes it shorter or longer.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from tests.conftest import start_practice
from tests.leave_storm import p99, storm
from tests.leaving_rig import scene_on

GOAL = 500.0  # ms


def test_every_item_is_told_as_it_is_and_leaves_in_time(tmp_path: Path) -> None:
    """Dead sockets, a full disk, a halt and 5,000 trades a second, first without and then with faults of the line."""
    seed = int(os.environ.get("LEAVE_SEED", str(time.time_ns() % 10**9)))
    presses = int(os.environ.get("LEAVE_PRESSES", "100"))
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    floor = start_practice(tmp_path / "floor")
    floor.clock(rate=0)
    with scene_on(floor, tmp_path) as scene:
        steady = storm(scene, chance, presses, faults=False)
        print(steady, flush=True)
        faulty = storm(scene, chance, presses, faults=True)
        print(faulty, flush=True)
    floor.kill()  # it may still owe late answers
    assert (steady.wrong, faulty.wrong) == ([], [])
    assert p99(steady.to_wire) <= GOAL
