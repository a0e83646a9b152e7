"""Which alerts an account has, and what became of each: every change a row of its own, none is ever changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec
from sqlalchemy import Connection, func, insert, select

from kucoin.errors import JournalError
from kucoin.journal import tables
from kucoin.journal.database import Journal
from kucoin.model.alert import AlertKind

Deed = Literal["added", "removed", "fired", "recovered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertNote:
    """One change of an alert.

    Attributes:
        alert: The number of the alert: that of the row that added it, where it is 0.
        of: What fired or recovered, where an alert is of many: ``XBTUSDTM long``.
        kind, subject, threshold: Of the alert, in the row that added it.
        words: What was told, in the row that it fired.
    """

    deed: Deed
    alert: int = 0
    of: str = ""
    kind: AlertKind | None = None
    subject: str = ""
    threshold: Decimal | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A change as it stands in the journal: the how manieth, by whom and when."""

    seq: int
    note: AlertNote
    by: str
    at: datetime


class AlertStore:
    """Adds changes and reads them. All of it raises JournalError where the database fails."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def add(self, account: str, notes: Sequence[AlertNote], *, by: str, at: datetime) -> tuple[int, ...]:
        """Write changes down, all of them or none, and return their numbers; waits until they are on disk."""
        of = tables.alert.c
        seq = select(func.coalesce(func.max(of.seq), 0) + 1).where(of.account == account).scalar_subquery()
        adding = insert(tables.alert).returning(of.seq)
        bodies = [msgspec.json.encode(note).decode() for note in notes]

        def work(connection: Connection) -> tuple[int, ...]:
            row = {"account": account, "seq": seq, "by": by, "at": at}
            return tuple(connection.execute(adding.values(body=body, **row)).scalar_one() for body in bodies)

        return self._journal.write(work).result()

    def read(self, account: str) -> tuple[Written, ...]:
        """Return all changes of an account's alerts, oldest first."""
        of = tables.alert.c
        query = select(of.seq, of.body, of.by, of.at).where(of.account == account).order_by(of.seq)
        with self._journal.read() as connection:
            rows = connection.execute(query).all()
        return tuple(Written(seq=row.seq, note=_note(row.body, row.seq), by=row.by, at=row.at) for row in rows)


def _note(body: str, seq: int) -> AlertNote:
    try:
        return msgspec.json.decode(body, type=AlertNote)
    except msgspec.DecodeError as error:
        raise JournalError(f"change {seq} of the alerts cannot be read: {error}") from error
