"""Opens an answer: status, headers and bytes in, the envelope's data or a typed error out. No network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from kucoin import errors
from kucoin.errors import ApiError, NotFound, NotSent, OutcomeUnknown, TooManyRequests
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Quota

_SUCCESS = "200000"
# KuCoin's own way to say that it does not know what became of the request, at times with HTTP 200. Margin and futures
# have codes of their own for it; those of futures come while trading is suspended, settled or liquidated, or a close
# failed, and do not say whether the order was taken before that.
_SERVER_FAULTS = frozenset({"408000", "500000", "503000", "504000", "505000"})
_SPOT_FAULTS = _SERVER_FAULTS | {"126000", "126038", "126039", "135005", "135018"}
_FUTURES_FAULTS = _SERVER_FAULTS | {"300002", "300010", "300014", "300015"}
# s to keep away where the code says so and no header does.
_PAUSES = {"200002": 10.0, "1015": 30.0}
# What msgspec raises at bytes that are not the JSON asked for: wrong syntax or type, wrong UTF-8, endless brackets.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_SHOWN = 200  # characters of foreign text that go into an error


class Interrupted(OutcomeUnknown):
    """The line or the server failed before it answered: a question, not an order, may be put again."""


class Unreachable(NotSent):
    """No connection came about, so nothing was sent."""


class Answer(NamedTuple):
    """The data of a success, still JSON text, with the request's name and the s from sending to the last byte."""

    request: str
    data: msgspec.Raw
    took: float


class _Envelope(msgspec.Struct):
    code: str
    data: msgspec.Raw = msgspec.Raw(b"null")
    msg: Any = None  # a text, but a refusal stays one whatever it is


_envelopes = msgspec.json.Decoder(_Envelope)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over the line, unread. ``headers`` are looked up in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    took: float

    @property
    def quota(self) -> Quota | None:
        """What the headers say of the pool."""
        return Quota.read(self.headers)

    @property
    def is_page(self) -> bool:
        """Whether a CDN answered in KuCoin's place. A single missing path is no sign of that."""
        return self.status not in {404, 405} and self.content.lstrip()[:1] == b"<"

    def open(self, endpoint: Endpoint) -> Answer:
        """Return the data, which may be ``null``.

        Raises:
            ApiError: A refusal, or a question's redirect, which is never followed.
            NotFound: Also a success that holds a sentence instead of data: KuCoin's "there is none". Only to a
                question; after an order it proves nothing.
            OutcomeUnknown: Nothing readable, a fault on KuCoin's side, or an act's redirect: whoever sent that may have
                passed the act on.
        """
        if 300 <= self.status < 400:
            if endpoint.method != "GET":
                raise OutcomeUnknown(f"{endpoint.name}: outcome unknown, a redirect, not followed (HTTP {self.status})")
            raise ApiError(code=f"HTTP {self.status}", message="a redirect, not followed", request=endpoint.name)
        try:
            envelope = _envelopes.decode(self.content)
        except UNREADABLE:
            raise self._by_status(endpoint) from None
        if self.status >= 500 or envelope.code in (_FUTURES_FAULTS if endpoint.futures else _SPOT_FAULTS):
            said = f"{one_line(envelope.msg)} (KuCoin code {envelope.code}, HTTP {self.status})"
            raise Interrupted(f"{endpoint.name}: outcome unknown, KuCoin has a fault: {said}")
        if envelope.code != _SUCCESS:
            raise self._refusal(endpoint, envelope.code, envelope.msg)
        if not 200 <= self.status < 300:
            raise OutcomeUnknown(f"{endpoint.name}: outcome unknown, a success with HTTP {self.status}")
        if endpoint.method == "GET" and envelope.msg and bytes(envelope.data) == b"null":
            raise NotFound(code=envelope.code, message=one_line(envelope.msg), request=endpoint.name)
        return Answer(endpoint.name, envelope.data, self.took)

    def _refusal(self, endpoint: Endpoint, code: str, message: object) -> ApiError:
        said = one_line(message)
        kind = TooManyRequests if self.status == 429 else errors.of(code, said, futures=endpoint.futures)
        if issubclass(kind, TooManyRequests):
            quota = self.quota
            retry_after = quota.reset if quota is not None and self.status == 429 else _PAUSES.get(code)
            return kind(code=one_line(code), message=said, request=endpoint.name, retry_after=retry_after)
        return kind(code=one_line(code), message=said, request=endpoint.name)

    def _by_status(self, endpoint: Endpoint) -> ApiError | OutcomeUnknown:
        """Return the error for a body without envelope: a refusal only where nothing can have been executed."""
        code = f"HTTP {self.status}"
        if self.status == 429:
            return self._refusal(endpoint, code, "too many requests")
        if 400 <= self.status < 500 and endpoint.method == "GET":
            kind = NotFound if self.status == 404 else ApiError
            return kind(code=code, message=self._glimpse(), request=endpoint.name)
        text = f"{endpoint.name}: outcome unknown, unreadable answer with {code}: {self._glimpse()}"
        return Interrupted(text) if self.status >= 500 and not self.is_page else OutcomeUnknown(text)

    def _glimpse(self) -> str:
        return one_line(self.content[: 4 * _SHOWN].decode(errors="replace")) if self.content else "an empty body"


def one_line(text: object) -> str:
    """Return foreign text on one line and short enough for a page."""
    return " ".join(str(text or "no reason given").split())[:_SHOWN]
