"""Puts one request on the wire and brings back the answer: the only file here that touches the network.

It takes nothing from its surroundings (no proxy, no .netrc, no cookie) and follows nothing an answer says.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from kucoin.errors import KucoinError, OutcomeUnknown
from kucoin.rest.answer import Interrupted, Reply, Unreachable

_LARGEST_ANSWER = 32 * 1024 * 1024  # bytes, unpacked; the largest real one, all tickers, has half a megabyte
_PIECE = 64 * 1024  # bytes asked of the socket at a time


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Longest silence in s: until the connection stands, and between bytes. A body must be whole after ``read``."""

    connect: float = 3.05
    read: float = 10.0


@dataclass(frozen=True, slots=True)
class Request:
    """A request written out and signed.

    ``name`` is how errors call it: method and path, without query. ``silence`` is the longest in s, where it is
    shorter than the line's ``read``.
    """

    name: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    silence: float | None = None

    def __repr__(self) -> str:
        return f"Request({self.name})"  # the headers hold the key and a signature


class _Session(requests.Session):
    """A session that cannot be led astray.

    All threads share one. That is sound because a request only reads it: adapters are mounted once, cookies are
    refused, redirects and proxies never looked at. The connections are pooled by urllib3, which is made for threads.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=16, max_retries=0)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Find no target in any answer, so that none can be followed."""


class Line:
    """The connections of one process."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._session = _Session()

    def exchange(self, request: Request) -> Reply:
        """Send ``request`` once and return what comes back, whole.

        Raises:
            Unreachable: No connection, so nothing left.
            Interrupted: No answer began.
            OutcomeUnknown: An answer began and did not end, in time or at all, or was far too long.
        """
        prepared = requests.PreparedRequest()  # filled in here: requests would encode the address a second time
        prepared.method = request.method
        prepared.url = request.url
        prepared.headers = CaseInsensitiveDict(request.headers)
        if request.body is not None:
            prepared.body = request.body
            prepared.headers["Content-Length"] = str(len(request.body))
        read = min(self._timeouts.read, request.silence or self._timeouts.read)
        timeout = (self._timeouts.connect, read)
        began = False
        sent = time.monotonic()
        try:
            with self._session.send(
                prepared, stream=True, allow_redirects=False, proxies={}, timeout=timeout
            ) as response:
                began = True
                content = self._read(request.name, response, read)
                return Reply(response.status_code, response.headers, content, time.monotonic() - sent)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            failure = _failure(request.name, error, began=began)
        # Raised out here on purpose: an error of the library, even as a mere context, carries the request with its
        # key, signature and query.
        raise failure

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _read(self, name: str, response: requests.Response, longest: float) -> bytes:
        deadline = time.monotonic() + longest
        pieces = []
        size = 0
        while piece := response.raw.read1(_PIECE, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if size > _LARGEST_ANSWER:
                raise OutcomeUnknown(f"{name}: outcome unknown, the answer is longer than {_LARGEST_ANSWER} bytes")
            if time.monotonic() > deadline:
                raise OutcomeUnknown(f"{name}: outcome unknown, the answer did not end in {longest:g} s")
        return b"".join(pieces)


def _failure(name: str, error: Exception, *, began: bool) -> KucoinError:
    """Return what an error of the library means. Only a connection that never stood proves that nothing was sent."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    kind = type(reason or error).__name__
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, urllib3.exceptions.NewConnectionError):
        return Unreachable(f"{name} not sent: no connection ({kind})")
    if began:
        return OutcomeUnknown(f"{name}: outcome unknown, the answer broke off ({kind})")
    return Interrupted(f"{name}: outcome unknown, no answer came ({kind})")
