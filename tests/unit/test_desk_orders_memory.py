"""What is kept of orders, and what a list that contradicts the pushes does to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kucoin.desk import facts
from kucoin.desk.facts import Facts
from kucoin.desk.memory import Bounds, Memory
from kucoin.desk.net import Net, Reader
from kucoin.desk.refresh import Reading, Source
from kucoin.errors import ApiError, KucoinError, NotFound, OutcomeUnknown, TooManyRequests
from kucoin.model.order import Order
from tests.order_facts import ORDER, START, D, fill, match, push

REFUSED = ApiError(code="100001", message="no", request="GET /")
UNKNOWN = NotFound(code="900001", message="order not exist.", request="GET /")


class World:
    """An exchange that answers as it is told, and the memory and reader of its orders."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self.now = 1000.0
        self.listed: list[Order] = []
        self.orders: dict[str, Order | ApiError] = {}
        self.filled: dict[str, list[Facts]] = {}
        self.asked: list[str] = []
        self.asked_fills: list[str] = []
        self.fills_away: KucoinError | None = None
        self.woken: list[Source[None]] = []
        self.noted: set[str] = set()
        self.meanwhile: Callable[[], None] = lambda: None
        self.memory: Memory[Facts] = Memory(lambda: self.now, bounds)
        net = Net(
            name="Open orders", futures=False, covers=lambda _: True, read=self.list, ask=self.ask, fills=self.fills
        )
        self.reader = Reader(
            net,
            self.memory,
            every=30.0,
            wanted=lambda: True,
            wake=self.woken.append,
            noted=self.noted.add,
            monotonic=lambda: self.now,
        )

    def list(self) -> list[Facts]:
        """The list; what happens meanwhile happens while it is on its way."""
        rows = list(map(facts.answered, self.listed))
        self.meanwhile()
        return rows

    def ask(self, order: Facts) -> Facts:
        """One order."""
        self.asked.append(order.order_id)
        found = self.orders.get(order.order_id, UNKNOWN)
        if isinstance(found, ApiError):
            raise found
        return facts.answered(found)

    def fills(self, order: Facts) -> list[Facts]:
        """Its fills."""
        self.asked_fills.append(order.order_id)
        if self.fills_away is not None:
            raise self.fills_away
        return self.filled.get(order.order_id, [])

    def read(self) -> None:
        """Read the list as a refresher would, half a minute later."""
        self.now += 30.0
        self.reader.source.read()
        self.reader.source.reading = Reading(None, START, None, START)

    def hear(self, kind: str, order: Order = ORDER, **more: Any) -> None:
        """A push."""
        self.memory.hear(facts.pushed(push(kind, of=order, **more)))

    def alive(self) -> set[str]:
        """The ids of what lives."""
        return {order.order_id for order in self.memory.alive()}


def named(order_id: str, **more: Any) -> Order:
    """An order of its own."""
    return replace(ORDER, order_id=order_id, client_oid=f"own-{order_id}", **more)


def ended(order: Order, **more: Any) -> Order:
    """How it ended, cancelled unless told otherwise."""
    return replace(order, **{"active": False, "cancelled": True, "remaining_size": D(0)} | more)


def test_an_order_of_which_the_end_was_never_told_is_asked_about() -> None:
    """It is missing from the list: the answer about it alone decides."""
    world = World()
    world.hear("open")
    world.orders = {ORDER.order_id: ended(ORDER)}
    world.read()
    assert (world.asked, world.alive()) == ([ORDER.order_id], set())


def test_an_order_that_an_old_list_lacks_stays() -> None:
    """The answer about it alone says that it lives."""
    world = World()
    world.hear("open")
    world.orders = {ORDER.order_id: ORDER}
    world.read()
    world.read()
    assert world.alive() == {ORDER.order_id}
    assert len(world.asked) == 2  # once a reading, as long as the list is old


def test_an_old_list_reopens_nothing() -> None:
    """It still shows what has ended; the answer about it alone decides, whichever it is."""
    world = World()
    world.hear("open")
    world.hear("canceled", filled_size=D(0))
    world.listed = [ORDER]
    world.orders = {ORDER.order_id: ended(ORDER)}
    world.read()
    assert (world.asked, world.alive()) == ([ORDER.order_id], set())
    world.orders = {ORDER.order_id: ORDER}
    world.read()
    assert world.alive() == set()
    assert world.memory.repaired == 0


