"""What the exchange would refuse of a ticket, and how input is brought to what it takes. Pure and exact.

Sizes here are in lots on futures, in coins on spot. Nothing is ever rounded up into a larger order.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from typing import Literal, NamedTuple

from kucoin.decimals import ONE, ZERO, parse
from kucoin.desk import margin_needed
from kucoin.desk.faults import Fault, is_figure, said
from kucoin.desk.faults_futures import of_futures
from kucoin.desk.faults_spot import fee_factor, of_spot
from kucoin.desk.terms import Purse, Terms
from kucoin.errors import InvalidRequest
from kucoin.model.order import PositionSide, Side
from kucoin.model.ticket import FuturesTicket, Ticket

__all__ = [
    "Fault",
    "Sizes",
    "Snapped",
    "Unit",
    "affordable",
    "affordable_funds",
    "faults",
    "is_figure",
    "sizes",
    "snap_funds",
    "snap_price",
    "snap_size",
    "typed",
]

Unit = Literal["lots", "base", "quote"]
"""In what a size is typed: lots (futures only), coins, or quote currency."""

_LONGEST = 40  # characters of a number that somebody types
_GROUPED = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d*)?")  # commas as the page writes them: 1,250.40
_EXACT = 80  # digits, more than any product or quotient of two figures needs


class Snapped(NamedTuple):
    """A figure as it may leave; ``remark`` says what was changed of it, empty where nothing was."""

    value: Decimal
    remark: str


class Sizes(NamedTuple):
    """One size in every unit: ``lots`` (None on spot), ``coins`` and ``value`` in quote currency; None: unknown."""

    lots: Decimal | None
    coins: Decimal | None
    value: Decimal | None


def faults(ticket: Ticket, terms: Terms) -> tuple[Fault, ...]:
    """Return everything for which the exchange would refuse ``ticket``; none means that nothing is known against it.

    Its other parts contradict each other, break a rule of the symbol, do not fit the account's modes, or cost more
    than there is. What is unknown is no fault, except the modes of a futures account.
    """
    if ticket.symbol != terms.symbol:
        return (Fault("symbol", f"The order is for {ticket.symbol}, what is known is of {terms.symbol}."),)
    found: list[Fault] = []
    if not terms.rules.trading:
        found.append(Fault("symbol", f"{terms.symbol} takes no orders at present."))
    if isinstance(ticket, FuturesTicket):
        found += of_futures(ticket, terms, terms.contract) if terms.contract else [_unread(terms)]
    else:
        found += of_spot(ticket, terms, terms.pair) if terms.pair else [_unread(terms)]
    return tuple(found)


def typed(text: str) -> Decimal:
    """Return the number above zero that somebody typed; blanks, and commas that part thousands, are allowed.

    A comma elsewhere may be meant for a point: 0,5 is never taken for 5.

    Raises:
        InvalidRequest: It is none; the text names it.
    """
    bare = "".join(text.split())
    if "," in bare and not _GROUPED.fullmatch(bare):
        raise InvalidRequest(f"{text[:_LONGEST]!r} is not clear: commas part thousands, as in 1,250.40")
    bare = bare.replace(",", "")
    try:
        value = parse(bare) if len(bare) <= _LONGEST else ZERO
    except ValueError:
        value = ZERO
    if not is_figure(value):
        raise InvalidRequest(f"{text[:_LONGEST]!r} is no number above 0")
    return value


def snap_price(price: Decimal, terms: Terms, side: Side | None = None) -> Snapped:
    """Return ``price`` on the tick: of a buy never above it, of a sell never below, else the nearest.

    Never below one tick, so that something is left of it.
    """
    rounding = {Side.BUY: ROUND_FLOOR, Side.SELL: ROUND_CEILING, None: ROUND_HALF_EVEN}[side]
    tick = terms.rules.tick
    with localcontext(prec=_EXACT):
        value = max(tick, (price / tick).to_integral_value(rounding) * tick)
    if value == price:
        return Snapped(price, "")
    return Snapped(value, f"{price:,f} was brought {'up' if value > price else 'down'} to the tick: {value:,f}.")


def snap_size(size: Decimal, unit: Unit, price: Decimal | None, terms: Terms) -> Snapped:
    """Return a size, typed in ``unit``, in whole lots: always down, 0 where not even one is left.

    Args:
        price: At which coins and quote currency are turned into each other.

    Raises:
        InvalidRequest: The unit needs a price, and there is none; or there are no lots.
    """
    step = terms.rules.lot
    times, over = _into_own(unit, price, terms)
    with localcontext(prec=_EXACT):
        value = _whole(size * times, over * step) * step
        if value * over == size * times:
            return Snapped(value, "")
    own = _own_unit(terms)
    given, name = _named(size, unit, terms), f"{value:,f}" if unit == own else _named(value, own, terms)
    if not value:
        return Snapped(ZERO, f"{given} is less than the smallest step of {_named(step, own, terms)}.")
    return Snapped(value, f"{given if unit != own else f'{size:,f}'} was brought down to the lot: {name}.")


def snap_funds(funds: Decimal, terms: Terms) -> Snapped:
    """Return funds of a market order on a pair, in its quote currency, on their increment: always down."""
    if terms.pair is None:
        raise InvalidRequest(f"{terms.symbol} takes no orders by funds")
    step = terms.pair.quote_increment
    with localcontext(prec=_EXACT):
        value = _whole(funds, step) * step
    if value == funds:
        return Snapped(value, "")
    return Snapped(value, f"{funds:,f} was brought down to the step of {step:,f}: {value:,f}.")


def sizes(size: Decimal, price: Decimal | None, terms: Terms) -> Sizes:
    """Return a size, in lots on futures and in coins on spot, in every unit."""
    if not terms.rules.futures:
        return Sizes(None, size, None if price is None else terms.rules.value(price, size))
    return Sizes(size, *terms.rules.open(size, price))


def affordable_funds(fraction: Decimal, terms: Terms, purse: Purse) -> Snapped:
    """Return that part of what an account has of a pair's quote currency, after fees, on the increment of funds.

    0 with a remark where that is nothing, or the balance is not known.
    """
    if terms.pair is None:
        raise InvalidRequest(f"{terms.symbol} takes no orders by funds")
    quote = terms.pair.quote_currency
    there_is = terms.available.get((purse, quote))
    if there_is is None:
        return Snapped(ZERO, f"What is available in {quote} is not known yet.")
    with localcontext(prec=_EXACT):
        step = terms.pair.quote_increment
        funds = _whole(there_is * fraction, fee_factor(terms, quote) * step) * step
    return Snapped(funds, "" if funds else f"Of {said(there_is)} {quote} nothing is left for an order.")


def affordable(
    fraction: Decimal,
    terms: Terms,
    *,
    side: Side,
    price: Decimal | None,
    purse: Purse,
    leverage: Decimal | None = None,
    reduce_only: bool = False,
    position_side: PositionSide = PositionSide.BOTH,
    at_market: bool = False,
) -> Snapped:
    """Return the size that takes that part of what there is, after fees: coins on spot, lots on futures, always down.

    On futures that is the part of the position that would be closed and of what the margin opens besides; with
    ``reduce_only`` of the position alone. It is 0, with a remark, where that is nothing or something is not known.

    Args:
        fraction: From 0 to 1.
        price: Of the order; of a market order what it will cost, None for the best price there is.
        leverage: Of an isolated order; where None, that of the terms.
        at_market: Whether it is a market order, which may be the smaller.
    """
    if terms.rules.futures:
        lots = margin_needed.closable(side, position_side, terms)
        remark = "" if lots else f"There is no position on {terms.symbol} to reduce."
        if not reduce_only:
            opened, remark = _opened(terms, side, price, leverage or terms.leverage, at_market=at_market)
            lots += opened
        most = _largest(terms, at_market=at_market)
        size = _whole(lots * fraction, terms.rules.lot) * terms.rules.lot
        return Snapped(size if most is None else min(size, most), "" if size else remark)
    return _affordable_coins(fraction, terms, side, price, purse)


def _affordable_coins(fraction: Decimal, terms: Terms, side: Side, price: Decimal | None, purse: Purse) -> Snapped:
    rules, step = terms.rules, terms.rules.lot
    currency = rules.quote if side is Side.BUY else rules.base
    there_is = terms.available.get((purse, currency))
    at = (price or terms.ask or terms.last) if side is Side.BUY else ONE
    if there_is is None or at is None:
        what = f"What is available in {currency}" if there_is is None else f"The price of {terms.symbol}"
        return Snapped(ZERO, f"{what} is not known yet.")
    with localcontext(prec=_EXACT):
        size = _whole(there_is * fraction, at * fee_factor(terms, currency) * step) * step
    return Snapped(size, "" if size else f"Of {said(there_is)} {currency} nothing is left for an order.")


def _opened(
    terms: Terms, side: Side, price: Decimal | None, leverage: Decimal | None, *, at_market: bool
) -> tuple[int, str]:
    """Return how many lots the free margin opens, and why that are none."""
    currency = margin_needed.currency(terms)
    there_is = terms.available.get(("futures", currency))
    at = _costliest(terms, side, price, at_market=at_market)
    if there_is is None:
        return 0, f"What is available in {currency} is not known yet."
    if leverage is None:
        return 0, "The leverage is not known yet."
    if at is None:
        return 0, f"The price of {terms.symbol} is not known yet."
    room = margin_needed.room(terms, leverage)
    worth = there_is * leverage if room is None else min(there_is * leverage, room)
    money = there_is / margin_needed.share(leverage, worth, terms)
    lots = int(_whole(min(money, worth), margin_needed.value(ONE, at, terms)))
    return lots, "" if lots else f"{said(there_is)} {currency} open not even one lot."


def _costliest(terms: Terms, side: Side, price: Decimal | None, *, at_market: bool) -> Decimal | None:
    """The price at which margin is reckoned: of all at which the order may trade, the one that makes it worth most."""
    best = terms.ask if side is Side.BUY else terms.bid
    edge = (terms.price_limit.buy if side is Side.BUY else terms.price_limit.sell) if at_market else None
    known = [each for each in (price, best, edge) if each is not None]
    known = known or [each for each in (terms.last, terms.mark) if each is not None][:1]
    return (min if terms.rules.inverse else max)(known, default=None)


def _largest(terms: Terms, *, at_market: bool) -> Decimal | None:
    contract = terms.contract
    if contract is None:
        return None
    limits = [contract.max_order_qty, contract.market_max_order_qty if at_market else None]
    return min((Decimal(each) for each in limits if each is not None), default=None)


def _own_unit(terms: Terms) -> Unit:
    return "lots" if terms.rules.futures else "base"


def _named(size: Decimal, unit: Unit, terms: Terms) -> str:
    rules = terms.rules
    return f"{size:,f} { ({'lots': 'lots', 'base': rules.base, 'quote': rules.quote}[unit]) }"


def _into_own(unit: Unit, price: Decimal | None, terms: Terms) -> tuple[Decimal, Decimal]:
    """What a size in ``unit`` has to be multiplied and divided by to be in lots, or on spot in coins."""
    rules = terms.rules
    if unit == _own_unit(terms) or (rules.inverse and unit == "quote"):
        return ONE, ONE
    if unit == "lots":
        raise InvalidRequest(f"{terms.symbol} has no lots")
    if rules.futures and not rules.inverse and unit == "base":
        return ONE, rules.coins or ONE
    if price is None or not is_figure(price):
        raise InvalidRequest(f"A price is needed to know what a size in {rules.base} or {rules.quote} is")
    return (price, ONE) if rules.inverse else (ONE, price * (rules.coins or ONE))


def _whole(amount: Decimal, step: Decimal) -> Decimal:
    """How many whole steps there are in ``amount``."""
    try:
        return amount // step
    except InvalidOperation:
        raise InvalidRequest(f"{amount:.6e} is too much") from None


def _unread(terms: Terms) -> Fault:
    return Fault("symbol", f"The rules of {terms.symbol} are not read yet.")
