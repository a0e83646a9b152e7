"""What a waiting order became is found by its own id or by ours, in whatever order things are told."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kucoin.book.books import Books
from kucoin.desk import facts, stops, verdicts
from kucoin.desk.facts import Facts
from kucoin.desk.memory import Memory
from kucoin.desk.orders import Orders
from kucoin.desk.refresh import Refresher
from kucoin.desk.stops import Stop
from kucoin.desk.triggered import Triggered
from kucoin.errors import NotFound
from kucoin.hub import Hub
from kucoin.model.feed_private import StopChange
from kucoin.model.order import (
    FuturesStop,
    Lots,
    MarginMode,
    NewFuturesOrder,
    NewOrder,
    Order,
    OrderType,
    Side,
    StopDirection,
    StopPriceType,
    TradeType,
)
from kucoin.model.stop_order import SpotStop, StopOrder
from kucoin.model.ticket import FuturesTicket, Placement, SpotTicket, SpotTrigger, TicketState
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from tests.order_facts import CONTRACT, FUTURES_ORDER, ORDER, PAIR, START

D = Decimal
NEW = NewOrder(client_oid="own-1", symbol=PAIR, side=Side.BUY, type=OrderType.LIMIT, price=D("70.00"), size=D("0.5"))
TICKET = SpotTicket(order=NEW, trigger=SpotTrigger(stop=SpotStop.LOSS, price=D(71)))
LISTED = StopOrder(
    order_id="vs1",
    client_oid="own-1",
    symbol=PAIR,
    side=Side.BUY,
    type=OrderType.LIMIT,
    trade_type=TradeType.TRADE,
    status="NEW",
    stop=SpotStop.LOSS,
    stop_price=D(71),
    price=D(70),
    limit_price=None,
    size=D("0.5"),
    funds=None,
    time_in_force=None,
    post_only=False,
    stp=None,
    created_at=START - timedelta(minutes=1),
    triggered_at=None,
)
WENT_OFF = StopChange(time=1, symbol=PAIR, order_id="vs1", side=Side.BUY, kind="triggered", stop="loss", futures=False)


@dataclass
class Asked:
    """Stands for an exchange that is asked about single orders; it knows those that it is given."""

    orders: dict[str, Order] = field(default_factory=dict)
    waiting: dict[str, StopOrder] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def spot_orders(self) -> Asked:
        """As a client has them."""
        return self

    @property
    def spot_stops(self) -> Asked:
        """As a client has them."""
        return self

    def order_by_client_oid(self, *, client_oid: str, symbol: str) -> Order:
        """The order."""
        return self._of(self.orders, f"{client_oid} {symbol}")

    def stop(self, *, order_id: str) -> StopOrder:
        """The waiting one."""
        return self._of(self.waiting, order_id)

    def _of(self, known: dict[str, Any], name: str) -> Any:
        self.asked.append(name)
        if name not in known:
            raise NotFound(code="400100", message="order not exist", request="GET /orders")
        return known[name]


@dataclass
class Scene:
    """The two memories and what links them."""

    asked: Asked = field(default_factory=Asked)
    waiting: Memory[Stop] = field(default_factory=lambda: Memory(lambda: 0.0))
    orders: Memory[Facts] = field(default_factory=lambda: Memory(lambda: 0.0))

    def __post_init__(self) -> None:
        self.triggered = Triggered(
            self.asked,  # type: ignore[arg-type]  # a stand-in for the exchange
            self.waiting,
            self.orders,
            Refresher(),
            granted=lambda: True,
            every=30.0,
        )

    def tell(self, fact: Facts | Stop) -> None:
        """Have one of them heard."""
        if isinstance(fact, Stop):
            self.waiting.hear(fact)
        else:
            self.orders.hear(fact)

    def read(self) -> None:
        """Ask for what is missing."""
        self.triggered._read()


ORDERED = facts.answered(ORDER)
TOLD: list[Facts | Stop] = [stops.answered(LISTED), stops.pushed(WENT_OFF), ORDERED]


@pytest.mark.parametrize("told", list(itertools.permutations(TOLD)), ids=range(6))
def test_a_spot_stop_is_linked_by_our_id_in_any_order_of_facts(told: tuple[Facts | Stop, ...]) -> None:
    """The list told the id, a push the trigger, another the order."""
    scene = Scene()
    for fact in told[:2]:
        scene.tell(fact)
    assert scene.triggered.order_of("vs1") is None
    scene.tell(told[2])
    assert scene.triggered.order_of("vs1") == ORDER.order_id
    scene.read()
    assert scene.asked.asked == []


def test_what_only_pushes_told_is_asked_for_by_both_ids() -> None:
    """A push of a stop bears no id of ours: the stop is asked for it, and then the order by it."""
    scene = Scene()
    scene.tell(stops.pushed(WENT_OFF))
    scene.asked.waiting["vs1"] = replace(LISTED, status="TRIGGERED")
    scene.asked.orders[f"own-1 {PAIR}"] = ORDER
    scene.read()
    assert scene.asked.asked == ["vs1", f"own-1 {PAIR}"]
    assert scene.triggered.order_of("vs1") == ORDER.order_id
    scene.read()
    assert len(scene.asked.asked) == 2


def test_what_the_exchange_does_not_know_is_not_asked_for_without_end() -> None:
    """One that failed when its price came, and said so, never."""
    scene = Scene()
    scene.tell(stops.pushed(replace_push(error="no money")))
    scene.tell(stops.pushed(replace_push(order_id="vs2")))
    for _ in range(9):
        scene.read()
    assert scene.asked.asked == ["vs2"] * 3
    assert scene.triggered.order_of("vs2") is None


@pytest.mark.parametrize(
    "other",
    [
        {"created_at": START - timedelta(hours=1)},
        {"side": Side.SELL},
        {"symbol": "BTC-USDT"},
        {"client_oid": "own-2"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_an_order_that_cannot_be_it_is_not_linked(other: dict[str, Any]) -> None:
    """An id may have been used before, by another order."""
    scene = Scene()
    for fact in (*TOLD[:2], facts.answered(replace(ORDER, **other))):
        scene.tell(fact)
    assert scene.triggered.order_of("vs1") is None


def test_a_futures_stop_keeps_its_id() -> None:
    """It is linked as soon as the order is known, and not before it triggered."""
    scene = Scene()
    new = NewFuturesOrder(
        client_oid="own-1",
        symbol=CONTRACT,
        type=OrderType.MARKET,
        margin_mode=MarginMode.CROSS,
        side=Side.SELL,
        size=Lots(3),
        stop=FuturesStop(direction=StopDirection.DOWN, price=D(17), price_type=StopPriceType.MP),
    )
    fact = stops.placed(FuturesTicket(order=new), FUTURES_ORDER.order_id)
    assert fact is not None
    assert fact.alive
    scene.tell(fact)
    assert scene.triggered.order_of(fact.order_id) is None
    scene.tell(replace(fact, ended=True, triggered=True))
    assert scene.triggered.order_of(fact.order_id) is None
    scene.tell(facts.answered_futures(FUTURES_ORDER))
    assert scene.triggered.order_of(fact.order_id) == fact.order_id


def test_an_accepted_ticket_proves_what_the_exchange_tells_later() -> None:
    """Of an order and of one that waits: the answer joined to what is read adds nothing to it."""
    plain = facts.placed(SpotTicket(order=NEW), ORDER.order_id)
    assert plain is not None
    assert plain.alive
    assert replace(plain.joined(ORDERED), time_in_force=None, post_only=None) == replace(
        ORDERED, time_in_force=None, post_only=None
    )
    waiting = stops.placed(TICKET, "vs1")
    assert waiting is not None
    assert waiting.alive
    assert waiting.joined(stops.answered(LISTED)) == stops.answered(LISTED)


def test_what_a_lost_waiting_order_became_waits_for_nothing() -> None:
    """Its answer was lost, so that all that was found by our id is the order: that one is in the market."""
    exchange = Exchange(hosts.practice(1, 2), PRACTICE_CREDENTIALS)
    hub = Hub(Books(lambda _: pytest.fail("no book is asked for")))
    orders = Orders(exchange, hub, Refresher(), granted=lambda: True)
    orders.told(ORDERED)
    orders.placed(TICKET, ORDER.order_id)
    assert orders.stops() == ()
    assert orders.stop(ORDER.order_id) is None
    assert [order.order_id for order in orders.open()] == [ORDER.order_id]
    orders.placed(TICKET, "vs1")  # as soon as anybody tells the id that it waited under
    assert [stop.order_id for stop in orders.stops()] == ["vs1"]


def test_a_waiting_order_that_the_exchange_lost_is_asked_for() -> None:
    """It was cancelled where nobody told of it, and is in no list: it does not wait for good."""
    exchange = Exchange(hosts.practice(1, 2), PRACTICE_CREDENTIALS)
    hub = Hub(Books(lambda _: pytest.fail("no book is asked for")))
    orders = Orders(exchange, hub, Refresher(), granted=lambda: True)
    placed = Placement(ticket=TICKET, by="t", state=TicketState.ACCEPTED, handed_at=START, order_id="vs1")
    orders.placed(TICKET, "vs1")
    assert verdicts.is_known(orders, placed)
    orders._stops.lose("vs1", after=0.0)  # what a reading does that finds it neither listed nor by its id
    stop = orders.stop("vs1")
    assert stop is not None
    assert not stop.alive
    assert not verdicts.is_known(orders, placed)
    assert verdicts.end(orders, placed) is None
    orders.told(replace(stops.answered(LISTED), ended=True))
    assert verdicts.end(orders, placed) == "cancelled"


def replace_push(**more: Any) -> StopChange:
    """Another push like it."""
    told = {name: getattr(WENT_OFF, name) for name in WENT_OFF.__struct_fields__}
    return StopChange(**{**told, **more})
