"""Cancels beside a practice exchange: of every kind of order, whoever placed it, and whatever else is broken."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.principal import Principal, Role
from kucoin.errors import InvalidRequest, NotAllowed
from kucoin.model.cancellation import CancelState
from kucoin.model.order import Side
from kucoin.model.ticket import SpotTicket, SpotTrigger
from tests import cancel_races
from tests.cancel_rig import KINDS, TRADER, Rig, cancels_of, fuse, place_one, place_pair, waiting_pair
from tests.orders_desk import NEVER, Desk, desk_of, gaps, until
from tests.rest_trading import resting

D = Decimal
VIEWER = Principal("a guest", Role.VIEWER)
CANCELLED = "Cancelled, nothing of it was filled."
WAITED = "Cancelled before its price was reached."
UNHEARD = {"name": "drop_event"}


@pytest.fixture(scope="module")
def kept(running: Desk) -> Iterator[Rig]:
    """One for all tests of this file."""
    with cancels_of(running) as rig:
        yield rig


@pytest.fixture
def rig(kept: Rig, desk: Desk) -> Rig:
    """It, with an exchange without faults."""
    assert kept.desk is desk
    return kept


def known(rig: Rig, order_id: str) -> None:
    """Wait until the desk has heard of an order."""
    until(lambda: rig.desk.orders.order(order_id) or rig.desk.orders.stop(order_id))


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_of_any_kind_is_cancelled(rig: Rig, kind: str) -> None:
    """Placed elsewhere: the desk only heard of it."""
    order_id = place_one(rig, kind)
    known(rig, order_id)
    told = rig.cancel(order_id)
    assert (told.state, told.words) == (CancelState.CANCELLED, WAITED if "stop" in kind else CANCELLED)
    assert told.took is not None
    assert not rig.lives(order_id)


def test_a_pair_is_cancelled_by_its_own_id_and_by_that_of_either_order(rig: Rig) -> None:
    """The pair's id is told by our own ticket alone, its two orders are heard of."""
    before = {stop.order_id for stop in rig.desk.orders.stops()}
    ticket = waiting_pair(rig.desk.floor)
    pair = rig.accept(ticket, place_pair(rig.exchange, ticket))
    told = rig.cancel(pair)
    assert (told.state, told.words) == (CancelState.CANCELLED, "Both of the pair are cancelled.")
    place_pair(rig.exchange, waiting_pair(rig.desk.floor))
    legs = until(
        lambda: (
            (found := [each for each in rig.desk.orders.stops() if each.order_id not in before])
            and len(found) == 2
            and found
        )
    )
    assert rig.cancel(legs[1].order_id).state is CancelState.CANCELLED
    assert not any(rig.lives(leg.order_id) for leg in legs)


def test_an_order_that_ended_is_told_at_once_and_nothing_is_sent(rig: Rig) -> None:
    """Pressed twice, too: the first cancel is the only one."""
    order_id = place_one(rig, "spot")
    known(rig, order_id)
    assert rig.cancel(order_id).state is CancelState.CANCELLED
    sent = rig.deletes()
    again = rig.cancels.cancel(order_id, TRADER)
    assert (again.state, rig.deletes()) == (CancelState.CANCELLED, sent)
    other = place_one(rig, "futures")
    known(rig, other)
    rig.exchange.futures_orders.cancel(order_id=other)
    until(lambda: not rig.desk.is_open(other))
    sent = rig.deletes()
    assert rig.cancels.cancel(other, TRADER).state is CancelState.CANCELLED
    assert rig.deletes() == sent


def test_who_may_not_act_cancels_nothing(rig: Rig) -> None:
    """Nor does anybody cancel what nobody has told of."""
    order_id = place_one(rig, "spot")
    known(rig, order_id)
    with pytest.raises(NotAllowed, match="a guest is a viewer and may not cancel an order"):
        rig.cancels.cancel(order_id, VIEWER)
    with pytest.raises(InvalidRequest, match="no order nobody-knows is known here"):
        rig.cancels.cancel("nobody-knows", TRADER)
    assert rig.lives(order_id)
    rig.cancel(order_id)


LOST: tuple[tuple[str, dict[str, Any]], ...] = (
    ("spot", {"name": "lose_answer", "times": 1}),
    ("futures stop", {"name": "accept_then_5xx", "times": 2}),
    ("futures", {"name": "refuse_5xx", "times": 3}),
    ("spot stop", {"name": "bad_body", "kind": "truncated", "times": 1}),
    ("cross margin", {"name": "http_429", "reset_ms": 300, "times": 1}),
)


@pytest.mark.parametrize(("kind", "fault"), LOST, ids=lambda each: each if isinstance(each, str) else each["name"])
def test_a_cancel_without_an_answer_is_repeated_and_then_read(rig: Rig, kind: str, fault: dict[str, Any]) -> None:
    """No push tells of it either: it ends within 15 s, and says what is true."""
    order_id = place_one(rig, kind)
    known(rig, order_id)
    sent = rig.deletes()
    rig.desk.floor.faults({**fault, "method": "DELETE"}, UNHEARD)
    began = time.monotonic()
    told = rig.cancel(order_id)
    assert told.state is CancelState.CANCELLED
    assert told.took is not None
    assert told.took <= time.monotonic() - began <= 15
    assert rig.deletes() - sent <= fault["times"] + 2  # pushes do not tell spot from margin: both were asked
    assert not rig.lives(order_id)


