"""What trading futures earned: by day, by symbol, by position."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from threading import Lock
from typing import Literal

from kucoin.decimals import ZERO
from kucoin.desk.pnl_pages import Page, Sums, moment_of, page_of
from kucoin.desk.round_book import RoundBook
from kucoin.desk.rounds import Closed, Ended, Round
from kucoin.model.order import FuturesFill
from kucoin.model.position import ClosedPosition, FundingPayment

Period = Literal["day", "week", "month"]


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
        unpriced: How often lots were closed without the ledger telling what they cost or brought: ``price`` and
            ``net``, here and in all sums, lack what they earned, or a part of it.
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
    unpriced: int

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


def buckets(days: Iterable[Bucket], period: Period) -> tuple[Bucket, ...]:
    """Return the sums of ``days``, oldest first, by day, by ISO week (which begins on Monday) or by month."""

    def start(day: Bucket) -> date:
        if period == "day":
            return day.start
        return day.start - timedelta(days=day.start.weekday()) if period == "week" else day.start.replace(day=1)

    return tuple(_sum(first, list(part)) for first, part in groupby(days, key=start))


def _sum(start: date, days: list[Bucket]) -> Bucket:
    return Bucket(
        start=start,
        price=sum((day.price for day in days), ZERO),
        fees=sum((day.fees for day in days), ZERO),
        funding=sum((day.funding for day in days), ZERO),
        closed=sum(day.closed for day in days),
    )


class PnlBook:
    """The ledger of futures as rounds and sums. It may be fed from one thread while others read, who never wait."""

    def __init__(self) -> None:
        self._book = RoundBook()
        self._feeding = Lock()
        self._pages: Mapping[str, Page] = {}
        self._rounds: Mapping[tuple[str, str], Round] = {}

    def feed(
        self,
        *,
        fills: Iterable[FuturesFill] = (),
        funding: Iterable[FundingPayment] = (),
        closed: Iterable[ClosedPosition] = (),
    ) -> int:
        """Take what is new in any order, and leave out what is known; return how much was new.

        What belongs together should come together: what is older than something known makes its contract be reckoned
        anew, once for each call.
        """
        with self._feeding:
            book = self._book
            new = sum(map(book.add, fills)) + sum(map(book.add_funding, funding)) + sum(map(book.add_closed, closed))
            pages = dict(self._pages)
            for symbol in book.settle():
                page = page_of(book, symbol, pages.get(symbol))
                if page is not None:
                    pages[symbol] = page
            self._pages, self._rounds = pages, book.open_rounds()
        return new

    def open_rounds(self) -> Mapping[tuple[str, str], Round]:
        """Return the open positions by symbol and position side."""
        return self._rounds

    def symbols(self) -> tuple[str, ...]:
        """Return the contracts that anything is known of, in order."""
        return tuple(sorted(self._pages))

    def currencies(self) -> tuple[str, ...]:
        """Return the settlement currencies that anything is known in, in order."""
        return tuple(sorted({page.currency for page in self._pages.values()}))

    def realised_since(self, since: datetime) -> dict[tuple[str, str], Decimal | None]:
        """Return what was realised, net, since a moment, by symbol and position side.

        None where lots were closed without the ledger telling what they cost or brought.
        """
        sums: dict[tuple[str, str], Decimal | None] = {}
        for page in self._pages.values():
            for one in page.from_moment(since):
                key = one.symbol, one.position_side
                so_far = sums.get(key, ZERO)
                sums[key] = None if so_far is None or one.unpriced else so_far + one.price + one.fee + one.funding
        return sums

    def earned(self, symbol: str, at: datetime, fill: tuple[str, str]) -> Decimal | None:
        """Return what a fill realised by its price, before fees; None where it closed nothing, or that is not known.

        Args:
            fill: Its trade and its order.
        """
        page = self._pages.get(symbol)
        if page is None:
            return None
        place = bisect_left(page.realised, at, hi=page.count, key=moment_of)
        while place < page.count and (one := page.realised[place]).at == at:
            if one.fill == fill:
                return None if one.unpriced else one.price
            place += 1
        return None

    def report(self, *, currency: str, symbol: str | None = None, since: datetime | None = None) -> Report:
        """Return what was realised in a settlement currency, on one contract or on all, since a moment or ever."""
        pages = [page for page in self._pages.values() if page.currency == currency and symbol in (None, page.symbol)]
        days: dict[date, Sums] = defaultdict(Sums)
        positions: list[Ended] = []
        by_symbol = []
        for page in pages:
            sums, closed = page.since(since)
            whole = Sums()
            for day, part in sums.items():
                days[day].add(part)
                whole.add(part)
            positions += closed
            if sums or closed:
                won = sum(1 for one in closed if (one.net or ZERO) > ZERO)
                by_symbol.append(
                    SymbolSum(page.symbol, whole.price, whole.fees, whole.funding, closed=len(closed), won=won)
                )
        positions.sort(key=moment_of, reverse=True)
        return _report(currency, since, days, sorted(by_symbol, key=lambda one: one.net, reverse=True), positions)


def _report(
    currency: str,
    since: datetime | None,
    days: Mapping[date, Sums],
    by_symbol: Sequence[SymbolSum],
    positions: Sequence[Ended],
) -> Report:
    whole = Sums()
    for sums in days.values():
        whole.add(sums)
    nets = [one.net for one in positions if one.net is not None]
    wins, losses = [net for net in nets if net > ZERO], [net for net in nets if net < ZERO]
    return Report(
        currency=currency,
        since=since,
        price=whole.price,
        fees=whole.fees,
        funding=whole.funding,
        turnover=whole.turnover,
        payments=whole.payments,
        closed=len(positions),
        won=len(wins),
        win_rate=_mean([Decimal(len(wins))], len(wins) + len(losses)),
        average_win=_mean(wins, len(wins)),
        average_loss=_mean(losses, len(losses)),
        best=_with_net(max(nets), positions) if nets else None,
        worst=_with_net(min(nets), positions) if nets else None,
        days=_days(days, positions),
        by_symbol=tuple(by_symbol),
        positions=tuple(one.closed for one in positions),
        partial=sum(1 for one in positions if not one.whole),
        unpriced=whole.unpriced,
    )


def _days(sums: Mapping[date, Sums], positions: Iterable[Ended]) -> tuple[Bucket, ...]:
    ended = Counter(one.at.date() for one in positions)
    none = Sums()
    return tuple(
        Bucket(day, of.price, of.fees, of.funding, closed=ended[day])
        for day in sorted({*sums, *ended})
        if (of := sums.get(day, none))
    )


def _mean(amounts: Sequence[Decimal], count: int) -> Decimal | None:
    return sum(amounts, ZERO) / count if count else None


def _with_net(net: Decimal, positions: Iterable[Ended]) -> Closed:
    """Return the newest position of those that earned ``net``."""
    return next(one.closed for one in positions if one.net == net)
