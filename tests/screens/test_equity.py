"""The equity panel: what is drawn where, and what is said when there is nothing, or not all, to draw."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin.desk.equity_curve import SLOT, Break, Point
from kucoin.desk.upkeep import Progress
from kucoin.desk.worths import Curve, CurveWish
from pages.widgets import equity, equity_plot, figures
from pages.widgets.equity_plot import Line
from pages.widgets.plots import Look

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LOOK = Look("#000000", "#111111", "#222222", "#333333", "#444444", gain="#00FF00", loss="#FF0000")


def plotted(app: AppTest) -> dict[str, Any]:
    """What the browser is given to draw; ValueError if there is no plot."""
    (chart,) = app.get("plotly_chart")
    return {**json.loads(chart.proto.spec), "alt": chart.proto.alt}


def words(app: AppTest) -> str:
    """All sentences of the page."""
    return " ".join(element.value.replace("\\", "") for element in (*app.markdown, *app.caption))


def line(*values: str, start: datetime = NOON) -> tuple[Point, ...]:
    """Snapshots five minutes apart."""
    return tuple(Point(start + number * SLOT, Decimal(value)) for number, value in enumerate(values))


def test_the_whole_account_is_drawn_first(app: AppTest, desk: Any) -> None:
    """Thirty days of it, in the page's unit."""
    app.query_params["unit"] = "BTC"
    plot = plotted(app.run())
    wish = desk.worths.asked[-1]
    assert (wish.place, wish.unit, wish.net) == ("", "BTC", False)
    assert datetime.now(UTC) - wish.start <= 30 * DAY + timedelta(minutes=2)
    line = plot["data"][0]
    assert line["y"] == [100_000, 101_000, 102_500, None]
    assert line["text"][2].endswith(" UTC: 102,500.00000000 BTC")
    assert plot["alt"].startswith("Equity of the whole account since ")
    assert plot["alt"].endswith(" UTC: 102,500.00000000 BTC")
    assert plot["layout"]["height"] == equity.HEIGHT


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
    """The page's fragment comes by every two seconds; and the same line stays the very same, and so its plot."""
    point = Point(datetime.now(UTC) - DAY, Decimal(7))
    desk.worths.alter = lambda _: Curve(((point,),), point.at)
    app.run()
    asked = len(desk.worths.asked)
    for _ in range(3):
        app.run()
    assert len(desk.worths.asked) <= asked + 1  # a minute may have ended meanwhile
    desk.worths.generation += 1
    app.run()
    assert len(desk.worths.asked) > asked
    lines = [app.session_state["equity-held"].line]
    for _ in range(3):
        desk.worths.generation += 1
        lines.append(app.run().session_state["equity-held"].line)
    assert any(before is after for before, after in pairwise(lines))  # but for the one in between which a minute ended


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


def test_under_privacy_the_line_is_a_share(app: AppTest, desk: Any) -> None:
    """No amount is on its axis, under its pointer, or in its name; without a known total there is no line."""
    app.query_params["privacy"] = "on"
    plot = plotted(app.run())
    share = 102_500 / desk.portfolio("USDT").total
    written = figures.percent(share, signed=False)
    assert plot["data"][0]["y"][2] == pytest.approx(float(share))
    assert plot["data"][0]["text"][2].endswith(f" UTC: {written}")
    assert plot["alt"].endswith(written)
    assert all(text.endswith("%") for text in plot["layout"]["yaxis"]["ticktext"])
    assert not any(amount in str(plot) for amount in ("102,500", "102500", "100000", "101000", "USDT"))
    desk.alter = lambda portfolio: replace(portfolio, total=None)
    desk.worths.generation += 1
    assert "What this comes to of the whole account is not known now." in words(app.run())
    assert not app.get("plotly_chart")


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


def test_a_figure_reaches_from_the_first_point_to_now() -> None:
    """With air above and below; a gap is shaded and the longest is named, and the end of the line is a dot."""
    runs = [line("100", "140"), line("120", start=NOON + timedelta(hours=9))]
    now = NOON + timedelta(hours=10)
    path, dots = (plot := equity_plot.figure(Line(runs, None, now, "USDT"), 168, LOOK)).data
    layout = plot.layout
    assert list(path.y) == [100, 140, None, 120, None]
    assert path.text[3] == "12 Mar 2026, 21:00 UTC: 120.00 USDT"
    assert (list(dots.x), list(dots.y)) == ([runs[1][0].at], [120])
    assert layout.xaxis.range == (NOON, now)
    low, high = layout.yaxis.range
    assert 90 < low < 100
    assert 100 - low == pytest.approx(high - 140)
    ((start, end),) = ((shade.x0, shade.x1) for shade in layout.shapes)
    assert (start, end) == (runs[0][1].at, runs[1][0].at)
    (named,) = layout.annotations
    assert (named.text, named.x, named.xanchor) == ("no record, 8 h", start + (end - start) / 2, "center")
    assert layout.yaxis.ticktext == ("100", "120", "140")
    assert layout.xaxis.ticktext == ("12:00", "16:00", "20:00")


def test_a_point_that_stands_alone_is_a_dot() -> None:
    """A line of one point is none; the end is larger."""
    runs = [line("1", start=NOON + number * DAY) for number in range(3)]
    dots = equity_plot.figure(Line(runs, None, NOON + 2 * DAY, "USDT"), 168, LOOK).data[1]
    assert list(dots.y) == [1, 1, 1]
    assert dots.marker.size[0] == dots.marker.size[1] < dots.marker.size[2]


@pytest.mark.parametrize(("hours", "side"), [(1, "left"), (10, "center"), (19, "right")])
def test_the_name_of_a_gap_stays_inside(hours: int, side: str) -> None:
    """Near an edge it begins or ends with the gap."""
    gap = NOON + timedelta(hours=hours)
    end = NOON + timedelta(hours=20)
    moments = (NOON, gap - timedelta(minutes=30)), (gap, end)
    runs = [[Point(at, Decimal(1)) for at in run] for run in moments]
    (named,) = equity_plot.figure(Line(runs, None, end, "USDT"), 168, LOOK).layout.annotations
    assert named.xanchor == side


@pytest.mark.parametrize(
    ("days", "first", "last", "count"),
    [(1, "12:00", "12:00", 5), (2, "12:00", "12:00", 5), (30, "17 Feb", "10 Mar", 4), (400, "Mar 2025", "Mar 2026", 5)],
)
def test_stamps_suit_the_span(days: int, first: str, last: str, count: int) -> None:
    """Full hours with their midnights, days, or months; never more than the axis has room for."""
    found = [text for _, text in equity_plot.stamps(NOON - days * DAY, NOON)]
    assert 2 <= len(found) <= 5
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
