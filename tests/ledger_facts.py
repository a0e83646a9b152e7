"""Fills, fundings and closed positions by hand: short ways to write down what an exchange tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from kucoin.model.order import FuturesFill, Lots, MarginMode, PositionSide, Side
from kucoin.model.position import ClosedPosition, FundingPayment

D = Decimal
DAY = datetime(2026, 11, 20, tzinfo=UTC)
LINEAR, INVERSE = "XBTUSDTM", "XBTUSDM"
_numbers = count(1001)


def at(clock: str, day: int = 20) -> datetime:
    """A moment of November 2026: 09:10, or 09:10:05.5."""
    hours, minutes, *seconds = clock.split(":")
    return DAY.replace(day=day) + timedelta(hours=int(hours), minutes=int(minutes), seconds=float(*seconds or ("0",)))


def fill(
    when: str | datetime,
    lots: int,
    price: str,
    *,
    opens: int | None = None,
    symbol: str = LINEAR,
    side: PositionSide | None = PositionSide.BOTH,
    kind: str = "trade",
    number: str | None = None,
    rate: str = "0.0006",
) -> FuturesFill:
    """A fill of ``lots``, negative when sold, of which ``opens`` opened something; a lot of XBTUSDTM is 0.001 XBT."""
    size, inverse = abs(lots), symbol == INVERSE
    opens = size if opens is None else opens
    value = (size / D(price)).quantize(D("1E-10")) if inverse else size * D(price) / 1000
    fee = value * D(rate)
    return FuturesFill(
        trade_id=number or str(next(_numbers)),
        order_id="order",
        symbol=symbol,
        side=Side.BUY if lots > 0 else Side.SELL,
        type=None,
        kind=kind,
        liquidity=None,
        price=D(price),
        size=Lots(size),
        value=value,
        fee=fee,
        fee_rate=D(rate),
        fee_currency="XBT" if inverse else "USDT",
        open_fee=fee * opens / size,
        close_fee=fee * (size - opens) / size,
        settle_currency="XBT" if inverse else "USDT",
        margin_mode=MarginMode.ISOLATED,
        position_side=side,
        at=at(when) if isinstance(when, str) else when,
    )


def paid(
    when: str | datetime,
    amount: str,
    lots: int | None,
    *,
    symbol: str = LINEAR,
    side: PositionSide | None = PositionSide.BOTH,
) -> FundingPayment:
    """A funding of ``amount``, negative when paid, on a position of ``lots``."""
    return FundingPayment(
        payment_id=next(_numbers),
        symbol=symbol,
        funding=D(amount),
        funding_rate=D("0.0001"),
        mark_price=D(50_000),
        position_qty=lots,
        position_cost=None,
        settle_currency="XBT" if symbol == INVERSE else "USDT",
        margin_mode=MarginMode.ISOLATED,
        at=at(when) if isinstance(when, str) else when,
        position_side=side,
    )


def ended(
    opened: str | datetime,
    closed: str | datetime,
    pnl: str,
    *,
    is_long: bool = True,
    symbol: str = LINEAR,
    fee: str | None = None,
    funding: str | None = None,
    leverage: str | None = "10",
) -> ClosedPosition:
    """A position that the exchange says has ended."""
    side = PositionSide.LONG if is_long else PositionSide.SHORT
    return ClosedPosition(
        close_id=str(next(_numbers)),
        symbol=symbol,
        settle_currency="XBT" if symbol == INVERSE else "USDT",
        kind=f"CLOSE_{side}",
        position_side=side,
        margin_mode=MarginMode.ISOLATED,
        leverage=None if leverage is None else D(leverage),
        pnl=D(pnl),
        trade_fee=None if fee is None else D(fee),
        funding_fee=None if funding is None else D(funding),
        roe=None,
        open_price=None,
        close_price=None,
        opened_at=at(opened) if isinstance(opened, str) else opened,
        closed_at=at(closed) if isinstance(closed, str) else closed,
    )
