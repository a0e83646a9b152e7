"""Tickets out of tickets: the same order with another price or size, under an id of its own. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from kucoin.decimals import ONE, ZERO
from kucoin.desk.faults import said
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.stops import Stop
from kucoin.errors import InvalidRequest
from kucoin.model.order import FuturesStop, Lots, StopDirection, StopPriceType
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import SpotTicket, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an order is to have; None stays as it is. The size is that of the whole, what is filled included.

    ``trigger`` is the price that an order waits for.
    """

    price: Decimal | None = None
    size: Decimal | None = None
    trigger: Decimal | None = None

    def named(self) -> tuple[tuple[str, Decimal], ...]:
        """Return what is to be changed, by its name."""
        every = (("price", self.price), ("size", self.size), ("trigger", self.trigger))
        return tuple((name, value) for name, value in every if value is not None)

    def __str__(self) -> str:
        """In words: ``price 87,180, size 0.5``."""
        return ", ".join(f"{name} {said(value)}" for name, value in self.named())

    def of(self, order: AnyOrder | Stop | None) -> str:
        """Return an order and what is to become of it: ``Buy 0.5 BTC-USDT at 87,100 → 87,180``."""
        if order is None:
            return str(self)
        stop = order if isinstance(order, Stop) else None
        size = _turned(order.size if stop is None else stop.lots or stop.size, self.size)
        price, trigger = _turned(order.price, self.price), _turned(stop.stop_price if stop else None, self.trigger)
        parts = (order.side.capitalize(), size, order.symbol, price and f"at {price}", trigger and f"once at {trigger}")
        return " ".join(part for part in parts if part)


def _turned(old: Decimal | int | None, new: Decimal | None) -> str:
    """What a figure is, and what it is to be: ``0.5 → 0.7``."""
    known = [said(Decimal(each)) for each in (old, new) if each is not None]
    return " → ".join(known)


def whole(ticket: Ticket, wish: Wish) -> Decimal | None:
    """Return the size that an order is to have with what is filled of it; None where it goes by funds, or has none."""
    size = ticket.order.size if wish.size is None else wish.size
    return None if size is None else Decimal(size)


def too_small(filled: Decimal) -> str:
    """Say why a size cannot be had any more."""
    return f"{said(filled)} of it is filled already: its size has to be more than that."


def triggered(ticket: Ticket) -> Ticket:
    """Return the ticket of what an order became that waited for its price; of every other one the very same."""
    if isinstance(ticket, SpotTicket):
        return replace(ticket, trigger=None, oco=None) if ticket.waits else ticket
    return replace(ticket, order=replace(ticket.order, stop=None)) if ticket.waits else ticket


def changed(ticket: Ticket, wish: Wish, *, client_oid: str, replaces: str, filled: Decimal) -> Ticket:
    """Return the ticket for what is left of an order, with what is wished of it.

    Args:
        replaces: KuCoin's id of the order.
        filled: What of it is filled.

    Raises:
        InvalidRequest: It has no such thing as is to be changed, nothing would be left of it, or the size is no whole
            number of lots.
    """
    order = ticket.order
    if wish.price is not None and order.price is None:
        raise InvalidRequest("It is an order at the market, which has no price of its own.")
    if wish.trigger is not None and not ticket.waits:
        raise InvalidRequest("It waits for no price.")
    if wish.size is not None and order.size is None:
        raise InvalidRequest("It has no size that could be changed: it closes a whole position, or goes by funds.")
    price = order.price if wish.price is None else wish.price
    size = whole(ticket, wish)
    left = None if size is None else size - filled
    if left is not None and left <= ZERO:
        raise InvalidRequest(too_small(filled))
    if isinstance(ticket, SpotTicket):
        trigger = ticket.trigger
        if trigger is not None and wish.trigger is not None:
            trigger = replace(trigger, price=wish.trigger)
        spot = replace(ticket.order, client_oid=client_oid, price=price, size=left)
        return replace(ticket, order=spot, trigger=trigger, replaces=replaces, amends=None)
    if left is not None and left % ONE:
        raise InvalidRequest(f"{said(left)} is no whole number of lots.")
    stop = ticket.order.stop
    if stop is not None and wish.trigger is not None:
        stop = replace(stop, price=wish.trigger)
    lots = None if left is None else Lots(int(left))
    future = replace(ticket.order, client_oid=client_oid, price=price, size=lots, stop=stop)
    return replace(ticket, order=future, replaces=replaces)


def reached(ticket: Ticket, last: Decimal | None, mark: Decimal | None) -> str:
    """Say why a ticket that waits for a price would not wait at all; empty where it would, or that is not known."""
    if not isinstance(ticket, SpotTicket):
        return "" if ticket.order.stop is None else reached_by(ticket.order.stop, last, mark)
    if ticket.trigger is None:
        return ""
    return _reached(ticket.trigger.price, "last", last, rises=ticket.trigger.stop is SpotStop.ENTRY)


def reached_by(stop: FuturesStop, last: Decimal | None, mark: Decimal | None) -> str:
    """As `reached`. The index price is not known here."""
    name, seen = {StopPriceType.MP: ("mark", mark), StopPriceType.TP: ("last", last)}.get(stop.price_type, ("", None))
    return _reached(stop.price, name, seen, rises=stop.direction is StopDirection.UP)


def _reached(at: Decimal, name: str, seen: Decimal | None, *, rises: bool) -> str:
    if seen is None or (at > seen if rises else at < seen):
        return ""
    return f"{said(at)} is reached already: the {name} price is {said(seen)}."
