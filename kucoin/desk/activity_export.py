"""The account's activity as a file: made on a thread of its own, with its progress to be seen and a way to end it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

from kucoin.desk.activity import ActivityRow, ActivityView
from kucoin.desk.export import Column, Row, Share, Table, to_csv, to_parquet, veiled

log = logging.getLogger(__name__)

Kind = Literal["csv", "parquet"]

ACTIVITY = {
    "time_utc": Column.TIME,
    "account": Column.TEXT,
    "kind": Column.TEXT,
    "currency": Column.TEXT,
    "change": Column.EXACT,  # what it did to the balance, fee included
    "fee": Column.EXACT,  # the part of it that was one, positive when paid
    "balance": Column.EXACT,  # afterwards
    "subject": Column.TEXT,
    "business": Column.TEXT,  # the exchange's word for the reason
    "detail": Column.TEXT,
    "counts": Column.TEXT,  # yes; no where the line is another view of money that other lines tell of
    "source": Column.TEXT,  # with the id it tells the line from all others
    "id": Column.TEXT,
}

_MONEY = frozenset({"change", "fee", "balance"})
_TELLING = frozenset({"detail", "id"})  # may name amounts in words; of a deposit without a hash its amount is in the id
_ROWS = 0.8  # of the whole work is done when the last row was taken; the rest is writing them
_STEP = 500  # rows between two looks at whether somebody ended it


class State(StrEnum):
    """What became of a file."""

    MAKING = "making"
    READY = "ready"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ActivityExport:
    """A file under way, and what it holds once it is ready. It begins at once. Safe to look at from any thread.

    Args:
        view: The lines that it is to hold; the oldest come first.
        kind: ``csv`` or ``parquet``; both hold the same, to the last digit.
        share: Given where it is to tell no amount, but shares; see `export.veiled`.

    Attributes:
        rows: How many lines it holds.
        state: What became of it.
        problem: Why there is none; empty while it did not fail.
    """

    def __init__(self, view: ActivityView, kind: Kind, share: Share | None = None) -> None:
        self.rows = view.count
        self.state = State.MAKING
        self.problem = ""
        self._view, self._kind, self._share = view, kind, share
        self._done = 0
        self._content = b""
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._make, name="activity-export", daemon=True)
        self._thread.start()

    @property
    def progress(self) -> float:
        """How much of the work is done, 0 to 1."""
        if self.state is State.READY:
            return 1.0
        return _ROWS * min(1.0, self._done / self.rows) if self.rows else 0.0

    def cancel(self) -> None:
        """End it, unless it is ready; it stops within a fraction of a second."""
        self._cancelled.set()

    def wait(self, timeout: float) -> bool:
        """Return whether it came to an end within ``timeout`` s."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def content(self) -> bytes:
        """Return the file; empty until it is ready."""
        return self._content

    def _make(self) -> None:
        table = Table(ACTIVITY, self._counted())
        if self._share is not None:
            columns = {name: column for name, column in ACTIVITY.items() if name not in _TELLING}
            table = veiled(Table(columns, table.rows), self._share, money=_MONEY)
        try:
            content = to_csv(table) if self._kind == "csv" else to_parquet(table)
        except _EndedError:
            self.state = State.CANCELLED
        except Exception as error:  # whatever it was, the page must not show a file under way for ever
            log.exception("the activity could not be made a file")
            self.problem = str(error) or type(error).__name__
            self.state = State.FAILED
        else:
            self._content = content
            self.state = State.CANCELLED if self._cancelled.is_set() else State.READY

    def _counted(self) -> Iterator[Row]:
        for place, row in enumerate(self._view.entries()):
            if place % _STEP == 0:
                self._done = place
                if self._cancelled.is_set():
                    raise _EndedError
            yield _line(row)
        self._done = self.rows


class _EndedError(Exception):
    """Somebody wanted the file no longer."""


def _line(row: ActivityRow) -> Row:
    entry = row.entry
    return {
        "time_utc": entry.at,
        "account": entry.place,
        "kind": entry.kind,
        "currency": entry.currency,
        "change": entry.change,
        "fee": entry.fee,
        "balance": row.balance,
        "subject": entry.subject,
        "business": entry.business,
        "detail": entry.detail,
        "counts": "yes" if entry.counts else "no",
        "source": entry.source,
        "id": entry.entry_id,
    }
