"""Fifty power cuts under load. Run: pytest tests/torture/test_torture_practice.py -s

PRACTICE_SEED repeats a run, as far as several clients at once can be repeated; PRACTICE_CUTS makes it shorter.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests import practice_cuts


def test_fifty_power_cuts_lose_nothing(tmp_path: Path) -> None:
    """After each, every acknowledged order, cancel and fill is there, and balances, holds and books agree."""
    seed = int(os.environ.get("PRACTICE_SEED", str(time.time_ns() % 10**9)))
    cuts = int(os.environ.get("PRACTICE_CUTS", "50"))
    print(f"seed {seed}: {cuts} power cuts", flush=True)
    told = practice_cuts.survive(tmp_path, cuts, seed)
    print(f"{len(told.placed)} orders and {len(told.ended)} cancels were acknowledged, none is lost")
    assert len(told.placed) >= 15 * cuts
