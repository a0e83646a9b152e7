"""The equity line: gaps stay gaps, thinning hides no extreme, and returns are what a hand computes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from kucoin.desk.equity_curve import POINTS, SLOT, Passage, Point, Rates, Series, Why, gaps, returns

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
NEARLY = Decimal("1e-20")

values = st.decimals(min_value="0.01", max_value="1000000", places=2)


def at(minutes: float) -> datetime:
    """A moment so long after noon."""
    return NOON + timedelta(minutes=minutes)


def line(*found: tuple[float, str]) -> list[Point]:
    """Points by their minute and value."""
    return [Point(at(minute), Decimal(value)) for minute, value in found]


def moved(*found: tuple[float, str | None]) -> list[Passage]:
    """Money that came, by its minute."""
    return [Passage(at(minute), None if value is None else Decimal(value)) for minute, value in found]


def series(points: list[Point]) -> Series:
    """A series of the points."""
    made = Series()
    for point in points:
        made.add(point)
    return made


def every_slot(count: int, first: int = 0) -> list[Point]:
    """A saw of so many snapshots, one each slot."""
    return [Point(NOON + number * SLOT, Decimal(100 + number % 7)) for number in range(first, first + count)]


# By hand. Two legs of 10 % with 50 that came between: 1.1 * (160/160) * 1.1.
# What went is taken out likewise: 1.1 * (60+50)/110 * 1.1.
# Gains in the very link count on all that was at work in it: (170 - 0) / (110 + 50).
# What comes and what goes in one link: (120 + 10)/(100 + 30) * 60/120.
# An empty account earns nothing, then what came is its base: 1 * 100/100 * 1.05.
@pytest.mark.parametrize(
    ("worth", "came", "grown"),
    [
        (line((0, "100"), (5, "110")), [], "0.1"),
        (line((0, "100"), (5, "110"), (15, "160"), (20, "176")), moved((10, "50")), "0.21"),
        (line((0, "100"), (5, "110"), (15, "60"), (20, "66")), moved((10, "-50")), "0.21"),
        (line((0, "100"), (5, "110"), (15, "170")), moved((10, "50")), "0.16875"),
        (line((0, "0"), (10, "100"), (15, "105")), moved((5, "100")), "0.05"),
        (line((0, "100"), (10, "120"), (15, "60")), moved((5, "30"), (6, "-10")), "-0.5"),
    ],
)
def test_returns_are_those_of_a_hand(worth: list[Point], came: list[Passage], grown: str) -> None:
    """Deposits and withdrawals are neither gain nor loss."""
    found = returns([worth], came)
    assert found.broken is None
    assert found.runs[0][0] == Point(worth[0].at, Decimal(0))
    assert found.runs[0][-1].at == worth[-1].at
    assert abs(found.runs[0][-1].value - Decimal(grown)) < NEARLY


@pytest.mark.parametrize(
    ("worth", "came", "why"),
    [
        (line((0, "0"), (5, "100"), (10, "110")), [], "empty"),
        (line((0, "-3"), (5, "100"), (10, "110")), [], "empty"),
        (line((0, "70"), (5, "100"), (10, "110")), moved((3, None)), "price"),
        ([Point(NOON, Decimal(50), complete=False), *line((5, "100"), (10, "110"))], [], "coverage"),
    ],
)
def test_a_return_that_cannot_be_followed_begins_anew(worth: list[Point], came: list[Passage], why: Why) -> None:
    """What is not known is no gain of so many percent: the line begins behind it, and says why."""
    found = returns([worth], came)
    assert found.broken == (at(5), why)
    assert [point.at for point in found.runs[0]] == [at(5), at(10)]
    assert abs(found.runs[0][-1].value - Decimal("0.1")) < NEARLY


@seed(9)
@settings(max_examples=60, deadline=None)
@given(st.lists(values, min_size=2, max_size=12), st.decimals(min_value="0.001", max_value="1000", places=3))
def test_without_flows_a_return_is_simple_and_knows_no_scale(worth: list[Decimal], scale: Decimal) -> None:
    """The last over the first; and an account ten times as large returned the same."""
    points = [Point(NOON + number * SLOT, value) for number, value in enumerate(worth)]
    larger = [point._replace(value=point.value * scale) for point in points]
    found = returns([points], []).runs[0][-1].value
    assert abs(found - (worth[-1] / worth[0] - 1)) < Decimal("1e-18") * max(1, abs(found))
    assert abs(returns([larger], []).runs[0][-1].value - found) < Decimal("1e-18") * max(1, abs(found))


@seed(9)
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(values, values), min_size=1, max_size=10))
def test_what_comes_and_goes_returns_nothing(steps: list[tuple[Decimal, Decimal]]) -> None:
    """An account whose value only deposits and withdrawals change has earned nothing, whatever they were."""
    worth, points, came = Decimal(1000), [Point(NOON, Decimal(1000))], []
    for number, (deposit, withdrawal) in enumerate(steps):
        gone = min(withdrawal, worth + deposit - 1)
        middle = NOON + (number + 0.5) * SLOT
        came += [Passage(middle, deposit), Passage(middle, -gone)]
        worth += deposit - gone
        points.append(Point(NOON + (number + 1) * SLOT, worth))
    assert all(abs(point.value) < NEARLY for point in returns([points], came).runs[0])


def test_a_gap_ends_a_run() -> None:
    """Three slots without a snapshot are no gap yet; more are, and the return goes on behind it."""
    points = line((0, "100"), (15, "101"), (31, "102"), (36, "110"))
    runs = series(points).runs(None)
    assert [[point.at for point in run] for run in runs] == [[at(0), at(15)], [at(31), at(36)]]
    assert list(gaps(runs)) == [(at(15), at(31))]
    assert abs(returns(runs, []).runs[1][-1].value - Decimal("0.1")) < NEARLY


def test_a_span_begins_where_it_is_asked_to() -> None:
    """Earlier points and earlier gaps are left out."""
    kept = series([*every_slot(3), *every_slot(5, first=50)]).runs(NOON + 51 * SLOT)
    assert [point.at for run in kept for point in run] == [NOON + number * SLOT for number in range(51, 55)]
    assert series(every_slot(3)).runs(NOON + timedelta(days=1)) == []


def test_thinning_keeps_ends_and_extremes() -> None:
    """Of a year no more is drawn than a screen shows, but no low or high is lost, and gaps stay."""
    points = [*every_slot(40_000), *every_slot(60_000, first=50_000)]
    points[12_345] = points[12_345]._replace(value=Decimal("0.5"))
    points[77_777] = points[77_777]._replace(value=Decimal("999.123456"))
    runs = series(points).runs(None)
    drawn = [point for run in runs for point in run]
    assert len(drawn) <= POINTS + 4
    assert [len(runs), drawn[0], drawn[-1]] == [2, points[0], points[-1]]
    assert {points[12_345], points[77_777]} <= set(drawn)
    assert drawn == sorted(drawn)


def test_no_point_is_taken_that_may_have_the_money_or_not() -> None:
    """Within two minutes of a deposit balances may disagree; the points around that are kept, however few are."""
    points = [Point(NOON + number * timedelta(minutes=1), Decimal(number)) for number in range(5000)]
    deposit = at(2000)
    drawn = [point.at for run in series(points).runs(None, beside=[deposit]) for point in run]
    near = [moment for moment in drawn if abs(moment - deposit) < timedelta(minutes=4)]
    assert near == [at(1997), at(2003)]


def test_thinning_keeps_where_more_or_less_is_covered() -> None:
    """So that a return begins anew there, and not some days later."""
    turn = 30_000
    points = [point._replace(complete=number >= turn) for number, point in enumerate(every_slot(50_000))]
    found = returns(series(points).runs(None), [])
    assert found.broken == (points[turn].at, "coverage")


def test_a_series_is_exact_to_a_millionth_and_takes_no_older_point() -> None:
    """What comes out is what went in; negative values too."""
    first, last = Point(NOON, Decimal("-12.345678"), complete=False), Point(at(5), Decimal("9000000000.000001"))
    made = series([first, Point(NOON, Decimal(7)), last, Point(at(4), Decimal(7))])
    assert [len(made), made.point(0), made.point(-1)] == [2, first, last]


def test_a_rate_is_the_nearest_or_none() -> None:
    """Before or after, within what is asked for."""
    rates = Rates()
    for minute, price in ((0, "10"), (5, "20"), (4, "30"), (60, "40")):
        rates.add(at(minute), Decimal(price))
    minute = timedelta(minutes=1)
    asked = [(-1, 1), (-2, 1), (2, 5), (3, 5), (20, 5), (59, 1), (100, 60)]
    found = [rates.near(at(when), within * minute) for when, within in asked]
    assert found == [Decimal(10), None, Decimal(10), Decimal(20), None, Decimal(40), Decimal(40)]
    assert Rates().near(NOON, minute) is None
