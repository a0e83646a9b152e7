"""A feed on real sockets: what it does when the line or the exchange misbehaves.

Intervals are KuCoin's own; where a test waits for one to pass, a twentieth. How long each is to the tenth of a second,
the tests of the conversation say, by a clock of theirs.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from kucoin.errors import StreamError
from kucoin.model.credentials import Secret
from kucoin.model.feed import Token
from kucoin.stream import line as line_module
from kucoin.stream.feed import Feed, FeedState, Manners
from kucoin.stream.frames import CLOSE, TEXT
from kucoin.stream.line import Line
from tests.feed_rig import CALM, FAST, MATCHES, heard
from tests.feed_server import Ear, FeedServer, match, until
from tests.feed_storm import open_files
from tests.line_proxy import LineProxy


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


def test_a_handshake_that_drips_is_given_up(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that keep coming and never become an answer hold the feed for 5 s, here a fifth of that, not for ever."""
    assert line_module._HANDSHAKE == 5
    monkeypatch.setattr(line_module, "_HANDSHAKE", 1.0)
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
        assert time.monotonic() - began > 0.8
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


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_line_in_slices_changes_nothing(
    step: int, line: LineProxy, server: FeedServer, ear: Ear, start: Callable[..., Feed]
) -> None:
    """Frames cut anywhere arrive whole."""
    line.slice = step
    start(MATCHES)
    server.push(*(match(number) for number in range(20)))
    until(lambda: heard(ear) == [str(number) for number in range(20)])
