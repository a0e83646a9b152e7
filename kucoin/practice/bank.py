"""Who owns and owes what, over the store: the only module that changes a balance, and never without a ledger row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kucoin.decimals import ZERO
from kucoin.practice.numbers import text
from kucoin.practice.positions import Holding
from kucoin.practice.store import Store
from kucoin.practice.universe import CONTRACTS

MAIN, TRADE, CROSS, ISOLATED, FUTURES = "main", "trade", "cross", "isolated", "futures"
Body = dict[str, Any]  # an order or record as the exchange tells it


class Short(Exception):
    """An account does not hold what is to be taken from it."""


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency in one account; ``total`` includes what orders ``hold``."""

    account: str
    tag: str
    currency: str
    total: Decimal
    hold: Decimal

    @property
    def available(self) -> Decimal:
        """What is free."""
        return self.total - self.hold


@dataclass(frozen=True, slots=True)
class Loan:
    """What is owed in one currency, in cross margin (``tag`` empty) or for a pair."""

    tag: str
    currency: str
    principal: Decimal
    interest: Decimal

    @property
    def total(self) -> Decimal:
        """Principal and interest."""
        return self.principal + self.interest


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger row. ``amount`` is net of ``fee``; ``balance`` is what it left."""

    id: int
    account: str
    tag: str
    currency: str
    amount: Decimal
    fee: Decimal
    balance: Decimal
    event: str
    at: int
    context: str


class Bank:
    """Reads and changes the accounts. Callers wrap what belongs together in ``store.transaction``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Balances

    def balances(self, user: str, account: str) -> list[Balance]:
        """Return every balance of an account, zeros included, ordered by pair and currency."""
        found = self._store.rows(
            "SELECT account, tag, currency, total, hold FROM balance"
            " WHERE user = ? AND account = ? ORDER BY tag, currency",
            user,
            account,
        )
        return [
            Balance(where, tag, currency, Decimal(total), Decimal(hold)) for where, tag, currency, total, hold in found
        ]

    def balance(self, user: str, account: str, currency: str, tag: str = "") -> Balance:
        """Return one balance, zero where the account never held the currency."""
        held = self.balances(user, account)
        nothing = Balance(account, tag, currency, ZERO, ZERO)
        return next((each for each in held if (each.currency, each.tag) == (currency, tag)), nothing)

    def post(
        self,
        user: str,
        account: str,
        currency: str,
        amount: Decimal,
        *,
        event: str,
        at: int,
        tag: str = "",
        fee: Decimal = ZERO,
        context: str = "",
    ) -> None:
        """Change a balance by ``amount``, which is net of ``fee``, and write it into the ledger.

        Raises:
            Short: Less than that is free.
        """
        before = self.balance(user, account, currency, tag)
        if amount < 0 and before.available + amount < 0:
            raise Short(f"{user} has {before.available} {currency} free in {account}, not {-amount}")
        after = before.total + amount
        self._write(user, Balance(account, tag, currency, after, before.hold))
        self._store.run(
            "INSERT INTO ledger (user, account, tag, currency, amount, fee, balance, event, at, context)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(user, account, tag, currency, text(amount), text(fee), text(after), event, at, context),
        )

    def hold(self, user: str, account: str, currency: str, amount: Decimal, *, tag: str = "") -> None:
        """Freeze ``amount`` for an order, or free it when negative.

        Raises:
            Short: Less than that is free.
        """
        before = self.balance(user, account, currency, tag)
        if amount > before.available:
            raise Short(f"{user} has {before.available} {currency} free in {account}, not {amount}")
        self._write(user, Balance(account, tag, currency, before.total, before.hold + amount))

    def _write(self, user: str, new: Balance) -> None:
        self._store.run(
            "INSERT INTO balance VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET total = excluded.total, hold = excluded.hold",
            *(user, new.account, new.tag, new.currency, text(new.total), text(new.hold)),
        )

    def ledger(self, user: str, account: str, also: str | None = None) -> list[Entry]:
        """Return the ledger of an account, or of two together, newest first."""
        found = self._store.rows(
            "SELECT id, account, tag, currency, amount, fee, balance, event, at, context FROM ledger"
            " WHERE user = ?1 AND account IN (?2, ?3) ORDER BY at DESC, id DESC",
            *(user, account, also or account),
        )
        return [
            Entry(
                id=int(number),
                account=account,
                tag=tag,
                currency=currency,
                amount=Decimal(amount),
                fee=Decimal(fee),
                balance=Decimal(balance),
                event=event,
                at=int(at),
                context=context,
            )
            for number, account, tag, currency, amount, fee, balance, event, at, context in found
        ]

    # Loans

    def loans(self, user: str) -> list[Loan]:
        """Return what ``user`` owes."""
        found = self._store.rows(
            "SELECT tag, currency, principal, interest FROM loan WHERE user = ? ORDER BY tag, currency", user
        )
        return [
            Loan(tag, currency, Decimal(principal), Decimal(interest)) for tag, currency, principal, interest in found
        ]

    def loan(self, user: str, currency: str, tag: str) -> Loan:
        """Return what ``user`` owes in one currency."""
        owed = self.loans(user)
        return next(
            (each for each in owed if (each.currency, each.tag) == (currency, tag)), Loan(tag, currency, ZERO, ZERO)
        )

    def owe(self, user: str, loan: Loan) -> None:
        """Set what ``user`` owes in one currency."""
        self._store.run(
            "INSERT INTO loan VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET principal = excluded.principal, interest = excluded.interest",
            *(user, loan.tag, loan.currency, text(loan.principal), text(loan.interest)),
        )

    # Positions

    def positions(self, user: str) -> list[Holding]:
        """Return the open positions of ``user``, oldest first."""
        found = self._store.rows(
            "SELECT symbol, side, mode, leverage, qty, entry, fees, funding, opened FROM position WHERE user = ?"
            " ORDER BY opened",
            user,
        )
        return [
            Holding(
                contract=CONTRACTS[symbol],
                side=side,
                mode=mode,
                leverage=Decimal(leverage),
                qty=int(qty),
                entry=Decimal(entry),
                fees=Decimal(fees),
                funding=Decimal(funding),
                opened=int(opened),
            )
            for symbol, side, mode, leverage, qty, entry, fees, funding, opened in found
        ]

    def keep(self, user: str, holding: Holding) -> None:
        """Remember a position; one without lots is forgotten."""
        self._store.run(
            "DELETE FROM position WHERE user = ? AND symbol = ? AND side = ?",
            user,
            holding.contract.symbol,
            holding.side,
        )
        if holding.qty:
            self._store.run(
                "INSERT INTO position VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(user, holding.contract.symbol, holding.side, holding.mode, text(holding.leverage), holding.qty),
                *(text(holding.entry), text(holding.fees), text(holding.funding), holding.opened),
            )

    # Orders and records

    def put_order(self, user: str, book: str, body: Body, *, active: bool, at: int) -> None:
        """Remember an order as the exchange tells it."""
        self._store.run(
            "INSERT INTO orders (id, client_oid, user, book, symbol, active, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(body["id"], body["clientOid"], user, book, body["symbol"], int(active), at, json.dumps(body)),
        )

    def orders(self, user: str, book: str, *, active: bool | None = None) -> list[Body]:
        """Return orders, newest first; ``active`` None means both kinds."""
        found = self._store.rows(
            "SELECT body FROM orders WHERE user = ? AND book = ? AND (?3 IS NULL OR active = ?3)"
            " ORDER BY at DESC, serial DESC",
            *(user, book, None if active is None else int(active)),
        )
        return [json.loads(body) for (body,) in found]

    def record(self, user: str, kind: str, name: str, body: Mapping[str, Any], *, at: int) -> None:
        """Remember a fact as the exchange tells it."""
        self._store.run(
            "INSERT INTO record (user, kind, name, at, body) VALUES (?, ?, ?, ?, ?)",
            user,
            kind,
            name,
            at,
            json.dumps(body),
        )

    def records(self, user: str, kind: str, name: str | None = None) -> list[Body]:
        """Return facts of a kind, newest first; each carries its ``_id`` and ``_at``."""
        found = self._store.rows(
            "SELECT id, at, body FROM record WHERE user = ? AND kind = ? AND (?3 IS NULL OR name = ?3)"
            " ORDER BY at DESC, id DESC",
            *(user, kind, name),
        )
        return [json.loads(body) | {"_id": int(number), "_at": int(at)} for number, at, body in found]
