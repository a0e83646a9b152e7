"""Brings the journal's futures ledger up to what the exchange has: what is missing, oldest first, part by part.

The exchange cuts its lists three ways at once: a question spans a week, an answer is a page of it, and what is older
than some months is told no more. So a stream is read window by window, from its mark on. Within a window the pages go
from new to old and are numbered from the newest row: one that turns up meanwhile has another told twice, which does no
harm, and is itself missed where it stands among those read already. That happens near the present alone, so a mark
stays some way behind it, and what is younger is asked for again. A mark moves with the last page of its window, in one
transaction with it: whenever the reading is cut off, what is marked was read.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

from kucoin.desk.payments import Payments
from kucoin.desk.pnl import PnlBook
from kucoin.desk.refresh import pause_after
from kucoin.errors import (
    ApiError,
    AuthenticationFailed,
    OutcomeUnknown,
    PermissionDenied,
    QuotaHeld,
    TooManyRequests,
)
from kucoin.journal.ledger import LedgerStore, Mark
from kucoin.model.order import FuturesFill
from kucoin.model.page import Page
from kucoin.model.position import ClosedPosition, FundingPayment
from kucoin.rest.client import Exchange
from kucoin.rest.limits import Urgency

T = TypeVar("T", bound=FuturesFill | ClosedPosition | FundingPayment)
A = TypeVar("A")

LATE = timedelta(minutes=10)
"""How late a fill may turn up in the exchange's list; the latest are told elsewhere sooner."""
LATER = timedelta(hours=1)
"""The same for what is told in one list alone, of few rows: closed positions and fundings."""
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_THREE_MONTHS = timedelta(days=89)  # the shortest three there are
_SIX_MONTHS = timedelta(days=181)
_MOST_ROWS = 10_000  # of one window, since one that is cut off has to be read again
_NARROWEST = timedelta(seconds=1)
_PATIENCE = 10  # refusals for the quota in a row until that is said
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is being read just now, in words for a page, and how much of it: hours of the exchange's time."""

    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Stream(Generic[T]):
    """One list of the exchange's.

    Attributes:
        name: As its mark is called.
        title: For pages.
        ask: For the rows between two moments, both included, from a cursor on; newest first.
        add: Keeps rows, and a mark with them.
        take: Puts rows that are kept into the book; returns how many it had not.
        told: How long the exchange tells of a row.
        widest: The longest window that may be asked for.
        late: How late a row may turn up.
    """

    name: str
    title: str
    ask: Callable[[datetime, datetime, int | None], Page[T]]
    add: Callable[[Sequence[T], Mark | None], object]
    take: Callable[[Sequence[T]], int]
    told: timedelta
    widest: timedelta
    late: timedelta


