"""The arithmetic of futures positions, linear and inverse: pure, on Decimal, quotients to 28 digits.

Lots are signed, a short has negative ones. So is a value, in settlement currency: lots × multiplier × price on a linear
contract, −lots ÷ price on an inverse one, where a lot is one unit of the quote currency. Profit is then value now less
value at entry on both: one lot of XBTUSDTM from 67430.9 to 68323.06 is 68.32306 − 67.4309 = 0.89216 USDT, one of
ETHUSDM from 2457.12 to 2454.12 is −0.000407478 + 0.0004069805 = −0.0000004975 ETH.
Source: https://www.kucoin.com/docs-new/api-3470253 (``posCost``, ``markValue``, ``unrealisedPnl`` and their sample)
"""

from __future__ import annotations

from decimal import Decimal

from kucoin.decimals import ONE, ZERO
from kucoin.model.market import Contract
from kucoin.model.position import Position


def value(lots: int, price: Decimal, contract: Contract) -> Decimal:
    """Return what ``lots`` are worth at ``price``, above zero; signed, in settlement currency."""
    units = lots * abs(contract.multiplier)
    return -units / price if contract.is_inverse else units * price


def price_at(lots: int, worth: Decimal, contract: Contract) -> Decimal | None:
    """Return the price at which ``lots`` are worth ``worth``.

    0 for a linear long that is worth that much or more at any price; None where no price there is makes it so little
    (a linear short) or where it takes an endless one (an inverse contract).
    """
    units = lots * abs(contract.multiplier)
    if contract.is_inverse:
        return -units / worth if worth * units < ZERO else None
    if worth * units > ZERO:
        return worth / units
    return ZERO if units > ZERO else None


def profit(lots: int, before: Decimal, after: Decimal, contract: Contract) -> Decimal:
    """Return what a move of the price, both above zero, is to ``lots``, in settlement currency."""
    return value(lots, after, contract) - value(lots, before, contract)


def unrealised(position: Position, contract: Contract | None, mark: Decimal | None) -> Decimal | None:
    """Return what ``position`` would gain at ``mark``: the exchange's own figure, and what the price has done since.

    Args:
        mark: A price that is newer than the position's own mark price; None where nothing is.
    """
    told, before = position.unrealised_pnl, position.mark_price
    if told is None or mark is None:
        return told
    if contract is None or before is None or before <= ZERO or mark <= ZERO:
        return None
    return told + profit(position.current_qty, before, mark, contract)


def settles_in(position: Position, contract: Contract | None) -> str:
    """Return the currency that ``position`` settles in, by its own word or its contract's, empty where neither."""
    return position.settle_currency or (contract.settle_currency if contract else "")


def ratio(amount: Decimal | None, of: Decimal | None) -> Decimal | None:
    """Return ``amount`` as a fraction of ``of``, whose sign does not count; None where either is unknown or that is 0.

    Of the unrealised profit over ``posInit`` that is the ROE, over ``posCost`` the plain return: the sample's 0.89216
    are 4.0 % of 22.277 and 1.32 % of 67.4309.
    """
    if amount is None or not of:
        return None
    return amount / abs(of) if amount else ZERO  # a zero divided has an exponent that nobody wants to see


def break_even(lots: int, cost: Decimal, realised: Decimal, taker_rate: Decimal, contract: Contract) -> Decimal | None:
    """Return the price at which closing leaves nothing: neither gain nor loss since the position's first fill.

    At it, value − cost + realised − |value| × taker rate = 0.

    Args:
        cost: Value at entry of what is held (``posCost``).
        realised: What the position has earned so far, signed and net: closed parts, all fees paid, all funding.
        taker_rate: The fee for closing, a fraction of the value.
    """
    return price_at(lots, (cost - realised) / (ONE - taker_rate.copy_sign(cost)), contract)


def distance(mark: Decimal, liquidation: Decimal, *, is_long: bool) -> Decimal | None:
    """Return how far ``mark`` is from liquidation, as a fraction of it; below 0 it is past that.

    None for a short with no price at all: nothing is known of it. A long that is liquidated at 0 is 1 away.
    """
    if liquidation <= ZERO and not is_long:
        return None
    return (mark - liquidation if is_long else liquidation - mark) / mark


def funding(worth: Decimal, rate: Decimal, *, is_long: bool) -> Decimal:
    """Return what a settlement at ``rate`` would bring: where it is positive, longs pay and shorts are paid.

    Args:
        worth: The value at the mark price; its sign does not count.
    """
    due = abs(worth) * rate
    return -due if is_long else due


def isolated_maintenance(
    cost: Decimal, leverage: Decimal, *, is_long: bool, maintain_rate: Decimal, taker_rate: Decimal, rate: Decimal
) -> Decimal:
    """Return what an isolated position must keep, where the exchange does not say (``posMaint``).

    |cost| × (maintenance rate + next funding, if it pays that + taker rate × (1 + 1 ÷ leverage)): the last part is the
    fee for closing at bankruptcy. The exchange's sample: 67.4309 × (0.005 + 0.0002) + 0.0539821899 = 0.4046228699.

    Args:
        maintain_rate: Of the risk limit tier that the position is in (``maintMarginReq``).
        rate: The funding rate as it stands.
    """
    pays = max(ZERO, rate if is_long else -rate)
    return abs(cost) * (maintain_rate + pays + taker_rate * (ONE + ONE / leverage))


def isolated_liquidation(
    lots: int, cost: Decimal, margin: Decimal, maintenance: Decimal, contract: Contract
) -> Decimal | None:
    """Estimate the mark price at which an isolated position is liquidated, not rounded; None: at none there is.

    There its margin and its profit together are its maintenance: margin + value − cost = maintenance. The exchange's
    sample: 67.4309 − 22.1310912243 + 0.4046228699 = 45.7044316456, which it shows as 45704.44.
    Source: https://www.kucoin.com/docs-new/api-3470253 (``posMargin``, ``posMaint``, ``liquidationPrice``)
    """
    return price_at(lots, cost - margin + maintenance, contract)


def cross_liquidation(
    lots: int, worth: Decimal, backing: Decimal, *, others: Decimal, share: Decimal, contract: Contract
) -> Decimal | None:
    """Estimate the mark price at which a cross position is liquidated while all others stay where they are.

    There what stands behind all cross positions is what they must keep: backing + value − worth = others + share ×
    |value|. The exchange really goes by the risk ratio of them all. Not rounded; None: at no price there is.

    Args:
        worth: The value at the present mark.
        backing: Everything behind the cross positions of the settlement currency, their profits included.
        others: What the other cross positions must keep.
        share: What this one must keep, of its value: maintenance rate of its tier, and the fee for closing.
    """
    return price_at(lots, (worth - backing + others) / (ONE - share.copy_sign(worth)), contract)
