"""Fills for everybody: in order, each once, at once when pushed, and as a file that leaves out no digit."""

from __future__ import annotations

import csv
import io
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kucoin.book.books import Books
from kucoin.desk import upkeep
from kucoin.desk.fill_book import FillBook
from kucoin.desk.fill_shelf import FillShelf
from kucoin.desk.fills import LotsFill, SpotFill
from kucoin.desk.order_history import OrderHistory
from kucoin.desk.orders import Orders
from kucoin.desk.upkeep import Progress
from kucoin.hub import Hub
from kucoin.journal.database import Journal
from kucoin.model.feed_private import OrderChange
from kucoin.model.ledger_fill import FillKind, LedgerFill, of_futures, of_spot
from kucoin.model.order import Lots, Side, TradeType
from kucoin.rest.client import Exchange
from tests.feed_server import until
from tests.order_facts import FILL, FUTURES_FILL
from tests.spot_source import HOUR, NOW, SpotSource

PATIENCE = 30.0
SECOND = timedelta(seconds=1)
KEPT = of_spot(replace(FILL, at=NOW), TradeType.TRADE)


class KnownOrders:
    """What the desk's orders know of fills; ``traded`` are those of them that pushes told."""

    def __init__(self) -> None:
        self.traded: tuple[SpotFill | LotsFill, ...] = ()
        self.generation = 0

    def fills(self) -> tuple[SpotFill | LotsFill, ...]:
        """Return them."""
        return self.traded

    def push(self, *fills: SpotFill | LotsFill) -> None:
        """Let some more be told."""
        self.traded += fills
        self.generation += 1

    def order(self, _order_id: str) -> None:
        """Nothing else is known."""

    def none(self) -> tuple[()]:
        """No order is."""
        return ()

    open = stops = ended = none


@pytest.fixture
def orders() -> KnownOrders:
    """The desk's orders."""
    return KnownOrders()


@pytest.fixture
def source() -> SpotSource:
    """An exchange on which nothing was traded yet."""
    source = SpotSource()
    source.has_futures = False  # type: ignore[attr-defined]  # of the client that it stands for
    for ask in (source.spot_orders, source.margin_orders):
        ask.done_orders = lambda **_: SimpleNamespace(items=(), cursor=None)
    return source


@pytest.fixture
def book(
    source: SpotSource, orders: KnownOrders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FillBook]:
    """The book, not started; it hurries."""
    monkeypatch.setattr(upkeep, "_SPACING", 0.0)
    journal = Journal.open(f"sqlite:///{tmp_path}/journal.sqlite3", mode="practice")
    hub = Hub(Books(lambda _: pytest.fail("no book is asked for")))
    exchange, known = cast("Exchange", source), cast("Orders", orders)
    book = FillBook(
        exchange,
        journal,
        hub,
        known,
        OrderHistory(exchange, known, tuple),
        account=lambda: "165111201",
        futures=cast("Any", lambda: SimpleNamespace(progress=lambda: Progress("ready", synced_at=NOW, since=NOW))),
        now=lambda: source.now,
        monotonic=time.monotonic,
    )
    book.hub = hub  # type: ignore[attr-defined]  # for the test's hand
    yield book
    book.stop()
    journal.close()


def pushed(fill: Any, **changes: Any) -> SpotFill:
    """A fill as a push tells it: without value and fee."""
    told = {name: getattr(fill, name) for name in ("order_id", "symbol", "side", "price", "size", "liquidity", "at")}
    return SpotFill(trade_id=str(fill.trade_id), **{**told, **changes})


