"""The ledger's thread: it keeps the journal up to date, says how far it is, and ends when it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from kucoin.book.books import Books
from kucoin.desk import ledger as module
from kucoin.desk import snapshots, upkeep
from kucoin.desk.ledger import Ledger
from kucoin.desk.payments import Payments
from kucoin.desk.refresh import Reading
from kucoin.desk.upkeep import Progress
from kucoin.errors import JournalError, OutcomeUnknown
from kucoin.hub import Hub
from kucoin.journal.database import Journal
from kucoin.journal.ledger import LedgerStore
from kucoin.model.account import FuturesAccount
from kucoin.model.feed_private import OrderChange, PositionChange, PositionFunding
from kucoin.model.ledger import EquityPoint
from kucoin.model.order import Side
from kucoin.rest.client import Exchange
from kucoin.stream.feed import FeedState, FeedStatus
from tests.feed_server import until
from tests.ledger_source import NOW, Source, past, payment, trade

UID = "165111201"
PATIENCE = 30.0
SECOND = timedelta(seconds=1)
WALLET = FuturesAccount(
    currency="USDT",
    account_equity=Decimal("1000.5"),
    unrealised_pnl=Decimal("0.5"),
    margin_balance=Decimal(1000),
    position_margin=None,
    order_margin=None,
    frozen_funds=None,
    available_balance=None,
    risk_ratio=None,
    max_withdraw_amount=None,
)
MATCH = OrderChange(time=1, symbol="XBTUSDTM", order_id="1", side=Side.BUY, kind="match", status="match", futures=True)
OPENED = OrderChange(time=1, symbol="XBTUSDTM", order_id="1", side=Side.BUY, kind="open", status="open", futures=True)
MARK = PositionChange(time=1, symbol="XBTUSDTM", reason="markPriceChange", mark_price=Decimal(1))
GROWN = PositionChange(time=1, symbol="XBTUSDTM", reason="positionChange", current_qty=2)
PAID = PositionFunding(
    time=1, symbol="XBTUSDTM", qty=1, mark_price=Decimal(1), rate=Decimal(0), fee=Decimal(0), funding_time=1
)


@dataclass
class Scene:
    """A ledger whose exchange, clocks and accounts a test holds in its hand."""

    source: Source
    journal: Journal
    hub: Hub
    account: str | None = UID
    held: frozenset[str] = frozenset()
    wallets: dict[str, Reading[FuturesAccount]] = field(default_factory=dict)
    now: datetime = NOW
    ahead: float = 0.0  # s that the clock of pauses is ahead
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.store = LedgerStore(self.journal)
        self.anew()

    def anew(self) -> None:
        """Another ledger, as after a start of the program."""
        self.ledger = Ledger(
            cast("Exchange", self.source),
            self.store,
            self.hub,
            account=lambda: self.account,
            held=lambda: self.held,
            wallets=lambda: self.wallets,
            now=lambda: self.now,
            monotonic=lambda: time.monotonic() + self.ahead,
        )

    def ready(self) -> Ledger:
        """The ledger when it is up to date."""
        until(lambda: self._is_ready(self.ledger.progress()), PATIENCE)
        return self.ledger

    def _is_ready(self, progress: Progress) -> bool:
        return progress.state == "ready" and progress.synced_at == self.now


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    journal = Journal.open(f"sqlite:///{tmp_path}/journal.sqlite3", mode="practice")
    yield journal
    journal.close()


@pytest.fixture
def scene(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """A ledger of sixty trades that was not started; it hurries."""
    monkeypatch.setattr(upkeep, "_SPACING", 0.0)
    monkeypatch.setattr(module, "_LOOK", 0.01)
    scene = Scene(past(60), journal, Hub(Books(lambda _: pytest.fail("no book is asked for"))))
    yield scene
    scene.ledger.stop()


def test_without_a_journal_it_is_off(scene: Scene) -> None:
    """It answers all the same, with nothing."""
    ledger = Ledger(cast("Exchange", scene.source), None, scene.hub, account=lambda: UID, held=frozenset, wallets=dict)
    ledger.start()
    ledger.stop()
    assert ledger.progress().state == "off"
    assert ledger.report(currency="USDT") is None
    assert (ledger.open_rounds(), ledger.realised_today(), ledger.equity("USDT")) == ({}, {}, ())
    assert ledger.export("csv", "ledger").count(b"\n") == 1


def test_it_waits_until_the_key_was_found_fit(scene: Scene) -> None:
    """Whose ledger it is, nobody knows before; nothing is asked of the exchange."""
    scene.account = None
    scene.ledger.start()
    assert scene.ledger.progress().state == "waiting"
    assert scene.source.asked == []
    scene.account = UID
    assert scene.ready().progress().since == NOW - timedelta(days=89)
    report = scene.ledger.report(currency="USDT")
    assert report is not None
    assert report.closed == 30


def test_what_was_kept_is_there_without_the_exchange(scene: Scene) -> None:
    """After a start it is read from the journal; that the exchange does not answer is said beside it."""
    scene.ledger.start()
    before = scene.ready().report(currency="USDT")
    scene.ledger.stop()

    def gone() -> None:
        raise OutcomeUnknown("GET /api/v1/fills: outcome unknown, no answer came")

    scene.source.before = gone
    scene.anew()
    assert scene.ledger.report(currency="USDT") is None
    scene.ledger.start()
    until(lambda: scene.ledger.progress().problem, PATIENCE)
    assert scene.ledger.progress().state == "syncing"
    assert "no answer came" in str(scene.ledger.progress().problem)
    assert scene.ledger.report(currency="USDT") == before


@pytest.mark.parametrize("push", [MATCH, GROWN, PAID], ids=["fill", "position", "funding"])
def test_a_push_wakes_it(scene: Scene, push: Any) -> None:
    """What happened is in the ledger soon, and the generation has grown."""
    scene.ledger.start()
    generation = scene.ready().generation
    scene.source.fills.append(trade(60, NOW + SECOND))
    scene.source.payments.append(payment(60, NOW + SECOND))
    scene.now = NOW + 2 * SECOND
    scene.hub.publish([push], received=0.0)
    until(lambda: ("XBTUSDTM", "BOTH") in scene.ledger.open_rounds(), PATIENCE)
    until(lambda: scene.ledger.generation > generation, PATIENCE)
    if push is PAID:
        until(lambda: scene.ledger.payments(limit=1)[0].at == NOW + SECOND, PATIENCE)


def test_a_mark_price_wakes_it_not(scene: Scene) -> None:
    """Those come every second, and nothing was realised."""
    scene.ledger.start()
    scene.ready()
    asked = len(scene.source.asked)
    scene.hub.publish([MARK], received=0.0)
    scene.hub.publish([OPENED], received=0.0)
    scene.now = NOW + SECOND
    scene.hub.publish([MATCH], received=0.0)
    scene.ready()
    assert [name for name, *_ in scene.source.asked[asked:]].count("fills") == 1


def test_the_return_of_the_private_socket_wakes_it(scene: Scene) -> None:
    """What it did not tell may be anything, a settlement too; the public one concerns no account."""
    scene.held = frozenset({"XBTUSDTM"})
    scene.ledger.start()
    scene.ready()
    asked = len(scene.source.asked)
    scene.now = NOW + SECOND
    for name in ("feed-futures-public", "feed-spot-private", "feed-futures-private"):
        scene.hub.changed(FeedStatus(name, FeedState.LIVE))
    scene.ready()
    until(lambda: len(scene.source.asked) >= asked + 3, PATIENCE)
    names = [name for name, *_ in scene.source.asked[asked:]]
    assert names == ["fills", "closed", "funding:XBTUSDTM"]


def test_it_ends_at_once_though_the_network_hangs(scene: Scene) -> None:
    """Two seconds at most, whatever it is waiting for."""
    hanging, release = threading.Event(), threading.Event()

    def hang() -> None:
        hanging.set()
        release.wait(PATIENCE)

    scene.source.before = hang
    scene.ledger.start()
    assert hanging.wait(PATIENCE)
    began = time.monotonic()
    scene.ledger.stop()
    took = time.monotonic() - began
    release.set()
    assert took < 2


def test_a_journal_that_fails_is_said_and_tried_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else breaks, what is known stays, and when it can be written again all is kept."""
    failing = True
    add = scene.store.add_fills

    def add_fills(*given: Any) -> int:
        if failing:
            raise JournalError("the journal could not be written: disk I/O error")
        return add(*given)

    monkeypatch.setattr(scene.store, "add_fills", add_fills)
    monkeypatch.setattr(upkeep, "pause_after", lambda *_: 0.01)
    scene.ledger.start()
    until(lambda: scene.ledger.progress().state == "failed", PATIENCE)
    assert scene.ledger.progress().problem == "the journal could not be written: disk I/O error"
    failing = False
    assert scene.ready().progress().problem is None
    assert len(list(scene.store.fills(UID))) == 60


