"""Every refusal of margin orders, with KuCoin's code and text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kucoin.practice.engine.refusals import Reason
from kucoin.practice.engine.terms import Family, Status
from tests.engine_acts import (
    CROSS,
    Case,
    cancel,
    first,
    fund,
    in_liquidation,
    limit,
    margin,
    market,
    missing,
    oco,
    quotes,
    refused,
    repeat,
    spread_orders,
    status,
    stop,
)

D = Decimal
R = Reason
CASES: list[Case] = [
    (R.NO_SYMBOL, "900001", "The symbol NO-USDT does not exist.", limit(symbol="NO-USDT", **CROSS)),
    (R.NOT_OPEN_YET, "126006", "BTC-USDT is not open for trading yet.", status(Status.INIT, limit(**CROSS))),
    (R.CLOSED, "126004", "BTC-USDT is not open for orders.", status(Status.CLOSED, limit(**CROSS))),
    (R.SUSPENDED, "126007", "Order creation for this pair suspended", status(Status.SETTLING, limit(**CROSS))),
    (
        R.CANCELS_SUSPENDED,
        "126010",
        "Order cancel for this pair suspended",
        first(fund(), limit(**CROSS), status(Status.FROZEN, cancel(family=Family.MARGIN))),
    ),
    (
        R.HIDDEN,
        "400413",
        "Invaild order type, hidden and iceberg orders are not supported any more.",
        limit(hidden=True, **CROSS),
    ),
    (R.PARAMETER, "400100", "Parameter error: borrow -1 USDT", margin("borrow", "USDT", D(-1))),
    (R.PARAMETER, "400100", "Parameter error: borrow 1 ODD", margin("borrow", "ODD", D(1))),
    (
        R.PARAMETER,
        "400100",
        "Parameter error: repay 0 USDT",
        first(fund(), margin("borrow", "USDT", D(1)), margin("repay", "USDT", D(0))),
    ),
    (
        R.TOO_LATE,
        "126041",
        "The order arrived later than clientTimestamp plus allowMaxTimeWindow.",
        limit(client_ms=1, window_ms=1, **CROSS),
    ),
    (R.OID_FORM, "400100", "clientOid must be 1 to 40 characters of 0-9 A-Z a-z _ -", limit(client_oid="", **CROSS)),
    (
        R.OID_LIVES,
        "126044",
        "Duplicate clientOid",
        first(fund(), limit(client_oid="a", **CROSS), limit(client_oid="a", **CROSS)),
    ),
    (R.TOO_SMALL, "400100", "Order size below the minimum requirement.", limit(size="0", **CROSS)),
    (R.TOO_LARGE, "400100", "Order size above the maximum requirement.", limit(size="10001", **CROSS)),
    (R.SIZE_STEP, "400100", "Order size increment invalid.", limit(size="1.000000001", **CROSS)),
    (R.PRICE_STEP, "400100", "Order price increment invalid.", limit(price="100.05", **CROSS)),
    (R.FUNDS_TOO_SMALL, "400100", "The quantity is below the minimum requirement.", market(funds=D("0.01"), **CROSS)),
    (R.FUNDS_TOO_LARGE, "400100", "The quantity is above the maximum requirement.", market(funds=D(10**8), **CROSS)),
    (R.FUNDS_STEP, "400100", "The amount increment is invalid.", market(funds=D("1.0000001"), **CROSS)),
    (R.MIN_VALUE, "126003", "The order funds should more then 0.5 USDT.", limit(price="1", size="0.4", **CROSS)),
    (R.MIN_FUNDS, "126003", "The order funds should more then 0.5 USDT.", market(funds=D("0.4"), **CROSS)),
    (
        R.PRICE_ABOVE,
        "126029",
        "The order price cannot be higher than 111.1.",
        first(quotes, limit(price="111.2", **CROSS)),
    ),
    (
        R.PRICE_BELOW,
        "126030",
        "The order price cannot be lower than 90.0.",
        first(quotes, limit(price="89.9", side="sell", **CROSS)),
    ),
    (R.NO_BALANCE, "126013", "Balance insufficient", limit(**CROSS)),
    (
        R.NO_BALANCE,
        "126013",
        "Balance insufficient",
        first(
            fund(),
            margin("borrow", "USDT", D(1000)),
            limit(size="19", **CROSS),
            margin("repay", "USDT", D(1000)),
        ),
    ),
    (
        R.TOO_MANY_ORDERS,
        "126011",
        "The number of open orders cannot exceed 200.",
        first(fund("9000"), spread_orders(200, **CROSS), limit("30", **CROSS)),
    ),
    (R.TOO_MANY_STOPS, "126034", "The number of stop orders cannot exceed 200.", repeat(201, stop(**CROSS))),
    (R.NO_ORDER, "126043", "The order does not exist.", cancel(family=Family.MARGIN)),
    (R.STOP_PRICE, "126034", "The stop price 101 does not fit the last price 100.", oco("101", **CROSS)),
    (
        R.NOT_MARGINABLE,
        "130303",
        "ODD-USDT does not support this margin mode.",
        limit("1", "10", symbol="ODD-USDT", **CROSS),
    ),
    (
        R.NOT_MARGINABLE,
        "130303",
        "ODD-USDT does not support this margin mode.",
        stop(size=D(10), symbol="ODD-USDT", **CROSS),
    ),
    (
        R.LIQUIDATING,
        "130309",
        "The position is frozen for liquidation.",
        first(in_liquidation, limit(side="sell", **CROSS)),
    ),
    (R.BORROW_LIMIT, "130203", "The balance does not carry a loan of 1 USDT.", margin("borrow", "USDT", D(1))),
    (
        R.BORROW_LIMIT,
        "130203",
        "The balance does not carry a loan of 100.10 USDT.",
        limit(auto_borrow=True, **CROSS),
    ),
    (R.BORROW_CAP, "103000", "The borrow limit of 2 BTC is reached.", first(fund(), margin("borrow", "BTC", D("2.1")))),
    (R.NO_LIABILITY, "130301", "There is no debt in USDT to repay.", first(fund(), margin("repay", "USDT", D(1)))),
]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case[0].name}-{number}") for number, case in enumerate(CASES)]
)
def test_a_margin_order_is_refused_in_kucoins_words(case: Case) -> None:
    """Code and text of the table."""
    reason, code, text, act = case
    refusal = refused(act)
    assert (refusal.reason, refusal.family, refusal.code, refusal.text) == (reason, Family.MARGIN, code, text)


def test_no_margin_refusal_is_left_out() -> None:
    """Each row of the table is produced above."""
    assert not missing(Family.MARGIN, CASES)
