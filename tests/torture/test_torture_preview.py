"""500 random tickets, previewed and then placed. Run: pytest tests/torture/test_torture_preview.py -s

PREVIEW_SEED repeats a run, PREVIEW_TICKETS makes it shorter or longer; a new market every 25 tickets.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.conftest import start_practice
from tests.preview_draws import draw
from tests.preview_pit import Pit

TICKETS = int(os.environ.get("PREVIEW_TICKETS", "500"))
A_MARKET = 25


def test_500_previews_come_true(tmp_path: Path) -> None:
    """Fill, fee, entry, liquidation and free money, within a tick, for every ticket that the exchange takes."""
    seed = int(os.environ.get("PREVIEW_SEED", str(time.time_ns() % 10**9)))
    print(f"seed {seed}: {TICKETS} tickets", flush=True)
    practice = start_practice(tmp_path)
    pit = Pit(practice, seed)
    try:
        drawn = 0
        while sum(pit.tried.values()) < TICKETS:
            if drawn % A_MARKET == 0:
                pit.begin()
            drawn += 1
            draw(pit)
    finally:
        pit.close()
        assert practice.stop() == 0
    print(f"{drawn} drawn: {dict(pit.tried)}; refused for money: {dict(pit.refused)}", flush=True)
    assert sum(pit.refused.values()) < TICKETS / 4
