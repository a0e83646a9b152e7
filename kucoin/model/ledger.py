"""Money that moved: ledger lines, transfers, deposits, loans."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Direction(StrEnum):
    """Whether money came or went."""

    IN = "in"
    OUT = "out"


class Wallet(StrEnum):
    """Where a transfer comes from or goes to. MAIN is funding, TRADE spot, CONTRACT futures."""

    MAIN = "MAIN"
    TRADE = "TRADE"
    CONTRACT = "CONTRACT"
    MARGIN = "MARGIN"
    ISOLATED = "ISOLATED"
    OPTION = "OPTION"


class TransferType(StrEnum):
    """Between the wallets of one account, or between the master and a sub-account."""

    INTERNAL = "INTERNAL"
    PARENT_TO_SUB = "PARENT_TO_SUB"
    SUB_TO_PARENT = "SUB_TO_PARENT"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the funding, spot or margin ledger, in ``currency``.

    ``amount`` has no sign (see `change`); ``balance`` is what was there afterwards. ``business`` is the exchange's
    word for the reason, ``context`` JSON text about it, empty where there is none. ``entry_id`` is a number, but text
    on older lines of the funding account: ``611a1e7c6a053300067a88d9``.
    """

    entry_id: int | str
    currency: str
    amount: Decimal
    direction: Direction
    fee: Decimal | None
    balance: Decimal | None
    account: str | None
    business: str | None
    context: str
    at: datetime

    @property
    def change(self) -> Decimal:
        """What it did to the balance: negative when money went."""
        return self.amount if self.direction is Direction.IN else -self.amount

    @property
    def trade(self) -> tuple[str, str, str] | None:
        """Symbol, trade id and order id of the trade that it belongs to; None where it names none.

        KuCoin shows this text with double quotes here and with single ones there.
        """
        try:
            told = json.loads(self.context.replace("'", '"'))
            return str(told["symbol"]), str(told["tradeId"]), str(told["orderId"])
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class FuturesLedgerEntry:
    """One line of the futures ledger, in ``currency``; ``amount`` is signed.

    ``kind`` is the exchange's word: RealisedPNL, Deposit, Withdrawal, TransferIn, TransferOut. ``status`` is Pending
    for the realised profit of a position that is still open. ``remark`` is the contract, or where a transfer came from.
    """

    entry_id: int
    currency: str
    kind: str
    amount: Decimal
    fee: Decimal | None
    account_equity: Decimal | None
    status: str | None
    remark: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Transferable:
    """What is in an account of one currency, and how much of it may be moved out."""

    currency: str
    balance: Decimal | None
    available: Decimal | None
    holds: Decimal | None
    transferable: Decimal


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money that came from outside, or is on its way; ``status`` is the exchange's word."""

    currency: str
    amount: Decimal
    fee: Decimal | None
    status: str | None
    chain: str | None
    address: str | None
    wallet_tx_id: str | None
    is_inner: bool | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Money that went outside, or is on its way; ``status`` is the exchange's word."""

    withdrawal_id: str | None
    currency: str
    amount: Decimal
    fee: Decimal | None
    status: str | None
    chain: str | None
    address: str | None
    wallet_tx_id: str | None
    is_inner: bool | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Borrowing:
    """A margin loan that was asked for; ``actual_size`` is what was lent. ``symbol`` is None on cross margin."""

    loan_id: str
    symbol: str | None
    currency: str
    size: Decimal
    actual_size: Decimal
    status: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Repayment:
    """A margin loan that was paid back: ``size`` is ``principal`` plus ``interest``.

    ``symbol`` is None on cross margin.
    """

    loan_id: str
    symbol: str | None
    currency: str
    size: Decimal
    principal: Decimal | None
    interest: Decimal | None
    status: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class InterestCharge:
    """Interest of a margin loan; ``day_rate`` is a fraction."""

    currency: str
    amount: Decimal
    day_rate: Decimal | None
    at: datetime


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """What the futures account of ``currency`` was worth at a moment; ``unrealised`` is a part of it."""

    currency: str
    equity: Decimal
    unrealised: Decimal | None
    at: datetime
