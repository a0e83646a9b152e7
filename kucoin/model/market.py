"""What is traded, by which rules, and at what price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class ServiceState(StrEnum):
    """What KuCoin says of one of its hosts."""

    OPEN = "open"
    CLOSE = "close"
    CANCEL_ONLY = "cancelonly"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """The state of a host and KuCoin's remark on it, often empty."""

    state: ServiceState
    message: str


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency; ``precision`` is the decimals of its amounts, None where unread."""

    currency: str
    name: str
    full_name: str
    precision: int | None


@dataclass(frozen=True, slots=True)
class SpotSymbol:
    """A spot pair and the rules of its orders. Sizes are in base, funds in quote currency."""

    symbol: str
    base_currency: str
    quote_currency: str
    fee_currency: str
    base_min_size: Decimal
    base_max_size: Decimal
    quote_min_size: Decimal
    quote_max_size: Decimal
    base_increment: Decimal
    quote_increment: Decimal
    price_increment: Decimal
    min_funds: Decimal | None
    price_limit_rate: Decimal | None
    maker_fee_coefficient: Decimal | None
    taker_fee_coefficient: Decimal | None
    enable_trading: bool
    is_margin_enabled: bool


@dataclass(frozen=True, slots=True)
class Contract:
    """A futures contract: its rules, and its live figures as of the same answer.

    ``multiplier`` is coins per lot on linear contracts; on inverse ones a lot is one unit of quote currency.
    ``price_change`` is the last price less that of 24 h ago, ``price_change_ratio`` the same as a fraction.
    ``volume_24h`` is in coins and ``turnover_24h`` in quote currency; on inverse contracts in lots and in coins.
    ``index_symbol`` and ``premium_symbol`` name series that candles can be asked of: the index, and how far the
    contract trades above it, a fraction, told by the minute. Funding rates stay between floor and cap.
    ``market_max_order_qty`` is the most lots of a market order, where that is told apart from ``max_order_qty``. No
    price may be above ``max_price``; no buy may be above ``buy_limit``, no sell below ``sell_limit``, which move.
    """

    symbol: str
    base_currency: str
    quote_currency: str
    settle_currency: str
    status: str
    is_inverse: bool
    multiplier: Decimal
    lot_size: int
    tick_size: Decimal
    max_order_qty: int | None
    max_leverage: int | None
    initial_margin: Decimal | None
    maintain_margin: Decimal | None
    maker_fee_rate: Decimal | None
    taker_fee_rate: Decimal | None
    mark_price: Decimal | None
    index_price: Decimal | None
    last_trade_price: Decimal | None
    price_change: Decimal | None
    price_change_ratio: Decimal | None
    high_price: Decimal | None
    low_price: Decimal | None
    volume_24h: Decimal | None
    turnover_24h: Decimal | None
    open_interest: Decimal | None
    funding_rate: Decimal | None
    funding_interval_ms: int | None
    next_funding_at: datetime | None
    index_symbol: str | None = None
    premium_symbol: str | None = None
    funding_cap: Decimal | None = None
    funding_floor: Decimal | None = None
    supports_cross: bool | None = None
    listed_at: datetime | None = None
    market_max_order_qty: int | None = None
    max_price: Decimal | None = None
    buy_limit: Decimal | None = None
    sell_limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Ticker:
    """One spot pair's last 24 hours; ``change_ratio`` is a fraction, volumes are base and quote currency."""

    symbol: str
    last: Decimal | None
    bid: Decimal | None
    ask: Decimal | None
    change_ratio: Decimal | None
    change_price: Decimal | None
    high: Decimal | None
    low: Decimal | None
    volume: Decimal | None
    turnover: Decimal | None
    at: datetime | None
