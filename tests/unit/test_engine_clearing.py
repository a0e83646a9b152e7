"""What happens to futures positions by themselves: mark price, funding, liquidation, deleveraging."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.events import FundingPaid, FundingSettled, OrderUpdate
from kucoin.practice.engine.futures_market import FuturesMarket
from kucoin.practice.engine.state import HOUSE
from kucoin.practice.engine.terms import CONTRACT, MAIN, MarginMode, PositionSide, Side
from tests.engine_checks import Store
from tests.engine_world import BTC_USDT, INDEX, LOANS, NOW, XBTUSDTM, World

D = Decimal
HOUR_MS = 3_600_000
BOTH = ("XBTUSDTM", PositionSide.BOTH)


@pytest.fixture
def world() -> World:
    """Mark and index at 50,000; everybody has 10,000 USDT and 10 XBT in futures."""
    return World("ann", "bob", "cid", "dee")


def pair(world: World, long: str, short: str, lots: int, price: str = "50000", **more: object) -> None:
    """Make ``long`` and ``short`` hold ``lots`` against each other."""
    world.future(short, "sell", price, lots, **more)
    world.future(long, "buy", price, lots, **more)


def wealth(world: World, currency: str = "USDT") -> Decimal:
    """All wallets and all unrealised profit, the house's included."""
    account = world.engine.futures_account
    return sum((account.overview(user.id, currency).equity for user in world.engine.users()), D(0))


def contract(world: World, symbol: str = "XBTUSDTM") -> FuturesMarket:
    """The market of a contract."""
    return world.engine.futures.markets[symbol]


def test_the_mark_price_is_a_median(world: World) -> None:
    """Of the index with the coming funding, the index with the basis, and the last trade."""
    market = contract(world)
    world.future("ann", "buy", "50100", 1)
    world.future("bob", "sell", "50300", 1)
    world.engine.tick(NOW, index={"XBTUSDTM": D(50_000)}, rates={"XBTUSDTM": D("0.008")})
    left = D(market.funding_ms - NOW) / (8 * HOUR_MS)
    by_rate = 50_000 * (1 + D("0.008") * left)
    assert market.mark == sorted([by_rate, D(50_200), (by_rate + 50_200) / 2])[1].quantize(D("0.01"), "ROUND_FLOOR")
    pair(world, "cid", "dee", 1, "50200")
    world.engine.tick(NOW, index={"XBTUSDTM": D(50_000)})
    assert market.mark == sorted([by_rate, D(50_200), D(50_200)])[1]


def test_a_mark_price_that_is_given_is_taken(world: World) -> None:
    """Instead of the engine's own."""
    world.engine.tick(NOW, index={"XBTUSDTM": D(50_000)}, marks={"XBTUSDTM": D("50012.34")})
    assert (contract(world).mark, contract(world).index) == (D("50012.34"), 50_000)


def test_a_restart_settles_what_fell_due_meanwhile(world: World) -> None:
    """Funding and interest of the hours between, counted from when they were last settled."""
    pair(world, "ann", "bob", 100)
    store = Store()
    store.take(world.engine.drain())
    engine = Engine(now_ms=NOW + 20 * HOUR_MS, pairs=(BTC_USDT,), contracts=(XBTUSDTM,), loans=LOANS, settled_ms=NOW)
    engine.load(store.saved())
    engine.tick(NOW + 20 * HOUR_MS, index=INDEX, rates={"XBTUSDTM": D("0.0001")})
    due = [one.time_ms for one in engine.drain().fundings if one.user == "ann"]
    assert due == [one for one in range(0, NOW + 20 * HOUR_MS + 1, 8 * HOUR_MS) if one > NOW]


def test_the_basis_is_forgotten_after_five_minutes(world: World) -> None:
    """A mean over 300 s."""
    bid = world.future("ann", "buy", "50100", 1)
    world.future("bob", "sell", "50300", 1)
    world.later(1)
    world.engine.futures.cancel(world.now, "ann", order_id=bid.id)
    world.later(299)
    assert contract(world).mark == D(50_100)
    world.later(1)
    assert contract(world).mark == D(50_000)


