"""The conversation, by passed-in time."""

from __future__ import annotations

import json
import random
from contextlib import nullcontext
from typing import Any

import pytest

from kucoin.errors import InvalidRequest, StreamError
from kucoin.model.feed import Settlement, Trade
from kucoin.model.feed_private import Lost, OrderChange
from kucoin.stream.protocol import Conversation, Timing
from kucoin.stream.topics import symbol_of
from tests.feed_server import expanded, match

WELCOME = b'{"id":"1","type":"welcome"}'
MATCHES = "/market/match:BTC-USDT"
DEPTH = "/spotMarket/level2Depth50:BTC-USDT"


def pong() -> bytes:
    """An answer to a ping."""
    return b'{"id":"1","type":"pong","timestamp":1790113097236506}'


def ack(asked: dict[str, Any]) -> bytes:
    """An acknowledgement."""
    return json.dumps({"id": asked["id"], "type": "ack"}).encode()


def out(talk: Conversation, now: float) -> list[dict[str, Any]]:
    """What leaves now."""
    return [json.loads(text) for text in talk.outgoing(now)]


def welcomed(*topics: str, private: bool = False) -> Conversation:
    """A conversation at 0 s in which everything wanted was asked for and acknowledged."""
    talk = Conversation(Timing(), topics, now=0, private=private)
    talk.receive([WELCOME], now=0)
    talk.receive([ack(asked) for asked in out(talk, 0)], now=0)
    assert talk.settled
    return talk


@pytest.mark.parametrize(("silence", "dead"), [(9.9, False), (10.0, True)])
def test_a_late_pong_ends_the_connection(silence: float, dead: bool) -> None:
    """A connection lives exactly ping_timeout seconds without a pong, whatever else arrives."""
    talk = welcomed()
    talk.receive([json.dumps(match(1)).encode()], now=17)
    talk.receive([], now=18)
    assert [said["type"] for said in out(talk, 18)] == ["ping"]
    with pytest.raises(StreamError, match="no pong for 10 s") if dead else nullcontext():
        talk.receive([json.dumps(match(2)).encode()], now=18 + silence)


def test_a_second_ping_does_not_put_the_end_off() -> None:
    """The deadline counts from the oldest ping that was not answered."""
    talk = welcomed(MATCHES)
    talk.receive([json.dumps(match(1)).encode()], now=18)
    talk.receive([], now=23)
    assert [said["type"] for said in out(talk, 23)] == ["ping", "ping"]  # by the timer, then for the silence
    with pytest.raises(StreamError, match="no pong"):
        talk.receive([], now=28)


def test_a_busy_stream_is_pinged_on_time() -> None:
    """A ping leaves every 18 s though a message comes every 10 ms."""
    talk = welcomed(MATCHES)
    pings = []
    frame = json.dumps(match(1)).encode()
    for tick in range(1, 10_000):
        now = tick / 100
        talk.receive([frame], now=now)
        for said in out(talk, now):
            assert said["type"] == "ping"
            pings.append(now)
            talk.receive([pong()], now=now)
    assert pings == pytest.approx([18, 36, 54, 72, 90], abs=0.02)


def test_silence_is_asked_about_after_5_s_and_stale_after_9() -> None:
    """The idle probe: a ping at 5 s, stale at 9 s, and any frame makes it fresh again."""
    talk = welcomed()
    talk.receive([], now=4.9)
    assert out(talk, 4.9) == []
    talk.receive([], now=5.0)
    assert [said["type"] for said in out(talk, 5.0)] == ["ping"]
    talk.receive([], now=8.9)
    assert not talk.stale
    assert out(talk, 8.9) == []
    talk.receive([], now=9.0)
    assert talk.stale
    talk.receive([pong()], now=9.5)
    assert not talk.stale


def test_nothing_is_sent_before_the_welcome_and_none_ends_it() -> None:
    """KuCoin wants silence until it has said welcome; after 5 s without it the line is given up."""
    talk = Conversation(Timing(), [MATCHES], now=0)
    assert out(talk, 0) == []
    assert talk.due(0) == 5
    with pytest.raises(StreamError, match="no welcome for 5 s"):
        talk.receive([], now=5)


