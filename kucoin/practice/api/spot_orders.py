"""Reading orders and fills of the spot account and of the margin accounts, which differ in path and trade type only."""

from __future__ import annotations

from kucoin.practice.api import spot_bodies
from kucoin.practice.api.spot_history import newest
from kucoin.practice.api.spot_market import pair
from kucoin.practice.engine.records import Order
from kucoin.practice.engine.terms import MARGIN, TRADE, Family, TradeType, account_of, isolated
from kucoin.practice.quota import Pool
from kucoin.practice.wire import Call, Refusal, Routes

ROUTES = Routes()
_SIDES = ("buy", "sell")
_KINDS = ("limit", "market")
_MARGIN = (TradeType.CROSS, TradeType.ISOLATED)


def margin_type(call: Call) -> TradeType:
    """Return which of the two margin accounts is asked for."""
    call.choice("tradeType", _MARGIN)
    return TradeType(call.need("tradeType"))


def _active(call: Call, trade_type: TradeType) -> list[Order]:
    """Return the open orders of the pair asked for, newest first."""
    symbol = pair(call).symbol
    side, kind = call.choice("side", _SIDES), call.choice("type", _KINDS)
    since, until = call.span()
    live = call.exchange.user(call.user).live.get(symbol, {}).values()
    found = [
        each
        for each in live
        if each.account == account_of(trade_type, symbol)
        and side in (None, each.side)
        and kind in (None, each.type)
        and since <= each.created_ms <= until
    ]
    return sorted(found, key=lambda each: each.serial, reverse=True)


def _done(call: Call, trade_type: TradeType) -> dict[str, object]:
    symbol = pair(call).symbol
    side, kind = call.choice("side", _SIDES), call.choice("type", _KINDS)
    orders = call.exchange.archive.done_orders(
        call.user,
        account_of(trade_type, symbol),
        symbol=symbol,
        side=side,
        kind=kind,
        span=call.span(),
        before=call.number("lastId", 0),
    )
    rows = newest(call, orders, lambda each: each.serial, most=100, default=20)
    return {"lastId": rows[-1].serial if rows else 0, "items": [spot_bodies.order(each) for each in rows]}


def _fills(call: Call, family: Family, account: str) -> dict[str, object]:
    symbol = pair(call).symbol
    side, kind, order = call.choice("side", _SIDES), call.choice("type", _KINDS), call.param("orderId")
    found = (
        each
        for each in call.exchange.archive.fills(call.user, family, symbol, call.span())
        if each.account == account
        and side in (None, each.side)
        and kind in (None, each.type)
        and order in (None, each.order_id)
    )
    rows = newest(call, found, lambda each: each.id, most=100, default=20)
    return {"items": [spot_bodies.fill(each) for each in rows], "lastId": rows[-1].id if rows else 0}


def _one(call: Call, *, margin: bool = False, order_id: str = "", client_oid: str = "") -> object:
    """Return an order of the pair asked for, alive or not."""
    symbol = pair(call).symbol
    accounts = (MARGIN, isolated(symbol)) if margin else (TRADE,)
    found = call.exchange.archive.order(call.user, accounts, order_id=order_id, client_oid=client_oid)
    if found is None or found.symbol != symbol:
        raise Refusal("400100", "order_not_exist")
    return spot_bodies.order(found)


@ROUTES.private("/api/v1/hf/orders/active/symbols", "Spot", Pool.SPOT, 2)
def active_symbols(call: Call) -> object:
    """Pairs with open orders."""
    return {"symbols": call.exchange.engine.spot.open_symbols(call.user)}


@ROUTES.private("/api/v1/hf/orders/active", "General", Pool.SPOT, 2)
def active(call: Call) -> object:
    """All open orders of a pair; deprecated, and still asked for."""
    return [spot_bodies.order(each) for each in _active(call, TradeType.TRADE)]


@ROUTES.private("/api/v1/hf/orders/active/page", "General", Pool.SPOT, 2)
def active_page(call: Call) -> object:
    """Open orders of a pair, paged under names of its own."""
    rows = _active(call, TradeType.TRADE)
    current = max(1, call.number("pageNum", 1))
    size = min(100, max(1, call.number("pageSize", 20)))
    return {
        "currentPage": current,
        "pageSize": size,
        "totalNum": len(rows),
        "totalPage": -(-len(rows) // size),
        "items": [spot_bodies.order(each) for each in rows[(current - 1) * size : current * size]],
    }


@ROUTES.private("/api/v1/hf/orders/done", "General", Pool.SPOT, 2)
def done(call: Call) -> object:
    """Finished orders of a pair, newest first."""
    return _done(call, TradeType.TRADE)


@ROUTES.private("/api/v1/hf/fills", "General", Pool.SPOT, 2)
def fills(call: Call) -> object:
    """Fills of a pair, newest first."""
    return _fills(call, Family.SPOT, TRADE)


@ROUTES.private("/api/v1/hf/orders/dead-cancel-all/query", "Spot", Pool.SPOT, 2)
def dead_man_switch(call: Call) -> object:
    """The dead-man switch; nothing is told where it is not armed."""
    profile = call.exchange.user(call.user).profile
    if profile.dead_at_s is None:
        return None
    return {
        "timeout": profile.dead_after_s,
        "symbols": ",".join(profile.dead_symbols),
        "currentTime": call.now // 1000,
        "triggerTime": profile.dead_at_s,
    }


@ROUTES.private("/api/v1/hf/orders/client-order/{clientOid}", "General", Pool.SPOT, 2)
def by_client_oid(call: Call) -> object:
    """One order by the caller's id, the newest of that name."""
    return _one(call, client_oid=call.path["clientOid"])


@ROUTES.private("/api/v1/hf/orders/{orderId}", "General", Pool.SPOT, 2)
def by_id(call: Call) -> object:
    """One order."""
    return _one(call, order_id=call.path["orderId"])


# Margin


@ROUTES.private("/api/v3/hf/margin/order/active/symbols", "Margin", Pool.SPOT, 4)
def margin_symbols(call: Call) -> object:
    """Pairs with open margin orders."""
    found = call.exchange.engine.spot.open_symbols(call.user, margin_type(call))
    return {"symbolSize": len(found), "symbols": found}


@ROUTES.private("/api/v3/hf/margin/orders/active", "General", Pool.SPOT, 4)
def margin_active(call: Call) -> object:
    """Open margin orders of a pair."""
    return [spot_bodies.order(each) for each in _active(call, margin_type(call))]


@ROUTES.private("/api/v3/hf/margin/orders/done", "General", Pool.SPOT, 10)
def margin_done(call: Call) -> object:
    """Finished margin orders of a pair."""
    return _done(call, margin_type(call))


@ROUTES.private("/api/v3/hf/margin/fills", "General", Pool.SPOT, 5)
def margin_fills(call: Call) -> object:
    """Margin fills of a pair."""
    return _fills(call, Family.MARGIN, account_of(margin_type(call), pair(call).symbol))


@ROUTES.private("/api/v3/hf/margin/orders/client-order/{clientOid}", "General", Pool.SPOT, 5)
def margin_by_client_oid(call: Call) -> object:
    """One margin order by the caller's id, the newest of that name."""
    return _one(call, margin=True, client_oid=call.path["clientOid"])


@ROUTES.private("/api/v3/hf/margin/orders/{orderId}", "General", Pool.SPOT, 5)
def margin_by_id(call: Call) -> object:
    """One margin order."""
    return _one(call, margin=True, order_id=call.path["orderId"])
