"""Placing, changing and cancelling spot orders."""

from __future__ import annotations

import secrets
from typing import Any

from kucoin.practice.api import spot_bodies
from kucoin.practice.api.spot_asked import order_request
from kucoin.practice.asked import Asked, asked
from kucoin.practice.engine.records import Order
from kucoin.practice.engine.refusals import Refusal as Refused
from kucoin.practice.engine.requests import SpotRequest
from kucoin.practice.engine.terms import Family
from kucoin.practice.numbers import text
from kucoin.practice.quota import Pool
from kucoin.practice.wire import Call, Refusal, Routes

ROUTES = Routes()


def place(call: Call, request: SpotRequest) -> Order:
    """Place an order."""
    return call.exchange.engine.spot.place(call.now, call.user, request)


def _ids(order: Order) -> dict[str, Any]:
    return {"orderId": order.id, "clientOid": order.client_oid}


def _waited(order: Order) -> dict[str, Any]:
    """Return what the waiting calls tell of a new order."""
    times = {"orderTime": order.created_ms, "matchTime": order.updated_ms}
    return _ids(order) | spot_bodies.outcome(order) | times


@ROUTES.private("/api/v1/hf/orders", "Spot", Pool.SPOT, 1, method="POST")
def add(call: Call) -> object:
    """Place an order."""
    return _ids(place(call, order_request(asked(call.body))))


@ROUTES.private("/api/v1/hf/orders/sync", "Spot", Pool.SPOT, 1, method="POST")
def add_sync(call: Call) -> object:
    """Place an order and tell what became of it at once."""
    return _waited(place(call, order_request(asked(call.body))))


@ROUTES.private("/api/v1/hf/orders/test", "Spot", Pool.SPOT, 1, method="POST")
def test(call: Call) -> object:
    """Refuse what placing would refuse; the id belongs to nothing."""
    request = order_request(asked(call.body))
    call.exchange.engine.spot.check(call.now, call.user, request)
    return {"orderId": secrets.token_hex(12), "clientOid": request.client_oid}


def _batch(call: Call) -> list[Order | Refused]:
    requests = [order_request(each) for each in asked(call.body).rows("orderList")]
    return call.exchange.engine.spot.batch(call.now, call.user, requests)


def _failed(refused: Refused) -> dict[str, Any]:
    return {"success": False, "failMsg": refused.text}


@ROUTES.private("/api/v1/hf/orders/multi", "Spot", Pool.SPOT, 1, method="POST")
def add_many(call: Call) -> object:
    """Place up to five limit orders, each on its own."""
    rows = _batch(call)
    return [_failed(each) if isinstance(each, Refused) else _ids(each) | {"success": True} for each in rows]


@ROUTES.private("/api/v1/hf/orders/multi/sync", "Spot", Pool.SPOT, 1, method="POST")
def add_many_sync(call: Call) -> object:
    """The same, telling what became of them at once."""
    rows = _batch(call)
    return [_failed(each) if isinstance(each, Refused) else _waited(each) | {"success": True} for each in rows]


@ROUTES.private("/api/v1/hf/orders/alter", "Spot", Pool.SPOT, 1, method="POST")
def alter(call: Call) -> object:
    """Cancel an order and place it anew."""
    wanted = asked(call.body)
    symbol = wanted.need("symbol")
    order = call.exchange.engine.spot.amend(
        call.now,
        call.user,
        symbol,
        order_id=wanted.text("orderId"),
        client_oid=wanted.text("clientOid"),
        new_price=wanted.amount("newPrice"),
        new_size=wanted.amount("newSize"),
    )
    return {"newOrderId": order.id, "clientOid": order.client_oid}


# Cancelling


def cancelled(call: Call, family: Family = Family.SPOT) -> Order:
    """Cancel the order that the path names by either id."""
    return call.exchange.engine.spot.cancel(
        call.now,
        call.user,
        call.need("symbol"),
        order_id=call.path.get("orderId"),
        client_oid=call.path.get("clientOid"),
        family=family,
    )


@ROUTES.private("/api/v1/hf/orders/{orderId}", "Spot", Pool.SPOT, 1, method="DELETE")
def cancel(call: Call) -> object:
    """Cancel by id."""
    return {"orderId": cancelled(call).id}


@ROUTES.private("/api/v1/hf/orders/client-order/{clientOid}", "Spot", Pool.SPOT, 1, method="DELETE")
def cancel_by_client_oid(call: Call) -> object:
    """Cancel by the caller's id."""
    return {"clientOid": cancelled(call).client_oid}


@ROUTES.private("/api/v1/hf/orders/sync/{orderId}", "Spot", Pool.SPOT, 1, method="DELETE")
def cancel_sync(call: Call) -> object:
    """Cancel by id and tell what was left."""
    order = cancelled(call)
    return {"orderId": order.id} | spot_bodies.outcome(order)


@ROUTES.private("/api/v1/hf/orders/sync/client-order/{clientOid}", "Spot", Pool.SPOT, 1, method="DELETE")
def cancel_sync_by_client_oid(call: Call) -> object:
    """Cancel by the caller's id and tell what was left."""
    order = cancelled(call)
    return {"clientOid": order.client_oid} | spot_bodies.outcome(order)


@ROUTES.private("/api/v1/hf/orders/cancel/{orderId}", "Spot", Pool.SPOT, 2, method="DELETE")
def cancel_part(call: Call) -> object:
    """Cancel a part; the rest keeps its place."""
    wanted = Asked(call.query)
    size = wanted.needed_amount("cancelSize")
    order = call.exchange.engine.spot.cancel_part(call.now, call.user, call.need("symbol"), call.path["orderId"], size)
    return {"orderId": order.id, "cancelSize": text(size)}


@ROUTES.private("/api/v1/hf/orders", "Spot", Pool.SPOT, 2, method="DELETE")
def cancel_symbol(call: Call) -> object:
    """Cancel all orders of a pair."""
    call.exchange.engine.spot.cancel_symbol(call.now, call.user, call.need("symbol"))
    return "success"


@ROUTES.private("/api/v1/hf/orders/cancelAll", "Spot", Pool.SPOT, 30, method="DELETE")
def cancel_all(call: Call) -> object:
    """Cancel all orders of all pairs."""
    done, failed = call.exchange.engine.spot.cancel_all(call.now, call.user)
    return {"succeedSymbols": done, "failedSymbols": [{"symbol": each, "error": "suspended"} for each in failed]}


@ROUTES.private("/api/v1/hf/orders/dead-cancel-all", "Spot", Pool.SPOT, 2, method="POST")
def set_dead_man_switch(call: Call) -> object:
    """Arm the dead-man switch, or disarm it with -1."""
    wanted = asked(call.body)
    timeout = wanted.whole("timeout")
    if timeout is None:
        raise Refusal("400100", "timeout can not be empty")
    symbols = wanted.text("symbols")
    engine = call.exchange.engine
    goes_off = engine.spot.dead_cancel(call.now, call.user, timeout, symbols.split(",") if symbols else ())
    return {"currentTime": call.now // 1000, "triggerTime": goes_off}
