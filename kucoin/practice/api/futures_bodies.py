"""Futures orders, stops, fills and positions in the form in which KuCoin tells them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kucoin.decimals import ZERO
from kucoin.practice.engine import positions
from kucoin.practice.engine.instruments import Contract
from kucoin.practice.engine.records import Fill, Order, Position, Stop
from kucoin.practice.engine.requests import FuturesRequest
from kucoin.practice.engine.terms import MarginMode, OrderType
from kucoin.practice.exchange import Exchange
from kucoin.practice.numbers import number, text

MAX_PRICE = Decimal(1_000_000)
_FOUR, _TWO = Decimal("0.0001"), Decimal("0.01")


def futures_request(order: Order | Stop) -> FuturesRequest:
    """Return what was asked for."""
    if not isinstance(order.request, FuturesRequest):
        raise TypeError(f"{order.id} is not a futures order")
    return order.request


def order(exchange: Exchange, found: Order) -> dict[str, Any]:
    """Return an order that was placed, at once or when its stop went off."""
    contract = exchange.engine.futures.markets[found.symbol].contract
    lots = found.size or ZERO
    worth = abs(contract.value(lots, found.price)) if found.price else found.filled_funds
    stop = None if found.stop_id is None else exchange.archive.stop(found.user, found.stop_id)
    return {
        **_common(futures_request(found), contract, lots=lots, worth=worth),
        **_trigger(stop),
        "id": found.id,
        "symbol": found.symbol,
        "side": found.side,
        "clientOid": found.client_oid,
        "price": text(found.price),
        "dealValue": text(found.filled_funds),
        "dealSize": int(found.filled_size),
        "filledSize": int(found.filled_size),
        "filledValue": text(found.filled_funds),
        "avgDealPrice": text(_average(contract, found.filled_size, found.filled_funds)),
        "leverage": text(found.leverage),
        "isActive": found.active,
        "status": "open" if found.active else "done",
        "cancelExist": found.cancel_exist,
        "createdAt": found.created_ms,
        "updatedAt": found.updated_ms,
        "endAt": None if found.active else found.updated_ms,
        "orderTime": found.ordered_ns,
    }


def stop(exchange: Exchange, found: Stop) -> dict[str, Any]:
    """Return a conditional order that waits, was cancelled, or could not be placed when it went off."""
    request = futures_request(found)
    contract = exchange.engine.futures.markets[found.symbol].contract
    lots = request.size if request.qty is None else request.qty / contract.multiplier
    lots = lots or ZERO
    waits = found.status == "NEW"
    ended = found.triggered_ms or found.created_ms
    return {
        **_common(request, contract, lots=lots, worth=abs(contract.value(lots, request.price or found.stop_price))),
        **_trigger(found),
        "id": found.id,
        "symbol": found.symbol,
        "side": found.side,
        "clientOid": found.client_oid,
        "price": text(request.price or ZERO),
        "dealValue": "0",
        "dealSize": 0,
        "filledSize": 0,
        "filledValue": "0",
        "avgDealPrice": "0",
        "leverage": text(request.leverage or Decimal(1)),
        "isActive": waits,
        "status": "open" if waits else "done",
        "cancelExist": not waits,
        "createdAt": found.created_ms,
        "updatedAt": ended,
        "endAt": None if waits else ended,
        "orderTime": found.ordered_ns,
    }


def _common(request: FuturesRequest, contract: Contract, *, lots: Decimal, worth: Decimal) -> dict[str, Any]:
    return {
        "type": request.type,
        "size": int(lots),
        "value": text(worth),
        "stp": request.stp or "",
        "timeInForce": request.time_in_force,
        "postOnly": request.post_only,
        "hidden": False,
        "iceberg": False,
        "visibleSize": 0,
        "forceHold": request.force_hold,
        "closeOrder": request.close_order,
        "reduceOnly": request.reduce_only,
        "remark": request.remark,
        "tags": "",
        "settleCurrency": contract.settle,
        "marginMode": request.margin_mode,
        "positionSide": request.position_side,
    }


def _trigger(stop: Stop | None) -> dict[str, Any]:
    if stop is None:
        return {"stop": "", "stopPriceType": "", "stopTriggered": False, "stopPrice": None}
    return {
        "stop": stop.kind,
        "stopPriceType": stop.price_type,
        "stopTriggered": stop.status == "TRIGGERED",
        "stopPrice": text(stop.stop_price),
    }


def _average(contract: Contract, lots: Decimal, worth: Decimal) -> Decimal:
    return positions.average(contract, lots, worth).quantize(contract.price_step) if lots else ZERO


def fill(found: Fill) -> dict[str, Any]:
    """Return a fill."""
    return {
        "symbol": found.symbol,
        "tradeId": str(found.trade_id),
        "orderId": found.order_id,
        "side": found.side,
        "liquidity": "taker" if found.is_taker else "maker",
        "forceTaker": found.force_taker,
        "price": text(found.price),
        "size": int(found.size),
        "value": text(found.funds),
        "openFeePay": text(found.open_fee),
        "closeFeePay": text(found.close_fee),
        "stop": "",
        "feeRate": text(found.fee_rate),
        "fixFee": "0",
        "feeCurrency": found.fee_currency,
        "subTradeType": None,
        "marginMode": found.margin_mode,
        "positionSide": found.position_side,
        "openFeeTaxPay": "0",
        "closeFeeTaxPay": "0",
        "displayType": f"{found.type}_stop" if found.is_stop else found.type,
        "fee": text(found.fee),
        "settleCurrency": found.fee_currency,
        "orderType": found.type if found.type is OrderType.LIMIT else OrderType.MARKET,
        "tradeType": found.kind,
        "tradeTime": found.created_ns,
        "createdAt": found.created_ms,
    }


def position(exchange: Exchange, held: Position, now: int) -> dict[str, Any]:
    """Return an open position. Fees paid are positive in ``currentComm``, funding paid negative."""
    engine = exchange.engine
    contract = engine.futures.markets[held.symbol].contract
    at = engine.futures_account.figures(held)
    highest = MAX_PRICE if contract.is_inverse else ZERO  # where no price ruins it
    return {
        "id": held.id,
        "symbol": held.symbol,
        "crossMode": held.mode is MarginMode.CROSS,
        "delevPercentage": engine.futures_account.adl_rank(held).quantize(_TWO),
        "openingTimestamp": held.opened_ms,
        "currentTimestamp": now,
        "currentQty": int(held.qty),
        "currentCost": number(held.flow),
        "currentComm": number(held.paid + held.funding),
        "unrealisedCost": number(held.cost),
        "realisedGrossCost": number(-held.gross),
        "realisedCost": number(held.paid + held.funding - held.gross),
        "isOpen": True,
        "markPrice": at.mark_price,
        "markValue": number(at.mark_value),
        "posCost": number(held.cost),
        "posInit": number(held.init),
        "posMargin": number(at.margin),
        "realisedGrossPnl": number(held.gross),
        "realisedPnl": number(held.gross + held.funding - held.paid),
        "unrealisedPnl": number(at.pnl),
        "unrealisedPnlPcnt": at.pnl_ratio.quantize(_FOUR),
        "unrealisedRoePcnt": at.roe.quantize(_FOUR),
        "avgEntryPrice": number(at.entry_price),
        "liquidationPrice": highest if at.liquidation_price is None else at.liquidation_price,
        "bankruptPrice": highest if at.bankrupt_price is None else at.bankrupt_price,
        "settleCurrency": held.settle,
        "isInverse": contract.is_inverse,
        "marginMode": held.mode,
        "positionSide": held.side,
        "leverage": held.leverage,
        "dealComm": number(-held.paid),
        "fundingFee": number(held.funding),
        "tax": 0,
        **({} if held.mode is MarginMode.CROSS else _isolated(exchange, held)),
    }


def _isolated(exchange: Exchange, held: Position) -> dict[str, Any]:
    """Return the fields that a cross position has not."""
    engine = exchange.engine
    tier = engine.futures.markets[held.symbol].contract.tiers[held.level - 1]
    at = engine.futures_account.figures(held)
    return {
        "autoDeposit": False,
        "maintMarginReq": tier.maintain,
        "maintainMargin": tier.maintain,
        "riskLimit": int(tier.max_value),
        "riskLimitLevel": held.level,
        "realLeverage": at.leverage.quantize(_TWO),
        "posCross": number(held.cross),
        "posCrossMargin": 0,
        "posComm": number(held.comm),
        "posCommCommon": number(held.comm),
        "posLoss": number(held.loss),
        "posFunding": number(held.funding),
        "posMaint": number(at.maintenance),
        "maintMargin": number(at.backing),
    }
