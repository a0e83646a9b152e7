"""What the account was worth: noted every five minutes, kept in the journal, and drawn with or without what came."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Protocol

from kucoin.decimals import ONE
from kucoin.desk import equity_curve, worth_slots
from kucoin.desk.accounts import FIATS
from kucoin.desk.activity import ActivityReach, ActivityView, ActivityWish, Flow
from kucoin.desk.equity_curve import Break, Passage, Point, Rates, Series
from kucoin.desk.portfolio import Portfolio
from kucoin.desk.prices import coin
from kucoin.desk.upkeep import Progress, Upkeep
from kucoin.journal.worth import WorthStore
from kucoin.model.activity import ActivityKind, Rate, Worth

WHOLE = ""
"""The place that is the whole account."""

_LOOK = 0.5  # s between two looks whether the key was found fit
_SOON = 5.0  # s until the next look whether the accounts are read that should be noted now
_SETTLING = 180.0  # s after the start in which what was not read may yet be
_ROWS = 1000  # of the journal, between two looks whether to stop
_ALWAYS = frozenset({"BTC", "EUR"})  # units whose rates are noted although nobody asked yet
_SAME = timedelta(minutes=1)  # how far the rate of a snapshot's unit may be from it
_AROUND = timedelta(hours=1)  # and that of what came or went, for which there is no snapshot
_RATIOS = Context(prec=28)  # for the eye alone


class _Activity(Protocol):
    """What is known of the account's past."""

    def flows(self, start: datetime | None, end: datetime | None) -> tuple[Flow, ...]:
        """Return what came into a place or left it."""

    def view(self, wish: ActivityWish) -> ActivityView:
        """Return its lines."""

    def reach(self) -> ActivityReach:
        """Return how far they are known."""


@dataclass(frozen=True, slots=True)
class CurveWish:
    """Which line is wanted.

    Attributes:
        place: Of which part of the account, as `worth_slots.named` calls it; of all where empty.
        unit: In which unit.
        start: From when on; all there is where None.
        net: Whether it is to be the return, without what deposits, withdrawals and transfers did to the value.
    """

    place: str = WHOLE
    unit: str = "USDT"
    start: datetime | None = None
    net: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """A line.

    Attributes:
        runs: Its stretches, oldest first; between two of them nothing is known. Values are in the unit, or fractions
            since the first point where the return was wanted.
        since: When the place was noted for the first time; None where it never was.
        known: Since when it is known what came and went; None where that does not matter, or nothing is known yet.
        broken: Why there is no return of an earlier time.
        problem: Why what came or went lately may be missing; empty where nothing speaks for it.
    """

    runs: tuple[tuple[Point, ...], ...]
    since: datetime | None
    known: datetime | None = None
    broken: Break | None = None
    problem: str = ""


