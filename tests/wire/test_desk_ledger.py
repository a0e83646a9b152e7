"""The Desk's ledger on the practice exchange: what is traded is in it soon, and a new beginning is another ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from kucoin.desk import upkeep
from kucoin.desk.desk import Desk
from kucoin.desk.upstream import Upstream
from kucoin.journal import tables
from kucoin.journal.database import Journal
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, OrderType, Side
from kucoin.practice import story
from kucoin.practice.keys import USERS
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.feed_server import until
from tests.ledger_month import closed, ties_out

PATIENCE = 40.0
SYMBOL = "LINKUSDTM"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    journal = Journal.open(f"sqlite:///{tmp_path}/journal.sqlite3", mode="practice")
    yield journal
    journal.close()


@contextmanager
def desk_on(practice: Practice, journal: Journal, mode: str = "practice") -> Iterator[tuple[Desk, Exchange]]:
    """A Desk that keeps a ledger, and its client."""
    credentials = Credentials(Secret(practice.key), Secret(practice.secret), Secret(practice.passphrase))
    exchange = Exchange(hosts.Hosts(practice.spot, practice.futures), credentials)
    upstream = Upstream(exchange, practice=True)
    desk = Desk(exchange, upstream, mode=mode, site="global", version="0", key_tail="0001", journal=journal)
    desk.start()
    try:
        until(lambda: desk.ledger.progress().state == "ready", PATIENCE)
        yield desk, exchange
    finally:
        desk.stop()


def market(side: Side, lots: int) -> NewFuturesOrder:
    """A market order."""
    return NewFuturesOrder(
        client_oid=uuid4().hex,
        symbol=SYMBOL,
        type=OrderType.MARKET,
        side=side,
        size=Lots(lots),
        leverage=3,
        margin_mode=MarginMode.ISOLATED,
    )


def test_a_trade_is_in_the_ledger_soon(floor: Practice, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The private socket wakes it: the position, and what its fees took, are there in seconds."""
    monkeypatch.setattr(upkeep, "_SPACING", 0.1)
    floor.clock(offset=0, rate=0)  # its market has stood still for as long as the other tests took
    with desk_on(floor, journal) as (desk, exchange):
        until(lambda: desk.futures.view().standing == "ready", PATIENCE)
        until(lambda: desk.hub.problem(futures=True, private=True) is None, PATIENCE)
        before = len(closed(desk.ledger))
        exchange.futures_orders.place(market(Side.BUY, 4))
        held = until(lambda: desk.ledger.open_rounds().get((SYMBOL, "BOTH")), PATIENCE)
        assert (held.held_lots, held.is_long, held.complete) == (4, True, True)
        until(lambda: SYMBOL in [each.symbol for each in desk.futures.view().positions], PATIENCE)
        assert desk.ledger.realised_today()[SYMBOL, "BOTH"] == held.fees < 0
        assert desk.ledger.equity("USDT")[-1].equity > 0
        exchange.futures_orders.place(market(Side.SELL, 4))
        until(lambda: (SYMBOL, "BOTH") not in desk.ledger.open_rounds(), PATIENCE)
        until(lambda: len(closed(desk.ledger)) == before + 1 and ties_out(desk.ledger), PATIENCE)


def test_a_practice_exchange_that_begins_anew_gets_another_ledger(floor: Practice, journal: Journal) -> None:
    """Its uid stays the same, so what it was born with tells them apart; KuCoin's account has one ledger for good."""
    with desk_on(floor, journal):
        pass
    with desk_on(floor, journal, mode="live"):
        pass
    with journal.read() as connection:
        found = set(connection.execute(select(tables.fill.c.account)).scalars())
    uid = str(USERS["main"].uid)
    made = datetime.fromtimestamp(floor.state()["born_ms"] / 1000, UTC) - timedelta(days=story.BEGINS)
    assert found == {uid, f"{uid} {made:%Y-%m-%dT%H:%MZ}"}
