"""Positions reckoned by hand, and what is said where fills are missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from kucoin.desk.round_book import RoundBook
from kucoin.desk.round_tally import is_inverse
from kucoin.desk.rounds import Closed, Round
from kucoin.model.order import FuturesFill, Lots, PositionSide
from kucoin.model.position import ClosedPosition, FundingPayment
from kucoin.practice.universe import CONTRACTS
from kucoin.rest import parse_futures
from kucoin.rest.row import row_of
from tests.ledger_facts import INVERSE, LINEAR, at, ended, fill, paid
from tests.rest_payloads import opened

D = Decimal
LONG, SHORT = PositionSide.LONG, PositionSide.SHORT


def told(*events: FuturesFill | FundingPayment | ClosedPosition) -> RoundBook:
    """A book that was told these."""
    book = RoundBook()
    for event in events:
        if isinstance(event, FuturesFill):
            book.add(event)
        elif isinstance(event, FundingPayment):
            book.add_funding(event)
        else:
            book.add_closed(event)
    book.settle()
    return book


def only(book: RoundBook) -> Closed:
    """Its one closed position."""
    (ended,) = book.closed()
    return ended.closed


def round_of(closed: Closed) -> Round:
    """Our side of a closed position."""
    assert closed.round is not None
    return closed.round


# --- what a position earned


def test_a_position_is_reckoned_from_its_fills() -> None:
    """Bought 10 at 50,000 and 5 at 51,000, sold 6 at 52,000 and 9 at 49,000, a funding between; each figure by hand."""
    first = (fill("09:00", 10, "50000"), fill("09:10", 5, "51000"), fill("09:20", -6, "52000", opens=0))
    held = told(*first, paid("16:00", "-0.05", 9)).open_rounds()[LINEAR, "BOTH"]
    assert (held.opened_lots, held.held_lots, held.is_long, held.closed_at) == (15, 9, True, None)
    assert held.entry == D(755_000) / 15
    assert held.exit == 52_000
    assert held.price_pnl == 312 - 302  # six fifteenths of 755
    assert held.fees == -(D("0.3") + D("0.153") + D("0.1872"))

    book = told(
        *first, paid("16:00", "-0.05", 9), fill("17:00", -9, "49000", opens=0), ended("09:00", "17:00", "-2.9548")
    )
    done = round_of(only(book))
    assert (done.opened_lots, done.held_lots, done.closed_at, done.fills) == (15, 0, at("17:00"), 4)
    assert (done.price_pnl, done.fees, done.funding) == (D(-2), D("-0.9048"), D("-0.05"))
    assert done.net == D("-2.9548")
    assert done.exit == D(753_000) / 15
    assert (only(book).difference, only(book).missing) == (0, "")
    assert only(book).roe == D("-2.9548") * 10 / 755
    assert not book.open_rounds()


def test_kucoins_own_example_ties_out() -> None:
    """One lot bought at 93,859.8 and sold at 94,443.5 as a maker: pnl is net of the fee and holds the funding."""
    (row,) = map(parse_futures.closed_position, row_of(opened("futures-closed-positions")).rows("items"))
    assert row.opened_at is not None
    buy, sell = (
        fill(row.opened_at, 1, "93859.8", rate="0.0002"),
        fill(row.closed_at, -1, "94443.5", opens=0, rate="0.0002"),
    )
    closed = only(told(buy, paid(row.opened_at + timedelta(hours=8), "-0.03389521", 1), sell, row))
    assert round_of(closed).net == D("0.51214413")
    assert closed.difference == 0


@pytest.mark.parametrize(("lots", "earned"), [(100, D("-0.0005")), (-100, D("0.0005"))])
def test_an_inverse_contract_earns_coins(lots: int, earned: Decimal) -> None:
    """100 dollars are 0.002 XBT at 50,000 and 0.0025 at 40,000: whoever was long owes the difference."""
    closed = round_of(
        only(
            told(
                fill("09:00", lots, "50000", symbol=INVERSE),
                fill("10:00", -lots, "40000", opens=0, symbol=INVERSE),
                ended("09:00", "10:00", "0", is_long=lots > 0, symbol=INVERSE),
            )
        )
    )
    assert (closed.price_pnl, closed.settle_currency) == (earned, "XBT")
    assert (closed.entry, closed.exit) == (50_000, 40_000)


def test_the_average_price_of_an_inverse_contract_is_harmonic() -> None:
    """What was paid are coins: 200 dollars for 0.002 + 0.001 XBT."""
    book = told(fill("09:00", 100, "50000", symbol=INVERSE), fill("09:01", 100, "100000", symbol=INVERSE))
    assert book.open_rounds()[INVERSE, "BOTH"].entry == D(200) / D("0.003")


@pytest.mark.parametrize("symbol", CONTRACTS)
def test_a_fill_tells_whether_its_contract_is_inverse(symbol: str) -> None:
    """Inverse contracts settle in the coin whose name their symbol begins with."""
    one = replace(fill("09:00", 1, "100"), symbol=symbol, settle_currency=CONTRACTS[symbol].settle)
    assert is_inverse(one) is CONTRACTS[symbol].is_inverse


@pytest.mark.parametrize("told_split", [True, False])
def test_a_fill_that_turns_a_position_counts_for_both(*, told_split: bool) -> None:
    """Long 10, then 25 sold at 51,000: 10 close for 510 of its 1,275, 15 open; the fee goes the same way."""
    turn = fill("09:10", -25, "51000", opens=15)
    if not told_split:
        turn = replace(turn, open_fee=None, close_fee=None)
    book = told(fill("09:00", 10, "50000"), turn, ended("09:00", "09:10", "9.394"))
    first, second = round_of(only(book)), book.open_rounds()[LINEAR, "BOTH"]
    assert (first.price_pnl, first.fees, first.closed_at) == (10, -(D("0.3") + D("0.306")), at("09:10"))
    assert (second.is_long, second.held_lots, second.entry, second.fees) == (False, 15, 51_000, D("-0.459"))
    assert only(book).difference == 0


def test_hedge_mode_keeps_two_positions_of_a_contract() -> None:
    """A sale closes the long or opens the short, as its side says; each funding goes to the one that paid it."""
    book = told(
        fill("09:00", 10, "50000", side=LONG),
        fill("09:01", -4, "50000", side=SHORT),
        paid("16:00", "-0.05", 10, side=LONG),
        paid("16:00", "0.02", -4, side=SHORT),
        fill("17:00", -10, "50000", opens=0, side=LONG),
        ended("09:00", "17:00", "-0.65"),
    )
    short = book.open_rounds()[LINEAR, "SHORT"]
    assert (short.is_long, short.held_lots, short.funding) == (False, 4, D("0.02"))
    assert (round_of(only(book)).funding, only(book).difference) == (D("-0.05"), 0)


@pytest.mark.parametrize(("kind", "forced"), [("trade", False), ("settlement", False), ("liquid", True), ("adl", True)])
def test_what_the_exchange_closed_by_force_says_so(kind: str, *, forced: bool) -> None:
    """Liquidation and auto-deleveraging, not the settlement of a dated contract."""
    book = told(fill("09:00", 10, "50000"), fill("09:10", -10, "49000", opens=0, kind=kind))
    assert round_of(only(book)).liquidated is forced


def test_what_was_no_trade_moves_nothing() -> None:
    """The exchange lists cancels among its recent fills."""
    nothing = replace(fill("09:00", 10, "50000"), size=Lots(0))
    assert not told(fill("09:00", 10, "50000", kind="cancel"), nothing).open_rounds()


# --- in what order things happened


def test_fills_of_one_moment_go_by_their_numbers() -> None:
    """Number 9 comes before number 10: it opens what the other closes and turns."""
    book = told(fill("09:00", -15, "50000", opens=5, number="10"), fill("09:00", 10, "50000", number="9"))
    assert round_of(only(book)).opened_lots == 10
    assert (book.open_rounds()[LINEAR, "BOTH"].held_lots, only(book).missing) == (5, "")


@pytest.mark.parametrize(("lots", "first"), [(10, True), (-5, False)])
def test_a_funding_in_the_moment_of_a_fill_goes_by_its_size(lots: int, *, first: bool) -> None:
    """The position turns at 16:00 sharp, when funding is due: it was paid on the one or on the other."""
    book = told(fill("09:00", 10, "50000"), fill("16:00", -15, "50000", opens=5), paid("16:00", "-0.05", lots))
    before, after = round_of(only(book)), book.open_rounds()[LINEAR, "BOTH"]
    assert (before.funding, after.funding) == ((D("-0.05"), 0) if first else (0, D("-0.05")))


def test_a_funding_on_what_was_closed_in_that_moment_counts_for_it() -> None:
    """The last lots were sold just before 16:00 by the clock of trades, and paid all the same."""
    closed = told(
        fill("09:00", 10, "50000"), fill("15:59:59.9", -10, "50000", opens=0), paid("16:00", "-0.05", 10)
    ).closed()
    assert [round_of(one.closed).funding for one in closed] == [D("-0.05")]


def test_what_comes_late_or_twice_is_put_in_its_place() -> None:
    """The row before its closing fill, the first fill last, everything once more: nothing is missing in the end."""
    buy, sell = fill("09:00", 10, "50000"), fill("17:00", -10, "51000", opens=0)
    funding, row = paid("16:00", "-0.05", 10), ended("09:00", "17:00", "9.344")
    book = told(row)
    assert only(book).round is None
    for event, add in ((sell, book.add), (funding, book.add_funding), (buy, book.add)):
        assert add(event)  # type: ignore[operator]  # each with its own kind
        book.settle()
    assert (only(book).difference, only(book).missing) == (0, "")
    assert not any((book.add(buy), book.add(sell), book.add_funding(funding), book.add_closed(row)))


# --- what is missing


def test_lots_that_were_never_sold_are_named() -> None:
    """The exchange says that the position is over, the ledger still holds 12 lots: 12 were sold in between."""
    buy, sell = fill("09:10", 20, "50000"), fill("09:30", -8, "50000", opens=0)
    closed = only(told(buy, sell, ended("09:10", "09:47", "-2.0")))
    assert closed.missing == "12 lots sold between 09:10 and 09:47 UTC are missing"
    assert closed.difference == -(D("0.6") + D("0.24")) - D(-2)
    assert closed.net == -2  # by the exchange's word


def test_a_sale_that_closes_more_than_is_held_names_what_was_bought() -> None:
    """Held are 10, the fee of the sale says that it closed 15: 5 were bought before."""
    closed = only(
        told(
            fill("09:10", 10, "50000"), fill("09:47", -15, "50000", opens=0), ended("09:10", "09:47", "-0.9", fee="0.9")
        )
    )
    assert closed.missing == "5 lots bought between 09:10 and 09:47 UTC are missing"
    assert round_of(closed).opened_lots == 15
    assert (round_of(closed).entry, closed.difference) == (None, D("0.15"))


def test_a_sale_that_opens_while_lots_are_held_names_what_was_sold() -> None:
    """Held are 10, the fee of the sale says that it opened 5: the 10 were gone by then."""
    book = told(fill("09:10", 10, "50000"), fill("09:47", -5, "50000"))
    assert only(book).missing == "10 lots sold between 09:10 and 09:47 UTC are missing"
    assert book.open_rounds()[LINEAR, "BOTH"].held_lots == 5


def test_a_funding_on_more_than_is_held_names_what_was_bought() -> None:
    """Paid was on 15 lots, and the position goes on with those."""
    held = told(fill("09:10", 10, "50000"), paid("16:00", "-0.05", 15)).open_rounds()[LINEAR, "BOTH"]
    assert (held.held_lots, held.missing) == (15, "5 lots bought between 09:10 and 16:00 UTC are missing")


@pytest.mark.parametrize(
    ("opened", "closed", "words"),
    [
        (at("23:10", 19), at("09:47"), "between 2026-11-19 23:10 and 2026-11-20 09:47 UTC"),
        (at("09:10:05"), at("09:10:50"), "between 09:10:05 and 09:10:50 UTC"),
    ],
)
def test_times_are_told_as_exactly_as_it_takes(opened: datetime, closed: datetime, words: str) -> None:
    """With the day where it is not the day of the end, with seconds where the minute says nothing."""
    assert only(told(fill(opened, 1, "50000"), ended(opened, closed, "0"))).missing == f"1 lot sold {words} is missing"


def test_a_position_older_than_the_ledger_says_so() -> None:
    """What its lots cost is not known: no difference, no entry, no price PnL of theirs; the exchange's word counts."""
    closed = only(told(fill("09:47", -15, "50000", opens=0), ended(at("22:00", 18), "09:47", "-4")))
    ours = round_of(closed)
    assert (ours.complete, ours.entry, ours.price_pnl, ours.fees) == (False, None, 0, D("-0.45"))
    assert (closed.difference, closed.net) == (None, -4)
    assert closed.missing == "15 lots bought between 2026-11-18 22:00 and 2026-11-20 09:47 UTC are missing"


