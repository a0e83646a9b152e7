"""Whom the client meets over real sockets: a server that says what a test tells it to, and the practice exchange."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from kucoin.model.credentials import Credentials, Secret
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.rest.line import Timeouts
from kucoin.rest.transport import Transport
from kucoin.stream.feed import Feed, FeedState, Manners
from tests import orders_desk
from tests.conftest import Practice, start_practice
from tests.feed_rig import CALM
from tests.feed_server import Ear, FeedServer, until
from tests.line_proxy import LineProxy
from tests.orders_desk import FAST, Desk, desk_of


@dataclass(frozen=True)
class Received:
    """A request as it came over the wire; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Script = Callable[[Received], bytes | Iterable[bytes]]


@dataclass
class Scripted:
    """What came in, and what is said to it.

    ``script`` returns the bytes to send, or pieces of them. None of them means: hang up. An answer with
    ``Connection: close`` is followed by hanging up.
    """

    port: int
    script: Script = lambda _: b""
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    @staticmethod
    def http(body: bytes | str = b"", status: int = 200, **headers: str) -> bytes:
        """Write an HTTP answer out; underscores in header names become dashes."""
        content = body.encode() if isinstance(body, str) else body
        fields = {"Content_Length": str(len(content)), **headers}
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
        return "\r\n".join([f"HTTP/1.1 {status} Whatever", *lines, "", ""]).encode("latin-1") + content

    @property
    def hosts(self) -> hosts.Hosts:
        """This server as both hosts of the exchange."""
        return hosts.practice(self.port, self.port)

    def say(self, *answers: bytes) -> None:
        """Answer each request with the next of ``answers``, the last one for ever."""
        left = list(answers)
        self.script = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def targets(self) -> list[str]:
        """Path and query of every request so far."""
        return [request.target for request in self.received]


def _serve(connection: socket.socket, server: Scripted) -> None:
    with connection, connection.makefile("rb") as incoming:
        while line := incoming.readline():
            method, target, _ = line.decode().split(" ")
            headers = {}
            while (header := incoming.readline().decode("latin-1").strip()) != "":
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            body = incoming.read(int(headers.get("content-length", 0)))
            request = Received(method, target, headers, body)
            server.received.append(request)
            answer = server.script(request)
            sent = b""
            try:
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    connection.sendall(piece)
                    sent += piece
            except OSError:
                return  # the client has had enough
            if not sent or b"connection: close" in sent[:1000].lower():
                return


@pytest.fixture
def serve() -> Iterator[Callable[[], Scripted]]:
    """Start scripted servers on free ports; all end with the test."""
    listeners: list[socket.socket] = []

    def start() -> Scripted:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        server = Scripted(listener.getsockname()[1])

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return  # closed at the end of the test
                server.connections += 1
                threading.Thread(target=_serve, args=(connection, server), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return server

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture
def scripted(serve: Callable[[], Scripted]) -> Scripted:
    """One scripted server."""
    return serve()


class Clock:
    """A clock that only moves when someone sleeps, and sleeps without waiting."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Move on by ``seconds``."""
        self.slept.append(seconds)
        self.now += seconds

    def read(self) -> float:
        """Return the seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock for the pauses of one transport."""
    return Clock()


@pytest.fixture
def transport(scripted: Scripted, clock: Clock) -> Iterator[Transport]:
    """A transport to the scripted server that sleeps without waiting."""
    scripted.say(scripted.http('{"code":"200000","data":[]}'))
    transport = Transport(
        scripted.hosts,
        Credentials(Secret("canary-key"), Secret("canary-secret"), Secret("canary-passphrase")),
        monotonic=clock.read,
        sleep=clock.sleep,
        rand=lambda: 0.5,
    )
    yield transport
    transport.close()


def _client(practice: Any, name: str, timeouts: Timeouts | None, **strings: str) -> Exchange:
    """Make a client with the key called ``name``, or with one of its strings replaced."""
    key = {"key": f"practice-key-{name}", "secret": f"practice-secret-{name}", "passphrase": practice.passphrase}
    spot, futures = (int(base.rpartition(":")[2]) for base in (practice.spot, practice.futures))
    credentials = Credentials(**{string: Secret(text) for string, text in (key | strings).items()})
    return Exchange(hosts.practice(spot, futures), credentials, timeouts=timeouts)


@pytest.fixture
def connect(practice: Any) -> Iterator[Callable[..., Exchange]]:
    """Make clients of the practice exchange: ``connect("general")`` by a key's name, or with a string replaced."""
    made: list[Exchange] = []

    def make(name: str = "0001", *, timeouts: Timeouts | None = None, **strings: str) -> Exchange:
        made.append(_client(practice, name, timeouts, **strings))
        return made[-1]

    yield make
    for exchange in made:
        exchange.close()


@pytest.fixture
def still(practice: Any) -> Iterator[Any]:
    """The practice exchange with its market standing still, so that two answers can be compared."""
    practice.clock(rate=0)
    yield practice
    practice.clock(rate=1)


@pytest.fixture(scope="session")
def floor_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """An exchange for trading alone, with its market standing still."""
    practice = start_practice(tmp_path_factory.mktemp("floor"))
    practice.clock(rate=0)
    yield practice
    assert practice.stop() == 0


@pytest.fixture
def floor(floor_process: Practice) -> Iterator[Practice]:
    """The exchange for trading, without faults."""
    yield floor_process
    floor_process.clear_faults()


@pytest.fixture
def trader(floor: Practice) -> Iterator[Callable[..., Exchange]]:
    """Make clients of the exchange for trading, by the names of their keys."""
    made: list[Exchange] = []

    def make(name: str = "0001") -> Exchange:
        made.append(_client(floor, name, None))
        return made[-1]

    yield make
    for exchange in made:
        exchange.close()


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A server whose tokens ask for pings at a twentieth of the time."""
    with FeedServer(ping_interval=0.9, ping_timeout=0.5) as running:
        yield running


@pytest.fixture
def line(server: FeedServer) -> Iterator[LineProxy]:
    """A line to it that can be spoilt."""
    with LineProxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def ear() -> Ear:
    """Who listens."""
    return Ear()


@pytest.fixture
def start(server: FeedServer, line: LineProxy, ear: Ear) -> Iterator[Callable[..., Feed]]:
    """Start feeds over the line; stopped after the test."""
    with ExitStack() as stops:

        def make(*topics: str, manners: Manners = CALM, live: bool = True, **options: object) -> Feed:
            feed = Feed(
                "feed-test",
                lambda: server.token(line.port),
                ear,
                practice=True,
                manners=manners,
                **options,  # type: ignore[arg-type]  # options of Feed
            )
            stops.callback(feed.stop)
            feed.want(topics)
            feed.start()
            if live:
                until(lambda: feed.status.state is FeedState.LIVE)
            return feed

        yield make


@pytest.fixture(scope="module")
def running(floor_process: Practice) -> Iterator[Desk]:
    """One for all tests of this file."""
    with desk_of(floor_process, every=FAST) as desk:
        yield desk


@pytest.fixture
def desk(running: Desk, floor: Practice) -> Desk:
    """The desk with an exchange without faults."""
    orders_desk.until(lambda: running.orders.problem() is None)
    return running
