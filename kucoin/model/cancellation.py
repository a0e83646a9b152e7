"""A wish to cancel an order, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CancelState(StrEnum):
    """What became of a wish to cancel an order.

    ``SENT``: it is being asked for. ``GONE``: the order is in the market no more, and how it ended was not told.
    ``REFUSED``: the order lives, for the exchange or this machine would not cancel it. ``UNKNOWN``: nobody could tell
    in time. Any of the last three still turns into one of the others where the order is heard to have ended.
    """

    SENT = "sent"
    CANCELLED = "cancelled"
    FILLED = "filled"
    PARTLY_FILLED = "partly filled"
    GONE = "gone"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """A wish to cancel an order and what became of it.

    Attributes:
        order_id: As it was asked for: of an order, of one that waits for a price, or of a pair.
        words: What became of it, as a sentence; empty while it is not known.
        took: Seconds from the press to the end; None while it is not known.
        by: Who wished it.
    """

    order_id: str
    symbol: str
    state: CancelState
    words: str = ""
    took: float | None = None
    by: str = ""
