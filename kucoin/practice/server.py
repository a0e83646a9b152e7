"""The process: two loopback ports, one event loop, one line when it is ready."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from kucoin.practice.app import applications
from kucoin.practice.exchange import Exchange
from kucoin.practice.sockets.sockets import Sockets

HOST = "127.0.0.1"
_READY = "practice exchange ready spot={spot} futures={futures}"
_STEP = 0.1  # seconds between two steps of the market
_LONGEST = 65_536  # bytes of a message from a client's socket
_KEEP_ALIVE = 75  # seconds an idle connection stays open, so that a client that polls each minute keeps its own


class Occupied(Exception):
    """A port is taken by something else."""


class _Line(H11Protocol):
    """A connection that endpoints can cut: its transport is ``request.state.line``."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        self.app_state = {**self.app_state, "line": transport}
        super().connection_made(transport)


class _Server(uvicorn.Server):
    """One of two servers of a process, which handles the signals itself."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen_both(spot_port: int, futures_port: int) -> tuple[socket.socket, socket.socket]:
    """Return listening sockets on loopback for both hosts; port 0 is any free one.

    Raises:
        Occupied: Somebody listens on one of them; neither is held then.
    """
    spot = _listen(spot_port)
    try:
        return spot, _listen(futures_port)
    except Occupied:
        spot.close()
        raise


def _listen(port: int) -> socket.socket:
    # The protocol is named because asyncio sends without delay only where it is: an answer goes out in two pieces, and
    # the second would wait 40 ms for the first to be acknowledged.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise Occupied(f"port {port} is taken by something else: choose another one") from error
        raise
    return listener


def base(listener: socket.socket) -> str:
    """Return the base URL of a listening socket."""
    return f"http://{HOST}:{listener.getsockname()[1]}"


def running(spot_port: int, data: Path) -> str | None:
    """Return the ready line of our own exchange if it listens on ``spot_port`` and keeps ``data``, else None."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{HOST}:{spot_port}/_practice/state", timeout=3) as answer:
            found = json.load(answer)
    except (OSError, ValueError):  # nobody there, or not one of us
        return None
    if not isinstance(found, dict) or found.get("data") != str(data.resolve()):
        return None
    return _READY.format(spot=found["spot"], futures=found["futures"])


def serve(exchange: Exchange, spot: socket.socket, futures: socket.socket) -> None:
    """Serve both hosts until SIGTERM or SIGINT, then leave cleanly."""
    exchange.spot, exchange.futures = base(spot), base(futures)
    exchange.live()  # so that whoever reads the ready line finds somebody to trade with
    sockets = Sockets(exchange)
    servers = [_server(application) for application in applications(exchange, sockets)]

    def leave(*_signal: object) -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    asyncio.run(_serve(exchange, sockets, servers, (spot, futures)))
    exchange.store.close()


def _server(application: Starlette) -> _Server:
    return _Server(
        uvicorn.Config(
            application,
            http=_Line,
            ws="websockets-sansio",
            ws_max_size=_LONGEST,
            ws_ping_interval=None,  # it is the client who pings
            ws_per_message_deflate=False,
            lifespan="off",
            loop="asyncio",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=2,
        )
    )


async def _serve(
    exchange: Exchange, sockets: Sockets, servers: list[_Server], listeners: tuple[socket.socket, ...]
) -> None:
    tasks = [
        asyncio.create_task(server.serve(sockets=[listener]))
        for server, listener in zip(servers, listeners, strict=True)
    ]
    while not all(server.started or task.done() for server, task in zip(servers, tasks, strict=True)):
        await asyncio.sleep(0.005)
    print(_READY.format(spot=exchange.spot, futures=exchange.futures), flush=True)
    await asyncio.gather(*tasks, _live(exchange, servers), sockets.run(lambda: _leaving(servers)))


async def _live(exchange: Exchange, servers: list[_Server]) -> None:
    """Let the market live while nobody asks."""
    while not _leaving(servers):
        exchange.live()
        await exchange.commits.durable()
        await asyncio.sleep(_STEP)


def _leaving(servers: list[_Server]) -> bool:
    return any(server.should_exit for server in servers)


def say(sentence: object) -> None:
    """Tell the person at the terminal."""
    print(f"practice exchange: {sentence}", file=sys.stderr, flush=True)
