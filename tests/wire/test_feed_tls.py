"""A feed as it meets KuCoin: by TLS, at the name on the certificate.

Only two things are not as in live mode: where the name leads, and who vouches for the certificate.
"""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from kucoin.model.feed import Token, Trade
from kucoin.stream.feed import Feed, FeedState, FeedStatus, Manners
from kucoin.stream.line import Line
from kucoin.stream.topics import Event
from tests.feed_server import Ear, FeedServer, match, until
from tests.line_proxy import LineProxy
from tests.tls_certificate import Certificate

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl command to make a certificate with")
HOST = "ws-api-spot.kucoin.com"
MATCHES = "/market/match:BTC-USDT"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """What proves that a server is KuCoin's."""
    return Certificate.made(tmp_path_factory.mktemp("tls"), HOST)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, certificate: Certificate) -> Iterator[Callable[..., Feed]]:
    """Start live feeds for whom KuCoin's name leads to a server here."""
    connect = socket.create_connection
    with ExitStack() as stops:

        def make(server: FeedServer, ear: Ear, trusted: Certificate = certificate, port: int | None = None) -> Feed:
            def lead_here(address: tuple[str, int], timeout: float) -> socket.socket:
                here = ("127.0.0.1", port or server.port)
                return connect(here if address == (HOST, 443) else address, timeout)

            def token() -> Token:
                return replace(server.token(), endpoint=f"wss://{HOST}/endpoint")

            monkeypatch.setattr("kucoin.stream.line.DEFAULT_CA_BUNDLE_PATH", str(trusted.certificate))
            monkeypatch.setattr("socket.create_connection", lead_here)
            feed = Feed("feed-test", token, ear, practice=False, manners=Manners(first_pause=0.25))
            stops.callback(feed.stop)
            feed.want([MATCHES])
            feed.start()
            return feed

        yield make


def test_a_feed_over_tls_hears_all_that_is_pushed(certificate: Certificate, live: Callable[..., Feed]) -> None:
    """Welcome, acknowledgement, pongs, and messages in order: small ones, and one longer than any TLS record."""
    ear = Ear()
    with FeedServer(ping_interval=0.5, ping_timeout=10, tls=certificate.server()) as server:
        feed = live(server, ear)
        until(lambda: feed.status.state is FeedState.LIVE)
        assert server.topics[MATCHES] == 1
        long = match(500) | {"filler": "x" * 100_000}
        server.push(*(match(number) for number in range(500)), long, match(501))
        until(lambda: len(ear.events) == 502)
        assert [event.trade_id for event in ear.events if isinstance(event, Trade)] == [str(n) for n in range(502)]
        until(lambda: len(server.asked("ping")) >= 2)
        assert feed.status.dials == 1


class Held(Ear):
    """A sink that keeps the feed's thread from reading until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def publish(self, events: Iterable[Event], *, received: float) -> None:
        """Remember, and wait."""
        super().publish(events, received=received)
        assert self.go.wait(10)


def test_what_waits_on_a_tls_line_is_taken_in_growing_batches(
    certificate: Certificate, live: Callable[..., Feed]
) -> None:
    """Fifty messages, each in a record of its own: one alone, then 2, 4, 8, 16 and the rest."""
    ear = Held()
    with FeedServer(tls=certificate.server()) as server:
        feed = live(server, ear)
        until(lambda: feed.status.state is FeedState.LIVE)
        server.push(match(0))
        until(lambda: ear.events)
        server.push(*(match(number) for number in range(1, 51)))
        ear.go.set()
        until(lambda: len(ear.events) == 51)
        assert len(ear.received) <= 6


def test_what_came_with_the_end_of_the_handshake_is_read_at_once(certificate: Certificate) -> None:
    """A record that was opened for its beginning holds the welcome too, and nothing waits on the socket any more."""
    trusting = ssl.create_default_context(cafile=str(certificate.certificate))
    ours, theirs = socket.socketpair()
    waker, wakes = socket.socketpair()
    waker.setblocking(False)

    def serve() -> None:
        with certificate.server().wrap_socket(theirs, server_side=True) as server:
            server.sendall(b"." + bytes([0x81, 7]) + b"welcome")
            server.recv(1)

    threading.Thread(target=serve).start()
    with waker, wakes, trusting.wrap_socket(ours, server_hostname=HOST) as client:
        client.settimeout(40)
        assert client.recv(1) == b"."
        line, read = Line(client, waker), list[bytes]()
        reader = threading.Thread(target=lambda: read.extend(line.read(60)))
        reader.start()
        try:
            until(lambda: read == [b"welcome"], 20)
        finally:
            wakes.send(b"!")
            reader.join()
            line.close()


class Log(Ear):
    """A sink that remembers why lines were lost."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def changed(self, status: FeedStatus) -> None:
        """Remember the state, and the problem."""
        super().changed(status)
        if status.state is FeedState.DOWN:
            self.problems.append(str(status.problem))


@pytest.mark.parametrize("kind", ["fin", "rst"])
def test_a_tls_line_may_end_without_goodbye(certificate: Certificate, live: Callable[..., Feed], kind: str) -> None:
    """That is told as the end of the line, and another is dialled."""
    log = Log()
    with FeedServer(tls=certificate.server()) as server, LineProxy(server.port) as line:
        feed = live(server, log, port=line.port)
        until(lambda: feed.status.state is FeedState.LIVE)
        line.cut(kind)
        assert until(lambda: log.problems)[0].startswith(("the line ended", "the line broke"))
        until(lambda: feed.status.state is FeedState.LIVE)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (HOST, "self.signed certificate"),
        ("elsewhere.test", f"Hostname mismatch, certificate is not valid for '{HOST}'."),
    ],
)
def test_a_strange_certificate_ends_the_dial(
    tmp_path: Path, certificate: Certificate, live: Callable[..., Feed], shown: str, said: str
) -> None:
    """Under KuCoin's name from nobody known, or under another name: no token goes there."""
    strange = Certificate.made(tmp_path, shown)
    with FeedServer(tls=strange.server()) as server:
        feed = live(server, Ear(), trusted=certificate if shown == HOST else strange)
        problem = until(lambda: feed.status.problem)
        assert re.fullmatch(f"the certificate of {HOST}:443 is not to be trusted: {said}", problem)
        assert not server.tokens_used


def test_the_environment_vouches_for_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, certificate: Certificate, live: Callable[..., Feed]
) -> None:
    """A certificate that only SSL_CERT_FILE knows is a strange one."""
    strange = Certificate.made(tmp_path, HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(strange.certificate))
    with FeedServer(tls=strange.server()) as server:
        feed = live(server, Ear())
        assert "is not to be trusted" in until(lambda: feed.status.problem)
        assert not server.tokens_used
