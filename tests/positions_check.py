"""Our arithmetic of positions against the engine's: the same draw for `make test` and for `make torture`.

The engine rounds money to ten decimals and prices to a step, against the holder; ours does not round.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from decimal import Decimal

from msgspec import structs

from kucoin.decimals import ONE, ZERO
from kucoin.desk import positions as ours
from kucoin.desk.margins import Held
from kucoin.practice.engine import positions as theirs
from kucoin.practice.engine.instruments import Contract, Tier
from kucoin.practice.engine.records import Position
from kucoin.practice.engine.terms import MarginMode, PositionSide, floor_money
from tests.engine_reading import contract_of, position_of
from tests.engine_world import XBTUSDM, XBTUSDTM

D = Decimal
_MONEY = D("1E-9")  # ten decimals, after a few roundings


@dataclass(frozen=True)
class Example:
    """A position with a past, and where its contract stands."""

    contract: Contract
    held: Position
    tier: Tier
    mark: Decimal
    rate: Decimal


def draw(chance: random.Random) -> Example:
    """Lots bought or sold at up to four prices, a part closed, funding, on either kind of contract and of margin."""
    inverse = chance.random() < 0.5
    multiplier = D(-1) if inverse else D(chance.choice((1, 2, 5))).scaleb(chance.randint(-4, 1))
    contract = structs.replace(XBTUSDM if inverse else XBTUSDTM, multiplier=multiplier, tiers=XBTUSDTM.tiers)
    tier = chance.choice(XBTUSDTM.tiers)
    sign = chance.choice((-1, 1))
    held = Position(
        id="1",
        user="ann",
        symbol=contract.symbol,
        side=PositionSide.BOTH,
        settle=contract.settle,
        mode=chance.choice(list(MarginMode)),
        leverage=D(1),
        level=tier.level,
    )
    around = D(chance.randint(1_000, 99_999)).scaleb(chance.randint(-3, 1))
    leverage = D(chance.randint(1, tier.max_leverage))
    for _ in range(chance.randint(1, 4)):
        _trade(held, contract, D(sign * chance.randint(100, 100_000)), _near(chance, around), leverage)
    if chance.random() < 0.5:
        _trade(held, contract, D(-sign * chance.randint(1, int(abs(held.qty)) - 1)), _near(chance, around), leverage)
    funding = (abs(held.cost) * D(chance.randint(-20, 20)) / 10_000).quantize(D("1E-8"))
    held.funding = funding
    if held.mode is MarginMode.ISOLATED:
        held.cross, held.loss = max(ZERO, funding), max(ZERO, -funding)
    rate = D(chance.randint(-30, 30)) / 10_000
    return Example(contract, held, tier, _near(chance, around), rate)


def check(example: Example) -> None:
    """Value, profit, maintenance, liquidation, break-even."""
    contract, held, mark = example.contract, example.held, example.mark
    figures = _figures(example, mark)
    listed = contract_of(contract, maintain_margin=example.tier.maintain, funding_rate=example.rate)
    position = position_of(held, figures, contract)
    row = Held(position, listed, None)
    assert row.value is not None
    assert abs(row.value - figures.mark_value) <= _MONEY
    elsewhere = mark * D("1.07")
    moved = ours.unrealised(position, listed, elsewhere)
    assert moved is not None
    assert abs(moved - _figures(example, elsewhere).pnl) <= _MONEY
    assert row.is_long == (held.qty > 0)
    _check_gain(row, moved - figures.pnl)
    _check_liquidation(example, row, figures)
    _check_break_even(example, row)


def run(seed: int, examples: int) -> None:
    """Check so many examples; a failure shows the example, which `draw` makes again of the seed."""
    chance = random.Random(seed)
    for _ in range(examples):
        check(draw(chance))


def _check_gain(row: Held, gain: Decimal) -> None:
    """A rising price is good for a long and bad for a short, whatever the contract."""
    assert (gain > 0) == row.is_long, gain


def _check_liquidation(example: Example, row: Held, figures: theirs.Figures) -> None:
    contract, held, step = example.contract, example.held, example.contract.price_step
    if row.is_cross:
        assert row.value is not None
        assert row.keep is not None
        assert abs(row.keep - figures.maintenance) <= _MONEY
        assert row.contract is not None
        assert row.share is not None
        backing, others = _behind(example)
        found = ours.cross_liquidation(
            int(held.qty), row.value, backing, others=others, share=row.share, contract=row.contract
        )
    else:
        reckoned = replace(row, position=replace(row.position, pos_maint=None)).keep
        assert reckoned is not None
        assert abs(reckoned - figures.maintenance) <= _MONEY + abs(held.cost) * contract.taker_rate * D("1E-9")
        assert row.contract is not None
        found = ours.isolated_liquidation(int(held.qty), held.cost, held.margin, figures.maintenance, row.contract)
    if figures.liquidation_price is None:
        assert found is None or found == ZERO, found
        return
    assert found is not None
    loose = step + found * found * _MONEY / abs(held.qty) if contract.is_inverse else step
    assert abs(figures.liquidation_price - found) <= loose, (figures.liquidation_price, found)


def _check_break_even(example: Example, row: Held) -> None:
    """Closing it there, the engine is left with what it began with."""
    contract, held = example.contract, example.held
    assert row.contract is not None
    assert row.position.realised_pnl is not None
    price = ours.break_even(int(held.qty), held.cost, row.position.realised_pnl, contract.taker_rate, row.contract)
    if not price:
        assert abs(row.position.realised_pnl) > abs(held.cost) * (ONE - contract.taker_rate), price
        return
    lots, value = -held.qty, contract.value(-held.qty, price)
    fee = floor_money(abs(value) * contract.taker_rate)
    closing = structs.replace(held)
    theirs.reduce(closing, lots, value)
    assert abs(closing.gross + closing.funding - closing.paid - fee) <= _MONEY


def _figures(example: Example, mark: Decimal) -> theirs.Figures:
    if example.held.mode is MarginMode.ISOLATED:
        return theirs.isolated_figures(example.held, example.contract, example.tier, mark, example.rate)
    backing, others = _behind(example)
    return theirs.cross_figures(example.held, example.contract, example.tier, mark, backing=backing, others=others)


def _behind(example: Example) -> tuple[Decimal, Decimal]:
    """Money behind a cross position, and what others must keep of it."""
    return abs(example.held.cost) / 5, abs(example.held.cost) / 100


def _trade(held: Position, contract: Contract, lots: Decimal, price: Decimal, leverage: Decimal) -> None:
    value = contract.value(lots, price)
    held.paid += floor_money(abs(value) * contract.taker_rate)
    if held.qty * lots < 0:
        theirs.reduce(held, lots, value)
    else:
        theirs.extend(held, contract, lots, value, leverage)


def _near(chance: random.Random, price: Decimal) -> Decimal:
    return (price * D(chance.randint(900, 1_100)) / 1_000).quantize(D("0.0001"))
