"""Decimal arithmetic as an exchange needs it: exact, plain text, snapped to a step."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

ZERO = Decimal(0)
ONE = Decimal(1)


def plain(value: Decimal) -> str:
    """Return ``value`` without exponent, the way KuCoin takes numbers: ``0.00000001``."""
    return f"{value:f}"


def parse(text: str) -> Decimal:
    """Return the finite number that ``text`` spells.

    Raises:
        ValueError: It is not one; the text names it.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if not value.is_finite():
        raise ValueError(f"{text!r} is not a finite number")
    return value


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of ``step`` that is not above ``value``."""
    return (value / step).to_integral_value(rounding=ROUND_FLOOR) * step


def ceil_to(value: Decimal, step: Decimal) -> Decimal:
    """Return the smallest multiple of ``step`` that is not below ``value``."""
    return (value / step).to_integral_value(rounding=ROUND_CEILING) * step


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Say whether ``value`` is a whole number of ``step``."""
    return value % step == 0


def places(step: Decimal) -> int:
    """Return how many decimals a multiple of ``step`` can need: 1 for 0.5, 0 for 10."""
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
