"""The desk's orders beside a practice exchange, and what places some."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kucoin.decimals import ceil_to
from kucoin.desk.order_state import AnyOrder
from kucoin.desk.orders import Orders
from kucoin.desk.refresh import Refresher
from kucoin.desk.upstream import Upstream
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.order import NewOrder, OrderStatus, OrderType, Side
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.stream.feed import Manners
from tests import feed_server
from tests.conftest import Practice
from tests.rest_trading import PAIR, resting

D = Decimal
FAST, NEVER = 0.5, 3600.0
SPOT_PUSHES, FUTURES_PUSHES = "/spotMarket/tradeOrdersV2", "/contractMarket/tradeOrders"


def until(condition: Callable[[], object]) -> Any:
    """Wait for ``condition``, long enough for a machine that is busy with other things."""
    return feed_server.until(condition, 40)


@dataclass
class Desk:
    """What the desk has of orders, and nothing else of it."""

    floor: Practice
    exchange: Exchange
    upstream: Upstream
    refresher: Refresher
    orders: Orders
    asked: list[str] = field(default_factory=list)

    def has(self, order_id: str, status: OrderStatus) -> AnyOrder | None:
        """The order, once it stands like this."""
        order = self.orders.order(order_id)
        return order if order is not None and order.status is status else None

    def is_open(self, order_id: str) -> bool:
        """Whether it is shown as in the market."""
        return order_id in [order.order_id for order in self.orders.open()]

    def waits(self, order_id: str) -> bool:
        """Whether it is shown as waiting for its price."""
        return order_id in [stop.order_id for stop in self.orders.stops()]


@contextmanager
def desk_of(floor: Practice, *, every: float, sockets: bool = True) -> Iterator[Desk]:
    """Orders of the default account, with everything read; both private sockets are live, or there are none."""
    ports = (int(base.rpartition(":")[2]) for base in (floor.spot, floor.futures))
    credentials = Credentials(Secret(floor.key), Secret(floor.secret), Secret(floor.passphrase))
    exchange = Exchange(hosts.practice(*ports), credentials)
    upstream = Upstream(exchange, practice=True, manners=Manners(first_pause=0.25))
    refresher = Refresher()
    orders = Orders(exchange, upstream.hub, refresher, granted=lambda: True, every=every)
    desk = Desk(floor, exchange, upstream, refresher, orders)
    ask = exchange.spot_orders.order

    def asking(*, order_id: str, symbol: str) -> Any:
        desk.asked.append(order_id)
        return ask(order_id=order_id, symbol=symbol)

    exchange.spot_orders.order = asking  # type: ignore[method-assign]  # a spy: it asks all the same
    if sockets:
        upstream.hear_account()
    refresher.start()
    expected = None if sockets else f"Spot orders may be {every:g} s old: there is no such line"
    try:
        until(lambda: orders.problem() == expected)
        yield desk
    finally:
        refresher.stop()
        exchange.close()
        upstream.stop()


def place(desk: Desk, **more: Any) -> str:
    """Place a spot order that rests, and return its id."""
    return desk.exchange.spot_orders.place(resting(desk.floor, **more))


def buy(desk: Desk, symbol: str = PAIR) -> str:
    """Buy a little at the market."""
    return desk.exchange.spot_orders.place_market(
        client_oid=uuid.uuid4().hex, symbol=symbol, side=Side.BUY, funds=D(20)
    )


@dataclass
class Gap:
    """A price between the best bid and the best ask of a pair, and a small size for it."""

    symbol: str
    price: Decimal
    size: Decimal


def gaps(exchange: Exchange) -> Iterator[Gap]:
    """Pairs of which the account holds enough, and in whose books a price between is free."""
    held = {each.currency: each.available for each in exchange.account.spot_accounts() if each.kind == "trade"}
    for pair in exchange.market.symbols():
        if pair.quote_currency != "USDT" or not held.get(pair.base_currency):
            continue
        book = exchange.books.spot(symbol=pair.symbol)
        at = book.bids[0][0] + pair.price_increment
        size = max(pair.base_min_size, ceil_to(D("0.5") / at, pair.base_increment))
        if at < book.asks[0][0] and size * 130 < held[pair.base_currency]:
            yield Gap(pair.symbol, at, size)


def rest_many(exchange: Exchange, gap: Gap, count: int) -> list[str]:
    """Place so many orders to buy in the gap, five at a time, and return their ids."""
    made: list[str] = []
    for _ in range(count // 5):
        wishes = [
            NewOrder(
                client_oid=uuid.uuid4().hex,
                symbol=gap.symbol,
                side=Side.BUY,
                type=OrderType.LIMIT,
                price=gap.price,
                size=gap.size,
            )
            for _ in range(5)
        ]
        made += exchange.spot_orders.place_batch(wishes).values()
    return made


def take(exchange: Exchange, gap: Gap, count: int) -> str:
    """Sell to all of them at once."""
    return exchange.spot_orders.place_limit(
        client_oid=uuid.uuid4().hex, symbol=gap.symbol, side=Side.SELL, price=gap.price, size=gap.size * count
    )
