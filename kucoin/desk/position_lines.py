"""The account's futures positions as a table shows them: a row each, and what they come to together. Pure.

Amounts are in settlement currency, ratios are fractions, and what is not known is None: never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from kucoin.decimals import ZERO, places
from kucoin.desk import positions
from kucoin.desk.margins import Group, Held, total
from kucoin.desk.prices import coin
from kucoin.desk.rounds import Round
from kucoin.desk.stops import Stop
from kucoin.model.lots import coins
from kucoin.model.order import Lots, PositionSide, Side, StopDirection
from kucoin.model.position import Position

_NEAR = Decimal("0.1")  # from mark to liquidation, of the mark price


class Flag(StrEnum):
    """What a trader should look at."""

    NO_STOP = "no stop"  # no order waits that would close it against a loss
    NEAR_LIQUIDATION = "near liquidation"  # less than a tenth of the mark price away


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionLine:
    """One position at the newest mark price that is known.

    Attributes:
        position_side: BOTH, or LONG and SHORT in hedge mode.
        margin_mode, settle_currency: Empty where nobody tells.
        lots: Held, without sign; ``coins`` and ``value`` the same in base coin and in settlement currency.
        break_even: Price at which all of it, from its first fill on, comes out at nothing: what is realised so far
            (partial closes, fees, funding) and the taker's fee for closing are in it.
        liquidation: The exchange's own price; ours where it tells none. 0 on a long that no price liquidates.
        distance: From mark to liquidation, a fraction of mark; below 0 the mark is past it.
        margin: What is held for it.
        roe: Unrealised over the initial margin; ``plain_return`` the same over the value at entry.
        realised_today: Since 00:00 UTC, net of fees and funding.
        funding_paid: Of this position so far, negative when paid; ``funding_next`` the same as the next settlement
            (at ``funding_at``) would be at the present rate and mark.
        funding_rate: As predicted now; positive: longs pay.
        adl_rank: From 0 to 1, the first in line to be deleveraged.
        take_profit: Nearest trigger price of the waiting orders that would close it at a profit; ``stop_loss`` against.
        open_orders: In the market on this symbol, both sides of a hedge together.
        price_places: Decimals of its prices, None while its contract is not known.
    """

    symbol: str
    position_side: str
    is_long: bool
    leverage: Decimal | None
    margin_mode: str
    settle_currency: str
    is_inverse: bool
    lots: int
    coins: Decimal | None
    value: Decimal | None
    entry: Decimal | None
    break_even: Decimal | None
    mark: Decimal | None
    liquidation: Decimal | None
    distance: Decimal | None
    margin: Decimal | None
    unrealised: Decimal | None
    roe: Decimal | None
    plain_return: Decimal | None
    realised_today: Decimal | None
    funding_paid: Decimal | None
    funding_rate: Decimal | None
    funding_at: datetime | None
    funding_next: Decimal | None
    adl_rank: Decimal | None
    take_profit: Decimal | None
    stop_loss: Decimal | None
    open_orders: int
    flags: tuple[Flag, ...]
    base_currency: str | None
    price_places: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """The futures account of one settlement currency.

    ``equity``, ``unrealised`` and ``risk_ratio`` follow the mark prices from what the exchange told of them last. The
    ratio is that of the cross positions: at 1 they are liquidated.
    """

    currency: str
    equity: Decimal | None
    available: Decimal | None
    position_margin: Decimal | None
    order_margin: Decimal | None
    frozen: Decimal | None
    unrealised: Decimal | None
    risk_ratio: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SideTotals:
    """All open positions of one settlement currency together; what was closed today is not in ``realised_today``.

    Attributes:
        long: What the long positions are worth, ``short`` the short ones, neither signed; ``net`` is long less short.
        hedged: The smaller side over the larger: 0 where everything points one way, 1 where nothing does.
        margin_ratio: What all of them must keep over the account's equity.
        partial: Something could not be read, so that the sums may lack a part. A sum of nothing known is None.
    """

    currency: str
    long: Decimal | None
    short: Decimal | None
    net: Decimal | None
    hedged: Decimal | None
    unrealised: Decimal | None
    realised_today: Decimal | None
    funding_paid: Decimal | None
    margin_ratio: Decimal | None
    partial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseStop:
    """A futures order that waits for a price, without a position that it would close."""

    symbol: str
    order_id: str
    side: Side
    trigger: Decimal | None
    lots: Lots | None


class Known(NamedTuple):
    """What is known of a position besides the exchange's own row of it.

    Attributes:
        round: What its fills tell; None where the ledger does not know it.
        stops: The orders on its symbol that wait for a price; None while they were never read.
    """

    round: Round | None
    realised_today: Decimal | None
    stops: Sequence[Stop] | None
    open_orders: int


def position_line(held: Held, group: Group, known: Known) -> PositionLine:
    """Return the row of one position of ``group``."""
    position, contract, mark = held.position, held.contract, held.mark
    liquidation = group.liquidation(held)
    away = None
    if mark is not None and liquidation is not None:
        away = positions.distance(mark, liquidation, is_long=held.is_long)
    whole = known.round if known.round is not None and _tells_all(known.round, held) else None
    profit, loss = _guards(held, known.stops or ())
    rate = contract.funding_rate if contract else None
    due = None if held.value is None or rate is None else positions.funding(held.value, rate, is_long=held.is_long)
    return PositionLine(
        symbol=position.symbol,
        position_side=position.position_side,
        is_long=held.is_long,
        leverage=position.leverage,
        margin_mode=position.margin_mode or "",
        settle_currency=held.settle_currency,
        is_inverse=held.is_inverse,
        lots=abs(position.current_qty),
        coins=None if contract is None or mark is None else coins(Lots(abs(position.current_qty)), contract, mark),
        value=None if held.value is None else abs(held.value),
        entry=position.avg_entry_price,
        break_even=_break_even(held, position.realised_pnl if whole is None else whole.net),
        mark=mark,
        liquidation=liquidation,
        distance=away,
        margin=position.pos_margin,
        unrealised=held.unrealised,
        roe=positions.ratio(held.unrealised, position.pos_init),
        plain_return=positions.ratio(held.unrealised, position.pos_cost),
        realised_today=known.realised_today,
        funding_paid=position.funding_fee if whole is None else whole.funding,
        funding_rate=rate,
        funding_at=contract.next_funding_at if contract else None,
        funding_next=due,
        adl_rank=position.adl_rank,
        take_profit=profit,
        stop_loss=loss,
        open_orders=known.open_orders,
        flags=_flags(away, unguarded=known.stops is not None and loss is None),
        base_currency=coin(contract.base_currency) if contract else None,
        price_places=places(contract.tick_size) if contract else None,
    )


def account_line(group: Group) -> AccountLine:
    """Return the row of the account of ``group``."""
    account = group.account
    return AccountLine(
        currency=group.currency,
        equity=group.equity,
        available=account.available_balance if account else None,
        position_margin=account.position_margin if account else None,
        order_margin=account.order_margin if account else None,
        frozen=account.frozen_funds if account else None,
        unrealised=group.unrealised if account else None,
        risk_ratio=group.risk_ratio if account else None,
    )


def side_totals(group: Group, lines: Iterable[PositionLine]) -> SideTotals:
    """Add up ``lines``, which are those of ``group``."""
    rows = list(lines)
    long, short = (_added([row.value for row in rows if row.is_long is is_long]) for is_long in (True, False))
    unknown = any(row.value is None or row.unrealised is None for row in rows)
    return SideTotals(
        currency=group.currency,
        long=long,
        short=short,
        net=None if long is None or short is None else long - short,
        hedged=None if long is None or short is None else positions.ratio(min(long, short), max(long, short)),
        unrealised=_added([row.unrealised for row in rows]),
        realised_today=total(row.realised_today for row in rows),
        funding_paid=total(row.funding_paid for row in rows),
        margin_ratio=group.margin_ratio,
        partial=unknown or group.account is None,
    )


def loose_stops(stops: Iterable[Stop], held: Sequence[Position]) -> tuple[LooseStop, ...]:
    """Return those of ``stops`` that none of the positions ``held`` is there for."""
    return tuple(
        LooseStop(symbol=stop.symbol, order_id=stop.order_id, side=stop.side, trigger=stop.stop_price, lots=stop.lots)
        for stop in stops
        if not any(stop.symbol == position.symbol and closes(stop, position) for position in held)
    )


def _tells_all(found: Round, held: Held) -> bool:
    """Whether a round of the ledger is this position, from its first fill to its last."""
    same = found.is_long is held.is_long and found.held_lots == abs(held.position.current_qty)
    return same and found.complete and not found.missing


def _break_even(held: Held, realised: Decimal | None) -> Decimal | None:
    contract, cost = held.contract, held.position.pos_cost
    if contract is None or contract.taker_fee_rate is None or cost is None or realised is None:
        return None
    return positions.break_even(held.position.current_qty, cost, realised, contract.taker_fee_rate, contract)


def _guards(held: Held, stops: Sequence[Stop]) -> tuple[Decimal | None, Decimal | None]:
    """The nearest trigger of those that would close it at a profit, and of those against a loss."""
    closing = [stop for stop in stops if stop.stop_price is not None and closes(stop, held.position)]
    above = [stop.stop_price for stop in closing if stop.stop == StopDirection.UP and stop.stop_price]
    below = [stop.stop_price for stop in closing if stop.stop == StopDirection.DOWN and stop.stop_price]
    nearest = min(above, default=None), max(below, default=None)
    return nearest if held.is_long else nearest[::-1]


def closes(stop: Stop, position: Position) -> bool:
    """Whether it would close some of a position on its symbol, as far as its sides tell."""
    about = stop.position_side in {None, PositionSide.BOTH, position.position_side}
    return about and stop.side is (Side.SELL if position.current_qty > 0 else Side.BUY)


def _flags(away: Decimal | None, *, unguarded: bool) -> tuple[Flag, ...]:
    near = away is not None and away < _NEAR
    return tuple(flag for flag, up in ((Flag.NO_STOP, unguarded), (Flag.NEAR_LIQUIDATION, near)) if up)


def _added(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """The sum of what is known; None where there is something and none of it is known."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if known or not amounts else None
