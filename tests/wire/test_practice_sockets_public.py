"""The public topics of the practice exchange, against its own REST answers."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from tests.conftest import Practice
from tests.practice_ear import Ear, Frame, listening

SPOT, FUTURES = "BTC-USDT", "XBTUSDTM"
Levels = dict[Decimal, Decimal]


class Copy:
    """A book that is kept from increments by KuCoin's rules."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.sequence = int(snapshot["sequence"])
        self.bids, self.asks = (
            {Decimal(str(price)): Decimal(str(size)) for price, size in snapshot[side]} for side in ("bids", "asks")
        )

    def put(self, side: Levels, price: str, size: str) -> None:
        """Set a level, or remove it."""
        if Decimal(size):
            side[Decimal(price)] = Decimal(size)
        else:
            side.pop(Decimal(price), None)

    def spot(self, data: dict[str, Any]) -> None:
        """Apply a spot update that has something new."""
        if data["sequenceEnd"] <= self.sequence:
            return
        assert data["sequenceStart"] <= self.sequence + 1
        for side, levels in (("bids", self.bids), ("asks", self.asks)):
            for price, size, sequence in data["changes"][side]:
                if int(sequence) > self.sequence:
                    self.put(levels, price, size)
        self.sequence = data["sequenceEnd"]

    def futures(self, data: dict[str, Any]) -> None:
        """Apply a futures update that has something new."""
        if data["sequence"] <= self.sequence:
            return
        assert data["sequence"] == self.sequence + 1
        price, side, size = data["change"].split(",")
        self.put(self.bids if side == "buy" else self.asks, price, size)
        self.sequence = data["sequence"]

    def best(self, depth: int) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
        """Return the best levels of both sides."""
        return sorted(self.bids.items(), reverse=True)[:depth], sorted(self.asks.items())[:depth]


def snapshot(exchange: Practice, *, futures: bool) -> dict[str, Any]:
    """Return the whole book as REST tells it."""
    if futures:
        found: dict[str, Any] = exchange.get(f"/api/v1/level2/snapshot?symbol={FUTURES}", futures=True).data
    else:
        found = exchange.get(f"/api/v3/market/orderbook/level2?symbol={SPOT}").data
    return found


@pytest.mark.parametrize("futures", [False, True])
def test_increments_carry_a_snapshot_on_to_the_next_one(practice: Practice, futures: bool) -> None:
    """Same sequence numbers, none missing; after a hundred changes and more the copy is the exchange's own book."""
    topic = f"/contractMarket/level2:{FUTURES}" if futures else f"/market/level2:{SPOT}"
    with listening(practice, topic, futures=futures) as ear:
        ear.data(topic)
        copy = Copy(snapshot(practice, futures=futures))
        apply, first = (copy.futures if futures else copy.spot), copy.sequence
        while copy.sequence < first + 100:
            apply(ear.data(topic)["data"])
        practice.clock(rate=0)
        truth = Copy(snapshot(practice, futures=futures))
        while copy.sequence < truth.sequence:
            apply(ear.data(topic)["data"])
        assert copy.sequence == truth.sequence
        assert copy.best(50) == truth.best(50)


def test_spot_topics_have_kucoins_subjects_and_fields(practice: Practice) -> None:
    """One frame of each, under the very topic that was subscribed to."""
    wanted = {
        f"/market/ticker:{SPOT}": ("trade.ticker", "bestAsk bestAskSize bestBid bestBidSize price sequence size time"),
        "/market/ticker:all": ("", "bestAsk bestAskSize bestBid bestBidSize price sequence size time"),
        f"/spotMarket/level1:{SPOT}": ("level1", "asks bids timestamp"),
        f"/spotMarket/level2Depth5:{SPOT}": ("level2", "asks bids timestamp"),
        f"/spotMarket/level2Depth50:{SPOT}": ("level2", "asks bids timestamp"),
        f"/market/level2:{SPOT}": ("trade.l2update", "changes sequenceEnd sequenceStart symbol time"),
        f"/market/match:{SPOT}": (
            "trade.l3match",
            "makerOrderId price sequence side size symbol takerOrderId time tradeId type",
        ),
        f"/market/candles:{SPOT}_1hour": ("trade.candles.update", "candles symbol time"),
        f"/market/snapshot:{SPOT}": ("trade.snapshot", "data sequence"),
        "/market/snapshot:BTC": ("trade.snapshot", "data sequence"),
        f"/indicator/markPrice:{SPOT}": ("tick", "granularity symbol timestamp value"),
        f"/indicator/index:{SPOT}": ("tick", "granularity symbol timestamp value"),
    }
    with listening(practice, *wanted) as ear:
        for topic, (subject, fields) in wanted.items():
            frame = ear.data(topic)
            assert frame["type"] == "message"
            assert subject in ("", frame["subject"])
            assert sorted(frame["data"]) == fields.split(), topic


