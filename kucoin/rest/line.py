"""Puts one request on the wire and brings back the answer: all that touches the network lies here and in `connections`.

It takes nothing from its surroundings (no proxy, no .netrc, no cookie) and follows nothing an answer says.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from kucoin.errors import KucoinError, OutcomeUnknown
from kucoin.rest.answer import Interrupted, Reply, Unreachable
from kucoin.rest.connections import Draft, Pool, TlsPool, Written

_LARGEST_ANSWER = 32 * 1024 * 1024  # bytes, unpacked; the largest real one, all tickers, has half a megabyte
_PIECE = 64 * 1024  # bytes asked of the socket at a time


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Longest s until the connection stands, and from sending until the answer is whole."""

    connect: float = 3.05
    read: float = 10.0


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is ready to be signed.

    ``name`` is how errors call it: method and path, without query. ``base`` is the host's address, ``target`` path and
    query. ``write`` gives headers and body; it is called when the connection stands. ``silence`` is the longest in s
    until the answer is whole, where it is shorter than the line's ``read``.
    """

    name: str
    method: str
    base: str
    target: str
    write: Callable[[], Written]
    silence: float | None = None


class Line:
    """The connections of one process, for all threads."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        # Neither REST nor sockets look at the certificate authorities of the environment.
        self._pools = urllib3.PoolManager(
            num_pools=2, maxsize=16, cert_reqs="CERT_REQUIRED", ca_certs=DEFAULT_CA_BUNDLE_PATH
        )
        self._pools.pool_classes_by_scheme = {"http": Pool, "https": TlsPool}

    def exchange(self, request: Request) -> Reply:
        """Send ``request`` once and return what comes back, whole.

        Raises:
            Unreachable: No connection, so nothing left.
            Interrupted: No answer began.
            OutcomeUnknown: An answer began and did not end, in time or at all, or was far too long.
        """
        read = min(self._timeouts.read, request.silence or self._timeouts.read)
        draft = Draft(request.write, read)
        began = False
        try:
            response = self._pools.connection_from_url(request.base).urlopen(
                request.method,
                request.target,
                body=draft,  # type: ignore[arg-type]  # it is for our connections, which write it out
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(connect=self._timeouts.connect, read=read),
                preload_content=False,
                decode_content=False,
            )
            began = True
            try:
                content = self._read(request.name, response)
            finally:
                response.close()
                response.release_conn()
            sent = time.monotonic() if draft.sent is None else draft.sent
            return Reply(response.status, response.headers, content, time.monotonic() - sent)
        except HTTPError as error:
            failure = _failure(request.name, error, began=began, sent=draft.sent is not None)
        # Raised out here on purpose: an error of the library, even as a mere context, carries the request's query.
        raise failure

    def close(self) -> None:
        """Close the connections."""
        self._pools.clear()

    def _read(self, name: str, response: BaseHTTPResponse) -> bytes:
        pieces = []
        size = 0
        while piece := response.read1(_PIECE, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if size > _LARGEST_ANSWER:
                raise OutcomeUnknown(f"{name}: outcome unknown, the answer is longer than {_LARGEST_ANSWER} bytes")
        return b"".join(pieces)


def _failure(name: str, error: HTTPError, *, began: bool, sent: bool) -> KucoinError:
    """Return what an error of the library means. Only a request that was never written proves that nothing was sent."""
    kind = type(error).__name__
    if not sent:
        return Unreachable(f"{name} not sent: no connection ({kind})")
    if not began:
        return Interrupted(f"{name}: outcome unknown, no answer came ({kind})")
    end = "did not end in time" if isinstance(error, ReadTimeoutError) else "broke off"
    return OutcomeUnknown(f"{name}: outcome unknown, the answer {end} ({kind})")
