"""A fortnight of trading on the practice exchange, followed by the ledger: what it says is what the exchange says."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal

import pytest
from sqlalchemy import delete

from kucoin.desk.ledger import Ledger
from kucoin.journal import tables
from kucoin.journal.ledger import LedgerStore
from kucoin.model.position import ClosedPosition
from kucoin.rest.client import Exchange
from pages.widgets import futures_closed
from tests.feed_server import until
from tests.ledger_month import ACCOUNTS, Month, caught_up, closed, month, ties_out

D = Decimal
DAYS = 14
PATIENCE = 60.0  # s until a ledger is up to date; after a cut it tries again within a few
KEYS = tuple(ACCOUNTS)


@dataclass
class Played:
    """The fortnight when it is over, every position closed, and the ledgers, still at it."""

    month: Month
    ledgers: Mapping[str, Ledger]

    def exchange(self, key: str) -> Exchange:
        """The exchange as the account has it."""
        return self.month.traders[key].client

    def rows(self, key: str) -> tuple[int, int, int]:
        """How many fills, fundings and closed positions the journal holds of an account."""
        store, account = LedgerStore(self.month.journal), ACCOUNTS[key]
        return (len(list(store.fills(account))), len(list(store.funding(account))), len(list(store.closed(account))))


def told(client: Exchange) -> list[ClosedPosition]:
    """What the exchange says of closed positions."""
    found: list[ClosedPosition] = []
    cursor: int | None = 1
    while cursor is not None:
        page = client.futures_positions.closed_positions(cursor=cursor, limit=200)
        found += page.items
        cursor = page.cursor
    return found


def movements(client: Exchange, currency: str) -> Mapping[str, Decimal]:
    """What the exchange's own ledger adds up to by kind; what it took in liquidations stands apart."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    cursor: int | None = None
    while True:
        page = client.ledgers.futures(currency=currency, cursor=cursor, limit=100)
        for each in page.items:
            sums["liquidation" if each.remark == "liquidation" else each.kind] += each.amount
        if (cursor := page.cursor) is None:
            return sums


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Fourteen days with trades on both accounts. Lines are cut, the exchange is killed, and the ledgers are stopped
    and started again; at the end they have caught up.
    """
    with month(tmp_path_factory.mktemp("month")) as play, ExitStack() as second:
        with ExitStack() as first:
            for key in KEYS:
                first.enter_context(play.followed(key))
            for day in range(DAYS):
                play.day()
                if day % 5 == 1:
                    play.world.cut()
                if day in {4, 9}:
                    play.kill()
        ledgers = {key: second.enter_context(play.followed(key)) for key in KEYS}
        for trader in play.traders.values():
            trader.leave()
        end = play.world.now()
        for ledger in ledgers.values():
            ledger.wake()
            until(lambda ledger=ledger: caught_up(ledger, end) and ties_out(ledger), PATIENCE)
        yield Played(play, ledgers)


def test_the_fortnight_had_everything(played: Played) -> None:
    """Hundreds of fills, inverse ones too, positions turned round and liquidated either way, fundings."""
    store = LedgerStore(played.month.journal)
    fills = [fill for key in KEYS for fill in store.fills(ACCOUNTS[key])]
    ends = Counter(each.kind for key in KEYS for each in told(played.exchange(key)))
    assert len(fills) > 280
    assert sum(1 for fill in fills if fill.open_fee and fill.close_fee) > 8, "positions turned round"
    assert {fill.settle_currency for fill in fills} == {"USDT", "USDC", "XBT", "ETH"}
    assert min(ends[kind] for kind in ("CLOSE_LONG", "CLOSE_SHORT", "LIQUID_LONG", "LIQUID_SHORT")) > 0
    assert max(each.round.fills for ledger in played.ledgers.values() for each in closed(ledger) if each.round) > 4
    assert sum(played.rows(key)[1] for key in KEYS) > 230, "fundings"


@pytest.mark.parametrize("key", KEYS)
def test_each_closed_position_is_the_exchanges_to_the_last_digit(played: Played, key: str) -> None:
    """None is missing, none is told twice, and the difference is 0."""
    ledger, words = played.ledgers[key], told(played.exchange(key))
    positions = closed(ledger)
    assert [each.difference for each in positions] == [0] * len(words)
    assert {each.exchange for each in positions} == set(words)
    assert not any(each.missing for each in positions)
    assert ledger.open_rounds() == {}
    assert played.rows(key)[0] == played.exchange(key).futures_orders.fills(limit=1).total


@pytest.mark.parametrize("key", KEYS)
def test_the_page_writes_the_same(played: Played, key: str) -> None:
    """Its column of differences holds 0 alone, and the line above says that every one agrees."""
    ledger = played.ledgers[key]
    reports = [report for currency in ledger.currencies() if (report := ledger.report(currency=currency))]
    for report in reports:
        assert "Every one agrees with the exchange." in futures_closed.summary(report.positions, "All")
        assert set(futures_closed.table(report.positions)["Difference to exchange"]) == {0}
    assert sum(len(report.positions) for report in reports) == len(told(played.exchange(key)))


@pytest.mark.parametrize("key", KEYS)
def test_the_export_of_closed_positions_says_the_same(played: Played, key: str) -> None:
    """A row each, their difference is 0, and the exchange's profit stands beside ours."""
    rows = list(csv.DictReader(io.StringIO(played.ledgers[key].export("csv", "closed").decode())))
    words = {each.close_id: each for each in told(played.exchange(key))}
    assert [D(row["difference"]) for row in rows] == [0] * len(words)
    assert {row["close_id"]: D(row["exchange_net"]) for row in rows} == {name: each.pnl for name, each in words.items()}
    assert all(D(row["net"]) == D(row["price_pnl"]) + D(row["fees"]) + D(row["funding"]) for row in rows)


@pytest.mark.parametrize("key", KEYS)
def test_what_was_realised_is_what_moved_the_wallets(played: Played, key: str) -> None:
    """In each currency: what came in by transfer and what was realised make the balance, exactly.

    But for what the exchange keeps of a liquidated position's margin: neither fills nor its own profit hold that.
    """
    ledger, client = played.ledgers[key], played.exchange(key)
    exported = list(csv.DictReader(io.StringIO(ledger.export("csv", "ledger").decode())))
    for currency in ledger.currencies():
        report = ledger.report(currency=currency)
        assert report is not None
        moved = movements(client, currency)
        balance = client.futures.account_overview(currency=currency).margin_balance
        assert balance == moved["TransferIn"] + moved["liquidation"] + report.net
        assert moved["RealisedPNL"] == report.net
        costs = sum((D(row["amount"]) for row in exported if row["currency"] == currency and row["amount"]), D(0))
        assert costs == report.fees + report.funding


@pytest.mark.parametrize("key", KEYS)
def test_reading_everything_anew_adds_nothing(played: Played, key: str) -> None:
    """Without its marks the ledger asks for all of it once more, into the same journal: not a row is there twice."""
    rows, before = played.rows(key), closed(played.ledgers[key])
    forget = delete(tables.mark).where(tables.mark.c.account == ACCOUNTS[key])
    played.month.journal.write(lambda connection: connection.execute(forget)).result()
    now = played.month.world.now()
    with played.month.followed(key) as again:
        until(lambda: caught_up(again, now), PATIENCE)
        # those of one moment, such as the last ones here, stand in either order
        assert sorted(closed(again), key=repr) == sorted(before, key=repr)
    assert played.rows(key) == rows
