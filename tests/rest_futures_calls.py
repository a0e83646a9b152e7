"""The same for futures orders, positions and money that moved."""

from __future__ import annotations

from kucoin.model.ledger import Direction, TransferType, Wallet
from kucoin.model.order import (
    FuturesStop,
    Lots,
    MarginMode,
    NewFuturesOrder,
    OrderType,
    PositionSide,
    Side,
    StopDirection,
    StopPriceType,
    Stp,
)
from kucoin.model.position import PositionMode
from tests.rest_order_calls import END, SPAN, START, Asked, D

OPEN = NewFuturesOrder(
    client_oid="oid-1",
    symbol="XBTUSDTM",
    type=OrderType.LIMIT,
    side=Side.BUY,
    size=Lots(12),
    price=D("86000.1"),
    leverage=3,
    margin_mode=MarginMode.ISOLATED,
    position_side=PositionSide.LONG,
    post_only=True,
    stp=Stp.CO,
)
REDUCE = NewFuturesOrder(
    client_oid="oid-3",
    symbol="XBTUSDTM",
    type=OrderType.MARKET,
    side=Side.SELL,
    size=Lots(2),
    margin_mode=MarginMode.CROSS,
    reduce_only=True,
)
CLOSE = NewFuturesOrder(
    client_oid="oid-2",
    symbol="XBTUSDTM",
    type=OrderType.MARKET,
    margin_mode=MarginMode.CROSS,
    close_order=True,
    stop=FuturesStop(direction=StopDirection.DOWN, price=D("78500"), price_type=StopPriceType.MP),
)
_OPEN = (
    '"clientOid":"oid-1","symbol":"XBTUSDTM","type":"limit","side":"buy","size":12,"price":"86000.1",'
    '"timeInForce":"GTC","postOnly":true,"marginMode":"ISOLATED","positionSide":"LONG","leverage":3,"stp":"CO"'
)
_REDUCE = (
    '"clientOid":"oid-3","symbol":"XBTUSDTM","type":"market","side":"sell","size":2,"marginMode":"CROSS",'
    '"reduceOnly":true'
)
_CLOSE = (
    '"clientOid":"oid-2","symbol":"XBTUSDTM","type":"market","closeOrder":true,"marginMode":"CROSS",'
    '"stop":"down","stopPrice":"78500","stopPriceType":"MP"'
)

ORDERS: dict[str, Asked] = {
    "futures place": Asked(
        lambda e: e.futures_orders.place(OPEN), "/api/v1/orders", "POST", f"{{{_OPEN}}}", "futures-placed"
    ),
    "futures place reduce": Asked(
        lambda e: e.futures_orders.place(REDUCE), "/api/v1/orders", "POST", f"{{{_REDUCE}}}", "futures-placed"
    ),
    "futures place close": Asked(
        lambda e: e.futures_orders.place(CLOSE), "/api/v1/orders", "POST", f"{{{_CLOSE}}}", "futures-placed"
    ),
    "futures place bracket": Asked(
        lambda e: e.futures_orders.place_bracket(OPEN, above=D("90000.1"), below=D(80000), price_type=StopPriceType.TP),
        "/api/v1/st-orders",
        "POST",
        f'{{{_OPEN},"triggerStopUpPrice":"90000.1","triggerStopDownPrice":"80000","stopPriceType":"TP"}}',
        "futures-placed",
    ),
    "futures test": Asked(
        lambda e: e.futures_orders.test_order(CLOSE), "/api/v1/orders/test", "POST", f"{{{_CLOSE}}}", "futures-placed"
    ),
    "futures batch": Asked(
        lambda e: e.futures_orders.place_batch([OPEN, CLOSE]),
        "/api/v1/orders/multi",
        "POST",
        f"[{{{_OPEN}}},{{{_CLOSE}}}]",
        "futures-batch-placed",
    ),
    "futures cancel": Asked(
        lambda e: e.futures_orders.cancel(order_id="2504"), "/api/v1/orders/2504", "DELETE", payload="cancelled-ids"
    ),
    "futures cancel by client id": Asked(
        lambda e: e.futures_orders.cancel_by_client_oid(client_oid="oid-1", symbol="XBTUSDTM"),
        "/api/v1/orders/client-order/oid-1?symbol=XBTUSDTM",
        "DELETE",
        payload="futures-cancelled-client",
    ),
    "futures cancel many": Asked(
        lambda e: e.futures_orders.cancel_many(order_ids=["250444645610336256", "250444645610336257"]),
        "/api/v1/orders/multi-cancel",
        "DELETE",
        '{"orderIdsList":["250444645610336256","250444645610336257"]}',
        "futures-cancelled-many",
    ),
    "futures cancel many by client id": Asked(
        lambda e: e.futures_orders.cancel_many_by_client_oid(client_oids=["oid-1", "oid-2"], symbol="XBTUSDTM"),
        "/api/v1/orders/multi-cancel",
        "DELETE",
        '{"clientOidsList":[{"symbol":"XBTUSDTM","clientOid":"oid-1"},{"symbol":"XBTUSDTM","clientOid":"oid-2"}]}',
        "futures-cancelled-many-client",
    ),
    "futures cancel all": Asked(
        lambda e: e.futures_orders.cancel_all(symbol="XBTUSDTM"),
        "/api/v3/orders?symbol=XBTUSDTM",
        "DELETE",
        payload="cancelled-ids",
    ),
    "futures cancel stops": Asked(
        lambda e: e.futures_orders.cancel_stops(), "/api/v1/stopOrders", "DELETE", payload="cancelled-ids"
    ),
    "futures order": Asked(
        lambda e: e.futures_orders.order(order_id="2504"), "/api/v1/orders/2504", payload="futures-order"
    ),
    "futures order by client id": Asked(
        lambda e: e.futures_orders.order_by_client_oid(client_oid="oid-1"),
        "/api/v1/orders/byClientOid?clientOid=oid-1",
        payload="futures-order",
    ),
    "futures open": Asked(
        lambda e: e.futures_orders.open_orders(symbol="XBTUSDTM"),
        "/api/v1/orders?status=active&symbol=XBTUSDTM&pageSize=1000&currentPage=1",
        payload="futures-open",
    ),
    "futures stops": Asked(
        lambda e: e.futures_orders.stops(), "/api/v1/stopOrders?pageSize=1000&currentPage=1", payload="futures-stops"
    ),
    "futures done": Asked(
        lambda e: e.futures_orders.done_orders(symbol="XBTUSDTM", side=Side.SELL, start=START, end=END),
        f"/api/v1/orders?status=done&symbol=XBTUSDTM&side=sell&{SPAN}&currentPage=1&pageSize=100",
        payload="futures-done",
    ),
    "futures recent done": Asked(
        lambda e: e.futures_orders.recent_done(symbol="XBTUSDTM"),
        "/api/v1/recentDoneOrders?symbol=XBTUSDTM",
        payload="futures-recent-done",
    ),
    "futures recent fills": Asked(
        lambda e: e.futures_orders.recent_fills(), "/api/v1/recentFills", payload="futures-recent-fills"
    ),
    "futures fills": Asked(
        lambda e: e.futures_orders.fills(order_id="2504", cursor=3),
        "/api/v1/fills?orderId=2504&currentPage=3&pageSize=100",
        payload="futures-fills",
    ),
    "futures open value": Asked(
        lambda e: e.futures_orders.open_value(symbol="XBTUSDTM"),
        "/api/v1/openOrderStatistics?symbol=XBTUSDTM",
        payload="futures-open-value",
    ),
    "futures trade fee": Asked(
        lambda e: e.futures_orders.trade_fee(symbol="XBTUSDTM"),
        "/api/v1/trade-fees?symbol=XBTUSDTM",
        payload="futures-trade-fee",
    ),
}

