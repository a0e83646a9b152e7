"""What ccxt has to read from the spot host, made of the exchange's own answers to bare requests."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.strangers.asking import Standstill
from tests.strangers.ccxt_terms import (
    Expectation,
    Row,
    book,
    by_time,
    code,
    fees,
    fills,
    holding,
    orders,
    pair,
    rows_of,
    stops,
)


def currencies(at: Standstill) -> Row:
    """Every currency of the exchange, with its chains; BTC comes after XBT, which ccxt takes for the same."""
    return {
        code(each["currency"]): {
            "id": each["currency"],
            "precision": float(Decimal(1).scaleb(-each["precision"])),
            "deposit": any(chain["isDepositEnabled"] for chain in each["chains"]),
            "withdraw": any(chain["isWithdrawEnabled"] for chain in each["chains"]),
        }
        for each in at.raw("/api/v3/currencies")
    }


def markets(at: Standstill) -> Row:
    """Every pair with its increments, minima and margin modes."""
    cross = {each["symbol"] for each in at.raw("/api/v3/margin/symbols")["items"]}
    isolated = {each["symbol"] for each in at.raw("/api/v1/isolated/symbols")}
    return {
        pair(each["symbol"]): {
            "id": each["symbol"],
            "active": each["enableTrading"],
            "precision": {"amount": float(each["baseIncrement"]), "price": float(each["priceIncrement"])},
            "limits": {
                "amount": {"min": float(each["baseMinSize"]), "max": float(each["baseMaxSize"])},
                "cost": {"min": float(each["quoteMinSize"]), "max": float(each["quoteMaxSize"])},
            },
            "marginModes": {"cross": each["symbol"] in cross, "isolated": each["symbol"] in isolated},
            "taker": 0.001,
            "maker": 0.001,
        }
        for each in at.raw("/api/v2/symbols")
    }


def quote(raw: Row) -> Row:
    """The last 24 h of a pair."""
    figures = {"last": "last", "high": "high", "low": "low", "bid": "buy", "ask": "sell", "change": "changePrice"}
    figures |= {"baseVolume": "vol", "quoteVolume": "volValue", "average": "averagePrice"}
    return {name: float(raw[key]) for name, key in figures.items()}


def tickers(at: Standstill) -> Row:
    """The last 24 h of every pair."""
    return {pair(each["symbol"]): quote(each) for each in at.raw("/api/v1/market/allTickers")["ticker"]}


def ticker(at: Standstill) -> Row:
    """The last 24 h of one pair."""
    return quote(at.raw("/api/v1/market/stats?symbol=BTC-USDT"))


def candles(at: Standstill) -> list[list[float]]:
    """Hours of a day: time (ms), open, high, low, close, volume."""
    rows = at.raw("/api/v1/market/candles?symbol=BTC-USDT&type=1hour&startAt={since}&endAt={until}")
    return [[int(row[0]) * 1000, *(float(row[place]) for place in (1, 3, 4, 2, 5))] for row in reversed(rows)]


def trades(at: Standstill) -> list[Row]:
    """The last trades."""
    return [
        {
            "price": float(each["price"]),
            "amount": float(each["size"]),
            "side": each["side"],
            "timestamp": pytest.approx(each["time"] / 1_000_000, abs=1),  # ccxt divides in floating point
        }
        for each in by_time(at.raw("/api/v1/market/histories?symbol=BTC-USDT"), "time", unit=1_000_000)
    ]


def balances(path: str) -> Callable[[Standstill], Row]:
    """The funding or the spot account."""
    return lambda at: {
        each["currency"]: holding(each["balance"], each["available"], each["holds"]) for each in at.raw(path)
    }


def cross_margin(at: Standstill) -> Row:
    """The cross margin account; ccxt 4.5.90 drops what is owed, on KuCoin too."""
    return {
        each["currency"]: holding(each["totalBalance"], each["availableBalance"], each["holdBalance"])
        for each in at.raw("/api/v1/margin/account")["accounts"]
    }


def isolated_margin(at: Standstill) -> Row:
    """The isolated margin accounts, each currency summed over its pairs."""
    sums: dict[str, list[Decimal]] = {}
    for each in at.raw("/api/v3/isolated/accounts")["assets"]:
        for asset in (each["baseAsset"], each["quoteAsset"]):
            figures = [Decimal(asset[name]) for name in ("total", "available", "hold")]
            sums[asset["currency"]] = [
                a + b for a, b in zip(sums.get(asset["currency"], [Decimal()] * 3), figures, strict=True)
            ]
    return {currency: holding(*map(str, figures)) for currency, figures in sums.items()}


def ledger(path: str) -> Callable[[Standstill], list[Row]]:
    """A ledger of the funding or the spot account."""
    return lambda at: [
        {
            "id": each["id"],
            "timestamp": int(each["createdAt"]),  # text in the spot ledger
            "currency": each["currency"],
            "amount": abs(float(each["amount"])),
            "after": float(each["balance"]),
            "direction": each["direction"],
        }
        for each in by_time(rows_of(at.raw(path)), "createdAt")
    ]


def transactions(path: str) -> Callable[[Standstill], list[Row]]:
    """Deposits or withdrawals."""
    return lambda at: [
        {
            "txid": each["walletTxId"],
            "timestamp": each["createdAt"],
            "currency": each["currency"],
            "amount": float(each["amount"]),
            "address": each["address"],
            "status": "ok",
            "fee": {"cost": float(each["fee"]), "currency": each["currency"]},
        }
        for each in by_time(at.raw(path)["items"], "createdAt")
    ]


EXPECTED: dict[str, Expectation] = {
    "status": lambda _: {"status": "ok"},
    "currencies": currencies,
    "markets": markets,
    "tickers": tickers,
    "ticker": ticker,
    "candles": candles,
    "book of 20": book("/api/v1/market/orderbook/level2_20?symbol=BTC-USDT"),
    "book of 100": book("/api/v1/market/orderbook/level2_100?symbol=BTC-USDT"),
    "whole book": book("/api/v3/market/orderbook/level2?symbol=BTC-USDT"),
    "trades": trades,
    "accounts": lambda at: [{"id": each["id"], "code": each["currency"]} for each in at.raw("/api/v1/accounts")],
    "funding account": balances("/api/v1/accounts?type=main"),
    "spot account": balances("/api/v1/accounts?type=trade_hf"),
    "cross margin": cross_margin,
    "isolated margin": isolated_margin,
    "funding ledger": ledger("/api/v1/accounts/ledgers?currency=USDT"),
    "funding ledger in bitcoin": ledger("/api/v1/accounts/ledgers?currency=BTC"),
    "spot ledger": ledger("/api/v1/hf/accounts/ledgers?currency=USDT"),
    "deposits": transactions("/api/v1/deposits?currency=USDT"),
    "withdrawals": transactions("/api/v1/withdrawals?currency=USDT"),
    "fees": fees("/api/v1/trade-fees?symbols=BTC-USDT", "BTC/USDT"),
    "open orders": orders("/api/v1/hf/orders/active?symbol=BTC-USDT", "open"),
    "finished orders": orders("/api/v1/hf/orders/done?symbol=ETH-USDT", "closed"),
    "stop orders": stops("/api/v1/stop-order?symbol=SOL-USDT"),
    "fills": fills("/api/v1/hf/fills?symbol=ETH-USDT"),
}
