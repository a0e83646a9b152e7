"""Whether the activity explains a balance: exact, and nothing said that cannot be."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from kucoin.desk.activity import Tie
from kucoin.desk.activity_columns import Columns, Names
from kucoin.desk.activity_ties import Held, Scales
from kucoin.journal.activity import line
from kucoin.model.activity import Activity
from tests.activity_source import DAY, HOUR, NOW, line_at

D = Decimal
SINCE = {"spot": NOW - 3 * DAY, "futures": NOW - 89 * DAY, "margin": NOW - 3 * DAY}
FUTURES = {"source": "futures", "place": "Futures"}


def told(*changes: str, opening: str = "100", at: datetime = NOW - DAY, **more: Any) -> list[Activity]:
    """Lines a minute apart, each with the balance that it left."""
    found, balance = [], D(opening)
    for number, change in enumerate(changes):
        balance += D(change)
        found.append(line_at(at + number * timedelta(minutes=1), change, number=number + 1, balance=balance, **more))
    return found


def columns(entries: list[Activity]) -> Columns:
    """The lines as they are held."""
    return Columns.of(Names(), [line(entry) for entry in entries])


def spot(amount: str, at: datetime = NOW) -> Held:
    """What is in the spot account."""
    return Held("Spot trading", "USDT", D(amount), at)


def test_lines_and_the_balance_before_them_make_the_balance() -> None:
    """What came before the first line is known from the balance that is told with it."""
    held = columns(told("5.25", "-3", "0.00000001"))
    assert Scales().weigh(held, [spot("102.25000001")], SINCE) == (
        Tie("Spot trading", "USDT", D("2.25000001"), D("2.25000001"), D(0)),
    )


def test_a_missing_line_is_said_when_it_was_found_twice() -> None:
    """It may only be late; and a difference by which the exchange itself contradicts its lines is none of ours."""
    entries = told("5", "-3", "4")
    held, scales = columns([entries[0], entries[2]]), Scales()
    assert scales.weigh(held, [spot("106")], SINCE)[0].difference is None
    assert scales.weigh(held, [spot("106")], SINCE) == (Tie("Spot trading", "USDT", D(9), D(6), D(-3)),)
    whole = columns(entries)
    assert scales.weigh(whole, [spot("106")], SINCE)[0].difference == D(0)


def test_a_balance_may_be_that_before_the_newest_lines() -> None:
    """The balance was read before the last trades; it is one that the ledger passed, so all is well."""
    entries = told("5", "-3", "4", at=NOW - timedelta(minutes=2))
    assert Scales().weigh(columns(entries), [spot("102", NOW - timedelta(seconds=30))], SINCE)[0].difference == D(0)
    late = Scales().weigh(columns(entries), [spot("102", NOW + HOUR)], SINCE)[0]
    assert late.difference is None


def test_without_told_balances_only_a_whole_past_adds_up() -> None:
    """What was in the futures account before the first line, nobody tells: all from nothing, or nothing is said."""
    held, scales = columns([line_at(NOW - DAY, "10", **FUTURES), line_at(NOW - HOUR, "-2.5", **FUTURES)]), Scales()
    assert scales.weigh(held, [Held("Futures", "USDT", D("7.5"), NOW)], SINCE) == (
        Tie("Futures", "USDT", D("7.5"), D("7.5"), D(0)),
    )
    assert scales.openings == {("Futures", "USDT"): D(0)}
    scales = Scales()
    for _ in range(3):
        assert scales.weigh(held, [Held("Futures", "USDT", D("17.5"), NOW)], SINCE)[0].difference is None
    assert scales.openings == {("Futures", "USDT"): D(10)}


def test_balances_that_are_not_the_accounts_are_not_believed() -> None:
    """Where every line tells 0, as KuCoin's samples do, no difference is made of it, and no running balance."""
    entries = [line_at(NOW - HOUR + n * timedelta(minutes=1), "10", number=n + 1, balance=D(0)) for n in range(3)]
    scales = Scales()
    for _ in range(3):
        assert scales.weigh(columns(entries), [spot("130")], SINCE)[0].difference is None
    assert scales.openings == {("Spot trading", "USDT"): D(100)}


def test_a_line_that_is_late_moves_no_balance_that_is_told() -> None:
    """The account has more than the ledger tells so far: the exchange's own balances stand, and none is counted."""
    held, scales = columns(told("5", "-3", "4")), Scales()
    for _ in range(3):
        assert scales.weigh(held, [spot("199")], SINCE)[0].difference is None
        assert scales.openings == {}


def test_lines_from_before_a_gap_count_for_nothing() -> None:
    """Only since when every line is known can anything add up."""
    old = told("50", at=NOW - 20 * DAY)
    new = [line_at(NOW - DAY, "5", number=77, balance=D(500))]
    assert Scales().weigh(columns([*old, *new]), [spot("500")], SINCE) == (
        Tie("Spot trading", "USDT", D(5), D(5), D(0)),
    )


def test_isolated_pairs_are_taken_together_where_their_lines_are() -> None:
    """A transfer does not tell its pair, so what both pairs hold of the currency must be what all lines come to."""
    margin = {"source": "margin"}
    entries = [
        line_at(NOW - DAY, "30", place="Isolated margin", **margin),
        line_at(NOW - HOUR, "-4", place="Isolated margin BTC-USDT", **margin),
        line_at(NOW - HOUR, "1", place="Isolated margin BTC-USDT", currency="BTC", balance=D(3), **margin),
    ]
    held = [
        Held("Isolated margin", "", D(0), NOW),
        Held("Isolated margin BTC-USDT", "USDT", D(20), NOW),
        Held("Isolated margin ETH-USDT", "USDT", D(6), NOW),
        Held("Isolated margin BTC-USDT", "BTC", D(3), NOW),
    ]
    assert Scales().weigh(columns(entries), held, SINCE) == (
        Tie("Isolated margin", "USDT", D(26), D(26), D(0)),
        Tie("Isolated margin BTC-USDT", "BTC", D(1), D(1), D(0)),
    )


def test_a_currency_that_is_gone_is_a_balance_of_nothing() -> None:
    """An account that was read lists no more of what was sold; one that was not read says nothing."""
    held = columns(told("-100"))
    assert Scales().weigh(held, [Held("Spot trading", "", D(0), NOW)], SINCE)[0].difference == D(0)
    assert Scales().weigh(held, [], SINCE) == ()
