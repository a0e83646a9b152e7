"""What changed a balance, whichever ledger told it; and what the account was worth at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class ActivityKind(StrEnum):
    """Why a balance changed, in one set of words for all of KuCoin's ledgers."""

    TRADE = "Trade"
    FEE = "Fee"
    TRANSFER = "Transfer"
    DEPOSIT = "Deposit"
    WITHDRAWAL = "Withdrawal"
    FUNDING = "Funding"
    PNL = "Realised PnL"
    BORROW = "Borrow"
    REPAY = "Repay"
    INTEREST = "Interest"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of the account's past, in ``currency``.

    Attributes:
        source: Which list told it: ``funding``, ``spot``, ``margin``, ``futures``, ``deposits``, ``withdrawals``,
            ``interest``, ``funding fees``. With ``entry_id`` it tells the line from all others of the account.
        place: The account that it belongs to, in the portfolio's words: ``Funding``, ``Spot trading``,
            ``Cross margin``, ``Isolated margin BTC-USDT``, ``Futures``.
        business: The exchange's own word for the reason.
        change: What it did to the balance, fee included; negative when money went.
        fee: The part of ``change`` that was a fee, positive when it was paid; None where the exchange does not say.
        balance: What was there afterwards, as the exchange says.
        subject: The pair, contract, chain or other account that it is about; may be empty.
        detail: What else the exchange told: ids, addresses, status.
        counts: Whether the line is part of the balance. Lines of ``deposits`` and ``withdrawals`` repeat what a ledger
            says, or are still on their way; what is only another view of the same money does not count.
    """

    source: str
    entry_id: str
    place: str
    currency: str
    kind: ActivityKind
    business: str
    change: Decimal
    fee: Decimal | None
    balance: Decimal | None
    subject: str
    detail: str
    counts: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Worth:
    """What a part of the account was worth in USDT; ``place`` is empty for the whole.

    ``complete`` is False where a part was not read or a currency had no price.
    """

    place: str
    value: Decimal
    complete: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """What one ``unit`` cost, in USDT."""

    unit: str
    price: Decimal
    at: datetime