class Sync:
    """Reads the streams of one account. For one thread.

    Args:
        exchange: Is asked with no urgency, so that what others need of the quotas stays theirs.
        store: Keeps the rows and the marks.
        account: Whose they are.
        book: Hears of rows that are kept, of some of them again and again.
        payments: Hears of fundings that are kept.
        wait: Waits so many s; what it raises ends the reading.
        tell: Is told the present stage.
        monotonic: Seconds that never jump.
        first: The moment of the oldest fill that was kept before, None where there is none.

    Attributes:
        marks: How far each stream was read.
        news: How many rows were new to the book.
    """

    def __init__(
        self,
        exchange: Exchange,
        store: LedgerStore,
        account: str,
        *,
        book: PnlBook,
        payments: Payments,
        wait: Callable[[float], None],
        tell: Callable[[Stage], None],
        monotonic: Callable[[], float],
        first: datetime | None = None,
    ) -> None:
        self._orders, self._positions = exchange.futures_orders, exchange.futures_positions
        self._store = store
        self._account = account
        self._book = book
        self._payments = payments
        self._wait = wait
        self._tell = tell
        self._turns = Turns(monotonic)
        self._first = first
        self._refusals: dict[str, ApiError] = {}  # by contract, why its fundings are not told
        self._widths: dict[str, timedelta] = {}
        self.marks: Mapping[str, Mark] = store.marks(account)
        self.news = 0

    def run(self, until: datetime, *, held: Iterable[str], settled: Iterable[str]) -> ApiError | None:
        """Read everything up to ``until``, and fundings where they are due.

        What was read is kept whatever happens, and the next run goes on from there.

        Args:
            held: Contracts with a position.
            settled: Contracts on which a settlement was heard of.

        Returns:
            Why the fundings on some contract are not told; all else was read.

        Raises:
            KucoinError: Something could not be read, or not be kept.
        """
        self._turns.settled(settled)
        self._fills(until)
        self._closed(until)
        for symbol in self._turns.due({*self._book.symbols(), *held}, {*held, *self._refusals}):
            try:
                self._funding(symbol, until)
            except (AuthenticationFailed, PermissionDenied):
                raise
            except ApiError as error:  # listed no more, or a passing trouble: asked again now and then
                self._refusals[symbol] = error
            else:
                self._refusals.pop(symbol, None)
            self._turns.read(symbol)
        return next(iter(self._refusals.values()), None)

    def explained(self, payments: Iterable[FundingPayment]) -> list[FundingPayment]:
        """Return those of ``payments`` that the book can place.

        Fundings are told for longer than fills. One from before the first fill that could be known was paid on a
        position of which nobody tells how it ended, so it would seem held for ever.
        """
        mark = self.marks.get("fills")
        begins = [at for at in (self._first, mark.since if mark else None) if at is not None]
        return [payment for payment in payments if begins and payment.at >= min(begins)]

    def _fills(self, until: datetime) -> None:
        """Read the fills; the latest of them are asked for where they are told sooner as well."""
        stream: Stream[FuturesFill] = Stream(
            name="fills",
            title="fills",
            ask=lambda start, end, cursor: self._orders.fills(
                start=start, end=end, cursor=cursor, limit=1000, urgency=Urgency.BACKGROUND
            ),
            add=partial(self._store.add_fills, self._account),
            take=lambda rows: self._book.feed(fills=rows),
            told=_THREE_MONTHS,
            widest=_WEEK,
            late=LATE,
        )
        self._catch_up(stream, until)
        recent = [fill for fill in self._patiently(self._orders.recent_fills) if fill.kind != "cancel"]
        stream.add(recent, None)
        self._take(stream, recent)

    def _closed(self, until: datetime) -> None:
        """Read the positions that ended."""
        stream: Stream[ClosedPosition] = Stream(
            name="closed",
            title="closed positions",
            ask=lambda start, end, cursor: self._positions.closed_positions(
                start=start, end=end, cursor=cursor, limit=200, urgency=Urgency.BACKGROUND
            ),
            add=partial(self._store.add_closed, self._account),
            take=lambda rows: self._book.feed(closed=rows),
            told=_THREE_MONTHS,
            widest=_WEEK,
            late=LATER,
        )
        self._catch_up(stream, until)

    def _funding(self, symbol: str, until: datetime) -> None:
        """Read the fundings on one contract."""
        stream: Stream[FundingPayment] = Stream(
            name=f"funding:{symbol}",
            title=f"funding of {symbol}",
            ask=lambda start, end, cursor: self._positions.funding_payments(
                symbol=symbol, start=start, end=end, cursor=cursor, limit=100, urgency=Urgency.BACKGROUND
            ),
            add=partial(self._store.add_funding, self._account),
            take=self._paid,
            told=_SIX_MONTHS,
            widest=_THREE_MONTHS,
            late=LATER,
        )
        self._catch_up(stream, until)

    def _paid(self, rows: Sequence[FundingPayment]) -> int:
        self._payments.add(rows)
        return self._book.feed(funding=self.explained(rows))

    def _catch_up(self, stream: Stream[T], until: datetime) -> None:
        """Read ``stream`` from its mark on, in windows that are neither too long nor too full."""
        start = from_ = self._since(stream, until)
        width = self._widths.get(stream.name, stream.widest)
        kept: list[T] = []
        try:
            while start < until:
                end = min(start + width, until)
                self._tell(_stage(stream.title, from_, start, until))
                page = self._patiently(partial(stream.ask, start, end, None))
                rows = page.total or 0
                if rows > _MOST_ROWS and end - start > _NARROWEST:
                    width = (end - start) / 2
                    continue
                kept += self._window(stream, page, start, end, until)
                start = end
                if rows < _MOST_ROWS // 4:
                    width = min(width * 2, stream.widest)
                self._widths[stream.name] = width
        finally:  # nobody tells again what is marked
            self._take(stream, kept)

    def _window(self, stream: Stream[T], page: Page[T], start: datetime, end: datetime, until: datetime) -> list[T]:
        """Keep ``page``, the first of a window, and those after it; return all their rows."""
        rows = [*page.items]
        asked: set[int] = set()
        while (cursor := page.cursor) is not None:
            if cursor in asked or not page.items:
                raise OutcomeUnknown(f"the pages of the {stream.title} do not end: nothing new on number {cursor}")
            asked.add(cursor)
            stream.add(page.items, None)
            page = self._patiently(partial(stream.ask, start, end, cursor))
            rows += page.items
        mark = self._mark(stream, end, until)
        stream.add(page.items, mark)
        self.marks = {**self.marks, stream.name: mark}
        return rows

    def _take(self, stream: Stream[T], rows: Sequence[T]) -> None:
        """Put ``rows`` into the book; where some are new to it, the fundings of their contracts are of interest."""
        if not rows or not (new := stream.take(rows)):
            return
        self.news += new
        symbols = {row.symbol for row in rows}
        if stream.name == "closed":
            self._turns.settled(symbols)
        elif stream.name == "fills":
            self._turns.happened(symbols)

    def _since(self, stream: Stream[T], until: datetime) -> datetime:
        """Return where to go on: at the mark, or where the exchange begins to tell if that is later."""
        mark, oldest = self.marks.get(stream.name), until - stream.told
        return oldest if mark is None else max(mark.upto, oldest)

    def _mark(self, stream: Stream[T], end: datetime, until: datetime) -> Mark:
        """Return what is known now that ``stream`` was read up to ``end``; what nobody tells any more is a gap."""
        before, oldest = self.marks.get(stream.name), until - stream.told
        upto = min(end, until - stream.late)
        if before is None or before.upto < oldest:
            return Mark(stream.name, upto, oldest)
        return Mark(stream.name, max(upto, before.upto), before.since)

    def _patiently(self, ask: Callable[[], A]) -> A:
        """Ask, as often as it takes where nothing but the quota is in the way."""
        refused = 0
        while True:
            self._wait(0.0)
            try:
                return ask()
            except (QuotaHeld, TooManyRequests) as error:
                refused += 1
                if refused > _PATIENCE:
                    raise
                self._wait(pause_after(error, refused, random.random()))


