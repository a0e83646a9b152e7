"""Read everything with ccxt, on both markets: ``python -I read_ccxt.py SPOT FUTURES SINCE_S UNTIL_S``.

On standard input: a JSON list of logins, ``{"key": ..., "secret": ..., "passphrase": ..., "calls": [...]}``; no
``calls`` means all of them. On standard output: for each login, what each call returned in ccxt's own terms, without
the raw rows that it keeps beside them, or how the call failed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import ccxt

SPOT, FUTURES = sys.argv[1:3]
SINCE, UNTIL = (int(text) for text in sys.argv[3:5])
HOURS = (UNTIL - SINCE) // 3600
BTC, ETH, PERPETUAL = "BTC/USDT", "ETH/USDT", "BTC/USDT:USDT"
ON_SPOT = ("public", "private", "earn", "uta", "utaV2", "utaPrivate", "broker")
ON_FUTURES = ("futuresPublic", "futuresPrivate")


def login(kind: type[ccxt.Exchange], key: str, secret: str, passphrase: str) -> ccxt.Exchange:
    """Return a client of the exchange; spot and futures classes each need both addresses."""
    exchange = kind({"apiKey": key, "secret": secret, "password": passphrase, "enableRateLimit": False})
    exchange.urls["api"].update(dict.fromkeys(ON_SPOT, SPOT) | dict.fromkeys(ON_FUTURES, FUTURES))
    return exchange


Call = Callable[[ccxt.Exchange], Any]

SPOT_CALLS: dict[str, Call] = {
    "time": lambda x: x.fetch_time(),
    "status": lambda x: x.fetch_status(),
    "currencies": lambda x: x.load_markets() and x.currencies,
    "markets": lambda x: x.load_markets(),
    "tickers": lambda x: x.fetch_tickers(),
    "ticker": lambda x: x.fetch_ticker(BTC),
    "candles": lambda x: x.fetch_ohlcv(BTC, "1h", SINCE * 1000, HOURS),
    "book of 20": lambda x: x.fetch_order_book(BTC, 20),
    "book of 100": lambda x: x.fetch_order_book(BTC, 100),
    "whole book": lambda x: x.fetch_order_book(BTC),
    "trades": lambda x: x.fetch_trades(BTC),
    "accounts": lambda x: x.fetch_accounts(),
    "funding account": lambda x: x.fetch_balance({"type": "main"}),
    "spot account": lambda x: x.fetch_balance(),
    "cross margin": lambda x: x.fetch_balance({"marginMode": "cross"}),
    "isolated margin": lambda x: x.fetch_balance({"marginMode": "isolated"}),
    "funding ledger": lambda x: x.fetch_ledger("USDT", params={"hf": False}),
    "spot ledger": lambda x: x.fetch_ledger("USDT"),
    "funding ledger in bitcoin": lambda x: x.fetch_ledger("BTC", params={"hf": False}),
    "deposits": lambda x: x.fetch_deposits("USDT"),
    "withdrawals": lambda x: x.fetch_withdrawals("USDT"),
    "fees": lambda x: x.fetch_trading_fee(BTC),
    "open orders": lambda x: x.fetch_open_orders(BTC),
    "finished orders": lambda x: x.fetch_closed_orders(ETH),
    "stop orders": lambda x: x.fetch_open_orders("SOL/USDT", params={"trigger": True}),
    "fills": lambda x: x.fetch_my_trades(ETH),
}

FUTURES_CALLS: dict[str, Call] = {
    "futures time": lambda x: x.fetch_time(),
    "futures status": lambda x: x.fetch_status(),
    "contracts": lambda x: x.load_markets(),
    "futures tickers": lambda x: x.fetch_tickers(),
    "futures bids and asks": lambda x: x.fetch_bids_asks(),
    "futures ticker": lambda x: x.fetch_ticker(PERPETUAL),
    "futures candles": lambda x: x.fetch_ohlcv(PERPETUAL, "1h", SINCE * 1000, HOURS),
    "futures book of 20": lambda x: x.fetch_order_book(PERPETUAL, 20),
    "futures whole book": lambda x: x.fetch_order_book(PERPETUAL),
    "futures trades": lambda x: x.fetch_trades(PERPETUAL),
    "futures account in USDT": lambda x: x.fetch_balance(),
    "futures account in XBT": lambda x: x.fetch_balance({"code": "BTC"}),
    "futures ledger": lambda x: x.fetch_ledger("USDT", params={"hf": False}),
    "futures ledger in bitcoin": lambda x: x.fetch_ledger("BTC", params={"hf": False}),
    "spot ledger, asked of futures": lambda x: x.fetch_ledger("USDT"),
    "futures fees": lambda x: x.fetch_trading_fee(PERPETUAL),
    "positions": lambda x: x.fetch_positions(),
    "position": lambda x: x.fetch_position(PERPETUAL),
    "flat position": lambda x: x.fetch_position("TAO/USDT:USDT"),
    "closed positions": lambda x: x.fetch_positions_history(),
    "funding rate": lambda x: x.fetch_funding_rate(PERPETUAL),
    "funding rates": lambda x: x.fetch_funding_rate_history(PERPETUAL, SINCE * 1000, params={"until": UNTIL * 1000}),
    "funding paid": lambda x: x.fetch_funding_history(PERPETUAL),
    "risk limit": lambda x: x.fetch_market_leverage_tiers(PERPETUAL),
    "cross leverage": lambda x: x.fetch_leverage(PERPETUAL, {"marginMode": "cross"}),
    "margin mode": lambda x: x.fetch_margin_mode(PERPETUAL),
    "position mode": lambda x: x.fetch_position_mode(),
    "open futures orders": lambda x: x.fetch_open_orders(PERPETUAL),
    "finished futures orders": lambda x: x.fetch_closed_orders("DOGE/USDT:USDT"),
    "futures stop orders": lambda x: x.fetch_open_orders("ETH/USDT:USDT", params={"trigger": True}),
    "futures fills": lambda x: x.fetch_my_trades(PERPETUAL),
}


def bare(value: Any) -> Any:
    """Return ``value`` without the raw rows at any depth: what stays is what ccxt made of them."""
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in value.items() if key != "info"}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


def outcome(call: Callable[[], Any]) -> dict[str, Any]:
    """Return what ``call`` returned, or how it failed: one failure must not hide the other calls' values."""
    try:
        return {"value": bare(call())}
    except Exception as error:  # noqa: BLE001 whatever a stranger raises is what is asked for here
        return {"error": f"{type(error).__name__}: {error}"}


def read(key: str, secret: str, passphrase: str, names: list[str]) -> dict[str, Any]:
    """Return the outcome of each call by its name."""
    found = {}
    for kind, calls in ((ccxt.kucoin, SPOT_CALLS), (ccxt.kucoinfutures, FUTURES_CALLS)):
        exchange = login(kind, key, secret, passphrase)
        wanted = {name: call for name, call in calls.items() if not names or name in names}
        found.update({name: outcome(lambda x=exchange, call=call: call(x)) for name, call in wanted.items()})
    return found


logins = json.load(sys.stdin)
json.dump([read(each["key"], each["secret"], each["passphrase"], each.get("calls", [])) for each in logins], sys.stdout)
