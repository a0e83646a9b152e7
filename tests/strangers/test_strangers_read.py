"""python-kucoin and KuCoin's own SDK read from the practice exchange what it says to a bare request, field by field.

The SDK checks types and answers a misfit with an empty object instead of an error, so every value is compared.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.strangers.asking import Standstill

# what is read -> the bare request that must say the same
BOTH = {
    "status": "/api/v1/status",
    "futures status": "futures:/api/v1/status",
    "currencies": "/api/v3/currencies",
    "currency": "/api/v3/currencies/BTC",
    "symbols": "/api/v2/symbols",
    "markets": "/api/v1/markets",
    "announcements": "/api/v3/announcements",
    "tickers": "/api/v1/market/allTickers",
    "ticker": "/api/v1/market/orderbook/level1?symbol=BTC-USDT",
    "stats": "/api/v1/market/stats?symbol=BTC-USDT",
    "candles": "/api/v1/market/candles?symbol=BTC-USDT&type=1hour&startAt={since}&endAt={until}",
    "book of 20": "/api/v1/market/orderbook/level2_20?symbol=BTC-USDT",
    "book of 100": "/api/v1/market/orderbook/level2_100?symbol=BTC-USDT",
    "whole book": "/api/v3/market/orderbook/level2?symbol=BTC-USDT",
    "trades": "/api/v1/market/histories?symbol=BTC-USDT",
    "fiat prices": "/api/v1/prices?base=USD",
    "margin mark prices": "/api/v3/mark-price/all-symbols",
    "margin mark price": "/api/v1/mark-price/BTC-USDT/current",
    "margin config": "/api/v1/margin/config",
    "cross margin symbols": "/api/v3/margin/symbols",
    "isolated margin symbols": "/api/v1/isolated/symbols",
    "contracts": "futures:/api/v1/contracts/active",
    "contract": "futures:/api/v1/contracts/XBTUSDTM",
    "futures tickers": "futures:/api/v1/allTickers",
    "futures ticker": "futures:/api/v1/ticker?symbol=XBTUSDTM",
    "futures book of 20": "futures:/api/v1/level2/depth20?symbol=XBTUSDTM",
    "futures book of 100": "futures:/api/v1/level2/depth100?symbol=XBTUSDTM",
    "futures whole book": "futures:/api/v1/level2/snapshot?symbol=XBTUSDTM",
    "futures trades": "futures:/api/v1/trade/history?symbol=XBTUSDTM",
    "mark price": "futures:/api/v1/mark-price/XBTUSDTM/current",
    "index": "futures:/api/v1/index/query?symbol=.KXBTUSDT",
    "premium": "futures:/api/v1/premium/query?symbol=.XBTUSDTMPI",
    "interest": "futures:/api/v1/interest/query?symbol=.XBTINT",
    "funding rate": "futures:/api/v1/funding-rate/XBTUSDTM/current",
    "funding rates": "futures:/api/v1/contract/funding-rates?symbol=XBTUSDTM&from={since_ms}&to={until_ms}",
    "user": "/api/v2/user-info",
    "high-frequency account": "/api/v1/hf/accounts/opened",
    "accounts": "/api/v1/accounts",
    "funding account": "/api/v1/accounts?type=main",
    "spot account": "/api/v1/accounts?type=trade",
    "transferable": "/api/v1/accounts/transferable?currency=USDT&type=MAIN",
    "cross margin": "/api/v3/margin/accounts?quoteCurrency=USDT&queryType=MARGIN",
    "isolated margin": "/api/v3/isolated/accounts?quoteCurrency=USDT&queryType=ISOLATED",
    "futures account in USDT": "futures:/api/v1/account-overview?currency=USDT",
    "futures account in XBT": "futures:/api/v1/account-overview?currency=XBT",
    "spot ledger": "/api/v1/hf/accounts/ledgers?currency=USDT",
    "futures ledger": "futures:/api/v1/transaction-history?currency=USDT",
    "withdrawals": "/api/v1/withdrawals?currency=USDT",
    "base fee": "/api/v1/base-fee",
    "fees": "/api/v1/trade-fees?symbols=BTC-USDT,ETH-USDT",
    "futures fees": "futures:/api/v1/trade-fees?symbol=XBTUSDTM",
    "sub-accounts": "/api/v2/sub/user",
    "sub-account balances": "/api/v2/sub-accounts",
    "sub-account futures": "futures:/api/v1/account-overview-all?currency=USDT",
    "positions": "futures:/api/v1/positions",
    "position": "futures:/api/v1/position?symbol=XBTUSDTM",
    "closed positions": "futures:/api/v1/history-positions",
    "funding paid": "futures:/api/v1/funding-history?symbol=XBTUSDTM",
    "margin mode": "futures:/api/v2/position/getMarginMode?symbol=XBTUSDTM",
    "cross leverage": "futures:/api/v2/getCrossUserLeverage?symbol=XBTUSDTM",
    "largest order": "futures:/api/v2/getMaxOpenSize?symbol=XBTUSDTM&price=80000&leverage=5",
    "open orders": "/api/v1/hf/orders/active?symbol=BTC-USDT",
    "symbols with open orders": "/api/v1/hf/orders/active/symbols",
    "finished orders": "/api/v1/hf/orders/done?symbol=ETH-USDT",
    "fills": "/api/v1/hf/fills?symbol=ETH-USDT",
    "stop orders": "/api/v1/stop-order",
    "open margin orders": "/api/v3/hf/margin/orders/active?symbol=BTC-USDT&tradeType=MARGIN_TRADE",
    "finished margin orders": "/api/v3/hf/margin/orders/done?symbol=BTC-USDT&tradeType=MARGIN_TRADE",
    "margin fills": "/api/v3/hf/margin/fills?symbol=BTC-USDT&tradeType=MARGIN_TRADE",
    "borrowings": "/api/v3/margin/borrow?currency=USDT",
    "repayments": "/api/v3/margin/repay?currency=USDT",
    "interest paid": "/api/v3/margin/interest",
    "open futures orders": "futures:/api/v1/orders?status=active",
    "futures stop orders": "futures:/api/v1/stopOrders",
}
ROWS = {
    "python-kucoin": BOTH
    | {
        "account": "",  # by its id, see `wanted`
        "fiat prices of two": "/api/v1/prices?base=USD&currencies=BTC,ETH",
        "futures candles": "futures:/api/v1/kline/query?symbol=XBTUSDTM&granularity=60&from={since_ms}&to={until_ms}",
        "cross margin, the old way": "/api/v1/margin/account",
        "deposits": "/api/v1/deposits",
    },
    "the SDK": BOTH
    | {
        "symbol": "/api/v2/symbols/BTC-USDT",
        "address": "/api/v1/my-ip",
        "latest futures candles": "futures:/api/v1/kline/query?symbol=XBTUSDTM&granularity=60",
        "turnover": "futures:/api/v1/trade-statistics",
        "key": "/api/v1/user/api-key",
        "funding ledger": "/api/v1/accounts/ledgers?currency=USDT",
        "margin ledger": "/api/v3/hf/margin/account/ledgers?currency=USDT",
        "deposits": "/api/v1/deposits?currency=USDT",
        "deposit addresses": "/api/v3/deposit-addresses?currency=USDT",
        "withdrawal quotas": "/api/v1/withdrawals/quotas?currency=USDT",
        "risk limit": "futures:/api/v1/contracts/risk-limit/XBTUSDTM",
        "open orders by page": "/api/v1/hf/orders/active/page?symbol=BTC-USDT",
        "finished futures orders": "futures:/api/v1/recentDoneOrders",
        "worth of open futures orders": "futures:/api/v1/openOrderStatistics?symbol=XBTUSDTM",
        "futures fills": "futures:/api/v1/fills",
        "recent futures fills": "futures:/api/v1/recentFills",
    },
}
CLOCKS = ("time", "futures time")
LISTS = ("items", "dataList", "ticker", "symbols", "accounts", "bids")  # where an answer keeps its rows
READ = dict[str, dict[str, Any]]


def wanted(standstill: Standstill, what: str, path: str) -> Any:
    """Return what the exchange says to a bare request."""
    if what == "account":
        path = f"/api/v1/accounts/{standstill.raw('/api/v1/accounts?type=main&currency=USDT')[0]['id']}"
    return standstill.raw(path)


def has_rows(answer: Any) -> bool:
    """Say whether there is something in ``answer``, in its rows where it has any."""
    rows = [answer[name] for name in LISTS if name in answer] if isinstance(answer, dict) else []
    return answer not in ({}, [], None) and all(rows)


def agree(found: Any, raw: Any, at: str = "answer") -> None:
    """Assert that ``found`` is ``raw`` as far as the SDK knows its fields; every field that it read must be there."""
    if isinstance(raw, dict):
        assert found.keys() & raw.keys(), f"{at}: nothing of {raw} was read"
        for name, value in found.items():
            agree(value, raw.get(name), f"{at}.{name}")
    elif isinstance(raw, list):
        assert len(found) == len(raw), at
        for place, (one, other) in enumerate(zip(found, raw, strict=True)):
            agree(one, other, f"{at}[{place}]")
    else:
        assert found == raw, at


@pytest.mark.parametrize("what", ROWS["python-kucoin"])
def test_python_kucoin_reads(what: str, standstill: Standstill, read: READ) -> None:
    """It hands the answer's data on as it is."""
    outcome = read["python-kucoin"][what]
    assert "error" not in outcome
    assert has_rows(outcome["value"])
    assert outcome["value"] == wanted(standstill, what, ROWS["python-kucoin"][what])


@pytest.mark.parametrize("what", ROWS["the SDK"])
def test_the_sdk_reads(what: str, standstill: Standstill, read: READ) -> None:
    """Every field of its models that KuCoin sends is there, with the same value."""
    outcome = read["the SDK"][what]
    assert "error" not in outcome
    found = outcome["value"]["data"] if outcome["value"].keys() == {"data"} else outcome["value"]
    assert has_rows(found)
    agree(found, wanted(standstill, what, ROWS["the SDK"][what]))


@pytest.mark.parametrize("what", CLOCKS)
@pytest.mark.parametrize("client", ROWS)
def test_they_read_the_clock(client: str, what: str, standstill: Standstill, read: READ) -> None:
    """Milliseconds, a number, of a moment of this run."""
    outcome = read[client][what]["value"]
    moment = outcome["data"] if isinstance(outcome, dict) else outcome
    later = standstill.exchange.state()["server_ms"]
    assert isinstance(moment, int)
    assert 0 <= later - moment < 300_000


@pytest.mark.parametrize("client", ROWS)
def test_every_answer_is_judged(client: str, read: READ) -> None:
    """A call of a script that no row expects would go unseen."""
    assert read[client].keys() == {*ROWS[client], *CLOCKS}
