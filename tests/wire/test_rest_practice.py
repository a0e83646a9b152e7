"""Our client joined to the practice exchange: two programs that share no code must agree."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from kucoin.errors import (
    ApiError,
    AuthenticationFailed,
    KucoinError,
    NotConfigured,
    NotFound,
    NotSent,
    OutcomeUnknown,
    PermissionDenied,
    QuotaHeld,
    TooManyRequests,
)
from kucoin.model.account import AccountMode
from kucoin.model.market import ServiceState
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.rest.limits import Pool
from kucoin.rest.line import Timeouts

NOW = datetime.now(UTC)
AGO = NOW - timedelta(hours=6)
READS: dict[str, tuple[str, Callable[[Exchange], Any]]] = {
    "time": ("/api/v1/timestamp", lambda e: e.market.time()),
    "service status": ("/api/v1/status", lambda e: e.market.service_status()),
    "symbols": ("/api/v2/symbols", lambda e: e.market.symbols()),
    "currencies": ("/api/v3/currencies", lambda e: e.market.currencies()),
    "all tickers": ("/api/v1/market/allTickers", lambda e: e.market.all_tickers()),
    "stats": ("/api/v1/market/stats", lambda e: e.market.stats(symbol="BTC-USDT")),
    "klines": (
        "/api/v1/market/candles",
        lambda e: e.market.klines(symbol="BTC-USDT", interval="1hour", start=AGO, end=NOW),
    ),
    "fiat prices": ("/api/v1/prices", lambda e: e.market.fiat_prices(base="EUR")),
    "mode": ("/api/ua/v1/account/mode", lambda e: e.account.mode()),
    "api key": ("/api/v1/user/api-key", lambda e: e.account.api_key()),
    "user info": ("/api/v2/user-info", lambda e: e.account.user_info()),
    "base fee": ("/api/v1/base-fee", lambda e: e.account.base_fee()),
    "announcements": ("/api/v3/announcements", lambda e: e.market.announcements()),
    "spot accounts": ("/api/v1/accounts", lambda e: e.account.spot_accounts()),
    "sub-accounts": ("/api/v2/sub-accounts", lambda e: e.account.sub_accounts()),
    "cross margin": ("/api/v3/margin/accounts", lambda e: e.margin.cross()),
    "isolated margin": ("/api/v3/isolated/accounts", lambda e: e.margin.isolated()),
    "futures time": ("/api/v1/timestamp", lambda e: e.futures.time()),
    "futures status": ("/api/v1/status", lambda e: e.futures.service_status()),
    "contracts": ("/api/v1/contracts/active", lambda e: e.futures.contracts()),
    "futures klines": (
        "/api/v1/kline/query",
        lambda e: e.futures.klines(symbol="XBTUSDTM", granularity=60, start=AGO, end=NOW),
    ),
    "futures account": ("/api/v1/account-overview", lambda e: e.futures.account_overview(currency="ETH")),
    "positions": ("/api/v1/positions", lambda e: e.futures.positions()),
    "futures of sub-accounts": (
        "/api/v1/account-overview-all",
        lambda e: e.futures.sub_accounts_overview(currency="USDT"),
    ),
}
every_read = pytest.mark.parametrize("name", READS)

Connect = Callable[..., Exchange]


def asked(practice: Any, path: str) -> int:
    """How often the exchange was asked for ``path``."""
    return sum(count for request, count in practice.state()["requests"].items() if request.endswith(f" {path}"))


# --- what is read is what is there


@every_read
def test_every_call_is_understood(name: str, connect: Connect) -> None:
    """Signed, permitted, answered, read: and not empty."""
    answer = READS[name][1](connect())
    assert answer is not None
    assert not hasattr(answer, "__len__") or len(answer) > 0


def test_balances_are_those_of_the_raw_answers(still: Any, connect: Connect) -> None:
    """Funding, spot, margin and sub-accounts, to the last digit."""
    exchange = connect()
    raw = still.get("/api/v1/accounts").data
    assert [
        (a.account_id, a.kind, a.currency, str(a.balance), str(a.available), str(a.holds))
        for a in exchange.account.spot_accounts()
    ] == [tuple(row[field] for field in ("id", "type", "currency", "balance", "available", "holds")) for row in raw]
    raw = still.get("/api/v3/margin/accounts").data["accounts"]
    assert [(a.currency, a.total, a.liability) for a in exchange.margin.cross().assets] == [
        (row["currency"], Decimal(row["total"]), Decimal(row["liability"])) for row in raw
    ]
    raw = still.get("/api/v3/isolated/accounts").data["assets"]
    assert [(p.symbol, p.base.total, p.quote.liability) for p in exchange.margin.isolated()] == [
        (row["symbol"], Decimal(row["baseAsset"]["total"]), Decimal(row["quoteAsset"]["liability"])) for row in raw
    ]
    raw = still.get("/api/v2/sub-accounts?currentPage=1&pageSize=100").data["items"]
    ours = Counter((s.name, b.kind, b.currency, b.balance) for s in exchange.account.sub_accounts() for b in s.balances)
    kinds = {"mainAccounts": "main", "tradeAccounts": "trade", "marginAccounts": "margin"}
    assert ours == Counter(
        (sub["subName"], kind, row["currency"], Decimal(row["balance"]))
        for sub in raw
        for field, kind in kinds.items()
        for row in sub[field]
    )


@pytest.mark.parametrize("currency", ["USDT", "USDC", "XBT", "ETH"])
def test_futures_are_those_of_the_raw_answers(currency: str, still: Any, connect: Connect) -> None:
    """Equity and positions in every settlement currency; equity is margin balance plus unrealised PnL."""
    exchange = connect()
    account = exchange.futures.account_overview(currency=currency)
    raw = still.get(f"/api/v1/account-overview?currency={currency}", futures=True).data
    assert float(account.account_equity) == raw["accountEquity"]
    assert account.margin_balance is not None
    assert account.unrealised_pnl is not None
    assert account.account_equity == account.margin_balance + account.unrealised_pnl
    positions = exchange.futures.positions(currency=currency)
    raw = still.get(f"/api/v1/positions?currency={currency}", futures=True).data
    assert [(p.symbol, p.current_qty, float(p.unrealised_pnl or 0)) for p in positions] == [
        (row["symbol"], row["currentQty"], row["unrealisedPnl"]) for row in raw
    ]
    assert {p.settle_currency for p in positions} <= {currency}
    named = dict(exchange.futures.sub_accounts_overview(currency=currency))
    assert named["main"].account_equity == account.account_equity


def test_prices_are_those_of_the_market(still: Any, connect: Connect) -> None:
    """Board, statistics, contracts and fiat prices against the exchange's true state."""
    exchange = connect()
    true = still.state()
    board = exchange.market.all_tickers()
    lasts = {symbol: board.ticker(symbol) for symbol in true["last"]}
    assert {symbol: ticker and ticker.last for symbol, ticker in lasts.items()} == {
        symbol: Decimal(price) for symbol, price in true["last"].items()
    }
    assert exchange.market.stats(symbol="ETH-BTC").last == Decimal(true["last"]["ETH-BTC"])
    assert {c.symbol: c.mark_price for c in exchange.futures.contracts()} == {
        symbol: Decimal(price) for symbol, price in true["marks"].items()
    }
    dollars = exchange.market.fiat_prices(base="USD", currencies=["BTC", "ETH", "OMEGA"])
    assert set(dollars) == {"BTC", "ETH"}
    raw = still.public("/api/v1/prices?base=USD&currencies=BTC,ETH").data
    assert dollars == {currency: Decimal(price) for currency, price in raw.items()}


