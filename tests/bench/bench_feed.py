"""CPU per pushed message, from the socket to the hub, beside the bare library. Run it with python.

A process of its own blasts frames that were encoded before. Printed: µs of CPU of the reading process per message, the
minimum of some rounds, and the ratio to websocket-client read frame by frame and decoded with msgspec.
"""

from __future__ import annotations

import base64
import hashlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import websocket

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from kucoin.book.books import Books  # noqa: E402 the path above comes first
from kucoin.hub import Hub  # noqa: E402
from kucoin.model.credentials import Secret  # noqa: E402
from kucoin.model.feed import BookSnapshot, Token  # noqa: E402
from kucoin.stream.feed import Feed  # noqa: E402

MESSAGES = 200_000
ROUNDS = 4
_ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def frame(text: str) -> bytes:
    """Write a text frame as a server does."""
    payload = text.encode()
    head = bytes([0x81, len(payload)]) if len(payload) < 126 else bytes([0x81, 126]) + len(payload).to_bytes(2, "big")
    return head + payload


def match(number: int) -> str:
    """A trade."""
    return (
        '{"topic":"/market/match:BTC-USDT","type":"message","subject":"trade.l3match","data":{"makerOrderId":'
        f'"671b5007389355000701b1d3","price":"{67000 + number % 100}.{number % 10}","sequence":"{number}","side":"buy",'
        '"size":"0.00312345","symbol":"BTC-USDT","takerOrderId":"671b50161777ff00074c168d","time":'
        f'"17298432229210{number:05}","tradeId":"{number}","type":"match"}}}}'
    )


def level2(number: int) -> str:
    """An update of one level, far from the best on either side, with the best moving at times."""
    bid = number % 2
    price = (67000 - number * 7 % 200) if bid else (67001 + number * 7 % 200)
    row = f'["{price}.5","{number % 3}.1427","{number}"]'
    sides = f'"asks":[],"bids":[{row}]' if bid else f'"asks":[{row}],"bids":[]'
    return (
        '{"topic":"/market/level2:BTC-USDT","type":"message","subject":"trade.l2update","data":{"changes":{'
        f'{sides}}},"sequenceEnd":{number},"sequenceStart":{number},"symbol":"BTC-USDT","time":1729816425625}}}}'
    )


def serve(kind: str) -> None:
    """Accept connections for ever; to each, say welcome and blast all messages."""
    make = {"match": match, "level2": level2}[kind]
    frames = b"".join(frame(make(number)) for number in range(1, MESSAGES + 1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(4096)
            lines = request.decode().split("\r\n")
            key = next(line[19:] for line in lines if line.lower().startswith("sec-websocket-key"))
            accept = base64.b64encode(hashlib.sha1((key + _ACCEPT).encode()).digest()).decode()  # noqa: S324 RFC 6455
            head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            connection.sendall(f"{head}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
            connection.sendall(frame('{"id":"1","type":"welcome"}'))
            connection.recv(4096)  # the subscription: the reader is ready
            connection.sendall(frames)
            threading.Thread(target=_hold, args=(connection,), daemon=True).start()


def _hold(connection: socket.socket) -> None:
    with connection:
        while connection.recv(4096):
            pass


def ours(port: int, topic: str) -> float:
    """Read all messages into a hub; return the s of CPU."""
    half, one = Decimal("0.5"), Decimal(1)
    bids = tuple((67000 - step + half, one) for step in range(1, 200))
    asks = tuple((67001 + step + half, one) for step in range(200))
    books = Books(lambda symbol: BookSnapshot(symbol, 0, bids, asks, complete=True))
    hub = Hub(books)
    books.add("BTC-USDT")
    books.start()
    while (view := books.view("BTC-USDT")) is None or not view.bids:
        time.sleep(0.05)
    feed = Feed("feed-spot-public", lambda: Token(f"ws://127.0.0.1:{port}/", Secret("x"), 18, 10), hub, practice=True)
    feed.want([topic])
    started = time.process_time()
    feed.start()
    while hub.tape("BTC-USDT").number < MESSAGES and (books.view("BTC-USDT") or view).sequence != MESSAGES:
        time.sleep(0.05)
    spent = time.process_time() - started
    found = books.view("BTC-USDT")
    assert topic.startswith("/market/match") or (found is not None and found.trusted and len(found.bids) == 50), found
    feed.stop()
    books.stop()
    return spent


def bare(port: int, _: str) -> float:
    """Read them with the library, frame by frame, and decode them."""
    line = websocket.create_connection(f"ws://127.0.0.1:{port}/", skip_utf8_validation=True)
    line.recv()
    started = time.process_time()
    line.send("{}")
    for _ in range(MESSAGES):
        msgspec.json.decode(line.recv())
    spent = time.process_time() - started
    line.close()
    return spent


def measure(kind: str, topic: str) -> None:
    """Print one comparison."""
    command = [sys.executable, __file__, "--serve", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        best: dict[str, float] = {}
        for _ in range(ROUNDS):
            for name, reader in readers.items():
                best[name] = min(best.get(name, 1e9), reader(port, topic) / MESSAGES * 1e6)
        server.terminate()
    for name, spent in best.items():
        ratio = spent / best["bare websocket-client"]
        print(f"{kind:8} {name:24} {spent:7.2f} µs a message, {ratio:.2f} of the bare library")


readers: dict[str, Callable[[int, str], float]] = {"feed to hub": ours, "bare websocket-client": bare}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2])
    measure("match", "/market/match:BTC-USDT")
    measure("level2", "/market/level2:BTC-USDT")