def test_futures_topics_have_kucoins_subjects_and_fields(practice: Practice) -> None:
    """Likewise; those that carry a sequence carry it as ``sn`` too."""
    best = "bestAskPrice bestAskSize bestBidPrice bestBidSize"
    wanted = {
        f"/contractMarket/tickerV2:{FUTURES}": ("tickerV2", f"{best} sequence symbol ts"),
        f"/contractMarket/ticker:{FUTURES}": ("ticker", f"{best} price sequence side size symbol tradeId ts"),
        f"/contractMarket/level2:{FUTURES}": ("level2", "change sequence timestamp"),
        f"/contractMarket/level2Depth5:{FUTURES}": ("level2", "asks bids sequence timestamp ts"),
        f"/contractMarket/level2Depth50:{FUTURES}": ("level2", "asks bids sequence timestamp ts"),
        f"/contractMarket/execution:{FUTURES}": (
            "match",
            "makerOrderId price sequence side size symbol takerOrderId tradeId ts",
        ),
        f"/contractMarket/limitCandle:{FUTURES}_1min": ("candle.stick", "candles symbol time"),
        f"/contract/instrument:{FUTURES}": ("mark.index.price", "granularity indexPrice markPrice timestamp"),
        f"/contractMarket/snapshot:{FUTURES}": (
            "snapshot.24h",
            "highPrice lastPrice lowPrice price24HoursBefore priceChg priceChgPct symbol ts turnover volume",
        ),
    }
    with listening(practice, *wanted, futures=True) as ear:
        frames: dict[str, Frame] = {}
        while len(frames) < len(wanted) + 1:
            frame = ear.until(lambda frame: frame["type"] == "message")
            frames[frame["topic"] + (" funding" if frame["subject"] == "funding.rate" else "")] = frame
        for topic, (subject, fields) in wanted.items():
            assert frames[topic]["subject"] == subject
            assert sorted(frames[topic]["data"]) == fields.split(), topic
        assert frames[f"/contractMarket/level2:{FUTURES}"]["sn"] > 0
        funding = frames[f"/contract/instrument:{FUTURES} funding"]["data"]
        assert sorted(funding) == ["fundingRate", "granularity", "timestamp"]


def test_a_trade_has_one_id_pushed_and_read(practice: Practice) -> None:
    """Over REST it is called its sequence."""
    with listening(practice, f"/market/match:{SPOT}") as ear:
        pushed = ear.until(lambda frame: frame["type"] == "message")["data"]["tradeId"]
    assert pushed in {row["sequence"] for row in practice.public(f"/api/v1/market/histories?symbol={SPOT}").data}


def test_a_still_market_is_told_as_rest_tells_it(practice: Practice) -> None:
    """Ticker, depth, best prices, candle, 24 h figures: a new listener hears at once where things stand."""
    practice.clock(rate=0)
    rest = practice.public(f"/api/v1/market/orderbook/level1?symbol={SPOT}").data
    book = practice.public(f"/api/v1/market/orderbook/level2_100?symbol={SPOT}").data
    candle = practice.public(f"/api/v1/market/candles?symbol={SPOT}&type=1hour").data[0]
    stats = practice.public(f"/api/v1/market/stats?symbol={SPOT}").data
    topics = ("/market/ticker:{}", "/spotMarket/level2Depth50:{}", "/spotMarket/level1:{}", "/market/candles:{}_1hour")
    wanted = [topic.format(SPOT) for topic in (*topics, "/market/snapshot:{}")]
    told: dict[str, Any] = {}
    with listening(practice) as ear:
        for topic in wanted:
            ear.send("subscribe", topic)
        while told.keys() != set(wanted):  # each of them once, in whatever order
            frame = ear.until(lambda frame: frame.get("topic") in wanted)
            told[frame["topic"]] = frame["data"]
    heard = {topic: told[topic.format(SPOT)] for topic in (*topics, "/market/snapshot:{}")}
    ticker = heard[topics[0]]
    names = ("sequence", "price", "size", "bestBid", "bestBidSize", "bestAsk", "bestAskSize")
    assert {name: ticker[name] for name in names} == {name: rest[name] for name in names}
    assert heard[topics[1]]["bids"] == book["bids"][:50]
    assert heard[topics[1]]["asks"] == book["asks"][:50]
    assert heard[topics[2]]["bids"] == book["bids"][0]
    assert heard[topics[3]]["candles"] == candle
    day = heard["/market/snapshot:{}"]["data"]
    assert isinstance(day["high"], float | int)
    assert [float(stats[name]) for name in ("high", "low", "vol", "changePrice")] == [
        float(day[name]) for name in ("high", "low", "vol", "changePrice")
    ]


