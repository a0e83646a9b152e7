"""Listen with ccxt.pro: ``python -I stream_ccxt.py SPOT FUTURES KEY SECRET PASSPHRASE``.

On standard input, a line each: the name of what was heard. On standard output, for each: the latest of it in ccxt's own
terms, oldest first, as a JSON list. What is listened to goes by ``spot trades``, ``futures book`` and so on; ``error``
lists what went wrong.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Any

import ccxt.pro

SPOT, FUTURES, KEY, SECRET, PASSPHRASE = sys.argv[1:]
ON_SPOT = ("public", "private", "earn", "uta", "utaV2", "utaPrivate", "broker")
ON_FUTURES = ("futuresPublic", "futuresPrivate")
MARKETS = {"spot": (ccxt.pro.kucoin, "BTC/USDT"), "futures": (ccxt.pro.kucoinfutures, "BTC/USDT:USDT")}
heard: dict[str, deque[Any]] = defaultdict(lambda: deque(maxlen=100))


def short(value: Any) -> Any:
    """Return what can be told on, a book without its depths."""
    if isinstance(value, dict) and "bids" in value and "asks" in value:
        value = {"nonce": value["nonce"], "bids": value["bids"][:20], "asks": value["asks"][:20]}
    return json.loads(json.dumps(value))


async def follow(name: str, watch: Callable[[], Awaitable[Any]]) -> None:
    """Keep all that comes of one kind."""
    try:
        while True:
            heard[name].append(short(await watch()))
    except Exception as error:  # noqa: BLE001 whatever a stranger raises is what is asked for here
        heard["error"].append(f"{name}: {type(error).__name__}: {error}")


async def listen() -> None:
    """Listen to everything on both markets."""
    parts = []
    for market, (kind, symbol) in MARKETS.items():
        client = kind({"apiKey": KEY, "secret": SECRET, "password": PASSPHRASE})
        client.urls["api"].update(dict.fromkeys(ON_SPOT, SPOT) | dict.fromkeys(ON_FUTURES, FUTURES))
        await client.load_markets()
        watches = {
            "trades": lambda client=client, symbol=symbol: client.watch_trades(symbol),
            "ticker": lambda client=client, symbol=symbol: client.watch_ticker(symbol),
            "best": lambda client=client, symbol=symbol: client.watch_bids_asks([symbol]),
            "book": lambda client=client, symbol=symbol: client.watch_order_book(symbol),
            "candles": lambda client=client, symbol=symbol: client.watch_ohlcv(symbol, "1m"),
            "balance": lambda client=client: client.watch_balance(),
            "orders": lambda client=client, symbol=symbol: client.watch_orders(symbol),
            "fills": lambda client=client, symbol=symbol: client.watch_my_trades(symbol),
        }
        parts += [follow(f"{market} {name}", watch) for name, watch in watches.items()]
    await asyncio.gather(*parts)


threading.Thread(target=lambda: asyncio.run(listen()), daemon=True).start()
for line in sys.stdin:
    print(json.dumps(list(heard[line.strip()])), flush=True)