def test_an_old_position_that_is_sold_in_parts_is_one() -> None:
    """Nobody says how much of it is left after the first sale; the second shows that there was more."""
    closed = only(told(fill("09:00", -5, "50000", opens=0), fill("09:10", -7, "50000", opens=0)))
    assert (round_of(closed).opened_lots, round_of(closed).closed_at) == (12, at("09:10"))
    assert closed.missing == "12 lots bought before 09:10 UTC are missing"


def test_a_position_without_any_fill_is_the_exchanges_alone() -> None:
    """It stands in the exchange's history and nowhere else."""
    closed = only(told(ended("09:10", "09:47", "-4")))
    assert (closed.round, closed.difference, closed.net) == (None, None, -4)
    assert closed.missing == "all of its fills are missing"


def test_a_row_that_is_told_late_finds_its_position() -> None:
    """By what was earned, though another has ended meanwhile; by when it began, where that differs too."""
    one = (fill("09:00", 10, "50000"), fill("09:00:05", -10, "51000", opens=0))
    two = (fill("09:00:08", 10, "50000"), fill("09:00:19", -10, "52000", opens=0))
    rows = (ended("09:00", "09:00:20", "9.394"), ended("09:00:08", "09:00:31", "19.388"))
    assert [(one.closed.difference, one.closed.missing) for one in told(*one, *two, *rows).closed()] == [(0, "")] * 2

    closed = only(told(*one, ended("09:00", "09:01", "9")))
    assert (round_of(closed).closed_at, closed.difference) == (at("09:00:05"), D("0.394"))


