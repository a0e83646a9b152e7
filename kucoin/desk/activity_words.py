"""From what the exchange's lists tell to lines of the activity, in one set of words. Pure.

Each account has a ledger of its own, whose lines are what moved its money. What other lists tell is the same money seen
from another side, or is not there yet, so it is listed and does not count: deposits and withdrawals stand in the
funding account's ledger as well, interest raises a debt and no balance, and the funding of a contract is a part of what
the futures ledger calls realised PnL.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

from kucoin.decimals import ZERO
from kucoin.desk.portfolio import PartKind
from kucoin.journal.tables import storable
from kucoin.model.activity import Activity, ActivityKind
from kucoin.model.ledger import Deposit, FuturesLedgerEntry, InterestCharge, LedgerEntry, Withdrawal
from kucoin.model.position import FundingPayment
from kucoin.model.times import milliseconds

FUNDING, SPOT, MARGIN, FUTURES = "funding", "spot", "margin", "futures"
DEPOSITS, WITHDRAWALS, INTEREST, FEES = "deposits", "withdrawals", "interest", "funding fees"
SOURCES = (FUNDING, SPOT, MARGIN, FUTURES, DEPOSITS, WITHDRAWALS, INTEREST, FEES)
TITLES = {
    FUNDING: "funding account",
    SPOT: "spot trading account",
    MARGIN: "margin accounts",
    FUTURES: "futures account",
    DEPOSITS: "deposits",
    WITHDRAWALS: "withdrawals",
    INTEREST: "margin interest",
    FEES: "funding fees",
}

_PENDING = "PENDING"
_FINAL = frozenset({"SUCCESS", "FAILURE"})  # of deposits and withdrawals
_PAIR = re.compile(r"[A-Z0-9]{1,20}-[A-Z0-9]{1,20}")
# What is in a ledger's word for the reason, and what that is called here: the first that fits.
_REASONS = (
    ("INTEREST", ActivityKind.INTEREST),
    ("REPA", ActivityKind.REPAY),  # REPAY, Loans Repaid
    ("BORROW", ActivityKind.BORROW),
    ("LOAN", ActivityKind.BORROW),
    ("TRANSFER", ActivityKind.TRANSFER),
    ("DEPOSIT", ActivityKind.DEPOSIT),
    ("WITHDRAW", ActivityKind.WITHDRAWAL),
    ("FUNDING", ActivityKind.FUNDING),
    ("PNL", ActivityKind.PNL),
    ("FEE", ActivityKind.FEE),
    ("EXCHANGE", ActivityKind.TRADE),
    ("TRADE", ActivityKind.TRADE),
)


def kind(business: str) -> ActivityKind:
    """Return why a balance changed, of a ledger's word for it, such as ``TRADE_EXCHANGE`` or ``Loans Repaid``."""
    said = business.upper()
    return next((reason for word, reason in _REASONS if word in said), ActivityKind.OTHER)


def of_funding(entry: LedgerEntry) -> Activity | None:
    """Return a line of the funding account's ledger; None for one of another account, which has its own ledger."""
    if (entry.account or "MAIN").upper() != "MAIN":
        return None
    return _of_ledger(entry, FUNDING, PartKind.FUNDING)


def of_spot(entry: LedgerEntry) -> Activity:
    """Return a line of the spot trading account's ledger."""
    return _of_ledger(entry, SPOT, PartKind.SPOT)


def of_margin(entry: LedgerEntry) -> Activity:
    """Return a line of the margin accounts' ledger. Of which pair an isolated account is, not every line tells."""
    if not any("ISOLATED" in (word or "").upper() for word in (entry.account, entry.business)):
        return _of_ledger(entry, MARGIN, PartKind.CROSS)
    told = _PAIR.search((entry.account or "").upper())
    pair = told.group() if told else _told(entry.context).get("symbol", "")
    return _of_ledger(entry, MARGIN, f"{PartKind.ISOLATED} {pair}".rstrip())


def of_futures(entry: FuturesLedgerEntry) -> Activity:
    """Return a line of the futures ledger.

    KuCoin calls what was realised on a contract since its last funding pending, under a number that says nothing, and
    tells the sum as a line of its own once that is over. What it tells beside a line is the equity, which is no
    balance: what positions would gain is in it.
    """
    settled = is_settled(entry)
    entry_id = str(entry.entry_id) if settled else f"pending {entry.currency} {entry.remark or ''}".rstrip()
    transfer = "TRANSFER" in entry.kind.upper()
    return _clean(
        Activity(
            source=FUTURES,
            entry_id=entry_id,
            place=PartKind.FUTURES,
            currency=entry.currency,
            kind=kind(entry.kind),
            business=entry.kind,
            change=entry.amount,
            fee=entry.fee,
            balance=None,
            subject="" if transfer else entry.remark or "",
            detail=(entry.remark or "") if transfer else "" if settled else "not settled yet",
            counts=True,
            at=entry.at,
        )
    )


