"""Read everything with python-kucoin: ``python -I read_python_kucoin.py SPOT FUTURES SINCE_S UNTIL_S``.

On standard input: a JSON list of logins, ``{"key": ..., "secret": ..., "passphrase": ..., "calls": [...]}``; no
``calls`` means all of them. On standard output: for each login, what each call returned or how it failed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from kucoin.client import Client

SPOT, FUTURES = sys.argv[1:3]
SINCE, UNTIL = (int(text) for text in sys.argv[3:5])


def login(key: str, secret: str, passphrase: str) -> Client:
    """Return a client of the exchange; the two bases that its constructor takes are too late to be changed."""
    client = Client(key, secret, passphrase)
    client.API_URL = SPOT
    client.FUTURES_API_URL = FUTURES
    return client


CALLS: dict[str, Callable[[Client], Any]] = {
    "time": lambda c: c.get_timestamp(),
    "futures time": lambda c: c.futures_get_timestamp(),
    "status": lambda c: c.get_status(),
    "futures status": lambda c: c.futures_get_status(),
    "currencies": lambda c: c.get_currencies(),
    "currency": lambda c: c.get_currency("BTC"),
    "symbols": lambda c: c.get_symbols(),
    "markets": lambda c: c.get_markets(),
    "announcements": lambda c: c.get_announcements(),
    "tickers": lambda c: c.get_tickers(),
    "ticker": lambda c: c.get_ticker("BTC-USDT"),
    "stats": lambda c: c.get_24hr_stats("BTC-USDT"),
    "candles": lambda c: c.get_kline_data("BTC-USDT", "1hour", SINCE, UNTIL),
    "book of 20": lambda c: c.get_order_book("BTC-USDT", depth_20=True),
    "book of 100": lambda c: c.get_order_book("BTC-USDT"),
    "whole book": lambda c: c.get_full_order_book("BTC-USDT"),
    "trades": lambda c: c.get_trade_histories("BTC-USDT"),
    "fiat prices": lambda c: c.get_fiat_prices(),
    "fiat prices of two": lambda c: c.get_fiat_prices("USD", "BTC,ETH"),
    "margin mark prices": lambda c: c.margin_get_all_trading_pairs_mark_prices(),
    "margin mark price": lambda c: c.margin_get_mark_price("BTC-USDT"),
    "margin config": lambda c: c.margin_get_config(),
    "cross margin symbols": lambda c: c.margin_get_cross_trading_pairs_config(),
    "isolated margin symbols": lambda c: c.margin_get_isolated_synbols_config(),
    "contracts": lambda c: c.futures_get_symbols(),
    "contract": lambda c: c.futures_get_symbol("XBTUSDTM"),
    "futures tickers": lambda c: c.futures_get_tickers(),
    "futures ticker": lambda c: c.futures_get_ticker("XBTUSDTM"),
    "futures candles": lambda c: c.futures_get_klines("XBTUSDTM", 60, SINCE * 1000, UNTIL * 1000),
    "futures book of 20": lambda c: c.futures_get_order_book("XBTUSDTM", depth_20=True),
    "futures book of 100": lambda c: c.futures_get_order_book("XBTUSDTM"),
    "futures whole book": lambda c: c.futures_get_full_order_book("XBTUSDTM"),
    "futures trades": lambda c: c.futures_get_trade_histories("XBTUSDTM"),
    "mark price": lambda c: c.futures_get_mark_price("XBTUSDTM"),
    "index": lambda c: c.futures_get_index(".KXBTUSDT"),
    "premium": lambda c: c.futures_get_premium_index(".XBTUSDTMPI"),
    "interest": lambda c: c.futures_get_interest_rate(".XBTINT"),
    "funding rate": lambda c: c.futures_get_funding_rate("XBTUSDTM"),
    "funding rates": lambda c: c.futures_get_public_funding_history("XBTUSDTM", SINCE * 1000, UNTIL * 1000),
    "user": lambda c: c.get_user_info(),
    "high-frequency account": lambda c: c.get_user_type(),
    "accounts": lambda c: c.get_accounts(),
    "funding account": lambda c: c.get_accounts(account_type="main"),
    "spot account": lambda c: c.get_accounts(account_type="trade"),
    "account": lambda c: c.get_account(c.get_accounts("USDT", "main")[0]["id"]),
    "transferable": lambda c: c.get_transferable_balance("USDT", "MAIN"),
    "cross margin": lambda c: c.margin_get_cross_account_detail(),
    "cross margin, the old way": lambda c: c.margin_get_account_detail(),
    "isolated margin": lambda c: c.margin_get_isolated_account_detail(),
    "futures account in USDT": lambda c: c.futures_get_account_detail("USDT"),
    "futures account in XBT": lambda c: c.futures_get_account_detail("XBT"),
    "spot ledger": lambda c: c.hf_get_account_activity("USDT"),
    "futures ledger": lambda c: c.futures_get_account_activity("USDT"),
    "deposits": lambda c: c.get_deposits(),
    "withdrawals": lambda c: c.get_withdrawals("USDT"),
    "base fee": lambda c: c.get_base_fee(),
    "fees": lambda c: c.get_trading_pair_fee("BTC-USDT,ETH-USDT"),
    "futures fees": lambda c: c.futures_get_trading_pair_fee("XBTUSDTM"),
    "sub-accounts": lambda c: c.get_subaccounts_v2(),
    "sub-account balances": lambda c: c.get_all_subaccounts_balance_v2(),
    "sub-account futures": lambda c: c.futures_get_all_subaccounts_balance("USDT"),
    "positions": lambda c: c.futures_get_positions(),
    "position": lambda c: c.futures_get_position("XBTUSDTM"),
    "closed positions": lambda c: c.futures_get_positions_history(),
    "funding paid": lambda c: c.futures_get_private_funding_history("XBTUSDTM"),
    "margin mode": lambda c: c.futures_get_margin_mode("XBTUSDTM"),
    "cross leverage": lambda c: c.futures_get_cross_margin_leverage("XBTUSDTM"),
    "largest order": lambda c: c.futures_get_max_open_position_size("XBTUSDTM", "80000", 5),
    "open orders": lambda c: c.hf_get_active_orders("BTC-USDT"),
    "symbols with open orders": lambda c: c.hf_get_symbol_with_active_orders(),
    "finished orders": lambda c: c.hf_get_completed_orders("ETH-USDT"),
    "fills": lambda c: c.hf_get_fills("ETH-USDT"),
    "stop orders": lambda c: c.get_stop_orders(),
    "open margin orders": lambda c: c.hf_margin_get_active_orders("BTC-USDT", "MARGIN_TRADE"),
    "finished margin orders": lambda c: c.hf_margin_get_completed_orders("BTC-USDT", "MARGIN_TRADE"),
    "margin fills": lambda c: c.hf_margin_get_fills("BTC-USDT", "MARGIN_TRADE"),
    "borrowings": lambda c: c.margin_get_borrow_history("USDT"),
    "repayments": lambda c: c.margin_get_repay_history("USDT"),
    "interest paid": lambda c: c.margin_get_cross_isolated_interest_records(),
    "open futures orders": lambda c: c.futures_get_orders(status="active"),
    "futures stop orders": lambda c: c.futures_get_stop_orders(),
}


def outcome(call: Callable[[], Any]) -> dict[str, Any]:
    """Return what ``call`` returned, or how it failed: one failure must not hide the other calls' values."""
    try:
        return {"value": call()}
    except Exception as error:  # noqa: BLE001 whatever a stranger raises is what is asked for here
        return {"error": f"{type(error).__name__}: {error}"}


def read(client: Client, names: list[str]) -> dict[str, Any]:
    """Return the outcome of each call by its name."""
    return {name: outcome(lambda call=CALLS[name]: call(client)) for name in names or CALLS}


logins = json.load(sys.stdin)
json.dump(
    [read(login(each["key"], each["secret"], each["passphrase"]), each.get("calls", [])) for each in logins], sys.stdout
)
