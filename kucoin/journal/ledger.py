"""The ledger in the journal: fills, funding, closed positions and equity of an account, kept for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything of ``stream`` from ``since`` (None: from its beginning) up to ``upto`` is in the store.

    Streams are ``fills``, ``closed`` and one for each contract's funding: ``funding:XBTUSDTM``.
    """

    stream: str
    upto: datetime
    since: datetime | None
