"""What a desk finds at its start: orders of an earlier run that went on without it. All is adopted, nothing is sent."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kucoin.desk import dispatch
from kucoin.desk.principal import Principal, Role
from kucoin.desk.reconcile import Reconciler
from kucoin.desk.settle import Settlement
from kucoin.desk.trading import Trading
from kucoin.journal.database import Journal
from kucoin.journal.ends import EndStore
from kucoin.journal.intents import Intent, IntentStore, Outcome
from kucoin.model.order import FuturesStop, OrderType, Side, StopDirection, StopPriceType, TradeType
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import FuturesTicket, OcoTerms, SpotTicket, SpotTrigger, Ticket, TicketState
from kucoin.stream.feed import FeedState, FeedStatus
from tests.conftest import Practice, start_practice
from tests.orders_desk import NEVER, SPOT_PUSHES, D, Desk, Gap, desk_of, gaps, until
from tests.rest_trading import PAIR, mark, opening, price, resting

ACCEPTED, ABSENT, UNKNOWN = TicketState.ACCEPTED, TicketState.ABSENT, TicketState.UNKNOWN
ME = Principal("local", Role.TRADER)
_ids = itertools.count()


class Hours:
    """Plans that are carried out when the test says so, and a clock that jumps from one to the next."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def start(self) -> None:
        """Nothing runs by itself."""

    stop = start

    def after(self, pause: float, errand: Callable[[], None]) -> None:
        """Keep it."""
        heapq.heappush(self._due, (self.now + pause, next(self._numbers), errand))

    def run(self, seconds: float) -> None:
        """Carry out what is due within so many s."""
        until_then = self.now + seconds
        while self._due and self._due[0][0] <= until_then:
            self.now, _, errand = heapq.heappop(self._due)
            errand()
        self.now = until_then


@dataclass
class Case:
    """An order of an earlier run: what the journal has of it, and what really became of it.

    ``state`` and ``what`` are what the desk must say, the latter None where it must say nothing.
    """

    ticket: Ticket
    stored: TicketState
    state: TicketState
    what: str | None
    order_id: str | None = None


@dataclass
class Scene:
    """The exchange, the journal of the earlier run, and the cases by name."""

    floor: Practice
    desk: Desk
    store: IntentStore
    cases: dict[str, Case] = field(default_factory=dict)
    account: str = "main"

    def write(self, ticket: Ticket, state: TicketState, order_id: str | None, *, account: str = "main") -> None:
        """Have the journal hold it as an earlier run would."""
        at = datetime.now(UTC) - timedelta(minutes=5)
        self.store.add(Intent(account=account, ticket=ticket, by="t", handed_at=at))
        if state is not TicketState.SENT:
            known = order_id if state is ACCEPTED else None
            self.store.note([Outcome(client_oid=ticket.client_oid, state=state, at=at, order_id=known)])

    def case(
        self,
        name: str,
        ticket: Ticket,
        *,
        stored: TicketState = ACCEPTED,
        state: TicketState = ACCEPTED,
        what: str | None = None,
        there: bool = True,
    ) -> str:
        """Prepare one, on the exchange where it is ``there``, and return KuCoin's id."""
        order_id = dispatch.send(self.desk.exchange, ticket) if there else f"6{next(_ids):023d}"
        self.write(ticket, stored, order_id)
        self.cases[name] = Case(ticket, stored, state, what, order_id if there or stored is ACCEPTED else None)
        return order_id

    def spot(self, **more: Any) -> SpotTicket:
        """Far below the market, with an id that was never used."""
        return SpotTicket(order=resting(self.floor, client_oid=_new(), **more))

    def futures(self, **more: Any) -> FuturesTicket:
        """Likewise."""
        return FuturesTicket(order=opening(self.floor, client_oid=_new(), **more))

    def posts(self) -> int:
        """How many requests that act have reached the exchange."""
        asked: dict[str, int] = self.floor.state()["requests"]
        acting = ("POST /api/", "DELETE /api/")
        return sum(
            count for name, count in asked.items() if any(each in name for each in acting) and "bullet" not in name
        )


