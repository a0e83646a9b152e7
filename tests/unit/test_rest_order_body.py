"""What a wish becomes before it leaves, and which wishes never do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kucoin.errors import InvalidRequest
from kucoin.model.order import (
    FuturesStop,
    Lots,
    MarginMode,
    NewFuturesOrder,
    NewOrder,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
    Stp,
    TimeInForce,
)
from kucoin.rest import order_body

D = Decimal
LIMIT = NewOrder(
    client_oid="a", symbol="BTC-USDT", side=Side.BUY, type=OrderType.LIMIT, price=D("87000.5"), size=D("0.01")
)
MARKET = NewOrder(client_oid="a", symbol="BTC-USDT", side=Side.SELL, type=OrderType.MARKET, size=D("0.01"))
FUTURES = NewFuturesOrder(
    client_oid="a",
    symbol="XBTUSDTM",
    type=OrderType.LIMIT,
    side=Side.BUY,
    size=Lots(3),
    price=D("87000.5"),
    margin_mode=MarginMode.ISOLATED,
)
STOP = FuturesStop(direction=StopDirection.UP, price=D(90000), price_type=StopPriceType.TP)
CLOSE = NewFuturesOrder(
    client_oid="a", symbol="XBTUSDTM", type=OrderType.MARKET, margin_mode=MarginMode.CROSS, close_order=True
)


@pytest.mark.parametrize(
    "order",
    [
        replace(LIMIT, price=None),
        replace(LIMIT, size=None),
        replace(LIMIT, funds=D(5)),
        replace(LIMIT, size=None, funds=D(5)),
        replace(LIMIT, post_only=True, time_in_force=TimeInForce.IOC),
        replace(LIMIT, post_only=True, time_in_force=TimeInForce.FOK),
        replace(LIMIT, cancel_after=5),
        replace(LIMIT, cancel_after=5, time_in_force=TimeInForce.IOC),
        replace(LIMIT, time_in_force=TimeInForce.GTT),
        replace(LIMIT, time_in_force=TimeInForce.GTT, cancel_after=0),
        replace(MARKET, size=None),
        replace(MARKET, funds=D(5)),
        replace(MARKET, price=D(1)),
        replace(MARKET, time_in_force=TimeInForce.GTC),
        replace(MARKET, post_only=True),
        replace(MARKET, cancel_after=5),
        replace(MARKET, stp=Stp.DC),
    ],
)
def test_a_spot_order_that_contradicts_itself_is_refused(order: NewOrder) -> None:
    """Above all one that lost its price: it would trade at any."""
    with pytest.raises(InvalidRequest, match=r"order a|cancel_after"):
        order_body.spot(order)


@pytest.mark.parametrize(
    "order",
    [
        replace(FUTURES, price=None),
        replace(FUTURES, side=None),
        replace(FUTURES, size=None),
        replace(FUTURES, time_in_force=TimeInForce.FOK),
        replace(FUTURES, time_in_force=TimeInForce.GTT),
        replace(FUTURES, post_only=True, time_in_force=TimeInForce.IOC),
        replace(FUTURES, stp=Stp.DC),
        replace(FUTURES, leverage=0),
        replace(FUTURES, type=OrderType.MARKET),
        replace(FUTURES, type=OrderType.MARKET, price=None, post_only=True),
        replace(FUTURES, type=OrderType.MARKET, price=None, time_in_force=TimeInForce.GTC),
        replace(CLOSE, side=Side.SELL),
        replace(CLOSE, size=Lots(1)),
        replace(CLOSE, leverage=3),
    ],
)
def test_a_futures_order_that_contradicts_itself_is_refused(order: NewFuturesOrder) -> None:
    """Above all one that lost its price or size."""
    with pytest.raises(InvalidRequest, match=r"order a|leverage 0"):
        order_body.futures(order)


@pytest.mark.parametrize(
    ("order", "up", "down"), [(FUTURES, None, None), (replace(FUTURES, stop=STOP), D(90000), None)]
)
def test_a_bracket_needs_a_price_and_no_stop(order: NewFuturesOrder, up: Decimal | None, down: Decimal | None) -> None:
    """One of the two prices is enough."""
    with pytest.raises(InvalidRequest, match="order a"):
        order_body.bracket(order, up, down, StopPriceType.TP)
    body = order_body.bracket(FUTURES, None, D("80000.0"), StopPriceType.IP)
    assert (body["triggerStopDownPrice"], body["stopPriceType"]) == ("80000.0", "IP")
    assert "triggerStopUpPrice" not in body


@pytest.mark.parametrize("bad", [D(0), D(-1), D("NaN"), D("Infinity"), D("-0"), 0.1, 1, "1", None])
def test_an_amount_is_a_decimal_above_zero(bad: Any) -> None:
    """A float is refused: what it stands for is not what was typed."""
    with pytest.raises(InvalidRequest, match="price"):
        order_body.amount("price", bad)


@pytest.mark.parametrize("bad", [0, -1, 1.0, D(1), True, "1", None])
def test_lots_are_a_whole_number_above_zero(bad: Any) -> None:
    """Coins are no lots."""
    with pytest.raises(InvalidRequest, match="lots"):
        order_body.lots(bad)


@given(st.decimals(min_value=D("1e-18"), max_value=D("1e18"), allow_nan=False, allow_infinity=False))
def test_an_amount_leaves_to_the_digit_and_without_exponent(value: Decimal) -> None:
    """As text, and as number where KuCoin wants one."""
    text = order_body.amount("size", value)
    assert Decimal(text) == value
    assert set(text) <= set("0123456789.")
    assert msgspec.json.encode({"margin": order_body.number("margin", value)}) == f'{{"margin":{text}}}'.encode()


@given(st.text(max_size=60))
def test_only_ids_that_kucoin_takes_leave(text: str) -> None:
    """1 to 40 characters of its alphabet."""
    alphabet = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-")
    if 1 <= len(text) <= 40 and set(text) <= alphabet:
        assert order_body.own_id(text) == text
    else:
        with pytest.raises(InvalidRequest):
            order_body.own_id(text)


def every_body() -> Iterator[dict[str, Any]]:
    """Bodies of all kinds of orders."""
    for tif, post_only, stp in product([None, *TimeInForce], [False, True], [None, *Stp]):
        after = 5 if tif is TimeInForce.GTT else None
        if not (post_only and tif in {TimeInForce.IOC, TimeInForce.FOK}):
            yield order_body.spot(replace(LIMIT, time_in_force=tif, post_only=post_only, cancel_after=after, stp=stp))
    for stp in (None, Stp.CN, Stp.CO, Stp.CB):
        yield order_body.spot(replace(MARKET, stp=stp))
        yield order_body.spot(replace(MARKET, size=None, funds=D(5), stp=stp))
        for side, reduce_only, stop in product(PositionSide, [False, True], [None, STOP]):
            order = replace(FUTURES, position_side=side, reduce_only=reduce_only, stop=stop, stp=stp, leverage=5)
            yield order_body.futures(order)
            yield order_body.futures(replace(order, type=OrderType.MARKET, price=None))
            if stop is None:
                yield order_body.bracket(order, D(90000), D(80000), StopPriceType.MP)
    yield order_body.futures(CLOSE)


def test_no_order_of_any_kind_is_hidden() -> None:
    """KuCoin refuses these keys, not only their values."""
    bodies = list(every_body())
    assert len(bodies) > 100
    assert not {key for body in bodies for key in body} & {"hidden", "iceberg", "visibleSize"}


def test_every_order_has_our_id() -> None:
    """It is the one thing to find an order by when its answer is lost."""
    assert {body["clientOid"] for body in every_body()} == {"a"}


def test_position_side_and_leverage_leave_only_where_they_mean_something() -> None:
    """BOTH is the default of one-way mode; a market order has no time in force."""
    body = order_body.futures(FUTURES)
    assert not {"positionSide", "leverage", "reduceOnly", "closeOrder", "postOnly", "stop", "stp"} & set(body)
    assert body["marginMode"] == "ISOLATED"
    assert order_body.futures(replace(FUTURES, position_side=PositionSide.SHORT))["positionSide"] == "SHORT"
    assert set(order_body.futures(CLOSE)) == {"clientOid", "symbol", "type", "closeOrder", "marginMode"}
    assert not {"price", "timeInForce"} & set(order_body.spot(MARKET))
