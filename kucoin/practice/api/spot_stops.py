"""Conditional orders of spot and margin: stops and OCO."""

from __future__ import annotations

from typing import Any

from kucoin.practice.api import spot_bodies
from kucoin.practice.api.spot_asked import order_request
from kucoin.practice.asked import Asked, asked
from kucoin.practice.engine.records import Oco, Stop
from kucoin.practice.engine.refusals import Reason
from kucoin.practice.engine.refusals import Refusal as Refused
from kucoin.practice.engine.requests import OcoRequest, StopRequest
from kucoin.practice.engine.terms import Family, Side, TradeType
from kucoin.practice.quota import Pool
from kucoin.practice.wire import Call, Refusal, Routes, page

ROUTES = Routes()
_UNKNOWN = "The order does not exist."


def _trade_type(wanted: Asked, *, margin: bool) -> TradeType:
    if not margin:
        return wanted.word("tradeType", TradeType) or TradeType.TRADE
    isolated = wanted.flag("isIsolated") or wanted.text("tradeType") == TradeType.ISOLATED
    return TradeType.ISOLATED if isolated else TradeType.CROSS


def _place(call: Call, *, margin: bool = False) -> Stop:
    wanted = asked(call.body)
    request = StopRequest(
        order=order_request(wanted, _trade_type(wanted, margin=margin)),
        stop_price=wanted.needed_amount("stopPrice"),
        stop=wanted.text("stop"),
    )
    return call.exchange.engine.spot.place_stop(call.now, call.user, request)


def _waiting(call: Call, *, margin: bool = False) -> list[Stop]:
    """Return the waiting stops that the query describes, newest first."""
    symbol, side, kind, trade = (call.param(name) for name in ("symbol", "side", "type", "tradeType"))
    ids = call.param("orderIds")
    wanted = ids.split(",") if ids else None
    family = Family.MARGIN if margin else Family.SPOT
    since, until = call.span()
    found = [
        each
        for each in call.exchange.user(call.user).stops.values()
        if each.request.family is family
        and symbol in (None, each.symbol)
        and side in (None, each.side)
        and kind in (None, each.request.type)
        and trade in (None, spot_bodies.spot_request(each).trade_type)
        and (wanted is None or each.id in wanted)
        and since <= each.created_ms <= until
    ]
    return sorted(found, key=lambda each: each.serial, reverse=True)


def _named(call: Call, *, margin: bool = False) -> Stop:
    """Return the waiting stop that the query names by the caller's id."""
    wanted = call.need("clientOid")
    for each in _waiting(call, margin=margin):
        if each.client_oid == wanted:
            return each
    raise Refused(Reason.NO_ORDER, Family.MARGIN if margin else Family.SPOT)


def _cancel(call: Call, stop_id: str) -> dict[str, Any]:
    return {"cancelledOrderIds": call.exchange.engine.spot.stops.cancel(call.now, call.user, stop_id)}


def _cancel_many(call: Call, *, margin: bool = False) -> dict[str, Any]:
    ended: list[str] = []
    for each in _waiting(call, margin=margin):
        if each.status == "NEW":  # not ended by its partner meanwhile
            ended += call.exchange.engine.spot.stops.cancel(call.now, call.user, each.id)
    return {"cancelledOrderIds": ended}


# Spot


@ROUTES.private("/api/v1/stop-order", "Spot", Pool.SPOT, 1, method="POST")
def add(call: Call) -> object:
    """Let an order wait for the last price."""
    return {"orderId": _place(call).id}


@ROUTES.private("/api/v1/stop-order", "General", Pool.SPOT, 8)
def waiting(call: Call) -> object:
    """Conditional orders that wait."""
    return page(call, [spot_bodies.stop(each) for each in _waiting(call)])


@ROUTES.private("/api/v1/stop-order/queryOrderByClientOid", "General", Pool.SPOT, 3)
def by_client_oid(call: Call) -> object:
    """Waiting orders by the caller's id: a list."""
    wanted = call.need("clientOid")
    return [spot_bodies.stop(each) for each in _waiting(call) if each.client_oid == wanted]


