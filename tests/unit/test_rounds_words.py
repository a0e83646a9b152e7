"""What a fill or funding is about where less than usual is said of it."""

from __future__ import annotations

import pytest

from kucoin.desk.pnl import PnlBook
from kucoin.model.order import PositionSide
from tests.ledger_facts import LINEAR, at, ended, fill, paid


@pytest.mark.parametrize("kind", ["settlement", "liquid", "adl"])
@pytest.mark.parametrize("known", [0, 3])
def test_what_the_exchange_does_by_itself_opens_nothing(kind: str, known: int) -> None:
    """Not even without a fee, where the ledger knows nothing or too little of what was held."""
    book = PnlBook()
    before = [fill("09:00", known, "60000")] if known else []
    book.feed(fills=[*before, fill("09:10", -5, "60000", kind=kind, rate="0")])
    assert book.open_rounds() == {}
    [end] = book.report(currency="USDT").positions
    assert f"{5 - known} lots bought" in end.missing


@pytest.mark.parametrize(
    ("lots", "side"),
    [(5, PositionSide.LONG), (-3, PositionSide.SHORT), (3, PositionSide.SHORT), (-4, PositionSide.SHORT)],
)
def test_a_funding_that_names_no_side_opens_none_beside_a_hedge(lots: int, side: PositionSide) -> None:
    """It is about the position of that size, else of that sign."""
    book = PnlBook()
    long, short = fill("07:00", 5, "60000", side=PositionSide.LONG), fill("07:10", -3, "60000", side=PositionSide.SHORT)
    book.feed(fills=[long, short], funding=[paid("08:00", "-0.03", lots, side=None)])
    assert {key: bool(each.funding) for key, each in book.open_rounds().items()} == {
        (LINEAR, each): each == side for each in (PositionSide.LONG, PositionSide.SHORT)
    }


def test_beside_lots_of_unknown_cost_none_has_a_known_one() -> None:
    """The exchange reckons with the average of all that is held, so what a part of it earned nobody can tell."""
    book = PnlBook()
    book.feed(
        funding=[paid("08:00", "-0.03", 10)], fills=[fill("09:00", 5, "60000"), fill("10:00", -3, "61000", opens=0)]
    )
    assert book.realised_since(at("09:30")) == {(LINEAR, PositionSide.BOTH): None}
    assert book.report(currency="USDT").unpriced == 1


def test_two_ends_told_within_a_second_before_their_fills_are_two() -> None:
    """The list of closed positions may be ahead of that of fills: neither end takes the other's place."""
    book = PnlBook()
    first, second = ended("09:00", "09:10", "1"), ended("09:10", "09:10:00.5", "2")
    book.feed(fills=[fill("09:00", 3, "60000")], closed=[first, second])
    found = book.report(currency="USDT").positions
    assert [(each.exchange, each.round is None) for each in found] == [(second, True), (first, False)]


def test_an_end_that_was_told_comes_before_a_later_funding_of_another_position() -> None:
    """Its closing fill is missing, and so are those that opened the next: the row is the word for our own round."""
    book = PnlBook()
    told = ended("07:00", "07:59", "1")
    book.feed(
        fills=[fill("07:00", 5, "60000"), fill("09:00", 2, "60000", opens=0)],
        funding=[paid("08:00", "0.01", -2)],
        closed=[told],
    )
    first = book.report(currency="USDT").positions[-1]
    assert (first.exchange, first.round is None) == (told, False)
    assert sum(1 for each in book.report(currency="USDT").positions if each.exchange == told) == 1
