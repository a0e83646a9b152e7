"""Read a blast with our feed, or with the bare library: ``feed_read.py READER KIND COUNT HTTP SOCKET [CERTIFICATE]``.

Prints the s of CPU that this process spent from the start of the blast to its last message.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import websocket

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kucoin.book.books import Books
from kucoin.hub import Hub
from kucoin.model.credentials import Secret
from kucoin.model.feed import BookSnapshot, Token
from kucoin.stream import line
from kucoin.stream.feed import Feed
from tests.bench.feed_blast import FIRST, snapshot

HOST = "ws-api-spot.kucoin.com"
TOPICS = {"match": "/market/match:BTC-USDT", "level2": "/market/level2:BTC-USDT"}


def lead_here(port: int, certificate: str) -> None:
    """Have KuCoin's name lead to ``port`` here, and ``certificate`` trusted."""
    connect = socket.create_connection
    socket.create_connection = lambda _address, timeout: connect(("127.0.0.1", port), timeout)  # type: ignore[assignment]  # for this process alone
    line.DEFAULT_CA_BUNDLE_PATH = certificate


def go(http: int) -> None:
    """Let the blast begin."""
    with socket.socket() as caller:
        caller.connect(("127.0.0.1", http))
        caller.sendall(b"GET /go HTTP/1.0\r\n\r\n")
        caller.recv(4096)  # the answer: it was heard


def waited(condition: Callable[[], object]) -> None:
    """Wait without using the CPU."""
    while not condition():
        time.sleep(0.02)


def ours(kind: str, count: int, http: int, port: int, certificate: str) -> float:
    """Read into a hub; the books are kept and their best 50 levels read at the end."""
    told = snapshot()
    sides = [tuple((Decimal(price), Decimal(size)) for price, size in told[side]) for side in ("bids", "asks")]
    books = Books(lambda symbol: BookSnapshot(symbol, int(told["sequence"]), *sides, complete=True))
    hub = Hub(books)
    books.add("BTC-USDT")
    books.start()
    endpoint = f"wss://{HOST}/" if certificate else f"ws://127.0.0.1:{port}/"
    if certificate:
        lead_here(port, certificate)
    token = Token(endpoint, Secret("x"), 600, 100)
    feed = Feed("feed-spot-public", lambda: token, hub, practice=not certificate)
    feed.want([TOPICS[kind]])
    feed.start()

    def come_to() -> int:
        return hub.tape("BTC-USDT").number if kind == "match" else books.view("BTC-USDT").sequence or 0

    waited(lambda: come_to() == FIRST)
    started = time.process_time()
    go(http)
    waited(lambda: come_to() == count)
    spent = time.process_time() - started
    view = books.view("BTC-USDT")
    assert kind == "match" or (view.trusted and len(view.bids) == 50), view
    feed.stop()
    books.stop()
    return spent


def bare(_kind: str, count: int, http: int, port: int, certificate: str) -> float:
    """Read with the library, frame by frame, without its check for UTF-8, and decode into dicts."""
    trust = {"ca_certs": certificate, "server_hostname": HOST} if certificate else {}
    where = f"{'wss' if certificate else 'ws'}://127.0.0.1:{port}/"
    reader = websocket.create_connection(where, skip_utf8_validation=True, sslopt=trust)
    reader.send('{"id":1}')
    for _ in range(FIRST + 2):
        reader.recv()
    started = time.process_time()
    go(http)
    for _ in range(count - FIRST):
        msgspec.json.decode(reader.recv())
    return time.process_time() - started


def app(_kind: str, count: int, http: int, port: int, _certificate: str) -> float:
    """Read as the library's own guide does, and decode into dicts."""
    heard, started, ended = 0, 0.0, 0.0

    def take(reader: websocket.WebSocketApp, text: str) -> None:
        nonlocal heard, started, ended
        msgspec.json.decode(text)
        heard += 1
        if heard == FIRST + 2:
            started = time.process_time()
            go(http)
        elif heard == count + 2:
            ended = time.process_time()
            reader.close()

    websocket.WebSocketApp(
        f"ws://127.0.0.1:{port}/", on_open=lambda reader: reader.send('{"id":1}'), on_message=take
    ).run_forever()
    return ended - started


if __name__ == "__main__":
    name, kind, *numbers = sys.argv[1:]
    read = {"ours": ours, "bare": bare, "app": app}[name]
    print(read(kind, *(int(number) for number in numbers[:3]), numbers[3] if numbers[3:] else ""))
