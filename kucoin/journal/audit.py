"""Who did what, and what came of it: rows that are only ever added, each sealed together with the one before it.

A row that is altered, deleted, inserted or moved breaks the chain at its place; rows cut off at the end are missed by
the end that is kept outside the database. Whoever can read the key can forge all of it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, text

from kucoin.errors import JournalError
from kucoin.journal import tables
from kucoin.journal.audit_key import BEGINNING, End, Seals
from kucoin.journal.database import Journal

_BATCH = 500  # rows that are read at once to be verified
_COLUMNS = ("seq", "account", "at_us", "who", "act", "subject", "body")
_LOCK = "SELECT pg_advisory_xact_lock(7106)"  # SQLite's transaction has the file to itself
# As they stand in the database, whatever somebody put there.
_RAW = text(f"SELECT {', '.join(_COLUMNS)}, mac FROM audit WHERE seq >= :seq ORDER BY seq LIMIT {_BATCH}")  # noqa: S608  constants
_of = tables.audit.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that was done.

    Attributes:
        account: Whose account it concerns; empty where none was known.
        who: Who did it; ``desk`` where the program did.
        act: What was done, in a word or two: ``intent``, ``cancel``.
        subject: What it was done to: an id or a symbol; may be empty.
        body: What else is to be known, as JSON; see `written`.
    """

    account: str
    at: datetime
    who: str
    act: str
    subject: str
    body: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Act):
    """An act as it is written down; ``seq`` counts from 1."""

    seq: int


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where a chain does not hold: the number of the row, or of one that is missing, and what is wrong with it."""

    seq: int
    words: str


def written(body: Mapping[str, Any]) -> str:
    """Return ``body`` as JSON: dataclasses, decimals and moments as well; what else there may be as its text."""
    return json.dumps(msgspec.to_builtins(body, enc_hook=str, str_keys=True), ensure_ascii=False)


class Chain:
    """The audit of a journal. What writes or reads raises JournalError where the database fails.

    Attributes:
        problem: Why its rows cannot be verified; empty where they can.
    """

    def __init__(self, journal: Journal, folder: Path) -> None:
        """Read the key beside the journal, or make it where nothing was sealed yet.

        Raises:
            NotConfigured: The key can be read by others, or not at all, or not be made.
            JournalError: The journal cannot be read.
        """
        self._journal = journal
        last = self._last()
        self._seals = Seals(folder, journal.name, fresh=last == BEGINNING)
        self._lock = threading.Lock()
        self.problem = self._seals.problem
        self._end = last  # the last row that is known to be on disk
        self._kept = BEGINNING
        self._spoilt = ""
        try:
            kept = self._seals.kept()
        except JournalError as error:
            self._spoilt = str(error)
        else:
            if kept is None and not self.problem:
                self.problem = f"{self._seals.end_path} is missing: whether rows were cut off cannot be told"
            self._kept = kept or BEGINNING
            self._end = max(last, self._kept, key=lambda end: end.seq)

    @property
    def end(self) -> End:
        """The last row that is known to be on disk."""
        with self._lock:
            return self._end

    def write(self, work: Callable[[Connection], Sequence[Act]]) -> None:
        """Have ``work`` done in one transaction with the acts that it returns; waits until both are on disk.

        An exception out of ``work`` undoes all of it.
        """

        def both(connection: Connection) -> End | None:
            acts = work(connection)
            return self._append(connection, acts) if acts else None

        end = self._journal.write(both).result()
        if end is not None:
            with self._lock:
                self._end = max(end, self._end, key=lambda each: each.seq)

    def add(self, acts: Sequence[Act]) -> None:
        """Write down what was done, in this order: all of it or nothing; waits until it is on disk."""
        self.write(lambda connection: acts)  # noqa: ARG005  nothing else is written

    def keep_end(self) -> None:
        """Have the end known outside the database, where it moved since.

        Raises:
            OSError: The file cannot be written.
        """
        end = self.end
        if end != self._kept and not self._spoilt:  # a spoilt file is evidence
            self._seals.keep(end)
            self._kept = end

    def between(self, account: str, begin: datetime, end: datetime, *, after: int = 0) -> tuple[Row, ...]:
        """Return the rows of a span that concern the account, or none, and come after number ``after``, in order."""
        wanted = (_of.account.in_((account, "")), _of.at >= begin, _of.at < end, _of.seq > after)
        with self._journal.read() as connection:
            rows = connection.execute(select(tables.audit).where(*wanted).order_by(_of.seq)).all()
        return tuple(Row(**{name: getattr(row, name) for name in Row.__dataclass_fields__}) for row in rows)

    def before(self, account: str, at: datetime) -> datetime | None:
        """Return when the last thing before ``at`` was done; None where nothing was."""
        wanted = (_of.account.in_((account, "")), _of.at < at)
        with self._journal.read() as connection:
            return connection.execute(select(_of.at).where(*wanted).order_by(_of.at.desc()).limit(1)).scalar()

    def verify(self, since: End = BEGINNING) -> Iterator[End | Flaw]:
        """Verify the rows after ``since``, and yield how far the chain holds, batch by batch; a flaw ends it.

        Nothing is yielded without a key.
        """
        if self._seals.problem:
            return
        if self._spoilt:
            yield Flaw(0, self._spoilt)
            return
        known, at = self.end, since
        low = since.seq + 1 if since != BEGINNING else -(2**63)  # nothing may hide before the first
        while rows := self._raw(low):
            for *row, mac in rows:
                flaw = self._flaw(at, row, mac)
                if flaw is not None:
                    yield flaw
                    return
                at = End(at.seq + 1, mac)
                if at.seq == known.seq and at != known:
                    yield Flaw(at.seq, f"row {at.seq} is another than the one that was written")
                    return
            low = at.seq + 1
            yield at
        if at.seq < known.seq:
            yield Flaw(at.seq + 1, f"rows {at.seq + 1} to {known.seq} were cut off at the end")
        else:
            yield at

    def _flaw(self, before: End, row: list[Any], mac: object) -> Flaw | None:
        expected = before.seq + 1
        if row[0] != expected:
            return Flaw(expected, f"row {expected} is not in its place")
        plain = all(type(each) in {int, str} for each in row)  # as everything is that was written here
        if plain and self._seals.seal(before.mac, tuple(row)) == mac:
            return None
        return Flaw(expected, f"row {expected} is not as it was written")

    def _append(self, connection: Connection, acts: Sequence[Act]) -> End:
        """Seal ``acts`` on to the last row; one that was known and is gone stays missed for good."""
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(_LOCK)
        last = _last(connection)
        known = self.end
        end = last if last.seq > known.seq else known
        rows: list[dict[str, Any]] = []
        for act in acts:
            row = {name: tables.storable(getattr(act, name)) for name in ("account", "who", "act", "subject", "body")}
            sealed = {**row, "seq": end.seq + 1, "at_us": tables.microseconds(act.at)}
            end = End(end.seq + 1, self._seals.seal(end.mac, tuple(sealed[name] for name in _COLUMNS)))
            rows.append({**row, "seq": end.seq, "at": act.at, "mac": end.mac})
        connection.execute(insert(tables.audit), rows)
        return end

    def _last(self) -> End:
        with self._journal.read() as connection:
            return _last(connection)

    def _raw(self, after: int) -> Sequence[Any]:
        with self._journal.read() as connection:
            return connection.execute(_RAW, {"seq": after}).all()


_LAST = select(_of.seq, _of.mac).order_by(_of.seq.desc()).limit(1)


def _last(connection: Connection) -> End:
    row = connection.execute(_LAST).first()
    if row is None:
        return BEGINNING
    if not isinstance(row.seq, int):
        raise JournalError("the last row of the audit has no number")
    return End(row.seq, row.mac)
