"""How spot orders meet, what they freeze and what a trade moves."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kucoin.practice.engine.events import LevelChange, OrderUpdate, Trade
from kucoin.practice.engine.records import Order
from kucoin.practice.engine.refusals import Refusal
from kucoin.practice.engine.requests import SpotRequest
from kucoin.practice.engine.state import HOUSE
from kucoin.practice.engine.terms import MAIN, TRADE, OrderType, Side, Stp, TimeInForce
from tests.engine_world import NOW, World

D = Decimal


@pytest.fixture
def world() -> World:
    """Three users with 10,000 of everything."""
    return World()


def kinds(world: World, order: Order) -> list[str]:
    """The steps of an order's life that were pushed."""
    events = world.engine.drain().events
    return [event.kind for event in events if isinstance(event, OrderUpdate) and event.order is order]


def test_the_better_price_goes_first_and_then_the_older_order(world: World) -> None:
    """Price, then time."""
    third = world.limit("ann", "sell", "101", "1")
    first = world.limit("bob", "sell", "100", "1")
    second = world.limit("ann", "sell", "100", "1")
    world.limit("cid", "buy", "101", "2.5")
    fills = [fill.order_id for fill in world.engine.drain().fills if not fill.is_taker]
    assert fills == [first.id, second.id, third.id]
    assert third.remaining == D("0.5")


def test_a_trade_is_at_the_makers_price(world: World) -> None:
    """The taker gets the better price, and what was frozen for the worse one comes back."""
    world.limit("ann", "sell", "100", "1")
    order = world.limit("bob", "buy", "105", "1")
    assert order.filled_funds == 100
    assert world.total("bob", "USDT") == D(10_000) - 100 - D("0.1")
    assert world.hold("bob", "USDT") == 0


def test_a_buy_freezes_price_times_size_and_the_fee(world: World) -> None:
    """A buy freezes price times size with its fee, a sell the coins."""
    order = world.limit("ann", "buy", "100", "2")
    assert world.hold("ann", "USDT") == order.hold == D("200.2")
    world.engine.spot.cancel(world.now, "ann", "BTC-USDT", order_id=order.id)
    assert world.hold("ann", "USDT") == 0


def test_a_sell_freezes_its_size(world: World) -> None:
    """A sell freezes base, without fee where the fee is quote currency."""
    world.limit("ann", "sell", "100", "2")
    assert world.hold("ann", "BTC") == 2


def test_fees_in_base_currency_are_frozen_and_taken_in_base(world: World) -> None:
    """The triple fee class of a pair that charges base on both sides."""
    world.limit("ann", "sell", "1", "1000", symbol="ODD-USDT")
    assert world.hold("ann", "ODD") == D("1003")
    world.limit("bob", "buy", "1", "1000", symbol="ODD-USDT")
    assert world.total("ann", "ODD") == D(10_000) - 1003
    assert world.total("bob", "ODD") == D(10_000) + 997
    assert world.total("bob", "USDT") == 9_000
    assert world.total(HOUSE, "ODD") == 6


def test_maker_and_taker_pay_their_own_rate(world: World) -> None:
    """The user's base rates, by role."""
    world.engine.user("ann").profile.maker_rate = D("0.0002")
    world.limit("ann", "sell", "100", "1")
    world.limit("bob", "buy", "100", "1")
    maker, taker = world.engine.drain().fills
    assert (maker.fee, maker.fee_rate, maker.is_taker) == (D("0.02"), D("0.0002"), False)
    assert (taker.fee, taker.fee_rate, taker.is_taker) == (D("0.1"), D("0.001"), True)


def test_a_market_buy_by_funds_spends_them_and_not_a_step_more(world: World) -> None:
    """It ends as filled when what is left buys no further increment."""
    world.limit("ann", "sell", "100", "1")
    world.limit("ann", "sell", "103", "5")
    order = world.market("bob", "buy", funds=D("200"))
    assert order.filled_size == 1 + D("0.97087378")
    assert not order.active
    assert not order.cancel_exist
    assert D(200) - order.filled_funds < D(103) * D("0.00000001")


