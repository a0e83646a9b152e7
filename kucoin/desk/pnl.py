"""What trading futures earned: by day, by symbol, by position."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from kucoin.desk.rounds import Closed


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was realised in the day, week or month (UTC) that begins on ``start``; fees and funding negative if paid.

    ``closed`` counts the positions that ended in it.
    """

    start: date
    price: Decimal
    fees: Decimal
    funding: Decimal
    closed: int

    @property
    def net(self) -> Decimal:
        """After fees and funding."""
        return self.price + self.fees + self.funding


@dataclass(frozen=True, slots=True)
class SymbolSum:
    """What was realised on one contract; ``won`` counts the positions that ended with a gain."""

    symbol: str
    price: Decimal
    fees: Decimal
    funding: Decimal
    closed: int
    won: int

    @property
    def net(self) -> Decimal:
        """After fees and funding."""
        return self.price + self.fees + self.funding


@dataclass(frozen=True, slots=True)
class Report:
    """What was realised in one settlement currency since a moment, or ever.

    Attributes:
        fees, funding: Negative when paid.
        turnover: Value of all fills.
        payments: How many fundings were paid or received.
        closed, won: Positions that ended, and how many of them with a gain; one that earned exactly nothing counts as
            neither gain nor loss.
        win_rate: Of gains among gains and losses, a fraction; None where there are none.
        average_win, average_loss: Of positions; the loss is negative; None where there are none.
        best, worst: By net; None where nothing ended.
        days: Those on which something was realised, oldest first.
        by_symbol: By net, best first.
        positions: Newest first.
        partial: How many of ``positions`` our fills do not wholly tell (see `Round.complete`, `Closed.missing`).
    """

    currency: str
    since: datetime | None
    price: Decimal
    fees: Decimal
    funding: Decimal
    turnover: Decimal
    payments: int
    closed: int
    won: int
    win_rate: Decimal | None
    average_win: Decimal | None
    average_loss: Decimal | None
    best: Closed | None
    worst: Closed | None
    days: tuple[Bucket, ...]
    by_symbol: tuple[SymbolSum, ...]
    positions: tuple[Closed, ...]
    partial: int

    @property
    def net(self) -> Decimal:
        """After fees and funding."""
        return self.price + self.fees + self.funding

    @property
    def best_day(self) -> Bucket | None:
        """The day with the highest net."""
        return max(self.days, key=lambda day: day.net, default=None)

    @property
    def worst_day(self) -> Bucket | None:
        """The day with the lowest net."""
        return min(self.days, key=lambda day: day.net, default=None)
