"""Each kind of ticket leaves by its own call, with all that it says; what would be left out does not leave at all."""

from __future__ import annotations

from typing import Any

import pytest

from kucoin.desk import dispatch
from kucoin.errors import InvalidRequest
from kucoin.model.order import FuturesStop, OrderType, StopDirection, StopPriceType, Stp, TimeInForce, TradeType
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import Bracket, OcoTerms, SpotTrigger, Ticket
from tests.trading_rig import D, Wire, exchange_on, futures, spot

TRIGGER = SpotTrigger(stop=SpotStop.LOSS, price=D("80000.5"))
OCO = OcoTerms(stop_price=D(88000), limit_price=D(88010))
BRACKET = Bracket(above=D(99000), below=D(70000), price_type=StopPriceType.MP)
STOP = FuturesStop(direction=StopDirection.DOWN, price=D(80000), price_type=StopPriceType.IP)
CROSS, ISOLATED = TradeType.MARGIN_TRADE, TradeType.MARGIN_ISOLATED_TRADE

# What a ticket is, the call that sends it, what must stand in its body, and the call that only checks it.
KINDS: dict[str, tuple[Ticket, str, dict[str, Any], str | None]] = {
    "spot": (spot(), "/api/v1/hf/orders", {"price": "87104.10", "size": "0.00230"}, "/api/v1/hf/orders/test"),
    "spot market": (
        spot(type=OrderType.MARKET, price=None, size=None, funds=D(20)),
        "/api/v1/hf/orders",
        {"funds": "20"},
        "/api/v1/hf/orders/test",
    ),
    "spot stop": (spot(trigger=TRIGGER), "/api/v1/stop-order", {"stop": "loss", "stopPrice": "80000.5"}, None),
    "pair": (
        spot(oco=OCO),
        "/api/v3/oco/order",
        {"price": "87104.10", "size": "0.00230", "stopPrice": "88000", "limitPrice": "88010"},
        None,
    ),
    "cross": (
        spot(trade_type=CROSS, auto_borrow=True),
        "/api/v3/hf/margin/order",
        {"isIsolated": False, "autoBorrow": True},
        "/api/v3/hf/margin/order/test",
    ),
    "isolated": (
        spot(trade_type=ISOLATED, auto_repay=True),
        "/api/v3/hf/margin/order",
        {"isIsolated": True, "autoRepay": True},
        "/api/v3/hf/margin/order/test",
    ),
    "cross stop": (
        spot(trade_type=CROSS, trigger=TRIGGER),
        "/api/v3/hf/margin/stop-order",
        {"tradeType": "MARGIN_TRADE", "stopPrice": "80000.5"},
        None,
    ),
    "futures": (futures(), "/api/v1/orders", {"size": 100, "leverage": 3}, "/api/v1/orders/test"),
    "futures stop": (
        futures(stop=STOP),
        "/api/v1/orders",
        {"stop": "down", "stopPrice": "80000", "stopPriceType": "IP"},
        "/api/v1/orders/test",
    ),
    "bracket": (
        futures(bracket=BRACKET),
        "/api/v1/st-orders",
        {"triggerStopUpPrice": "99000", "triggerStopDownPrice": "70000", "stopPriceType": "MP"},
        None,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_ticket_leaves_once_by_its_own_call(kind: str) -> None:
    """One POST, our id in it, everything that was asked for in it; what comes back is KuCoin's id."""
    ticket, path, within, _ = KINDS[kind]
    wire = Wire()
    assert dispatch.send(exchange_on(wire), ticket) == f"k-{ticket.client_oid}"
    ((endpoint, body),) = wire.sent
    assert (endpoint.method, endpoint.path) == ("POST", path)
    assert body["clientOid"] == ticket.client_oid
    assert body["symbol"] == ticket.symbol
    assert body | within == body


@pytest.mark.parametrize("kind", KINDS)
def test_a_check_goes_where_nothing_is_placed(kind: str) -> None:
    """The same body to the validate-only call, or nothing at all where KuCoin has none."""
    ticket, path, within, check = KINDS[kind]
    wire = Wire()
    assert dispatch.test(exchange_on(wire), ticket) is (check is not None)
    assert [endpoint.path for endpoint, _ in wire.sent] == ([check] if check else [])
    assert path not in [endpoint.path for endpoint, _ in wire.sent]
    assert all(body | within == body for _, body in wire.sent)


WRONG: dict[str, Ticket] = {
    "spot borrows": spot(auto_borrow=True),
    "spot repays": spot(auto_repay=True),
    "a stop and a pair": spot(trigger=TRIGGER, oco=OCO),
    "a stop on isolated margin": spot(trade_type=ISOLATED, trigger=TRIGGER),
    "a stop that borrows": spot(trade_type=CROSS, trigger=TRIGGER, auto_borrow=True),
    "a stop at nothing": spot(trigger=SpotTrigger(stop=SpotStop.ENTRY, price=D(0))),
    "a pair on margin": spot(trade_type=CROSS, oco=OCO),
    "a pair at the market": spot(type=OrderType.MARKET, price=None, oco=OCO),
    "a pair that is post-only": spot(post_only=True, oco=OCO),
    "a pair at once": spot(time_in_force=TimeInForce.IOC, oco=OCO),
    "a pair that prevents": spot(stp=Stp.CN, oco=OCO),
    "a pair without a stop price": spot(oco=OcoTerms(stop_price=D("NaN"), limit_price=D(1))),
    "a limit without a price": spot(price=None),
    "a float": spot(price=0.1),
    "an id with a space": spot(client_oid="a b"),
    "an id that is too long": futures(client_oid="x" * 41),
    "no lots": futures(size=None),
    "half a lot": futures(size=D("0.5")),
    "a bracket of nothing": futures(bracket=Bracket(above=None, below=None, price_type=StopPriceType.TP)),
    "a bracket at a stop": futures(bracket=BRACKET, stop=STOP),
    "below once": futures(leverage=0),
}


@pytest.mark.parametrize("why", WRONG)
def test_what_contradicts_itself_never_leaves(why: str) -> None:
    """It is said beforehand, and said again by what sends."""
    wire = Wire()
    with pytest.raises(InvalidRequest):
        dispatch.verify(WRONG[why])
    with pytest.raises(InvalidRequest):
        dispatch.send(exchange_on(wire), WRONG[why])
    assert wire.sent == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_can_leave_passes(kind: str) -> None:
    """The check before the journal refuses none of the kinds that there are."""
    dispatch.verify(KINDS[kind][0])
