"""What changed the account's balances, for everybody: kept in the journal, answered from memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice

from kucoin.desk import activity_words as words
from kucoin.desk.accounts import Accounts
from kucoin.desk.activity import (
    ActivityChoices,
    ActivityReach,
    ActivityView,
    ActivityWish,
    Flow,
    SourceReach,
    Tie,
)
from kucoin.desk.activity_columns import KINDS, Columns, Names, View
from kucoin.desk.activity_funding import Fundings
from kucoin.desk.activity_held import held
from kucoin.desk.activity_sync import ActivitySync
from kucoin.desk.activity_ties import Key, Scales
from kucoin.desk.catch_up import Stage
from kucoin.desk.ledger import Ledger
from kucoin.desk.portfolio import PartKind
from kucoin.desk.upkeep import Upkeep
from kucoin.hub import Hub
from kucoin.journal.activity import ActivityStore, line
from kucoin.model.activity import Activity, ActivityKind
from kucoin.model.feed_private import BalanceChange, OrderChange, PositionFunding
from kucoin.model.position import FundingPayment
from kucoin.rest.client import Exchange
from kucoin.stream.topics import Event

_LOOK = 0.5  # s between two looks whether the key was found fit
_ROWS = 5000  # of the journal, between two looks whether to stop
_STRETCH = 5.0  # s for which the past is read before it is looked whether there is anything new
_FLOWS = frozenset({ActivityKind.DEPOSIT, ActivityKind.WITHDRAWAL, ActivityKind.TRANSFER})
_PLACES = (PartKind.FUNDING, PartKind.SPOT, PartKind.CROSS, PartKind.ISOLATED, PartKind.FUTURES)


@dataclass(frozen=True, slots=True)
class Leisure:
    """When the past is read: ``after`` s from the start, so that it is in nobody's way, and with ``pause`` s between
    two questions."""

    after: float = 15.0
    pause: float = 0.25


@dataclass(frozen=True, slots=True)
class _Known:
    """All that is answered from, replaced as a whole."""

    columns: Columns
    choices: ActivityChoices
    openings: Mapping[Key, Decimal | None]
    ties: tuple[Tie, ...]
    reach: ActivityReach


class ActivityBook:
    """Answers from memory. Safe to call from any thread; nothing here waits.

    Args:
        exchange: Tells what happened.
        store: Keeps it; None where this process has no journal.
        hub: Tells that something happened.
        accounts: Know what is there, and whether the key is the master's.
        account: Whose activity it is; None until the key was found fit.
        ledger: Has the fundings of contracts, which it reads; None where there are none.
        leisure: When the past is read.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        store: ActivityStore | None,
        hub: Hub,
        accounts: Accounts,
        *,
        account: Callable[[], str | None],
        ledger: Ledger | None,
        leisure: Leisure | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._store = store if exchange.has_credentials else None
        self._accounts = accounts
        self._account = account
        self._ledger = ledger
        self._leisure = leisure or Leisure()
        self._now = now
        self._monotonic = monotonic
        self._kept = Columns.of(Names(), ())
        self._told = self._kept, self._kept  # those kept, and what is shown of them
        self._fundings = Fundings()
        self._shown_open: list[Activity] = []
        nothing = ActivityReach(None, "", reading=False, problem="", sources=())
        self._known = _Known(self._kept, _choices(self._kept), {}, (), nothing)
        self._scales = Scales()
        self._sync: ActivitySync | None = None
        self._back_at = 0.0  # from when on the past is read
        self._paid = (-1, 0)  # the ledger's generation, and how many fundings it had
        self._lock = threading.Lock()
        self._heard: set[str] = set()
        self._upkeep = Upkeep(
            "desk-activity",
            title="activity",
            work=self._bring_up_to_date,
            on=self._store is not None,
            monotonic=monotonic,
        )
        hub.listen("activity", self._hear, BalanceChange, OrderChange, PositionFunding)
        hub.on_resync(self._resync)

    def start(self) -> None:
        """Begin to read."""
        self._upkeep.start()

    def stop(self) -> None:
        """Stop reading; returns within 2 s even while the network hangs."""
        self._upkeep.stop()

    @property
    def generation(self) -> int:
        """Another whenever an answer may be, `SourceReach.synced_at` aside."""
        return self._upkeep.generation

    def view(self, wish: ActivityWish) -> ActivityView:
        """Return the lines that ``wish`` wants."""
        known = self._known
        return View(known.columns, known.columns.select(wish), known.openings)

    def choices(self) -> ActivityChoices:
        """Return what there is to choose from."""
        return self._known.choices

    def reach(self) -> ActivityReach:
        """Return how far the activity is known."""
        reach, progress = self._known.reach, self._upkeep.progress
        if progress.problem and progress.state != "ready" and not reach.problem:  # what is known gets old
            return replace(reach, problem=progress.problem)
        return reach

    def ties(self) -> tuple[Tie, ...]:
        """Return for each balance of which there are lines whether they explain it."""
        return self._known.ties

    def flows(self, start: datetime | None, end: datetime | None) -> tuple[Flow, ...]:
        """Return the deposits, withdrawals and transfers from ``start`` on and before ``end``, oldest first.

        What went to or came from a sub-account stays within the whole where the key is the master's, who sees them,
        unless it may not.
        """
        columns = self._known.columns
        rows = columns.select(ActivityWish(start, end, kinds=_FLOWS))
        asked = self._accounts.admission.reading.value
        subs = self._accounts.subs.reading
        seen = (asked is None or asked.key is None or asked.key.is_master) and not (subs.denied and subs.value is None)
        return tuple(
            Flow(
                each.at,
                each.place,
                each.currency,
                each.change,
                external=each.kind is not ActivityKind.TRANSFER or (not seen and "SUB" in each.business.upper()),
            )
            for each in columns.entries(rows[columns.counts[rows]])
        )

    # The thread

    def _bring_up_to_date(self) -> None:
        """Read the journal if that was not done yet, and then what the exchange has."""
        sync = self._sync = self._sync or self._begin()
        with self._lock:
            heard, self._heard = self._heard, set()
        until = self._there()
        try:
            sync.run(until, heard=heard, pairs=self._pairs())
        except BaseException:
            with self._lock:
                self._heard |= heard
            raise
        self._take_payments()
        self._publish(sync, until)
        if self._monotonic() >= self._back_at and sync.behind(until):
            self._read_back(sync, until)
            self._publish(sync, until)
        problem = "; ".join(sync.problems.values()) or None
        self._upkeep.show(state="ready", stage="", synced_at=until, problem=problem)
        if sync.behind(until):
            self._upkeep.wake()

    def _begin(self) -> ActivitySync:
        """Take what the journal holds of the account, as soon as it is known whose it is."""
        store = self._store
        if store is None:
            raise TypeError("an activity without a journal was started")
        while (account := self._account()) is None:
            self._upkeep.wait(_LOOK)
        self._upkeep.show(state="reading", stage="the journal", problem=None)
        lines, parts = store.lines(account), []
        while part := list(islice(lines, _ROWS)):
            self._upkeep.wait(0.0)
            parts.append(Columns.of(self._kept.names, part))
        self._kept = Columns.together(self._kept.names, parts)
        sync = ActivitySync(
            self._exchange,
            store,
            account,
            take=self._take,
            wait=self._upkeep.wait,
            tell=self._tell,
            monotonic=self._monotonic,
        )
        self._back_at = self._monotonic() + self._leisure.after
        self._upkeep.show(state="syncing", stage="")
        self._publish(sync, self._there())
        return sync

    def _read_back(self, sync: ActivitySync, until: datetime) -> None:
        """Read the past for a while, unless something new is heard of."""
        stops = self._monotonic() + _STRETCH
        while behind := sync.behind(until):
            for name in behind:
                sync.read_back(name, until)
                self._upkeep.wait(self._leisure.pause)
                if self._heard or self._monotonic() >= stops:
                    return

    def _take(self, entries: Sequence[Activity]) -> None:
        if entries:
            once = {(entry.source, entry.entry_id): entry for entry in entries}
            self._kept = self._kept.join(Columns.of(self._kept.names, [line(entry) for entry in once.values()]))

    def _take_payments(self) -> None:
        """Take the fundings of contracts that the ledger has read; it keeps them."""
        if self._ledger is None or self._ledger.generation == self._paid[0]:
            return
        generation, payments = self._ledger.generation, self._ledger.payments(limit=1_000_000)
        if len(payments) != self._paid[1]:
            self._take(list(map(words.of_payment, _each_once(payments))))
        self._paid = generation, len(payments)

    def _publish(self, sync: ActivitySync, until: datetime) -> None:
        """Let everybody see what is known, and whether it explains the balances."""
        before, opened = self._known, sync.open
        news = self._kept is not self._told[0] or opened != self._shown_open
        if news:
            self._told = self._kept, self._fundings.merged(self._kept)
        columns = self._told[1]
        if opened:
            columns = columns.join(Columns.of(columns.names, [line(entry) for entry in opened]))
        since = {source: at for source in words.SOURCES if (at := sync.since(source)) is not None}
        ties = self._scales.weigh(columns, held(self._accounts, self._ahead()), since)
        choices = _choices(columns) if news else before.choices
        self._known = _Known(columns, choices, self._scales.openings, ties, self._reach(sync, since, until))
        self._shown_open = opened
        if news or ties != before.ties or _settled(self._known.reach) != _settled(before.reach):
            self._upkeep.grow()

    def _reach(self, sync: ActivitySync, since: Mapping[str, datetime], until: datetime) -> ActivityReach:
        lists = [each for each in words.SOURCES if each != words.FEES]
        if not self._exchange.has_futures:
            lists.remove(words.FUTURES)
        sources = tuple(
            SourceReach(each, since.get(each), sync.synced.get(each), sync.problems.get(each, "")) for each in lists
        )
        known = [each.since for each in sources if each.since is not None]
        unread = [each.source for each in sources if each.since is None and not each.problem]
        return ActivityReach(
            since=max(known) if known and not unread else None,
            words=_said(since),
            reading=bool(unread or sync.behind(until)),
            problem="; ".join(dict.fromkeys(each.problem for each in sources if each.problem)),
            sources=sources,
        )

    def _tell(self, stage: Stage) -> None:
        """Show what is being read, unless it is only the latest."""
        if self._upkeep.progress.state != "ready":
            self._upkeep.show(state="syncing", stage=stage.name)

    def _there(self) -> datetime:
        """The exchange's present moment."""
        return self._now() + self._ahead()

    def _ahead(self) -> timedelta:
        """How far the exchange's clock is ahead of ours."""
        return timedelta(seconds=float(self._exchange.status().clock_offset or 0))

    def _pairs(self) -> list[str]:
        """The pairs of the isolated accounts in which something is, or was: the exchange may list hundreds."""
        told = {place.removeprefix(f"{PartKind.ISOLATED} ") for place in self._known.choices.places}
        return [
            pair.symbol
            for pair in self._accounts.isolated.reading.value or ()
            if pair.symbol in told or any(asset.total or asset.liability for asset in (pair.base, pair.quote))
        ]

    # What wakes it

    def _hear(self, events: list[Event]) -> None:
        heard = set()
        for event in events:
            match event:
                case BalanceChange():
                    heard |= _ledgers_of(event)
                case OrderChange():
                    heard |= {words.FUTURES} if event.futures and event.kind == "match" else set()
                case PositionFunding():
                    heard.add(words.FUTURES)
        self._wake(heard)

    def _resync(self, feed: str) -> None:
        """What ``feed`` did not tell may be anything."""
        if "public" not in feed:
            self._wake({words.FUNDING, words.SPOT, words.MARGIN, words.FUTURES})

    def _wake(self, heard: set[str]) -> None:
        if heard:
            with self._lock:
                self._heard |= heard
            self._upkeep.wake()


