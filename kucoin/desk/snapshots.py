"""When the futures accounts' equity is noted: once in five minutes, from a fresh reading or not at all. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from kucoin.desk.refresh import Reading
from kucoin.model.account import FuturesAccount
from kucoin.model.ledger import EquityPoint

SLOT = timedelta(minutes=5)
_FRESH = timedelta(seconds=90)  # the accounts are read every 60 s
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def due(
    wallets: Mapping[str, Reading[FuturesAccount]], noted: Mapping[str, Sequence[EquityPoint]], now: datetime
) -> list[EquityPoint]:
    """Return what is to be noted of ``wallets`` now.

    A reading that is old, or whose last attempt failed, says nothing of the present: its slot stays empty. So does that
    of an account in which there never was anything.

    Args:
        wallets: By settlement currency; their times are of the same clock as ``now``.
        noted: What was noted before, by currency, oldest first.
    """
    found = []
    for currency, reading in wallets.items():
        account, at, before = reading.value, reading.at, noted.get(currency, ())
        if account is None or at is None or reading.problem is not None or now - at > _FRESH:
            continue
        if before and _slot(before[-1].at) >= _slot(at):
            continue
        equity = account.account_equity
        if equity is not None and (before or equity):
            found.append(EquityPoint(currency, equity, account.unrealised_pnl, at))
    return found


def _slot(at: datetime) -> int:
    return (at - _EPOCH) // SLOT
