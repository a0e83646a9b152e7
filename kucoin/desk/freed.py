"""What is there for an order that comes in the place of another: what that one holds is free again. Pure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kucoin.desk import margin_needed
from kucoin.desk.faults_spot import fee_factor
from kucoin.desk.order_state import AnyOrder, FuturesOrderState, SpotOrderState
from kucoin.desk.terms import Purse, Terms
from kucoin.model.order import Side, TradeType


def freed(terms: Terms, order: AnyOrder) -> Terms:
    """Return ``terms`` as they are once ``order`` has ended; where it is not known what it holds, as they are.

    An order that only reduces holds nothing; one of which that is not known is taken for such a one.
    """
    held = _spot(terms, order) if isinstance(order, SpotOrderState) else _futures(terms, order)
    if held is None:
        return terms
    (purse, currency), amount = held
    there_is = terms.available.get((purse, currency))
    if there_is is None:
        return terms
    return replace(terms, available={**terms.available, (purse, currency): there_is + amount})


def _spot(terms: Terms, order: SpotOrderState) -> tuple[tuple[Purse, str], Decimal] | None:
    pair, left = terms.pair, order.remaining_size
    if pair is None or left is None or order.price is None:
        return None
    buys = order.side is Side.BUY
    currency = pair.quote_currency if buys else pair.base_currency
    amount = (left * order.price if buys else left) * fee_factor(terms, currency)
    return (order.trade_type or TradeType.TRADE, currency), amount


def _futures(terms: Terms, order: FuturesOrderState) -> tuple[tuple[Purse, str], Decimal] | None:
    left, leverage = order.remaining_size, terms.leverage
    if order.reduce_only is not False or terms.contract is None or left is None:
        return None
    if order.price is None or leverage is None:
        return None
    value = margin_needed.value(Decimal(left), order.price, terms)
    return ("futures", margin_needed.currency(terms)), value * margin_needed.share(leverage, value, terms)