def _ledgers_of(change: BalanceChange) -> set[str]:
    """Return the ledgers in which a change of a balance stands; what is only set aside for an order stands in none."""
    account, _, reason = change.event.partition(".")
    if reason == "hold":
        return set()
    if account.startswith(("margin", "isolated")):
        return {words.MARGIN}
    if account.startswith("trade"):
        return {words.SPOT}
    return {words.FUNDING, words.FUTURES} if reason == "transfer" else {words.FUNDING}


def _each_once(payments: Iterable[FundingPayment]) -> Iterable[FundingPayment]:
    return {(each.symbol, each.payment_id): each for each in payments}.values()


def _choices(columns: Columns) -> ActivityChoices:
    kinds = set(columns.kind.tolist())
    return ActivityChoices(
        places=tuple(sorted(columns.used(columns.place), key=_order)),
        kinds=tuple(kind for code, kind in enumerate(KINDS) if code in kinds),
        currencies=tuple(sorted(columns.used(columns.currency))),
    )


def _order(place: str) -> tuple[int, str]:
    """As the portfolio lists its places."""
    ranks = (rank for rank, kind in enumerate(_PLACES) if place.startswith(kind))
    return next(ranks, len(_PLACES)), place


def _settled(reach: ActivityReach) -> tuple[object, ...]:
    """What of a reach is news."""
    return reach.since, reach.words, reach.reading, reach.problem


def _said(since: Mapping[str, datetime]) -> str:
    """Return for a page since when each list is known, those of one day together, the latest last."""
    by_day: dict[str, list[str]] = {}
    for source, at in sorted(since.items(), key=lambda each: each[1]):
        by_day.setdefault(f"{at.day} {at:%B %Y}", []).append(words.TITLES[source])
    said = "; ".join(f"{', '.join(titles)} since {day}" for day, titles in by_day.items())
    return said[:1].upper() + said[1:]
