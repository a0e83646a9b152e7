"""What the market's bots and tape cost: CPU seconds a market second, and memory. Printed, never asserted.

Run: .venv/bin/python tests/bench/bench_life.py [minutes]
"""

from __future__ import annotations

import resource
import sys
from collections import Counter
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kucoin.practice.engine.events import LevelChange, Trade
from kucoin.practice.life.life import Life
from kucoin.practice.market import Market
from tests.life_world import NOW, engine

STEP_MS = 100


def memory() -> int:
    """The most memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Live for some minutes, step by step, as fast as it goes."""
    minutes = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    began = process_time()
    exchange = engine()
    life = Life(exchange, Market(7), NOW)
    life.step(NOW)
    life.take(exchange.drain(), NOW)
    print(f"start: {process_time() - began:.2f} s of CPU, {memory()} MB")
    for minute in range(minutes):
        counts: Counter[type] = Counter()
        began, worst = process_time(), 0.0
        for step in range(1, 60_000 // STEP_MS + 1):
            now = NOW + minute * 60_000 + step * STEP_MS
            since = process_time()
            life.step(now)
            done = exchange.drain()
            life.take(done, now)
            worst = max(worst, process_time() - since)
            counts.update(map(type, done.events))
        life.tape.rows()
        share = (process_time() - began) / 60
        print(
            f"minute {minute + 1}: {share:.1%} of a core (goal 15 %), worst step {worst * 1000:.0f} ms, "
            f"{counts[Trade] / 60:.0f} trades and {counts[LevelChange] / 60:.0f} level changes a second, {memory()} MB"
        )


if __name__ == "__main__":
    main()
