"""Listen with KuCoin's own SDK: ``python -I stream_sdk.py SPOT FUTURES KEY SECRET PASSPHRASE``.

On standard input, a line each: the name of what was heard. On standard output, for each: the latest of it, oldest
first, every field that the SDK knows by its name on the wire, as a JSON list. ``error`` lists what went wrong.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from kucoin_universal_sdk.api.client import DefaultClient
from kucoin_universal_sdk.model.client_option import ClientOptionBuilder
from kucoin_universal_sdk.model.transport_option import TransportOption
from kucoin_universal_sdk.model.websocket_option import WebSocketClientOption

SPOT, FUTURES, KEY, SECRET, PASSPHRASE = sys.argv[1:]
PAIR, CONTRACT = "BTC-USDT", "XBTUSDTM"
heard: dict[str, deque[Any]] = defaultdict(lambda: deque(maxlen=100))

# socket -> name -> method and what it takes
LISTENED: dict[str, dict[str, tuple[Any, ...]]] = {
    "spot_public": {
        "ticker": ("ticker", [PAIR, "ETH-USDT"]),
        "tickers": ("all_tickers",),
        "best": ("orderbook_level1", [PAIR]),
        "book of 5": ("orderbook_level5", [PAIR]),
        "book of 50": ("orderbook_level50", [PAIR]),
        "book": ("orderbook_increment", [PAIR]),
        "trades": ("trade", [PAIR]),
        "candles": ("klines", PAIR, "1min"),
        "snapshot": ("symbol_snapshot", PAIR),
        "snapshots": ("market_snapshot", "BTC"),
    },
    "spot_private": {
        "balance": ("account",),
        "orders": ("order_v2",),
        "orders V1": ("order_v1",),
        "stops": ("stop_order",),
    },
    "margin_public": {"margin mark": ("mark_price", [PAIR]), "margin index": ("index_price", [PAIR])},
    "margin_private": {"margin": ("cross_margin_position",)},
    "futures_public": {
        "futures best": ("ticker_v2", CONTRACT),
        "futures ticker": ("ticker_v1", CONTRACT),
        "futures book of 5": ("orderbook_level5", CONTRACT),
        "futures book of 50": ("orderbook_level50", CONTRACT),
        "futures book": ("orderbook_increment", CONTRACT),
        "futures trades": ("execution", CONTRACT),
        "futures candles": ("klines", CONTRACT, "1min"),
        "futures mark": ("instrument", CONTRACT),
        "futures snapshot": ("symbol_snapshot", CONTRACT),
    },
    "futures_private": {
        "futures orders": ("all_order",),
        "futures orders of one": ("order", CONTRACT),
        "positions": ("all_position",),
        "position": ("position", CONTRACT),
        "wallet": ("balance",),
        "futures stops": ("stop_orders",),
    },
}


def keep(name: str) -> Callable[[str, str, Any], None]:
    """Return what takes the pushes of one kind."""
    return lambda _topic, _subject, data: heard[name].append(json.loads(data.to_json()))


option = (
    ClientOptionBuilder()
    .set_key(KEY)
    .set_secret(SECRET)
    .set_passphrase(PASSPHRASE)
    .set_spot_endpoint(SPOT)
    .set_futures_endpoint(FUTURES)
    .set_broker_endpoint(SPOT)
    .set_transport_option(TransportOption())
    .set_websocket_client_option(WebSocketClientOption())
    .build()
)
service = DefaultClient(option).ws_service()
for socket, names in LISTENED.items():
    try:
        opened = getattr(service, f"new_{socket}_ws")()
        opened.start()
        for name, (method, *arguments) in names.items():
            getattr(opened, method)(*arguments, keep(name))
    except Exception as error:  # noqa: BLE001 whatever a stranger raises is what is asked for here
        heard["error"].append(f"{socket}: {type(error).__name__}: {error}")
heard["ready"].append(True)
for line in sys.stdin:
    print(json.dumps(list(heard[line.strip()])), flush=True)
