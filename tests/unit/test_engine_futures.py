"""Futures orders: what they freeze, what their fills do to positions, and what only closes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kucoin.practice.engine.events import PositionUpdate, StopUpdate, WalletUpdate
from kucoin.practice.engine.refusals import Refusal
from kucoin.practice.engine.terms import CONTRACT, MAIN, MarginMode, PositionSide, PriceType, Side, Stp, TimeInForce
from tests.engine_world import World

D = Decimal


@pytest.fixture
def world() -> World:
    """Mark and index at 50,000; everybody has 10,000 USDT and 10 XBT in futures."""
    return World()


def free(world: World, user: str, currency: str = "USDT") -> Decimal:
    """What the user may use for new orders."""
    return world.engine.futures_account.overview(user, currency).available


def fill(world: World, buyer: str, seller: str, price: str, lots: int, **more: object) -> None:
    """Let ``buyer`` take from ``seller``."""
    world.future(seller, "sell", price, lots, **more)
    world.future(buyer, "buy", price, lots, **more)


def test_a_trade_opens_two_positions(world: World) -> None:
    """One long, one short; fees by role; margin moves from free to the position."""
    fill(world, "ann", "bob", "50000", 100)
    long, short = world.position("ann"), world.position("bob")
    assert (long.qty, long.cost, short.qty, short.cost) == (100, 5000, -100, -5000)
    assert (long.paid, short.paid) == (D("3"), D("1"))
    assert long.init == short.init == 500
    overview = world.engine.futures_account.overview("ann", "USDT")
    assert overview.wallet == 10_000 - 3
    assert overview.isolated_positions == long.margin == 500 + D("3.3")
    assert overview.available == 10_000 - 3 - D("503.3")
    assert world.engine.drain().fills[0].fee_rate == D("0.0002")


def test_a_resting_order_freezes_margin_and_gives_it_back(world: World) -> None:
    """Initial and maintenance margin, opening and closing fee."""
    order = world.future("ann", "buy", "49000", 100)
    assert order.hold == D(4900) * (D("0.105") + D("0.0006") * D("2.1"))
    assert free(world, "ann") == 10_000 - order.hold
    world.engine.futures.cancel(world.now, "ann", order_id=order.id)
    assert free(world, "ann") == 10_000


@pytest.mark.parametrize(("symbol", "currency", "gain"), [("XBTUSDTM", "USDT", D(100)), ("XBTUSDM", "XBT", None)])
def test_profit_is_realised_on_closing(world: World, symbol: str, currency: str, gain: Decimal | None) -> None:
    """Linear in quote currency, inverse in the coin; the closed position has it net of fees."""
    fill(world, "ann", "bob", "50000", 100, symbol=symbol)
    fill(world, "bob", "ann", "51000", 100, symbol=symbol)
    done = world.engine.drain()
    assert not world.engine.user("ann").positions
    closed = next(one for one in done.closed if one.user == "ann")
    inverse = D(100) / D(50_000) - (D(100) / D(51_000)).quantize(D("1E-10"))
    assert closed.gross == (inverse if gain is None else gain)
    assert closed.pnl == closed.gross - closed.fee
    assert (closed.open_price, closed.close_price.quantize(D("0.1"))) == (50_000, 51_000)
    assert (closed.kind, closed.side) == ("CLOSE_LONG", PositionSide.LONG)
    start = D(10_000) if currency == "USDT" else D(10)
    assert world.engine.futures_account.overview("ann", currency).wallet == start + closed.pnl


def test_an_order_through_flat_closes_one_position_and_opens_the_other(world: World) -> None:
    """One way mode: the fee is split, and the position that follows is a new one."""
    fill(world, "ann", "bob", "50000", 100)
    old = world.position("ann").id
    world.engine.drain()
    fill(world, "bob", "ann", "50000", 150)
    assert world.position("ann").qty == -50
    assert world.position("ann").id != old
    maker = next(one for one in world.engine.drain().fills if one.user == "ann")
    assert (maker.close_fee, maker.open_fee, maker.fee) == (1, D("0.5"), D("1.5"))


def test_a_closing_order_needs_no_margin(world: World) -> None:
    """A plain sell of what one holds rests for nothing; beyond that it freezes."""
    fill(world, "ann", "bob", "50000", 100)
    before = free(world, "ann")
    first = world.future("ann", "sell", "51000", 60)
    second = world.future("ann", "sell", "52000", 60)
    assert first.hold == 0
    assert second.hold == D(20) * 52 * (D("0.105") + D("0.0006") * D("2.1"))
    assert free(world, "ann") == before - second.hold


def test_orders_are_funded_anew_when_the_position_changes(world: World) -> None:
    """A resting close that has come to open freezes margin, and needs none again when there is something to close."""
    fill(world, "ann", "bob", "50000", 100)
    resting = world.future("ann", "sell", "51000", 100)
    fill(world, "bob", "ann", "50500", 100)
    assert resting.hold > 0
    fill(world, "ann", "bob", "50500", 100)
    assert (resting.active, resting.hold) == (True, 0)


@pytest.mark.parametrize("forced", [False, True])
def test_a_close_that_has_come_to_open_needs_money(world: World, *, forced: bool) -> None:
    """After a loss there is none, and it is cancelled; forceHold froze the money beforehand."""
    fill(world, "ann", "bob", "50000", 100)
    resting = world.future("ann", "sell", "51000", 90, force_hold=forced)
    world.engine.accounts.transfer(world.now, "ann", "USDT", free(world, "ann"), source=CONTRACT, target=MAIN)
    world.future("bob", "buy", "48000", 100)
    world.future("ann", "sell", None, 100)
    assert (resting.active, resting.cancel_reason) == ((True, None) if forced else (False, "margin"))


def test_a_reduce_only_order_never_opens(world: World) -> None:
    """Cut to what there is to close at once, and again when the position shrinks."""
    with pytest.raises(Refusal, match="300009"):
        world.future("ann", "sell", "51000", 10, reduce_only=True)
    fill(world, "ann", "bob", "50000", 100)
    with pytest.raises(Refusal, match="300009"):
        world.future("ann", "buy", "49000", 10, reduce_only=True)
    order = world.future("ann", "sell", "51000", 150, reduce_only=True)
    assert (order.size, order.hold) == (100, 0)
    fill(world, "bob", "ann", "50500", 70)
    assert (order.remaining, order.canceled_size, order.active) == (30, 70, True)
    fill(world, "bob", "ann", "50500", 30)
    assert (order.active, order.cancel_exist) == (False, True)


def test_a_sweep_cannot_turn_reduce_only_orders_into_a_position(world: World) -> None:
    """Plain and reduce-only sells in one sweep: the last is cancelled when nothing is left to close."""
    fill(world, "ann", "bob", "50000", 100)
    world.future("ann", "sell", "51000", 100, reduce_only=True)
    world.future("ann", "sell", "50900", 60)
    world.future("cid", "buy", "51000", 200)
    assert ("XBTUSDTM", PositionSide.BOTH) not in world.engine.user("ann").positions


def test_close_order_closes_whatever_there_is(world: World) -> None:
    """Neither side nor size is asked."""
    fill(world, "ann", "bob", "50000", 100)
    world.future("cid", "buy", "49900", 500)
    order = world.ask_future("ann", None, None, None, close_order=True)
    assert (order.side, order.size, order.filled_size) == (Side.SELL, 100, 100)  # type: ignore[union-attr]
    with pytest.raises(Refusal, match="300009"):
        world.ask_future("ann", None, None, None, close_order=True)


@pytest.mark.parametrize(("amount", "lots"), [({"qty": D("0.05")}, 50), ({"value_qty": D(2504)}, 50)])
def test_size_can_be_coins_or_money(world: World, amount: dict[str, Decimal], lots: int) -> None:
    """qty in base coin, valueQty in quote currency, rounded down to lots."""
    assert world.ask_future("ann", "buy", "50000", None, **amount).size == lots  # type: ignore[union-attr]


def test_a_market_order_stops_at_the_price_band(world: World) -> None:
    """Five percent from the mark; the rest is cancelled."""
    world.future("bob", "sell", "50000", 10)
    world.future("bob", "sell", "52500", 10)
    world.mark("49000")
    order = world.future("ann", "buy", None, 20)
    assert (order.filled_size, order.canceled_size) == (10, 10)


def test_isolated_orders_carry_their_leverage(world: World) -> None:
    """It has no other setter, and is kept for orders that name none."""
    fill(world, "ann", "bob", "50000", 100, leverage=D(20))
    assert world.position("ann").init == 250
    fill(world, "ann", "bob", "50000", 100, leverage=None)
    assert world.position("ann").init == 500


def test_cross_positions_share_the_wallet(world: World) -> None:
    """Their profit is free for new orders, but does not leave the wallet."""
    account = world.engine.futures_account
    account.change_margin_mode(world.now, "ann", "XBTUSDTM", MarginMode.CROSS)
    account.change_cross_leverage(world.now, "ann", "XBTUSDTM", D(5))
    world.future("bob", "sell", "50000", 100)
    world.future("ann", "buy", "50000", 100, margin_mode=MarginMode.CROSS)
    overview = account.overview("ann", "USDT")
    assert (overview.isolated_positions, overview.cross_positions) == (0, 1000)
    before = overview.available
    world.mark("51000")
    after = account.overview("ann", "USDT")
    assert after.available == before + 100 - 20
    assert after.withdrawable == before - 20
    assert after.equity == 10_000 - 3 + 100
    assert after.risk_ratio == (D(5100) * D("0.0056") / after.cross_backing).quantize(D("1E-10"))


def test_cross_leverage_applies_to_what_is_open(world: World) -> None:
    """A lower one takes more margin, and is refused where there is not enough."""
    account = world.engine.futures_account
    account.change_margin_mode(world.now, "ann", "XBTUSDTM", MarginMode.CROSS)
    account.change_cross_leverage(world.now, "ann", "XBTUSDTM", D(10))
    world.future("bob", "sell", "50000", 1000)
    world.future("ann", "buy", "50000", 1000, margin_mode=MarginMode.CROSS)
    order = world.future("ann", "buy", "49000", 10, margin_mode=MarginMode.CROSS)
    with pytest.raises(Refusal, match="300003"):
        account.change_cross_leverage(world.now, "ann", "XBTUSDTM", D(2))
    hold = order.hold
    account.change_cross_leverage(world.now, "ann", "XBTUSDTM", D(8))
    assert world.position("ann").init == 50_000 / 8
    assert order.hold > hold


def test_hedge_mode_keeps_two_positions(world: World) -> None:
    """Long and short side by side; a close names the side it closes."""
    world.engine.futures_account.switch_position_mode(world.now, "ann", hedge=True)
    world.future("bob", "sell", "50000", 100)
    world.future("ann", "buy", "50000", 100, position_side=PositionSide.LONG)
    world.future("bob", "buy", "50000", 60)
    world.future("ann", "sell", "50000", 60, position_side=PositionSide.SHORT)
    assert world.position("ann", side=PositionSide.LONG).qty == 100
    assert world.position("ann", side=PositionSide.SHORT).qty == -60
    world.future("bob", "buy", "50000", 200)
    order = world.future("ann", "sell", "50000", 150, position_side=PositionSide.LONG)
    assert (order.size, order.filled_size) == (100, 100)
    assert ("XBTUSDTM", PositionSide.LONG) not in world.engine.user("ann").positions
    assert world.position("ann", side=PositionSide.SHORT).qty == -60


def test_modes_are_not_switched_while_anything_is_open(world: World) -> None:
    """Position, order or stop."""
    account = world.engine.futures_account
    order = world.future("ann", "buy", "49000", 1)
    with pytest.raises(Refusal, match="cannot be switched"):
        account.switch_position_mode(world.now, "ann", hedge=True)
    with pytest.raises(Refusal, match="cannot be switched"):
        account.change_margin_mode(world.now, "ann", "XBTUSDTM", MarginMode.CROSS)
    world.engine.futures.cancel(world.now, "ann", order_id=order.id)
    world.future_stop("ann", "buy", None, 1, stop="up", stop_price=D(51_000), price_type=PriceType.LAST)
    with pytest.raises(Refusal, match="cannot be switched"):
        account.change_margin_mode(world.now, "ann", "XBTUSDTM", MarginMode.CROSS)
    world.engine.futures.cancel_stops(world.now, "ann")
    account.change_margin_mode(world.now, "ann", "XBTUSDTM", MarginMode.CROSS)
    assert world.engine.user("ann").profile.modes["XBTUSDTM"] is MarginMode.CROSS


def test_margin_can_be_added_and_taken_back(world: World) -> None:
    """It counts for the liquidation price; what the tier's highest leverage needs stays."""
    fill(world, "ann", "bob", "50000", 100)
    account = world.engine.futures_account
    before = account.figures(world.position("ann")).liquidation_price
    held = account.add_margin(world.now, "ann", "XBTUSDTM", D(100))
    assert held.margin == D("603.3")
    after = account.figures(held).liquidation_price
    assert before is not None
    assert after is not None
    assert before - after == 1000
    limit = account.max_removable("ann", "XBTUSDTM")
    assert limit == D("603.3") - 50 - D("3.3")
    with pytest.raises(Refusal, match="At most"):
        account.remove_margin(world.now, "ann", "XBTUSDTM", limit + 1)
    account.remove_margin(world.now, "ann", "XBTUSDTM", limit)
    assert world.position("ann").margin == D("53.3")


