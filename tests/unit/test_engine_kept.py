"""Shrunken storms: the few commands that were enough to fail, each on an engine that was broken in one place.

They hold on the sound engine; that they do not on the broken one is tested as well, so none of them can go stale.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import partial

import pytest

from kucoin.practice.engine import lines, requests, terms
from kucoin.practice.engine.book import Book
from kucoin.practice.engine.clearing import Clearing
from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.futures_market import FuturesMarket
from kucoin.practice.engine.matching import Deal
from kucoin.practice.engine.records import Order
from kucoin.practice.engine.refusals import Refusal
from kucoin.practice.engine.requests import FuturesRequest, SpotRequest
from kucoin.practice.engine.spot_market import SpotMarket
from kucoin.practice.engine.state import State
from kucoin.practice.engine.terms import PositionSide, Side, TimeInForce
from tests.engine_shrink import code, shrink, survive
from tests.engine_storm import Storm
from tests.engine_world import NOW

D = Decimal
Patch = pytest.MonkeyPatch
INVERSE = partial(FuturesRequest, symbol="XBTUSDM")
LINEAR = partial(FuturesRequest, symbol="XBTUSDTM")


# The breaks ---------------------------------------------------------------------------------------------------


def no_release(patch: Patch) -> None:
    """What an ended spot order has frozen stays frozen."""
    patch.setattr(SpotMarket, "release", lambda *_: None)


def no_part_release(patch: Patch) -> None:
    """What a cancelled part of a spot order has frozen stays frozen."""
    patch.setattr(SpotMarket, "lower_hold", lambda *_: None)


def no_fee_income(patch: Patch) -> None:
    """Fees are taken, and nobody gets them."""
    patch.setattr(State, "fee_income", lambda *_, **__: None)


def newest_first(patch: Patch) -> None:
    """A new order goes to the front of its price."""
    add = Book.add

    def to_front(book: Book, order: Order) -> Decimal:
        size = add(book, order)
        orders = book._level_of[order.id].orders
        others = {key: orders.pop(key) for key in list(orders) if key != order.id}
        orders.update(others)
        return size

    patch.setattr(Book, "add", to_front)


def no_price_in_line(patch: Patch) -> None:
    """The oldest of a user's futures orders closes first, whatever its price."""
    patch.setattr(lines, "_place", lambda order: (D(0), order.serial))


def never_out_of_line(patch: Patch) -> None:
    """Ended futures orders stay in line."""
    patch.setattr(lines.Lines, "remove", lambda *_: None)


def others_not_touched(patch: Patch) -> None:
    """A trade has only the line of its own order looked at again, not the one on the other side."""
    settle = FuturesMarket.settle

    def one_sided(market: FuturesMarket, order: Order, counter: Order, deal: Deal, *, is_taker: bool) -> None:
        before = dict(market.touched)
        settle(market, order, counter, deal, is_taker=is_taker)
        market.touched = before
        market.touch(order)

    patch.setattr(FuturesMarket, "settle", one_sided)


def rest_of_funding_lost(patch: Patch) -> None:
    """Nobody gets what is left over where longs and shorts do not pay each other to the last digit."""
    fund = Clearing._fund_position
    patch.setattr(Clearing, "_fund_position", lambda *args: 0 * fund(*args))


# The cases ----------------------------------------------------------------------------------------------------


def an_order_is_killed(engine: Engine) -> None:
    """It finds nothing to fill it whole."""
    request = SpotRequest(
        symbol="ODD-USDT", side=Side.SELL, price=D("1.008"), size=D(49), time_in_force=TimeInForce.FOK
    )
    engine.spot.place(NOW, "cid", request)


def a_part_is_cancelled(engine: Engine) -> None:
    """One of 152."""
    request = SpotRequest(symbol="ODD-USDT", side=Side.SELL, price=D("1.001"), size=D(152))
    order = engine.spot.place(NOW, "ann", request)
    engine.spot.cancel_part(NOW, "ann", "ODD-USDT", order.id, D(1))


def two_orders_meet(engine: Engine) -> None:
    """The newer one is larger."""
    sizes = {Side.BUY: D("0.31981869"), Side.SELL: D("2.91535049")}
    for user, (side, size) in zip(("cid", "eve"), sizes.items(), strict=True):
        engine.spot.place(NOW, user, SpotRequest(symbol="BTC-USDT", side=side, price=D("100.8"), size=size))


def two_orders_at_one_price(engine: Engine) -> None:
    """The other user's is the newer."""
    for user in ("bob", "dee"):
        engine.spot.place(NOW, user, SpotRequest(symbol="BTC-USDT", side=Side.SELL, price=D(101), size=D(3)))


def a_better_order_comes_later(engine: Engine) -> None:
    """Cid is long 90 lots; of two sell orders the newer one has the better price, and closes."""
    engine.futures.place(
        NOW, "ann", LINEAR(client_oid="o1", side=Side.SELL, price=D(49_968), size=D(90), leverage=D(20))
    )
    engine.futures.place(
        NOW, "cid", LINEAR(client_oid="o2", side=Side.BUY, price=D(49_968), size=D(90), leverage=D(50))
    )
    engine.futures.place(
        NOW, "cid", LINEAR(client_oid="o3", side=Side.SELL, price=D(50_004), size=D(90), leverage=D(20))
    )
    engine.futures.place(
        NOW, "cid", LINEAR(client_oid="o4", side=Side.SELL, price=D(49_990), size=D(185), leverage=D(50))
    )