def test_a_market_order_by_size_takes_what_there_is(world: World) -> None:
    """The rest of a market order that empties the book is cancelled."""
    world.limit("ann", "sell", "100", "1")
    order = world.market("bob", "buy", size=D(3))
    assert (order.filled_size, order.canceled_size, order.cancel_exist) == (1, 2, True)


def test_a_market_sell_by_funds_sells_as_much_as_they_need(world: World) -> None:
    """Walks the book for the size."""
    world.limit("ann", "buy", "100", "1")
    world.limit("ann", "buy", "99", "5")
    order = world.market("bob", "sell", funds=D(199))
    assert order.filled_size == 2
    assert order.filled_funds == 199


def test_a_market_order_stops_at_the_price_limit(world: World) -> None:
    """priceLimitRate: it fills up to that price and the rest is cancelled."""
    world.limit("ann", "sell", "100", "1")
    world.limit("ann", "sell", "110", "1")
    world.limit("ann", "sell", "110.1", "1")
    order = world.market("bob", "buy", size=D(3))
    assert (order.filled_size, order.canceled_size) == (2, 1)


def test_a_market_order_on_an_empty_book_ends_with_nothing(world: World) -> None:
    """It is accepted, and cancelled."""
    order = world.market("bob", "sell", size=D(3))
    assert (order.active, order.filled_size, order.cancel_exist) == (False, 0, True)
    assert world.hold("bob", "BTC") == 0


@pytest.mark.parametrize("fits", [True, False])
def test_fill_or_kill_fills_whole_or_not_at_all(world: World, *, fits: bool) -> None:
    """FOK looks before it takes."""
    world.limit("ann", "sell", "100", "1")
    world.limit("ann", "sell", "101", "1")
    price = "101" if fits else "100.9"
    order = world.limit("bob", "buy", price, "2", time_in_force=TimeInForce.FOK)
    assert order.filled_size == (2 if fits else 0)
    assert order.cancel_exist is not fits


def test_immediate_or_cancel_never_rests(world: World) -> None:
    """IOC cancels its rest."""
    world.limit("ann", "sell", "100", "1")
    order = world.limit("bob", "buy", "100", "2", time_in_force=TimeInForce.IOC)
    assert (order.filled_size, order.canceled_size, order.active) == (1, 1, False)
    assert world.engine.market("BTC-USDT").book.best(Side.BUY) is None


def test_a_good_till_time_order_ends_at_its_second(world: World) -> None:
    """cancelAfter counts seconds."""
    order = world.limit("ann", "buy", "100", "1", time_in_force=TimeInForce.GTT, cancel_after_s=10)
    world.later(9.999)
    assert order.active
    world.later(0.001)
    assert (order.active, order.cancel_reason) == (False, "expired")
    assert world.hold("ann", "USDT") == 0


def test_a_post_only_order_that_would_take_is_cancelled(world: World) -> None:
    """It is accepted first, as on KuCoin."""
    world.limit("ann", "sell", "100", "1")
    order = world.limit("bob", "buy", "100", "1", post_only=True)
    assert (order.active, order.filled_size, order.cancel_exist) == (False, 0, True)
    assert kinds(world, order) == ["received", "canceled"]
    assert world.limit("bob", "buy", "99.9", "1", post_only=True).in_book


