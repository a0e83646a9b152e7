"""Estimates and what-if against an engine that really moves its marks and really liquidates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from kucoin.desk.margins import Group, Held, total
from kucoin.desk.what_if import Liquidation, what_if
from kucoin.practice.engine.instruments import Contract
from kucoin.practice.engine.terms import CONTRACT, MarginMode, PositionSide
from tests.engine_reading import group_of
from tests.engine_world import XBTUSDM, XBTUSDTM, World

D = Decimal
ETHUSDTM = structs.replace(XBTUSDTM, symbol="ETHUSDTM", base="ETH", multiplier=D("0.01"))
PRICES = {"XBTUSDTM": D(50_000), "ETHUSDTM": D(3_000), "XBTUSDM": D(50_000)}
STEP = D("0.01")
ROUNDING = D("1E-9")
ISOLATED, CROSS = MarginMode.ISOLATED, MarginMode.CROSS


@dataclass(frozen=True)
class Wanted:
    """A position to be opened at the mark price; ``size`` in hundreds of USDT or of USD."""

    contract: Contract
    mode: MarginMode
    is_long: bool
    size: int
    leverage: int


def wanted(*contracts: Contract) -> st.SearchStrategy[Wanted]:
    """Any position on one of ``contracts`` that 10,000 USDT or a coin can open."""
    modes, sizes = st.sampled_from([ISOLATED, CROSS]), st.integers(20, 90)
    return st.builds(Wanted, st.sampled_from(contracts), modes, st.booleans(), sizes, st.sampled_from([2, 5, 10, 20]))


def opened(*positions: Wanted, rates: dict[str, Decimal] | None = None) -> World:
    """Let Ann hold ``positions``, against somebody who can afford anything."""
    world = World("ann", "bob", pairs=(), contracts=(XBTUSDTM, ETHUSDTM, XBTUSDM))
    for currency in ("USDT", "XBT"):
        world.engine.accounts.credit(world.now, "bob", CONTRACT, currency, D(10_000_000))
    tick(world, D(0), rates=rates)
    for position in positions:
        symbol, price = position.contract.symbol, PRICES[position.contract.symbol]
        lots = 100 * position.size
        if not position.contract.is_inverse:
            lots = int(lots / position.contract.value(D(1), price))
        # He stands on all he has, or he would be liquidated himself, and she deleveraged.
        for user, side, mode in (("bob", "sell", CROSS), ("ann", "buy", position.mode)):
            leverage = D(position.leverage)
            world.engine.futures_account.change_margin_mode(world.now, user, symbol, mode)
            world.engine.futures_account.change_cross_leverage(world.now, user, symbol, leverage)
            taken = side if position.is_long else {"buy": "sell", "sell": "buy"}[side]
            world.future(user, taken, price, lots, symbol=symbol, leverage=leverage, margin_mode=mode)
    tick(world, D(0))
    return world


def tick(world: World, shift: Decimal, *, rates: dict[str, Decimal] | None = None) -> None:
    """Let every mark be that much off where it began."""
    world.now += 1
    marks = {symbol: price * (1 + shift) for symbol, price in PRICES.items()}
    world.engine.tick(world.now, index=marks, marks=marks, rates=rates)


def move(world: World, symbol: str, mark: Decimal) -> bool:
    """Let one mark go to ``mark``; return whether Ann still holds the position."""
    world.now += 1
    world.engine.tick(world.now, index={symbol: mark}, marks={symbol: mark})
    return (symbol, PositionSide.BOTH) in world.engine.user("ann").positions


def only(group: Group) -> Held:
    """The one position."""
    (held,) = group.held
    return held


@given(position=wanted(XBTUSDTM, XBTUSDM), rate=st.integers(-20, 20))
@settings(max_examples=120, deadline=None)
def test_the_engine_liquidates_where_we_say(position: Wanted, rate: int) -> None:
    """A step before the estimated price it does not, a step behind it does; the exchange's own price is the same."""
    symbol = position.contract.symbol
    world = opened(position, rates={symbol: D(rate) / 10_000})
    group = group_of(world, "ann", position.contract.settle)
    found = group.estimate(only(group))
    assume(found is not None and STEP < found < 1_000_000)
    assert found is not None
    # An inverse value is rounded to ten decimals, which is a little in the price.
    loose = STEP if position.contract.is_inverse else D(0)
    told = only(group).position.liquidation_price
    assert told is not None
    assert abs(told - found) <= STEP + loose
    if position.is_long:
        gone = found.quantize(STEP, ROUND_FLOOR) - loose
        safe = gone + STEP + 2 * loose
    else:
        gone = found.quantize(STEP, ROUND_CEILING) + loose
        safe = gone - STEP - 2 * loose
    assert move(world, symbol, safe)
    assert not move(world, symbol, gone)


