"""The journal on both of its databases: what it was given is there, exactly, once, and after whatever happens."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import Connection, Dialect, MetaData, Table, inspect

from kucoin.errors import JournalError, NotConfigured
from kucoin.journal import tables
from kucoin.journal.database import Journal
from kucoin.journal.ledger import LedgerStore, Mark
from kucoin.journal.migrations import MIGRATIONS
from kucoin.journal.spot_fills import SpotFillStore
from kucoin.journal.worth import WorthStore
from kucoin.model.activity import Rate, Worth
from kucoin.model.ledger import EquityPoint
from kucoin.model.ledger_fill import LedgerFill
from kucoin.model.order import Liquidity, OrderType, Side, TradeType
from tests import journal_cuts, postgres
from tests.journal_facts import CLOSED, FILL, PAYMENT, START, equity, fills
from tests.postgres import Postgres

SECOND = timedelta(seconds=1)
needs_postgres = pytest.mark.skipif(
    postgres.binaries() is None, reason="no Postgres server: install Debian's package postgresql"
)
BOTH = ["sqlite", pytest.param("postgres", marks=needs_postgres)]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """One server for this file."""
    with postgres.server() as running:
        yield running


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'what? 50% [new]' / 'journal.sqlite3'}"
    return str(request.getfixturevalue("server").database())


@pytest.fixture
def opened() -> Iterator[Callable[..., Journal]]:
    """Opens journals, which are closed in the end."""
    made: list[Journal] = []

    def open_one(url: str, mode: str = "practice") -> Journal:
        made.append(Journal.open(url, mode=mode, patience=0.1))
        return made[-1]

    yield open_one
    for journal in made:
        journal.close()


@pytest.fixture
def journal(opened: Callable[..., Journal], url: str) -> Journal:
    """An empty journal."""
    return opened(url)


@pytest.fixture
def store(journal: Journal) -> LedgerStore:
    """An empty ledger."""
    return LedgerStore(journal)


def test_what_is_stored_twice_is_there_once(store: LedgerStore) -> None:
    """Fills, funding, closed positions and equity: a second sync over the first finds only what is new."""
    for add, read, first, more in (
        (store.add_fills, store.fills, fills(3), fills(5)),
        (store.add_funding, store.funding, [PAYMENT], [PAYMENT, replace(PAYMENT, payment_id=2**62, at=START + SECOND)]),
        (store.add_closed, store.closed, [CLOSED], [CLOSED, replace(CLOSED, close_id="9" * 20)]),
        (store.add_equity, lambda account: store.equity(account, "USDT"), equity(2), equity(4)),
    ):
        assert add("1", first) == len(first)
        assert add("1", more) == len(more) - len(first)
        assert add("1", more) == add("1", []) == 0
        assert list(read("1")) == more


def test_spot_fills_are_stored_as_told(journal: Journal) -> None:
    """Once each, to the last digit, by time; on the accounts of one pair they are different fills."""
    store = SpotFillStore(journal)
    told = LedgerFill(
        symbol="BTC-USDT",
        trade_id="11029373945659392",
        order_id="6717422bd51c29000775ea03",
        side=Side.BUY,
        type=OrderType.LIMIT,
        trade_type=TradeType.MARGIN_ISOLATED_TRADE,
        liquidity=Liquidity.TAKER,
        price=Decimal("67717.60"),
        size=Decimal("0.000000000000000001"),
        funds=Decimal("0.677176"),
        fee=Decimal("0.000677176"),
        fee_rate=None,
        fee_currency="USDT",
        at=START,
    )
    earlier = replace(told, trade_id="9", trade_type=TradeType.TRADE, liquidity=None, at=START - SECOND)
    mark = Mark("TRADE:BTC-USDT", START, None)
    assert store.add_spot("1", [told]) == 1
    assert store.add_spot("1", [told, earlier], mark) == 1
    assert repr(list(store.spot("1"))) == repr([earlier, told])
    assert list(store.spot("1", since=START)) == [told]
    assert list(store.spot("2")) == []
    assert store.marks("1") == {mark.stream: mark}


def test_what_is_alike_but_not_the_same_is_kept(store: LedgerStore) -> None:
    """Both sides of a trade with oneself, the same numbers elsewhere, the same moment in another currency."""
    alike = [FILL, replace(FILL, order_id="2"), replace(FILL, symbol="ETHUSDTM")]
    assert store.add_fills("1", alike) == 3
    assert store.add_funding("1", [PAYMENT, replace(PAYMENT, symbol="ETHUSDTM")]) == 2
    assert store.add_equity("1", [EquityPoint(currency, Decimal(1), None, START) for currency in ("USDT", "XBT")]) == 2
    assert store.add_fills("2", alike[:1]) == 1
    assert len(list(store.fills("1"))) == 3
    assert list(store.fills("2")) == alike[:1]


@pytest.mark.parametrize(
    "text", ["0.000000000000000001", "1E-18", "9999999999.999999999999999999", "-0.10", "0.00060", "1E+20", "0"]
)
def test_decimals_come_back_to_the_last_digit(store: LedgerStore, text: str) -> None:
    """Their sign and their trailing zeros too."""
    store.add_fills("1", [replace(FILL, price=Decimal(text), value=Decimal(text), fee=Decimal(text))])
    (found,) = store.fills("1")
    for value in (found.price, found.value, found.fee):
        assert f"{value:f}" == f"{Decimal(text):f}"


def test_what_is_unknown_comes_back_unknown(store: LedgerStore) -> None:
    """Never as zero or an empty word."""
    none = dict.fromkeys(("type", "liquidity", "fee_rate", "open_fee", "close_fee", "margin_mode", "position_side"))
    fill = replace(FILL, **none)
    payment = replace(
        PAYMENT, **dict.fromkeys(("funding_rate", "mark_price", "position_qty", "position_cost", "margin_mode"))
    )
    closed = replace(
        CLOSED, **dict.fromkeys(("kind", "leverage", "trade_fee", "funding_fee", "roe", "open_price", "opened_at"))
    )
    store.add_fills("1", [fill])
    store.add_funding("1", [payment])
    store.add_closed("1", [closed])
    store.add_equity("1", [EquityPoint("USDT", Decimal(1), None, START)])
    assert [*store.fills("1"), *store.funding("1"), *store.closed("1")] == [fill, payment, closed]
    assert [point.unrealised for point in store.equity("1", "USDT")] == [None]


def test_a_mark_is_stored_with_its_rows_or_not_at_all(store: LedgerStore) -> None:
    """A batch that cannot be stored leaves neither rows nor mark; one without rows may move it."""
    first = Mark("fills", START, START - timedelta(days=7))
    store.add_fills("1", fills(2), first)
    broken = [*fills(2, since=2), replace(FILL, trade_id="5", fee=Decimal("NaN"))]
    with pytest.raises(JournalError, match="NaN is no amount"):
        store.add_fills("1", broken, Mark("fills", START + timedelta(hours=1), None))
    assert store.marks("1") == {"fills": first}
    assert list(store.fills("1")) == fills(2)
    later, other = Mark("fills", START + timedelta(hours=1), None), Mark("funding:XBTUSDTM", START, None)
    store.add_fills("1", [], later)
    store.add_funding("1", [], other)
    assert store.marks("1") == {"fills": later, "funding:XBTUSDTM": other}
    assert store.marks("2") == {}


def test_it_reads_in_the_order_of_the_trades(store: LedgerStore) -> None:
    """By moment to the microsecond, then by number: 9 before 10. ``since`` is the first moment that counts."""
    numbers = [replace(FILL, trade_id=number) for number in ("9", "10", "100")]
    later = replace(FILL, trade_id="1", at=START + timedelta(microseconds=1))
    store.add_fills("1", [later, *reversed(numbers)])
    assert list(store.fills("1")) == [*numbers, later]
    assert list(store.fills("1", since=START)) == [*numbers, later]
    assert list(store.fills("1", since=later.at)) == [later]
    assert list(store.fills("1", since=later.at + SECOND)) == []
    assert store.add_equity("1", equity(3)) == 3
    assert list(store.equity("1", "USDT", START + timedelta(minutes=5))) == equity(3)[1:]


def test_a_restart_finds_everything(opened: Callable[..., Journal], url: str) -> None:
    """Closed and opened again, more than once, with what was given last."""
    for since in (0, 100, 200):
        journal = Journal.open(url, mode="practice")
        given = journal.write(_adding(since))
        journal.close()
        given.result(0)
    assert list(LedgerStore(opened(url)).equity("1", "USDT")) == [
        EquityPoint("USDT", Decimal(since), None, START + since * SECOND) for since in (0, 100, 200)
    ]


def _adding(number: int) -> Callable[[Connection], object]:
    row = {"account": "1", "currency": "USDT", "equity": Decimal(number), "at": START + number * SECOND}
    return lambda connection: connection.execute(tables.equity.insert(), [row])


def test_one_thread_writes_in_order(journal: Journal, store: LedgerStore) -> None:
    """Eight threads store the same fills at once: each is new once, and a single thread did all of it."""
    names: set[str] = set()
    together = threading.Barrier(8)

    def add(_number: int) -> int:
        together.wait(10)
        journal.write(lambda _connection: names.add(threading.current_thread().name)).result(30)
        return store.add_fills("1", fills(100))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(8))) == 100
    assert len(names) == 1
    assert names.pop().startswith("journal")


def test_readers_see_whole_transactions(journal: Journal, store: LedgerStore) -> None:
    """While a transaction is open it shows to nobody, and holds up nobody who reads."""
    reached, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        _adding(0)(connection)
        reached.set()
        assert go_on.wait(30)

    writing = journal.write(slow)
    assert reached.wait(30)
    assert list(store.equity("1", "USDT")) == []
    go_on.set()
    writing.result(30)
    assert len(list(store.equity("1", "USDT"))) == 1


def test_an_error_undoes_all_of_a_work(journal: Journal, store: LedgerStore) -> None:
    """It is its Future's, and the next work is done as if nothing had been."""

    def broken(connection: Connection) -> NoReturn:
        _adding(0)(connection)
        raise ZeroDivisionError("of the work")

    failed, done = journal.write(broken), journal.write(_adding(1))
    with pytest.raises(ZeroDivisionError, match="of the work"):
        failed.result(30)
    done.result(30)
    assert [point.equity for point in store.equity("1", "USDT")] == [Decimal(1)]


