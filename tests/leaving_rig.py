"""A whole Desk on a practice exchange, on which things are held and everything but the line to REST can be broken."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import event

from kucoin.desk.desk import Desk
from kucoin.desk.upstream import Upstream
from kucoin.journal.database import Journal
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.leaving import ItemState, Leaving
from kucoin.model.order import FuturesStop, Lots, MarginMode, NewFuturesOrder, OrderType, Side, StopDirection
from kucoin.model.order import StopPriceType as Watched
from kucoin.model.stop_order import SpotStop
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.stream.feed import Manners
from tests.conftest import Practice, fetch
from tests.orders_desk import until
from tests.rest_trading import CONTRACT, mark, new_id, opening, price, resting

CONTRACTS = (CONTRACT, "LINKUSDTM", "SOLUSDTM")


@dataclass
class Scene:
    """The Desk, its exchange, and a client of its own that stands for another program under the same key."""

    floor: Practice
    desk: Desk
    journal: Journal
    path: Path
    elsewhere: Exchange
    user: str

    @property
    def truth(self) -> dict[str, Any]:
        """What the exchange has of the user."""
        found: dict[str, Any] = self.floor.state()["users"][self.user]
        return found

    def lots(self, symbol: str, side: str = "BOTH") -> int:
        """The position in truth."""
        held = self.truth["positions"]
        return next((each["qty"] for each in held if (each["symbol"], each["side"]) == (symbol, side)), 0)

    def buy(self, symbol: str = CONTRACT, lots: int = 20, side: Side = Side.BUY, **more: Any) -> str:
        """Open a position at the market, elsewhere."""
        order = NewFuturesOrder(
            client_oid=new_id(),
            symbol=symbol,
            side=side,
            type=OrderType.MARKET,
            size=Lots(lots),
            leverage=3,
            margin_mode=MarginMode.ISOLATED,
        )
        return self.elsewhere.futures_orders.place(replace(order, **more))

    def scatter(self) -> int:
        """Place one order of each kind that stays where it is, elsewhere; return how many."""
        made, low = self.elsewhere, price(self.floor, "0.85")
        made.spot_orders.place(resting(self.floor))
        made.margin_orders.place(resting(self.floor), isolated=False)
        made.spot_stops.place(resting(self.floor), stop_price=low, stop=SpotStop.LOSS)
        made.margin_stops.place(resting(self.floor), stop_price=low, stop=SpotStop.LOSS)
        made.futures_orders.place(opening(self.floor))
        self.protect()
        return 6

    def protect(self, symbol: str = CONTRACT, share: str = "0.7") -> str:
        """Place a stop that would close a long position, elsewhere, and return its id."""
        at = FuturesStop(direction=StopDirection.DOWN, price=mark(self.floor, share), price_type=Watched.MP)
        order = opening(
            self.floor, symbol=symbol, side=Side.SELL, type=OrderType.MARKET, price=None, reduce_only=True, stop=at
        )
        return self.elsewhere.futures_orders.place(order)

    def known(self) -> bool:
        """Whether the Desk knows of exactly what there is, in as far as it shows it."""
        orders = {each.order_id for each in (*self.desk.orders.open(), *self.desk.orders.stops())}
        positions = {(each.symbol, each.position_side): each.lots for each in self.desk.futures.view().positions}
        truth = self.truth
        return orders == {*truth["orders"], *truth["stops"]} and positions == {
            (each["symbol"], each["side"]): abs(each["qty"]) for each in truth["positions"]
        }

    def deafen(self) -> None:
        """End every socket, and let none be opened again."""
        self.floor.faults({"name": "refuse_5xx", "path": "/api/v1/bullet"})
        fetch("POST", f"{self.floor.spot}/_practice/sockets", {}, json.dumps({"cut": "rst"}))
        until(lambda: not any(each.state == "live" for each in self.desk.feeds.status()))

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Every socket is dead, the journal's disk is full, and new orders are stopped."""
        self.deafen()
        with full(self.journal):
            yield

    def end(self, leaving: Leaving) -> Leaving:
        """How a way out ended."""
        found: Leaving = until(lambda: (now := self.desk.leaving.leaving(leaving.number)) and now.over and now)
        return found


@contextmanager
def full(journal: Journal) -> Iterator[None]:
    """The journal's file may not grow by another page, whichever of its connections is taken."""

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    pages = 1
    event.listen(journal._engine, "checkout", limit)
    try:
        yield
    finally:
        pages = 1_000_000  # those that were limited take this from now on


@contextmanager
def scene_on(floor: Practice, folder: Path, *, key: str = "", user: str = "main") -> Iterator[Scene]:
    """A Desk of which everything was read, and whose sockets are live."""
    where = hosts.practice(*(int(base.rpartition(":")[2]) for base in (floor.spot, floor.futures)))
    name, secret = (f"practice-key-{key}", f"practice-secret-{key}") if key else (floor.key, floor.secret)
    credentials = Credentials(Secret(name), Secret(secret), Secret(floor.passphrase))
    exchange, elsewhere = Exchange(where, credentials), Exchange(where, credentials)
    path = folder / "journal.sqlite3"
    with closing(Journal.open(f"sqlite:///{path}", mode="practice")) as journal:
        names: dict[str, Any] = {"mode": "practice", "site": "global", "version": "0", "key_tail": None}
        upstream = Upstream(exchange, practice=True, manners=Manners(first_pause=0.25))
        desk = Desk(exchange, upstream, trading=True, journal=journal, **names)
        desk.start()
        scene = Scene(floor, desk, journal, path, elsewhere, user)
        try:
            until(lambda: desk.trading.state().open)
            until(scene.known)
            yield scene
        finally:
            desk.stop()
            elsewhere.close()


def states(leaving: Leaving) -> set[ItemState]:
    """What became of its items."""
    return {item.state for item in leaving.items}
