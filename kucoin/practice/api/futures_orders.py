"""Reading futures orders and fills."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kucoin.decimals import ZERO
from kucoin.practice.api import futures_bodies
from kucoin.practice.api.futures_market import contract
from kucoin.practice.archive import listed_type
from kucoin.practice.engine.records import Fill, Order, Stop
from kucoin.practice.engine.terms import CONTRACT, Family, Side
from kucoin.practice.numbers import text
from kucoin.practice.quota import Pool
from kucoin.practice.wire import Call, Refusal, Routes, page

ROUTES = Routes()
_DAY_MS = 86_400_000
_TOLD = 91  # days that fills are told of
_WEEK = 7
_RECENT = 1000


def _fits(call: Call, found: Order | Stop) -> bool:
    symbol, side, kind = (call.param(name) for name in ("symbol", "side", "type"))
    since, until = call.span()
    return (
        symbol in (None, found.symbol)
        and side in (None, found.side)
        and kind in (None, found.request.type, listed_type(found))
        and since <= found.created_ms <= until
    )


def _active(call: Call) -> list[Order]:
    live = call.exchange.user(call.user).live
    mine = [each for orders in live.values() for each in orders.values() if each.account == CONTRACT]
    return sorted((each for each in mine if _fits(call, each)), key=lambda each: each.serial, reverse=True)


def _done(call: Call) -> Iterator[Order]:
    symbol, side, kind = (call.param(name) for name in ("symbol", "side", "type"))
    return call.exchange.archive.done_orders(call.user, CONTRACT, symbol=symbol, side=side, kind=kind, span=call.span())


@ROUTES.private("/api/v1/orders", "General", Pool.FUTURES, 2)
def orders(call: Call) -> object:
    """Orders: finished ones, unless ``status=active`` is asked for."""
    status = call.choice("status", ("active", "done"), "done")
    found = _active(call) if status == "active" else _done(call)
    return page(call, [futures_bodies.order(call.exchange, each) for each in found], most=1000)


def _stops(call: Call) -> list[Stop]:
    mine = call.exchange.user(call.user).stops.values()
    found = [each for each in mine if each.request.family is Family.FUTURES and _fits(call, each)]
    return sorted(found, key=lambda each: each.serial, reverse=True)


@ROUTES.private("/api/v1/stopOrders", "General", Pool.FUTURES, 6)
def stop_orders(call: Call) -> object:
    """Conditional orders that wait."""
    return page(call, [futures_bodies.stop(call.exchange, each) for each in _stops(call)], most=1000)


@ROUTES.private("/api/v1/recentDoneOrders", "General", Pool.FUTURES, 5)
def recent_orders(call: Call) -> object:
    """Orders finished in the last 24 h."""
    found: list[dict[str, Any]] = []
    for each in call.exchange.archive.done_orders(call.user, CONTRACT, symbol=call.param("symbol")):
        if each.updated_ms >= call.now - _DAY_MS:
            found.append(futures_bodies.order(call.exchange, each))
        if len(found) == _RECENT:
            break
    return found


def _told(call: Call, order: Order | None, stop: Stop | None) -> object:
    """Return an order, or the stop that has not become one."""
    if order is not None:
        return futures_bodies.order(call.exchange, order)
    if stop is not None and stop.request.family is Family.FUTURES:
        return futures_bodies.stop(call.exchange, stop)
    raise Refusal("100001", "error.getOrder.orderNotExist")


@ROUTES.private("/api/v1/orders/byClientOid", "General", Pool.FUTURES, 5)
def by_client_oid(call: Call) -> object:
    """One order, conditional ones included, by the caller's id, the newest of that name."""
    wanted, archive = call.need("clientOid"), call.exchange.archive
    stops = (each for each in archive.stops(call.user) if each.client_oid == wanted)
    return _told(call, archive.order(call.user, (CONTRACT,), client_oid=wanted), next(stops, None))


@ROUTES.private("/api/v1/orders/{orderId}", "General", Pool.FUTURES, 5)
def by_id(call: Call) -> object:
    """One order, conditional ones included."""
    wanted, archive = call.path["orderId"], call.exchange.archive
    return _told(call, archive.order(call.user, (CONTRACT,), order_id=wanted), archive.stop(call.user, wanted))


def _fills(call: Call) -> Iterator[Fill]:
    side, kind, order, trades = (call.param(name) for name in ("side", "type", "orderId", "tradeTypes"))
    span = call.recent_span(kept=_TOLD, widest=_WEEK)
    return (
        each
        for each in call.exchange.archive.fills(call.user, Family.FUTURES, call.param("symbol"), span)
        if side in (None, each.side)
        and kind in (None, each.type, f"{each.type}_stop" if each.is_stop else each.type)
        and order in (None, each.order_id)
        and (trades is None or each.kind in trades.split(","))
    )


@ROUTES.private("/api/v1/fills", "General", Pool.FUTURES, 5)
def fills(call: Call) -> object:
    """Fills, newest first."""
    return page(call, [futures_bodies.fill(each) for each in _fills(call)], most=1000)


@ROUTES.private("/api/v1/recentFills", "General", Pool.FUTURES, 3)
def recent_fills(call: Call) -> object:
    """Fills of the last 24 h."""
    span = (call.now - _DAY_MS, 1 << 62)
    found = call.exchange.archive.fills(call.user, Family.FUTURES, call.param("symbol"), span)
    return [futures_bodies.fill(each) for each in found][:_RECENT]


@ROUTES.private("/api/v1/openOrderStatistics", "General", Pool.FUTURES, 10)
def open_value(call: Call) -> object:
    """How much the open orders of a contract would open."""
    wanted = contract(call)
    rules = call.exchange.engine.futures.markets[wanted.symbol].contract
    live = call.exchange.user(call.user).live.get(wanted.symbol, {}).values()

    def total(side: Side) -> tuple[int, str]:
        mine = [each for each in live if each.side is side and not each.is_closing]
        cost = sum((abs(rules.value(each.remaining, each.price)) for each in mine), ZERO)
        return int(sum((each.remaining for each in mine), ZERO)), text(cost)

    (buys, buy_cost), (sells, sell_cost) = total(Side.BUY), total(Side.SELL)
    return {
        "openOrderBuySize": buys,
        "openOrderSellSize": sells,
        "openOrderBuyCost": buy_cost,
        "openOrderSellCost": sell_cost,
        "settleCurrency": wanted.settle,
    }
