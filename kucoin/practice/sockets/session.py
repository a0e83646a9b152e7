"""One open socket: reads what the client says, writes what waits for it, and cuts it when it says nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from kucoin.practice.sockets.conversation import Conversation
from kucoin.practice.sockets.hall import Hall

QUEUE = 10_000  # frames that may wait for a client that reads too slowly; one more, and it is dropped
_LINGER_S = 1.0  # for a client that does not read its last frames
_TOO_SILENT = '{"type":"error","code":400,"data":"ping timeout"}'


class Session:
    """A connection whose token was good.

    Args:
        silence_s: How long the client may say nothing, whatever is pushed to it.
        now_us: Tells what the exchange takes for the time.
    """

    def __init__(
        self,
        socket: WebSocket,
        conversation: Conversation,
        hall: Hall,
        *,
        silence_s: float,
        now_us: Callable[[], int],
    ) -> None:
        self._socket = socket
        self._conversation = conversation
        self._hall = hall
        self._silence_s = silence_s
        self._now_us = now_us
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue()  # None: say goodbye

    @property
    def user(self) -> str | None:
        """Whose private topics it may have."""
        return self._conversation.user

    def push(self, frame: str) -> None:
        """Send a frame after those that wait; a client that does not keep up loses the connection."""
        if self._waiting.qsize() >= QUEUE:
            self.cut("rst")
        else:
            self._waiting.put_nowait(frame)

    def cut(self, kind: str) -> None:
        """End the connection: ``rst`` at once and without a word, ``fin`` without a close frame, ``close`` with one."""
        line: asyncio.Transport = self._socket.state.line
        if kind == "rst":
            line.abort()
        elif kind == "fin":
            line.close()
        else:
            self._waiting.put_nowait(None)

    async def run(self) -> None:
        """Talk until either side ends it."""
        self._hall.enter(self)
        writer = asyncio.create_task(self._write())
        try:
            await self._read()
            self.push(_TOO_SILENT)
            self.cut("close")
            await asyncio.wait([writer], timeout=_LINGER_S)
        except WebSocketDisconnect:
            pass  # the client has left, or was cut
        finally:
            self._hall.leave(self, self._conversation.topics)
            writer.cancel()
            self.cut("fin")

    async def _read(self) -> None:
        """Answer what the client says; return when it has said nothing for too long."""
        with suppress(TimeoutError):
            while True:
                # A ping of the WebSocket protocol is answered below this and does not count, as on KuCoin.
                async with asyncio.timeout(self._silence_s):
                    said = await self._socket.receive()
                if said["type"] == "websocket.disconnect":
                    raise WebSocketDisconnect(said["code"])
                self._answer(said.get("text") or said.get("bytes", b"").decode(errors="replace"))

    def _answer(self, text: str) -> None:
        heard = self._conversation.hear(text, time.monotonic(), self._now_us())
        self._hall.quit(self, heard.left)
        for answer in heard.answers:
            self.push(msgspec.json.encode(answer).decode())
        self._hall.join(self, heard.joined)

    async def _write(self) -> None:
        line: asyncio.Transport = self._socket.state.line
        with suppress(WebSocketDisconnect):
            while (frame := await self._waiting.get()) is not None:
                if line.is_closing():  # each frame written now would be a line in the log
                    return
                await self._socket.send_text(frame)
            await self._socket.close(1000, "Bye")