@pytest.mark.parametrize(
    ("stp", "maker_left", "taker_left", "taker_filled"),
    [(None, 0, 0, 3), (Stp.CN, 2, 0, 0), (Stp.CO, 0, 0, 1), (Stp.CB, 0, 0, 0), (Stp.DC, 0, 0, 1)],
)
def test_self_trade_prevention(
    world: World, stp: Stp | None, maker_left: int, taker_left: int, taker_filled: int
) -> None:
    """One user's sell of 2, another's of 1 behind it, and the first user's buy of 3."""
    own = world.limit("ann", "sell", "100", "2")
    world.limit("bob", "sell", "100", "1")
    taker = world.limit("ann", "buy", "100", "3", stp=stp, time_in_force=TimeInForce.IOC)
    assert own.remaining == maker_left
    assert taker.remaining == taker_left
    assert taker.filled_size == taker_filled


def test_decrease_and_cancel_leaves_the_larger_order_with_the_difference(world: World) -> None:
    """DC on a larger maker."""
    own = world.limit("ann", "sell", "100", "5")
    taker = world.limit("ann", "buy", "100", "3", stp=Stp.DC)
    assert (own.remaining, own.canceled_size, own.active) == (2, 3, True)
    assert (taker.active, taker.filled_size) == (False, 0)
    assert world.hold("ann", "BTC") == 2


def test_fill_or_kill_is_always_cancel_newest(world: World) -> None:
    """A FOK that meets its own user ends, whatever stp it names."""
    world.limit("ann", "sell", "100", "1")
    order = world.limit("ann", "buy", "100", "1", stp=Stp.CO, time_in_force=TimeInForce.FOK)
    assert (order.stp, order.filled_size, order.active) == (Stp.CN, 0, False)


def test_a_client_order_id_is_free_again_when_its_order_has_ended(world: World) -> None:
    """As loose as KuCoin: refused only while the first order lives."""
    first = world.limit("ann", "buy", "100", "1", client_oid="once")
    with pytest.raises(Refusal, match="clientOidDuplicated"):
        world.limit("ann", "buy", "100", "1", client_oid="once")
    world.limit("bob", "buy", "100", "1", client_oid="once")
    world.limit("cid", "sell", "100", "2")
    assert not first.active
    assert world.limit("ann", "buy", "100", "1", client_oid="once").active


def test_part_of_an_order_can_be_cancelled(world: World) -> None:
    """Its hold shrinks with it, and its place in the queue stays."""
    order = world.limit("ann", "buy", "100", "3")
    world.engine.spot.cancel_part(world.now, "ann", "BTC-USDT", order.id, D(1))
    assert (order.remaining, order.canceled_size, order.active) == (2, 1, True)
    assert world.hold("ann", "USDT") == D("200.2")
    world.engine.spot.cancel_part(world.now, "ann", "BTC-USDT", order.id, D(5))
    assert not order.active


def test_an_amended_order_is_a_new_one_behind_the_others(world: World) -> None:
    """newSize counts what has filled; the client order id goes over."""
    old = world.limit("ann", "buy", "100", "3", client_oid="mine")
    other = world.limit("bob", "buy", "100", "1")
    world.limit("cid", "sell", "100", "1")
    new = world.engine.spot.amend(world.now, "ann", "BTC-USDT", client_oid="mine", new_size=D(4))
    assert (old.active, old.filled_size) == (False, 1)
    assert new.id != old.id
    assert (new.client_oid, new.remaining, new.price) == ("mine", 3, 100)
    world.limit("cid", "sell", "100", "1")
    assert not other.active
    assert world.hold("ann", "USDT") == D("300.3")


def test_an_amendment_below_what_has_filled_ends_the_order(world: World) -> None:
    """Nothing is placed anew."""
    old = world.limit("ann", "buy", "100", "3")
    world.limit("cid", "sell", "100", "2")
    assert world.engine.spot.amend(world.now, "ann", "BTC-USDT", order_id=old.id, new_size=D(2)) is old
    assert not old.active


def test_an_amendment_that_cannot_be_paid_leaves_the_order_alone(world: World) -> None:
    """Refused before the old order is cancelled."""
    old = world.limit("ann", "buy", "100", "3")
    with pytest.raises(Refusal, match="200004"):
        world.engine.spot.amend(world.now, "ann", "BTC-USDT", order_id=old.id, new_size=D(100))
    assert old.active