def test_private_topics_are_asked_for_first_and_symbols_are_joined() -> None:
    """One message names up to 100 symbols of a family; what the account needs comes first."""
    symbols = [f"/market/match:S{number}-USDT" for number in range(150)]
    talk = Conversation(Timing(), [*symbols, "/account/balance"], now=0)
    talk.receive([WELCOME], now=0)
    asked = out(talk, 0)
    assert [len(expanded(said["topic"])) for said in asked] == [1, 100, 50]
    assert asked[0]["topic"] == "/account/balance"
    assert [said["privateChannel"] for said in asked] == [True, False, False]
    assert all(said["response"] is True for said in asked)


def test_a_topic_without_ack_is_asked_for_again_and_then_marked() -> None:
    """The mark comes within 3 s and names the topic alone; a late message takes it away."""
    talk = Conversation(Timing(), [MATCHES, "/account/balance"], now=0)
    talk.receive([WELCOME], now=0)
    balance, _ = out(talk, 0)
    talk.receive([ack(balance)], now=0.1)
    talk.receive([], now=1.5)
    assert [said["topic"] for said in out(talk, 1.5)] == [MATCHES]
    assert not talk.problems
    talk.receive([], now=3.0)
    assert talk.problems == {MATCHES: "asked for twice and not acknowledged"}
    assert talk.settled
    (event,) = talk.receive([json.dumps(match(7)).encode()], now=4)
    assert isinstance(event, Trade)
    assert not talk.problems


def test_a_topic_without_ack_is_asked_for_again_until_there_is_one() -> None:
    """An exchange that was slow for a while leaves no mark behind."""
    talk = Conversation(Timing(), [MATCHES], now=0)
    talk.receive([WELCOME], now=0)
    for now in (0, 1.5, 3.0):
        talk.receive([], now=now)
        out(talk, now)
    assert MATCHES in talk.problems
    talk.receive([pong()], now=12.9)
    assert out(talk, 12.9) == []
    talk.receive([pong()], now=13.0)
    (asked,) = out(talk, 13.0)
    talk.receive([ack(asked)], now=13.1)
    assert not talk.problems


def test_a_steady_topic_that_stays_silent_is_marked() -> None:
    """An unknown symbol is acknowledged and then silent: 30 s later that is said. Trades may be silent."""
    talk = welcomed(DEPTH, MATCHES)
    for now in (0, 10, 20, 29.9):
        talk.receive([pong()], now=now)
        assert not talk.problems
    talk.receive([pong()], now=30)
    assert talk.problems == {DEPTH: "acknowledged, but silent for 30 s"}


def test_the_markets_list_decides_about_a_silent_topic() -> None:
    """Gone, listed but silent where that is no way to be, or simply quiet; whatever speaks again loses its mark."""
    gone, quiet = "/market/match:GONE-USDT", "/market/level2:BTC-USDT"
    talk = welcomed(gone, quiet, DEPTH)
    talk.receive([pong()], now=29.9)
    assert not talk.puzzled
    talk.receive([pong()], now=30)
    assert talk.puzzled
    talk.judge({"BTC-USDT"})
    assert talk.problems == {
        gone: "GONE-USDT is not listed any more",
        DEPTH: "BTC-USDT is listed, but silent for 30 s",
    }
    assert not talk.puzzled
    talk.receive([json.dumps(match(1, "GONE-USDT")).encode()], now=31)
    assert set(talk.problems) == {DEPTH}


def test_a_topic_that_falls_silent_later_is_asked_about_as_well() -> None:
    """A symbol may go while it is listened to; one that spoke a moment ago is not asked about."""
    talk = welcomed(MATCHES)
    for now in (20, 40):
        talk.receive([pong(), json.dumps(match(now)).encode()], now=now)
        assert not talk.puzzled
    talk.receive([pong()], now=60)
    assert not talk.puzzled  # it spoke at 40 s, so it is looked at after 70 s
    talk.receive([pong()], now=90)
    assert talk.puzzled
    talk.judge(set())
    assert talk.problems == {MATCHES: "BTC-USDT is not listed any more"}
    talk.judge({"BTC-USDT"})
    assert not talk.problems


