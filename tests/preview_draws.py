"""Random tickets on a `Pit`: what the preview says of one, against what then happens."""

from __future__ import annotations

from kucoin.errors import ApiError
from tests.preview_draw_futures import futures
from tests.preview_draw_spot import spot
from tests.preview_pit import Pit


def draw(pit: Pit) -> bool:
    """Try one ticket; False where the exchange refused it, which is said in ``pit.refused``, or none came about."""
    pit.floor.clear_faults()  # which fills the quotas again
    try:
        done = futures(pit) if pit.random.random() < 0.6 else spot(pit)
    except ApiError as refusal:
        pit.refused[refusal.message[:40]] += 1
        return False
    if done:
        pit.tried[done] += 1
    return bool(done)
