"""What the payloads of spot and margin orders say, read to the digit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kucoin.model.order import (
    CancelledAll,
    DeadMan,
    FeeRate,
    Fill,
    FuturesOrder,
    Liquidity,
    Lots,
    MarginPlaced,
    Order,
    OrderStatus,
    OrderType,
    Side,
    Stp,
    TimeInForce,
    TradeType,
)
from kucoin.model.stop_order import OcoLeg, OcoOrder, SpotStop, StopOrder
from kucoin.rest import paging, parse_futures, parse_order
from kucoin.rest.row import Row, row_of, value_of
from tests.rest_payloads import ms, opened

D = Decimal


def spot_order() -> Order:
    """The open order of the payloads."""
    return parse_order.order(row_of(opened("spot-order")))


def futures_order() -> FuturesOrder:
    """The open futures order of the payloads."""
    return parse_futures.order(row_of(opened("futures-order")))


def test_an_order_is_read() -> None:
    """Every field of it."""
    assert spot_order() == Order(
        order_id="68f1a0b21b7d1e0001b3d501",
        client_oid="7c1d4c66-5f0a-4a3e-8f2b-0d8f0a1b2c01",
        symbol="BTC-USDT",
        side=Side.BUY,
        type=OrderType.LIMIT,
        trade_type=TradeType.TRADE,
        price=D("87000.5"),
        size=D("0.05"),
        funds=D("4350.025"),
        filled_size=D("0.02"),
        filled_funds=D("1739.6"),
        remaining_size=D("0.03"),
        remaining_funds=D("2610.425"),
        cancelled_size=D(0),
        cancelled_funds=D(0),
        fee=D("1.7396"),
        fee_currency="USDT",
        time_in_force=TimeInForce.GTC,
        post_only=True,
        stp=Stp.CN,
        active=True,
        in_book=True,
        cancelled=False,
        cancel_reason=None,
        created_at=ms(123),
        updated_at=ms(456789),
    )


def test_what_an_order_was_placed_without_is_none() -> None:
    """KuCoin writes 0 for the price of a market order, and for the size of one by funds."""
    by_funds, part = paging.by_last_id(opened("spot-done"), parse_order.order).items
    assert (by_funds.price, by_funds.size, by_funds.funds) == (None, None, D(250))
    assert by_funds.average_price == D("249.99874") / D("0.00286")
    assert by_funds.status is OrderStatus.FILLED
    assert (part.cancel_reason, part.average_price) == ("IOC", D("88111.1"))
    assert part.status is OrderStatus.PARTIALLY_CANCELLED


@pytest.mark.parametrize(
    ("active", "cancelled", "kind", "filled", "size", "status"),
    [
        (True, False, OrderType.LIMIT, 0, 5, OrderStatus.OPEN),
        (True, False, OrderType.LIMIT, 2, 5, OrderStatus.PARTIALLY_FILLED),
        (True, True, OrderType.LIMIT, 2, 5, OrderStatus.PARTIALLY_FILLED),
        (False, False, OrderType.LIMIT, 5, 5, OrderStatus.FILLED),
        (False, True, OrderType.LIMIT, 5, 5, OrderStatus.FILLED),
        (False, True, OrderType.LIMIT, 0, 5, OrderStatus.CANCELLED),
        (False, False, OrderType.LIMIT, 0, 5, OrderStatus.CANCELLED),
        (False, True, OrderType.LIMIT, 2, 5, OrderStatus.PARTIALLY_CANCELLED),
        (False, False, OrderType.LIMIT, 2, 5, OrderStatus.PARTIALLY_CANCELLED),
        (False, False, OrderType.MARKET, 2, None, OrderStatus.FILLED),
        (False, False, OrderType.MARKET, 2, 5, OrderStatus.FILLED),
        (False, True, OrderType.MARKET, 2, None, OrderStatus.PARTIALLY_CANCELLED),
        (False, True, OrderType.MARKET, 0, None, OrderStatus.CANCELLED),
        (False, False, None, 5, 5, OrderStatus.FILLED),
        (False, False, OrderType.LIMIT, 2, None, None),
        (False, False, None, 2, None, None),
    ],
)
def test_the_life_of_an_order(
    *,
    active: bool,
    cancelled: bool,
    kind: OrderType | None,
    filled: int,
    size: int | None,
    status: OrderStatus | None,
) -> None:
    """Spot and futures alike; where a fill ended it and its size is unknown, so is its status."""
    spot = replace(
        spot_order(),
        active=active,
        cancelled=cancelled,
        type=kind,
        filled_size=D(filled),
        size=None if size is None else D(size),
    )
    futures = replace(
        futures_order(),
        active=active,
        cancelled=cancelled,
        type=kind,
        filled_size=Lots(filled),
        size=None if size is None else Lots(size),
    )
    assert (spot.status, futures.status) == (status, status)


def test_there_is_no_average_price_before_a_fill() -> None:
    """None, not zero."""
    assert replace(spot_order(), filled_size=D(0), filled_funds=D(0)).average_price is None


def test_fills_are_read() -> None:
    """Ids beyond what a float holds, and the id to go on from."""
    page = paging.by_last_id(opened("spot-fills"), parse_order.fill)
    assert page.cursor == 19814995255300
    assert page.items[0] == Fill(
        fill_id=19814995255305,
        trade_id=11029373945659392,
        order_id="68f1a0b21b7d1e0001b3d503",
        symbol="BTC-USDT",
        side=Side.SELL,
        type=OrderType.LIMIT,
        trade_type=TradeType.TRADE,
        liquidity=Liquidity.TAKER,
        price=D("88111.2"),
        size=D("0.06"),
        funds=D("5286.672"),
        fee=D("5.286672"),
        fee_rate=D("0.001"),
        fee_currency="USDT",
        at=ms(-8995),
    )


def test_stop_orders_are_read() -> None:
    """One that waits and one that triggered."""
    waiting, triggered = (parse_order.stop_order(row) for row in row_of(opened("spot-stops")).rows("items"))
    assert waiting == StopOrder(
        order_id="vs93gptvr9t2fsql003l8k5p",
        client_oid="oid-7",
        symbol="BTC-USDT",
        side=Side.SELL,
        type=OrderType.LIMIT,
        trade_type=TradeType.TRADE,
        status="NEW",
        stop=SpotStop.LOSS,
        stop_price=D(80000),
        price=D(79900),
        limit_price=None,
        size=D("0.25"),
        funds=None,
        time_in_force=TimeInForce.GTC,
        post_only=False,
        stp=None,
        created_at=ms(-99876),
        triggered_at=None,
    )
    assert (triggered.status, triggered.stop, triggered.triggered_at) == ("TRIGGERED", SpotStop.ENTRY, ms(-2000))
    assert (triggered.price, triggered.size, triggered.funds) == (None, None, D(100))


def test_a_pair_of_orders_is_read_with_its_legs() -> None:
    """And without them from the lists."""
    legs = (
        OcoLeg("vs93gpqc7dn6h3fa003sfelj", "BTC-USDT", Side.BUY, D(84000), D(84000), D("0.1"), "NEW"),
        OcoLeg("vs93gpqc7dn6h3fa003sfelk", "BTC-USDT", Side.BUY, D(91000), D(90500), D("0.1"), "NEW"),
    )
    whole = OcoOrder("674c3b6e688dea0007c7bab2", "oid-9", "BTC-USDT", "NEW", ms(-50000), legs)
    assert parse_order.oco_with_legs(opened("spot-oco")) == whole
    assert parse_order.oco_order(row_of(opened("spot-oco-by-client"))) == replace(whole, legs=())


def test_what_a_margin_order_borrowed_is_read() -> None:
    """With the loan it was borrowed under."""
    placed = MarginPlaced("68f1a0b21b7d1e0001b3d601", D("10.25"), "68f1a0b21b7d1e0001b3d6ff")
    assert parse_order.margin_placed(opened("margin-placed")) == placed


def test_small_answers_of_spot_are_read() -> None:
    """Cancels, pairs, the dead-man switch, fees."""
    failed = {"PEPE-USDT": "Order cancel for this pair suspended"}
    everything = parse_order.cancelled_all(opened("spot-cancelled-everything"))
    assert everything == CancelledAll(("BTC-USDT", "KCS-BTC"), failed)
    ids = ("vs93gptvr9t2fsql003l8k5p", "vs93gptvr9t2fsql003l8k5q")
    assert parse_order.cancelled_ids(opened("cancelled-ids")) == ids
    assert parse_order.symbols(opened("spot-open-symbols")) == ("BTC-USDT", "PEPE-USDT")
    assert parse_order.dead_man(opened("spot-dead-man")) == DeadMan(30, ("BTC-USDT", "KCS-BTC"), ms(30_000))
    fees = (FeeRate("BTC-USDT", D("0.001"), D("0.0008")), FeeRate("PEPE-USDT", D("0.002"), D("0.002")))
    assert parse_order.fee_rates(opened("spot-trade-fees")) == fees


def test_a_new_word_is_unknown_and_the_order_stands() -> None:
    """KuCoin adds words now and then: such a field is None, the rest holds."""
    fields = value_of(opened("margin-order"))
    order = parse_order.order(Row(fields, "it"))
    assert order.trade_type is TradeType.MARGIN_ISOLATED_TRADE
    new = {"timeInForce": "GTD", "stp": "XX", "tradeType": "NEW", "type": "twap"}
    unknown = replace(order, time_in_force=None, stp=None, trade_type=None, type=None)
    assert parse_order.order(Row(fields | new, "it")) == unknown