@pytest.mark.parametrize("rate", ["0.0001", "-0.0003"])
@pytest.mark.parametrize("mode", list(MarginMode))
def test_funding_passes_between_longs_and_shorts(world: World, rate: str, mode: MarginMode) -> None:
    """On schedule, on the mark value; a positive rate is paid by the longs."""
    for user in ("ann", "bob"):
        world.engine.futures_account.change_margin_mode(world.now, user, "XBTUSDTM", mode)
        world.engine.futures_account.change_cross_leverage(world.now, user, "XBTUSDTM", D(10))
    pair(world, "ann", "bob", 100, margin_mode=mode)
    before = wealth(world)
    margin = world.position("ann").margin
    world.engine.drain()
    at_ms = contract(world).funding_ms
    world.engine.tick(at_ms - 1, rates={"XBTUSDTM": D(rate)})
    assert world.position("ann").funding == 0
    world.engine.tick(at_ms)
    paid = D(5000) * D(rate)
    assert (world.position("ann").funding, world.position("bob").funding) == (-paid, paid)
    assert world.position("ann").margin == margin - (paid if mode is MarginMode.ISOLATED else 0)
    assert world.engine.futures_account.overview("ann", "USDT").wallet == 10_000 - 3 - paid
    assert wealth(world) == before
    done = world.engine.drain()
    entry = next(one for one in done.fundings if one.user == "ann")
    assert (entry.funding, entry.value, entry.qty, entry.time_ms) == (-paid, 5000, 100, at_ms)
    assert {event.user for event in done.events if isinstance(event, FundingPaid)} == {"ann", "bob"}
    settled = [event for event in done.events if isinstance(event, FundingSettled) and event.symbol == "XBTUSDTM"]
    assert [(event.time_ms, event.rate) for event in settled] == [(at_ms, D(rate))]


def test_a_hastened_clock_settles_every_funding_it_jumps_over(world: World) -> None:
    """One after the other."""
    pair(world, "ann", "bob", 100)
    world.engine.drain()
    world.engine.tick(NOW + 24 * HOUR_MS, rates={"XBTUSDTM": D("0.0001")})
    assert len([one for one in world.engine.drain().fundings if one.user == "ann"]) == 3
    assert world.position("ann").funding == -D("1.5")


def test_an_isolated_position_is_liquidated_at_its_price(world: World) -> None:
    """Orders on the contract end, the book takes it, what is left of the margin is the house's."""
    world.engine.accounts.transfer(world.now, "ann", "USDT", D(9000), source=CONTRACT, target=MAIN)
    pair(world, "ann", "bob", 100)
    order = world.future("ann", "buy", "49000", 10)
    figures = world.engine.futures_account.figures(world.position("ann"))
    assert figures.liquidation_price is not None
    world.future("cid", "buy", "47600", 100)
    before, margin = wealth(world), world.position("ann").margin
    wallet = world.engine.futures_account.overview("ann", "USDT").wallet
    world.mark(figures.liquidation_price + D("0.01"))
    assert BOTH in world.engine.user("ann").positions
    world.engine.drain()
    world.future("cid", "buy", str((figures.liquidation_price - 5).quantize(D("0.1"))), 100)
    world.mark(figures.liquidation_price)
    assert BOTH not in world.engine.user("ann").positions
    assert (order.active, order.cancel_reason) == (False, "liquidation")
    assert world.engine.futures_account.overview("ann", "USDT").wallet == wallet - margin
    done = world.engine.drain()
    assert {one.kind for one in done.fills if one.user == "ann"} == {"liquid"}
    assert [one.kind for one in done.closed] == ["LIQUID_LONG"]
    assert world.position("cid").qty == 100
    assert wealth(world) == before


def test_what_the_book_does_not_take_is_deleveraged(world: World) -> None:
    """At the bankruptcy price, from those who profit most; no book is needed."""
    pair(world, "ann", "bob", 60)
    world.future("cid", "sell", "50000", 40, leverage=D(50))
    world.future("ann", "buy", "50000", 40)
    before = wealth(world)
    margin = world.position("ann").margin
    bankrupt = world.engine.futures_account.figures(world.position("ann")).bankrupt_price
    account = world.engine.futures_account
    world.engine.drain()
    world.mark("45000")
    assert BOTH not in world.engine.user("ann").positions
    assert BOTH not in world.engine.user("bob").positions
    assert BOTH not in world.engine.user("cid").positions
    assert account.overview("ann", "USDT").wallet == 10_000 - 3 - margin
    done = world.engine.drain()
    own = [one for one in done.fills if one.user == "ann"]
    assert [one.kind for one in own] == ["adl", "adl"]
    assert [one.size for one in own] == [40, 60]
    assert {one.fee for one in done.fills} == {0}
    assert bankrupt is not None
    assert all(abs(one.price - bankrupt) <= D("0.1") for one in own)
    assert {one.kind for one in done.closed} == {"ADL_LONG", "ADL_SHORT"}
    assert wealth(world) == before


