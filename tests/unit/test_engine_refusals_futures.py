"""Every refusal of futures orders, with KuCoin's code and text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kucoin.practice.engine.refusals import Reason
from kucoin.practice.engine.terms import (
    Family,
    MarginMode,
    OrderType,
    PositionSide,
    PriceType,
    Status,
    Stp,
    TimeInForce,
)
from tests.engine_acts import Case, account, first, future, held, missing, refused, repeat, status

D = Decimal
R = Reason
CASES: list[Case] = [
    (R.NO_SYMBOL, "404000", "The contract information you requested does not exist.", future(symbol="NOUSDTM")),
    (R.NOT_OPEN_YET, "300002", "XBTUSDTM is not open for trading yet.", status(Status.INIT, future(), "XBTUSDTM")),
    (R.CLOSED, "300002", "XBTUSDTM is closed.", status(Status.CLOSED, future(), "XBTUSDTM")),
    (R.SUSPENDED, "300002", "Order entry for XBTUSDTM is suspended.", status(Status.PAUSED, future(), "XBTUSDTM")),
    (R.SETTLING, "300015", "XBTUSDTM is being settled.", status(Status.SETTLING, future(), "XBTUSDTM")),
    (
        R.CANCELS_SUSPENDED,
        "100004",
        "The order cannot be canceled.",
        first(
            future(client_oid="a"),
            status(Status.FROZEN, lambda w: w.engine.futures.cancel(w.now, "ann", client_oid="a"), "XBTUSDTM"),
        ),
    ),
    (
        R.HIDDEN,
        "400413",
        "Invaild order type, hidden and iceberg orders are not supported any more.",
        future(hidden=True),
    ),
    (R.PARAMETER, "100001", "Parameter error: timeInForce", future(time_in_force=TimeInForce.FOK)),
    (R.PARAMETER, "100001", "Parameter error: timeInForce", future(time_in_force=TimeInForce.GTT)),
    (
        R.PARAMETER,
        "100001",
        "Parameter error: postOnly does not go with IOC",
        future(post_only=True, time_in_force=TimeInForce.IOC),
    ),
    (R.PARAMETER, "100001", "Parameter error: stp", future(stp=Stp.DC)),
    (R.PARAMETER, "100001", "Parameter error: side", future(side=None)),
    (R.PARAMETER, "100001", "Parameter error: leverage", future(leverage=D("0.5"))),
    (R.PARAMETER, "100001", "Parameter error: price", future(price=None, type=OrderType.LIMIT)),
    (R.PARAMETER, "100001", "Parameter error: exactly one of size, qty and valueQty", future(qty=D(1))),
    (R.PARAMETER, "100001", "Parameter error: exactly one of size, qty and valueQty", future(size=None)),
    (
        R.PARAMETER,
        "100001",
        "Parameter error: exactly one of size, qty and valueQty",
        future(size=None, qty=D(1), symbol="XBTUSDM"),
    ),
    (R.PARAMETER, "100001", "Parameter error: stop, stopPrice and stopPriceType go together", future(stop="up")),
    (R.PARAMETER, "100001", "Parameter error: stopPriceType", future(up_price=D(51_000))),
    (R.OID_FORM, "100001", "clientOid must be 1 to 40 characters of 0-9 A-Z a-z _ -", future(client_oid="ä")),
    (R.OID_LIVES, "300018", "clientOid parameter repeated", first(future(client_oid="a"), future(client_oid="a"))),
    (R.TOO_SMALL, "100001", "Order size below the minimum requirement.", future(size=0)),
    (R.TOO_SMALL, "100001", "Order size below the minimum requirement.", future(size=None, value_qty=D(49))),
    (R.TOO_LARGE, "100001", "Order size above the maximum requirement of 100000.", future(size=100_001)),
    (R.TOO_LARGE, "100001", "Order size above the maximum requirement of 50000.", future(price=None, size=50_001)),
    (R.SIZE_STEP, "100003", "The size must be a multiple of 1.", future(size=None, qty=D("0.0015"))),
    (R.PRICE_STEP, "100003", "The price must be a multiple of 0.1.", future(price="50000.05")),
    (R.PRICE_ABOVE, "300011", "The order price cannot be higher than 52500.0.", future(price="52500.1")),
    (R.PRICE_BELOW, "300012", "The order price cannot be lower than 47500.0.", future("sell", "47499.9")),
    (
        R.NO_BALANCE,
        "300003",
        "Balance not enough, please first deposit at least 2 USDT before you go to battle",
        future(size=1900),
    ),
    (
        R.TOO_MANY_ORDERS,
        "300001",
        "Active orders limit is 100, you have 100.",
        repeat(101, future(price="49000")),
    ),
    (
        R.TOO_MANY_STOPS,
        "300004",
        "Stop orders limit is 200, you have 200.",
        repeat(201, future(stop="up", stop_price=D(51_000), price_type=PriceType.MARK)),
    ),
    (
        R.NO_ORDER,
        "100004",
        "The order cannot be canceled.",
        lambda w: w.engine.futures.cancel(w.now, "ann", order_id="1"),
    ),
    (
        R.NO_ORDER,
        "100004",
        "The order cannot be canceled.",
        first(
            future(client_oid="a"),
            lambda w: w.engine.futures.cancel(w.now, "ann", client_oid="a", symbol="XBTUSDM"),
        ),
    ),
    (
        R.PARAMETER,
        "100001",
        "Parameter error: stopPrice",
        future(stop="up", stop_price=D(-1), price_type=PriceType.LAST),
    ),
    (R.NO_TIER, "100005", "XBTUSDTM has no risk limit level 4.", account("change_risk_level", "XBTUSDTM", 4)),
    (R.RISK_LIMIT, "300005", "The position value cannot exceed the risk limit of 100000 USDT.", future(size=2001)),
    (R.LEVERAGE, "300016", "The leverage cannot be greater than 100.", future(leverage=D(101))),
    (
        R.LEVERAGE,
        "300016",
        "The leverage cannot be greater than 100.",
        account("change_cross_leverage", "XBTUSDTM", D(101)),
    ),
    (
        R.BANKRUPT_PRICE,
        "300006",
        "The order price is worse than the bankruptcy price 49000.00.",
        first(held(leverage=D(50)), future("sell", "48900", reduce_only=True)),
    ),
    (
        R.LIQUIDATION_PRICE,
        "300007",
        "The order price is worse than the liquidation price 49250.00.",
        first(held(leverage=D(50)), future("sell", "49100", reduce_only=True)),
    ),
    (R.NO_ASKS, "300008", "There is no order to sell XBTUSDTM at present.", future(price=None)),
    (R.NO_BIDS, "300013", "There is no order to buy XBTUSDTM at present.", future("sell", None)),
    (R.NO_POSITION, "300009", "No open positions to close.", future("sell", reduce_only=True)),
    (R.NO_POSITION, "300009", "No open positions to close.", future(None, None, None, close_order=True)),
    (
        R.NO_POSITION,
        "300009",
        "No open positions to close.",
        future(None, None, None, close_order=True, stop="up", stop_price=D(51_000), price_type=PriceType.MARK),
    ),
    (R.NO_POSITION, "300009", "No open positions to close.", account("add_margin", "XBTUSDTM", D(1))),
    (
        R.MARGIN_MODE,
        "330005",
        "The order's margin mode does not match the selected one. Please switch and try again.",
        future(margin_mode=MarginMode.CROSS),
    ),
    (
        R.POSITION_MODE,
        "330011",
        "The order's position mode does not match the selected one: positionSide is missing.",
        first(account("switch_position_mode", hedge=True), future()),
    ),
    (
        R.POSITION_SIDE,
        "330012",
        "The positionSide LONG does not fit the one-way position mode.",
        future(position_side=PositionSide.LONG),
    ),
    (
        R.IN_USE,
        "300000",
        "The position mode cannot be switched while there are open positions or orders.",
        first(future(), account("switch_position_mode", hedge=True)),
    ),
    (
        R.TIER_BALANCE,
        "200005",
        "Balance insufficient to change the risk limit level.",
        first(
            lambda w: w.future("bob", "sell", "50000", 1990, leverage=D(100)),
            future(size=1990, leverage=D(100)),
            account("change_risk_level", "XBTUSDTM", 3),
        ),
    ),
    (
        R.MARGIN_REMOVAL,
        "300000",
        "At most 450.0000000000 can be removed from the margin.",
        first(held(), account("remove_margin", "XBTUSDTM", D(451))),
    ),
    (
        R.CROSS_ONLY,
        "300000",
        "The position on XBTUSDTM is not isolated.",
        first(
            account("change_margin_mode", "XBTUSDTM", MarginMode.CROSS),
            account("change_cross_leverage", "XBTUSDTM", D(10)),
            held(margin_mode=MarginMode.CROSS),
            account("add_margin", "XBTUSDTM", D(1)),
        ),
    ),
]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case[0].name}-{number}") for number, case in enumerate(CASES)]
)
def test_a_futures_order_is_refused_in_kucoins_words(case: Case) -> None:
    """Code and text of the table."""
    reason, code, text, act = case
    refusal = refused(act)
    assert (refusal.reason, refusal.family, refusal.code, refusal.text) == (reason, Family.FUTURES, code, text)


def test_no_futures_refusal_is_left_out() -> None:
    """Each row of the table is produced above."""
    assert not missing(Family.FUTURES, CASES)
