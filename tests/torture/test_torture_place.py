"""A desk killed 200 times while it places orders. Run: pytest tests/torture/test_torture_place.py -s

PLACE_SEED repeats the draws; PLACE_KILLS makes it shorter or longer; PLACE_LANES is how many desks, each with an
exchange of its own, are killed at the same time.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import place_kills, place_storm
from tests.conftest import Practice, start_practice
from tests.place_kills import Restart


def test_killed_desks_place_nothing_twice_and_lose_nothing(tmp_path: Path) -> None:
    """Duplicates 0, lost 0, unresolved 0 in 15 s after each start, the journal intact, each order sent at most once."""
    seed = int(os.environ.get("PLACE_SEED", str(time.time_ns() % 10**9)))
    kills = int(os.environ.get("PLACE_KILLS", "200"))
    lanes = int(os.environ.get("PLACE_LANES", "3"))
    print(f"seed {seed}: {kills} kills in {lanes} lanes", flush=True)
    shares = [kills // lanes + (lane < kills % lanes) for lane in range(lanes)]
    with ThreadPoolExecutor(lanes) as pool:
        runs = [pool.submit(_lane, tmp_path / str(lane), f"{seed}-{lane}", share) for lane, share in enumerate(shares)]
        found = [run.result() for run in runs]
    ended: Counter[str] = Counter()
    restarts: list[Restart] = []
    for counted, made in found:
        ended += counted
        restarts += made
    took = [each.took for each in restarts]
    print(
        f"{len(restarts)} kills, {ended.total()} orders ended {dict(ended)}; "
        f"{sum(each.held for each in restarts)} open after a kill, "
        f"{sum(len(each.left) for each in restarts)} of them left to a person; "
        f"gate open after {statistics.median(took):.1f} s in the middle, {max(took):.1f} s at most",
        flush=True,
    )
    assert max(took) <= 15


def _lane(folder: Path, name: str, kills: int) -> tuple[Counter[str], list[Restart]]:
    chance = random.Random(name)
    floor = start_practice(folder / "exchange")
    try:
        restarts, sent = _kill(floor, f"sqlite:///{folder / 'journal.sqlite3'}", name, kills, chance)
    finally:
        code = floor.stop()
    assert code == 0
    ended = place_kills.everything(f"sqlite:///{folder / 'journal.sqlite3'}")
    return place_storm.truth(folder / "exchange", sent).judge(ended), restarts


def _kill(floor: Practice, url: str, name: str, kills: int, chance: random.Random) -> tuple[list[Restart], int]:
    """Kill so many desks; return how each began, and how many orders the exchange was sent."""
    floor.clock(rate=0)
    prices = place_storm.Prices.of(floor.state())
    restarts = []
    for number in range(kills):
        try:
            restarts.append(place_kills.kill_while_placing(floor, url, prices, f"{name}-{number}", chance))
        except BaseException as error:
            print(f"lane {name}, kill {number}: {error!r}", flush=True)  # the other lanes go on to their end
            raise
        place_storm.make_room(floor)
        if number % 10 == 9:
            print(f"lane {name}: {number + 1} kills", flush=True)
    place_kills.settle_the_rest(floor, url)
    return restarts, place_storm.posts(floor)
