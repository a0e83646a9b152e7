"""What became of an accepted order: whether it is over, and how, after all that is known of it or can be asked."""

from __future__ import annotations

from kucoin.desk import facts, stops
from kucoin.desk.facts import Facts
from kucoin.desk.orders import Orders
from kucoin.desk.stops import Stop
from kucoin.desk.triggered import became_at
from kucoin.errors import NotFound
from kucoin.model.order import TradeType
from kucoin.model.stop_order import OcoOrder
from kucoin.model.ticket import FuturesTicket, Placement, SpotTicket
from kucoin.rest.client import Exchange

GONE = "gone: the exchange knows it no more"
_PAIR_ENDS = {"DONE": "done", "CANCELLED": "cancelled"}


def id_of(placement: Placement) -> str:
    """Return KuCoin's id of an accepted order."""
    if placement.order_id is None:
        raise ValueError(f"order {placement.ticket.client_oid} is not known to be on the exchange")
    return placement.order_id


def is_pair(placement: Placement) -> bool:
    """Say whether it is a pair of orders of which one cancels the other."""
    return isinstance(placement.ticket, SpotTicket) and placement.ticket.oco is not None


def is_known(orders: Orders, placement: Placement) -> bool:
    """Say whether it is known where an accepted order is in its life, which is never the case of a pair.

    Its fills alone do not tell.
    """
    order, stop = orders.order(id_of(placement)), orders.stop(id_of(placement))
    told = stop is not None and (stop.alive or stop.ended)
    return told or (order is not None and order.status is not None)


def end(orders: Orders, placement: Placement) -> str | None:
    """Return how an accepted order ended, in words such as ``cancelled``; None while it lives, and where nobody said.

    An order that waited for a price has ended once it triggered: what it became is another one, even under its id.
    Where its answer was lost, that other one may be all that is known of it.
    """
    order_id = id_of(placement)
    stop = orders.stop(order_id)
    if stop is not None:
        return _end_of_stop(orders, stop) if stop.ended else None
    order = orders.order(order_id)
    return None if order is None or order.open or order.status is None else str(order.status)


def end_of_pair(pair: OcoOrder | None) -> str | None:
    """Return how a pair ended; as `end`."""
    return None if pair is None else _PAIR_ENDS.get(pair.status)


def asked(exchange: Exchange, placement: Placement) -> list[Facts | Stop]:
    """Ask for an accepted order, and for what it became; not for a pair.

    Raises:
        NotFound: The exchange knows none.
        KucoinError: It cannot be asked.
    """
    ticket, order_id = placement.ticket, id_of(placement)
    if isinstance(ticket, FuturesTicket):
        order = exchange.futures_orders.order(order_id=order_id)
        if not ticket.waits:
            return [facts.answered_futures(order)]
        stop = stops.answered_futures(order)
        return [stop, facts.answered_futures(order)] if stop.triggered else [stop]
    spot = ticket.trade_type is TradeType.TRADE
    ask = exchange.spot_orders.order if spot else exchange.margin_orders.order
    if not ticket.waits:
        return [facts.answered(ask(order_id=order_id, symbol=ticket.symbol))]
    try:
        stop = stops.answered((exchange.spot_stops.stop if spot else exchange.margin_stops.stop)(order_id=order_id))
    except NotFound:
        return [facts.answered(ask(order_id=order_id, symbol=ticket.symbol))]
    return [stop, *_became(exchange, stop)]


def _became(exchange: Exchange, stop: Stop) -> list[Facts]:
    """Ask for the order that a triggered one became; it may have failed to become any."""
    if not stop.triggered:
        return []
    try:
        return [became_at(exchange, stop)]
    except NotFound:
        return []


def _end_of_stop(orders: Orders, stop: Stop) -> str:
    if stop.error is not None:
        return f"triggered and failed ({stop.error})"
    if not stop.triggered:
        return "cancelled"
    order_id = orders.triggered(stop.order_id)
    return "triggered" if order_id is None else f"triggered and became order {order_id}"
