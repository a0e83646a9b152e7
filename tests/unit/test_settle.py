"""How an order is looked for whose outcome is unknown: when, where, and what that proves. Time moves when told to."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.book.books import Books
from kucoin.desk.facts import Facts
from kucoin.desk.settle import Settlement
from kucoin.desk.stops import Stop
from kucoin.errors import ApiError, KucoinError, NotFound, OutcomeUnknown, QuotaHeld, TooManyRequests
from kucoin.hub import Hub
from kucoin.model.feed_private import StopChange
from kucoin.model.order import (
    FuturesStop,
    Lots,
    MarginMode,
    NewFuturesOrder,
    NewOrder,
    OrderType,
    Side,
    StopDirection,
    StopPriceType,
    TradeType,
)
from kucoin.model.page import Page
from kucoin.model.stop_order import OcoOrder, SpotStop, StopOrder
from kucoin.model.ticket import FuturesTicket, OcoTerms, Placement, SpotTicket, SpotTrigger, Ticket, TicketState
from tests.order_facts import CONTRACT, FUTURES_ORDER, ORDER, PAIR, START, D, push

ABSENT = NotFound(code="400100", message="order_not_exist", request="GET /")
SPOT = SpotTicket(
    order=NewOrder(
        client_oid="own-1", symbol=PAIR, side=Side.BUY, type=OrderType.LIMIT, price=D("70.00"), size=D("0.5")
    )
)
FUTURES = FuturesTicket(
    order=NewFuturesOrder(
        client_oid="own-2",
        symbol=CONTRACT,
        side=Side.SELL,
        type=OrderType.LIMIT,
        size=Lots(5),
        price=D("20.1"),
        margin_mode=MarginMode.ISOLATED,
    )
)
MARGIN = replace(SPOT, trade_type=TradeType.MARGIN_TRADE)
STOP = replace(SPOT, trigger=SpotTrigger(stop=SpotStop.LOSS, price=D(60)))
MARGIN_STOP = replace(STOP, trade_type=TradeType.MARGIN_TRADE)
OCO = replace(SPOT, oco=OcoTerms(stop_price=D(60), limit_price=D(59)))
FUTURES_STOP = replace(
    FUTURES,
    order=replace(
        FUTURES.order, stop=FuturesStop(direction=StopDirection.UP, price=D(22), price_type=StopPriceType.MP)
    ),
)
WAITING = StopOrder(
    order_id="vs1",
    client_oid="own-1",
    symbol=PAIR,
    side=Side.BUY,
    type=OrderType.LIMIT,
    trade_type=TradeType.TRADE,
    status="NEW",
    stop=SpotStop.LOSS,
    stop_price=D(60),
    price=D("70.00"),
    limit_price=None,
    size=D("0.5"),
    funds=None,
    time_in_force=None,
    post_only=None,
    stp=None,
    created_at=START,
    triggered_at=None,
)
PAIRED = OcoOrder("oco-1", "own-1", PAIR, "NEW", START)
_EMPTY: Page[Any] = Page((), None)


class World:
    """An exchange that answers as it is told, the tickets, and a clock that only moves when a look is due."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.known: dict[str, Placement] = {}
        self.searches: list[tuple[float, int, bool]] = []
        self.facts: list[Facts | Stop] = []
        self.asked: list[tuple[float, str]] = []
        self.answers: dict[str, Any] = {}
        self.hooks: list[Callable[[Placement], None]] = []
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self.hub = Hub(Books(lambda _: pytest.fail("no book is kept")))
        exchange: Any = SimpleNamespace(
            spot_orders=self._calls("spot", order_by_client_oid=ABSENT, open_orders=(), done_orders=_EMPTY),
            margin_orders=self._calls("margin", order_by_client_oid=ABSENT, open_orders=(), done_orders=_EMPTY),
            spot_stops=self._calls("stops", stops_by_client_oid=(), stops=(), oco_by_client_oid=ABSENT, ocos=()),
            margin_stops=self._calls("margin stops", stops=()),
            futures_orders=self._calls("futures", order_by_client_oid=ABSENT, open_orders=(), stops=(), recent_done=()),
        )
        self.settlement = Settlement(
            exchange,
            self.hub,
            self,
            told=self.facts.append,
            plans=self,
            monotonic=lambda: self.now,
            now=self.clock,
        )

    def clock(self) -> datetime:
        """The wall's."""
        return START + timedelta(seconds=self.now)

    def _calls(self, account: str, **answers: Any) -> Any:
        """An account whose calls note themselves and say what ``answers`` holds, or the world's own do."""

        def call(name: str) -> Callable[..., Any]:
            def answer(**_: Any) -> Any:
                self.asked.append((self.now - 1000, f"{account} {name}"))
                found = self.answers.get(f"{account} {name}", self.answers.get("all", answers[name]))
                if isinstance(found, KucoinError):
                    raise found
                return found

            return answer

        return SimpleNamespace(**{name: call(name) for name in answers})

    # What the settlement needs of tickets and plans.

    def placement(self, client_oid: str) -> Placement | None:
        """As Trading's."""
        return self.known.get(client_oid)

    def settle(self, client_oid: str, state: TicketState, *, order_id: str | None = None, words: str = "") -> None:
        """As Trading's, of which it has no rule."""
        self.become(replace(self.known[client_oid], state=state, order_id=order_id, words=words))

    def looked(self, client_oid: str, lookups: int, next_at: datetime | None, undecided: bool = False) -> None:
        """As Trading's."""
        assert next_at is not None
        assert client_oid in self.known
        self.searches.append((round((next_at - self.clock()).total_seconds(), 3), lookups, undecided))

    def on_change(self, hook: Callable[[Placement], None]) -> None:
        """As Trading's."""
        self.hooks.append(hook)

    def start(self) -> None:
        """Nothing runs by itself."""

    stop = start

    def after(self, pause: float, errand: Callable[[], None]) -> None:
        """Keep it until the clock is moved there."""
        heapq.heappush(self._due, (self.now + pause, next(self._numbers), errand))

    # What the tests do.

    def become(self, placement: Placement) -> None:
        """Have a placement change."""
        self.known[placement.ticket.client_oid] = placement
        for hook in self.hooks:
            hook(placement)

    def lose(self, ticket: Ticket, *, handed: timedelta = timedelta(0)) -> None:
        """Have the answer to ``ticket`` lost just now."""
        at = self.clock() - handed
        self.become(Placement(ticket=ticket, by="t", state=TicketState.UNKNOWN, handed_at=at))

    def run(self, seconds: float) -> None:
        """Let so much time pass, and do what is due meanwhile."""
        until = self.now + seconds
        while self._due and self._due[0][0] <= until:
            self.now, _, errand = heapq.heappop(self._due)
            errand()
        self.now = until

    def state(self, ticket: Ticket) -> tuple[TicketState, str | None]:
        """What it is known to be."""
        known = self.known[ticket.client_oid]
        return known.state, known.order_id

    def times(self, name: str) -> list[float]:
        """When a call was made, in s after the beginning."""
        return [round(at, 3) for at, call in self.asked if call == name]


