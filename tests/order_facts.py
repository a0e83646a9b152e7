"""Facts about orders as the exchange tells them, for the tests that join them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from kucoin.model.feed_private import OrderChange
from kucoin.model.order import (
    Fill,
    FuturesFill,
    FuturesOrder,
    Liquidity,
    Lots,
    MarginMode,
    Order,
    OrderType,
    PositionSide,
    Side,
    TimeInForce,
    TradeType,
)

D = Decimal
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NS = int(START.timestamp()) * 10**9
PAIR, CONTRACT = "LTC-USDT", "AVAXUSDTM"

_times = itertools.count()

ORDER = Order(
    order_id="6717422bd51c29000775ea03",
    client_oid="own-1",
    symbol=PAIR,
    side=Side.BUY,
    type=OrderType.LIMIT,
    trade_type=TradeType.TRADE,
    price=D("70.00"),
    size=D("0.5"),
    funds=D("35.0"),
    filled_size=D(0),
    filled_funds=D(0),
    remaining_size=D("0.5"),
    remaining_funds=D("35.0"),
    cancelled_size=D(0),
    cancelled_funds=D(0),
    fee=D(0),
    fee_currency="USDT",
    time_in_force=TimeInForce.GTC,
    post_only=False,
    stp=None,
    active=True,
    in_book=True,
    cancelled=False,
    cancel_reason=None,
    created_at=START,
    updated_at=START,
)
FUTURES_ORDER = FuturesOrder(
    order_id="236317213710184449",
    client_oid="own-2",
    symbol=CONTRACT,
    side=Side.SELL,
    type=OrderType.LIMIT,
    price=D("20.1"),
    size=Lots(5),
    value=D("10.05"),
    filled_size=Lots(0),
    filled_value=D(0),
    average_price=None,
    settle_currency="USDT",
    leverage=D(3),
    margin_mode=MarginMode.ISOLATED,
    position_side=PositionSide.BOTH,
    time_in_force=TimeInForce.GTC,
    post_only=False,
    reduce_only=False,
    close_order=False,
    stp=None,
    stop=None,
    stop_price=None,
    stop_price_type=None,
    stop_triggered=None,
    active=True,
    cancelled=False,
    created_at=START,
    updated_at=START,
    ended_at=None,
)
FILL = Fill(
    fill_id=1,
    trade_id=1,
    order_id=ORDER.order_id,
    symbol=PAIR,
    side=Side.BUY,
    type=OrderType.LIMIT,
    trade_type=TradeType.TRADE,
    liquidity=Liquidity.TAKER,
    price=D("69.5"),
    size=D("0.2"),
    funds=D("13.9"),
    fee=D("0.0139"),
    fee_rate=D("0.001"),
    fee_currency="USDT",
    at=START,
)
FUTURES_FILL = FuturesFill(
    trade_id="1",
    order_id=FUTURES_ORDER.order_id,
    symbol=CONTRACT,
    side=Side.SELL,
    type=OrderType.LIMIT,
    kind="trade",
    liquidity=Liquidity.TAKER,
    price=D("20.2"),
    size=Lots(2),
    value=D("4.04"),
    fee=D("0.002424"),
    fee_rate=D("0.0006"),
    fee_currency="USDT",
    open_fee=D("0.002424"),
    close_fee=D(0),
    settle_currency="USDT",
    margin_mode=MarginMode.ISOLATED,
    position_side=PositionSide.BOTH,
    at=START,
)


def push(kind: str, *, of: Order | FuturesOrder = ORDER, **more: Any) -> OrderChange:
    """What the socket says of a step in the life of ``of``; every push is later than the one before."""
    step = OrderChange(
        time=NS + next(_times),
        symbol=of.symbol,
        order_id=of.order_id,
        side=of.side,
        kind=kind,
        status={"received": "new", "filled": "done", "canceled": "done"}.get(kind, kind),
        futures=isinstance(of, FuturesOrder),
        client_oid=of.client_oid,
        order_type="limit",
        price=of.price,
        order_time=NS,
    )
    fields = {"size": None if of.size is None else D(of.size), **more}
    return OrderChange(**{name: getattr(step, name) for name in step.__struct_fields__} | fields)


def match(trade_id: int, price: str, size: str, filled: str, *, of: Order | FuturesOrder = ORDER) -> OrderChange:
    """A trade of ``of``, and how much of it is filled with that."""
    return push(
        "match",
        of=of,
        trade_id=str(trade_id),
        match_price=D(price),
        match_size=D(size),
        filled_size=D(filled),
        remaining_size=D(of.size or 0) - D(filled),
        liquidity=Liquidity.TAKER,
    )


def fill(trade_id: int, price: str, size: str) -> Fill:
    """What REST says of a trade of `ORDER`."""
    worth = D(price) * D(size)
    at = START + timedelta(seconds=trade_id)
    return replace(
        FILL, fill_id=trade_id, trade_id=trade_id, price=D(price), size=D(size), funds=worth, fee=worth / 1000, at=at
    )


def futures_fill(trade_id: int, price: str, size: int, value: str) -> FuturesFill:
    """What REST says of a trade of `FUTURES_ORDER`."""
    at = START + timedelta(seconds=trade_id)
    return replace(FUTURES_FILL, trade_id=str(trade_id), price=D(price), size=Lots(size), value=D(value), at=at)
