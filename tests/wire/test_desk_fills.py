"""The desk's fills beside the practice exchange's own books: every one once, in every market, to the last digit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from kucoin.desk import upkeep
from kucoin.desk.costs import Costs
from kucoin.desk.fill_book import FillBook
from kucoin.desk.ledger import Ledger
from kucoin.desk.order_history import OrderHistory
from kucoin.journal.database import Journal
from kucoin.journal.ledger import LedgerStore
from kucoin.journal.spot_fills import SpotFillStore
from kucoin.model.ledger_fill import FillKind
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, NewOrder, OrderType, Side, TradeType
from tests import fills_truth
from tests.conftest import Practice
from tests.fills_child import ACCOUNT
from tests.orders_desk import FAST, FUTURES_PUSHES, SPOT_PUSHES, Desk, desk_of, until
from tests.rest_trading import CONTRACT, PAIR, resting

WEEK = timedelta(days=7)


@dataclass
class Scene:
    """A desk's orders on an exchange of its own, and the fills that it keeps in a journal."""

    desk: Desk
    journal: Journal
    fills: FillBook
    since: datetime

    def trade(self) -> None:
        """Trade a little in every market."""
        exchange = self.desk.exchange
        exchange.spot_orders.place_market(client_oid=uuid4().hex, symbol=PAIR, side=Side.BUY, funds=Decimal(20))
        exchange.spot_orders.place_market(client_oid=uuid4().hex, symbol="KCS-BTC", side=Side.SELL, size=Decimal(1))
        for symbol, isolated in (("ETH-USDT", False), ("BTC-USDT", True)):
            wish = NewOrder(
                client_oid=uuid4().hex, symbol=symbol, side=Side.BUY, type=OrderType.MARKET, funds=Decimal(30)
            )
            exchange.margin_orders.place(wish, isolated=isolated)
        lots = NewFuturesOrder(
            client_oid=uuid4().hex,
            symbol=CONTRACT,
            type=OrderType.MARKET,
            side=Side.BUY,
            size=Lots(2),
            leverage=3,
            margin_mode=MarginMode.ISOLATED,
        )
        exchange.futures_orders.place(lots)

    def all_there(self) -> bool:
        """Whether the desk holds what the exchange knows, and nothing else."""
        return fills_truth.of_desk(self.fills.fills(), self.since) == self.truth()

    def truth(self) -> list[fills_truth.Line]:
        """What the exchange knows."""
        return fills_truth.of_exchange(self.desk.floor, self.since)


@contextmanager
def keeping(desk: Desk, journal: Journal) -> Iterator[FillBook]:
    """What keeps the fills of every market, as the whole desk has it."""

    def now() -> datetime:
        return datetime.now(UTC)

    exchange, hub = desk.exchange, desk.upstream.hub
    fills = FillBook(
        exchange,
        journal,
        hub,
        desk.orders,
        OrderHistory(exchange, desk.orders, tuple),
        account=lambda: ACCOUNT,
        futures=lambda: ledger,
        now=now,
        monotonic=time.monotonic,
    )
    ledger = Ledger(
        exchange,
        LedgerStore(journal),
        hub,
        account=lambda: ACCOUNT,
        held=frozenset,
        wallets=dict,
        told=fills.keep,
        now=now,
    )
    fills.start()
    ledger.start()
    try:
        until(lambda: fills.reach().synced)
        yield fills
    finally:
        fills.stop()
        ledger.stop()


