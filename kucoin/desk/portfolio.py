"""The whole of an account in one unit: where it sits, in what, and what prices did to it in 24 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Standing(StrEnum):
    """What the figures of a portfolio are worth, taken as a whole."""

    LOADING = "loading"  # the first reading has not ended yet
    READY = "ready"  # read; single parts may still carry a problem
    NO_CREDENTIALS = "no credentials"
    REFUSED = "refused"  # KuCoin refuses the key; `reason` says which of its three strings, as far as KuCoin tells
    UNIFIED = "unified"  # a unified account: its balances are not in the classic accounts
    UNREACHABLE = "unreachable"  # nothing was ever read, and the last attempts failed


class PartKind(StrEnum):
    """The places where money can sit."""

    FUNDING = "Funding"
    SPOT = "Spot trading"
    CROSS = "Cross margin"
    ISOLATED = "Isolated margin"
    FUTURES = "Futures"
    SUB = "Sub-account"


@dataclass(frozen=True, slots=True)
class Part:
    """One account's share of the total; ``name`` tells it from others of its kind: ``USDT``, ``grid-02``, or empty.

    ``value`` and ``change`` are in the portfolio's unit, ``change_ratio`` and ``share`` are fractions. ``value`` is
    None where the account was never read; a failed re-read keeps the last good value and says so in ``problem``.
    """

    kind: PartKind
    name: str
    value: Decimal | None
    change: Decimal | None
    change_ratio: Decimal | None
    share: Decimal | None
    unpriced: tuple[str, ...]
    at: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Holding:
    """One currency, in one account or (``account`` empty) merged over all of them.

    ``total``, ``available``, ``on_hold`` and ``liability`` are amounts of the currency; ``total`` is before debt.
    For futures, ``total`` is the equity with unrealised PnL. ``value`` is (total − liability) × price in the unit.
    """

    account: str
    currency: str
    full_name: str
    total: Decimal
    available: Decimal
    on_hold: Decimal
    liability: Decimal
    price: Decimal | None
    change_ratio: Decimal | None
    value: Decimal | None
    share: Decimal | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything the portfolio page shows, computed at one moment.

    ``total`` is the exact sum of the priced values of ``parts``; ``complete`` is False where a part was never read or
    a currency has no price. ``change`` is what prices did in 24 h to what is held now: deposits, withdrawals and
    trades are left out. ``at`` is the oldest reading in the total, ``prices_at`` that of the prices.
    ``conversions`` repeats the total in other units.
    """

    unit: str
    standing: Standing
    reason: str
    total: Decimal | None
    change: Decimal | None
    change_ratio: Decimal | None
    complete: bool
    unpriced: tuple[str, ...]
    parts: tuple[Part, ...]
    holdings: tuple[Holding, ...]
    merged: tuple[Holding, ...]
    conversions: tuple[tuple[str, Decimal | None], ...]
    at: datetime | None
    prices_at: datetime | None