def test_a_list_is_told_symbol_by_symbol_and_ends_when_it_is_left(practice: Practice) -> None:
    """Data come under the single topics; after leaving one, only the other goes on."""
    with listening(practice, "/market/ticker:BTC-USDT,ETH-USDT") as ear:
        for symbol in ("BTC-USDT", "ETH-USDT"):
            ear.data(f"/market/ticker:{symbol}")
        assert ear.say("unsubscribe", "/market/ticker:ETH-USDT", response=True)["type"] == "ack"
        frames = [ear.until(lambda frame: frame["type"] == "message") for _ in range(5)]
        assert {frame["topic"] for frame in frames} == {"/market/ticker:BTC-USDT"}


def test_an_unknown_symbol_is_acknowledged_and_silent(practice: Practice) -> None:
    """The others go on."""
    with listening(practice, "/market/ticker:NO-SUCH", "/market/ticker:BTC-USDT") as ear:
        frames = [ear.until(lambda frame: frame["type"] == "message") for _ in range(5)]
        assert {frame["topic"] for frame in frames} == {"/market/ticker:BTC-USDT"}


def test_the_mark_comes_once_a_second(practice: Practice) -> None:
    """Each with the second's figures, as REST has them."""
    topic = f"/contract/instrument:{FUTURES}"
    with listening(practice, topic, futures=True) as ear:
        ear.data(topic, "mark.index.price")
        times = [ear.data(topic, "mark.index.price")["data"]["timestamp"] for _ in range(2)]
        while times[-1] - times[-2] != 1000:  # a busy machine may miss a second, but tells none twice
            assert times[-1] > times[-2]
            assert len(times) < 10
            times.append(ear.data(topic, "mark.index.price")["data"]["timestamp"])
        frame = ear.data(topic, "mark.index.price")["data"]
        rest = practice.public(f"/api/v1/mark-price/{FUTURES}/current", futures=True).data
        if rest["timePoint"] == frame["timestamp"]:
            assert (rest["value"], rest["indexPrice"]) == (frame["markPrice"], frame["indexPrice"])


def sequences(ear: Ear, topic: str, count: int) -> list[int]:
    """Return the first sequence numbers of some increments."""
    return [ear.data(topic)["data"]["sequence"] for _ in range(count)]


@pytest.mark.parametrize(("fault", "steps"), [("gap", {2}), ("repeat", {0}), ("swap", {2, -1}), ("overlap", {0})])
def test_faults_of_a_book_spoil_its_sequence(practice: Practice, fault: str, steps: set[int]) -> None:
    """Lost, twice, the wrong way round, the last one again: each is seen in the numbers, and then all is well."""
    topic = f"/contractMarket/level2:{FUTURES}"
    with listening(practice, topic, futures=True) as ear:
        before = sequences(ear, topic, 20)
        assert [after - one for one, after in pairwise(before)] == [1] * 19
        practice.faults({"name": fault, "path": topic, "host": "futures", "nth": 3, "times": 1})
        numbers = sequences(ear, topic, 2)
        while numbers[-1] - numbers[-2] == 1:
            numbers += sequences(ear, topic, 1)
            assert len(numbers) < 5_000, "the fault never came"
        seen = [after - one for one, after in pairwise(numbers + sequences(ear, topic, 60))]
        assert set(seen) - {1} == steps
        assert seen[-50:] == [1] * 50
