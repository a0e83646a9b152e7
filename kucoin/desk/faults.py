"""What has to be right of any order's figures, whatever it is for. Pure and exact."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from kucoin.decimals import ZERO, is_multiple
from kucoin.desk.terms import Terms
from kucoin.model.order import NewFuturesOrder, NewOrder, OrderType, Side, TimeInForce

_AT_ONCE = frozenset({TimeInForce.IOC, TimeInForce.FOK})
_NOUNS = {
    "price": "price",
    "stop_price": "stop price",
    "limit_price": "limit price of the stop",
    "above": "price above",
    "below": "price below",
}
# No figure of an exchange is larger, smaller or longer; beyond, arithmetic would not be exact.
_LARGEST, _DIGITS = 18, 26


class Fault(NamedTuple):
    """Why a ticket would be refused.

    ``field`` names what has to change: price, size, funds, stop_price, limit_price, above, below, time_in_force,
    post_only, reduce_only, leverage, margin_mode, position_side, side, symbol, cancel_after, stp, auto_borrow,
    auto_repay or balance.
    """

    field: str
    text: str


def is_figure(value: object) -> bool:
    """Whether ``value`` is a number above zero that an exchange could take."""
    if not isinstance(value, Decimal) or not value.is_finite() or value <= ZERO:
        return False
    return abs(value.adjusted()) <= _LARGEST and len(value.as_tuple().digits) <= _DIGITS


def said(amount: Decimal) -> str:
    """Return an amount of money for a sentence: to eight decimals at most."""
    text = f"{amount:,.8f}"
    return text.rstrip("0").rstrip(".")


def life(order: NewOrder | NewFuturesOrder, possible: frozenset[TimeInForce]) -> Iterator[Fault]:
    """What is wrong with time in force and post-only."""
    time_in_force = order.time_in_force
    if order.type is OrderType.MARKET:
        if time_in_force is not None:
            yield Fault("time_in_force", "A market order has no time in force.")
        if order.post_only:
            yield Fault("post_only", "A market order cannot be post-only.")
        return
    if time_in_force is not None and time_in_force not in possible:
        yield Fault("time_in_force", f"Futures orders cannot be {time_in_force}: GTC or IOC.")
    if order.post_only and time_in_force in _AT_ONCE:
        yield Fault("post_only", f"A post-only order cannot be {time_in_force}: it would never trade.")


def price(field: str, price: Decimal | None, terms: Terms) -> Iterator[Fault]:
    """What is wrong with a price by itself."""
    tick = terms.rules.tick
    most = terms.contract.max_price if terms.contract else None
    if price is None:
        yield Fault(field, f"The {_NOUNS[field]} is missing.")
    elif not is_figure(price):
        yield Fault(field, f"The {_NOUNS[field]} is no number above 0.")
    elif not on_step(price, tick):
        yield Fault(field, f"The {_NOUNS[field]} {price:,f} is no multiple of the tick {tick:,f}.")
    elif most is not None and price > most:
        yield Fault(field, f"The {_NOUNS[field]} {price:,f} is above {most:,f}, the highest there is.")


def within(side: Side | None, price: Decimal | None, terms: Terms) -> Iterator[Fault]:
    """Whether a price is outside what the exchange takes at present."""
    if price is None or not is_figure(price):
        return
    highest, lowest = terms.price_limit
    if side is Side.BUY and highest is not None and price > highest:
        yield Fault("price", f"{price:,f} is above {highest:,f}, the highest price at which buys are taken now.")
    if side is Side.SELL and lowest is not None and price < lowest:
        yield Fault("price", f"{price:,f} is below {lowest:,f}, the lowest price at which sells are taken now.")


def on_step(value: Decimal, step: Decimal) -> bool:
    """Whether ``value`` is a whole number of ``step``."""
    try:
        return is_multiple(value, step)
    except InvalidOperation:  # more steps than can be counted exactly
        return False


def worded(amount: Decimal, currency: str) -> str:
    """Return an amount to its last digit, for a sentence."""
    return f"{amount:,f} {currency}"
