"""Orders, fills and ledgers of the practice exchange as our client reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from kucoin.errors import NotFound, PermissionDenied
from kucoin.model.ledger import Direction, Wallet
from kucoin.model.order import MarginMode, OrderStatus, TradeType
from kucoin.model.page import Page
from kucoin.model.position import PositionMode
from kucoin.rest.client import Exchange

D = Decimal
NOW = datetime.now(UTC)
AGO = NOW - timedelta(days=6)
CROSS = TradeType.MARGIN_TRADE
Connect = Callable[..., Exchange]
WITHIN = f"startAt={AGO.timestamp() * 1000:.0f}&endAt={NOW.timestamp() * 1000:.0f}"

# Lists in parts: how our client asks for a part, which has three rows where a part may be so small.
LISTS: dict[str, Callable[[Exchange, int | None], Page[Any]]] = {
    "spot done": lambda e, at: e.spot_orders.done_orders(symbol="BTC-USDT", start=AGO, end=NOW, cursor=at, limit=3),
    "spot fills": lambda e, at: e.spot_orders.fills(symbol="BTC-USDT", start=AGO, end=NOW, cursor=at, limit=3),
    "margin done": lambda e, at: e.margin_orders.done_orders(symbol="BTC-USDT", trade_type=CROSS, cursor=at, limit=3),
    "margin fills": lambda e, at: e.margin_orders.fills(symbol="BTC-USDT", trade_type=CROSS, cursor=at, limit=3),
    "margin interest": lambda e, at: e.margin.interest(cursor=at, limit=500),
    "margin borrowings": lambda e, at: e.margin.borrowings(currency="USDT", cursor=at, limit=10),
    "margin repayments": lambda e, at: e.margin.repayments(currency="USDT", cursor=at, limit=10),
    "futures done": lambda e, at: e.futures_orders.done_orders(cursor=at, limit=10),
    "futures fills": lambda e, at: e.futures_orders.fills(cursor=at, limit=10),
    "closed positions": lambda e, at: e.futures_positions.closed_positions(cursor=at, limit=3),
    "funding payments": lambda e, at: e.futures_positions.funding_payments(symbol="XBTUSDTM", cursor=at, limit=20),
    "ledger of funding": lambda e, at: e.ledgers.funding(cursor=at, limit=10),
    "ledger of spot": lambda e, at: e.ledgers.spot(cursor=at, limit=3),
    "ledger of margin": lambda e, at: e.ledgers.margin(cursor=at, limit=3),
    "ledger of futures": lambda e, at: e.ledgers.futures(cursor=at, limit=20),
    "deposits": lambda e, at: e.transfers.deposits(cursor=at, limit=10),
    "withdrawals": lambda e, at: e.transfers.withdrawals(cursor=at, limit=10),
}
WHEN = ("at", "closed_at", "created_at")  # which of them a row has


@pytest.mark.parametrize("name", LISTS)
def test_a_list_in_parts_ends_and_repeats_nothing(name: str, still: Any, connect: Connect) -> None:
    """Each row once, newest first, until there is no cursor."""
    exchange = connect()
    rows: list[Any] = []
    cursor: int | None = None
    for _ in range(60):
        page = LISTS[name](exchange, cursor)
        rows += page.items
        cursor = page.cursor
        if cursor is None:
            break
    assert cursor is None
    assert rows
    assert len(set(rows)) == len(rows)
    moments = [next(filter(None, (getattr(row, field, None) for field in WHEN))) for row in rows]
    assert moments == sorted(moments, reverse=True)


def test_spot_orders_are_those_of_the_raw_answers(still: Any, connect: Connect) -> None:
    """Open and finished, one by one by either id, and their fills."""
    exchange = connect()
    symbols = exchange.spot_orders.symbols_with_open_orders()
    assert sorted(symbols) == sorted(still.get("/api/v1/hf/orders/active/symbols").data["symbols"])
    for symbol in symbols:
        raw = still.get(f"/api/v1/hf/orders/active?symbol={symbol}").data
        orders = exchange.spot_orders.open_orders(symbol=symbol)
        assert [(o.order_id, o.price, o.size, o.filled_size, o.status) for o in orders] == [
            (
                row["id"],
                D(row["price"]),
                D(row["size"]),
                D(row["dealSize"]),
                OrderStatus.PARTIALLY_FILLED if D(row["dealSize"]) else OrderStatus.OPEN,
            )
            for row in raw
        ]
    done = exchange.spot_orders.done_orders(symbol="BTC-USDT", start=AGO, end=NOW).items
    raw = still.get(f"/api/v1/hf/orders/done?symbol=BTC-USDT&limit=100&{WITHIN}").data["items"]
    assert [(o.order_id, o.filled_funds, o.fee) for o in done] == [
        (row["id"], D(row["dealFunds"]), D(row["fee"])) for row in raw
    ]
    filled = next(order for order in done if order.status is OrderStatus.FILLED)
    assert exchange.spot_orders.order(order_id=filled.order_id, symbol="BTC-USDT") == filled
    assert filled.client_oid is not None
    assert exchange.spot_orders.order_by_client_oid(client_oid=filled.client_oid, symbol="BTC-USDT") == filled
    fills = exchange.spot_orders.fills(symbol="BTC-USDT", order_id=filled.order_id, start=AGO, end=NOW).items
    assert sum(fill.funds for fill in fills) == filled.filled_funds
    assert sum(fill.size for fill in fills) == filled.filled_size


def test_futures_orders_are_those_of_the_raw_answers(still: Any, connect: Connect) -> None:
    """Open, waiting and finished, by either id, and their fills."""
    exchange = connect()
    for path, orders in (
        ("/api/v1/orders?status=active", exchange.futures_orders.open_orders()),
        ("/api/v1/stopOrders", exchange.futures_orders.stops()),
        ("/api/v1/orders?status=done&pageSize=100", exchange.futures_orders.done_orders().items),
    ):
        raw = still.get(path, futures=True).data["items"]
        assert orders
        assert [(o.order_id, o.size, o.filled_size, o.filled_value, o.active) for o in orders] == [
            (row["id"], row["size"], row["filledSize"], D(row["filledValue"]), row["isActive"]) for row in raw
        ]
    (done, *_) = exchange.futures_orders.recent_done()
    assert exchange.futures_orders.order(order_id=done.order_id) == done
    assert done.client_oid is not None
    assert exchange.futures_orders.order_by_client_oid(client_oid=done.client_oid) == done
    fills = exchange.futures_orders.fills(order_id=done.order_id).items
    assert sum(fill.size for fill in fills) == done.filled_size
    assert sum(fill.value for fill in fills) == done.filled_value
    assert set(fills) <= set(exchange.futures_orders.recent_fills())


def test_waiting_spot_orders_are_read(still: Any, connect: Connect) -> None:
    """The list, and one of it by either id."""
    exchange = connect()
    stops = exchange.spot_stops.stops()
    raw = still.get("/api/v1/stop-order?tradeType=TRADE").data["items"]
    assert [(s.order_id, s.stop_price, s.stop) for s in stops] == [
        (row["id"], D(row["stopPrice"]), row["stop"]) for row in raw
    ]
    assert stops[0].client_oid is not None
    assert exchange.spot_stops.stop(order_id=stops[0].order_id) == stops[0]
    assert exchange.spot_stops.stops_by_client_oid(client_oid=stops[0].client_oid) == (stops[0],)
    assert exchange.spot_stops.stops_by_client_oid(client_oid="nobodys") == ()


def test_what_is_not_there_is_not_found(connect: Connect) -> None:
    """In each family's words."""
    exchange = connect()
    for ask in (
        lambda: exchange.spot_orders.order(order_id="0", symbol="BTC-USDT"),
        lambda: exchange.spot_orders.order_by_client_oid(client_oid="nobodys", symbol="BTC-USDT"),
        lambda: exchange.spot_stops.stop(order_id="0"),
        lambda: exchange.margin_orders.order(order_id="0", symbol="BTC-USDT"),
        lambda: exchange.futures_orders.order(order_id="0"),
        lambda: exchange.futures_orders.order_by_client_oid(client_oid="nobodys"),
    ):
        with pytest.raises(NotFound):
            ask()


