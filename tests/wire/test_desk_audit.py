"""What is noted at the desk reaches the disk in its order, the chain is watched, and days are read from it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk.audit import Audit, Verdict, silent, turning_away
from kucoin.desk.blotter import Blotter, BlotterLine
from kucoin.desk.desk import Desk
from kucoin.desk.principal import Principal, Role
from kucoin.desk.upstream import Upstream
from kucoin.desk.witness import Witness
from kucoin.errors import NotAllowed
from kucoin.journal.audit import Chain
from kucoin.journal.database import Journal
from kucoin.journal.intents import Intent, IntentStore, Outcome
from kucoin.model.cancellation import CancelState
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.ledger import Wallet
from kucoin.model.ledger_fill import LedgerFill
from kucoin.model.order import Side
from kucoin.model.ticket import Placement, SpotTicket, Ticket, TicketState
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.rest_trading import CONTRACT, PAIR, new_id, price, resting
from tests.trading_rig import D, futures, spot, until

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OURS = "uid-1"
S = TicketState


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal, which does not wait long for a lock."""
    with closing(Journal.open(f"sqlite:///{tmp_path / 'journal.sqlite3'}", mode="practice", patience=0.05)) as opened:
        yield opened


@pytest.fixture
def chain(journal: Journal, tmp_path: Path) -> Chain:
    """Its audit."""
    return Chain(journal, tmp_path)


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def wall(self) -> datetime:
        """Aware UTC."""
        return self.now

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return self.now.timestamp()


@pytest.fixture
def clock() -> Clock:
    """Noon."""
    return Clock()


@pytest.fixture
def audit(chain: Chain, clock: Clock) -> Iterator[Audit]:
    """The audit of the desk, begun."""
    made = Audit(chain, account=lambda: OURS, now=clock.wall, monotonic=clock.monotonic)
    made.start()
    yield made
    made.stop()


def test_what_is_noted_while_the_disk_fails_is_written_later_in_its_order(
    audit: Audit, chain: Chain, tmp_path: Path
) -> None:
    """Noting neither waits nor raises; what is owed is counted, and written once that can be done."""
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(5):
            audit.note("ana", "arm", f"{number}", text="words", since=NOON, size=D("1.0"), other=object())
        problem = until(lambda: audit.problem)
        assert "database is locked" in problem
        assert audit.owed == 5
        other.execute("ROLLBACK")
    until(lambda: not audit.owed)
    rows = chain.between(OURS, NOON, NOON + DAY)
    assert [row.subject for row in rows] == ["0", "1", "2", "3", "4"]
    assert '"since": "2026-11-22T12:00:00Z", "size": "1.0"' in rows[0].body
    until(lambda: audit.problem is None)


def test_the_end_of_a_desk_writes_what_it_owes(chain: Chain) -> None:
    """An act that was noted a moment before is not lost with the process."""
    audit = Audit(chain, account=lambda: None)
    audit.start()
    audit.note("ana", "disarm", "")
    audit.stop()
    assert chain.end.seq == 1


def test_a_row_that_is_altered_later_is_found_at_the_next_look(audit: Audit, clock: Clock, tmp_path: Path) -> None:
    """The verdict is intact while rows come, and broken within the ten minutes after one was altered."""
    audit.note("ana", "arm", "")
    audit.note("ana", "disarm", "")
    until(lambda: audit.verdict().rows == 2)
    assert audit.verdict() == Verdict(state="intact", rows=2, at=NOON)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3")) as other, other:
        other.execute("UPDATE audit SET who = 'eve' WHERE seq = 1")
    clock.now += timedelta(minutes=10)
    until(lambda: audit.verdict().state == "broken")
    assert audit.verdict().first_bad == 1
    assert audit.verdict().words == "row 1 is not as it was written"


def test_a_lost_key_is_told_in_the_verdict_and_in_the_audit(chain: Chain, journal: Journal, tmp_path: Path) -> None:
    """It is never silently good: the verdict says why, and a row of the audit says when."""
    (tmp_path / "audit.key").unlink()
    again = Chain(journal, tmp_path)
    audit = Audit(again, account=lambda: OURS, now=lambda: NOON)
    audit.start()
    until(lambda: audit.verdict().state == "unverifiable")
    until(lambda: again.end.seq == 1)
    audit.stop()
    assert "audit.key is missing" in audit.verdict().words
    assert "cannot be verified" in again.between(OURS, NOON, NOON + DAY)[0].body


