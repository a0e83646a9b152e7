"""The long runs of the push socket. Run: pytest tests/torture/test_torture_push.py -s

PUSH_SHARE (1 by default) makes every run shorter.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kucoin.desk.desk import Desk
from kucoin.desk.upstream import Upstream
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from kucoin.web.live import Live
from kucoin.web.sight import Sight
from tests.conftest import Practice, start_practice
from tests.feed_server import until
from tests.push_scene import LINEAR, PAIR, Scene, pair
from tests.push_server import Page, PushServer, serving

SHARE = float(os.environ.get("PUSH_SHARE", "1"))
SPOT = (f"head:{PAIR}", f"tape:{PAIR}", f"ladder:{PAIR}:", f"depth:{PAIR}")
PANELS = (
    *SPOT,
    f"candles:{PAIR}:1min",
    f"head:{LINEAR}",
    f"tape:{LINEAR}",
    f"ladder:{LINEAR}:1",
    f"prices:{PAIR},{LINEAR}",
)


def resident() -> int:
    """The memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Running(Scene):
    """A scene whose clock goes."""

    now = property(lambda _: time.monotonic(), lambda _self, _value: None)  # type: ignore[assignment]  # goes by itself


def follow(page: Page, over: threading.Event) -> threading.Thread:
    """Have a page take whatever comes, without keeping it."""

    def run() -> None:
        while not over.is_set():
            page.take(0.2)
            page.kinds.clear()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_two_thousand_messages_a_second_for_ten_minutes() -> None:
    """With five pages open, memory grows by 5 MB at most after the first minute, and every page stays in step."""
    seconds, rate = 600 * SHARE, 2000
    luck = random.Random(7)
    scene = Running(pair())
    over = threading.Event()
    counted = 0
    with serving(Live(scene.sight)) as server:
        pages = [server.page(*SPOT) for _ in range(5)]
        taking = [follow(page, over) for page in pages]
        began = time.monotonic()
        before: int | None = None
        while (passed := time.monotonic() - began) < seconds:
            for _ in range(rate // 100):
                counted += 1
                price = f"{70000 + luck.randrange(-50, 50) / 10:.1f}"
                scene.trade(price, f"0.{luck.randrange(1, 999):03}", luck.choice(("buy", "sell")), number=str(counted))
            scene.quote(price, f"{float(price) + 0.1:.1f}", sequence=counted)
            levels = [(f"{70000 - step / 10 - 6:.1f}", f"{luck.random():.8f}") for step in range(200)]
            asks = [(f"{70000 + step / 10 + 6:.1f}", f"{luck.random():.8f}") for step in range(200)]
            scene.book(levels, asks, sequence=counted)
            if counted % rate == 0:
                scene.summary()
            if before is None and passed > seconds / 10:
                before = resident()
            over.wait(max(0.0, began + counted / rate - time.monotonic()))
        assert before is not None
        grown = resident() - before
        over.set()
        for thread in taking:
            thread.join()
        for page in pages:
            page.until(lambda each: each.bodies[SPOT[1]]["rows"][:90] == _rows(server, SPOT[1])[:90], 120)
            page.line.shutdown()
    print(f"{counted / seconds:.0f} messages a second for {seconds:.0f} s, memory {grown / 2**20:+.1f} MB")
    assert counted / seconds > rate * 0.9
    assert grown < 5 * 2**20


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Callable[[], Practice]]:
    """Start a practice exchange on the same two ports each time."""
    made: list[Practice] = []

    def start() -> Practice:
        ports = [base.rpartition(":")[2] for base in (made[0].spot, made[0].futures)] if made else ["0", "0"]
        made.append(start_practice(tmp_path, "--spot-port", ports[0], "--futures-port", ports[1]))
        return made[-1]

    yield start
    for exchange in made:
        if exchange.process.poll() is None:
            exchange.stop()


def dashboard(practice: Practice, stack: ExitStack) -> tuple[Desk, PushServer]:
    """Start a desk and its push socket."""
    exchange = Exchange(hosts.Hosts(practice.spot, practice.futures), PRACTICE_CREDENTIALS)
    upstream = Upstream(exchange, practice=True)
    desk = Desk(exchange, upstream, mode="practice", site="global", version="0", key_tail="0001")
    desk.start()
    stack.callback(desk.stop)
    sight = Sight(desk.hub, desk.feeds, desk.books, desk.market, desk.orders, desk.status)
    return desk, stack.enter_context(serving(Live(sight)))


def test_an_exchange_that_dies_is_seen_and_one_that_returns_as_well(shop: Callable[[], Practice]) -> None:
    """Killed: everything marked stale within 10 s, figures kept. Back: everything live within 15 s. Again and again."""
    rounds = max(1, int(5 * SHARE))
    practice = shop()
    with ExitStack() as stack:
        _, server = dashboard(practice, stack)
        page = server.page(*PANELS)
        page.until(lambda each: len(each.fresh) == len(PANELS) and each.states() == {"live"}, 60)
        for number in range(rounds):
            practice.kill()
            killed = time.monotonic()
            page.until(lambda each: each.states() == {"stale"}, 60)
            stale = time.monotonic() - killed
            assert page.bodies[f"head:{PAIR}"]["last"]
            assert page.bodies[f"ladder:{PAIR}:"]["bids"]
            practice = shop()
            returned = time.monotonic()
            page.until(lambda each: each.states() == {"live"}, 120)
            live = time.monotonic() - returned
            print(f"round {number}: all stale after {stale:.1f} s, all live after {live:.1f} s")
            assert stale <= 10
            assert live <= 15
        page.line.shutdown()


def test_a_thousand_pages_come_and_go(shop: Callable[[], Practice]) -> None:
    """Nothing is left of them: no socket, no topic, no thread, and no memory to speak of."""
    count = int(1000 * SHARE)
    with ExitStack() as stack:
        desk, server = dashboard(shop(), stack)
        until(lambda: desk.market.rules(PAIR) and desk.market.rules(LINEAR), 30)
        before: Any = None
        for number in range(count):
            with server.page(*PANELS) as page:
                page.until(lambda each: len(each.bodies) > 3)
            if number == count // 5:
                before = resident(), threading.active_count()
        until(lambda: not server.live.open)
        grown, threads = resident() - before[0], threading.active_count() - before[1]
        # The alerts go on hearing the mark prices of the positions, once each.
        until(lambda: desk.market.watched() == dict.fromkeys(desk.futures.view().symbols, 1), 60)
        print(f"{count} pages: memory {grown / 2**20:+.1f} MB, threads {threads:+d}")
        assert grown < 10 * 2**20
        assert threads <= 0


def _rows(server: PushServer, tape: str) -> list[Any]:
    """Return the rows that a tape shows now."""
    rows: list[Any] = server.live.glance(tape)[0]["rows"]
    return rows
