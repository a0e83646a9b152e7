"""Cancels against fills, and cancels whose answers get lost. Run: pytest tests/torture/test_torture_cancel.py -s

CANCEL_SEED repeats a run, CANCEL_RACES and CANCEL_LOSSES make it shorter or longer.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

import pytest

from tests import cancel_races
from tests.cancel_rig import Rig, cancels_of
from tests.conftest import start_practice
from tests.orders_desk import desk_of


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Cancels beside an exchange whose market stands still."""
    floor = start_practice(tmp_path_factory.mktemp("floor"))
    floor.clock(rate=0)
    with desk_of(floor, every=2.0) as desk, cancels_of(desk) as made:
        yield made
    floor.kill()  # it may still owe late answers


@pytest.fixture
def chance() -> random.Random:
    """The draw, whose seed is printed."""
    seed = int(os.environ.get("CANCEL_SEED", str(time.time_ns() % 10**9)))
    print(f"seed {seed}", flush=True)
    return random.Random(seed)


def test_what_is_told_of_500_races_is_what_happened(rig: Rig, chance: random.Random) -> None:
    """A cancel against a fill, a cancel against a trigger: 0 wrong."""
    tally = cancel_races.race(rig, chance, int(os.environ.get("CANCEL_RACES", "500")))
    print(tally, flush=True)
    assert tally.wrong == []


def test_a_cancel_ends_within_15_s_whatever_answers_get_lost(rig: Rig, chance: random.Random) -> None:
    """And nothing is told as ended that lives."""
    tally = cancel_races.lose(rig, chance, int(os.environ.get("CANCEL_LOSSES", "150")))
    print(tally, flush=True)
    assert tally.wrong == []
