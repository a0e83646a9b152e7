"""A month of futures on the practice exchange, and the ledgers that follow it through kills and cuts."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from kucoin.desk.ledger import Ledger
from kucoin.desk.rounds import Closed
from kucoin.desk.upstream import Upstream
from kucoin.journal.database import Journal
from kucoin.journal.ledger import LedgerStore
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, OrderType, PositionSide, Side
from kucoin.model.times import moment
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.stream.feed import Manners
from tests.conftest import fetch, start_practice
from tests.line_proxy import LineProxy

HOUR = 3600
ACCOUNTS = {"0001": "main", "second": "second"}  # by the practice exchange's key; the second is in hedge mode


@dataclass(frozen=True)
class Field:
    """What an account trades: a contract, how many lots at most at a time, its leverage and margin mode."""

    symbol: str
    lots: int
    leverage: int
    mode: MarginMode = MarginMode.ISOLATED


ONE_WAY = (
    Field("XBTUSDTM", 12, 5),
    Field("ETHUSDTM", 30, 5),
    Field("XBTUSDM", 300, 4),
    Field("ETHUSDM", 150, 5, MarginMode.CROSS),
    Field("XRPUSDTM", 20, 4, MarginMode.CROSS),
    Field("XBTUSDCM", 60, 4),
)
HEDGED = (Field("XBTUSDTM", 8, 5), Field("SUIUSDTM", 150, 4))
RECKLESS = Field("ADAUSDTM", 60, 75)  # both ways at once: whichever way it goes, somebody is liquidated


class World:
    """A practice exchange whose process may be killed, behind a line that may be cut."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.practice = start_practice(data, "--seed", "7")
        self.spot, self.futures = (LineProxy(port) for port in self._ports())
        self._hours = 0

    def close(self) -> None:
        """End it."""
        for line in (self.spot, self.futures):
            line.__exit__()
        self.practice.stop()

    def client(self, key: str, *, through_the_line: bool) -> Exchange:
        """A client of one account, on the bad line or beside it."""
        ports = (self.spot.port, self.futures.port) if through_the_line else self._ports()
        name, secret = f"practice-key-{key}", f"practice-secret-{key}"
        return Exchange(
            hosts.practice(*ports), Credentials(Secret(name), Secret(secret), Secret("practice-passphrase"))
        )

    def go_on(self, hours: int) -> None:
        """Let time go by; there the market stands still, for what bots do meanwhile is of no interest."""
        self._hours += hours
        self.practice.clock(offset=self._hours * HOUR, rate=0)

    def kill(self) -> None:
        """Kill the exchange, and start it again."""
        self.practice.kill()
        self.practice = start_practice(self.data)
        self.spot.upstream, self.futures.upstream = self._ports()

    def cut(self) -> None:
        """Cut every line and every socket."""
        for line in (self.spot, self.futures):
            line.cut()
        fetch("POST", f"{self.practice.spot}/_practice/sockets", {}, '{"cut": "rst"}')

    def now(self) -> datetime:
        """The exchange's moment."""
        found = moment(self.practice.state()["server_ms"])
        assert found is not None
        return found

    def _ports(self) -> tuple[int, int]:
        spot, futures = (int(base.rpartition(":")[2]) for base in (self.practice.spot, self.practice.futures))
        return spot, futures


