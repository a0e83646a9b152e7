"""Which pairs are looked back on, how often, and what one of them that cannot be read does to the others."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from kucoin.desk.facts import Facts
from kucoin.desk.memory import Memory
from kucoin.desk.recent_fills import RecentFills
from kucoin.desk.refresh import Refresher
from kucoin.errors import ApiError, KucoinError, TooManyRequests
from kucoin.model.order import Fill
from kucoin.model.page import Page
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from tests.order_facts import FILL

REFUSED = ApiError(code="900001", message="Symbol not exists", request="GET /api/v1/hf/fills")
TOO_MANY = TooManyRequests(code="429000", message="Too many requests", request="GET /api/v1/hf/fills")


class World:
    """Recent fills of an exchange that has one fill a pair; nothing is started, so a test reads by itself."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refused: dict[str, KucoinError] = {}
        self.memory: Memory[Facts] = Memory(itertools.count().__next__)
        exchange = Exchange(hosts.practice(1, 2), PRACTICE_CREDENTIALS)
        exchange.spot_orders.fills = self.fills  # type: ignore[method-assign]  # there is no exchange
        self.recent = RecentFills(exchange, self.memory, Refresher(), granted=lambda: True, every=30.0)
        self.spot = self.recent.sources[0]

    def fills(self, *, symbol: str, **_: Any) -> Page[Fill]:
        """Answer for a pair."""
        self.asked.append(symbol)
        if symbol in self.refused:
            raise self.refused[symbol]
        return Page((replace(FILL, order_id=symbol, symbol=symbol),), None)

    def want(self, *symbols: str) -> None:
        """Look back on pairs."""
        for symbol in symbols:
            self.recent.want(symbol)


@pytest.fixture
def world() -> World:
    """The exchange and what is read of it."""
    return World()


def test_a_refused_pair_keeps_no_other_from_being_read(world: World) -> None:
    """One that was delisted, say; it is said, and it alone is asked for again."""
    world.want("AAA-USDT", "BBB-USDT")
    world.refused["AAA-USDT"] = REFUSED
    with pytest.raises(ApiError, match="Symbol not exists"):
        world.spot.read()
    assert world.memory.get("BBB-USDT") is not None
    world.refused.clear()
    world.spot.read()
    assert world.asked == ["AAA-USDT", "BBB-USDT", "AAA-USDT"]
    assert not world.spot.wanted()


def test_a_used_up_quota_ends_the_reading_of_fills(world: World) -> None:
    """The pairs that are left are read when there is quota again."""
    world.want("AAA-USDT", "BBB-USDT")
    world.refused["AAA-USDT"] = TOO_MANY
    with pytest.raises(TooManyRequests):
        world.spot.read()
    assert world.asked == ["AAA-USDT"]
    world.refused.clear()
    world.spot.read()
    assert world.asked == ["AAA-USDT", "AAA-USDT", "BBB-USDT"]


def test_however_many_pairs_are_traded_each_is_read_once(world: World) -> None:
    """A push on any of them calls for nothing more; after a break, the latest fifty are read again."""
    pairs = [f"P{number}-USDT" for number in range(60)]
    world.want(*pairs)
    world.spot.read()
    world.want(*pairs[1:], pairs[0])
    assert not world.spot.wanted()
    assert sorted(world.asked) == sorted(pairs)
    world.asked.clear()
    world.recent.again(futures=False)
    world.spot.read()
    assert set(world.asked) == {*pairs[11:], pairs[0]}