def test_orders_end_in_the_order_of_what_ended_their_positions() -> None:
    """Whoever is deleveraged first also loses the orders that would have closed the position first."""
    shorts = [f"short{number}" for number in range(8)]
    world = World("ann", *shorts)
    for leverage, user in enumerate(shorts, 2):
        world.future(user, "sell", "50000", 10, leverage=D(leverage))
        world.future("ann", "buy", "50000", 10)
        world.future(user, "buy", "40000", 10, reduce_only=True)
    world.engine.drain()
    world.mark("45000")
    done = world.engine.drain()
    assert [one.user for one in done.fills if one.user != "ann"] == shorts[::-1]
    updates = [one for one in done.events if isinstance(one, OrderUpdate)]
    assert [one.order.user for one in updates if one.order.cancel_reason == "reduce_only"] == shorts[::-1]


def test_the_first_to_be_deleveraged_has_rank_one(world: World) -> None:
    """Rank counts among the positions of one side."""
    pair(world, "ann", "bob", 60)
    world.future("cid", "sell", "50000", 40, leverage=D(50))
    world.future("ann", "buy", "50000", 40)
    world.mark("49500")
    account = world.engine.futures_account
    assert account.adl_rank(world.position("cid")) == 1
    assert account.adl_rank(world.position("bob")) == D("0.5")
    assert account.adl_rank(world.position("ann")) == 1


def cross(world: World, user: str, leverage: int) -> None:
    """Put both contracts of ``user`` on cross."""
    account = world.engine.futures_account
    account.change_margin_mode(world.now, user, "XBTUSDTM", MarginMode.CROSS)
    account.change_cross_leverage(world.now, user, "XBTUSDTM", D(leverage))


def test_a_cross_position_stands_on_the_whole_wallet(world: World) -> None:
    """It is liquidated when risk reaches one, and the wallet never ends below zero."""
    cross(world, "ann", 50)
    world.future("bob", "sell", "50000", 1900, leverage=D(50))
    world.future("ann", "buy", "50000", 1900, margin_mode=MarginMode.CROSS)
    before = wealth(world)
    figures = world.engine.futures_account.figures(world.position("ann"))
    assert figures.liquidation_price is not None
    world.mark(figures.liquidation_price + 1)
    assert world.engine.futures_account.overview("ann", "USDT").risk_ratio > D("0.98")
    world.mark(figures.liquidation_price - 1)
    assert BOTH not in world.engine.user("ann").positions
    overview = world.engine.futures_account.overview("ann", "USDT")
    assert 0 <= overview.wallet < D("1")
    assert wealth(world) == before


def test_the_house_bears_what_a_wallet_lacks(world: World) -> None:
    """A gap far through the bankruptcy price: the counterparty is paid at the mark, nobody's wallet is negative."""
    cross(world, "ann", 50)
    world.future("bob", "sell", "50000", 1900, leverage=D(50))
    world.future("ann", "buy", "50000", 1900, margin_mode=MarginMode.CROSS)
    before = wealth(world)
    house = world.engine.futures_account.overview(HOUSE, "USDT").equity
    world.mark("30000")
    assert BOTH not in world.engine.user("ann").positions
    assert world.engine.futures_account.overview("ann", "USDT").wallet == 0
    assert world.engine.futures_account.overview(HOUSE, "USDT").equity < house
    assert wealth(world) == before


def test_a_short_is_liquidated_as_well(world: World) -> None:
    """And inverse contracts, in their coin."""
    pair(world, "bob", "ann", 100_000, symbol="XBTUSDM")
    figures = world.engine.futures_account.figures(world.position("ann", "XBTUSDM"))
    assert figures.liquidation_price is not None
    assert figures.liquidation_price > 50_000
    before, margin = wealth(world, "XBT"), world.position("ann", "XBTUSDM").margin
    wallet = world.engine.futures_account.overview("ann", "XBT").wallet
    world.mark(figures.liquidation_price + 1, symbol="XBTUSDM")
    assert ("XBTUSDM", PositionSide.BOTH) not in world.engine.user("ann").positions
    assert world.engine.futures_account.overview("ann", "XBT").wallet == wallet - margin
    assert abs(wealth(world, "XBT") - before) < D("1E-8")


def test_liquidation_of_one_hedged_side_leaves_the_other(world: World) -> None:
    """Isolated positions stand each on their own."""
    world.engine.futures_account.switch_position_mode(world.now, "ann", hedge=True)
    world.future("bob", "sell", "50000", 100)
    world.future("ann", "buy", "50000", 100, position_side=PositionSide.LONG)
    world.future("bob", "buy", "50000", 40)
    world.future("ann", "sell", "50000", 40, position_side=PositionSide.SHORT)
    world.future("cid", "buy", "47600", 1000)
    world.mark("45000")
    held = world.engine.user("ann").positions
    assert [key[1] for key in held] == [PositionSide.SHORT]
    assert contract(world).book.best(Side.BUY) is not None
