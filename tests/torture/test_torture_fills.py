"""A process that reads spot and margin fills, killed again and again: nothing is left out, nothing is there twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from kucoin.journal.database import Journal
from kucoin.journal.spot_fills import SpotFillStore
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.ledger_fill import FillKind
from kucoin.model.order import NewOrder, OrderType, Side
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from tests import fills_truth
from tests.conftest import Practice
from tests.fills_child import ACCOUNT

KILLS = int(os.environ.get("FILLS_KILLS", "25"))
SEED = int(os.environ.get("FILLS_SEED", str(random.randrange(10**6))))
NAMED = timedelta(days=3)  # that a ledger reaches back


def test_a_desk_that_is_killed_goes_on_where_it_was(new_practice: Callable[..., Practice], tmp_path: Path) -> None:
    """At whatever it did, and while trading goes on, kill -9 leaves nothing out and nothing twice."""
    print(f"FILLS_SEED={SEED}")
    draw = random.Random(SEED)
    floor, path = new_practice("--seed", "5"), tmp_path / "journal.sqlite3"
    floor.clock(rate=0)
    since = datetime.now(UTC) - NAMED
    ports = [int(base.rpartition(":")[2]) for base in (floor.spot, floor.futures)]
    credentials = Credentials(Secret(floor.key), Secret(floor.secret), Secret(floor.passphrase))
    exchange = Exchange(hosts.practice(*ports), credentials)
    pairs = [pair.symbol for pair in exchange.market.symbols() if pair.quote_currency == "USDT"]
    for _ in range(KILLS):
        for _ in range(draw.randrange(4)):
            trade(exchange, draw.choice(pairs), margin=draw.random() < 0.2)
        run(ports, path, draw.randrange(1, 12))
    run(ports, path, None)
    journal = Journal.open(f"sqlite:///{path}", mode="practice")
    kept = fills_truth.of_desk(SpotFillStore(journal).spot(ACCOUNT), since)
    journal.close()
    exchange.close()
    there = [line for line in fills_truth.of_exchange(floor, since) if FillKind.FUTURES not in line]
    assert len(there) >= KILLS
    assert kept == there


def trade(exchange: Exchange, symbol: str, *, margin: bool) -> None:
    """Buy a little of a pair; on margin always of the same."""
    wish = NewOrder(
        client_oid=uuid4().hex,
        symbol="ETH-USDT" if margin else symbol,
        side=Side.BUY,
        type=OrderType.MARKET,
        funds=Decimal(5),
    )
    if margin:
        exchange.margin_orders.place(wish, isolated=False)
    else:
        exchange.spot_orders.place(wish)


def run(ports: list[int], path: Path, lines: int | None) -> None:
    """Let a process bring the journal up to date, and kill it after so many lines of progress."""
    command = [sys.executable, "-m", "tests.fills_child", *map(str, ports), str(path)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for number, _ in enumerate(child.stdout, 1):
            if number == lines:
                child.kill()
                break