def test_a_higher_risk_level_allows_more_at_less_leverage(world: World) -> None:
    """Open orders on the contract end with the change."""
    world.engine.accounts.credit(world.now, "ann", "contract", "USDT", D(1_000_000))
    with pytest.raises(Refusal, match="300005"):
        world.future("ann", "buy", "50000", 2001)
    order = world.future("ann", "buy", "49000", 1)
    world.engine.futures_account.change_risk_level(world.now, "ann", "XBTUSDTM", 2)
    assert not order.active
    world.future("ann", "buy", "50000", 2001)
    with pytest.raises(Refusal, match="300016"):
        world.future("ann", "buy", "50000", 1, leverage=D(51))


def test_max_open_can_be_placed_and_one_more_lot_cannot(world: World) -> None:
    """The figure that KuCoin offers beside the ticket."""
    most = world.engine.futures_account.max_open("ann", "XBTUSDTM", D(50_000), D(10))
    with pytest.raises(Refusal, match="300003"):
        world.future("ann", "buy", "50000", int(most) + 1)
    assert world.future("ann", "buy", "50000", int(most)).active


@pytest.mark.parametrize(
    ("stop", "kind", "before", "at"),
    [
        ("up", PriceType.MARK, "50999", "51000"),
        ("down", PriceType.MARK, "49001", "49000"),
        ("up", PriceType.INDEX, "50999", "51000"),
        ("down", PriceType.INDEX, "49001", "49000"),
    ],
)
def test_a_stop_watches_the_price_it_names(world: World, stop: str, kind: PriceType, before: str, at: str) -> None:
    """Up at or above, down at or below; it keeps its id and pays the taker's fee."""
    price = "51000" if stop == "up" else "49000"
    waiting = world.future_stop("ann", "buy", "45000", 1, stop=stop, stop_price=D(price), price_type=kind)
    world.mark(before)
    assert waiting.status == "NEW"
    world.mark(at)
    assert (waiting.status, waiting.order_id) == ("TRIGGERED", waiting.id)
    order = world.engine.futures.find("ann", order_id=waiting.id)
    assert order.client_oid == waiting.client_oid
    world.mark("47000")
    world.future("bob", "sell", "45000", 1)
    own = [one for one in world.engine.drain().fills if one.user == "ann"]
    assert [(one.is_taker, one.force_taker, one.fee_rate, one.is_stop) for one in own] == [
        (False, True, D("0.0006"), True)
    ]


