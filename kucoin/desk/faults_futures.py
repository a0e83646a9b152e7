"""What the exchange would refuse of a futures order, as far as that can be known before it is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kucoin.desk import faults, margin_needed
from kucoin.desk.faults import Fault, is_figure, said
from kucoin.desk.terms import Terms
from kucoin.model.market import Contract
from kucoin.model.order import MarginMode, NewFuturesOrder, OrderType, PositionSide, Stp, TimeInForce
from kucoin.model.position import PositionMode
from kucoin.model.ticket import FuturesTicket

_MODES = {MarginMode.CROSS: "cross", MarginMode.ISOLATED: "isolated"}


def of_futures(ticket: FuturesTicket, terms: Terms, contract: Contract) -> Iterator[Fault]:
    """Say what is wrong with ``ticket``."""
    order = ticket.order
    yield from _position_mode(order, terms)
    yield from _margin_mode(order, terms, contract)
    yield from faults.life(order, frozenset({TimeInForce.GTC, TimeInForce.IOC}))
    if order.stp is Stp.DC:
        yield Fault("stp", "A futures order cannot have the self-trade prevention DC.")
    if order.type is OrderType.LIMIT:
        yield from faults.price("price", order.price, terms)
    elif order.price is not None:
        yield Fault("price", "A market order has no price.")
    if order.stop is not None:
        yield from faults.price("stop_price", order.stop.price, terms)
    elif order.type is OrderType.LIMIT:
        yield from faults.within(margin_needed.side(order, terms), order.price, terms)
    yield from _bracket(ticket, terms)
    if order.close_order:
        if order.side is not None or order.size is not None or order.leverage is not None:
            yield Fault("size", "An order that closes the whole position has no side, size or leverage.")
        return
    if order.side is None:
        yield Fault("side", "The order has to buy or to sell.")
    yield from _lots(ticket, contract)
    yield from _leverage(order, terms, contract)
    if order.stop is None:
        yield from _bearable(order, terms)


def _position_mode(order: NewFuturesOrder, terms: Terms) -> Iterator[Fault]:
    one_way = order.position_side is PositionSide.BOTH
    match terms.position_mode:
        case None:
            yield Fault("position_side", "The position mode of the account is not read yet.")
        case PositionMode.HEDGE if one_way:
            yield Fault("position_side", "The account is in hedge mode: the order has to say long or short.")
        case PositionMode.ONE_WAY if not one_way:
            yield Fault("position_side", "The account is in one-way mode: the order cannot say long or short.")


def _margin_mode(order: NewFuturesOrder, terms: Terms, contract: Contract) -> Iterator[Fault]:
    now = terms.margin_mode
    if now is None:
        yield Fault("margin_mode", f"The margin mode of {terms.symbol} is not read yet.")
    elif order.margin_mode is not now:
        text = f"{terms.symbol} is on {_MODES[now]} margin now, and the order says {_MODES[order.margin_mode]}."
        yield Fault("margin_mode", text)
    elif now is MarginMode.CROSS and contract.supports_cross is False:
        yield Fault("margin_mode", f"{terms.symbol} is not traded on cross margin.")


def _bracket(ticket: FuturesTicket, terms: Terms) -> Iterator[Fault]:
    order, bracket = ticket.order, ticket.bracket
    if bracket is None:
        return
    field = "above" if bracket.above is not None else "below"
    if bracket.above is None and bracket.below is None:
        yield Fault("above", "A take profit or a stop loss needs a price.")
    if order.stop is not None:
        yield Fault(field, "An order that waits for a price cannot carry a take profit or stop loss.")
    if margin_needed.closes(order):
        yield Fault(field, "An order that only reduces cannot carry a take profit or stop loss.")
    prices = [each for each in (order.price, terms.last, terms.mark) if each is not None and is_figure(each)]
    at = prices[0] if prices else None
    for name, price in (("above", bracket.above), ("below", bracket.below)):
        if price is None:
            continue
        yield from faults.price(name, price, terms)
        if at is not None and is_figure(price) and (price <= at if name == "above" else price >= at):
            yield Fault(name, f"{price:,f} is not {name} {at:,f}, so it would close at once what was opened.")


def _lots(ticket: FuturesTicket, contract: Contract) -> Iterator[Fault]:
    order = ticket.order
    size, lot = order.size, contract.lot_size
    if size is None:
        yield Fault("size", "The order needs a size.")
    elif type(size) is not int or size <= 0:
        yield Fault("size", "This is no whole number of lots above 0.")
    elif size % lot:
        yield Fault("size", f"{size:,} is no multiple of {_lots_of(lot)}.")
    else:
        most, kind = _most(ticket, contract)
        if most is not None and size > most:
            yield Fault("size", f"{size:,} is more than the largest {kind} of {_lots_of(most)}.")


def _most(ticket: FuturesTicket, contract: Contract) -> tuple[int | None, str]:
    """The most lots of an order, and of what kind of order that is: take profit and stop loss close at the market."""
    most, at_market = contract.max_order_qty, contract.market_max_order_qty
    if ticket.order.type is OrderType.LIMIT and ticket.bracket is None:
        return most, "order"
    known = [each for each in (most, at_market) if each is not None]
    return min(known, default=None), "market order" if ticket.bracket is None else "order with take profit or stop loss"


def _lots_of(count: int) -> str:
    return f"{count:,} {'lot' if count == 1 else 'lots'}"


def _leverage(order: NewFuturesOrder, terms: Terms, contract: Contract) -> Iterator[Fault]:
    leverage = order.leverage
    counts = order.margin_mode is MarginMode.ISOLATED and not margin_needed.closes(order)
    if leverage is None:
        if counts and terms.leverage is None:
            yield Fault("leverage", "On isolated margin the order has to say its leverage.")
    elif type(leverage) is not int or leverage < 1:
        yield Fault("leverage", f"{leverage} is no whole leverage from 1.")
    elif counts and contract.max_leverage is not None and leverage > contract.max_leverage:
        yield Fault("leverage", f"{leverage}x is more than the {contract.max_leverage}x of {terms.symbol}.")


def _bearable(order: NewFuturesOrder, terms: Terms) -> Iterator[Fault]:
    """What an opening order needs more than the account has, or than any of the contract's tiers allows."""
    opening = margin_needed.opening(order, terms)
    price = order.price or terms.last or terms.mark
    if not opening or price is None or not is_figure(price):
        return
    currency = margin_needed.currency(terms)
    leverage = margin_needed.leverage(order, terms)
    value = margin_needed.value(Decimal(opening), price, terms)
    most = margin_needed.room(terms, leverage)
    if most is not None and value + margin_needed.exposure(order, terms) > most:
        text = f"The position would be worth more than the {said(most)} {currency} that {terms.symbol} allows"
        yield Fault("size", f"{text} at {leverage:f}x." if leverage else f"{text}.")
    there_is = terms.available.get(("futures", currency))
    if there_is is None or leverage is None:
        return
    needed = value * margin_needed.share(leverage, value, terms)
    if needed > there_is:
        text = f"This takes {said(needed)} {currency} of margin, fees included; {said(there_is)} are available."
        yield Fault("balance", text)
