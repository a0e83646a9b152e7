"""Sentences that name amounts of one's own, without them: for whoever looks while the amounts are hidden."""

from __future__ import annotations

from collections.abc import Mapping

from kucoin.model.alert import AlertKind

# What is told of other kinds are prices, rates, percentages and seconds.
_SENTENCES: Mapping[AlertKind, str] = {
    AlertKind.FILL: "An order on {} was filled.",
    AlertKind.REFUSED: "An order on {} was refused, or came to nothing.",
    AlertKind.LOSS: "The loss of today is at its threshold or beyond.",
}


def alert_words(kind: AlertKind | None, subject: str, words: str) -> str:
    """Return what an alert says, without amounts; ``words`` where it names none, as while it says nothing at all.

    Args:
        kind: None for a test.
        subject: The symbol; of an alert on all of them empty.
    """
    sentence = _SENTENCES.get(kind) if kind else None
    return sentence.format(subject or "some symbol") if sentence and words else words