@pytest.fixture
def world() -> World:
    """One with nothing in it."""
    return World()


def test_a_spot_order_that_nobody_knows_is_proven_absent_after_ten_seconds(world: World) -> None:
    """Its time limit is 5 s. Asked by its id at the agreed times, and in the lists once that has to be proof."""
    world.lose(SPOT)
    world.run(10.4)
    assert world.state(SPOT) == (TicketState.UNKNOWN, None)
    world.run(0.2)
    assert world.state(SPOT) == (TicketState.ABSENT, None)
    assert world.times("spot order_by_client_oid") == [0.5, 1, 2, 4, 8, 10.5]
    assert world.times("spot open_orders") == world.times("spot done_orders") == [8, 10.5]
    world.run(1000)
    assert len(world.times("spot order_by_client_oid")) == 6


@pytest.mark.parametrize("ticket", [FUTURES, FUTURES_STOP, MARGIN, STOP, MARGIN_STOP, OCO])
def test_what_has_no_time_limit_is_left_to_a_person(world: World, ticket: Ticket) -> None:
    """Looked for every 8 s, after a minute every 30 s; it never becomes absent by itself."""
    world.lose(ticket)
    world.run(59)
    assert not any(undecided for _, _, undecided in world.searches)
    world.run(9)
    assert world.searches[-1] == (30, 13, True)
    world.run(1000)
    assert {pause for pause, _, undecided in world.searches if undecided} == {30}
    assert world.state(ticket) == (TicketState.UNKNOWN, None)


