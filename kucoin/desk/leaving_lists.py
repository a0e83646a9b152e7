"""A list that a way out has read anew: beside the regular readings, on threads of its own, until it is new enough."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from kucoin.desk.agenda import Agenda
from kucoin.errors import KucoinError

log = logging.getLogger(__name__)

_SPACING = 0.1  # s at least between two readings
_PAUSES = (0.25, 0.5, 1.0, 2.0)  # s after one that failed; the last one for all that follow


class Survey(NamedTuple):
    """The last reading that succeeded: when it was asked for, in s of the monotonic clock, and what it told."""

    began: float
    rows: Sequence[Any]


class Surveyed:
    """One list. `ask` is for one thread; nothing here waits.

    Args:
        name: As a sentence begins with it.
        read: Asks the exchange; raises a KucoinError.
        looks: Runs the readings.
        hurried: Has what is asked within asked as by somebody who waits.
        monotonic: Seconds that never jump.

    Attributes:
        survey: Replaced as a whole; None before the first.
        problem: Why the last reading failed; empty where it did not.
    """

    def __init__(
        self,
        name: str,
        read: Callable[[], Sequence[Any]],
        looks: Agenda,
        *,
        hurried: Callable[[], AbstractContextManager[None]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.survey: Survey | None = None
        self.problem = ""
        self._read = read
        self._looks = looks
        self._hurried = hurried
        self._monotonic = monotonic
        self._busy = False
        self._failures = 0
        self._due = float("-inf")

    def ask(self, since: float) -> None:
        """Have it read, unless it was since then, or is just now, or was a moment ago."""
        if self._busy or self._monotonic() < self._due or (self.survey is not None and self.survey.began >= since):
            return
        self._busy = True
        self._looks.after(0.0, self._look)

    def _look(self) -> None:
        began = self._monotonic()
        try:
            with self._hurried():
                rows = self._read()
        except KucoinError as error:
            self._failed(str(error))
        except Exception as error:
            log.exception("%s could not be read for a way out", self.name)
            self._failed(f"a fault of this program ({type(error).__name__}), of which its log tells more")
        else:
            self.survey, self.problem, self._failures = Survey(began, rows), "", 0
            self._due = self._monotonic() + _SPACING
        self._busy = False

    def _failed(self, problem: str) -> None:
        self.problem = problem
        self._due = self._monotonic() + _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        self._failures += 1