def test_a_fault_of_ours_is_told_in_the_log(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The page says so without its text, and the thread lives on."""
    scene.source.before = cast("Callable[[], None]", lambda: {}["secret"])
    monkeypatch.setattr(upkeep, "pause_after", lambda *_: 0.01)
    scene.ledger.start()
    until(lambda: scene.ledger.progress().state == "failed", PATIENCE)
    assert scene.ledger.progress().problem == "a fault of this program, told in its log"
    scene.source.before = lambda: None
    scene.ready()
    assert "keeping the ledger broke" in caplog.text


def test_a_second_start_tells_nothing_twice(scene: Scene) -> None:
    """The same fills, positions and payments, from the journal and the exchange together."""
    scene.ledger.start()
    before = scene.ready().report(currency="USDT")
    scene.ledger.stop()
    scene.anew()
    scene.ledger.start()
    assert scene.ready().report(currency="USDT") == before
    assert len(list(scene.store.fills(UID))) == 60


def test_equity_is_noted_once_in_five_minutes(scene: Scene) -> None:
    """From the accounts' readings; after a start of the program within the same five minutes it is not noted again."""
    scene.wallets = {"USDT": Reading(WALLET, NOW), "XBT": Reading(replace(WALLET, account_equity=Decimal(0)), NOW)}
    scene.ledger.start()
    point = EquityPoint("USDT", Decimal("1000.5"), Decimal("0.5"), NOW)
    until(lambda: scene.ledger.equity("USDT") == (point,), PATIENCE)
    assert scene.ledger.equity("XBT") == ()
    scene.ready()
    scene.ledger.stop()
    scene.now = NOW + timedelta(seconds=70)
    scene.wallets = {"USDT": Reading(WALLET, scene.now)}
    scene.anew()
    scene.ledger.start()
    scene.ready()
    assert scene.ledger.equity("USDT") == (point,)
    scene.now = NOW + timedelta(minutes=5)
    scene.wallets = {"USDT": Reading(WALLET, scene.now)}
    scene.ledger.wake()
    until(lambda: len(scene.ledger.equity("USDT")) == 2, PATIENCE)
    assert scene.ledger.equity("USDT", since=NOW + SECOND) == (replace(point, at=scene.now),)
    assert list(scene.store.equity(UID, "USDT")) == list(scene.ledger.equity("USDT"))


@pytest.mark.parametrize(
    ("reading", "noted"),
    [
        (Reading(WALLET, NOW), True),
        (Reading(WALLET, NOW - timedelta(seconds=91)), False),
        (Reading(WALLET, NOW, "GET /api/v1/account-overview: no answer"), False),
        (Reading(), False),
        (Reading(replace(WALLET, account_equity=None), NOW), False),
        (Reading(replace(WALLET, account_equity=Decimal(0)), NOW), False),
    ],
    ids=["fresh", "old", "failed", "never read", "not told", "nothing there"],
)
def test_equity_is_noted_from_a_fresh_reading_or_not_at_all(reading: Reading[FuturesAccount], *, noted: bool) -> None:
    """A gap is a gap."""
    found = snapshots.due({"USDT": reading}, {}, NOW)
    assert [each.at for each in found] == ([NOW] if noted else [])


def test_an_account_that_was_emptied_goes_on_being_noted() -> None:
    """Nothing is a figure once there was something."""
    empty = Reading(replace(WALLET, account_equity=Decimal(0)), NOW)
    before = EquityPoint("USDT", Decimal(5), None, NOW - timedelta(minutes=6))
    assert [each.equity for each in snapshots.due({"USDT": empty}, {"USDT": (before,)}, NOW)] == [0]


def test_today_begins_at_midnight_utc(scene: Scene) -> None:
    """What was realised before it is not of today."""
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    gain = Decimal(10)
    sale = replace(trade(1, midnight + SECOND), price=Decimal(110), value=Decimal(110))
    scene.source.fills = [trade(0, midnight - SECOND), sale]
    scene.source.closed, scene.source.payments = [], []
    scene.ledger.start()
    assert scene.ready().realised_today() == {("XBTUSDTM", "BOTH"): gain - sale.fee}


def test_payments_are_listed_newest_first() -> None:
    """Of a currency, on a contract, since a moment, and not too many; one that is told again is there once."""
    payments = Payments()
    rows = [payment(number, NOW + number * SECOND, symbol) for number, symbol in enumerate(("A", "B", "A", "B"))]
    payments.add(rows[:3])
    payments.add(rows[1:])
    everything: dict[str, Any] = {"currency": None, "symbol": None, "since": None, "limit": 9}
    assert payments.latest(**everything) == tuple(reversed(rows))
    assert payments.latest(**everything | {"limit": 1}) == (rows[3],)
    assert payments.latest(**everything | {"symbol": "A"}) == (rows[2], rows[0])
    assert payments.latest(**everything | {"symbol": "C"}) == ()
    assert payments.latest(**everything | {"currency": "XBT"}) == ()
    assert payments.latest(**everything | {"since": NOW + 2 * SECOND}) == (rows[3], rows[2])
