"""One question as it leaves and the answer as it comes, for somebody who wants to see them: nothing secret is in it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import msgspec

from kucoin.model.look import Looked, Sent
from kucoin.rest.answer import UNREADABLE, Reply
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.signing import Signer

_LONGEST = 20_000  # characters of an answer that are shown
_FORMATTED = 4 * 1024 * 1024  # bytes up to which it is laid out
# What may be shown of a request's headers as it is; all of any other is hidden.
_OPEN = {"accept-encoding", "content-type", "user-agent", "kc-api-timestamp", "kc-api-key-version"}


class Look:
    """Where the transport puts one thread's question: its last request, and the answer. Not safe to share."""

    def __init__(self, endpoint: Endpoint, signer: Signer | None) -> None:
        self.endpoint = endpoint
        self._signer = signer
        self._sent: Sent | None = None
        self._reply: Reply | None = None

    def wrote(self, url: str, headers: Mapping[str, str], signed: str | None) -> None:
        """Take a request; an answer to one before it is forgotten."""
        shown = tuple(
            (name, self._blot(value) if name.lower() in _OPEN else "(hidden)") for name, value in headers.items()
        )
        self._sent = Sent(self.endpoint.method, self._blot(url), shown, signed and self._blot(signed))
        self._reply = None

    def came(self, reply: Reply) -> None:
        """Take its answer."""
        self._reply = reply

    def looked(self, problem: str | None) -> Looked:
        """Return what was seen."""
        problem = None if problem is None else self._blot(problem)
        if self._reply is None:
            return Looked(self._sent, None, None, "", 0, problem)
        text = self._blot(_laid_out(self._reply.content))  # before it is cut, which could leave half a secret
        return Looked(
            self._sent,
            self._reply.status,
            self._reply.took,
            text[:_LONGEST],
            max(0, len(text) - _LONGEST),
            problem,
        )

    def _blot(self, text: str) -> str:
        return text if self._signer is None else self._signer.blot(text)


def _laid_out(content: bytes) -> str:
    if len(content) <= _FORMATTED:
        with suppress(*UNREADABLE):  # shown as it came
            content = msgspec.json.format(content, indent=2)
    return content.decode(errors="replace")
