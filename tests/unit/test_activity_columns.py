"""The activity in memory: exact, in order, each line once, and searched as a plain list would be."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kucoin.desk.activity import ActivityWish
from kucoin.desk.activity_amounts import EXACT, Amounts, Ints
from kucoin.desk.activity_columns import Columns, Names, View
from kucoin.journal.activity import line
from kucoin.model.activity import Activity, ActivityKind
from tests.activity_source import DAY, NOW, line_at

D = Decimal
AMOUNTS = st.one_of(
    st.none(),
    st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**9), max_value=10**9),
    st.decimals(allow_nan=False, allow_infinity=False, places=18, min_value=-(10**20), max_value=10**20),
    st.integers(-(10**24), 10**24).map(Decimal),
)


@given(st.lists(st.tuples(AMOUNTS, st.integers(0, 4))), st.lists(AMOUNTS, max_size=4))
def test_amounts_are_exact(given: list[tuple[Decimal | None, int]], more: list[Decimal | None]) -> None:
    """Every digit comes back, zeros at the end included; sums and running sums are those of a decimal each."""
    values, groups = [value for value, _ in given], [group for _, group in given]
    column = Amounts.of(None if value is None else f"{value:f}" for value in values)
    assert [None if each is None else f"{each:f}" for each in column.values()] == [
        None if each is None else f"{each if each else abs(each):f}" for each in values
    ]
    assert column.negative.tolist() == [value is not None and value < 0 for value in values]
    sums, course, total = [D(0)] * 5, [], D(0)
    for value, group in zip(values, groups, strict=True):
        sums[group] = EXACT.add(sums[group], value or D(0))
        total = EXACT.add(total, value or D(0))
        course.append(total)
    assert column.sums(_numbers(groups), 5) == sums
    assert column.running() == course
    joined = column.join(Amounts.of(None if each is None else f"{each:f}" for each in more))
    assert joined.values() == [*values, *more]


def _numbers(groups: list[int]) -> Ints:

    return np.array(groups, np.int64)


def lines(count: int, seed: int = 7) -> list[Activity]:
    """Lines of a hundred days, in no order, several of one moment, those of the futures account without a balance."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        source, place = dice.choice((("spot", "Spot trading"), ("funding", "Funding"), ("futures", "Futures")))
        amount = D(dice.randrange(-(10**12), 10**12)).scaleb(-dice.randrange(0, 9))
        found.append(
            line_at(
                NOW - dice.randrange(100) * DAY,
                f"{amount:f}",
                number=number + 1,
                source=source,
                place=place,
                currency=dice.choice(("USDT", "BTC", "KCS")),
                kind=dice.choice((ActivityKind.TRADE, ActivityKind.TRANSFER)),
                business=dice.choice(("TRADE_EXCHANGE", "TRANSFER")),
                fee=dice.choice((None, D("0.00100"))),
                balance=None if source == "futures" else D(dice.randrange(10**9)).scaleb(-4),
                subject=dice.choice(("BTC-USDT", "KCS-USDT", "")),
                detail=f"order {dice.getrandbits(64):x}",
                counts=dice.random() < 0.9,
            )
        )
    return found


def columns(entries: list[Activity]) -> Columns:
    """The lines as they are held."""
    return Columns.of(Names(), [line(entry) for entry in entries])


def ordered(entries: list[Activity]) -> list[Activity]:
    """The lines by time, those of one moment by number."""
    return sorted(entries, key=lambda each: (each.at, int(each.entry_id)))


WISHES = [
    ActivityWish(),
    ActivityWish(start=NOW - 50 * DAY),
    ActivityWish(end=NOW - 50 * DAY),
    ActivityWish(start=NOW - 60 * DAY, end=NOW - 30 * DAY, places=frozenset({"Futures", "Funding"})),
    ActivityWish(start=NOW, end=NOW - DAY),
    ActivityWish(kinds=frozenset({ActivityKind.TRANSFER}), currencies=frozenset({"BTC"})),
    ActivityWish(places=frozenset({"Nowhere"})),
    ActivityWish(text=" KCS-usdt "),
    ActivityWish(text="transfer", currencies=frozenset({"KCS"})),
    ActivityWish(text="fund"),
    ActivityWish(text="there is no such text"),
]


