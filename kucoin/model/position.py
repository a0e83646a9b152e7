"""Futures positions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Position:
    """One open position; amounts are in ``settle_currency``, ratios are fractions.

    ``current_qty`` is in lots, negative when short. In hedge mode ``position_side`` is LONG or SHORT, else BOTH.
    Fields that KuCoin leaves out of cross positions are None there.
    """

    symbol: str
    position_side: str
    margin_mode: str
    settle_currency: str
    is_inverse: bool
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
