"""2,000 random tickets over every pair and contract. Run: pytest tests/torture/test_torture_tickets.py -s

TICKETS_SEED repeats a run, TICKETS_COUNT makes it shorter or longer.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from tests.conftest import Practice
from tests.tickets_floor import judged


def test_what_passes_is_taken_and_what_is_refused_was_said(new_practice: Callable[..., Practice]) -> None:
    """Increments, minimums, maximums, modes, price limits, contradictions: 0 surprises, and 0 false alarms."""
    seed = int(os.environ.get("TICKETS_SEED", str(time.time_ns() % 10**9)))
    count = int(os.environ.get("TICKETS_COUNT", "2000"))
    print(f"seed {seed}: {count} tickets", flush=True)
    floor = new_practice("--seed", str(seed % 1000))
    tally = judged(floor, ("0001", "second"), seed=seed, count=count, place=True)
    for end, times in sorted(tally.ends.items()):
        print(f"{times:6}  {end}")
    print(f"faults said by field: {dict(tally.said.most_common())}", flush=True)
    assert not tally.wrong, f"{len(tally.wrong)} of {count} with seed {seed}, the first: {tally.wrong[:5]}"