class Worths:
    """Takes the snapshots, and answers from memory. Safe to call from any thread; nothing here waits.

    Args:
        store: Keeps them; None where this process has no journal.
        account: Whose they are; None until the key was found fit.
        portfolio: Returns the account in a unit.
        price: What one of a currency costs in USDT; None where nothing says so.
        activity: Tells what came and went.
        now: Aware UTC.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        store: WorthStore | None,
        *,
        account: Callable[[], str | None],
        portfolio: Callable[[str], Portfolio],
        price: Callable[[str], Decimal | None],
        activity: _Activity,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._account = account
        self._portfolio = portfolio
        self._price = price
        self._activity = activity
        self._now = now
        self._monotonic = monotonic
        self._began = monotonic()
        self._lock = threading.Lock()
        self._series: dict[str, Series] = {}
        self._rates: dict[str, Rates] = {}
        self._units = set(_ALWAYS)  # those whose rate is noted with every snapshot
        self._held: dict[tuple[str, str], Decimal] = {}  # amounts at the last snapshot, by account and currency
        self._read = False
        self._upkeep = Upkeep(
            "desk-worths", title="snapshots", work=self._note, on=store is not None, monotonic=monotonic
        )

    @property
    def generation(self) -> int:
        """Grows whenever there is another snapshot."""
        return self._upkeep.generation

    def start(self) -> None:
        """Begin to note."""
        self._upkeep.start()

    def stop(self) -> None:
        """End; returns within 2 s."""
        self._upkeep.stop()

    def progress(self) -> Progress:
        """Return whether the journal is read and written."""
        return self._upkeep.progress

    def places(self) -> tuple[str, ...]:
        """Return the parts of the account that were ever worth anything, in the order in which they were noted."""
        with self._lock:
            return tuple(place for place in self._series if place != WHOLE)

    def curve(self, wish: CurveWish) -> Curve:
        """Return a line up to now."""
        with self._lock:
            self._units.add(wish.unit)
            series = self._series.get(wish.place)
            since = series.point(0).at if series else None
        if not self._read:
            return Curve((), since)
        reach = self._activity.reach() if wish.net else None
        start, known = wish.start, self._known(wish.place, reach) if reach else None
        problem = reach.problem if reach else ""
        if series is None or (wish.net and known is None):
            return Curve((), since, problem=problem)
        flows: list[Flow] = []
        if known is not None:
            start = max(wish.start or known, known)
            # What came just before may not be in the first snapshot yet: so near to it, none is taken.
            flows = self._flows(wish.place, start - equity_curve.NEAR)
        with self._lock:
            runs = series.runs(start, beside=[flow.at for flow in flows])
        lines = [line for run in runs if (line := self._in_unit(wish.unit, run))]
        self._up_to_now(wish, lines, flows)
        if not wish.net:
            return Curve(tuple(map(tuple, lines)), since)
        begun = lines[0][0].at if lines else None
        passages = [self._passage(flow, wish.unit) for flow in flows if begun and flow.at > begun]
        grown = equity_curve.returns(lines, passages)
        return Curve(tuple(map(tuple, grown.runs)), since, known, grown.broken, problem)

    def rate(self, unit: str, at: datetime, within: timedelta = _AROUND) -> Decimal | None:
        """Return what one ``unit`` cost in USDT about ``at``; None where nothing near enough was noted."""
        if unit == "USDT":
            return ONE
        rates = self._rates.get(unit)
        return rates.near(at, within) if rates else None

    def _known(self, place: str, reach: ActivityReach) -> datetime | None:
        """Return since when it is known what came into a place and left it."""
        known = worth_slots.known_since(place, reach)
        if known is None or place != WHOLE:
            return known
        wish = ActivityWish(known, None, kinds=frozenset({ActivityKind.DEPOSIT, ActivityKind.WITHDRAWAL}))
        told = (row.entry for row in self._activity.view(wish).entries())
        lost = worth_slots.unbooked(told, self._activity.flows(known, None))
        return known if lost is None else min(lost + worth_slots.BOOKED, self._now())

    def _flows(self, place: str, start: datetime) -> list[Flow]:
        """Return what came into a place and left it, as far as its value says anything of it."""
        every = [each for each in self._activity.flows(start, None) if worth_slots.concerns(each, place)]
        return [each for each in every if each.change and self._was_priced(coin(each.currency))]

    def _was_priced(self, currency: str) -> bool:
        """Whether a currency is, or ever was, part of what is noted."""
        return currency == "USDT" or currency in self._rates or self._price(currency) is not None

    def _passage(self, flow: Flow, unit: str) -> Passage:
        price, cost = self.rate(coin(flow.currency), flow.at), self.rate(unit, flow.at)
        if price is None or cost is None:
            return Passage(flow.at, None)
        return Passage(flow.at, _RATIOS.divide(flow.change * price, cost))

    def _in_unit(self, unit: str, run: Iterable[Point]) -> list[Point]:
        """Return a run in the unit, without the points whose rate was not noted."""
        rated = [(point, self.rate(unit, point.at, _SAME)) for point in run]
        return [point._replace(value=_RATIOS.divide(point.value, rate)) for point, rate in rated if rate]

    def _up_to_now(self, wish: CurveWish, lines: list[list[Point]], flows: Sequence[Flow]) -> None:
        """Put what the place is worth at this moment behind ``lines``, unless that is not known well enough."""
        now = self._now()
        rate = ONE if wish.unit == "USDT" else self._price(wish.unit)
        if rate is None or any(abs(flow.at - now) <= equity_curve.NEAR for flow in flows):
            return
        for worth in worth_slots.fresh(self._portfolio("USDT"), now, self._noted(), settled=self._settled()):
            if worth.place == wish.place:
                point = Point(now, _RATIOS.divide(worth.value, rate), worth.complete)
                if lines and now - lines[-1][-1].at <= equity_curve.GAP:
                    lines[-1].append(point)
                else:
                    lines.append([point])

    def _noted(self) -> frozenset[str]:
        with self._lock:
            return frozenset(self._series)

    def _settled(self) -> bool:
        return self._monotonic() - self._began > _SETTLING

    def _last(self, place: str) -> datetime | None:
        with self._lock:
            series = self._series.get(place)
            return series.point(-1).at if series else None

    # The thread

    def _note(self) -> None:
        """Read the journal if that was not done yet, and take a snapshot where one is due."""
        store = self._store
        if store is None:
            raise TypeError("snapshots without a journal were started")
        while (account := self._account()) is None:
            self._upkeep.wait(_LOOK)
        if not self._read:
            self._recall(store, account)
        now = self._now()
        portfolio = self._portfolio("USDT")
        fresh = worth_slots.fresh(portfolio, now, self._noted(), settled=self._settled())
        due = [each for each in fresh if worth_slots.is_due(self._last(each.place), now)]
        if due:
            rates = self._rated(portfolio, now)
            store.add_snapshot(account, due, rates)
            self._take(due, rates)
            self._upkeep.grow()
        self._upkeep.show(state="ready", stage="", problem=None)
        if worth_slots.is_due(self._last(WHOLE), now):  # not everything is read that should be
            self._upkeep.wait(_SOON)
            self._upkeep.wake()

    def _recall(self, store: WorthStore, account: str) -> None:
        self._upkeep.show(state="reading", stage="the journal", problem=None)
        for number, rate in enumerate(store.rates()):
            if not number % _ROWS:
                self._upkeep.wait(0.0)
            self._take((), (rate,))
            if rate.unit in FIATS:  # somebody looked at the account in it once
                self._units.add(rate.unit)
        for number, worth in enumerate(store.worths(account)):
            if not number % _ROWS:
                self._upkeep.wait(0.0)
            self._take((worth,), ())
        self._read = True

    def _take(self, worths: Iterable[Worth], rates: Iterable[Rate]) -> None:
        with self._lock:
            for rate in rates:
                self._rates.setdefault(rate.unit, Rates()).add(rate.at, rate.price)
            for worth in worths:
                series = self._series.setdefault(worth.place, Series())
                series.add(Point(worth.at, worth.value, worth.complete))

    def _rated(self, portfolio: Portfolio, now: datetime) -> list[Rate]:
        """Return the rates to note: those of the units, and of what more or less is held of than before."""
        held = {(each.account, each.currency): each.total - each.liability for each in portfolio.holdings}
        moved = {key[1] for key in held.keys() | self._held.keys() if held.get(key) != self._held.get(key)}
        self._held = held
        prices = {unit: self._price(unit) for unit in sorted(self._units | moved) if unit != "USDT"}
        return [Rate(unit, price, now) for unit, price in prices.items() if price]
