"""The practice accounts: what the engine did is kept as it was, and the past they are born with adds up."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kucoin.practice.accounts import balance, balances, isolated_pairs, margin_figures
from kucoin.practice.engine.records import Balance
from kucoin.practice.engine.terms import CONTRACT, MAIN, MARGIN, TRADE, Family, MarginMode, isolated
from kucoin.practice.exchange import HOUR_MS, Exchange
from kucoin.practice.keys import KEYS, USERS
from kucoin.practice.store import Busy, Newer, Store, Unusable
from kucoin.practice.universe import COINS, CONTRACTS, PAIRS, SETTLE_CURRENCIES

D = Decimal


@pytest.fixture(scope="module")
def born(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """An exchange with its past; only read here."""
    exchange = Exchange(tmp_path_factory.mktemp("born"))
    yield exchange
    exchange.store.close()


def held(exchange: Exchange, user: str) -> list[Balance]:
    """Everything a user has outside futures."""
    accounts = [MAIN, TRADE, MARGIN, *(isolated(pair) for pair in isolated_pairs(exchange, user))]
    return [each for account in accounts for each in balances(exchange, user, account)]


def test_what_is_not_committed_is_not_kept(tmp_path: Path) -> None:
    """A change is seen at once, and survives a power cut after the commit that follows."""
    store = Store(tmp_path / "here")
    store.set_meta(a="1")
    assert store.dirty
    store.commit()
    store.set_meta(a="2")
    assert store.meta("a") == "2"
    shutil.copytree(tmp_path / "here", tmp_path / "cut")  # what the disk holds at this moment
    store.close()
    for directory, kept in (("cut", "1"), ("here", "2")):
        again = Store(tmp_path / directory)
        assert again.meta("a") == kept
        assert not again.dirty
        again.close()


def test_one_process_holds_the_file(tmp_path: Path) -> None:
    """A second exchange on the same directory is refused by name."""
    first = Store(tmp_path)
    with pytest.raises(Busy, match="in use"):
        Store(tmp_path)
    first.close()
    Store(tmp_path).close()


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    """An older program does not guess at a newer schema."""
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / "exchange.sqlite3") as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(Newer, match="schema 99"):
        Store(tmp_path)


def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    """Nothing is overwritten that the exchange did not write."""
    (tmp_path / "exchange.sqlite3").write_text(
        "somebody's diary, which is longer than a header of SQLite would be" * 20
    )
    with pytest.raises(Unusable, match="move it away"):
        Store(tmp_path)
    assert (tmp_path / "exchange.sqlite3").read_text().startswith("somebody's diary")


def test_every_balance_is_the_sum_of_its_ledger(born: Exchange) -> None:
    """For every user, account and currency; the running balances of the rows agree too."""
    seen = 0
    for user in USERS:
        for each in held(born, user):
            rows = [
                row
                for row in born.archive.ledger(user, each.account)
                if (row.account, row.currency) == (each.account, each.currency)
            ]
            total = D(0)
            for row in rows[::-1]:
                total += row.amount
                assert row.balance == total
            assert each.total == total >= 0
            seen += 1
        for currency, wallet in born.user(user).wallets.items():
            rows = [row for row in born.archive.ledger(user, CONTRACT) if row.currency == currency]
            assert wallet.total == sum((row.amount for row in rows), D(0))
    assert seen > 50


def test_every_hold_belongs_to_an_open_order(born: Exchange) -> None:
    """Spot and margin orders: price times size and fee in the quote currency, or the size in base."""
    for account in (TRADE, MARGIN):
        needed: dict[str, Decimal] = {}
        live = born.user("main").live
        for order in [order for orders in live.values() for order in orders.values() if order.account == account]:
            pair, size = PAIRS[order.symbol], order.size or D(0)
            buys = order.side == "buy"
            currency, amount = (pair.quote, order.price * size * D("1.001")) if buys else (pair.base, size)
            needed[currency] = needed.get(currency, D(0)) + amount
        holds = {each.currency: each.hold for each in balances(born, "main", account) if each.hold}
        assert holds == needed != {}


def test_fills_agree_with_their_orders_and_the_tape(born: Exchange) -> None:
    """A fill has its order's figures, and its price stands between that minute's high and low."""
    fills = list(born.archive.fills("main", Family.SPOT))
    assert len(fills) > 8
    for fill in fills:
        order = born.archive.order("main", (TRADE,), order_id=fill.order_id)
        assert order is not None
        assert order.filled_size == fill.size
        assert order.filled_funds == fill.funds == fill.price * fill.size
        at = fill.created_ms
        bar = born.market.candles(fill.symbol, 1, (at - at % 60_000, at + 1), at + 120_000)
        pair = PAIRS[fill.symbol]
        assert pair.price(int(bar.low[0])) <= fill.price <= pair.price(int(bar.high[0]))


def test_closed_positions_stand_in_the_ledger(born: Exchange) -> None:
    """Profits net of fees and funding are what the wallet got from a contract; there are longs, shorts, an inverse."""
    closed = list(born.archive.closed("main"))
    assert len(closed) >= 12
    assert {each.kind for each in closed} == {"CLOSE_LONG", "CLOSE_SHORT"}
    assert {each.settle for each in closed} == {"USDT", "XBT"}
    assert all(each.opened_ms < each.closed_ms for each in closed)
    held = {symbol for symbol, _ in born.user("main").positions}
    for symbol in {each.symbol for each in closed} - held:
        booked = [row.amount for row in born.archive.ledger("main", CONTRACT) if row.symbol == symbol]
        assert sum(each.pnl for each in closed if each.symbol == symbol) == sum(booked)


def test_fundings_follow_the_public_rates(born: Exchange) -> None:
    """Each payment is at a settlement time, at the rate everybody sees, on the position's value at the mark."""
    rows = list(born.archive.fundings("main"))
    assert {row.symbol for row in rows} >= {"XBTUSDTM", "ETHUSDTM", "XBTUSDM", "WIFUSDTM"}
    for row in rows:
        contract = CONTRACTS[row.symbol]
        assert row.time_ms % contract.interval_ms == 0
        assert row.rate == born.market.funding_rate(contract, row.time_ms - 1)
        assert row.mark_price == born.market.mark_price(contract, row.time_ms)
        exposure = row.value if row.qty > 0 else -row.value
        assert row.funding == pytest.approx(-exposure * row.rate, abs=D("2e-8"))