def test_a_closed_journal_says_so(opened: Callable[..., Journal], url: str) -> None:
    """Writing into it is an error of its own; closing it again is none."""
    journal = opened(url)
    journal.close()
    with pytest.raises(JournalError, match="it is closed"):
        LedgerStore(journal).add_fills("1", [FILL])


def test_the_steps_lead_to_the_tables(journal: Journal) -> None:
    """What the migrations make is what the tables say: columns with type and nullability, keys, indexes."""
    with journal.read() as connection:
        made = MetaData()
        made.reflect(connection)
        assert set(made.tables) == set(tables.metadata.tables)
        for name, meant in tables.metadata.tables.items():
            found = made.tables[name]
            assert _shape(found, connection.dialect) == _shape(meant, connection.dialect), name
            indexes = {index.name: [column.name for column in index.columns] for index in meant.indexes}
            assert {each["name"]: each["column_names"] for each in inspect(connection).get_indexes(name)} == indexes


def _shape(table: Table, dialect: Dialect) -> list[tuple[str, str, bool | None, bool]]:
    return [(each.name, each.type.compile(dialect), each.nullable, each.primary_key) for each in table.columns]


@pytest.mark.parametrize("after", [1, 20])
def test_a_killed_writer_loses_nothing_it_acknowledged(url: str, after: int) -> None:
    """Killed in the middle of writing: rows and mark agree, no batch is there in part, and writing goes on."""
    assert journal_cuts.cut(url, after=after) > after * journal_cuts.AT_ONCE


