"""What was done with positions lately, and what became of it, told the same way whatever it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Literal

from kucoin.desk.flip import Flip, Flips, FlipState
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.protection import Protection
from kucoin.desk.trading import Trading
from kucoin.model.change import Change
from kucoin.model.order import OrderStatus, OrderType, PositionSide
from kucoin.model.ticket import FuturesTicket, Placement, TicketState
from kucoin.web import sent_words as words
from kucoin.web import veil as veils
from kucoin.web.sight import Orders
from kucoin.web.veil import Veil

State = Literal["working", "done", "half", "refused", "unknown"]

_LATELY = timedelta(minutes=10)
_HALVES = ("-close", "-open")  # how the ids of the two orders end that turn a position round
_FLIPS: Mapping[FlipState, State] = {
    FlipState.CLOSING: "working",
    FlipState.OPENING: "working",
    FlipState.DONE: "done",
    FlipState.HALF: "half",
    FlipState.NOTHING: "refused",
    FlipState.UNKNOWN: "unknown",
}
_OUTCOMES: Mapping[TicketState, State] = {
    TicketState.SENT: "working",
    TicketState.REFUSED: "refused",
    TicketState.NOT_SENT: "refused",
    TicketState.ABSENT: "refused",
    TicketState.UNKNOWN: "unknown",
}
_ENDS: Mapping[OrderStatus | None, State] = {
    OrderStatus.FILLED: "done",
    OrderStatus.PARTIALLY_CANCELLED: "half",
    OrderStatus.CANCELLED: "refused",
}


@dataclass(frozen=True, slots=True)
class Act:
    """One of them: ``what`` was to be done with the position ``of`` (``XBTUSDTM/BOTH``), and in a sentence the end."""

    of: str
    what: str
    state: State
    words: str
    at: datetime


def of_change(change: Change, veil: Veil | None = None) -> Act:
    """Tell a change of what protects a position."""
    of, what = f"{change.symbol}/{change.position_side}", f"{change.symbol}: {change.what}"
    return Act(of, what, change.state.value, words.said(veils.words(veil, change.words)), change.at)


def of_flip(flip: Flip, places: int, veil: Veil | None = None) -> Act:
    """Tell a position that was turned round."""
    what = f"Reverse {flip.symbol}: {words.sentence(flip.close.ticket, places, veil)}, then the same again"
    end = words.said(veils.words(veil, flip.words))
    return Act(_position(flip.close), what, _FLIPS[flip.state], end, flip.close.handed_at)


def of_closing(
    placement: Placement, order: AnyOrder | None, places: int, ended: str | None = None, veil: Veil | None = None
) -> Act:
    """Tell an order at the market that closes a position or a part of it.

    Args:
        order: What the exchange says of it.
        ended: How it was seen to end, such as ``cancelled``; None while it was not.
    """
    state, end = _OUTCOMES.get(placement.state), words.said(veils.words(veil, placement.words))
    if state is None:
        state, end = _filled(placement, order, ended, veil)
    return Act(_position(placement), words.sentence(placement.ticket, places, veil), state, end, placement.handed_at)


def _filled(placement: Placement, order: AnyOrder | None, ended: str | None, veil: Veil | None) -> tuple[State, str]:
    """Return what became of an accepted one."""
    if order is None:
        return "working", words.said(veils.words(veil, ended or ""))
    filled, size, symbol = order.filled_size, placement.ticket.order.size or order.size, placement.ticket.symbol
    of = f" of {words.size(size, symbol, veil)}" if size else ""
    told = f"Closed {words.size(filled, symbol, veil)}{of}."
    if size and filled >= size:
        return "done", told
    return _ENDS.get(order.status, "working"), told


def is_closing(placement: Placement) -> bool:
    """Say whether it is such an order, and no half of what turns a position round."""
    ticket = placement.ticket
    if not isinstance(ticket, FuturesTicket) or ticket.client_oid.endswith(_HALVES):
        return False
    order = ticket.order
    return order.type is OrderType.MARKET and order.stop is None and (order.reduce_only or order.close_order)


class PositionActs:
    """Collects them.

    Args:
        places: Decimals of a contract's prices.
    """

    def __init__(
        self, trading: Trading, orders: Orders, flips: Flips, protection: Protection, places: Callable[[str], int]
    ) -> None:
        self._trading = trading
        self._orders = orders
        self._flips = flips
        self._protection = protection
        self._places = places

    def lately(self, now: datetime, veil: Veil | None = None) -> tuple[Act, ...]:
        """Return those of the last ten minutes and those of which the end is not known, newest first."""
        acts = [of_change(change, veil) for change in self._protection.changes()]
        acts += [of_flip(flip, self._places(flip.symbol), veil) for flip in self._flips.flips()]
        recent = (each for each in self._trading.placements() if each.open or now - each.handed_at <= _LATELY)
        acts += [self._closing(each, veil) for each in recent if is_closing(each)]
        fresh = [act for act in acts if now - act.at <= _LATELY or act.state == "unknown"]
        return tuple(sorted(fresh, key=attrgetter("at"), reverse=True))

    def _closing(self, placement: Placement, veil: Veil | None) -> Act:
        order = self._orders.order(placement.order_id) if placement.order_id else None
        ended = self._trading.ended(placement.ticket.client_oid)
        return of_closing(placement, order, self._places(placement.ticket.symbol), ended, veil)


def _position(placement: Placement) -> str:
    ticket = placement.ticket
    side = ticket.order.position_side if isinstance(ticket, FuturesTicket) else PositionSide.BOTH
    return f"{ticket.symbol}/{side}"