def test_a_stop_on_the_last_price_goes_off_with_the_trade(world: World) -> None:
    """Not before."""
    waiting = world.future_stop("ann", "sell", None, 1, stop="down", stop_price=D(49_900), price_type=PriceType.LAST)
    fill(world, "bob", "cid", "49950", 1)
    assert waiting.status == "NEW"
    world.future("bob", "buy", "49800", 5)
    fill(world, "bob", "cid", "49900", 1)
    assert waiting.status == "TRIGGERED"
    assert world.position("ann").qty == -1


def test_a_stop_that_cannot_be_placed_says_so(world: World) -> None:
    """triggerSuccess false with the reason."""
    waiting = world.future_stop("ann", "sell", None, 1, stop="up", stop_price=D(51_000), price_type=PriceType.MARK)
    world.engine.drain()
    world.mark("51000")
    update = next(event for event in world.engine.drain().events if isinstance(event, StopUpdate))
    assert (update.kind, update.error) == ("triggered", waiting.error)
    assert waiting.error == "There is no order to buy XBTUSDTM at present."


def test_take_profit_and_stop_loss_wait_for_the_position(world: World) -> None:
    """st-orders: both stand once the entry has filled, close what it opened, and the first to go ends the other."""
    world.future("bob", "sell", "50000", 100)
    world.future("ann", "buy", "50000", 100, up_price=D(52_000), down_price=D(49_000), price_type=PriceType.MARK)
    stops = list(world.engine.user("ann").stops.values())
    assert [(one.kind, one.side, one.stop_price) for one in stops] == [
        ("up", Side.SELL, 52_000),
        ("down", Side.SELL, 49_000),
    ]
    world.future("bob", "buy", "51900", 500)
    world.mark("52000")
    assert ("XBTUSDTM", PositionSide.BOTH) not in world.engine.user("ann").positions
    assert [one.status for one in stops] == ["TRIGGERED", "CANCELLED"]
    assert not world.engine.user("ann").stops


