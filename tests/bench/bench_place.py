"""How long an order takes from the press to the journal's disk and to the wire, on the whole Desk. Run it with python.

The practice exchange's market is alive meanwhile. Goals: journal 5 ms (median), wire 50 ms (99 %). Printed beside what
one bare commit of the journal takes on this disk, and what of it is the audit's: reading the chain's end, sealing a row
and inserting it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from uuid import uuid4

from sqlalchemy import Connection

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kucoin.desk.desk import Desk
from kucoin.desk.principal import Principal, Role
from kucoin.desk.upstream import Upstream
from kucoin.journal.audit import Act, Chain
from kucoin.journal.audit_key import End
from kucoin.journal.database import Journal
from kucoin.journal.intents import Intent, IntentStore
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.ticket import SpotTicket
from kucoin.rest import hosts
from kucoin.rest.answer import Reply
from kucoin.rest.client import Exchange
from kucoin.rest.line import Line, Request
from tests.conftest import Practice, start_practice
from tests.orders_desk import until
from tests.rest_trading import PAIR, resting

ORDERS = 300
ME = Principal("local", Role.TRADER)
written: list[float] = []  # when an intent was on disk, in s of the monotonic clock
sealed: list[float] = []  # s that a row took to be added to the audit
left: list[float] = []  # when an order went to the wire


def watch() -> None:
    """Note both moments: an order is handed to the line as the last thing before its socket."""
    add, exchange, append = IntentStore.add, Line.exchange, Chain._append

    def adding(store: IntentStore, intent: Intent) -> None:
        add(store, intent)
        written.append(time.monotonic())

    def sealing(chain: Chain, connection: Connection, acts: Sequence[Act]) -> End:
        began = time.monotonic()
        end = append(chain, connection, acts)
        sealed.append((time.monotonic() - began) / len(acts))
        return end

    def sending(line: Line, request: Request) -> Reply:
        if request.method == "POST" and request.name.endswith("/orders"):
            left.append(time.monotonic())
        return exchange(line, request)

    IntentStore.add = adding  # type: ignore[method-assign]  # a stopwatch: it writes all the same
    Chain._append = sealing  # type: ignore[method-assign]  # likewise
    Line.exchange = sending  # type: ignore[method-assign]  # likewise


def commits(folder: Path) -> list[float]:
    """What bare commits take, in s."""
    took = []
    with closing(Journal.open(f"sqlite:///{folder / 'bare.sqlite3'}", mode="practice")) as journal:
        journal.write(lambda connection: connection.exec_driver_sql("CREATE TABLE bare (n INTEGER)")).result()
        for _ in range(ORDERS):
            began = time.monotonic()
            journal.write(lambda connection: connection.exec_driver_sql("INSERT INTO bare VALUES (1)")).result()
            took.append(time.monotonic() - began)
    return took


def run(floor: Practice, folder: Path) -> tuple[list[float], list[float], list[float]]:
    """Place one order after the other; return the s until `place` returned, the journal had it, and it left."""
    keys = Credentials(Secret(floor.key), Secret(floor.secret), Secret(floor.passphrase))
    exchange = Exchange(hosts.Hosts(floor.spot, floor.futures), keys)
    with closing(Journal.open(f"sqlite:///{folder / 'journal.sqlite3'}", mode="practice")) as journal:
        upstream = Upstream(exchange, practice=True)
        desk = Desk(
            exchange,
            upstream,
            mode="practice",
            site="global",
            version="0",
            key_tail=None,
            trading=True,
            journal=journal,
            chain=Chain(journal, folder),
        )
        desk.start()
        try:
            until(lambda: desk.trading.state().open and desk.terms.of(PAIR))
            until(lambda: desk.ledger.progress().state == "ready")  # months of it are read into the journal at first
            order = resting(floor)
            pressed, returned = [], []
            for _ in range(ORDERS):
                ticket = SpotTicket(order=replace(order, client_oid=uuid4().hex))
                pressed.append(time.monotonic())
                desk.trading.place(ticket, ME)
                returned.append(time.monotonic())
                _settle(desk, ticket)
                exchange.spot_orders.cancel_by_client_oid(client_oid=ticket.client_oid, symbol=PAIR)
        finally:
            desk.stop()
    return _since(pressed, returned), _since(pressed, written), _since(pressed, left)


def _since(pressed: list[float], after: list[float]) -> list[float]:
    return [then - now for now, then in zip(pressed, after, strict=True)]


def _settle(desk: Desk, ticket: SpotTicket) -> None:
    found = until(lambda: (now := desk.trading.placement(ticket.client_oid)) and not now.open and now)
    assert found.order_id, found


def show(what: str, took: list[float]) -> None:
    """Print the median and the 99th of a hundred."""
    print(f"{what:32} median {median(took) * 1000:6.2f} ms   99 % {quantiles(took, n=100)[98] * 1000:6.2f} ms")


def main() -> None:
    """Print the figures."""
    watch()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        floor = start_practice(folder / "practice")
        try:
            show("a bare commit of the journal", commits(folder))
            returned, written_after, left_after = run(floor, folder)
            show("place() returns", returned)
            show("press to the journal's disk", written_after)
            show("of it a row of the audit", sealed)
            show("press to the wire", left_after)
        finally:
            floor.stop()


if __name__ == "__main__":
    main()