def a_resting_order_is_filled(engine: Engine) -> None:
    """Whole, by a larger one."""
    engine.futures.place(NOW, "bob", LINEAR(client_oid="o1", side=Side.BUY, price=D(49_959), size=D(19), leverage=D(1)))
    engine.futures.place(
        NOW, "ann", LINEAR(client_oid="o2", side=Side.SELL, price=D(49_880), size=D(127), leverage=D(9))
    )


def a_trade_lets_another_order_close(engine: Engine) -> None:
    """Dee's sell order would open a short; her buy order trades, and it closes a part of that instead."""
    engine.futures.place(
        NOW, "dee", INVERSE(client_oid="o1", side=Side.BUY, price=D(50_003), size=D(2914), leverage=D(5))
    )
    engine.futures.place(
        NOW, "dee", INVERSE(client_oid="o2", side=Side.SELL, price=D(50_008), size=D(7205), leverage=D(50))
    )
    engine.futures.place(
        NOW, "bob", INVERSE(client_oid="o3", side=Side.SELL, price=D(50_003), size=D(2914), leverage=D(50))
    )


def funding_does_not_add_up(engine: Engine) -> None:
    """Three positions on an inverse contract: what each pays or gets is rounded on its own."""
    index = {"XBTUSDM": D(49_853)}
    engine.tick(NOW, index=index, rates={"XBTUSDM": D("0.0007")})
    short = INVERSE(
        client_oid="o1",
        side=Side.SELL,
        price=D(49_881),
        size=D(10_658),
        leverage=D(5),
        position_side=PositionSide.SHORT,
    )
    engine.futures.place(NOW, "eve", short)
    for user, size in (("dee", 8135), ("bob", 2523)):
        request = INVERSE(client_oid="o2", side=Side.BUY, price=D(49_976), size=D(size), leverage=D(50))
        engine.futures.place(NOW, user, request)
    engine.tick(NOW + 4 * 3_600_000, index=index)


KEPT = [
    pytest.param(no_release, an_order_is_killed, id="no_release"),
    pytest.param(no_part_release, a_part_is_cancelled, id="no_part_release"),
    pytest.param(no_fee_income, two_orders_meet, id="no_fee_income"),
    pytest.param(newest_first, two_orders_at_one_price, id="newest_first"),
    pytest.param(no_price_in_line, a_better_order_comes_later, id="no_price_in_line"),
    pytest.param(never_out_of_line, a_resting_order_is_filled, id="never_out_of_line"),
    pytest.param(others_not_touched, a_trade_lets_another_order_close, id="others_not_touched"),
    pytest.param(rest_of_funding_lost, funding_does_not_add_up, id="rest_of_funding_lost"),
]


@pytest.mark.parametrize(("break_it", "case"), KEPT)
def test_a_kept_case_holds_on_the_sound_engine_alone(
    break_it: Callable[[Patch], None], case: Callable[[Engine], None], monkeypatch: Patch
) -> None:
    """Everything that is checked in a storm is checked at its end."""
    storm = Storm()
    case(storm.engine)
    storm.check()
    break_it(monkeypatch)
    broken = Storm()
    broken.check()
    case(broken.engine)
    with pytest.raises(AssertionError):
        broken.check()


def test_a_storm_that_fails_is_shown_as_a_test_case(monkeypatch: Patch) -> None:
    """Of hundreds of commands a handful is left, as a test: it fails on the broken engine, and holds on the sound."""
    others_not_touched(monkeypatch)
    with pytest.raises(AssertionError, match=r" \d of \d+ commands are enough") as failure:
        survive(1, 500, every=20)
    names = {**vars(terms), **vars(requests), "D": D, "Storm": Storm, "suppress": suppress, "Refusal": Refusal}
    exec(str(failure.value).partition("\n\n")[2], names)  # noqa: S102 - it is to be code that runs as it is
    with pytest.raises(AssertionError):
        names["test_it"]()
    monkeypatch.undo()
    names["test_it"]()


@pytest.mark.parametrize("needed", [{7}, {0, 99}, {3, 4, 50, 97}])
def test_shrinking_leaves_what_is_needed(needed: set[int]) -> None:
    """And nothing else, in the order it had."""
    todo = [("tick", number) for number in range(100)]
    left = shrink(todo, lambda part: needed <= {number for _, number in part})
    assert left == [("tick", number) for number in sorted(needed)]


def test_a_refusal_is_a_part_of_the_case() -> None:
    """What was refused is asked again, and refused again; only what was asked from outside is shown."""
    shown = code([("transfer", seed) for seed in range(6)] + [("tick", 1)])
    assert "    with suppress(Refusal): engine.accounts.transfer(" in shown
    assert shown.count("engine.") == 6 + 1