def test_ledgers_add_up(still: Any, connect: Connect) -> None:
    """Each spot balance is the one before and the change, where both are of one currency."""
    entries = [entry for entry in connect().ledgers.spot(currencies=["USDT"], limit=50).items if entry.balance]
    assert len(entries) > 5
    for newer, older in pairwise(entries):
        assert newer.balance is not None
        assert older.balance is not None
        assert newer.balance == older.balance + newer.change
    assert {entry.direction for entry in entries} == set(Direction)


def test_modes_fees_and_limits_are_read(connect: Connect) -> None:
    """What a ticket needs to know before it opens."""
    exchange = connect()
    assert exchange.futures_positions.position_mode() is PositionMode.ONE_WAY
    assert exchange.futures_positions.margin_mode(symbol="XBTUSDTM") is MarginMode.ISOLATED
    assert exchange.futures_positions.cross_leverage(symbol="XBTUSDTM") >= 1
    size = exchange.futures_positions.max_open_size(symbol="XBTUSDTM", price=D(60000), leverage=5)
    assert size.buy > 0
    tiers = exchange.futures_positions.risk_tiers(symbol="XBTUSDTM")
    assert [tier.level for tier in tiers] == list(range(1, len(tiers) + 1))
    assert exchange.futures_orders.open_value(symbol="XBTUSDTM").settle_currency == "USDT"
    assert exchange.futures_orders.trade_fee(symbol="XBTUSDTM").taker == D("0.0006")
    assert exchange.spot_orders.trade_fees(symbols=["BTC-USDT"])[0].taker == D("0.001")
    rates = exchange.futures_positions.funding_rates(symbol="XBTUSDTM", start=AGO, end=NOW)
    assert [rate.at for rate in rates] == sorted((rate.at for rate in rates), reverse=True)
    spot = {a.currency: a.available for a in exchange.account.spot_accounts() if a.kind == "main"}
    assert exchange.transfers.transferable(currency="USDT", wallet=Wallet.MAIN).transferable == spot["USDT"]
    assert exchange.spot_orders.dead_man() is None


def test_a_key_for_reading_reads_no_modes(connect: Connect) -> None:
    """The position mode needs Futures; orders need General only."""
    exchange = connect("general")
    assert exchange.futures_orders.recent_done() is not None
    with pytest.raises(PermissionDenied, match="position/getPositionMode"):
        exchange.futures_positions.position_mode()
