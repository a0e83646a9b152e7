"""Margin accounts: borrowing, repaying, interest, liquidation."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kucoin.practice.engine.refusals import Refusal
from kucoin.practice.engine.state import HOUSE
from kucoin.practice.engine.terms import MARGIN, TRADE, TradeType, isolated
from tests.engine_world import World

D = Decimal
PAIR = isolated("BTC-USDT")


@pytest.fixture
def world() -> World:
    """Ann has 1,000 USDT in each margin account; bob makes the market around 100."""
    world = World()
    for account in (MARGIN, PAIR):
        world.engine.accounts.transfer(world.now, "ann", "USDT", D(1000), source=TRADE, target=account)
    world.limit("bob", "buy", "99", "50")
    world.limit("bob", "sell", "100", "50")
    return world


def sums(world: World) -> dict[str, Decimal]:
    """All coins of all users and accounts."""
    total: dict[str, Decimal] = {}
    for user in world.engine.users():
        for balance in user.balances.values():
            total[balance.currency] = total.get(balance.currency, D(0)) + balance.total
    return total


@pytest.mark.parametrize(("kind", "account"), [(TradeType.CROSS, MARGIN), (TradeType.ISOLATED, PAIR)])
def test_an_order_borrows_what_it_lacks(world: World, kind: TradeType, account: str) -> None:
    """autoBorrow: 2,002 needed, 1,000 there; the answer says how much was borrowed."""
    before = sums(world)
    order = world.limit("ann", "buy", "100", "20", trade_type=kind, auto_borrow=True)
    assert order.borrowed == 1002
    assert world.engine.user("ann").balance(account, "USDT").principal == 1002
    assert world.total("ann", "BTC", account) == 20
    assert world.total("ann", "BTC") == 10_000
    assert sums(world) == before


def test_without_auto_borrow_the_balance_decides(world: World) -> None:
    """126013 on margin."""
    with pytest.raises(Refusal, match="126013"):
        world.limit("ann", "buy", "100", "20", trade_type=TradeType.CROSS)


def test_leverage_bounds_the_loan(world: World) -> None:
    """1,000 of one's own at 5 times carries 4,000."""
    margin = world.engine.margin
    assert margin.borrowable("ann", MARGIN, "USDT") == 4000
    assert margin.borrowable("ann", PAIR, "USDT") == 9000
    with pytest.raises(Refusal, match="130203"):
        margin.borrow(world.now, "ann", MARGIN, "USDT", D("4000.01"))
    margin.borrow(world.now, "ann", MARGIN, "USDT", D(3000))
    assert margin.borrowable("ann", MARGIN, "USDT") == 1000
    assert margin.health("ann", MARGIN).ratio == D("0.75")


def test_a_sell_that_repays_pays_interest_before_principal(world: World) -> None:
    """autoRepay from what the trade brought in."""
    world.limit("ann", "buy", "100", "20", trade_type=TradeType.CROSS, auto_borrow=True)
    world.later(3600)
    balance = world.engine.user("ann").balance(MARGIN, "USDT")
    interest = D(1002) * D("0.00024") / 24
    assert balance.interest == interest
    world.limit("ann", "sell", "99", "5", trade_type=TradeType.CROSS, auto_repay=True)
    earned = D(495) - D("0.495")
    assert balance.interest == 0
    assert balance.principal == D(1002) - (earned - interest)


def test_interest_falls_due_on_the_hour_for_every_hour(world: World) -> None:
    """A clock that jumps owes all the hours between."""
    world.engine.margin.borrow(world.now, "ann", MARGIN, "BTC", D("0.24"))
    world.engine.drain()
    world.later(3 * 3600)
    charged = [line for line in world.engine.drain().loans if line.kind == "interest"]
    assert [line.interest for line in charged] == [D("0.000001")] * 3
    assert all(line.created_ms % 3_600_000 == 0 for line in charged)
    assert world.engine.user("ann").balance(MARGIN, "BTC").interest == D("0.000003")


def test_the_debt_keeps_its_cover_from_leaving(world: World) -> None:
    """After the transfer the rest must still carry the debt at the account's leverage."""
    world.engine.margin.borrow(world.now, "ann", MARGIN, "USDT", D(2000))
    accounts = world.engine.accounts
    assert accounts.transferable("ann", MARGIN, "USDT") == 500
    with pytest.raises(Refusal, match="230003"):
        accounts.transfer(world.now, "ann", "USDT", D("500.01"), source=MARGIN, target=TRADE)


