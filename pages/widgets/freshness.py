"""How old a figure may grow before the page says so, by what it was read for.

Every age is computed here, on the server, from the moment of reading; the browser only lets it grow until the next
drawing. So a clock that is wrong in the browser changes nothing, and a server that has gone makes every age turn stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from pages.widgets import figures


@dataclass(frozen=True, slots=True)
class Pace:
    """A kind of reading: its word, and the ages in s from which it is stale and from which it calls for action.

    ``fresh`` is a word for as long as it is neither.
    """

    word: str
    stale: float
    alarm: float
    fresh: str = ""


# Balances are read every 60 s: stale is a reading that was missed and missed again.
BALANCES = Pace("balances", stale=150, alarm=600)
ACCOUNT = Pace("", stale=BALANCES.stale, alarm=BALANCES.alarm)  # beside the account's own name, which says what it is


class Mark(TypedDict):
    """What the browser needs to draw an age and to let it grow: seconds at the time of drawing, None if never read."""

    word: str
    fresh: str
    seconds: float | None
    stale: float
    alarm: float


def mark(pace: Pace, at: datetime | None, now: datetime) -> Mark:
    """Return the mark of a reading of kind ``pace`` that was taken at ``at``."""
    seconds = figures.seconds_since(at, now)
    return {"word": pace.word, "fresh": pace.fresh, "seconds": seconds, "stale": pace.stale, "alarm": pace.alarm}


def is_stale(pace: Pace, at: datetime | None, now: datetime) -> bool:
    """Say whether a reading is stale; what was never read is unknown, which is another thing."""
    seconds = figures.seconds_since(at, now)
    return seconds is not None and seconds >= pace.stale
