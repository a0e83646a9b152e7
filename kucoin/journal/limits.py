"""What may be risked and whether new orders were stopped, each change a row of its own: the last one holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from kucoin.errors import JournalError
from kucoin.journal import tables
from kucoin.journal.database import Journal
from kucoin.model.limits import Halt, Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an account's orders are held to.

    Attributes:
        limits: None where nobody has set any yet; else ``by`` whom and when (``at``).
        halt: Who stopped new orders, None while they are not stopped.
    """

    limits: Limits | None
    halt: Halt | None
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """Rules as they stand in the journal; ``seq`` counts the changes, 0 where there was none yet."""

    rules: Rules
    seq: int = 0


class LimitStore:
    """Adds rules, and reads those that hold. All of it raises JournalError where the database fails."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def read(self, account: str) -> Written:
        """Return the rules that hold.

        Raises:
            JournalError: Also where what stands there cannot be understood whole, such as a limit of a newer version.
        """
        with self._journal.read() as connection:
            return _understood(*_last(connection, account))

    def change(self, account: str, make: Callable[[Rules | None], Rules], *, by: str, at: datetime) -> Written:
        """Write down what holds from now on, made of what held: None where that cannot be understood.

        Raises:
            JournalError: Also where another program changed them at the same moment.
        """

        def work(connection: Connection) -> Written:
            seq, body = _last(connection, account)
            try:
                before: Rules | None = _understood(seq, body).rules
            except JournalError:
                before = None
            made = Written(make(before), seq + 1)  # of that very row: whoever came between has taken the number
            text = msgspec.json.encode(made.rules).decode()
            row = {"account": account, "seq": made.seq, "body": text, "by": by, "at": at}
            connection.execute(insert(tables.limits), row)
            return made

        return self._journal.write(work).result()


_rows = tables.limits.c


def _last(connection: Connection, account: str) -> tuple[int, str | None]:
    """Return the number and the body of the row that holds; 0 and None where there is none."""
    query = select(_rows.seq, _rows.body).where(_rows.account == account).order_by(_rows.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return (0, None) if row is None else (row.seq, row.body)


def _understood(seq: int, body: str | None) -> Written:
    """Read a row to its last word: a limit that is overlooked would be none."""
    if body is None:
        return Written(Rules(limits=None, halt=None), seq)
    try:
        given = msgspec.json.decode(body)
        rules = msgspec.convert(given, Rules)
        unknown = [*_unknown(given, Rules), *_unknown(given.get("limits") or {}, Limits)]
    except msgspec.MsgspecError as error:
        raise JournalError(f"the limits in the journal cannot be read: {error}") from error
    if unknown:
        raise JournalError(f"the limits in the journal cannot be read: nobody here knows {', '.join(unknown)}")
    return Written(rules, seq)


def _unknown(given: dict[str, Any], kind: type[Any]) -> list[str]:
    return sorted(given.keys() - {field.name for field in fields(kind)})
