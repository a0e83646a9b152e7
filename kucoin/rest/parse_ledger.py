"""From answers to money that moved, each field translated once.

A row without its currency, amount or time makes the whole answer unreadable: a sum without it would be wrong. Any
other unreadable field is None.
"""

from __future__ import annotations

from kucoin.model.ledger import (
    Borrowing,
    Deposit,
    Direction,
    FuturesLedgerEntry,
    InterestCharge,
    LedgerEntry,
    Repayment,
    Transferable,
    Withdrawal,
)
from kucoin.model.page import Page
from kucoin.rest.answer import Answer
from kucoin.rest.row import Row, row_of, rows_of


def entry(row: Row) -> LedgerEntry:
    """Read a line of the funding, spot or margin ledger."""
    named = row.text_or_none("id")
    return LedgerEntry(
        entry_id=row.integer("id") if named is None or named.isdecimal() else named,
        currency=row.text("currency"),
        amount=row.number("amount"),
        direction=row.word("direction", Direction),
        fee=row.number_or_none("fee"),
        balance=row.number_or_none("balance"),
        account=row.text_or_none("accountType"),
        business=row.text_or_none("bizType"),
        context=row.text_or_none("context") or "",
        at=row.moment("createdAt"),
    )


def entries(answer: Answer) -> Page[LedgerEntry]:
    """Read a bare list of lines; one goes on from the last one's id, and a part without lines is the end."""
    rows = rows_of(answer)
    return Page(tuple(map(entry, rows)), rows[-1].integer("id") if rows else None)


def futures_entry(row: Row) -> FuturesLedgerEntry:
    """Read a line of the futures ledger."""
    return FuturesLedgerEntry(
        entry_id=row.integer("offset"),
        currency=row.text("currency"),
        kind=row.text("type"),
        amount=row.number("amount"),
        fee=row.number_or_none("fee"),
        account_equity=row.number_or_none("accountEquity"),
        status=row.text_or_none("status"),
        remark=row.text_or_none("remark"),
        at=row.moment("time"),
    )


def transferable(answer: Answer) -> Transferable:
    """Read how much may be moved out of an account."""
    row = row_of(answer)
    return Transferable(
        currency=row.text("currency"),
        balance=row.number_or_none("balance"),
        available=row.number_or_none("available"),
        holds=row.number_or_none("holds"),
        transferable=row.number("transferable"),
    )


def deposit(row: Row) -> Deposit:
    """Read money that came from outside."""
    return Deposit(
        currency=row.text("currency"),
        amount=row.number("amount"),
        fee=row.number_or_none("fee"),
        status=row.text_or_none("status"),
        chain=row.text_or_none("chain"),
        address=row.text_or_none("address"),
        wallet_tx_id=row.text_or_none("walletTxId"),
        is_inner=row.flag_or_none("isInner"),
        created_at=row.moment_or_none("createdAt"),
        updated_at=row.moment_or_none("updatedAt"),
    )


def withdrawal(row: Row) -> Withdrawal:
    """Read money that went outside."""
    return Withdrawal(
        withdrawal_id=row.text_or_none("id"),
        currency=row.text("currency"),
        amount=row.number("amount"),
        fee=row.number_or_none("fee"),
        status=row.text_or_none("status"),
        chain=row.text_or_none("chain"),
        address=row.text_or_none("address"),
        wallet_tx_id=row.text_or_none("walletTxId"),
        is_inner=row.flag_or_none("isInner"),
        created_at=row.moment_or_none("createdAt"),
        updated_at=row.moment_or_none("updatedAt"),
    )


def borrowing(row: Row) -> Borrowing:
    """Read a margin loan."""
    return Borrowing(
        loan_id=row.text("orderNo"),
        symbol=row.text_or_none("symbol"),
        currency=row.text("currency"),
        size=row.number("size"),
        actual_size=row.number("actualSize"),
        status=row.text_or_none("status"),
        at=row.moment("createdTime"),
    )


def repayment(row: Row) -> Repayment:
    """Read a margin loan that was paid back."""
    return Repayment(
        loan_id=row.text("orderNo"),
        symbol=row.text_or_none("symbol"),
        currency=row.text("currency"),
        size=row.number("size"),
        principal=row.number_or_none("principal"),
        interest=row.number_or_none("interest"),
        status=row.text_or_none("status"),
        at=row.moment("createdTime"),
    )


def interest_charge(row: Row) -> InterestCharge:
    """Read the interest of one hour."""
    return InterestCharge(
        currency=row.text("currency"),
        amount=row.number("interestAmount"),
        day_rate=row.number_or_none("dayRatio"),
        at=row.moment("createdTime"),
    )
