"""The tape: trades of one order in one row, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kucoin.errors import OutcomeUnknown
from kucoin.model.feed import Summary, Trade
from kucoin.stream.feed import FeedState
from kucoin.web.sight import CATCHING_UP, LIVE, STALE
from kucoin.web.tape import TapePanel
from tests.feed_server import until
from tests.push_scene import INVERSE, LINEAR, NOW, PAIR, Scene, contract

D = Decimal


def rows(panel: TapePanel) -> list[list[Any]]:
    """What is told when it is told whole."""
    return list(panel.full()["rows"])


def test_trades_of_one_moment_and_side_are_one_row() -> None:
    """Count, size, the mean price by size to the tick, and the first one's id."""
    scene = Scene()
    scene.trade("70000.0", "1", number="7")
    scene.trade("70000.5", "2", number="8")
    scene.trade("70000.6", "1", "sell", number="9")
    panel = TapePanel(scene.sight, PAIR)
    panel.change()
    assert rows(panel) == [
        [scene.ms, "sell", "70000.6", "1.00000000", "70000.60", 1, "9", None, 0],
        [scene.ms, "buy", "70000.3", "3.00000000", "210001.00", 2, "7", None, 0],
    ]


def test_a_row_that_grew_is_told_again_with_its_id() -> None:
    """So that the browser replaces it; a new moment makes a new row."""
    scene = Scene()
    scene.trade("70000.0", "1", number="7")
    panel = TapePanel(scene.sight, PAIR)
    assert (panel.change() or [None])[0] == "full"
    assert panel.change() is None
    scene.trade("70000.1", "1", number="8")
    more = panel.change()
    assert more is not None
    assert [(row[6], row[5]) for row in more.body["rows"]] == [("7", 2)]
    moment = scene.ms
    scene.now += 0.001
    scene.trade("70000.2", "1", number="9", ms=moment)
    scene.trade("70000.2", "1", number="10")
    more = panel.change()
    assert more is not None
    assert [(row[6], row[5]) for row in more.body["rows"]] == [("10", 1), ("7", 3)]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(("buy", "sell")), st.integers(0, 3), st.integers(1, 500)), max_size=120))
def test_however_trades_are_put_together_none_is_lost(trades: list[tuple[str, int, int]]) -> None:
    """Sizes, counts and values of all rows are those of all trades, while they are fewer than 100 rows."""
    scene = Scene()
    panel = TapePanel(scene.sight, PAIR)
    panel.change()
    shown: dict[str, list[Any]] = {}
    moment = scene.ms
    for number, (side, later, size) in enumerate(trades):
        moment += later
        scene.trade("10.5", f"{size}", side, number=str(number), ms=moment)
        if number % 3 == 0 and (more := panel.change()):
            shown |= {row[6]: row for row in more.body["rows"]}
    if more := panel.change():
        shown |= {row[6]: row for row in more.body["rows"]}
    assert sum(D(row[3]) for row in shown.values()) == sum(size for _, _, size in trades)
    assert sum(row[5] for row in shown.values()) == len(trades)
    assert [shown[row[6]] for row in rows(panel)] == rows(panel)


@pytest.fixture
def reading() -> Iterator[Scene]:
    """A market whose last trades can be read."""
    scene = Scene()
    scene.market.start()
    yield scene
    scene.market.stop()


def traded(*numbers: int) -> tuple[Trade, ...]:
    """Trades with these ids, a ms apart by them."""
    begin = int(NOW * 1000)
    return tuple(Trade(PAIR, (begin + number) * 10**6, "buy", D(7), D(1), f"{number}") for number in numbers)


def ids(panel: TapePanel) -> list[str]:
    """Whose rows are told, newest first."""
    return [row[6] for row in rows(panel)]


def test_a_tape_begins_with_the_trades_before_it(reading: Scene) -> None:
    """Each once, whether it was read, heard, or both; a push that comes after the reading changes nothing."""
    reading.answer = traded(1, 2, 3, 4)
    reading.publish(*traded(3))
    panel = TapePanel(reading.sight, PAIR)
    assert panel.change() is not None
    until(lambda: panel.change() and len(ids(panel)) == 4)
    assert ids(panel) == ["4", "3", "2", "1"]
    reading.publish(*traded(4, 5))
    more = panel.change()
    assert more is not None
    assert (more.kind, [row[6] for row in more.body["rows"]]) == ("more", ["5"])
    assert reading.asked == [{"symbol": PAIR}]


def test_trades_that_look_the_same_are_as_many_as_there_were(reading: Scene) -> None:
    """Though they are told under other ids over REST, and some of them twice."""
    (one,) = traded(1)
    read = [msgspec.structs.replace(one, trade_id=f"read-{number}") for number in range(3)]
    heard = [msgspec.structs.replace(one, trade_id=f"heard-{number}") for number in range(5)]
    reading.answer = tuple(read)
    reading.publish(*heard[:2])
    panel = TapePanel(reading.sight, PAIR)
    until(lambda: panel.change() and rows(panel)[0][5] == 3)
    reading.publish(heard[2])
    assert panel.change() is None
    reading.publish(*heard[3:])
    panel.change()
    assert rows(panel)[0][5] == 5


def test_a_hole_in_the_tape_is_filled_when_the_line_is_back(reading: Scene) -> None:
    """What is older than the reading is kept from what was heard."""
    reading.answer = traded(1, 2)
    panel = TapePanel(reading.sight, PAIR)
    until(lambda: panel.change() and len(ids(panel)) == 2)
    reading.publish(*traded(3))
    reading.answer = traded(5, 6, 7)
    reading.line(FeedState.DOWN, "cut")
    reading.line(FeedState.LIVE)
    reading.publish(*traded(8))
    until(lambda: panel.change() and "6" in ids(panel))
    assert ids(panel) == ["8", "7", "6", "5", "3"]


