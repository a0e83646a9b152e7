"""What orders are held to, as rules: which only reduce, what one comes to, and which limit it would pass. Pure, exact.

A figure that is not known is told as the reason why, and a limit that needs it refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import NamedTuple

from kucoin.decimals import ONE, ZERO
from kucoin.desk import margin_needed
from kucoin.desk.faults import said
from kucoin.desk.terms import Terms
from kucoin.errors import InvalidRequest, LimitExceeded
from kucoin.model.limits import Limits
from kucoin.model.order import PositionSide, Side
from kucoin.model.ticket import FuturesTicket, SpotTicket, Ticket

Figure = Decimal | str
"""What something comes to, or as the beginning of a sentence why that is not known."""

NAMES = {
    "order_value": "order value",
    "daily_value": "daily value",
    "leverage": "leverage",
    "open_orders": "open orders",
    "price_distance": "price distance",
    "orders_per_minute": "orders per minute",
    "daily_loss": "daily loss",
    "symbols": "allowed symbols",
}
"""How a limit is called, by its field, in their order."""

_OPENING = frozenset({(PositionSide.LONG, Side.BUY), (PositionSide.SHORT, Side.SELL)})  # in hedge mode
_TRIGGER = "price that it waits for"
_EXACT = 120  # digits of sums and products
_HIGHEST = Decimal(10) ** 15  # beyond, a limit is a slip of the keyboard


@dataclass(frozen=True, slots=True)
class Priced:
    """A price and what it must be near to, in quote currency; ``of`` says what that is."""

    price: Decimal
    anchor: Figure
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What an order comes to.

    Attributes:
        worth: In USDT: of all that may become of it, the most.
        leverage: None where it has none, as on spot.
        prices: Its limit prices.
        orders: How many it may be in the market at once.
    """

    symbol: str
    worth: Figure
    leverage: Figure | None
    prices: tuple[Priced, ...]
    orders: int


class Used(NamedTuple):
    """What counts towards the limits by now, as those of `Limits`; ``daily_loss`` is below zero after a gain."""

    daily_value: Figure
    open_orders: Figure
    orders_per_minute: Figure
    daily_loss: Figure


def reduces(ticket: Ticket) -> bool:
    """Whether the exchange will let ``ticket`` do nothing but make a futures position smaller."""
    if not isinstance(ticket, FuturesTicket) or ticket.bracket is not None:
        return False
    if (ticket.order.position_side, ticket.order.side) in _OPENING:
        return False  # whatever else it says: nobody tells that reduce-only holds there
    return ticket.order.reduce_only or ticket.order.close_order


def orders_of(ticket: Ticket) -> int:
    """Return how many orders it may come to: two of a pair, and those of a bracket once it is filled."""
    if isinstance(ticket, SpotTicket):
        return 1 if ticket.oco is None else 2
    bracket = ticket.bracket
    return 1 if bracket is None else 1 + sum(price is not None for price in (bracket.above, bracket.below))


def require_sound(limits: Limits) -> None:
    """Raise InvalidRequest where one of ``limits`` is none; the text names it."""
    for name, words in NAMES.items():
        value = getattr(limits, name)
        whole = name in {"open_orders", "orders_per_minute"}
        if value is None or name == "symbols":
            continue
        if type(value) is not (int if whole else Decimal) or not Decimal(value).is_finite():
            raise InvalidRequest(f"{words} {value!r} is no {'whole number' if whole else 'number'}")
        if not (0 if whole else ZERO) <= value <= _HIGHEST:
            raise InvalidRequest(f"{words} {value} is not from 0 to {_HIGHEST:,f}")
    if any(not symbol or symbol != symbol.strip() for symbol in limits.symbols):
        raise InvalidRequest(f"{limits.symbols!r} are no symbols")


def worded(limits: Limits) -> str:
    """Return what is set, such as ``order value 1,000, leverage 5``; empty where nothing is."""
    figures = {words: getattr(limits, name) for name, words in NAMES.items() if name != "symbols"}
    told = [f"{words} {said(Decimal(value))}" for words, value in figures.items() if value is not None]
    return ", ".join([*told, *([f"{NAMES['symbols']} {' '.join(limits.symbols)}"] if limits.symbols else [])])


def measured(ticket: Ticket, terms: Terms, now: Figure, quoted: Figure) -> Measured:
    """Return what ``ticket`` comes to.

    Args:
        now: The mark price of a contract, the last one of a pair.
        quoted: What one unit of its quote currency is in USDT.
    """
    order, trigger = ticket.order, _trigger(ticket)
    pair = ticket.oco if isinstance(ticket, SpotTicket) else None
    of = "mark price" if terms.rules.futures else "last price"
    prices = []
    if order.price is not None:
        prices.append(Priced(order.price, now, of) if trigger is None else Priced(order.price, trigger, _TRIGGER))
    if pair is not None:
        prices.append(Priced(pair.limit_price, pair.stop_price, _TRIGGER))
    leverage: Figure | None = None
    if isinstance(ticket, FuturesTicket):
        known = margin_needed.leverage(ticket.order, terms)
        leverage = "the leverage is not known" if known is None else known
    with localcontext(prec=_EXACT):
        return Measured(
            symbol=ticket.symbol,
            worth=_worth(ticket, _dearest(ticket, now, terms), terms, quoted),
            leverage=leverage,
            prices=tuple(prices),
            orders=orders_of(ticket),
        )


