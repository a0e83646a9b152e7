"""The sockets of the exchange: who may come in at either host, and what both are told."""

from __future__ import annotations

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from kucoin.practice.exchange import Exchange
from kucoin.practice.sockets.conversation import Conversation, error
from kucoin.practice.sockets.session import Session
from kucoin.practice.sockets.tokens import LIFE_MS, Refused


class Sockets:
    """Both hosts' sockets."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def route(self, host: str) -> WebSocketRoute:
        """Return where the sockets of ``host`` are opened."""

        async def door(socket: WebSocket) -> None:
            await socket.accept()
            try:
                await self._meet(host, socket)
            except WebSocketDisconnect:
                return  # it left before it was welcome

        return WebSocketRoute("/", door)

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


def _text(answer: dict[str, object]) -> str:
    return msgspec.json.encode(answer).decode()
