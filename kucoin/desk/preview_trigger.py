"""Whether an order that is to wait for a price would wait at all. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from kucoin.desk.terms import Terms
from kucoin.model.order import StopDirection, StopPriceType
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import SpotTicket, Ticket


class Reached(NamedTuple):
    """The price that is watched, by its name, and what it is now."""

    name: str
    now: Decimal


def reached(ticket: Ticket, terms: Terms) -> Reached | None:
    """Return the price that ``ticket`` waits for if that is there already; None where it waits, or nobody can tell."""
    if isinstance(ticket, SpotTicket):
        if ticket.trigger is None:
            return None
        name, now = "last", terms.last
        wanted, rises = ticket.trigger.price, ticket.trigger.stop is SpotStop.ENTRY
    else:
        stop = ticket.order.stop
        if stop is None:
            return None
        name, now = _watched(stop.price_type, terms)
        wanted, rises = stop.price, stop.direction is StopDirection.UP
    if now is None or (now < wanted if rises else now > wanted):
        return None
    return Reached(name, now)


def waits_for(ticket: Ticket, terms: Terms) -> Decimal | None:
    """Return the price that ``ticket`` waits for; None where it is an order at once."""
    if reached(ticket, terms):
        return None
    if isinstance(ticket, SpotTicket):
        return ticket.trigger.price if ticket.trigger else None
    return ticket.order.stop.price if ticket.order.stop else None


def _watched(kind: StopPriceType, terms: Terms) -> tuple[str, Decimal | None]:
    match kind:
        case StopPriceType.MP:
            return "mark", terms.mark
        case StopPriceType.IP:
            return "index", terms.contract.index_price if terms.contract else None
    return "last", terms.last
