"""One question as it leaves and the answer as it comes, for somebody who wants to see them: nothing secret is in it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from itertools import accumulate

import msgspec

from kucoin.model.look import Looked, Sent
from kucoin.rest.answer import UNREADABLE, Reply
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.signing import Signer

_LONGEST = 20_000  # characters of an answer that are shown
_FORMATTED = 4 * 1024 * 1024  # bytes up to which it is laid out
_DEEPEST = 32  # brackets in brackets up to which it is: each line is indented by so many steps
_NO_BRACKETS = bytes(sorted(set(range(256)) - set(b"[]{}")))
# What may be shown of a request's headers as it is; all of any other is hidden.
_OPEN = {"accept-encoding", "content-type", "user-agent", "kc-api-timestamp", "kc-api-key-version"}


class Look:
    """Where the transport puts one thread's question: its last request, and the answer. Not safe to share."""

    def __init__(self, endpoint: Endpoint, signer: Signer | None) -> None:
        self.endpoint = endpoint
        self._signer = signer
        self._sent: Sent | None = None
        self._reply: Reply | None = None
        self._signature = ""

    def wrote(self, url: str, headers: Mapping[str, str], signed: str | None) -> None:
        """Take a request; an answer to one before it is forgotten."""
        self._signature = headers.get("KC-API-SIGN", "")  # good for 5 s more, and an answer may tell headers back
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
        text = text if self._signer is None else self._signer.blot(text)
        return text.replace(self._signature, "(hidden)") if self._signature else text


def _laid_out(content: bytes) -> str:
    if len(content) <= _FORMATTED and _depth(content) <= _DEEPEST:
        with suppress(*UNREADABLE):  # shown as it came
            content = msgspec.json.format(content, indent=2)
    return content.decode(errors="replace")


def _depth(content: bytes) -> int:
    """Return how deep brackets stand in each other at most; those inside of texts count too."""
    brackets = content.translate(None, _NO_BRACKETS)
    return max(accumulate(1 if each in b"[{" else -1 for each in brackets), default=0)