def _new() -> str:
    return f"before-{next(_ids)}"


def _stop(scene: Scene) -> SpotTicket:
    return replace(scene.spot(), trigger=SpotTrigger(stop=SpotStop.LOSS, price=price(scene.floor, "0.75")))


def _futures_stop(scene: Scene) -> FuturesTicket:
    down = FuturesStop(direction=StopDirection.DOWN, price=mark(scene.floor, "0.6"), price_type=StopPriceType.MP)
    return scene.futures(price=mark(scene.floor, "0.5"), stop=down)


def _pair(scene: Scene) -> SpotTicket:
    sell = scene.spot(side=Side.SELL, price=price(scene.floor, "1.3"), size=D("0.2"))
    return replace(sell, oco=OcoTerms(stop_price=price(scene.floor, "0.7"), limit_price=price(scene.floor, "0.69")))


def _told(how: str) -> str:
    return f"{how}; this desk had not been told."


_LOST = "Its answer was lost when an earlier run ended; "


def _prepare_spot(scene: Scene) -> None:
    exchange = scene.desk.exchange
    scene.case("open", scene.spot())
    scene.case("filled", scene.spot(price=price(scene.floor, "1.01")), what=_told("Filled"))
    cancelled = scene.case("cancelled", scene.spot(), what=_told("Cancelled"))
    exchange.spot_orders.cancel(order_id=cancelled, symbol=PAIR)
    scene.case("gone", scene.spot(), there=False, what=_told("Gone: the exchange knows it no more"))
    part, rest = itertools.islice(gaps(exchange), 2)
    for name, gap, what in (
        ("partly filled", part, f"{part.size} of {part.size * 2} is filled"),
        ("partly filled, rest cancelled", rest, "Partially filled, rest cancelled"),
    ):
        order_id = scene.case(name, _in(scene, gap), what=_told(what))
        exchange.spot_orders.place(_in(scene, gap, side=Side.SELL, size=gap.size).order)
        if gap is rest:
            exchange.spot_orders.cancel(order_id=order_id, symbol=gap.symbol)
    scene.case("margin, open", replace(scene.spot(), trade_type=TradeType.MARGIN_TRADE))
    margin = scene.case(
        "margin, cancelled", replace(scene.spot(), trade_type=TradeType.MARGIN_TRADE), what=_told("Cancelled")
    )
    exchange.margin_orders.cancel(order_id=margin, symbol=PAIR)
    ended = scene.case("ended and seen to", scene.spot())
    exchange.spot_orders.cancel(order_id=ended, symbol=PAIR)


def _in(scene: Scene, gap: Gap, **more: Any) -> SpotTicket:
    given = {"symbol": gap.symbol, "price": gap.price, "size": gap.size * 2, **more}
    return scene.spot(**given)


def _prepare_waiting(scene: Scene) -> None:
    exchange = scene.desk.exchange
    scene.case("stop, waiting", _stop(scene))
    exchange.spot_stops.cancel(order_id=scene.case("stop, cancelled", _stop(scene), what=_told("Cancelled")))
    scene.case("futures stop, waiting", _futures_stop(scene))
    stop = scene.case("futures stop, cancelled", _futures_stop(scene), what=_told("Cancelled"))
    exchange.futures_orders.cancel(order_id=stop)
    scene.case("pair, waiting", _pair(scene))
    exchange.spot_stops.cancel_oco(order_id=scene.case("pair, cancelled", _pair(scene), what=_told("Cancelled")))
    margin = replace(_stop(scene), trade_type=TradeType.MARGIN_TRADE)
    exchange.margin_stops.cancel(order_id=scene.case("margin stop, cancelled", margin, what=_told("Cancelled")))
    gap = next(itertools.islice(gaps(exchange), 2, None))
    exchange.spot_orders.place(_in(scene, gap, size=gap.size).order)
    last = D(scene.floor.state()["last"][gap.symbol])
    trigger = SpotTrigger(stop=SpotStop.ENTRY if gap.price > last else SpotStop.LOSS, price=gap.price)
    low = next(each for each in exchange.market.symbols() if each.symbol == gap.symbol).price_increment
    becomes = replace(_in(scene, gap, price=gap.price - 20 * low), trigger=trigger)
    scene.case("stop, triggered", becomes, what="Triggered and became order ")
    exchange.spot_orders.place(_in(scene, gap, side=Side.SELL, size=gap.size).order)