def test_a_cross_position_in_a_higher_tier_is_known_by_the_risk_ratio() -> None:
    """The contract tells only the lowest tier; the exchange's own ratio tells what is really to be kept."""
    world = opened(Wanted(XBTUSDTM, CROSS, is_long=True, size=20, leverage=5))
    world.engine.accounts.credit(world.now, "ann", CONTRACT, "USDT", D(100_000))
    for user, side in (("bob", "sell"), ("ann", "buy")):
        world.future(user, side, D(50_000), 4_000, margin_mode=CROSS, leverage=D(5))
    group = group_of(world, "ann", "USDT")
    assert D("1.8") < group.stretched < D("1.95")  # 0.5 % and 0.06 % become 1 % and 0.06 %
    found, told = group.estimate(only(group)), only(group).position.liquidation_price
    assert found is not None
    assert told is not None
    assert abs(found - told) <= STEP
    untold = replace(group, stretched=D(1)).estimate(only(group))
    assert untold is not None
    assert abs(untold - told) > 100


@given(
    linear=st.tuples(wanted(XBTUSDTM), wanted(ETHUSDTM)),
    inverse=wanted(XBTUSDM),
    shift=st.integers(-500, 500).map(lambda share: D(share) / 1000),
)
@settings(max_examples=120, deadline=None)
def test_what_if_is_what_comes(linear: tuple[Wanted, Wanted], inverse: Wanted, shift: Decimal) -> None:
    """Profit, equity, risk ratio and liquidations of two accounts after the marks have really moved."""
    world = opened(*linear, inverse)
    before = [group_of(world, "ann", currency) for currency in ("USDT", "XBT")]
    answer = what_if(before, shift)
    nearest = what_if(before, D(0)).first
    assume(all(abs(one.at - shift) > D("1E-6") for one in answer.liquidated))  # to the digit is no move to tell by
    tick(world, shift)
    after = {currency: group_of(world, "ann", currency) for currency in ("USDT", "XBT")}
    held = {row.position.symbol for group in after.values() for row in group.held}
    gone = {one.symbol for one in answer.liquidated}
    for old, told in zip(before, answer.accounts, strict=True):
        new = after[old.currency]
        assert told.equity_before == old.equity
        alone = {row.position.symbol for row in old.isolated}
        assert alone - held == alone & gone
        together = {row.position.symbol for row in old.cross}
        assert bool(together - held) == bool(together & gone)  # the engine goes on only until the others are safe
        if together & gone:
            assert told.risk_ratio == 1
            continue
        same(told.unrealised, total(row.unrealised for row in new.held))
        same(told.equity, new.equity)
        same(told.risk_ratio, new.account.risk_ratio if new.account else None, D("1E-7"))
    assert all(nearest is not None and abs(nearest.at) <= abs(one.at) for one in answer.liquidated)


def same(ours: Decimal | None, theirs: Decimal | None, loose: Decimal = ROUNDING) -> None:
    """Equal but for rounding to ten decimals."""
    assert ours is not None
    assert theirs is not None
    assert abs(ours - theirs) <= loose, (ours, theirs)


