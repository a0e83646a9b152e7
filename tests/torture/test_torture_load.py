"""Ten minutes of load with bursts, spot's trades beside the account's own orders. Run: make torture PART=load

LOAD_SHARE (1 by default) makes it shorter.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from kucoin.book.books import Books
from kucoin.hub import Hub, Inbox
from kucoin.model.credentials import Secret
from kucoin.model.feed import Token, Trade
from kucoin.model.feed_private import OrderChange
from kucoin.stream.feed import Feed
from kucoin.stream.topics import Event
from tests.feed_server import until
from tests.feed_storm import no_books

SECONDS = 600 * float(os.environ.get("LOAD_SHARE", "1"))
RATE, BURST = 2_000, 10_000  # a second; the burst lasts one second in ten
WARMING = 30.0  # s
LATE = 0.05  # s


class Stopwatch:
    """Follows the trades without keeping any: whether one is missing, and how late they come."""

    def __init__(self) -> None:
        self.number = self.late = self.missing = 0
        self.worst = 0.0

    def note(self, events: list[Event]) -> None:
        """Take what the hub tells."""
        now = time.monotonic_ns()
        for event in events:
            assert isinstance(event, Trade)
            self.missing += int(event.trade_id) - self.number
            self.number = int(event.trade_id) + 1
            lag = (now - event.time) / 1e9
            self.late += lag > LATE
            self.worst = max(self.worst, lag)


class Session:
    """Drains an inbox as a page does, without keeping any order."""

    def __init__(self, inbox: Inbox) -> None:
        self.number = self.missing = self.rereads = 0
        self._inbox = inbox

    def look(self) -> None:
        """Take in what came."""
        drained = self._inbox.drain()
        self.rereads += drained.reread
        for event in drained.events:
            assert isinstance(event, OrderChange)
            self.missing += int(event.order_id) - self.number
            self.number = int(event.order_id) + 1


def resident() -> int:
    """The memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def load() -> Iterator[int]:
    """A server process; its port."""
    command = [sys.executable, str(Path(__file__).parents[1] / "feed_load.py"), str(RATE), str(BURST)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.terminate()


def during(seconds: float, session: Session) -> None:
    """Look into the inbox twice a second."""
    over = time.monotonic() + seconds
    while time.monotonic() < over:
        session.look()
        threading.Event().wait(0.5)


def test_ten_minutes_with_bursts_lose_nothing_and_leave_nothing_behind() -> None:
    """No trade and no order missing, memory within 5 MB, the same threads over the same connections."""
    hub = Hub(Books(no_books))
    watch = Stopwatch()
    with load() as port, ExitStack() as stops:

        def token() -> Token:
            return Token(f"ws://127.0.0.1:{port}/", Secret("x"), 18, 10)

        hub.listen("the stopwatch", watch.note, Trade)
        session = Session(hub.open_inbox())
        feeds = [
            Feed("feed-spot-public", token, hub, practice=True),
            Feed("feed-spot-private", token, hub, practice=True, private=True),
        ]
        for feed, topic in zip(feeds, ("/market/match:BTC-USDT", "/spotMarket/tradeOrdersV2"), strict=True):
            stops.callback(feed.stop)
            feed.want([topic])
            feed.start()
        until(lambda: watch.number and hub.problem(futures=False, private=True) is None)
        during(WARMING, session)
        before, threads, rereads = resident(), threading.active_count(), session.rereads
        counted, watch.late, watch.worst, began = watch.number, 0, 0.0, time.monotonic()
        during(SECONDS, session)
        counted, took = watch.number - counted, time.monotonic() - began
        grown, more = resident() - before, threading.active_count() - threads
        print(f"{counted} trades in {took:.0f} s, {watch.late} later than 50 ms, the worst {watch.worst * 1000:.1f} ms")
        print(f"{session.number} orders, {session.missing} lost; memory {grown / 2**20:+.1f} MB, threads {more:+d}")
        assert watch.missing == session.missing == 0
        assert session.rereads == rereads
        assert counted > took * RATE
        assert session.number > took * 40
        assert grown <= 5 * 2**20
        assert more == 0
        assert [feed.status.dials for feed in feeds] == [1, 1]
