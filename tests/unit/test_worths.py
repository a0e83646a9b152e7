"""Snapshots: when they are taken, what of, that they survive, and what is drawn from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk import upkeep
from kucoin.desk.activity import ActivityReach, ActivityWish, Flow, SourceReach
from kucoin.desk.equity_curve import SLOT, Point
from kucoin.desk.portfolio import Holding, Part, PartKind, Portfolio, Standing, nothing
from kucoin.desk.worth_slots import concerns, fresh, is_due, known_since, unbooked
from kucoin.desk.worths import CurveWish, Worths
from kucoin.journal.database import Journal
from kucoin.journal.worth import WorthStore
from kucoin.model.activity import Activity, ActivityKind, Worth
from tests.feed_server import until

NOON = datetime(2026, 3, 12, 12, 0, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
PATIENCE = 30.0


def part(kind: PartKind, value: str | None, at: datetime | None, name: str = "") -> Part:
    """A part that was read then."""
    return Part(kind, name, None if value is None else Decimal(value), None, None, None, (), at, None)


def holding(currency: str, total: str) -> Holding:
    """So much of a currency."""
    worth = Decimal(total)
    return Holding("Funding", currency, "", worth, worth, Decimal(0), Decimal(0), None, None, None, None, NOON)


def account(*parts: Part, at: datetime = NOON, holdings: tuple[Holding, ...] = ()) -> Portfolio:
    """An account of these parts, whose prices were read then."""
    total = sum((each.value for each in parts if each.value is not None), Decimal(0))
    empty = nothing("USDT", Standing.READY, "")
    return replace(empty, total=total, complete=True, parts=parts, holdings=holdings, at=at, prices_at=at)


FUNDING, SPOT = part(PartKind.FUNDING, "40", NOON), part(PartKind.SPOT, "60", NOON)
BOTH = {"Funding": "40", "Spot trading": "60", "": "100"}
OLD, UNREAD = NOON - 91 * SECOND, None


@pytest.mark.parametrize(
    ("found", "noted", "settled", "expected"),
    [
        (account(FUNDING, SPOT), (), False, BOTH),
        (account(FUNDING, replace(SPOT, at=OLD)), (), True, {"Funding": "40"}),  # the whole would be old as well
        (account(FUNDING, SPOT, at=OLD), (), True, {}),  # and so would all with old prices
        (account(FUNDING, part(PartKind.CROSS, None, UNREAD)), (), False, {"Funding": "40"}),  # it may yet be read
        (account(FUNDING, part(PartKind.CROSS, None, UNREAD)), (), True, {"Funding": "40", "": "40"}),
        (account(FUNDING, part(PartKind.CROSS, None, UNREAD)), ("Cross margin",), True, {"Funding": "40"}),
        (account(FUNDING, part(PartKind.FUTURES, "0", NOON, "USDC")), (), True, {"Funding": "40", "": "40"}),
        (account(part(PartKind.FUNDING, "0", NOON)), ("Funding", ""), True, {"Funding": "0", "": "0"}),
        (nothing("USDT", Standing.LOADING, ""), (), True, {}),
    ],
)
def test_only_what_is_fresh_is_worth_noting(
    found: Portfolio, noted: tuple[str, ...], settled: bool, expected: dict[str, str]
) -> None:
    """A part that fails is no loss of the whole; what never was anything is nothing to be noted."""
    assert {each.place: str(each.value) for each in fresh(found, NOON, noted, settled=settled)} == expected


def test_one_snapshot_a_slot() -> None:
    """Slots begin at full five minutes, whenever the last one was filled."""
    assert is_due(None, NOON)
    assert not is_due(NOON, NOON + SLOT - 2 * SECOND)
    assert is_due(NOON, NOON + SLOT)
    assert is_due(NOON - 2 * SECOND, NOON)


@pytest.mark.parametrize(
    ("flow_place", "currency", "external", "places"),
    [
        ("Funding", "USDT", True, {"", "Funding"}),
        ("Funding", "USDT", False, {"Funding"}),
        ("Futures", "XBT", False, {"Futures XBT"}),
        ("Futures", "USDT", False, {"Futures USDT"}),
        ("Isolated margin BTC-USDT", "BTC", False, {"Isolated margin"}),
    ],
)
def test_money_crosses_the_border_of_its_place(
    flow_place: str, currency: str, external: bool, places: set[str]
) -> None:
    """A transfer is a flow of both its places, and none of the whole."""
    flow = Flow(NOON, flow_place, currency, Decimal(1), external)
    every = ("", "Funding", "Spot trading", "Isolated margin", "Futures XBT", "Futures USDT", "Sub-account Funding")
    assert {place for place in every if concerns(flow, place)} == places


def reach(since: datetime | None, **others: datetime | None) -> ActivityReach:
    """How far lists are known: all alike, but for ``others``."""
    lists = ("funding", "spot", "margin", "futures", "deposits", "withdrawals", "interest")
    sources = tuple(SourceReach(each, others.get(each, since), None, "") for each in lists)
    return ActivityReach(since, "", reading=False, problem="", sources=sources)


def deposit(currency: str, at: datetime) -> Activity:
    """One that the list of deposits tells."""
    kind = ActivityKind.DEPOSIT
    return Activity("deposits", "1", "Funding", currency, kind, "", Decimal(1), None, None, "", "", False, at)


@pytest.mark.parametrize(
    ("place", "expected"),
    [("", 4), ("Funding", 2), ("Spot trading", 1), ("Isolated margin", 1), ("Futures XBT", 3)],
)
def test_a_short_ledger_shortens_only_what_it_tells(place: str, expected: int) -> None:
    """Spot ledgers reach back three days; what came into the whole is told by other lists."""
    ends = {"funding": 2, "futures": 3, "deposits": 4}
    found = reach(NOON + DAY, **{name: NOON + days * DAY for name, days in ends.items()})
    assert known_since(place, found) == NOON + expected * DAY
    assert known_since(place, reach(None)) is None
    assert known_since(place, ActivityReach(None, "", reading=True, problem="", sources=())) is None


def test_a_deposit_that_no_ledger_books_is_noticed() -> None:
    """It may have gone where no ledger reaches back so far; one that is booked some hours later is none of these."""
    flow = Flow(NOON, "Funding", "USDT", Decimal(5), external=True)
    told = [deposit("USDT", NOON - timedelta(hours=5)), deposit("BTC", NOON - DAY), deposit("USDT", NOON - 2 * DAY)]
    assert unbooked(told[:1], [flow]) is None
    assert unbooked(told, [flow]) == NOON - DAY
    assert unbooked(told[:1], [replace(flow, external=False)]) == told[0].at


class Scene:
    """An account as it moves, and what is known of its past."""

    def __init__(self, journal: Journal) -> None:
        self.now = NOON
        self.portfolio = account(FUNDING, SPOT)
        self.prices = {"BTC": Decimal(50), "EUR": Decimal(2)}
        self.known: datetime | None = NOON - DAY
        self.flows_told: tuple[Flow, ...] = ()
        self.told: tuple[Activity, ...] = ()
        self.store = WorthStore(journal)

    def worths(self) -> Worths:
        """What notes it."""
        return Worths(
            self.store,
            account=lambda: "me",
            portfolio=lambda _unit: self.portfolio,
            price=self.prices.get,
            activity=self,
            now=lambda: self.now,
        )

    def later(self, minutes: float, funding: str, spot: str, *holdings: Holding) -> None:
        """Let time go by, after which the account is worth this."""
        at = self.now + timedelta(minutes=minutes)
        parts = replace(FUNDING, at=at, value=Decimal(funding)), replace(SPOT, at=at, value=Decimal(spot))
        self.portfolio = account(*parts, at=at, holdings=holdings)
        self.now = at

    def flows(self, start: datetime | None, _end: datetime | None) -> tuple[Flow, ...]:
        return tuple(flow for flow in self.flows_told if start is None or flow.at >= start)

    def reach(self) -> ActivityReach:
        return reach(self.known)

    def view(self, _wish: ActivityWish) -> Any:
        return SimpleNamespace(entries=lambda: iter([SimpleNamespace(entry=each) for each in self.told]))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    opened = Journal.open(f"sqlite:///{tmp_path / 'journal.sqlite3'}", mode="practice")
    yield opened
    opened.close()


@pytest.fixture
def scene(journal: Journal) -> Scene:
    """An account of two parts."""
    return Scene(journal)


@pytest.fixture
def noting(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Worths]]:
    """Return what starts the noting, which looks all the time, and ends it after the test."""
    monkeypatch.setattr(upkeep, "_SPACING", 0.0)
    monkeypatch.setattr(upkeep, "_EVERY", 0.01)
    begun: list[Worths] = []

    def begin() -> Worths:
        begun.append(scene.worths())
        begun[-1].start()
        return begun[-1]

    yield begin
    for each in begun:
        each.stop()


def drawn(worths: Worths, **wish: Any) -> list[tuple[datetime, Decimal]]:
    """All points of a line."""
    return [(point.at, point.value) for run in worths.curve(CurveWish(**wish)).runs for point in run]


def note(scene: Scene, worths: Worths, funding: str, spot: str, *holdings: Holding) -> datetime:
    """Let a slot go by, and wait until it is noted; return when that was."""
    before = worths.generation
    scene.later(5, funding, spot, *holdings)
    until(lambda: worths.generation > before, PATIENCE)
    return scene.now


def test_snapshots_are_kept_and_drawn(scene: Scene, noting: Callable[[], Worths]) -> None:
    """One a slot, of the parts and the whole, in any unit whose rate was noted; another process goes on with them."""
    worths = noting()
    until(lambda: drawn(worths) and worths.progress().state == "ready", PATIENCE)
    second = note(scene, worths, "44", "66")
    scene.prices["BTC"] = Decimal(55)
    scene.later(3, "50", "50")
    expected = [(NOON, Decimal(100)), (second, Decimal(110)), (scene.now, Decimal(100))]
    assert drawn(worths) == expected
    assert drawn(worths, place="Funding")[1] == (second, Decimal(44))
    assert drawn(worths, unit="BTC") == [(NOON, 2), (second, Decimal("2.2")), (scene.now, Decimal(100) / 55)]
    assert drawn(worths, start=second) == expected[1:]
    assert worths.places() == ("Funding", "Spot trading")
    worths.stop()
    again = noting()
    until(lambda: drawn(again) == expected, PATIENCE)
    stored = [each for each in scene.store.worths("me") if each.place == ""]
    assert stored == [Worth("", Decimal(100), True, NOON), Worth("", Decimal(110), True, second)]


def test_a_return_leaves_out_what_came(scene: Scene, noting: Callable[[], Worths]) -> None:
    """A deposit of bitcoin counts at the price that was noted about then; a transfer is one for its places alone."""
    worths = noting()
    until(lambda: drawn(worths) and worths.progress().state == "ready", PATIENCE)
    note(scene, worths, "45", "65")
    came = scene.now + timedelta(minutes=2, seconds=30)
    scene.flows_told = (
        Flow(came, "Funding", "BTC", Decimal(2), external=True),
        Flow(came, "Funding", "USDT", Decimal(-20), external=False),
        Flow(came, "Spot trading", "USDT", Decimal(20), external=False),
        Flow(came, "Funding", "OMEGA", Decimal(9), external=True),  # has no price, so it is in no value either
    )
    scene.later(5, "125", "95", holding("BTC", "2"))  # 110 + 100 that came; 210 became 220

    def grown(place: str) -> Decimal:
        curve = worths.curve(CurveWish(place, net=True))
        assert curve.broken is None
        return curve.runs[-1][-1].value

    assert grown("") == pytest.approx(Decimal("1.1") * 220 / 210 - 1)
    assert grown("Spot trading") == pytest.approx(Decimal(65) / 60 * 95 / 85 - 1)
    assert grown("Funding") == pytest.approx(Decimal(45) / 40 * (125 + 20) / (45 + 100) - 1)


def test_what_came_just_before_a_return_begins_is_no_gain(scene: Scene, noting: Callable[[], Worths]) -> None:
    """A snapshot so soon after a deposit may not have it, so the return begins with the next one."""
    worths = noting()
    until(lambda: drawn(worths) and worths.progress().state == "ready", PATIENCE)
    start = scene.now + timedelta(minutes=5) - SECOND
    scene.flows_told = (Flow(start - 30 * SECOND, "Funding", "USDT", Decimal(100), external=True),)
    note(scene, worths, "40", "60")
    second = note(scene, worths, "140", "60")
    scene.later(4, "160", "60")
    curve = worths.curve(CurveWish(net=True, start=start))
    assert curve.runs == ((Point(second, Decimal(0)), Point(scene.now, Decimal("0.1"))),)


def test_a_return_begins_where_the_past_is_known(scene: Scene, noting: Callable[[], Worths]) -> None:
    """Of an earlier time nobody knows what came and went; with nothing known there is no line at all."""
    worths = noting()
    until(lambda: drawn(worths) and worths.progress().state == "ready", PATIENCE)
    second = scene.known = note(scene, worths, "44", "66")
    scene.later(4, "55", "66")
    curve = worths.curve(CurveWish(net=True, start=NOON - DAY))
    assert curve.runs == ((Point(second, Decimal(0)), Point(scene.now, Decimal("0.1"))),)
    assert (curve.since, curve.known) == (NOON, second)
    scene.known, scene.told = NOON - DAY, (deposit("SOL", second - SECOND),)
    assert worths.curve(CurveWish(net=True)).known == scene.now
    scene.known = None
    assert worths.curve(CurveWish(net=True)).runs == ()


def test_coins_that_move_have_their_rates_noted(scene: Scene, noting: Callable[[], Worths]) -> None:
    """So that what comes and goes can be valued; what lies still costs no row."""
    scene.prices["SOL"] = Decimal(10)
    scene.portfolio = replace(scene.portfolio, holdings=(holding("SOL", "3"),))
    worths = noting()
    until(lambda: drawn(worths) and worths.progress().state == "ready", PATIENCE)
    for total in ("3", "4"):
        note(scene, worths, "44", "66", holding("SOL", total))
    at = [rate.at for rate in scene.store.rates() if rate.unit == "SOL"]
    assert at == [NOON, scene.now]


def test_without_a_journal_there_is_nothing(scene: Scene) -> None:
    """And nothing is said to be kept."""
    worths = Worths(
        None, account=lambda: "me", portfolio=lambda _: scene.portfolio, price=scene.prices.get, activity=scene
    )
    worths.start()
    worths.stop()
    assert worths.progress().state == "off"
    assert worths.curve(CurveWish()).runs == ()
