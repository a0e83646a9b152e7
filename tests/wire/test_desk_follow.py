"""Accounts that follow the private sockets of the practice exchange, read by REST so seldom that only pushes tell."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from kucoin.desk.accounts import Accounts, Pace
from kucoin.desk.follow import Followed
from kucoin.desk.refresh import Refresher
from kucoin.desk.upstream import Upstream
from kucoin.model.feed_private import PrivatePush
from kucoin.model.position import Position
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from kucoin.stream.feed import FeedState, Manners
from tests.conftest import Practice

PAIR, CONTRACT = "BTC-USDT", "AVAXUSDTM"
SELDOM = Pace(positions=3600.0, balances=3600.0)


class Rig:
    """Accounts with their sockets on a practice exchange."""

    def __init__(self, practice: Practice, pace: Pace = SELDOM) -> None:
        self.practice = practice
        exchange = Exchange(hosts.practice(_port(practice.spot), _port(practice.futures)), PRACTICE_CREDENTIALS)
        self._exchange = exchange
        self.upstream = Upstream(exchange, practice=True, manners=Manners(first_pause=0.25, longest_pause=0.5))
        self.refresher = Refresher()
        self.accounts = Accounts(exchange, self.refresher, pace=pace, granted=self.upstream.hear_account)
        self.upstream.hub.listen("accounts", self.accounts.hear, PrivatePush)
        self.upstream.hub.on_resync(self.accounts.resync)
        self.upstream.start()
        self.refresher.start()

    def settle(self) -> None:
        """Wait until both private sockets are live and what they called for was read."""
        until(lambda: [feed.state for feed in self.upstream.hub.feeds()] == [FeedState.LIVE] * 2)
        seen = self._read()
        while True:  # a source that was woken while it was read is read once more, a second later
            threading.Event().wait(1.5)
            seen, before = self._read(), seen
            if seen == before:
                return

    def _read(self) -> list[object]:
        accounts = self.accounts
        return [
            each and each.reading.tried_at for each in (accounts.spot, accounts.positions, accounts.wallets["USDT"])
        ]

    def stop(self) -> None:
        """End all of it."""
        self.refresher.stop()
        self._exchange.close()
        self.upstream.stop()

    def held(self, currency: str = "USDT") -> Decimal:
        """What is bound of a currency in the spot account."""
        rows = self.accounts.spot.reading.value or ()
        return sum((row.holds for row in rows if row.currency == currency), Decimal(0))

    def truly_held(self) -> Decimal:
        """The same by REST, past the client."""
        rows = self.practice.get("/api/v1/accounts?currency=USDT").data
        return sum((Decimal(row["holds"]) for row in rows), Decimal(0))

    def position(self) -> Position | None:
        """The position in the contract that nobody else holds."""
        source = self.accounts.positions
        assert isinstance(source, Followed)
        return next((row for row in source.reading.value or () if row.symbol == CONTRACT), None)

    def place(self) -> str:
        """Place a buy of 10 USDT on spot that rests, and return its id."""
        body = {"symbol": PAIR, "side": "buy", "type": "limit", "price": "10000", "size": "0.001"}
        return str(self.send("/api/v1/hf/orders", **body)["orderId"])

    def cancel(self, order_id: str) -> None:
        """Take it back."""
        assert self.practice.send("DELETE", f"/api/v1/hf/orders/{order_id}?symbol={PAIR}").data

    def trade(self, **more: Any) -> None:
        """Trade the contract at the market."""
        base = {"symbol": CONTRACT, "type": "market", "side": "buy", "size": 3, "leverage": 3}
        self.send("/api/v1/orders", futures=True, **(base | more))

    def send(self, path: str, *, futures: bool = False, **body: Any) -> Any:
        """Place an order."""
        text = json.dumps({"clientOid": uuid4().hex} | body)
        return self.practice.send("POST", path, futures=futures, body=text).data


def _port(base: str) -> int:
    return int(base.rpartition(":")[2])


def until(holds: Callable[[], object], within: float = 30.0) -> None:
    """Wait for a condition."""
    end, pause = time.monotonic() + within, threading.Event()
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        pause.wait(0.01)


@pytest.fixture(scope="module")
def joined(practice_process: Practice) -> Iterator[Rig]:
    """Accounts on the run's exchange."""
    found = Rig(practice_process)
    yield found
    found.stop()


@pytest.fixture
def rig(joined: Rig, practice: Practice) -> Rig:
    """The same once they are at rest; faults are cleared after each test."""
    assert practice is joined.practice
    joined.settle()
    return joined


