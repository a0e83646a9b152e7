"""An order's state is a join of facts: in whatever order they come, and however often, it ends the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kucoin.desk import facts, order_state, stops
from kucoin.desk.facts import Facts
from kucoin.desk.order_state import Exposure, FuturesOrderState, SpotOrderState
from kucoin.desk.stops import Stop
from kucoin.model.feed_private import StopChange
from kucoin.model.lots import Coins
from kucoin.model.order import Lots, OrderStatus, OrderType, PositionSide, Side, TradeType
from tests import lots_check
from tests.order_facts import (
    CONTRACT,
    FUTURES_FILL,
    FUTURES_ORDER,
    ORDER,
    PAIR,
    D,
    fill,
    futures_fill,
    match,
    push,
)


def joined(found: Iterable[Facts]) -> Facts:
    """What all of them come to, one after the other."""
    return reduce(Facts.joined, found)


def spot(*found: Facts) -> SpotOrderState:
    """The state of a spot order."""
    state = order_state.state(joined(found), ours=False)
    assert isinstance(state, SpotOrderState)
    return state


def futures(*found: Facts) -> FuturesOrderState:
    """The state of a futures order."""
    state = order_state.state(joined(found), ours=False)
    assert isinstance(state, FuturesOrderState)
    return state


DONE = replace(
    ORDER,
    active=False,
    filled_size=D("0.5"),
    filled_funds=D("34.81"),
    remaining_size=D(0),
    fee=D("0.03481"),
)
FILLED = {
    "open": facts.pushed(push("open", filled_size=D(0), remaining_size=D("0.5"), origin_size=D("0.5"))),
    "match 1": facts.pushed(match(1, "69.5", "0.2", "0.2")),
    "match 2": facts.pushed(match(2, "69.7", "0.3", "0.5")),
    "filled": facts.pushed(push("filled", filled_size=D("0.5"), remaining_size=D(0))),
    "query": facts.answered(DONE),
    "fill 1": facts.filled(fill(1, "69.5", "0.2")),
}
CUT = replace(ORDER, active=False, cancelled=True, filled_size=D("0.2"), filled_funds=D("13.9"), remaining_size=D(0))
CANCELLED = {
    "received": facts.pushed(push("received", size=None, origin_size=D("0.5"))),
    "match": facts.pushed(match(1, "69.5", "0.2", "0.2")),
    "update": facts.pushed(push("update", size=D("0.4"), old_size=D("0.5"), remaining_size=D("0.2"))),
    "canceled": facts.pushed(push("canceled", filled_size=D("0.2"), remaining_size=D(0))),
    "old list": facts.answered(replace(ORDER, filled_size=D("0.2"), filled_funds=D("13.9"), remaining_size=D("0.3"))),
    "query": facts.answered(CUT),
}
LOTS_DONE = replace(FUTURES_ORDER, active=False, filled_size=Lots(5), filled_value=D("10.07"))
FUTURES = {
    "open": facts.pushed(push("open", of=FUTURES_ORDER, filled_size=D(0), remaining_size=D(5))),
    "match 1": facts.pushed(match(1, "20.2", "2", "2", of=FUTURES_ORDER)),
    "match 2": facts.pushed(match(2, "20.1", "3", "5", of=FUTURES_ORDER)),
    "filled": facts.pushed(push("filled", of=FUTURES_ORDER, filled_size=D(5), remaining_size=D(0))),
    "query": facts.answered_futures(LOTS_DONE),
    "fills": joined(facts.filled_futures([futures_fill(1, "20.2", 2, "4.04"), futures_fill(2, "20.1", 3, "6.03")])),
}
CASES = [
    (FILLED, OrderStatus.FILLED, D("0.5")),
    (CANCELLED, OrderStatus.PARTIALLY_CANCELLED, D("0.2")),
    (FUTURES, OrderStatus.FILLED, D(5)),
]


@pytest.mark.parametrize(("six", "status", "filled"), CASES, ids=["filled", "cancelled", "futures"])
def test_all_720_orders_of_six_facts_end_the_same(six: dict[str, Facts], status: OrderStatus, filled: Decimal) -> None:
    """Answer, pushes, list, query and fill, whichever is first."""
    end = joined(six.values())
    assert (end.status, end.filled, end.alive) == (status, filled, False)
    for order in itertools.permutations(six.values()):
        assert joined(order) == end
    assert joined([*six.values(), *six.values()]) == end


@pytest.mark.parametrize("six", [case[0] for case in CASES], ids=["filled", "cancelled", "futures"])
def test_what_has_ended_never_opens_again(six: dict[str, Facts]) -> None:
    """After the last fact of an order any other one, told late or by an old list, changes that no more."""
    for order in itertools.permutations(six.values(), 3):
        known = order[0]
        for fact in order[1:]:
            before, known = known, known.joined(fact)
            assert not (before.over and known.alive)
            assert known.filled >= before.filled


def test_a_late_fill_of_a_cancelled_order_is_booked() -> None:
    """It was thought dead with nothing filled."""
    dead = facts.pushed(push("canceled", filled_size=D(0), remaining_size=D(0)))
    assert spot(dead).status is OrderStatus.CANCELLED
    state = spot(dead, facts.pushed(match(7, "69.5", "0.2", "0.2")))
    assert (state.status, state.filled_size, state.open) == (OrderStatus.PARTIALLY_CANCELLED, D("0.2"), False)
    assert [each.trade_id for each in state.fills] == ["7"]


def test_a_fill_counts_once_however_often_it_is_told() -> None:
    """Seven times by push, once more by REST, which adds the fee."""
    seven = [facts.pushed(match(1, "69.5", "0.2", "0.2"))] * 7
    state = spot(*seven, facts.filled(fill(1, "69.5", "0.2")), *seven)
    assert state.filled_size == D("0.2")
    assert [(each.size, each.fee) for each in state.fills] == [(D("0.2"), D("0.0139"))]


@pytest.mark.parametrize(
    ("told", "filled"),
    [
        (["match 1"], "0.2"),
        (["match 2"], "0.5"),  # the push counts from the beginning, though a trade is missing
        (["fill 1"], "0.2"),
        (["open", "fill 1"], "0.2"),
        (["query", "fill 1"], "0.5"),
    ],
)
def test_filled_is_the_most_that_anything_proves(told: list[str], filled: str) -> None:
    """Trades, what pushes count, what a query says."""
    known = joined(FILLED[name] for name in told)
    assert known.filled == D(filled)
    assert known.lacks == (known.filled > known.fills.size)


def test_fills_alone_do_not_say_that_an_order_is_open() -> None:
    """They are read at the start, and most of their orders are long gone."""
    state = spot(FILLED["fill 1"])
    assert (state.open, state.status) == (False, None)


def test_a_better_fill_than_the_limit_gives_the_price_exactly() -> None:
    """Of the trades, as Decimal, and it is what dealFunds / dealSize comes to."""
    state = spot(FILLED["open"], FILLED["match 1"], FILLED["match 2"])
    assert (state.average_price, state.confirmed) == (D("69.62"), None)
    state = spot(*FILLED.values())
    assert state.average_price == DONE.filled_funds / DONE.filled_size == D("69.62") < D("70.00")
    assert state.confirmed is True
    wrong = facts.answered(replace(DONE, filled_funds=D("34.80")))
    assert spot(FILLED["match 1"], FILLED["match 2"], wrong).confirmed is False


def test_a_price_is_not_made_of_half_the_trades() -> None:
    """While one is missing, only the exchange's own sum counts."""
    half = spot(FILLED["open"], FILLED["match 2"])
    assert (half.filled_size, half.filled_funds, half.average_price) == (D("0.5"), None, None)
    told = spot(FILLED["match 2"], FILLED["query"])
    assert (told.average_price, told.confirmed) == (D("69.62"), None)