@pytest.mark.parametrize("wish", WISHES)
def test_what_is_wanted_is_found(wish: ActivityWish) -> None:
    """The same lines as one by one, newest first in parts, oldest first as a whole, with the same sums."""
    entries = lines(600)
    held = columns(entries)
    view = View(held, held.select(wish), {})
    wanted = [entry for entry in ordered(entries) if fits(entry, wish)]
    found = [row.entry for row in view.entries()]
    assert sorted(found, key=lambda each: int(each.entry_id)) == sorted(wanted, key=lambda each: int(each.entry_id))
    assert [each.at for each in found] == [each.at for each in wanted]
    assert view.count == len(wanted)
    assert [row.entry for row in view.rows(0, 10**6)] == found[::-1]
    assert [row.entry for row in view.rows(20, 7)] == found[::-1][20:27]
    counting = [entry for entry in wanted if entry.counts]
    assert [each.currency for each in view.sums] == sorted({entry.currency for entry in counting})
    for each in view.sums:
        mine = [entry for entry in counting if entry.currency == each.currency]
        assert each.came == sum((entry.change for entry in mine if entry.change > 0), D(0))
        assert each.went == sum((entry.change for entry in mine if entry.change < 0), D(0))
        assert each.net == each.came + each.went
        assert each.fees == sum((entry.fee or D(0) for entry in mine), D(0))


def fits(entry: Activity, wish: ActivityWish) -> bool:
    """What a wish means, said plainly."""
    told = (entry.source, entry.place, entry.currency, entry.kind.value, entry.business, entry.subject, entry.detail)
    return (
        (wish.start is None or entry.at >= wish.start)
        and (wish.end is None or entry.at < wish.end)
        and (not wish.places or entry.place in wish.places)
        and (not wish.kinds or entry.kind in wish.kinds)
        and (not wish.currencies or entry.currency in wish.currencies)
        and any(wish.text.strip().casefold() in text.casefold() for text in (*told[1:], entry.entry_id))
    )


def test_lines_that_come_in_parts_and_twice_are_there_once_and_in_order() -> None:
    """Whatever the order of the parts, the whole is the same."""
    entries = lines(300)
    whole = columns(entries)
    dice = random.Random(3)
    for _ in range(3):
        dice.shuffle(entries)
        held = Columns.of(Names(), ())
        for start in range(0, 300, 40):
            part = entries[max(0, start - 15) : start + 40]  # some of them again
            held = held.join(Columns.of(held.names, [line(each) for each in part]))
        rows = held.select(ActivityWish())
        assert sorted(map(repr, held.entries(rows))) == sorted(map(repr, whole.entries(whole.select(ActivityWish()))))
        assert held.at.tolist() == whole.at.tolist()
    again = held.join(Columns.of(held.names, [line(each) for each in entries[:50]]))
    assert again is held


def test_lines_of_one_moment_with_hexadecimal_ids_are_in_order() -> None:
    """What is counted up at their end tells which was first, whichever way they were told."""
    ids = [f"611a1e7c6a0533000{number:07x}" for number in (9, 10, 0x7A88D9)]
    told = [line(line_at(NOW, "1", entry_id=each, source="funding")) for each in reversed(ids)]
    columns = Columns.of(Names(), told)
    assert [each.entry_id for each in columns.entries(columns.select(ActivityWish()))] == ids


def test_a_balance_is_the_exchanges_or_counted_from_the_opening() -> None:
    """Told with a line, it stands as told; where it is not, it is the opening and all lines since; else unknown."""
    at = [NOW + timedelta(seconds=number) for number in range(6)]
    held = columns(
        [
            line_at(at[0], "5", number=1, balance=D(105)),
            line_at(at[1], "2.5", number=2, source="futures", place="Futures"),
            line_at(at[2], "-1", number=3, source="futures", place="Futures"),
            line_at(at[3], "9", number=4, source="funding fees", place="Futures", counts=False),
            line_at(at[4], "0.25", number=5, source="futures", place="Futures"),
            line_at(at[5], "1", number=6, source="futures", place="Futures", currency="XBT"),
        ]
    )

    def balances(openings: dict[tuple[str, str], Decimal | None]) -> list[Decimal | None]:
        return [row.balance for row in View(held, held.select(ActivityWish()), openings).entries()]

    assert balances({}) == [D(105), None, None, None, None, None]
    assert balances({("Futures", "USDT"): D(10)}) == [D(105), D("12.5"), D("11.5"), None, D("11.75"), None]
    assert balances({("Spot trading", "USDT"): None}) == [None] * 6  # told, and found not to be that of the account


def test_a_moment_is_kept_to_the_microsecond() -> None:
    """A line comes back as it was, its time included."""
    entry = line_at(datetime(2026, 3, 1, 12, 0, 0, 123457, tzinfo=NOW.tzinfo), "-0.10", fee=D("0.1"), detail="a  b")
    held = columns([entry])
    assert held.entries(held.select(ActivityWish())) == [entry]
