"""Limits on the practice exchange: five sessions at once never pass one, and a restart forgets nothing."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kucoin.desk.desk import Desk
from kucoin.desk.principal import Principal, Role
from kucoin.desk.upstream import Upstream
from kucoin.errors import LimitExceeded, NotAllowed
from kucoin.journal.database import Journal
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.limits import Limits
from kucoin.model.ticket import FuturesTicket, SpotTicket
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.rest_trading import PAIR, new_id, opening, price, resting
from tests.trading_rig import ME, D, until

ADMIN = Principal("admin", Role.ADMIN)
SESSIONS, EACH = 5, 5
WORTH = D("0.1")  # coins of each order
MINUTE = timedelta(seconds=60)


@contextmanager
def desk_on(floor: Practice, journal: Path) -> Iterator[Desk]:
    """A Desk that takes orders, with everything read that a limit could need."""
    exchange = Exchange(
        hosts.Hosts(floor.spot, floor.futures),
        Credentials(Secret(floor.key), Secret(floor.secret), Secret(floor.passphrase)),
    )
    with closing(Journal.open(f"sqlite:///{journal}", mode="practice")) as opened:
        names: dict[str, Any] = {"mode": "practice", "site": "global", "version": "0", "key_tail": None}
        desk = Desk(exchange, Upstream(exchange, practice=True), trading=True, journal=opened, **names)
        desk.start()
        try:
            until(lambda: desk.trading.ready().open and desk.terms.of(PAIR) and desk.orders.unsure() is None)
            until(lambda: not desk.risk.view().problem)
            yield desk
        finally:
            desk.stop()


@pytest.fixture(scope="module", autouse=True)
def _cleared(floor_process: Practice) -> Iterator[None]:
    """No order is left on the exchange."""
    yield
    assert floor_process.send("DELETE", f"/api/v1/hf/orders?symbol={PAIR}").data


@pytest.fixture(scope="module")
def desk(floor_process: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One Desk for the tests that do not stop it."""
    with desk_on(floor_process, tmp_path_factory.mktemp("limits") / "journal.sqlite3") as made:
        yield made


def used(desk: Desk, name: str) -> Any:
    """How much of a limit is used, counted anew."""
    return getattr(desk.risk._counts.used(), name)


def ticket(floor: Practice, **more: Any) -> SpotTicket:
    """An order that rests, worth a few USDT."""
    return SpotTicket(order=resting(floor, client_oid=new_id(), price=price(floor, "0.9"), size=WORTH, **more))


def storm(desk: Desk, floor: Practice) -> tuple[list[SpotTicket], set[str]]:
    """Place from five sessions at once, past every page; return what was taken, and by which limits others were not."""
    together = threading.Barrier(SESSIONS)
    wishes = [[ticket(floor) for _ in range(EACH)] for _ in range(SESSIONS)]

    def session(number: int) -> list[SpotTicket | str]:
        together.wait(20)
        found: list[SpotTicket | str] = []
        for wish in wishes[number]:
            try:
                desk.trading.place(wish, ME)
            except LimitExceeded as refusal:
                found.append(refusal.limit)
            else:
                found.append(wish)
        return found

    with ThreadPoolExecutor(SESSIONS) as pool:
        every = [each for found in pool.map(session, range(SESSIONS)) for each in found]
    taken = [each for each in every if not isinstance(each, str)]
    until(lambda: not any(each.open for each in desk.trading.placements()))
    return taken, {each for each in every if isinstance(each, str)}


def placed(desk: Desk, wish: SpotTicket) -> str:
    """Place an order and return KuCoin's id for it."""
    desk.trading.place(wish, ME)
    return str(until(lambda: (found := desk.trading.placement(wish.client_oid)) and found.order_id))


def on_exchange(floor: Practice, tickets: list[SpotTicket]) -> int:
    """How many of them the exchange has, as it tells by itself."""
    there = {order["clientOid"] for order in floor.get(f"/api/v1/hf/orders/active?symbol={PAIR}").data}
    return len(there & {each.client_oid for each in tickets})


def busiest_minute(desk: Desk, taken: list[SpotTicket]) -> int:
    """The most orders that were handed over within 60 s when one of ``taken`` was."""
    times = {each.ticket.client_oid: each.handed_at for each in desk.trading.placements()}
    ends = [times[each.client_oid] for each in taken]
    return max(sum(at - MINUTE < each <= at for each in times.values()) for at in ends)