def test_another_modes_journal_is_refused(opened: Callable[..., Journal], url: str) -> None:
    """A journal belongs to one mode for good; the refusal leaves it as it was."""
    LedgerStore(opened(url)).add_fills("1", [FILL])
    with pytest.raises(NotConfigured, match=r"is the journal of practice mode, and KUCOIN_MODE is live: let DATABASE"):
        opened(url, "live")
    assert list(LedgerStore(opened(url)).fills("1")) == [FILL]


def test_a_newer_schema_is_refused(opened: Callable[..., Journal], url: str) -> None:
    """What a later version wrote is not touched; the sentence names both numbers."""
    journal = opened(url)
    journal.write(lambda connection: connection.execute(tables.about.update().values(version=99))).result(30)
    with pytest.raises(NotConfigured, match=rf"has schema 99 of a newer version, and this one knows {len(MIGRATIONS)}"):
        opened(url)


def test_a_database_of_something_else_is_refused(opened: Callable[..., Journal], url: str) -> None:
    """Nobody's tables are mixed with ours."""
    journal = opened(url)
    journal.write(tables.about.drop).result(30)
    with pytest.raises(NotConfigured, match="holds something else than a journal: give DATABASE_URL a database of its"):
        opened(url)
    with journal.read() as connection:
        assert tables.about.name not in inspect(connection).get_table_names()


