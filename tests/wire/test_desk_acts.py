"""Closing, reversing, protecting and amending through a whole desk, on the practice exchange."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

import pytest

from kucoin.desk.faults import said
from kucoin.desk.flip import FlipState
from kucoin.desk.position_lines import PositionLine
from kucoin.desk.principal import Principal, Role
from kucoin.errors import InvalidRequest, NotAllowed
from kucoin.model.change import AmendState, ChangeState
from kucoin.model.limits import Limits
from kucoin.model.order import FuturesStop, Lots, Side, StopDirection, StopPriceType
from tests import acts_races
from tests.acts_races import Tally
from tests.acts_rig import ALTER, ME, ROOMY, TICK, Rig, limit, market, rig_on, slowed, spot
from tests.conftest import Practice, start_practice
from tests.orders_desk import until
from tests.place_storm import hurried
from tests.rest_trading import mark, opening, price

D = Decimal
_HURRY = 40.0
HELD = "AVAXUSDTM"
PAIR = "LTC-USDT"


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """An exchange of our own, whose market hardly moves."""
    made = start_practice(tmp_path_factory.mktemp("floor"))
    yield slowed(made)
    assert made.stop() == 0


@pytest.fixture(scope="module")
def rig(floor: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One desk beside it."""
    with hurried(_HURRY), rig_on(floor, tmp_path_factory.mktemp("desk")) as made:
        yield made


def hold(rig: Rig, lots: int) -> None:
    """Hold so many lots, negative for a short."""
    if missing := lots - rig.knows(HELD):
        rig.place(market(HELD, Side.BUY if missing > 0 else Side.SELL, abs(missing)))
    until(lambda: rig.knows(HELD) == lots)


def test_a_close_takes_a_part_rounded_down_and_all_of_it_once(rig: Rig) -> None:
    """Half of 9 lots are 4, a tenth of 5 is none, and pressed twice with one id it is one order."""
    hold(rig, 9)
    with pytest.raises(NotAllowed):
        rig.desk.closing.close(HELD, "BOTH", D("0.5"), Principal("guest", Role.VIEWER))
    for _ in range(2):
        rig.desk.closing.close(HELD, "BOTH", D("0.5"), ME, client_oid="half-of-nine")
    assert rig.settled("half-of-nine").state == "accepted"
    assert rig.knows(HELD) == 5
    for part, words in (("0.1", "10 % of 5 AVAXUSDTM is less than 1 lot"), ("1.1", "no part"), ("0", "no part")):
        with pytest.raises(InvalidRequest, match=words):
            rig.desk.closing.lots(HELD, "BOTH", D(part))
    rig.settled(rig.desk.closing.close(HELD, "BOTH", D(1), ME).ticket.client_oid)
    assert rig.knows(HELD) == 0
    with pytest.raises(InvalidRequest, match="There is no position on AVAXUSDTM"):
        rig.desk.closing.close(HELD, "BOTH", D(1), ME)


def test_a_reverse_holds_as_much_the_other_way(rig: Rig) -> None:
    """Closed first, and opened only then."""
    hold(rig, -3)
    rig.desk.closing.reverse(HELD, "BOTH", ME)
    done = until(lambda: (flip := rig.desk.flips.flips()[0]).state is FlipState.DONE and flip)
    assert done.words == "3 lots were closed, and the order to open 3 the other way was accepted."
    assert rig.knows(HELD) == 3


def test_a_stop_takes_the_place_of_the_old_one_and_of_nothing_else(rig: Rig) -> None:
    """An order that would open something is left alone, and so is the take profit."""
    hold(rig, 4)
    floor, protection = rig.floor, rig.desk.protection
    low = mark(floor, "0.6")
    down = FuturesStop(direction=StopDirection.DOWN, price=low, price_type=StopPriceType.MP)
    entry = rig.exchange.futures_orders.place(opening(floor, side=Side.SELL, price=mark(floor, "0.9"), stop=down))
    prices = [mark(floor, share) for share in ("0.7", "0.8", "1.3")]
    first = rig.changed(protection.set_stop(HELD, "BOTH", prices[0], StopPriceType.MP, ME).number)
    profit = rig.changed(protection.set_profit(HELD, "BOTH", prices[2], StopPriceType.TP, ME).number)
    second = rig.changed(protection.set_stop(HELD, "BOTH", prices[1], StopPriceType.TP, ME).number)
    assert [each.state for each in (first, profit, second)] == [ChangeState.DONE] * 3
    assert second.words == f"The stop at {prices[1]} stands; the old one at {said(prices[0])} is cancelled."
    waiting = {each.stop_price: each for each in rig.exchange.futures_orders.stops(symbol=HELD)}
    assert set(waiting) == {low, prices[1], prices[2]}
    assert waiting[prices[1]].close_order
    assert protection.changes()[0] == second
    gone = rig.changed(protection.remove_stop(HELD, "BOTH", ME).number)
    assert (gone.state, gone.words) == (ChangeState.DONE, f"The stop at {said(prices[1])} is cancelled.")
    again = rig.changed(protection.remove_stop(HELD, "BOTH", ME).number)
    assert (again.state, again.words) == (ChangeState.REFUSED, "There is no stop to remove.")
    assert entry in rig.living()
    rig.changed(protection.remove_profit(HELD, "BOTH", ME).number)
    rig.desk.cancels.cancel(entry, ME)


