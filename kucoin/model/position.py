"""Futures positions: open, closed, and what they cost and may grow to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from kucoin.model.order import Lots, MarginMode, PositionSide


@dataclass(frozen=True, slots=True)
class Position:
    """One open position; amounts are in ``settle_currency``, ratios are fractions.

    ``current_qty`` is in lots, negative when short. In hedge mode ``position_side`` is LONG or SHORT, else BOTH.
    ``maintain_rate`` is the maintenance rate of its risk limit tier, ``pos_maint`` what it must keep by that.
    ``realised_pnl`` is of this position so far: closed parts and all fees and funding, negative when paid;
    ``funding_fee`` is the funding in it. Fields that KuCoin leaves out of cross positions are None there.
    """

    symbol: str
    position_side: str
    margin_mode: str | None
    settle_currency: str | None
    is_inverse: bool | None
    current_qty: int
    leverage: Decimal | None
    avg_entry_price: Decimal | None
    mark_price: Decimal | None
    liquidation_price: Decimal | None
    mark_value: Decimal | None
    pos_cost: Decimal | None
    pos_init: Decimal | None
    pos_margin: Decimal | None
    maint_margin: Decimal | None
    unrealised_pnl: Decimal | None
    unrealised_pnl_ratio: Decimal | None
    unrealised_roe_ratio: Decimal | None
    realised_pnl: Decimal | None
    adl_rank: Decimal | None
    opened_at: datetime | None
    at: datetime | None
    pos_maint: Decimal | None = None
    maintain_rate: Decimal | None = None
    funding_fee: Decimal | None = None


def signed_lots(lots: int, position_side: str | None) -> int:
    """Return ``lots`` of a position with the sign of its side: in hedge mode that tells, whatever sign they came with.

    Source: https://www.kucoin.com/docs-new/api-3470253 (``currentQty``, ``positionSide``)
    """
    match position_side:
        case PositionSide.LONG:
            return abs(lots)
        case PositionSide.SHORT:
            return -abs(lots)
    return lots


class PositionMode(Enum):
    """Whether a contract has one position, or one for each direction. Holds for a whole account."""

    ONE_WAY = 0
    HEDGE = 1


@dataclass(frozen=True, slots=True)
class ClosedPosition:
    """A position that ended; amounts in ``settle_currency``, ``roe`` a fraction.

    ``pnl`` is net of ``trade_fee`` (positive when paid) and holds ``funding_fee`` (negative when paid). ``kind`` is the
    exchange's word: CLOSE_LONG, CLOSE_SHORT, LIQUID_LONG ...
    """

    close_id: str
    symbol: str
    settle_currency: str
    kind: str | None
    position_side: PositionSide | None
    margin_mode: MarginMode | None
    leverage: Decimal | None
    pnl: Decimal
    trade_fee: Decimal | None
    funding_fee: Decimal | None
    roe: Decimal | None
    open_price: Decimal | None
    close_price: Decimal | None
    opened_at: datetime | None
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class FundingPayment:
    """What a position paid (``funding`` negative) or received at one settlement, in ``settle_currency``.

    ``position_qty`` is in lots, negative when short. ``position_side`` is None where the exchange does not tell.
    """

    payment_id: int
    symbol: str
    funding: Decimal
    funding_rate: Decimal | None
    mark_price: Decimal | None
    position_qty: int | None
    position_cost: Decimal | None
    settle_currency: str
    margin_mode: MarginMode | None
    at: datetime
    position_side: PositionSide | None = None


@dataclass(frozen=True, slots=True)
class FundingRate:
    """The rate that was settled at ``at``, a fraction; positive: longs paid."""

    symbol: str
    rate: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class RiskTier:
    """What an isolated position may grow to at one level.

    The limits bound its value, in quote currency on linear contracts; margins are fractions of it.
    """

    symbol: str
    level: int
    min_risk_limit: Decimal
    max_risk_limit: Decimal
    max_leverage: Decimal
    initial_margin: Decimal
    maintain_margin: Decimal


@dataclass(frozen=True, slots=True)
class MaxOpenSize:
    """How many lots could be bought and sold at a price and leverage."""

    symbol: str
    buy: Lots
    sell: Lots
