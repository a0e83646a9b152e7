"""A ticket's way into the client: which call it is sent by, and which only checks it."""

from __future__ import annotations

from decimal import Decimal

from kucoin.errors import InvalidRequest
from kucoin.model.order import NewOrder, TimeInForce, TradeType
from kucoin.model.ticket import FuturesTicket, OcoTerms, SpotTicket, Ticket
from kucoin.rest import order_body
from kucoin.rest.client import Exchange


def verify(ticket: Ticket) -> None:
    """Make sure that a ticket can be sent at all; what its symbol asks for is not looked at.

    Raises:
        InvalidRequest: It contradicts itself, asks for what the exchange does not have, or a value is none.
    """
    if isinstance(ticket, FuturesTicket):
        if ticket.bracket is None:
            order_body.futures(ticket.order)
        else:
            bracket = ticket.bracket
            order_body.bracket(ticket.order, bracket.above, bracket.below, bracket.price_type)
        return
    order_body.spot(ticket.order)
    spot = ticket.trade_type is TradeType.TRADE
    lends = ticket.auto_borrow or ticket.auto_repay
    if spot and lends:
        raise _contradiction(ticket, "only margin borrows and repays")
    if ticket.trigger is not None:
        order_body.amount("stop price", ticket.trigger.price)
        if ticket.oco is not None:
            raise _contradiction(ticket, "it is either a stop or a pair of which one cancels the other")
        if ticket.trade_type is TradeType.MARGIN_ISOLATED_TRADE:
            raise _contradiction(ticket, "isolated margin has no stop orders here")
        if lends:
            raise _contradiction(ticket, "a stop on margin neither borrows nor repays")
    if ticket.oco is not None:
        if not spot:
            raise _contradiction(ticket, "a pair of which one cancels the other is placed on spot only")
        _legs(ticket.order, ticket.oco)
    if ticket.amends is not None and (not spot or ticket.waits or ticket.replaces is None):
        raise _contradiction(ticket, "only a plain order of the spot account is changed in one call")


def send(exchange: Exchange, ticket: Ticket) -> str:
    """Send ``ticket`` once and return the exchange's id for it: of the order, the waiting one, or the pair.

    Raises:
        NotSent: Nothing left.
        ApiError: Refused; not proven where it is TooManyRequests, and DuplicateOrder tells of one that lives.
        OutcomeUnknown: No readable answer.
    """
    if isinstance(ticket, FuturesTicket):
        if ticket.bracket is None:
            return exchange.futures_orders.place(ticket.order)
        bracket = ticket.bracket
        return exchange.futures_orders.place_bracket(
            ticket.order, above=bracket.above, below=bracket.below, price_type=bracket.price_type
        )
    verify(ticket)  # what the call below would silently leave out
    order, trigger = ticket.order, ticket.trigger
    if ticket.amends is not None:
        wanted = ticket.amends
        return exchange.spot_orders.amend(
            symbol=order.symbol, order_id=ticket.replaces, price=wanted.price, size=wanted.size
        )
    if ticket.oco is not None:
        return exchange.spot_stops.place_oco(
            client_oid=order.client_oid, symbol=order.symbol, side=order.side, **_legs(order, ticket.oco)
        )
    if ticket.trade_type is TradeType.TRADE:
        if trigger is None:
            return exchange.spot_orders.place(order)
        return exchange.spot_stops.place(order, stop_price=trigger.price, stop=trigger.stop)
    if trigger is not None:
        return exchange.margin_stops.place(order, stop_price=trigger.price, stop=trigger.stop)
    placed = exchange.margin_orders.place(
        order, isolated=_isolated(ticket), auto_borrow=ticket.auto_borrow, auto_repay=ticket.auto_repay
    )
    return placed.order_id


def test(exchange: Exchange, ticket: Ticket) -> bool:
    """Have the exchange check ``ticket`` without placing it; False where it has no such check for this kind of order.

    Raises:
        As `send`; a success means that it would have been accepted at this moment.
    """
    if isinstance(ticket, FuturesTicket):
        if ticket.bracket is not None:
            return False
        exchange.futures_orders.test_order(ticket.order)
        return True
    if ticket.waits or ticket.amends is not None:
        return False
    if ticket.trade_type is TradeType.TRADE:
        exchange.spot_orders.test_order(ticket.order)
    else:
        exchange.margin_orders.test_order(
            ticket.order,
            isolated=_isolated(ticket),
            auto_borrow=ticket.auto_borrow,
            auto_repay=ticket.auto_repay,
        )
    return True


def _legs(order: NewOrder, oco: OcoTerms) -> dict[str, Decimal]:
    """Return size and prices of a pair of which one cancels the other; its limit order can have no terms of its own."""
    plain = order.time_in_force in {None, TimeInForce.GTC} and not order.post_only and order.stp is None
    if order.price is None or order.size is None or not plain:
        raise InvalidRequest(
            f"order {order.client_oid}: beside the stop of a pair stands a plain limit order, good till cancelled"
        )
    order_body.amount("stop price", oco.stop_price)
    order_body.amount("limit price", oco.limit_price)
    return {"size": order.size, "price": order.price, "stop_price": oco.stop_price, "limit_price": oco.limit_price}


def _isolated(ticket: SpotTicket) -> bool:
    return ticket.trade_type is TradeType.MARGIN_ISOLATED_TRADE


def _contradiction(ticket: SpotTicket, why: str) -> InvalidRequest:
    return InvalidRequest(f"order {ticket.client_oid}: {why}")
