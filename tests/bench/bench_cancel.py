"""How long a cancel takes from the press to the wire while 5,000 trades a second come in. Run it with python.

The trades are pushed by a process of their own into the hub of the desk, the cancels go to a practice exchange. Printed
beside the same without a flood.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from kucoin.model.credentials import Secret  # noqa: E402 the path above comes first
from kucoin.model.feed import Token, Trade  # noqa: E402
from kucoin.rest.answer import Reply  # noqa: E402
from kucoin.rest.line import Line, Request  # noqa: E402
from kucoin.stream.feed import Feed  # noqa: E402
from kucoin.stream.topics import Event  # noqa: E402
from tests.cancel_rig import TRADER, Rig, cancels_of, place_one  # noqa: E402
from tests.conftest import start_practice  # noqa: E402
from tests.orders_desk import desk_of, until  # noqa: E402

RATE = 5000  # trades a second
CANCELS = 300
GOAL = 500.0  # ms
left: list[float] = []  # when cancels went to the wire, in s of the monotonic clock
came: list[int] = []  # how many trades came at a time


def watch_the_wire() -> None:
    """Note when a cancel is handed to the line, which is the last thing before its socket."""
    exchange = Line.exchange

    def noting(line: Line, request: Request) -> Reply:
        if request.method == "DELETE":
            left.append(time.monotonic())
        return exchange(line, request)

    Line.exchange = noting  # type: ignore[method-assign]  # a stopwatch: it sends all the same


@contextmanager
def flood(rig: Rig) -> Iterator[None]:
    """Push trades into the desk's hub as fast as they come."""
    command = [sys.executable, str(HERE.parent / "feed_load.py"), str(RATE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        token = Token(f"ws://127.0.0.1:{port}/", Secret("x"), 18, 10)
        feed = Feed("feed-spot-public", lambda: token, rig.desk.upstream.hub, practice=True)
        feed.want(["/market/match:BTC-USDT"])
        feed.start()
        until(lambda: came)
        yield
        feed.stop()
        server.terminate()


def measure(rig: Rig, name: str) -> None:
    """Cancel orders one after the other, and print what it took."""
    to_wire, to_end = [], []
    heard, began = sum(came), time.monotonic()
    for _ in range(CANCELS):
        order_id = place_one(rig, "spot")
        until(lambda order_id=order_id: rig.desk.is_open(order_id))
        left.clear()
        pressed = time.monotonic()
        rig.cancels.cancel(order_id, TRADER)
        told = rig.outcome(order_id)
        assert told.state == "cancelled", told
        to_wire.append((left[0] - pressed) * 1000)
        to_end.append((told.took or 0) * 1000)
    rate = (sum(came) - heard) / (time.monotonic() - began)
    print(
        f"{name:12} {rate:5.0f} trades/s: press to wire {median(to_wire):.1f} ms (median), {p99(to_wire):.1f} ms (99 %,"
        f" goal {GOAL:.0f}); press to known {median(to_end):.0f} ms, {p99(to_end):.0f} ms (99 %)",
        flush=True,
    )


def p99(values: list[float]) -> float:
    """What 99 of 100 are below."""
    return quantiles(values, n=100)[98]


def main() -> None:
    """Print one line without and one with the flood."""

    def count(events: list[Event]) -> None:
        came.append(len(events))

    watch_the_wire()
    with tempfile.TemporaryDirectory() as folder:
        floor = start_practice(Path(folder))
        floor.clock(rate=0)
        with desk_of(floor, every=30.0) as desk, cancels_of(desk) as rig:
            desk.upstream.hub.listen("the count", count, Trade)
            measure(rig, "quiet")
            with flood(rig):
                measure(rig, "flooded")
        floor.stop()


if __name__ == "__main__":
    main()