def test_a_stop_on_the_wrong_side_of_the_price_is_refused(rig: Rig) -> None:
    """It would close the position at once."""
    hold(rig, 4)
    protection = rig.desk.protection
    with pytest.raises(InvalidRequest, match="would close the position at once"):
        protection.set_stop(HELD, "BOTH", mark(rig.floor, "1.1"), StopPriceType.TP, ME)
    with pytest.raises(InvalidRequest, match="would close the position at once"):
        protection.set_profit(HELD, "BOTH", mark(rig.floor, "0.9"), StopPriceType.MP, ME)
    with pytest.raises(InvalidRequest, match="no multiple of the tick"):
        protection.set_stop(HELD, "BOTH", D("10.00001"), StopPriceType.MP, ME)
    assert [each for each in rig.exchange.futures_orders.stops(symbol=HELD) if each.close_order] == []


def gained(rig: Rig) -> PositionLine | None:
    """A long that is clearly above its break-even, and has no stop there."""
    for line in rig.desk.futures.view().positions:
        known = line.is_long and line.break_even is not None and line.mark is not None
        if known and line.break_even < line.mark * D("0.995") and (line.stop_loss or 0) < line.break_even:
            return line
    return None


def test_a_stop_at_break_even_stands_between_break_even_and_mark(rig: Rig) -> None:
    """Pressed again it stands already."""
    line, protection = until(lambda: gained(rig)), rig.desk.protection
    symbol = line.symbol
    until(lambda: rig.desk.terms.of(symbol))
    done = rig.changed(protection.break_even(symbol, "BOTH", ME).number)
    assert done.state is ChangeState.DONE
    (at,) = [each.stop_price for each in rig.exchange.futures_orders.stops(symbol=symbol) if each.close_order]
    assert line.break_even <= at < line.mark
    until(lambda: any((each.symbol, each.stop_loss) == (symbol, at) for each in rig.desk.futures.view().positions))
    with pytest.raises(InvalidRequest, match="is at break-even already"):
        protection.break_even(symbol, "BOTH", ME)


def test_a_spot_order_is_amended_in_one_call_and_once(rig: Rig) -> None:
    """Pressed twice it is sent once; the new order is in the old one's place, and can be amended again."""
    low, before = price(rig.floor, "0.8"), rig.asked(ALTER)
    old = rig.rest(spot(PAIR, Side.BUY, D("0.5"), low))
    assert rig.desk.amends.way(old) == "amend"
    for _ in range(2):
        rig.desk.amends.amend(old, price=low - 1, principal=ME)
    done = rig.amended(old)
    assert (done.state, done.words) == (AmendState.DONE, f"Changed: price {said(low - 1)}.")
    new = done.new_order_id
    assert new is not None
    assert rig.desk.amends.amend_of(new) == done
    until(lambda: rig.sees(new) and not rig.sees(old))
    rig.desk.amends.amend(new, size=D("0.7"), principal=ME)
    again = rig.amended(new).new_order_id
    assert rig.asked(ALTER) - before == 2
    order = rig.exchange.spot_orders.order(order_id=str(again), symbol=PAIR)
    assert (order.price, order.size, order.active) == (low - 1, D("0.7"), True)
    assert {old, new} & rig.living() == set()
    rig.desk.cancels.cancel(str(again), ME)


