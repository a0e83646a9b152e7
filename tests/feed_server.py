"""A socket server that talks as KuCoin's do, with switches for what they do wrong. It knows no market."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from kucoin.model.credentials import Secret
from kucoin.model.feed import Token
from kucoin.stream.feed import FeedState, FeedStatus
from kucoin.stream.topics import Event


def until(condition: Callable[[], object], seconds: float = 30.0, *, every: float = 0.005) -> Any:
    """Wait for ``condition`` to hold and return what it said; fail the test where it does not in time.

    Args:
        every: Seconds between two looks, more where each costs requests.
    """
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(every)
    return found


class FeedServer:
    """Welcomes, acknowledges and answers pings; pushes what a test tells it to.

    Switches: no_welcome, no_ack (topics), no_pong, refuse ({topic: (code, text)}), cut_after (s without a message of
    the client, as KuCoin counts).
    """

    def __init__(
        self, *, ping_interval: float = 18.0, ping_timeout: float = 10.0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.no_welcome = self.no_pong = False
        self.no_ack: set[str] = set()
        self.refuse: dict[str, tuple[int, str]] = {}
        self.cut_after: float | None = None
        self.said: list[dict[str, Any]] = []
        self.said_at: list[float] = []
        self.tokens_given: list[str] = []
        self.tokens_used: list[str] = []
        self.most_alive = 0
        self.cuts = 0
        self.topics: Counter[str] = Counter()  # heard by whoever is connected
        self._ping = (ping_interval, ping_timeout)
        self._connections: set[ServerConnection] = set()
        self._lock = threading.Lock()
        self._server = serve(
            self._talk, "127.0.0.1", 0, compression=None, ping_interval=None, close_timeout=0.2, ssl=tls
        )
        self.port: int = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self.drop()
        self._thread.join(5)
        until(lambda: not self._connections)

    def token(self, port: int | None = None, kind: str = "public") -> Token:
        """Give a new token for this server, or for a line that leads to it."""
        with self._lock:
            token = f"{kind}-{len(self.tokens_given)}"
            self.tokens_given.append(token)
        return Token(f"ws://127.0.0.1:{port or self.port}/", Secret(token), *self._ping)

    def push(self, *messages: str | bytes | dict[str, Any]) -> int:
        """Send ``messages`` to everybody; return how many that were."""
        texts = [json.dumps(each) if isinstance(each, dict) else each for each in messages]
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with contextlib.suppress(ConnectionClosed):
                for text in texts:
                    connection.send(text, text=True)
        return len(connections)

    def drop(self, code: int = 1000) -> None:
        """Close every connection in order."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.close(code)

    def asked(self, kind: str) -> list[dict[str, Any]]:
        """What clients said of one type."""
        return [said for said in list(self.said) if said.get("type") == kind]

    def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        query = parse_qs(urlsplit(connection.request.path).query)
        with self._lock:
            self.tokens_used.append(query["token"][0])
            self._connections.add(connection)
            self.most_alive = max(self.most_alive, len(self._connections))
        heard: set[str] = set()
        try:
            if not self.no_welcome:
                connection.send(json.dumps({"id": query["connectId"][0], "type": "welcome"}))
            while True:
                said = json.loads(connection.recv(timeout=self.cut_after))
                with self._lock:
                    self.said.append(said)
                    self.said_at.append(time.monotonic())
                self._answer(connection, said, heard)
        except TimeoutError:
            self.cuts += 1
            connection.close(1000, "Bye")
        except ConnectionClosed:
            pass
        finally:
            with self._lock:
                self._connections.discard(connection)
                self.topics.subtract(heard)

    def _answer(self, connection: ServerConnection, said: dict[str, Any], heard: set[str]) -> None:
        number = said["id"]
        if said["type"] == "ping":
            if not self.no_pong:
                connection.send(json.dumps({"id": number, "type": "pong", "timestamp": 1}))
            return
        topics = expanded(said["topic"])
        for topic, (code, text) in self.refuse.items():
            if topic in topics:
                connection.send(json.dumps({"id": number, "type": "error", "code": code, "data": text}))
                return
        if self.no_ack.intersection(topics):
            return
        change = set(topics) - heard if said["type"] == "subscribe" else set(topics) & heard
        with self._lock:
            (self.topics.update if said["type"] == "subscribe" else self.topics.subtract)(change)
        heard ^= change
        connection.send(json.dumps({"id": number, "type": "ack"}))


def expanded(topic: str) -> list[str]:
    """Return a comma list as single topics."""
    name, colon, symbols = topic.partition(":")
    return [f"{name}:{symbol}" for symbol in symbols.split(",")] if colon else [name]


class Ear:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.received: list[float] = []
        self.states: list[FeedState] = []
        self.status: FeedStatus | None = None

    def publish(self, events: Iterable[Event], *, received: float) -> None:
        """Remember what came."""
        self.events.extend(events)
        self.received.append(received)

    def changed(self, status: FeedStatus) -> None:
        """Remember the state."""
        self.status = status
        if not self.states or self.states[-1] is not status.state:
            self.states.append(status.state)


def match(number: int, symbol: str = "BTC-USDT") -> dict[str, Any]:
    """A trade as the spot host pushes it."""
    return {
        "topic": f"/market/match:{symbol}",
        "type": "message",
        "subject": "trade.l3match",
        "data": {
            "makerOrderId": "671b5007389355000701b1d3",
            "price": "67523",
            "sequence": str(number),
            "side": "buy",
            "size": "0.003",
            "symbol": symbol,
            "takerOrderId": "671b50161777ff00074c168d",
            "time": "1729843222921000000",
            "tradeId": str(number),
            "type": "match",
        },
    }
