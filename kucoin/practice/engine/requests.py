"""Orders as they are asked for. They never change; what becomes of them stands in `records`."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from kucoin.practice.engine.terms import (
    Family,
    MarginMode,
    OrderType,
    PositionSide,
    PriceType,
    Side,
    Stp,
    TimeInForce,
    TradeType,
)


class SpotRequest(Struct, frozen=True, kw_only=True, tag_field="market", tag="spot"):
    """A spot or margin order as it was asked for. A market order names exactly one of ``size`` and ``funds``.

    Attributes:
        cancel_after_s: With GTT, seconds to live.
        hidden: Whether hidden, iceberg or a visible size was asked for: always refused.
        client_ms: With ``window_ms``, the order is refused when it arrives later than their sum.
    """

    symbol: str
    side: Side
    type: OrderType = OrderType.LIMIT
    price: Decimal | None = None
    size: Decimal | None = None
    funds: Decimal | None = None
    client_oid: str | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    cancel_after_s: int | None = None
    post_only: bool = False
    stp: Stp | None = None
    trade_type: TradeType = TradeType.TRADE
    auto_borrow: bool = False
    auto_repay: bool = False
    remark: str | None = None
    tags: str | None = None
    hidden: bool = False
    client_ms: int | None = None
    window_ms: int | None = None

    @property
    def family(self) -> Family:
        """Whose codes its refusals carry."""
        return Family.SPOT if self.trade_type is TradeType.TRADE else Family.MARGIN


class StopRequest(Struct, frozen=True, kw_only=True):
    """A spot or margin order that waits for the last price.

    ``stop`` is ``loss`` (goes off at or below ``stop_price``) or ``entry`` (at or above); None leaves it to the price.
    """

    order: SpotRequest
    stop_price: Decimal
    stop: str | None = None


class OcoRequest(Struct, frozen=True, kw_only=True):
    """Two spot orders of which one goes: a limit at ``price``, or one at ``limit_price`` once ``stop_price`` is hit."""

    symbol: str
    side: Side
    price: Decimal
    size: Decimal
    stop_price: Decimal
    limit_price: Decimal
    client_oid: str
    trade_type: TradeType = TradeType.TRADE
    remark: str | None = None


class FuturesRequest(Struct, frozen=True, kw_only=True, tag_field="market", tag="futures"):
    """A futures order as it was asked for. The size is exactly one of ``size``, ``qty`` and ``value_qty``.

    Attributes:
        size: Lots.
        qty: Base coins.
        value_qty: Quote currency.
        stop: ``up`` or ``down``, with ``stop_price`` and ``price_type``.
        up_price: With ``down_price``, take profit and stop loss of the position that this order opens, or, on an
            order that only closes, what sets it off.
    """

    symbol: str
    client_oid: str
    side: Side | None = None
    type: OrderType = OrderType.LIMIT
    price: Decimal | None = None
    size: Decimal | None = None
    qty: Decimal | None = None
    value_qty: Decimal | None = None
    leverage: Decimal | None = None
    margin_mode: MarginMode = MarginMode.ISOLATED
    position_side: PositionSide = PositionSide.BOTH
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    reduce_only: bool = False
    close_order: bool = False
    force_hold: bool = False
    stp: Stp | None = None
    stop: str | None = None
    stop_price: Decimal | None = None
    price_type: PriceType | None = None
    up_price: Decimal | None = None
    down_price: Decimal | None = None
    remark: str | None = None
    hidden: bool = False

    @property
    def family(self) -> Family:
        """Whose codes its refusals carry."""
        return Family.FUTURES

    @property
    def closes_only(self) -> bool:
        """Whether it may only shrink a position."""
        return self.reduce_only or self.close_order