def test_sizes_of_spot_and_futures_are_of_different_types() -> None:
    """Coins are Decimal, lots are whole numbers."""
    assert {type(each) for each in (spot(FILLED["match 1"]).filled_size, spot(FILLED["match 1"]).size)} == {Decimal}
    state = futures(FUTURES["match 1"])
    sizes = (state.filled_size, state.size, state.remaining_size, state.fills[0].size)
    assert {type(each) for each in sizes} == {int}
    assert sizes == (2, 5, 3, 2)


def test_half_a_lot_is_refused() -> None:
    """A size in coins cannot slip in as one in lots."""
    with pytest.raises(ValueError, match=r"0\.5 is no number of lots"):
        facts.pushed(match(1, "20.2", "0.5", "0.5", of=FUTURES_ORDER))


def test_what_is_no_trade_is_no_fill() -> None:
    """KuCoin lists cancels among the recent fills on futures."""
    assert facts.filled_futures([replace(FUTURES_FILL, kind="cancel")]) == []


def test_an_order_that_the_exchange_lost_is_not_shown_as_open() -> None:
    """Nor as ended in any way that nobody told; one that was told to have ended stays what it was."""
    open_order, dead = (joined([FILLED["open"]]), joined(FILLED.values()))
    lost = order_state.state(open_order, ours=False, gone=True)
    assert (lost.open, lost.status) == (False, None)
    assert order_state.state(dead, ours=False, gone=True).status is OrderStatus.FILLED


