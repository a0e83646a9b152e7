"""What is owned, where, and under which key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class AccountMode(StrEnum):
    """Whether balances live in the classic accounts or in a unified one, which the classic calls do not show."""

    CLASSIC = "classic"
    UNIFIED = "unified"


@dataclass(frozen=True, slots=True)
class SpotAccount:
    """One currency in the funding (``main``) or the spot trading (``trade``) account; other kinds as sent."""

    account_id: str
    kind: str
    currency: str
    balance: Decimal
    available: Decimal
    holds: Decimal


@dataclass(frozen=True, slots=True)
class MarginAsset:
    """One currency of a margin account. ``liability`` is what is owed, interest included."""

    currency: str
    total: Decimal
    available: Decimal
    hold: Decimal
    liability: Decimal
    liability_interest: Decimal | None


@dataclass(frozen=True, slots=True)
class CrossMargin:
    """The cross margin account; ``debt_ratio`` is a fraction."""

    status: str
    debt_ratio: Decimal | None
    assets: tuple[MarginAsset, ...]


@dataclass(frozen=True, slots=True)
class IsolatedPair:
    """One pair of the isolated margin account."""

    symbol: str
    status: str
    debt_ratio: Decimal | None
    base: MarginAsset
    quote: MarginAsset


@dataclass(frozen=True, slots=True)
class FuturesAccount:
    """The futures account of one settlement currency, every amount in it.

    ``account_equity`` already holds ``unrealised_pnl``. ``risk_ratio`` is a fraction, for cross positions.
    """

    currency: str
    account_equity: Decimal | None
    unrealised_pnl: Decimal | None
    margin_balance: Decimal | None
    position_margin: Decimal | None
    order_margin: Decimal | None
    frozen_funds: Decimal | None
    available_balance: Decimal | None
    risk_ratio: Decimal | None
    max_withdraw_amount: Decimal | None


@dataclass(frozen=True, slots=True)
class SubBalance:
    """One currency in one account (``main``, ``trade`` or ``margin``) of a sub-account."""

    kind: str
    currency: str
    balance: Decimal
    available: Decimal
    holds: Decimal


@dataclass(frozen=True, slots=True)
class SubAccount:
    """A sub-account's spot and margin balances. KuCoin does not report what it owes."""

    user_id: str
    name: str
    balances: tuple[SubBalance, ...]


@dataclass(frozen=True, slots=True)
class UserInfo:
    """The fee level, which sets the quotas, and how many sub-accounts there are."""

    vip_level: int
    sub_accounts: int | None


@dataclass(frozen=True, slots=True)
class BaseFee:
    """What a spot or margin trade costs before a pair's own factor, as fractions of its value."""

    taker: Decimal
    maker: Decimal


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What the key in use may do.

    ``permissions`` are KuCoin's names: General, Spot, Margin, Futures, InnerTransfer, Transfer (that is
    withdrawal), Earn. ``ip_whitelist`` is empty where the key may be used from anywhere. ``expires_at`` is None where
    the key has no end, or none was told.
    """

    key: str
    version: int | None
    permissions: frozenset[str]
    ip_whitelist: tuple[str, ...]
    uid: str
    is_master: bool
    sub_name: str | None
    remark: str
    created_at: datetime | None
    expires_at: datetime | None = None

    @property
    def may_withdraw(self) -> bool:
        """Whether money can leave the exchange with this key."""
        return "Transfer" in self.permissions