@ROUTES.private("/api/v1/stop-order/{orderId}", "General", Pool.SPOT, 3)
def by_id(call: Call) -> object:
    """One conditional order, waiting or not."""
    found = call.exchange.archive.stop(call.user, call.path["orderId"])
    if found is None or found.request.family is not Family.SPOT:
        raise Refusal("400100", _UNKNOWN)
    return spot_bodies.stop(found)


@ROUTES.private("/api/v1/stop-order/{orderId}", "Spot", Pool.SPOT, 3, method="DELETE")
def cancel(call: Call) -> object:
    """Cancel one, and what hangs on it."""
    return _cancel(call, call.path["orderId"])


@ROUTES.private("/api/v1/stop-order/cancelOrderByClientOid", "Spot", Pool.SPOT, 5, method="DELETE")
def cancel_by_client_oid(call: Call) -> object:
    """Cancel one by the caller's id."""
    stop = _named(call)
    call.exchange.engine.spot.stops.cancel(call.now, call.user, stop.id)
    return {"clientOid": stop.client_oid, "cancelledOrderId": stop.id}


@ROUTES.private("/api/v1/stop-order/cancel", "Spot", Pool.SPOT, 3, method="DELETE")
def cancel_many(call: Call) -> object:
    """Cancel all that the query describes."""
    return _cancel_many(call)


# Margin


@ROUTES.private("/api/v3/hf/margin/stop-order", "Margin", Pool.SPOT, 3, method="POST")
def margin_add(call: Call) -> object:
    """Let a margin order wait for the last price."""
    stop = _place(call, margin=True)
    return {"orderId": stop.id, "clientOid": stop.client_oid}


@ROUTES.private("/api/v3/hf/margin/stop-orders", "General", Pool.SPOT, 8)
def margin_waiting(call: Call) -> object:
    """Conditional margin orders that wait."""
    return page(call, [spot_bodies.stop(each) for each in _waiting(call, margin=True)])


@ROUTES.private("/api/v3/hf/margin/stop-order/orderId", "General", Pool.SPOT, 3)
def margin_by_id(call: Call) -> object:
    """One conditional margin order, waiting or not."""
    found = call.exchange.archive.stop(call.user, call.need("orderId"))
    if found is None or found.request.family is not Family.MARGIN:
        raise Refusal("400100", _UNKNOWN)
    return spot_bodies.stop(found)


@ROUTES.private("/api/v3/hf/margin/stop-order/clientOid", "General", Pool.SPOT, 3)
def margin_by_client_oid(call: Call) -> object:
    """One waiting margin order by the caller's id."""
    return spot_bodies.stop(_named(call, margin=True))


@ROUTES.private("/api/v3/hf/margin/stop-order/cancel-by-id", "Margin", Pool.SPOT, 3, method="DELETE")
def margin_cancel(call: Call) -> object:
    """Cancel one."""
    return _cancel(call, call.need("orderId"))


@ROUTES.private("/api/v3/hf/margin/stop-order/cancel-by-clientOid", "Margin", Pool.SPOT, 5, method="DELETE")
def margin_cancel_by_client_oid(call: Call) -> object:
    """Cancel one by the caller's id."""
    stop = _named(call, margin=True)
    call.exchange.engine.spot.stops.cancel(call.now, call.user, stop.id)
    return {"clientOid": stop.client_oid, "cancelledOrderId": stop.id}


@ROUTES.private("/api/v3/hf/margin/stop-order/cancel", "Margin", Pool.SPOT, 3, method="DELETE")
def margin_cancel_many(call: Call) -> object:
    """Cancel all that the query describes."""
    return _cancel_many(call, margin=True)


# OCO