def _prepare_futures(scene: Scene) -> None:
    exchange = scene.desk.exchange
    scene.case("futures, open", scene.futures())
    scene.case("futures, filled", scene.futures(type=OrderType.MARKET, price=None), what=_told("Filled"))
    cancelled = scene.case("futures, cancelled", scene.futures(), what=_told("Cancelled"))
    exchange.futures_orders.cancel(order_id=cancelled)
    gone = _told("Gone: the exchange knows it no more")
    scene.case("futures, gone", scene.futures(), there=False, what=gone)


def _prepare_lost(scene: Scene) -> None:
    sent, has, never = TicketState.SENT, _LOST + "the exchange has it.", _LOST + "it never arrived."
    scene.case("sent, open", scene.spot(), stored=sent, what=has)
    at_once = scene.spot(price=price(scene.floor, "1.01"))
    scene.case("sent, filled", at_once, stored=sent, what=has)
    scene.case("sent, never arrived", scene.spot(), stored=sent, there=False, state=ABSENT, what=never)
    scene.case("unknown, never arrived", scene.spot(), stored=UNKNOWN, there=False, state=ABSENT, what=never)
    scene.case("sent futures", scene.futures(), stored=sent, what=has)
    scene.case("unknown futures", scene.futures(), stored=UNKNOWN, what=has)
    nobody = _LOST + "nobody knows it: a person decides."
    scene.case("futures, never arrived", scene.futures(), stored=sent, there=False, state=UNKNOWN, what=nobody)
    scene.case("sent stop", _stop(scene), stored=sent, what=has)
    scene.case("sent pair", _pair(scene), stored=sent, what=has)
    late = "It was held to have never arrived, and the exchange has it."
    scene.case("absent, open", scene.spot(), stored=ABSENT, what=late)
    scene.case("not sent, open", scene.futures(), stored=TicketState.NOT_SENT, what=late)
    scene.case("refused", scene.spot(), stored=TicketState.REFUSED, there=False, state=TicketState.REFUSED)


@dataclass
class Run:
    """One run of a desk on the scene, up to where everything was compared and looked for."""

    trading: Trading
    settlement: Settlement
    reconciler: Reconciler
    hours: Hours
    acted: int

    def found(self, client_oid: str) -> list[str]:
        """What is listed of an order."""
        return [each.what for each in self.trading.divergences() if each.client_oid == client_oid]


def begin(scene: Scene, ends: EndStore) -> Run:
    """Start the parts of a desk that a new run of it has; the exchange was heard and read before."""
    acted, hours, orders = scene.posts(), Hours(), scene.desk.orders
    trading = Trading(
        scene.desk.exchange,
        scene.store,
        orders,
        on=True,
        account=lambda: scene.account,
        monotonic=lambda: hours.now,
    )
    settlement = Settlement(
        scene.desk.exchange,
        scene.desk.upstream.hub,
        trading,
        told=orders.told,
        plans=hours,
        monotonic=lambda: hours.now,
    )
    reconciler = Reconciler(
        scene.desk.exchange,
        scene.desk.upstream.hub,
        orders,
        trading,
        store=scene.store,
        ends=ends,
        found=settlement.found,
    )
    trading.rely_on(reconciler)
    trading.start()
    until(lambda: trading.account == scene.account)
    until(reconciler.turn)
    hours.run(70)
    until(reconciler.turn)
    return Run(trading, settlement, reconciler, hours, acted)


FOREIGN = ("an order of others", "a futures order of others", "a stop of others")


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """What both runs write to."""
    opened = Journal.open(f"sqlite:///{tmp_path_factory.mktemp('divergences') / 'journal.sqlite3'}", mode="practice")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def own_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """An exchange of these tests alone, for they leave much on it; its market stands still."""
    practice = start_practice(tmp_path_factory.mktemp("floor"))
    practice.clock(rate=0)
    yield practice
    assert practice.stop() == 0


