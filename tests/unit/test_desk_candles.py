"""Candles of charts: read, carried on by pushes, read again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from kucoin.desk.candles import EARLIEST, Row, Series
from kucoin.errors import OutcomeUnknown
from kucoin.model.feed import Candle
from kucoin.model.order import Side
from kucoin.web.chart import CandlesPanel
from kucoin.web.sight import CATCHING_UP, LIVE
from tests.feed_server import until
from tests.push_scene import LINEAR, NOW, PAIR, Scene

START = int(NOW + 1000) // 60 * 60


def frame(*rows: Row) -> pd.DataFrame:
    """Candles as the client returns them."""
    index = pd.DatetimeIndex(pd.to_datetime([row[0] for row in rows], unit="s", utc=True), name="time")
    columns = ["open", "high", "low", "close", "volume"]
    return pd.DataFrame([row[1:] for row in rows], columns=columns, index=index, dtype="float64")


def row(minute: int, close: float = 10.0) -> Row:
    """A candle, so many minutes from the beginning."""
    return (START + minute * 60, 9.0, 12.0, 8.0, close, 1.5)


def push(scene: Scene, minute: int, close: str) -> None:
    """Have the candle under way come."""
    figures = [Decimal(figure) for figure in ("9", close, "12", "8", "1.5")]
    scene.publish(Candle(PAIR, scene.ms, "1min", START + minute * 60, *figures))


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A market whose candles are being read."""
    made = Scene()
    made.answer = frame(row(-2), row(-1), row(0))
    made.market.start()
    yield made
    made.market.stop()


def read(scene: Scene, symbol: str = PAIR) -> Series:
    """The series once it was read."""
    until(lambda: scene.market.candles.series(symbol, "1min").asked)
    return scene.market.candles.series(symbol, "1min")


def test_a_chart_is_read_once_and_carried_on_by_pushes(scene: Scene) -> None:
    """The candle under way replaces its like or comes at the end; an older one than those changes nothing."""
    assert read(scene).rows == (row(-2), row(-1), row(0))
    push(scene, 0, "11")
    assert read(scene).rows == (row(-2), row(-1), row(0, 11.0))
    push(scene, 1, "12")
    push(scene, 0, "11.5")
    assert read(scene).rows == (row(-2), row(-1), row(0, 11.5))
    push(scene, 1, "12")
    assert read(scene).rows == (row(-2), row(-1), row(0, 11.5), row(1, 12.0))
    push(scene, -7, "1")
    assert len(read(scene).rows) == 4
    assert len(scene.asked) == 1
    assert {"symbol": PAIR, "interval": "1min"}.items() <= scene.asked[0].items()


def test_contracts_are_asked_for_in_minutes(scene: Scene) -> None:
    """As their host wants it."""
    read(scene, LINEAR)
    assert {"symbol": LINEAR, "granularity": 1}.items() <= scene.asked[0].items()


def test_the_newest_candles_are_read_again_every_minute(scene: Scene) -> None:
    """And at once when the line is back; only those that may be missing."""
    first = read(scene)
    scene.answer = frame(row(0, 10.5), row(1))
    scene.now += 61
    until(lambda: len(read(scene).rows) == 4)
    assert read(scene).rows == (row(-2), row(-1), row(0, 10.5), row(1))
    assert read(scene).whole == first.whole + 1
    assert (scene.asked[1]["end"] - scene.asked[1]["start"]).total_seconds() < 600
    scene.market.candles.resync(futures=True)
    read(scene)
    scene.market.candles.resync(futures=False)
    until(lambda: scene.market.candles.series(PAIR, "1min") and len(scene.asked) == 3)


def test_a_candle_that_ended_is_read_once_more(scene: Scene) -> None:
    """Its last trades may not have been told; not at once, for the exchange needs a moment too."""
    read(scene)
    push(scene, 1, "12")
    read(scene)
    scene.now += 1.9
    read(scene)
    assert len(scene.asked) == 1
    scene.answer = frame(row(0, 10.75), row(1, 12.0))
    scene.now += 0.2
    until(lambda: row(0, 10.75) in read(scene).rows)
    assert len(scene.asked) == 2


def test_a_failed_reading_is_named_and_tried_again(scene: Scene) -> None:
    """What was known stays."""
    read(scene)
    scene.answer = OutcomeUnknown("no readable answer")
    scene.now += 61
    until(lambda: read(scene).problem)
    assert (read(scene).problem, len(read(scene).rows)) == ("no readable answer", 3)
    scene.answer = frame(row(0))
    scene.now += 6
    until(lambda: read(scene).problem is None)


def test_older_candles_come_with_an_end(scene: Scene) -> None:
    """The 500 before a moment; none means that there is nothing before."""
    found = scene.market.older(PAIR, "1min", START).result(10)
    assert (found.rows, found.end) == ((row(-2), row(-1), row(0)), False)
    assert scene.asked[-1]["start"].timestamp() == START - 500 * 60
    scene.answer = frame()
    assert scene.market.older(PAIR, "1min", START).result(10) == ((), True)
    scene.answer = OutcomeUnknown("no readable answer")
    with pytest.raises(OutcomeUnknown):
        scene.market.older(PAIR, "1min", START).result(10)


