"""Answers whose head, framing or packing is wrong: a typed error in time, and the next request is not harmed."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from kucoin.errors import KucoinError
from kucoin.rest import hosts
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.line import Timeouts
from kucoin.rest.transport import Transport
from tests.rest_calls import CANARY as KEY

CANCEL = Endpoint("DELETE", "/api/v1/hf/orders/x", pool=Pool.SPOT, weight=1, private=True, urgency=Urgency.ORDER)
READ = 10.0  # s; none of these waits for it, since the host hangs up
FINE = b'HTTP/1.1 200 OK\r\nContent-Length: 27\r\nConnection: close\r\n\r\n{"code":"200000","data":[]}'
_BODY = b'{"code":"200000","data":[]}'
_GZIP = gzip.compress(_BODY)
HEADS: dict[str, bytes] = {
    "no number": b"HTTP/1.1 abc OK\r\n\r\n",
    "a number of five digits": b"HTTP/1.1 20000 OK\r\n\r\n",
    "a negative number": b"HTTP/1.1 -200 OK\r\n\r\n",
    "HTTP/0.9": _BODY,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"HTTP/9.9 200 OK\r\nContent-Length: 27\r\n\r\n" + _BODY,
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "not modified": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -27\r\n\r\n" + _BODY,
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\nContent-Length: 5\r\n\r\n" + _BODY,
    "lengths in one": b"HTTP/1.1 200 OK\r\nContent-Length: 27, 5\r\n\r\n" + _BODY,
    "a length of words": b"HTTP/1.1 200 OK\r\nContent-Length: twenty\r\n\r\n" + _BODY,
    "a length without end": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n" + _BODY,
    "a length too short": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n" + _BODY,
    "a line of 100 kB": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    "a thousand headers": b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 1000 + b"\r\n" + _BODY,
    "a header without colon": b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 27\r\n\r\n" + _BODY,
    "a header of bytes": b"HTTP/1.1 200 OK\r\n\xff\xfe: \x00\x01\r\nContent-Length: 27\r\n\r\n" + _BODY,
    "a folded header": b"HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\n\t3\r\nContent-Length: 27\r\n\r\n" + _BODY,
    "both ways to end": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a piece of no size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "a piece of negative size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n",
    "a piece larger than memory": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
    "pieces that are cut": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1b\r\n" + _BODY[:9],
    "an unknown way to send": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n" + _BODY,
    "packed ten times": b"HTTP/1.1 200 OK\r\nContent-Encoding: " + b"gzip, " * 9 + b"gzip\r\n\r\n" + _BODY,
    "packed as br": b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n\x0b\x0d\x80",
    "packed as zstd": b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n(\xb5/\xfd",
    "packed as deflate": b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + _BODY,
    "packed and cut": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + _GZIP[:15],
    "packed and more": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + _GZIP + b"trailing",
    "quotas of words": b"HTTP/1.1 429 No\r\ngw-ratelimit-limit: many\r\ngw-ratelimit-remaining: 0\r\n\r\n" + _BODY,
    "quotas without end": b"HTTP/1.1 200 OK\r\ngw-ratelimit-limit: 1\r\ngw-ratelimit-remaining: 0\r\n"
    b"gw-ratelimit-reset: " + b"9" * 5000 + b"\r\n\r\n" + _BODY,
    "a cookie of bytes": b"HTTP/1.1 200 OK\r\nSet-Cookie: \xff=\x00; Max-Age=x; Domain=[\r\n\r\n" + _BODY,
    "line feeds alone": b"HTTP/1.1 200 OK\nContent-Length: 27\n\n" + _BODY,
    "nothing but ends of lines": b"\r\n" * 1000,
    "noise": bytes(range(256)) * 40,
}
# Odd, and still an answer that says what it says.
READABLE = {
    *("a header without colon", "a header of bytes", "a folded header", "a cookie of bytes", "line feeds alone"),
    *("quotas without end", "packed and more", "an unknown way to send"),
    *("a negative length", "a length of words", "a length without end"),  # to be read until the line ends
}


@pytest.fixture
def blunt() -> Iterator[Callable[[bytes], tuple[int, threading.Semaphore]]]:
    """A host that says its words to the first who comes, all is well to the others, and hangs up.

    Returns its port, and what is released each time that it has hung up.
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def start(words: bytes) -> tuple[int, threading.Semaphore]:
        left, hung_up = [words], threading.Semaphore(0)

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return  # closed at the end of the test
                with suppress(OSError), connection:  # the client may have had enough
                    connection.recv(65536)
                    connection.sendall(left.pop() if left else FINE)
                hung_up.release()

        threading.Thread(target=answer, daemon=True).start()
        return int(listener.getsockname()[1]), hung_up

    yield start
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.mark.parametrize("kind", HEADS)
def test_no_head_upsets_the_client(kind: str, blunt: Callable[[bytes], tuple[int, threading.Semaphore]]) -> None:
    """A typed error, or the answer where it can be read; the next request is answered as if nothing had been."""
    port, hung_up = blunt(HEADS[kind])
    transport = Transport(hosts.practice(port, port), KEY, timeouts=Timeouts(read=READ))
    began = time.monotonic()
    if kind in READABLE:
        assert bytes(transport.call(CANCEL).data) == b"[]"
    else:
        with pytest.raises(KucoinError, match=CANCEL.path):
            transport.call(CANCEL)
    assert time.monotonic() - began < READ + 1
    assert hung_up.acquire(timeout=30)  # a connection that ends while it is being used says nothing of the head
    assert bytes(transport.call(CANCEL).data) == b"[]"
    transport.close()


def test_an_odd_head_is_not_logged(
    blunt: Callable[[bytes], tuple[int, threading.Semaphore]], caplog: pytest.LogCaptureFixture
) -> None:
    """A host that sends one with every answer would fill the log, with the query of each request in it."""
    port, _ = blunt(HEADS["a header without colon"])
    transport = Transport(hosts.practice(port, port), KEY, timeouts=Timeouts(read=READ))
    with caplog.at_level(logging.DEBUG):
        transport.call(CANCEL, params={"symbol": "BTC-USDT"})
    assert caplog.records == []
    transport.close()
