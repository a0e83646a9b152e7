"""One question as it left and what came back, fit to be shown: nothing secret is in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it left: ``url`` as on the wire, secret headers hidden, ``signed`` what the signature is made of."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    signed: str | None


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of a question.

    ``sent`` is None where nothing left, ``status`` and ``took`` (s) where nothing came back. ``content`` is the
    answer's text, laid out where it is JSON and cut where it is long; ``left_out`` says how many characters were cut.
    ``problem`` is the error that this client makes of it, None where there is none.
    """

    sent: Sent | None
    status: int | None
    took: float | None
    content: str
    left_out: int
    problem: str | None
