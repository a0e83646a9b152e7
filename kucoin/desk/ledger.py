"""The futures ledger of the account: kept in the journal, brought up to date in the background, asked by pages."""

from __future__ import annotations

import gc
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Literal, TypeVar

from kucoin.desk import snapshots
from kucoin.desk.catch_up import Stage
from kucoin.desk.export import Share, Table, closed_rows, rows, to_csv, to_parquet, veiled
from kucoin.desk.ledger_sync import Sync
from kucoin.desk.payments import Payments
from kucoin.desk.pnl import PnlBook, Report
from kucoin.desk.refresh import Reading
from kucoin.desk.rounds import Round
from kucoin.desk.upkeep import Progress, Upkeep
from kucoin.hub import Hub
from kucoin.journal.ledger import LedgerStore
from kucoin.model.account import FuturesAccount
from kucoin.model.feed_private import OrderChange, PositionChange, PositionFunding
from kucoin.model.ledger import EquityPoint
from kucoin.model.ledger_fill import LedgerFill
from kucoin.model.order import FuturesFill
from kucoin.model.position import FundingPayment
from kucoin.rest.client import Exchange
from kucoin.stream.topics import Event

T = TypeVar("T")

_LOOK = 0.5  # s between two looks whether the key was found fit
_MANY = 10_000  # fills that are worth the collector's while
_ROWS = 1000  # of the journal, between two looks whether to stop