def test_the_first_is_the_nearest_that_way() -> None:
    """A long goes below, a short above; without a move the nearer of both."""
    world = opened(
        Wanted(XBTUSDTM, ISOLATED, is_long=True, size=20, leverage=5),
        Wanted(ETHUSDTM, ISOLATED, is_long=False, size=20, leverage=10),
    )
    groups = [group_of(world, "ann", "USDT")]
    down, up = what_if(groups, D("-0.01")).first, what_if(groups, D("0.01")).first
    assert down is not None
    assert up is not None
    assert (down.symbol, up.symbol) == ("XBTUSDTM", "ETHUSDTM")
    assert D("-0.2") < down.at < D("-0.18")
    assert D("0.08") < up.at < D("0.1")
    assert what_if(groups, D(0)).first == up
    assert what_if(groups, D("-0.01")).liquidated == ()
    assert [each.symbol for each in what_if(groups, D("-0.5")).liquidated] == ["XBTUSDTM"]


def test_cross_positions_go_together() -> None:
    """Both at the move where the account's risk ratio is 1; what is left then is what they had to keep."""
    world = opened(
        Wanted(XBTUSDTM, CROSS, is_long=True, size=90, leverage=20),
        Wanted(ETHUSDTM, CROSS, is_long=True, size=90, leverage=20),
    )
    group = group_of(world, "ann", "USDT")
    answer = what_if([group], D("-0.5"))
    assert answer.liquidated == ()
    world.engine.accounts.transfer(world.now, "ann", "USDT", D(8_000), source=CONTRACT, target="main")
    group = group_of(world, "ann", "USDT")
    answer = what_if([group], D("-0.5"))
    assert {each.symbol for each in answer.liquidated} == {"XBTUSDTM", "ETHUSDTM"}
    (at,) = {each.at for each in answer.liquidated}
    (account,) = answer.accounts
    assert account.risk_ratio == 1
    assert account.unrealised == 0
    keep = group.cross_keep
    assert keep is not None
    same(account.equity, keep * (1 + at))
    assert (account.equity_before, account.risk_ratio_before) == (group.equity, group.risk_ratio)


@pytest.mark.parametrize("missing", ["pos_margin", "pos_maint", "unrealised_pnl", "mark_price"])
def test_what_is_not_known_of_a_position_is_not_known_of_the_account(missing: str) -> None:
    """Nothing becomes 0; where our own reckoning fails, the exchange's price still says where it is liquidated."""
    world = opened(Wanted(XBTUSDTM, ISOLATED, is_long=True, size=20, leverage=5))
    group = group_of(world, "ann", "USDT")
    held = only(group)
    poor = replace(held, position=replace(held.position, **{missing: None}))
    answer = what_if([replace(group, held=(poor,))], D("-0.5"))
    (account,) = answer.accounts
    if missing == "mark_price":
        assert (answer.liquidated, account.unrealised, account.equity) == ((), None, None)
        return
    assert [each.symbol for each in answer.liquidated] == ["XBTUSDTM"]
    assert (account.equity is None) == (missing in {"pos_margin", "unrealised_pnl"})


def test_a_position_that_is_due_already_goes_at_any_move() -> None:
    """Its place is 0, whichever way the marks go."""
    world = opened(Wanted(XBTUSDTM, ISOLATED, is_long=True, size=20, leverage=5))
    group = group_of(world, "ann", "USDT")
    held = only(group)
    poor = replace(held, position=replace(held.position, pos_margin=D(1)))
    for shift in (D("-0.1"), D(0), D("0.1")):
        answer = what_if([replace(group, held=(poor,))], shift)
        assert answer.liquidated == (Liquidation("XBTUSDTM", "BOTH", D(0)),)
        assert answer.first == answer.liquidated[0]