@ROUTES.private("/api/v3/oco/order", "Spot", Pool.SPOT, 2, method="POST")
def oco_add(call: Call) -> object:
    """Let two orders wait of which one goes."""
    wanted = asked(call.body)
    side = wanted.word("side", Side)
    if side is None:
        raise wanted.wrong("side")
    request = OcoRequest(
        symbol=wanted.need("symbol"),
        side=side,
        price=wanted.needed_amount("price"),
        size=wanted.needed_amount("size"),
        stop_price=wanted.needed_amount("stopPrice"),
        limit_price=wanted.needed_amount("limitPrice"),
        client_oid=wanted.need("clientOid"),
        remark=wanted.text("remark"),
    )
    return {"orderId": call.exchange.engine.spot.place_oco(call.now, call.user, request)}


def _oco(call: Call, found: Oco) -> dict[str, Any]:
    return {
        "orderId": found.id,
        "symbol": found.request.symbol,
        "clientOid": found.request.client_oid,
        "orderTime": found.created_ms,
        "status": _status(call, found),
    }


def _status(call: Call, oco: Oco) -> str:
    """Return NEW, TRIGGERED, CANCELLED, or DONE once the order that it became has ended."""
    if oco.status != "TRIGGERED":
        return oco.status
    legs = [call.exchange.archive.stop(call.user, each) for each in oco.legs]
    orders = [each.order_id for each in legs if each is not None and each.order_id is not None]
    user = call.exchange.user(call.user)
    alive = any(order in user.live.get(oco.request.symbol, {}) for order in orders)
    return "TRIGGERED" if alive else "DONE"


def _ocos(call: Call) -> list[Oco]:
    symbol, ids = call.param("symbol"), call.param("orderIds")
    wanted = ids.split(",") if ids else None
    since, until = call.span()
    return [
        each
        for each in call.exchange.archive.ocos(call.user)
        if symbol in (None, each.request.symbol)
        and (wanted is None or each.id in wanted)
        and since <= each.created_ms <= until
    ]


def _one_oco(call: Call) -> Oco:
    """Return the OCO order that the path names by either id, the newest of that name."""
    order_id, oid = call.path.get("orderId"), call.path.get("clientOid")
    for each in call.exchange.archive.ocos(call.user):
        if each.id == order_id or each.request.client_oid == oid:
            return each
    raise Refusal("400100", _UNKNOWN)


@ROUTES.private("/api/v3/oco/orders", "General", Pool.SPOT, 2)
def oco_list(call: Call) -> object:
    """OCO orders."""
    return page(call, [_oco(call, each) for each in _ocos(call)])


@ROUTES.private("/api/v3/oco/order/{orderId}", "General", Pool.SPOT, 2)
@ROUTES.private("/api/v3/oco/client-order/{clientOid}", "General", Pool.SPOT, 2)
def oco_one(call: Call) -> object:
    """One OCO order by either id."""
    return _oco(call, _one_oco(call))


@ROUTES.private("/api/v3/oco/order/details/{orderId}", "General", Pool.SPOT, 2)
def oco_details(call: Call) -> object:
    """One OCO order with its two legs."""
    found = _one_oco(call)
    legs = [call.exchange.archive.stop(call.user, each) for each in found.legs]
    return _oco(call, found) | {"orders": [spot_bodies.leg(each) for each in legs if each is not None]}


@ROUTES.private("/api/v3/oco/order/{orderId}", "Spot", Pool.SPOT, 3, method="DELETE")
@ROUTES.private("/api/v3/oco/client-order/{clientOid}", "Spot", Pool.SPOT, 3, method="DELETE")
def oco_cancel(call: Call) -> object:
    """Cancel both legs."""
    ended = call.exchange.engine.spot.stops.cancel_oco(call.now, call.user, _one_oco(call).id)
    return {"cancelledOrderIds": ended}


@ROUTES.private("/api/v3/oco/orders", "Spot", Pool.SPOT, 3, method="DELETE")
def oco_cancel_many(call: Call) -> object:
    """Cancel all that the query describes."""
    waiting = [each for each in _ocos(call) if each.status == "NEW"]
    stops = call.exchange.engine.spot.stops
    return {"cancelledOrderIds": [leg for each in waiting for leg in stops.cancel_oco(call.now, call.user, each.id)]}