class Ledger:
    """The account's futures fills, fundings, closed positions and equity. Safe to call from any thread.

    Nothing here waits for the network; `export` reads the journal.

    Args:
        exchange: Tells what happened.
        store: Keeps it; None where this process has no journal.
        hub: Tells that something happened.
        account: Whose ledger it is; None until the key was found fit.
        held: The contracts with a position, as far as is known.
        wallets: The accounts by settlement currency, as they were read last.
        told: Hears of every fill that is kept, of some of them again and again.
        now: The clock of ``wallets``, aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        store: LedgerStore | None,
        hub: Hub,
        *,
        account: Callable[[], str | None],
        held: Callable[[], Collection[str]],
        wallets: Callable[[], Mapping[str, Reading[FuturesAccount]]],
        told: Callable[[Sequence[FuturesFill]], object] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._store = store if exchange.has_credentials and exchange.has_futures else None
        self._account = account
        self._held = held
        self._wallets = wallets
        self._told = told
        self._now = now
        self._monotonic = monotonic
        self._book = PnlBook()
        self._payments = Payments()
        self._sync: Sync | None = None
        self._read = False
        self._equity: dict[str, tuple[EquityPoint, ...]] = {}  # by currency, oldest first
        self._lock = threading.Lock()
        self._settled: set[str] = set()  # contracts on which a settlement was heard of
        self._upkeep = Upkeep(
            "desk-ledger",
            title="ledger",
            work=self._bring_up_to_date,
            on=self._store is not None,
            monotonic=monotonic,
        )
        hub.listen("ledger", self._hear, OrderChange, PositionChange, PositionFunding)
        hub.on_resync(self._resync)

    @property
    def generation(self) -> int:
        """Grows whenever an answer may differ from the last, `Progress.synced_at` aside."""
        return self._upkeep.generation

    def start(self) -> None:
        """Begin to read."""
        self._upkeep.start()

    def stop(self) -> None:
        """Stop reading; returns within 2 s even while the network hangs."""
        self._upkeep.stop()

    def wake(self) -> None:
        """Have the exchange asked soon: something happened."""
        self._upkeep.wake()

    def progress(self) -> Progress:
        """Return how far the ledger is."""
        return self._upkeep.progress

    def report(self, *, currency: str, symbol: str | None = None, since: datetime | None = None) -> Report | None:
        """Return what was realised in a settlement currency, on one contract or all; None until the journal was read.

        Args:
            since: Aware; ever where None.
        """
        return self._book.report(currency=currency, symbol=symbol, since=since) if self._read else None

    def open_rounds(self) -> Mapping[tuple[str, str], Round]:
        """Return what the positions that are open have come to, by symbol and position side."""
        return self._book.open_rounds()

    def realised_today(self) -> Mapping[tuple[str, str], Decimal | None]:
        """Return what was realised since midnight (UTC), net, by symbol and position side; None where not known."""
        return self._book.realised_since(self._there().replace(hour=0, minute=0, second=0, microsecond=0))

    def earned(self, fill: LedgerFill) -> Decimal | None:
        """Return what a fill realised by its price, before fees; None where it closed nothing, or that is not known."""
        return self._book.earned(fill.symbol, fill.at, (fill.trade_id, fill.order_id)) if fill.futures else None

    def equity(self, currency: str, since: datetime | None = None) -> tuple[EquityPoint, ...]:
        """Return the equity in a settlement currency, five minutes apart; where it is not known there is a gap."""
        points = self._equity.get(currency, ())
        return points if since is None else points[bisect_left(points, since, key=attrgetter("at")) :]

    def payments(
        self,
        *,
        currency: str | None = None,
        symbol: str | None = None,
        since: datetime | None = None,
        limit: int = 200,
    ) -> tuple[FundingPayment, ...]:
        """Return what was paid and received for funding, the newest first, ``limit`` at most."""
        return self._payments.latest(currency=currency, symbol=symbol, since=since, limit=limit)

    def symbols(self) -> tuple[str, ...]:
        """Return the contracts that something was realised on."""
        return tuple(self._book.symbols())

    def currencies(self) -> tuple[str, ...]:
        """Return the settlement currencies that something was realised in."""
        return tuple(self._book.currencies())

    def export(
        self,
        kind: Literal["csv", "parquet"],
        what: Literal["ledger", "closed"],
        *,
        symbol: str | None = None,
        since: datetime | None = None,
        share: Share | None = None,
    ) -> bytes:
        """Return a file of all fills, fees and fundings, or of the closed positions, on one contract or all.

        Reads the journal, so it takes as long as that: not to be called while a page is drawn.

        Args:
            share: Given where the file is to tell no amount, but shares; see `export.veiled`.

        Raises:
            JournalError: The journal could not be read.
        """
        table = self._closed(symbol, since) if what == "closed" else self._entries(symbol, since)
        table = veiled(table, share) if share else table
        return to_csv(table) if kind == "csv" else to_parquet(table)

    def _closed(self, symbol: str | None, since: datetime | None) -> Table:
        reports = [self._book.report(currency=each, symbol=symbol, since=since) for each in self._book.currencies()]
        positions = [position for report in reports for position in report.positions]
        return closed_rows(sorted(positions, key=attrgetter("closed_at")))

    def _entries(self, symbol: str | None, since: datetime | None) -> Table:
        store, account = self._store, self._account()
        if store is None or account is None:
            return rows([], [])
        fills, funding = store.fills(account, since=since), store.funding(account, since=since)
        return rows(
            (each for each in fills if symbol in (None, each.symbol)),
            (each for each in funding if symbol in (None, each.symbol)),
        )

    # The thread

    def _bring_up_to_date(self) -> None:
        """Read the journal if that was not done yet, and then what the exchange has."""
        sync = self._sync = self._sync or self._begin()
        with self._lock:
            settled, self._settled = self._settled, set()
        until, news = self._there(), sync.news
        try:
            refusal = sync.run(until, held=self._held(), settled=settled)
        except BaseException:
            with self._lock:
                self._settled |= settled
            raise
        self._note_equity()
        problem = None if refusal is None else str(refusal)
        self._upkeep.show(
            state="ready", stage="", done=0, total=None, synced_at=until, since=_since(sync), problem=problem
        )
        if sync.news != news:
            self._upkeep.grow()

    def _begin(self) -> Sync:
        """Put what the journal holds of the account into the book, as soon as it is known whose it is."""
        store = self._store
        if store is None:
            raise TypeError("a ledger without a journal was started")
        while (account := self._account()) is None:
            self._upkeep.wait(_LOOK)
        self._upkeep.show(state="reading", stage="the journal", problem=None)
        fills, closed = self._all(store.fills(account)), self._all(store.closed(account))
        payments = self._all(store.funding(account))
        sync = Sync(
            self._exchange,
            store,
            account,
            book=self._book,
            payments=self._payments,
            told=self._told,
            wait=self._upkeep.wait,
            tell=self._tell,
            monotonic=self._monotonic,
            first=fills[0].at if fills else None,
        )
        self._book.feed(fills=fills, funding=sync.explained(payments), closed=closed)
        self._payments.add(payments)
        self._told(fills)
        if len(fills) >= _MANY:
            gc.freeze()  # they stay for good: the collector need not halt every page to look through them again
        self._read = True
        self._upkeep.show(state="syncing", stage="", since=_since(sync))
        return sync

    def _all(self, stored: Iterable[T]) -> list[T]:
        found = []
        for number, row in enumerate(stored):
            if not number % _ROWS:
                self._upkeep.wait(0.0)
            found.append(row)
        return found

    def _tell(self, stage: Stage) -> None:
        """Show what is being read, unless it is only the latest."""
        self._note_equity()  # which must not wait for what takes long
        if self.progress().state != "ready":
            self._upkeep.show(
                state="syncing", stage=stage.name, done=stage.done, total=stage.total, since=_since(self._sync)
            )

    def _note_equity(self) -> None:
        """Note the equity of the accounts where that is due."""
        store, account = self._store, self._account()
        if store is None or account is None:
            return
        wallets = self._wallets()
        for currency in wallets.keys() - self._equity.keys():
            self._equity[currency] = tuple(store.equity(account, currency))
        points = snapshots.due(wallets, self._equity, self._now())
        if points:
            store.add_equity(account, points)
            for point in points:
                self._equity[point.currency] += (point,)
            self._upkeep.grow()

    # What wakes it

    def _hear(self, events: list[Event]) -> None:
        news = False
        settled = set()
        for event in events:
            match event:
                case OrderChange():
                    news |= event.futures and event.kind == "match"
                case PositionChange():
                    news |= event.current_qty is not None and event.reason != "markPriceChange"
                case PositionFunding():
                    settled.add(event.symbol)
        if news or settled:
            with self._lock:
                self._settled |= settled
            self.wake()

    def _resync(self, feed: str) -> None:
        """What ``feed`` did not tell may be anything."""
        if "public" in feed or "spot" in feed:
            return
        with self._lock:
            self._settled.update(self._held())
        self.wake()

    # What it shows

    def _there(self) -> datetime:
        """The exchange's present moment."""
        return self._now() + timedelta(seconds=float(self._exchange.status().clock_offset or 0))


def _since(sync: Sync | None) -> datetime | None:
    mark = sync.marks.get("fills") if sync else None
    return mark.since if mark else None
