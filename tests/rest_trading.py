"""What our client wishes for on a practice exchange of the test's own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

from kucoin.decimals import floor_to
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, NewOrder, OrderType, Side
from tests.conftest import Practice

D = Decimal
PAIR = "LTC-USDT"
CONTRACT = "AVAXUSDTM"
_ids = count()


def new_id() -> str:
    """A client order id that was never used."""
    return f"trade-{next(_ids)}"


def price(floor: Practice, share: str) -> Decimal:
    """A share of the pair's last price, on its tick."""
    return floor_to(D(floor.state()["last"][PAIR]) * D(share), D("0.01"))


def mark(floor: Practice, share: str) -> Decimal:
    """A share of the contract's mark price, on its tick."""
    return floor_to(D(floor.state()["marks"][CONTRACT]) * D(share), D("0.001"))


def resting(floor: Practice, **more: Any) -> NewOrder:
    """A buy far below the market."""
    order = NewOrder(
        client_oid=new_id(),
        symbol=PAIR,
        side=Side.BUY,
        type=OrderType.LIMIT,
        price=price(floor, "0.8"),
        size=D("0.5"),
    )
    return replace(order, **more)


def opening(floor: Practice, **more: Any) -> NewFuturesOrder:
    """A buy of futures far below the market."""
    order = NewFuturesOrder(
        client_oid=new_id(),
        symbol=CONTRACT,
        side=Side.BUY,
        type=OrderType.LIMIT,
        size=Lots(3),
        price=mark(floor, "0.8"),
        leverage=3,
        margin_mode=MarginMode.ISOLATED,
    )
    return replace(order, **more)