def test_a_check_places_nothing(world: World) -> None:
    """Validate-only says what placing would say, and leaves no trace."""
    world.engine.drain()
    request = SpotRequest(symbol="BTC-USDT", side=Side.BUY, price=D(100), size=D(1))
    world.engine.spot.check(world.now, "ann", request)
    done = world.engine.drain()
    assert not done.events
    assert not done.orders
    with pytest.raises(Refusal, match="200004"):
        world.engine.spot.check(
            world.now, "ann", SpotRequest(symbol="BTC-USDT", side=Side.BUY, price=D(100), size=D(100))
        )


def test_a_batch_places_each_order_on_its_own(world: World) -> None:
    """One refusal does not touch the others."""
    asked = [SpotRequest(symbol="BTC-USDT", side=Side.BUY, price=D(100), size=D(size)) for size in ("1", "0", "2")]
    first, refused, third = world.engine.spot.batch(world.now, "ann", asked)
    assert isinstance(first, Order)
    assert isinstance(refused, Refusal)
    assert isinstance(third, Order)
    assert third.in_book


def test_cancel_all_ends_plain_orders_on_every_pair(world: World) -> None:
    """cancelAll answers with the pairs."""
    world.limit("ann", "buy", "100", "1")
    world.limit("ann", "buy", "1", "10", symbol="ODD-USDT")
    world.limit("bob", "buy", "1", "10", symbol="ODD-USDT")
    assert world.engine.spot.cancel_all(world.now, "ann") == (["BTC-USDT", "ODD-USDT"], [])
    assert world.engine.spot.open_symbols("ann") == []
    assert world.engine.spot.open_symbols("bob") == ["ODD-USDT"]


def test_the_dead_man_switch_cancels_when_it_is_not_renewed(world: World) -> None:
    """Only the pairs it names; renewing it moves the moment."""
    kept = world.limit("ann", "buy", "1", "10", symbol="ODD-USDT")
    order = world.limit("ann", "buy", "100", "1")
    spot = world.engine.spot
    assert spot.dead_cancel(world.now, "ann", 5, ["BTC-USDT"]) == NOW // 1000 + 5
    world.later(4)
    spot.dead_cancel(world.now, "ann", 5, ["BTC-USDT"])
    world.later(4.9)
    assert order.active
    world.engine.drain()
    world.later(0.1)
    assert (order.active, order.cancel_reason, kept.active) == (False, "dead_man", True)
    assert [profile.dead_at_s for profile in world.engine.drain().profiles if profile.id == "ann"] == [None]


def test_a_disarmed_dead_man_switch_does_nothing(world: World) -> None:
    """Timeout -1 disarms it."""
    order = world.limit("ann", "buy", "100", "1")
    world.engine.spot.dead_cancel(world.now, "ann", 5)
    assert world.engine.spot.dead_cancel(world.now, "ann", -1) is None
    world.later(60)
    assert order.active


def test_an_order_is_pushed_received_then_matched_then_open(world: World) -> None:
    """KuCoin's order of pushes, with stamps that rise."""
    world.limit("ann", "sell", "100", "1")
    world.engine.drain()
    order = world.limit("bob", "buy", "100", "2")
    events = world.engine.drain().events
    stamps = [event.at_ns for event in events]
    assert stamps == sorted(set(stamps))
    steps = [event for event in events if isinstance(event, OrderUpdate) and event.order is order]
    assert [step.kind for step in steps] == ["received", "match", "open"]
    match = steps[1]
    assert (match.match_price, match.match_size, match.filled_size, match.remaining) == (100, 1, 1, 1)


