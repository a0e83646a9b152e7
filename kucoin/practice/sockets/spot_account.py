"""The private topics of spot and margin.

https://www.kucoin.com/docs-new/websocket-api/base-info/introduction
"""

from __future__ import annotations

from typing import Any

from kucoin.practice.accounts import balance, balances, worth
from kucoin.practice.api.spot_account import account_id
from kucoin.practice.api.spot_bodies import spot_request
from kucoin.practice.engine.events import BalanceUpdate, DebtChanged, OrderUpdate, StopUpdate
from kucoin.practice.engine.terms import MARGIN, OrderType, isolated
from kucoin.practice.exchange import Exchange
from kucoin.practice.numbers import number, text
from kucoin.practice.sockets.teller import Teller
from kucoin.practice.universe import PAIRS

_STATUS = {"received": "new", "open": "open", "match": "match", "update": "open", "filled": "done", "canceled": "done"}
_DEBT_KINDS = {"borrow": "USER_BORROW", "repay": "USER_REPAY", "liquidation": "FORCE_LIQUIDATION"}
_FOUR_SECONDS = 40  # beats
_ISOLATED = isolated("")


class SpotAccount:
    """Tells users what happens to their orders and balances."""

    def __init__(self, exchange: Exchange, teller: Teller) -> None:
        self._exchange = exchange
        self._tell = teller

    def order(self, event: OrderUpdate) -> None:
        """Tell a step of an order's life; the older topic leaves the first one out."""
        user, data = event.order.user, _order(event)
        self._tell.private(user, "/spotMarket/tradeOrdersV2", "", "orderChange", data)
        if event.kind != "received":
            self._tell.private(user, "/spotMarket/tradeOrders", "", "orderChange", data)

    def stop(self, event: StopUpdate) -> None:
        """Tell a step of a conditional order's life."""
        stop, request = event.stop, spot_request(event.stop)
        data = {
            "createdAt": stop.created_ms,
            "orderId": stop.id,
            "orderPrice": text(request.price) if request.price is not None else "0",
            "orderType": "stop",
            "side": request.side,
            "size": text(request.size) if request.size is not None else "0",
            "stop": stop.kind,
            "stopPrice": text(stop.stop_price),
            "symbol": stop.symbol,
            "tradeType": request.trade_type,
            "ts": event.at_ns,
            "type": event.kind,
            **({} if event.error is None else {"error": event.error}),
        }
        self._tell.private(stop.user, "/spotMarket/advancedOrders", "", "stopOrder", data)

    def balance(self, event: BalanceUpdate) -> None:
        """Tell what a balance is now, and why."""
        kind, _, pair = event.account.partition(":")
        relation = event.relation.rpartition(".")[2]
        told = str(event.at_ns)
        named = {"symbol": event.symbol, "orderId": event.order_id}
        named["tradeId"] = None if event.trade_id is None else str(event.trade_id)
        data = {
            "accountId": account_id(event.user, event.account, event.currency),
            "available": text(event.total - event.hold),
            "availableChange": text(event.total_change - event.hold_change),
            "currency": event.currency,
            "hold": text(event.hold),
            "holdChange": text(event.hold_change),
            "relationContext": {name: value for name, value in named.items() if value is not None},
            "relationEvent": f"{kind}_{pair}.{relation}" if pair else f"{kind}.{relation}",
            "relationEventId": told,
            "time": str(event.at_ns // 1_000_000),
            "total": text(event.total),
        }
        self._tell.private(event.user, "/account/balance", "", "account.balance", data, id=told)
        if event.account.startswith(_ISOLATED):
            self._isolated(event.user, event.account, "", event.at_ns)

    def debt(self, event: DebtChanged) -> None:
        """Tell what a margin account owes."""
        if event.account == MARGIN:
            self._ratio(event.user)
        else:
            self._isolated(event.user, event.account, event.reason, event.at_ns)

    def beat(self, count: int) -> None:
        """Tell the debt ratio of those who owe something, every four seconds."""
        if count % _FOUR_SECONDS == 0:
            for user in self._tell.hall.users():
                if any(held.liability for held in balances(self._exchange, user, MARGIN)):
                    self._ratio(user)

    def _ratio(self, user: str) -> None:
        if not self._tell.hall.hears("/margin/position", "", user):
            return
        now = self._exchange.clock.market_ms()
        held = balances(self._exchange, user, MARGIN)
        totals = worth(self._exchange, held, now, quote="BTC")
        data = {
            "debtRatio": totals.debt_ratio,
            "totalAsset": number(totals.assets),
            "marginCoefficientTotalAsset": text(number(totals.assets)),
            "totalDebt": text(number(totals.liabilities)),
            "assetList": {
                each.currency: {"total": text(each.total), "available": text(each.available), "hold": text(each.hold)}
                for each in held
            },
            "debtList": {each.currency: text(each.liability) for each in held},
            "timestamp": now,
        }
        self._tell.private(user, "/margin/position", "", "debt.ratio", data)

    def _isolated(self, user: str, account: str, reason: str, at_ns: int) -> None:
        """Tell both balances of an isolated account, as they are after all that was done with this change."""
        symbol = account.removeprefix(_ISOLATED)
        family = "/margin/isolatedPosition"
        if not self._tell.hall.hears(family, symbol, user):
            return
        pair = PAIRS[symbol]
        held = [balance(self._exchange, user, account, currency) for currency in (pair.base, pair.quote)]
        owes = any(each.liability for each in held)
        data = {
            "tag": symbol,
            "status": "DEBT" if owes else "CLEAR",
            "statusBizType": _DEBT_KINDS.get(reason, "DEFAULT_DEBT" if owes else "DEFAULT_CLEAR"),
            "accumulatedPrincipal": text(held[1].principal),
            "changeAssets": {
                each.currency: {
                    "total": text(each.total),
                    "hold": text(each.hold),
                    "liabilityPrincipal": text(each.principal),
                    "liabilityInterest": text(each.interest),
                }
                for each in held
            },
            "timestamp": at_ns // 1_000_000,
        }
        self._tell.private(user, family, symbol, "positionChange", data)


def _order(event: OrderUpdate) -> dict[str, Any]:
    order = event.order
    data: dict[str, Any] = {
        "clientOid": order.client_oid or "",
        "orderId": order.id,
        "orderTime": order.created_ms,
        "orderType": order.type,
        "originSize": text(order.size) if order.size is not None else "0",
        "side": order.side,
        "status": _STATUS[event.kind],
        "symbol": order.symbol,
        "ts": event.at_ns,
        "type": event.kind,
    }
    if order.funds is not None:
        data["originFunds"] = text(order.funds)
    if order.type is OrderType.LIMIT:
        data["price"] = text(order.price)
    if event.kind == "received":
        return data
    data["canceledSize"] = text(event.canceled_size)
    data["filledSize"] = text(event.filled_size)
    data["remainSize"] = text(event.remaining)
    data["size"] = data["originSize"]
    return data | sized(event) | matched(event)


def sized(event: OrderUpdate) -> dict[str, str]:
    """Return what a step tells beside, where it has made the order smaller: its size before and now."""
    if event.old_size is None:
        return {}
    return {"oldSize": text(event.filled_size + event.old_size), "size": text(event.filled_size + event.remaining)}


def matched(event: OrderUpdate) -> dict[str, str]:
    """Return what a step tells beside, where it is a trade."""
    if event.match_price is None or event.match_size is None:
        return {}
    role = "taker" if event.is_taker else "maker"
    return {
        "feeType": f"{role}Fee",
        "liquidity": role,
        "matchPrice": text(event.match_price),
        "matchSize": text(event.match_size),
        "tradeId": str(event.trade_id),
    }
