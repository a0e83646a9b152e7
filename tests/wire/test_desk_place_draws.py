"""A short draw of what `make torture` does at length: orders with ambiguous answers, and desks killed while placing."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from kucoin.model.ticket import Placement
from tests import place_kills, place_storm
from tests.conftest import start_practice
from tests.feed_server import until
from tests.place_kills import Restart
from tests.place_storm import Truth

ORDERS, KILLS, HURRY = 30, 1, 20.0


@dataclass
class Played:
    """What was placed, what was unknown at some time, how the killed desks started, and the truth."""

    stormed: tuple[Placement, ...]
    unknown: set[str]
    killed: tuple[Placement, ...]
    restarts: list[Restart]
    truth: Truth


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Both draws, on one exchange, which is stopped and read at the end."""
    folder = tmp_path_factory.mktemp("draws")
    floor = start_practice(folder / "exchange")
    try:
        floor.clock(rate=0)
        chance, prices = random.Random(7), place_storm.Prices.of(floor.state())
        stormed_in, killed_in = (f"sqlite:///{folder / name}.sqlite3" for name in ("stormed", "killed"))
        with (
            place_storm.hurried(HURRY),
            place_storm.desk_on(floor.spot, floor.futures, stormed_in, read=1.0) as desk,
        ):
            until(lambda: desk.trading.state().open, 60)
            unknown = place_storm.count_unknown(desk)
            place_storm.storm(floor, desk, 7, ORDERS, rate=15.0, late=1.5)
            until(lambda: place_storm.settled(desk, decide=True), 60)
            stormed = desk.trading.placements()
            floor.clear_faults()
        restarts = [
            place_kills.kill_while_placing(floor, killed_in, prices, f"k{number}", chance, hurry=HURRY)
            for number in range(KILLS)
        ]
        with place_storm.hurried(HURRY):
            place_kills.settle_the_rest(floor, killed_in)
        sent = place_storm.posts(floor)
    finally:
        code = floor.stop()
    assert code == 0
    killed = place_kills.everything(killed_in)
    return Played(stormed, unknown, killed, restarts, place_storm.truth(folder / "exchange", sent))


def test_whatever_is_answered_each_order_ends_as_the_exchange_says(played: Played) -> None:
    """Nothing twice, nothing lost, nothing sent a second time, with 30 % of the answers ambiguous, and with kills."""
    ended = played.truth.judge([*played.stormed, *played.killed])
    assert len(played.stormed) == ORDERS
    assert len(played.unknown) >= ORDERS // 10
    assert ended["accepted"] >= ORDERS // 2


def test_a_killed_desk_s_orders_are_settled_before_the_next_places_any(played: Played) -> None:
    """Only what carries no time limit and nobody knows may stay open, and it was looked for."""
    assert len(played.restarts) == KILLS
    assert len(played.killed) >= KILLS
    assert all(restart.took <= 15 for restart in played.restarts)
