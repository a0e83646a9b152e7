"""Orders that wait for a price: what is proven of them, joined as the facts of other orders are."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from kucoin.desk.facts import lots_in
from kucoin.model.feed_private import StopChange
from kucoin.model.order import FuturesOrder, Lots, OrderType, PositionSide, Side
from kucoin.model.stop_order import StopOrder
from kucoin.model.ticket import SpotTicket, Ticket

_ENDS = frozenset({"triggered", "cancel", "canceled", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """An order that waits for a price, or waited; what is not known is None.

    Attributes:
        stop: KuCoin's word for what it waits for: up or down on futures; entry, loss or one of a pair's on spot.
        stop_price_type: Which price it watches, futures only: TP (last trade), MP (mark) or IP (index).
        price: Of the order that it becomes; None of a market order.
        size: In base currency, of a spot order; ``funds`` in quote currency in its place; ``lots`` of a futures order.
        account: The account that pays, in KuCoin's word, spot only: TRADE, MARGIN_TRADE, MARGIN_ISOLATED_TRADE.
        triggered: It became an order, or failed to.
        error: Why it failed, in KuCoin's words.
        position_side: Which position it is about, futures only; pushes do not tell.
    """

    order_id: str
    symbol: str
    side: Side
    futures: bool
    client_oid: str | None = None
    type: OrderType | None = None
    account: str | None = None
    stop: str | None = None
    stop_price: Decimal | None = None
    stop_price_type: str | None = None
    price: Decimal | None = None
    size: Decimal | None = None
    funds: Decimal | None = None
    lots: Lots | None = None
    seen: bool = False
    ended: bool = False
    triggered: bool = False
    error: str | None = None
    created_at: datetime | None = None
    position_side: PositionSide | None = None

    @property
    def alive(self) -> bool:
        """Whether it waits, as far as anybody has said."""
        return self.seen and not self.ended

    @property
    def vital(self) -> bool:
        """What a push must have told."""
        return self.alive

    @property
    def weight(self) -> int:
        """None has a fill: what it becomes is another order."""
        return 0

    @property
    def lacks(self) -> bool:
        """Nothing can be missing."""
        return False

    def joined(self, other: Stop) -> Stop:
        """Return what both prove together; it does not matter which of them was there first."""
        return Stop(**{name: getattr(self, name) or getattr(other, name) for name in _NAMES})


_NAMES = tuple(field.name for field in fields(Stop))


def placed(ticket: Ticket, order_id: str) -> Stop | None:
    """Return what it proves that a ticket was accepted which waits for a price; None of every other ticket.

    Nor of one that closes a whole position: only the exchange knows its side.
    """
    if isinstance(ticket, SpotTicket):
        spot, trigger = ticket.order, ticket.trigger
        if trigger is None:
            return None
        return Stop(
            order_id=order_id,
            symbol=spot.symbol,
            side=spot.side,
            futures=False,
            client_oid=spot.client_oid,
            type=spot.type,
            account=ticket.trade_type,
            stop=trigger.stop,
            stop_price=trigger.price,
            price=spot.price,
            size=spot.size,
            funds=spot.funds,
            seen=True,
        )
    order = ticket.order
    if order.stop is None or order.side is None:
        return None
    return Stop(
        order_id=order_id,
        symbol=order.symbol,
        side=order.side,
        futures=True,
        client_oid=order.client_oid,
        type=order.type,
        stop=order.stop.direction,
        stop_price=order.stop.price,
        stop_price_type=order.stop.price_type,
        price=order.price,
        lots=order.size,
        seen=True,
        position_side=order.position_side,
    )


def pushed(change: StopChange) -> Stop:
    """Return what a push proves.

    Raises:
        ValueError: A size on futures is no number of lots; the text names it.
    """
    return Stop(
        order_id=change.order_id,
        symbol=change.symbol,
        side=change.side,
        futures=change.futures,
        account=None if change.futures else change.trade_type,
        stop=change.stop or None,
        stop_price=change.stop_price,
        stop_price_type=change.stop_price_type,
        price=change.order_price or None,
        size=None if change.futures else change.size or None,
        lots=lots_in(change.size) if change.futures and change.size else None,
        seen=True,
        ended=change.kind in _ENDS,
        triggered=change.kind == "triggered",
        error=change.error,
    )


def answered(order: StopOrder) -> Stop:
    """Return what a waiting order of the spot account proves that was asked for, alone or in a list."""
    return Stop(
        order_id=order.order_id,
        symbol=order.symbol,
        side=order.side,
        futures=False,
        client_oid=order.client_oid,
        type=order.type,
        account=order.trade_type,
        stop=order.stop,
        stop_price=order.stop_price,
        price=order.price or order.limit_price,
        size=order.size,
        funds=order.funds,
        seen=True,
        ended=order.status != "NEW",
        triggered=order.status == "TRIGGERED",
        created_at=order.created_at,
    )


def answered_futures(order: FuturesOrder) -> Stop:
    """Return what a futures order with a stop proves that was asked for, alone or in a list."""
    triggered = bool(order.stop_triggered)
    return Stop(
        order_id=order.order_id,
        symbol=order.symbol,
        side=order.side,
        futures=True,
        client_oid=order.client_oid,
        type=order.type,
        stop=order.stop,
        stop_price=order.stop_price,
        stop_price_type=order.stop_price_type,
        price=order.price,
        lots=order.size,
        seen=True,
        ended=triggered or not order.active,
        triggered=triggered,
        created_at=order.created_at,
        position_side=order.position_side,
    )
