"""Sums of what was realised: by day, week and month, by contract, since a moment."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest

from kucoin.desk.pnl import Bucket, PnlBook, buckets
from kucoin.model.order import FuturesFill
from kucoin.model.position import ClosedPosition, FundingPayment
from tests.ledger_facts import INVERSE, LINEAR, at, ended, fill, paid

D = Decimal
OTHER = "ETHUSDTM"


def traded(
    day: int, earned: str, *, symbol: str = LINEAR, clock: str = "10:00"
) -> tuple[list[FuturesFill], list[ClosedPosition]]:
    """A lot bought at 50,000 for a fee of 0.03, sold an hour later for ``earned`` more, and the exchange's word."""
    opened = at(clock, day)
    closed = opened + timedelta(hours=1)
    buy = fill(opened, 1, "50000", symbol=symbol)
    sell = fill(closed, -1, str(50_000 + 1000 * D(earned)), opens=0, symbol=symbol, rate="0")
    return [buy, sell], [ended(opened, closed, str(D(earned) - D("0.03")), symbol=symbol)]


@pytest.fixture
def book() -> PnlBook:
    """Gains of 5 and 2, a loss of 1 and one that came out even, on three days and two contracts; a funding of -0.01."""
    book = PnlBook()
    for part in (
        traded(18, "5"),
        traded(19, "-1"),
        traded(19, "2", symbol=OTHER, clock="12:00"),
        traded(20, "0.03", clock="20:00"),
    ):
        book.feed(fills=part[0], closed=part[1])
    book.feed(funding=[paid(at("16:00", 19), "-0.01", None)])
    return book


def test_a_report_sums_what_was_realised(book: PnlBook) -> None:
    """Price PnL, fees and funding apart; what came out even is neither gain nor loss."""
    report = book.report(currency="USDT")
    assert (report.price, report.fees, report.funding) == (D("6.03"), D("-0.12"), D("-0.01"))
    assert report.net == D("5.90")
    assert (report.closed, report.won, report.payments) == (4, 2, 1)
    assert (report.partial, report.unpriced) == (0, 0)
    assert report.win_rate == D(2) / 3
    assert (report.average_win, report.average_loss) == (D("3.47"), D("-1.03"))
    assert report.turnover == 8 * 50 + D("6.03")
    assert [one.closed_at for one in report.positions] == [
        at("21:00"),
        at("13:00", 19),
        at("11:00", 19),
        at("11:00", 18),
    ]
    assert (report.best, report.worst) == (report.positions[3], report.positions[2])


def test_days_are_those_of_utc(book: PnlBook) -> None:
    """Only those on which something was realised, oldest first."""
    days = book.report(currency="USDT").days
    assert days == (
        Bucket(date(2026, 11, 18), D(5), D("-0.03"), D(0), 1),
        Bucket(date(2026, 11, 19), D(1), D("-0.06"), D("-0.01"), 2),
        Bucket(date(2026, 11, 20), D("0.03"), D("-0.03"), D(0), 1),
    )
    report = book.report(currency="USDT")
    assert (report.best_day, report.worst_day) == (days[0], days[2])


def test_contracts_stand_by_what_they_earned(book: PnlBook) -> None:
    """The best first, and each alone on request."""
    assert [(one.symbol, one.net, one.closed, one.won) for one in book.report(currency="USDT").by_symbol] == [
        (LINEAR, D("3.93"), 3, 1),
        (OTHER, D("1.97"), 1, 1),
    ]
    alone = book.report(currency="USDT", symbol=OTHER)
    assert (alone.net, alone.closed, len(alone.days)) == (D("1.97"), 1, 1)


def test_a_report_begins_at_its_moment(book: PnlBook) -> None:
    """In the middle of a day: the lot bought before is not counted, but its sale is."""
    report = book.report(currency="USDT", since=at("12:30", 19))
    assert (report.price, report.fees, report.funding) == (D("2.03"), D("-0.03"), D("-0.01"))
    assert [one.closed_at for one in report.positions] == [at("21:00"), at("13:00", 19)]
    assert report.since == at("12:30", 19)
    whole = book.report(currency="USDT", since=at("00:00", 19))
    assert [day.start.day for day in whole.days] == [19, 20]


def test_currencies_are_never_added_up(book: PnlBook) -> None:
    """A contract that settles in coins has reports of its own."""
    book.feed(
        fills=[fill("09:00", 100, "50000", symbol=INVERSE), fill("10:00", -100, "40000", opens=0, symbol=INVERSE)]
    )
    assert book.currencies() == ("USDT", "XBT")
    assert book.symbols() == (OTHER, INVERSE, LINEAR)
    assert book.report(currency="XBT").price == D("-0.0005")
    assert book.report(currency="USDT").closed == 4


