"""Every refusal of spot orders, with KuCoin's code and text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kucoin.practice.engine.refusals import Reason
from kucoin.practice.engine.requests import SpotRequest
from kucoin.practice.engine.terms import CONTRACT, MAIN, TRADE, Family, OrderType, Side, Status, Stp, TimeInForce
from tests.engine_acts import (
    Case,
    cancel,
    first,
    limit,
    many_pairs,
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
    (R.NO_SYMBOL, "900001", "The symbol NO-USDT does not exist.", limit(symbol="NO-USDT")),
    (R.NOT_OPEN_YET, "400600", "BTC-USDT is not open for trading yet.", status(Status.INIT, limit())),
    (R.CLOSED, "600203", "BTC-USDT is not enabled for trading.", status(Status.CLOSED, limit())),
    (R.SUSPENDED, "200001", "Order creation for this pair suspended", status(Status.PAUSED, limit())),
    (R.SUSPENDED, "200001", "Order creation for this pair suspended", status(Status.CANCEL_ONLY, limit())),
    (
        R.CANCELS_SUSPENDED,
        "200002",
        "Order cancel for this pair suspended",
        first(limit(), status(Status.FROZEN, cancel())),
    ),
    (
        R.HIDDEN,
        "400413",
        "Invaild order type, hidden and iceberg orders are not supported any more.",
        limit(hidden=True),
    ),
    (
        R.PARAMETER,
        "400100",
        "Parameter error: postOnly does not go with IOC or FOK",
        limit(post_only=True, time_in_force=TimeInForce.IOC),
    ),
    (R.PARAMETER, "400100", "Parameter error: cancelAfter", limit(time_in_force=TimeInForce.GTT)),
    (R.PARAMETER, "400100", "Parameter error: either size or funds is required", market(size=D(1), funds=D(1))),
    (R.PARAMETER, "400100", "Parameter error: either size or funds is required", market()),
    (R.PARAMETER, "400100", "Parameter error: stp DC does not go with a market order", market(size=D(1), stp=Stp.DC)),
    (R.PARAMETER, "400100", "Parameter error: price and size are required", market(type=OrderType.LIMIT)),
    (R.PARAMETER, "400100", "Parameter error: timeout", lambda w: w.engine.spot.dead_cancel(w.now, "ann", 4)),
    (
        R.PARAMETER,
        "400100",
        "Parameter error: symbols",
        lambda w: w.engine.spot.dead_cancel(w.now, "ann", 5, ["BTC-USDT"] * 51),
    ),
    (R.PARAMETER, "400100", "Parameter error: allowMaxTimeWindow", limit(client_ms=1, window_ms=0)),
    (R.PARAMETER, "400100", "Parameter error: stop", stop(kind="tso")),
    (
        R.PARAMETER,
        "400100",
        "Parameter error: type",
        lambda w: w.engine.spot.batch(
            w.now,
            "ann",
            [
                SpotRequest(symbol="BTC-USDT", side=Side.BUY, price=D(100), size=D(1)),
                SpotRequest(symbol="BTC-USDT", side=Side.BUY, type=OrderType.MARKET, size=D(1)),
            ],
        ),
    ),
    (R.PARAMETER, "400100", "Parameter error: 1 to 5 orders", lambda w: w.engine.spot.batch(w.now, "ann", [])),
    (
        R.PARAMETER,
        "400100",
        "Parameter error: newPrice or newSize is required",
        first(limit(client_oid="a"), lambda w: w.engine.spot.amend(w.now, "ann", "BTC-USDT", client_oid="a")),
    ),
    (
        R.TOO_LATE,
        "400100",
        "The order arrived later than clientTimestamp plus allowMaxTimeWindow.",
        limit(client_ms=1, window_ms=1),
    ),
    (R.OID_FORM, "400100", "clientOid must be 1 to 40 characters of 0-9 A-Z a-z _ -", limit(client_oid="a b")),
    (R.OID_FORM, "400100", "clientOid must be 1 to 40 characters of 0-9 A-Z a-z _ -", limit(client_oid="a" * 41)),
    (
        R.OID_LIVES,
        "400100",
        "validation.createOrder.clientOidDuplicated",
        first(limit(client_oid="a"), limit(client_oid="a")),
    ),
    (R.TOO_SMALL, "400100", "Order size below the minimum requirement.", limit(size="0.000009")),
    (R.TOO_LARGE, "400100", "Order size above the maximum requirement.", limit(size="10001")),
    (R.SIZE_STEP, "400100", "Order size increment invalid.", limit(size="1.000000001")),
    (R.PRICE_STEP, "400100", "Order price increment invalid.", limit(price="100.05")),
    (R.PRICE_STEP, "400100", "Order price increment invalid.", limit(price="-1")),
    (R.PRICE_STEP, "400100", "Order price increment invalid.", stop("99.05")),
    (R.FUNDS_TOO_SMALL, "400100", "The quantity is below the minimum requirement.", market(funds=D("0.01"))),
    (R.FUNDS_TOO_LARGE, "400100", "The quantity is above the maximum requirement.", market(funds=D(10**8))),
    (R.FUNDS_STEP, "400100", "The amount increment is invalid.", market(funds=D("1.0000001"))),
    (R.MIN_VALUE, "600101", "The order funds should more then 0.5 USDT.", limit(price="1", size="0.4")),
    (R.MIN_FUNDS, "600100", "The order funds should more then 0.5 USDT.", market(funds=D("0.4"))),
    (R.PRICE_ABOVE, "400760", "The order price cannot be higher than 111.1.", first(quotes, limit(price="111.2"))),
    (
        R.PRICE_BELOW,
        "400760",
        "The order price cannot be lower than 90.0.",
        first(quotes, limit(price="89.9", side="sell")),
    ),
    (R.NO_BALANCE, "200004", "Balance insufficient!", limit(size="100")),
    (
        R.TOO_MANY_ORDERS,
        "200003",
        "The number of open orders cannot exceed 200.",
        first(spread_orders(200), limit("30")),
    ),
    (R.TOO_MANY_ORDERS, "200003", "The number of open orders cannot exceed 2000.", many_pairs()),
    (R.TOO_MANY_STOPS, "200003", "The number of stop orders cannot exceed 200.", repeat(201, stop())),
    (R.NO_ORDER, "400100", "order_not_exist_or_not_allow_to_cancel", cancel()),
    (R.NO_ORDER, "400100", "order_not_exist_or_not_allow_to_cancel", cancel(order_id=None, client_oid="gone")),
    (
        R.NO_ORDER,
        "400100",
        "order_not_exist_or_not_allow_to_cancel",
        lambda w: w.engine.spot.stops.cancel(w.now, "ann", "gone"),
    ),
    (R.STOP_PRICE, "400100", "The stop price 101 does not fit the last price 100.", oco("101")),
    (
        R.TRANSFER,
        "230003",
        "Balance insufficient!",
        lambda w: w.engine.accounts.transfer(w.now, "ann", "USDT", D(10_001), source=TRADE, target=MAIN),
    ),
    (
        R.TRANSFER,
        "230003",
        "Balance insufficient!",
        lambda w: w.engine.accounts.transfer(w.now, "ann", "USDT", D(10_001), source=CONTRACT, target=MAIN),
    ),
]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case[0].name}-{number}") for number, case in enumerate(CASES)]
)
def test_a_spot_order_is_refused_in_kucoins_words(case: Case) -> None:
    """Code and text of the table."""
    reason, code, text, act = case
    refusal = refused(act)
    assert (refusal.reason, refusal.family, refusal.code, refusal.text) == (reason, Family.SPOT, code, text)


def test_no_spot_refusal_is_left_out() -> None:
    """Each row of the table is produced above."""
    assert not missing(Family.SPOT, CASES)