def test_candles_are_the_same_whichever_way_they_come(still: Any, connect: Connect) -> None:
    """Spot rows come newest first with the close second, futures rows oldest first with the high second."""
    exchange = connect()
    spot = exchange.market.klines(symbol="BTC-USDT", interval="1hour", start=AGO, end=NOW)
    futures = exchange.futures.klines(symbol="XBTUSDTM", granularity=60, start=AGO, end=NOW)
    for frame in (spot, futures):
        assert frame.index.is_monotonic_increasing
        assert isinstance(frame.index, pd.DatetimeIndex)
        assert set(frame.index.to_series().diff().dropna()) == {pd.Timedelta(hours=1)}
        assert (frame.low <= frame[["open", "close"]].min(axis=1)).all()
        assert (frame.high >= frame[["open", "close"]].max(axis=1)).all()
    newest = still.public(f"/api/v1/market/candles?symbol=BTC-USDT&type=1hour&startAt={AGO.timestamp():.0f}").data[0]
    assert spot.iloc[-1][["open", "close", "high", "low"]].tolist() == [float(figure) for figure in newest[1:5]]


def test_the_exchange_says_how_it_is(connect: Connect) -> None:
    """Clock, state of both hosts, mode, key."""
    exchange = connect()
    assert abs(exchange.market.time() - datetime.now(UTC)) < timedelta(seconds=1)
    assert exchange.futures.service_status().state is ServiceState.OPEN
    assert exchange.account.mode() is AccountMode.CLASSIC
    assert connect("unified").account.mode() is AccountMode.UNIFIED
    key = exchange.account.api_key()
    assert (key.permissions, key.ip_whitelist) == (
        {"General", "Spot", "Margin", "Futures", "InnerTransfer"},
        ("127.0.0.1",),
    )
    assert connect("withdraw").account.api_key().may_withdraw
    assert connect("open").account.api_key().ip_whitelist == ()


