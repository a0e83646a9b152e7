"""Orders placed through a whole desk while answers are lost, and the exchange's truth to compare with."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kucoin.decimals import floor_to
from kucoin.desk import placements, settle
from kucoin.desk.desk import Desk
from kucoin.desk.principal import Principal, Role
from kucoin.desk.upstream import Upstream
from kucoin.errors import InvalidRequest, NotAllowed
from kucoin.journal.database import Journal
from kucoin.model.credentials import Credentials, Secret
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
from kucoin.model.stop_order import SpotStop
from kucoin.model.ticket import FuturesTicket, OcoTerms, Placement, SpotTicket, SpotTrigger, Ticket, TicketState
from kucoin.practice.archive import Archive
from kucoin.practice.engine.records import Oco, Stop
from kucoin.practice.store import Store
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.rest.line import Timeouts
from kucoin.stream.feed import Manners
from tests.conftest import Practice, fetch
from tests.feed_server import until

D = Decimal
ME = Principal("local", Role.TRADER)
PAIRS = {"LTC-USDT": "0.01", "ETH-USDT": "0.01"}  # and their ticks
SIZES = {"LTC-USDT": "0.2", "ETH-USDT": "0.005"}
CONTRACT, TICK = "AVAXUSDTM", "0.001"
ORDER_PATHS = (
    *("/api/v1/hf/orders", "/api/v3/hf/margin/order", "/api/v3/hf/margin/stop-order", "/api/v1/stop-order"),
    *("/api/v3/oco/order", "/api/v1/orders"),
)
_AT_ONCE = 6  # orders whose answers are waited for: more would wait for a worker
MARK = "storm-"  # every id begins so


@dataclass(frozen=True)
class Prices:
    """The last price of each pair and the contract's mark, with the market standing still."""

    last: dict[str, Decimal]
    mark: Decimal

    @classmethod
    def of(cls, state: dict[str, Any]) -> Prices:
        """Read them from the exchange's state."""
        return cls({pair: D(state["last"][pair]) for pair in PAIRS}, D(state["marks"][CONTRACT]))


def draw(chance: random.Random, prices: Prices, name: str) -> Ticket:
    """Return a ticket of any kind: most rest far from the market, some trade at once."""
    kinds = {"spot": 42, "spot market": 8, "futures": 25, "futures market": 5, "margin": 6}
    kinds |= {"stop": 4, "pair": 3, "margin stop": 3, "futures stop": 4}
    (kind,) = chance.choices(list(kinds), list(kinds.values()))
    client_oid = f"{MARK}{name}"
    return futures(chance, prices, client_oid, kind) if "futures" in kind else _spot(chance, prices, client_oid, kind)


def _spot(chance: random.Random, prices: Prices, client_oid: str, kind: str) -> SpotTicket:
    symbol = chance.choice(list(PAIRS))
    last, tick = prices.last[symbol], D(PAIRS[symbol])

    def at(share: str) -> Decimal:
        return floor_to(last * D(share), tick)

    order = NewOrder(
        client_oid=client_oid,
        symbol=symbol,
        side=Side.BUY,
        type=OrderType.LIMIT,
        price=at(chance.choice(("0.85", "0.87", "0.88"))),
        size=D(SIZES[symbol]),
    )
    match kind:
        case "spot market":
            market = NewOrder(client_oid=client_oid, symbol=symbol, side=Side.BUY, type=OrderType.MARKET, funds=D(5))
            return SpotTicket(order=market)
        case "margin":
            return SpotTicket(order=order, trade_type=TradeType.MARGIN_TRADE)
        case "stop":
            return SpotTicket(order=order, trigger=SpotTrigger(stop=SpotStop.LOSS, price=at("0.7")))
        case "margin stop":
            trigger = SpotTrigger(stop=SpotStop.LOSS, price=at("0.7"))
            return SpotTicket(order=order, trade_type=TradeType.MARGIN_TRADE, trigger=trigger)
        case "pair":
            sell = replace(order, side=Side.SELL, price=at("1.3"))
            return SpotTicket(order=sell, oco=OcoTerms(stop_price=at("0.7"), limit_price=at("0.69")))
    return SpotTicket(order=order)


