"""What the accounts hold at present, place by place, as the activity's places are called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kucoin.decimals import ZERO
from kucoin.desk.accounts import Accounts
from kucoin.desk.activity_ties import Held
from kucoin.desk.portfolio import PartKind

_SPOT_KINDS = {"main": PartKind.FUNDING, "trade": PartKind.SPOT, "trade_hf": PartKind.SPOT}


def held(accounts: Accounts, offset: timedelta) -> Iterator[Held]:
    """Yield every balance that was read, also one of nothing.

    Args:
        offset: How far the exchange's clock is ahead of ours.
    """
    yield from _spot(accounts, offset)
    cross, isolated = accounts.cross.reading, accounts.isolated.reading
    if cross.value is not None and cross.at is not None:
        at = cross.at + offset
        yield Held(PartKind.CROSS.value, "", ZERO, at)
        for asset in cross.value.assets:
            yield Held(PartKind.CROSS.value, asset.currency, asset.total, at)
    if isolated.value is not None and isolated.at is not None:
        at = isolated.at + offset
        yield Held(PartKind.ISOLATED.value, "", ZERO, at)
        for pair in isolated.value:
            for asset in (pair.base, pair.quote):
                yield Held(f"{PartKind.ISOLATED} {pair.symbol}", asset.currency, asset.total, at)
    for currency, wallet in accounts.wallets.items():
        account, read_at = wallet.reading.value, wallet.reading.at
        if account is not None and read_at is not None and account.margin_balance is not None:
            yield Held(PartKind.FUTURES.value, currency, account.margin_balance, read_at + offset)


def _spot(accounts: Accounts, offset: timedelta) -> Iterator[Held]:
    rows, at = accounts.spot.reading.value, accounts.spot.reading.at
    if rows is None or at is None:
        return
    for place in (PartKind.FUNDING, PartKind.SPOT):
        yield Held(place.value, "", ZERO, at + offset)
    for row in rows:
        if row.kind in _SPOT_KINDS:
            yield Held(_SPOT_KINDS[row.kind].value, row.currency, row.balance, at + offset)
