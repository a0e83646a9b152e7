"""Futures accounts that are easy to check by hand: a long and a short linear position, and an inverse one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from kucoin.desk.futures import FuturesView
from kucoin.desk.portfolio import Standing
from kucoin.desk.position_lines import AccountLine, Flag, LooseStop, PositionLine, SideTotals
from kucoin.model.order import Lots, Side

D = Decimal
LINEAR, INVERSE, SHORT = "XBTUSDTM", "XBTUSDM", "SOLUSDTM"


def account(currency: str = "USDT", **changes: Any) -> AccountLine:
    """A margin account."""
    usual = AccountLine(
        currency=currency,
        equity=D("46415.01"),
        available=D("20646.71"),
        position_margin=D("24334.76"),
        order_margin=D("1433.54"),
        frozen=D(0),
        unrealised=D("1643.64"),
        risk_ratio=D("0.124"),
    )
    return replace(usual, **changes)


def position(symbol: str = LINEAR, **changes: Any) -> PositionLine:
    """A long position with all its figures known."""
    usual = PositionLine(
        symbol=symbol,
        position_side="BOTH",
        is_long=True,
        leverage=D(10),
        margin_mode="CROSS",
        settle_currency="USDT",
        is_inverse=False,
        lots=1250,
        coins=D("1.25"),
        value=D("108891.125"),
        entry=D("85204.57"),
        break_even=D("85301.9"),
        mark=D("87112.9"),
        liquidation=D(71940),
        distance=D("0.1742"),
        margin=D("10650.58"),
        unrealised=D("2385.38"),
        roe=D("0.224"),
        plain_return=D("0.0224"),
        realised_today=D("212.4"),
        funding_paid=D("-31.77"),
        funding_rate=D("0.0001"),
        funding_at=datetime(2026, 11, 22, 20, tzinfo=UTC),
        funding_next=D("-8.82"),
        adl_rank=D("0.8"),
        take_profit=D(92000),
        stop_loss=D(84500),
        open_orders=0,
        flags=(),
        base_currency="BTC",
        price_places=1,
    )
    return replace(usual, **changes)


def positions() -> tuple[PositionLine, ...]:
    """A short one near its liquidation, a long one, and an inverse one; the nearest first."""
    short = position(
        SHORT,
        is_long=False,
        leverage=D(8),
        margin_mode="ISOLATED",
        lots=1200,
        coins=D(120),
        value=D("16929.96"),
        entry=D("136.42"),
        break_even=D("136.301"),
        mark=D("141.083"),
        liquidation=D("151.64"),
        distance=D("0.0748"),
        unrealised=D("-559.56"),
        roe=D("-0.2734"),
        plain_return=D("-0.0342"),
        realised_today=D(0),
        funding_paid=D("4.12"),
        funding_next=D("2.05"),
        adl_rank=D("0.2"),
        take_profit=None,
        stop_loss=None,
        open_orders=2,
        flags=(Flag.NO_STOP, Flag.NEAR_LIQUIDATION),
        base_currency="SOL",
        price_places=3,
    )
    inverse = position(
        INVERSE,
        settle_currency="XBT",
        is_inverse=True,
        lots=20_000,
        coins=D("0.22961"),
        value=D("0.22961"),
        margin=D("0.1131"),
        distance=D("0.967"),
        unrealised=D("0.00341"),
        roe=D("0.0301"),
        plain_return=D("0.015"),
        realised_today=D(0),
        funding_paid=D("0.00008"),
        funding_next=D("-0.00002"),
    )
    return short, position(), inverse


def totals(currency: str = "USDT", **changes: Any) -> SideTotals:
    """The totals of the two linear ones."""
    usual = SideTotals(
        currency=currency,
        long=D("108891.125"),
        short=D("16929.96"),
        net=D("91961.165"),
        hedged=D("0.1555"),
        unrealised=D("1825.82"),
        realised_today=D("212.4"),
        funding_paid=D("-27.65"),
        margin_ratio=D("0.118"),
        partial=False,
    )
    return replace(usual, **changes)


def loose_stop() -> LooseStop:
    """A stop that would close what is not there."""
    return LooseStop(symbol="XRPUSDTM", order_id="1", side=Side.SELL, trigger=D("1.9"), lots=Lots(40))


def view(at: datetime | None, **changes: Any) -> FuturesView:
    """The accounts as they were read at a moment."""
    usual = FuturesView(
        standing=Standing.READY,
        reason="",
        accounts=(account(), account("XBT", equity=D("0.0757"), unrealised=D("0.00341"), risk_ratio=D("0.071"))),
        positions=positions(),
        totals=(totals(), totals("XBT", long=D("0.22961"), short=D(0), net=D("0.22961"), hedged=D(0))),
        loose_stops=(),
        hedge=False,
        at=at,
        problem=None,
        symbols=(LINEAR, INVERSE),
    )
    return replace(usual, **changes)


def nothing(standing: Standing, reason: str) -> FuturesView:
    """An account that cannot be shown."""
    return view(
        None,
        standing=standing,
        reason=reason,
        accounts=(),
        positions=(),
        totals=(),
        hedge=None,
        symbols=(),
    )
