"""Changes: of what protects a position, and of a working order; and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class ChangeState(StrEnum):
    """What became of a change.

    ``WORKING``: it is under way. ``HALF``: a part of it happened, and the words say which. ``REFUSED``: nothing
    happened. ``UNKNOWN``: what became of an order is still being looked up; it turns into one of the others.
    """

    WORKING = "working"
    DONE = "done"
    HALF = "half"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of the stop or the take profit of a position.

    Attributes:
        number: Counts the changes of this run.
        position_side: BOTH, or LONG and SHORT in hedge mode.
        what: In a few words: ``stop at 86,120.0``, ``stop to break-even at 87,010.5``, ``remove take profit``.
        words: What became of it, as a sentence.
        at: When it was pressed, aware UTC.
    """

    number: int
    symbol: str
    position_side: str
    what: str
    state: ChangeState
    words: str
    by: str
    at: datetime


class AmendState(StrEnum):
    """What became of an amend.

    ``SENT``: it is under way. ``HALF``: the old order has ended, and no new one stands in its place. ``REFUSED``: the
    old order stands as it was, or had ended by itself. ``UNKNOWN``: what became of it is still being looked up; it
    turns into one of the others.
    """

    SENT = "sent"
    DONE = "done"
    HALF = "half"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend:
    """Another price or size for a working order, and what became of that.

    Attributes:
        order_id: KuCoin's id of the order as it was.
        words: What became of it, as a sentence; what is being done while it is under way.
        new_order_id: KuCoin's id of the order in its place; None while there is none.
        took: Seconds from the press to its end; None while there is none.
        price, size: What was asked for; None where that was to stay.
    """

    order_id: str
    symbol: str
    state: AmendState
    words: str = ""
    new_order_id: str | None = None
    took: float | None = None
    by: str = ""
    price: Decimal | None = None
    size: Decimal | int | None = None
