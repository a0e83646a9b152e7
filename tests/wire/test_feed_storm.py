"""A short draw of what the torture runs do at length."""

from __future__ import annotations

import random

from tests.feed_storm import storm


def test_cuts_lose_no_private_event() -> None:
    """Every order reaches the session: pushed, or read from the store that a resync calls for."""
    storm(12, random.SystemRandom().randrange(2**32), within=8)
