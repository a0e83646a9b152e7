"""Placing and cancelling margin orders."""

from __future__ import annotations

import secrets
from typing import Any

from kucoin.practice.api.spot_asked import order_request
from kucoin.practice.api.spot_orders import margin_type
from kucoin.practice.api.spot_trading import cancelled, place
from kucoin.practice.asked import asked
from kucoin.practice.engine.requests import SpotRequest
from kucoin.practice.engine.terms import Family, TradeType
from kucoin.practice.numbers import text
from kucoin.practice.quota import Pool
from kucoin.practice.wire import Call, Routes

ROUTES = Routes()


def _request(call: Call) -> SpotRequest:
    wanted = asked(call.body)
    wanted.need("clientOid")
    return order_request(wanted, TradeType.ISOLATED if wanted.flag("isIsolated") else TradeType.CROSS)


@ROUTES.private("/api/v3/hf/margin/order", "Margin", Pool.SPOT, 2, method="POST")
def add(call: Call) -> object:
    """Place an order; what it lacks is borrowed where ``autoBorrow`` says so."""
    order = place(call, _request(call))
    found: dict[str, Any] = {"orderId": order.id, "clientOid": order.client_oid}
    found["borrowSize"] = text(order.borrowed) if order.borrowed else None
    found["loanApplyId"] = f"{order.serial:024x}" if order.borrowed else None
    return found


@ROUTES.private("/api/v3/hf/margin/order/test", "Margin", Pool.SPOT, 2, method="POST")
def test(call: Call) -> object:
    """Refuse what placing would refuse; the id belongs to nothing."""
    request = _request(call)
    call.exchange.engine.spot.check(call.now, call.user, request)
    return {
        "orderId": secrets.token_hex(12),
        "clientOid": request.client_oid,
        "borrowSize": None,
        "loanApplyId": None,
    }


@ROUTES.private("/api/v3/hf/margin/orders/{orderId}", "Margin", Pool.SPOT, 2, method="DELETE")
def cancel(call: Call) -> object:
    """Cancel by id."""
    return {"orderId": cancelled(call, Family.MARGIN).id}


@ROUTES.private("/api/v3/hf/margin/orders/client-order/{clientOid}", "Margin", Pool.SPOT, 2, method="DELETE")
def cancel_by_client_oid(call: Call) -> object:
    """Cancel by the caller's id."""
    return {"clientOid": cancelled(call, Family.MARGIN).client_oid}


@ROUTES.private("/api/v3/hf/margin/orders", "Margin", Pool.SPOT, 5, method="DELETE")
def cancel_symbol(call: Call) -> object:
    """Cancel all margin orders of a pair, cross or isolated."""
    call.exchange.engine.spot.cancel_symbol(call.now, call.user, call.need("symbol"), trade_type=margin_type(call))
    return "success"
