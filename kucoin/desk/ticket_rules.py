"""What the exchange would refuse of a ticket, and how input is brought to what it takes. Pure and exact."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

Unit = Literal["lots", "base", "quote"]
"""In what a size is typed: lots (futures only), coins, or quote currency."""


class Fault(NamedTuple):
    """Why a ticket would be refused.

    ``field`` names what has to change: price, size, funds, stop_price, limit_price, above, below, time_in_force,
    post_only, reduce_only, leverage, margin_mode, symbol, cancel_after, auto_borrow or balance.
    """

    field: str
    text: str


class Snapped(NamedTuple):
    """A figure as it may leave; ``remark`` says what was changed of it, empty where nothing was."""

    value: Decimal
    remark: str


class Sizes(NamedTuple):
    """One size in every unit: ``lots`` (None on spot), ``coins`` and ``value`` in quote currency; None: unknown."""

    lots: Decimal | None
    coins: Decimal | None
    value: Decimal | None
