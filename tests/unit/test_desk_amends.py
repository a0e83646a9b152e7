"""Amending: what is placed when, what never is, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from kucoin.desk import amends as module
from kucoin.desk import facts
from kucoin.desk.amend_ways import AmendWays
from kucoin.desk.amends import Amends
from kucoin.desk.stops import Stop
from kucoin.errors import ApiError, InvalidRequest, LimitExceeded, NotAllowed, OutcomeUnknown
from kucoin.model.cancellation import CancelState
from kucoin.model.change import Amend, AmendState
from kucoin.model.order import FuturesStop, Lots, OrderType, Side, StopDirection, StopPriceType, TradeType
from kucoin.model.ticket import FuturesTicket, TicketState
from tests.acts_stands import Cancels, Clock, Futures, Orders, Trading, know, row
from tests.order_facts import CONTRACT, ORDER
from tests.preview_scene import lots
from tests.trading_rig import ME, until

D = Decimal
OLD = "1001"


@dataclass
class Scene:
    """An order of 5 lots at 20.1, of which it is known all there is."""

    trading: Trading = field(default_factory=Trading)
    cancels: Cancels = field(default_factory=Cancels)
    orders: Orders = field(default_factory=Orders)
    exchange: Futures = field(default_factory=Futures)
    clock: Clock = field(default_factory=Clock)
    ours: bool | None = True
    left: int = 0  # ways out that were pressed
    audit: list[str] = field(default_factory=list)
    amends: Amends = field(init=False)

    def __post_init__(self) -> None:
        ways = AmendWays(self.trading, self.orders, self.exchange, lambda _: self.ours)  # type: ignore[arg-type]
        self.amends = Amends(
            self.trading,  # type: ignore[arg-type]  # stand-ins, all of them
            self.cancels,  # type: ignore[arg-type]
            self.orders,  # type: ignore[arg-type]
            ways,
            terms=lambda _: None,
            left=lambda _: self.left,
            note=lambda *_, text, **__: self.audit.append(text),
            monotonic=self.clock,
        )
        ticket = lots(Side.SELL, 5, "20.1", symbol=CONTRACT)
        self.trading.tickets[OLD] = replace(ticket, order=replace(ticket.order, client_oid="own-2"))
        know(self.orders, OLD)

    def amend(self, **wish: Decimal) -> Amend:
        """Wish it, and return what is said once it is cancelled for that."""
        self.amends.amend(OLD, **wish, principal=ME)
        return until(lambda: (self.cancels.wished(OLD) or self.told().state is not AmendState.SENT) and self.told())

    def told(self) -> Amend:
        """What is said."""
        found = self.amends.amend_of(OLD)
        assert found is not None
        return found

    def ends(self, state: AmendState) -> Amend:
        """What is said once it has come to that."""
        return until(lambda: (told := self.told()).state is state and told)

    def cancelled(self, *, filled: int = 0, state: CancelState = CancelState.CANCELLED) -> None:
        """Have the old order end like this."""
        self.exchange.order_row = row(OLD, filled_size=Lots(filled), active=False, cancelled=True)
        know(self.orders, OLD, filled=filled, active=False)
        self.cancels.end(OLD, state)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Amends that run, in a hurry."""
    monkeypatch.setattr(module, "_AGAIN", 0.005)
    monkeypatch.setattr(module, "_SLOWLY", 0.005)
    made = Scene()
    made.amends.start()
    yield made
    made.amends.stop()


