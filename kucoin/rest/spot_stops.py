"""Spot orders that wait for a price, alone or in pairs of which one cancels the other."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from kucoin.model.order import NewOrder, Side, TradeType
from kucoin.model.stop_order import OcoOrder, SpotStop, StopOrder
from kucoin.rest import order_body, paging
from kucoin.rest import parse_order as parse
from kucoin.rest.endpoint import CANCEL_SILENCE, Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.row import row_of, rows_of
from kucoin.rest.transport import Params, Transport

_act = partial(Endpoint, pool=Pool.SPOT, private=True, permission="Spot", urgency=Urgency.ORDER)
_ask = partial(Endpoint, "GET", pool=Pool.SPOT, private=True, permission="General", urgency=Urgency.ORDINARY)
_poll = partial(Endpoint, "GET", pool=Pool.SPOT, private=True, permission="General")

PLACE = _act("POST", "/api/v1/stop-order", weight=1)
CANCEL = _act("DELETE", "/api/v1/stop-order/{orderId}", weight=3, silence=CANCEL_SILENCE)
CANCEL_BY_CLIENT_OID = _act("DELETE", "/api/v1/stop-order/cancelOrderByClientOid", weight=5)
CANCEL_MANY = _act("DELETE", "/api/v1/stop-order/cancel", weight=3)
STOP = _ask("/api/v1/stop-order/{orderId}", weight=3)
STOPS_BY_CLIENT_OID = _ask("/api/v1/stop-order/queryOrderByClientOid", weight=3)
STOPS = _poll("/api/v1/stop-order", weight=8)
PLACE_OCO = _act("POST", "/api/v3/oco/order", weight=2)
CANCEL_OCO = _act("DELETE", "/api/v3/oco/order/{orderId}", weight=3, silence=CANCEL_SILENCE)
CANCEL_OCO_BY_CLIENT_OID = _act("DELETE", "/api/v3/oco/client-order/{clientOid}", weight=3)
CANCEL_OCOS = _act("DELETE", "/api/v3/oco/orders", weight=3)
OCO = _ask("/api/v3/oco/order/details/{orderId}", weight=2)
OCO_BY_CLIENT_OID = _ask("/api/v3/oco/client-order/{clientOid}", weight=2)
OCOS = _poll("/api/v3/oco/orders", weight=2)

_PAGE_SIZE = 500


class SpotStops:
    """Waiting orders of the spot account. What acts needs a key with Spot, what asks one with General.

    Every method may raise what `Transport.call` raises. KuCoin takes no time limit with these orders, so after an
    OutcomeUnknown an order that is not found may still come. Money is frozen only when they trigger.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def place(self, order: NewOrder, *, stop_price: Decimal, stop: SpotStop | None = None) -> str:
        """Place an order that waits for ``stop_price`` and return KuCoin's id for it, until then.

        Args:
            stop: From which side the price comes; KuCoin goes by the present price where None.

        Raises:
            InvalidRequest: The order contradicts itself; nothing left.
            ApiError: KuCoin refused it.
            OutcomeUnknown: No readable answer; ask for it by ``client_oid``.

        Source: https://www.kucoin.com/docs-new/api-3470334
        """
        body = order_body.spot(order) | {"stopPrice": order_body.amount("stop price", stop_price)}
        if stop is not None:
            body["stop"] = stop
        return parse.order_id(self._transport.call(PLACE, body={**body, "tradeType": TradeType.TRADE}))

    def cancel(self, *, order_id: str) -> tuple[str, ...]:
        """Cancel a waiting order and return the ids that were cancelled.

        Source: https://www.kucoin.com/docs-new/api-3470335
        """
        return parse.cancelled_ids(self._transport.call(CANCEL, params={"orderId": order_id}))

    def cancel_by_client_oid(self, *, client_oid: str, symbol: str | None = None) -> str:
        """Cancel a waiting order by our own id and return KuCoin's.

        Source: https://www.kucoin.com/docs-new/api-3470336
        """
        params = {"clientOid": client_oid, "symbol": symbol}
        return parse.order_id(self._transport.call(CANCEL_BY_CLIENT_OID, params=params), "cancelledOrderId")

    def cancel_many(self, *, symbol: str | None = None, order_ids: Sequence[str] = ()) -> tuple[str, ...]:
        """Cancel the spot account's waiting orders, all of them or those named, and return their ids.

        Source: https://www.kucoin.com/docs-new/api-3470337
        """
        params = {"symbol": symbol, "tradeType": TradeType.TRADE, "orderIds": ",".join(order_ids) or None}
        return parse.cancelled_ids(self._transport.call(CANCEL_MANY, params=params))

    def stop(self, *, order_id: str) -> StopOrder:
        """Return a waiting order.

        Raises:
            NotFound: KuCoin knows none.

        Source: https://www.kucoin.com/docs-new/api-3470339
        """
        return parse.stop_order(row_of(self._transport.call(STOP, params={"orderId": order_id})))

    def stops_by_client_oid(self, *, client_oid: str, symbol: str | None = None) -> tuple[StopOrder, ...]:
        """Return the waiting orders with our own id: none, one, or more where the id was used again.

        Source: https://www.kucoin.com/docs-new/api-3470340
        """
        params = {"clientOid": client_oid, "symbol": symbol}
        return tuple(map(parse.stop_order, rows_of(self._transport.call(STOPS_BY_CLIENT_OID, params=params))))

    def stops(self, *, symbol: str | None = None) -> tuple[StopOrder, ...]:
        """Return every waiting order of the spot account, on one pair or all.

        Raises:
            OutcomeUnknown: Also where the list changed each time it was read.

        Source: https://www.kucoin.com/docs-new/api-3470338
        """
        params: Params = {"symbol": symbol, "tradeType": TradeType.TRADE, "pageSize": _PAGE_SIZE}
        return paging.whole(
            lambda number: self._transport.call(STOPS, params={**params, "currentPage": number}), parse.stop_order
        )

    def place_oco(
        self,
        *,
        client_oid: str,
        symbol: str,
        side: Side,
        size: Decimal,
        price: Decimal,
        stop_price: Decimal,
        limit_price: Decimal,
    ) -> str:
        """Place a limit order beside a stop order, of which one cancels the other, and return the pair's id.

        Args:
            size: In base currency, of each.
            price: Of the limit order, in quote currency.
            stop_price: What the stop order waits for.
            limit_price: Of the stop order, once it has triggered.

        Raises:
            As `place`.

        Source: https://www.kucoin.com/docs-new/api-3470353
        """
        body = {
            "clientOid": order_body.own_id(client_oid),
            "symbol": symbol,
            "side": side,
            "price": order_body.amount("price", price),
            "size": order_body.amount("size", size),
            "stopPrice": order_body.amount("stop price", stop_price),
            "limitPrice": order_body.amount("limit price", limit_price),
            "tradeType": TradeType.TRADE,
        }
        return parse.order_id(self._transport.call(PLACE_OCO, body=body))

    def cancel_oco(self, *, order_id: str) -> tuple[str, ...]:
        """Cancel a pair and return the ids of its two orders.

        Source: https://www.kucoin.com/docs-new/api-3470354
        """
        return parse.cancelled_ids(self._transport.call(CANCEL_OCO, params={"orderId": order_id}))

    def cancel_oco_by_client_oid(self, *, client_oid: str) -> tuple[str, ...]:
        """Cancel a pair by our own id; as `cancel_oco`.

        Source: https://www.kucoin.com/docs-new/api-3470355
        """
        return parse.cancelled_ids(self._transport.call(CANCEL_OCO_BY_CLIENT_OID, params={"clientOid": client_oid}))

    def cancel_ocos(self, *, symbol: str | None = None, order_ids: Sequence[str] = ()) -> tuple[str, ...]:
        """Cancel pairs, all of them or those named, and return the ids of their orders.

        Source: https://www.kucoin.com/docs-new/api-3470356
        """
        params = {"symbol": symbol, "orderIds": ",".join(order_ids) or None}
        return parse.cancelled_ids(self._transport.call(CANCEL_OCOS, params=params))

    def oco(self, *, order_id: str) -> OcoOrder:
        """Return a pair with its two orders.

        Source: https://www.kucoin.com/docs-new/api-3470359
        """
        return parse.oco_with_legs(self._transport.call(OCO, params={"orderId": order_id}))

    def oco_by_client_oid(self, *, client_oid: str) -> OcoOrder:
        """Return a pair by our own id, without its orders.

        Source: https://www.kucoin.com/docs-new/api-3470358
        """
        return parse.oco_order(row_of(self._transport.call(OCO_BY_CLIENT_OID, params={"clientOid": client_oid})))

    def ocos(self, *, symbol: str | None = None) -> tuple[OcoOrder, ...]:
        """Return every pair, on one pair of currencies or all, without their orders.

        Raises:
            OutcomeUnknown: Also where the list changed each time it was read.

        Source: https://www.kucoin.com/docs-new/api-3470360
        """
        params: Params = {"symbol": symbol, "pageSize": _PAGE_SIZE}
        return paging.whole(
            lambda number: self._transport.call(OCOS, params={**params, "currentPage": number}), parse.oco_order
        )