def test_exposure_is_counted_in_coins_and_what_cannot_be_is_said() -> None:
    """Lots by their contract, inverse ones at the order's price; without the contract nobody knows."""
    orders = [futures(FUTURES["open"]), futures(FUTURES["match 1"])]  # 5 lots at 20.1, and 3 of 5
    linear, inverse = lots_check.contract(D("0.1"), inverse=False), lots_check.contract(D(-1), inverse=True)
    assert order_state.exposure(CONTRACT, orders, linear) == Exposure(CONTRACT, Coins(D(0)), Coins(D("0.8")), 0)
    assert round(order_state.exposure(CONTRACT, orders, inverse).sell, 10) == D("0.3980099502")
    assert order_state.exposure(CONTRACT, orders, None) == Exposure(CONTRACT, Coins(D(0)), Coins(D(0)), 2)
    by_funds = spot(facts.pushed(push("received", size=None, origin_funds=D(35))))
    assert order_state.exposure(PAIR, [by_funds], None).unsized == 1


def test_a_futures_price_is_by_lots_or_harmonic() -> None:
    """Of its trades; of what the exchange told where one of them is missing."""
    contract = lots_check.contract(D("0.1"), inverse=False)
    assert futures(FUTURES["match 1"], FUTURES["match 2"]).average_price(contract) == D("20.14")
    told = facts.answered_futures(replace(LOTS_DONE, filled_value=D("10.07")))
    assert futures(FUTURES["match 2"], told).average_price(contract) == D("20.14")
    assert futures(FUTURES["match 2"]).average_price(contract) is None
    inverse = lots_check.contract(D(-1), inverse=True)
    assert round(futures(FUTURES["match 1"], FUTURES["match 2"]).average_price(inverse) or 0, 6) == D("20.139881")


def test_a_published_open_push_cancels_nothing() -> None:
    """KuCoin's own sample of an open order says that all of it is cancelled."""
    state = spot(facts.pushed(push("open", filled_size=D(0), remaining_size=D("0.5"), cancelled_size=D("0.5"))))
    assert (state.status, state.remaining_size) == (OrderStatus.OPEN, D("0.5"))


def test_an_update_says_what_remains_and_not_what_was_placed() -> None:
    """Part of the order was taken off: what is filled afterwards does not fill the whole of it."""
    state = spot(*(CANCELLED[name] for name in ("received", "match", "update")))
    assert (state.size, state.filled_size, state.remaining_size) == (D("0.5"), D("0.2"), D("0.2"))
    assert state.open


def test_a_market_order_by_funds_has_no_size_and_ends_filled() -> None:
    """KuCoin writes 0 for what was not given."""
    order = {"size": D(0), "origin_size": D(0), "origin_funds": D(35), "price": None, "order_type": "market"}
    steps = [
        push("received", **order),
        push("match", **order, trade_id="1", match_price=D("69.5"), match_size=D("0.5"), filled_size=D("0.5")),
    ]
    state = spot(*map(facts.pushed, steps))
    assert (state.size, state.funds, state.remaining_size, state.open) == (None, D(35), None, True)
    state = spot(*map(facts.pushed, [*steps, push("filled", **order, filled_size=D("0.5"))]))
    assert (state.status, state.type, state.price) == (OrderStatus.FILLED, OrderType.MARKET, None)


def test_which_account_pays_is_known_from_rest_alone() -> None:
    """The pushes of spot and margin orders look the same."""
    pushed = FILLED["open"]
    assert spot(pushed).trade_type is None
    margin = facts.answered(replace(ORDER, trade_type=TradeType.MARGIN_TRADE))
    assert spot(pushed, margin).trade_type is TradeType.MARGIN_TRADE


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Facts], int, bool]:
    """Everything that may be told of one futures order; how much of it was filled, and whether that was all."""
    size = draw(st.integers(1, 12))
    order = replace(FUTURES_ORDER, size=Lots(size))
    told = [push("open", of=order, filled_size=D(0), remaining_size=D(size))]
    rows = [order]
    fills = []
    filled = 0
    for number, wanted in enumerate(draw(st.lists(st.integers(1, 4), max_size=4)), 1):
        part = min(wanted, size - filled)
        if not part:
            break
        filled += part
        told.append(match(number, "20.2", str(part), str(filled), of=order))
        fills.append(futures_fill(number, "20.2", part, str(part * 2)))
        rows.append(replace(order, filled_size=Lots(filled), filled_value=D(filled * 2)))
    whole = filled == size
    last = "filled" if whole else "canceled"
    told.append(push(last, of=order, filled_size=D(filled), remaining_size=D(0)))
    rows.append(replace(rows[-1], active=False, cancelled=not whole))
    every = [*map(facts.pushed, told), *map(facts.answered_futures, rows), *facts.filled_futures(fills)]
    return every, filled, whole