def test_an_isolated_account_that_owes_too_much_is_liquidated(world: World) -> None:
    """Its coins are sold in the market, the debt paid back, and the rest is the user's."""
    world.limit("ann", "buy", "100", "40", trade_type=TradeType.ISOLATED, auto_borrow=True)
    resting = world.limit("ann", "sell", "105", "1", trade_type=TradeType.ISOLATED)
    owed = world.engine.user("ann").balance(PAIR, "USDT").principal
    before = sums(world)
    world.later(1, BTC=owed / 40 / D("0.969"))
    assert resting.active
    world.later(1, BTC=owed / 40 / D("0.971"))
    assert (resting.active, resting.cancel_reason) == (False, "liquidation")
    account = world.engine.user("ann").balance(PAIR, "USDT")
    assert account.liability == 0
    assert world.total("ann", "BTC", PAIR) == 0
    assert account.total == 40 * 99 - owed - D("3.96")
    assert sums(world) == before
    liquidated = [fill for fill in world.engine.drain().fills if fill.user == "ann" and fill.kind == "liquid"]
    assert sum(fill.size for fill in liquidated) == 40


def test_a_short_is_liquidated_by_buying_back_what_is_owed(world: World) -> None:
    """Cross account: owes coins, holds USDT."""
    world.engine.margin.borrow(world.now, "ann", MARGIN, "BTC", D(2))
    world.limit("ann", "sell", "99", "2", trade_type=TradeType.CROSS)
    world.engine.accounts.transfer(world.now, "ann", "USDT", D(900), source=MARGIN, target=TRADE)
    before = sums(world)
    world.later(1, BTC=D(147))
    account = world.engine.user("ann").balance(MARGIN, "BTC")
    assert account.liability == 0
    assert account.total < D("0.01")
    assert sums(world) == before


def test_what_an_empty_account_still_owes_is_borne_by_the_house(world: World) -> None:
    """Bankruptcy: no coin appears, the debt is gone."""
    world.engine.margin.borrow(world.now, "ann", MARGIN, "USDT", D(4000))
    lent = world.total(HOUSE, "USDT")
    world.limit("ann", "buy", "100", "49", trade_type=TradeType.CROSS)
    world.limit("ann", "buy", "100", "0.9", trade_type=TradeType.CROSS)
    for order in list(world.engine.user("bob").live["BTC-USDT"].values()):
        world.engine.spot.cancel(world.now, "bob", "BTC-USDT", order_id=order.id)
    world.limit("bob", "buy", "50", "100")
    before = sums(world)
    world.later(1, BTC=D(50))
    ann = world.engine.user("ann")
    assert ann.balance(MARGIN, "USDT").liability == 0
    assert world.total("ann", "BTC", MARGIN) == 0
    assert world.total(HOUSE, "USDT") > lent
    assert sums(world) == before
    assert "write_off" in {line.kind for line in world.engine.drain().loans}


def test_an_account_in_liquidation_takes_no_orders(world: World) -> None:
    """130309 while the market gives no way out."""
    world.limit("ann", "buy", "100", "40", trade_type=TradeType.ISOLATED, auto_borrow=True)
    for order in list(world.engine.user("bob").live["BTC-USDT"].values()):
        world.engine.spot.cancel(world.now, "bob", "BTC-USDT", order_id=order.id)
    world.later(1, BTC=D(70))
    with pytest.raises(Refusal, match="130309"):
        world.limit("ann", "sell", "100", "1", trade_type=TradeType.ISOLATED)


def test_margin_orders_and_plain_orders_are_cancelled_apart(world: World) -> None:
    """Each family by its own calls."""
    plain = world.limit("ann", "buy", "90", "1")
    cross = world.limit("ann", "buy", "90", "1", trade_type=TradeType.CROSS)
    single = world.limit("ann", "buy", "90", "1", trade_type=TradeType.ISOLATED)
    spot = world.engine.spot
    with pytest.raises(Refusal, match="not_exist"):
        spot.cancel(world.now, "ann", "BTC-USDT", order_id=cross.id)
    assert spot.cancel_symbol(world.now, "ann", "BTC-USDT", trade_type=TradeType.CROSS) == [cross]
    assert spot.cancel_symbol(world.now, "ann", "BTC-USDT") == [plain]
    assert single.active