@pytest.mark.parametrize(
    ("name", "short"),
    [(name, short) for name in ("orders_per_minute", "daily_value", "open_orders") for short in (False, True)],
)
def test_five_sessions_at_once_never_pass_a_limit(desk: Desk, floor_process: Practice, name: str, short: bool) -> None:
    """Of 25 orders exactly those are on the exchange that fit; the smallest step less, and it is one less."""
    room = 7
    each = WORTH * price(floor_process, "0.9") if name == "daily_value" else 1
    step = (D("0.00000001") if name == "daily_value" else 1) if short else 0
    limit = used(desk, name) + room * each - step
    desk.risk.set(Limits(**{name: limit if name == "daily_value" else int(limit)}), ADMIN)
    taken, refused = storm(desk, floor_process)
    assert refused == {name}
    assert len(taken) == on_exchange(floor_process, taken)
    if name == "orders_per_minute":  # a slow run outlives the minute of earlier ones, which makes room
        assert busiest_minute(desk, taken) == limit
    else:
        assert len(taken) == (room - 1 if short else room)


def test_a_cancelled_order_makes_room_and_a_taken_one_does_not(desk: Desk, floor_process: Practice) -> None:
    """Open orders count while they are open, the day's value whatever became of them."""
    before = used(desk, "daily_value")
    desk.risk.set(Limits(open_orders=int(used(desk, "open_orders")) + 1), ADMIN)
    first = placed(desk, ticket(floor_process))
    with pytest.raises(LimitExceeded, match=r"open orders are more than \d+ \(open orders\)"):
        desk.trading.place(ticket(floor_process), ME)
    desk.cancels.cancel(first, ME)
    until(lambda: (order := desk.orders.order(first)) and not order.open)
    placed(desk, ticket(floor_process))
    assert used(desk, "daily_value") - before == 2 * WORTH * price(floor_process, "0.9")


def test_a_stop_holds_at_once_and_until_it_is_lifted(desk: Desk, floor_process: Practice) -> None:
    """An order that only reduces is handed to the exchange all the same: here it is refused there, for want of any."""
    desk.risk.set(Limits(), ADMIN)
    desk.risk.stop_orders(ME)
    with pytest.raises(NotAllowed, match="New orders were stopped by local at 20"):
        desk.trading.place(ticket(floor_process), ME)
    assert not desk.trading.state().open
    assert desk.trading.ready().open
    reducing = FuturesTicket(order=opening(floor_process, client_oid=new_id(), reduce_only=True, leverage=None))
    found = desk.trading.place(reducing, ME, leaving=True)
    until(lambda: (now := desk.trading.placement(found.ticket.client_oid)) and now.code)
    with pytest.raises(NotAllowed, match="may not allow new orders again"):
        desk.risk.allow_orders(ME)
    desk.risk.allow_orders(ADMIN)
    placed(desk, ticket(floor_process))


def test_a_restart_keeps_the_days_value_and_the_stop(floor_process: Practice, tmp_path: Path) -> None:
    """And where the limits cannot be read afterwards nothing new is placed, until somebody sets them and lifts that."""
    journal = tmp_path / "journal.sqlite3"
    with desk_on(floor_process, journal) as desk:
        placed(desk, ticket(floor_process))
        worth = used(desk, "daily_value")
        assert worth == WORTH * price(floor_process, "0.9")
        desk.risk.set(Limits(daily_value=worth), ADMIN)
        desk.risk.stop_orders(ME)
        until(lambda: not desk.risk.view().problem)
    with desk_on(floor_process, journal) as desk:
        assert used(desk, "daily_value") == worth
        with pytest.raises(NotAllowed, match="New orders were stopped by local"):
            desk.trading.place(ticket(floor_process), ME)
        desk.risk.allow_orders(ADMIN)
        with pytest.raises(LimitExceeded, match="daily value"):
            desk.trading.place(ticket(floor_process), ME)
        with closing(sqlite3.connect(journal)) as other, other:
            other.execute('UPDATE limits SET body = \'{"limits": {"daily_value": "1e\' WHERE seq > 2')
        until(lambda: desk.risk.view().problem)
        with pytest.raises(NotAllowed, match="No order is placed without limits: the limits in the journal cannot be"):
            desk.trading.place(ticket(floor_process), ME)
        assert desk.risk.view().limits is None
        desk.risk.set(Limits(), ADMIN)
        with pytest.raises(NotAllowed, match="New orders were stopped by admin"):
            desk.trading.place(ticket(floor_process), ME)
        desk.risk.allow_orders(ADMIN)
        placed(desk, ticket(floor_process))