@settings(max_examples=150, deadline=None)
@given(life=lives(), data=st.data())
def test_any_order_and_any_repetition_of_a_whole_life_ends_the_same(
    life: tuple[list[Facts], int, bool], data: st.DataObject
) -> None:
    """Whatever is drawn of it before the rest comes."""
    every, filled, whole = life
    some = data.draw(st.lists(st.sampled_from(every), max_size=12))
    rest = data.draw(st.permutations(every))
    known: Facts | None = None
    for fact in [*some, *rest]:
        before, known = known, fact if known is None else known.joined(fact)
        assert known.filled <= filled
        assert before is None or (known.filled >= before.filled and not (before.over and known.alive))
    assert known == joined(every)
    state = futures(*every)
    assert (state.open, state.filled_size, state.confirmed) == (False, filled, True if filled else None)
    assert state.status is (
        OrderStatus.FILLED if whole else OrderStatus.PARTIALLY_CANCELLED if filled else OrderStatus.CANCELLED
    )


@settings(max_examples=100, deadline=None)
@given(life=lives(), data=st.data())
def test_joining_does_not_mind_grouping(life: tuple[list[Facts], int, bool], data: st.DataObject) -> None:
    """Commutative, associative, and nothing changes by repetition."""
    one, two, three = (data.draw(st.sampled_from(life[0])) for _ in range(3))
    assert one.joined(two) == two.joined(one)
    assert one.joined(two).joined(three) == one.joined(two.joined(three))
    assert one.joined(two).joined(two) == one.joined(two)


def stop_push(kind: str, **more: Any) -> StopChange:
    """What the socket says of a stop on futures."""
    fields = {"size": D(3), "stop_price": D("18"), "order_price": D("17.9")} | more
    return StopChange(
        time=1, symbol="AVAXUSDTM", order_id="9", side=Side.SELL, kind=kind, stop="down", futures=True, **fields
    )


LISTED_STOP = replace(
    FUTURES_ORDER, order_id="9", size=Lots(3), price=D("17.9"), stop_price=D("18"), stop_triggered=False
)
LONG = PositionSide.LONG
WENT_OFF = replace(LISTED_STOP, stop_triggered=True)


def test_a_list_tells_which_side_of_a_hedge_a_stop_is_about() -> None:
    """Its push does not; joined, it is known, whichever came first."""
    listed, heard = stops.answered_futures(replace(LISTED_STOP, position_side=LONG)), stops.pushed(stop_push("open"))
    assert heard.position_side is None
    assert listed.joined(heard).position_side is heard.joined(listed).position_side is LONG


@pytest.mark.parametrize(
    ("last", "triggered", "error"),
    [
        (stops.pushed(stop_push("cancel")), False, None),
        (stops.pushed(stop_push("triggered", trigger_success=True)), True, None),
        (stops.pushed(stop_push("triggered", trigger_success=False, error="no balance")), True, "no balance"),
        (stops.answered_futures(replace(LISTED_STOP, active=False)), False, None),
        (stops.answered_futures(WENT_OFF), True, None),
    ],
    ids=["cancelled", "triggered", "failed", "inactive", "went off"],
)
def test_a_waiting_order_is_joined_likewise(last: Stop, triggered: bool, error: str | None) -> None:
    """Its push, its row in a list and its end, in all six orders, each twice."""
    three = [stops.pushed(stop_push("open")), stops.answered_futures(LISTED_STOP), last]
    ends = [reduce(Stop.joined, [*order, *order]) for order in itertools.permutations(three)]
    assert all(end == ends[0] for end in ends)
    assert (ends[0].alive, ends[0].triggered, ends[0].error) == (False, triggered, error)
    assert (ends[0].stop_price, ends[0].lots, ends[0].client_oid) == (D("18"), 3, "own-2")
    assert three[0].joined(three[1]).alive
