"""A million random commands through the engine. Run: pytest tests/torture/test_torture_engine.py -s

A storm that fails is shrunk to the few commands that are enough, which are shown as a test case to keep.

ENGINE_SEED repeats a run, ENGINE_COMMANDS makes it shorter or longer.
"""

from __future__ import annotations

import os
import time

from tests.engine_shrink import survive

STORMS = 20


def test_nothing_appears_or_vanishes_in_a_million_commands() -> None:
    """Twenty worlds, one after the other, each from a seed of its own that is printed before it starts."""
    first = int(os.environ.get("ENGINE_SEED", str(time.time_ns() % 10**9)))
    commands = int(os.environ.get("ENGINE_COMMANDS", "1000000"))
    for seed in range(first, first + STORMS):
        print(f"seed {seed}: {commands // STORMS} commands", flush=True)
        storm = survive(seed, commands // STORMS, every=50)
        assert sum(storm.done.values()) == commands // STORMS