@pytest.mark.parametrize(
    ("topic", "symbol"),
    [
        ("/market/match:BTC-USDT", "BTC-USDT"),
        ("/market/candles:BTC-USDT_1min", "BTC-USDT"),
        ("/contractMarket/limitCandle:XBTUSDTM_1hour", "XBTUSDTM"),
        ("/market/ticker:all", None),
        ("/market/snapshot:BTC", None),
        ("/indicator/index:USDT-BTC", None),
        ("/contract/instrument:.KXBT", None),
        ("/contract/announcement", None),
        ("/contractMarket/tradeOrders:XBTUSDTM", None),
    ],
)
def test_a_list_decides_only_about_what_stands_on_it(topic: str, symbol: str | None) -> None:
    """Neither all symbols nor a market, an index or an account is on the list of symbols."""
    assert symbol_of(topic) == symbol


def test_one_wrong_symbol_of_a_list_leaves_the_others_unharmed() -> None:
    """A refused list is asked for one by one."""
    topics = [f"/market/match:S{number}-USDT" for number in range(3)]
    talk = Conversation(Timing(), topics, now=0)
    talk.receive([WELCOME], now=0)
    (asked,) = out(talk, 0)
    refusal = {"id": asked["id"], "type": "error", "code": 404, "data": "topic does not exist"}
    talk.receive([json.dumps(refusal).encode()], now=0)
    single = out(talk, 0)
    assert [said["topic"] for said in single] == topics
    refusal["id"] = single[1]["id"]
    talk.receive([ack(single[0]), json.dumps(refusal).encode(), ack(single[2])], now=0)
    assert talk.problems == {topics[1]: "refused: topic does not exist (KuCoin code 404)"}
    assert talk.settled


def test_a_busy_exchange_is_asked_again_later() -> None:
    """Code 509 passes by itself: marked, and asked for again after 10 s."""
    talk = Conversation(Timing(), [MATCHES], now=0)
    talk.receive([WELCOME], now=0)
    (asked,) = out(talk, 0)
    refusal = {"id": asked["id"], "type": "error", "code": 509, "data": "exceed max permits per second"}
    talk.receive([json.dumps(refusal).encode()], now=0)
    assert MATCHES in talk.problems
    assert talk.settled
    talk.receive([pong()], now=9.9)
    assert not [said for said in out(talk, 9.9) if said["type"] == "subscribe"]
    talk.receive([pong()], now=10)
    (asked,) = [said for said in out(talk, 10) if said["type"] == "subscribe"]
    talk.receive([ack(asked)], now=10)
    assert not talk.problems


def test_never_more_than_90_messages_leave_in_10_s() -> None:
    """900 lone requests are paced below the limit of 100, pings included, and all of them leave."""
    topics = [f"/market/candles:S{number}-USDT_1min" for number in range(900)]
    talk = Conversation(Timing(), now=0)
    talk.receive([WELCOME], now=0)
    for topic in topics:
        talk.want([topic])
    sent: list[tuple[float, dict[str, Any]]] = []
    now = 0.0
    while now < 140:
        talk.receive([pong()], now=now)
        said = out(talk, now)
        talk.receive([ack(each) for each in said if each["type"] != "ping"], now=now)
        sent += [(now, each) for each in said]
        now += max(0.01, min(0.5, talk.due(now)))
    moments = [at for at, _ in sent]
    for start in moments:
        assert sum(start <= at < start + 10 for at in moments) <= 90
    assert sum(each["type"] == "subscribe" for _, each in sent) == 900
    assert talk.settled


