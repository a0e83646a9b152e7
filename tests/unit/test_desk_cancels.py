"""What is told of a cancel as facts come in, late or never, and by the clock alone where nothing comes at all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk import facts, order_state, stops
from kucoin.desk.agenda import Agenda
from kucoin.desk.cancels import Cancels
from kucoin.desk.facts import Facts
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.principal import Principal, Role
from kucoin.desk.stops import Stop
from kucoin.errors import ApiError, InvalidRequest, NotCancellable, NotFound, NotSent, OutcomeUnknown
from kucoin.model.cancellation import Cancellation, CancelState
from kucoin.model.feed_private import StopChange
from kucoin.model.order import Order, Side
from tests.feed_server import until
from tests.order_facts import ORDER

TRADER = Principal("somebody", Role.TRADER)
ID = ORDER.order_id
GONE = replace(ORDER, active=False, cancelled=True)
FILLED = replace(ORDER, active=False, filled_size=Decimal("0.5"), filled_funds=Decimal(35))
REQUEST = {"code": "400100", "request": "DELETE /orders"}


@dataclass
class Board:
    """What is known of the orders."""

    known: dict[str, Facts] = field(default_factory=dict)
    waiting: dict[str, Stop] = field(default_factory=dict)

    def order(self, order_id: str) -> AnyOrder | None:
        """What is known of one."""
        found = self.known.get(order_id)
        return None if found is None else order_state.state(found, ours=False)

    def stop(self, order_id: str) -> Stop | None:
        """What is known of one that waits."""
        return self.waiting.get(order_id)

    def triggered(self, stop_id: str) -> str | None:  # noqa: ARG002  none of these became anything
        """What it became."""
        return None

    def told(self, fact: Facts) -> None:
        """Know more."""
        before = self.known.get(fact.order_id)
        self.known[fact.order_id] = fact if before is None else before.joined(fact)


@dataclass
class Spot:
    """Stands for the exchange's spot orders: does what it is told to, and counts."""

    cancelling: Callable[[], None] = lambda: None
    looking: Callable[[], Order] = lambda: ORDER
    cancels: int = 0

    def cancel(self, *, order_id: str, symbol: str) -> None:
        """One more."""
        assert (order_id, symbol) == (ID, ORDER.symbol)
        self.cancels += 1
        self.cancelling()

    def order(self, *, order_id: str, symbol: str) -> Order:
        """What is seen of it."""
        assert (order_id, symbol) == (ID, ORDER.symbol)
        return self.looking()


@dataclass
class Scene:
    """Cancels of one spot order that lives, with a clock that is moved by hand."""

    spot: Spot = field(default_factory=Spot)
    board: Board = field(default_factory=lambda: Board({ID: facts.answered(ORDER)}))
    now: float = 100.0
    cancels: Any = None

    @property
    def spot_orders(self) -> Spot:
        """As a client has them."""
        return self.spot

    def told(self, state: CancelState) -> Cancellation:
        """What is told, once it is this."""
        return until(lambda: (told := self.cancels.cancellation(ID)) and told.state is state and told, 20)


@contextmanager
def scene(**more: Any) -> Iterator[Scene]:
    """Cancels that run."""
    made = Scene(spot=Spot(**more))
    margin_orders = type("Margin", (), {})()
    made.margin_orders = margin_orders  # type: ignore[attr-defined]  # nobody asks it
    made.cancels = Cancels(made, made.board, ticket_of=lambda _: None, monotonic=lambda: made.now)  # type: ignore[arg-type]
    made.cancels.start()
    yield made
    made.cancels.stop()


def raising(error: Exception) -> Callable[[], Any]:
    """What says ``error``."""

    def say() -> Any:
        raise error

    return say


def test_a_cancel_that_hangs_is_unknown_after_15_s_and_known_when_it_is_heard() -> None:
    """Whatever its threads wait for; late facts win."""
    release = threading.Event()
    with scene(cancelling=lambda: release.wait(30) and None) as made:
        assert made.cancels.cancel(ID, TRADER).state is CancelState.SENT
        until(lambda: made.spot.cancels)
        made.now += 15.0
        assert made.cancels.cancellation(ID).state is CancelState.SENT
        made.now += 0.1
        told = made.cancels.cancellation(ID)
        assert told.state is CancelState.UNKNOWN
        assert told.words == "Whether it ended is not known: no answer came."
        made.board.told(facts.answered(FILLED))
        assert made.cancels.cancellation(ID).state is CancelState.FILLED
        release.set()