def test_open_positions_carry_their_fundings(born: Exchange) -> None:
    """What a position says it paid is what its funding history adds up to."""
    positions = born.user("main").positions.values()
    assert len(positions) > 5
    for each in positions:
        rows = [row for row in born.archive.fundings("main", each.symbol) if row.time_ms > each.opened_ms]
        assert each.funding == sum((row.funding for row in rows), D(0))


def test_loans_are_what_was_borrowed_less_repaid_plus_interest(born: Exchange) -> None:
    """Cross and isolated debt agree with the three histories."""
    owed = [each for each in held(born, "main") if each.liability]
    assert {each.account for each in owed} == {MARGIN, isolated("BTC-USDT"), isolated("ETH-USDT")}
    for each in owed:
        parts = [
            entry
            for kind in ("borrow", "repay", "interest")
            for entry in born.archive.loans("main", kind, each.account, each.currency)
        ]
        assert each.principal == sum(entry.principal for entry in parts)
        assert each.interest == sum(entry.interest for entry in parts) > 0


def test_the_default_account_has_some_of_everything(born: Exchange) -> None:
    """About 150,000 USDT, every settlement currency, both margin modes, debt, dust, and a coin without a price."""
    now = born.clock.market_ms()
    positions = born.user("main").positions.values()
    assert {each.settle for each in positions} == set(SETTLE_CURRENCIES)
    assert {each.mode for each in positions} == set(MarginMode)
    account = born.engine.futures_account
    assert all(account.overview("main", settle).equity > 0 for settle in SETTLE_CURRENCIES)
    figures = margin_figures(born, "main", now)
    assert set(figures) == {"cross", "BTC-USDT", "ETH-USDT", "SOL-USDT"}
    assert D(figures["cross"]["liabilities"]) > 1000
    assert balance(born, "main", MAIN, "OMEGA").total == 1250
    assert _worth(born, now) == pytest.approx(150_000, rel=0.35)


