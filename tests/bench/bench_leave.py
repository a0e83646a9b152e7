"""How long a way out takes from its press to the wire while everything else is broken. Run it with python.

Every socket is dead, the journal's disk is full, new orders are stopped, and 5,000 trades a second come in from a
process of their own. Printed beside the same without the flood, and beside how long it takes to stop new orders.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kucoin.desk.principal import Principal, Role
from tests.conftest import start_practice
from tests.leave_storm import RATE, flood, p99, storm
from tests.leaving_rig import Scene, full, scene_on
from tests.trading_rig import ME

PRESSES = 30
STOPS = 200
GOAL = 500.0  # ms


def stop_orders(scene: Scene) -> None:
    """Stop new orders again and again with a full disk and a flood, and print what the call took: it holds at once."""
    came: list[int] = []
    took = []
    with flood(scene, came):
        for _ in range(STOPS):
            scene.desk.risk.allow_orders(Principal("local", Role.ADMIN))
            with full(scene.journal):
                pressed = time.monotonic()
                scene.desk.risk.stop_orders(ME)
                held = not scene.desk.trading.state().open
                took.append((time.monotonic() - pressed) * 1000)
                assert held
    print(f"stop new orders: {median(took):.2f} ms (median), {p99(took):.2f} ms (99 %, goal {GOAL:.0f})", flush=True)


def main() -> None:
    """Print one line without and one with the flood, and one for the stop."""
    with tempfile.TemporaryDirectory() as folder:
        floor = start_practice(Path(folder) / "floor")
        floor.clock(rate=0)
        with scene_on(floor, Path(folder)) as scene:
            chance = random.Random(8)
            for rate in (0, RATE):
                print(storm(scene, chance, PRESSES, faults=False, rate=rate), f"(goal {GOAL:.0f})", flush=True)
            stop_orders(scene)
        floor.stop()


if __name__ == "__main__":
    main()
