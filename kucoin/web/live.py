"""The push socket: what the feeds receive goes to every open browser ten times a second, without a script run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from typing import Annotated

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from kucoin.desk.candles import Older
from kucoin.errors import InvalidRequest, KucoinError
from kucoin.web import names
from kucoin.web.board import Board
from kucoin.web.door import admits
from kucoin.web.glances import Glances
from kucoin.web.panel import Body
from kucoin.web.sight import Fresh, Sight
from kucoin.web.tickets import Tickets
from kucoin.web.veil import Veil

log = logging.getLogger(__name__)

PATH = "/live/ws"

_BEAT = 0.1  # s between two looks at everything
_SECOND = 10  # beats between two statements of freshness
_PATIENCE = 5.0  # s for the first message to come, and for a frame to leave
_WANTS = 40  # panels of one socket
_LONGEST = 16_384  # characters of one message
_RATE = 20  # messages a second
_SOCKETS = 4  # with one ticket
_ALL_SOCKETS = 400
_OLDER = 4  # requests for older candles under way at once
_REFUSED, _TICKET_GONE, _TRY_LATER = 1008, 4401, 1013


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    """What a browser may say."""

    ticket: str | None = None
    want: list[str] | None = None
    older: str | None = None
    before: Annotated[int, msgspec.Meta(ge=0, le=10**11)] | None = None  # s since 1970


_said = msgspec.json.Decoder(_Said).decode


class _Ends(Exception):
    """The socket is to be closed with ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Client:
    """One socket. One array at a time is on its way; what comes meanwhile is told whole afterwards."""

    def __init__(self, socket: WebSocket, ticket: str) -> None:
        self.socket = socket
        self.ticket = ticket
        self.wants: tuple[str, ...] = ()
        self.due: set[str] = set()  # panels that have to be told whole
        self.curious = False  # it wants something new, and has to be told how old that is
        self.answers: list[str] = []  # frames for this socket alone
        self.asking: set[asyncio.Task[None]] = set()
        self.busy_since: float | None = None
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._outbox: str | None = None
        self._filled = asyncio.Event()

    def want(self, panels: Collection[str]) -> None:
        """Replace what it wants; what is new to it is told whole."""
        wanted = tuple(dict.fromkeys(panels))
        self.due = {name for name in wanted if name in self.due or name not in self.wants}
        self.wants, self.curious = wanted, bool(self.due)

    def post(self, text: str, now: float) -> None:
        """Have ``text`` sent; only while nothing else is under way."""
        self._outbox, self.busy_since = text, now
        self._filled.set()

    def end(self, code: int) -> None:
        """Have the socket closed, even while something is on its way that does not leave."""
        if not self.over.done():
            self.over.set_exception(_Ends(code))

    async def write(self) -> None:
        """Send what is posted.

        Raises:
            WebSocketDisconnect: The browser went.
        """
        while True:
            await self._filled.wait()
            self._filled.clear()
            if self._outbox is not None:
                text, self._outbox = self._outbox, None
                await self.socket.send_text(text)
                self.busy_since = None


