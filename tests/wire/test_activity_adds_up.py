"""The practice account's whole past adds up to its balances, in every account and currency; and so it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import pytest

from kucoin.desk import activity_sync
from kucoin.desk import activity_words as words
from kucoin.desk.accounts import Accounts
from kucoin.desk.activity import ActivityWish
from kucoin.desk.activity_book import ActivityBook, Leisure
from kucoin.desk.activity_columns import Columns, Names
from kucoin.desk.activity_funding import Fundings
from kucoin.desk.refresh import Refresher
from kucoin.desk.upstream import Upstream
from kucoin.journal.activity import ActivityStore, line
from kucoin.journal.database import Journal
from kucoin.model.activity import ActivityKind
from kucoin.model.feed_private import PrivatePush
from kucoin.model.ledger import Wallet
from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, NewOrder, OrderType, Side
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from tests.conftest import Practice, start_practice
from tests.feed_server import until
from tests.rest_trading import new_id

D = Decimal
PATIENCE = 120.0
WEEKS = 9  # longer than the account's past; the practice exchange tells a week at once


@dataclass
class Floor:
    """A practice exchange of this module's own, and the activity of its default account."""

    practice: Practice
    exchange: Exchange
    accounts: Accounts
    book: ActivityBook

    def explained(self) -> dict[tuple[str, str], Decimal]:
        """What the lines come to, wherever they explain the balance to the last digit; isolated pairs together."""
        found: dict[tuple[str, str], Decimal] = {}
        for tie in self.book.ties():
            key = "Isolated margin" if tie.place.startswith("Isolated") else tie.place, tie.currency
            if tie.difference == 0:
                found[key] = found.get(key, D(0)) + tie.activity
        return found

    def held(self) -> dict[tuple[str, str], Decimal]:
        """Every balance, asked for by itself; isolated pairs taken together."""
        found: dict[tuple[str, str], Decimal] = {}
        places = {"main": "Funding", "trade": "Spot trading"}
        for row in self.exchange.account.spot_accounts():
            found[places[row.kind], row.currency] = row.balance
        for asset in self.exchange.margin.cross().assets:
            found["Cross margin", asset.currency] = asset.total
        for pair in self.exchange.margin.isolated():
            for asset in (pair.base, pair.quote):
                key = "Isolated margin", asset.currency
                found[key] = found.get(key, D(0)) + asset.total
        for currency in ("USDT", "USDC", "XBT", "ETH"):
            found["Futures", currency] = self.exchange.futures.account_overview(currency=currency).margin_balance or D(
                0
            )
        return {key: amount for key, amount in found.items() if amount}

    def count(self) -> int:
        """How many lines there are."""
        return self.book.view(ActivityWish()).count


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """Everything read, the ledgers as far back as the account goes; prices stand still."""
    directory, patch = tmp_path_factory.mktemp("activity"), pytest.MonkeyPatch()
    patch.setattr(activity_sync, "_DAY", activity_sync.WEEK)
    patch.setattr(activity_sync, "_DAYS_TOLD", dict.fromkeys(activity_sync._DAYS_TOLD, WEEKS))
    practice = start_practice(directory / "practice")
    practice.clock(rate=0)
    ports = (int(base.rpartition(":")[2]) for base in (practice.spot, practice.futures))
    exchange = Exchange(hosts.practice(*ports), PRACTICE_CREDENTIALS)
    upstream, refresher = Upstream(exchange, practice=True), Refresher()
    accounts = Accounts(exchange, refresher, granted=upstream.hear_account)
    upstream.hub.listen("accounts", accounts.hear, PrivatePush)
    upstream.hub.on_resync(accounts.resync)
    journal = Journal.open(f"sqlite:///{directory}/journal.sqlite3", mode="practice")
    book = ActivityBook(
        *(exchange, ActivityStore(journal), upstream.hub, accounts),
        account=lambda: "main" if accounts.granted() and accounts.isolated.reading.value is not None else None,
        ledger=None,
        leisure=Leisure(after=0.0, pause=0.0),
    )
    upstream.start()
    refresher.start()
    book.start()
    until(lambda: book.reach().since is not None and not book.reach().reading, PATIENCE)
    yield Floor(practice, exchange, accounts, book)
    book.stop()
    refresher.stop()
    exchange.close()
    upstream.stop()
    journal.close()
    patch.undo()
    assert practice.stop() == 0


def test_the_whole_past_of_the_practice_account_adds_up(floor: Floor) -> None:
    """Deposits, a withdrawal, trades, transfers, loans, fundings of two months: nothing is left over anywhere."""
    held = floor.held()
    assert len(held) > 40
    assert {place for place, _ in held} == {"Funding", "Spot trading", "Cross margin", "Isolated margin", "Futures"}
    until(lambda: held.items() <= floor.explained().items(), PATIENCE)
    assert all(tie.difference == 0 and tie.activity == tie.change for tie in floor.book.ties())
    assert {key: amount for key, amount in floor.explained().items() if amount} == held
    kinds = {row.entry.kind for row in floor.book.view(ActivityWish()).entries()}
    assert kinds >= set(ActivityKind) - {ActivityKind.FEE, ActivityKind.FUNDING, ActivityKind.OTHER}


