"""Listening to the practice exchange with a plain WebSocket, which knows nothing of our client or of the exchange."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websocket import ABNF, WebSocket, WebSocketTimeoutException, create_connection

from tests.conftest import Practice, fetch

PATIENCE_S = 30.0
Frame = dict[str, Any]


def token(exchange: Practice, *, futures: bool = False, private: bool = False, key: str = "") -> str:
    """Return a fresh token."""
    if private:
        return str(exchange.send("POST", "/api/v1/bullet-private", futures=futures, key=key).data["token"])
    base = exchange.futures if futures else exchange.spot
    return str(fetch("POST", f"{base}/api/v1/bullet-public", {}).data["token"])


class Ear:
    """One open socket."""

    def __init__(self, exchange: Practice, held: str, *, futures: bool = False, name: str = "ear") -> None:
        base = (exchange.futures if futures else exchange.spot).replace("http://", "ws://")
        self.socket: WebSocket = create_connection(f"{base}/?token={held}&connectId={name}", timeout=PATIENCE_S)
        self._count = 0

    def __enter__(self) -> Ear:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.socket.shutdown()

    def frame(self, patience_s: float = PATIENCE_S) -> Frame | None:
        """Return the next frame, None when none comes in time; a closed socket says ``{"closed": code}``."""
        self.socket.settimeout(patience_s)
        try:
            opcode, data = self.socket.recv_data()
        except WebSocketTimeoutException:
            return None
        if opcode == ABNF.OPCODE_CLOSE:
            return {"closed": int.from_bytes(data[:2], "big"), "reason": data[2:].decode()}
        found: Frame = json.loads(data)
        return found

    def until(self, wanted: Callable[[Frame], bool], patience_s: float = PATIENCE_S) -> Frame:
        """Return the first frame that is wanted; what comes before is let go."""
        ends = time.monotonic() + patience_s
        while (left := ends - time.monotonic()) > 0:
            found = self.frame(left)
            if found is not None and wanted(found):
                return found
        raise AssertionError(f"nothing of that kind came within {patience_s:g} s")

    def say(self, kind: str, topic: str = "", **more: Any) -> Frame:
        """Say something and return what answers it; what is told meanwhile is let go."""
        told = self.send(kind, topic, **more)
        return self.until(lambda frame: frame.get("id") == told and frame["type"] != "message")

    def send(self, kind: str, topic: str = "", **more: Any) -> str:
        """Say something; return the id that its answer will have."""
        self._count += 1
        told = str(self._count)
        self.socket.send(json.dumps({"id": told, "type": kind, **({"topic": topic} if topic else {}), **more}))
        return told

    def subscribe(self, *topics: str) -> None:
        """Subscribe, each acknowledged."""
        for topic in topics:
            assert self.say("subscribe", topic, response=True)["type"] == "ack"

    def data(self, topic: str, subject: str = "", patience_s: float = PATIENCE_S) -> Frame:
        """Return the next push on a topic."""
        return self.until(
            lambda frame: frame.get("topic") == topic and subject in ("", frame.get("subject")), patience_s
        )

    def collect(self, topic: str, enough: Callable[[list[Frame]], bool]) -> list[Frame]:
        """Return the pushes on a topic until there are enough."""
        found: list[Frame] = []
        while not enough(found):
            found.append(self.data(topic))
        return found


@contextmanager
def listening(
    exchange: Practice, *topics: str, futures: bool = False, private: bool = False, key: str = ""
) -> Iterator[Ear]:
    """Open a socket, wait for the welcome, subscribe."""
    with Ear(exchange, token(exchange, futures=futures, private=private, key=key), futures=futures) as ear:
        welcome = ear.frame()
        assert welcome == {"id": "ear", "type": "welcome"}
        ear.subscribe(*topics)
        yield ear