def _worth(born: Exchange, now: int) -> float:
    total = D(0)
    for user in ("main", "carry-desk", "grid-bots", "savings"):
        for each in held(born, user):
            total += (each.total - each.liability) * (born.market.coin_price(each.currency, now) or 0)
        for settle in SETTLE_CURRENCIES:
            price = born.market.coin_price(settle, now) or D(0)
            total += born.engine.futures_account.overview(user, settle).equity * price
    return float(total)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_world_can_be_born_into(tmp_path: Path, seed: int) -> None:
    """Whatever the prices were, nobody spends what he has not, and no position is past its liquidation price."""
    exchange = Exchange(tmp_path, seed=seed)
    for each in exchange.user("main").positions.values():
        at = exchange.engine.futures_account.figures(each)
        assert at.liquidation_price is None or (at.mark_price - at.liquidation_price) * each.qty > 0
    assert balance(exchange, "main", TRADE, "USDT").available > 0
    exchange.store.close()


def test_every_currency_that_is_held_is_listed(born: Exchange) -> None:
    """A client that knows the currencies meets no other in any account."""
    found = {each.currency for user in USERS for each in held(born, user)}
    found |= {currency for user in USERS for currency in born.user(user).wallets}
    assert found <= COINS.keys() | {"XBT"}


def test_time_alone_charges_interest_and_funding(tmp_path: Path) -> None:
    """A day on: interest every hour and funding at each settlement, once, however often one looks."""
    exchange = Exchange(tmp_path)
    now = exchange.now()

    def counts() -> tuple[int, int]:
        charged = list(exchange.archive.loans("main", "interest", MARGIN))
        return len(charged), len(list(exchange.archive.fundings("main", "WIFUSDTM")))

    before, owed = counts(), balance(exchange, "main", MARGIN, "USDT").interest
    for _ in range(2):
        exchange.settle(now + 24 * HOUR_MS)
        exchange.keep(now)
    after = counts()
    assert (after[0] - before[0], after[1] - before[1]) == (48, 24)  # two loans, funding every hour
    assert balance(exchange, "main", MARGIN, "USDT").interest > owed
    exchange.store.close()


def test_an_hour_slept_through_is_settled_at_the_start(tmp_path: Path) -> None:
    """Once, at that hour's prices; a second start finds nothing more to do."""
    exchange = Exchange(tmp_path)
    exchange.set_offset(26 * HOUR_MS)
    count = len(list(exchange.archive.loans("main", "interest", MARGIN)))
    exchange.store.close()
    for _ in range(2):
        again = Exchange(tmp_path)
        assert len(list(again.archive.loans("main", "interest", MARGIN))) == count + 52
        again.store.close()


def test_another_seed_needs_a_reset(tmp_path: Path) -> None:
    """A kept exchange keeps its world; a reset makes another one."""
    Exchange(tmp_path, seed=3).store.close()
    with pytest.raises(Unusable, match="seed 3, not 4"):
        Exchange(tmp_path, seed=4)
    anew = Exchange(tmp_path, seed=4, reset=True)
    assert anew.seed == 4
    anew.store.close()


def test_every_key_belongs_to_somebody() -> None:
    """The table of keys is in order, and no two users share an id."""
    assert all(key.user in USERS and name == key.key for name, key in KEYS.items())
    assert len({user.user_id for user in USERS.values()}) == len({user.uid for user in USERS.values()}) == len(USERS)
