"""KuCoin's rows in ccxt's terms: what both markets share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.strangers.asking import Standstill

Row = dict[str, Any]
Expectation = Callable[[Standstill], Any]
PERPETUAL = "BTC/USDT:USDT"  # XBTUSDTM


def pair(symbol: str) -> str:
    """Return ccxt's name of a pair."""
    return symbol.replace("-", "/")


def code(currency: str) -> str:
    """Return ccxt's name of a currency."""
    return "BTC" if currency == "XBT" else currency


def perpetual(contract: Row) -> str:
    """Return ccxt's name of a contract."""
    settle, base = code(contract["settleCurrency"]), code(contract["baseCurrency"])
    return f"{base}/{contract['quoteCurrency']}:{settle}"


def by_time(rows: list[Row], at: str, *, unit: int = 1) -> list[Row]:
    """Return rows oldest first, as ccxt does.

    Where they have no id, those of one millisecond, ``unit`` of ``at``, stay as they came.
    """
    return sorted(rows, key=lambda row: int(row[at]) // unit)


def rows_of(answer: Any) -> list[Row]:
    """Return the rows of a paged answer, or of a list."""
    rows: list[Row] = answer if isinstance(answer, list) else answer["items"]
    return rows


def holding(total: str, free: str, used: str) -> Row:
    """Return a balance in ccxt's form."""
    return {"total": float(total), "free": float(free), "used": float(used)}


def book(path: str) -> Callable[[Standstill], Row]:
    """Both sides of a book, best first."""

    def sides(at: Standstill) -> Row:
        raw = at.raw(path)
        return {side: [[float(number) for number in level] for level in raw[side]] for side in ("bids", "asks")}

    return sides


def fees(path: str, symbol: str) -> Callable[[Standstill], Row]:
    """The account's fees in one symbol."""

    def rates(at: Standstill) -> Row:
        raw = at.raw(path)
        row = raw[0] if isinstance(raw, list) else raw
        return {"symbol": symbol, "maker": float(row["makerFeeRate"]), "taker": float(row["takerFeeRate"])}

    return rates


def orders(path: str, status: str, *, size: str = "dealSize") -> Callable[[Standstill], list[Row]]:
    """Orders; ``size`` is the name of what is filled."""
    return lambda at: [
        {
            "id": each["id"],
            "clientOrderId": each["clientOid"],
            "timestamp": each["createdAt"],
            "type": each["type"],
            "side": each["side"],
            "amount": float(each["size"]),
            "filled": float(each[size]),
            "status": status,
        }
        | ({"price": float(each["price"])} if each["type"] == "limit" else {})
        for each in by_time(rows_of(at.raw(path)), "createdAt")
    ]


def stops(path: str) -> Callable[[Standstill], list[Row]]:
    """Conditional orders that wait."""
    return lambda at: [
        {
            "id": each["id"],
            "side": each["side"],
            "amount": float(each["size"]),
            "triggerPrice": float(each["stopPrice"]),
            "status": "open",
        }
        for each in by_time(at.raw(path)["items"], "createdAt")
    ]


def fills(path: str) -> Callable[[Standstill], list[Row]]:
    """Fills."""
    return lambda at: [
        {
            "id": str(each["tradeId"]),
            "order": each["orderId"],
            "timestamp": each["createdAt"],
            "side": each["side"],
            "takerOrMaker": each["liquidity"],
            "price": float(each["price"]),
            "amount": float(each["size"]),
            "fee": {"cost": float(each["fee"]), "currency": each["feeCurrency"]},
        }
        for each in by_time(at.raw(path)["items"], "createdAt")
    ]
