"""The arithmetic of the PnL section's plots: which days, how deep a tint, where a line ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.pnl import Bucket
from kucoin.model.ledger import EquityPoint
from pages.widgets import futures_calendar, futures_curves, futures_days
from pages.widgets.plots import Look

D = Decimal
NOW = datetime(2026, 3, 12, 12, 32, tzinfo=UTC)
LOOK = Look("#000000", "#111111", "#222222", "#333333", "#444444", gain="#00FF00", loss="#FF0000")


def day(start: date, price: str) -> Bucket:
    """A day without fees."""
    return Bucket(start=start, price=D(price), fees=D(0), funding=D(0), closed=1)


def drawn(*days: Bucket, since: datetime | None, span: str = "7 d") -> list[tuple[int, int]]:
    """The days that are drawn, and what they came to."""
    found = futures_days.drawn(days, since, futures_days.since(span, NOW), NOW)
    return [(each.start.day, int(each.net)) for each in found]


def test_days_without_a_result_are_zero_where_the_ledger_is_complete() -> None:
    """From the first day of the span up to today."""
    long_ago = datetime(2025, 11, 4, tzinfo=UTC)
    assert drawn(day(date(2026, 3, 8), "5"), since=long_ago) == [
        *((6, 0), (7, 0), (8, 5), (9, 0)),
        *((10, 0), (11, 0), (12, 0)),
    ]


def test_nothing_is_drawn_before_the_ledger() -> None:
    """Whatever is known of it; nor anything at all where nobody knows how far it reaches."""
    known = day(date(2026, 3, 8), "5"), day(date(2026, 3, 11), "7")
    assert drawn(*known, since=datetime(2026, 3, 10, 9, tzinfo=UTC)) == [(10, 0), (11, 7), (12, 0)]
    assert drawn(*known, since=None) == []


def test_all_time_begins_with_the_ledger() -> None:
    """Not with the first result."""
    since = datetime(2026, 3, 9, tzinfo=UTC)
    assert drawn(day(date(2026, 3, 11), "7"), since=since, span="All") == [(9, 0), (10, 0), (11, 7), (12, 0)]


def test_weeks_and_months_add_up_days() -> None:
    """Weeks begin on Monday; what they come to stays the same."""
    days = [day(date(2026, 2, 25) + timedelta(days=place), "1") for place in range(10)]
    weeks, months = (futures_days.by(period, days) for period in ("week", "month"))
    assert [(each.start, each.net) for each in weeks] == [(date(2026, 2, 23), 5), (date(2026, 3, 2), 5)]
    assert [(each.start, each.net) for each in months] == [(date(2026, 2, 1), 4), (date(2026, 3, 1), 6)]


def test_depth_says_how_much() -> None:
    """The largest day is deepest, a small one still stands off from nothing."""
    most = D(100)
    assert (futures_calendar.shade(most, most), futures_calendar.shade(-most, most)) == (1.0, 1.0)
    assert futures_calendar.shade(D(0), most) == futures_calendar.shade(D(0), D(0)) == 0
    assert 0.1 < futures_calendar.shade(D("0.01"), most) < futures_calendar.shade(D(50), most) < 1


@pytest.mark.parametrize(
    ("net", "unit", "text"),
    [
        ("788.12", "USDT", "+788"),
        ("-1254.4", "USDT", "−1,254"),
        ("0.42", "USDT", "+0.42"),
        ("-0.004", "USDT", "−<0.01"),
        ("0", "USDT", "0"),
        ("0.00341", "XBT", "+0.0034"),
        ("0.00001", "XBT", "+<0.0001"),
    ],
)
def test_a_cell_is_brief_and_never_shows_nothing_for_something(net: str, unit: str, text: str) -> None:
    """Cents go where they do not matter."""
    assert futures_calendar.brief(D(net), unit) == text


def test_the_calendar_leaves_days_before_the_ledger_blank() -> None:
    """They have a number and no amount; a zero day has both."""
    (week,) = weeks(day(date(2026, 3, 11), "7"), day(date(2026, 3, 12), "0"))
    assert [cell["number"] for cell in week] == ["9 Mar", "10", "11", "12"]
    assert [cell["amount"] for cell in week] == ["", "", "+7", "0"]
    assert [(cell["look"], cell["depth"]) for cell in week] == [("", 0), ("", 0), ("gain", 100), ("zero", 0)]
    assert [cell["told"] for cell in week[1:3]] == [None, "11 Mar: +7.00 USDT, 1 closed"]


def test_the_sign_says_which_way() -> None:
    """Beside the depth, which says how much of the largest of the days that are drawn."""
    ((loss, gain),) = weeks(day(date(2026, 3, 9), "-100"), day(date(2026, 3, 10), "25"))
    assert (loss["look"], loss["amount"], loss["depth"]) == ("loss", "−100", 100)
    assert (gain["look"], gain["amount"], gain["depth"]) == ("gain", "+25", 58)


def test_a_long_calendar_shows_its_newest_weeks() -> None:
    """In low rows; its height is known before it is drawn."""
    days = [day(date(2025, 1, 1) + timedelta(days=place), "1") for place in range(200)]
    drawn_weeks = weeks(*days)
    assert len(drawn_weeks) == futures_calendar.WEEKS
    assert drawn_weeks[-1][-1]["told"] == "19 Jul: +1.00 USDT, 1 closed"
    assert futures_calendar.height(days) < 2 * futures_calendar.height(days[-40:])


def weeks(*days: Bucket) -> list[list[dict[str, Any]]]:
    """The rows of the calendar."""
    return list(futures_calendar.payload(days, "USDT")["weeks"])


def test_the_line_is_what_the_bars_add_up_to() -> None:
    """Gains and losses in the reader's colours."""
    days = [day(date(2026, 3, 10), "5"), day(date(2026, 3, 11), "-7"), day(date(2026, 3, 12), "3")]
    line, end, each, gains, losses = futures_curves.realised(days, "day", "USDT", 232, LOOK).data
    assert (list(line.y), list(end.y), list(each.y)) == ([5, -2, 1], [1], [5, -7, 3])
    assert (gains.fillcolor, list(gains.y)) == (LOOK.gain, [0, 5, 5, 0, None, 0, 3, 3, 0, None])
    assert (losses.fillcolor, list(losses.y)) == (LOOK.loss, [0, -7, -7, 0, None])
    left, right = losses.x[0], losses.x[2]
    assert right - left == timedelta(days=0.6)
    assert left + (right - left) / 2 == datetime(2026, 3, 11)  # noqa: DTZ001  a day as Plotly has it, without a zone


def points(*minutes: int) -> list[EquityPoint]:
    """Snapshots at so many minutes after noon."""
    noon = datetime(2026, 3, 12, 12, tzinfo=UTC)
    return [EquityPoint("USDT", D(each), None, noon + timedelta(minutes=each)) for each in minutes]


def test_a_line_of_equity_is_never_drawn_over_a_gap() -> None:
    """A quarter of an hour is bridged, a minute more is not."""
    figure = futures_curves.equity(points(0, 5, 20, 36, 41), "USDT", LOOK)
    assert list(figure.data[0].y) == [0, 5, 20, None, 36, 41, None]
    assert futures_curves.gaps(points(0, 5, 20, 36, 41)) == 1
    assert len(figure.layout.shapes) == 1


def test_a_long_line_is_thinned_and_keeps_its_ends() -> None:
    """A month of snapshots is no more than a screen can show."""
    many = points(*range(0, 5 * 8640, 5))
    values = list(futures_curves.equity(many, "USDT", LOOK).data[0].y)
    assert len(values) < 700
    assert (values[0], values[-2]) == (0, 5 * 8639)
