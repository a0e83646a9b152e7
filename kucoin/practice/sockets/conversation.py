"""One client's talk with the exchange: what it asks for and what it is answered, without a socket or a clock.

https://www.kucoin.com/docs-new/websocket-api/base-info/introduction
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kucoin.practice.sockets.topics import Name, Unheard, read

MOST_AT_ONCE = 100  # symbols in one subscription
MOST_TOPICS = {"spot": 300}  # of one connection; on futures without limit
_MESSAGES, _WINDOW_S = 100, 10.0


@dataclass(slots=True)
class Heard:
    """What follows from a message: answers to send, topics to begin with and to end."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    joined: list[Name] = field(default_factory=list)
    left: list[Name] = field(default_factory=list)


class Conversation:
    """The exchange's side of one connection.

    Args:
        host: spot or futures.
        user: Whose private topics it may have; None has public ones only.
        spoils: Whether the fault of that name strikes at a topic now.
    """

    def __init__(self, host: str, user: str | None, spoils: Callable[[str, str], bool] = lambda _fault, _at: False):
        self.user = user
        self.topics: set[Name] = set()
        self._host = host
        self._spoils = spoils
        self._times: deque[float] = deque()

    def hear(self, text: str, now: float, now_us: int) -> Heard:
        """Take in a message. ``now`` is seconds of any one clock, ``now_us`` what the exchange takes for the time."""
        try:
            message = msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.DecodeError:
            word = text.strip().strip("{[").split(" ")[0][:40]
            return Heard([error(secrets.token_hex(12), 400, f"Unrecognized token '{word}'")])
        told = str(message.get("id", ""))
        if not self._admits(now):
            return Heard([error(told, 509, "exceed max permits per second")])
        match message.get("type"):
            case "ping":
                if self._spoils("no_pong", ""):
                    return Heard()
                return Heard([{"id": told, "type": "pong", "timestamp": now_us}])
            case "subscribe" | "unsubscribe":
                try:
                    return self._change(message, told)
                except Unheard as refused:
                    return Heard([error(told, refused.code, refused.text)])
        return Heard([error(told, 415, "type is not supported")])

    def _admits(self, now: float) -> bool:
        """Count a message; say whether it is one too many."""
        while self._times and self._times[0] <= now - _WINDOW_S:
            self._times.popleft()
        if len(self._times) >= _MESSAGES:
            return False
        self._times.append(now)
        return True

    def _change(self, message: dict[str, Any], told: str) -> Heard:
        topic = message.get("topic")
        if not topic or not isinstance(topic, str):
            raise Unheard(406, "topic is required")
        kind, names = read(self._host, topic)
        if kind.private and self.user is None:
            raise Unheard(403, "login is required")
        if len(names) > MOST_AT_ONCE:
            raise Unheard(509, f"exceed max subscription count limitation of {MOST_AT_ONCE} per time")
        heard = Heard()
        if message["type"] == "unsubscribe":
            heard.left = [name for name in names if name in self.topics]
            self.topics.difference_update(names)
        else:
            if self._spoils("no_ack", topic):
                return heard
            self._begin(names, topic, heard)
        if message.get("response") is True:
            heard.answers.append({"id": told, "type": "ack"})
        return heard

    def _begin(self, names: list[Name], topic: str, heard: Heard) -> None:
        most = MOST_TOPICS.get(self._host)
        if most is not None and len(self.topics.union(names)) > most:
            raise Unheard(509, f"exceed max subscription count limitation of {most} per session")
        if not self._spoils("ack_silent", topic):
            heard.joined = [name for name in dict.fromkeys(names) if name not in self.topics]
            self.topics.update(names)


def error(told: str, code: int, text: str) -> dict[str, Any]:
    """Return an error frame; ``told`` is the id of the message that it answers."""
    return {"id": told, "type": "error", "code": code, "data": text}
