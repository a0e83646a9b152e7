"""What the practice exchange has acknowledged is there after a power cut."""

from __future__ import annotations

from pathlib import Path

from tests import practice_cuts


def test_power_cuts_under_load_lose_nothing(tmp_path: Path) -> None:
    """Five times: every acknowledged order, cancel and fill is there, and balances, holds and books agree."""
    told = practice_cuts.survive(tmp_path, cuts=5, seed=20261122)
    assert len(told.placed) > 75
    assert told.ended
