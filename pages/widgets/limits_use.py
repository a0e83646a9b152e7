"""The limits and how much of each is used, from the push socket."""

from __future__ import annotations

from kucoin.web.guard import PANEL
from pages.widgets import pushed
from pages.widgets.live import live


def show(*, every: bool) -> None:
    """Draw the list; with ``every`` also those that nobody set."""
    pushed.show(live.LIMITS, PANEL, key="limits-use", every=every)
