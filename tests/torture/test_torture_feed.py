"""The long runs of the feeds. Run: pytest tests/torture/test_torture_feed.py -s

FEED_SEED repeats a run, FEED_SHARE (1 by default) makes every run shorter.
"""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

import pytest

from kucoin.book.books import Books, Retries
from kucoin.hub import Hub
from kucoin.model.credentials import Secret
from kucoin.model.feed import BookChange, BookSnapshot, Token, Trade
from kucoin.stream.feed import Feed, FeedState
from kucoin.stream.topics import Event
from tests.book_schedule import run
from tests.feed_frames import malformed
from tests.feed_server import Ear, FeedServer, match, until
from tests.feed_sleeper import sleeper
from tests.feed_storm import HASTY, no_books, resident, slow_page, storm

SEED = int(os.environ.get("FEED_SEED", str(time.time_ns() % 10**9)))
SHARE = float(os.environ.get("FEED_SHARE", "1"))
MATCHES = "/market/match:BTC-USDT"


def test_a_thousand_cuts_lose_no_private_event() -> None:
    """Five kinds of cuts, twenty orders a second."""
    storm(int(1000 * SHARE), SEED, within=8)


def test_ten_thousand_schedules_never_show_a_wrong_book_as_right() -> None:
    """Wrong and trusted: 0."""
    schedules = int(10_000 * SHARE)
    print(f"seed {SEED}: {schedules} schedules", flush=True)
    compared = sum(run(SEED + number) for number in range(schedules))
    print(f"{compared} comparisons of a trusted book, all equal")
    assert compared > schedules


def test_ten_thousand_malformed_frames_change_nothing() -> None:
    """Between them the good ones all arrive, over one connection, by one thread; memory is flat."""
    frames = int(10_000 * SHARE)
    print(f"seed {SEED}: {frames} malformed frames", flush=True)
    luck = random.Random(SEED)
    ear = Ear()
    with FeedServer() as server:
        feed = Feed("feed-test", server.token, ear, practice=True)
        feed.want([MATCHES])
        feed.start()
        until(lambda: feed.status.state is FeedState.LIVE)
        for number in range(frames):
            if number == frames // 10:
                before = resident()
            server.push(malformed(luck))
            if number % 10 == 0:
                server.push(match(number))
        until(lambda: len(ear.events) == (frames + 9) // 10, 60)
        grown = resident() - before
        print(f"memory {grown / 2**20:+.1f} MB after the first tenth; {dict(feed.status.oddities)}")
        assert sum(feed.status.oddities.values()) == frames
        assert feed.status.dials == 1
        assert grown < 10 * 2**20
        feed.stop()


def test_messages_of_more_than_4_mb_leave_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    """Each costs the connection and no memory."""
    caplog.set_level("CRITICAL", "websockets.server")  # what it logs of a cut line would be kept, buffers and all
    ear = Ear()
    with FeedServer() as server:
        feed = Feed("feed-test", server.token, ear, practice=True, manners=HASTY)
        feed.want([MATCHES])
        feed.start()
        count = max(60, int(200 * SHARE))
        for number in range(count):
            until(lambda: feed.status.state is FeedState.LIVE)
            if number == count // 2:  # the server's own buffers, in this process too, have their size by then
                gc.collect()  # its dead connections are cycles that hold a message each
                before = resident()
            server.push(b"x" * (5 * 2**20))
            until(lambda: feed.status.dials == number + 2)  # noqa: B023 called at once
        until(lambda: feed.status.state is FeedState.LIVE)
        gc.collect()
        print(f"{feed.status.dials} dials, memory {(resident() - before) / 2**20:+.1f} MB in the second half")
        assert resident() - before < 50 * 2**20  # a hundred were 500 MB
        feed.stop()


def test_a_process_that_sleeps_is_live_5_s_after_waking() -> None:
    """At KuCoin's own intervals, however long it slept."""
    with FeedServer() as server, sleeper(server.port, 1) as process:
        for seconds in (12, 30, 75):
            took = process.sleep(max(12, seconds * SHARE))
            print(f"asleep for {max(12, seconds * SHARE):g} s, live {took:.2f} s after waking", flush=True)
            assert took <= 5


def test_old_snapshots_cost_no_memory() -> None:
    """Five minutes of a thousand updates a second that no snapshot fits to: as many as the buffer holds are kept."""
    updates = max(40_000, int(300_000 * SHARE))
    books = Books(lambda symbol: BookSnapshot(symbol, 1, (), (), complete=True), retries=Retries(pause=0.01, rest=0.1))
    books.add("BTC-USDT")
    books.start()
    row = (Decimal(99), Decimal(1))
    for sequence in range(10, updates):
        books.apply([BookChange("BTC-USDT", 1, sequence, sequence, [(*row, sequence)], [])], now=time.monotonic())
        if sequence == 20_000:
            before = resident()
    until(lambda: "snapshots did not help" in str(books.view("BTC-USDT")))
    print(f"{updates} updates, memory {(resident() - before) / 2**20:+.1f} MB after the buffer was full")
    assert resident() - before < 5 * 2**20
    books.stop()


def test_a_slow_page_costs_little_and_loses_no_private_event() -> None:
    """A session that looks at nothing for a minute."""
    grown = slow_page(60 * SHARE)
    print(f"memory {grown / 2**20:+.1f} MB")
    assert grown <= 30 * 2**20


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
