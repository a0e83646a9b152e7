"""The ladder and the depth of a book."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kucoin.book.book import BookView
from kucoin.decimals import ceil_to
from kucoin.errors import InvalidRequest
from kucoin.model.order import Side
from kucoin.web.ladder import DepthPanel, LadderPanel
from kucoin.web.sight import CATCHING_UP, LIVE, STALE
from tests.push_scene import LINEAR, PAIR, Scene

D = Decimal
BIDS = [("70000.0", "1"), ("69999.5", "2"), ("69999.1", "3"), ("69990.0", "4")]
ASKS = [("70000.2", "0.5"), ("70000.9", "1.5"), ("70001.0", "1"), ("70015.0", "7")]


def shown(scene: Scene, step: str = "", symbol: str = PAIR) -> dict[str, Any]:
    """A ladder as it is told first."""
    change = LadderPanel(scene.sight, symbol, step).change()
    assert change is not None
    return change.body


def test_levels_are_told_best_first_with_sums_on_one_scale() -> None:
    """The longer side's sum is 1."""
    scene = Scene()
    scene.book(BIDS, ASKS)
    body = shown(scene)
    assert body["bids"][:2] == [
        ["70000.0", "1.00000000", "1.00000000", 0.1, None],
        ["69999.5", "2.00000000", "3.00000000", 0.3, None],
    ]
    assert [row[3] for row in body["asks"]] == [0.05, 0.2, 0.3, 1.0]
    assert (body["spread"], body["spread_ratio"], body["mid"]) == ("0.2", "0.000003", "70000.1")
    assert (body["trusted"], body["problem"]) == (True, None)


def test_groups_hold_the_levels_of_their_step() -> None:
    """Bids at the group's lower end, asks at its upper, so that none looks better than it is."""
    scene = Scene()
    scene.book(BIDS, ASKS)
    body = shown(scene, "1")
    assert [row[:2] for row in body["bids"]] == [
        *(["70000.0", "1.00000000"], ["69999.0", "5.00000000"], ["69990.0", "4.00000000"])
    ]
    assert [row[:2] for row in body["asks"]] == [["70001.0", "3.00000000"], ["70015.0", "7.00000000"]]
    assert body["step"] == "1.0"


levels = st.lists(
    st.tuples(st.integers(1, 400), st.integers(1, 10**6)), min_size=1, max_size=60, unique_by=lambda x: x[0]
)