def test_only_what_was_left_is_placed_once_the_cancel_is_proven(scene: Scene) -> None:
    """Two of 5 are filled, as the exchange says itself: 3 are placed, under an id of their own, in its place."""
    assert scene.amend(price=D("20.5")).words == "Cancelling, to place anew: price 20.5."
    assert scene.trading.placed == []
    scene.cancelled(filled=2, state=CancelState.PARTLY_FILLED)
    (placed,) = until(lambda: scene.trading.placed)
    order = placed.ticket.order
    assert (order.price, order.size, placed.ticket.replaces) == (D("20.5"), Lots(3), OLD)
    assert order.client_oid != "own-2"
    scene.trading.settle(TicketState.ACCEPTED, order_id="1002")
    done = scene.ends(AmendState.DONE)
    assert (done.words, done.new_order_id) == ("Cancelled and placed anew: price 20.5.", "1002")
    assert scene.amends.amend_of("1002") == done
    what = "Sell 5 AVAXUSDTM at 20.1 → 20.5"
    assert scene.audit == [f"Amend asked: {what}", f"Amended: {what}"]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (lambda scene: setattr(scene.clock, "at", 16.0), "that took 16 s, and the price may be another one by now"),
        (lambda scene: scene.cancels.cancel(OLD, ME), "its cancel was wished meanwhile"),
        (lambda scene: setattr(scene, "left", 1), "a way out was pressed meanwhile"),
    ],
    ids=["late", "unwanted", "left"],
)
def test_nothing_is_placed_late_or_where_the_cancel_was_wished_for_itself(
    scene: Scene, how: Callable[[Scene], object], words: str
) -> None:
    """What stands then is nothing, and that is said."""
    scene.amend(price=D("20.5"))
    how(scene)
    scene.cancelled()
    half = scene.ends(AmendState.HALF)
    assert half.words == f"Cancelled, nothing of it was filled. Nothing was placed in its place: {words}."
    assert scene.trading.placed == []


