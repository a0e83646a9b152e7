"""What the account was worth, and what the units cost that it is shown in: snapshots in the journal, kept for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from kucoin.journal import tables
from kucoin.journal.ledger import LedgerStore, inserting
from kucoin.model.activity import Rate, Worth

_AT_ONCE = 2000  # rows that are fetched together


class WorthStore(LedgerStore):
    """Adds snapshots and reads them, as `LedgerStore` does what happened."""

    def add_snapshot(self, account: str, worths: Sequence[Worth], rates: Sequence[Rate]) -> None:
        """Store what the parts were worth at a moment and the rates of it, all or nothing."""
        parts = [
            {"account": account, "place": each.place, "at": each.at, "value": each.value, "complete": each.complete}
            for each in worths
        ]
        prices = [{"unit": each.unit, "at": each.at, "price": each.price} for each in rates]

        def work(connection: Connection) -> None:
            for table, rows in ((tables.worth, parts), (tables.rate, prices)):
                if rows:
                    connection.execute(inserting(connection, table).on_conflict_do_nothing(), rows)

        self._journal.write(work).result()

    def worths(self, account: str, *, since: datetime | None = None) -> Iterator[Worth]:
        """Read the snapshots from ``since`` on, by time."""
        of = tables.worth.c
        return self._read(Worth, tables.worth, account, since, (of.at, of.place))

    def rates(self) -> Iterator[Rate]:
        """Read the rates, by time."""
        of = tables.rate.c
        query = select(of.unit, of.price, of.at).order_by(of.at, of.unit)
        at_once = {"yield_per": _AT_ONCE}
        with self._journal.read() as connection, connection.execute(query, execution_options=at_once) as found:
            for row in found:
                yield Rate(*row)
