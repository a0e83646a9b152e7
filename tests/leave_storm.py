"""Ways out pressed again and again while everything else is broken: when each thing left, and what it came to."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

from kucoin.decimals import floor_to
from kucoin.model.credentials import Secret
from kucoin.model.feed import Token, Trade
from kucoin.model.leaving import ItemState, Leaving, Way
from kucoin.model.order import FuturesStop, OrderType, Side, StopDirection, StopPriceType
from kucoin.rest.answer import Reply
from kucoin.rest.line import Line, Request
from kucoin.stream.feed import Feed
from kucoin.stream.topics import Event
from tests.leaving_rig import CONTRACTS, Scene, full
from tests.orders_desk import until
from tests.rest_trading import opening, resting
from tests.trading_rig import ME

RATE = 5_000  # pushed trades a second
_LOAD = Path(__file__).with_name("feed_load.py")


@dataclass
class Wire:
    """When cancels and orders went to the wire, in s of the monotonic clock, while they are watched."""

    left: dict[str, float] = field(default_factory=dict)  # by what was cancelled, and by the bodies of orders

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note what is handed to the line, which is the last thing before its socket."""
        exchange = Line.exchange

        def noting(line: Line, request: Request) -> Reply:
            path = urlsplit(request.url).path
            if request.method == "DELETE":
                self.left.setdefault(path.rpartition("/")[2], time.monotonic())
            elif request.method == "POST" and path == "/api/v1/orders" and request.body is not None:
                self.left.setdefault(request.body.decode(), time.monotonic())
            return exchange(line, request)

        Line.exchange = noting  # type: ignore[method-assign]  # a stopwatch: it sends all the same
        try:
            yield
        finally:
            Line.exchange = exchange  # type: ignore[method-assign]  # as it was

    def of(self, key: str, kind: str) -> float | None:
        """When an item first left: its cancel, or an order on its symbol that closes."""
        if kind == "order":
            return self.left.get(key)
        symbol = f'"symbol":"{key.split(maxsplit=1)[0]}"'
        return min((at for body, at in self.left.items() if symbol in body and "close" in body), default=None)


@dataclass
class Tally:
    """What a storm came to; times in ms from the press."""

    presses: int = 0
    items: int = 0
    to_wire: list[float] = field(default_factory=list)
    to_end: list[float] = field(default_factory=list)
    pushed: float = 0.0  # trades a second that came in meanwhile
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.presses} presses, {self.items} items, {self.pushed:,.0f} trades/s: press to wire"
            f" {median(self.to_wire):.1f} ms (median), {p99(self.to_wire):.1f} ms (99 %);"
            f" to the known end {median(self.to_end):.0f} ms, {p99(self.to_end):.0f} ms (99 %); wrong: {self.wrong}"
        )


def p99(values: list[float]) -> float:
    """What 99 of 100 are below."""
    return quantiles(values, n=100)[98]