def test_nothing_is_placed_where_a_way_out_was_pressed_while_fills_were_asked_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order was in no list by then, so nothing else could have told that it was to be cancelled."""

    def filled(*_: object) -> Decimal:
        scene.left += 1
        return D(0)

    monkeypatch.setattr(AmendWays, "filled", filled)
    scene.amend(price=D("20.5"))
    scene.cancelled()
    assert scene.ends(AmendState.HALF).words.endswith("in its place: a way out was pressed meanwhile.")
    assert scene.trading.placed == []


def test_what_was_placed_anew_while_a_way_out_was_pressed_is_cancelled(scene: Scene) -> None:
    """It was handed over a moment after the press, but meant before."""
    scene.amend(price=D("20.5"))
    scene.cancelled()
    until(lambda: scene.trading.placed)
    scene.left += 1
    scene.trading.settle(TicketState.ACCEPTED, order_id="new")
    until(lambda: scene.cancels.wished("new"))


def test_a_waiting_order_that_was_filled_in_part_is_not_placed_again(scene: Scene) -> None:
    """No push told that its price was reached: that some of it is filled tells as much."""
    scene.orders.known.clear()
    old = scene.trading.tickets[OLD]
    assert isinstance(old, FuturesTicket)
    stop = FuturesStop(direction=StopDirection.DOWN, price=D(20), price_type=StopPriceType.MP)
    scene.trading.tickets[OLD] = replace(old, order=replace(old.order, stop=stop))
    waits = Stop(order_id=OLD, symbol=CONTRACT, side=Side.SELL, futures=True, lots=Lots(5), price=D("20.1"), seen=True)
    scene.orders.told(waits)
    scene.amend(price=D("20.5"))
    scene.cancels.end(OLD, CancelState.PARTLY_FILLED, "3 of 5 was filled, the rest is cancelled.")
    assert scene.ends(AmendState.HALF).words.endswith("Nothing was placed in its place: it had become another order.")
    assert scene.trading.placed == []


def test_nothing_is_placed_as_long_as_nobody_says_how_much_was_filled(scene: Scene) -> None:
    """It is asked again, and after 15 s given up."""
    scene.amend(size=D(7))
    scene.exchange.trouble = OutcomeUnknown("no answer came")
    scene.cancels.end(OLD, CancelState.CANCELLED)
    until(lambda: scene.exchange.asked > 1)
    scene.clock.at = 15.5
    assert scene.ends(AmendState.HALF).words.endswith("the price may be another one by now.")
    assert scene.trading.placed == []


@pytest.mark.parametrize(
    ("end", "state", "words"),
    [
        (CancelState.FILLED, AmendState.REFUSED, "It was filled before it could be changed."),
        (CancelState.REFUSED, AmendState.REFUSED, "It was not changed: why not."),
        (CancelState.GONE, AmendState.HALF, "why not. Nothing was placed in its place."),
        (CancelState.UNKNOWN, AmendState.UNKNOWN, "why not. Nothing was placed in its place."),
    ],
)
def test_only_a_proven_cancel_is_followed_by_a_new_order(
    scene: Scene, end: CancelState, state: AmendState, words: str
) -> None:
    """Whatever else becomes of it is said, and nothing placed."""
    scene.amend(price=D("20.5"))
    scene.cancels.end(OLD, end, "why not.")
    assert scene.ends(state).words == words
    assert scene.trading.placed == []


def test_an_order_filled_beyond_its_new_size_is_done(scene: Scene) -> None:
    """It was to be 3 lots, and 4 were filled before the cancel came."""
    scene.amend(size=D(3))
    scene.cancelled(filled=4, state=CancelState.PARTLY_FILLED)
    assert scene.ends(AmendState.DONE).words == "4 of it was filled: nothing is left to be placed."


def test_what_is_refused_is_found_out_before_the_cancel(scene: Scene) -> None:
    """Limits, rules and sizes: the old order is left alone."""
    scene.trading.refusal = LimitExceeded("more than 10,000 for one order", limit="order_value")
    assert scene.amend(price=D("20.5")).words == "Nothing was changed: more than 10,000 for one order"
    scene.trading.refusal = None
    know(scene.orders, OLD, filled=4)
    assert scene.amend(size=D(3)).words.endswith("4 of it is filled already: its size has to be more than that.")
    assert scene.amend(size=D("5.5")).words.endswith("is no whole number of lots.")
    assert scene.amend(trigger=D(19)).words.endswith("It waits for no price.")
    assert scene.cancels.wishes == {}


def test_a_refused_successor_is_said(scene: Scene) -> None:
    """And one of unknown outcome is waited for."""
    scene.amend(price=D("20.5"))
    scene.cancelled()
    until(lambda: scene.trading.placed)
    scene.trading.settle(TicketState.UNKNOWN)
    assert scene.ends(AmendState.UNKNOWN).words.endswith("It is being looked up, and not sent again.")
    scene.trading.settle(TicketState.REFUSED, words="Balance insufficient.")
    words = "The old order has ended, and no new one was placed: Balance insufficient."
    assert scene.ends(AmendState.HALF).words == words


def test_one_change_at_a_time(scene: Scene) -> None:
    """The same wish is the same amend; another is refused while it is under way, and so is one of a viewer."""
    first = scene.amend(price=D("20.5"))
    assert scene.amends.amend(OLD, price=D("20.5"), principal=ME) == first
    with pytest.raises(InvalidRequest, match="just being changed"):
        scene.amends.amend(OLD, price=D("20.6"), principal=ME)
    with pytest.raises(NotAllowed):
        scene.amends.amend(OLD, price=D("20.6"), principal=replace(ME, role="viewer"))
    with pytest.raises(InvalidRequest, match="Nothing is to be changed"):
        scene.amends.amend(OLD, principal=ME)
    assert scene.cancels.wished(OLD) == 1


@pytest.mark.parametrize(
    ("looks", "state", "words"),
    [
        (None, AmendState.REFUSED, "Nothing was changed, the old order stands: no."),
        (CancelState.FILLED, AmendState.REFUSED, "It was filled before it could be changed: no."),
        (CancelState.CANCELLED, AmendState.HALF, "The old order has ended, and no new one stands: no."),
    ],
)
def test_a_refused_change_in_one_call_says_what_became_of_the_old_order(
    scene: Scene, looks: CancelState | None, state: AmendState, words: str
) -> None:
    """KuCoin ends the old one and places the new one: that may break between the two."""
    scene.orders.told(facts.answered(replace(ORDER, order_id=OLD)))
    scene.cancels.looks = looks
    scene.amends.amend(OLD, price=D("71.5"), principal=ME)
    (placed,) = until(lambda: scene.trading.placed)
    assert placed.ticket.amends.price == D("71.5")
    assert placed.ticket.client_oid.endswith("-amend")
    scene.trading.settle(TicketState.REFUSED, words="no.")
    assert scene.ends(state).words == words
    assert scene.cancels.wishes == {}


def test_a_cancel_wished_during_a_change_in_one_call_goes_to_the_new_order(scene: Scene) -> None:
    """The old one had ended by the time it came."""
    scene.orders.told(facts.answered(replace(ORDER, order_id=OLD)))
    scene.amends.amend(OLD, size=D("0.4"), principal=ME)
    until(lambda: scene.trading.placed)
    scene.cancels.cancel(OLD, ME)
    scene.trading.settle(TicketState.ACCEPTED, order_id="new")
    until(lambda: scene.cancels.wished("new"))
    assert scene.ends(AmendState.DONE).new_order_id == "new"


def test_what_cannot_be_amended_says_why(scene: Scene) -> None:
    """Orders at the market, of unknown accounts, placed elsewhere, ended, or never heard of."""
    told = {
        "market": facts.answered(replace(ORDER, order_id="market", type=OrderType.MARKET)),
        "whose": facts.answered(replace(ORDER, order_id="whose", trade_type=None)),
        "ended": facts.answered(replace(ORDER, order_id="ended", active=False)),
        "plain": facts.answered(replace(ORDER, order_id="plain")),
        "margin": facts.answered(replace(ORDER, order_id="margin", trade_type=TradeType.MARGIN_TRADE)),
    }
    for fact in told.values():
        scene.orders.told(fact)
    ways = {each: scene.amends.way(each) for each in told}
    assert ways == {"market": None, "whose": None, "ended": None, "plain": "amend", "margin": "cancel and new"}
    assert scene.amends.why_not("market") == "An order at the market has nothing to change."
    assert scene.amends.why_not("whose") == "The account that it is of is not read yet."
    assert scene.amends.why_not("ended") == "It is not in the market any more."
    assert scene.amends.why_not("nobody") == "It is not known here."
    scene.ours = False
    scene.orders.known["margin"] = replace(scene.orders.known["margin"], ours=False)
    assert scene.amends.why_not("margin").startswith("It was placed elsewhere")
    assert scene.amends.way("plain") == "amend"


def test_a_fault_of_ours_leaves_nothing_under_way(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, and the order can be looked at."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(scene.trading, "admit", broken)
    assert "a fault of this program (ZeroDivisionError)" in scene.amend(price=D("20.5")).words
    assert scene.told().state is AmendState.HALF


def test_an_exchange_that_refuses_a_look_is_asked_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then it is unknown whether the old order stands."""
    scene.orders.told(facts.answered(replace(ORDER, order_id=OLD)))
    refusal = ApiError(code="1", message="busy", request="GET /order")

    def look(_: str) -> CancelState | None:
        raise refusal

    monkeypatch.setattr(scene.cancels, "look", look)
    scene.amends.amend(OLD, price=D("71.5"), principal=ME)
    until(lambda: scene.trading.placed)
    scene.trading.settle(TicketState.REFUSED, words="no.")
    assert "could not be read" in scene.ends(AmendState.UNKNOWN).words
    monkeypatch.undo()
    assert scene.ends(AmendState.REFUSED).words == "Nothing was changed, the old order stands: no."


def test_a_ticket_that_only_reduces_stays_one(scene: Scene) -> None:
    """What is not wished for is as it was."""
    old = scene.trading.tickets[OLD]
    assert isinstance(old, FuturesTicket)
    scene.trading.tickets[OLD] = replace(old, order=replace(old.order, reduce_only=True, post_only=True))
    scene.amend(price=D("20.5"))
    scene.cancelled()
    (placed,) = until(lambda: scene.trading.placed)
    assert (placed.ticket.order.reduce_only, placed.ticket.order.post_only) == (True, True)
