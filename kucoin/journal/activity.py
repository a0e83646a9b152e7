"""What changed the account's balances, in the journal, kept for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlalchemy import BigInteger, Integer, Text, select, type_coerce

from kucoin.journal import tables
from kucoin.journal.ledger import LedgerStore, Mark
from kucoin.model.activity import Activity

Line = tuple[str, str, str, str, str, str, str, str | None, str | None, str, str, int, int]
"""A line as it is kept, in the order of `Activity`'s fields: amounts as text, the kind as its word, µs since 1970."""

_AT_ONCE = 2000  # rows that are fetched together


class ActivityStore(LedgerStore):
    """Adds lines of the activity and reads them, as `LedgerStore` does fills.

    Streams are one for each list of the exchange: ``activity:spot``.
    """

    def add_activity(self, account: str, entries: Sequence[Activity], mark: Mark | None = None) -> int:
        """Store ``entries``, told apart by source and id."""
        return self._add(tables.activity, account, entries, mark)

    def lines(self, account: str) -> Iterator[Line]:
        """Read every line as it is kept, in any order: there may be hundreds of thousands."""
        of = tables.activity.c
        texts = [type_coerce(of[name], Text).label(name) for name in ("source", "entry_id", "place", "currency")]
        texts += [type_coerce(of[name], Text).label(name) for name in ("kind", "business", "change", "fee")]
        texts += [type_coerce(of[name], Text).label(name) for name in ("balance", "subject", "detail")]
        counts, at = type_coerce(of["counts"], Integer).label("counts"), type_coerce(of["at"], BigInteger).label("at")
        query = select(*texts, counts, at).where(of.account == account)
        at_once = {"yield_per": _AT_ONCE}
        with self._journal.read() as connection, connection.execute(query, execution_options=at_once) as found:
            for row in found:
                yield tuple(row)


def line(entry: Activity) -> Line:
    """Return an entry as it is kept."""
    return (
        *(entry.source, entry.entry_id, entry.place, entry.currency, entry.kind.value, entry.business),
        *(f"{entry.change:f}", _spelled(entry.fee), _spelled(entry.balance)),
        *(entry.subject, entry.detail, int(entry.counts), tables.microseconds(entry.at)),
    )


def _spelled(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
