"""Moments as KuCoin counts them: in four units, told apart by their digits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kucoin.model.times import milliseconds, moment
from kucoin.rest.answer import Answer
from kucoin.rest.row import Row, value_of

FIRST, LAST = datetime(2017, 1, 1, tzinfo=UTC), datetime(2100, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS = {"s": timedelta(seconds=1), "ms": timedelta(milliseconds=1), "µs": timedelta(microseconds=1)}


def counts(at: datetime) -> dict[str, int]:
    """``at`` in each unit, cut to a whole number of it."""
    return {name: (at - EPOCH) // unit for name, unit in UNITS.items()} | {
        "ns": (at - EPOCH) // timedelta(microseconds=1) * 1000 + 999
    }


@given(st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None)))
def test_a_moment_comes_back_from_every_unit(naive: datetime) -> None:
    """From 2017 to 2100, to the digit that the unit tells, sent as a number and as text."""
    at = naive.replace(tzinfo=UTC)
    for name, count in counts(at).items():
        wanted = EPOCH + count * UNITS[name] if name in UNITS else at
        assert moment(count) == moment(str(count)) == wanted, name
        row = Row({"number": count, "text": str(count), "decimal": Decimal(count)}, "a row")
        assert row.moment("number") == row.moment("text") == row.moment("decimal") == wanted, name
    assert moment(milliseconds(at)) == at.replace(microsecond=at.microsecond // 1000 * 1000)


@pytest.mark.parametrize("at", [FIRST, LAST, datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)])
def test_the_first_and_the_last_moment_come_back(at: datetime) -> None:
    """The ends of the span, and the end of 32 bits."""
    assert [moment(count) for count in counts(at).values()][-2:] == [at, at]


@pytest.mark.parametrize(
    "count",
    [
        *("0", "-1", "1", "999999999", "10000000000000000000", "9" * 40, "true", "null", "1790000000.5", "{}", "[17]"),
        *('"soon"', '""', '"1_790_000_000"', '"１７９００００００"', '"-1790000000000"', '"1790000000.0.0"'),
    ],
)
def test_what_is_no_moment_is_unknown(count: str) -> None:
    """Not 1970, not an error of the machine."""
    row = Row(value_of(Answer("GET /api/v1/x", msgspec.Raw(f'{{"at":{count}}}'.encode()), 0.0)), "a row")
    assert row.moment_or_none("at") is None
    said = json.loads(count)
    assert not isinstance(said, str | int) or isinstance(said, bool) or moment(said) is None
