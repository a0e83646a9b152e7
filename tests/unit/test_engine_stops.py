"""Conditional orders on spot: when they go off, and what becomes of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kucoin.practice.engine.events import StopUpdate
from kucoin.practice.engine.records import Stop
from kucoin.practice.engine.refusals import Refusal
from kucoin.practice.engine.requests import OcoRequest, SpotRequest, StopRequest
from kucoin.practice.engine.terms import MAIN, TRADE, OrderType, Side, TimeInForce
from tests.engine_world import World

D = Decimal


@pytest.fixture
def world() -> World:
    """The last price is 100, and the book is empty."""
    world = World()
    trade(world, "100")
    return world


@pytest.fixture
def ladder(world: World) -> World:
    """Bids below and asks above the last price, 5 at every whole one; bob is rich enough to move through them."""
    world.engine.accounts.credit(world.now, "bob", TRADE, "USDT", D(1_000_000))
    for price in range(80, 100):
        world.limit("cid", "buy", str(price), "5")
        world.limit("cid", "sell", str(200 - price), "5")
    return world


def trade(world: World, price: str) -> None:
    """Make ``price`` the last one, between users who have no part in the stops."""
    world.limit("cid", "sell", price, "0.01", time_in_force=TimeInForce.GTC)
    world.limit("bob", "buy", price, "0.01", time_in_force=TimeInForce.IOC)


def stop(world: World, side: str, stop_price: str, kind: str | None = None, **order: object) -> Stop:
    """A market order of one coin of ann's that waits for ``stop_price``."""
    asked = {"symbol": "BTC-USDT", "side": Side(side), "type": OrderType.MARKET, "size": D(1), **order}
    request = StopRequest(order=SpotRequest(**asked), stop_price=D(stop_price), stop=kind)  # type: ignore[arg-type]
    return world.engine.spot.place_stop(world.now, "ann", request)


@pytest.mark.parametrize(("stop_price", "kind"), [("101", "entry"), ("99", "loss"), ("100", "loss")])
def test_the_kind_follows_from_the_price(world: World, stop_price: str, kind: str) -> None:
    """Above the last price it waits for a rise, else for a fall."""
    assert stop(world, "sell", stop_price).kind == kind


@pytest.mark.parametrize(("kind", "before", "at"), [("loss", "99.1", "99"), ("entry", "98.9", "99")])
def test_a_stop_goes_off_at_its_price(world: World, kind: str, before: str, at: str) -> None:
    """Loss at or below, entry at or above; the order it becomes has an id of its own."""
    trade(world, "98.5" if kind == "entry" else "99.5")
    waiting = stop(world, "sell", "99", kind)
    trade(world, before)
    assert waiting.status == "NEW"
    trade(world, at)
    assert (waiting.status, waiting.triggered_ms) == ("TRIGGERED", world.now)
    assert waiting.order_id not in {None, waiting.id}
    assert waiting.id not in world.engine.user("ann").stops


def test_a_waiting_stop_freezes_nothing(world: World) -> None:
    """So that it can fail for lack of money when it goes off; that is pushed with the reason."""
    waiting = stop(world, "sell", "99", size=D(5))
    world.engine.accounts.transfer(world.now, "ann", "BTC", D(9_996), source=TRADE, target=MAIN)
    assert world.hold("ann", "BTC") == 0
    world.engine.drain()
    trade(world, "99")
    assert waiting.error == "Balance insufficient!"
    updates = [event for event in world.engine.drain().events if isinstance(event, StopUpdate)]
    assert [(update.kind, update.error) for update in updates] == [("triggered", "Balance insufficient!")]


def test_one_stop_can_set_off_the_next(ladder: World) -> None:
    """The trades of the first bring the price down to the second."""
    world = ladder
    first = stop(world, "sell", "99", size=D(12))
    second = stop(world, "sell", "98")
    third = stop(world, "sell", "95")
    world.market("bob", "sell", size=D(1))
    assert (first.status, second.status, third.status) == ("TRIGGERED", "TRIGGERED", "NEW")