def test_what_is_heard_while_a_list_is_on_its_way_is_newer() -> None:
    """Nothing is asked about an order that was placed or ended meanwhile."""
    world = World()
    world.hear("open")
    world.listed = [ORDER]
    late = named("late")

    def meanwhile() -> None:
        world.now += 1
        world.hear("canceled", filled_size=D(0))
        world.hear("open", late)

    world.meanwhile = meanwhile
    world.read()
    assert (world.asked, world.alive()) == ([], {"late"})


def test_an_order_that_the_exchange_does_not_know_is_given_up_after_a_while() -> None:
    """One that was told of a moment ago may not be found yet; a list that shows it brings it back."""
    world = World()
    world.now += 25
    world.hear("open")
    world.now -= 25
    world.read()  # 5 s after the push
    assert (world.asked, world.alive()) == ([ORDER.order_id], {ORDER.order_id})
    world.read()
    assert (world.alive(), world.memory.gone(ORDER.order_id)) == (set(), True)
    world.listed = [ORDER]
    world.read()
    assert (world.alive(), world.memory.gone(ORDER.order_id)) == ({ORDER.order_id}, False)


def test_what_pushes_should_have_told_is_counted_once() -> None:
    """An order that appears, a fill, an end; not the first reading, nor one after a break of the line."""
    world = World()
    world.listed = [ORDER]
    world.read()
    world.read()
    assert world.memory.repaired == 0
    world.listed = [replace(ORDER, filled_size=D("0.1"), filled_funds=D(7))]
    world.read()
    world.read()
    assert world.memory.repaired == 1
    world.listed, world.orders = [], {ORDER.order_id: ended(world.listed[0])}
    world.read()
    world.listed = [named("new")]
    world.read()
    world.read()
    assert world.memory.repaired == 3
    assert world.reader.doubt("the line was down")
    world.listed.append(named("other"))
    world.read()
    world.read()
    assert world.memory.repaired == 3


def test_a_push_that_is_merely_late_is_no_repair() -> None:
    """The list was faster by a moment."""
    world = World()
    world.read()
    world.listed = [ORDER]
    world.read()
    world.hear("open")
    world.read()
    assert world.memory.repaired == 0


def test_missing_fills_are_asked_for_three_times() -> None:
    """What was filled before the start, or while the line was down; those too old for the lists never come."""
    world = World()
    part = replace(ORDER, filled_size=D("0.5"), filled_funds=D("34.81"), size=D(1))
    world.listed = [part]
    world.filled = {ORDER.order_id: [facts.filled(fill(1, "69.5", "0.2"))]}
    for _ in range(5):
        world.read()
    assert len(world.asked_fills) == 3
    world.filled[ORDER.order_id].append(facts.filled(fill(2, "69.7", "0.3")))
    world.listed = [replace(part, filled_size=D("0.6"), filled_funds=D(42))]
    world.read()  # more is filled: another occasion
    assert len(world.asked_fills) == 4
    known = world.memory.get(ORDER.order_id)
    assert known is not None
    assert (known.fills.size, known.filled) == (D("0.5"), D("0.6"))


@pytest.mark.parametrize("away", [OutcomeUnknown("HTTP 503"), TooManyRequests(code="429000", message="", request="")])
def test_an_exchange_that_is_away_uses_up_no_question(away: KucoinError) -> None:
    """However often it could not answer, the fills are asked for once it can."""
    world = World()
    world.listed = [replace(ORDER, filled_size=D("0.2"), filled_funds=D("13.9"))]
    world.fills_away = away
    for _ in range(4):
        with pytest.raises(type(away)):
            world.read()
    world.fills_away, world.filled = None, {ORDER.order_id: [facts.filled(fill(1, "69.5", "0.2"))]}
    world.read()
    known = world.memory.get(ORDER.order_id)
    assert known is not None
    assert known.fills.size == D("0.2")


def test_one_refusal_keeps_nobody_else_from_being_asked_about() -> None:
    """It is the reading's problem in the end."""
    world = World()
    orders = [named(str(number)) for number in range(3)]
    for order in orders:
        world.hear("open", order)
    world.orders = {"0": REFUSED, "1": ended(orders[1]), "2": ended(orders[2])}
    with pytest.raises(ApiError, match="no"):
        world.read()
    assert (world.asked, world.alive()) == (["0", "1", "2"], {"0"})


