"""The practice accounts: nothing changes without a ledger row, and the past they are born with adds up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kucoin.practice import bank as accounts
from kucoin.practice.accounts import futures_overview, margin_figures, valuations
from kucoin.practice.bank import Bank, Loan, Short
from kucoin.practice.exchange import Exchange
from kucoin.practice.keys import KEYS, USERS
from kucoin.practice.settle import HOUR_MS
from kucoin.practice.store import Busy, Newer, Store, Unusable
from kucoin.practice.universe import COINS, CONTRACTS, PAIRS

D = Decimal
ACCOUNTS = (accounts.MAIN, accounts.TRADE, accounts.CROSS, accounts.ISOLATED, accounts.FUTURES)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = Store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def born(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """An exchange with its past; only read here."""
    exchange = Exchange(tmp_path_factory.mktemp("born"))
    yield exchange
    exchange.store.close()


def test_nothing_is_taken_that_is_not_there(store: Store) -> None:
    """What is on hold is not free, and a refusal changes nothing."""
    bank = Bank(store)
    bank.post("a", accounts.MAIN, "USDT", D(10), event="DEPOSIT", at=1)
    bank.hold("a", accounts.MAIN, "USDT", D(4))
    with pytest.raises(Short):
        bank.post("a", accounts.MAIN, "USDT", D("-6.1"), event="WITHDRAWAL", at=2)
    with pytest.raises(Short):
        bank.hold("a", accounts.MAIN, "USDT", D("6.1"))
    assert bank.balance("a", accounts.MAIN, "USDT").available == 6
    assert len(bank.ledger("a", accounts.MAIN)) == 1


def test_a_failed_transaction_leaves_no_trace(store: Store) -> None:
    """Both halves of a transfer, or neither."""
    bank = Bank(store)

    def transfer() -> None:
        with store.transaction():
            bank.post("a", accounts.TRADE, "USDT", D(5), event="TRANSFER", at=1)
            bank.post("a", accounts.MAIN, "USDT", D(-5), event="TRANSFER", at=1)

    with pytest.raises(Short):
        transfer()
    assert bank.balances("a", accounts.TRADE) == []
    assert bank.ledger("a", accounts.TRADE, accounts.MAIN) == []


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
        for account in ACCOUNTS:
            rows = born.bank.ledger(user, account)[::-1]
            for held in born.bank.balances(user, account):
                mine = [row for row in rows if (row.currency, row.tag) == (held.currency, held.tag)]
                total = D(0)
                for row in mine:
                    total += row.amount
                    assert row.balance == total
                assert held.total == total >= 0
                seen += 1
    assert seen > 60


def test_every_hold_belongs_to_an_open_order(born: Exchange) -> None:
    """Spot and margin orders: price times size and fee in the quote currency, or the size in base."""
    for account in (accounts.TRADE, accounts.CROSS):
        needed: dict[str, Decimal] = {}
        for order in born.bank.orders("main", account, active=True):
            pair = PAIRS[order["symbol"]]
            price, size = D(order["price"]), D(order["size"])
            currency, amount = (pair.quote, price * size * D("1.001")) if order["side"] == "buy" else (pair.base, size)
            needed[currency] = needed.get(currency, D(0)) + amount
        holds = {each.currency: each.hold for each in born.bank.balances("main", account) if each.hold}
        assert holds == needed != {}


def test_fills_agree_with_their_orders_and_the_tape(born: Exchange) -> None:
    """A fill has its order's figures, and its price stands between that minute's high and low."""
    orders = {order["id"]: order for order in born.bank.orders("main", accounts.TRADE)}
    fills = born.bank.records("main", "fill-trade")
    assert len(fills) > 8
    for fill in fills:
        order = orders[fill["orderId"]]
        assert D(order["dealSize"]) == D(fill["size"])
        assert D(order["dealFunds"]) == D(fill["funds"]) == D(fill["price"]) * D(fill["size"])
        at = fill["createdAt"]
        bar = born.market.candles(fill["symbol"], 1, (at - at % 60_000, at + 1), at + 120_000)
        pair = PAIRS[fill["symbol"]]
        assert pair.price(int(bar.low[0])) <= D(fill["price"]) <= pair.price(int(bar.high[0]))


def test_closed_positions_stand_in_the_ledger(born: Exchange) -> None:
    """Profit net of fees and funding equals what the wallet got from that contract."""
    closed = born.bank.records("main", "closed")
    assert {each["symbol"] for each in closed} == {"ADAUSDTM", "DOGEUSDTM"}
    for each in closed:
        booked = [row.amount for row in born.bank.ledger("main", accounts.FUTURES) if row.context == each["symbol"]]
        assert D(each["pnl"]) == sum(booked)
        contract = CONTRACTS[each["symbol"]]
        assert each["openTime"] < each["closeTime"]
        assert D(each["openPrice"]) % contract.tick == 0


def test_fundings_follow_the_public_rates(born: Exchange) -> None:
    """Each payment is at a settlement time, at the rate everybody sees, on the position's value at the mark."""
    rows = born.bank.records("main", "funding")
    assert {row["symbol"] for row in rows} >= {"XBTUSDTM", "ETHUSDTM", "XBTUSDM", "WIFUSDTM"}
    for row in rows:
        contract = CONTRACTS[row["symbol"]]
        assert row["timePoint"] % contract.interval_ms == 0
        assert D(row["fundingRate"]) == born.market.funding_rate(contract, row["timePoint"] - 1)
        assert D(row["markPrice"]) == born.market.mark_price(contract, row["timePoint"])
        exposure = abs(D(row["positionCost"])) * (1 if row["positionQty"] > 0 else -1)
        assert D(row["funding"]) == pytest.approx(-exposure * D(row["fundingRate"]), abs=D("2e-8"))


