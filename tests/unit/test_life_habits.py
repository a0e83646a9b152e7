"""What bots are made of: ladders of quotes, and takers who come in bursts and now and then are forced to."""

from __future__ import annotations

from random import Random

import pytest

from kucoin.practice.engine.terms import Side
from kucoin.practice.life.character import Character, character
from kucoin.practice.life.takers import Takers
from kucoin.practice.market import Market
from kucoin.practice.universe import CONTRACTS, PAIRS
from tests.life_world import NOW

PLAIN = Character(
    rate=2.0,
    spread=1.0,
    grid=5,
    zones=3,
    per_zone=4,
    level_lots=1000.0,
    trade_lots=50.0,
    least_lots=3,
    pause_ms=200,
)


@pytest.mark.parametrize(
    ("touch", "down", "prices"),
    [
        (10_003, False, [10_003, 10_005, 10_010, 10_015, 10_020, 10_030, 10_040, 10_050, 10_060, 10_080]),
        (10_003, True, [10_003, 10_000, 9_995, 9_990, 9_985, 9_980, 9_970, 9_960, 9_950, 9_940]),
    ],
)
def test_ladders_stand_on_a_grid_that_widens(touch: int, down: bool, prices: list[int]) -> None:
    """The best price is anywhere, the others on multiples of a step that doubles from zone to zone."""
    ladder = PLAIN.ladder(touch, down=down)
    assert ladder[: len(prices)] == prices
    assert len(ladder) == PLAIN.levels == 13


def test_a_ladder_ends_above_zero() -> None:
    """A coin that costs a few ticks has fewer bids."""
    assert PLAIN.ladder(12, down=True) == [12, 10, 5]


def test_a_move_of_the_best_price_leaves_most_of_the_ladder() -> None:
    """Of 13 levels at most two per zone and the best change when it moves by less than a step."""
    before, after = (set(PLAIN.ladder(touch, down=False)) for touch in (10_003, 10_006))
    assert len(before - after) <= 4


def test_every_listing_has_habits_of_its_size() -> None:
    """Lively markets trade ten times a second, quiet ones far less; all hold more than they trade, on whole lots."""
    market = Market(7)
    for listing in (*PAIRS.values(), *CONTRACTS.values()):
        habits = character(listing, int(market.last(listing.symbol, NOW) / listing.tick))
        low, high = {240: (7.0, 16.0), 120: (1.0, 2.0)}.get(listing.beats, (0.1, 0.6))
        assert low <= habits.rate <= high
        assert habits.level_lots >= 2 * habits.least_lots
        assert habits.levels >= 21
        value = habits.trade_lots * habits.rate * 86_400 * listing.lot_float
        value *= listing.lot_coins * float(market.last(listing.symbol, NOW)) if listing.lot_coins else 1.0
        assert value == pytest.approx(listing.turnover, rel=0.25)


def test_takers_come_in_bursts_at_their_rate() -> None:
    """Over an hour the mean is the habit's; ten seconds differ more than chance makes them."""
    takers = Takers(PLAIN, Random(1), leveraged=False)
    counts = [len(list(takers.orders(0.1, haste=1.0, trend=0.0, inventory=0.0))) for _ in range(36_000)]
    mean = sum(counts) / len(counts)
    assert mean * 10 == pytest.approx(PLAIN.rate, rel=0.1)
    tens = [sum(counts[at : at + 100]) for at in range(0, len(counts), 100)]
    variance = sum((count - mean * 100) ** 2 for count in tens) / len(tens)
    assert variance > 1.8 * mean * 100  # where they came independently it would be the mean


@pytest.mark.parametrize(
    ("trend", "inventory", "low", "high"), [(0, 0, 0.45, 0.55), (5, 0, 0.65, 0.75), (0, 40, 0.88, 1), (0, -40, 0, 0.12)]
)
def test_takers_follow_the_trend_and_relieve_the_maker(trend: float, inventory: float, low: float, high: float) -> None:
    """Without either they are of two minds."""
    takers = Takers(PLAIN, Random(1), leveraged=False)
    orders = list(takers.orders(20.0, haste=1.0, trend=trend, inventory=inventory))
    while len(orders) < 4000:
        orders += takers.orders(10.0, haste=1.0, trend=trend, inventory=inventory)
    share = sum(side is Side.BUY for side, _ in orders) / len(orders)
    assert low <= share <= high


def test_sizes_are_what_the_market_trades() -> None:
    """Their mean is the habit's, none is below the smallest order or above ten levels."""
    takers = Takers(PLAIN, Random(1), leveraged=False)
    lots = [takers.one()[1] for _ in range(30_000)]
    assert sum(lots) / len(lots) == pytest.approx(PLAIN.trade_lots, rel=0.1)
    assert min(lots) >= PLAIN.least_lots
    assert max(lots) <= 10 * PLAIN.level_lots


def test_somebody_is_liquidated_now_and_then() -> None:
    """About four times an hour, for three seconds, all on one side, six typical levels in all; on spot never."""
    takers = Takers(PLAIN, Random(1), leveraged=True)
    forced = [takers.forced(0.1) for _ in range(36_000 * 5)]
    bursts: list[list[tuple[Side, int]]] = []
    for before, now in zip([None, *forced], forced, strict=False):
        if now is not None:
            if before is None:
                bursts.append([])
            bursts[-1].append(now)
    assert 10 <= len(bursts) <= 32
    for burst in bursts:
        assert len({side for side, _ in burst}) == 1
        assert len(burst) in {30, 31}
        assert sum(lots for _, lots in burst) == pytest.approx(6 * PLAIN.level_lots, rel=0.05)
    calm = Takers(PLAIN, Random(1), leveraged=False)
    assert not any(calm.forced(0.1) for _ in range(36_000))
