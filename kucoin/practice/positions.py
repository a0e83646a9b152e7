"""Arithmetic of futures positions and accounts: pure, exact, in the settlement currency.

Signs follow KuCoin: a linear long and an inverse short have positive values, so ``value(mark) - value(entry)`` is the
profit of every position alike. Formulas: https://www.kucoin.com/docs-new/rest/futures-trading/positions/get-position-list
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from kucoin.practice.universe import INDICES, Contract

_ZERO = Decimal(0)
_UNIT = Decimal("0.00000001")
CROSS, ISOLATED = "CROSS", "ISOLATED"
MAX_PRICE = Decimal(1_000_000)


def value(contract: Contract, qty: int, price: Decimal) -> Decimal:
    """Return what ``qty`` lots are worth at ``price``, signed."""
    if contract.is_inverse:
        return qty * contract.multiplier / price
    return qty * contract.multiplier * price


def price_of(contract: Contract, qty: int, worth: Decimal) -> Decimal:
    """Return the price at which ``qty`` lots are worth ``worth``: the inverse of `value`.

    Where no price does it, because the position cannot be ruined: 0 for a linear long, the highest price there is for
    an inverse short.
    """
    if worth * qty * contract.multiplier <= 0:
        return MAX_PRICE if contract.is_inverse else _ZERO
    price = qty * contract.multiplier / worth if contract.is_inverse else worth / (qty * contract.multiplier)
    step = INDICES[contract.index].tick
    return (price / step).quantize(Decimal(1)) * step


@dataclass(frozen=True, slots=True)
class Holding:
    """An open position as it is kept.

    Attributes:
        side: ``BOTH`` in one-way mode, ``LONG`` or ``SHORT`` in hedge mode.
        mode: ``CROSS`` or ``ISOLATED``.
        fees: Paid so far, positive.
        funding: Received so far, negative when paid.
        opened: Milliseconds.
    """

    contract: Contract
    side: str
    mode: str
    leverage: Decimal
    qty: int
    entry: Decimal
    fees: Decimal
    funding: Decimal
    opened: int


@dataclass(frozen=True, slots=True)
class Valuation:
    """A position at a mark price.

    ``margin`` is what it binds, ``stake`` what stands behind it (in cross mode the account's free money as well),
    ``maintenance`` what must be left of the stake, ``rate`` the share of the value that this is.
    """

    holding: Holding
    mark: Decimal
    cost: Decimal
    worth: Decimal
    init: Decimal
    closing_fee: Decimal
    margin: Decimal
    stake: Decimal
    rate: Decimal
    level: int
    limit: int
    maintenance: Decimal

    @property
    def pnl(self) -> Decimal:
        """Unrealised profit."""
        return self.worth - self.cost

    @property
    def is_cross(self) -> bool:
        """Whether the whole account stands behind it."""
        return self.holding.mode == CROSS

    @property
    def bankrupt(self) -> Decimal:
        """The price at which the stake is gone."""
        return self._at(self.cost - (self.stake - self.closing_fee))

    @property
    def liquidation(self) -> Decimal:
        """The price at which what is left of the stake equals the maintenance."""
        return self._at(self.cost - self.stake + self.maintenance)

    def _at(self, worth: Decimal) -> Decimal:
        return price_of(self.holding.contract, self.holding.qty, worth)


@dataclass(frozen=True, slots=True)
class Tier:
    """A risk tier: position values from ``above`` up to ``limit``, in settlement currency."""

    level: int
    above: int
    limit: int
    leverage: int
    initial: Decimal
    maintenance: Decimal


def tiers(contract: Contract) -> list[Tier]:
    """Return the contract's risk tiers, smallest first: each halves the leverage and multiplies the room."""
    unit = 100_000 if contract.settle in ("USDT", "USDC") else 10 if contract.settle == "XBT" else 200
    found: list[Tier] = []
    above, leverage = 0, contract.max_leverage
    for level, room in enumerate((1, 5, 10, 20, 50, 100), 1):
        initial = (Decimal(1) / leverage).quantize(Decimal("0.0001"))
        found.append(Tier(level, above, unit * room, leverage, initial, initial / 2))
        above, leverage = unit * room, max(1, leverage * 2 // 3 if level < 3 else leverage // 2)
    return found


def tier_of(contract: Contract, worth: Decimal) -> Tier:
    """Return the tier of a position of ``worth``."""
    all_of_them = tiers(contract)
    return next((tier for tier in all_of_them if abs(worth) <= tier.limit), all_of_them[-1])


def valuate(holding: Holding, mark: Decimal, *, stake: Decimal | None = None) -> Valuation:
    """Return the position's figures at ``mark``.

    Args:
        stake: What stands behind a cross position; an isolated one has its own margin.
    """
    contract = holding.contract
    cost, worth = value(contract, holding.qty, holding.entry), value(contract, holding.qty, mark)
    tier = tier_of(contract, cost)
    init = abs(cost) / holding.leverage
    closing_fee = abs(cost) * contract.taker * (1 + 1 / holding.leverage)
    isolated = holding.mode == ISOLATED
    margin = init + closing_fee + holding.funding if isolated else abs(worth) / holding.leverage
    maintenance = abs(cost) * tier.maintenance + closing_fee if isolated else abs(worth) * tier.maintenance
    return Valuation(
        holding=holding,
        mark=mark,
        cost=cost,
        worth=worth,
        init=init,
        closing_fee=closing_fee,
        margin=margin,
        stake=margin if stake is None else stake,
        rate=tier.maintenance,
        level=tier.level,
        limit=tier.limit,
        maintenance=maintenance,
    )


def funding_of(holding: Holding, mark: Decimal, rate: Decimal) -> Decimal:
    """Return what a funding pays, negative when the position pays: a positive rate takes from longs."""
    exposure = abs(value(holding.contract, holding.qty, mark)) * (1 if holding.qty > 0 else -1)
    return (-exposure * rate).quantize(_UNIT)


@dataclass(frozen=True, slots=True)
class Overview:
    """A futures account in one settlement currency; `equity` equals wallet plus unrealised profit."""

    wallet: Decimal
    unrealised: Decimal
    position_margin: Decimal
    order_margin: Decimal
    available: Decimal
    cross_unrealised: Decimal
    risk_ratio: Decimal

    @property
    def equity(self) -> Decimal:
        """What the account is worth."""
        return self.position_margin + self.order_margin + self.available

    @property
    def margin_balance(self) -> Decimal:
        """The equity without unrealised profit."""
        return self.equity - self.unrealised


def overview(wallet: Decimal, order_margin: Decimal, held: Iterable[Valuation]) -> Overview:
    """Return the account's figures. Isolated profit stays with its position, cross profit is free margin."""
    positions = list(held)
    isolated = [each for each in positions if not each.is_cross]
    cross = [each for each in positions if each.is_cross]
    cross_pnl = sum((each.pnl for each in cross), _ZERO)
    cross_margin = sum((each.margin for each in cross), _ZERO)
    bound = sum((each.margin for each in isolated), _ZERO)
    isolated_pnl = sum((each.pnl for each in isolated), _ZERO)
    backing = wallet - bound + cross_pnl
    needed = sum((each.maintenance for each in cross), _ZERO)
    return Overview(
        wallet=wallet,
        unrealised=isolated_pnl + cross_pnl,
        position_margin=bound + isolated_pnl + cross_margin,
        order_margin=order_margin,
        available=backing - order_margin - cross_margin,
        cross_unrealised=cross_pnl,
        risk_ratio=(needed / backing).quantize(Decimal("0.0000000001")) if needed and backing > 0 else _ZERO,
    )