def test_take_profit_and_stop_loss_of_a_position_that_is_there(world: World) -> None:
    """An order that only closes is itself what waits; cancelling it ends both."""
    fill(world, "ann", "bob", "50000", 100)
    prices = {"up_price": D(52_000), "down_price": D(49_000), "price_type": PriceType.MARK}
    waiting = world.ask_future("ann", None, None, None, close_order=True, **prices)
    assert [one.side for one in world.engine.user("ann").stops.values()] == [Side.SELL, Side.SELL]
    assert len(world.engine.futures.cancel(world.now, "ann", client_oid=waiting.client_oid)) == 2
    assert not world.engine.user("ann").stops


@pytest.mark.parametrize(("stp", "own_left", "filled"), [(Stp.CN, 1, 0), (Stp.CO, 0, 0), (Stp.CB, 0, 0), (None, 0, 1)])
def test_self_trade_prevention_on_futures(world: World, stp: Stp | None, own_left: int, filled: int) -> None:
    """As on spot, without DC."""
    own = world.future("ann", "sell", "50000", 1)
    taker = world.future("ann", "buy", "50000", 1, stp=stp, time_in_force=TimeInForce.IOC)
    assert (own.remaining, taker.filled_size) == (own_left, filled)
    assert not world.engine.user("ann").positions