# --- who may ask


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"key": "practice-key-9999"}, "400003"),
        ({"passphrase": "wrong"}, "400004"),
        ({"secret": "practice-secret-9999"}, "400005"),
    ],
)
def test_a_wrong_string_is_told(wrong: dict[str, str], code: str, connect: Connect) -> None:
    """Which one, as far as the exchange says; nothing of it in the text."""
    exchange = connect(**wrong)
    with pytest.raises(AuthenticationFailed) as refused:
        exchange.account.spot_accounts()
    assert refused.value.code == code
    assert next(iter(wrong.values())) not in str(refused.value)
    assert exchange.market.symbols()


def test_what_a_key_may_not_do_is_refused(connect: Connect) -> None:
    """By permission and by address, with the words of the exchange."""
    with pytest.raises(PermissionDenied) as refused:
        connect("general").futures.account_overview(currency="USDT")
    assert refused.value.code == "400007"
    with pytest.raises(PermissionDenied, match=r"127\.0\.0\.1") as refused:
        connect("elsewhere").account.spot_accounts()
    assert refused.value.code == "400006"


def test_without_a_key_the_market_is_open(practice: Any) -> None:
    """Public questions work; private ones do not leave."""
    spot, futures = (int(base.rpartition(":")[2]) for base in (practice.spot, practice.futures))
    exchange = Exchange(hosts.practice(spot, futures))
    before = asked(practice, "/api/v1/accounts")
    assert exchange.futures.contracts()
    with pytest.raises(NotConfigured):
        exchange.account.spot_accounts()
    assert asked(practice, "/api/v1/accounts") == before
    exchange.close()


@pytest.mark.parametrize("symbol", ["NOPE-USDT", "A B/C,ü?&"])
def test_an_unknown_pair_is_an_error(symbol: str, connect: Connect) -> None:
    """With its code, or as nothing found; strange characters included."""
    with pytest.raises(KucoinError, match="/api/v1/market/stats"):
        connect().market.stats(symbol=symbol)


# --- the clock and the quotas


@pytest.mark.parametrize("seconds", [-30, 30])
def test_a_clock_apart_costs_one_repeat(seconds: int, practice: Any, connect: Connect) -> None:
    """Two requests, and the offset to half a second."""
    exchange = connect()
    practice.faults({"name": "skew", "seconds": seconds})
    before = asked(practice, "/api/v1/accounts")
    assert exchange.account.spot_accounts()
    assert asked(practice, "/api/v1/accounts") - before == 2
    offset = exchange.status().clock_offset
    assert offset is not None
    assert abs(offset - seconds) < Decimal("0.5")


def test_the_quota_left_is_the_one_the_exchange_counts(practice: Any, connect: Connect) -> None:
    """Its header after our request, less what its own next answer cost."""
    exchange = connect("second")
    exchange.account.spot_accounts()
    (pool,) = (report for report in exchange.status().pools if report.pool is Pool.MANAGEMENT)
    headers = practice.get("/api/v1/accounts", key="second").headers
    assert pool.limit == int(headers["gw-ratelimit-limit"])
    assert pool.remaining == int(headers["gw-ratelimit-remaining"]) + 5


def test_a_used_up_pool_is_left_alone(practice: Any, connect: Connect) -> None:
    """One refusal, then nothing leaves until the reset; the futures host answers meanwhile."""
    exchange = connect()
    practice.faults({"name": "http_429", "path": "/api/v1/accounts", "reset_ms": 20_000})
    before = asked(practice, "/api/v1/accounts")
    with pytest.raises(TooManyRequests) as refused:
        exchange.account.spot_accounts()
    assert refused.value.retry_after is not None
    for _ in range(10):
        with pytest.raises(QuotaHeld):
            exchange.account.spot_accounts()
        exchange.futures.positions()
    assert asked(practice, "/api/v1/accounts") - before == 1


# --- faults


@pytest.mark.parametrize("fault", ["lose_answer", "refuse_5xx", "accept_then_5xx"])
@pytest.mark.parametrize("name", ["spot accounts", "positions"])
def test_a_passing_fault_is_not_noticed(fault: str, name: str, practice: Any, connect: Connect) -> None:
    """The line was cut once, the server in trouble once: the second answer counts."""
    path, read = READS[name]
    practice.faults({"name": fault, "path": path, "times": 1})
    before = asked(practice, path)
    assert read(connect())
    assert asked(practice, path) - before == 2


BAD_BODIES = ["empty", "truncated", "broken_gzip", "data_null", "no_data", "html"]


