"""How orders of this desk ended, noted once for each, so that nobody is told twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from kucoin.journal import tables
from kucoin.journal.database import Journal


class EndStore:
    """Keeps the ends by client order id. All of it raises JournalError where the database fails."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def add(self, ends: Mapping[str, str], *, at: datetime) -> None:
        """Write down how orders ended, by our id; waits until it is on disk. What is known of one already, stays."""
        rows = [{"client_oid": client_oid, "words": words, "at": at} for client_oid, words in ends.items()]

        def work(connection: Connection) -> None:
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            connection.execute(dialect.insert(tables.intent_end).on_conflict_do_nothing(), rows)

        self._journal.write(work).result()

    def since(self, at: datetime) -> dict[str, str]:
        """Return by our id how orders ended that were seen to from ``at`` on."""
        of = tables.intent_end.c
        with self._journal.read() as connection:
            return {
                row.client_oid: row.words
                for row in connection.execute(select(of.client_oid, of.words).where(of.at >= at))
            }
