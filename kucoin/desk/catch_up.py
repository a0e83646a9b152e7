"""Brings what the journal holds of a list up to what the exchange has: what is missing, oldest first, part by part.

The exchange cuts its lists three ways at once: a question spans a week, an answer is a page of it, and what is older
than some days or months is told no more. So a stream is read window by window, from its mark on. Within a window the
pages go from new to old. Where they are numbered from the newest row, one that turns up meanwhile has another told
twice, which does no harm, and is itself missed where it stands among those read already. That happens near the present
alone, so a mark stays some way behind it, and what is younger is asked for again. A mark moves with the last page of
its window, in one transaction with it: whenever the reading is cut off, what is marked was read.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

from kucoin.desk.refresh import pause_after
from kucoin.errors import OutcomeUnknown, QuotaHeld, TooManyRequests
from kucoin.journal.ledger import Mark
from kucoin.model.page import Page

T = TypeVar("T")
A = TypeVar("A")

LATE = timedelta(minutes=10)
"""How late a fill may turn up in the exchange's list; the latest are told elsewhere sooner."""
WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_MOST_ROWS = 10_000  # of one window, since one that is cut off has to be read again
_NARROWEST = timedelta(seconds=1)
_PATIENCE = 10  # refusals for the quota in a row until that is said
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is being read just now, in words for a page, and how much of it: hours of the exchange's time."""

    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Stream(Generic[T]):
    """One list of the exchange's.

    Attributes:
        name: As its mark is called.
        title: For pages.
        ask: For the rows between two moments, both included, from a cursor on; newest first.
        add: Keeps rows, and a mark with them.
        take: Is given the rows that were kept.
        told: How long the exchange tells of a row.
        widest: The longest window that may be asked for.
        late: How late a row may turn up.
    """

    name: str
    title: str
    ask: Callable[[datetime, datetime, int | None], Page[T]]
    add: Callable[[Sequence[T], Mark | None], object]
    take: Callable[[Sequence[T]], object]
    told: timedelta
    widest: timedelta
    late: timedelta


class CatchUp:
    """Reads streams. For one thread.

    Args:
        marks: How far each stream was read before.
        wait: Waits so many s; what it raises ends the reading.
        tell: Is told the present stage.

    Attributes:
        marks: How far each stream was read.
    """

    def __init__(
        self, marks: Mapping[str, Mark], *, wait: Callable[[float], None], tell: Callable[[Stage], None]
    ) -> None:
        self.marks = marks
        self._wait = wait
        self._tell = tell
        self._widths: dict[str, timedelta] = {}

    def read(self, stream: Stream[T], until: datetime) -> None:
        """Read ``stream`` from its mark on, in windows that are neither too long nor too full."""
        start = from_ = self._since(stream, until)
        width = self._widths.get(stream.name, stream.widest)
        kept: list[T] = []
        try:
            while start < until:
                end = min(start + width, until)
                self._tell(stage(stream.title, from_, start, until))
                page = self.patiently(partial(stream.ask, start, end, None))
                rows = page.total or 0
                if rows > _MOST_ROWS and end - start > _NARROWEST:
                    width = (end - start) / 2
                    continue
                kept += self._window(stream, page, (start, end), self._mark(stream, end, until))
                start = end
                if rows < _MOST_ROWS // 4:
                    width = min(width * 2, stream.widest)
                self._widths[stream.name] = width
        finally:  # nobody tells again what is marked
            if kept:
                stream.take(kept)

    def begin(self, stream: Stream[T], at: datetime) -> None:
        """Let `read` begin at ``at`` where ``stream`` was never read, and `read_back` there."""
        self.marks = {stream.name: Mark(stream.name, at, at), **self.marks}

    def read_back(self, stream: Stream[T], until: datetime) -> bool:
        """Read the window before all that was read of ``stream``; return whether there is none before that.

        It is for what was read up to a mark: lines of so long ago come late no more.
        """
        mark, oldest = self.marks[stream.name], until - stream.told
        if mark.since is None or mark.since <= oldest:
            return True
        start = max(mark.since - stream.widest, oldest)
        self._tell(Stage(f"{stream.title} of {start.day} {start:%B %Y}", 0, 0))
        page = self.patiently(partial(stream.ask, start, mark.since, None))
        rows = self._window(stream, page, (start, mark.since), Mark(stream.name, mark.upto, start))
        stream.take(rows)
        return start <= oldest

    def patiently(self, ask: Callable[[], A]) -> A:
        """Ask, as often as it takes where nothing but the quota is in the way."""
        refused = 0
        while True:
            self._wait(0.0)
            try:
                return ask()
            except (QuotaHeld, TooManyRequests) as error:
                refused += 1
                if refused > _PATIENCE:
                    raise
                self._wait(pause_after(error, refused, random.random()))

    def _window(self, stream: Stream[T], page: Page[T], window: tuple[datetime, datetime], mark: Mark) -> list[T]:
        """Keep ``page``, the first of a window, and those after it, and ``mark`` with the last; return their rows."""
        rows = [*page.items]
        asked: set[int] = set()
        while (cursor := page.cursor) is not None:
            if cursor in asked or not page.items:
                raise OutcomeUnknown(f"the pages of the {stream.title} do not end: nothing new on number {cursor}")
            asked.add(cursor)
            stream.add(page.items, None)
            page = self.patiently(partial(stream.ask, *window, cursor))
            rows += page.items
        stream.add(page.items, mark)
        self.marks = {**self.marks, stream.name: mark}
        return rows

    def _since(self, stream: Stream[T], until: datetime) -> datetime:
        """Return where to go on: at the mark, or where the exchange begins to tell if that is later."""
        mark, oldest = self.marks.get(stream.name), until - stream.told
        return oldest if mark is None else max(mark.upto, oldest)

    def _mark(self, stream: Stream[T], end: datetime, until: datetime) -> Mark:
        """Return what is known now that ``stream`` was read up to ``end``; what nobody tells any more is a gap."""
        before, oldest = self.marks.get(stream.name), until - stream.told
        return moved(before, stream.name, oldest, min(end, until - stream.late))


def moved(before: Mark | None, name: str, oldest: datetime, upto: datetime) -> Mark:
    """Return the mark of a stream that was read up to a moment.

    Args:
        before: Its mark until now.
        oldest: Where the exchange began to tell; a mark from before leaves a gap.
    """
    if before is None or before.upto < oldest:
        return Mark(name, upto, oldest)
    return Mark(name, max(upto, before.upto), before.since)


def stage(title: str, from_: datetime, start: datetime, until: datetime) -> Stage:
    """Return how much of ``title`` is read, from ``from_`` to ``until``, where the reading is at ``start``."""
    name = f"{title} of {start.day} {start:%B %Y}" if until - start > _DAY else f"the latest {title}"
    return Stage(name, (start - from_) // _HOUR, -((from_ - until) // _HOUR))
