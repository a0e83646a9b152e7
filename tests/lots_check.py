"""Lots and coins against fractions, which do not round: the same draw for `make test` and for `make torture`."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kucoin.model import lots
from kucoin.model.market import Contract
from kucoin.model.order import Lots

_CLOSE = Fraction(1, 10**27)


def contract(multiplier: Decimal, *, inverse: bool) -> Contract:
    """A contract of which only its lots matter."""
    symbol, base = ("ETHUSDM", "ETH") if inverse else ("ETHUSDTM", "ETH")
    words: dict[str, Any] = dict.fromkeys(Contract.__dataclass_fields__)
    words |= {"symbol": symbol, "base_currency": base, "is_inverse": inverse, "multiplier": multiplier, "lot_size": 1}
    return Contract(**words)


@dataclass(frozen=True)
class Example:
    """Trades of one contract: lots and price of each."""

    contract: Contract
    trades: tuple[tuple[Lots, Decimal], ...]


def draw(chance: random.Random) -> Example:
    """Any contract with any fills: multipliers from 1e-8 to 1e6, prices of up to 9 digits anywhere."""
    inverse = chance.random() < 0.5
    multiplier = Decimal(-1) if inverse else Decimal(chance.choice((1, 2, 5))).scaleb(chance.randint(-8, 6))
    trades = tuple(
        (Lots(chance.randint(1, 10 ** chance.randint(1, 7))), price(chance)) for _ in range(chance.randint(1, 4))
    )
    return Example(contract(multiplier, inverse=inverse), trades)


def price(chance: random.Random) -> Decimal:
    """From 1e-8 to 1e8."""
    return Decimal(chance.randint(1, 10**9)).scaleb(chance.randint(-8, -1))


def check(example: Example) -> None:
    """Coins, average price, and the price that a value comes from: exact where no division is, else to 28 digits."""
    inverse = example.contract.is_inverse
    per_lot = abs(Fraction(example.contract.multiplier))
    size = Lots(sum(each for each, _ in example.trades))
    for each, at in example.trades:
        found = lots.coins(each, example.contract, at)
        truth = each * per_lot / Fraction(at) if inverse else each * per_lot
        assert found == truth if not inverse else close(found, truth), (example, found)
    coins_paid = sum(each * per_lot / Fraction(at) for each, at in example.trades)
    money_paid = sum(each * per_lot * Fraction(at) for each, at in example.trades)
    average = lots.average_price(example.trades, example.contract)
    truth = size * per_lot / coins_paid if inverse else money_paid / (size * per_lot)
    assert close(average, truth), (example, average)
    paid = coins_paid if inverse else money_paid
    worth = Decimal(paid.numerator) / paid.denominator
    assert close(lots.price_of(size, worth, example.contract), truth, 10), (example, worth)


def close(found: Decimal | None, truth: Fraction, times: int = 1) -> bool:
    """Whether a result is the truth rounded to 28 digits, ``times`` over."""
    return found is not None and abs(Fraction(found) - truth) <= truth * _CLOSE * times


def run(seed: int, examples: int) -> None:
    """Check so many examples, drawn from ``seed``."""
    chance = random.Random(seed)
    for _ in range(examples):
        check(draw(chance))
