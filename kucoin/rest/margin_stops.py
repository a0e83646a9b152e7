"""Orders of the cross margin account that wait for a price.

KuCoin lists these calls without saying what they take and give. Only what does not need guessing is here: ids go out in
the query, orders look as they do on spot. How a stop names an isolated account, borrows, or is told by our own id is
not known, nor how a pair of which one cancels the other is placed on margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from kucoin.model.order import NewOrder, TradeType
from kucoin.model.stop_order import SpotStop, StopOrder
from kucoin.rest import order_body, paging
from kucoin.rest import parse_order as parse
from kucoin.rest.endpoint import CANCEL_SILENCE, Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.row import row_of
from kucoin.rest.transport import Params, Transport

_act = partial(Endpoint, pool=Pool.SPOT, private=True, permission="Margin", urgency=Urgency.ORDER)
_ask = partial(Endpoint, "GET", pool=Pool.SPOT, private=True, permission="General", urgency=Urgency.ORDINARY)
_poll = partial(Endpoint, "GET", pool=Pool.SPOT, private=True, permission="General")

PLACE = _act("POST", "/api/v3/hf/margin/stop-order", weight=3)
CANCEL = _act("DELETE", "/api/v3/hf/margin/stop-order/cancel-by-id", weight=3, silence=CANCEL_SILENCE)
CANCEL_MANY = _act("DELETE", "/api/v3/hf/margin/stop-order/cancel", weight=3)
STOP = _ask("/api/v3/hf/margin/stop-order/orderId", weight=3)
STOPS = _poll("/api/v3/hf/margin/stop-orders", weight=8)

_PAGE_SIZE = 500


class MarginStops:
    """Waiting orders of the cross account. What acts needs a key with Margin, what asks one with General.

    Every method may raise what `Transport.call` raises. KuCoin takes no time limit with these orders, so after an
    OutcomeUnknown an order that is not among `stops` may still come. Money is frozen only when they trigger.
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
            OutcomeUnknown: No readable answer; look for its ``client_oid`` among `stops`.
        """
        body = order_body.spot(order) | {"stopPrice": order_body.amount("stop price", stop_price)}
        if stop is not None:
            body["stop"] = stop
        return parse.order_id(self._transport.call(PLACE, body={**body, "tradeType": TradeType.MARGIN_TRADE}))

    def cancel(self, *, order_id: str) -> tuple[str, ...]:
        """Cancel a waiting order and return the ids that were cancelled."""
        return parse.cancelled_ids(self._transport.call(CANCEL, params={"orderId": order_id}))

    def cancel_many(self, *, symbol: str | None = None, order_ids: Sequence[str] = ()) -> tuple[str, ...]:
        """Cancel the cross account's waiting orders, all of them or those named, and return their ids."""
        params = {"symbol": symbol, "tradeType": TradeType.MARGIN_TRADE, "orderIds": ",".join(order_ids) or None}
        return parse.cancelled_ids(self._transport.call(CANCEL_MANY, params=params))

    def stop(self, *, order_id: str) -> StopOrder:
        """Return a waiting order.

        Raises:
            NotFound: KuCoin knows none.
        """
        return parse.stop_order(row_of(self._transport.call(STOP, params={"orderId": order_id})))

    def stops(self, *, symbol: str | None = None) -> tuple[StopOrder, ...]:
        """Return every waiting order of the cross account, on one pair or all.

        Raises:
            OutcomeUnknown: Also where the list changed each time it was read.
        """
        params: Params = {"symbol": symbol, "tradeType": TradeType.MARGIN_TRADE, "pageSize": _PAGE_SIZE}
        return paging.whole(
            lambda number: self._transport.call(STOPS, params={**params, "currentPage": number}), parse.stop_order
        )
