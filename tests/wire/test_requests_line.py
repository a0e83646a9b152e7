"""When a request is signed, and by when its answer is whole, whatever the line does."""

from __future__ import annotations

import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from kucoin.errors import NotSent, OutcomeUnknown
from kucoin.model.credentials import Credentials, Secret
from kucoin.rest.answer import Unreachable
from kucoin.rest.connections import Written
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.line import Line, Request, Timeouts
from kucoin.rest.transport import Transport
from tests.tls_certificate import Certificate

KEY = Credentials(Secret("canary-key"), Secret("canary-secret"), Secret("canary-passphrase"))
CANCEL = Endpoint("DELETE", "/api/v1/hf/orders/x", pool=Pool.SPOT, weight=1, private=True, urgency=Urgency.ORDER)
PLACE = Endpoint(
    "POST", "/api/v1/hf/orders", pool=Pool.SPOT, weight=1, private=True, stamped=True, urgency=Urgency.ORDER
)
OK = '{"code":"200000","data":[]}'
READ = 0.2  # s


# --- signed last


def test_a_request_is_signed_when_its_connection_stands(
    scripted: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dial that takes 2.9 s makes no timestamp older: neither in the header nor in the order."""
    scripted.say(scripted.http(OK))
    dial = urllib3.util.connection.create_connection

    def slowly(*args: Any, **options: Any) -> socket.socket:
        clock.now += 2.9
        return dial(*args, **options)

    monkeypatch.setattr(urllib3.util.connection, "create_connection", slowly)
    transport = Transport(scripted.hosts, KEY, clock=clock.read, monotonic=clock.read, sleep=clock.sleep)
    transport.call(PLACE, body={"clientOid": "a"})
    transport.close()
    (order,) = scripted.received
    assert order.headers["kc-api-timestamp"] == "1002900"
    assert b'"clientTimestamp":1002900' in order.body


def test_a_request_is_signed_anew_for_each_try(transport: Transport, scripted: Any, clock: Any) -> None:
    """A question that is put again carries another timestamp, or KuCoin would refuse it for its age."""
    times = itertools.count(5000, 7)
    transport = Transport(scripted.hosts, KEY, clock=lambda: float(next(times)), sleep=clock.sleep, rand=lambda: 0.5)
    scripted.say(b"", scripted.http(OK))
    transport.call(Endpoint("GET", "/api/v1/accounts", pool=Pool.MANAGEMENT, weight=5, private=True))
    first, second = (int(request.headers["kc-api-timestamp"]) for request in scripted.received)
    assert second - first == 7000
    transport.close()


# --- whole in time


def _for_ever(head: bytes, piece: bytes, stop: threading.Event) -> Iterator[bytes]:
    yield head
    for _ in range(500):  # 5 s, so that a client that waits for the end is found out and not waited for
        if stop.wait(0.01):
            return
        yield piece


DRIPS = {
    "a status without end": (b"HTTP/1.1 200 ", b"a"),
    "a header without end": (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
    "headers without end": (b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n"),
    "an early word without end": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a length without end": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "pieces without end": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a body without length": (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "nothing after the head": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b""),
    "silence": (b"", b""),
}


@pytest.mark.parametrize("kind", DRIPS)
def test_an_answer_ends_in_time_however_it_drips(kind: str, scripted: Any) -> None:
    """Every byte comes in time and the whole never does: given up after the read timeout, and sent once."""
    stop = threading.Event()
    scripted.script = lambda _: _for_ever(*DRIPS[kind], stop)
    transport = Transport(scripted.hosts, KEY, timeouts=Timeouts(read=READ))
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown, match=CANCEL.path):
        transport.call(CANCEL)
    assert time.monotonic() - began < READ + 3  # it would last 5 s
    assert len(scripted.received) == 1
    stop.set()
    transport.close()


# --- by TLS, as KuCoin is reached


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """One for localhost, which the line is not led to by any setting: `hosts` knows KuCoin's names alone."""
    return Certificate.made(tmp_path, "localhost")


@pytest.fixture
def secure(certificate: Certificate) -> Iterator[Callable[[Callable[[], None]], int]]:
    """Serve over TLS: what is passed is called before the handshake. Returns the port."""
    listeners = []

    def start(before: Callable[[], None]) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def answer() -> None:
            connection, _ = listener.accept()
            before()
            try:
                with certificate.server().wrap_socket(connection, server_side=True) as line:
                    line.recv(65536)
                    line.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(OK)}\r\n\r\n{OK}".encode())
            except ssl.SSLError:
                connection.close()  # the other side trusts it not

        threading.Thread(target=answer, daemon=True).start()
        return listener.getsockname()[1]

    yield start
    for listener in listeners:
        listener.close()


def _asked(line: Line, port: int, write: Callable[[], Written]) -> bytes:
    return line.exchange(Request("GET /api/v1/x", "GET", f"https://localhost:{port}", "/api/v1/x", write)).content


def test_a_request_is_signed_after_the_handshake(
    secure: Callable[..., int], certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written only once TLS stands."""
    monkeypatch.setattr("kucoin.rest.line.DEFAULT_CA_BUNDLE_PATH", str(certificate.certificate))
    order: list[str] = []

    def write() -> Written:
        order.append("signed")
        return Written({}, None)

    line = Line(Timeouts())
    assert _asked(line, secure(lambda: order.append("shaken")), write) == OK.encode()
    assert order == ["shaken", "signed"]
    line.close()


def test_a_host_that_cannot_prove_its_name_gets_nothing(
    secure: Callable[..., int], certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is signed for it, so nothing was sent; authorities of the environment count for nothing."""
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(certificate.certificate))
    line = Line(Timeouts())
    with pytest.raises(NotSent, match="no connection") as refused:
        _asked(line, secure(lambda: None), lambda: pytest.fail("signed"))
    assert isinstance(refused.value, Unreachable)
    line.close()
