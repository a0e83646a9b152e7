"""Orders, stops and fills of spot and margin in the form in which KuCoin tells them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kucoin.decimals import ZERO
from kucoin.practice.engine.records import Fill, Order, Stop
from kucoin.practice.engine.requests import SpotRequest
from kucoin.practice.engine.terms import MARGIN, TRADE, OrderType, TimeInForce, TradeType
from kucoin.practice.keys import USERS
from kucoin.practice.numbers import text
from kucoin.practice.rulebook import FEE
from kucoin.practice.universe import PAIRS

_LONG = Decimal("1E-20")


def spot_request(order: Order | Stop) -> SpotRequest:
    """Return what was asked for."""
    if not isinstance(order.request, SpotRequest):
        raise TypeError(f"{order.id} is not a spot order")
    return order.request


def trade_type(account: str) -> TradeType:
    """Return KuCoin's word for what pays."""
    return {TRADE: TradeType.TRADE, MARGIN: TradeType.CROSS}.get(account, TradeType.ISOLATED)


def order(found: Order) -> dict[str, Any]:
    """Return a spot or margin order."""
    request = spot_request(found)
    return {
        "id": found.id,
        "clientOid": found.client_oid,
        "symbol": found.symbol,
        "opType": "DEAL",
        "type": found.type,
        "side": found.side,
        **_amounts(found),
        "stp": found.stp,
        "stop": None,
        "stopTriggered": found.stop_id is not None,
        "stopPrice": "0",
        "timeInForce": found.time_in_force,
        "postOnly": request.post_only,
        "hidden": False,
        "iceberg": False,
        "visibleSize": "0",
        "cancelAfter": request.cancel_after_s or 0 if found.time_in_force is TimeInForce.GTT else 0,
        "channel": "API",
        "remark": request.remark,
        "tags": request.tags,
        "cancelExist": found.cancel_exist,
        "tradeType": trade_type(found.account),
        "inOrderBook": found.in_book,
        "active": found.active,
        "createdAt": found.created_ms,
        "lastUpdatedAt": found.updated_ms,
    }


def _amounts(found: Order) -> dict[str, str]:
    """Return price, sizes and amounts of quote currency: asked for, traded, cancelled, and what remains of them."""
    if found.type is OrderType.LIMIT:
        funds, cancelled = found.price * (found.size or ZERO), found.price * found.canceled_size
    else:
        funds = found.funds or ZERO
        cancelled = funds - found.filled_funds if found.cancel_exist and funds else ZERO
    return {
        "price": text(found.price),
        "size": text(found.size or ZERO),
        "funds": text(funds),
        "dealSize": text(found.filled_size),
        "dealFunds": text(found.filled_funds),
        "remainSize": text(found.remaining),
        "remainFunds": text(max(ZERO, funds - found.filled_funds - cancelled)),
        "cancelledSize": text(found.canceled_size),
        "cancelledFunds": text(cancelled),
        "fee": text(found.fee),
        "feeCurrency": found.fee_currency,
        "tax": "0",
    }


def outcome(found: Order) -> dict[str, Any]:
    """Return what the waiting calls tell of an order beside its id."""
    return {
        "originSize": text(found.size or ZERO),
        "dealSize": text(found.filled_size),
        "remainSize": text(found.remaining),
        "canceledSize": text(found.canceled_size),
        "status": "open" if found.active else "done",
    }


def fill(found: Fill) -> dict[str, Any]:
    """Return a fill of a spot or margin order."""
    return {
        "id": found.id,
        "orderId": found.order_id,
        "counterOrderId": found.counter_order_id,
        "tradeId": found.trade_id,
        "symbol": found.symbol,
        "side": found.side,
        "liquidity": "taker" if found.is_taker else "maker",
        "type": found.type,
        "forceTaker": found.force_taker,
        "price": text(found.price),
        "size": text(found.size),
        "funds": text(found.funds),
        "fee": text(found.fee),
        "feeRate": text(found.fee_rate),
        "feeCurrency": found.fee_currency,
        "stop": "",
        "tradeType": trade_type(found.account),
        "taxRate": "0",
        "tax": "0",
        "createdAt": found.created_ms,
    }


def stop(found: Stop) -> dict[str, Any]:
    """Return a conditional order; amounts have twenty decimals here."""
    request = spot_request(found)
    return {
        "id": found.id,
        "symbol": found.symbol,
        "userId": USERS[found.user].user_id,
        "status": found.status,
        "type": request.type,
        "side": found.side,
        "price": _long(request.price),
        "size": _long(request.size),
        "funds": _long(request.funds),
        "stp": request.stp,
        "timeInForce": request.time_in_force,
        "cancelAfter": request.cancel_after_s or -1,
        "postOnly": request.post_only,
        "hidden": False,
        "iceberg": False,
        "visibleSize": None,
        "channel": "API",
        "clientOid": found.client_oid,
        "remark": request.remark,
        "tags": request.tags,
        "relatedNo": found.oco,
        "orderTime": found.ordered_ns,
        "domainId": "kucoin",
        "tradeSource": "USER",
        "tradeType": request.trade_type,
        "feeCurrency": PAIRS[found.symbol].quote,
        "takerFeeRate": _long(FEE),
        "makerFeeRate": _long(FEE),
        "createdAt": found.created_ms,
        "stop": found.kind,
        "stopTriggerTime": found.triggered_ms,
        "stopPrice": _long(found.stop_price),
        "limitPrice": None,
        "pop": None,
        "activateCondition": None,
    }


def leg(found: Stop) -> dict[str, Any]:
    """Return one of the two orders of an OCO order."""
    return {
        "id": found.id,
        "symbol": found.symbol,
        "side": found.side,
        "price": _long(spot_request(found).price),
        "stopPrice": _long(found.stop_price),
        "size": _long(spot_request(found).size),
        "status": found.status,
    }


def _long(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.quantize(_LONG):f}"