@every_read
@pytest.mark.parametrize("kind", BAD_BODIES)
def test_a_bad_body_is_a_typed_error(name: str, kind: str, practice: Any, connect: Connect) -> None:
    """Never a figure."""
    path, read = READS[name]
    practice.faults({"name": "bad_body", "kind": kind, "path": path})
    with pytest.raises((OutcomeUnknown, NotFound)):
        read(connect())


@every_read
@pytest.mark.parametrize("kind", ["data_list", "unknown_enum", "nan"])
def test_a_strange_body_harms_nothing(name: str, kind: str, practice: Any, connect: Connect) -> None:
    """An error of ours, or what can be read of it."""
    path, read = READS[name]
    practice.faults({"name": "bad_body", "kind": kind, "path": path})
    with suppress(KucoinError):
        assert read(connect()) is not None


def test_a_huge_body_is_cut_off(practice: Any, connect: Connect) -> None:
    """Before it fills the memory."""
    practice.faults({"name": "bad_body", "kind": "huge", "path": "/api/v1/accounts"})
    with pytest.raises(OutcomeUnknown, match="longer than"):
        connect().account.spot_accounts()


def test_a_body_shorter_than_announced_ends_in_time(practice: Any, connect: Connect) -> None:
    """The read timeout ends the wait."""
    practice.faults({"name": "bad_body", "kind": "wrong_length", "path": "/api/v1/accounts"})
    with pytest.raises(OutcomeUnknown):
        connect(timeouts=Timeouts(read=0.5)).account.spot_accounts()


@pytest.mark.parametrize(
    ("field", "path", "read"),
    [
        ("balance", "/api/v1/accounts", lambda e: e.account.spot_accounts()),
        ("liability", "/api/v3/margin/accounts", lambda e: e.margin.cross()),
        ("currency", "/api/v1/account-overview", lambda e: e.futures.account_overview(currency="USDT")),
        ("permission", "/api/v1/user/api-key", lambda e: e.account.api_key()),
        ("multiplier", "/api/v1/contracts/active", lambda e: e.futures.contracts()),
    ],
)
def test_a_renamed_field_is_named(
    field: str, path: str, read: Callable[[Exchange], Any], practice: Any, connect: Connect
) -> None:
    """The error says which one is missing, so that somebody can look it up."""
    practice.faults({"name": "renamed_field", "field": field, "path": path})
    with pytest.raises(OutcomeUnknown, match=f"{path}: .*{field}"):
        read(connect())


def test_a_path_that_is_gone_is_said_and_the_rest_works(practice: Any, connect: Connect) -> None:
    """By name; the unified account's question is answered without it."""
    exchange = connect()
    practice.faults({"name": "gone", "path": "/api/v3/isolated"}, {"name": "gone", "path": "/api/ua/"})
    with pytest.raises(NotFound, match="GET /api/v3/isolated/accounts"):
        exchange.margin.isolated()
    assert exchange.account.mode() is AccountMode.CLASSIC
    assert exchange.margin.cross().assets


def test_a_page_of_the_cdn_spares_the_host(practice: Any, connect: Connect) -> None:
    """One request, then held back; the other host goes on."""
    exchange = connect()
    practice.faults({"name": "cdn_page", "status": 403, "host": "spot", "path": "/api/v1/prices"})
    before = asked(practice, "/api/v1/prices")
    with pytest.raises(ApiError, match="HTTP 403"):
        exchange.market.fiat_prices(base="USD")
    with pytest.raises(NotSent, match="web pages"):
        exchange.market.fiat_prices(base="USD")
    assert exchange.futures.contracts()
    assert asked(practice, "/api/v1/prices") - before == 1


def test_a_redirect_leads_nowhere(practice: Any, connect: Connect) -> None:
    """No connection at the place it names."""
    arrived: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:

        def wait() -> None:
            with suppress(OSError):
                arrived.append(elsewhere.accept())

        threading.Thread(target=wait, daemon=True).start()
        where = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/api/v1/accounts"
        practice.faults({"name": "redirect", "location": where, "path": "/api/v1/accounts"})
        with pytest.raises(ApiError, match="redirect, not followed"):
            connect().account.spot_accounts()
        elsewhere.shutdown(socket.SHUT_RDWR)
    assert arrived == []


def test_a_late_answer_is_waited_for(practice: Any, connect: Connect) -> None:
    """As long as the read timeout allows; then it is asked for once more."""
    practice.faults({"name": "late_answer", "seconds": 1.0, "path": "/api/v1/accounts", "times": 1})
    before = asked(practice, "/api/v1/accounts")
    assert connect(timeouts=Timeouts(read=0.5)).account.spot_accounts()
    assert asked(practice, "/api/v1/accounts") - before == 2
