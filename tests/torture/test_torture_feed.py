"""The long runs of the feeds. Run: pytest tests/torture/test_torture_feed.py -s

FEED_SEED repeats a run, FEED_SHARE (1 by default) makes every run shorter.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

from kucoin.book.books import Books
from kucoin.hub import Hub
from kucoin.model.credentials import Secret
from kucoin.model.feed import Token, Trade
from kucoin.stream.feed import Feed, FeedState, Manners
from kucoin.stream.protocol import Timing
from kucoin.stream.topics import Event
from tests.book_schedule import run
from tests.feed_server import Ear, FeedServer, match, until
from tests.feed_storm import no_books, storm
from tests.line_proxy import LineProxy

SEED = int(os.environ.get("FEED_SEED", str(time.time_ns() % 10**9)))
SHARE = float(os.environ.get("FEED_SHARE", "1"))
MATCHES = "/market/match:BTC-USDT"


def test_a_thousand_cuts_lose_no_private_event() -> None:
    """Five kinds of cuts, twenty orders a second."""
    storm(int(1000 * SHARE), SEED, within=2)


def test_ten_thousand_schedules_never_show_a_wrong_book_as_right() -> None:
    """Wrong and trusted: 0."""
    schedules = int(10_000 * SHARE)
    print(f"seed {SEED}: {schedules} schedules", flush=True)
    compared = sum(run(SEED + number) for number in range(schedules))
    print(f"{compared} comparisons of a trusted book, all equal")
    assert compared > schedules


def test_ten_thousand_malformed_frames_change_nothing() -> None:
    """Between them the good ones all arrive, over one connection, by one thread."""
    frames = int(10_000 * SHARE)
    print(f"seed {SEED}: {frames} malformed frames", flush=True)
    luck = random.Random(SEED)
    good = json.dumps(match(1))
    ear = Ear()
    with FeedServer() as server:
        feed = Feed("feed-test", server.token, ear, practice=True)
        feed.want([MATCHES])
        feed.start()
        until(lambda: feed.status.state is FeedState.LIVE)
        for number in range(frames):
            cut = luck.randrange(len(good))
            junk = "".join(chr(luck.choice((luck.randrange(32, 127), 0x1F600, 0x2028))) for _ in range(9))
            server.push(good[:cut] + junk + good[cut + luck.randrange(20) :] + "}")
            if number % 10 == 0:
                server.push(match(number))
        until(lambda: len(ear.events) == (frames + 9) // 10, 60)
        assert sum(feed.status.oddities.values()) == frames
        assert feed.status.dials == 1
        feed.stop()


def test_an_outage_of_half_an_hour_is_dialled_rarely_and_ends_soon() -> None:
    """At a twentieth of the time: at most 45 dials in 90 s, back within 3.25 s of the exchange's return."""
    seconds = 90 * SHARE
    print(f"seed {SEED}: {seconds:g} s", flush=True)
    manners = Manners(Timing().faster(1 / 20), first_pause=0.25, longest_pause=3.0)
    ear = Ear()
    with FeedServer(ping_interval=0.9, ping_timeout=0.5) as server, LineProxy(server.port) as line:
        feed = Feed("feed-test", lambda: server.token(line.port), ear, practice=True, manners=manners)
        feed.want([MATCHES])
        feed.start()
        until(lambda: feed.status.state is FeedState.LIVE)
        line.refuse = True
        line.cut()
        threading.Event().wait(seconds)
        assert feed.status.dials <= 45
        line.refuse = False
        returned = time.monotonic()
        until(lambda: feed.status.state is FeedState.LIVE)
        assert time.monotonic() - returned < 3.25 + 0.5
        print(f"{feed.status.dials} dials, back after {time.monotonic() - returned:.2f} s")
        feed.stop()


def resident() -> int:
    """The memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_five_thousand_messages_a_second_for_a_minute() -> None:
    """The 99th percentile of the lag from the server's send to the listener, and memory that does not grow."""
    seconds, rate = 60 * SHARE, 5000
    lags: list[float] = []

    def note(events: list[Event]) -> None:
        now = time.monotonic_ns()
        lags.extend((now - event.time) / 1e9 for event in events if isinstance(event, Trade))

    hub = Hub(Books(no_books))
    hub.listen("the stopwatch", note, Trade)
    command = [sys.executable, str(Path(__file__).parents[1] / "feed_load.py"), str(rate)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        feed = Feed(
            "feed-spot-public", lambda: Token(f"ws://127.0.0.1:{port}/", Secret("x"), 18, 10), hub, practice=True
        )
        feed.want([MATCHES])
        feed.start()
        until(lambda: len(lags) > rate)
        before, threads = resident(), threading.active_count()
        began = time.monotonic()
        worst = []
        while time.monotonic() - began < seconds:
            until(lambda: len(lags) > rate, 30)
            worst += sorted(lags)[-len(lags) // 100 :]
            lags.clear()
        grown = resident() - before
        counted = hub.tape("BTC-USDT").number
        took = time.monotonic() - began
        feed.stop()
        server.terminate()
    worst.sort()
    print(f"{counted / took:.0f} a second, lag p99 {worst[0] * 1000:.1f} ms, worst {worst[-1] * 1000:.1f} ms")
    print(f"memory {grown / 2**20:+.1f} MB, threads {threading.active_count() - threads:+d}")
    assert worst[0] < 0.05
    assert grown < 5 * 2**20
