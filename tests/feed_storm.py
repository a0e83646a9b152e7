"""Cuts in a storm of private events: nothing may be lost on the way to a session."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kucoin.book.books import Books
from kucoin.errors import NotSent
from kucoin.hub import Hub
from kucoin.model.feed import BookSnapshot, Token
from kucoin.model.feed_private import OrderChange
from kucoin.stream.feed import Feed, FeedState, Manners
from kucoin.stream.protocol import Timing
from kucoin.stream.topics import Event
from tests.feed_server import FeedServer, match, until
from tests.line_proxy import LineProxy

HASTY = Manners(Timing().faster(1 / 20), first_pause=0.02, longest_pause=0.25)


def no_books(symbol: str) -> BookSnapshot:
    """There is no exchange to ask."""
    raise NotSent(symbol)


def change(number: int) -> dict[str, Any]:
    """An order that was received, by number."""
    return {
        "topic": "/spotMarket/tradeOrdersV2",
        "type": "message",
        "subject": "orderChange",
        "data": {
            "symbol": "BTC-USDT",
            "side": "buy",
            "orderId": str(number),
            "type": "received",
            "status": "new",
            "orderTime": 1790000000000,
            "ts": 1790000000000000000,
        },
    }


class Session:
    """A session's list of orders: what was pushed, joined with the store whenever the inbox says so."""

    def __init__(self, hub: Hub, store: list[str]) -> None:
        self.orders: set[str] = set()
        self.rereads = 0
        self._inbox = hub.open_inbox()
        self._store = store

    def look(self) -> int:
        """Take in what came; return how many orders are known."""
        drained = self._inbox.drain()
        if drained.reread:
            self.rereads += 1
            self.orders.update(list(self._store))
        self.orders.update(event.order_id for event in drained.events if isinstance(event, OrderChange))
        return len(self.orders)


def open_files() -> int:
    """How many descriptors this process holds."""
    return len(list(Path("/proc/self/fd").iterdir()))


def resident() -> int:
    """The memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def connected(port: int) -> int:
    """How many sockets of this machine are connected to a local ``port`` and not closed on their own side."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    established, half_closed = "01", "08"
    return sum(row[2].endswith(f":{port:04X}") and row[3] in {established, half_closed} for row in rows)


def storm(
    cuts: int, seed: int, *, within: float, kinds: Iterable[str] = ("rst", "fin", "close", "silent", "inside")
) -> None:
    """Cut a private feed so often, in every way, while orders come.

    Fails where an order is missing at the end, where the feed is not live ``within`` s of the line's return, where it
    dials before its old socket is closed, and where it leaves threads or descriptors behind.
    """
    print(f"seed {seed}: {cuts} cuts", flush=True)
    luck = random.Random(seed)
    store: list[str] = []
    with FeedServer(ping_interval=0.9, ping_timeout=0.25) as server, LineProxy(server.port, seed=seed) as line:
        hub = Hub(Books(no_books))
        session = Session(hub, store)
        beside: list[int] = []  # sockets that were open when the next was dialled
        backs: list[float] = []

        def token() -> Token:
            beside.append(connected(line.port))
            return server.token(line.port)

        feed = Feed("feed-spot-private", token, hub, practice=True, private=True, manners=HASTY)
        feed.want(["/spotMarket/tradeOrdersV2", "/account/balance"])
        feed.start()
        until(lambda: feed.status.state is FeedState.LIVE)
        threads, descriptors = threading.active_count(), open_files()
        done = threading.Event()
        orders = threading.Thread(target=_trade, args=(server, store, done))
        orders.start()
        try:
            for _ in range(cuts):
                dials = feed.status.dials
                _cut(luck.choice(tuple(kinds)), line, server)
                until(lambda: feed.status.dials > dials, 20)  # noqa: B023 called at once
                line.silent_down, line.slice, line.delay = False, 0, 0.0
                back = time.monotonic()
                until(lambda: feed.status.state is FeedState.LIVE, 20)
                backs.append(time.monotonic() - back)
                session.look()
        finally:
            done.set()
            orders.join()
        print(f"{len(store)} orders, {len(beside)} dials, live within {max(backs):.2f} s of the line's return")
        until(lambda: session.look() == len(store), 20)
        assert session.orders == set(store)
        assert session.rereads > cuts * 0.5
        assert len(set(server.tokens_used)) == len(server.tokens_used)
        assert max(backs) <= within
        assert not any(beside)
        until(lambda: threading.active_count() <= threads)
        until(lambda: open_files() <= descriptors + 2)
        feed.stop()


def slow_page(seconds: float) -> int:
    """Push 2,000 trades and 100 orders a second while a session looks at nothing; return by how many bytes we grew.

    Fails where an order is missing at its next look, or where the trades that it missed are not told.
    """
    with FeedServer() as server:
        hub = Hub(Books(no_books))
        public = Feed("feed-spot-public", server.token, hub, practice=True)
        private = Feed("feed-spot-private", server.token, hub, practice=True, private=True)
        public.want(["/market/match:BTC-USDT"])
        private.want(["/spotMarket/tradeOrdersV2"])
        for feed in (public, private):
            feed.start()
        until(lambda: public.status.state is private.status.state is FeedState.LIVE)
        inbox = hub.open_inbox()
        inbox.drain()
        came: list[Event] = []
        hub.listen("the count", came.extend, OrderChange)
        before, began = resident(), time.monotonic()
        orders = trades = 0
        while (elapsed := time.monotonic() - began) < seconds:
            due = int(elapsed * 2000)
            server.push(*(match(number) for number in range(trades, due)))
            server.push(*(change(number) for number in range(orders, due // 20)))
            trades, orders = max(trades, due), max(orders, due // 20)
            threading.Event().wait(0.01)
        until(lambda: hub.tape("BTC-USDT").number == trades, 30)
        until(lambda: len(came) == orders, 30)
        grown = resident() - before
        drained = inbox.drain()
        told = [event.order_id for event in drained.events if isinstance(event, OrderChange)]
        stretch = hub.tape("BTC-USDT")
        print(f"{trades} trades, {orders} orders while nobody looked")
        assert told == [str(number) for number in range(orders)]
        assert not drained.reread
        assert stretch.missed == trades - len(stretch.trades)
        public.stop()
        private.stop()
    return grown


def _cut(kind: str, line: LineProxy, server: FeedServer) -> None:
    if kind == "close":
        server.drop(1001)
    elif kind == "silent":
        line.silent_down = True
    elif kind == "inside":
        line.slice, line.delay = 9, 0.002
        line.cut("fin")
    else:
        line.cut(kind)


def _trade(server: FeedServer, store: list[str], done: threading.Event) -> None:
    """Twenty orders a second: each is in the store before it is pushed, as on the exchange."""
    while not done.wait(0.05):
        number = len(store)
        store.append(str(number))
        server.push(change(number))
