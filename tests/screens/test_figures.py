"""How figures are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.widgets import figures
from pages.widgets.figures import Direction

SUMS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=12)
THIN = "\u2009"


@pytest.mark.parametrize(
    ("value", "unit", "signed", "shown"),
    [
        ("148231.074", "USDT", False, "148,231.07"),
        ("1204.55", "USDT", True, "+1,204.55"),
        ("-1204.55", "USDT", True, "−1,204.55"),
        ("-3", "EUR", False, "−3.00"),
        ("0", "USDT", True, "0.00"),
        ("-0", "USDT", True, "0.00"),
        ("0.004", "USDT", False, "<0.01"),
        ("-0.004", "USDT", True, "−<0.01"),
        ("0.004", "USDT", True, "+<0.01"),
        ("1.701614", "BTC", False, "1.70161400"),
        ("0.000000004", "BTC", False, "<0.00000001"),
        ("22388395.4", "JPY", False, "22,388,395"),
        ("0.4", "KRW", False, "<1"),
        ("1E+39", "USDT", False, "1" + ",000" * 13 + ".00"),
    ],
)
def test_money_has_the_decimals_of_its_unit(value: str, unit: str, signed: bool, shown: str) -> None:
    """Thousands by comma, a true minus, a sign on changes, and nothing that exists looks like zero."""
    assert figures.money(Decimal(value), unit, signed=signed) == shown


@pytest.mark.parametrize("write", [figures.amount, figures.price, figures.percent, figures.exact, figures.age])
def test_unknown_is_a_dash(write: object) -> None:
    """None is never a zero."""
    assert callable(write)
    assert write(None) == "–"
    assert figures.money(None, "USDT") == "–"


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [("0.0082", "+0.82"), ("-0.0162", "−1.62"), ("0", "0.00"), ("0.00001", "+<0.01"), ("12.5", "+1,250.00")],
)
def test_a_change_is_in_percent_with_a_thin_space(ratio: str, shown: str) -> None:
    """The thin space does not break, and zero carries no sign."""
    assert figures.percent(Decimal(ratio)) == f"{shown}{THIN}%"


def test_a_share_has_one_decimal_and_no_sign() -> None:
    """A share is not a change."""
    assert figures.percent(Decimal("0.4951"), places=1, signed=False) == f"49.5{THIN}%"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0.842134569", "0.84213456"),
        ("17587.33419", "17,587.3341"),
        ("12345678.19", "12,345,678.1"),
        ("512.300", "512.3"),
        ("6410", "6,410"),
        ("1E+3", "1,000"),
        ("0.000000001", "<0.00000001"),
        ("-0.5", "−0.5"),
        ("0E-8", "0"),
    ],
)
def test_an_amount_is_cut_and_never_rounded_up(value: str, shown: str) -> None:
    """What can be spent is never shown as more than it is."""
    assert figures.amount(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("87112.4", "87,112.4"),
        ("87110.0", "87,110"),
        ("0.15208", "0.15208"),
        ("0.0000123456789", "0.0000123457"),
        ("13197528.6", "13,197,529"),
    ],
)
def test_a_price_has_six_significant_digits(value: str, shown: str) -> None:
    """Small coins are not shown as zero, large prices keep their tick."""
    assert figures.price(Decimal(value)) == shown


@given(SUMS)
def test_money_is_within_half_a_cent_of_the_truth(value: Decimal) -> None:
    """What is read back from the page is the value, rounded once."""
    shown = figures.money(value, "USDT")
    if "<" in shown:
        assert 0 < abs(value) < Decimal("0.01")
    else:
        assert abs(Decimal(shown.replace(",", "").replace("−", "-")) - value) <= Decimal("0.005")


@given(SUMS)
def test_an_amount_is_never_more_than_there_is(value: Decimal) -> None:
    """Cutting goes towards zero."""
    shown = figures.amount(value)
    if "<" not in shown:
        assert abs(Decimal(shown.replace(",", "").replace("−", "-"))) <= abs(value)


@pytest.mark.parametrize(
    ("change", "way"),
    [("1", Direction.UP), ("-1", Direction.DOWN), ("0", Direction.FLAT), (None, Direction.UNKNOWN)],
)
def test_zero_is_flat_and_unknown_is_something_else(change: str | None, way: Direction) -> None:
    """Four directions, since grey for zero and grey for unknown mean different things."""
    assert figures.direction(None if change is None else Decimal(change)) is way


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (9.99, "9.9 s"),
        (10, "10 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (172_799, "47 h"),
        (172_800, "2 d"),
    ],
)
def test_an_age_is_never_older_than_it_says(seconds: float, shown: str) -> None:
    """One figure and one unit, cut."""
    assert figures.age(seconds) == shown


def test_the_age_of_a_reading_is_not_negative() -> None:
    """A clock that was set back makes a reading fresh, not younger than now."""
    now = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
    assert figures.seconds_since(now - timedelta(seconds=3), now) == 3
    assert figures.seconds_since(now + timedelta(seconds=3), now) == 0
    assert figures.seconds_since(None, now) is None


def test_text_from_outside_is_escaped_mark_by_mark() -> None:
    """Nothing in it can open a tag, a link, a formula or one of Streamlit's directives, nor begin a new line."""
    shown = figures.plain("*a* <b>\n# :red[x] $y$ [z](http://e.vil) www.e.vil a@e.vil")
    letters = shown.replace("\u2060", "")
    assert "\n" not in shown
    assert letters.replace("\\", "") == "*a* <b> # :red[x] $y$ [z](http://e.vil) www.e.vil a@e.vil"
    assert all(before == "\\" for before, mark in pairwise(letters) if mark in "*<>#:[]$()/.@")
    assert not [start for start in ("//e", "www.", "@e") if start in shown.replace("\\", "")]


def test_a_coin_that_contracts_are_settled_in_has_all_its_decimals() -> None:
    """XBT is what KuCoin's futures call a bitcoin."""
    assert figures.money(Decimal("-0.0000341"), "XBT", signed=True) == "−0.00003410"


@pytest.mark.parametrize(
    ("value", "places", "shown"), [("87112.44", 1, "87,112.4"), ("0.15", 5, "0.15000"), (None, 1, "–")]
)
def test_a_price_has_the_decimals_of_its_tick(value: str | None, places: int, shown: str) -> None:
    """No more and no fewer, so that points stand in one line."""
    assert figures.fixed(None if value is None else Decimal(value), places) == shown