def futures(chance: random.Random, prices: Prices, client_oid: str, kind: str) -> FuturesTicket:
    order = NewFuturesOrder(
        client_oid=client_oid,
        symbol=CONTRACT,
        side=Side.BUY,
        type=OrderType.LIMIT,
        size=Lots(1),
        price=floor_to(prices.mark * D("0.9"), D(TICK)),
        leverage=3,
        margin_mode=MarginMode.ISOLATED,
    )
    if kind == "futures market":
        return FuturesTicket(
            order=replace(order, type=OrderType.MARKET, price=None, side=chance.choice((Side.BUY, Side.SELL)))
        )
    if kind == "futures stop":
        below = floor_to(prices.mark * D("0.7"), D(TICK))
        stop = FuturesStop(direction=StopDirection.DOWN, price=below, price_type=StopPriceType.MP)
        return FuturesTicket(order=replace(order, stop=stop))
    return FuturesTicket(order=order)


@contextmanager
def desk_on(spot: str, futures: str, url: str, *, read: float = 10.0) -> Iterator[Desk]:
    """A whole desk on the default account, running; ``read`` is how long an answer is waited for."""
    ports = (int(base.rpartition(":")[2]) for base in (spot, futures))
    strings = ("practice-key-0001", "practice-secret-0001", "practice-passphrase")
    exchange = Exchange(hosts.practice(*ports), Credentials(*map(Secret, strings)), timeouts=Timeouts(read=read))
    with ExitStack() as held:
        journal = Journal.open(url, mode="practice")
        held.callback(journal.close)
        desk = Desk(
            exchange,
            Upstream(exchange, practice=True, manners=Manners(first_pause=0.25)),
            mode="practice",
            site="global",
            version="0",
            key_tail="0001",
            trading=True,
            journal=journal,
            held=held.pop_all(),
        )
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()


@contextmanager
def hurried(times: float) -> Iterator[None]:
    """Have everything that settles orders wait so many times less than it does. What is late is found late then."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_EVERY", "_EVERYWHERE", "_PROOF", "_PATIENCE", "_UNDECIDED_EVERY"):
            patch.setattr(settle, name, getattr(settle, name) / times)
        patch.setattr(settle, "_LOOKS", tuple(look / times for look in settle._LOOKS))
        patch.setattr(placements, "_SETTLING", placements._SETTLING / times)
        yield


def place(desk: Desk, ticket: Ticket) -> Placement:
    """Place a ticket once its turn has come, asking for its terms meanwhile."""

    def go() -> Placement | None:
        desk.terms.of(ticket.symbol)
        if sum(each.state is TicketState.SENT for each in desk.trading.placements()) >= _AT_ONCE:
            return None
        try:
            return desk.trading.place(ticket, ME)
        except (InvalidRequest, NotAllowed):
            return None  # its terms are old, or the journal is slow

    placed: Placement = until(go, 60)
    return placed


def make_room(floor: Practice) -> None:
    """Cancel the orders that rest, by other means than the desk's: the exchange takes so many and no more."""
    for symbol in PAIRS:
        floor.send("DELETE", f"/api/v1/hf/orders?symbol={symbol}")
        floor.send("DELETE", f"/api/v3/hf/margin/orders?symbol={symbol}&tradeType=MARGIN_TRADE")
    floor.send("DELETE", f"/api/v3/orders?symbol={CONTRACT}", futures=True)


# The truth


@dataclass(frozen=True)
class Truth:
    """What the exchange holds: ids of KuCoin's by ours, and how many orders were sent to it."""

    orders: dict[str, list[str]]
    posts: int

    def judge(self, placements: Iterable[Placement]) -> Counter[str]:
        """Compare with what the desk has; return how many ended in each state.

        Nothing is there twice, nothing is lost, and each ended as the exchange says.
        """
        known = {each.ticket.client_oid: each for each in placements if each.ticket.client_oid.startswith(MARK)}
        assert not {oid: ids for oid, ids in self.orders.items() if len(ids) > 1}, "placed twice"
        assert self.orders.keys() <= known.keys(), "orders that nobody wrote down"
        for client_oid, placement in known.items():
            held = self.orders.get(client_oid, [None])[0]
            taken = placement.state is TicketState.ACCEPTED
            assert taken == (held is not None), f"{placement} against {held}"
            assert placement.order_id == held, f"{placement} against {held}"
        assert self.posts <= len(known), "more was sent than was written down"
        return Counter(str(each.state) for each in known.values())


