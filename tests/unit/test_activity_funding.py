"""A funding that both lists tell of is one line, and nothing that might be something else becomes one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from kucoin.desk.activity import ActivityWish
from kucoin.desk.activity_columns import Columns, Names
from kucoin.desk.activity_funding import Fundings
from kucoin.journal.activity import line
from kucoin.model.activity import Activity, ActivityKind
from tests.activity_source import HOUR, NOW, line_at

MINUTE = timedelta(minutes=1)
FUTURES = {"place": "Futures", "subject": "XBTUSDTM"}


def booked(change: str, at: datetime = NOW, **told: Any) -> Activity:
    """A line of the futures ledger."""
    whole = {**FUTURES, "source": "futures", "kind": ActivityKind.PNL, "business": "RealisedPNL", **told}
    return line_at(at, change, **whole)


def paid(change: str, at: datetime = NOW, **told: Any) -> Activity:
    """A funding as the list of fundings tells it."""
    whole = {**FUTURES, "source": "funding fees", "kind": ActivityKind.FUNDING, "business": "Funding", **told}
    return line_at(at, change, counts=False, detail="part of the realised PnL, rate 0.01 %", **whole)


def columns(lines: Iterable[Activity]) -> Columns:
    """Lines in memory."""
    return Columns.of(Names(), list(map(line, lines)))


def shown(lines: Iterable[Activity]) -> list[tuple[str, str, str]]:
    """Source, kind and amount of each line that is left."""
    found = Fundings().merged(columns(lines))
    return [(each.source, each.kind.value, f"{each.change:f}") for each in found.entries(found.select(ActivityWish()))]


def test_a_funding_that_the_ledger_books_is_one_line() -> None:
    """It is the ledger's, counted, with the rate of the other; an amount may be written with more digits."""
    whole = columns([booked("-0.50"), paid("-0.5", NOW + MINUTE), booked("7", NOW + HOUR)])
    found = Fundings().merged(whole)
    funding, other = found.entries(found.select(ActivityWish()))
    assert (funding.kind, funding.counts, funding.detail) == (ActivityKind.FUNDING, True, "rate 0.01 %")
    assert (funding.source, funding.business, f"{funding.change:f}") == ("futures", "RealisedPNL", "-0.50")
    assert other.kind is ActivityKind.PNL
    assert found.sums(found.select(ActivityWish())) == whole.sums(whole.select(ActivityWish()))


@pytest.mark.parametrize(
    "lines",
    [
        [booked("-0.5"), paid("-0.51")],
        [booked("-0.5"), paid("0.5")],
        [booked("-0.5"), paid("-0.5", NOW + MINUTE + timedelta(milliseconds=1))],
        [booked("-0.5"), paid("-0.5", subject="ETHUSDTM")],
        [booked("-0.5"), paid("-0.5", currency="USDC")],
        [booked("-0.5"), booked("-0.5", NOW + MINUTE / 2), paid("-0.5")],
        [booked("-0.5"), paid("-0.5"), paid("-0.5", NOW + MINUTE / 2)],
        [booked("-0.5"), paid("-0.5", NOW - MINUTE), booked("-0.5", NOW - 2 * MINUTE)],
        [booked("-0.5", source="spot"), paid("-0.5")],
    ],
)
def test_what_may_be_another_stays_as_it_is(lines: list[Activity]) -> None:
    """Another amount, sign, moment, contract or currency, or two of the one or the other."""
    assert shown(lines) == [(each.source, each.kind.value, f"{each.change:f}") for each in sorted(lines, key=_order)]


def test_many_of_one_amount_are_told_apart_by_their_moments() -> None:
    """Each funding of a position that stays is one line."""
    times = [NOW + number * 8 * HOUR for number in range(300)]
    found = shown([each for at in times for each in (booked("-0.5", at), paid("-0.5", at))])
    assert found == [("futures", "Funding", "-0.5")] * 300


def test_what_comes_later_is_merged_as_if_all_had_come_at_once() -> None:
    """Lines that are no fundings, fundings before and after those known, and one that makes another unclear."""
    whole = columns([booked("-0.5"), paid("-0.5"), line_at(NOW + HOUR, "3")])
    fundings = Fundings()
    fundings.merged(whole)
    for more in (
        [line_at(NOW + 2 * HOUR, "4")],
        [line_at(NOW - 2 * HOUR, "4")],
        [booked("-0.7", NOW - HOUR)],
        [paid("-0.7", NOW - HOUR)],
        [booked("-0.5", NOW + MINUTE / 2)],
        [booked("2", NOW + HOUR), paid("1", NOW + HOUR)],
    ):
        whole = whole.join(Columns.of(whole.names, list(map(line, more))))
        found, anew = fundings.merged(whole), Fundings().merged(whole)
        assert found.entries(found.select(ActivityWish())) == anew.entries(anew.select(ActivityWish()))


def _order(entry: Activity) -> tuple[datetime, bool, int]:
    return entry.at, entry.source == "funding fees", int(entry.entry_id)
