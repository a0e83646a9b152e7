"""The whole Desk on the practice exchange: tickets that are pressed more than once, and a Desk that may not trade."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kucoin.desk.desk import Desk
from kucoin.desk.upstream import Upstream
from kucoin.errors import InvalidRequest, NotAllowed
from kucoin.journal.database import Journal
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.order import Lots
from kucoin.model.ticket import FuturesTicket, SpotTicket, Ticket, TicketState
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.line_proxy import LineProxy
from tests.rest_trading import CONTRACT, PAIR, new_id, opening, price, resting
from tests.trading_rig import ME, D, until


@pytest.fixture
def cleared(floor: Practice) -> Iterator[Practice]:
    """The exchange for trading, on which no order is left."""
    yield floor
    assert floor.send("DELETE", f"/api/v1/hf/orders?symbol={PAIR}").data
    assert floor.send("DELETE", f"/api/v3/orders?symbol={CONTRACT}", futures=True).data


@contextmanager
def desk_on(floor: Practice, folder: Path, *, trading: bool = True, spot_port: int = 0) -> Iterator[Desk]:
    """A Desk with a journal in ``folder``, which asks the spot host at ``spot_port`` if one is given."""
    exchange = Exchange(
        hosts.Hosts(f"http://127.0.0.1:{spot_port}" if spot_port else floor.spot, floor.futures),
        Credentials(Secret(floor.key), Secret(floor.secret), Secret(floor.passphrase)),
    )
    with closing(Journal.open(f"sqlite:///{folder / 'journal.sqlite3'}", mode="practice")) as journal:
        names: dict[str, Any] = {"mode": "practice", "site": "global", "version": "0", "key_tail": None}
        desk = Desk(exchange, Upstream(exchange, practice=True), trading=trading, journal=journal, **names)
        desk.start()
        try:
            yield desk
        finally:
            desk.stop()


def orders_of(floor: Practice, tickets: list[Ticket]) -> list[str]:
    """Our ids of the orders on the exchange, as it tells by itself."""
    spot = floor.get(f"/api/v1/hf/orders/active?symbol={PAIR}").data
    futures = floor.get(f"/api/v1/orders?status=active&symbol={CONTRACT}&pageSize=200", futures=True).data["items"]
    ours = {ticket.client_oid for ticket in tickets}
    return sorted(order["clientOid"] for order in [*spot, *futures] if order["clientOid"] in ours)


def test_a_hundred_tickets_pressed_three_times_are_a_hundred_orders(cleared: Practice, tmp_path: Path) -> None:
    """Three threads at once, as double clicks and two tabs do; a fourth time after a restart; none is there twice."""
    floor = cleared
    with desk_on(floor, tmp_path) as desk:
        until(lambda: desk.trading.state().open)
        until(lambda: desk.terms.of(PAIR) and (terms := desk.terms.of(CONTRACT)) and terms.modes_at)
        pair, contract = resting(floor, price=price(floor, "0.9"), size=D("0.1")), opening(floor)
        spot = [SpotTicket(order=replace(pair, client_oid=new_id())) for _ in range(70)]
        contracts = [FuturesTicket(order=replace(contract, client_oid=new_id(), size=Lots(1))) for _ in range(30)]
        tickets: list[Ticket] = [*spot[:35], *contracts, *spot[35:]]
        together = threading.Barrier(3)

        def press(_: int) -> None:
            together.wait(20)
            for ticket in tickets:
                desk.trading.place(ticket, ME)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(press, range(3)))
        until(lambda: not any(each.open for each in desk.trading.placements()))
        found = {each.ticket.client_oid: each for each in desk.trading.placements()}
        assert {each.state for each in found.values()} == {TicketState.ACCEPTED}, found
        assert orders_of(floor, tickets) == sorted(ticket.client_oid for ticket in tickets)
        assert len({each.order_id for each in found.values()}) == len(tickets) == 100
    with desk_on(floor, tmp_path) as desk:
        until(lambda: desk.trading.state().open)
        again = [desk.trading.place(ticket, ME) for ticket in tickets]
        assert [each.order_id for each in again] == [found[ticket.client_oid].order_id for ticket in tickets]
        until(lambda: all((order := desk.orders.order(str(each.order_id))) and order.ours for each in again))
        assert orders_of(floor, tickets) == sorted(ticket.client_oid for ticket in tickets)


def test_a_desk_places_only_where_the_settings_say_so(floor: Practice, tmp_path: Path) -> None:
    """Nothing said means off; what the exchange would refuse does not even leave a Desk that is on."""
    ticket = SpotTicket(order=resting(floor))
    with desk_on(floor, tmp_path, trading=False) as desk:
        until(lambda: desk.portfolio("USDT").total is not None)
        with pytest.raises(NotAllowed, match="Trading is switched off: KUCOIN_TRADING is off"):
            desk.trading.place(ticket, ME)
    with desk_on(floor, tmp_path) as desk:
        until(lambda: desk.trading.state().open)
        until(lambda: desk.terms.of(PAIR))
        forged = SpotTicket(order=resting(floor, price=D("50.123456789")))
        with pytest.raises(InvalidRequest):
            desk.trading.place(forged, ME)
        assert desk.trading.placements() == ()
    assert orders_of(floor, [ticket, forged]) == []


def test_a_desk_that_is_stopped_while_the_line_hangs_finds_its_order_again(floor: Practice, tmp_path: Path) -> None:
    """It stops within seconds, and the next one knows whether the order arrived before it takes another."""
    ticket = SpotTicket(order=resting(floor))
    with LineProxy(int(floor.spot.rpartition(":")[2])) as line:
        with desk_on(floor, tmp_path, spot_port=line.port) as desk:
            until(lambda: desk.trading.state().open and desk.terms.of(PAIR))
            line.stall = True
            desk.trading.place(ticket, ME)
            with closing(sqlite3.connect(tmp_path / "journal.sqlite3")) as journal:
                until(lambda: journal.execute("SELECT client_oid FROM intent").fetchall() == [(ticket.client_oid,)])
            began = time.monotonic()
        assert time.monotonic() - began < 8
        line.stall = False  # what hung in it arrives now, unless that is too late by its own time limit
        with desk_on(floor, tmp_path) as desk:
            until(lambda: desk.trading.state().open)
            found = desk.trading.placement(ticket.client_oid)
            assert found is not None
            assert not found.open
            assert orders_of(floor, [ticket]) == [ticket.client_oid] * (found.state is TicketState.ACCEPTED)
