"""Orders and fills in the form in which KuCoin tells them: built here, kept as they are, told as they are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kucoin.decimals import ZERO
from kucoin.practice.numbers import text
from kucoin.practice.universe import Contract, Pair

Body = dict[str, Any]
TRADE_TYPES = {"trade": "TRADE", "cross": "MARGIN_TRADE", "isolated": "MARGIN_ISOLATED_TRADE"}
_FEE = Decimal("0.001")


def spot(
    *,
    id_: str,
    client_oid: str,
    pair: Pair,
    side: str,
    kind: str,
    price: Decimal,
    size: Decimal,
    trade_type: str,
    at: int,
) -> Body:
    """Return a new spot or margin order that rests in the book."""
    funds = text(price * size)
    return {
        "id": id_,
        "clientOid": client_oid,
        "symbol": pair.symbol,
        "opType": "DEAL",
        "type": kind,
        "side": side,
        "price": text(price),
        "size": text(size),
        "funds": funds,
        "dealSize": "0",
        "dealFunds": "0",
        "remainSize": text(size),
        "remainFunds": funds,
        "cancelledSize": "0",
        "cancelledFunds": "0",
        "fee": "0",
        "feeCurrency": pair.quote,
        "stp": None,
        "stop": None,
        "stopTriggered": False,
        "stopPrice": "0",
        "timeInForce": "GTC",
        "postOnly": False,
        "hidden": False,
        "iceberg": False,
        "visibleSize": "0",
        "cancelAfter": 0,
        "channel": "API",
        "remark": None,
        "tags": None,
        "cancelExist": False,
        "tradeType": trade_type,
        "inOrderBook": True,
        "active": True,
        "tax": "0",
        "createdAt": at,
        "lastUpdatedAt": at,
    }


def filled(order: Body, funds: Decimal, fee: Decimal, at: int) -> Body:
    """Return ``order`` wholly filled for ``funds``."""
    return order | {
        "dealSize": order["size"],
        "dealFunds": text(funds),
        "remainSize": "0",
        "remainFunds": "0",
        "fee": text(fee),
        "inOrderBook": False,
        "active": False,
        "lastUpdatedAt": at,
    }


def cancelled(order: Body, at: int) -> Body:
    """Return ``order`` cancelled as it stands."""
    return order | {
        "remainSize": "0",
        "remainFunds": "0",
        "cancelledSize": order["remainSize"],
        "cancelledFunds": order["remainFunds"],
        "cancelExist": True,
        "inOrderBook": False,
        "active": False,
        "lastUpdatedAt": at,
    }


def spot_fill(
    order: Body, *, price: Decimal, size: Decimal, fee: Decimal, trade_id: int, fill_id: int, at: int
) -> Body:
    """Return the fill of a spot or margin order that took liquidity."""
    return {
        "id": fill_id,
        "orderId": order["id"],
        "counterOrderId": order["id"][::-1],
        "tradeId": trade_id,
        "symbol": order["symbol"],
        "side": order["side"],
        "liquidity": "taker",
        "type": order["type"],
        "forceTaker": False,
        "price": text(price),
        "size": text(size),
        "funds": text(price * size),
        "fee": text(fee),
        "feeRate": text(_FEE),
        "feeCurrency": order["feeCurrency"],
        "stop": "",
        "tradeType": order["tradeType"],
        "taxRate": "0",
        "tax": "0",
        "createdAt": at,
    }


def spot_stop(
    *, id_: str, client_oid: str, user_id: str, pair: Pair, side: str, size: Decimal, stop_price: Decimal, at: int
) -> Body:
    """Return a conditional spot order that waits: a market sell when the price falls to ``stop_price``."""
    long = Decimal("1.00000000000000000000")  # this endpoint writes twenty decimals
    return {
        "id": id_,
        "symbol": pair.symbol,
        "userId": user_id,
        "status": "NEW",
        "type": "market",
        "side": side,
        "price": None,
        "size": text((size * long).quantize(long)),
        "funds": None,
        "stp": None,
        "timeInForce": "GTC",
        "cancelAfter": -1,
        "postOnly": False,
        "hidden": False,
        "iceberg": False,
        "visibleSize": None,
        "channel": "API",
        "clientOid": client_oid,
        "remark": None,
        "tags": None,
        "relatedNo": None,
        "orderTime": at * 1_000_000,
        "domainId": "kucoin",
        "tradeSource": "USER",
        "tradeType": "TRADE",
        "feeCurrency": pair.quote,
        "takerFeeRate": text((_FEE * long).quantize(long)),
        "makerFeeRate": text((_FEE * long).quantize(long)),
        "createdAt": at,
        "stop": "loss",
        "stopTriggerTime": None,
        "stopPrice": text((stop_price * long).quantize(long)),
        "limitPrice": None,
        "pop": None,
        "activateCondition": None,
    }


def futures(
    *, id_: str, client_oid: str, contract: Contract, side: str, kind: str, price: Decimal, size: int, worth: Decimal,
    leverage: int, mode: str, at: int,
) -> Body:  # fmt: skip
    """Return a new futures order of ``size`` lots worth ``worth``."""
    return {
        "id": id_,
        "symbol": contract.symbol,
        "type": kind,
        "side": side,
        "price": text(price),
        "size": size,
        "value": text(worth),
        "dealValue": "0",
        "dealSize": 0,
        "stp": "",
        "stop": "",
        "stopPriceType": "",
        "stopTriggered": False,
        "stopPrice": None,
        "timeInForce": "GTC",
        "postOnly": False,
        "hidden": False,
        "iceberg": False,
        "leverage": str(leverage),
        "forceHold": False,
        "closeOrder": False,
        "visibleSize": 0,
        "clientOid": client_oid,
        "remark": None,
        "tags": "",
        "isActive": True,
        "cancelExist": False,
        "createdAt": at,
        "updatedAt": at,
        "endAt": None,
        "orderTime": at * 1_000_000,
        "settleCurrency": contract.settle,
        "marginMode": mode,
        "positionSide": "BOTH",
        "avgDealPrice": "0",
        "filledSize": 0,
        "filledValue": "0",
        "status": "open",
        "reduceOnly": False,
    }


def futures_filled(order: Body, price: Decimal, worth: Decimal, at: int) -> Body:
    """Return ``order`` wholly filled at ``price``."""
    return order | {
        "dealValue": text(worth),
        "dealSize": order["size"],
        "filledSize": order["size"],
        "filledValue": text(worth),
        "avgDealPrice": text(price),
        "isActive": False,
        "status": "done",
        "updatedAt": at,
        "endAt": at,
    }


def futures_fill(
    order: Body,
    contract: Contract,
    *,
    price: Decimal,
    worth: Decimal,
    fee: Decimal,
    trade_id: int,
    closing: bool,
    at: int,
) -> Body:
    """Return the fill of a futures order that took liquidity."""
    return {
        "symbol": contract.symbol,
        "tradeId": str(trade_id),
        "orderId": order["id"],
        "side": order["side"],
        "liquidity": "taker",
        "forceTaker": False,
        "price": text(price),
        "size": order["size"],
        "value": text(worth),
        "openFeePay": text(ZERO if closing else fee),
        "closeFeePay": text(fee if closing else ZERO),
        "stop": "",
        "feeRate": text(contract.taker),
        "fixFee": "0",
        "feeCurrency": contract.settle,
        "subTradeType": None,
        "marginMode": order["marginMode"],
        "positionSide": order["positionSide"],
        "openFeeTaxPay": "0",
        "closeFeeTaxPay": "0",
        "displayType": order["type"],
        "fee": text(fee),
        "settleCurrency": contract.settle,
        "orderType": order["type"],
        "tradeType": "trade",
        "tradeTime": at * 1_000_000,
        "createdAt": at + 140,
    }
