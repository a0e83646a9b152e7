"""How each kind of private push joins what was read of the accounts. Pure.

A push is taken over only where it says the whole of a figure; where it does not, the account is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from operator import attrgetter
from typing import TypeVar

from kucoin.desk.follow import Joining
from kucoin.model.account import FuturesAccount, SpotAccount
from kucoin.model.feed_private import BalanceChange, PositionChange, WalletChange
from kucoin.model.position import Position, signed_lots

Row = TypeVar("Row")

# Fields of a position that a push may carry under the same name.
_CARRIED = (
    *("margin_mode", "current_qty", "leverage", "avg_entry_price", "mark_price", "liquidation_price", "mark_value"),
    *("pos_cost", "pos_init", "pos_margin", "maint_margin", "unrealised_pnl", "unrealised_pnl_ratio"),
    *("unrealised_roe_ratio", "realised_pnl", "adl_rank", "pos_maint", "maintain_rate", "funding_fee"),
)


def _balances(rows: tuple[SpotAccount, ...], change: BalanceChange) -> tuple[SpotAccount, ...] | None:
    """The accounts after one balance has changed; its kind is what stands before the dot of the event."""
    kind, dot, _ = change.event.partition(".")
    known = next((row for row in rows if row.account_id == change.account_id), None)
    if known is not None:
        kind = known.kind
    elif not dot:
        return None
    row = SpotAccount(change.account_id, kind, change.currency, change.total, change.available, change.hold)
    return _put(rows, known, row)


def _wallet(account: FuturesAccount, change: WalletChange) -> FuturesAccount | None:
    """The futures account of one currency after a change; how its margin is spread stays as it was read."""
    pnl = (change.isolated_unrealised_pnl, change.cross_unrealised_pnl)
    if change.equity is None or change.available_balance is None or pnl[0] is None or pnl[1] is None:
        return None
    return replace(
        account,
        account_equity=change.equity,
        unrealised_pnl=pnl[0] + pnl[1],
        margin_balance=change.equity - pnl[0] - pnl[1],
        available_balance=change.available_balance,
    )


def _positions(rows: tuple[Position, ...], change: PositionChange) -> tuple[Position, ...] | None:
    """The positions after one has changed in part; what was not told stays. None for one that was not known."""
    of_symbol = [row for row in rows if row.symbol == change.symbol]
    known = [row for row in of_symbol if change.position_side in {None, row.position_side}]
    if change.current_qty == 0 or change.is_open is False:
        return tuple(row for row in rows if row not in known) if len(known) <= 1 else None
    if len(known) != 1:
        return None
    told = {name: value for name in _CARRIED if (value := getattr(change, name)) is not None}
    if change.current_qty is not None:
        told["current_qty"] = signed_lots(change.current_qty, known[0].position_side)
    return _put(rows, known[0], replace(known[0], **told, at=change.at or known[0].at))


def _put(rows: tuple[Row, ...], known: Row | None, row: Row) -> tuple[Row, ...]:
    """``rows`` with ``row`` in the place of ``known``, or behind them."""
    return (*rows, row) if known is None else tuple(row if each is known else each for each in rows)


def _differing(
    before: Iterable[Row], after: Iterable[Row], key: Callable[[Row], Hashable], figure: Callable[[Row], object]
) -> set[Hashable]:
    """The keys under which ``figure`` is another in ``after``; a row that is not there has none."""
    old = {key(row): figure(row) for row in before}
    new = {key(row): figure(row) for row in after}
    return {each for each in old.keys() | new.keys() if old.get(each) != new.get(each)}


def _differing_balances(before: tuple[SpotAccount, ...], after: tuple[SpotAccount, ...]) -> set[Hashable]:
    key, figure = attrgetter("account_id"), attrgetter("balance", "holds")
    return _differing(_held(before), _held(after), key, figure)


def _held(rows: tuple[SpotAccount, ...]) -> list[SpotAccount]:
    return [row for row in rows if row.balance]


def _differing_positions(before: tuple[Position, ...], after: tuple[Position, ...]) -> set[Hashable]:
    return _differing(before, after, attrgetter("symbol", "position_side"), attrgetter("current_qty"))


def _differing_wallets(before: FuturesAccount, after: FuturesAccount) -> set[Hashable]:
    return {before.currency} if before.margin_balance != after.margin_balance else set()


BALANCES = Joining(attrgetter("account_id"), attrgetter("time"), _balances, _differing_balances)
POSITIONS = Joining(attrgetter("symbol", "position_side"), attrgetter("time"), _positions, _differing_positions)
WALLET = Joining(attrgetter("currency"), lambda change: change.version or change.time, _wallet, _differing_wallets)
