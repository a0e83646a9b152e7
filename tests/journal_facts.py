"""Rows for the journal's tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from kucoin.model.ledger import EquityPoint
from kucoin.model.order import FuturesFill, Liquidity, Lots, MarginMode, OrderType, PositionSide, Side
from kucoin.model.position import ClosedPosition, FundingPayment

START = datetime(2026, 3, 1, 8, 0, 0, 123457, tzinfo=UTC)
FILL = FuturesFill(
    trade_id="1828954878212",
    order_id="250444645610336257",
    symbol="XBTUSDTM",
    side=Side.SELL,
    type=OrderType.MARKET,
    kind="trade",
    liquidity=Liquidity.TAKER,
    price=Decimal("87010.10"),
    size=Lots(7),
    value=Decimal("609.0707"),
    fee=Decimal("0.365442"),
    fee_rate=Decimal("0.00060"),
    fee_currency="USDT",
    open_fee=Decimal("0"),
    close_fee=Decimal("0.365442"),
    settle_currency="USDT",
    margin_mode=MarginMode.CROSS,
    position_side=PositionSide.BOTH,
    at=START,
)
PAYMENT = FundingPayment(
    payment_id=1472387374042586,
    symbol="XBTUSDTM",
    funding=Decimal("-0.05585669"),
    funding_rate=Decimal("0.000641"),
    mark_price=Decimal("87139.92"),
    position_qty=1,
    position_cost=Decimal("87.13992"),
    settle_currency="USDT",
    margin_mode=MarginMode.ISOLATED,
    at=START,
    position_side=PositionSide.LONG,
)
CLOSED = ClosedPosition(
    close_id="500000000036305465",
    symbol="XBTUSDTM",
    settle_currency="USDT",
    kind="CLOSE_LONG",
    position_side=PositionSide.LONG,
    margin_mode=MarginMode.CROSS,
    leverage=Decimal("1.0"),
    pnl=Decimal("0.51214413"),
    trade_fee=Decimal("0.03766066"),
    funding_fee=Decimal("-0.03389521"),
    roe=Decimal("0.0055"),
    open_price=Decimal("93859.8"),
    close_price=Decimal("94443.5"),
    opened_at=START,
    closed_at=START + timedelta(hours=9),
)


def fills(count: int, *, since: int = 0) -> list[FuturesFill]:
    """As many fills, a second apart, numbered from ``since``."""
    first = int(FILL.trade_id)
    numbers = range(since, since + count)
    return [replace(FILL, trade_id=str(first + n), at=START + timedelta(seconds=n)) for n in numbers]


def equity(count: int) -> list[EquityPoint]:
    """As many points, five minutes apart."""
    return [
        EquityPoint("USDT", Decimal(10_000 + n), Decimal(n), START + timedelta(minutes=5 * n)) for n in range(count)
    ]
