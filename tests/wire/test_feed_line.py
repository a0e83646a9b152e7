"""A feed on real sockets: what it does when the line or the exchange misbehaves.

Intervals are KuCoin's own; where a test waits for one to pass, a twentieth. How long each is to the tenth of a second,
the tests of the conversation say, by a clock of theirs.
"""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from kucoin.book.books import Books
from kucoin.errors import NotSent, StreamError
from kucoin.hub import Hub
from kucoin.model.credentials import Secret
from kucoin.model.feed import Token, Trade
from kucoin.model.feed_private import Lost
from kucoin.stream.feed import Feed, FeedState, FeedStatus, Manners
from kucoin.stream.frames import CLOSE, TEXT
from kucoin.stream.line import Line
from kucoin.stream.protocol import Timing
from kucoin.stream.topics import Event
from tests.feed_frames import malformed
from tests.feed_server import Ear, FeedServer, match, until
from tests.feed_sleeper import sleeper
from tests.feed_storm import no_books, open_files
from tests.line_proxy import LineProxy

CALM = Manners(first_pause=0.25, token_timing=False)
FAST = Manners(Timing().faster(1 / 20), first_pause=0.25, longest_pause=3.0)
MATCHES = "/market/match:BTC-USDT"


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A server whose tokens ask for pings at a twentieth of the time."""
    with FeedServer(ping_interval=0.9, ping_timeout=0.5) as running:
        yield running


@pytest.fixture
def line(server: FeedServer) -> Iterator[LineProxy]:
    """A line to it that can be spoilt."""
    with LineProxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def ear() -> Ear:
    """Who listens."""
    return Ear()


@pytest.fixture
def start(server: FeedServer, line: LineProxy, ear: Ear) -> Iterator[Callable[..., Feed]]:
    """Start feeds over the line; stopped after the test."""
    with ExitStack() as stops:

        def make(*topics: str, manners: Manners = CALM, live: bool = True, **options: object) -> Feed:
            feed = Feed(
                "feed-test",
                lambda: server.token(line.port),
                ear,
                practice=True,
                manners=manners,
                **options,  # type: ignore[arg-type]  # options of Feed
            )
            stops.callback(feed.stop)
            feed.want(topics)
            feed.start()
            if live:
                until(lambda: feed.status.state is FeedState.LIVE)
            return feed

        yield make


def heard(ear: Ear) -> list[str]:
    """The ids of the trades that came."""
    return [event.trade_id for event in ear.events if isinstance(event, Trade)]


def test_what_is_pushed_arrives_typed(server: FeedServer, ear: Ear, start: Callable[..., Feed]) -> None:
    """From a frame to a value, in order, with the time it was received."""
    start(MATCHES)
    server.push(*(match(number) for number in range(1000)))
    until(lambda: len(ear.events) == 1000)
    assert heard(ear) == [str(number) for number in range(1000)]
    assert abs(ear.received[-1] - time.monotonic()) < 5


def test_a_busy_stream_is_pinged_and_never_cut(server: FeedServer, ear: Ear, start: Callable[..., Feed]) -> None:
    """Beyond the time after which the server cuts a silent client, pings leave whatever arrives."""
    server.cut_after = 3.0
    start(MATCHES, manners=FAST)
    until(lambda: server.push(match(1)) and len(server.asked("ping")) >= 4, 20)
    assert server.cuts == 0
    pings = [at for at, said in zip(server.said_at, server.said, strict=True) if said["type"] == "ping"]
    gaps = [later - sooner for sooner, later in pairwise(pings)]
    assert max(gaps) <= 0.9 + 1
    assert FeedState.DOWN not in ear.states


def test_whoever_listens_is_told_that_a_line_is_well(server: FeedServer, ear: Ear, start: Callable[..., Feed]) -> None:
    """Once in a while and without a change, so that a feed that hangs is found out by the clock."""
    start(MATCHES)
    assert ear.status is not None
    told = ear.status.heard_at
    until(lambda: server.push(match(1)) and ear.status is not None and ear.status.heard_at != told)
    assert ear.states == [FeedState.DIALLING, FeedState.OPEN, FeedState.LIVE]


def test_a_silent_line_is_probed_called_stale_and_replaced(
    line: LineProxy, server: FeedServer, ear: Ear, start: Callable[..., Feed]
) -> None:
    """Half-open, so nothing ends the socket: only the clock tells."""
    feed = start(MATCHES, manners=FAST)
    line.silent_down = True
    until(lambda: FeedState.STALE in ear.states, 10)
    until(lambda: FeedState.DOWN in ear.states, 30)
    line.silent_down = False
    until(lambda: feed.status.state is FeedState.LIVE)
    assert server.topics[MATCHES] >= 1


def test_without_pongs_the_connection_is_replaced(server: FeedServer, ear: Ear, start: Callable[..., Feed]) -> None:
    """Data alone does not prove that the exchange hears us."""
    start(MATCHES, manners=FAST)
    server.no_pong = True
    until(lambda: server.push(match(1)) is not None and FeedState.DOWN in ear.states)
    assert ear.status is not None
    assert "no pong for 0.5 s" in str(ear.status.problem)


@pytest.mark.parametrize("kind", ["rst", "fin", "close", "handshake", "welcome", "inside"])
def test_after_any_cut_everything_is_heard_again(
    kind: str, line: LineProxy, server: FeedServer, ear: Ear, start: Callable[..., Feed]
) -> None:
    """A new token, a dial, all topics, private ones first, within 8 s of the line being back."""
    manners = FAST if kind == "welcome" else CALM
    feed = start(MATCHES, "/market/match:ETH-USDT", "/account/balance", manners=manners)
    used = len(server.tokens_used)
    if kind == "close":
        server.drop(1001)
    elif kind == "handshake":
        line.stall = True
        line.cut()
        until(lambda: line.dials >= 2)
        line.cut()
        line.stall = False
    elif kind == "welcome":
        server.no_welcome = True
        line.cut()
        until(lambda: len(server.tokens_used) > used)
        server.no_welcome = False
    elif kind == "inside":
        line.slice = 20
        line.delay = 0.01
        server.push(match(1))
        line.cut("fin")
        line.slice, line.delay = 0, 0.0
    else:
        line.cut(kind)
    back = time.monotonic()
    until(lambda: FeedState.DOWN in ear.states and feed.status.state is FeedState.LIVE)
    assert time.monotonic() - back < 8
    until(lambda: server.topics[MATCHES] == server.topics["/account/balance"] == 1)
    asked = [said["topic"] for said in server.asked("subscribe")]
    assert asked[-2] == "/account/balance"
    server.push(match(77))
    until(lambda: heard(ear)[-1:] == ["77"])
    assert len(set(server.tokens_used)) == len(server.tokens_used)


def frame(opcode: int, payload: bytes) -> bytes:
    """A whole frame as a server sends it."""
    return bytes([0x80 | opcode, 126]) + len(payload).to_bytes(2, "big") + payload


def test_what_came_with_the_end_of_a_connection_is_heard(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message and the goodbye in one piece, on a line that takes nothing any more: it came, so it is delivered."""
    ours, theirs = socket.socketpair()
    welcome, said, goodbye = b'{"type":"welcome"}', json.dumps(match(7)).encode(), (1000).to_bytes(2, "big") + b"Bye"
    theirs.sendall(frame(TEXT, welcome) + frame(TEXT, said) + frame(CLOSE, goodbye))
    theirs.close()
    monkeypatch.setattr(Line, "dial", lambda _, waker, **__: Line(ours, waker))
    manners = Manners(first_pause=60)  # nothing is dialled but this line
    feed = Feed("feed-test", lambda: Token("", Secret(""), 18, 10), ear, practice=True, manners=manners)
    feed.want([MATCHES])
    feed.start()
    try:
        until(lambda: FeedState.DOWN in ear.states)
        assert heard(ear) == ["7"]
    finally:
        feed.stop()


