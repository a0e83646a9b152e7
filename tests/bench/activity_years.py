"""A desk's activity over a year of many lines, for the dashboard that bench_activity.py starts."""

from __future__ import annotations

import os
from datetime import datetime

from kucoin.desk.activity import ActivityChoices, ActivityReach, ActivityWish, Flow, Tie
from kucoin.desk.activity_columns import Columns, Names, View
from kucoin.journal.activity import line
from kucoin.model.activity import Activity, ActivityKind
from tests.activity_scene import PLACES, lines

COUNT, UNTIL = "BENCH_LINES", "BENCH_UNTIL"
"""What the environment says of the lines: how many, and before when."""


def drawn() -> list[Activity]:
    """Return the lines, oldest first; the same in every process."""
    return lines(int(os.environ[COUNT]), until=datetime.fromisoformat(os.environ[UNTIL]))


class Years:
    """In place of the desk's book: answers from the same columns, and never learns anything."""

    generation = 1

    def __init__(self) -> None:
        entries = drawn()
        self._columns = Columns.of(Names(), [line(each) for each in entries])
        currencies = tuple(sorted({each.currency for each in entries}))
        self._choices = ActivityChoices(PLACES, tuple(ActivityKind), currencies)
        self._since = entries[0].at

    def view(self, wish: ActivityWish) -> View:
        """Return the lines that are wanted."""
        return View(self._columns, self._columns.select(wish), {})

    def choices(self) -> ActivityChoices:
        """Return what there is to choose from."""
        return self._choices

    def reach(self) -> ActivityReach:
        """Return how far back the lines go."""
        return ActivityReach(self._since, f"All since {self._since:%d %B %Y}", reading=False, problem="", sources=())

    def ties(self) -> tuple[Tie, ...]:
        """Return none: there is no account behind these lines."""
        return ()

    def flows(self, _start: datetime | None, _end: datetime | None) -> tuple[Flow, ...]:
        """Return none, likewise."""
        return ()