@pytest.mark.parametrize("cut", ["lose_answer", "refuse_5xx"])
def test_an_amend_without_an_answer_is_looked_up_and_never_sent_again(rig: Rig, cut: str) -> None:
    """Where it was taken the new order is found; where it was not, the old one stands, and a person decides."""
    low, before = price(rig.floor, "0.8"), rig.asked(ALTER)
    old = rig.rest(spot(PAIR, Side.BUY, D("0.5"), low))
    rig.floor.faults({"name": cut, "path": "/api/v1/hf/orders/alter"})
    rig.desk.amends.amend(old, price=low - 1, principal=ME)
    told = rig.amended(old)
    rig.floor.clear_faults()
    assert rig.asked(ALTER) - before == 1
    living = rig.living()
    if cut == "lose_answer":
        assert told.state is AmendState.DONE
        assert told.new_order_id in living
        assert old not in living
    else:
        assert told.state is AmendState.REFUSED
        assert told.words.startswith("Nothing was changed, the old order stands: somebody decided")
        assert old in living
    rig.desk.cancels.cancel(told.new_order_id or old, ME)


def test_what_cannot_be_changed_in_one_call_is_cancelled_and_placed_anew_with_what_is_left(rig: Rig) -> None:
    """One of 4 lots is filled: of 6 that are wished for, 5 are placed."""
    at = rig.exchange.books.futures(symbol=ROOMY).bids[0][0] + TICK
    old = rig.rest(limit(ROOMY, Side.BUY, 4, at))
    assert rig.desk.amends.way(old) == "cancel and new"
    rig.place(limit(ROOMY, Side.SELL, 1, at))
    rig.desk.amends.amend(old, size=6, principal=ME)
    done = rig.amended(old)
    assert (done.state, done.words) == (AmendState.DONE, "Cancelled and placed anew: size 6.")
    new = rig.exchange.futures_orders.order(order_id=str(done.new_order_id))
    assert (new.price, new.size, new.active) == (at, Lots(5), True)
    assert old not in rig.living()
    ticket = rig.desk.trading.ticket_of(str(done.new_order_id))
    assert ticket is not None
    assert ticket.replaces == old
    rig.desk.cancels.cancel(str(done.new_order_id), ME)


def test_a_change_that_would_be_refused_leaves_the_order_alone(rig: Rig) -> None:
    """Off the tick, below what is filled, or of an order placed elsewhere: nothing is cancelled for it."""
    amends, low = rig.desk.amends, mark(rig.floor, "0.8")
    old = rig.rest(limit(HELD, Side.BUY, 4, low))
    for wish, words in (({"price": D("10.00001")}, "no multiple of the tick"), ({"size": D("2.5")}, "whole number")):
        amends.amend(old, **wish, principal=ME)
        told = rig.amended(old)
        assert told.state is AmendState.REFUSED
        assert words in told.words
    with pytest.raises(InvalidRequest, match="no number above 0"):
        amends.amend(old, size=0, principal=ME)
    assert old in rig.living()
    other = rig.exchange.futures_orders.place(opening(rig.floor))
    until(lambda: rig.sees(other) and amends.way(other) is None)
    assert amends.why_not(other).startswith("It was placed elsewhere")
    with pytest.raises(InvalidRequest, match="It was placed elsewhere"):
        amends.amend(other, price=low, principal=ME)
    for order_id in (old, other):
        rig.desk.cancels.cancel(order_id, ME)


def test_a_change_beyond_a_limit_leaves_the_order_alone(rig: Rig) -> None:
    """Of one that would be cancelled, and of one that is changed in one call; what stands already passes."""
    chief, before = Principal("chief", Role.ADMIN), rig.asked(ALTER)
    low, cheap = mark(rig.floor, "0.8"), price(rig.floor, "0.8")
    both = {rig.rest(limit(HELD, Side.BUY, 4, low)): D(5), rig.rest(spot(PAIR, Side.BUY, D("0.5"), cheap)): D("0.6")}
    rig.desk.risk.set(Limits(order_value=D(1)), chief)
    try:
        for order_id, size in both.items():
            rig.desk.amends.amend(order_id, size=size, principal=ME)
            told = rig.amended(order_id)
            assert told.state is AmendState.REFUSED
            assert "(order value)" in told.words
    finally:
        rig.desk.risk.set(Limits(), chief)
    assert both.keys() <= rig.living()
    assert rig.asked(ALTER) == before
    for order_id in both:
        rig.desk.cancels.cancel(order_id, ME)


def test_a_short_draw_of_the_races_comes_out_right(rig: Rig) -> None:
    """What `make torture` does at length, only with cuts after which an order is soon found."""
    tally = Tally(cuts=acts_races.CUTS[:2])
    acts_races.run(rig, random.Random(11), 8, tally)
    assert sum(tally.ends.values()) == 8
    assert tally.wrong == []
