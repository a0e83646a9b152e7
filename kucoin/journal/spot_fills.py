"""The fills of the spot and margin accounts in the journal, kept for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from kucoin.journal import tables
from kucoin.journal.ledger import LedgerStore, Mark
from kucoin.model.ledger_fill import LedgerFill


class SpotFillStore(LedgerStore):
    """Adds spot and margin fills and reads them, as `LedgerStore` does those of contracts.

    Streams are one for each account and pair, ``TRADE:BTC-USDT``, and one for each ledger that names the pairs:
    ``spot ledger`` and ``margin ledger``.
    """

    def add_spot(self, account: str, fills: Sequence[LedgerFill], mark: Mark | None = None) -> int:
        """Store ``fills``, told apart by symbol, trade and order; every one must tell what it came to."""
        return self._add(tables.spot_fill, account, fills, mark)

    def spot(self, account: str, *, since: datetime | None = None) -> Iterator[LedgerFill]:
        """Read the fills from ``since`` on, by time."""
        of = tables.spot_fill.c
        return self._read(LedgerFill, tables.spot_fill, account, since, (of.at, of.trade_id, of.order_id))