def test_a_time_without_trades_is_not_the_beginning(scene: Scene) -> None:
    """The exchange sends no candle where nobody traded, so ever longer times are asked for, to its own beginning."""
    old = [row(-3000 + each) for each in range(700)]

    def klines(**asked: Any) -> pd.DataFrame:
        scene.asked.append(asked)
        times = asked["start"].timestamp(), asked["end"].timestamp()
        return frame(*[each for each in old if times[0] <= each[0] <= times[1]][:500])  # the oldest of them

    scene.exchange.market.klines = klines
    found = scene.market.older(PAIR, "1min", START).result(10)
    assert (found.rows[-1], found.end) == (old[-1], False)
    scene.asked.clear()
    assert scene.market.older(PAIR, "1min", old[0][0]).result(10) == ((), True)
    assert len(scene.asked) < 10
    assert scene.asked[-1]["start"].timestamp() == EARLIEST


def test_a_spark_that_cannot_be_read_again_stays(scene: Scene) -> None:
    """One error does not wipe the line out."""
    until(lambda: scene.market.candles.spark(PAIR))
    scene.answer = OutcomeUnknown("no readable answer")
    scene.now += 901

    def asked_again() -> bool:
        scene.now += 1
        scene.market.candles.spark(PAIR)
        return len(scene.asked) == 3

    until(asked_again)
    assert scene.market.candles.spark(PAIR) == (10.0, 10.0, 10.0)


def test_a_spark_is_the_closes_of_a_day(scene: Scene) -> None:
    """By the hour, read once."""
    until(lambda: scene.market.candles.spark(PAIR))
    assert scene.market.candles.spark(PAIR) == (10.0, 10.0, 10.0)
    assert [asked["interval"] for asked in scene.asked] == ["1hour"]


def test_a_chart_tells_only_its_last_candles_until_its_past_changes(scene: Scene) -> None:
    """Then all of it."""
    panel = CandlesPanel(scene.sight, PAIR, "1min")
    first = panel.change()
    assert first is not None
    assert (first.kind, first.body["read"], panel.fresh().state) == ("full", False, CATCHING_UP)
    read(scene)
    whole = panel.change()
    assert whole is not None
    assert (whole.kind, len(whole.body["rows"]), whole.body["read"]) == ("full", 3, True)
    assert panel.change() is None
    push(scene, 0, "11")
    assert panel.change() == ("more", {"last": [row(0, 11.0)]})
    push(scene, 0, "11.5")
    read(scene)
    push(scene, 1, "12")
    assert panel.change() == ("more", {"last": [row(0, 11.5), row(1, 12.0)]})
    assert panel.fresh().state == LIVE
    scene.answer = frame(row(-2, 7.0), row(-1))
    scene.now += 61
    until(lambda: read(scene).rows[0] == row(-2, 7.0))
    again = panel.change()
    assert again is not None
    assert again.kind == "full"
    assert scene.own.looked_back == [PAIR]
    panel.close()


def test_own_trades_are_marked(scene: Scene) -> None:
    """When, which side, at what price, how much."""
    panel = CandlesPanel(scene.sight, PAIR, "1min")
    read(scene)
    panel.change()
    fill: Any = type("Fill", (), {"symbol": PAIR, "side": "buy", "price": Decimal("9.5"), "size": Decimal("0.1")})()
    fill.at = pd.Timestamp(START, unit="s", tz="UTC").to_pydatetime()
    scene.own.trades.append(fill)
    scene.own.generation += 1
    assert panel.change() == ("more", {"last": [], "fills": [[START * 1000, "buy", "9.5", "0.10000000"]], "orders": []})


def test_own_orders_are_told_by_price(scene: Scene) -> None:
    """What is left of them, the highest price first; orders at one price together, and none of another symbol."""
    panel = CandlesPanel(scene.sight, PAIR, "1min")
    read(scene)
    panel.change()
    for symbol, side, price in ((PAIR, Side.BUY, "9.5"), (PAIR, Side.SELL, "10.5"), (PAIR, Side.BUY, "9.5")):
        scene.own.place(symbol, side, price, Decimal("0.25"))
    scene.own.place(LINEAR, Side.BUY, "9.5", 4)
    orders = [["sell", "10.5", "0.25000000"], ["buy", "9.5", "0.50000000"]]
    assert panel.change() == ("more", {"last": [], "fills": [], "orders": orders})
    assert panel.full()["orders"] == orders
    scene.own.generation += 1
    assert panel.change() is None


def test_stopping_does_not_wait_for_a_reading_that_hangs() -> None:
    """Two seconds at most, however long the network takes."""
    scene = Scene()
    hangs, goes_on = threading.Event(), threading.Event()

    def klines(**_: Any) -> pd.DataFrame:
        hangs.set()
        goes_on.wait(30)
        return frame()

    scene.exchange.market.klines = klines
    scene.market.start()
    scene.market.candles.series(PAIR, "1min")
    assert hangs.wait(10)
    stopped = threading.Thread(target=scene.market.stop)
    stopped.start()
    stopped.join(20)
    assert not stopped.is_alive()
    goes_on.set()
