"""2,000 orders of which 30 % are answered ambiguously. Run: pytest tests/torture/test_torture_ambiguous.py -s

AMBIGUOUS_SEED repeats a run, as far as several threads can be repeated; AMBIGUOUS_ORDERS makes it shorter or longer.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from kucoin.model.ticket import Placement
from tests import place_storm
from tests.conftest import Practice, start_practice
from tests.feed_server import until


def test_each_order_ends_as_the_exchange_says(tmp_path: Path) -> None:
    """Answers lost, late, false, refused by quota, unreadable, without id: duplicates 0, lost 0, sent at most once."""
    seed = int(os.environ.get("AMBIGUOUS_SEED", str(time.time_ns() % 10**9)))
    count = int(os.environ.get("AMBIGUOUS_ORDERS", "2000"))
    print(f"seed {seed}: {count} orders", flush=True)
    floor = start_practice(tmp_path / "exchange")
    try:
        placements, sent, unknown = _run(floor, f"sqlite:///{tmp_path / 'journal.sqlite3'}", seed, count)
    finally:
        code = floor.stop()
    assert code == 0
    ended = place_storm.truth(tmp_path / "exchange", sent).judge(placements)
    print(f"ended {dict(ended)}; {sent} requests", flush=True)
    assert ended.total() == count
    assert unknown >= count // 10


def _run(floor: Practice, url: str, seed: int, count: int) -> tuple[tuple[Placement, ...], int, int]:
    """Place and settle; return what became of each, how many were sent, and how many were unknown at some time."""
    floor.clock(rate=0)
    with place_storm.desk_on(floor.spot, floor.futures, url, read=2.0) as desk:
        until(lambda: desk.trading.state().open, 60)
        unknown = place_storm.count_unknown(desk)
        began = time.monotonic()
        place_storm.storm(floor, desk, seed, count, rate=7.0)
        print(f"placed in {time.monotonic() - began:.0f} s, {len(unknown)} were unknown", flush=True)
        until(lambda: place_storm.settled(desk, decide=True), 180)
        print(place_storm.struck(floor), flush=True)
        return desk.trading.placements(), place_storm.posts(floor), len(unknown)