@settings(deadline=None)
@given(levels, levels, st.sampled_from(("0.1", "0.2", "0.5", "1", "2", "5")))
def test_grouping_neither_makes_nor_loses_size(
    below: list[tuple[int, int]], above: list[tuple[int, int]], step: str
) -> None:
    """Each group shown has exactly the sizes of the levels between its ends; fifteen groups at most."""
    scene = Scene()
    bids = sorted(((D(100) - D(away) / 10, D(size)) for away, size in below), reverse=True)
    asks = sorted((D(100) + D(away) / 10, D(size)) for away, size in above)
    scene.book([(str(p), str(s)) for p, s in bids], [(str(p), str(s)) for p, s in asks])
    body = shown(scene, step)
    width = D(step)
    for price, size, *_ in body["bids"]:
        assert D(size) == sum(s for p, s in bids if D(price) <= p < D(price) + width)
    for price, size, *_ in body["asks"]:
        assert D(size) == sum(s for p, s in asks if D(price) - width < p <= D(price))
    assert len(body["bids"]) == min(15, len({p // width for p, _ in bids}))
    assert len(body["asks"]) == min(15, len({ceil_to(p, width) for p, _ in asks}))


def test_own_orders_are_marked_where_they_stand() -> None:
    """Several in one group together; those of another symbol nowhere."""
    scene = Scene()
    scene.book(BIDS, ASKS)
    scene.own.place(PAIR, Side.BUY, "69999.5", D("0.25"))
    scene.own.place(PAIR, Side.BUY, "69999.1", D("0.5"))
    scene.own.place(PAIR, Side.SELL, "70000.9", D("0.1"))
    scene.own.place(LINEAR, Side.BUY, "69999.5", 3)
    body = shown(scene, "1")
    assert [row[4] for row in body["bids"]] == [None, "0.75000000", None]
    assert [row[4] for row in body["asks"]] == ["0.10000000", None]


def test_an_order_of_ours_shows_though_the_book_stands_still() -> None:
    """It is what changed."""
    scene = Scene()
    scene.book(BIDS, ASKS)
    panel = LadderPanel(scene.sight, PAIR, "")
    panel.change()
    assert panel.change() is None
    scene.own.place(PAIR, Side.BUY, "70000.0", D("0.25"))
    change = panel.change()
    assert change is not None
    assert change.body["bids"][0][4] == "0.25000000"


@pytest.mark.parametrize("step", ["0", "-1", "0.15", "1e9", "nan", "Infinity", "x", "1" * 30, "0.1\x00", "１" * 3])
def test_an_absurd_step_is_refused(step: str) -> None:
    """And nothing stays watched."""
    scene = Scene()
    with pytest.raises(InvalidRequest, match="is no step that prices of BTC-USDT can be grouped by"):
        LadderPanel(scene.sight, PAIR, step)
    assert scene.market.watched() == {PAIR: 0}


def test_a_lost_book_keeps_its_levels_on_the_screen_and_says_so() -> None:
    """First it is catching up, then stale."""
    scene = Scene()
    scene.summary()
    scene.book(BIDS, ASKS)
    panel = LadderPanel(scene.sight, PAIR, "")
    panel.change()
    scene.now += 10
    scene.summary()
    scene.shelf.lose([PAIR], "updates 3 to 4 are missing")
    change = panel.change()
    assert change is not None
    assert len(change.body["bids"]) == 4
    assert (change.body["trusted"], change.body["problem"]) == (False, "updates 3 to 4 are missing")
    assert panel.fresh() == (CATCHING_UP, 0, "the book is read again: updates 3 to 4 are missing")
    scene.now += 4.5
    scene.summary()
    assert panel.fresh().state == CATCHING_UP
    scene.now += 0.5
    assert panel.fresh().state == STALE
    scene.book(BIDS, ASKS)
    assert panel.fresh().state == LIVE


def test_a_book_behind_the_best_prices_is_stale_after_five_seconds() -> None:
    """Though nothing says so but the sequence that is told besides."""
    scene = Scene()
    scene.book(BIDS, ASKS)
    panel = LadderPanel(scene.sight, PAIR, "")
    scene.quote(sequence=11)
    panel.change()
    assert panel.fresh().state == LIVE
    scene.now += 5
    scene.quote(sequence=12)
    scene.summary()
    panel.change()
    assert panel.fresh() == (STALE, 5, "the book is behind the best prices that are told besides")
    scene.book(BIDS, ASKS, sequence=11)
    panel.change()
    assert panel.fresh().state == LIVE


def test_a_book_that_follows_the_best_prices_closely_is_live() -> None:
    """Though they are ahead whenever somebody looks."""
    scene = Scene()
    panel = LadderPanel(scene.sight, PAIR, "")
    for sequence in range(20):
        scene.book(BIDS, ASKS, sequence=sequence)
        scene.quote(sequence=sequence + 1)
        panel.change()
        assert panel.fresh().state == LIVE
        scene.now += 1


def test_the_value_near_the_middle_is_in_quote_currency() -> None:
    """Within 0.1, 0.5, 1 and 2 %."""
    scene = Scene()
    scene.book([("999.9", "1"), ("998", "2"), ("985", "3")], [("1000.1", "1"), ("1004", "1")])
    assert shown(scene)["within"] == [
        [0.001, "999.90", "1000.10"],
        [0.005, "2995.90", "2004.10"],
        [0.01, "2995.90", "2004.10"],
        [0.02, "5950.90", "2004.10"],
    ]


def test_a_value_that_the_known_book_does_not_reach_is_unknown() -> None:
    """Not the smaller sum of what is known."""
    scene = Scene()
    sides = [("999.9", "1"), ("998", "2"), ("985", "3")], [("1000.1", "1"), ("1004", "1")]
    scene.book(*sides, edges=(D("985"), D("1004")))
    within = shown(scene)["within"]
    assert [bids for _, bids, _ in within] == ["999.90", "2995.90", "2995.90", None]
    assert [asks for *_, asks in within] == ["1000.10", None, None, None]


def test_lots_count_with_their_multiplier() -> None:
    """In the value near the middle."""
    scene = Scene()
    scene.book([("999.9", "1000")], [("1000.1", "2000")], symbol=LINEAR)
    assert shown(scene, symbol=LINEAR)["within"][0] == [0.001, "999.90", "2000.20"]


def test_the_steps_to_choose_from_suit_the_price() -> None:
    """At least 200 groups to the price's length."""
    scene = Scene()
    scene.book([("9.9", "1")], [("10.1", "1")])
    assert shown(scene)["steps"] == ["0.1"]
    scene.book(BIDS, ASKS)
    assert shown(scene)["steps"] == ["0.1", "0.2", "0.5", "1.0", "2.0", "5.0", "10.0", "20.0", "50.0", "100.0"]


def test_depth_is_told_at_most_every_four_tenths_of_a_second() -> None:
    """In numbers, from the best outwards, each price with all that is before it."""
    scene = Scene()
    scene.book([("999.9", "1"), ("998", "2")], [("1000.1", "1"), ("1004", "1")])
    panel = DepthPanel(scene.sight, PAIR)
    change = panel.change()
    assert change is not None
    assert change.body["bids"] == [[999.9, 1.0], [998.0, 3.0]]
    assert change.body["asks"] == [[1000.1, 1.0], [1004.0, 2.0]]
    assert change.body["mid"] == 1000.0
    scene.book([("999.9", "5")], [("1000.1", "1")])
    scene.now += 0.3
    assert panel.change() is None
    scene.now += 0.2
    assert panel.change() is not None


def test_a_look_at_the_whole_depth_that_takes_long_is_taken_seldom() -> None:
    """Once a second: everybody's push waits for it."""
    scene = Scene()
    scene.book([("999.9", "1")], [("1000.1", "1")])
    view = scene.shelf.view

    def slowly(symbol: str, count: int = 50) -> BookView | None:
        scene.now += 0.02
        return view(symbol, count)

    scene.shelf.view = slowly  # type: ignore[method-assign]  # the same, but it takes time
    panel = DepthPanel(scene.sight, PAIR)
    panel.change()
    scene.book([("999.9", "5")], [("1000.1", "1")])
    scene.now += 0.9
    assert panel.change() is None
    scene.now += 0.1
    assert panel.change() is not None


def test_no_more_levels_are_looked_at_than_are_drawn() -> None:
    """A whole book may have tens of thousands, and all of them take time."""
    scene = Scene()
    bids = [(f"{D(1000) - D(step) / 10:f}", "1") for step in range(1, 9000)]
    asks = [(f"{D(1000) + D(step) / 10:f}", "1") for step in range(1, 9000)]
    scene.book(bids, asks)
    view, counts = scene.shelf.view, []

    def counted(symbol: str, count: int = 50) -> BookView | None:
        counts.append(count)
        return view(symbol, count)

    scene.shelf.view = counted  # type: ignore[method-assign]  # the same, but it is noted
    panel = DepthPanel(scene.sight, PAIR)
    panel.change()
    assert counts == [500]
    assert panel.full()["bids"][-1] == [980.0, 200.0]
    assert panel.full()["within"][-1][0] == 0.02
    assert None not in panel.full()["within"][-1]


def test_a_curve_has_about_eighty_points() -> None:
    """However many levels there are, and its last has the whole size."""
    scene = Scene()
    bids = [(f"{D(1000) - D(step) / 100:f}", "1") for step in range(1, 3000)]
    asks = [(f"{D(1000) + D(step) / 100:f}", "1") for step in range(1, 3000)]
    scene.book(bids, asks)
    panel = DepthPanel(scene.sight, PAIR)
    panel.change()
    body = panel.full()
    assert 70 <= len(body["bids"]) <= 81
    assert body["bids"][-1][1] == body["asks"][-1][1] == 2000


def test_wide_groups_of_a_deep_book_are_told_seldom() -> None:
    """As deep as they take; narrow ones at once."""
    scene = Scene()
    bids = [(f"{D(70000) - D(step) / 10:f}", "1") for step in range(1, 3000)]
    asks = [(f"{D(70000) + D(step) / 10:f}", "1") for step in range(1, 3000)]
    scene.book(bids, asks)
    wide, narrow = LadderPanel(scene.sight, PAIR, "10"), LadderPanel(scene.sight, PAIR, "")
    first = wide.change()
    assert first is not None
    assert [row[1] for row in first.body["bids"]] == ["100.00000000"] * 15
    narrow.change()
    scene.book([("69999.9", "7"), *bids[1:]], asks)
    scene.now += 0.1
    assert wide.change() is None
    assert narrow.change() is not None
    scene.now += 0.4
    change = wide.change()
    assert change is not None
    assert change.body["bids"][0][1] == "106.00000000"


def test_before_the_first_reading_there_is_a_ladder_without_levels() -> None:
    """That says why."""
    body = shown(Scene())
    assert (body["bids"], body["trusted"], body["problem"]) == ([], False, "it is not read yet")