def test_somebody_turned_away_is_noted_and_still_told() -> None:
    """The refusal goes on to whoever asked."""
    noted: list[tuple[object, ...]] = []

    def note(*about: object, **body: object) -> None:
        noted.append((*about, body["words"]))

    with pytest.raises(NotAllowed), turning_away(note, "eve", "o-1"):
        raise NotAllowed("eve is a viewer")
    with turning_away(silent, "ana", "o-2"):
        pass
    assert noted == [("eve", "turned away", "o-1", "eve is a viewer")]


def trade(at: datetime) -> LedgerFill:
    """A fill of the account."""
    known = {"symbol": "BTC-USDT", "trade_id": "7", "order_id": "o-1", "side": Side.BUY, "at": at}
    known |= dict.fromkeys(("type", "trade_type", "liquidity", "funds", "fee", "fee_rate", "fee_currency"))
    return LedgerFill(**known, price=D(87_104), size=D("0.02"))


@pytest.fixture
def store(journal: Journal, chain: Chain) -> IntentStore:
    """Where orders are written down."""
    return IntentStore(journal, chain)


@pytest.fixture
def blotter(chain: Chain, store: IntentStore, clock: Clock) -> Iterator[Blotter]:
    """The blotter of the account, with one fill of today and one of the day before yesterday."""
    trades = (trade(NOON + timedelta(seconds=3)), trade(NOON - 2 * DAY))

    def fills(start: datetime | None, end: datetime | None) -> list[LedgerFill]:
        return [each for each in trades if (start is None or each.at >= start) and (end is None or each.at < end)]

    made = Blotter(chain, account=lambda: OURS, store=store, fills=fills, now=clock.wall, monotonic=clock.monotonic)
    made.start()
    yield made
    made.stop()


def wish(store: IntentStore, ticket: Ticket, state: S, at: datetime = NOON) -> None:
    """Write down an order, and a second later what became of it."""
    store.add(Intent(account=OURS, ticket=ticket, by="ana", handed_at=at))
    store.note([Outcome(client_oid=ticket.client_oid, state=state, at=at + timedelta(seconds=1), words="so it is")])


def days(blotter: Blotter, day: date, count: int) -> tuple[BlotterLine, ...]:
    """Wait until a day has so many lines."""
    found: tuple[BlotterLine, ...] = until(lambda: (now := blotter.lines(day)) and len(now) == count and now)
    return found


def test_a_day_is_one_line_of_time_newest_first(
    blotter: Blotter, store: IntentStore, audit: Audit, clock: Clock
) -> None:
    """Orders, answers, fills and switches of the account stand together; look-ups count on the line without answer."""
    lost, sold = futures(), spot()
    wish(store, lost, S.UNKNOWN)
    wish(store, sold, S.ACCEPTED, NOON + timedelta(seconds=1))
    first = days(blotter, NOON.date(), 5)
    assert blotter.lines(NOON.date()) is first
    clock.now = NOON + timedelta(seconds=9)
    for times in (1, 2, 3):
        audit.note("desk", "lookup", lost.client_oid, times=times)
    audit.note("ana", "arm", "", text="Arm: until 12:15:00 UTC", state="switch")
    lines = days(blotter, NOON.date(), 6)
    told = [(line.act, line.who, line.wish, line.lookups) for line in lines]
    assert told == [
        ("arm", "ana", None, 0),
        ("fill", "kucoin", None, 0),
        ("accepted", "desk", sold, 0),
        ("intent", "ana", sold, 0),
        ("unknown", "desk", lost, 3),
        ("intent", "ana", lost, 0),
    ]


def test_earlier_days_are_read_when_they_are_asked_for(blotter: Blotter, store: IntentStore) -> None:
    """An answer that came after midnight knows its order of the day before; days without anything are passed over."""
    ticket, today = spot(), NOON.date()
    late = (NOON - DAY).replace(hour=23, minute=59, second=59, microsecond=500_000)
    wish(store, ticket, S.REFUSED, late)
    lines = days(blotter, today, 2)
    assert [(line.act, line.wish) for line in lines] == [("fill", None), ("refused", ticket)]
    assert until(lambda: blotter.before(today)) == today - DAY
    assert [line.act for line in days(blotter, today - DAY, 1)] == ["intent"]
    assert until(lambda: blotter.before(today - DAY)) == today - 2 * DAY
    assert [line.act for line in days(blotter, today - 2 * DAY, 1)] == ["fill"]


