"""What the exchange would refuse of a spot or margin order, as far as that can be known before it is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from kucoin.decimals import ONE, ZERO
from kucoin.desk import faults
from kucoin.desk.faults import Fault, is_figure, said, worded
from kucoin.desk.terms import Terms
from kucoin.model.market import SpotSymbol
from kucoin.model.order import NewOrder, OrderType, Side, Stp, TimeInForce, TradeType
from kucoin.model.ticket import SpotTicket

_ACCOUNTS = {
    TradeType.TRADE: "spot account",
    TradeType.MARGIN_TRADE: "cross margin account",
    TradeType.MARGIN_ISOLATED_TRADE: "isolated margin account of the pair",
}


class _Bounds(NamedTuple):
    """What an amount of ``currency`` may be: from ``least`` to ``most``, in whole steps."""

    least: Decimal
    most: Decimal
    step: Decimal
    currency: str


def of_spot(ticket: SpotTicket, terms: Terms, pair: SpotSymbol) -> Iterator[Fault]:
    """Say what is wrong with ``ticket``."""
    order = ticket.order
    yield from _account(ticket, pair)
    yield from _waiting(ticket, terms)
    yield from faults.life(order, frozenset(TimeInForce))
    yield from _seconds(order)
    if order.stp is Stp.DC and order.type is OrderType.MARKET:
        yield Fault("stp", "A market order cannot have the self-trade prevention DC.")
    if order.type is OrderType.LIMIT:
        yield from _spot_limit(ticket, terms, pair)
    elif order.price is not None:
        yield Fault("price", "A market order has no price.")
    elif (order.size is None) is (order.funds is None):
        yield Fault("size", "A market order has either a size or funds.")
    elif order.size is not None:
        yield from _size(order.size, pair)
    elif order.funds is not None:
        yield from _funds(order.funds, pair)
    yield from _payable(ticket, terms, pair)


def _account(ticket: SpotTicket, pair: SpotSymbol) -> Iterator[Fault]:
    spot = ticket.trade_type is TradeType.TRADE
    if not spot and not pair.is_margin_enabled:
        yield Fault("symbol", f"{pair.symbol} is not traded on margin.")
    for name, wanted, does in (
        ("auto_borrow", ticket.auto_borrow, "borrows"),
        ("auto_repay", ticket.auto_repay, "repays"),
    ):
        if wanted and spot:
            yield Fault(name, f"An order of the spot account {does} nothing.")
        elif wanted and (ticket.trigger or ticket.oco):
            yield Fault(name, f"An order that waits for a price {does} nothing by itself.")


def _waiting(ticket: SpotTicket, terms: Terms) -> Iterator[Fault]:
    """What is wrong with an order that waits for a price, or with a pair of which one cancels the other."""
    if ticket.trigger is not None:
        yield from faults.price("stop_price", ticket.trigger.price, terms)
        if ticket.trade_type is TradeType.MARGIN_ISOLATED_TRADE:
            yield Fault("stop_price", "Orders of an isolated margin account cannot wait for a price.")
        if ticket.oco is not None:
            yield Fault("stop_price", "An order cannot be one of a pair and wait for a price of its own.")
    if ticket.oco is None:
        return
    order, oco = ticket.order, ticket.oco
    yield from faults.price("stop_price", oco.stop_price, terms)
    yield from faults.price("limit_price", oco.limit_price, terms)
    if ticket.trade_type is not TradeType.TRADE:
        yield Fault("stop_price", "Pairs of which one cancels the other are of the spot account only.")
    if order.type is not OrderType.LIMIT:
        yield Fault("price", "A pair of which one cancels the other begins with a limit order.")
    if order.post_only:
        yield Fault("post_only", "A pair of which one cancels the other cannot be post-only.")
    if order.time_in_force not in {None, TimeInForce.GTC}:
        yield Fault("time_in_force", f"A pair of which one cancels the other is GTC, not {order.time_in_force}.")
    if order.stp is not None:
        yield Fault("stp", "A pair of which one cancels the other has no self-trade prevention.")
    yield from _straddles(order, oco.stop_price, terms.last)


def _straddles(order: NewOrder, stop: Decimal, last: Decimal | None) -> Iterator[Fault]:
    """What is wrong with where a pair's prices are: the last price has to be between limit and stop."""
    if last is None or not is_figure(order.price) or not is_figure(stop) or order.price is None:
        return
    sells = order.side is Side.SELL
    above, below = (order.price, stop) if sells else (stop, order.price)
    if above <= last:
        yield Fault("price" if sells else "stop_price", f"{above:,f} has to be above the last price {last:,f}.")
    if below >= last:
        yield Fault("stop_price" if sells else "price", f"{below:,f} has to be below the last price {last:,f}.")