def test_balances_follow_an_order(rig: Rig) -> None:
    """What it binds is shown, and given back, though nothing is read; each by a push that came seven times."""
    rig.practice.faults({"name": "dup_event", "path": "/account/balance", "count": 7})
    before, read_at = rig.held(), rig.accounts.spot.reading.tried_at
    order_id = rig.place()
    until(lambda: rig.held() > before)
    assert rig.held() == rig.truly_held()
    rig.cancel(order_id)
    until(lambda: rig.held() == before)
    assert rig.accounts.spot.reading.tried_at == read_at


def test_a_push_that_breaks_is_made_good_by_a_reading(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of this program costs a second, and no figure."""

    def broken(*_: object) -> bool:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(rig.accounts.spot, "follow", broken)
    before = rig.held()
    order_id = rig.place()
    until(lambda: rig.held() == rig.truly_held() > before)
    rig.cancel(order_id)
    until(lambda: rig.held() == before)


def test_a_position_told_in_parts_is_the_whole_one(rig: Rig) -> None:
    """Its parts, merged into the last reading, are what REST shows; when it is closed it is gone."""
    rig.practice.clock(rate=0)
    try:
        rig.trade()
        until(rig.position)
        rig.settle()
        rig.practice.faults({"name": "partial_push", "path": "/contract/position"})
        source = rig.accounts.positions
        assert source is not None
        read_at = source.reading.tried_at
        rig.trade(size=2)
        until(lambda: (row := rig.position()) is not None and row.current_qty == 5)
        [told] = rig.practice.get(f"/api/v2/position?symbol={CONTRACT}", futures=True).data
        row = rig.position()
        assert row is not None
        shown = (row.avg_entry_price, row.mark_price, row.liquidation_price, row.pos_margin, row.unrealised_pnl)
        names = ("avgEntryPrice", "markPrice", "liquidationPrice", "posMargin", "unrealisedPnl")
        assert shown == tuple(Decimal(str(told[name])) for name in names)
        assert source.reading.tried_at == read_at
    finally:
        rig.send("/api/v1/orders", futures=True, symbol=CONTRACT, closeOrder=True, type="market")
        rig.practice.clock(rate=1)
    until(lambda: rig.position() is None)


def test_wallets_follow_a_trade(rig: Rig) -> None:
    """The futures account is what REST shows, by a push and the reading that it calls for."""
    rig.practice.clock(rate=0)
    try:
        rig.trade()
        told = rig.practice.get("/api/v1/account-overview?currency=USDT", futures=True).data

        def same() -> bool:
            shown = rig.accounts.wallets["USDT"].reading.value
            assert shown is not None
            figures = (shown.account_equity, shown.available_balance, shown.position_margin)
            return figures == tuple(
                Decimal(str(told[name])) for name in ("accountEquity", "availableBalance", "positionMargin")
            )

        until(same)
    finally:
        rig.send("/api/v1/orders", futures=True, symbol=CONTRACT, closeOrder=True, type="market")
        rig.practice.clock(rate=1)


def test_a_lost_push_is_repaired_by_the_next_reading_and_counted(practice: Practice) -> None:
    """The net under the pushes: a second here, a minute in earnest."""
    rig = Rig(practice, Pace(positions=3600.0, balances=1.0))
    order_id = ""
    try:
        until(lambda: [feed.state for feed in rig.upstream.hub.feeds()] == [FeedState.LIVE] * 2)
        live_at = datetime.now(UTC)
        until(lambda: (read_at := rig.accounts.spot.reading.tried_at) and read_at > live_at)
        practice.faults({"name": "drop_event", "path": "/account/balance"})
        before = rig.held()
        order_id = rig.place()
        until(lambda: rig.held() == rig.truly_held() > before)
        until(lambda: rig.accounts.repaired > 0)
    finally:
        practice.clear_faults()
        rig.cancel(order_id)
        rig.stop()


def test_what_happened_while_the_line_was_away_is_read(new_practice: Callable[..., Practice]) -> None:
    """The exchange dies and comes back; an order of meanwhile is shown, and nothing counts as repaired."""
    practice = new_practice()
    rig = Rig(practice)
    try:
        rig.settle()
        before = rig.held()
        practice.kill()
        until(lambda: all(feed.state is not FeedState.LIVE for feed in rig.upstream.hub.feeds()))
        ports = ["--spot-port", str(_port(practice.spot)), "--futures-port", str(_port(practice.futures))]
        rig.practice = new_practice(*ports, data=practice.data_dir)
        rig.place()
        until(lambda: rig.held() == rig.truly_held() > before)
        assert rig.accounts.repaired == 0
    finally:
        rig.stop()
