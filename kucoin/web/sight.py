"""What a panel looks at, and how old that is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, Protocol

from kucoin.book.books import Books
from kucoin.desk.activity_book import ActivityBook
from kucoin.desk.alerts import Alerts
from kucoin.desk.audit import Audit
from kucoin.desk.blotter import Blotter
from kucoin.desk.cancels import Cancels
from kucoin.desk.dead_man import DeadMan
from kucoin.desk.flip import Flips
from kucoin.desk.futures import FuturesView
from kucoin.desk.leaving import Leavings
from kucoin.desk.market import Market
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.portfolio import Portfolio
from kucoin.desk.protection import Protection
from kucoin.desk.refresh import Reading
from kucoin.desk.risk import Risk
from kucoin.desk.status import Status
from kucoin.desk.stops import Stop
from kucoin.desk.trading import Trading
from kucoin.hub import Hub, Latest
from kucoin.model.change import Amend
from kucoin.model.order import Side
from kucoin.model.times import milliseconds, moment
from kucoin.stream.feeds import Feeds
from kucoin.web.veil import BLIND, Veil

LIVE, CATCHING_UP, STALE = "live", "catching up", "stale"

OLD = 5.0  # s without any word from the exchange
_NET = 8.0  # s that a reading over REST, repeated every 5 s, stands in for the socket


class OwnFill(Protocol):
    """A trade of the account, as far as a chart marks it."""

    @property
    def side(self) -> Side: ...
    @property
    def price(self) -> Decimal: ...
    @property
    def size(self) -> Decimal | int: ...
    @property
    def at(self) -> datetime | None: ...


class Orders(Protocol):
    """The account's own orders and trades."""

    @property
    def generation(self) -> int:
        """Rises with every change."""

    def open(self, symbol: str | None = None) -> Sequence[AnyOrder]:
        """Return the orders in the market, on one symbol or all."""

    def stops(self, symbol: str | None = None) -> Sequence[Stop]:
        """Return the orders that wait for a price, on one symbol or all."""

    def knows_stops(self, *, futures: bool) -> bool:
        """Say whether those of a market were read at least once."""

    def stops_problem(self, *, futures: bool) -> str | None:
        """Return why what is known of them may be incomplete or old."""

    def problem(self) -> str | None:
        """Return why what is known of the orders in the market may be incomplete or old."""

    def fills(self, symbol: str) -> Sequence[OwnFill]:
        """Return the trades, oldest first."""

    def look_back(self, symbol: str) -> None:
        """Have the trades of the last day read."""

    def order(self, order_id: str) -> AnyOrder | None:
        """Return an order, finished or not."""

    def stop(self, order_id: str) -> Stop | None:
        """Return an order that waits for a price, or waited."""

    def triggered(self, stop_id: str) -> str | None:
        """Return the id of the order that a waiting one became."""


class Amends(Protocol):
    """Changes of working orders."""

    @property
    def generation(self) -> int:
        """Rises with every change."""

    def amend_of(self, order_id: str) -> Amend | None:
        """Return what became of the last wish to change an order."""

    def way(self, order_id: str) -> str | None:
        """Return how an order could be changed: ``amend`` or ``cancel and new``; None where it could not."""

    def why_not(self, order_id: str) -> str:
        """Return why it could not, as a sentence."""


class Fresh(NamedTuple):
    """How old what a panel shows is: ``age`` in s of the exchange's time, None where nothing ever came."""

    state: str
    age: float | None
    why: str | None


@dataclass(frozen=True)
class Sight:
    """Everything that panels are made of. None of it waits for the network; without an account there are no orders.

    Attributes:
        veil: What own amounts are written by: None as they are.
        cover: Makes the veil of those who look with privacy on.
    """

    hub: Hub
    feeds: Feeds
    books: Books
    market: Market
    orders: Orders | None
    status: Callable[[], Status]
    portfolio: Callable[[str], Portfolio] | None = None
    futures: Callable[[], FuturesView] | None = None
    trading: Trading | None = None
    cancels: Cancels | None = None
    amends: Amends | None = None
    ours: Callable[[str | None], bool | None] = lambda _client_oid: None  # whether an order was placed here
    risk: Risk | None = None
    leavings: Leavings | None = None
    dead_man: DeadMan | None = None
    alerts: Alerts | None = None
    flips: Flips | None = None
    protection: Protection | None = None
    audit: Audit | None = None
    blotter: Blotter | None = None
    activity: ActivityBook | None = None
    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    shared: dict[object, object] = field(default_factory=dict)
    veil: Callable[[], Veil | None] = lambda: None
    cover: Callable[[], Veil] = lambda: BLIND

    def veiled(self) -> Sight:
        """Return the same sight for those who look with privacy on."""
        return replace(self, veil=self.cover)

    def age(self, received: float, stamp: int | None = None) -> float:
        """Return the s since something came, or since the exchange's time of it where that is longer ago.

        Args:
            received: When it came, in s of the feeds' clock.
            stamp: The exchange's own count since 1970, None where it says nothing of the message.
        """
        heard = self.monotonic() - received
        at = moment(stamp) if stamp else None
        told = self.market.exchange_time() - at.timestamp() if at else 0.0
        return max(0.0, heard, told)

    def exchanges(self, at: datetime | None) -> int | None:
        """Return a moment of this machine's clock in ms of the exchange's, which is what a browser counts by."""
        if at is None:
            return None
        ahead = round(self.market.exchange_time() - self.wall(), 1)  # or every look would be news
        return milliseconds(at + timedelta(seconds=ahead))

    def youngest(self, values: Iterable[Latest | None], more: Iterable[float] = ()) -> float | None:
        """Return the age of the newest of ``values`` and ages, None where there is none."""
        ages = [self.age(value.received, value.value.time) for value in values if value is not None]
        return min([*ages, *more], default=None)

    def judge(self, symbol: str, age: float | None, waiting: float, net: Reading[object] | None = None) -> Fresh:
        """Say how fresh a panel about ``symbol`` is.

        Args:
            age: Of the last message about it, in s.
            waiting: How long it has been looked at, in s.
            net: What was read over REST of the same, if that is shown meanwhile.
        """
        problem = self.market.trouble(symbol) or self.market.problem(symbol)
        if age is not None and age < OLD:
            futures = "-" not in symbol
            reconnected = self.monotonic() - age < self.market.live_since(futures=futures)
            if problem is None and not reconnected:
                return Fresh(LIVE, age, None)
            return Fresh(CATCHING_UP, age, problem or "the line is back, and nothing new came over it yet")
        since = self.net_age(net)
        if since is not None:
            why = problem or "the socket is silent"
            return Fresh(CATCHING_UP, since, f"{why}; prices are read every few seconds instead")
        if age is None and waiting < OLD:
            return Fresh(CATCHING_UP, None, problem or "waiting for the first message")
        return Fresh(STALE, age, problem or "the exchange says nothing about it any more")

    def net_age(self, net: Reading[object] | None) -> float | None:
        """Return the age in s of a reading that stands in for the socket, None where it does not."""
        if net is None or net.value is None or net.at is None or net.problem is not None:
            return None
        age = max(0.0, self.wall() - net.at.timestamp())
        return age if age < _NET else None
