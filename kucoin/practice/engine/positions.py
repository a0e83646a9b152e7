"""The arithmetic of futures positions: pure, checked against KuCoin's own samples.

An isolated position stands on its own margin: ``init + comm + cross - loss``. It is liquidated where margin and profit
together fall to its maintenance, and bankrupt where they only pay the fee for closing.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from msgspec import Struct

from kucoin.decimals import ONE, ZERO
from kucoin.practice.engine.instruments import Contract, Tier
from kucoin.practice.engine.records import Position
from kucoin.practice.engine.terms import MONEY, MarginMode, ceil_money, floor_money, round_money


def initial_rate(leverage: Decimal) -> Decimal:
    """Return the initial margin rate of a leverage, cut to ten decimals: 0.3333333333 at 3."""
    return (ONE / leverage).quantize(MONEY, ROUND_FLOOR)


def order_margin(contract: Contract, tier: Tier, value: Decimal, leverage: Decimal) -> Decimal:
    """Return what opening lots worth ``value`` freezes: initial and maintenance margin, and the fees of both ways."""
    initial = initial_rate(leverage)
    share = initial + tier.maintain + contract.taker_rate * (2 + initial)
    return ceil_money(abs(value) * share)


def extend(position: Position, contract: Contract, lots: Decimal, value: Decimal, leverage: Decimal) -> None:
    """Add a fill of ``lots`` and ``value`` (both signed) to a position that is flat or on the same side."""
    initial, size = initial_rate(leverage), abs(value)
    position.qty += lots
    position.cost += value
    position.flow += value
    position.init += round_money(size * initial)
    if position.mode is MarginMode.ISOLATED:
        position.comm += floor_money(size * contract.taker_rate * (1 + initial))
    position.leverage = leverage
    position.opened += abs(lots)
    position.opened_value += size


def reduce(position: Position, lots: Decimal, value: Decimal) -> Decimal:
    """Take a fill of ``lots`` and ``value`` (both signed, against the position) out of it; return the gross profit."""
    held = abs(position.qty)
    share = abs(lots)
    whole = share == held

    def part(amount: Decimal) -> Decimal:
        return amount if whole else round_money(amount * share / held)

    removed = part(position.cost)
    position.init -= part(position.init)
    position.comm -= part(position.comm)
    position.cross -= part(position.cross)
    position.loss -= part(position.loss)
    position.cost -= removed
    position.qty += lots
    position.flow += value
    position.closed += share
    position.closed_value += abs(value)
    gross = -(removed + value)
    position.gross += gross
    return gross


def average(contract: Contract, lots: Decimal, value: Decimal) -> Decimal:
    """Return the average price of ``lots`` that are worth ``value``, neither signed; 0 where there are none."""
    if not lots or not value:
        return ZERO
    if contract.is_inverse:
        return lots / value
    return value / (lots * contract.multiplier)


class Figures(Struct, frozen=True, kw_only=True):
    """A position as the exchange shows it at a mark price; amounts in settlement currency, ratios as fractions.

    Attributes:
        maintenance: posMaint, what margin and profit together must stay above.
        leverage: realLeverage, the mark value over what stands behind it.
        liquidation_price, bankrupt_price: None where no price would do it.
    """

    mark_price: Decimal
    mark_value: Decimal
    entry_price: Decimal
    pnl: Decimal
    pnl_ratio: Decimal
    roe: Decimal
    margin: Decimal
    maintenance: Decimal
    backing: Decimal
    leverage: Decimal
    liquidation_price: Decimal | None
    bankrupt_price: Decimal | None


def maintenance(position: Position, tier: Tier, rate: Decimal) -> Decimal:
    """Return what an isolated position must keep: on its cost the tier's share, the next funding if it pays, and fees.

    Args:
        rate: The funding rate as it stands; the side that receives it needs nothing for it.
    """
    pays = max(ZERO, rate if position.qty > ZERO else -rate)
    return abs(position.cost) * (tier.maintain + pays) + position.comm


def isolated_figures(position: Position, contract: Contract, tier: Tier, mark: Decimal, rate: Decimal) -> Figures:
    """Return the figures of an isolated position."""
    keep = maintenance(position, tier, rate)
    margin = position.margin
    return _figures(
        position,
        contract,
        mark,
        margin=margin,
        maintenance=keep,
        liquidation=position.cost - margin + keep,
        bankruptcy=position.cost - margin + position.comm,
    )


def cross_figures(
    position: Position, contract: Contract, tier: Tier, mark: Decimal, *, backing: Decimal, others: Decimal
) -> Figures:
    """Return the figures of a cross position.

    Args:
        backing: Everything that stands behind the wallet's cross positions, their profit included.
        others: What the wallet's other cross positions must keep.
    """
    value = contract.value(position.qty, mark)
    share = tier.maintain + contract.taker_rate  # of the value, so that the maintenance falls with a long's price
    return _figures(
        position,
        contract,
        mark,
        margin=cross_margin(position, contract, mark),
        maintenance=cross_maintenance(position, contract, tier, mark),
        liquidation=(value - backing + others) / (ONE - share.copy_sign(value)),
        bankruptcy=value - backing,
    )


def cross_margin(position: Position, contract: Contract, mark: Decimal) -> Decimal:
    """Return the margin of a cross position: its mark value over its leverage."""
    return round_money(abs(contract.value(position.qty, mark)) * initial_rate(position.leverage))


def cross_maintenance(position: Position, contract: Contract, tier: Tier, mark: Decimal) -> Decimal:
    """Return what a cross position must keep: on its mark value the tier's share and the fee for closing."""
    return abs(contract.value(position.qty, mark)) * (tier.maintain + contract.taker_rate)


def _figures(
    position: Position,
    contract: Contract,
    mark: Decimal,
    *,
    margin: Decimal,
    maintenance: Decimal,
    liquidation: Decimal,
    bankruptcy: Decimal,
) -> Figures:
    value = contract.value(position.qty, mark)
    pnl = value - position.cost
    backing = margin + pnl if position.mode is MarginMode.ISOLATED else margin
    return Figures(
        mark_price=mark,
        mark_value=value,
        entry_price=average(contract, abs(position.qty), abs(position.cost)),
        pnl=pnl,
        pnl_ratio=pnl / abs(position.cost) if position.cost else ZERO,
        roe=pnl / position.init if position.init else ZERO,
        margin=margin,
        maintenance=maintenance,
        backing=backing,
        leverage=abs(value) / backing if backing > ZERO else ZERO,
        liquidation_price=contract.price(position.qty, liquidation),
        bankrupt_price=contract.price(position.qty, bankruptcy),
    )
