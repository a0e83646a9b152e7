"""Spot orders that wait for a price, alone or in pairs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from kucoin.model.order import OrderType, Side, Stp, TimeInForce, TradeType


class SpotStop(StrEnum):
    """When a spot stop triggers: ``entry`` at or above its price, ``loss`` at or below."""

    ENTRY = "entry"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class StopOrder:
    """A spot order that waits for its price, or waited.

    ``status`` is the exchange's word: NEW before the trigger, TRIGGERED after it. ``limit_price`` belongs to the stop
    leg of a one-cancels-other pair.
    """

    order_id: str
    client_oid: str | None
    symbol: str
    side: Side
    type: OrderType | None
    trade_type: TradeType | None
    status: str
    stop: SpotStop | None
    stop_price: Decimal
    price: Decimal | None
    limit_price: Decimal | None
    size: Decimal | None
    funds: Decimal | None
    time_in_force: TimeInForce | None
    post_only: bool | None
    stp: Stp | None
    created_at: datetime | None
    triggered_at: datetime | None


@dataclass(frozen=True, slots=True)
class OcoLeg:
    """One of the two orders of a pair."""

    order_id: str
    symbol: str
    side: Side
    price: Decimal
    stop_price: Decimal | None
    size: Decimal
    status: str


@dataclass(frozen=True, slots=True)
class OcoOrder:
    """A pair of orders of which one cancels the other.

    ``status`` is the exchange's word: NEW, TRIGGERED, DONE or CANCELLED. ``legs`` are told by `SpotStops.oco` alone.
    """

    order_id: str
    client_oid: str | None
    symbol: str
    status: str
    created_at: datetime | None
    legs: tuple[OcoLeg, ...] = ()