def test_the_sums_of_the_page_are_the_balances_themselves(floor: Floor) -> None:
    """Per currency over all accounts, and the running balance of each newest line is what is there now."""
    held = floor.held()
    until(lambda: held.items() <= floor.explained().items(), PATIENCE)
    sums = {each.currency: each.net for each in floor.book.view(ActivityWish()).sums}
    for currency, net in sums.items():
        assert net == sum((amount for (_, mine), amount in held.items() if mine == currency), D(0)), currency
    for place in ("Funding", "Spot trading", "Cross margin", "Futures"):
        newest: dict[str, Decimal | None] = {}
        for row in floor.book.view(ActivityWish(places=frozenset({place}))).entries():
            if row.entry.counts:
                newest[row.entry.currency] = row.balance
        assert newest == {mine: held.get((place, mine), D(0)) for mine in newest}


def test_every_funding_is_a_line_of_the_futures_ledger(floor: Floor) -> None:
    """Told together with the list of fundings, all are of that kind, and come to the same as before."""
    lines = [row.entry for row in floor.book.view(ActivityWish(places=frozenset({"Futures"}))).entries()]
    page = floor.exchange.futures_positions.funding_payments(symbol="XBTUSDTM", limit=100)
    paid = [words.of_payment(each) for each in page.items]
    columns = Columns.of(Names(), [line(entry) for entry in (*lines, *paid)])
    merged = Fundings().merged(columns)
    assert paid
    assert len(merged) == len(lines)
    fundings = merged.entries(merged.select(ActivityWish(kinds=frozenset({ActivityKind.FUNDING}))))
    assert sorted(each.change for each in fundings) == sorted(each.change for each in paid)
    assert all(each.counts and each.detail.startswith("rate ") for each in fundings)


def _trade(floor: Floor) -> None:
    """Trade in four accounts, with a loan in one."""
    spot = NewOrder(client_oid=new_id(), symbol="ETH-USDT", side=Side.BUY, type=OrderType.MARKET, funds=D(40))
    floor.exchange.spot_orders.place(spot)
    for isolated, more in ((False, {"auto_borrow": True}), (True, {})):
        wanted = NewOrder(client_oid=new_id(), symbol="BTC-USDT", side=Side.BUY, type=OrderType.MARKET, funds=D(30))
        floor.exchange.margin_orders.place(wanted, isolated=isolated, **more)
    floor.exchange.futures_orders.place(
        NewFuturesOrder(
            client_oid=new_id(),
            symbol="SUIUSDTM",
            side=Side.BUY,
            type=OrderType.MARKET,
            size=Lots(5),
            leverage=3,
            margin_mode=MarginMode.ISOLATED,
        )
    )


def _move(floor: Floor) -> None:
    """Send ten USDT once around all accounts."""
    move = floor.exchange.transfers.transfer
    stations = [Wallet.MAIN, Wallet.TRADE, Wallet.MARGIN, Wallet.ISOLATED, Wallet.TRADE, Wallet.CONTRACT, Wallet.MAIN]
    for source, target in pairwise(stations):
        pairs = {"source_symbol": source, "target_symbol": target}
        tags = {name: "BTC-USDT" for name, wallet in pairs.items() if wallet is Wallet.ISOLATED}
        move(client_oid=new_id(), currency="USDT", amount=D(10), source=source, target=target, **tags)


@pytest.mark.parametrize(("act", "lines"), [(_trade, 7), (_move, 12)])
def test_what_happens_now_is_there_soon_and_adds_up(floor: Floor, act: Callable[[Floor], None], lines: int) -> None:
    """Trades, a loan and transfers through all five accounts are heard of, read and explained."""
    before = floor.count()
    act(floor)
    until(lambda: floor.count() >= before + lines, PATIENCE)
    held = floor.held()
    amounts = {key: amount for key, amount in held.items() if key[1] in ("USDT", "ETH", "BTC")}
    until(lambda: amounts.items() <= floor.explained().items(), PATIENCE)
    entries = [(row.entry.source, row.entry.entry_id) for row in floor.book.view(ActivityWish()).entries()]
    assert len(entries) == len(set(entries))


def test_flows_are_what_crossed_the_border_of_the_account(floor: Floor) -> None:
    """Deposits and withdrawals from outside; transfers within, the sub-accounts' too, which a master sees."""
    flows = floor.book.flows(None, None)
    outside = [flow for flow in flows if flow.external]
    assert len(outside) == 26
    assert sum(flow.change < 0 for flow in outside) == 1
    assert {flow.place for flow in outside} == {"Funding"}
    assert {flow.place for flow in flows} > {"Funding", "Spot trading", "Cross margin", "Futures"}
    assert [flow.at for flow in flows] == sorted(flow.at for flow in flows)
    half = flows[len(flows) // 2].at
    assert (*floor.book.flows(None, half), *floor.book.flows(half, None)) == flows