class Trader:
    """Trades at random on one account: opens, adds, closes a part, turns round, closes all."""

    def __init__(self, client: Exchange, fields: tuple[Field, ...], *, hedged: bool, seed: int) -> None:
        self.client = client
        self._fields = fields
        self._hedged = hedged
        self._random = random.Random(f"{seed} {hedged}")
        self._ids = itertools.count()

    def day(self, orders: int) -> None:
        """Place so many orders."""
        self._send([self._wish(self._random.choice(self._fields)) for _ in range(orders)])

    def dare(self) -> None:
        """Take a position that cannot last: long on one account, short on the other."""
        side = Side.SELL if self._hedged else Side.BUY
        self._send([self._order(RECKLESS, side, RECKLESS.lots, closing=False)])

    def leave(self, *symbols: str) -> None:
        """Close the positions on some contracts, or on all."""
        held = [each for each in self.client.futures.positions() if not symbols or each.symbol in symbols]
        wishes = [
            replace(
                self._order(Field(each.symbol, 0, 1), Side.BUY, None, closing=True),
                position_side=PositionSide(each.position_side),
            )
            for each in held
        ]
        self._send(wishes)

    def _send(self, wishes: list[NewFuturesOrder]) -> None:
        """Place orders, all at once. What the exchange refuses, such as closing nothing, is left."""
        for start in range(0, len(wishes), 20):
            self.client.futures_orders.place_batch(wishes[start : start + 20])

    def _wish(self, at: Field) -> NewFuturesOrder:
        side, deed = self._random.choice(list(Side)), self._random.random()
        lots = self._random.randint(1, at.lots)
        if deed < 0.12:
            return self._order(at, side, None, closing=True)
        return self._order(at, side, lots, closing=deed < 0.45)

    def _order(self, at: Field, side: Side, lots: int | None, *, closing: bool) -> NewFuturesOrder:
        """A market order; in hedge mode closing goes by the position's side."""
        position = PositionSide.BOTH
        if self._hedged:
            long = (side is Side.BUY) != closing
            position = PositionSide.LONG if long else PositionSide.SHORT
        whole = lots is None
        return NewFuturesOrder(
            client_oid=f"month-{self._hedged:d}-{next(self._ids)}",
            symbol=at.symbol,
            type=OrderType.MARKET,
            side=None if whole else side,
            size=None if lots is None else Lots(lots),
            leverage=None if whole else at.leverage,
            margin_mode=at.mode,
            position_side=position,
            reduce_only=closing and not whole and not self._hedged,
            close_order=whole,
        )


@contextmanager
def following(client: Exchange, journal: Journal, account: str) -> Iterator[Ledger]:
    """A ledger with its private sockets, as the desk has them."""
    upstream = Upstream(client, practice=True, manners=Manners(first_pause=0.25))
    ledger = Ledger(client, LedgerStore(journal), upstream.hub, account=lambda: account, held=frozenset, wallets=dict)
    upstream.hear_account()
    ledger.start()
    try:
        yield ledger
    finally:
        ledger.stop()
        upstream.stop()


def caught_up(ledger: Ledger, since: datetime) -> bool:
    """Whether the ledger has everything up to a moment."""
    progress = ledger.progress()
    return progress.state == "ready" and progress.synced_at is not None and progress.synced_at >= since


def closed(ledger: Ledger) -> list[Closed]:
    """Every closed position of a ledger."""
    reports = [ledger.report(currency=currency) for currency in ledger.currencies()]
    return [position for report in reports if report for position in report.positions]


def ties_out(ledger: Ledger) -> bool:
    """Whether each closed position differs from the exchange's word by exactly nothing."""
    return all(each.difference == 0 and not each.missing for each in closed(ledger))


@dataclass
class Month:
    """Two accounts that trade, and the ledgers that follow them into one journal."""

    world: World
    journal: Journal
    traders: dict[str, Trader]
    followers: list[Exchange] = field(default_factory=list)

    def day(self, *, orders: int = 18) -> None:
        """Let a day go by, and trade."""
        self.world.go_on(24)
        for client in self.followers:
            client.resync_clock()  # as the desk does every minute
        for trader in self.traders.values():
            trader.client.resync_clock()
            trader.day(orders)
            trader.dare()

    def kill(self) -> None:
        """Kill the exchange and start it again."""
        self.world.kill()
        for key, trader in self.traders.items():
            trader.client = self.world.client(key, through_the_line=False)

    @contextmanager
    def followed(self, key: str) -> Iterator[Ledger]:
        """The ledger of one account, on the bad line."""
        client = self.world.client(key, through_the_line=True)
        client.resync_clock()
        self.followers.append(client)
        with following(client, self.journal, ACCOUNTS[key]) as ledger:
            yield ledger
        self.followers.remove(client)
        client.close()


@contextmanager
def month(tmp_path: Path, *, seed: int = 7) -> Iterator[Month]:
    """A month that is about to begin; what is traded is up to ``seed``."""
    tmp_path.mkdir(exist_ok=True)
    journal = Journal.open(f"sqlite:///{tmp_path}/journal.sqlite3", mode="practice")
    world = World(tmp_path / "practice")
    try:
        traders = {
            "0001": Trader(world.client("0001", through_the_line=False), ONE_WAY, hedged=False, seed=seed),
            "second": Trader(world.client("second", through_the_line=False), HEDGED, hedged=True, seed=seed),
        }
        traders["0001"].leave("WIFUSDTM")  # its funding is due every hour, which takes the exchange long
        yield Month(world, journal, traders)
    finally:
        world.close()
        journal.close()
