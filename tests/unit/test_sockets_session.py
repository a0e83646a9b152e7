"""One open socket of the practice exchange, without a network."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, cast

from starlette.websockets import WebSocket

from kucoin.practice.sockets.conversation import Conversation
from kucoin.practice.sockets.hall import Hall
from kucoin.practice.sockets.session import QUEUE, Session


class Line:
    """A transport that notes how it was ended."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    def abort(self) -> None:
        """End it at once."""
        self.ended.append("abort")

    def close(self) -> None:
        """End it in order."""
        self.ended.append("close")


def test_a_client_that_does_not_keep_up_loses_its_connection() -> None:
    """Its queue holds so many frames; the one after that cuts the line, and is not kept."""

    async def fill() -> list[str]:
        line = Line()
        socket = cast(WebSocket, SimpleNamespace(state=SimpleNamespace(line=line)))
        session = Session(socket, Conversation("spot", None), Hall(), silence_s=60, now_us=lambda: 0)
        for _ in range(QUEUE):
            session.push("frame")
        assert line.ended == []
        session.push("one too many")
        return line.ended

    # In a thread of its own: Playwright leaves a loop running in the one that has opened a browser before.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(asyncio.run, fill()).result() == ["abort"]


class Ear:
    """A listener that keeps what it hears."""

    def __init__(self, user: str | None = None) -> None:
        self.user = user
        self.heard: list[str] = []

    def push(self, frame: str) -> None:
        """Hear."""
        self.heard.append(frame)

    def cut(self, kind: str) -> Any:
        """Hear no more."""


def test_a_hall_tells_those_in_the_room_and_one_user_alone_where_it_is_theirs() -> None:
    """Encoded once, told to each; nobody is told of a topic after leaving it."""
    hall, topic = Hall(), ("/account/balance", "")
    first, second, anybody = Ear("main"), Ear("second"), Ear()
    for ear in (first, second, anybody):
        hall.enter(ear)
    hall.join(first, [topic])
    hall.join(second, [topic])
    hall.tell(topic, "to all")
    hall.tell(topic, "to one", "second")
    assert (first.heard, second.heard, anybody.heard) == (["to all"], ["to all", "to one"], [])
    assert hall.hears("/account/balance", "", "main")
    hall.leave(first, [topic])
    hall.tell(topic, "later")
    assert first.heard == ["to all"]
    assert not hall.hears("/account/balance", "", "main")
    assert hall.users() == {"second"}
    assert hall.counts() == {"open": 2, "opened": 3, "topics": {"/account/balance": 1}}