def test_a_reading_that_fails_leaves_what_is_heard(reading: Scene) -> None:
    """And is tried again."""
    reading.answer = OutcomeUnknown("no readable answer")
    reading.publish(*traded(9))
    panel = TapePanel(reading.sight, PAIR)
    panel.change()
    until(lambda: reading.asked)
    panel.change()
    assert ids(panel) == ["9"]
    reading.answer = traded(8, 9)
    until(lambda: tick(reading) and panel.change() and ids(panel) == ["9", "8"])


def tick(scene: Scene) -> bool:
    """Let a moment pass."""
    scene.now += 0.5
    return True


def test_big_prints_are_told_by_the_symbols_own_turnover() -> None:
    """Of 100 million a day: big from 5,000, huge from 50,000; then everything is told anew."""
    scene = Scene()
    scene.trade("50000", "0.1", number="a")
    panel = TapePanel(scene.sight, PAIR)
    panel.change()
    assert (panel.full()["thresholds"], rows(panel)[0][8]) == (None, 0)
    scene.summary()
    scene.now += 1
    scene.trade("50000", "1", number="b")
    change = panel.change()
    assert change is not None
    assert change.kind == "full"
    assert change.body["thresholds"] == ["5000", "50000"]
    assert [row[8] for row in change.body["rows"]] == [2, 1]


def test_big_prints_of_inverse_contracts_are_told_by_their_volume_in_dollars() -> None:
    """Their turnover is in coins, and a print of a few dollars is not a big one."""
    traded = {"volume_24h": D(1_210_455), "turnover_24h": D("411.0442")}
    scene = Scene(contracts=[contract(INVERSE, **traded)])
    panel = TapePanel(scene.sight, INVERSE)
    panel.change()
    assert panel.full()["thresholds"] == ["50", "500"]


def test_lots_are_told_in_coins_and_in_value() -> None:
    """A linear lot is a share of a coin; an inverse one is a unit of the quote currency."""
    scene = Scene()
    scene.trade("70000", "30", symbol=LINEAR)
    linear = TapePanel(scene.sight, LINEAR)
    linear.change()
    assert rows(linear)[0][2:8] == ["70000.0", "30", "2100.00", 1, "1", "0.03"]
    assert (linear.full()["unit"], linear.full()["coin_per_lot"], linear.full()["coin"]) == (
        "contracts",
        "0.001",
        "BTC",
    )
    scene.trade("70000", "30", symbol=INVERSE)
    inverse = TapePanel(scene.sight, INVERSE)
    inverse.change()
    assert rows(inverse)[0][2:8] == ["70000.0", "30", "30.00", 1, "1", "0.00042857"]


def test_coins_of_inverse_trades_in_one_row_are_the_sum_of_each() -> None:
    """Not those of all lots at the mean price: 100 at 50,000 and 100 at 100,000 are 0.002 and 0.001."""
    scene = Scene()
    scene.trade("50000", "100", symbol=INVERSE)
    scene.trade("100000", "100", symbol=INVERSE)
    panel = TapePanel(scene.sight, INVERSE)
    panel.change()
    assert rows(panel)[0][2:8] == ["75000.0", "200", "200.00", 2, "1", "0.00300000"]


def test_what_the_tape_could_not_keep_is_counted() -> None:
    """After more than 500 trades between two looks."""
    scene = Scene()
    scene.trade("1", "1")
    panel = TapePanel(scene.sight, PAIR)
    panel.change()
    for number in range(620):
        scene.trade("1", "1", number=str(number), ms=scene.ms + number)
    more = panel.change()
    assert more is not None
    assert (more.body["missed"], len(more.body["rows"]), more.body["rows"][0][6]) == (120, 100, "619")


def test_a_quiet_symbol_on_a_live_line_is_not_old() -> None:
    """What comes steadily is its pulse; without it the last trade's age counts."""
    scene = Scene()
    scene.trade("1", "1")
    panel = TapePanel(scene.sight, PAIR)
    panel.change()
    scene.now += 30
    panel.change()
    assert panel.fresh() == (STALE, 30, "the exchange says nothing about it any more")
    scene.summary()
    assert panel.fresh() == (LIVE, 0, None)


def test_frozen_figures_are_old_however_often_they_come() -> None:
    """The exchange's own time of them counts."""
    scene = Scene()
    scene.summary()
    frozen = scene.hub.latest(Summary, PAIR)
    assert frozen is not None
    panel = TapePanel(scene.sight, PAIR)
    scene.now += 7
    scene.publish(frozen.value)
    assert panel.fresh()[:2] == (STALE, 7)


def test_a_line_that_is_back_is_catching_up_until_something_comes() -> None:
    """What came before it went is not the present."""
    scene = Scene()
    scene.summary()
    panel = TapePanel(scene.sight, PAIR)
    scene.line(FeedState.DOWN, "cut")
    scene.now += 1
    assert panel.fresh() == (CATCHING_UP, 1, "cut")
    scene.now += 1
    scene.line(FeedState.LIVE)
    assert panel.fresh() == (CATCHING_UP, 2, "the line is back, and nothing new came over it yet")
    scene.now += 0.5
    scene.summary()
    assert panel.fresh() == (LIVE, 0, None)