def first_passed(limits: Limits, order: Measured, used: Used) -> LimitExceeded | None:
    """Return the first limit that ``order`` would pass beside what is used, or may pass; None where there is none."""
    with localcontext(prec=_EXACT):
        return next(_passed(limits, order, used), None)


def passed_by_leverage(limits: Limits, symbol: str, leverage: Figure) -> LimitExceeded | None:
    """Return why a contract may not be traded at ``leverage``; None where it may."""
    if limits.leverage is None or (isinstance(leverage, Decimal) and leverage <= limits.leverage):
        return None
    if isinstance(leverage, str):
        return _unknown("leverage", symbol, leverage)
    return _over("leverage", f"{symbol}: {said(leverage)}x is more than {said(limits.leverage)}x")


def total(figures: Iterable[Figure]) -> Figure:
    """Return the exact sum; where one is not known, neither is it."""
    with localcontext(prec=_EXACT):
        found = ZERO
        for each in figures:
            if isinstance(each, str):
                return each
            found += each
        return found


def times(amount: Decimal, price: Figure) -> Figure:
    """Return the exact product."""
    with localcontext(prec=_EXACT):
        return price if isinstance(price, str) else amount * price


def _passed(limits: Limits, order: Measured, used: Used) -> Iterator[LimitExceeded]:
    symbol = order.symbol
    if limits.symbols and symbol not in limits.symbols:
        yield _over("symbols", f"{symbol} is none of the symbols that may be traded")
    if limits.order_value is not None:
        if isinstance(order.worth, str):
            yield _unknown("order_value", symbol, order.worth)
        elif order.worth > limits.order_value:
            words = f"{said(order.worth)} USDT is more than {said(limits.order_value)} for one order"
            yield _over("order_value", f"{symbol}: {words}")
    yield from _counted(order, "daily_value", limits.daily_value, (used.daily_value, order.worth), "USDT in one day")
    if order.leverage is not None and (found := passed_by_leverage(limits, symbol, order.leverage)):
        yield found
    orders = (used.open_orders, Decimal(order.orders))
    yield from _counted(order, "open_orders", limits.open_orders, orders, "open orders")
    for each in order.prices if limits.price_distance is not None else ():
        yield from _distant(limits.price_distance or ZERO, symbol, each)
    handed = (used.orders_per_minute, ONE)
    yield from _counted(order, "orders_per_minute", limits.orders_per_minute, handed, "orders within 60 s")
    if limits.daily_loss is not None:
        if isinstance(used.daily_loss, str):
            yield _unknown("daily_loss", symbol, used.daily_loss)
        elif used.daily_loss >= limits.daily_loss:
            words = f"{said(used.daily_loss)} USDT are lost today, of {said(limits.daily_loss)} that may be"
            yield _over("daily_loss", f"{symbol}: {words}")


def _counted(
    order: Measured, name: str, limit: Decimal | int | None, figures: tuple[Figure, Figure], what: str
) -> Iterator[LimitExceeded]:
    """Say where the order on top of what is used passes a limit."""
    if limit is None:
        return
    together = total(figures)
    if isinstance(together, str):
        yield _unknown(name, order.symbol, together)
    elif together > limit:
        words = f"with this one {said(together)} {what} are more than {said(Decimal(limit))}"
        yield _over(name, f"{order.symbol}: {words}")


def _distant(limit: Decimal, symbol: str, priced: Priced) -> Iterator[LimitExceeded]:
    anchor = priced.anchor
    if isinstance(anchor, str):
        yield _unknown("price_distance", symbol, anchor)
    elif abs(priced.price - anchor) > limit * anchor:
        far = f"{said(priced.price)} is more than {said(limit * 100)} % away from the {priced.of} {said(anchor)}"
        yield _over("price_distance", f"{symbol}: {far}")


def _over(name: str, why: str) -> LimitExceeded:
    return LimitExceeded(f"{why} ({NAMES[name]}).", limit=name)


def _unknown(name: str, symbol: str, why: str) -> LimitExceeded:
    return LimitExceeded(f"{symbol}: {why}, and a limit needs it ({NAMES[name]}).", limit=name)


def _trigger(ticket: Ticket) -> Decimal | None:
    """The price that the order waits for."""
    if isinstance(ticket, FuturesTicket):
        return ticket.order.stop.price if ticket.order.stop else None
    return ticket.trigger.price if ticket.trigger else None


def _dearest(ticket: Ticket, now: Figure, terms: Terms) -> Figure:
    """The highest price that it is likely to trade at: only the limit of a buy is sure to be none too low."""
    order, trigger = ticket.order, _trigger(ticket)
    if order.price is not None and order.side is Side.BUY:
        sure = [order.price]
    elif trigger is not None:
        sure = [trigger]
    elif isinstance(now, str):
        return now
    else:
        sure = [now, *(each for each in (terms.ask if order.side is Side.BUY else terms.bid,) if each is not None)]
    sure += [order.price] if order.price is not None else []
    if isinstance(ticket, SpotTicket) and ticket.oco is not None:
        sure += [ticket.oco.stop_price, ticket.oco.limit_price]
    return max(sure)


def _worth(ticket: Ticket, at: Figure, terms: Terms, quoted: Figure) -> Figure:
    funds = ticket.order.funds if isinstance(ticket, SpotTicket) else None
    if funds is not None:
        return times(funds, quoted)
    if ticket.order.size is None:
        return "its size is not known"
    size = Decimal(ticket.order.size)
    if terms.rules.inverse:
        return times(size, quoted)
    return at if isinstance(at, str) else times(terms.rules.value(at, size), quoted)