POSITIONS: dict[str, Asked] = {
    "position mode": Asked(
        lambda e: e.futures_positions.position_mode(),
        "/api/v2/position/getPositionMode",
        payload="futures-position-mode",
    ),
    "switch position mode": Asked(
        lambda e: e.futures_positions.switch_position_mode(mode=PositionMode.HEDGE),
        "/api/v2/position/switchPositionMode",
        "POST",
        '{"positionMode":"1"}',
        "futures-position-mode",
    ),
    "margin mode": Asked(
        lambda e: e.futures_positions.margin_mode(symbol="XBTUSDTM"),
        "/api/v2/position/getMarginMode?symbol=XBTUSDTM",
        payload="futures-margin-mode",
    ),
    "switch margin mode": Asked(
        lambda e: e.futures_positions.switch_margin_mode(symbol="XBTUSDTM", mode=MarginMode.CROSS),
        "/api/v2/position/changeMarginMode",
        "POST",
        '{"symbol":"XBTUSDTM","marginMode":"CROSS"}',
        "futures-margin-mode",
    ),
    "cross leverage": Asked(
        lambda e: e.futures_positions.cross_leverage(symbol="XBTUSDTM"),
        "/api/v2/getCrossUserLeverage?symbol=XBTUSDTM",
        payload="futures-cross-leverage",
    ),
    "set cross leverage": Asked(
        lambda e: e.futures_positions.set_cross_leverage(symbol="XBTUSDTM", leverage=D("12.5")),
        "/api/v2/changeCrossUserLeverage",
        "POST",
        '{"symbol":"XBTUSDTM","leverage":"12.5"}',
        "futures-done-true",
    ),
    "max open size": Asked(
        lambda e: e.futures_positions.max_open_size(symbol="XBTUSDTM", price=D("87000"), leverage=5),
        "/api/v2/getMaxOpenSize?symbol=XBTUSDTM&price=87000&leverage=5",
        payload="futures-max-open-size",
    ),
    "add margin": Asked(
        lambda e: e.futures_positions.add_margin(symbol="XBTUSDTM", margin=D("1.0E-7"), client_id="biz-1"),
        "/api/v1/position/margin/deposit-margin",
        "POST",
        '{"symbol":"XBTUSDTM","margin":0.00000010,"bizNo":"biz-1"}',
        "futures-margin-added",
    ),
    "remove margin": Asked(
        lambda e: e.futures_positions.remove_margin(symbol="XBTUSDTM", margin=D("21.5")),
        "/api/v1/margin/withdrawMargin",
        "POST",
        '{"symbol":"XBTUSDTM","withdrawAmount":"21.5"}',
        "futures-margin-sum",
    ),
    "most removable margin": Asked(
        lambda e: e.futures_positions.most_removable_margin(symbol="XBTUSDTM"),
        "/api/v1/margin/maxWithdrawMargin?symbol=XBTUSDTM",
        payload="futures-margin-sum",
    ),
    "risk tiers": Asked(
        lambda e: e.futures_positions.risk_tiers(symbol="XBTUSDTM"),
        "/api/v1/contracts/risk-limit/XBTUSDTM",
        payload="futures-risk-tiers",
    ),
    "change risk tier": Asked(
        lambda e: e.futures_positions.change_risk_tier(symbol="XBTUSDTM", level=2),
        "/api/v1/position/risk-limit-level/change",
        "POST",
        '{"symbol":"XBTUSDTM","level":2}',
        "futures-done-true",
    ),
    "closed positions": Asked(
        lambda e: e.futures_positions.closed_positions(symbol="XBTUSDTM", start=START, end=END, cursor=1),
        "/api/v1/history-positions?symbol=XBTUSDTM&from=1789948800000&to=1790035200000&limit=100&pageId=1",
        payload="futures-closed-positions",
    ),
    "funding payments": Asked(
        lambda e: e.futures_positions.funding_payments(symbol="XBTUSDTM", start=START, end=END, cursor=5),
        f"/api/v1/funding-history?symbol=XBTUSDTM&{SPAN}&offset=5&maxCount=100",
        payload="futures-funding-payments",
    ),
    "funding rates": Asked(
        lambda e: e.futures_positions.funding_rates(symbol="XBTUSDTM", start=START, end=END),
        "/api/v1/contract/funding-rates?symbol=XBTUSDTM&from=1789948800000&to=1790035200000",
        payload="futures-funding-rates",
        private=False,
    ),
}

