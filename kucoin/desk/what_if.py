"""What would become of the futures accounts if every mark price moved by the same share. Pure.

Let x be how much more a value becomes: 1 + shift on linear contracts, 1 ÷ (1 + shift) on inverse ones. A position that
is worth V (signed, see `positions`) gains V × (x − 1), and what a cross position must keep becomes x times as much as
long as it stays in its tier. So an isolated position is liquidated where margin + profit + V × (x − 1) = maintenance,
and the cross positions of an account where backing + ΣV × (x − 1) = x × what they must keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from kucoin.decimals import ONE, ZERO
from kucoin.desk.margins import Group, Held, total


class Liquidation(NamedTuple):
    """A position that is liquidated once the marks have moved by ``at``, a fraction; 0: it is due already."""

    symbol: str
    position_side: str
    at: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfAccount:
    """One settlement currency after the move and, as ``..._before``, at the present marks; None: not known.

    A liquidated isolated position has cost its margin, cross ones count as closed where they were liquidated; what is
    closed is in ``unrealised`` no more. ``risk_ratio`` is that of the cross positions, 1 where they were liquidated.
    """

    currency: str
    unrealised: Decimal | None
    unrealised_before: Decimal | None
    equity: Decimal | None
    equity_before: Decimal | None
    risk_ratio: Decimal | None
    risk_ratio_before: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The answer for one ``shift``.

    Attributes:
        shift: By which share every mark price moves, from -0.5 to 0.5.
        accounts: One for each settlement currency.
        liquidated: What is liquidated on the way, the first first.
        first: The nearest liquidation that way, reached or not; either way where the shift is 0. None: there is none.
    """

    shift: Decimal
    accounts: tuple[WhatIfAccount, ...]
    liquidated: tuple[Liquidation, ...]
    first: Liquidation | None


class _End(NamedTuple):
    """Where a position of a group is liquidated, None where at no move there is, or too little is known."""

    held: Held
    at: Decimal | None


def what_if(groups: Sequence[Group], shift: Decimal) -> WhatIf:
    """Return what ``groups`` would come to if every mark price moved by ``shift``, a fraction above -1."""
    ends = [_ends(group) for group in groups]
    due = [
        Liquidation(end.held.position.symbol, end.held.position.position_side, end.at)
        for each in ends
        for end in each
        if end.at is not None and end.at * shift >= ZERO
    ]
    due.sort(key=lambda each: abs(each.at))
    return WhatIf(
        shift=shift,
        accounts=tuple(_account(group, each, shift) for group, each in zip(groups, ends, strict=True)),
        liquidated=tuple(each for each in due if _reached(each.at, shift)),
        first=due[0] if due else None,
    )


def _reached(at: Decimal | None, shift: Decimal) -> bool:
    return at is not None and (at == ZERO or (shift <= at if at < ZERO else shift >= at))


def _growth(held: Held, shift: Decimal) -> Decimal:
    """How much more a value becomes: x."""
    return ONE / (ONE + shift) if held.is_inverse else ONE + shift


def _shift(held: Held, growth: Decimal) -> Decimal | None:
    """The move of the mark that makes a value so much more; None where none does."""
    if growth <= ZERO:
        return None
    return ONE / growth - ONE if held.is_inverse else growth - ONE


def _ends(group: Group) -> list[_End]:
    together = _cross_end(group)
    return [_End(held, together if held.is_cross else _isolated_end(held)) for held in group.held]


def _isolated_end(held: Held) -> Decimal | None:
    margin, keep = held.position.pos_margin, held.keep
    if margin is None or keep is None or held.unrealised is None or not held.value:
        return _told_end(held)
    spare = margin + held.unrealised - keep
    return ZERO if spare <= ZERO else _shift(held, ONE - spare / held.value)


def _told_end(held: Held) -> Decimal | None:
    """By the exchange's own price, which is all that is known."""
    price = held.position.liquidation_price
    return price / held.mark - ONE if price and price > ZERO and held.mark else None


def _cross_end(group: Group) -> Decimal | None:
    """Where all cross positions of a group are liquidated."""
    worth = total(held.value for held in group.cross)
    if not group.cross or worth is None or group.backing is None or group.cross_keep is None:
        return None
    if group.backing <= group.cross_keep:
        return ZERO
    if worth == group.cross_keep:
        return None
    return _shift(group.cross[0], (group.backing - worth) / (group.cross_keep - worth))


def _account(group: Group, ends: Iterable[_End], shift: Decimal) -> WhatIfAccount:
    gains: list[Decimal | None] = []  # of what is still held
    changes: list[Decimal | None] = []  # of the equity
    gone = False
    for held, at in ends:
        if not _reached(at, shift):
            moved = _moved(held, shift)
            gains.append(total([held.unrealised, moved]))
            changes.append(moved)
        elif held.is_cross:
            gone = True
            changes.append(_moved(held, at or ZERO))
        else:
            lost = total([held.position.pos_margin, held.unrealised])
            changes.append(None if lost is None else -lost)
    unrealised = total(gains) if group.held else group.unrealised
    return WhatIfAccount(
        currency=group.currency,
        unrealised=unrealised,
        unrealised_before=group.unrealised,
        equity=total([group.equity, *changes]),
        equity_before=group.equity,
        risk_ratio=ONE if gone else _risk_ratio(group, shift),
        risk_ratio_before=group.risk_ratio,
    )


def _moved(held: Held, shift: Decimal) -> Decimal | None:
    """What the move is to a position."""
    return None if held.value is None else held.value * (_growth(held, shift) - ONE)


def _risk_ratio(group: Group, shift: Decimal) -> Decimal | None:
    """That of the cross positions, which stand; without any, the exchange's own does not move."""
    if not group.cross:
        return group.risk_ratio
    change = total(_moved(held, shift) for held in group.cross)
    if change is None or group.backing is None or group.cross_keep is None or group.risk_ratio is None:
        return None
    return group.cross_keep * _growth(group.cross[0], shift) / (group.backing + change)
