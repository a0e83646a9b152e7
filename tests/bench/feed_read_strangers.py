"""Read a blast with somebody else's client: ``python -I feed_read_strangers.py CLIENT match|level2 COUNT HTTP SOCKET``.

Prints the s of CPU that this process spent from the start of the blast to its last message. Runs in the strangers'
environment, or in one that has cryptofeed.
"""

# ruff: noqa: PLC0415 only the client that is asked for is loaded, and not all are in one environment
from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
import urllib.request
from collections.abc import Awaitable
from typing import Any

_, CLIENT, KIND, COUNT, HTTP, SOCKET = sys.argv
BASE = f"http://127.0.0.1:{HTTP}"
LAST, FIRST = int(COUNT), 20
PAIR = "BTC-USDT"


def go() -> float:
    """Let the blast begin; return the CPU spent until now."""
    spent = time.process_time()
    with socket.socket() as caller:
        caller.connect(("127.0.0.1", int(HTTP)))
        caller.sendall(b"GET /go HTTP/1.0\r\n\r\n")
        caller.recv(4096)  # the answer: it was heard
    return spent


def snapshot() -> dict[str, Any]:
    """Fetch the book."""
    with urllib.request.urlopen(f"{BASE}/api/v3/market/orderbook/level2") as answer:  # noqa: S310 loopback
        return json.load(answer)["data"]


async def ccxt_pro() -> float:
    """Typed into its own dicts and stored, the book applied."""
    import ccxt.pro

    client = ccxt.pro.kucoin({"apiKey": "x", "secret": "x", "password": "x"})
    client.urls["api"].update(dict.fromkeys(client.urls["api"], BASE))
    parts = {"id": PAIR, "symbol": "BTC/USDT", "base": "BTC", "quote": "USDT", "baseId": "BTC", "quoteId": "USDT"}
    client.set_markets([client.safe_market_structure(parts | {"spot": True, "type": "spot", "active": True})])
    client.open()
    watch = client.watch_trades if KIND == "match" else client.watch_order_book

    async def come_to(number: int) -> None:
        while True:
            seen = await watch("BTC/USDT")
            if (int(seen[-1]["id"]) if KIND == "match" else seen["nonce"]) == number:
                return

    await come_to(FIRST)
    started = go()
    await come_to(LAST)
    spent = time.process_time() - started
    await client.close()
    return spent


async def python_kucoin() -> float:
    """Decoded into dicts."""
    from kucoin.asyncio import KucoinSocketManager
    from kucoin.asyncio.websockets import ReconnectingWebsocket
    from kucoin.client import Client

    # It hands the answer's `encrypt: false` to a library that wants None for a plain line.
    ReconnectingWebsocket._get_ws_encryption = lambda _self: None
    started, ended = 0.0, asyncio.Event()

    async def take(said: dict[str, Any]) -> None:
        nonlocal started
        number = int(said["data"]["sequence" if KIND == "match" else "sequenceEnd"])
        if number == FIRST:
            started = go()
        elif number == LAST:
            ended.set()

    client = Client("x", "x", "x")
    client.API_URL = BASE
    manager = await KucoinSocketManager.create(asyncio.get_running_loop(), client, take)
    await manager.subscribe(f"/market/{KIND}:{PAIR}")
    await ended.wait()
    return time.process_time() - started


def sdk() -> float:
    """Typed into its models."""
    import threading

    from kucoin_universal_sdk.api.client import DefaultClient
    from kucoin_universal_sdk.model.client_option import ClientOptionBuilder
    from kucoin_universal_sdk.model.transport_option import TransportOption
    from kucoin_universal_sdk.model.websocket_option import WebSocketClientOption

    ready, ended = threading.Event(), threading.Event()

    def take(_topic: str, _subject: str, data: Any) -> None:
        number = int(data.sequence if KIND == "match" else data.sequence_end)
        if number == FIRST:
            ready.set()
        elif number == LAST:
            ended.set()

    sockets = WebSocketClientOption()
    sockets.read_message_buffer = LAST  # it drops what does not fit
    option = ClientOptionBuilder().set_key("x").set_secret("x").set_passphrase("x").set_spot_endpoint(BASE)
    option = option.set_futures_endpoint(BASE).set_broker_endpoint(BASE).set_transport_option(TransportOption())
    opened = DefaultClient(option.set_websocket_client_option(sockets).build()).ws_service().new_spot_public_ws()
    opened.start()
    (opened.trade if KIND == "match" else opened.orderbook_increment)([PAIR], take)
    ready.wait()
    started = go()
    ended.wait()
    return time.process_time() - started


async def cryptofeed() -> float:
    """Typed into its own values, the book applied; its addresses are compiled in, so the first calls are replaced."""
    from decimal import Decimal

    from cryptofeed import FeedHandler, connection
    from cryptofeed.defines import L2_BOOK, TRADES
    from cryptofeed.exchanges import KuCoin
    from cryptofeed.symbols import Symbols
    from cryptofeed.types import OrderBook

    class Here(KuCoin):
        class http_sync:  # noqa: N801 its name there
            @staticmethod
            def write(_address: str, **_: Any) -> dict[str, Any]:
                servers = [{"endpoint": f"wss://127.0.0.1:{SOCKET}/", "pingInterval": 600_000}]
                return {"data": {"token": "x", "instanceServers": servers}}

        @classmethod
        def is_authenticated_channel(cls, _channel: str) -> bool:
            return False

        async def _snapshot(self, symbol: str) -> None:
            told = snapshot()
            self.seq_no[symbol] = int(told["sequence"])
            bids, asks = ({Decimal(p): Decimal(s) for p, s in told[side]} for side in ("bids", "asks"))
            self._l2_book[symbol] = OrderBook(self.id, symbol, max_depth=self.max_depth, bids=bids, asks=asks)

    dial = connection.connect  # it takes no address without TLS
    connection.connect = lambda address, **options: dial(address.replace("wss:", "ws:"), **options)
    Symbols.set(KuCoin.id, {PAIR: PAIR}, {"instrument_type": {PAIR: "spot"}, "tick_size": {PAIR: "0.1"}})
    started, ended = 0.0, asyncio.Event()

    async def take(value: Any, _received: float) -> None:
        nonlocal started
        number = int(value.id) if KIND == "match" else value.sequence_number
        if number == FIRST:
            started = go()
        elif number == LAST:
            ended.set()

    channel = TRADES if KIND == "match" else L2_BOOK
    handler = FeedHandler({"log": {"disabled": True}, "uvloop": True, "backend_multiprocessing": False})
    handler.add_feed(Here(symbols=[PAIR], channels=[channel], callbacks={channel: take}))
    handler.run(start_loop=False, install_signal_handlers=False)
    await ended.wait()
    return time.process_time() - started


async def told(spent: Awaitable[float]) -> None:
    """Print it and end at once: not all of them can be stopped."""
    print(await spent, flush=True)
    os._exit(0)


if __name__ == "__main__":
    clients = {"ccxt pro": ccxt_pro, "python-kucoin": python_kucoin, "cryptofeed": cryptofeed}
    if CLIENT in clients:
        asyncio.run(told(clients[CLIENT]()))
    else:
        print(sdk(), flush=True)