def test_what_concerns_another_account_is_not_shown(blotter: Blotter, store: IntentStore) -> None:
    """A journal may hold the doings of several."""
    ticket = spot()
    store.add(Intent(account="uid-2", ticket=ticket, by="eve", handed_at=NOON))
    wish(store, replace(ticket, order=replace(ticket.order, client_oid="other")), S.ACCEPTED)
    assert {line.who for line in days(blotter, NOON.date(), 3)} == {"ana", "desk", "kucoin"}


@pytest.fixture
def desk(floor: Practice, journal: Journal, chain: Chain) -> Iterator[Desk]:
    """The whole desk on the practice exchange."""
    exchange = Exchange(
        hosts.Hosts(floor.spot, floor.futures),
        Credentials(Secret(floor.key), Secret(floor.secret), Secret(floor.passphrase)),
    )
    names: dict[str, Any] = {"mode": "practice", "site": "global", "version": "0", "key_tail": None}
    upstream = Upstream(exchange, practice=True)
    made = Desk(exchange, upstream, trading=True, journal=journal, chain=chain, **names)
    made.start()
    yield made
    made.stop()


def test_whatever_is_done_at_the_desk_stands_in_the_audit(desk: Desk, floor: Practice, chain: Chain) -> None:
    """Orders and answers, cancels and ends, switches, changed terms, and who was turned away: each with who did it."""
    admin, viewer = Principal("ana", Role.ADMIN), Principal("eve", Role.VIEWER)
    until(lambda: desk.trading.state().open and desk.terms.of(PAIR) and desk.terms.of(CONTRACT))
    ticket = SpotTicket(order=replace(resting(floor, price=price(floor, "0.9")), client_oid=new_id()))
    other = SpotTicket(order=replace(ticket.order, client_oid=new_id()))
    placed = until(lambda: (now := desk.trading.place(ticket, admin)) and not now.open and now)
    with suppress(NotAllowed):
        desk.trading.place(other, viewer)
    with suppress(NotAllowed):
        desk.cancels.cancel(placed.order_id, viewer)
    desk.cancels.cancel(placed.order_id, admin)
    until(lambda: desk.cancels.cancellation(placed.order_id).state is CancelState.CANCELLED)
    desk.risk.stop_orders(admin)
    with suppress(NotAllowed):
        desk.trading.place(other, admin)
    with suppress(NotAllowed):
        desk.terms.set_leverage(CONTRACT, D(3), admin)
    with suppress(NotAllowed):
        desk.moves.move("USDT", D(1), Wallet.MAIN, Wallet.TRADE, viewer)
    desk.risk.allow_orders(admin)
    until(lambda: not desk.audit.owed)
    now = datetime.now(UTC)
    rows = [row for row in chain.between(desk.trading.account or "", now - DAY, now + DAY) if "alert" not in row.act]
    told = Counter((row.who, row.act, json.loads(row.body).get("state")) for row in rows)
    assert told == {
        ("ana", "intent", None): 1,
        ("desk", "accepted", None): 1,
        ("eve", "turned away", None): 3,
        ("ana", "cancel", "sent"): 1,
        ("desk", "cancel", "cancelled"): 1,
        ("ana", "stop orders", "switch"): 1,
        ("ana", "turned away", None): 2,
        ("ana", "allow orders", "switch"): 1,
    }
    until(lambda: desk.audit.verdict().rows == chain.end.seq)
    assert desk.audit.verdict().state == "intact"


def test_each_look_up_is_noted_once() -> None:
    """An order whose outcome is not known is asked for again and again, and told of more often than that."""
    heard: list[Callable[[Placement], None]] = []
    noted: list[int] = []
    audit: Any = SimpleNamespace(note=lambda *_, times: noted.append(times))
    trading: Any = SimpleNamespace(on_change=heard.append, on_refusal=lambda _: None)
    risk: Any = SimpleNamespace(on_change=lambda _: None)
    Witness(audit, trading, risk)
    unknown = Placement(ticket=spot(), by="ana", state=S.UNKNOWN, handed_at=NOON)
    for lookups in (0, 1, 1, 2):
        heard[0](replace(unknown, lookups=lookups))
    heard[0](replace(unknown, state=S.ACCEPTED, lookups=2))
    assert noted == [1, 2]