MONEY: dict[str, Asked] = {
    "ledger of funding": Asked(
        lambda e: e.ledgers.funding(currencies=["USDT", "BTC"], direction=Direction.OUT, business="TRANSFER"),
        "/api/v1/accounts/ledgers?currency=USDT,BTC&direction=out&bizType=TRANSFER&currentPage=1&pageSize=100",
        payload="ledger-funding",
    ),
    "ledger of spot": Asked(
        lambda e: e.ledgers.spot(start=START, end=END, cursor=4),
        f"/api/v1/hf/accounts/ledgers?{SPAN}&lastId=4&limit=100",
        payload="ledger-spot",
    ),
    "ledger of margin": Asked(
        lambda e: e.ledgers.margin(currencies=["USDT"]),
        "/api/v3/hf/margin/account/ledgers?currency=USDT&limit=100",
        payload="ledger-margin",
    ),
    "ledger of futures": Asked(
        lambda e: e.ledgers.futures(currency="USDT", kind="RealisedPNL", cursor=6),
        "/api/v1/transaction-history?currency=USDT&type=RealisedPNL&offset=6&maxCount=50",
        payload="ledger-futures",
    ),
    "transferable": Asked(
        lambda e: e.transfers.transferable(currency="USDT", wallet=Wallet.ISOLATED, symbol="BTC-USDT"),
        "/api/v1/accounts/transferable?currency=USDT&type=ISOLATED&tag=BTC-USDT",
        payload="transferable",
    ),
    "transfer": Asked(
        lambda e: e.transfers.transfer(
            client_oid="oid-1", currency="USDT", amount=D("0.10"), source=Wallet.MAIN, target=Wallet.CONTRACT
        ),
        "/api/v3/accounts/universal-transfer",
        "POST",
        '{"clientOid":"oid-1","type":"INTERNAL","currency":"USDT","amount":"0.10","fromAccountType":"MAIN",'
        '"toAccountType":"CONTRACT"}',
        "transferred",
    ),
    "transfer from a sub-account": Asked(
        lambda e: e.transfers.transfer(
            client_oid="oid-1",
            currency="USDT",
            amount=D(5),
            source=Wallet.ISOLATED,
            source_symbol="BTC-USDT",
            target=Wallet.TRADE,
            kind=TransferType.SUB_TO_PARENT,
            sub_user_id="63743f07",
        ),
        "/api/v3/accounts/universal-transfer",
        "POST",
        '{"clientOid":"oid-1","type":"SUB_TO_PARENT","currency":"USDT","amount":"5","fromAccountType":"ISOLATED",'
        '"toAccountType":"TRADE","fromAccountTag":"BTC-USDT","fromUserId":"63743f07"}',
        "transferred",
    ),
    "deposits": Asked(
        lambda e: e.transfers.deposits(currency="USDT", start=START, end=END),
        f"/api/v1/deposits?currency=USDT&{SPAN}&currentPage=1&pageSize=50",
        payload="deposits",
    ),
    "withdrawals": Asked(
        lambda e: e.transfers.withdrawals(), "/api/v1/withdrawals?currentPage=1&pageSize=50", payload="withdrawals"
    ),
}