class Live:
    """The push socket's server. One per process, on the server's own event loop.

    Args:
        sight: What the panels look at.
        allowed: Host names besides loopback's under which the dashboard may be asked for.

    Attributes:
        tickets: Opened and closed by the sessions, from any thread.
        board: What is shown.
        open: The sockets that have shown their ticket.
    """

    def __init__(self, sight: Sight, *, allowed: Collection[str] = ()) -> None:
        self.tickets = Tickets()
        self.board = Board(sight)
        self._glances = Glances(sight)
        self._sight = sight
        self._allowed = frozenset(allowed)
        self.open: set[Client] = set()
        self._beats = 0

    @property
    def routes(self) -> list[WebSocketRoute]:
        """What the web server has to serve."""
        return [WebSocketRoute(PATH, self._serve)]

    def glance(self, panel: str) -> tuple[Body, Fresh]:
        """Return all that ``panel`` shows now, and how old that is, for a page that gets it by its script.

        From any thread.

        Raises:
            InvalidRequest: There is no such panel, or not yet.
        """
        return self._glances.look(panel)

    def veil(self) -> Veil:
        """Return what own amounts are written by for those who look with privacy on; from any thread."""
        return self._sight.cover()

    def older(self, panel: str, before: int) -> Future[Older]:
        """Read the candles before the moment ``before`` (s since 1970); the future may raise a KucoinError.

        From any thread.

        Raises:
            InvalidRequest: ``panel`` has none, or there is no such moment.
        """
        kind, symbol, interval = names.plain(panel).split(":") if panel.count(":") == 2 else ("", "", "")
        if kind != "candles":
            raise InvalidRequest(f"{panel[:80]!r} has no past to be shown")
        return self._sight.market.older(symbol, interval, before)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve as long as the context lasts."""
        pump = asyncio.create_task(self._pump(), name="live-pump")
        try:
            yield
        finally:
            pump.cancel()
            with suppress(asyncio.CancelledError):
                await pump
            for client in self.open:
                client.end(_TRY_LATER)
            self.board.close()
            self._glances.close()

    # The pump ---------------------------------------------------------------------------------------------------

    async def _pump(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            try:
                self._beat()
            except Exception:
                log.exception("a beat of the push socket broke")
            due = max(due + _BEAT, loop.time())
            await asyncio.sleep(due - loop.time())

    def _beat(self) -> None:
        """Look at everything that is wanted, and post to each socket what is new to it."""
        now = self._sight.monotonic()
        self.board.want(name for client in self.open for name in client.wants)
        self.board.look()
        second = self._beats % _SECOND == 0
        for client in self.open:
            if self.tickets.who(client.ticket) is None:
                client.end(_TICKET_GONE)
            elif client.busy_since is None:
                self._post(client, now, fresh=second)
            else:
                self._hold_back(client, now)
        if second:
            self._glances.sweep()
            self._sight.market.sweep()
        self._beats += 1

    def _post(self, client: Client, now: float, *, fresh: bool) -> None:
        fresh = fresh or client.curious
        frames = []
        for name in client.wants:
            shown = self.board.shown[name]
            text = shown.whole() if name in client.due else shown.news
            if text is not None:
                frames.append(text)
                client.due.discard(name)
        frames += client.answers
        client.answers.clear()
        if fresh:
            client.curious = False
            pairs = ",".join(map(self.board.fresh, client.wants))
            stamp = int(self._sight.market.exchange_time() * 1000)
            frames.append(f'{{"fresh":{{{pairs}}},"now":{stamp}}}')
        if frames:
            client.post(f"[{','.join(frames)}]", now)

    def _hold_back(self, client: Client, now: float) -> None:
        """Note what a socket misses while its last frame is still leaving; give it up where that takes too long."""
        client.due.update(name for name in client.wants if self.board.shown[name].news is not None)
        if client.busy_since is not None and now - client.busy_since > _PATIENCE:
            client.end(_TRY_LATER)

    # A socket ---------------------------------------------------------------------------------------------------

    async def _serve(self, socket: WebSocket) -> None:
        if not admits(socket.headers, self._allowed) or len(self.open) >= _ALL_SOCKETS:
            await socket.close(_REFUSED)
            return
        await socket.accept()
        try:
            client = await self._welcome(socket)
            self.open.add(client)
            try:
                await self._talk(client)
            finally:
                self.open.discard(client)
                for task in client.asking:
                    task.cancel()
        except _Ends as end:
            await _close(socket, end.code)
        except WebSocketDisconnect:
            pass  # the browser went, which is no matter of ours

    async def _welcome(self, socket: WebSocket) -> Client:
        """Wait for the ticket.

        Raises:
            _Ends: It is not good, or did not come.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                said = await _hear(socket)
        except TimeoutError:
            raise _Ends(_REFUSED) from None
        if said.ticket is None:
            raise _Ends(_REFUSED)
        if self.tickets.who(said.ticket) is None:
            raise _Ends(_TICKET_GONE)
        if sum(client.ticket == said.ticket for client in self.open) >= _SOCKETS:
            raise _Ends(_REFUSED)
        return Client(socket, said.ticket)

    async def _talk(self, client: Client) -> None:
        """Hear and write at once, until either ends.

        Raises:
            _Ends: The socket is to be closed.
            WebSocketDisconnect: The browser went.
        """
        tasks = [client.over, asyncio.create_task(client.write()), asyncio.create_task(self._listen(client))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for ended in done:
                ended.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self, client: Client) -> None:
        loop = asyncio.get_running_loop()
        window, count = loop.time(), 0
        while True:
            said = await _hear(client.socket)
            now = loop.time()
            if now - window >= 1.0:
                window, count = now, 0
            count += 1
            if count > _RATE or (said.want is not None and len(said.want) > _WANTS):
                raise _Ends(_REFUSED)
            if said.want is not None:
                client.want(said.want)
            if said.older is not None and said.before is not None:
                if len(client.asking) >= _OLDER or said.older not in client.wants:
                    raise _Ends(_REFUSED)
                task = asyncio.create_task(self._answer_older(client, said.older, said.before))
                client.asking.add(task)
                task.add_done_callback(client.asking.discard)

    async def _answer_older(self, client: Client, name: str, before: int) -> None:
        body: Body
        try:
            found = await asyncio.wrap_future(self.older(name, before))
            body = {"rows": found.rows, "end": found.end}
        except KucoinError as error:
            body = {"rows": [], "end": False, "problem": str(error)}
        client.answers.append(msgspec.json.encode({"panel": name, "older": body}).decode())


async def _hear(socket: WebSocket) -> _Said:
    """Return the next message.

    Raises:
        _Ends: It is none.
        WebSocketDisconnect: The browser went.
    """
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    text = message.get("text")
    if text is None or len(text) > _LONGEST:
        raise _Ends(_REFUSED)
    try:
        return _said(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise _Ends(_REFUSED) from None


async def _close(socket: WebSocket, code: int) -> None:
    """Close the socket; whoever does not even take that in is left to the server's own ping."""
    if socket.application_state is WebSocketState.CONNECTED:
        with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(_PATIENCE):
                await socket.close(code)
