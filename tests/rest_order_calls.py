"""Every method of the client for spot and margin orders: what it is asked, and what leaves for it, byte by byte."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from kucoin.model.order import NewOrder, OrderType, Side, Stp, TimeInForce, TradeType
from kucoin.model.stop_order import SpotStop
from kucoin.rest.client import Exchange

D = Decimal
Call = Callable[[Exchange], Any]
START, END = datetime(2026, 9, 21, tzinfo=UTC), datetime(2026, 9, 22, tzinfo=UTC)
STAMP = '"clientTimestamp":0,"allowMaxTimeWindow":5000'  # the time itself is put to 0 before bodies are compared


class Asked(NamedTuple):
    """A call, and the request that leaves for it; ``payload`` is the file that answers it."""

    call: Call
    target: str
    method: str = "GET"
    body: str = ""
    payload: str = ""
    private: bool = True


LIMIT = NewOrder(
    client_oid="oid-1",
    symbol="BTC-USDT",
    side=Side.BUY,
    type=OrderType.LIMIT,
    price=D("87000.5"),
    size=D("1E-8"),
)
SECOND = NewOrder(
    client_oid="oid-2",
    symbol="BTC-USDT",
    side=Side.SELL,
    type=OrderType.LIMIT,
    price=D("90000"),
    size=D("0.00100"),
    time_in_force=TimeInForce.GTT,
    cancel_after=60,
    post_only=True,
    stp=Stp.DC,
)
MARKET = NewOrder(client_oid="oid-3", symbol="BTC-USDT", side=Side.SELL, type=OrderType.MARKET, size=D("0.5"))
_LIMIT = (
    '"clientOid":"oid-1","symbol":"BTC-USDT","side":"buy","type":"limit","price":"87000.5","size":"0.00000001",'
    '"timeInForce":"GTC"'
)
_SECOND = (
    '"clientOid":"oid-2","symbol":"BTC-USDT","side":"sell","type":"limit","price":"90000","size":"0.00100",'
    '"timeInForce":"GTT","postOnly":true,"cancelAfter":60,"stp":"DC"'
)
_MARKET = '"clientOid":"oid-3","symbol":"BTC-USDT","side":"sell","type":"market","size":"0.5"'
SPAN = "startAt=1789948800000&endAt=1790035200000"
_ISOLATED = TradeType.MARGIN_ISOLATED_TRADE

SPOT: dict[str, Asked] = {
    "spot place": Asked(
        lambda e: e.spot_orders.place(LIMIT),
        "/api/v1/hf/orders",
        "POST",
        f"{{{_LIMIT},{STAMP}}}",
        "spot-placed",
    ),
    "spot place limit": Asked(
        lambda e: e.spot_orders.place_limit(
            client_oid="oid-1",
            symbol="BTC-USDT",
            side=Side.BUY,
            price=D("87000.5"),
            size=D("1E-8"),
            time_in_force=TimeInForce.FOK,
        ),
        "/api/v1/hf/orders",
        "POST",
        f"{{{_LIMIT.replace('GTC', 'FOK')},{STAMP}}}",
        "spot-placed",
    ),
    "spot place market by size": Asked(
        lambda e: e.spot_orders.place_market(client_oid="oid-3", symbol="BTC-USDT", side=Side.SELL, size=D("0.5")),
        "/api/v1/hf/orders",
        "POST",
        f"{{{_MARKET},{STAMP}}}",
        "spot-placed",
    ),
    "spot place market by funds": Asked(
        lambda e: e.spot_orders.place_market(client_oid="oid-1", symbol="BTC-USDT", side=Side.BUY, funds=D("2.5E+2")),
        "/api/v1/hf/orders",
        "POST",
        f'{{"clientOid":"oid-1","symbol":"BTC-USDT","side":"buy","type":"market","funds":"250",{STAMP}}}',
        "spot-placed",
    ),
    "spot test": Asked(
        lambda e: e.spot_orders.test_order(SECOND),
        "/api/v1/hf/orders/test",
        "POST",
        f"{{{_SECOND},{STAMP}}}",
        "spot-placed",
    ),
    "spot batch": Asked(
        lambda e: e.spot_orders.place_batch([LIMIT, SECOND]),
        "/api/v1/hf/orders/multi",
        "POST",
        f'{{"orderList":[{{{_LIMIT},{STAMP}}},{{{_SECOND},{STAMP}}}]}}',
        "spot-batch-placed",
    ),
    "spot amend": Asked(
        lambda e: e.spot_orders.amend(symbol="BTC-USDT", order_id="68f1", price=D("87001"), size=D("0.5")),
        "/api/v1/hf/orders/alter",
        "POST",
        '{"symbol":"BTC-USDT","orderId":"68f1","newPrice":"87001","newSize":"0.5"}',
        "spot-amended",
    ),
    "spot amend by client id": Asked(
        lambda e: e.spot_orders.amend(symbol="BTC-USDT", client_oid="oid-1", size=D("0.5")),
        "/api/v1/hf/orders/alter",
        "POST",
        '{"symbol":"BTC-USDT","clientOid":"oid-1","newSize":"0.5"}',
        "spot-amended",
    ),
    "spot cancel": Asked(
        lambda e: e.spot_orders.cancel(order_id="68f1", symbol="BTC-USDT"),
        "/api/v1/hf/orders/68f1?symbol=BTC-USDT",
        "DELETE",
        payload="spot-cancelled",
    ),
    "spot cancel by client id": Asked(
        lambda e: e.spot_orders.cancel_by_client_oid(client_oid="oid_-1", symbol="BTC-USDT"),
        "/api/v1/hf/orders/client-order/oid_-1?symbol=BTC-USDT",
        "DELETE",
        payload="spot-cancelled-client",
    ),
    "spot cancel part": Asked(
        lambda e: e.spot_orders.cancel_part(order_id="68f1", symbol="BTC-USDT", size=D("0.01")),
        "/api/v1/hf/orders/cancel/68f1?symbol=BTC-USDT&cancelSize=0.01",
        "DELETE",
        payload="spot-cancelled-part",
    ),
    "spot cancel all": Asked(
        lambda e: e.spot_orders.cancel_all(symbol="BTC-USDT"),
        "/api/v1/hf/orders?symbol=BTC-USDT",
        "DELETE",
        payload="cancelled-all",
    ),
    "spot cancel everything": Asked(
        lambda e: e.spot_orders.cancel_everything(),
        "/api/v1/hf/orders/cancelAll",
        "DELETE",
        payload="spot-cancelled-everything",
    ),
    "spot set dead man": Asked(
        lambda e: e.spot_orders.set_dead_man(timeout=30, symbols=["BTC-USDT", "KCS-BTC"]),
        "/api/v1/hf/orders/dead-cancel-all",
        "POST",
        '{"timeout":30,"symbols":"BTC-USDT,KCS-BTC"}',
        "spot-dead-man-set",
    ),
    "spot dead man": Asked(
        lambda e: e.spot_orders.dead_man(), "/api/v1/hf/orders/dead-cancel-all/query", payload="spot-dead-man"
    ),
    "spot order": Asked(
        lambda e: e.spot_orders.order(order_id="68f1", symbol="BTC-USDT"),
        "/api/v1/hf/orders/68f1?symbol=BTC-USDT",
        payload="spot-order",
    ),
    "spot order by client id": Asked(
        lambda e: e.spot_orders.order_by_client_oid(client_oid="oid-1", symbol="BTC-USDT"),
        "/api/v1/hf/orders/client-order/oid-1?symbol=BTC-USDT",
        payload="spot-order",
    ),
    "spot open symbols": Asked(
        lambda e: e.spot_orders.symbols_with_open_orders(),
        "/api/v1/hf/orders/active/symbols",
        payload="spot-open-symbols",
    ),
    "spot open": Asked(
        lambda e: e.spot_orders.open_orders(symbol="BTC-USDT"),
        "/api/v1/hf/orders/active/page?symbol=BTC-USDT&pageNum=1&pageSize=100",
        payload="spot-open",
    ),
    "spot done": Asked(
        lambda e: e.spot_orders.done_orders(symbol="BTC-USDT", side=Side.BUY, start=START, end=END, cursor=7),
        f"/api/v1/hf/orders/done?symbol=BTC-USDT&side=buy&lastId=7&limit=100&{SPAN}",
        payload="spot-done",
    ),
    "spot fills": Asked(
        lambda e: e.spot_orders.fills(symbol="BTC-USDT", order_id="68f1", limit=20),
        "/api/v1/hf/fills?symbol=BTC-USDT&orderId=68f1&limit=20",
        payload="spot-fills",
    ),
    "spot trade fees": Asked(
        lambda e: e.spot_orders.trade_fees(symbols=["BTC-USDT", "PEPE-USDT"]),
        "/api/v1/trade-fees?symbols=BTC-USDT,PEPE-USDT",
        payload="spot-trade-fees",
    ),
    "stop place": Asked(
        lambda e: e.spot_stops.place(MARKET, stop_price=D("80000"), stop=SpotStop.LOSS),
        "/api/v1/stop-order",
        "POST",
        f'{{{_MARKET},"stopPrice":"80000","stop":"loss","tradeType":"TRADE"}}',
        "spot-stop-placed",
    ),
    "stop cancel": Asked(
        lambda e: e.spot_stops.cancel(order_id="vs93"), "/api/v1/stop-order/vs93", "DELETE", payload="cancelled-ids"
    ),
    "stop cancel by client id": Asked(
        lambda e: e.spot_stops.cancel_by_client_oid(client_oid="oid-7", symbol="BTC-USDT"),
        "/api/v1/stop-order/cancelOrderByClientOid?clientOid=oid-7&symbol=BTC-USDT",
        "DELETE",
        payload="spot-stop-cancelled-client",
    ),
    "stop cancel many": Asked(
        lambda e: e.spot_stops.cancel_many(symbol="BTC-USDT", order_ids=["vs93", "vs94"]),
        "/api/v1/stop-order/cancel?symbol=BTC-USDT&tradeType=TRADE&orderIds=vs93,vs94",
        "DELETE",
        payload="cancelled-ids",
    ),
    "stop": Asked(lambda e: e.spot_stops.stop(order_id="vs93"), "/api/v1/stop-order/vs93", payload="spot-stop"),
    "stops by client id": Asked(
        lambda e: e.spot_stops.stops_by_client_oid(client_oid="oid-7", symbol="BTC-USDT"),
        "/api/v1/stop-order/queryOrderByClientOid?clientOid=oid-7&symbol=BTC-USDT",
        payload="spot-stops-by-client",
    ),
    "stops": Asked(
        lambda e: e.spot_stops.stops(symbol="BTC-USDT"),
        "/api/v1/stop-order?symbol=BTC-USDT&tradeType=TRADE&pageSize=500&currentPage=1",
        payload="spot-stops",
    ),
    "oco place": Asked(
        lambda e: e.spot_stops.place_oco(
            client_oid="oid-9",
            symbol="BTC-USDT",
            side=Side.BUY,
            size=D("0.1"),
            price=D(84000),
            stop_price=D(90500),
            limit_price=D(91000),
        ),
        "/api/v3/oco/order",
        "POST",
        '{"clientOid":"oid-9","symbol":"BTC-USDT","side":"buy","price":"84000","size":"0.1","stopPrice":"90500",'
        '"limitPrice":"91000","tradeType":"TRADE"}',
        "spot-stop-placed",
    ),
    "oco cancel": Asked(
        lambda e: e.spot_stops.cancel_oco(order_id="674c"), "/api/v3/oco/order/674c", "DELETE", payload="cancelled-ids"
    ),
    "oco cancel by client id": Asked(
        lambda e: e.spot_stops.cancel_oco_by_client_oid(client_oid="oid-9"),
        "/api/v3/oco/client-order/oid-9",
        "DELETE",
        payload="cancelled-ids",
    ),
    "oco cancel many": Asked(
        lambda e: e.spot_stops.cancel_ocos(order_ids=["674c", "674d"]),
        "/api/v3/oco/orders?orderIds=674c,674d",
        "DELETE",
        payload="cancelled-ids",
    ),
    "oco": Asked(lambda e: e.spot_stops.oco(order_id="674c"), "/api/v3/oco/order/details/674c", payload="spot-oco"),
    "oco by client id": Asked(
        lambda e: e.spot_stops.oco_by_client_oid(client_oid="oid-9"),
        "/api/v3/oco/client-order/oid-9",
        payload="spot-oco-by-client",
    ),
    "ocos": Asked(lambda e: e.spot_stops.ocos(), "/api/v3/oco/orders?pageSize=500&currentPage=1", payload="spot-ocos"),
}

MARGIN: dict[str, Asked] = {
    "margin place": Asked(
        lambda e: e.margin_orders.place(LIMIT, isolated=True, auto_borrow=True),
        "/api/v3/hf/margin/order",
        "POST",
        f'{{{_LIMIT},"isIsolated":true,"autoBorrow":true,"autoRepay":false}}',
        "margin-placed",
    ),
    "margin test": Asked(
        lambda e: e.margin_orders.test_order(MARKET, isolated=False, auto_repay=True),
        "/api/v3/hf/margin/order/test",
        "POST",
        f'{{{_MARKET},"isIsolated":false,"autoBorrow":false,"autoRepay":true}}',
        "margin-placed",
    ),
    "margin cancel": Asked(
        lambda e: e.margin_orders.cancel(order_id="68f1", symbol="BTC-USDT"),
        "/api/v3/hf/margin/orders/68f1?symbol=BTC-USDT",
        "DELETE",
        payload="spot-cancelled",
    ),
    "margin cancel by client id": Asked(
        lambda e: e.margin_orders.cancel_by_client_oid(client_oid="oid-1", symbol="BTC-USDT"),
        "/api/v3/hf/margin/orders/client-order/oid-1?symbol=BTC-USDT",
        "DELETE",
        payload="spot-cancelled-client",
    ),
    "margin cancel all": Asked(
        lambda e: e.margin_orders.cancel_all(symbol="BTC-USDT", trade_type=_ISOLATED),
        "/api/v3/hf/margin/orders?symbol=BTC-USDT&tradeType=MARGIN_ISOLATED_TRADE",
        "DELETE",
        payload="cancelled-all",
    ),
    "margin order": Asked(
        lambda e: e.margin_orders.order(order_id="68f1", symbol="BTC-USDT"),
        "/api/v3/hf/margin/orders/68f1?symbol=BTC-USDT",
        payload="margin-order",
    ),
    "margin order by client id": Asked(
        lambda e: e.margin_orders.order_by_client_oid(client_oid="oid-1", symbol="BTC-USDT"),
        "/api/v3/hf/margin/orders/client-order/oid-1?symbol=BTC-USDT",
        payload="margin-order",
    ),
    "margin open symbols": Asked(
        lambda e: e.margin_orders.symbols_with_open_orders(trade_type=TradeType.MARGIN_TRADE),
        "/api/v3/hf/margin/order/active/symbols?tradeType=MARGIN_TRADE",
        payload="margin-open-symbols",
    ),
    "margin open": Asked(
        lambda e: e.margin_orders.open_orders(symbol="BTC-USDT", trade_type=_ISOLATED),
        "/api/v3/hf/margin/orders/active?symbol=BTC-USDT&tradeType=MARGIN_ISOLATED_TRADE",
        payload="margin-open",
    ),
    "margin done": Asked(
        lambda e: e.margin_orders.done_orders(symbol="BTC-USDT", trade_type=_ISOLATED, start=START, end=END),
        f"/api/v3/hf/margin/orders/done?symbol=BTC-USDT&tradeType=MARGIN_ISOLATED_TRADE&limit=100&{SPAN}",
        payload="margin-done",
    ),
    "margin fills": Asked(
        lambda e: e.margin_orders.fills(symbol="BTC-USDT", trade_type=_ISOLATED, order_id="68f1", cursor=9),
        "/api/v3/hf/margin/fills?symbol=BTC-USDT&tradeType=MARGIN_ISOLATED_TRADE&orderId=68f1&lastId=9&limit=100",
        payload="margin-fills",
    ),
    "margin stop place": Asked(
        lambda e: e.margin_stops.place(MARKET, stop_price=D("80000"), stop=SpotStop.LOSS),
        "/api/v3/hf/margin/stop-order",
        "POST",
        f'{{{_MARKET},"stopPrice":"80000","stop":"loss","tradeType":"MARGIN_TRADE"}}',
        "spot-stop-placed",
    ),
    "margin stop cancel": Asked(
        lambda e: e.margin_stops.cancel(order_id="vs93"),
        "/api/v3/hf/margin/stop-order/cancel-by-id?orderId=vs93",
        "DELETE",
        payload="cancelled-ids",
    ),
    "margin stop cancel many": Asked(
        lambda e: e.margin_stops.cancel_many(symbol="BTC-USDT", order_ids=["vs93", "vs94"]),
        "/api/v3/hf/margin/stop-order/cancel?symbol=BTC-USDT&tradeType=MARGIN_TRADE&orderIds=vs93,vs94",
        "DELETE",
        payload="cancelled-ids",
    ),
    "margin stop": Asked(
        lambda e: e.margin_stops.stop(order_id="vs93"),
        "/api/v3/hf/margin/stop-order/orderId?orderId=vs93",
        payload="spot-stop",
    ),
    "margin stops": Asked(
        lambda e: e.margin_stops.stops(symbol="BTC-USDT"),
        "/api/v3/hf/margin/stop-orders?symbol=BTC-USDT&tradeType=MARGIN_TRADE&pageSize=500&currentPage=1",
        payload="spot-stops",
    ),
    "margin borrowings": Asked(
        lambda e: e.margin.borrowings(currency="USDT", symbol="BTC-USDT", start=START, end=END),
        "/api/v3/margin/borrow?currency=USDT&isIsolated=true&symbol=BTC-USDT&startTime=1789948800000"
        "&endTime=1790035200000&currentPage=1&pageSize=50",
        payload="margin-borrowings",
    ),
    "margin repayments": Asked(
        lambda e: e.margin.repayments(currency="USDT", cursor=2),
        "/api/v3/margin/repay?currency=USDT&isIsolated=false&currentPage=2&pageSize=50",
        payload="margin-repayments",
    ),
    "margin interest": Asked(
        lambda e: e.margin.interest(),
        "/api/v3/margin/interest?isIsolated=false&currentPage=1&pageSize=50",
        payload="margin-interest",
    ),
}
