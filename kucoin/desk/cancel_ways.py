"""How each kind of order is cancelled, how it is looked at, and what is said of what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from kucoin.desk import facts, order_nets, stops
from kucoin.desk.order_state import AnyOrder, SpotOrderState
from kucoin.desk.orders import Orders
from kucoin.desk.stops import Stop
from kucoin.desk.triggered import became_at, waiting_at
from kucoin.errors import NotCancellable, NotFound
from kucoin.model.cancellation import CancelState
from kucoin.model.order import OrderStatus, TradeType
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import SpotTicket, Ticket
from kucoin.rest.client import Exchange


class Verdict(NamedTuple):
    """What became of an order, and a sentence about it."""

    state: CancelState
    words: str


@dataclass(frozen=True, slots=True)
class Way:
    """How one order is cancelled, and how it is looked at.

    Attributes:
        cancel: Asks for it, once. Raises a KucoinError.
        look: Asks about it and has the orders learn it; returns what became of it, None while it lives. Raises a
            KucoinError, NotFound where the exchange knows no such order.
    """

    symbol: str
    cancel: Callable[[], object]
    look: Callable[[], Verdict | None]


class Ways:
    """Finds the way for an order id, from what is known of it. Nothing here waits but what a `Way` does.

    Args:
        ticket_of: The ticket that was accepted under an id; None where this desk placed none such.
    """

    def __init__(self, exchange: Exchange, orders: Orders, ticket_of: Callable[[str], Ticket | None]) -> None:
        self._exchange = exchange
        self._orders = orders
        self._ticket_of = ticket_of

    def of(self, order_id: str) -> Way | None:
        """Return the way for an order, or a waiting one, or a pair; None where nobody has told of such an id.

        Of a waiting one that triggered it is the way for the order that it became.
        """
        order_id = self._orders.triggered(order_id) or order_id
        if (order := self._orders.order(order_id)) is not None:
            if isinstance(order, SpotOrderState):
                return self._order(order_id, order.symbol, order.trade_type)
            return self._futures(order_id, order.symbol)
        if (stop := self._orders.stop(order_id)) is not None:
            return self._stop(stop)
        ticket = self._ticket_of(order_id)
        return None if ticket is None else self._placed(order_id, ticket)

    def verdict(self, order_id: str) -> Verdict | None:
        """Return what became of an order as far as it is known without asking; None while it may live."""
        became = self._orders.triggered(order_id)
        order = self._orders.order(became or order_id)
        if order is not None:
            if order.open or order.status is None:
                return None
            verdict = _of_order(order)
            return verdict if became is None else verdict._replace(words=f"Its price was reached. {verdict.words}")
        stop = self._orders.stop(order_id)
        if stop is None or not stop.ended:
            return None
        if not stop.triggered:
            return Verdict(CancelState.CANCELLED, "Cancelled before its price was reached.")
        if stop.error is not None:
            return Verdict(CancelState.GONE, f"Its price was reached, but no order came of it: {stop.error}")
        return None

    def _placed(self, order_id: str, ticket: Ticket) -> Way:
        """Return the way of what only our own ticket tells of."""
        if not isinstance(ticket, SpotTicket):
            return self._futures(order_id, ticket.symbol)
        if ticket.oco is not None:
            return self._pair(order_id, ticket.symbol)
        return self._order(order_id, ticket.symbol, ticket.trade_type)

    def _order(self, order_id: str, symbol: str, trade_type: TradeType | None) -> Way:
        spot, margin = self._exchange.spot_orders, self._exchange.margin_orders
        named = {"order_id": order_id, "symbol": symbol}

        def cancel() -> None:
            """Ask the account that it is of; pushes do not tell which."""
            try:
                if trade_type in {None, TradeType.TRADE}:
                    return spot.cancel(**named)
            except (NotCancellable, NotFound):
                if trade_type is not None:
                    raise
            return margin.cancel(**named)

        def look() -> Verdict | None:
            self._orders.told(order_nets.ask_spot(self._exchange, order_id, symbol, trade_type))
            return self.verdict(order_id)

        return Way(symbol, cancel, look)

    def _futures(self, order_id: str, symbol: str) -> Way:
        """Return the way of futures: waiting or not, an order has one id."""
        orders = self._exchange.futures_orders

        def look() -> Verdict | None:
            found = orders.order(order_id=order_id)
            if found.stop is not None:
                self._orders.told(stops.answered_futures(found))
            if found.stop is None or found.stop_triggered:
                self._orders.told(facts.answered_futures(found))
            return self.verdict(order_id)

        return Way(symbol, partial(orders.cancel, order_id=order_id), look)

    def _stop(self, stop: Stop) -> Way:
        if stop.futures:
            return self._futures(stop.order_id, stop.symbol)

        def look() -> Verdict | None:
            found = waiting_at(self._exchange, stop)
            self._orders.told(found)
            whole = self._orders.stop(stop.order_id) or found
            if whole.triggered and whole.error is None and self._orders.triggered(stop.order_id) is None:
                self._orders.told(became_at(self._exchange, whole))
            return self.verdict(stop.order_id)

        return Way(stop.symbol, partial(self._cancel_stop, stop), look)

    def _cancel_stop(self, stop: Stop) -> None:
        if stop.account not in {None, TradeType.TRADE}:
            self._exchange.margin_stops.cancel(order_id=stop.order_id)
        elif stop.stop in set(SpotStop):
            self._exchange.spot_stops.cancel(order_id=stop.order_id)
        elif pair := self._pair_with(stop):
            self._exchange.spot_stops.cancel_oco(order_id=pair)
        else:
            self._exchange.spot_stops.cancel(order_id=stop.order_id)

    def _pair_with(self, stop: Stop) -> str | None:
        """Return the id of the pair that a waiting order is one of; None where it is of none that waits."""
        known = self._exchange.spot_stops
        waiting = [pair.order_id for pair in known.ocos(symbol=stop.symbol) if pair.status == "NEW"]
        for pair_id in waiting:
            if any(leg.order_id == stop.order_id for leg in known.oco(order_id=pair_id).legs):
                return pair_id
        return None

    def _pair(self, order_id: str, symbol: str) -> Way:
        known = self._exchange.spot_stops

        def look() -> Verdict | None:
            return _of_pair(known.oco(order_id=order_id).status)

        return Way(symbol, partial(known.cancel_oco, order_id=order_id), look)


def _of_pair(status: str) -> Verdict | None:
    if status == "NEW":
        return None
    if status == "CANCELLED":
        return Verdict(CancelState.CANCELLED, "Both of the pair are cancelled.")
    return Verdict(CancelState.GONE, "A price was reached: one of the pair had become an order, the other had ended.")


def _of_order(order: AnyOrder) -> Verdict:
    if order.status is OrderStatus.FILLED:
        return Verdict(CancelState.FILLED, "It was filled before the cancel came.")
    if order.status is OrderStatus.PARTIALLY_CANCELLED:
        whole = "" if order.size is None else f" of {order.size:f}"
        return Verdict(CancelState.PARTLY_FILLED, f"{order.filled_size:f}{whole} was filled, the rest is cancelled.")
    return Verdict(CancelState.CANCELLED, "Cancelled, nothing of it was filled.")
