"""Placing and cancelling futures orders."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Any

from kucoin.practice.asked import FUTURES, Asked, asked, decoded, listed
from kucoin.practice.engine.records import Order, Stop
from kucoin.practice.engine.refusals import Refusal as Refused
from kucoin.practice.engine.requests import FuturesRequest
from kucoin.practice.engine.terms import MarginMode, OrderType, PositionSide, PriceType, Side, Stp, TimeInForce
from kucoin.practice.quota import Pool
from kucoin.practice.wire import Call, Routes

ROUTES = Routes()


def _request(wanted: Asked) -> FuturesRequest:
    """Return the order that a body asks for; one without a name of its own gets one."""
    leverage = wanted.whole("leverage")
    return FuturesRequest(
        symbol=wanted.need("symbol"),
        client_oid=wanted.text("clientOid") or secrets.token_hex(12),
        side=wanted.word("side", Side),
        type=wanted.word("type", OrderType) or OrderType.LIMIT,
        price=wanted.amount("price"),
        size=wanted.amount("size"),
        qty=wanted.amount("qty"),
        value_qty=wanted.amount("valueQty"),
        leverage=None if leverage is None else Decimal(leverage),
        margin_mode=wanted.word("marginMode", MarginMode) or MarginMode.ISOLATED,
        position_side=wanted.word("positionSide", PositionSide) or PositionSide.BOTH,
        time_in_force=wanted.word("timeInForce", TimeInForce) or TimeInForce.GTC,
        post_only=wanted.flag("postOnly"),
        reduce_only=wanted.flag("reduceOnly"),
        close_order=wanted.flag("closeOrder"),
        force_hold=wanted.flag("forceHold"),
        stp=wanted.word("stp", Stp),
        stop=wanted.text("stop"),
        stop_price=wanted.amount("stopPrice"),
        price_type=wanted.word("stopPriceType", PriceType),
        up_price=wanted.amount("triggerStopUpPrice"),
        down_price=wanted.amount("triggerStopDownPrice"),
        remark=wanted.text("remark"),
        hidden=wanted.flag("hidden") or wanted.flag("iceberg") or wanted.has("visibleSize"),
    )


def _ids(request: FuturesRequest, found: Order | Stop) -> dict[str, Any]:
    return {"orderId": found.id, "clientOid": request.client_oid}


@ROUTES.private("/api/v1/orders", "Futures", Pool.FUTURES, 2, method="POST")
@ROUTES.private("/api/v1/st-orders", "Futures", Pool.FUTURES, 2, method="POST")
def add(call: Call) -> object:
    """Place an order, let one wait for a price, or place one with take profit and stop loss."""
    request = _request(asked(call.body, FUTURES))
    return _ids(request, call.exchange.engine.futures.place(call.now, call.user, request))


@ROUTES.private("/api/v1/orders/test", "Futures", Pool.FUTURES, 2, method="POST")
def test(call: Call) -> object:
    """Refuse what placing would refuse; the id belongs to nothing."""
    request = _request(asked(call.body, FUTURES))
    call.exchange.engine.futures.check(call.now, call.user, request)
    return {"orderId": str(call.exchange.engine.number()), "clientOid": request.client_oid}


@ROUTES.private("/api/v1/orders/multi", "Futures", Pool.FUTURES, 20, method="POST")
def add_many(call: Call) -> object:
    """Place up to twenty orders, each on its own."""
    requests = [_request(each) for each in listed(decoded(call.body, FUTURES), FUTURES)]
    results = call.exchange.engine.futures.batch(call.now, call.user, requests)
    return [_row(request, found) for request, found in zip(requests, results, strict=True)]


def _row(request: FuturesRequest, found: Order | Stop | Refused) -> dict[str, Any]:
    row = {"orderId": None, "clientOid": request.client_oid, "symbol": request.symbol}
    if isinstance(found, Refused):
        return row | {"code": found.code, "msg": found.text}
    return row | {"orderId": found.id, "code": "200000", "msg": "success"}


# Cancelling


@ROUTES.private("/api/v1/orders/{orderId}", "Futures", Pool.FUTURES, 1, method="DELETE")
def cancel(call: Call) -> object:
    """Cancel an order or a waiting stop by id."""
    ended = call.exchange.engine.futures.cancel(call.now, call.user, order_id=call.path["orderId"])
    return {"cancelledOrderIds": ended}


@ROUTES.private("/api/v1/orders/client-order/{clientOid}", "Futures", Pool.FUTURES, 1, method="DELETE")
def cancel_by_client_oid(call: Call) -> object:
    """Cancel an order or a waiting stop by the caller's id."""
    oid = call.path["clientOid"]
    call.exchange.engine.futures.cancel(call.now, call.user, client_oid=oid, symbol=call.need("symbol"))
    return {"clientOid": oid}


@ROUTES.private("/api/v1/orders/multi-cancel", "Futures", Pool.FUTURES, 20, method="DELETE")
def cancel_many(call: Call) -> object:
    """Cancel the orders that the body lists, by either id, each on its own."""
    wanted = asked(call.body, FUTURES)
    ids = wanted.texts("orderIdsList")
    if ids:
        return [_cancelled(call, order_id=each) for each in ids]
    named = wanted.rows("clientOidsList")
    return [_cancelled(call, client_oid=each.need("clientOid"), symbol=each.need("symbol")) for each in named]


def _cancelled(
    call: Call, *, order_id: str | None = None, client_oid: str | None = None, symbol: str | None = None
) -> dict[str, Any]:
    row = {"orderId": order_id, "clientOid": client_oid}
    try:
        call.exchange.engine.futures.cancel(
            call.now, call.user, order_id=order_id, client_oid=client_oid, symbol=symbol
        )
    except Refused as refused:
        return row | {"code": refused.code, "msg": refused.text}
    return row | {"code": "200", "msg": "success"}


@ROUTES.private("/api/v1/orders", "Futures", Pool.FUTURES, 800, method="DELETE")
def cancel_orders_old(call: Call) -> object:
    """Cancel all orders, of one contract or of all; the costly old way."""
    ended = call.exchange.engine.futures.cancel_orders(call.now, call.user, call.param("symbol"))
    return {"cancelledOrderIds": ended}


@ROUTES.private("/api/v3/orders", "Futures", Pool.FUTURES, 10, method="DELETE")
def cancel_orders(call: Call) -> object:
    """Cancel all orders of a contract, stops apart."""
    ended = call.exchange.engine.futures.cancel_orders(call.now, call.user, call.need("symbol"))
    return {"cancelledOrderIds": ended}


@ROUTES.private("/api/v1/stopOrders", "Futures", Pool.FUTURES, 15, method="DELETE")
def cancel_stops(call: Call) -> object:
    """Cancel all waiting stops, of one contract or of all."""
    ended = call.exchange.engine.futures.cancel_stops(call.now, call.user, call.param("symbol"))
    return {"cancelledOrderIds": ended}
