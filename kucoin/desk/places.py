"""From what the exchange sent of each account to the lines that are valued. Pure.

Zero balances are dropped. A place that was never read has no lines, which is something else than none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from kucoin.decimals import ZERO
from kucoin.desk import positions as arithmetic
from kucoin.desk.portfolio import Line, PartKind, Place
from kucoin.desk.refresh import Reading
from kucoin.model.account import CrossMargin, FuturesAccount, IsolatedPair, MarginAsset, SpotAccount, SubAccount
from kucoin.model.market import Contract
from kucoin.model.position import Position

# KuCoin's kinds of account -> ours. Balances of other kinds (margin, isolated, contract) are read from their own
# endpoints, and would be counted twice if they were taken from this list as well.
_SPOT_KINDS = {"main": PartKind.FUNDING, "trade": PartKind.SPOT, "trade_hf": PartKind.SPOT}
_DAY = timedelta(hours=24)
_UNREAD = "not read yet"
_UNTOLD = "KuCoin did not tell its equity"
_SUB_MARGIN = "margin balances are not counted, since KuCoin does not say what a sub-account owes"


def spot(reading: Reading[tuple[SpotAccount, ...]]) -> list[Place]:
    """The funding and the spot trading account, which one answer tells together."""
    return [_spot_place(kind, reading) for kind in (PartKind.FUNDING, PartKind.SPOT)]


def _spot_place(kind: PartKind, reading: Reading[tuple[SpotAccount, ...]]) -> Place:
    lines = None
    if reading.value is not None:
        rows = [row for row in reading.value if _SPOT_KINDS.get(row.kind) is kind]
        lines = _held(Line(kind, row.currency, row.balance, row.available, row.holds) for row in rows)
    return _place(kind, "", lines, reading)


def cross(reading: Reading[CrossMargin]) -> Place:
    """The cross margin account."""
    lines = None
    if reading.value is not None:
        lines = _held(_margin_line(PartKind.CROSS, asset) for asset in reading.value.assets)
    return _place(PartKind.CROSS, "", lines, reading)


def isolated(reading: Reading[tuple[IsolatedPair, ...]]) -> Place:
    """The isolated margin account, all pairs together; each line names its pair."""
    lines = None
    if reading.value is not None:
        lines = _held(
            _margin_line(f"{PartKind.ISOLATED} {pair.symbol}", asset)
            for pair in reading.value
            for asset in (pair.base, pair.quote)
        )
    return _place(PartKind.ISOLATED, "", lines, reading)


def futures(
    currency: str, reading: Reading[FuturesAccount], moved: Decimal | None, unrealised: Decimal | None = None
) -> Place:
    """The futures account of one settlement currency.

    Args:
        moved: What positions added to it within 24 h.
        unrealised: What they would gain now; None where that is no better known than to the reading itself.
    """
    if reading.value is None:
        return _place(PartKind.FUTURES, currency, None, reading)
    line = _futures_line(f"{PartKind.FUTURES} {currency}", reading.value, moved, unrealised)
    if line is None:
        return Place(PartKind.FUTURES, currency, None, reading.at, reading.problem or _UNTOLD)
    return _place(PartKind.FUTURES, currency, _held([line]), reading)


def subs(
    reading: Reading[tuple[SubAccount, ...]],
    wallets: Mapping[str, Reading[tuple[tuple[str, FuturesAccount], ...]]],
) -> list[Place]:
    """The sub-accounts, one place each: spot balances and the futures account of every settlement currency.

    Args:
        wallets: By settlement currency, the futures accounts of everybody; the row ``main`` is the master's own.
    """
    if reading.value is None:
        return [_place(PartKind.SUB, "", None, reading)]
    lines = {account.name: _sub_lines(account) for account in reading.value}
    for wallet in wallets.values():
        for name, account in wallet.value or ():
            # What positions of a sub-account moved is not visible; its equity is taken as held.
            if name != "main" and (line := _futures_line(f"{PartKind.SUB} {name}", account, ZERO)):
                lines.setdefault(name, []).append(line)
    troubles = [reading.problem] if reading.problem else []
    troubles += [
        f"futures {currency}: {_trouble(wallet.problem)}"
        for currency, wallet in wallets.items()
        if wallet.problem or wallet.value is None
    ]
    unread = any(wallet.value is None for wallet in wallets.values())
    owing = {account.name for account in reading.value if _has_margin(account)}
    at = min(each.at for each in (reading, *wallets.values()) if each.at is not None)
    return [
        Place(
            PartKind.SUB,
            name,
            _held(lines[name]),
            at,
            "; ".join([*troubles, *([_SUB_MARGIN] if name in owing else [])]) or None,
            partial=unread or name in owing,
        )
        for name in sorted(lines)
    ]


def moved(
    positions: Sequence[Position] | None, contracts: Mapping[str, Contract], currency: str, now: datetime
) -> Decimal | None:
    """What the open positions settled in ``currency`` earned within 24 h by the move of their prices.

    A position held all that time counts with its contract's price change, a younger one with its unrealised PnL.

    Returns:
        An amount of ``currency``; None where a figure for it is missing.
    """
    if positions is None:
        return None
    each = [
        _moved_by(position, contracts.get(position.symbol), now)
        for position in positions
        if arithmetic.settles_in(position, contracts.get(position.symbol)) == currency
    ]
    known = [amount for amount in each if amount is not None]
    return sum(known, ZERO) if len(known) == len(each) else None


def unrealised(
    positions: Sequence[Position] | None,
    contracts: Mapping[str, Contract],
    currency: str,
    mark: Callable[[Position], Decimal | None],
) -> Decimal | None:
    """What the open positions settled in ``currency`` would gain at the present mark prices.

    Args:
        mark: The mark price of a position's contract where it is newer than the position's own, else None.

    Returns:
        An amount of ``currency``; None where there is no position, or one whose gain is not known.
    """
    gains = [
        arithmetic.unrealised(position, contracts.get(position.symbol), mark(position))
        for position in positions or ()
        if arithmetic.settles_in(position, contracts.get(position.symbol)) == currency
    ]
    known = [gain for gain in gains if gain is not None]
    return sum(known, ZERO) if known and len(known) == len(gains) else None


def _moved_by(position: Position, contract: Contract | None, now: datetime) -> Decimal | None:
    if position.opened_at is not None and now - position.opened_at < _DAY:
        return position.unrealised_pnl
    if contract is None or contract.last_trade_price is None or contract.price_change is None:
        return None
    last, ago = contract.last_trade_price, contract.last_trade_price - contract.price_change
    if last <= 0 or ago <= 0:
        return None
    return arithmetic.profit(position.current_qty, ago, last, contract)


def _sub_lines(account: SubAccount) -> list[Line]:
    return [
        Line(f"{PartKind.SUB} {account.name}", row.currency, row.balance, row.available, row.holds)
        for row in account.balances
        if row.kind in _SPOT_KINDS
    ]


def _has_margin(account: SubAccount) -> bool:
    return any(row.kind == "margin" and row.balance for row in account.balances)


def _margin_line(account: str, asset: MarginAsset) -> Line:
    return Line(account, asset.currency, asset.total, asset.available, asset.hold, asset.liability)


def _futures_line(
    account: str, wallet: FuturesAccount, moved: Decimal | None, unrealised: Decimal | None = None
) -> Line | None:
    """The line of a futures account, None where its equity is not known."""
    equity, available = wallet.account_equity, wallet.available_balance
    if unrealised is not None and wallet.margin_balance is not None:
        equity = wallet.margin_balance + unrealised  # KuCoin's own definition of equity
    if equity is None:
        return None
    held = None if available is None else equity - available
    return Line(account, wallet.currency, equity, available, held, ZERO, moved)


def _held(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(line for line in lines if line.total or line.liability)


def _place(kind: PartKind, name: str, lines: tuple[Line, ...] | None, reading: Reading[object]) -> Place:
    return Place(kind, name, lines, reading.at, _trouble(reading.problem) if lines is None else reading.problem)


def _trouble(problem: str | None) -> str:
    return problem or _UNREAD
