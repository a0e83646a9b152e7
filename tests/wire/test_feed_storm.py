"""A short draw of what the torture runs do at length."""

from __future__ import annotations

from tests.feed_storm import slow_page, storm


def test_cuts_lose_no_private_event() -> None:
    """Every order reaches the session: pushed, or read from the store that a resync calls for."""
    storm(12, 8, within=8)


def test_a_slow_page_costs_little_and_loses_no_private_event() -> None:
    """Market data keeps the newest, and what concerns the account waits for the page."""
    assert slow_page(0.5) <= 30 * 2**20
