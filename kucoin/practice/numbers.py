"""How amounts are written on the wire: plain digits, no zeros at the end."""

from __future__ import annotations

from decimal import Decimal

UNIT = Decimal("0.00000001")  # what accounts count in, whatever the currency


def text(value: Decimal) -> str:
    """Return ``value`` as KuCoin writes text amounts: ``67269``, ``0.5``, never ``6.7E+4`` or ``0.50``."""
    return f"{(value + 0).normalize():f}"


def optional(value: Decimal | None) -> str | None:
    """Return ``value`` as `text` does, null where there is none."""
    return text(value) if value is not None else None


def number(value: Decimal) -> Decimal:
    """Return ``value`` cut to ten decimals, for an amount that is told as a JSON number."""
    return (value + 0).quantize(Decimal("0.0000000001")).normalize()
