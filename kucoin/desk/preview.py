"""What would come of a ticket, as a page shows it before the order is sent.

Everything named *after* is once all that can fill of it has filled: what the book takes at once at the levels walked,
and what rests at its own price. What is not known is None, and `Preview.reasons` says why; it is never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from kucoin.decimals import ZERO
from kucoin.desk.ticket_rules import Sizes
from kucoin.model.feed import Level

_UNSIZED = Sizes(None, None, None)


class CautionKind(StrEnum):
    """Why somebody should think twice."""

    STALE = "stale"  # the book may be old
    THIN = "thin"  # the order is larger than what is there
    SLIPPAGE = "slippage"  # it would move the price far
    FAR = "far"  # its price is far on the wrong side of the market
    AT_ONCE = "at once"  # the price that it is to wait for is there already
    UNKNOWN = "unknown"  # something that decides what it costs cannot be told


class Caution(NamedTuple):
    """Something that has to be agreed to before the order may leave; ``text`` is a sentence that names the reason."""

    kind: CautionKind
    text: str


class Rest(StrEnum):
    """What becomes of what does not fill at once."""

    RESTS = "rests"
    CANCELLED = "cancelled"


class Taking(StrEnum):
    """At which of the two rates fees are due."""

    TAKER = "taker"
    MAKER = "maker"
    BOTH = "both"


class Holding(NamedTuple):
    """A futures position: signed ``lots``, 0 where there is none, and the average price they were entered at."""

    lots: int
    entry: Decimal | None


class Worst(NamedTuple):
    """What is left at the attached stop, both fees counted: negative where money is lost.

    ``share`` is the same as a fraction of the equity, None where that is not known.
    """

    amount: Decimal
    share: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would come of a ticket; see the module for what *after* means.

    Sizes are in base currency, on futures in lots; prices in quote currency; ratios are fractions.

    Attributes:
        sizes: What would be ordered, in every unit: less than was asked for where only a position may be closed.
        fills: Price and size of every level that would be walked, the best first.
        filled: What of it fills at once, ``rest`` what does not, and ``rest_is`` what becomes of that.
        average: The average price of ``fills``; None where nothing fills at once.
        best: The price of the best order on the other side, of which slippage is counted.
        slippage: How much worse than that the average is, in quote currency, never negative; ``slippage_ratio`` as
            a fraction; ``slippage_step`` 0 where that is quiet, 1 where it is worth a look, 2 where it needs a tick.
        fee: What filling costs after all, in ``fee_currency``. ``fee_rate`` is the rate of what fills at once, or of
            what rests where nothing does.
        cost: What leaves the account that pays, fee included, in ``cost_currency``; on futures what the order takes
            of the free money: margin, fee and loss, less what closing frees. Negative where more is freed.
        gets: What comes in, less a fee that is taken of it, in ``gets_currency``. Spot and margin only.
        margin: The initial margin of what is opened, in ``cost_currency``: 0 where nothing is. Futures only.
        available_before: What may be used of ``cost_currency``, ``available_after`` the same after, never below 0.
        liquidation: Estimated price after, ``liquidation_before`` as it stands: 0 for a long that nothing liquidates.
            None with no reason where no position is left, or no price liquidates it.
        distance: From mark to ``liquidation``, a fraction of the mark.
        position_before: The position that the order changes, and what is left of it after. Futures only.
        worst: At the attached stop loss, or the stop of a one-cancels-other pair.
        borrow: What would be borrowed of ``cost_currency``; 0 where nothing would. None without auto-borrow.
        book_age: In s; how old the book is by the last word about it.
        notes: What was assumed, in sentences.
        reasons: Why a figure is not known, by its name here.
        cautions: What has to be agreed to, each on its own.
        problem: Why nothing would come of it at all; None where something would, or where it waits for a price.
    """

    sizes: Sizes = _UNSIZED
    fills: tuple[Level, ...] = ()
    filled: Decimal = ZERO
    rest: Decimal = ZERO
    rest_is: Rest | None = None
    average: Decimal | None = None
    best: Decimal | None = None
    slippage: Decimal | None = None
    slippage_ratio: Decimal | None = None
    slippage_step: int = 0
    fee: Decimal | None = None
    fee_currency: str = ""
    fee_rate: Decimal | None = None
    liquidity: Taking | None = None
    cost: Decimal | None = None
    cost_currency: str = ""
    gets: Decimal | None = None
    gets_currency: str = ""
    margin: Decimal | None = None
    available_before: Decimal | None = None
    available_after: Decimal | None = None
    liquidation: Decimal | None = None
    liquidation_before: Decimal | None = None
    distance: Decimal | None = None
    position_before: Holding | None = None
    position_after: Holding | None = None
    worst: Worst | None = None
    borrow: Decimal | None = None
    book_age: float | None = None
    notes: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    cautions: tuple[Caution, ...] = ()
    problem: str | None = None
