"""What may be risked and whether new orders were stopped, each change a row of its own: the last one holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select

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
            return _last(connection, account)

    def change(self, account: str, make: Callable[[Rules | None], Rules], *, by: str, at: datetime) -> Written:
        """Write down what holds from now on, made of what held: None where that cannot be understood."""

        def work(connection: Connection) -> Written:
            try:
                before: Rules | None = _last(connection, account).rules
            except JournalError:
                before = None
            seq = select(func.coalesce(func.max(_rows.seq), 0) + 1).where(_rows.account == account)
            made = make(before)
            row = {
                "account": account,
                "seq": connection.execute(seq).scalar_one(),
                "body": msgspec.json.encode(made).decode(),
                "by": by,
                "at": at,
            }
            connection.execute(insert(tables.limits), row)
            return Written(made, row["seq"])

        return self._journal.write(work).result()


_rows = tables.limits.c


def _last(connection: Connection, account: str) -> Written:
    query = select(_rows.seq, _rows.body).where(_rows.account == account).order_by(_rows.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return Written(Rules(limits=None, halt=None)) if row is None else Written(_understood(row.body), row.seq)


def _understood(body: str) -> Rules:
    """Read a row to its last word: a limit that is overlooked would be none."""
    try:
        given = msgspec.json.decode(body)
        rules = msgspec.convert(given, Rules)
        unknown = [*_unknown(given, Rules), *_unknown(given.get("limits") or {}, Limits)]
    except msgspec.MsgspecError as error:
        raise JournalError(f"the limits in the journal cannot be read: {error}") from error
    if unknown:
        raise JournalError(f"the limits in the journal cannot be read: nobody here knows {', '.join(unknown)}")
    return rules


def _unknown(given: dict[str, Any], kind: type[Any]) -> list[str]:
    return sorted(given.keys() - {field.name for field in fields(kind)})
