"""The futures account: overview, positions, their modes and their past. Money is JSON numbers here, not text."""

from __future__ import annotations

import hashlib
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from kucoin.decimals import ZERO
from kucoin.practice import bank
from kucoin.practice.accounts import futures_overview, valuations
from kucoin.practice.api.futures_market import contract, required
from kucoin.practice.api.spot_history import told
from kucoin.practice.bank import Body, Entry
from kucoin.practice.keys import USERS, subs_of
from kucoin.practice.numbers import UNIT, number, text
from kucoin.practice.positions import CROSS, ISOLATED, Holding, Valuation, value
from kucoin.practice.quota import Pool
from kucoin.practice.universe import SETTLE_CURRENCIES, Contract
from kucoin.practice.wire import Call, Nothing, Refusal, Routes

ROUTES = Routes()
_DEFAULT_LEVERAGE = Decimal(3)
_TRANSFERS = {"TransferIn": "Transferred from High-Frequency Trading Account"}


def _settle(call: Call) -> str:
    """Return the settlement currency asked for: XBT where none is, and BTC means XBT."""
    asked = call.param("currency") or "XBT"
    asked = "XBT" if asked == "BTC" else asked
    if asked not in SETTLE_CURRENCIES:
        raise Refusal("400100", f"currency {asked} is not supported")
    return asked


def _figures(call: Call, user: str, currency: str) -> dict[str, Any]:
    found = futures_overview(call.exchange, user, currency, call.now)
    return {
        "accountEquity": number(found.equity),
        "unrealisedPNL": number(found.unrealised),
        "marginBalance": number(found.margin_balance),
        "positionMargin": number(found.position_margin),
        "orderMargin": number(found.order_margin),
        "frozenFunds": 0,
        "availableBalance": number(found.available),
        "currency": currency,
    }


@ROUTES.private("/api/v1/account-overview", "Futures", Pool.FUTURES, 5)
def overview(call: Call) -> object:
    """The account in one settlement currency."""
    currency = _settle(call)
    found = futures_overview(call.exchange, call.user, currency, call.now)
    most = max(ZERO, min(found.available, found.available - found.cross_unrealised))
    return {
        **_figures(call, call.user, currency),
        "riskRatio": found.risk_ratio,
        "maxWithdrawAmount": number(most),
        "availableMargin": number(found.available),
    }


@ROUTES.private("/api/v1/account-overview-all", "General", Pool.FUTURES, 6)
def overview_all(call: Call) -> object:
    """The same for every sub-account and, as ``main``, for the master itself."""
    currency = _settle(call)
    users = [*(sub.name for sub in subs_of(call.user)), call.user]
    rows = [{"accountName": "main" if user == call.user else user, **_figures(call, user, currency)} for user in users]
    totals = {
        f"{name}Total": sum((row[name] for row in rows), ZERO)
        for name in rows[0]
        if name not in ("accountName", "currency")
    }
    return {"summary": {**totals, "currency": currency}, "accounts": rows}


# Positions


def _position_id(user: str, held: Holding) -> str:
    """Return a position's id, the same as long as it lives."""
    name = f"{user} {held.contract.symbol} {held.side} {held.opened}"
    return str(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=7).digest()) + 5 * 10**17)


def _position(call: Call, at: Valuation) -> dict[str, Any]:
    """Return a position as KuCoin tells it. Fees paid are positive in ``currentComm``, funding paid negative."""
    held = at.holding
    return {
        "id": _position_id(call.user, held),
        "symbol": held.contract.symbol,
        "crossMode": at.is_cross,
        "delevPercentage": min(Decimal("0.99"), max(Decimal("0.01"), Decimal("0.5") + at.pnl / abs(at.cost))).quantize(
            Decimal("0.01")
        ),
        "openingTimestamp": held.opened,
        "currentTimestamp": call.now,
        "currentQty": held.qty,
        "currentCost": number(at.cost),
        "currentComm": number(held.fees + held.funding),
        "unrealisedCost": number(at.cost),
        "realisedGrossCost": 0,
        "realisedCost": number(held.fees + held.funding),
        "isOpen": True,
        "markPrice": at.mark,
        "markValue": number(at.worth),
        "posCost": number(at.cost),
        "posInit": number(at.init),
        "posMargin": number(at.margin),
        "realisedGrossPnl": 0,
        "realisedPnl": number(held.funding - held.fees),
        "unrealisedPnl": number(at.pnl),
        "unrealisedPnlPcnt": (at.pnl / abs(at.cost)).quantize(Decimal("0.0001")),
        "unrealisedRoePcnt": (at.pnl / at.init).quantize(Decimal("0.0001")),
        "avgEntryPrice": held.entry,
        "liquidationPrice": at.liquidation,
        "bankruptPrice": at.bankrupt,
        "settleCurrency": held.contract.settle,
        "isInverse": held.contract.is_inverse,
        "marginMode": held.mode,
        "positionSide": held.side,
        "leverage": held.leverage,
        "dealComm": number(-held.fees),
        "fundingFee": number(held.funding),
        "tax": 0,
        **({} if at.is_cross else _isolated(at)),
    }


