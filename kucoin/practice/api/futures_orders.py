"""Reading futures orders and fills."""

from __future__ import annotations

from decimal import Decimal

from kucoin.decimals import ZERO
from kucoin.practice import bank
from kucoin.practice.api.futures_market import contract
from kucoin.practice.api.spot_history import told
from kucoin.practice.bank import Body
from kucoin.practice.numbers import text
from kucoin.practice.quota import Pool
from kucoin.practice.wire import Call, Refusal, Routes, page

ROUTES = Routes()
_STOPS = "futures-stop"
_DAY_MS = 86_400_000
_RECENT = 1000


def _orders(call: Call, book: str, *, active: bool) -> list[Body]:
    symbol, side, kind = (call.param(name) for name in ("symbol", "side", "type"))
    since, until = call.span()
    return [
        each
        for each in call.exchange.bank.orders(call.user, book, active=active)
        if symbol in (None, each["symbol"])
        and side in (None, each["side"])
        and kind in (None, each["type"])
        and since <= each["createdAt"] <= until
    ]


@ROUTES.private("/api/v1/orders", "General", Pool.FUTURES, 2)
def orders(call: Call) -> object:
    """Orders: finished ones, unless ``status=active`` is asked for."""
    status = call.choice("status", ("active", "done"), "done")
    return page(call, _orders(call, bank.FUTURES, active=status == "active"), most=1000)


@ROUTES.private("/api/v1/stopOrders", "General", Pool.FUTURES, 6)
def stop_orders(call: Call) -> object:
    """Conditional orders that wait."""
    return page(call, _orders(call, _STOPS, active=True), most=1000)


@ROUTES.private("/api/v1/recentDoneOrders", "General", Pool.FUTURES, 5)
def recent_orders(call: Call) -> object:
    """Orders finished in the last 24 h."""
    rows = _orders(call, bank.FUTURES, active=False)
    return [each for each in rows if each["endAt"] >= call.now - _DAY_MS][:_RECENT]


def _one(call: Call, name: str, wanted: str) -> Body:
    for book in (bank.FUTURES, _STOPS):
        for each in call.exchange.bank.orders(call.user, book):
            if each[name] == wanted:
                return each
    raise Refusal("100001", "error.getOrder.orderNotExist")


@ROUTES.private("/api/v1/orders/byClientOid", "General", Pool.FUTURES, 5)
def by_client_oid(call: Call) -> object:
    """One order, conditional ones included, by the caller's id."""
    return _one(call, "clientOid", call.need("clientOid"))


@ROUTES.private("/api/v1/orders/{orderId}", "General", Pool.FUTURES, 5)
def by_id(call: Call) -> object:
    """One order, conditional ones included."""
    return _one(call, "id", call.path["orderId"])


def _fills(call: Call) -> list[Body]:
    side, kind, order = (call.param(name) for name in ("side", "type", "orderId"))
    since, until = call.span()
    return [
        told(each)
        for each in call.exchange.bank.records(call.user, "fill-futures", call.param("symbol"))
        if side in (None, each["side"])
        and kind in (None, each["orderType"])
        and order in (None, each["orderId"])
        and since <= each["createdAt"] <= until
    ]


@ROUTES.private("/api/v1/fills", "General", Pool.FUTURES, 5)
def fills(call: Call) -> object:
    """Fills, newest first."""
    return page(call, _fills(call), most=1000)


@ROUTES.private("/api/v1/recentFills", "General", Pool.FUTURES, 3)
def recent_fills(call: Call) -> object:
    """Fills of the last 24 h."""
    return [each for each in _fills(call) if each["createdAt"] >= call.now - _DAY_MS][:_RECENT]


@ROUTES.private("/api/v1/openOrderStatistics", "General", Pool.FUTURES, 10)
def open_value(call: Call) -> object:
    """How much the open orders of a contract would open."""
    wanted = contract(call)
    rows = [
        each
        for each in call.exchange.bank.orders(call.user, bank.FUTURES, active=True)
        if each["symbol"] == wanted.symbol
    ]

    def total(side: str) -> tuple[int, str]:
        found = [each for each in rows if each["side"] == side]
        return sum(each["size"] for each in found), text(sum((Decimal(each["value"]) for each in found), ZERO))

    (buys, buy_cost), (sells, sell_cost) = total("buy"), total("sell")
    return {
        "openOrderBuySize": buys,
        "openOrderSellSize": sells,
        "openOrderBuyCost": buy_cost,
        "openOrderSellCost": sell_cost,
        "settleCurrency": wanted.settle,
    }
