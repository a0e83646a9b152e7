"""What the desk says of tickets, and what the practice exchange says of them: a short draw of the long one."""

from __future__ import annotations

import time

from tests.conftest import Practice
from tests.tickets_floor import judged


def test_what_passes_is_taken_and_what_is_refused_was_said(practice: Practice) -> None:
    """Right and wrong tickets of every kind, on some pairs and contracts, in one-way and in hedge mode."""
    seed = time.time_ns() % 10**9
    print(f"seed {seed}")
    tally = judged(practice, ("0001", "second"), seed=seed, count=80, symbols=8, place=False)
    assert tally.ends["accepted"] >= 5, tally.ends
    assert not tally.wrong, f"seed {seed}: {tally.wrong}"