@pytest.mark.parametrize(
    ("ticket", "sources"),
    [
        (SPOT, ["spot order_by_client_oid", "spot open_orders", "spot done_orders"]),
        (MARGIN, ["margin order_by_client_oid", "margin open_orders", "margin done_orders"]),
        (
            STOP,
            [
                *("stops stops_by_client_oid", "spot order_by_client_oid", "spot open_orders", "spot done_orders"),
                "stops stops",
            ],
        ),
        (
            MARGIN_STOP,
            ["margin stops stops", "margin order_by_client_oid", "margin open_orders", "margin done_orders"],
        ),
        (OCO, ["stops oco_by_client_oid", "stops ocos"]),
        (FUTURES, ["futures order_by_client_oid", "futures open_orders", "futures stops", "futures recent_done"]),
    ],
)
def test_every_source_of_its_kind_is_asked(world: World, ticket: Ticket, sources: list[str]) -> None:
    """And any of them is enough to find it."""
    world.lose(ticket)
    world.run(8)
    assert [call for at, call in world.asked if at == 8] == sources


@pytest.mark.parametrize(
    ("ticket", "source", "answer", "order_id"),
    [
        (SPOT, "spot order_by_client_oid", ORDER, ORDER.order_id),
        (SPOT, "spot open_orders", (replace(ORDER, client_oid=None), ORDER), ORDER.order_id),
        (SPOT, "spot done_orders", Page((ORDER,), None), ORDER.order_id),
        (MARGIN, "margin order_by_client_oid", ORDER, ORDER.order_id),
        (MARGIN, "margin open_orders", (ORDER,), ORDER.order_id),
        (MARGIN, "margin done_orders", Page((ORDER,), None), ORDER.order_id),
        (STOP, "stops stops_by_client_oid", (WAITING,), "vs1"),
        (STOP, "stops stops", (WAITING,), "vs1"),
        (STOP, "spot order_by_client_oid", ORDER, ORDER.order_id),
        (MARGIN_STOP, "margin stops stops", (WAITING,), "vs1"),
        (MARGIN_STOP, "margin order_by_client_oid", ORDER, ORDER.order_id),
        (OCO, "stops oco_by_client_oid", PAIRED, "oco-1"),
        (OCO, "stops ocos", (PAIRED,), "oco-1"),
        (FUTURES, "futures order_by_client_oid", FUTURES_ORDER, FUTURES_ORDER.order_id),
        (FUTURES, "futures open_orders", (FUTURES_ORDER,), FUTURES_ORDER.order_id),
        (FUTURES, "futures stops", (FUTURES_ORDER,), FUTURES_ORDER.order_id),
        (FUTURES, "futures recent_done", (FUTURES_ORDER,), FUTURES_ORDER.order_id),
    ],
)
def test_an_order_that_is_found_is_accepted(
    world: World, ticket: Ticket, source: str, answer: object, order_id: str
) -> None:
    """Whichever source knows it; what it proves is passed on, except of a pair."""
    world.answers[source] = answer
    world.lose(ticket)
    world.run(8)
    assert world.state(ticket) == (TicketState.ACCEPTED, order_id)
    assert [fact.order_id for fact in world.facts] == ([] if ticket is OCO else [order_id])
    asked = len(world.asked)
    world.run(1000)
    assert len(world.asked) == asked


@pytest.mark.parametrize(
    "failure",
    [
        OutcomeUnknown("no answer came"),
        ApiError(code="100001", message="something else", request="GET /"),
        QuotaHeld("held", retry_after=3.0),
        TooManyRequests(code="429000", message="too many", request="GET /", retry_after=None),
    ],
)
@pytest.mark.parametrize("source", ["all", "spot done_orders"])
def test_a_look_that_fails_is_no_proof(world: World, failure: KucoinError, source: str) -> None:
    """Not even where only the last source could not be asked. The first look that every source answers is."""
    world.answers[source] = failure
    world.lose(SPOT)
    world.run(300)
    assert world.state(SPOT) == (TicketState.UNKNOWN, None)
    assert not any(undecided for _, _, undecided in world.searches)
    assert world.searches[-1][1] <= 4  # looks before the lists are gone through
    world.answers.clear()
    world.run(60)
    assert world.state(SPOT) == (TicketState.ABSENT, None)


def test_a_quota_that_is_used_up_is_waited_for(world: World) -> None:
    """It is not asked again before the exchange said."""
    world.answers["all"] = QuotaHeld("held", retry_after=25.0)
    world.lose(FUTURES)
    world.run(60)
    assert world.times("futures order_by_client_oid") == [0.5, 25.5, 50.5]


def test_an_answer_about_another_order_is_no_proof(world: World) -> None:
    """Asked for ours, told of somebody else's."""
    world.answers["spot order_by_client_oid"] = replace(ORDER, client_oid="own-9")
    world.lose(SPOT)
    world.run(60)
    assert world.state(SPOT) == (TicketState.UNKNOWN, None)