@pytest.mark.parametrize(
    "error",
    [
        {"id": "1", "type": "error", "code": 401, "data": "token is invalid"},
        {"type": "error", "code": 400, "data": "ping timeout"},
    ],
)
def test_an_error_of_the_connection_ends_it(error: dict[str, Any]) -> None:
    """A refused token and a missed ping call for another connection."""
    talk = Conversation(Timing(), now=0)
    with pytest.raises(StreamError, match=str(error["data"])):
        talk.receive([json.dumps(error).encode()], now=0)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"NaN",
        b"\xff\xfe",
        b'{"type":7}',
        b'{"type":"surprise"}',
        b'{"type":"error","code":{},"data":[1,2]}',
        b'{"type":"ack"}',
        b'{"type":"message","topic":"/no/such:topic","data":{}}',
        b'{"type":"message","topic":"/market/match:BTC-USDT","data":null}',
        b'{"type":"message","topic":"/market/match:BTC-USDT","data":{"price":"NaN"}}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        json.dumps(match(1) | {"data": match(1)["data"] | {"price": "NaN"}}).encode(),
        json.dumps(match(1) | {"data": match(1)["data"] | {"price": "1e999999"}}).encode(),
        json.dumps(match(1) | {"data": match(1)["data"] | {"size": "Infinity"}}).encode(),
        json.dumps(match(1) | {"data": match(1)["data"] | {"time": "soon"}}).encode(),
    ],
)
def test_nonsense_is_counted_and_changes_nothing(frame: bytes) -> None:
    """Whatever comes, nothing is delivered and the next message is."""
    talk = welcomed(MATCHES)
    assert talk.receive([frame], now=1) == []
    (event,) = talk.receive([json.dumps(match(5)).encode()], now=1)
    assert isinstance(event, Trade)
    assert talk.settled


def test_an_unreadable_private_message_is_never_passed_over() -> None:
    """What it would have said has to be asked for."""
    talk = welcomed("/account/balance", private=True)
    frame = {"type": "message", "topic": "/account/balance", "subject": "account.balance", "data": {"total": "x"}}
    (event,) = talk.receive([json.dumps(frame).encode()], now=1)
    assert isinstance(event, Lost)


def test_messages_of_all_symbols_arrive_under_the_symbols_topic() -> None:
    """The published samples: all orders and positions come under a symbol, an announcement without one."""
    talk = welcomed("/contractMarket/tradeOrders", "/contract/announcement:XBTUSDTM", private=True)
    order = {
        "topic": "/contractMarket/tradeOrders:XBTUSDTM",
        "type": "message",
        "subject": "symbolOrderChange",
        "data": {"symbol": "XBTUSDTM", "side": "buy", "orderId": "1", "type": "open", "status": "open", "ts": 1},
    }
    begun = {
        "topic": "/contract/announcement",
        "subject": "funding.begin",
        "data": {"symbol": "XBTUSDTM", "fundingTime": 1551770400000, "fundingRate": -0.002966},
    }
    events = talk.receive([json.dumps(order).encode(), json.dumps(begun).encode()], now=1)
    assert [type(event) for event in events] == [OrderChange, Settlement]


def test_what_is_dropped_is_unsubscribed_and_not_delivered() -> None:
    """Late messages of a dropped topic go nowhere, and wanting it again asks again."""
    talk = welcomed(MATCHES)
    talk.drop([MATCHES])
    (asked,) = out(talk, 1)
    assert (asked["type"], asked["topic"]) == ("unsubscribe", MATCHES)
    assert talk.receive([json.dumps(match(1)).encode()], now=1) == []
    talk.want([MATCHES])
    assert [said["type"] for said in out(talk, 1)] == ["subscribe"]


def test_an_unknown_topic_is_refused_before_it_is_sent() -> None:
    """A misspelt topic would be answered by an error for a whole list."""
    with pytest.raises(InvalidRequest, match="'/market/snacks:BTC-USDT' is no topic"):
        Conversation(Timing(), ["/market/snacks:BTC-USDT"], now=0)


@pytest.mark.parametrize("seed", range(3))
def test_malformed_frames_never_harm_the_conversation(seed: int) -> None:
    """300 damaged frames each: no exception, the good ones between them all arrive, counts are bounded."""
    luck = random.Random(seed)
    print(f"seed {seed}")
    talk = welcomed(MATCHES)
    good = json.dumps(match(1)).encode()
    got = 0
    for _ in range(300):
        bad = bytearray(good)
        for _ in range(luck.randint(1, 20)):
            bad[luck.randrange(len(bad))] = luck.randrange(256)
        del bad[luck.randrange(len(bad)) :]
        got += len(talk.receive([bytes(bad), good], now=1))
    assert got == 300
    assert len(talk.oddities.counts) <= 51