@pytest.fixture(scope="module")
def scene(floor_process: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One for all tests of this file; it hurries."""
    journal = Journal.open(f"sqlite:///{tmp_path_factory.mktemp('fills')}/journal.sqlite3", mode="practice")
    since = datetime.now(UTC) - WEEK
    with pytest.MonkeyPatch.context() as patch, desk_of(floor_process, every=FAST) as desk:
        patch.setattr(upkeep, "_EVERY", 0.3)
        patch.setattr(upkeep, "_SPACING", 0.1)
        with keeping(desk, journal) as fills:
            yield Scene(desk, journal, fills, since)
    journal.close()


def test_what_is_traded_is_there_in_every_market(scene: Scene, floor: Practice) -> None:
    """As the exchange has it in its own books, fees and all; and it stays so."""
    until(scene.all_there)
    before = len(scene.truth())
    scene.trade()
    until(lambda: len(scene.truth()) >= before + 5)
    until(scene.all_there)
    assert {fill.kind for fill in scene.fills.fills()} == set(FillKind)
    reach = scene.fills.reach()
    assert reach.problem is None
    assert reach.spot is not None
    assert reach.futures is not None
    assert floor.fills()


def test_a_fill_is_there_though_its_push_was_lost(scene: Scene, floor: Practice) -> None:
    """On spot, margin and futures; the account's ledger names what nobody told."""
    floor.faults({"name": "drop_event", "path": SPOT_PUSHES}, {"name": "drop_event", "path": FUTURES_PUSHES})
    before = len(scene.truth())
    scene.trade()
    until(lambda: len(scene.truth()) >= before + 5)
    until(scene.all_there)


def test_another_start_knows_the_same_and_adds_nothing(scene: Scene, floor: Practice) -> None:
    """The journal holds every fill of the spot and margin accounts once."""
    until(scene.all_there)
    with keeping(scene.desk, scene.journal) as again:
        until(lambda: fills_truth.of_desk(again.fills(), scene.since) == scene.truth())
    kept = fills_truth.of_desk(SpotFillStore(scene.journal).spot(ACCOUNT), scene.since)
    assert kept == [line for line in scene.truth() if FillKind.FUTURES not in line]
    assert floor.fills()


def test_finished_orders_are_listed_after_a_start(scene: Scene, floor: Practice) -> None:
    """Those that filled and those that were cancelled, in every market, whoever placed them."""
    exchange = scene.desk.exchange
    rested = exchange.spot_orders.place(resting(floor))
    exchange.spot_orders.cancel(order_id=rested, symbol=PAIR)
    until(lambda: not scene.desk.is_open(rested))
    scene.trade()
    until(scene.all_there)
    history = OrderHistory(exchange, scene.desk.orders, tuple)
    now = datetime.now(UTC)
    pairs = [(TradeType.TRADE, PAIR), (TradeType.MARGIN_TRADE, "ETH-USDT"), (TradeType.TRADE, "OLD-USDT")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scene.desk.orders, "ended", tuple)  # as after a start
        history.read(now, pairs, lambda ask: ask())
        found = {each.order_id: each for each in history.between(now - WEEK, now + WEEK)}
    assert (found[rested].status, found[rested].filled) == ("cancelled", 0)
    fills = scene.fills.fills(now - WEEK)
    traded = {fill.order_id for fill in fills if (fill.trade_type, fill.symbol) in pairs or fill.futures}
    over = {order_id for order_id in traded if not scene.desk.is_open(order_id)}  # some of other tests may rest still
    assert over
    assert over <= {order_id for order_id, each in found.items() if each.filled}


def test_what_was_bought_from_nothing_has_its_cost(scene: Scene, floor: Practice) -> None:
    """To the last digit what the exchange took for it, fees included; a coin that was deposited has none."""
    exchange, coin = scene.desk.exchange, "TRX"
    for funds in ("40", "25"):
        wish = {"symbol": f"{coin}-USDT", "side": Side.BUY, "funds": Decimal(funds)}
        exchange.spot_orders.place_market(client_oid=uuid4().hex, **wish)
    until(scene.all_there)
    bought = [fill for fill in scene.fills.fills() if fill.symbol == f"{coin}-USDT"]
    assert {fill.fee_currency for fill in bought} == {"USDT"}
    costs = Costs(
        scene.fills.kept, lambda: scene.fills.reach().spot, lambda _currency, _at: None, on=True
    )  # nothing but USDT was paid
    held = {each.currency: each.balance for each in exchange.account.spot_accounts() if each.kind == "trade"}
    costs.start()
    try:
        until(lambda: costs.of(coin, held[coin], Decimal(1)).cost == sum(fill.funds + fill.fee for fill in bought))
        until(lambda: "do not explain" in costs.of("KCS", held["KCS"], Decimal(1)).why)
    finally:
        costs.stop()