class Turns:
    """Whose funding is due to be read. A settlement is heard of, and told by REST a little later; or not heard of.

    Args:
        monotonic: Seconds that never jump.
    """

    _HOT = 300.0  # s after something happened on a contract, in which it is read every ...
    _SOON = 50.0  # ... so many s
    _EVERY = 600.0  # s between two readings while there is a position

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._read: dict[str, float] = {}
        self._hot: dict[str, float] = {}
        self._at_once: set[str] = set()

    def happened(self, symbols: Iterable[str]) -> None:
        """Take it that there were fills on ``symbols``."""
        self._hot |= dict.fromkeys(symbols, self._monotonic() + self._HOT)

    def settled(self, symbols: Iterable[str]) -> None:
        """Take it that something was paid or received on ``symbols``, or a position ended: they are due at once."""
        self._at_once |= set(symbols)
        self.happened(self._at_once)

    def due(self, known: Iterable[str], held: Iterable[str]) -> list[str]:
        """Return those to be read: of all that are ``known`` whatever was not yet, of those ``held`` each in turn."""
        now = self._monotonic()
        wanted = {symbol for symbol in known if symbol not in self._read} | self._at_once
        wanted |= {symbol for symbol, until in self._hot.items() if now < until and self._age(symbol, now) > self._SOON}
        wanted |= {symbol for symbol in held if self._age(symbol, now) > self._EVERY}
        return sorted(wanted)

    def read(self, symbol: str) -> None:
        """Count ``symbol`` as read."""
        self._read[symbol] = self._monotonic()
        self._at_once.discard(symbol)

    def _age(self, symbol: str, now: float) -> float:
        return now - self._read.get(symbol, -math.inf)


def _stage(title: str, from_: datetime, start: datetime, until: datetime) -> Stage:
    name = f"{title} of {start.day} {start:%B %Y}" if until - start > _DAY else f"the latest {title}"
    return Stage(name, (start - from_) // _HOUR, -((from_ - until) // _HOUR))
