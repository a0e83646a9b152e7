"""200,000 plays and long storms on the practice engine, and what the ledger says of them.

Run: pytest tests/torture/test_torture_positions.py -s. A play that fails is shrunk to the acts that are enough. All of
it takes about fifteen minutes. POSITION_PLAYS makes it shorter, ENGINE_SEED repeats the storms of a run.
"""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import HealthCheck, given, settings

from tests.engine_storm import USERS, Storm, commands
from tests.ledger_play import PLAYERS, Act, Play, acts
from tests.ledger_world import check, told

PARTS = 20  # each with its own memory of what was tried, which would grow too large otherwise
PLAYS = int(os.environ.get("POSITION_PLAYS", "200000"))
STORMS, COMMANDS = 20, 5_000


@pytest.mark.parametrize("part", range(PARTS))
def test_the_ledger_ties_out_in_200_000_plays(part: int) -> None:
    """Every position, open or closed, to the last digit: sizes, prices, fees, fundings, and no difference anywhere."""
    fills = 0

    @settings(
        max_examples=PLAYS // PARTS,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(acts)
    def plays(done: list[Act]) -> None:
        nonlocal fills
        play = Play()
        for act in done:
            play.do(act)
        of = play.told()
        fills += sum(len(one.fills) for one in of.values())
        check(play.world.engine, PLAYERS, of)

    plays()
    print(f"part {part + 1} of {PARTS}: {fills:,} fills", flush=True)
    assert fills > PLAYS // PARTS


@pytest.mark.parametrize("number", range(STORMS))
def test_the_ledger_ties_out_after_a_storm(number: int) -> None:
    """Five users and a bot, 5,000 commands of every kind: long ledgers with liquidations, self-trades and leverage."""
    seed = int(os.environ.get("ENGINE_SEED", str(time.time_ns() % 10**9))) + number
    print(f"seed {seed}", flush=True)
    storm = Storm()
    for command in commands(seed, COMMANDS):
        storm.do(command)
    of = told(storm.engine)
    assert sum(len(of[user].closed) for user in USERS) > 50
    check(storm.engine, USERS, of)
