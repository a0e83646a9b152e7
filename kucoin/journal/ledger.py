"""The ledger in the journal: fills, funding, closed positions and equity of an account, kept for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from kucoin.journal import tables
from kucoin.journal.database import Journal
from kucoin.model.ledger import EquityPoint
from kucoin.model.order import FuturesFill
from kucoin.model.position import ClosedPosition, FundingPayment

T = TypeVar("T")

_AT_ONCE = 2000  # rows that are fetched together


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything of ``stream`` from ``since`` (None: from its beginning) up to ``upto`` is in the store.

    Streams are ``fills``, ``closed`` and one for each contract's funding: ``funding:XBTUSDTM``.
    """

    stream: str
    upto: datetime
    since: datetime | None


class LedgerStore:
    """Adds to the ledger and reads it.

    Adding waits until it is on disk. What is there already stays as it is, so whatever may have been stored can be
    stored again; each ``add`` returns how many were new. ``mark`` is stored with them or not at all. What reads runs
    while it is iterated over. All of it raises JournalError where the database fails.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def add_fills(self, account: str, fills: Sequence[FuturesFill], mark: Mark | None = None) -> int:
        """Store ``fills``, told apart by symbol, trade and order."""
        return self._add(tables.fill, account, fills, mark)

    def add_funding(self, account: str, payments: Sequence[FundingPayment], mark: Mark | None = None) -> int:
        """Store ``payments``, told apart by symbol and id."""
        return self._add(tables.funding, account, payments, mark)

    def add_closed(self, account: str, positions: Sequence[ClosedPosition], mark: Mark | None = None) -> int:
        """Store ``positions``, told apart by their id."""
        return self._add(tables.closed_position, account, positions, mark)

    def add_equity(self, account: str, points: Sequence[EquityPoint]) -> int:
        """Store ``points``, one for each currency and moment."""
        return self._add(tables.equity, account, points, None)

    def fills(self, account: str, *, since: datetime | None = None) -> Iterator[FuturesFill]:
        """Read the fills from ``since`` on, by time, those of one moment by trade number."""
        of = tables.fill.c
        return self._read(FuturesFill, tables.fill, account, since, (of.at, *_numbered(of.trade_id)))

    def funding(self, account: str, *, since: datetime | None = None) -> Iterator[FundingPayment]:
        """Read the funding payments from ``since`` on, by time and id."""
        of = tables.funding.c
        return self._read(FundingPayment, tables.funding, account, since, (of.at, of.payment_id))

    def closed(self, account: str, *, since: datetime | None = None) -> Iterator[ClosedPosition]:
        """Read the positions that were closed from ``since`` on, by the time of it."""
        of = tables.closed_position.c
        order = (of.closed_at, *_numbered(of.close_id))
        return self._read(ClosedPosition, tables.closed_position, account, since, order)

    def equity(self, account: str, currency: str, since: datetime | None = None) -> Iterator[EquityPoint]:
        """Read the equity in ``currency`` from ``since`` on, by time."""
        of = tables.equity.c
        return self._read(EquityPoint, tables.equity, account, since, (of.at,), of.currency == currency)

    def marks(self, account: str) -> dict[str, Mark]:
        """Return how far each stream was read, by its name."""
        of = tables.mark.c
        with self._journal.read() as connection:
            found = connection.execute(select(of.stream, of.upto, of.since).where(of.account == account))
            return {row.stream: Mark(*row) for row in found}

    def _add(self, table: Table, account: str, records: Sequence[Any], mark: Mark | None) -> int:
        columns = [column.key for column in table.c if column is not table.c.account]
        rows = [{"account": account, **{key: getattr(record, key) for key in columns}} for record in records]

        def work(connection: Connection) -> int:
            if mark is not None:
                new = {"upto": mark.upto, "since": mark.since}
                marking = inserting(connection, tables.mark).values(account=account, stream=mark.stream, **new)
                keys = [tables.mark.c.account, tables.mark.c.stream]
                connection.execute(marking.on_conflict_do_update(index_elements=keys, set_=new))
            if not rows:
                return 0
            adding = inserting(connection, table).on_conflict_do_nothing()
            return connection.execute(adding, rows, execution_options={"preserve_rowcount": True}).rowcount

        return self._journal.write(work).result()

    def _read(
        self,
        kind: type[T],
        table: Table,
        account: str,
        since: datetime | None,
        order: tuple[ColumnElement[Any], ...],
        *conditions: ColumnElement[bool],
    ) -> Iterator[T]:
        """Read ``table`` as the dataclass ``kind`` in ``order``, of which the moment comes first."""
        columns = [table.c[field.name] for field in fields(kind)]  # type: ignore[arg-type]  # T is a dataclass
        query = select(*columns).where(table.c.account == account, *conditions).order_by(*order)
        if since is not None:
            query = query.where(order[0] >= since)
        at_once = {"yield_per": _AT_ONCE}
        with self._journal.read() as connection, connection.execute(query, execution_options=at_once) as found:
            for row in found:
                yield kind(*row)


def _numbered(text: ColumnElement[str]) -> tuple[ColumnElement[Any], ...]:
    """What sorts numbers that are kept as text: 9 before 10."""
    return func.length(text), text


def inserting(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return what adds to ``table`` in the words of the database, which may leave out what is there."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
