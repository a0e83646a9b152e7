"""Reading orders and fills of the spot account and of the margin accounts, which differ in path and trade type only."""

from __future__ import annotations

from kucoin.practice import bank
from kucoin.practice.api.spot_history import newest, told
from kucoin.practice.api.spot_market import pair
from kucoin.practice.bank import Body
from kucoin.practice.quota import Pool
from kucoin.practice.wire import Call, Refusal, Routes, page

ROUTES = Routes()
_MARGIN_BOOKS = {"MARGIN_TRADE": bank.CROSS, "MARGIN_ISOLATED_TRADE": bank.ISOLATED}
_SIDES = ("buy", "sell")
_KINDS = ("limit", "market")


def _margin_book(call: Call) -> str:
    call.choice("tradeType", _MARGIN_BOOKS)
    return _MARGIN_BOOKS[call.need("tradeType")]


def _orders(call: Call, book: str, *, active: bool) -> list[Body]:
    """Return the orders of the pair asked for, newest first."""
    symbol = pair(call).symbol
    side, kind = call.choice("side", _SIDES), call.choice("type", _KINDS)
    since, until = call.span()
    return [
        each
        for each in call.exchange.bank.orders(call.user, book, active=active)
        if each["symbol"] == symbol
        and side in (None, each["side"])
        and kind in (None, each["type"])
        and since <= each["createdAt"] <= until
    ]


def _serial(order: Body) -> int:
    """Return an order's place in the cursor."""
    return int(order["createdAt"])


def _done(call: Call, book: str) -> dict[str, object]:
    rows = newest(call, _orders(call, book, active=False), _serial, most=100, default=20)
    return {"lastId": _serial(rows[-1]) if rows else 0, "items": rows}


def _fills(call: Call, book: str) -> dict[str, object]:
    symbol = pair(call).symbol
    side, kind, order = call.choice("side", _SIDES), call.choice("type", _KINDS), call.param("orderId")
    since, until = call.span()
    rows = [
        told(each)
        for each in call.exchange.bank.records(call.user, f"fill-{book}", symbol)
        if side in (None, each["side"])
        and kind in (None, each["type"])
        and order in (None, each["orderId"])
        and since <= each["createdAt"] <= until
    ]
    rows = newest(call, rows, lambda row: int(row["id"]), most=100, default=20)
    return {"items": rows, "lastId": int(rows[-1]["id"]) if rows else 0}


def _one(call: Call, books: tuple[str, ...], name: str, wanted: str) -> Body:
    """Return the order of the pair whose field ``name`` is ``wanted``."""
    symbol = pair(call).symbol
    for book in books:
        for each in call.exchange.bank.orders(call.user, book):
            if each["symbol"] == symbol and each[name] == wanted:
                return each
    raise Refusal("400100", "order_not_exist")


def _symbols(call: Call, book: str) -> list[str]:
    return list(dict.fromkeys(each["symbol"] for each in call.exchange.bank.orders(call.user, book, active=True)))


@ROUTES.private("/api/v1/hf/orders/active/symbols", "Spot", Pool.SPOT, 2)
def active_symbols(call: Call) -> object:
    """Pairs with open orders."""
    return {"symbols": _symbols(call, bank.TRADE)}


@ROUTES.private("/api/v1/hf/orders/active", "General", Pool.SPOT, 2)
def active(call: Call) -> object:
    """All open orders of a pair; deprecated, and still asked for."""
    return _orders(call, bank.TRADE, active=True)


