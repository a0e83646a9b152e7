"""Where an order is looked for whose outcome is unknown: every source that KuCoin has for its kind.

Nothing here acts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from kucoin.desk import facts, stops
from kucoin.desk.facts import Facts
from kucoin.desk.stops import Stop
from kucoin.errors import NotFound, OutcomeUnknown
from kucoin.model.order import FuturesOrder, Order, OrderStatus, TradeType
from kucoin.model.stop_order import OcoOrder, StopOrder
from kucoin.model.ticket import FuturesTicket, SpotTicket, Ticket
from kucoin.rest.client import Exchange

_SLACK = timedelta(minutes=1)  # that our clock and KuCoin's may differ
_LISTED = timedelta(days=6, hours=23)  # that KuCoin's lists of finished orders reach back, at most


T = TypeVar("T", Order, FuturesOrder, StopOrder, OcoOrder)

Found = Order | FuturesOrder | StopOrder | OcoOrder
_Source = Callable[[], Iterable[Found]]


def windowed(ticket: Ticket) -> bool:
    """Say whether KuCoin refuses the order of ``ticket`` once it is late, so that "not found" can become proof.

    Only plain orders of the spot account carry a time limit.
    """
    return (
        isinstance(ticket, SpotTicket)
        and ticket.trade_type is TradeType.TRADE
        and not ticket.waits
        and ticket.amends is None
    )


def find(exchange: Exchange, ticket: Ticket, *, handed_at: datetime, now: datetime, everywhere: bool) -> Found | None:
    """Ask for the order of ``ticket`` and return it; None where every source asked knows none.

    Args:
        handed_at: When the ticket was handed to the desk: it was sent after that.
        everywhere: Ask for its own id, and go through the lists besides: only then is None worth something.

    Raises:
        KucoinError: A source could not be asked or read, so that nothing is known.
    """
    since = max(handed_at - _SLACK, now - _LISTED)
    for number, source in enumerate(_sources(exchange, ticket, since)):
        if number and not everywhere:
            break
        try:
            found = next((order for order in source() if order.client_oid == ticket.client_oid), None)
        except NotFound:
            continue
        if found is not None:
            return found
    return None


class Amended(NamedTuple):
    """What is found of an amend: the new order, or that none can come any more."""

    order: Order | None
    in_vain: bool


def find_amended(exchange: Exchange, ticket: SpotTicket, *, handed_at: datetime, now: datetime) -> Amended:
    """Ask what became of changing an order: the old one first, and only where it has ended for one in its place.

    The new one keeps the old one's client id, so it is told by its price and by not having come before the old one.
    Where that has no such id the new one cannot be found, and only where it was wholly filled it is sure to be none.

    Raises:
        KucoinError: A source could not be asked or read, so that nothing is known.
    """
    amends, old_id, orders, symbol = ticket.amends, ticket.replaces, exchange.spot_orders, ticket.symbol
    if amends is None or old_id is None:
        raise ValueError(f"order {ticket.client_oid} changes none")
    old = orders.order(order_id=old_id, symbol=symbol)
    if old.active:
        return Amended(None, in_vain=False)
    named = amends.client_oid
    if named is None or old.created_at is None:
        return Amended(None, in_vain=old.status is OrderStatus.FILLED)
    since = max(handed_at - _SLACK, now - _LISTED)
    sources: tuple[_Source, ...] = (
        lambda: [orders.order_by_client_oid(client_oid=named, symbol=symbol)],
        lambda: orders.open_orders(symbol=symbol),
        lambda: orders.done_orders(symbol=symbol, side=ticket.side, start=since).items,
    )
    for source in sources:
        try:
            found = [each for each in source() if isinstance(each, Order) and each.client_oid == named]
        except NotFound:
            continue
        for order in found:
            later = order.created_at is None or order.created_at >= old.created_at
            if order.order_id != old_id and later and order.price == ticket.order.price:
                return Amended(order, in_vain=False)
    return Amended(None, in_vain=True)


def fact_of(order: Found) -> Facts | Stop | None:
    """Return what an order proves that was found; None of a pair, whose two orders have ids of their own."""
    if isinstance(order, Order):
        return facts.answered(order)
    if isinstance(order, StopOrder):
        return stops.answered(order)
    if isinstance(order, FuturesOrder):
        waits = order.stop is not None and not order.stop_triggered
        return stops.answered_futures(order) if waits else facts.answered_futures(order)
    return None


def _sources(exchange: Exchange, ticket: Ticket, since: datetime) -> Iterator[_Source]:
    """Return whom to ask: first the source that takes our own id, where there is one, then the lists."""
    if isinstance(ticket, FuturesTicket):
        return _futures(exchange, ticket)
    if ticket.oco is not None:
        return _oco(exchange, ticket)
    plain = (_spot if ticket.trade_type is TradeType.TRADE else _margin)(exchange, ticket, since)
    return plain if ticket.trigger is None else _stop(exchange, ticket, plain)


def _futures(exchange: Exchange, ticket: FuturesTicket) -> Iterator[_Source]:
    """A fill does not tell our id; but an order with a fill is open or was finished lately, and those lists do."""
    orders, symbol = exchange.futures_orders, ticket.symbol
    yield lambda: [_own(orders.order_by_client_oid(client_oid=ticket.client_oid), ticket)]
    yield lambda: orders.open_orders(symbol=symbol)
    yield lambda: orders.stops(symbol=symbol)
    yield lambda: orders.recent_done(symbol=symbol)


def _spot(exchange: Exchange, ticket: SpotTicket, since: datetime) -> Iterator[_Source]:
    orders, symbol = exchange.spot_orders, ticket.symbol
    yield lambda: [_own(orders.order_by_client_oid(client_oid=ticket.client_oid, symbol=symbol), ticket)]
    yield lambda: orders.open_orders(symbol=symbol)
    yield lambda: orders.done_orders(symbol=symbol, side=ticket.side, start=since).items


def _margin(exchange: Exchange, ticket: SpotTicket, since: datetime) -> Iterator[_Source]:
    orders, symbol, account = exchange.margin_orders, ticket.symbol, ticket.trade_type
    yield lambda: [_own(orders.order_by_client_oid(client_oid=ticket.client_oid, symbol=symbol), ticket)]
    yield lambda: orders.open_orders(symbol=symbol, trade_type=account)
    yield lambda: orders.done_orders(symbol=symbol, trade_type=account, side=ticket.side, start=since).items


def _stop(exchange: Exchange, ticket: SpotTicket, plain: Iterator[_Source]) -> Iterator[_Source]:
    """An order that waits; once it has triggered, the order that it became, which keeps our id.

    How a waiting margin order is asked for by our own id is not known: it is looked for in their list.
    """
    symbol = ticket.symbol
    if ticket.trade_type is TradeType.TRADE:
        stops = exchange.spot_stops
        yield lambda: stops.stops_by_client_oid(client_oid=ticket.client_oid, symbol=symbol)
        yield from plain
        yield lambda: stops.stops(symbol=symbol)
    else:
        yield lambda: exchange.margin_stops.stops(symbol=symbol)
        yield from plain


def _oco(exchange: Exchange, ticket: SpotTicket) -> Iterator[_Source]:
    stops = exchange.spot_stops
    yield lambda: [_own(stops.oco_by_client_oid(client_oid=ticket.client_oid), ticket)]
    yield lambda: stops.ocos(symbol=ticket.symbol)


def _own(order: T, ticket: Ticket) -> T:
    """Return ``order`` if it is the one that was asked for.

    Raises:
        OutcomeUnknown: It is another, so the answer says nothing of ours.
    """
    if order.client_oid != ticket.client_oid:
        raise OutcomeUnknown(f"asked for the order {ticket.client_oid}, and was told of another")
    return order
