"""The equity panel: what is drawn where, and what is said when there is nothing, or not all, to draw."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin.desk.equity_curve import SLOT, Break, Point
from kucoin.desk.upkeep import Progress
from kucoin.desk.worths import Curve, CurveWish
from pages.widgets import equity, equity_plot, figures

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def words(app: AppTest) -> str:
    """All sentences of the page."""
    return " ".join(element.value.replace("\\", "") for element in (*app.markdown, *app.caption))


def line(*values: str, start: datetime = NOON) -> tuple[Point, ...]:
    """Snapshots five minutes apart."""
    return tuple(Point(start + number * SLOT, Decimal(value)) for number, value in enumerate(values))


def test_the_whole_account_is_drawn_first(app: AppTest, desk: Any, drawn: Any) -> None:
    """Thirty days of it, in the page's unit."""
    app.query_params["unit"] = "BTC"
    plot = drawn(app.run(), "equity-plot")
    wish = desk.worths.asked[-1]
    assert (wish.place, wish.unit, wish.net) == ("", "BTC", False)
    assert datetime.now(UTC) - wish.start <= 30 * DAY + timedelta(minutes=2)
    assert [point[3] for point in plot["runs"][0]][-1] == "102,500.00000000 BTC"


def test_place_span_and_return_are_chosen(app: AppTest, desk: Any) -> None:
    """Each is asked of the desk; accounts stand in the order of the page."""
    app.run()
    assert app.selectbox(key="equity-of").options == [
        "Whole account", "Funding", "Spot trading", "Sub-account grid-01",
    ]  # fmt: skip
    app.selectbox(key="equity-of").set_value("Funding").run()
    app.segmented_control(key="equity-span").set_value("All").run()
    app.toggle(key="equity-net").set_value(True).run()
    assert desk.worths.asked[-1] == CurveWish("Funding", "USDT", None, net=True)


def test_no_return_is_told_of_a_sub_account(app: AppTest, desk: Any) -> None:
    """What comes into it and leaves it is not known."""
    app.run().toggle(key="equity-net").set_value(True).run()
    app.selectbox(key="equity-of").set_value("Sub-account grid-01").run()
    assert app.toggle(key="equity-net").disabled
    assert not desk.worths.asked[-1].net


def test_a_line_is_drawn_anew_once_a_minute_at_most(app: AppTest, desk: Any) -> None:
    """The page's fragment comes by every two seconds."""
    app.run()
    asked = len(desk.worths.asked)
    for _ in range(3):
        app.run()
    assert len(desk.worths.asked) <= asked + 1  # a minute may have ended meanwhile
    desk.worths.generation += 1
    app.run()
    assert len(desk.worths.asked) > asked


def test_with_nothing_recorded_it_says_when_there_will_be(app: AppTest, desk: Any) -> None:
    """A fresh journal, one that is being read, and one that cannot be written."""
    desk.worths.alter = lambda _: Curve((), None)
    assert "Nothing is recorded yet." in words(app.run())
    desk.worths.progress = lambda: Progress("reading")
    desk.worths.generation += 1
    assert "The journal is being read." in words(app.run())
    desk.worths.progress = lambda: Progress("failed", problem="the disk is full")
    desk.worths.generation += 1
    assert "Nothing is being recorded: the disk is full." in words(app.run()).replace("**", "")


def test_under_privacy_the_line_is_a_share(app: AppTest, desk: Any, drawn: Any) -> None:
    """No amount is on its axis, under its pointer, or in its name; without a known total there is no line."""
    app.query_params["privacy"] = "on"
    plot = drawn(app.run(), "equity-plot")
    worth = desk.portfolio("USDT").total
    assert plot["runs"][0][-1][3] == figures.percent(102_500 / worth, signed=False)
    assert all(text.endswith("%") for _, text in plot["lines"])
    assert "102,500" not in str(plot)
    desk.alter = lambda portfolio: replace(portfolio, total=None)
    desk.worths.generation += 1
    assert "What this comes to of the whole account is not known now." in words(app.run())