def test_what_is_too_old_to_be_known_is_not_called_lost(world: World) -> None:
    """An order that ended 8 days ago without a fill is forgotten by KuCoin: a person decides."""
    world.lose(SPOT, handed=timedelta(days=8))
    world.run(100)
    assert world.state(SPOT) == (TicketState.UNKNOWN, None)
    assert world.searches[-1][2]


@pytest.mark.parametrize("state", [TicketState.UNKNOWN, TicketState.ABSENT, TicketState.NOT_SENT])
def test_a_push_counts_at_once_and_a_late_fact_wins(world: World, state: TicketState) -> None:
    """Whatever it was held to be."""
    world.lose(SPOT)
    world.become(replace(world.known["own-1"], state=state))
    world.hub.publish([push("received")], received=0.0)
    world.run(0)
    assert world.state(SPOT) == (TicketState.ACCEPTED, ORDER.order_id)
    world.run(100)
    assert not world.times("spot order_by_client_oid")


@pytest.mark.parametrize("state", [TicketState.ACCEPTED, TicketState.REFUSED])
def test_what_is_proven_is_left_alone(world: World, state: TicketState) -> None:
    """A push of an accepted order is no news; a refused one has none."""
    world.lose(SPOT)
    world.become(replace(world.known["own-1"], state=state, order_id="first"))
    world.hub.publish([push("open")], received=0.0)
    world.run(5)
    assert world.state(SPOT) == (state, "first")


def test_a_push_that_overtakes_the_answer_leaves_it_a_second(world: World) -> None:
    """Mostly the answer comes next. Where it does not, the push was enough."""
    sent = Placement(ticket=SPOT, by="t", state=TicketState.SENT, handed_at=world.clock())
    world.become(sent)
    world.hub.publish([push("received"), push("open")], received=0.0)
    world.run(0.9)
    assert world.state(SPOT) == (TicketState.SENT, None)
    world.run(0.2)
    assert world.state(SPOT) == (TicketState.ACCEPTED, ORDER.order_id)


def test_a_stranger_s_push_changes_nothing(world: World) -> None:
    """Nor one without an id."""
    world.lose(SPOT)
    stranger = replace(ORDER, client_oid="not ours")
    world.hub.publish([push("open", of=stranger), push("open", of=replace(ORDER, client_oid=None))], received=0.0)
    world.run(0.1)
    assert world.state(SPOT) == (TicketState.UNKNOWN, None)


def test_a_push_about_a_waiting_order_has_it_looked_for_at_once(world: World) -> None:
    """It does not tell our id. Many at a time make one look; one about another symbol makes none."""
    world.answers["stops stops_by_client_oid"] = ()
    world.lose(STOP)
    waits: dict[str, Any] = {
        "time": 1,
        "order_id": "vs1",
        "side": Side.BUY,
        "kind": "open",
        "stop": "loss",
        "futures": False,
    }
    world.hub.publish([StopChange(symbol="ETH-USDT", **waits)], received=0.0)
    world.run(0)
    assert not world.asked
    world.hub.publish([StopChange(symbol=PAIR, **waits)] * 3, received=0.0)
    world.run(0)
    assert world.times("stops stops_by_client_oid") == [0]
    world.answers["stops stops_by_client_oid"] = (WAITING,)
    world.hub.publish([StopChange(symbol=PAIR, **waits)], received=0.0)
    world.run(0)
    assert world.state(STOP) == (TicketState.ACCEPTED, "vs1")


def test_a_decision_of_a_person_ends_the_search(world: World) -> None:
    """And an order that turns up all the same is adopted."""
    world.lose(FUTURES)
    world.run(70)
    world.settle("own-2", TicketState.ABSENT, words="somebody decided")
    asked = len(world.asked)
    world.run(100)
    assert len(world.asked) == asked
    world.settlement.found("own-2", "late")
    world.run(0)
    assert world.state(FUTURES) == (TicketState.ACCEPTED, "late")


def test_a_fault_of_our_own_does_not_end_the_search(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """It is told in the log, and the next look is made."""
    world.answers["spot order_by_client_oid"] = 7
    world.lose(SPOT)
    world.run(3)
    world.answers["spot order_by_client_oid"] = ORDER
    world.run(3)
    assert world.state(SPOT) == (TicketState.ACCEPTED, ORDER.order_id)
    assert "looking for an order broke" in caplog.text
