"""The arithmetic of positions against the engine's, at length."""

from __future__ import annotations

import time

from tests import positions_check


def test_two_hundred_thousand_positions_are_what_the_engine_has() -> None:
    """Value, profit, maintenance, liquidation, break-even; linear and inverse, isolated and cross."""
    seed = time.time_ns() % 10**9
    print(f"seed {seed}")
    positions_check.run(seed, 200_000)