def test_without_any_answer_nobody_knows() -> None:
    """A cancel that got lost twice, and looks that do: then the order is told to have ended."""
    lost = raising(OutcomeUnknown("no answer came"))
    with scene(cancelling=lost, looking=lost) as made:
        made.cancels.cancel(ID, TRADER)
        until(lambda: made.spot.cancels == 2)
        made.now += 15.1
        told = made.told(CancelState.UNKNOWN)
        assert told.words == "Whether it ended is not known: no answer came."
        assert told.took == pytest.approx(15.1)
        made.board.told(facts.answered(GONE))
        assert made.cancels.cancellation(ID).state is CancelState.CANCELLED


def test_what_never_left_is_not_called_unknown() -> None:
    """The line is away: nothing was sent, and the order lives."""
    with scene(cancelling=raising(NotSent("no connection"))) as made:
        made.cancels.cancel(ID, TRADER)
        until(lambda: made.spot.cancels)
        made.now += 15.1
        assert made.told(CancelState.REFUSED).words == "Nothing was cancelled: no connection."
        made.spot.cancelling = lambda: made.board.told(facts.answered(GONE))
        made.cancels.cancel(ID, TRADER)
        assert made.told(CancelState.CANCELLED).by == "somebody"


def test_a_cancel_that_was_taken_is_repeated_while_the_order_lives() -> None:
    """Taken is not done: it is over when a look or a push says so."""
    with scene() as made:
        made.cancels.cancel(ID, TRADER)
        assert made.cancels.cancel(ID, TRADER).state is CancelState.SENT
        until(lambda: made.spot.cancels == 2, 20)
        made.spot.looking = lambda: FILLED
        assert made.told(CancelState.FILLED).words == "It was filled before the cancel came."


def test_an_order_that_is_nowhere_for_10_s_is_gone() -> None:
    """Just placed, it may not be found yet; so it is looked for again first."""
    nowhere = {
        "cancelling": raising(NotCancellable(message="order_not_exist_or_not_allow_to_cancel", **REQUEST)),
        "looking": raising(NotFound(message="order not exist", **REQUEST)),
    }
    with scene(**nowhere) as made:
        made.cancels.cancel(ID, TRADER)
        until(lambda: made.spot.cancels == 2, 20)
        assert made.cancels.cancellation(ID).state is CancelState.SENT
        made.now += 10.1
        assert made.told(CancelState.GONE).words == "KuCoin knows no such order any more."


def test_what_the_exchange_refuses_is_told_when_the_order_was_seen_to_live() -> None:
    """A request that cannot leave at all is refused at once."""
    refusal = ApiError(message="Cancels are suspended", **REQUEST)
    with scene(cancelling=raising(refusal)) as made:
        made.cancels.cancel(ID, TRADER)
        assert made.told(CancelState.REFUSED).words == "Cancels are suspended"
        made.spot.cancelling = raising(InvalidRequest("'a/b' is no orderId"))
        made.cancels.cancel(ID, TRADER)
        until(lambda: "is no orderId" in made.cancels.cancellation(ID).words)


def test_a_refusal_of_one_round_says_nothing_of_the_next() -> None:
    """Refused and not found at first, taken then, and still in the market: nobody refuses it any more."""
    looks: list[Order] = []

    def look() -> Order:
        looks.append(ORDER if len(looks) < 2 else GONE)
        if len(looks) == 1:
            made.spot.cancelling = lambda: None
            raise NotFound(message="order not exist", **REQUEST)
        return looks[-1]

    with scene(cancelling=raising(ApiError(message="Cancels are suspended", **REQUEST)), looking=look) as made:
        made.cancels.cancel(ID, TRADER)
        made.told(CancelState.CANCELLED)
        assert len(looks) == 3


def test_a_stop_that_failed_when_its_price_came_is_gone_for_that_reason() -> None:
    """Nothing became of it, so there is nothing to cancel."""
    change = StopChange(
        time=1,
        symbol="LTC-USDT",
        order_id="vs1",
        side=Side.BUY,
        kind="triggered",
        stop="loss",
        futures=False,
        error="no money",
    )
    with scene() as made:
        made.board.waiting["vs1"] = stops.pushed(change)
        told = made.cancels.cancel("vs1", TRADER)
        assert told.state is CancelState.GONE
        assert told.words == "Its price was reached, but no order came of it: no money"


def test_what_is_due_first_is_done_first_and_a_fault_stays_where_it_is(caplog: pytest.LogCaptureFixture) -> None:
    """One worker: the others wait for their time."""
    done: list[str] = []
    agenda = Agenda("test", 1)
    agenda.after(0.05, lambda: done.append("late"))
    agenda.after(0.0, raising(ZeroDivisionError("a fault")))
    agenda.after(0.01, lambda: done.append("soon"))
    agenda.after(3600.0, lambda: done.append("never"))
    agenda.start()
    until(lambda: len(done) == 2)
    agenda.stop()
    assert done == ["soon", "late"]
    assert "an errand of test-0 broke" in caplog.text