def _isolated(at: Valuation) -> dict[str, Any]:
    """Return the fields that a cross position has not."""
    held = at.holding
    left = at.margin + at.pnl
    return {
        "autoDeposit": False,
        "maintMarginReq": at.rate,
        "maintainMargin": at.rate,
        "riskLimit": at.limit,
        "riskLimitLevel": at.level,
        "realLeverage": (abs(at.worth) / left).quantize(Decimal("0.01")) if left > 0 else 0,
        "posCross": number(max(held.funding, ZERO)),
        "posCrossMargin": 0,
        "posComm": number(at.closing_fee),
        "posCommCommon": number(at.closing_fee),
        "posLoss": number(max(-held.funding, ZERO)),
        "posFunding": number(held.funding),
        "posMaint": number(at.maintenance),
        "maintMargin": number(left),
    }


@ROUTES.private("/api/v1/positions", "General", Pool.FUTURES, 2)
def positions(call: Call) -> object:
    """Every open position, or those settled in a currency."""
    currency = _settle(call) if call.param("currency") else None
    return [_position(call, each) for each in valuations(call.exchange, call.user, call.now, currency)]


def _of_symbol(call: Call) -> list[dict[str, Any]]:
    wanted = contract(call, "100003", "Contract parameter invalid")
    held = valuations(call.exchange, call.user, call.now, wanted.settle)
    return [_position(call, each) for each in held if each.holding.contract == wanted]


@ROUTES.private("/api/v1/position", "General", Pool.FUTURES, 2)
def position(call: Call) -> object:
    """One position as an object; the old way to ask."""
    found = _of_symbol(call)
    if not found:
        raise Nothing("Position does not exist")
    return found[0]


@ROUTES.private("/api/v2/position", "General", Pool.FUTURES, 2)
def position_v2(call: Call) -> object:
    """One contract's positions: one in one-way mode, up to two in hedge mode."""
    return _of_symbol(call)


