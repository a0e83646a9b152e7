"""What is traded and by which rules."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from msgspec import Struct

from kucoin.decimals import ONE, ZERO
from kucoin.practice.engine.terms import Status, round_money


class Pair(Struct, frozen=True, kw_only=True):
    """A spot pair. Sizes are in base, funds in quote currency; coefficients multiply the user's base fee rates.

    Attributes:
        price_limit_rate: How far through the book an order may reach, a fraction; None where nothing guards.
        cross_leverage: Leverage of the cross margin account on this pair, 0 where it is not offered; likewise isolated.
    """

    symbol: str
    base: str
    quote: str
    fee_currency: str
    base_min_size: Decimal
    base_max_size: Decimal
    base_increment: Decimal
    quote_min_size: Decimal
    quote_max_size: Decimal
    quote_increment: Decimal
    price_increment: Decimal
    min_funds: Decimal
    price_limit_rate: Decimal | None = None
    maker_coefficient: Decimal = ONE
    taker_coefficient: Decimal = ONE
    status: Status = Status.OPEN
    cross_leverage: int = 0
    isolated_leverage: int = 0

    def __post_init__(self) -> None:
        if self.fee_currency not in {self.base, self.quote}:
            raise ValueError(f"{self.symbol}: fees in {self.fee_currency} are neither base nor quote")


class Loan(Struct, frozen=True, kw_only=True):
    """How a currency is lent to margin traders: most that one user may owe, step, and interest of a day (fraction)."""

    currency: str
    borrow_max: Decimal
    borrow_unit: Decimal
    daily_rate: Decimal


class Tier(Struct, frozen=True):
    """A risk limit level: position values up to ``max_value`` (settlement currency), leverage and margin rates."""

    level: int
    max_value: Decimal
    max_leverage: int
    initial: Decimal
    maintain: Decimal


class Contract(Struct, frozen=True, kw_only=True):
    """A perpetual contract.

    Attributes:
        multiplier: Coins a lot; -1 on inverse contracts, where a lot is one unit of quote currency.
        price_band: How far from the mark price an order may lie, a fraction.
        price_step: What liquidation and bankruptcy prices are rounded to.
        tiers: Risk limit levels, rising.
    """

    symbol: str
    base: str
    quote: str
    settle: str
    multiplier: Decimal
    tick_size: Decimal
    lot_size: Decimal
    max_qty: Decimal
    market_max_qty: Decimal
    maker_rate: Decimal
    taker_rate: Decimal
    tiers: tuple[Tier, ...]
    funding_interval_ms: int
    price_band: Decimal = Decimal("0.05")
    price_step: Decimal = Decimal("0.01")
    status: Status = Status.OPEN

    @property
    def is_inverse(self) -> bool:
        """Whether it settles in its base coin."""
        return self.multiplier < ZERO

    def value(self, qty: Decimal, price: Decimal) -> Decimal:
        """Return what ``qty`` lots (negative: short) are worth in settlement currency.

        A long inverse position has a negative value, so that profit is value now less value at entry on both kinds.
        """
        if self.multiplier > ZERO:
            return qty * self.multiplier * price
        return round_money(qty * self.multiplier / price)

    def price(self, qty: Decimal, value: Decimal) -> Decimal | None:
        """Return the price at which ``qty`` lots are worth ``value``, rounded against the holder.

        None where no price above zero does it: such a position cannot lose that much.
        """
        if value == ZERO or (value > ZERO) != (qty * self.multiplier > ZERO):
            return None
        price = qty * self.multiplier / value if self.is_inverse else value / (qty * self.multiplier)
        steps = (price / self.price_step).to_integral_value(ROUND_CEILING if qty > ZERO else ROUND_FLOOR)
        return steps * self.price_step
