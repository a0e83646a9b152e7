"""The Desk's ledger on the practice exchange: what is traded is in it soon, and a new beginning is another ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from kucoin.desk.desk import Desk
from kucoin.desk.upstream import Upstream
from kucoin.journal.database import Journal
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, OrderType, Side
from kucoin.practice.store import Store
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.feed_server import until

PATIENCE = 40.0
SYMBOL = "LINKUSDTM"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    journal = Journal.open(f"sqlite:///{tmp_path}/journal.sqlite3", mode="practice")
    yield journal
    journal.close()


@contextmanager
def desk_on(practice: Practice, journal: Journal) -> Iterator[tuple[Desk, Exchange]]:
    """A Desk that keeps a ledger, and its client."""
    credentials = Credentials(Secret(practice.key), Secret(practice.secret), Secret(practice.passphrase))
    exchange = Exchange(hosts.Hosts(practice.spot, practice.futures), credentials)
    upstream = Upstream(exchange, practice=True)
    desk = Desk(exchange, upstream, mode="practice", site="global", version="0", key_tail="0001", journal=journal)
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


def test_a_trade_is_in_the_ledger_soon(new_practice: Callable[..., Practice], journal: Journal) -> None:
    """The private socket wakes it: the position, and what its fees took, are on the positions' page in seconds."""
    with desk_on(new_practice(), journal) as (desk, exchange):
        until(lambda: desk.futures.view().standing == "ready", PATIENCE)
        until(lambda: desk.hub.problem(futures=True, private=True) is None, PATIENCE)
        exchange.futures_orders.place(market(Side.BUY, 4))
        held = until(lambda: desk.ledger.open_rounds().get((SYMBOL, "BOTH")), 20)
        assert (held.held_lots, held.is_long, held.complete) == (4, True, True)
        (fill, *_) = exchange.futures_orders.recent_fills(symbol=SYMBOL)
        line = until(
            lambda: next((each for each in desk.futures.view().positions if each.symbol == SYMBOL), None), PATIENCE
        )
        assert line is not None
        assert desk.ledger.realised_today()[SYMBOL, "BOTH"] == held.fees
        assert held.fees <= -fill.fee
        assert desk.ledger.equity("USDT")[-1].equity > 0
        assert desk.ledger.equity("USDT")[-1].currency == "USDT"


def test_a_practice_exchange_that_began_anew_has_another_ledger(
    new_practice: Callable[..., Practice], journal: Journal, tmp_path: Path
) -> None:
    """Same uid, same journal: positions of the old world do not stay open in the new one."""
    old = born_earlier(new_practice(data=tmp_path / "old"))
    with desk_on(new_practice(data=old), journal) as (desk, exchange):
        exchange.futures_orders.place(market(Side.BUY, 4))
        until(lambda: (SYMBOL, "BOTH") in desk.ledger.open_rounds(), PATIENCE)
    with desk_on(new_practice(), journal) as (desk, _):
        assert (SYMBOL, "BOTH") not in desk.ledger.open_rounds()
        assert desk.ledger.open_rounds()


def born_earlier(practice: Practice) -> Path:
    """End an exchange and make it two minutes older; return its folder."""
    practice.stop()
    store = Store(practice.data_dir)
    store.set_meta(born_ms=str(int(store.meta("born_ms") or 0) - 120_000))
    store.commit()
    store.close()
    return practice.data_dir
