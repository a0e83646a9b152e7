"""A feed on real sockets: what it makes of answers and messages that are not as they should be, and how it ends."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest

from kucoin.book.books import Books
from kucoin.errors import NotSent
from kucoin.hub import Hub
from kucoin.model.credentials import Secret
from kucoin.model.feed import Token, Trade
from kucoin.model.feed_private import Lost
from kucoin.stream.feed import Feed, FeedState, FeedStatus
from kucoin.stream.topics import Event
from tests.feed_frames import malformed
from tests.feed_rig import FAST, MATCHES, heard
from tests.feed_server import Ear, FeedServer, match, until
from tests.feed_sleeper import sleeper
from tests.feed_storm import no_books
from tests.line_proxy import LineProxy


def test_a_topic_without_ack_is_marked_and_harms_no_other(
    server: FeedServer, ear: Ear, start: Callable[..., Feed]
) -> None:
    """Asked twice, then marked; the other topic goes on."""
    server.no_ack.add("/market/candles:BTC-USDT_1min")
    feed = start(MATCHES, "/market/candles:BTC-USDT_1min", manners=FAST)
    assert "not acknowledged" in feed.status.topics["/market/candles:BTC-USDT_1min"]
    assert MATCHES not in feed.status.topics
    server.push(match(1))
    until(lambda: heard(ear) == ["1"])


def test_a_refused_topic_is_marked_with_kucoins_reason(server: FeedServer, start: Callable[..., Feed]) -> None:
    """The page can say why a figure is missing."""
    server.refuse["/account/balance"] = (403, "login is required")
    feed = start("/account/balance", MATCHES)
    assert feed.status.topics == {"/account/balance": "refused: login is required (KuCoin code 403)"}


def test_malformed_frames_leave_the_feed_alive(server: FeedServer, ear: Ear, start: Callable[..., Feed]) -> None:
    """Counted, and the connection stays; the good message behind them arrives."""
    feed = start(MATCHES)
    luck = random.Random(8)
    for _ in range(200):
        server.push(malformed(luck))
    server.push(match(5))
    until(lambda: heard(ear) == ["5"])
    assert sum(feed.status.oddities.values()) == 200
    assert ear.states.count(FeedState.LIVE) == 1


def test_a_message_too_large_ends_the_connection(server: FeedServer, ear: Ear, start: Callable[..., Feed]) -> None:
    """It is refused by its announced size, and the next connection is sound."""
    feed = start(MATCHES)
    server.push(b"x" * (5 * 1024 * 1024))
    until(lambda: FeedState.DOWN in ear.states)
    until(lambda: feed.status.state is FeedState.LIVE)


def test_an_unreadable_private_message_is_told(server: FeedServer, ear: Ear, start: Callable[..., Feed]) -> None:
    """Whoever joins the facts must know that one is missing."""
    start("/account/balance", private=True)
    server.push({"type": "message", "topic": "/account/balance", "data": {"total": []}})
    until(lambda: any(isinstance(event, Lost) for event in ear.events))


@pytest.mark.parametrize("trouble", ["live", "asking", "dialling", "pausing", "silent", "unstarted"])
def test_stop_returns_in_any_state(
    trouble: str, line: LineProxy, server: FeedServer, ear: Ear, start: Callable[..., Feed]
) -> None:
    """Within 2 s, and the thread is gone soon after."""
    answered = threading.Event()
    if trouble == "unstarted":
        feed = Feed("feed-test", server.token, ear, practice=True)
    elif trouble == "asking":

        def token() -> Token:
            answered.wait(10)
            return server.token()

        feed = Feed("feed-test", token, ear, practice=True)
        feed.start()
        until(lambda: feed.status.dials)
    elif trouble == "dialling":
        line.stall = True
        feed = start(live=False)
        until(lambda: line.dials)
    else:
        feed = start(MATCHES)
        if trouble == "pausing":
            line.refuse = True
            line.cut()
            until(lambda: feed.status.state is FeedState.DOWN)
        elif trouble == "silent":
            line.silent_up = line.silent_down = True
    began = time.monotonic()
    feed.stop()
    assert time.monotonic() - began < 2
    answered.set()
    line.stall = False
    line.cut()
    until(lambda: not [each for each in threading.enumerate() if each.name == "feed-test"])


def test_the_token_never_shows(line: LineProxy, ear: Ear, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the status nor in the log, whatever goes wrong with the dial."""
    line.refuse = True
    secret = "canary-token"  # a value to look for

    def token() -> Token:
        return Token(f"ws://127.0.0.1:{line.port}/", Secret(secret), 18, 10)

    feed = Feed("feed-test", token, ear, practice=True, manners=FAST)
    feed.start()
    until(lambda: feed.status.dials >= 2)
    feed.stop()
    assert "127.0.0.1" in str(feed.status.problem)
    assert secret not in f"{feed.status} {caplog.text} {token()!r}"


