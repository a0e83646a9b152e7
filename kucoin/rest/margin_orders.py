"""Orders of the cross and isolated margin accounts. A trade type says which of the two is meant.

Those that wait for a price are in `margin_stops`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from kucoin.model.order import Fill, MarginPlaced, NewOrder, Order, Side, TradeType
from kucoin.model.page import Page
from kucoin.rest import order_body, paging
from kucoin.rest import parse_order as parse
from kucoin.rest.endpoint import CANCEL_SILENCE, Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.row import row_of, rows_of
from kucoin.rest.transport import Fields, Params, Transport

_act = partial(Endpoint, pool=Pool.SPOT, private=True, permission="Margin", urgency=Urgency.ORDER)
_ask = partial(Endpoint, "GET", pool=Pool.SPOT, private=True, permission="General", urgency=Urgency.ORDINARY)
_poll = partial(Endpoint, "GET", pool=Pool.SPOT, private=True, permission="General")

PLACE = _act("POST", "/api/v3/hf/margin/order", weight=2)
TEST = _act("POST", "/api/v3/hf/margin/order/test", weight=2)
CANCEL = _act("DELETE", "/api/v3/hf/margin/orders/{orderId}", weight=2, silence=CANCEL_SILENCE)
CANCEL_BY_CLIENT_OID = _act("DELETE", "/api/v3/hf/margin/orders/client-order/{clientOid}", weight=2)
CANCEL_ALL = _act("DELETE", "/api/v3/hf/margin/orders", weight=5)
ORDER = _ask("/api/v3/hf/margin/orders/{orderId}", weight=5)
ORDER_BY_CLIENT_OID = _ask("/api/v3/hf/margin/orders/client-order/{clientOid}", weight=5)
OPEN_SYMBOLS = _poll("/api/v3/hf/margin/order/active/symbols", weight=4, permission="Margin")
OPEN = _poll("/api/v3/hf/margin/orders/active", weight=4)
DONE = _ask("/api/v3/hf/margin/orders/done", weight=10)
FILLS = _ask("/api/v3/hf/margin/fills", weight=5)


class MarginOrders:
    """Orders of the margin accounts. What acts needs a key with Margin, what asks one with General.

    Every method may raise what `Transport.call` raises. KuCoin takes no time limit with these orders, so after an
    OutcomeUnknown an order that is not found may still come.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def place(
        self, order: NewOrder, *, isolated: bool, auto_borrow: bool = False, auto_repay: bool = False
    ) -> MarginPlaced:
        """Place an order.

        Args:
            isolated: Whether the pair's own account pays, or the cross account.
            auto_borrow: Borrow what is missing, at interest.
            auto_repay: Pay debts with what comes in.

        Raises:
            InvalidRequest: The order contradicts itself; nothing left.
            DuplicateOrder: An order with its ``client_oid`` lives.
            ApiError: KuCoin refused it.
            OutcomeUnknown: No readable answer; ask for it by ``client_oid``.

        Source: https://www.kucoin.com/docs-new/api-3470204
        """
        body = _body(order, isolated=isolated, auto_borrow=auto_borrow, auto_repay=auto_repay)
        return parse.margin_placed(self._transport.call(PLACE, body=body))

    def test_order(
        self, order: NewOrder, *, isolated: bool, auto_borrow: bool = False, auto_repay: bool = False
    ) -> None:
        """Have KuCoin check an order without placing it; as `place`.

        Source: https://www.kucoin.com/docs-new/api-3470205
        """
        body = _body(order, isolated=isolated, auto_borrow=auto_borrow, auto_repay=auto_repay)
        parse.margin_placed(self._transport.call(TEST, body=body))

    def cancel(self, *, order_id: str, symbol: str) -> None:
        """Ask to cancel an order; that it is gone, only a look at it tells.

        Raises:
            NotFound: It is finished or never was.

        Source: https://www.kucoin.com/docs-new/api-3470195
        """
        parse.order_id(self._transport.call(CANCEL, params={"orderId": order_id, "symbol": symbol}))

    def cancel_by_client_oid(self, *, client_oid: str, symbol: str) -> None:
        """Ask to cancel an order by our own id; as `cancel`.

        Source: https://www.kucoin.com/docs-new/api-3470201
        """
        answer = self._transport.call(CANCEL_BY_CLIENT_OID, params={"clientOid": client_oid, "symbol": symbol})
        parse.order_id(answer, "clientOid")

    def cancel_all(self, *, symbol: str, trade_type: TradeType) -> None:
        """Ask to cancel every order on a pair in one of the margin accounts.

        Source: https://www.kucoin.com/docs-new/api-3470197
        """
        parse.done(self._transport.call(CANCEL_ALL, params={"symbol": symbol, "tradeType": trade_type}), "success")

    def order(self, *, order_id: str, symbol: str) -> Order:
        """Return an order.

        Raises:
            NotFound: KuCoin knows none.

        Source: https://www.kucoin.com/docs-new/api-3470202
        """
        return parse.order(row_of(self._transport.call(ORDER, params={"orderId": order_id, "symbol": symbol})))

    def order_by_client_oid(self, *, client_oid: str, symbol: str) -> Order:
        """Return an order by our own id; as `order`.

        Source: https://www.kucoin.com/docs-new/api-3470203
        """
        params = {"clientOid": client_oid, "symbol": symbol}
        return parse.order(row_of(self._transport.call(ORDER_BY_CLIENT_OID, params=params)))

    def symbols_with_open_orders(self, *, trade_type: TradeType) -> tuple[str, ...]:
        """Return the pairs with open orders in one of the margin accounts.

        Source: https://www.kucoin.com/docs-new/api-3470196
        """
        return parse.symbols(self._transport.call(OPEN_SYMBOLS, params={"tradeType": trade_type}))

    def open_orders(self, *, symbol: str, trade_type: TradeType) -> tuple[Order, ...]:
        """Return every open order on a pair in one of the margin accounts.

        Source: https://www.kucoin.com/docs-new/api-3470198
        """
        answer = self._transport.call(OPEN, params={"symbol": symbol, "tradeType": trade_type})
        return tuple(map(parse.order, rows_of(answer)))

    def done_orders(
        self,
        *,
        symbol: str,
        trade_type: TradeType,
        side: Side | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 100,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[Order]:
        """Return finished orders on a pair in one of the margin accounts, newest first.

        Args:
            start: At most 7 days before ``end``; both are aware. The last 24 h where neither is given.
            limit: 100 at most.
            urgency: BACKGROUND where nobody waits for the answer.

        Source: https://www.kucoin.com/docs-new/api-3470199
        """
        params: Params = {
            "symbol": symbol,
            "tradeType": trade_type,
            "side": side,
            "lastId": cursor,
            "limit": limit,
            **paging.span(start, end),
        }
        return paging.by_last_id(self._transport.call(replace(DONE, urgency=urgency), params=params), parse.order)

    def fills(
        self,
        *,
        symbol: str,
        trade_type: TradeType,
        order_id: str | None = None,
        side: Side | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 100,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[Fill]:
        """Return fills on a pair, of one order if one is given; as `done_orders`.

        Source: https://www.kucoin.com/docs-new/api-3470200
        """
        params: Params = {
            "symbol": symbol,
            "tradeType": trade_type,
            "orderId": order_id,
            "side": side,
            "lastId": cursor,
            "limit": limit,
            **paging.span(start, end),
        }
        return paging.by_last_id(self._transport.call(replace(FILLS, urgency=urgency), params=params), parse.fill)


def _body(order: NewOrder, *, isolated: bool, auto_borrow: bool, auto_repay: bool) -> Fields:
    return {**order_body.spot(order), "isIsolated": isolated, "autoBorrow": auto_borrow, "autoRepay": auto_repay}