def test_nothing_realised_has_no_rate_and_no_best() -> None:
    """Unknown is None, not 0."""
    report = PnlBook().report(currency="USDT")
    assert (report.win_rate, report.average_win, report.average_loss, report.best, report.best_day) == (None,) * 5
    assert (report.net, report.days, report.positions) == (0, (), ())


def test_what_is_not_wholly_told_counts_by_the_exchanges_word() -> None:
    """It is told how many positions that are; a gain is a gain."""
    book = PnlBook()
    book.feed(fills=[fill("09:00", -5, "50000", opens=0)], closed=[ended("08:00", "09:00", "7")])
    report = book.report(currency="USDT")
    assert (report.partial, report.won, report.average_win) == (1, 1, 7)
    assert (report.price, report.unpriced) == (0, 1)


def test_what_lots_of_unknown_cost_earned_is_unknown() -> None:
    """Half of a position older than the ledger is sold: its fee is not what was realised."""
    book = PnlBook()
    book.feed(fills=[fill("09:00", -5, "50000", opens=0)], funding=[paid("08:00", "-0.01", 10)])
    assert book.realised_since(at("07:00")) == {(LINEAR, "BOTH"): None}
    assert book.realised_since(at("10:00")) == {}
    assert book.report(currency="USDT").unpriced == 1
    assert book.report(currency="USDT", since=at("10:00")).unpriced == 0


def test_what_missing_fills_brought_is_unknown() -> None:
    """The exchange says that the position is over; nobody says for how much."""
    book = PnlBook()
    book.feed(fills=[fill("09:00", 5, "50000")], closed=[ended("09:00", "10:00", "7")])
    assert book.realised_since(at("09:30")) == {(LINEAR, "BOTH"): None}
    assert (book.report(currency="USDT").unpriced, book.report(currency="USDT").turnover) == (1, 250)


def test_what_was_realised_today_goes_by_position() -> None:
    """An open position has realised its fees and fundings, and what of it was closed."""
    book = PnlBook()
    book.feed(
        fills=[fill(at("23:00", 19), 2, "50000"), fill("09:00", -1, "51000", opens=0)],
        funding=[paid("00:00", "-0.01", 2)],
    )
    assert book.realised_since(at("00:00")) == {(LINEAR, "BOTH"): 1 - D("0.0306") - D("0.01")}
    assert book.open_rounds()[LINEAR, "BOTH"].held_lots == 1


def test_a_late_event_changes_the_days_that_it_belongs_to(book: PnlBook) -> None:
    """The sums are those of a book that was told in order."""
    late: list[FundingPayment] = [paid(at("10:30", 18), "-0.02", 1)]
    assert book.feed(funding=late) == 1
    assert book.feed(funding=late) == 0
    assert [day.funding for day in book.report(currency="USDT").days] == [D("-0.02"), D("-0.01"), 0]
    assert book.report(currency="USDT").positions[-1].difference == D("-0.02")


def test_days_add_up_to_weeks_and_months() -> None:
    """Weeks begin on Monday; 1 November 2026 is a Sunday."""
    days = [Bucket(date(2026, *day), D(1), D(-2), D(3), 4) for day in ((10, 31), (11, 1), (11, 2), (11, 8), (11, 9))]
    assert buckets(days, "day") == tuple(days)
    weeks = buckets(days, "week")
    assert [(one.start, one.price, one.closed) for one in weeks] == [
        (date(2026, 10, 26), 2, 8),
        (date(2026, 11, 2), 2, 8),
        (date(2026, 11, 9), 1, 4),
    ]
    months = buckets(days, "month")
    assert [(one.start, one.fees, one.funding, one.net) for one in months] == [
        (date(2026, 10, 1), -2, 3, 2),
        (date(2026, 11, 1), -8, 12, 8),
    ]


def test_readers_see_whole_sums_while_it_is_fed() -> None:
    """A position is bought and sold in one call: whoever reads sees both or neither."""
    book, wrong = PnlBook(), []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            report = book.report(currency="USDT")
            if report.price != report.closed or (report.days and report.days[0].closed != report.closed):
                wrong.append(report)

    readers = [threading.Thread(target=read, name=f"reader {number}") for number in range(2)]
    for reader in readers:
        reader.start()
    try:
        for number in range(300):
            opened = at("01:00") + timedelta(minutes=2 * number)
            sold = fill(opened + timedelta(minutes=1), -1, "51000", opens=0)
            book.feed(fills=[sold, fill(opened, 1, "50000")])
    finally:
        done.set()
        for reader in readers:
            reader.join(timeout=30)
    assert not wrong
    assert book.report(currency="USDT").closed == 300
