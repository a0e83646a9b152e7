"""Our client lets orders of the cross account wait on the practice exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from kucoin.errors import ApiError, NotCancellable, NotFound
from kucoin.model.order import Side, TradeType
from kucoin.model.stop_order import SpotStop
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.rest_trading import PAIR, new_id, price, resting

D = Decimal


def test_a_margin_stop_waits_and_is_cancelled(floor: Practice, trader: Callable[..., Exchange]) -> None:
    """By its id, and all of a pair; the spot account's waiting orders are others."""
    exchange = trader()
    stops = exchange.margin_stops
    wish = resting(floor, side=Side.SELL, price=price(floor, "0.7"), size=D("0.1"))
    first = stops.place(wish, stop_price=price(floor, "0.71"), stop=SpotStop.LOSS)
    second = stops.place(replace(wish, client_oid=new_id()), stop_price=price(floor, "1.4"))
    spot = exchange.spot_stops.place(replace(wish, client_oid=new_id()), stop_price=price(floor, "0.71"))
    found = stops.stop(order_id=first)
    assert (found.client_oid, found.trade_type, found.stop) == (
        *(wish.client_oid, TradeType.MARGIN_TRADE, SpotStop.LOSS),
    )
    assert (found.stop_price, found.price, found.size) == (price(floor, "0.71"), wish.price, wish.size)
    assert found in stops.stops(symbol=PAIR)
    assert {stop.order_id: stop.stop for stop in stops.stops()} == {first: SpotStop.LOSS, second: SpotStop.ENTRY}
    assert stops.cancel(order_id=first) == (first,)
    assert stops.cancel_many(symbol=PAIR) == (second,)
    assert stops.stops() == ()
    assert exchange.spot_stops.cancel_many(symbol=PAIR) == (spot,)


def test_what_cannot_wait_is_refused(floor: Practice, trader: Callable[..., Exchange]) -> None:
    """As on spot, each by its class."""
    stops = trader().margin_stops
    wish = resting(floor, side=Side.SELL, price=price(floor, "0.7"), size=D("0.1"))
    with pytest.raises(NotFound):
        stops.stop(order_id="nobodys")
    with pytest.raises(NotCancellable):
        stops.cancel(order_id="nobodys")
    with pytest.raises(ApiError, match="price increment"):
        stops.place(wish, stop_price=price(floor, "0.71") + D("0.001"))
    assert stops.stops() == ()
