"""What opening a futures position takes: margin, fees, and room in the contract's tiers. Pure.

The terms have to be of a contract. Values and margins are in its settlement currency.
"""

from __future__ import annotations

from decimal import Decimal

from kucoin.decimals import ONE, ZERO
from kucoin.desk.terms import Terms
from kucoin.model.market import Contract
from kucoin.model.order import MarginMode, NewFuturesOrder, PositionSide, Side
from kucoin.model.position import RiskTier, signed_lots

_CLOSING = frozenset({(PositionSide.LONG, Side.SELL), (PositionSide.SHORT, Side.BUY)})


def currency(terms: Terms) -> str:
    """Return what margins are in."""
    return _contract(terms).settle_currency


def value(lots: Decimal, price: Decimal, terms: Terms) -> Decimal:
    """Return what so many lots are worth at ``price``: coins on inverse contracts, quote currency on others."""
    contract = _contract(terms)
    if contract.is_inverse:
        return lots * abs(contract.multiplier) / price
    return lots * contract.multiplier * price


def closable(side: Side, position_side: PositionSide, terms: Terms) -> int:
    """Return how many lots an order could close: those of the position that it is against; 0 where none is known."""
    if position_side is not PositionSide.BOTH and (position_side, side) not in _CLOSING:
        return 0
    held = (signed_lots(each.current_qty, each.position_side) for each in terms.positions or ())
    return sum(abs(lots) for lots in held if (lots > 0) == (side is Side.SELL))


def closes(order: NewFuturesOrder) -> bool:
    """Whether an order can only make a position smaller."""
    return order.reduce_only or order.close_order or (order.position_side, order.side) in _CLOSING


def side(order: NewFuturesOrder, terms: Terms) -> Side | None:
    """Return whether an order buys or sells, also where it closes a whole position; None where that is not known."""
    if order.side is not None or not order.close_order:
        return order.side
    known = [each for each in terms.positions or () if each.position_side == order.position_side]
    if len(known) != 1 or not known[0].current_qty:
        return None
    return Side.SELL if signed_lots(known[0].current_qty, known[0].position_side) > 0 else Side.BUY


def opening(order: NewFuturesOrder, terms: Terms) -> int:
    """Return how many lots of an order are certain to open a position: not those that could close one."""
    if closes(order) or order.side is None or order.size is None or terms.positions is None:
        return 0
    return max(0, order.size - closable(order.side, order.position_side, terms))


def exposure(order: NewFuturesOrder, terms: Terms) -> Decimal:
    """Return what the position that an order adds to is worth at its entry; 0 where there is none."""
    total = ZERO
    for each in terms.positions or ():
        lots = signed_lots(each.current_qty, each.position_side)
        if each.pos_cost is not None and (lots > 0) == (order.side is Side.BUY):
            total += abs(each.pos_cost)
    return total


def leverage(order: NewFuturesOrder, terms: Terms) -> Decimal | None:
    """Return the leverage of an order; None where it is not known."""
    if order.margin_mode is MarginMode.ISOLATED and type(order.leverage) is int and order.leverage >= 1:
        return Decimal(order.leverage)
    return terms.leverage


def room(terms: Terms, at: Decimal | None) -> Decimal | None:
    """Return what a position could be worth at most with the leverage ``at``, whatever tier the account is in."""
    tiers = [tier.max_risk_limit for tier in terms.tiers or () if at is None or tier.max_leverage >= at]
    return max(tiers, default=None)


def share(at: Decimal, worth: Decimal, terms: Terms) -> Decimal:
    """Return what opening freezes for each unit of value: initial and maintenance margin, and the fees of both ways.

    Args:
        at: The leverage.
        worth: The value of the whole, which decides the tier.
    """
    return ONE / at + maintenance(worth, terms) + taker(terms) * (2 + ONE / at)


def maintenance(worth: Decimal, terms: Terms) -> Decimal:
    """Return the maintenance margin rate of a position of that value; 0 where it is not known."""
    tier = tier_of(worth, terms)
    if tier is not None:
        return tier.maintain_margin
    return _contract(terms).maintain_margin or ZERO


def tier_of(worth: Decimal, terms: Terms) -> RiskTier | None:
    """Return the tier that a position of that value is in: the last where it is in none; None while they are unread."""
    tiers = terms.tiers or ()
    return next((tier for tier in tiers if worth <= tier.max_risk_limit), tiers[-1] if tiers else None)


def taker(terms: Terms) -> Decimal:
    """Return what taking liquidity costs, a fraction: the account's own rate, else the contract's; 0 if unknown."""
    if terms.fee is not None:
        return terms.fee.taker
    return _contract(terms).taker_fee_rate or ZERO


def _contract(terms: Terms) -> Contract:
    if terms.contract is None:
        raise ValueError(f"{terms.symbol} is no contract")
    return terms.contract
