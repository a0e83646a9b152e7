"""The connections of the line: urllib3's, and two things that it does not do.

A request is written out and signed when its connection stands, so that no timestamp grows old while a host is dialled.
And an answer is whole by a fixed moment, however slowly it drips: urllib3 only bounds the silence between two bytes.
"""

from __future__ import annotations

import http.client
import io
import logging
import socket
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, cast

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

# It warns of each odd header, with the query, and of each connection beyond its pool: a line for every request.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class Written(NamedTuple):
    """A request as it goes out. ``body`` is None where it has none."""

    headers: Mapping[str, str]
    body: bytes | None


class Draft:
    """What goes through urllib3 in the place of a body: how to write the request, once its connection stands.

    Attributes:
        write: Called once, and what it returns is sent at once.
        longest: Seconds from sending to the last byte of the answer.
        sent: When it was written, in s of the monotonic clock; None before that.
    """

    def __init__(self, write: Callable[[], Written], longest: float) -> None:
        self.write = write
        self.longest = longest
        self.sent: float | None = None


class _Reader(io.RawIOBase):
    """The bytes of a socket, as long as they come before ``deadline``."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        super().__init__()
        self._socket = sock
        self._bytes = sock.makefile("rb", buffering=0)  # keeps the socket open for an answer that closes its connection
        self._deadline = deadline

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, or wait for it."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return cast("io.RawIOBase", self._bytes).readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self._bytes.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer that is read until its deadline."""

    def __init__(self, sock: socket.socket, *args: Any, deadline: float, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Reader(sock, deadline))


class _Connection(HTTPConnection):
    """A connection that takes a `Draft` for a body."""

    def request(self, method: str, url: str, body: Any = None, **options: Any) -> None:  # type: ignore[override]
        """Connect where it does not stand, have the draft written, and send it."""
        draft = cast("Draft", body)
        if self.is_closed:
            self.connect()
        written = draft.write()
        draft.sent = time.monotonic()
        deadline = draft.sent + draft.longest
        self.response_class = partial(_Answer, deadline=deadline)  # type: ignore[assignment]  # all it does is call it
        super().request(method, url, body=written.body, **options | {"headers": written.headers})


class _TlsConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class Pool(HTTPConnectionPool):
    """The connections to one host."""

    ConnectionCls = _Connection  # type: ignore[assignment]  # urllib3 names a protocol that it is itself short of


class TlsPool(HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = _TlsConnection  # type: ignore[assignment]  # likewise