def test_open_positions_carry_their_fundings(born: Exchange) -> None:
    """What a position says it paid is what its funding history adds up to."""
    for held in born.bank.positions("main"):
        rows = born.bank.records("main", "funding", held.contract.symbol)
        assert held.funding == sum((D(row["funding"]) for row in rows), D(0))
        assert held.opened < min((row["timePoint"] for row in rows), default=held.opened + 1)


def test_loans_are_what_was_borrowed_less_repaid_plus_interest(born: Exchange) -> None:
    """Cross and isolated debt agree with the three histories."""
    for loan in born.bank.loans("main"):
        account = accounts.ISOLATED if loan.tag else accounts.CROSS
        tag = loan.tag or None

        def total(kind: str, field: str, account: str = account, tag: str | None = tag, loan: Loan = loan) -> Decimal:
            rows = born.bank.records("main", f"{kind}-{account}")
            mine = [row for row in rows if row["currency"] == loan.currency and row.get("symbol", tag) == tag]
            return sum((D(row[field]) for row in mine), D(0))

        assert loan.principal == total("borrow", "size") - total("repay", "principal")
        name = loan.tag or loan.currency
        interest = sum(
            (D(row["interestAmount"]) for row in born.bank.records("main", f"interest-{account}", name)), D(0)
        )
        assert loan.interest == interest - total("repay", "interest") > 0


def test_the_default_account_has_some_of_everything(born: Exchange) -> None:
    """About 150,000 USDT, every settlement currency, both margin modes, debt, dust, and a coin without a price."""
    now = born.clock.market_ms()
    assert {each.holding.contract.settle for each in valuations(born, "main", now)} == {"USDT", "USDC", "XBT", "ETH"}
    assert {each.holding.mode for each in valuations(born, "main", now)} == {"CROSS", "ISOLATED"}
    assert all(futures_overview(born, "main", settle, now).equity > 0 for settle in ("USDT", "USDC", "XBT", "ETH"))
    figures = margin_figures(born, "main", now)
    assert set(figures) == {"", "BTC-USDT", "ETH-USDT", "SOL-USDT"}
    assert D(figures[""]["liabilities"]) > 1000
    assert born.bank.balance("main", accounts.MAIN, "OMEGA").total == 1250
    assert _worth(born, now) == pytest.approx(150_000, rel=0.35)


def _worth(born: Exchange, now: int) -> float:
    total = D(0)
    for user in ("main", "carry-desk", "grid-bots", "savings"):
        for account in ACCOUNTS[:-1]:
            for each in born.bank.balances(user, account):
                total += each.total * (born.market.coin_price(each.currency, now) or 0)
        for loan in born.bank.loans(user):
            total -= loan.total * (born.market.coin_price(loan.currency, now) or 0)
        for settle in ("USDT", "USDC", "XBT", "ETH"):
            price = born.market.coin_price(settle, now) or D(0)
            total += futures_overview(born, user, settle, now).equity * price
    return float(total)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_world_can_be_born_into(tmp_path: Path, seed: int) -> None:
    """Whatever the prices were, nobody spends what he has not, and no position is past its liquidation price."""
    exchange = Exchange(tmp_path, seed=seed)
    for at in valuations(exchange, "main", exchange.now()):
        assert (at.mark - at.liquidation) * at.holding.qty > 0 or at.liquidation == 1_000_000
    assert exchange.bank.balance("main", accounts.TRADE, "USDT").available > 0
    exchange.store.close()


def test_every_currency_that_is_held_is_listed(born: Exchange) -> None:
    """A client that knows the currencies meets no other in any account."""
    held = {each.currency for user in USERS for account in ACCOUNTS for each in born.bank.balances(user, account)}
    assert held <= COINS.keys() | {"XBT"}


def test_time_alone_charges_interest_and_funding(tmp_path: Path) -> None:
    """A day on: interest every hour and funding at each settlement, once, however often one looks."""
    exchange = Exchange(tmp_path)
    now = exchange.now()
    before = (len(exchange.bank.records("main", "interest-cross")), exchange.bank.loan("main", "USDT", "").interest)
    fundings = len(exchange.bank.records("main", "funding", "WIFUSDTM"))
    for _ in range(2):
        exchange.settlement.advance(now + 24 * HOUR_MS)
    after = (len(exchange.bank.records("main", "interest-cross")), exchange.bank.loan("main", "USDT", "").interest)
    assert after[0] - before[0] == 48  # two loans
    assert after[1] > before[1]
    assert len(exchange.bank.records("main", "funding", "WIFUSDTM")) - fundings == 24
    exchange.store.close()


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