def test_every_change_of_the_book_has_the_next_sequence(world: World) -> None:
    """Level changes carry the new total of their price; a trade names the change it made."""
    world.limit("ann", "sell", "100", "1")
    world.limit("bob", "sell", "100", "2")
    world.limit("cid", "buy", "100", "1.5")
    events = world.engine.drain().events
    changes = [event for event in events if isinstance(event, LevelChange)]
    assert [change.size for change in changes] == [1, 3, 2, D("1.5")]
    assert [change.sequence - changes[0].sequence for change in changes] == [0, 1, 2, 3]
    trades = [event for event in events if isinstance(event, Trade)]
    assert [trade.sequence for trade in trades] == [changes[2].sequence, changes[3].sequence]
    assert [trade.side for trade in trades] == [Side.BUY, Side.BUY]


def test_ids_look_like_kucoins(world: World) -> None:
    """24 hexadecimal digits for an order; trade ids are integers beyond 2**53, so that floats show."""
    order = world.limit("ann", "sell", "100", "1")
    world.limit("bob", "buy", "100", "1")
    assert len(order.id) == 24
    int(order.id, 16)
    fill = world.engine.drain().fills[0]
    assert fill.trade_id > 2**53


def test_a_transfer_moves_only_what_is_free(world: World) -> None:
    """What is on hold stays; both accounts have a line in the ledger."""
    world.limit("ann", "buy", "99", "100")
    world.engine.drain()
    free = world.engine.accounts.transferable("ann", TRADE, "USDT")
    assert free == D(10_000) - D("9909.9")
    with pytest.raises(Refusal, match="230003"):
        world.engine.accounts.transfer(world.now, "ann", "USDT", free + 1, source=TRADE, target=MAIN)
    world.engine.accounts.transfer(world.now, "ann", "USDT", free, source=TRADE, target=MAIN)
    world.engine.accounts.transfer(world.now, "ann", "USDT", D(1), source=MAIN, target=MAIN, to_user="bob")
    lines = [(line.user, line.account, line.biz, line.amount) for line in world.engine.drain().ledger]
    assert lines == [
        ("ann", TRADE, "TRANSFER", -free),
        ("ann", MAIN, "TRANSFER", free),
        ("ann", MAIN, "SUB_TRANSFER", -1),
        ("bob", MAIN, "SUB_TRANSFER", 1),
    ]


def test_nothing_of_a_house_user_is_recorded_but_the_market_sees_it(world: World) -> None:
    """Bots trade like everybody else, without a past."""
    world.engine.user("bob").house = True
    world.engine.drain()
    world.limit("bob", "sell", "100", "1")
    world.limit("ann", "buy", "100", "0.5")
    done = world.engine.drain()
    assert {order.user for order in done.orders} == {"ann"}
    assert {fill.user for fill in done.fills} == {"ann"}
    assert {line.user for line in done.ledger} == {"ann"}
    assert any(isinstance(event, Trade) for event in done.events)


def test_an_order_that_arrives_too_late_is_refused(world: World) -> None:
    """clientTimestamp plus allowMaxTimeWindow; at the very moment it is still in time."""
    world.limit("ann", "buy", "100", "1", client_ms=world.now - 500, window_ms=500)
    with pytest.raises(Refusal, match="later than clientTimestamp"):
        world.limit("ann", "buy", "100", "1", client_ms=world.now - 501, window_ms=500)


def test_hidden_false_is_no_matter(world: World) -> None:
    """Other clients send it with every order."""
    assert world.limit("ann", "buy", "100", "1", hidden=False).active
    with pytest.raises(Refusal, match="400413"):
        world.limit("ann", "buy", "100", "1", hidden=True)


def test_time_in_force_is_ignored_on_market_orders(world: World) -> None:
    """The SDK sends GTC with them."""
    world.limit("ann", "buy", "100", "1")
    order = world.market("bob", "sell", size=D(1), time_in_force=TimeInForce.FOK, post_only=True, price=D(7))
    assert (order.type, order.filled_size, order.price) == (OrderType.MARKET, 1, 0)