def test_a_closed_line_says_so_after_its_last_messages() -> None:
    """What is read first is what was said first; the reason follows."""
    ours, theirs = socket.socketpair()
    waker, _ = socket.socketpair()
    with ours, theirs, waker, _:
        theirs.sendall(frame(TEXT, b"one") + frame(TEXT, b"two") + frame(CLOSE, (1001).to_bytes(2, "big") + b"Bye"))
        line = Line(ours, waker)
        assert line.read(5) == [b"one", b"two"]
        with pytest.raises(StreamError, match="closed the connection: 1001 Bye"):
            line.read(5)


def test_a_handshake_that_drips_is_given_up(ear: Ear) -> None:
    """Bytes that keep coming and never become an answer hold the feed for 5 s, not for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        ended = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                while not ended.wait(0.05):
                    connection.send(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        token = Token(f"ws://127.0.0.1:{port}/", Secret("x"), 18, 10)
        feed = Feed("feed-test", lambda: token, ear, practice=True)
        feed.start()
        began = time.monotonic()
        until(lambda: FeedState.DOWN in ear.states, 30)
        assert time.monotonic() - began > 4
        assert "no agreement with 127.0.0.1" in str(feed.status.problem)
        ended.set()
        thread.join()
        feed.stop()


def test_no_welcome_is_given_up(server: FeedServer, ear: Ear, start: Callable[..., Feed]) -> None:
    """A server that never says welcome is dialled anew."""
    server.no_welcome = True
    start(live=False, manners=FAST)
    until(lambda: ear.status is not None and "no welcome" in str(ear.status.problem))
    server.no_welcome = False
    until(lambda: FeedState.LIVE in ear.states)


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
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    luck = random.Random(seed)
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
    until(lambda: FeedState.DOWN in ear.states)
    until(lambda: feed.status.state is FeedState.LIVE)
    assert feed.status.dials == 2


def test_a_process_that_was_stopped_begins_anew(server: FeedServer) -> None:
    """It finds out by its clock, though the line is sound, and is live within 5 s of waking."""
    with sleeper(server.port, 1 / 20) as process:
        assert process.sleep(1.5) <= 5


def test_cuts_leak_neither_threads_nor_descriptors(
    line: LineProxy, server: FeedServer, ear: Ear, start: Callable[..., Feed]
) -> None:
    """Twelve cuts of two kinds: one thread, a token a dial, never two live connections."""
    feed = start(MATCHES, manners=replace(CALM, first_pause=0.05, longest_pause=0.05))
    descriptors = open_files()
    for number in range(12):
        line.cut("rst" if number % 2 else "fin")
        until(lambda: feed.status.dials == number + 2 and feed.status.state is FeedState.LIVE)  # noqa: B023 called at once
    assert len([each for each in threading.enumerate() if each.name == "feed-test"]) == 1
    until(lambda: line.alive == 1)
    until(lambda: open_files() <= descriptors + 2)
    assert len(server.tokens_used) == len(set(server.tokens_used)) == 13


def test_topics_come_and_go_while_it_runs(server: FeedServer, ear: Ear, start: Callable[..., Feed]) -> None:
    """Wanted and dropped without another dial."""
    feed = start(MATCHES)
    feed.want(["/market/match:ETH-USDT"])
    until(lambda: server.topics["/market/match:ETH-USDT"] == 1)
    feed.drop([MATCHES])
    until(lambda: server.topics[MATCHES] == 0)
    assert feed.status.dials == 1


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_line_in_slices_changes_nothing(
    step: int, line: LineProxy, server: FeedServer, ear: Ear, start: Callable[..., Feed]
) -> None:
    """Frames cut anywhere arrive whole."""
    line.slice = step
    start(MATCHES)
    server.push(*(match(number) for number in range(20)))
    until(lambda: heard(ear) == [str(number) for number in range(20)])