def posts(floor: Practice) -> int:
    """How many requests to place an order have reached the exchange."""
    asked: dict[str, int] = floor.state()["requests"]
    return sum(asked.get(f"{host} POST {path}", 0) for host in ("spot", "futures") for path in ORDER_PATHS)


def truth(data: Path, sent: int) -> Truth:
    """Read what an exchange holds that has been stopped. Orders that waited and never triggered count as well."""
    store = Store(data)
    try:
        archive = Archive(store)
        found: dict[str, list[str]] = defaultdict(list)
        rows = store.rows("SELECT client_oid, id FROM orders WHERE client_oid IS NOT NULL")
        named = [(oid, order_id) for oid, order_id in rows]
        waiting: list[Stop] = archive.stops("main")
        named += [(each.client_oid or "", each.id) for each in waiting if each.oco is None and each.order_id is None]
        pairs: list[Oco] = archive.ocos("main")
        named += [(each.request.client_oid, each.id) for each in pairs]
        for client_oid, order_id in named:
            if client_oid.startswith(MARK):
                found[client_oid].append(order_id)
        return Truth(dict(found), sent)
    finally:
        store.close()


# Ambiguous answers

_BODIES = ("empty", "truncated", "data_null", "no_data", "field_missing", "field_null", "html", "broken_gzip")


def ambiguous(share: float, late: float = 2.5) -> list[dict[str, Any]]:
    """Faults that make ``share`` of all orders ambiguous: done or not done, told or not, each as often.

    Args:
        late: Seconds that a late answer takes.
    """
    kinds: list[dict[str, Any]] = [
        {"name": "lose_answer"},
        {"name": "late_answer", "seconds": late},
        {"name": "accept_then_5xx"},
        {"name": "refuse_5xx"},
        {"name": "http_429", "reset_ms": 300},
        {"name": "http_429_bare"},
    ]
    kinds += [{"name": "bad_body", "kind": kind, "chance": 1 / len(_BODIES)} for kind in _BODIES]
    weights = [each.pop("chance", 1.0) for each in kinds]
    faults = []
    left = 1.0  # one that an earlier fault strikes meets no later one
    for kind, weight in zip(kinds, weights, strict=True):
        one = share * weight / sum(weights)
        faults += [{"method": "POST", "path": path, "chance": one / left, **kind} for path in ORDER_PATHS]
        left -= one
    return faults


def half_deaf() -> list[dict[str, Any]]:
    """Half of all pushes about orders are lost, so that what is unknown has to be asked for as often as it is told."""
    paths = ("/spotMarket/tradeOrdersV2", "/contractMarket/tradeOrders")
    return [{"name": "drop_event", "path": path, "chance": 0.5} for path in paths]


def count_unknown(desk: Desk) -> set[str]:
    """Return a set that fills with our ids of the orders whose outcome is unknown at some time."""
    unknown: set[str] = set()

    def note(placement: Placement) -> None:
        if placement.state is TicketState.UNKNOWN:
            unknown.add(placement.ticket.client_oid)

    desk.trading.on_change(note)
    return unknown


def struck(floor: Practice) -> dict[str, int]:
    """How often each fault struck."""
    told: Counter[str] = Counter()
    for each in fetch("POST", f"{floor.spot}/_practice/faults", {}, "{}").body["faults"]:
        told[each["name"]] += each["struck"]
    return dict(told)


def settled(desk: Desk, *, decide: bool) -> bool:
    """Whether everything is known; a person decides on what nobody knows where ``decide``."""
    for each in desk.trading.placements():
        if decide and each.undecided:
            desk.trading.decide(each.ticket.client_oid, ME)
    return not any(each.open for each in desk.trading.placements())


def storm(floor: Practice, desk: Desk, seed: int, count: int, *, rate: float, late: float = 2.5) -> list[Ticket]:
    """Place ``count`` orders, at most ``rate`` a second, 30 % with ambiguous answers; return them. The faults stay."""
    chance = random.Random(seed)
    prices = Prices.of(floor.state())
    floor.faults(*ambiguous(0.3, late), *half_deaf())
    tickets = [draw(chance, prices, f"{seed}-{number}") for number in range(count)]
    began = time.monotonic()
    for number, ticket in enumerate(tickets):
        until(lambda number=number: time.monotonic() >= began + number / rate, 60)
        if number % 80 == 79:
            make_room(floor)
        place(desk, ticket)
    return tickets
