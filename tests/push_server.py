"""The push socket behind a real web server, and a browser's end of it that knows nothing of ours."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from websocket import ABNF, WebSocket, WebSocketException, create_connection

from kucoin.web.live import PATH, Live

PATIENCE_S = 20.0


class PushServer:
    """A `Live` on a free port."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.port = 0
        self.sockets: list[Any] = []  # those that listen

    @property
    def origin(self) -> str:
        """Where its pages come from."""
        return f"http://127.0.0.1:{self.port}"

    def page(self, *wants: str, ticket: str | None = None, **options: Any) -> Page:
        """Open a socket as a page does: with a ticket of its own, and what it wants."""
        options.setdefault("origin", self.origin)
        line = create_connection(f"ws://127.0.0.1:{self.port}{PATH}", timeout=PATIENCE_S, **options)
        page = Page(line)
        page.say({"ticket": ticket or self.live.tickets.open("somebody")})
        if wants:
            page.say({"want": list(wants)})
        return page


class Page:
    """What one browser shows: the frames put together.

    Attributes:
        bodies: Panel -> what it shows.
        kinds: How many frames of each kind came of each panel.
    """

    def __init__(self, line: WebSocket) -> None:
        self.line = line
        self.bodies: dict[str, Any] = {}
        self.troubles: dict[str, str] = {}
        self.fresh: dict[str, Any] = {}
        self.older: list[Any] = []
        self.kinds: list[tuple[str, str]] = []
        self.arrays = 0
        self.closed: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.shutdown()

    def say(self, said: Any) -> None:
        """Say something, as JSON or as it is."""
        self.line.send(said if isinstance(said, str) else json.dumps(said))

    def take(self, seconds: float) -> bool:
        """Take the next array; False where none came in time, or the socket was closed."""
        self.line.settimeout(max(0.001, seconds))
        try:
            opcode, data = self.line.recv_data()
        except (WebSocketException, OSError):
            return False
        if opcode == ABNF.OPCODE_CLOSE:
            self.closed = int.from_bytes(data[:2], "big")
            return False
        self.arrays += 1
        for frame in json.loads(data):
            self._show(frame)
        return True

    def until(self, holds: Callable[[Page], Any], seconds: float = PATIENCE_S) -> Any:
        """Take what comes until something holds; return it."""
        end = time.monotonic() + seconds
        while not (found := holds(self)):
            left = end - time.monotonic()
            assert left > 0, f"not within {seconds} s: {self.fresh} {self.troubles} {self.closed}"
            if not self.take(left):
                assert self.closed is None or holds(self), f"closed with {self.closed}"
        return found

    def end(self) -> int:
        """Return the code that the server closes the socket with."""
        self.until(lambda page: page.closed)
        assert self.closed is not None
        return self.closed

    def states(self) -> set[str]:
        """How fresh what is shown is, by its words."""
        return {state for state, _, _ in self.fresh.values()}

    def _show(self, frame: dict[str, Any]) -> None:
        if "fresh" in frame:
            self.fresh = frame["fresh"]
            return
        panel = frame.pop("panel")
        ((kind, body),) = frame.items()
        self.kinds.append((panel, kind))
        match kind:
            case "full":
                self.bodies[panel] = body
            case "more" if panel.startswith("tape:"):
                new = {row[6] for row in body["rows"]}
                before = [row for row in self.bodies[panel]["rows"] if row[6] not in new]
                self.bodies[panel]["rows"] = (body["rows"] + before)[:100]
            case "more":
                self.bodies[panel] |= body
            case "trouble":
                self.troubles[panel] = body
            case "older":
                self.older.append(body)


@contextmanager
def serving(live: Live, *routes: BaseRoute) -> Iterator[PushServer]:
    """Serve as the dashboard does, on a thread of its own; other ``routes`` beside the socket's."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with live.running():
            yield

    app = Starlette(routes=[*live.routes, *routes], lifespan=lifespan)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws_per_message_deflate=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    there = PushServer(live)
    end = time.monotonic() + PATIENCE_S
    while not server.started:
        assert time.monotonic() < end, "the web server did not start"
        time.sleep(0.005)
    there.sockets = list(server.servers[0].sockets)
    there.port = there.sockets[0].getsockname()[1]
    try:
        yield there
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
