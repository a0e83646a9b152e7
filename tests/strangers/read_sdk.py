"""Read everything with KuCoin's own SDK: ``python -I read_sdk.py SPOT FUTURES SINCE_S UNTIL_S``.

On standard input: a JSON list of logins, ``{"key": ..., "secret": ..., "passphrase": ..., "calls": [...]}``; no
``calls`` means all of them. On standard output: for each login, what each call returned, every field that the SDK
knows by its name on the wire, or how the call failed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from kucoin_universal_sdk.api.client import DefaultClient
from kucoin_universal_sdk.model.client_option import ClientOptionBuilder
from kucoin_universal_sdk.model.transport_option import TransportOption

SPOT, FUTURES = sys.argv[1:3]
SINCE, UNTIL = (int(text) for text in sys.argv[3:5])
CROSS = {"symbol": "BTC-USDT", "tradeType": "MARGIN_TRADE"}

# name -> service, its part, the method and, by their names on the wire, its parameters
CALLS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "time": ("spot", "market", "get_server_time", {}),
    "futures time": ("futures", "market", "get_server_time", {}),
    "status": ("spot", "market", "get_service_status", {}),
    "futures status": ("futures", "market", "get_service_status", {}),
    "currencies": ("spot", "market", "get_all_currencies", {}),
    "currency": ("spot", "market", "get_currency", {"currency": "BTC"}),
    "symbols": ("spot", "market", "get_all_symbols", {}),
    "symbol": ("spot", "market", "get_symbol", {"symbol": "BTC-USDT"}),
    "markets": ("spot", "market", "get_market_list", {}),
    "address": ("spot", "market", "get_client_ip_address", {}),
    "announcements": ("spot", "market", "get_announcements", {}),
    "tickers": ("spot", "market", "get_all_tickers", {}),
    "ticker": ("spot", "market", "get_ticker", {"symbol": "BTC-USDT"}),
    "stats": ("spot", "market", "get24hr_stats", {"symbol": "BTC-USDT"}),
    "candles": (
        *("spot", "market", "get_klines"),
        {"symbol": "BTC-USDT", "type": "1hour", "startAt": SINCE, "endAt": UNTIL},
    ),
    "book of 20": ("spot", "market", "get_part_order_book", {"symbol": "BTC-USDT", "size": "20"}),
    "book of 100": ("spot", "market", "get_part_order_book", {"symbol": "BTC-USDT", "size": "100"}),
    "whole book": ("spot", "market", "get_full_order_book", {"symbol": "BTC-USDT"}),
    "trades": ("spot", "market", "get_trade_history", {"symbol": "BTC-USDT"}),
    "fiat prices": ("spot", "market", "get_fiat_price", {"base": "USD"}),
    "margin mark prices": ("margin", "market", "get_mark_price_list", {}),
    "margin mark price": ("margin", "market", "get_mark_price_detail", {"symbol": "BTC-USDT"}),
    "margin config": ("margin", "market", "get_margin_config", {}),
    "cross margin symbols": ("margin", "market", "get_cross_margin_symbols", {}),
    "isolated margin symbols": ("margin", "market", "get_isolated_margin_symbols", {}),
    "contracts": ("futures", "market", "get_all_symbols", {}),
    "contract": ("futures", "market", "get_symbol", {"symbol": "XBTUSDTM"}),
    "futures tickers": ("futures", "market", "get_all_tickers", {}),
    "futures ticker": ("futures", "market", "get_ticker", {"symbol": "XBTUSDTM"}),
    "latest futures candles": ("futures", "market", "get_klines", {"symbol": "XBTUSDTM", "granularity": 60}),
    "futures book of 20": ("futures", "market", "get_part_order_book", {"symbol": "XBTUSDTM", "size": "20"}),
    "futures book of 100": ("futures", "market", "get_part_order_book", {"symbol": "XBTUSDTM", "size": "100"}),
    "futures whole book": ("futures", "market", "get_full_order_book", {"symbol": "XBTUSDTM"}),
    "futures trades": ("futures", "market", "get_trade_history", {"symbol": "XBTUSDTM"}),
    "mark price": ("futures", "market", "get_mark_price", {"symbol": "XBTUSDTM"}),
    "index": ("futures", "market", "get_spot_index_price", {"symbol": ".KXBTUSDT"}),
    "premium": ("futures", "market", "get_premium_index", {"symbol": ".XBTUSDTMPI"}),
    "interest": ("futures", "market", "get_interest_rate_index", {"symbol": ".XBTINT"}),
    "turnover": ("futures", "market", "get24hr_stats", {}),
    "funding rate": ("futures", "funding_fees", "get_current_funding_rate", {"symbol": "XBTUSDTM"}),
    "funding rates": (
        *("futures", "funding_fees", "get_public_funding_history"),
        {"symbol": "XBTUSDTM", "from": SINCE * 1000, "to": UNTIL * 1000},
    ),
    "key": ("account", "account", "get_apikey_info", {}),
    "user": ("account", "account", "get_account_info", {}),
    "high-frequency account": ("account", "account", "get_spot_account_type", {}),
    "accounts": ("account", "account", "get_spot_account_list", {}),
    "funding account": ("account", "account", "get_spot_account_list", {"type": "main"}),
    "spot account": ("account", "account", "get_spot_account_list", {"type": "trade"}),
    "transferable": ("account", "transfer", "get_transfer_quotas", {"currency": "USDT", "type": "MAIN"}),
    "cross margin": (
        *("account", "account", "get_cross_margin_account"),
        {"quoteCurrency": "USDT", "queryType": "MARGIN"},
    ),
    "isolated margin": (
        *("account", "account", "get_isolated_margin_account"),
        {"quoteCurrency": "USDT", "queryType": "ISOLATED"},
    ),
    "futures account in USDT": ("account", "account", "get_futures_account", {"currency": "USDT"}),
    "futures account in XBT": ("account", "account", "get_futures_account", {"currency": "XBT"}),
    "funding ledger": ("account", "account", "get_spot_ledger", {"currency": "USDT", "currentPage": 1, "pageSize": 50}),
    "spot ledger": ("account", "account", "get_spot_hf_ledger", {"currency": "USDT", "limit": 100}),
    "margin ledger": ("account", "account", "get_margin_hf_ledger", {"currency": "USDT"}),
    "futures ledger": (
        "account",
        "account",
        "get_futures_ledger",
        {"currency": "USDT", "forward": True, "maxCount": 50},
    ),
    "deposits": ("account", "deposit", "get_deposit_history", {"currency": "USDT"}),
    "deposit addresses": ("account", "deposit", "get_deposit_address_v3", {"currency": "USDT"}),
    "withdrawals": ("account", "withdrawal", "get_withdrawal_history", {"currency": "USDT"}),
    "withdrawal quotas": ("account", "withdrawal", "get_withdrawal_quotas", {"currency": "USDT"}),
    "base fee": ("account", "fee", "get_basic_fee", {"currencyType": 0}),
    "fees": ("account", "fee", "get_spot_actual_fee", {"symbols": "BTC-USDT,ETH-USDT"}),
    "futures fees": ("account", "fee", "get_futures_actual_fee", {"symbol": "XBTUSDTM"}),
    "sub-accounts": ("account", "sub_account", "get_spot_sub_accounts_summary_v2", {}),
    "sub-account balances": ("account", "sub_account", "get_spot_sub_account_list_v2", {}),
    "sub-account futures": ("account", "sub_account", "get_futures_sub_account_list_v2", {"currency": "USDT"}),
    "positions": ("futures", "positions", "get_position_list", {}),
    "position": ("futures", "positions", "get_position_details", {"symbol": "XBTUSDTM"}),
    "closed positions": ("futures", "positions", "get_positions_history", {"limit": 10, "pageId": 1}),
    "funding paid": ("futures", "funding_fees", "get_private_funding_history", {"symbol": "XBTUSDTM"}),
    "margin mode": ("futures", "positions", "get_margin_mode", {"symbol": "XBTUSDTM"}),
    "cross leverage": ("futures", "positions", "get_cross_margin_leverage", {"symbol": "XBTUSDTM"}),
    "risk limit": ("futures", "positions", "get_isolated_margin_risk_limit", {"symbol": "XBTUSDTM"}),
    "largest order": (
        *("futures", "positions", "get_max_open_size"),
        {"symbol": "XBTUSDTM", "price": "80000", "leverage": 5},
    ),
    "open orders": ("spot", "order", "get_open_orders", {"symbol": "BTC-USDT"}),
    "open orders by page": ("spot", "order", "get_open_orders_by_page", {"symbol": "BTC-USDT"}),
    "symbols with open orders": ("spot", "order", "get_symbols_with_open_order", {}),
    "finished orders": ("spot", "order", "get_closed_orders", {"symbol": "ETH-USDT", "limit": 20}),
    "fills": ("spot", "order", "get_trade_history", {"symbol": "ETH-USDT", "limit": 20}),
    "stop orders": ("spot", "order", "get_stop_orders_list", {}),
    "open margin orders": ("margin", "order", "get_open_orders", CROSS),
    "finished margin orders": ("margin", "order", "get_closed_orders", CROSS),
    "margin fills": ("margin", "order", "get_trade_history", CROSS),
    "borrowings": ("margin", "debit", "get_borrow_history", {"currency": "USDT"}),
    "repayments": ("margin", "debit", "get_repay_history", {"currency": "USDT"}),
    "interest paid": ("margin", "debit", "get_interest_history", {}),
    "open futures orders": ("futures", "order", "get_order_list", {"status": "active"}),
    "finished futures orders": ("futures", "order", "get_recent_closed_orders", {}),
    "futures stop orders": ("futures", "order", "get_stop_order_list", {}),
    "worth of open futures orders": ("futures", "order", "get_open_order_value", {"symbol": "XBTUSDTM"}),
    "futures fills": ("futures", "order", "get_trade_history", {}),
    "recent futures fills": ("futures", "order", "get_recent_trade_history", {}),
}


def login(key: str, secret: str, passphrase: str) -> Any:
    """Return the REST service of a client of the exchange."""
    options = ClientOptionBuilder().set_key(key).set_secret(secret).set_passphrase(passphrase)
    options.set_spot_endpoint(SPOT).set_futures_endpoint(FUTURES).set_broker_endpoint(SPOT)
    options.set_transport_option(TransportOption())
    return DefaultClient(options.build()).rest_service()


def ask(rest: Any, service: str, part: str, method: str, parameters: dict[str, Any]) -> Any:
    """Call one method, its request built of the type that its signature names, and return every field it read."""
    api = getattr(getattr(rest, f"get_{service}_service")(), f"get_{part}_api")()
    call = getattr(api, method)
    wanted = call.__annotations__.get("req")
    answer = call(wanted(**parameters)) if wanted else call()
    return answer.model_dump(by_alias=True, mode="json", exclude={"common_response"})


def outcome(call: Callable[[], Any]) -> dict[str, Any]:
    """Return what ``call`` returned, or how it failed: one failure must not hide the other calls' values."""
    try:
        return {"value": call()}
    except Exception as error:  # noqa: BLE001 whatever a stranger raises is what is asked for here
        return {"error": f"{type(error).__name__}: {error}"}


def read(rest: Any, names: list[str]) -> dict[str, Any]:
    """Return the outcome of each call by its name."""
    return {name: outcome(lambda name=name: ask(rest, *CALLS[name])) for name in names or CALLS}


logins = json.load(sys.stdin)
json.dump(
    [read(login(each["key"], each["secret"], each["passphrase"]), each.get("calls", [])) for each in logins], sys.stdout
)