def is_settled(entry: FuturesLedgerEntry) -> bool:
    """Say whether a line of the futures ledger stays as it is."""
    return (entry.status or "").upper() != _PENDING


def of_deposit(found: Deposit) -> Activity | None:
    """Return a deposit; None where it does not tell when it was."""
    if found.created_at is None:
        return None
    number = found.wallet_tx_id or f"{milliseconds(found.created_at)} {found.amount:f}"
    return _outside(found, DEPOSITS, f"{found.currency} {number}", ActivityKind.DEPOSIT, found.amount)


def of_withdrawal(found: Withdrawal) -> Activity | None:
    """Return a withdrawal, its fee included; None where it does not tell when it was, or who it is."""
    if found.created_at is None or found.withdrawal_id is None:
        return None
    change = -(found.amount + (found.fee or ZERO))
    return _outside(found, WITHDRAWALS, found.withdrawal_id, ActivityKind.WITHDRAWAL, change)


def is_final(found: Deposit | Withdrawal) -> bool:
    """Say whether a deposit or withdrawal stays as it is."""
    return (found.status or "").upper() in _FINAL


def of_interest(charge: InterestCharge, symbol: str | None) -> Activity:
    """Return the interest of an hour: of the isolated account of ``symbol``, or of the cross account."""
    place = PartKind.CROSS if symbol is None else f"{PartKind.ISOLATED} {symbol}"
    rate = "" if charge.day_rate is None else f"{charge.day_rate * 100:f} % a day"
    return _clean(
        Activity(
            source=INTEREST,
            entry_id=f"{symbol or 'cross'} {charge.currency} {milliseconds(charge.at)}",
            place=place,
            currency=charge.currency,
            kind=ActivityKind.INTEREST,
            business="Interest",
            change=-charge.amount,
            fee=None,
            balance=None,
            subject=symbol or "",
            detail=" ".join(("added to the debt", rate)).strip(),
            counts=False,
            at=charge.at,
        )
    )


def of_payment(paid: FundingPayment) -> Activity:
    """Return what was paid or received for funding on a contract."""
    rate = "" if paid.funding_rate is None else f", rate {paid.funding_rate * 100:f} %"
    return _clean(
        Activity(
            source=FEES,
            entry_id=f"{paid.symbol} {paid.payment_id}",
            place=PartKind.FUTURES,
            currency=paid.settle_currency,
            kind=ActivityKind.FUNDING,
            business="Funding",
            change=paid.funding,
            fee=None,
            balance=None,
            subject=paid.symbol,
            detail=f"part of the realised PnL{rate}",
            counts=False,
            at=paid.at,
        )
    )


def _of_ledger(entry: LedgerEntry, source: str, place: str) -> Activity:
    told, business = _told(entry.context), entry.business or ""
    pair = told.pop("symbol", "")
    return _clean(
        Activity(
            source=source,
            entry_id=str(entry.entry_id),
            place=place,
            currency=entry.currency,
            kind=kind(business),
            business=business,
            change=entry.change,
            fee=entry.fee,
            balance=entry.balance,
            subject=pair,
            detail=", ".join(f"{name} {value}" for name, value in told.items()),
            counts=True,
            at=entry.at,
        )
    )


def _told(context: str) -> dict[str, str]:
    """Return what is told beside a line, by words of ours; KuCoin writes it with double quotes here, single there."""
    try:
        told = json.loads(context.replace("'", '"'))
    except ValueError:
        return {"": context} if context else {}
    if not isinstance(told, dict):
        return {}
    names = {"orderId": "order", "tradeId": "trade"}
    return {names.get(str(name), str(name)): str(value) for name, value in told.items() if value not in (None, "")}


def _outside(
    found: Deposit | Withdrawal, source: str, entry_id: str, reason: ActivityKind, change: Decimal
) -> Activity:
    if found.created_at is None:
        raise TypeError(f"{source}: {entry_id} without a moment")
    within = "within KuCoin" if found.is_inner else ""
    told = (found.status or "", within, found.address or "", f"tx {found.wallet_tx_id}" if found.wallet_tx_id else "")
    return _clean(
        Activity(
            source=source,
            entry_id=entry_id,
            place=PartKind.FUNDING,
            currency=found.currency,
            kind=reason,
            business=found.status or "",
            change=change,
            fee=found.fee,
            balance=None,
            subject=found.chain or "",
            detail=", ".join(filter(None, told)),
            counts=False,
            at=found.created_at,
        )
    )


def _clean(entry: Activity) -> Activity:
    """Return a line whose texts are of one line each and can be kept."""
    return replace(
        entry,
        entry_id=_plain(entry.entry_id),
        place=_plain(entry.place),
        currency=_plain(entry.currency),
        business=_plain(entry.business),
        subject=_plain(entry.subject),
        detail=_plain(entry.detail),
    )


def _plain(text: str) -> str:
    return " ".join(storable(text).split())
