"""What the exchange's lists tell, in one set of words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kucoin.desk import activity_words as words
from kucoin.model.activity import ActivityKind
from kucoin.model.ledger import Deposit, Direction, FuturesLedgerEntry, InterestCharge, LedgerEntry
from kucoin.model.position import FundingPayment
from tests.activity_source import withdrawal

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
D = Decimal


@pytest.mark.parametrize(
    ("business", "kind"),
    [
        ("TRADE_EXCHANGE", ActivityKind.TRADE),
        ("MARGIN_EXCHANGE", ActivityKind.TRADE),
        ("ISOLATED_EXCHANGE", ActivityKind.TRADE),
        ("TRANSFER", ActivityKind.TRANSFER),
        ("SUB_TRANSFER", ActivityKind.TRANSFER),
        ("Sub-account transfer", ActivityKind.TRANSFER),
        ("DEPOSIT", ActivityKind.DEPOSIT),
        ("WITHDRAW", ActivityKind.WITHDRAWAL),
        ("WITHDRAWAL", ActivityKind.WITHDRAWAL),
        ("MARGIN_BORROW", ActivityKind.BORROW),
        ("MARGIN_REPAY", ActivityKind.REPAY),
        ("Loans Repaid", ActivityKind.REPAY),
        ("RealisedPNL", ActivityKind.PNL),
        ("TransferIn", ActivityKind.TRANSFER),
        ("DEDUCTION_FEES", ActivityKind.FEE),
        ("RETURNED_FEES", ActivityKind.FEE),
        ("KUCOIN_BONUS", ActivityKind.OTHER),
        ("LIQUIDATION", ActivityKind.OTHER),
        ("", ActivityKind.OTHER),
    ],
)
def test_every_reason_has_a_kind(business: str, kind: ActivityKind) -> None:
    """KuCoin's words of today and of before; one that nobody knows is another."""
    assert words.kind(business) is kind


def entry(account: str | None, business: str, context: str = "") -> LedgerEntry:
    """A line by which 5 USDT went."""
    return LedgerEntry(42, "USDT", D("5.00"), Direction.OUT, D("0.01"), D("95.00"), account, business, context, AT)


def test_a_line_of_a_ledger_tells_what_it_did_and_to_what() -> None:
    """Signed, with its fee inside, its pair and the trade; what no database keeps is left out."""
    told = words.of_spot(
        entry("TRADE_HF", "TRADE_EXCHANGE", "{'symbol':'KCS-USDT','orderId':'a\\u0000b','tradeId':'9'}")
    )
    assert (told.change, told.fee, told.balance, told.counts) == (D("-5.00"), D("0.01"), D("95.00"), True)
    assert (told.place, told.subject, told.detail, told.entry_id) == (
        "Spot trading",
        "KCS-USDT",
        "order ab, trade 9",
        "42",
    )


def test_a_margin_line_is_of_the_account_that_it_tells() -> None:
    """Cross, or isolated with the pair where anything tells it."""
    assert words.of_margin(entry("MARGIN_V2", "TRANSFER")).place == "Cross margin"
    assert words.of_margin(entry("ISOLATED_V2", "TRANSFER", "{}")).place == "Isolated margin"
    traded = entry("ISOLATED_V2", "ISOLATED_EXCHANGE", '{"symbol":"BTC-USDT"}')
    assert words.of_margin(traded).place == "Isolated margin BTC-USDT"
    assert words.of_margin(entry("isolated_ETH-USDT", "TRANSFER")).place == "Isolated margin ETH-USDT"


def test_only_the_funding_accounts_own_lines_are_taken_from_its_ledger() -> None:
    """It lists lines of other accounts too, and each of those has a ledger of its own."""
    assert words.of_funding(entry("TRADE", "TRANSFER")) is None
    mine = words.of_funding(entry("MAIN", "DEPOSIT"))
    assert mine is not None
    assert mine.place == "Funding"


def test_a_pending_profit_is_one_line_for_its_contract() -> None:
    """KuCoin numbers all that are pending alike; the settled line is another."""
    pending = FuturesLedgerEntry(-1, "USDT", "RealisedPNL", D("1.5"), None, D(20), "Pending", "XBTUSDTM", AT)
    settled = FuturesLedgerEntry(7, "USDT", "RealisedPNL", D("1.6"), D(0), D(20), "Completed", "XBTUSDTM", AT)
    assert not words.is_settled(pending)
    assert words.is_settled(settled)
    assert words.of_futures(pending).entry_id == "pending USDT XBTUSDTM"
    assert (words.of_futures(settled).entry_id, words.of_futures(settled).balance) == ("7", None)


def test_what_is_told_elsewhere_does_not_count() -> None:
    """Deposits, withdrawals, interest and funding fees are listed beside the ledgers that hold the money."""
    deposit = Deposit("BTC", D("0.5"), D(0), "SUCCESS", "btc", "1Practice", "0xabc", False, AT, AT)
    came, went = words.of_deposit(deposit), words.of_withdrawal(withdrawal("PROCESSING", AT))
    charged = words.of_interest(InterestCharge("USDT", D("0.1"), D("0.0003"), AT), "BTC-USDT")
    paid = words.of_payment(
        FundingPayment(9, "XBTUSDTM", D("-0.2"), D("0.0001"), None, 10, None, "USDT", None, AT),
    )
    assert came is not None
    assert went is not None
    assert [each.counts for each in (came, went, charged, paid)] == [False] * 4
    assert [each.change for each in (came, went, charged, paid)] == [D("0.5"), D(-11), D("-0.1"), D("-0.2")]
    assert words.is_final(deposit)
    assert not words.is_final(withdrawal("PROCESSING", AT))
    assert len({each.entry_id for each in (came, went, charged, paid)}) == 4


def test_a_text_of_several_lines_becomes_one() -> None:
    """Tabs and line ends would take a line apart in memory."""
    told = words.of_spot(entry("TRADE_HF", "ODD\tWORD\n", "not\tjson"))
    assert (told.business, told.detail) == ("ODD WORD", "not json")
