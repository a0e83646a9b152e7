"""Whether and how a working order can be amended, and what has to be known of it for that."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from kucoin.desk import facts, order_nets
from kucoin.desk.order_state import AnyOrder, SpotOrderState
from kucoin.desk.orders import Orders
from kucoin.desk.trading import Trading
from kucoin.errors import InvalidRequest, OutcomeUnknown
from kucoin.model.order import OrderType, TradeType
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import SpotTicket, Ticket
from kucoin.rest.client import Exchange

AMEND, ANEW = "amend", "cancel and new"
_ELSEWHERE = (
    "It was placed elsewhere, and KuCoin does not tell all that it was placed with: cancel it, and place another."
)


class Way(NamedTuple):
    """How an order is amended, `AMEND` or `ANEW`, on which symbol; None where it is not, and ``why`` says why."""

    how: str | None
    symbol: str = ""
    why: str = ""


class AmendWays:
    """Finds the way. Only `ticket` and `filled` wait for anything.

    Args:
        ours: Whether an order was placed by this dashboard, by our id for it; None while that is not known.
    """

    def __init__(
        self, trading: Trading, orders: Orders, exchange: Exchange, ours: Callable[[str | None], bool | None]
    ) -> None:
        self._trading = trading
        self._orders = orders
        self._exchange = exchange
        self._ours = ours

    def of(self, order_id: str) -> Way:
        """Return the way for an order, waiting or not, by what is known of it."""
        order, stop = self.live(order_id), self._orders.stop(order_id)
        if order is not None and order.open:
            return self._open(order)
        if stop is None or not stop.alive:
            return Way(None, why="It is not in the market any more." if order or stop else "It is not known here.")
        if not stop.futures and stop.stop is not None and stop.stop not in set(SpotStop):
            return Way(None, why="It is one of a pair of which one cancels the other: cancel it, and place another.")
        if self._trading.ticket_of(order_id) is None and self._ours(stop.client_oid) is False:
            return Way(None, why=_ELSEWHERE)
        return Way(ANEW, stop.symbol)

    def _open(self, order: AnyOrder) -> Way:
        if order.type is OrderType.MARKET:
            return Way(None, why="An order at the market has nothing to change.")
        if order.price is None or order.size is None or order.type is None:
            return Way(None, why="Its price and size are not read yet.")
        if isinstance(order, SpotOrderState):
            if order.trade_type is None:
                return Way(None, why="The account that it is of is not read yet.")
            if order.trade_type is TradeType.TRADE:
                return Way(AMEND, order.symbol)
        if not order.ours and self._ours(order.client_oid) is False:
            return Way(None, why=_ELSEWHERE)
        return Way(ANEW, order.symbol)

    def live(self, order_id: str) -> AnyOrder | None:
        """Return the order that was or is in the market, or that which a waiting one became; None if there is none."""
        order = self._orders.order(self._orders.triggered(order_id) or order_id)
        return order if order is not None and order.status is not None else None

    def ticket(self, order_id: str) -> Ticket:
        """Return the ticket of an order, of whichever day.

        Raises:
            InvalidRequest: It was not placed here.
            JournalError: The journal cannot be read.
        """
        if (ticket := self._trading.ticket_of(order_id)) is not None:
            return ticket
        known = self._orders.order(order_id) or self._orders.stop(order_id)
        placed = self._trading.recall(known.client_oid) if known is not None and known.client_oid else None
        if placed is None:
            raise InvalidRequest(_ELSEWHERE)
        return placed.ticket

    def filled(self, order_id: str, ticket: Ticket) -> Decimal:
        """Have the exchange say how much was filled of an order that has ended.

        Raises:
            KucoinError: It could not be read.
            OutcomeUnknown: Also where the exchange does not say that it has ended.
        """
        order_id = self._orders.triggered(order_id) or order_id
        if isinstance(ticket, SpotTicket):
            found = order_nets.ask_spot(self._exchange, order_id, ticket.symbol, ticket.trade_type)
        else:
            found = facts.answered_futures(self._exchange.futures_orders.order(order_id=order_id))
        self._orders.told(found)
        known = self._orders.order(order_id)
        if known is None or not found.over:
            raise OutcomeUnknown("the exchange does not say yet that it has ended")
        return Decimal(known.filled_size)
