"""The futures view of a Desk on the practice exchange: the exchange's own figures, and what changes them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from kucoin.desk.accounts import Pace
from kucoin.desk.desk import Desk
from kucoin.desk.futures import FuturesView
from kucoin.desk.portfolio import Standing
from kucoin.desk.position_lines import Flag, PositionLine
from kucoin.desk.upstream import Upstream
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from kucoin.stream.feed import Manners
from kucoin.stream.protocol import Timing
from kucoin.web.futures import FuturesPanel
from kucoin.web.sight import LIVE, STALE, Fresh, Sight
from tests.conftest import Practice

CONTRACT = "LINKUSDTM"  # which nobody else holds
SELDOM = Pace(positions=3600.0, balances=3600.0)
HASTY = Manners(Timing().faster(1 / 4), first_pause=0.75)


def until(holds: Callable[[], object], within: float = 30.0) -> None:
    """Wait for a condition."""
    end, pause = time.monotonic() + within, threading.Event()
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        pause.wait(0.01)


@pytest.fixture
def desk(practice: Practice) -> Iterator[Desk]:
    """A Desk that has read everything once; from then on only pushes tell. Prices stand still."""
    practice.clock(rate=0)
    exchange = Exchange(hosts.Hosts(practice.spot, practice.futures), PRACTICE_CREDENTIALS)
    upstream = Upstream(exchange, practice=True, manners=HASTY)
    found = Desk(exchange, upstream, mode="practice", site="global", version="0", key_tail=None, pace=SELDOM)
    found.start()
    until(lambda: settled(found.futures.view()))
    yield found
    found.stop()
    practice.clock(rate=1)


def settled(view: FuturesView) -> bool:
    """Whether everything in it was read, and nothing is in doubt."""
    return view.standing is Standing.READY and view.problem is None


def line(desk: Desk, symbol: str) -> PositionLine | None:
    """The row of a position."""
    return next((each for each in desk.futures.view().positions if each.symbol == symbol), None)


def send(practice: Practice, **body: Any) -> Any:
    """Place a futures order."""
    text = json.dumps({"clientOid": uuid4().hex} | body)
    return practice.send("POST", "/api/v1/orders", futures=True, body=text).data


def test_the_view_is_what_the_exchange_has(desk: Desk, practice: Practice) -> None:
    """Rows and accounts, linear and inverse, isolated and cross."""
    view = desk.futures.view()
    told = {row["symbol"]: row for row in practice.get("/api/v1/positions", futures=True).data}
    assert {each.symbol for each in view.positions} == told.keys()
    for each in view.positions:
        row = told[each.symbol]
        assert (each.lots, each.is_long) == (abs(row["currentQty"]), row["currentQty"] > 0)
        names = ("markPrice", "liquidationPrice", "avgEntryPrice", "unrealisedPnl", "fundingFee")
        shown = (each.mark, each.liquidation, each.entry, each.unrealised, each.funding_paid)
        assert shown == tuple(Decimal(str(row[name])) for name in names)
        assert each.value is not None
        assert each.roe is not None
        assert abs(each.value - abs(Decimal(str(row["markValue"])))) < Decimal("1E-9")
        assert abs(each.roe - Decimal(str(row["unrealisedRoePcnt"]))) <= Decimal("0.0001")
    for account in view.accounts:
        row = practice.get(f"/api/v1/account-overview?currency={account.currency}", futures=True).data
        assert account.equity == Decimal(str(row["accountEquity"]))
        assert account.risk_ratio is not None
        assert abs(account.risk_ratio - Decimal(str(row["riskRatio"]))) < Decimal("1E-9")


def test_orders_and_fills_are_seen_at_once(desk: Desk, practice: Practice) -> None:
    """A position comes by a push, its stop with it, and both go again; meanwhile nothing was read on a schedule."""
    try:
        send(practice, symbol=CONTRACT, side="buy", type="market", size=5, leverage=3)
        until(lambda: (row := line(desk, CONTRACT)) is not None and row.lots == 5 and Flag.NO_STOP in row.flags)
        row = line(desk, CONTRACT)
        assert row is not None
        assert row.mark is not None
        trigger = f"{row.mark * Decimal('0.9'):.3f}"
        terms = {"stop": "down", "stopPrice": trigger, "stopPriceType": "MP", "reduceOnly": True}
        send(practice, symbol=CONTRACT, side="sell", type="market", size=5, leverage=3, **terms)
        until(lambda: (row := line(desk, CONTRACT)) is not None and row.stop_loss == Decimal(trigger))
        row = line(desk, CONTRACT)
        assert row is not None
        assert row.flags == ()
        send(practice, symbol=CONTRACT, closeOrder=True, type="market")
        until(lambda: line(desk, CONTRACT) is None)
        until(lambda: CONTRACT in {loose.symbol for loose in desk.futures.view().loose_stops})
    finally:
        practice.send("DELETE", f"/api/v1/stopOrders?symbol={CONTRACT}", futures=True)
    until(lambda: CONTRACT not in {loose.symbol for loose in desk.futures.view().loose_stops})


def test_figures_are_stale_within_ten_seconds_of_a_dead_private_line(desk: Desk, practice: Practice) -> None:
    """Although nobody closed it, and marks go on coming over the public one; here at a quarter of the time."""
    timing = Timing()
    assert timing.quiet + timing.stale < 10
    practice.clock(rate=1)
    parts = desk.hub, desk.feeds, desk.books, desk.market, desk.orders, desk.status
    panel = FuturesPanel(Sight(*parts, futures=desk.futures.view))

    def fresh() -> Fresh:
        panel.change()
        return panel.fresh()

    until(lambda: fresh().state == LIVE)
    mute = {"name": "drop_event", "host": "futures", "path": "/contract"}
    practice.faults({"name": "no_pong", "host": "futures"}, mute)
    until(lambda: fresh().state == STALE, within=60)
    assert panel.fresh().why
    practice.clear_faults()
    until(lambda: fresh().state == LIVE, within=60)
    panel.close()
