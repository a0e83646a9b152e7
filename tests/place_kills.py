"""A desk that is killed while it places orders, again and again; what each run leaves, the next one settles."""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from kucoin.journal import tables
from kucoin.journal.database import Journal
from kucoin.journal.intents import IntentStore, Outcome
from kucoin.model.order import TradeType
from kucoin.model.ticket import Placement, SpotTicket, Ticket, TicketState
from tests import place_storm
from tests.conftest import Practice
from tests.feed_server import until
from tests.place_storm import MARK, Prices, desk_on, draw, place

D = Decimal
ROOT = Path(__file__).resolve().parents[1]
_EVER = datetime(2020, 1, 1, tzinfo=UTC)

CHILD = "import sys; from tests import place_kills; place_kills.run_child(sys.argv[1])"


def run_child(given: str) -> None:
    """Be the process that is killed: settle what earlier runs left, say so in a line, then place until the end."""
    began = time.monotonic()
    told = json.loads(given)
    name = told["name"]
    chance = random.Random(name)
    numbers = itertools.count()
    prices = Prices({pair: D(last) for pair, last in told["last"].items()}, D(told["mark"]))
    with place_storm.hurried(told["hurry"]), desk_on(told["spot"], told["futures"], told["url"]) as desk:
        until(lambda: desk.trading.state().open, 60)
        took = time.monotonic() - began
        left = [(each.ticket.client_oid, each.lookups) for each in desk.trading.placements() if each.open]
        first = place_storm.futures(chance, prices, f"{MARK}{name}-{next(numbers)}", "futures")
        place(desk, first)
        until(lambda: desk.trading.placement(first.client_oid).state is not TicketState.SENT, 60)
        print(json.dumps({"took": took, "open": left}), flush=True)
        while True:
            place(desk, draw(chance, prices, f"{name}-{next(numbers)}"))


@dataclass(frozen=True)
class Restart:
    """How one went: s until the gate opened, and what was still open then."""

    took: float
    held: int
    left: tuple[str, ...]


def kill_while_placing(
    floor: Practice, url: str, prices: Prices, name: str, chance: random.Random, *, hurry: float = 1.0
) -> Restart:
    """Start a desk, let it place for a moment, and kill it. What the run before it left is settled by then.

    Args:
        hurry: As `place_storm.hurried`.
    """
    before = {each.ticket.client_oid: each for each in everything(url) if each.open}
    given = {"spot": floor.spot, "futures": floor.futures, "url": url, "name": name, "hurry": hurry}
    given |= {"last": {pair: str(last) for pair, last in prices.last.items()}, "mark": str(prices.mark)}
    command = [sys.executable, "-c", CHILD, json.dumps(given)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout
            line = child.stdout.readline()
            assert line, "the desk did not start"
            told = json.loads(line)
            time.sleep(chance.uniform(0.0, 0.5))  # the moment of the kill, not a wait for anything
        finally:
            child.kill()
    _intact(url)
    left = {client_oid for client_oid, _ in told["open"]}
    assert left <= before.keys()
    for client_oid, lookups in told["open"]:
        ticket = before[client_oid].ticket
        assert not _is_windowed(ticket), f"{client_oid} carries a time limit and is not settled"
        assert lookups >= 1, f"{client_oid} was not looked for"
    _decide(url, left)
    return Restart(told["took"], len(before), tuple(left))


def _is_windowed(ticket: Ticket) -> bool:
    return isinstance(ticket, SpotTicket) and not ticket.waits and ticket.trade_type is TradeType.TRADE


def _intact(url: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _decide(url: str, left: set[str]) -> None:
    """Have a person say that these never arrived, as the page would after a minute, so that no later start waits."""
    words = "somebody decided that it never arrived"
    with closing(Journal.open(url, mode="practice")) as journal:
        now = datetime.now(UTC)
        IntentStore(journal).note(
            [Outcome(client_oid=oid, state=TicketState.ABSENT, at=now, words=words) for oid in left]
        )


def everything(url: str) -> tuple[Placement, ...]:
    """Return all that was ever written down, whoever's it is."""
    with closing(Journal.open(url, mode="practice")) as journal:
        with journal.read() as connection:
            accounts = connection.execute(select(tables.intent.c.account).distinct()).scalars().all()
        store = IntentStore(journal)
        return tuple(each for account in accounts for each in store.since(account, _EVER))


def settle_the_rest(floor: Practice, url: str) -> None:
    """Start a desk once more, let it settle everything, and have a person decide on what nobody knows."""
    with desk_on(floor.spot, floor.futures, url) as desk:
        until(lambda: desk.trading.state().open, 60)
        until(lambda: place_storm.settled(desk, decide=True), 120)
    assert not [each for each in everything(url) if each.open]