@pytest.fixture(scope="module")
def scene(own_floor: Practice, journal: Journal) -> Iterator[Scene]:
    """What an earlier run left; the desk that prepares it is another one than that which finds it."""
    with desk_of(own_floor, every=NEVER, sockets=False) as desk:
        scene = Scene(own_floor, desk, IntentStore(journal))
        for prepare in (_prepare_spot, _prepare_waiting, _prepare_futures, _prepare_lost):
            prepare(scene)
        foreign = (scene.spot(), scene.futures(), _stop(scene))
        scene.write(other := replace(scene.spot(), trade_type=TradeType.TRADE), TicketState.SENT, None, account="other")
        scene.cases["of another account"] = Case(other, TicketState.SENT, TicketState.SENT, None)
        for name, ticket in zip(FOREIGN, foreign, strict=True):
            order_id = dispatch.send(desk.exchange, ticket)
            scene.cases[name] = Case(ticket, ACCEPTED, ACCEPTED, "no ticket of this desk has its id", order_id)
    with desk_of(own_floor, every=NEVER) as finding:
        scene.desk = finding
        yield scene


@pytest.fixture(scope="module")
def ends(scene: Scene, journal: Journal) -> EndStore:
    """What an earlier run saw to the end of."""
    ends = EndStore(journal)
    ends.add({scene.cases["ended and seen to"].ticket.client_oid: "cancelled"}, at=datetime.now(UTC))
    return ends


@pytest.fixture(scope="module")
def run(scene: Scene, ends: EndStore) -> Iterator[Run]:
    """The run that finds it."""
    run = begin(scene, ends)
    yield run
    run.trading.stop()


NAMES = (
    *("open", "filled", "cancelled", "gone", "partly filled", "partly filled, rest cancelled", "margin, open"),
    *("margin, cancelled", "ended and seen to", "stop, waiting", "stop, cancelled", "stop, triggered"),
    *("futures stop, waiting", "futures stop, cancelled", "pair, waiting", "pair, cancelled", "margin stop, cancelled"),
    *("futures, open", "futures, filled", "futures, cancelled", "futures, gone", "sent, open", "sent, filled"),
    *("sent, never arrived", "unknown, never arrived", "sent futures", "unknown futures", "futures, never arrived"),
    *("sent stop", "sent pair", "absent, open", "not sent, open", "refused", "of another account", *FOREIGN),
)


@pytest.mark.parametrize("name", NAMES)
def test_what_went_on_without_the_desk_is_adopted_and_listed_once(scene: Scene, run: Run, name: str) -> None:
    """The exchange is right; what agrees with the journal is not mentioned."""
    case = scene.cases[name]
    found = run.found(case.ticket.client_oid)
    if case.what is None:
        assert found == []
    else:
        assert len(found) == 1, found
        assert case.what in found[0]
    known = run.trading.placement(case.ticket.client_oid)
    if name in FOREIGN or name == "of another account":
        assert known is None
        return
    assert known is not None
    assert (known.state, known.order_id) == (case.state, case.order_id)


def test_every_prepared_case_is_looked_at(scene: Scene) -> None:
    """No case is prepared that no test names."""
    assert sorted(scene.cases) == sorted(NAMES)


def test_nothing_was_sent_to_put_anything_right(scene: Scene, run: Run) -> None:
    """Neither an order nor a cancel left, and what the journal has of another account stands as it stood."""
    assert scene.posts() == run.acted
    other = scene.store.get(scene.cases["of another account"].ticket.client_oid)
    assert other is not None
    assert other.state is TicketState.SENT


def test_the_legs_of_a_pair_are_no_foreign_orders(scene: Scene, run: Run) -> None:
    """They have ids of their own, and the pair is ours."""
    legs = {leg.order_id for leg in scene.desk.exchange.spot_stops.oco(order_id=_id(scene, "pair, waiting")).legs}
    assert legs
    assert not legs & {each.order_id for each in run.trading.divergences()}