def test_fills_stand_in_order_each_once_however_they_come() -> None:
    """In pieces large and small, again and again; the later of one moment has the higher number."""
    draw = random.Random(7)
    every = [replace(KEPT, trade_id=str(990 + n), at=NOW + n // 3 * SECOND) for n in range(300)]
    for size in (1, 40, 170):
        shelf, mixed = FillShelf(), [*every, *draw.sample(every, 90)]
        draw.shuffle(mixed)
        added = sum(shelf.add(mixed[start : start + size]) for start in range(0, len(mixed), size))
        assert shelf.between(None, None) == every
        assert added == shelf.count == 300
        assert shelf.has(every[7].key)
        assert shelf.between(NOW + SECOND, NOW + 2 * SECOND) == every[3:6]


def test_both_sides_of_a_trade_with_oneself_are_kept() -> None:
    """They have one number."""
    shelf = FillShelf()
    assert shelf.add([KEPT, replace(KEPT, order_id="other", side=Side.SELL), KEPT]) == 2


def test_a_push_is_there_at_once_and_the_ledger_takes_its_place(
    book: FillBook, orders: KnownOrders, source: SpotSource
) -> None:
    """Without a fee first, and without being asked for by anybody."""
    book.start()
    until(lambda: book.reach().synced, PATIENCE)
    fill = source.trade("BTC-USDT", NOW, named=False)
    before = book.generation
    orders.push(pushed(fill))
    assert book.generation != before
    (shown,) = book.fills()
    assert (shown.fee, shown.funds, shown.kind, shown.size) == (None, None, None, fill.size)
    event = OrderChange(
        time=1, symbol="BTC-USDT", order_id="1", side=Side.BUY, kind="match", status="match", futures=False
    )
    book.hub.publish([event], received=0.0)  # type: ignore[attr-defined]  # the fixture's
    until(lambda: book.fills()[0].fee is not None, PATIENCE)
    assert book.fills() == (of_spot(fill, TradeType.TRADE),)


def test_markets_are_shown_together_newest_first(book: FillBook, orders: KnownOrders) -> None:
    """And can be told apart by symbol, account and time; what has no time yet is left out."""
    later = replace(FUTURES_FILL, at=NOW + HOUR)
    book.keep([later, replace(later, trade_id="2", kind="cancel")])
    orders.push(pushed(FILL, at=NOW), replace(pushed(FILL), at=None, trade_id="3"))
    lots = LotsFill(
        order_id="9", trade_id="4", symbol="XBTUSDTM", side=Side.BUY, price=Decimal(1), size=Lots(7), at=NOW
    )
    orders.push(lots)
    assert [each.symbol for each in book.fills()] == [later.symbol, "XBTUSDTM", FILL.symbol]
    assert book.fills(symbols=[later.symbol]) == (of_futures(later),)
    assert [each.size for each in book.fills(kinds=[FillKind.FUTURES])] == [later.size, 7]
    assert [each.at for each in book.fills(NOW, NOW + HOUR)] == [NOW, NOW]
    assert book.fills(NOW + HOUR, NOW + HOUR) == ()
    assert set(book.symbols()) == {later.symbol, "XBTUSDTM", FILL.symbol}


def test_a_file_has_every_digit_and_each_fee_in_a_row(book: FillBook, orders: KnownOrders) -> None:
    """Oldest first; what is not told yet is empty, and has no fee to write."""
    book.keep([replace(FUTURES_FILL, at=NOW, fee=Decimal("0.000000000000000100"))])
    orders.push(pushed(FILL, at=NOW + SECOND))
    rows = list(csv.DictReader(io.StringIO(book.export("csv", NOW, NOW + HOUR).decode())))
    assert [(row["entry"], row["account"], row["amount"], row["value"]) for row in rows] == [
        ("fill", "futures", "", "4.04"),
        ("fee", "futures", "-0.000000000000000100", ""),
        ("fill", "", "", ""),
    ]
    assert {row["time_utc"][:10] for row in rows} == {f"{NOW:%Y-%m-%d}"}
    assert book.export("parquet").startswith(b"PAR1")


def test_its_reach_is_what_both_ledgers_are_sure_of(book: FillBook, source: SpotSource) -> None:
    """Nothing before they were read; then from three days before on spot."""
    assert (book.reach().spot, book.reach().synced) == (None, False)
    book.start()
    until(lambda: book.reach().synced, PATIENCE)
    assert book.reach().spot == source.now - timedelta(days=3)
    assert book.reach().problem is None


def test_the_value_of_a_pair_is_in_its_quote_currency() -> None:
    """A fee may be in another; a contract's are in what it is settled in."""
    in_kcs: LedgerFill = replace(KEPT, symbol="ETH-BTC", fee_currency="KCS")
    assert (in_kcs.currency, in_kcs.kind) == ("BTC", FillKind.SPOT)
    assert (of_futures(FUTURES_FILL).currency, of_futures(FUTURES_FILL).kind) == ("USDT", FillKind.FUTURES)
    assert of_spot(FILL, TradeType.MARGIN_ISOLATED_TRADE).kind is FillKind.ISOLATED