def test_orders_and_stops_are_cancelled_apart(world: World) -> None:
    """DELETE /api/v3/orders leaves stops alone."""
    order = world.future("ann", "buy", "49000", 1)
    stop = world.future_stop("ann", "buy", None, 1, stop="up", stop_price=D(51_000), price_type=PriceType.MARK)
    assert world.engine.futures.cancel_orders(world.now, "ann", "XBTUSDTM") == [order.id]
    assert stop.status == "NEW"
    assert world.engine.futures.cancel_stops(world.now, "ann", "XBTUSDM") == []
    assert world.engine.futures.cancel_stops(world.now, "ann", "XBTUSDTM") == [stop.id]


def test_position_and_wallet_are_pushed(world: World) -> None:
    """A position change each fill, the wallet once between two drains."""
    world.engine.drain()
    fill(world, "ann", "bob", "50000", 100)
    events = world.engine.drain().events
    assert [event.user for event in events if isinstance(event, PositionUpdate)] == ["bob", "ann"]
    assert sorted(event.user for event in events if isinstance(event, WalletUpdate)) == ["ann", "bob"]


def test_a_second_close_behind_the_first_has_to_be_paid(world: World) -> None:
    """The position is spoken for already: refused, not accepted and then cancelled."""
    fill(world, "ann", "bob", "50000", 100)
    first = world.future("ann", "sell", "51000", 100)
    world.engine.accounts.transfer(world.now, "ann", "USDT", free(world, "ann"), source=CONTRACT, target=MAIN)
    with pytest.raises(Refusal, match="300003"):
        world.future("ann", "sell", "52000", 1)
    assert world.future("ann", "sell", "50500", 1).active
    assert (first.active, first.cancel_reason) == (False, "margin")


def test_a_sell_into_better_bids_needs_the_margin_of_the_better_price(world: World) -> None:
    """The position would be worth more than the order says."""
    world.engine.futures_account.change_risk_level(world.now, "bob", "XBTUSDTM", 2)
    world.future("bob", "buy", "50000", 1900, leverage=D(50))
    lots = world.engine.futures_account.max_open("ann", "XBTUSDTM", D(48_000), D(10))
    with pytest.raises(Refusal, match="300003"):
        world.future("ann", "sell", "48000", int(lots))


@pytest.mark.parametrize(("leverage", "fits"), [(50, True), (51, False)])
def test_cross_leverage_decides_how_large_a_position_may_be(world: World, leverage: int, *, fits: bool) -> None:
    """The highest tier that still allows it, and the tier of its size is what it has to keep."""
    account = world.engine.futures_account
    for user in ("ann", "bob"):
        account.change_margin_mode(world.now, user, "XBTUSDTM", MarginMode.CROSS)
        account.change_cross_leverage(world.now, user, "XBTUSDTM", D(leverage))
    world.engine.accounts.credit(world.now, "bob", CONTRACT, "USDT", D(100_000))
    if not fits:
        with pytest.raises(Refusal, match="300005"):
            world.future("bob", "sell", "50000", 4000, margin_mode=MarginMode.CROSS)
        return
    fill(world, "ann", "bob", "50000", 4000, margin_mode=MarginMode.CROSS)
    figures = account.figures(world.position("ann"))
    assert figures.maintenance == D(200_000) * (D("0.01") + D("0.0006"))
