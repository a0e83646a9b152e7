"""What was realised on each contract, kept so that a question over all of it is answered at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from kucoin.decimals import ZERO
from kucoin.desk.round_book import RoundBook
from kucoin.desk.rounds import Ended, Realised


class Sums:
    """What was realised in some span."""

    __slots__ = ("fees", "funding", "payments", "price", "turnover", "unpriced")

    def __init__(self) -> None:
        self.price = self.fees = self.funding = self.turnover = ZERO
        self.payments = self.unpriced = 0

    def count(self, one: Realised) -> None:
        """Add what one fill or funding did."""
        if one.funding:
            self.funding += one.funding
            self.payments += 1
            return
        self.price += one.price
        self.fees += one.fee
        self.turnover += one.value
        self.unpriced += one.unpriced > 0

    def add(self, other: Sums) -> None:
        """Add another span's sums."""
        self.price += other.price
        self.fees += other.fees
        self.funding += other.funding
        self.turnover += other.turnover
        self.payments += other.payments
        self.unpriced += other.unpriced


@dataclass(frozen=True, slots=True)
class Page:
    """What is known of one contract, for reading: nothing of it changes.

    ``realised`` may grow in the hands of the writer; readers look no further than ``count``. A day that more comes to
    gets new sums.
    """

    symbol: str
    currency: str
    realised: Sequence[Realised]
    count: int
    days: Mapping[date, Sums]
    closed: Sequence[Ended]

    def since(self, since: datetime | None) -> tuple[dict[date, Sums], Sequence[Ended]]:
        """Return the sums by day and the positions that ended, of all or of what happened since a moment."""
        if since is None:
            return dict(self.days), self.closed
        first = since.astimezone(UTC).date()
        days = {day: sums for day, sums in self.days.items() if day > first}
        part = Sums()
        for one in self.from_moment(since):
            if one.at.date() > first:
                break
            part.count(one)
            days[first] = part
        return days, self.closed[bisect_left(self.closed, since, key=moment_of) :]

    def from_moment(self, since: datetime) -> Sequence[Realised]:
        """Return what was realised since a moment."""
        return self.realised[bisect_left(self.realised, since, hi=self.count, key=moment_of) : self.count]


def page_of(book: RoundBook, symbol: str, old: Page | None) -> Page | None:
    """Return what ``book`` knows of a contract, going on from what was known before."""
    realised, closed = book.realised(symbol), book.closed(symbol)
    if not realised and not closed:
        return None
    start, days = 0, dict[date, Sums]()
    if old is not None and old.realised is realised:
        start, days = old.count, dict(old.days)
    for day, part in groupby(realised[start:], key=_day):
        sums = Sums()
        if day in days:
            sums.add(days[day])
        for one in part:
            sums.count(one)
        days[day] = sums
    currency = realised[0].currency if realised else closed[0].closed.settle_currency
    return Page(symbol, currency, realised, len(realised), days, closed)


def moment_of(one: Realised | Ended) -> datetime:
    """Return when it happened."""
    return one.at


def _day(one: Realised) -> date:
    return one.at.date()
