"""Ways out: many things asked for with one press, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Way(StrEnum):
    """What was pressed: cancel open orders, or cancel those on futures and close every position as well."""

    CANCEL = "cancel all"
    FLATTEN = "flatten"


class ItemState(StrEnum):
    """What became of one order or position. ``FAILED`` and ``UNKNOWN`` want a person to look."""

    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingItem:
    """One order to be cancelled or position to be closed.

    Attributes:
        kind: ``order`` or ``position``.
        key: KuCoin's id of the order; symbol and side of the position, such as ``XBTUSDTM BOTH``.
        what: What it is, in words: ``Sell 200 XBTUSDTM at 87,124.0`` or ``Long 1,250 XBTUSDTM``.
        words: What became of it, as a sentence; empty while it is not known.
        took: Seconds from the press to its end; None while there is none.
    """

    kind: str
    key: str
    symbol: str
    what: str
    state: ItemState = ItemState.SENT
    words: str = ""
    took: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """One press of a way out, and what became of each item.

    Attributes:
        number: Counts the presses of this run.
        over: Whether nothing more is being tried.
        notes: What is to be known besides, such as that the list of orders could not be read anew.
    """

    number: int
    way: Way
    by: str
    at: datetime
    items: tuple[LeavingItem, ...] = ()
    over: bool = False
    notes: tuple[str, ...] = ()
