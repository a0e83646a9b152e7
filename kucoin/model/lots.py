"""What lots are worth: the one place that knows how linear and inverse contracts differ.

A lot of a linear contract is ``multiplier`` coins; a lot of an inverse one is one unit of the quote currency, and its
worth in coins depends on the price. Source: https://www.kucoin.com/docs-new/api-3470220 (``multiplier``, ``isInverse``)
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import NewType

from kucoin.decimals import ZERO
from kucoin.model.market import Contract
from kucoin.model.order import Lots

Coins = NewType("Coins", Decimal)
"""A size in base currency, as spot counts."""

_DIGITS = 28  # of a quotient; products and sums are exact
_EXACT = 120


def coins(lots: Lots, contract: Contract, price: Decimal) -> Coins:
    """Return what ``lots`` come to in base currency at ``price``: linear lots × multiplier, inverse lots ÷ price.

    Raises:
        ValueError: ``price`` is not above zero; the text names it.
    """
    _check(price)
    with localcontext(prec=_EXACT):
        quantity = lots * abs(contract.multiplier)
    return Coins(_divide(quantity, price) if contract.is_inverse else quantity)


def average_price(fills: Iterable[tuple[Lots, Decimal]], contract: Contract) -> Decimal | None:
    """Return what the lots of ``fills`` (lots and price of each) cost on average; None where there are none.

    Linear: the mean by lots. Inverse: the harmonic mean, since what was paid are coins.

    Raises:
        ValueError: A price is not above zero; the text names it.
    """
    lots, total = Lots(0), ZERO
    for size, price in fills:
        _check(price)
        lots = Lots(lots + size)
        with localcontext(prec=_EXACT):
            total += size / price if contract.is_inverse else size * price
    if not lots:
        return None
    return _divide(Decimal(lots), total) if contract.is_inverse else _divide(total, Decimal(lots))


def price_of(lots: Lots, value: Decimal, contract: Contract) -> Decimal | None:
    """Return the price at which ``lots`` are worth ``value`` in settlement currency; None where either is 0."""
    with localcontext(prec=_EXACT):
        quantity = lots * abs(contract.multiplier)
    if not quantity or not value:
        return None
    return _divide(quantity, abs(value)) if contract.is_inverse else _divide(abs(value), quantity)


def _check(price: Decimal) -> None:
    if not price > ZERO:
        raise ValueError(f"a contract has no price {price}")


def _divide(dividend: Decimal, divisor: Decimal) -> Decimal:
    with localcontext(prec=_DIGITS):
        return dividend / divisor