def test_pieces_of_a_position_are_joined() -> None:
    """Without the 999 lots that were bought second it would have ended twice; the exchange says it did once."""
    one, two = fill("09:00", 5, "50000"), fill("09:20", -5, "50000", opens=0)
    closed = only(told(one, two, fill("09:30", -999, "50000", opens=0), ended("09:00", "09:30", "-1")))
    assert (round_of(closed).opened_at, round_of(closed).fills) == (at("09:00"), 3)
    assert closed.missing == "999 lots bought between 09:20 and 09:30 UTC are missing"


@pytest.mark.parametrize(
    ("fee", "funding", "words"),
    [
        ("0.66", None, "fills with 0.06 USDT of fees are missing"),
        ("0.60", "-0.05", "fundings of -0.05 USDT are missing"),
        ("0.66", "-0.05", "fills with 0.06 USDT of fees and fundings of -0.05 USDT are missing"),
        (None, None, ""),
    ],
)
def test_what_no_size_betrays_is_named_by_its_amount(fee: str | None, funding: str | None, words: str) -> None:
    """Lots that were bought and sold again leave their fees in the exchange's sums, a funding itself."""
    row = ended("09:00", "10:00", "-0.7", fee=fee, funding=funding)
    closed = only(told(fill("09:00", 10, "50000"), fill("10:00", -10, "50000", opens=0), row))
    assert closed.missing == words
    assert closed.difference == D("0.1")
    assert closed.net == D("-0.7" if words else "-0.6")