def test_a_used_up_quota_ends_a_reading_at_once() -> None:
    """Each further question would be refused too."""
    world = World()
    for number in range(3):
        world.hear("open", named(str(number)))
        world.orders[str(number)] = TooManyRequests(code="429000", message="too many", request="GET /")
    with pytest.raises(TooManyRequests):
        world.read()
    assert len(world.asked) == 1


def test_many_differences_are_asked_about_in_parts() -> None:
    """25 a reading, and the next reading is due at once; the doubt stays until the last of them."""
    world = World()
    for number in range(60):
        order = named(str(number))
        world.hear("open", order)
        world.orders[order.order_id] = ended(order)
    world.reader.doubt("the line was down")
    world.woken.clear()
    left = []
    for _ in range(3):
        world.read()
        left.append((len(world.alive()), len(world.woken), world.reader.problem() is None))
    assert left == [(35, 1, False), (10, 2, False), (0, 2, True)]


def test_a_doubt_ends_with_a_reading_that_began_after_it() -> None:
    """One that came while the list was on its way is as old as if nothing had been read."""
    world = World()
    assert world.reader.problem() == "Open orders have not been read yet"
    world.read()
    assert world.reader.problem() is None
    assert world.reader.doubt("the line was down")
    assert world.woken == [world.reader.source]
    world.meanwhile = lambda: world.reader.doubt("the line was down again") and None
    world.read()
    assert world.reader.problem() == "Open orders are being read again: the line was down again"
    world.meanwhile = lambda: None
    world.read()
    assert world.reader.problem() is None


def test_a_list_that_cannot_be_read_is_a_problem_that_says_why() -> None:
    """As the refresher marks it."""
    world = World()
    world.reader.source.reading = Reading(problem=str(REFUSED))
    assert world.reader.problem() == f"Open orders cannot be read: {REFUSED}"


def test_the_symbols_of_a_list_are_passed_on() -> None:
    """Their latest fills are wanted too."""
    world = World()
    world.listed = [ORDER, named("eth", symbol="ETH-USDT")]
    world.read()
    assert world.noted == {"LTC-USDT", "ETH-USDT"}


def test_what_has_ended_is_let_go_and_what_lives_never() -> None:
    """The one heard of longest ago goes first."""
    world = World(Bounds(orders=3))
    for number in range(10):
        world.hear("open", named(f"open {number}"))
    for number in range(5):
        world.hear("canceled", named(f"gone {number}"), filled_size=D(0))
    assert {each.order_id for each in world.memory.every() if not each.alive} == {"gone 2", "gone 3", "gone 4"}
    assert len(world.alive()) == 10
    world.hear("canceled", named("gone 2"), filled_size=D(0))
    world.hear("canceled", named("open 0"), filled_size=D(0))
    assert {each.order_id for each in world.memory.every() if not each.alive} == {"gone 4", "gone 2", "open 0"}


def test_fills_of_what_has_ended_are_bounded_together() -> None:
    """Ten fills an order: of six such orders two fit."""
    world = World(Bounds(fills=25))
    for number in range(6):
        order = named(str(number), size=D(1))
        for trade in range(10):
            world.memory.hear(facts.pushed(match(trade, "69", "0.1", f"{(trade + 1) / 10}", of=order)))
    assert [each.order_id for each in world.memory.every()] == ["4", "5"]
    live = named("live", size=D(100))
    for trade in range(100):
        world.memory.hear(facts.pushed(match(trade, "69", "0.1", f"{(trade + 1) / 10}", of=live)))
    assert {each.order_id: each.weight for each in world.memory.every()} == {"4": 10, "5": 10, "live": 100}


def test_what_ended_a_day_ago_is_let_go() -> None:
    """Even if nothing else has ended since."""
    world = World()
    world.hear("canceled", named("old"), filled_size=D(0))
    world.now += 24 * 3600 + 1
    world.hear("canceled", named("new"), filled_size=D(0))
    assert [each.order_id for each in world.memory.every()] == ["new"]


def test_the_generation_rises_with_changes_alone() -> None:
    """A repeated fact is none."""
    world = World()
    step = facts.pushed(match(1, "69", "0.1", "0.1"))
    counts = []
    for fact in (step, step, facts.filled(fill(1, "69", "0.1")), step):
        world.memory.hear(fact)
        counts.append(world.memory.generation)
    assert counts == [1, 1, 2, 2]