@needs_postgres
def test_a_server_that_died_is_used_again_once_it_is_back(server: Postgres, opened: Callable[..., Journal]) -> None:
    """While it is away each call fails with a JournalError; what was acknowledged before is there, nothing restarts."""
    journal = opened(server.database())
    store = LedgerStore(journal)
    started, killed = threading.Event(), threading.Event()

    def interrupted(connection: Connection) -> None:
        _adding(0)(connection)
        started.set()
        assert killed.wait(60)

    assert store.add_fills("1", fills(5), Mark("fills", START, None)) == 5
    reading = store.fills("1")
    next(reading)
    reading.close()
    writing = journal.write(interrupted)
    assert started.wait(30)
    server.kill()
    killed.set()
    calls: dict[str, Callable[[], object]] = {
        "written": lambda: writing.result(60),
        "read": lambda: store.marks("1"),
        "written: connection": lambda: store.add_fills("1", [FILL]),
    }
    try:
        for done, call in calls.items():
            with pytest.raises(JournalError, match=f"^the journal could not be {done}") as failure:
                call()
            _hides_the_password("".join(traceback.format_exception(failure.value)))
    finally:
        server.start()
    assert store.add_fills("1", fills(6)) == 1
    assert list(store.fills("1")) == fills(6)
    assert list(store.equity("1", "USDT")) == []
    server.kill()
    server.start()
    assert store.marks("1") == {"fills": Mark("fills", START, None)}  # nobody had asked while it was away


@needs_postgres
def test_a_server_that_confirms_too_early_is_refused(server: Postgres, opened: Callable[..., Journal]) -> None:
    """With synchronous_commit off a crash would lose what was acknowledged."""
    with pytest.raises(NotConfigured, match="its synchronous_commit is off"):
        opened(server.database("synchronous_commit = off"))


@needs_postgres
def test_a_password_is_never_shown(server: Postgres, opened: Callable[..., Journal]) -> None:
    """Not where it is right, nor where it or anything else is wrong."""
    url = server.database()
    _hides_the_password(repr(opened(url)) + repr(opened(url).__dict__))
    encoded = url.split(":")[2].split("@")[0]
    for wrong in (
        url.replace(encoded, f"{encoded}x"),
        url.replace("journal_", "missing_"),
        url.replace(f":{server.port}", ":1"),
        url.replace(f":{server.port}", f":{postgres.PASSWORD}"),
        url.replace(encoded, "canary@Zaun"),
        url.replace(f":{encoded}@", "@") + f"?password={encoded}x",
    ):
        with pytest.raises(NotConfigured) as refusal:
            opened(wrong)
        assert str(refusal.value).startswith("DATABASE_URL ")
        assert "\n" not in str(refusal.value)
        _hides_the_password("".join(traceback.format_exception(refusal.value)))


def _hides_the_password(text: str) -> None:
    for part in ("canary", "Zaun", "63%61%6E", postgres.PASSWORD):
        assert part not in text


def test_snapshots_are_kept_with_their_rates_or_not_at_all(journal: Journal) -> None:
    """Exactly, once, each account's own; the rates are everybody's."""
    store, later = WorthStore(journal), START + SECOND
    first = (
        Worth("", Decimal("151698.530000000000000001"), False, START),
        Worth("Futures XBT", Decimal(-3), True, START),
    )
    rates = Rate("BTC", Decimal("92200.8"), START), Rate("EUR", Decimal("1.16"), START)
    store.add_snapshot("me", first, rates)
    store.add_snapshot("me", [*first, Worth("", Decimal(7), True, later)], [*rates, Rate("BTC", Decimal(1), later)])
    store.add_snapshot("you", [Worth("", Decimal(1), True, START)], [])
    assert list(store.worths("me")) == [*first, Worth("", Decimal(7), True, later)]
    assert list(store.worths("me", since=later)) == [Worth("", Decimal(7), True, later)]
    assert list(store.rates()) == [*rates, Rate("BTC", Decimal(1), later)]
    with pytest.raises(JournalError):
        store.add_snapshot("me", [Worth("", Decimal(8), True, later + SECOND)], [Rate("BTC", Decimal("NaN"), later)])
    assert len(list(store.worths("me"))) == 3