@ROUTES.private("/api/v1/history-positions", "General", Pool.FUTURES, 2)
def closed(call: Call) -> object:
    """Closed positions, newest first."""
    since, until = call.span("from", "to")
    rows = [
        told(each)
        for each in call.exchange.bank.records(call.user, "closed", call.param("symbol"))
        if since <= each["closeTime"] <= until
    ]
    current = max(1, call.number("pageId", 1))
    size = min(200, max(1, call.number("limit", 10)))
    return {
        "currentPage": current,
        "pageSize": size,
        "totalNum": len(rows),
        "totalPage": -(-len(rows) // size),
        "items": rows[(current - 1) * size : current * size],
    }


# Histories


def _run(call: Call, rows: list[Body], at: str) -> tuple[list[Body], bool]:
    """Return the part of ``rows`` (newest first, each with an ``offset``) that is asked for, and whether more follows.

    ``forward`` true goes from newest to oldest, past ``offset``.
    """
    since, until = call.span()
    wanted = [row for row in rows if since <= row[at] <= until]
    forward = (call.param("forward") or "true").lower() != "false"
    if not forward:
        wanted.reverse()
    if offset := call.number("offset", 0):
        wanted = [row for row in wanted if (row["_id"] < offset if forward else row["_id"] > offset)]
    count = min(100, max(1, call.number("maxCount", 50)))
    return [told(row) for row in wanted[:count]], len(wanted) > count


@ROUTES.private("/api/v1/transaction-history", "General", Pool.FUTURES, 2)
def ledger(call: Call) -> object:
    """The futures ledger."""
    currency = _settle(call) if call.param("currency") else None
    kind = (call.param("type") or "").lower()
    rows = [
        _entry(each)
        for each in call.exchange.bank.ledger(call.user, bank.FUTURES)
        if currency in (None, each.currency) and kind in ("", each.event.lower())
    ]
    found, more = _run(call, rows, "time")
    return {"dataList": found, "hasMore": more}


def _entry(entry: Entry) -> Body:
    return {
        "time": entry.at,
        "type": entry.event,
        "amount": entry.amount,
        "fee": entry.fee,
        "accountEquity": entry.balance,
        "status": "Completed",
        "remark": _TRANSFERS.get(entry.event, entry.context),
        "offset": entry.id,
        "currency": entry.currency,
        "_id": entry.id,
    }


@ROUTES.private("/api/v1/funding-history", "General", Pool.FUTURES, 5)
def funding(call: Call) -> object:
    """Fundings paid (negative) and received."""
    numbers = ("fundingRate", "markPrice", "positionCost", "funding")
    rows = [
        {**each, "id": each["_id"], **{name: Decimal(each[name]) for name in numbers}}
        for each in call.exchange.bank.records(call.user, "funding", contract(call).symbol)
    ]
    found, more = _run(call, rows, "timePoint")
    return {"dataList": found, "hasMore": more}


# Modes, leverage, fees, sizes


def _mode(call: Call, wanted: Contract) -> str:
    """Return a contract's margin mode: isolated, unless a cross position is open in it."""
    held = call.exchange.bank.positions(call.user)
    return CROSS if any(each.contract == wanted and each.mode == CROSS for each in held) else ISOLATED


@ROUTES.private("/api/v2/position/getMarginMode", "General", Pool.FUTURES, 2)
def margin_mode(call: Call) -> object:
    """Cross or isolated."""
    wanted = contract(call)
    return {"symbol": wanted.symbol, "marginMode": _mode(call, wanted)}


@ROUTES.private("/api/v2/position/getPositionMode", "Futures", Pool.FUTURES, 2)
def position_mode(call: Call) -> object:
    """0 one-way, 1 hedge."""
    return {"positionMode": int(USERS[call.user].hedge)}


@ROUTES.private("/api/v2/getCrossUserLeverage", "General", Pool.FUTURES, 2)
def cross_leverage(call: Call) -> object:
    """The leverage of cross orders in a contract."""
    wanted = contract(call)
    held = [each for each in call.exchange.bank.positions(call.user) if each.contract == wanted and each.mode == CROSS]
    return {"symbol": wanted.symbol, "leverage": text(held[0].leverage if held else _DEFAULT_LEVERAGE)}


@ROUTES.private("/api/v1/trade-fees", "General", Pool.FUTURES, 3)
def trade_fees(call: Call) -> object:
    """The account's fees in a contract."""
    wanted = contract(call)
    return {"symbol": wanted.symbol, "takerFeeRate": text(wanted.taker), "makerFeeRate": text(wanted.maker)}


@ROUTES.private("/api/v2/getMaxOpenSize", "General", Pool.FUTURES, 2)
def max_open_size(call: Call) -> object:
    """How many lots the free money opens at a price and leverage."""
    wanted = contract(call)
    try:
        price, leverage = Decimal(call.need("price")), Decimal(call.need("leverage"))
        one_lot = abs(value(wanted, 1, price))
        cost = one_lot / leverage + one_lot * wanted.taker * 2
        free = futures_overview(call.exchange, call.user, wanted.settle, call.now).available
        lots = int((max(free, ZERO) / cost).to_integral_value(rounding=ROUND_FLOOR))
    except ArithmeticError:
        raise Refusal("100001", "price and leverage must be positive numbers") from None
    lots = min(lots, wanted.max_order)
    return {"symbol": wanted.symbol, "maxBuyOpenSize": lots, "maxSellOpenSize": lots}


@ROUTES.private("/api/v2/getCrossModeMarginRequirement", "Futures", Pool.FUTURES, 3)
def cross_requirement(call: Call) -> object:
    """The margin rates of a cross position of a given value."""
    wanted = contract(call)
    worth, leverage = Decimal(call.number("positionValue", 0)), Decimal(max(1, call.number("leverage", 3)))
    initial, maintenance = required(wanted, worth, leverage)
    price = call.exchange.market.mark_price(wanted, call.now)
    size = int(worth / abs(value(wanted, 1, price)))
    return {
        "symbol": wanted.symbol,
        "imr": text(initial),
        "mmr": text(maintenance),
        "size": size,
        "positionValue": text(worth),
        "price": text(price),
    }


@ROUTES.private("/api/v2/batchGetCrossOrderLimit", "General", Pool.FUTURES, 2)
def cross_limits(call: Call) -> object:
    """The largest cross position in each of some contracts for a margin and leverage."""
    rows = []
    for symbol in call.need("symbol").split(","):
        wanted = contract(call, symbol=symbol)
        margin, leverage = Decimal(call.number("totalMargin", 10_000)), Decimal(max(1, call.number("leverage", 3)))
        initial, maintenance = required(wanted, margin * leverage, leverage)
        price = call.exchange.market.mark_price(wanted, call.now)
        worth = margin / initial
        rows.append(
            {
                "symbol": symbol,
                "maxOpenSize": int(worth / abs(value(wanted, 1, price))),
                "maxOpenValue": text(worth.quantize(UNIT)),
                "totalMargin": text(margin),
                "price": text(price),
                "leverage": text(leverage),
                "mmr": text(maintenance),
                "imr": text(initial),
                "currency": wanted.settle,
            }
        )
    return rows


@ROUTES.private("/api/v1/margin/maxWithdrawMargin", "General", Pool.FUTURES, 10)
def max_withdraw_margin(call: Call) -> object:
    """How much margin an isolated position can spare."""
    wanted = contract(call)
    for each in valuations(call.exchange, call.user, call.now, wanted.settle):
        if each.holding.contract == wanted and not each.is_cross:
            spare = each.margin - each.init - each.closing_fee + min(each.pnl, ZERO)
            return text(number(max(ZERO, spare)))
    return "0"
