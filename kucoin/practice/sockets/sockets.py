"""The sockets of the exchange: who may come in at either host, and what both are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from kucoin.practice.engine.state import Changes
from kucoin.practice.exchange import Exchange
from kucoin.practice.sockets.conversation import Conversation, error
from kucoin.practice.sockets.news import News
from kucoin.practice.sockets.session import Session
from kucoin.practice.sockets.tokens import LIFE_MS, Refused

_BEAT_S = 0.1


class Sockets:
    """Both hosts' sockets. What the engine did is heard at once, and told when it is durable."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._news = News(exchange)
        self._telling: asyncio.Task[None] | None = None
        exchange.listeners.append(self._hear)

    def route(self, host: str) -> WebSocketRoute:
        """Return where the sockets of ``host`` are opened."""

        async def door(socket: WebSocket) -> None:
            await socket.accept()
            try:
                await self._meet(host, socket)
            except WebSocketDisconnect:
                return  # it left before it was welcome

        return WebSocketRoute("/", door)

    async def run(self, ended: Callable[[], bool]) -> None:
        """Tell what is told in steps of time, until the exchange has ended."""
        loop = asyncio.get_running_loop()
        count, due = 0, loop.time()
        while not ended():
            count += 1
            due = max(due + _BEAT_S, loop.time())  # beats that were missed are not made up for
            await asyncio.sleep(due - loop.time())
            self._news.beat(count)
            self._tell()

    # Coming in ------------------------------------------------------------------------------------------------

    async def _meet(self, host: str, socket: WebSocket) -> None:
        exchange = self._exchange
        told = socket.query_params.get("connectId", "")
        fault = exchange.faults.strike_socket("token_ttl", host, "")
        life_ms = LIFE_MS if fault is None else int(fault.options["seconds"] * 1000)
        token = socket.query_params.get("token", "")
        try:
            bearer = exchange.tokens.bearer(token, host, exchange.clock.server_ms(), life_ms)
        except Refused as refused:
            await socket.send_text(_text(error(told, 401, str(refused))))
            await socket.close(1000, "Bye")
            return
        if exchange.faults.strike_socket("no_welcome", host, "") is None:
            await socket.send_text(_text({"id": told, "type": "welcome"}))
        talk = Conversation(
            host, bearer.user, lambda name, topic: exchange.faults.strike_socket(name, host, topic) is not None
        )
        silence_s = exchange.keepalive.silence_s
        await Session(
            socket, talk, exchange.halls[host], silence_s=silence_s, now_us=lambda: exchange.clock.server_ms() * 1000
        ).run()

    # Telling --------------------------------------------------------------------------------------------------

    def _hear(self, done: Changes) -> None:
        self._news.take(done)
        self._tell()

    def _tell(self) -> None:
        """Let go what waits, as soon as what it tells of is on disk."""
        if any(self._news.waiting()) and (self._telling is None or self._telling.done()):
            self._telling = asyncio.get_running_loop().create_task(self._release())

    async def _release(self) -> None:
        while any(waiting := self._news.waiting()):
            await self._exchange.commits.durable()
            self._news.release(waiting)  # what came in meanwhile may not be durable yet


def _text(answer: dict[str, object]) -> str:
    return msgspec.json.encode(answer).decode()