RISEN = Curve((line("0", "0.1", "0.25"),), NOON - DAY, NOON - DAY)


@pytest.mark.parametrize(
    ("curve", "wish", "said"),
    [
        (
            Curve((line("7", "8"),), NOON),
            CurveWish(),
            "Recorded since 12 Mar 12:00 UTC; a point comes every 5 minutes.",
        ),
        (Curve((line(*"12345678"),), NOON), CurveWish(), ""),
        (
            Curve((line(*"12345678"), line("1", start=NOON + DAY)), NOON),
            CurveWish(),
            "Shaded: no snapshots, as while the dashboard does not run.",
        ),
        (
            Curve((line(*"12345678"),), NOON - DAY),
            CurveWish(unit="JPY"),
            "The price of JPY is recorded since 12 Mar 12:00 UTC.",
        ),
        (RISEN, CurveWish(net=True), "+25.00\u2009% since 12 Mar 12:00 UTC."),
        (
            replace(RISEN, known=NOON),
            CurveWish(net=True),
            "+25.00\u2009% since 12 Mar 12:00 UTC, from when on both are known.",
        ),
        (
            replace(RISEN, broken=Break(NOON, "price"), problem="timeout"),
            CurveWish(net=True),
            "+25.00\u2009% since 12 Mar 12:00 UTC; what came or went before has no known price. "
            "Some may be missing: timeout.",
        ),
    ],
)
def test_a_line_says_what_it_leaves_out(curve: Curve, wish: CurveWish, said: str) -> None:
    """Beside the switch, in few words."""
    assert " ".join(equity.notes(curve, wish)) == said


def test_places_in_the_plot_are_fractions_of_it() -> None:
    """From the first point to now, with air above and below; a gap is shaded and the longest is named."""
    runs = [line("100", "140"), line("120", start=NOON + timedelta(hours=9))]
    now = NOON + timedelta(hours=10)
    plot = equity_plot.payload(runs, None, now, ratio=False, signed=False, write=lambda value: f"{value} USDT")
    first, second, last = (point for run in plot["runs"] for point in run)
    assert [first[0], last[0]] == [0, 0.9]
    assert first[1] == pytest.approx(1 - second[1])
    assert 0 < first[1] < last[1] == 0.5 < second[1] < 1
    assert last[2:] == ["12 Mar 2026, 21:00 UTC", "120 USDT"]
    assert plot["gaps"] == [(second[0], 0.9, "no record, 8 h")]
    assert [text for _, text in plot["lines"]] == ["100", "120", "140"]
    assert [text for _, text in plot["stamps"]] == ["12:00", "14:00", "16:00", "18:00", "20:00", "22:00"]


@pytest.mark.parametrize(
    ("days", "first", "last", "count"),
    [(1, "12:00", "12:00", 7), (2, "12:00", "12:00", 5), (30, "17 Feb", "10 Mar", 4), (400, "Mar 2025", "Mar 2026", 7)],
)
def test_stamps_suit_the_span(days: int, first: str, last: str, count: int) -> None:
    """Full hours with their midnights, days, or months; never more than the axis has room for."""
    found = [text for _, text in equity_plot.stamps(NOON - days * DAY, NOON)]
    assert 2 <= len(found) <= 8
    assert (found[0], found[-1], len(found)) == (first, last, count), found


@pytest.mark.parametrize(
    ("low", "high", "step"), [("0.97", "1.031", "0.02"), ("139000", "151000", "5000"), ("-3", "4", "2")]
)
def test_lines_across_lie_at_round_figures(low: str, high: str, step: str) -> None:
    """Steps of 1, 2 or 5, all of them inside."""
    found, marks = equity_plot.lines(Decimal(low), Decimal(high))
    assert found == Decimal(step)
    assert all(Decimal(low) <= mark <= Decimal(high) and mark % found == 0 for mark in marks)
    assert figures.fixed(marks[0], 2)
