"""Spot orders: place, change, cancel, find. Those that wait for a price are in `spot_stops`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from kucoin.errors import ApiError, InvalidRequest
from kucoin.model.order import (
    CancelledAll,
    DeadMan,
    FeeRate,
    Fill,
    NewOrder,
    Order,
    OrderType,
    Side,
    TimeInForce,
)
from kucoin.model.page import Page
from kucoin.rest import order_body, paging
from kucoin.rest import parse_order as parse
from kucoin.rest.endpoint import CANCEL_SILENCE, Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.row import row_of
from kucoin.rest.transport import Params, Transport

_act = partial(Endpoint, pool=Pool.SPOT, private=True, permission="Spot", urgency=Urgency.ORDER)
_ask = partial(Endpoint, "GET", pool=Pool.SPOT, private=True, permission="General", urgency=Urgency.ORDINARY)
_poll = partial(Endpoint, "GET", pool=Pool.SPOT, private=True, permission="General")

PLACE = _act("POST", "/api/v1/hf/orders", weight=1, stamped=True)
TEST = _act("POST", "/api/v1/hf/orders/test", weight=1, stamped=True)
PLACE_BATCH = _act("POST", "/api/v1/hf/orders/multi", weight=1, stamped=True)
AMEND = _act("POST", "/api/v1/hf/orders/alter", weight=1)
CANCEL = _act("DELETE", "/api/v1/hf/orders/{orderId}", weight=1, silence=CANCEL_SILENCE)
CANCEL_BY_CLIENT_OID = _act("DELETE", "/api/v1/hf/orders/client-order/{clientOid}", weight=1)
CANCEL_PART = _act("DELETE", "/api/v1/hf/orders/cancel/{orderId}", weight=2)
CANCEL_ALL = _act("DELETE", "/api/v1/hf/orders", weight=2)
CANCEL_EVERYTHING = _act("DELETE", "/api/v1/hf/orders/cancelAll", weight=30)
SET_DEAD_MAN = _act("POST", "/api/v1/hf/orders/dead-cancel-all", weight=2, silence=CANCEL_SILENCE)
DEAD_MAN = _ask("/api/v1/hf/orders/dead-cancel-all/query", weight=2, permission="Spot")
ORDER = _ask("/api/v1/hf/orders/{orderId}", weight=2)
ORDER_BY_CLIENT_OID = _ask("/api/v1/hf/orders/client-order/{clientOid}", weight=2)
OPEN_SYMBOLS = _poll("/api/v1/hf/orders/active/symbols", weight=2, permission="Spot")
OPEN = _poll("/api/v1/hf/orders/active/page", weight=2)
DONE = _ask("/api/v1/hf/orders/done", weight=2)
FILLS = _ask("/api/v1/hf/fills", weight=2)
TRADE_FEES = _ask("/api/v1/trade-fees", weight=3)

_PAGE_SIZE = 100


class SpotOrders:
    """Orders of the spot account. What acts needs a key with Spot, what asks one with General.

    Every method may raise what `Transport.call` raises. A placed order carries a time limit of 5 s to arrive: one that
    is not found 10 s after an OutcomeUnknown was never accepted.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def place(self, order: NewOrder) -> str:
        """Place an order and return KuCoin's id for it.

        Raises:
            InvalidRequest: The order contradicts itself; nothing left.
            DuplicateOrder: An order with its ``client_oid`` lives.
            ApiError: KuCoin refused it.
            OutcomeUnknown: No readable answer; ask for it by ``client_oid``.

        Source: https://www.kucoin.com/docs-new/api-3470188
        """
        return parse.order_id(self._transport.call(PLACE, body=order_body.spot(order)))

    def place_limit(
        self,
        *,
        client_oid: str,
        symbol: str,
        side: Side,
        price: Decimal,
        size: Decimal,
        time_in_force: TimeInForce = TimeInForce.GTC,
        post_only: bool = False,
    ) -> str:
        """Place a limit order; as `place`.

        Args:
            price: In quote currency, a multiple of the pair's ``price_increment``.
            size: In base currency, a multiple of ``base_increment``.
        """
        order = NewOrder(
            client_oid=client_oid,
            symbol=symbol,
            side=side,
            type=OrderType.LIMIT,
            price=price,
            size=size,
            time_in_force=time_in_force,
            post_only=post_only,
        )
        return self.place(order)

    def place_market(
        self, *, client_oid: str, symbol: str, side: Side, size: Decimal | None = None, funds: Decimal | None = None
    ) -> str:
        """Place a market order; as `place`.

        Args:
            size: In base currency, a multiple of the pair's ``base_increment``. Either this or ``funds``.
            funds: In quote currency, a multiple of ``quote_increment``.
        """
        order = NewOrder(client_oid=client_oid, symbol=symbol, side=side, type=OrderType.MARKET, size=size, funds=funds)
        return self.place(order)

    def test_order(self, order: NewOrder) -> None:
        """Have KuCoin check an order without placing it; as `place`.

        Source: https://www.kucoin.com/docs-new/api-3470187
        """
        parse.order_id(self._transport.call(TEST, body=order_body.spot(order)))

    def place_batch(self, orders: Sequence[NewOrder]) -> dict[str, str | ApiError]:
        """Place one to five limit orders of one pair.

        Returns:
            By ``client_oid``: KuCoin's id, or why that order was refused.

        Raises:
            OutcomeUnknown: No readable answer for all of them; ask for each by ``client_oid``.

        Source: https://www.kucoin.com/docs-new/api-3470168
        """
        answer = self._transport.call(PLACE_BATCH, body={"orderList": order_body.batch(orders)})
        return parse.placed(answer, [order.client_oid for order in orders])

    def amend(
        self,
        *,
        symbol: str,
        order_id: str | None = None,
        client_oid: str | None = None,
        price: Decimal | None = None,
        size: Decimal | None = None,
    ) -> str:
        """Cancel an order and place it anew with another price or size, and return the new order's id.

        Its place in the queue is lost, its ``client_oid`` stays. Where ``size`` is below what is filled, it just ends.

        Source: https://www.kucoin.com/docs-new/api-3470171
        """
        if (order_id is None) is (client_oid is None) or (price is None and size is None):
            raise InvalidRequest(f"changing an order on {symbol} takes one of its ids, and a price or size")
        body = {"symbol": symbol}
        if order_id is not None:
            body["orderId"] = order_id
        if client_oid is not None:
            body["clientOid"] = client_oid
        if price is not None:
            body["newPrice"] = order_body.amount("price", price)
        if size is not None:
            body["newSize"] = order_body.amount("size", size)
        return parse.order_id(self._transport.call(AMEND, body=body), "newOrderId")

    def cancel(self, *, order_id: str, symbol: str) -> None:
        """Ask to cancel an order; that it is gone, only a look at it tells.

        Raises:
            NotCancellable: It is finished or never was.

        Source: https://www.kucoin.com/docs-new/api-3470174
        """
        parse.order_id(self._transport.call(CANCEL, params={"orderId": order_id, "symbol": symbol}))

    def cancel_by_client_oid(self, *, client_oid: str, symbol: str) -> None:
        """Ask to cancel an order by our own id; as `cancel`.

        Source: https://www.kucoin.com/docs-new/api-3470184
        """
        answer = self._transport.call(CANCEL_BY_CLIENT_OID, params={"clientOid": client_oid, "symbol": symbol})
        parse.order_id(answer, "clientOid")

    def cancel_part(self, *, order_id: str, symbol: str, size: Decimal) -> None:
        """Take ``size`` in base currency off an order, which keeps its place in the queue; as `cancel`.

        Source: https://www.kucoin.com/docs-new/api-3470183
        """
        params = {"orderId": order_id, "symbol": symbol, "cancelSize": order_body.amount("size", size)}
        parse.order_id(self._transport.call(CANCEL_PART, params=params))

    def cancel_all(self, *, symbol: str) -> None:
        """Ask to cancel every order on a pair.

        Source: https://www.kucoin.com/docs-new/api-3470175
        """
        parse.done(self._transport.call(CANCEL_ALL, params={"symbol": symbol}), "success")

    def cancel_everything(self) -> CancelledAll:
        """Cancel every order on every pair, and return where that failed.

        Source: https://www.kucoin.com/docs-new/api-3470176
        """
        return parse.cancelled_all(self._transport.call(CANCEL_EVERYTHING))

    def set_dead_man(self, *, timeout: int | None, symbols: Sequence[str] = ()) -> datetime | None:
        """Have orders cancelled unless this is called again in time, and return when they will be.

        Args:
            timeout: 5 to 86400 s; None takes the switch back.
            symbols: 50 at most; all pairs where empty.

        Raises:
            InvalidRequest: Outside these bounds.

        Source: https://www.kucoin.com/docs-new/api-3470173
        """
        if timeout is not None and not 5 <= timeout <= 86400:
            raise InvalidRequest(f"timeout {timeout} is not 5 to 86400 s")
        if len(symbols) > 50:
            raise InvalidRequest(f"{len(symbols)} symbols are more than 50")
        body: dict[str, str | int] = {"timeout": -1 if timeout is None else timeout}
        if symbols:
            body["symbols"] = ",".join(symbols)
        answer = self._transport.call(SET_DEAD_MAN, body=body)
        return None if timeout is None else row_of(answer).moment("triggerTime")  # taken back, it tells nothing

    def dead_man(self) -> DeadMan | None:
        """Return the dead-man switch, None where it is not set.

        Source: https://www.kucoin.com/docs-new/api-3470172
        """
        return parse.dead_man(self._transport.call(DEAD_MAN))

    def order(self, *, order_id: str, symbol: str) -> Order:
        """Return an order.

        Raises:
            NotFound: KuCoin knows none.

        Source: https://www.kucoin.com/docs-new/api-3470181
        """
        return parse.order(row_of(self._transport.call(ORDER, params={"orderId": order_id, "symbol": symbol})))

    def order_by_client_oid(self, *, client_oid: str, symbol: str) -> Order:
        """Return an order by our own id; as `order`.

        Source: https://www.kucoin.com/docs-new/api-3470182
        """
        params = {"clientOid": client_oid, "symbol": symbol}
        return parse.order(row_of(self._transport.call(ORDER_BY_CLIENT_OID, params=params)))

    def symbols_with_open_orders(self) -> tuple[str, ...]:
        """Return the pairs with open orders: there is no call for the open orders of all pairs.

        Source: https://www.kucoin.com/docs-new/api-3470177
        """
        return parse.symbols(self._transport.call(OPEN_SYMBOLS))

    def open_orders(self, *, symbol: str) -> tuple[Order, ...]:
        """Return every open order on a pair.

        Raises:
            OutcomeUnknown: Also where the list changed each time it was read.

        Source: https://www.kucoin.com/docs-new/api-3471591
        """
        return paging.whole(
            lambda number: self._transport.call(
                OPEN, params={"symbol": symbol, "pageNum": number, "pageSize": _PAGE_SIZE}
            ),
            parse.order,
        )

    def done_orders(
        self,
        *,
        symbol: str,
        side: Side | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = _PAGE_SIZE,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[Order]:
        """Return finished orders on a pair, newest first: those that filled in the last 7 days, others in the last 2.

        Args:
            start: At most 7 days before ``end``; both are aware. The last 24 h where neither is given.
            limit: 100 at most.
            urgency: BACKGROUND where nobody waits for the answer.

        Source: https://www.kucoin.com/docs-new/api-3470179
        """
        params: Params = {"symbol": symbol, "side": side, "lastId": cursor, "limit": limit, **paging.span(start, end)}
        return paging.by_last_id(self._transport.call(replace(DONE, urgency=urgency), params=params), parse.order)

    def fills(
        self,
        *,
        symbol: str,
        order_id: str | None = None,
        side: Side | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = _PAGE_SIZE,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[Fill]:
        """Return fills of the last 7 days on a pair, of one order if one is given; as `done_orders`.

        Source: https://www.kucoin.com/docs-new/api-3470180
        """
        params: Params = {
            "symbol": symbol,
            "orderId": order_id,
            "side": side,
            "lastId": cursor,
            "limit": limit,
            **paging.span(start, end),
        }
        return paging.by_last_id(self._transport.call(replace(FILLS, urgency=urgency), params=params), parse.fill)

    def trade_fees(self, *, symbols: Sequence[str]) -> tuple[FeeRate, ...]:
        """Return what trades on up to 10 pairs cost this account.

        Raises:
            InvalidRequest: None or more of them.

        Source: https://www.kucoin.com/docs-new/api-3470150
        """
        if not 1 <= len(symbols) <= 10:
            raise InvalidRequest(f"{len(symbols)} symbols are not 1 to 10")
        return parse.fee_rates(self._transport.call(TRADE_FEES, params={"symbols": ",".join(symbols)}))