@pytest.mark.parametrize("hang", [0.0, 3.05, 13.05])
@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_an_exchange_gone_for_half_an_hour_is_dialled_rarely_and_met_soon(
    jitter: float, hang: float, server: FeedServer
) -> None:
    """By a clock of the test: at most 45 dials in 30 min, live within 65 s of the return, however long a dial hangs."""
    dials = outage(server, jitter, 1800, hang)
    assert 25 < sum(at <= 1800 for at in dials) <= 45
    late = dials[-2] + 0.01  # the worst moment to come back: a dial has just begun in vain
    assert outage(server, jitter, late, hang)[-1] - late <= 65


def outage(server: FeedServer, jitter: float, back: float, hang: float) -> list[float]:
    """Dial an exchange that is gone until ``back``, and return when; each dial takes ``hang`` s to fail."""
    clock, dials = [0.0], []

    def token() -> Token:
        dials.append(clock[0])
        if clock[0] < back:
            clock[0] += hang
            raise NotSent("no exchange")
        return server.token()

    def rest(seconds: float) -> None:
        assert 3 <= seconds <= 60
        clock[0] += seconds

    def now() -> float:
        return clock[0]

    feed = Feed("feed-test", token, Ear(), practice=True, monotonic=now, wall=now, rand=lambda: jitter, rest=rest)
    feed.want([MATCHES])
    feed.start()
    until(lambda: feed.status.state is FeedState.LIVE)
    assert feed.status.problem is None
    feed.stop()
    return dials


def test_a_dial_is_a_pause_away_from_the_last(ear: Ear) -> None:
    """The pauses are kept in earnest, and grow."""

    def token() -> Token:
        raise NotSent("no exchange")

    feed = Feed("feed-test", token, ear, practice=True, manners=FAST, rand=lambda: 1.0)
    feed.start()
    began = time.monotonic()
    until(lambda: feed.status.dials >= 4)  # after 0.25 + 0.5 + 1 s
    assert time.monotonic() - began > 1.6
    assert feed.status.problem == "no exchange"
    feed.stop()


def test_a_listener_that_breaks_costs_the_connection_not_the_feed(
    server: FeedServer, line: LineProxy, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours is logged, and everything is asked for anew."""

    class Broken(Ear):
        def publish(self, events: list[Event], *, received: float) -> None:
            super().publish(events, received=received)
            if len(self.events) == 1:
                raise ZeroDivisionError

        def changed(self, status: FeedStatus) -> None:
            super().changed(status)
            raise ZeroDivisionError

    ear = Broken()
    feed = Feed("feed-test", lambda: server.token(line.port), ear, practice=True, manners=FAST)
    feed.want([MATCHES])
    feed.start()
    until(lambda: feed.status.state is FeedState.LIVE)
    server.push(match(1))
    until(lambda: feed.status.dials == 2 and feed.status.state is FeedState.LIVE)
    server.push(match(2))
    until(lambda: heard(ear) == ["1", "2"])
    feed.stop()


def test_a_listener_that_breaks_harms_nobody_else(server: FeedServer, line: LineProxy) -> None:
    """On the hub it is marked, the line stays, and the others hear everything."""

    def broken(events: list[Event]) -> None:
        raise ZeroDivisionError

    hub = Hub(Books(no_books))
    trades: list[Event] = []
    bad = hub.listen("the table", broken, Trade)
    hub.listen("the tape", trades.extend, Trade)
    feed = Feed("feed-spot-public", lambda: server.token(line.port), hub, practice=True)
    feed.want([MATCHES])
    feed.start()
    until(lambda: feed.status.state is FeedState.LIVE)
    server.push(*(match(number) for number in range(100)))
    until(lambda: len(trades) == 100)
    assert str(bad.problem).startswith("the table broke")
    assert feed.status.dials == 1
    feed.stop()


def test_a_process_that_slept_begins_anew(server: FeedServer, ear: Ear, start: Callable[..., Feed]) -> None:
    """A jump of the wall clock means that nobody knows what was missed."""
    jump = [0.0]
    feed = start(MATCHES, wall=lambda: time.time() + jump[0])
    jump[0] = 3600.0
    server.push(match(1))  # it looks at its clock when something comes, or after 5 s of silence
    until(lambda: FeedState.DOWN in ear.states)
    until(lambda: feed.status.state is FeedState.LIVE)
    assert feed.status.dials == 2


def test_a_process_that_was_stopped_begins_anew(server: FeedServer) -> None:
    """It finds out by its clock, though the line is sound, and is live within 5 s of waking."""
    with sleeper(server.port, 1 / 20) as process:
        assert process.sleep(1.5) <= 5


def test_topics_come_and_go_while_it_runs(server: FeedServer, ear: Ear, start: Callable[..., Feed]) -> None:
    """Wanted and dropped without another dial."""
    feed = start(MATCHES)
    feed.want(["/market/match:ETH-USDT"])
    until(lambda: server.topics["/market/match:ETH-USDT"] == 1)
    feed.drop([MATCHES])
    until(lambda: server.topics[MATCHES] == 0)
    assert feed.status.dials == 1
