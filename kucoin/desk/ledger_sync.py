"""Brings the journal's futures ledger up to what the exchange has: fills, closed positions, fundings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from kucoin.desk.catch_up import LATE, WEEK, CatchUp, Stage, Stream
from kucoin.desk.payments import Payments
from kucoin.desk.pnl import PnlBook
from kucoin.errors import ApiError, AuthenticationFailed, PermissionDenied
from kucoin.journal.ledger import LedgerStore, Mark
from kucoin.model.order import FuturesFill
from kucoin.model.position import ClosedPosition, FundingPayment
from kucoin.rest.client import Exchange
from kucoin.rest.limits import Urgency

LATER = timedelta(hours=1)
"""How late a row may turn up that is told in one list alone, of few rows: closed positions and fundings."""
_THREE_MONTHS = timedelta(days=89)  # the shortest three there are
_SIX_MONTHS = timedelta(days=181)


class Sync:
    """Reads the streams of one account. For one thread.

    Args:
        exchange: Is asked with no urgency, so that what others need of the quotas stays theirs.
        store: Keeps the rows and the marks.
        account: Whose they are.
        book: Hears of rows that are kept, of some of them again and again.
        payments: Hears of fundings that are kept.
        told: Hears of fills that are kept.
        wait: Waits so many s; what it raises ends the reading.
        tell: Is told the present stage.
        monotonic: Seconds that never jump.
        first: The moment of the oldest fill that was kept before, None where there is none.

    Attributes:
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
        told: Callable[[Sequence[FuturesFill]], object] = lambda _: None,
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
        self._told = told
        self._turns = Turns(monotonic)
        self._first = first
        self._refusals: dict[str, ApiError] = {}  # by contract, why its fundings are not told
        self._catch_up = CatchUp(store.marks(account), wait=wait, tell=tell)
        self.news = 0

    @property
    def marks(self) -> Mapping[str, Mark]:
        """How far each stream was read."""
        return self._catch_up.marks

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
            take=self._filled,
            told=_THREE_MONTHS,
            widest=WEEK,
            late=LATE,
        )
        self._catch_up.read(stream, until)
        recent = [fill for fill in self._catch_up.patiently(self._orders.recent_fills) if fill.kind != "cancel"]
        stream.add(recent, None)
        if recent:
            self._filled(recent)

    def _closed(self, until: datetime) -> None:
        """Read the positions that ended."""
        stream: Stream[ClosedPosition] = Stream(
            name="closed",
            title="closed positions",
            ask=lambda start, end, cursor: self._positions.closed_positions(
                start=start, end=end, cursor=cursor, limit=200, urgency=Urgency.BACKGROUND
            ),
            add=partial(self._store.add_closed, self._account),
            take=self._ended,
            told=_THREE_MONTHS,
            widest=WEEK,
            late=LATER,
        )
        self._catch_up.read(stream, until)

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
        self._catch_up.read(stream, until)

    def _filled(self, rows: Sequence[FuturesFill]) -> None:
        self._told(rows)
        if self._news(self._book.feed(fills=rows)):
            self._turns.happened(row.symbol for row in rows)

    def _ended(self, rows: Sequence[ClosedPosition]) -> None:
        if self._news(self._book.feed(closed=rows)):
            self._turns.settled(row.symbol for row in rows)

    def _paid(self, rows: Sequence[FundingPayment]) -> None:
        self._payments.add(rows)
        self._news(self._book.feed(funding=self.explained(rows)))

    def _news(self, new: int) -> int:
        self.news += new
        return new


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
