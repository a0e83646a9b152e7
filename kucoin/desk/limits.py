"""What orders are held to, as rules: which only reduce, what one comes to, and which limit it would pass. Pure."""

from __future__ import annotations

from kucoin.model.ticket import FuturesTicket, Ticket


def reduces(ticket: Ticket) -> bool:
    """Whether the exchange will let ``ticket`` do nothing but make a futures position smaller."""
    return isinstance(ticket, FuturesTicket) and (ticket.order.reduce_only or ticket.order.close_order)