def _seconds(order: NewOrder) -> Iterator[Fault]:
    """What is wrong with how long an order is to live."""
    if (order.cancel_after is not None) is not (order.time_in_force is TimeInForce.GTT):
        yield Fault("cancel_after", "GTT takes a number of seconds to live, and only GTT does.")
    elif order.cancel_after is not None and (type(order.cancel_after) is not int or order.cancel_after <= 0):
        yield Fault("cancel_after", f"{order.cancel_after} is no number of seconds above 0.")


def _spot_limit(ticket: SpotTicket, terms: Terms, pair: SpotSymbol) -> Iterator[Fault]:
    order = ticket.order
    if order.funds is not None:
        yield Fault("funds", "A limit order has a size, not funds.")
    yield from faults.price("price", order.price, terms)
    if order.size is None:
        yield Fault("size", "A limit order needs a size.")
        return
    yield from _size(order.size, pair)
    legs = [order.price, ticket.oco.limit_price if ticket.oco else None]
    prices = [price for price in legs if price is not None and is_figure(price)]
    if pair.min_funds is not None and prices and is_figure(order.size) and order.size * min(prices) < pair.min_funds:
        worth = f"{said(order.size * min(prices))} {pair.quote_currency}"
        yield Fault(
            "size", f"{worth} is less than the smallest order of {worded(pair.min_funds, pair.quote_currency)}."
        )
    if ticket.trigger is None and ticket.oco is None:
        yield from faults.within(order.side, order.price, terms)


def _size(size: Decimal, pair: SpotSymbol) -> Iterator[Fault]:
    bounds = _Bounds(pair.base_min_size, pair.base_max_size, pair.base_increment, pair.base_currency)
    yield from _amount("size", size, bounds)


def _funds(funds: Decimal, pair: SpotSymbol) -> Iterator[Fault]:
    least = max(pair.quote_min_size, pair.min_funds or ZERO)
    yield from _amount("funds", funds, _Bounds(least, pair.quote_max_size, pair.quote_increment, pair.quote_currency))


def _amount(field: str, amount: Decimal, bounds: _Bounds) -> Iterator[Fault]:
    least, most, step, currency = bounds
    if not is_figure(amount):
        yield Fault(field, "This is no amount above 0.")
    elif amount < least:
        yield Fault(
            field,
            f"{worded(amount, currency)} is less than the smallest order of {worded(least, currency)}.",
        )
    elif amount > most:
        yield Fault(
            field,
            f"{worded(amount, currency)} is more than the largest order of {worded(most, currency)}.",
        )
    elif not faults.on_step(amount, step):
        yield Fault(field, f"{worded(amount, currency)} is no multiple of {worded(step, currency)}.")


def _payable(ticket: SpotTicket, terms: Terms, pair: SpotSymbol) -> Iterator[Fault]:
    """What an order that is live at once costs more than its account has; what it may borrow is not known."""
    order = ticket.order
    if ticket.trigger or ticket.oco or ticket.auto_borrow:
        return
    buys = order.side is Side.BUY
    amount = _spent(order) if buys else order.size
    if amount is None or not is_figure(amount):
        return
    currency = pair.quote_currency if buys else pair.base_currency
    there_is = terms.available.get((ticket.trade_type, currency))
    needed = amount * fee_factor(terms, currency)
    if there_is is not None and needed > there_is:
        account = _ACCOUNTS[ticket.trade_type]
        text = f"This takes {said(needed)} {currency}, fee included; the {account} has {said(there_is)} available."
        yield Fault("balance", text)


def fee_factor(terms: Terms, currency: str) -> Decimal:
    """Return what has to be there for each unit of ``currency`` that is spent on a pair: 1, and the fee if it is in it.

    Which fee it will be is not known yet, so the higher counts.
    """
    if terms.pair is None or terms.fee is None or terms.pair.fee_currency != currency:
        return ONE
    return ONE + max(terms.fee.maker, terms.fee.taker, ZERO)


def _spent(order: NewOrder) -> Decimal | None:
    """What a buy costs without fees; None where only the book tells."""
    if order.type is OrderType.MARKET:
        return order.funds
    if order.price is None or order.size is None or not is_figure(order.price) or not is_figure(order.size):
        return None
    return order.price * order.size
