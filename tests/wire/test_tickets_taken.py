"""What the desk says of tickets, and what the practice exchange says of them: a short draw of the long one."""

from __future__ import annotations

from tests.conftest import Practice
from tests.tickets_floor import judged


def test_what_passes_is_taken_and_what_is_refused_was_said(practice: Practice) -> None:
    """Right and wrong tickets of every kind, on some pairs and contracts, in one-way and in hedge mode."""
    tally = judged(practice, ("0001", "second"), seed=8, count=80, symbols=8, place=False)
    assert tally.ends["accepted"] >= 5, tally.ends
    assert not tally.wrong, tally.wrong