def test_a_refusal_is_told_in_the_exchanges_words_and_a_later_end_all_the_same(rig: Rig) -> None:
    """The order lives: nothing is called cancelled before it is."""
    order_id = place_one(rig, "spot")
    known(rig, order_id)
    rig.desk.floor.faults({"name": "refuse", "code": "126010", "text": "Cancels are suspended", "method": "DELETE"})
    told = rig.cancel(order_id)
    assert (told.state, told.words) == (CancelState.REFUSED, "Cancels are suspended")
    assert rig.lives(order_id)
    rig.desk.floor.clear_faults()
    assert rig.cancel(order_id).state is CancelState.CANCELLED


def test_a_cancel_that_comes_too_late_says_what_was_filled(rig: Rig) -> None:
    """Wholly, or a part before the rest was cancelled; no push told of either."""
    gap = next(gaps(rig.exchange))
    whole, part = (
        replace(resting(rig.desk.floor), symbol=gap.symbol, price=gap.price, size=gap.size * count) for count in (1, 3)
    )
    ids = [rig.exchange.spot_orders.place(order) for order in (whole, part)]
    for order_id in ids:
        known(rig, order_id)
    rig.desk.floor.faults(UNHEARD, {"name": "stale_list", "path": "/api/v1/hf/orders/active"})
    rig.exchange.spot_orders.place(replace(part, client_oid=f"{part.client_oid}-s", side=Side.SELL, size=gap.size * 2))
    first, second = map(rig.cancel, ids)
    assert (first.state, first.words) == (CancelState.FILLED, "It was filled before the cancel came.")
    assert second.state is CancelState.PARTLY_FILLED
    assert second.words == f"{gap.size:f} of {gap.size * 3:f} was filled, the rest is cancelled."


def test_with_dead_sockets_what_was_just_placed_is_cancelled(rig: Rig) -> None:
    """Nobody has told of it but the answer to its ticket."""
    with desk_of(rig.desk.floor, every=NEVER, sockets=False) as deaf, cancels_of(deaf) as silent:
        ticket = SpotTicket(order=resting(rig.desk.floor))
        order_id = silent.accept(ticket, silent.exchange.spot_orders.place(ticket.order))
        assert deaf.is_open(order_id)
        told = silent.cancel(order_id)
        assert (told.state, told.words) == (CancelState.CANCELLED, CANCELLED)
        assert not rig.lives(order_id)
        other = SpotTicket(order=resting(rig.desk.floor))
        unheard = silent.accept(other, silent.exchange.spot_orders.place(other.order), told=False)
        assert silent.cancel(unheard).state is CancelState.CANCELLED
        assert not rig.lives(unheard)


def test_what_is_told_of_a_race_is_what_happened(rig: Rig) -> None:
    """A short draw; the long one is in torture."""
    tally = cancel_races.race(rig, random.Random(7), 16)
    assert tally.wrong == []
    assert len(tally.ends) > 4


def test_a_triggered_stop_is_linked_with_its_order_and_cancelled_as_that(rig: Rig) -> None:
    """By both ids: the order has one of its own, and bears ours."""
    lit = fuse(rig)
    stop_id = rig.exchange.spot_stops.place(lit.order, stop_price=lit.gap.price, stop=lit.stop)
    known(rig, stop_id)
    lit.lay(rig.exchange)
    lit.light(rig.exchange)
    became = until(lambda: rig.desk.orders.triggered(stop_id))
    assert became != stop_id
    assert rig.desk.orders.order(became).client_oid == lit.order.client_oid
    told = rig.cancel(stop_id)
    assert (told.state, told.words) == (CancelState.CANCELLED, f"Its price was reached. {CANCELLED}")
    assert not rig.lives(became)


def test_a_stop_that_triggers_during_a_cut_is_linked_all_the_same(rig: Rig) -> None:
    """No socket, and no list ever held it, nor the order, which is filled at once: only its ticket's answer tells."""
    with desk_of(rig.desk.floor, every=0.5, sockets=False) as deaf, cancels_of(deaf) as silent:
        lit = fuse(silent, share="1.02")
        stop_id = silent.exchange.spot_stops.place(lit.order, stop_price=lit.gap.price, stop=lit.stop)
        trigger = SpotTrigger(stop=lit.stop, price=lit.gap.price)
        silent.accept(SpotTicket(order=lit.order, trigger=trigger), stop_id)
        lit.lay(silent.exchange)
        lit.light(silent.exchange)
        became = until(lambda: deaf.orders.triggered(stop_id))
        assert deaf.orders.order(became).client_oid == lit.order.client_oid
        told = silent.cancels.cancel(stop_id, TRADER)
        assert told.words == "Its price was reached. It was filled before the cancel came."
