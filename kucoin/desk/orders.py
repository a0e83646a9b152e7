"""The account's orders and fills, whoever placed them: pushes as they come, and REST beneath them as a net."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from kucoin.desk import facts, order_nets, order_state, stops
from kucoin.desk.facts import Facts
from kucoin.desk.fills import AnyFill, in_time
from kucoin.desk.memory import Bounds, Fact, Memory
from kucoin.desk.net import Net, Reader
from kucoin.desk.order_state import AnyOrder, Exposure
from kucoin.desk.recent_fills import RecentFills
from kucoin.desk.refresh import Refresher
from kucoin.desk.stops import Stop
from kucoin.desk.triggered import Triggered
from kucoin.hub import Hub
from kucoin.model.feed_private import OrderChange, StopChange
from kucoin.model.market import Contract
from kucoin.model.ticket import SpotTicket, Ticket
from kucoin.rest.client import Exchange
from kucoin.stream.topics import Event

log = logging.getLogger(__name__)

K = TypeVar("K", bound=Fact)

_EXPECTED = 20_000  # own ids that are kept


class Orders:
    """Every order and fill of the account that is known. Safe to call from any thread; nothing here waits.

    What was placed and ended elsewhere while a socket was down, on a spot pair that nobody looks at, stays unknown:
    KuCoin has no list of it.

    Args:
        exchange: Is asked for lists, and for single orders where those contradict what was heard.
        hub: Tells what is pushed.
        refresher: Reads the lists.
        granted: Whether private calls may be made.
        every: Seconds between two readings of a list.
        bounds: How much is kept of orders that are not open; open ones are always kept.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        hub: Hub,
        refresher: Refresher,
        *,
        granted: Callable[[], bool],
        every: float = 30.0,
        bounds: Bounds | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hub = hub
        self._refresher = refresher
        self._granted = granted
        self._every = every
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._expected: dict[str, None] = {}  # our own ids, oldest first
        self._shown: tuple[int, dict[str | None, tuple[AnyFill, ...]]] = (-1, {})
        self._orders: Memory[Facts] = Memory(monotonic, bounds)
        self._stops: Memory[Stop] = Memory(monotonic, bounds)
        self._readers: list[Reader[Any]] = []
        for net in order_nets.of_orders(exchange):
            self._add(net, self._orders)
        self._waiting = [self._add(net, self._stops) for net in order_nets.of_stops(exchange, self._went_off)]
        self._triggered = Triggered(exchange, self._stops, self._orders, refresher, granted=granted, every=every)
        self._markets = {reader.futures for reader in self._readers}
        self._recent = RecentFills(exchange, self._orders, refresher, granted=granted, every=every)
        self._listening = hub.listen("orders", self._hear, OrderChange, StopChange)
        hub.on_resync(self._resync)

    @property
    def generation(self) -> int:
        """Rises with every change of an order, a waiting one or a fill."""
        return self._orders.generation + self._stops.generation

    @property
    def repaired(self) -> int:
        """How often a reading put right what no push had told. Counted when the next reading begins."""
        return self._orders.repaired + self._stops.repaired

    def expect(self, client_oid: str) -> None:
        """Count the order with this id of ours as placed by this desk; to be called before it leaves."""
        with self._lock:
            self._expected[client_oid] = None
            if len(self._expected) > _EXPECTED:
                known = {order.client_oid for order in self._orders.every()}
                newest = list(self._expected)[_EXPECTED // 2 :]
                self._expected = {each: None for each in self._expected if each in known} | dict.fromkeys(newest)

    def open(self, symbol: str | None = None) -> tuple[AnyOrder, ...]:
        """Return the orders in the market, on one symbol or all, in the order of their creation."""
        return tuple(self._state(each) for each in sorted(self._orders.alive(), key=_age) if _on(each, symbol))

    def ended(self) -> tuple[AnyOrder, ...]:
        """Return the orders that are known to have ended, as far as they were not let go; in no order."""
        return tuple(self._state(each) for each in self._orders.every() if each.over)

    def stops(self, symbol: str | None = None) -> tuple[Stop, ...]:
        """Return the orders that wait for a price, on one symbol or all, in the order of their creation."""
        return tuple(each for each in sorted(self._stops.alive(), key=_age) if _on(each, symbol))

    def knows_stops(self, *, futures: bool) -> bool:
        """Say whether the orders of a market that wait for a price were read at least once."""
        return all(reader.source.reading.at is not None for reader in self._waiting if reader.futures == futures)

    def stops_problem(self, *, futures: bool) -> str | None:
        """Return why what is known of them may be incomplete or old, None where it is neither."""
        troubles = (reader.problem() for reader in self._waiting if reader.futures == futures)
        return next((trouble for trouble in troubles if trouble is not None), None)

    def stop(self, order_id: str) -> Stop | None:
        """Return an order that waits for a price, or waited; None where it is not known, or was let go.

        One that the exchange knows no more is neither alive nor ended: nobody told how.
        """
        known = self._stops.get(order_id)
        return replace(known, seen=False) if known is not None and self._stops.gone(order_id) else known

    def triggered(self, stop_id: str) -> str | None:
        """Return the id of the order that a waiting one became; None where it became none that is known."""
        return self._triggered.order_of(stop_id)

    def named(self, client_oids: Collection[str]) -> dict[str, str]:
        """Return by these ids of ours KuCoin's, as far as such orders are known; the waiting one's where it was one."""
        if not client_oids:
            return {}
        known: list[Facts | Stop] = [*self._orders.every(), *self._stops.every()]
        return {each.client_oid: each.order_id for each in known if each.client_oid and each.client_oid in client_oids}

    def placed(self, ticket: Ticket, order_id: str) -> None:
        """Take it that the exchange accepted a ticket under this id of its own; as often as it is learnt."""
        if isinstance(ticket, SpotTicket) and ticket.oco is not None:
            return  # the id is a pair's: its two orders are told by pushes and lists
        if ticket.waits and self._orders.get(order_id) is not None:
            return  # its own answer was lost: the id is that of what it became, which waits for nothing
        read: Callable[..., Facts | Stop | None] = stops.placed if ticket.waits else facts.placed
        fact = read(ticket, order_id)
        if fact is not None:
            self.told(fact)

    def told(self, fact: Facts | Stop) -> None:
        """Take what the exchange answered about one order, or about one that waits for a price."""
        if isinstance(fact, Facts):
            self._orders.answer(fact)
            return
        self._stops.answer(fact)
        if fact.triggered:
            self._triggered.look()

    def order(self, order_id: str) -> AnyOrder | None:
        """Return an order, finished or not; None where it is not known, or was let go."""
        known = self._orders.get(order_id)
        return None if known is None else self._state(known)

    def fills(self, symbol: str | None = None) -> tuple[AnyFill, ...]:
        """Return the known fills, on one symbol or all, oldest first; the very same object until something changed."""
        generation = self._orders.generation
        with self._lock:
            if self._shown[0] != generation:
                self._shown = (generation, {})
            shown = self._shown[1]
            if symbol not in shown:
                orders = [order for order in self._orders.every() if _on(order, symbol)]
                shown[symbol] = in_time(fill for order in orders for fill in order.fills.by_id.values())
            return shown[symbol]

    def look_back(self, symbol: str) -> None:
        """Have the fills of the last 24 h on a symbol read, if they were not yet.

        That is done anyway on futures, and on pairs that an order tells of.
        """
        if not is_futures(symbol):
            self._recent.want(symbol)

    def exposure(self, contracts: Mapping[str, Contract]) -> tuple[Exposure, ...]:
        """Return by symbol what all open orders would add, whoever placed them.

        Args:
            contracts: By symbol; lots of others cannot be counted in coins.
        """
        by_symbol: dict[str, list[AnyOrder]] = {}
        for order in self.open():
            by_symbol.setdefault(order.symbol, []).append(order)
        return tuple(
            order_state.exposure(symbol, by_symbol[symbol], contracts.get(symbol)) for symbol in sorted(by_symbol)
        )

    def lists(self) -> tuple[Reader[Any], ...]:
        """Return the lists of what lives, for those who cannot wait for their next reading."""
        return tuple(self._readers)

    def problem(self) -> str | None:
        """Return why what is shown may be incomplete or old, None where it is neither."""
        troubles = (reader.problem() for reader in self._readers)
        if trouble := next((each for each in troubles if each is not None), None) or self._recent.problem():
            return trouble
        for futures in sorted(self._markets):
            if line := self._hub.problem(futures=futures, private=True):
                return f"{'Futures' if futures else 'Spot'} orders may be {self._every:g} s old: {line}"
        return self._listening.problem

    def unsure(self) -> str | None:
        """Return why orders may live that are not known here, None where nothing says so.

        As long as pushes come, a reading that failed since the first is no reason; nor is a list that the account may
        not read, since it cannot trade there.
        """
        for reader in self._readers:
            reading = reader.source.reading
            if reading.at is None and not reading.denied:
                return f"{reader.name.lower()} have not been read yet"
            if reading.problem and self._hub.problem(futures=reader.futures, private=True):
                return f"{reader.name.lower()} cannot be read"
        return None

    def _add(self, net: Net[K], memory: Memory[K]) -> Reader[K]:
        reader = Reader(
            net,
            memory,
            every=self._every,
            wanted=self._granted,
            wake=self._refresher.wake,
            noted=self.look_back,
            monotonic=self._monotonic,
        )
        self._readers.append(reader)
        self._refresher.add(reader.source)
        return reader

    def _hear(self, events: list[Event]) -> None:
        """Take what is pushed; what cannot be read is asked for."""
        for event in events:
            try:
                if isinstance(event, OrderChange):
                    self._orders.hear(facts.pushed(event))
                    self.look_back(event.symbol)
                elif isinstance(event, StopChange):
                    self._stops.hear(stops.pushed(event))
                    if event.kind == "triggered":
                        self._triggered.look()
            except Exception as error:  # whatever it was, REST tells it as well
                news = [reader.doubt(f"a push could not be read ({error})") for reader in self._readers]
                if any(news):
                    log.exception("a push about an order could not be read")

    def _went_off(self) -> None:
        self._triggered.look()

    def _resync(self, feed: str) -> None:
        """Read again whatever ``feed`` may have missed to tell."""
        if "public" in feed:
            return
        for reader in self._readers:
            if _carries(feed, futures=reader.futures):
                reader.doubt("pushes may have been missed")
        for futures in self._markets:
            if _carries(feed, futures=futures):
                self._recent.again(futures=futures)

    def _state(self, known: Facts) -> AnyOrder:
        ours = known.client_oid is not None and known.client_oid in self._expected
        return order_state.state(known, ours=ours, gone=self._orders.gone(known.order_id))


def is_futures(symbol: str) -> bool:
    """Say which market a symbol is of: pairs have a dash, contracts have none."""
    return "-" not in symbol


def _carries(feed: str, *, futures: bool) -> bool:
    """Whether a feed of this name tells of a market; one that names none may tell of any."""
    return ("spot" if futures else "futures") not in feed


def _on(known: Facts | Stop, symbol: str | None) -> bool:
    return symbol is None or known.symbol == symbol


def _age(known: Facts | Stop) -> tuple[Any, ...]:
    """Sort by creation, those of which it is not known last."""
    return known.created_at is None, known.created_at, known.order_id
