"""Every method of the client, each with what leaves for it and the payload that answers it: what the matrices walk.

Who adds a method adds its call here; `test_requests_matrix` fails while one is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kucoin.model.credentials import Credentials, Secret
from kucoin.rest.client import Exchange
from tests import rest_futures_calls, rest_order_calls
from tests.rest_order_calls import END, START, Asked, Call
from tests.rest_payloads import PAYLOADS

CANARY = Credentials(Secret("canary-key"), Secret("canary-secret"), Secret("canary-passphrase"))

# payload -> the call that reads it, and what goes out for it
READS: dict[str, tuple[Call, str]] = {
    "spot-time": (lambda e: e.market.time(), "/api/v1/timestamp"),
    "spot-status": (lambda e: e.market.service_status(), "/api/v1/status"),
    "spot-symbols": (lambda e: e.market.symbols(), "/api/v2/symbols"),
    "spot-currencies": (lambda e: e.market.currencies(), "/api/v3/currencies"),
    "spot-all-tickers": (lambda e: e.market.all_tickers(), "/api/v1/market/allTickers"),
    "spot-stats": (lambda e: e.market.stats(symbol="BTC-USDT"), "/api/v1/market/stats?symbol=BTC-USDT"),
    "spot-klines": (
        lambda e: e.market.klines(symbol="BTC-USDT", interval="1hour", start=START, end=END),
        "/api/v1/market/candles?symbol=BTC-USDT&type=1hour&startAt=1789948800&endAt=1790035200",
    ),
    "spot-trades": (lambda e: e.market.trades(symbol="BTC-USDT"), "/api/v1/market/histories?symbol=BTC-USDT"),
    "futures-trades": (lambda e: e.futures.trades(symbol="XBTUSDTM"), "/api/v1/trade/history?symbol=XBTUSDTM"),
    "spot-prices": (
        lambda e: e.market.fiat_prices(base="USD", currencies=["BTC", "USDT"]),
        "/api/v1/prices?base=USD&currencies=BTC,USDT",
    ),
    "announcements": (
        lambda e: e.market.announcements(kind="maintenance-updates"),
        "/api/v3/announcements?annType=maintenance-updates&lang=en_US&currentPage=1&pageSize=20",
    ),
    "account-mode": (lambda e: e.account.mode(), "/api/ua/v1/account/mode"),
    "api-key": (lambda e: e.account.api_key(), "/api/v1/user/api-key"),
    "user-info": (lambda e: e.account.user_info(), "/api/v2/user-info"),
    "base-fee": (lambda e: e.account.base_fee(), "/api/v1/base-fee"),
    "spot-accounts": (lambda e: e.account.spot_accounts(), "/api/v1/accounts"),
    "sub-accounts": (lambda e: e.account.sub_accounts(), "/api/v2/sub-accounts?currentPage=1&pageSize=100"),
    "cross-margin": (lambda e: e.margin.cross(), "/api/v3/margin/accounts"),
    "isolated-margin": (lambda e: e.margin.isolated(), "/api/v3/isolated/accounts"),
    "futures-time": (lambda e: e.futures.time(), "/api/v1/timestamp"),
    "futures-status": (lambda e: e.futures.service_status(), "/api/v1/status"),
    "futures-contracts": (lambda e: e.futures.contracts(), "/api/v1/contracts/active"),
    "futures-klines": (
        lambda e: e.futures.klines(symbol="XBTUSDTM", granularity=60, start=START, end=END),
        "/api/v1/kline/query?symbol=XBTUSDTM&granularity=60&from=1789948800000&to=1790035200000",
    ),
    "futures-account": (
        lambda e: e.futures.account_overview(currency="USDT"),
        "/api/v1/account-overview?currency=USDT",
    ),
    "futures-positions": (lambda e: e.futures.positions(), "/api/v1/positions"),
    "futures-all-accounts": (
        lambda e: e.futures.sub_accounts_overview(currency="USDT"),
        "/api/v1/account-overview-all?currency=USDT",
    ),
}
PRIVATE = {
    *("account-mode", "api-key", "user-info", "spot-accounts", "sub-accounts", "cross-margin", "isolated-margin"),
    *("futures-account", "futures-positions", "futures-all-accounts", "base-fee"),
}
CALLS: dict[str, Asked] = {
    **{name: Asked(call, target, payload=name, private=name in PRIVATE) for name, (call, target) in READS.items()},
    **rest_order_calls.SPOT,
    **rest_order_calls.MARGIN,
    **rest_futures_calls.ORDERS,
    **rest_futures_calls.POSITIONS,
    "positions of one contract": Asked(
        lambda e: e.futures.positions_of(symbol="XBTUSDTM"),
        "/api/v2/position?symbol=XBTUSDTM",
        payload="futures-positions",
        private=True,
    ),
    **rest_futures_calls.MONEY,
    "spot book": Asked(
        lambda e: e.books.spot(symbol="BTC-USDT"),
        "/api/v3/market/orderbook/level2?symbol=BTC-USDT",
        payload="spot-book",
    ),
    "spot book in part": Asked(
        lambda e: e.books.spot_part(symbol="BTC-USDT"),
        "/api/v1/market/orderbook/level2_100?symbol=BTC-USDT",
        payload="spot-book",
        private=False,
    ),
    "futures book": Asked(
        lambda e: e.books.futures(symbol="XBTUSDTM"),
        "/api/v1/level2/snapshot?symbol=XBTUSDTM",
        payload="futures-book",
        private=False,
    ),
    **{
        f"{market} {kind} token": Asked(
            lambda e, futures=market == "futures", private=kind == "private": e.tokens.token(
                futures=futures, private=private
            ),
            f"/api/v1/bullet-{kind}",
            "POST",
            payload="token",
            private=kind == "private",
        )
        for market in ("spot", "futures")
        for kind in ("public", "private")
    },
}


def payload(name: str) -> bytes:
    """The whole envelope that answers the call, as it comes over the wire."""
    return (PAYLOADS / f"{CALLS[name].payload}.json").read_bytes()


@contextmanager
def newcomer(scripted: Any) -> Iterator[Exchange]:
    """A client of a scripted server that has met nothing yet, so that no fault before tells on the next."""
    scripted.received.clear()
    exchange = Exchange(scripted.hosts, CANARY)
    try:
        yield exchange
    finally:
        exchange.close()
