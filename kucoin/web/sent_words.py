"""A ticket in one sentence, and what became of it in words. Pure; nothing here is ever shortened."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kucoin import figures
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.stops import Stop
from kucoin.model.order import OrderStatus, PositionSide, Side, StopDirection, StopPriceType, TimeInForce, TradeType
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import FuturesTicket, SpotTicket, Ticket
from kucoin.web import veil as veils
from kucoin.web.panel import written
from kucoin.web.veil import Veil

_VERBS = {Side.BUY: "Buy", Side.SELL: "Sell"}
_WATCHED: dict[str, str] = {StopPriceType.TP: "last", StopPriceType.MP: "mark", StopPriceType.IP: "index"}
_PURSES = {TradeType.MARGIN_TRADE: "on cross margin", TradeType.MARGIN_ISOLATED_TRADE: "on isolated margin"}
_SIDES = {PositionSide.LONG: "long position", PositionSide.SHORT: "short position"}


def sentence(ticket: Ticket, places: int, veil: Veil | None = None) -> str:
    """Return what a ticket asks for: ``Buy 100 XBTUSDTM at 87,104.0, reduce-only``.

    Args:
        places: Decimals that the symbol's prices are written with at least.
    """
    order = ticket.order
    limit = "at market" if order.price is None else f"at {price(order.price, places)}"
    terms = _spot_terms(ticket, places) if isinstance(ticket, SpotTicket) else _futures_terms(ticket, places)
    verb = "Close" if order.side is None else _VERBS[order.side]
    return ", ".join([f"{verb} {_what(ticket, veil)} {limit}", *terms])


def price(value: Decimal, places: int) -> str:
    """Return a price with its symbol's decimals, and with all of its own."""
    return figures.exact(Decimal(written(value, places) or value))


def quantity(value: Decimal | int) -> str:
    """Return a size with every digit that counts."""
    return figures.exact(Decimal(written(Decimal(value), 0) or value))


def size(value: Decimal | int, symbol: str, veil: Veil | None) -> str:
    """Return a size of an order on ``symbol``, in base currency or lots, with every digit that counts."""
    return quantity(value) if veil is None else veil.size(value, symbol)


def sum_of(value: Decimal, currency: str, veil: Veil | None) -> str:
    """Return an amount of a currency with its name, which says nothing behind a share."""
    return f"{quantity(value)} {currency}" if veil is None else veil.share(value, currency)


def took(seconds: float | None) -> str:
    """Return how long an answer took: ``84 ms``, ``8.1 s``."""
    if seconds is None:
        return figures.UNKNOWN
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else figures.age(seconds)


def said(words: str) -> str:
    """Return words as a sentence; what is empty stays so."""
    text = words.strip()
    if not text:
        return ""
    end = "" if text[-1] in ".!?" else "."
    return f"{text[0].upper()}{text[1:]}{end}"


def life(order: AnyOrder, veil: Veil | None = None) -> str:
    """Return where an order is in its life: ``resting, filled 40 of 100``."""
    filled = _filled(order, veil)
    match order.status:
        case OrderStatus.OPEN:
            return "resting"
        case OrderStatus.PARTIALLY_FILLED:
            return f"resting, {filled}"
        case OrderStatus.FILLED:
            return filled
        case OrderStatus.CANCELLED:
            return "cancelled, nothing filled"
        case OrderStatus.PARTIALLY_CANCELLED:
            return f"{filled}, rest cancelled"
        case _:
            return f"{filled}, its end is not known" if order.filled_size else "its end is not known"


def waiting(stop: Stop, places: int, veil: Veil | None = None) -> str:
    """Return what became of an order that waits for a price, as long as it has become no other."""
    if stop.alive:
        watched = f" ({_WATCHED[stop.stop_price_type]} price)" if stop.stop_price_type in _WATCHED else ""
        return "waiting" if stop.stop_price is None else f"waiting for {price(stop.stop_price, places)}{watched}"
    if stop.error:
        return f"triggered, and failed: {veils.words(veil, stop.error)}"
    return "triggered" if stop.triggered else "cancelled, never triggered"


def _filled(order: AnyOrder, veil: Veil | None) -> str:
    of = "" if order.size is None else f" of {size(order.size, order.symbol, veil)}"
    return f"filled {size(order.filled_size, order.symbol, veil)}{of}"


def _what(ticket: Ticket, veil: Veil | None) -> str:
    order, symbol = ticket.order, ticket.symbol
    funds = ticket.order.funds if isinstance(ticket, SpotTicket) else None
    if funds is not None:
        return f"{symbol} for {sum_of(funds, symbol.partition('-')[2], veil)}"
    return symbol if order.size is None else f"{size(order.size, symbol, veil)} {symbol}"


def _common_terms(ticket: Ticket) -> Iterator[str]:
    order = ticket.order
    if order.time_in_force not in {None, TimeInForce.GTC}:
        seconds = ticket.order.cancel_after if isinstance(ticket, SpotTicket) else None
        yield f"{order.time_in_force}" if seconds is None else f"{order.time_in_force} {seconds} s"
    if order.post_only:
        yield "post-only"


def _spot_terms(ticket: SpotTicket, places: int) -> Iterator[str]:
    if ticket.trigger is not None:
        comparison = "or above" if ticket.trigger.stop is SpotStop.ENTRY else "or below"
        yield f"once the last price is at {comparison} {price(ticket.trigger.price, places)}"
    if ticket.oco is not None:
        stop, limit = (price(value, places) for value in (ticket.oco.stop_price, ticket.oco.limit_price))
        yield f"or at {limit} once the last price reaches {stop}"
    yield from _common_terms(ticket)
    if ticket.trade_type in _PURSES:
        yield _PURSES[ticket.trade_type]
    if ticket.auto_borrow:
        yield "auto-borrow"
    if ticket.auto_repay:
        yield "auto-repay"


def _futures_terms(ticket: FuturesTicket, places: int) -> Iterator[str]:
    order = ticket.order
    if order.stop is not None:
        comparison = "or above" if order.stop.direction is StopDirection.UP else "or below"
        yield f"once the {_WATCHED[order.stop.price_type]} price is at {comparison} {price(order.stop.price, places)}"
    yield from _common_terms(ticket)
    if order.reduce_only and order.side is not None:
        yield "reduce-only"
    if order.position_side in _SIDES:
        yield _SIDES[order.position_side]
    if order.leverage is not None:
        yield f"{order.leverage}×"
    if ticket.bracket is not None:
        profit, loss = ticket.bracket.above, ticket.bracket.below
        if order.side is Side.SELL:
            profit, loss = loss, profit
        watched = _WATCHED[ticket.bracket.price_type]
        yield from (
            f"{name} at {price(value, places)} by {watched} price"
            for name, value in (("take profit", profit), ("stop", loss))
            if value is not None
        )