@ROUTES.private("/api/v1/hf/orders/active/page", "General", Pool.SPOT, 2)
def active_page(call: Call) -> object:
    """Open orders of a pair, paged under names of its own."""
    rows = _orders(call, bank.TRADE, active=True)
    current = max(1, call.number("pageNum", 1))
    size = min(100, max(1, call.number("pageSize", 20)))
    return {
        "currentPage": current,
        "pageSize": size,
        "totalNum": len(rows),
        "totalPage": -(-len(rows) // size),
        "items": rows[(current - 1) * size : current * size],
    }


@ROUTES.private("/api/v1/hf/orders/done", "General", Pool.SPOT, 2)
def done(call: Call) -> object:
    """Finished orders of a pair, newest first."""
    return _done(call, bank.TRADE)


@ROUTES.private("/api/v1/hf/fills", "General", Pool.SPOT, 2)
def fills(call: Call) -> object:
    """Fills of a pair, newest first."""
    return _fills(call, bank.TRADE)


@ROUTES.private("/api/v1/hf/orders/dead-cancel-all/query", "Spot", Pool.SPOT, 2)
def dead_man_switch(_call: Call) -> object:
    """The dead-man switch; never set, so there is nothing to tell."""
    return None


@ROUTES.private("/api/v1/hf/orders/client-order/{clientOid}", "General", Pool.SPOT, 2)
def by_client_oid(call: Call) -> object:
    """One order by the caller's id."""
    return _one(call, (bank.TRADE,), "clientOid", call.path["clientOid"])


@ROUTES.private("/api/v1/hf/orders/{orderId}", "General", Pool.SPOT, 2)
def by_id(call: Call) -> object:
    """One order."""
    return _one(call, (bank.TRADE,), "id", call.path["orderId"])


# Conditional orders


def _stops(call: Call) -> list[Body]:
    symbol, side, kind, trade = (call.param(name) for name in ("symbol", "side", "type", "tradeType"))
    return [
        each
        for each in call.exchange.bank.orders(call.user, "spot-stop", active=True)
        if symbol in (None, each["symbol"])
        and side in (None, each["side"])
        and kind in (None, each["type"])
        and trade in (None, each["tradeType"])
    ]


@ROUTES.private("/api/v1/stop-order", "General", Pool.SPOT, 8)
def stop_orders(call: Call) -> object:
    """Conditional orders that wait."""
    return page(call, _stops(call))


@ROUTES.private("/api/v1/stop-order/queryOrderByClientOid", "General", Pool.SPOT, 3)
def stop_by_client_oid(call: Call) -> object:
    """Conditional orders by the caller's id: a list."""
    wanted = call.need("clientOid")
    return [each for each in _stops(call) if each["clientOid"] == wanted]


@ROUTES.private("/api/v1/stop-order/{orderId}", "General", Pool.SPOT, 3)
def stop_by_id(call: Call) -> object:
    """One conditional order."""
    for each in call.exchange.bank.orders(call.user, "spot-stop"):
        if each["id"] == call.path["orderId"]:
            return each
    raise Refusal("400100", "The order does not exist.")


@ROUTES.private("/api/v3/oco/orders", "General", Pool.SPOT, 2)
def oco_orders(call: Call) -> object:
    """One-cancels-other pairs."""
    return page(call, call.exchange.bank.orders(call.user, "spot-oco", active=True))


# Margin


@ROUTES.private("/api/v3/hf/margin/order/active/symbols", "Margin", Pool.SPOT, 4)
def margin_symbols(call: Call) -> object:
    """Pairs with open margin orders."""
    found = _symbols(call, _margin_book(call))
    return {"symbolSize": len(found), "symbols": found}


@ROUTES.private("/api/v3/hf/margin/orders/active", "General", Pool.SPOT, 4)
def margin_active(call: Call) -> object:
    """Open margin orders of a pair."""
    return _orders(call, _margin_book(call), active=True)


@ROUTES.private("/api/v3/hf/margin/orders/done", "General", Pool.SPOT, 10)
def margin_done(call: Call) -> object:
    """Finished margin orders of a pair."""
    return _done(call, _margin_book(call))


@ROUTES.private("/api/v3/hf/margin/fills", "General", Pool.SPOT, 5)
def margin_fills(call: Call) -> object:
    """Margin fills of a pair."""
    return _fills(call, _margin_book(call))


@ROUTES.private("/api/v3/hf/margin/orders/client-order/{clientOid}", "General", Pool.SPOT, 5)
def margin_by_client_oid(call: Call) -> object:
    """One margin order by the caller's id."""
    return _one(call, (bank.CROSS, bank.ISOLATED), "clientOid", call.path["clientOid"])


@ROUTES.private("/api/v3/hf/margin/orders/{orderId}", "General", Pool.SPOT, 5)
def margin_by_id(call: Call) -> object:
    """One margin order."""
    return _one(call, (bank.CROSS, bank.ISOLATED), "id", call.path["orderId"])


@ROUTES.private("/api/v3/hf/margin/stop-orders", "General", Pool.SPOT, 8)
def margin_stops(call: Call) -> object:
    """Conditional margin orders that wait."""
    return page(call, call.exchange.bank.orders(call.user, "margin-stop", active=True))
