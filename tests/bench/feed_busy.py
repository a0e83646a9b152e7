"""How late trades come beside a thread that computes: ``feed_busy.py ours|bare INTERVAL PORT CERTIFICATE``.

INTERVAL is the interpreter's switch interval in s. Prints how many trades came, how many of them were missing, and the
median and the 99th percentile of the delay in ms.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import msgspec
import websocket

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kucoin.book.books import Books
from kucoin.errors import NotSent
from kucoin.hub import Hub
from kucoin.model.credentials import Secret
from kucoin.model.feed import BookSnapshot, Token, Trade
from kucoin.stream.feed import Feed
from kucoin.stream.topics import Event
from tests.bench.feed_read import HOST, lead_here

SECONDS = 10.0
WARMING = 2.0
came: list[tuple[int, float]] = []  # number and delay in s


def compute(over: threading.Event) -> None:
    """Be as busy as a page that draws without end."""
    while not over.is_set():
        sum(number * number for number in range(1000))


def no_books(symbol: str) -> BookSnapshot:
    """There is no exchange to ask."""
    raise NotSent(symbol)


def ours(port: int, certificate: str) -> None:
    """Read with our feed into a hub that tells a listener."""

    def note(events: list[Event]) -> None:
        now = time.monotonic_ns()
        came.extend((int(event.trade_id), (now - event.time) / 1e9) for event in events if isinstance(event, Trade))

    hub = Hub(Books(no_books))
    hub.listen("the stopwatch", note, Trade)
    lead_here(port, certificate)
    token = Token(f"wss://{HOST}/", Secret("x"), 18, 10)
    feed = Feed("feed-spot-public", lambda: token, hub, practice=False)
    feed.want(["/market/match:BTC-USDT"])
    feed.start()


def bare(port: int, certificate: str) -> None:
    """Read with the library, frame by frame, in a thread."""
    trust = {"ca_certs": certificate, "server_hostname": HOST}
    reader = websocket.create_connection(f"wss://127.0.0.1:{port}/", skip_utf8_validation=True, sslopt=trust)
    reader.send('{"id":1,"topic":"/market/match:BTC-USDT"}')

    def follow() -> None:
        while True:
            said = msgspec.json.decode(reader.recv())
            if said.get("type") == "message":
                data = said["data"]
                came.append((int(data["tradeId"]), (time.monotonic_ns() - int(data["time"])) / 1e9))

    threading.Thread(target=follow, daemon=True).start()


def main(name: str, interval: str, port: str, certificate: str) -> None:
    """Listen for a while and print what it was like."""
    sys.setswitchinterval(float(interval))
    {"ours": ours, "bare": bare}[name](int(port), certificate)
    over = threading.Event()
    threading.Thread(target=compute, args=(over,), daemon=True).start()
    over.wait(WARMING)
    came.clear()
    over.wait(SECONDS)
    over.set()
    heard = came[:]
    missing = heard[-1][0] - heard[0][0] + 1 - len(heard)
    delays = sorted(delay * 1000 for _, delay in heard)
    print(len(heard), missing, delays[len(delays) // 2], delays[-len(delays) // 100], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