def test_the_exchange_s_word_is_what_the_desk_shows(scene: Scene, run: Run) -> None:
    """Open orders are known as open, and the others as what became of them."""
    known = {each.order_id for each in scene.desk.orders.open()}
    assert {_id(scene, name) for name in ("open", "partly filled", "futures, open", "absent, open")} <= known
    cancelled = scene.desk.orders.order(_id(scene, "cancelled"))
    assert cancelled is not None
    assert cancelled.status == "cancelled"
    assert run.trading.ended(scene.cases["cancelled"].ticket.client_oid) == "cancelled"
    became = run.trading.ended(scene.cases["stop, triggered"].ticket.client_oid) or ""
    assert became.rpartition(" ")[2] in known


def test_the_next_start_lists_only_what_is_still_so(scene: Scene, run: Run, ends: EndStore) -> None:
    """What ended was told once. Others' orders, and what a person has to decide on, are told again."""
    until(lambda: len(scene.store.open(scene.account)) == 1)
    before = {each.order_id for each in run.trading.divergences() if "had not been told" in each.what}
    again = begin(scene, ends)
    try:
        listed = {each.client_oid: each.what for each in again.trading.divergences()}
        assert {scene.cases[name].ticket.client_oid for name in FOREIGN} <= listed.keys()
        assert scene.cases["futures, never arrived"].ticket.client_oid in listed
        told_again = {each.order_id for each in again.trading.divergences() if "had not been told" in each.what}
        assert told_again & before <= {_id(scene, "partly filled")}
    finally:
        again.trading.stop()


def test_after_a_break_what_pushes_did_not_tell_is_listed(scene: Scene, run: Run) -> None:
    """Cancelled by others while the line was down. What was told by a push is no news."""
    hub = scene.desk.upstream.hub
    silent, told = scene.spot(), scene.spot()
    for ticket in (silent, told):
        run.trading.place(ticket, ME)
    ids = [until(lambda ticket=ticket: _accepted(run, ticket)) for ticket in (silent, told)]
    until(lambda: all(scene.desk.is_open(order_id) for order_id in ids))
    scene.desk.exchange.spot_orders.cancel(order_id=ids[1], symbol=PAIR)
    until(lambda: not scene.desk.is_open(ids[1]))
    run.reconciler.turn()
    scene.floor.faults({"name": "drop_event", "path": SPOT_PUSHES})
    scene.desk.exchange.spot_orders.cancel(order_id=ids[0], symbol=PAIR)
    scene.floor.clear_faults()
    hub.changed(FeedStatus("feed-spot-private", FeedState.DOWN, "cut"))
    hub.changed(FeedStatus("feed-spot-private", FeedState.LIVE))
    until(lambda: run.reconciler.turn() and run.found(silent.client_oid))
    assert run.found(silent.client_oid) == [_told("Cancelled")]
    assert run.found(told.client_oid) == []


@pytest.mark.parametrize("kind", ["spot", "futures"])
def test_a_refusal_because_the_id_lives_adopts_the_first_order(scene: Scene, run: Run, kind: str) -> None:
    """Somebody sent it before: it is looked up, and no second one comes to be."""
    ticket = scene.spot() if kind == "spot" else scene.futures()
    first = dispatch.send(scene.desk.exchange, ticket)
    run.trading.place(ticket, ME)
    until(lambda: _state(run, ticket) is not TicketState.SENT)
    run.hours.run(1)
    assert _state(run, ticket) is ACCEPTED
    assert _accepted(run, ticket) == first


def _state(run: Run, ticket: Ticket) -> TicketState | None:
    placement = run.trading.placement(ticket.client_oid)
    return None if placement is None else placement.state


def _accepted(run: Run, ticket: Ticket) -> str | None:
    placement = run.trading.placement(ticket.client_oid)
    return None if placement is None else placement.order_id


def _id(scene: Scene, name: str) -> str:
    order_id = scene.cases[name].order_id
    assert order_id is not None
    return order_id