@contextmanager
def flood(scene: Scene, came: list[int], rate: int = RATE) -> Iterator[None]:
    """Push trades into the desk's hub from a process of their own."""

    def count(events: list[Event]) -> None:
        came.append(len(events))

    scene.desk.hub.listen("the count", count, Trade)
    with subprocess.Popen(
        [sys.executable, str(_LOAD), str(rate)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        token = Token(f"ws://127.0.0.1:{server.stdout.readline().strip()}/", Secret("x"), 18, 10)
        feed = Feed("feed-spot-public", lambda: token, scene.desk.hub, practice=True)
        feed.want(["/market/match:BTC-USDT"])
        feed.start()
        until(lambda: came)
        yield
        feed.stop()
        server.terminate()


def storm(scene: Scene, chance: random.Random, presses: int, *, faults: bool, rate: int = RATE) -> Tally:
    """Press so many times with sockets dead, the disk full, new orders stopped and a flood coming in.

    Args:
        faults: Have answers lost, late or refused besides, which makes the times say nothing.
    """
    tally, wire, came = Tally(), Wire(), list[int]()
    with ExitStack() as broken:
        broken.enter_context(wire.watched())
        if rate:
            broken.enter_context(flood(scene, came, rate))
        scene.deafen()
        broken.enter_context(full(scene.journal))
        scene.desk.risk.stop_orders(ME)
        began, heard = time.monotonic(), sum(came)
        for _ in range(presses):
            _press(scene, chance, tally, wire, faults=faults)
        tally.pushed = (sum(came) - heard) / (time.monotonic() - began)
        scene.floor.clear_faults()
    return tally


def _press(scene: Scene, chance: random.Random, tally: Tally, wire: Wire, *, faults: bool) -> None:
    """Lay something out, leave it, and hold what was told against the truth."""
    way = chance.choice(list(Way))
    _lay_out(scene, chance)
    if not faults or chance.random() < 0.5:  # else it turns up in the lists
        _learn(scene)
    wire.left.clear()
    if faults:
        _disturb(scene, chance)
    pressed = time.monotonic()
    leaving = scene.desk.leaving.flatten(ME) if way is Way.FLATTEN else scene.desk.leaving.cancel_all(ME)
    done = scene.end(leaving)
    scene.floor.clear_faults()  # which fills the quotas again, too
    scene.deafen()
    _hold_against_truth(scene, done, tally)
    held = {item.key for item in done.items if "waiting for" in item.what and way is Way.FLATTEN}
    for item in done.items:
        at = wire.of(item.key, item.kind)
        if at is not None and item.key not in held:
            tally.to_wire.append((at - pressed) * 1000)
        elif item.state is ItemState.DONE and not faults and item.key not in held:
            tally.wrong.append(f"nothing was sent for {item}")
        if item.took is not None:
            tally.to_end.append(item.took * 1000)
    tally.presses += 1
    tally.items += len(done.items)


def _hold_against_truth(scene: Scene, done: Leaving, tally: Tally) -> None:
    """Whatever is told as done is gone, and nothing is there that was not told of."""
    truth = scene.truth
    lives = {*truth["orders"], *truth["stops"], *(f"{each['symbol']} {each['side']}" for each in truth["positions"])}
    futures = {f"{each['symbol']} {each['side']}" for each in truth["positions"]}
    ended = [item for item in done.items if item.state is ItemState.DONE]
    tally.wrong += [f"told as done, and there: {item}" for item in ended if item.key in lives]
    tally.wrong += [f"without an end: {item}" for item in done.items if item.state is ItemState.SENT or not item.words]
    told = {item.key for item in done.items}
    if not done.notes:
        missed = futures - told if done.way is Way.FLATTEN else {*truth["orders"], *truth["stops"]} - told
        tally.wrong += [f"not told of: {key} ({done.way})" for key in missed]


def _lay_out(scene: Scene, chance: random.Random) -> None:
    """Some positions, some orders, some that wait; all from elsewhere, so that the Desk has to learn of them."""
    for symbol in CONTRACTS:
        if chance.random() < 0.7:
            scene.buy(symbol, chance.randint(1, 60), chance.choice(list(Side)))
    kinds = chance.choices(("spot", "futures", "stop", "protecting"), k=chance.randint(1, 8))
    for kind in kinds:
        if kind == "spot":
            scene.elsewhere.spot_orders.place(resting(scene.floor))
        elif kind == "futures":
            scene.elsewhere.futures_orders.place(opening(scene.floor))
        elif kind == "stop":
            up = FuturesStop(direction=StopDirection.UP, price=_far(scene), price_type=StopPriceType.MP)
            order = opening(scene.floor, type=OrderType.MARKET, price=None, stop=up)
            scene.elsewhere.futures_orders.place(order)
        else:
            scene.protect()


def _far(scene: Scene) -> Decimal:
    mark = Decimal(scene.floor.state()["marks"][CONTRACTS[0]])
    return floor_to(mark * Decimal("1.3"), Decimal("0.001"))


def _learn(scene: Scene) -> None:
    """Have all that was laid out read, for no socket tells of it."""
    with scene.desk._exchange.hurried():
        for each in scene.desk.orders.lists():
            each.survey()
    scene.desk._accounts.look_again()
    until(scene.known)


def _disturb(scene: Scene, chance: random.Random) -> None:
    """Let some of the next requests fail, each in its own way."""
    places = (
        ("POST", "/api/v1/orders"),
        ("DELETE", "/api/v1/orders"),
        ("DELETE", "/api/v1/hf/orders"),
        ("GET", "/api/v1/"),
    )
    for _ in range(chance.randint(1, 3)):
        method, path = chance.choice(places)
        name = chance.choice(("lose_answer", "late_answer", "refuse_5xx", "accept_then_5xx", "http_429_bare"))
        scene.floor.faults({"name": name, "method": method, "path": path, "times": chance.randint(1, 4)})