def test_stops_go_off_in_the_order_in_which_the_price_came_by(ladder: World) -> None:
    """A fall reaches the higher one first."""
    world = ladder
    low, high = stop(world, "sell", "95"), stop(world, "sell", "97")
    world.engine.drain()
    world.market("bob", "sell", size=D(28))
    updates = [event.stop.id for event in world.engine.drain().events if isinstance(event, StopUpdate)]
    assert updates == [high.id, low.id]


def test_a_cancelled_stop_never_goes_off(world: World) -> None:
    """And its client order id is free."""
    waiting = stop(world, "sell", "99", client_oid="mine")
    with pytest.raises(Refusal, match="clientOidDuplicated"):
        stop(world, "sell", "99", client_oid="mine")
    assert world.engine.spot.stops.cancel(world.now, "ann", waiting.id) == [waiting.id]
    trade(world, "90")
    assert (waiting.status, waiting.order_id) == ("CANCELLED", None)
    stop(world, "sell", "80", client_oid="mine")


def test_the_order_of_a_stop_keeps_its_client_order_id(world: World) -> None:
    """It is found under it, as an order, once it rests."""
    waiting = stop(world, "buy", "99", type=OrderType.LIMIT, price=D(70), client_oid="mine")
    assert world.engine.spot.stops.find("ann", client_oid="mine") is waiting
    trade(world, "99")
    order = world.engine.spot.find("ann", "BTC-USDT", client_oid="mine")
    assert (order.id, order.stop_id) == (waiting.order_id, waiting.id)


def oco(world: World, side: Side, price: str, stop_price: str, limit_price: str) -> str:
    """An OCO of ann's over one coin."""
    request = OcoRequest(
        symbol="BTC-USDT",
        side=side,
        price=D(price),
        size=D(1),
        stop_price=D(stop_price),
        limit_price=D(limit_price),
        client_oid="pair",
    )
    return world.engine.spot.place_oco(world.now, "ann", request)


@pytest.mark.parametrize(
    ("prices", "kinds"),
    [((Side.SELL, "105", "95", "130"), ["e_l_o", "l_s_o"]), ((Side.BUY, "95", "105", "70"), ["l_l_o", "e_s_o"])],
)
@pytest.mark.parametrize("hit", ["limit", "stop"])
def test_one_leg_of_an_oco_goes_and_the_other_ends(
    world: World, prices: tuple[Side, str, str, str], kinds: list[str], hit: str
) -> None:
    """Whichever side the price comes to."""
    oco_id = oco(world, *prices)
    pair = world.engine.spot.stops.ocos[oco_id]
    legs = [world.engine.user("ann").stops[leg] for leg in pair.legs]
    assert [leg.kind for leg in legs] == kinds
    trade(world, prices[1] if hit == "limit" else prices[2])
    gone, ended = legs if hit == "limit" else reversed(legs)
    assert (gone.status, ended.status, pair.status) == ("TRIGGERED", "CANCELLED", "TRIGGERED")
    assert not world.engine.user("ann").stops


def test_cancelling_a_leg_of_an_oco_cancels_both(world: World) -> None:
    """By the pair or by either leg."""
    oco_id = oco(world, Side.SELL, "105", "95", "90")
    legs = world.engine.spot.stops.ocos[oco_id].legs
    assert set(world.engine.spot.stops.cancel(world.now, "ann", legs[1])) == set(legs)
    with pytest.raises(Refusal, match="not_exist"):
        world.engine.spot.stops.cancel_oco(world.now, "ann", oco_id)
    assert len(world.engine.spot.stops.cancel_oco(world.now, "ann", oco(world, Side.SELL, "105", "95", "90"))) == 2


def test_an_oco_has_to_stand_on_both_sides_of_the_last_price(world: World) -> None:
    """Else one leg would go at once."""
    with pytest.raises(Refusal, match="does not fit the last price"):
        oco(world, Side.SELL, "99", "95", "90")
