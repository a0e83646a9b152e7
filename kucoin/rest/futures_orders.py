"""Futures orders: place, cancel, find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from kucoin.errors import ApiError, InvalidRequest
from kucoin.model.order import (
    FeeRate,
    FuturesFill,
    FuturesOrder,
    NewFuturesOrder,
    OpenOrderValue,
    Side,
    StopPriceType,
)
from kucoin.model.page import Page
from kucoin.rest import order_body, paging, parse_order
from kucoin.rest import parse_futures as parse
from kucoin.rest.endpoint import CANCEL_SILENCE, Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.row import row_of
from kucoin.rest.transport import Params, Transport

_act = partial(Endpoint, pool=Pool.FUTURES, private=True, permission="Futures", futures=True, urgency=Urgency.ORDER)
_ask = partial(
    Endpoint, "GET", pool=Pool.FUTURES, private=True, permission="General", futures=True, urgency=Urgency.ORDINARY
)
_poll = partial(Endpoint, "GET", pool=Pool.FUTURES, private=True, permission="General", futures=True)

PLACE = _act("POST", "/api/v1/orders", weight=2)
PLACE_BRACKET = _act("POST", "/api/v1/st-orders", weight=2)
TEST = _act("POST", "/api/v1/orders/test", weight=2)
PLACE_BATCH = _act("POST", "/api/v1/orders/multi", weight=20)
CANCEL = _act("DELETE", "/api/v1/orders/{orderId}", weight=1, silence=CANCEL_SILENCE)
CANCEL_BY_CLIENT_OID = _act("DELETE", "/api/v1/orders/client-order/{clientOid}", weight=1)
CANCEL_MANY = _act("DELETE", "/api/v1/orders/multi-cancel", weight=20)
CANCEL_ALL = _act("DELETE", "/api/v3/orders", weight=10)
CANCEL_STOPS = _act("DELETE", "/api/v1/stopOrders", weight=15)
ORDER = _ask("/api/v1/orders/{orderId}", weight=5)
ORDER_BY_CLIENT_OID = _ask("/api/v1/orders/byClientOid", weight=5)
ORDERS = _poll("/api/v1/orders", weight=2)
STOPS = _poll("/api/v1/stopOrders", weight=6)
RECENT_DONE = _poll("/api/v1/recentDoneOrders", weight=5)
RECENT_FILLS = _poll("/api/v1/recentFills", weight=3)
DONE = _ask("/api/v1/orders", weight=2)
FILLS = _ask("/api/v1/fills", weight=5)
OPEN_VALUE = _ask("/api/v1/openOrderStatistics", weight=10)
TRADE_FEE = _ask("/api/v1/trade-fees", weight=3)

_PAGE_SIZE = 1000


class FuturesOrders:
    """Orders of the futures account. What acts needs a key with Futures, what asks one with General.

    Every method may raise what `Transport.call` raises. KuCoin takes no time limit with these orders, so after an
    OutcomeUnknown an order that is not found may still come: look in `open_orders`, `recent_done` and `recent_fills`
    too.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def place(self, order: NewFuturesOrder) -> str:
        """Place an order, waiting for a price or not, and return KuCoin's id for it.

        Raises:
            InvalidRequest: The order contradicts itself; nothing left.
            DuplicateOrder: An order with its ``client_oid`` lives.
            ApiError: KuCoin refused it.
            OutcomeUnknown: No readable answer; ask for it by ``client_oid``.

        Source: https://www.kucoin.com/docs-new/api-3470235
        """
        return parse_order.order_id(self._transport.call(PLACE, body=order_body.futures(order)))

    def place_bracket(
        self,
        order: NewFuturesOrder,
        *,
        above: Decimal | None = None,
        below: Decimal | None = None,
        price_type: StopPriceType,
    ) -> str:
        """Place an order whose position is closed again when a price is reached; as `place`.

        Args:
            above: Take profit of a long position, stop loss of a short one; in quote currency.
            below: The other of the two. One of them is needed.
            price_type: Which price is watched.

        Source: https://www.kucoin.com/docs-new/api-3470237
        """
        body = order_body.bracket(order, above, below, price_type)
        return parse_order.order_id(self._transport.call(PLACE_BRACKET, body=body))

    def test_order(self, order: NewFuturesOrder) -> None:
        """Have KuCoin check an order without placing it; as `place`.

        Source: https://www.kucoin.com/docs-new/api-3470238
        """
        parse_order.order_id(self._transport.call(TEST, body=order_body.futures(order)))

    def place_batch(self, orders: Sequence[NewFuturesOrder]) -> dict[str, str | ApiError]:
        """Place several orders.

        Returns:
            By ``client_oid``: KuCoin's id, or why that order was refused.

        Raises:
            OutcomeUnknown: No readable answer for all of them; ask for each by ``client_oid``.

        Source: https://www.kucoin.com/docs-new/api-3470236
        """
        client_oids = _several([order.client_oid for order in orders])
        answer = self._transport.call(PLACE_BATCH, body=[order_body.futures(order) for order in orders])
        return parse.placed(answer, client_oids)

    def cancel(self, *, order_id: str) -> tuple[str, ...]:
        """Cancel an order, waiting or not, and return the ids that were cancelled.

        Raises:
            NotCancellable: It is finished or never was.

        Source: https://www.kucoin.com/docs-new/api-3470239
        """
        return parse_order.cancelled_ids(self._transport.call(CANCEL, params={"orderId": order_id}))

    def cancel_by_client_oid(self, *, client_oid: str, symbol: str) -> None:
        """Ask to cancel an order by our own id; as `cancel`.

        Source: https://www.kucoin.com/docs-new/api-3470240
        """
        answer = self._transport.call(CANCEL_BY_CLIENT_OID, params={"clientOid": client_oid, "symbol": symbol})
        parse_order.order_id(answer, "clientOid")

    def cancel_many(self, *, order_ids: Sequence[str]) -> dict[str, ApiError | None]:
        """Cancel the orders named.

        Returns:
            By order id: None, or why that cancel was refused.

        Raises:
            OutcomeUnknown: No readable answer for all of them.

        Source: https://www.kucoin.com/docs-new/api-3470241
        """
        answer = self._transport.call(CANCEL_MANY, body={"orderIdsList": _several(order_ids)})
        return parse.cancelled(answer, "orderId", order_ids)

    def cancel_many_by_client_oid(self, *, client_oids: Sequence[str], symbol: str) -> dict[str, ApiError | None]:
        """Cancel the orders on a contract named by our own ids; as `cancel_many`.

        Source: https://www.kucoin.com/docs-new/api-3470241
        """
        named = [{"symbol": symbol, "clientOid": client_oid} for client_oid in _several(client_oids)]
        return parse.cancelled(
            self._transport.call(CANCEL_MANY, body={"clientOidsList": named}), "clientOid", client_oids
        )

    def cancel_all(self, *, symbol: str) -> tuple[str, ...]:
        """Cancel every order on a contract except those that wait for a price, and return their ids.

        Source: https://www.kucoin.com/docs-new/api-3470242
        """
        return parse_order.cancelled_ids(self._transport.call(CANCEL_ALL, params={"symbol": symbol}))

    def cancel_stops(self, *, symbol: str | None = None) -> tuple[str, ...]:
        """Cancel every order that waits for a price, on one contract or all, and return their ids.

        Source: https://www.kucoin.com/docs-new/api-3470243
        """
        return parse_order.cancelled_ids(self._transport.call(CANCEL_STOPS, params={"symbol": symbol}))

    def order(self, *, order_id: str) -> FuturesOrder:
        """Return an order, waiting or not.

        Raises:
            NotFound: KuCoin knows none.

        Source: https://www.kucoin.com/docs-new/api-3470245
        """
        return parse.order(row_of(self._transport.call(ORDER, params={"orderId": order_id})))

    def order_by_client_oid(self, *, client_oid: str) -> FuturesOrder:
        """Return an order by our own id; as `order`.

        Source: https://www.kucoin.com/docs-new/api-3470352
        """
        return parse.order(row_of(self._transport.call(ORDER_BY_CLIENT_OID, params={"clientOid": client_oid})))

    def open_orders(self, *, symbol: str | None = None) -> tuple[FuturesOrder, ...]:
        """Return every open order, on one contract or all, except those that wait for a price.

        Raises:
            OutcomeUnknown: Also where the list changed each time it was read.

        Source: https://www.kucoin.com/docs-new/api-3470244
        """
        params: Params = {"status": "active", "symbol": symbol, "pageSize": _PAGE_SIZE}
        return paging.whole(
            lambda number: self._transport.call(ORDERS, params={**params, "currentPage": number}), parse.order
        )

    def stops(self, *, symbol: str | None = None) -> tuple[FuturesOrder, ...]:
        """Return every order that waits for a price; as `open_orders`.

        Source: https://www.kucoin.com/docs-new/api-3470247
        """
        params: Params = {"symbol": symbol, "pageSize": _PAGE_SIZE}
        return paging.whole(
            lambda number: self._transport.call(STOPS, params={**params, "currentPage": number}), parse.order
        )

    def done_orders(
        self,
        *,
        symbol: str | None = None,
        side: Side | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 100,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[FuturesOrder]:
        """Return finished orders, newest first.

        Args:
            start: At most 7 days before ``end``; both are aware.
            limit: 1000 at most.
            urgency: BACKGROUND where nobody waits for the answer.

        Source: https://www.kucoin.com/docs-new/api-3470244
        """
        params: Params = {
            "status": "done",
            "symbol": symbol,
            "side": side,
            **paging.span(start, end),
            "currentPage": cursor or 1,
            "pageSize": limit,
        }
        return paging.numbered(
            self._transport.call(replace(DONE, urgency=urgency), params=params), cursor or 1, parse.order
        )

    def recent_done(self, *, symbol: str | None = None) -> tuple[FuturesOrder, ...]:
        """Return the orders finished in the last 24 h, 1000 at most; sooner told than in `done_orders`.

        Source: https://www.kucoin.com/docs-new/api-3470246
        """
        return parse.orders(self._transport.call(RECENT_DONE, params={"symbol": symbol}))

    def recent_fills(self, *, symbol: str | None = None) -> tuple[FuturesFill, ...]:
        """Return the fills of the last 24 h, 1000 at most; sooner told than in `fills`.

        KuCoin's rows of the kind ``cancel``, which were none, are left out.

        Source: https://www.kucoin.com/docs-new/api-3470249
        """
        return parse.fills(self._transport.call(RECENT_FILLS, params={"symbol": symbol}))

    def fills(
        self,
        *,
        symbol: str | None = None,
        order_id: str | None = None,
        side: Side | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 100,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[FuturesFill]:
        """Return fills, newest first, slightly late; those older than 3 months may be gone. As `done_orders`.

        Args:
            urgency: BACKGROUND where nobody waits for the answer.

        Source: https://www.kucoin.com/docs-new/api-3470248
        """
        params: Params = {
            "orderId": order_id,
            "symbol": symbol,
            "side": side,
            **paging.span(start, end),
            "currentPage": cursor or 1,
            "pageSize": limit,
        }
        answer = self._transport.call(replace(FILLS, urgency=urgency), params=params)
        return paging.numbered(answer, cursor or 1, parse.fill)

    def open_value(self, *, symbol: str) -> OpenOrderValue:
        """Return what the open orders on a contract would add.

        Source: https://www.kucoin.com/docs-new/api-3470250
        """
        return parse.open_value(self._transport.call(OPEN_VALUE, params={"symbol": symbol}))

    def trade_fee(self, *, symbol: str) -> FeeRate:
        """Return what trades on a contract cost this account.

        Source: https://www.kucoin.com/docs-new/api-3470151
        """
        return parse_order.fee_rate(row_of(self._transport.call(TRADE_FEE, params={"symbol": symbol})))


def _several(ids: Sequence[str]) -> Sequence[str]:
    """Return ``ids``, at least one and none twice."""
    if not ids:
        raise InvalidRequest("no order is named")
    order_body.refuse_twins(ids)
    return ids
