"""Listen with python-kucoin: ``python -I stream_python_kucoin.py SPOT FUTURES KEY SECRET PASSPHRASE``.

On standard input, a line each: a topic. On standard output, for each: the latest frames on it, oldest first, as a JSON
list.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections import defaultdict, deque
from typing import Any

from kucoin.asyncio import KucoinSocketManager
from kucoin.asyncio.websockets import ReconnectingWebsocket
from kucoin.client import Client

SPOT, FUTURES, KEY, SECRET, PASSPHRASE = sys.argv[1:]
TOPICS = {
    (SPOT, False): ("/market/match:BTC-USDT", "/market/ticker:BTC-USDT,ETH-USDT", "/spotMarket/level2Depth50:BTC-USDT"),
    (SPOT, True): ("/account/balance", "/spotMarket/tradeOrdersV2"),
    (FUTURES, False): ("/contractMarket/execution:XBTUSDTM", "/contractMarket/level2Depth50:XBTUSDTM"),
    (FUTURES, True): ("/contractMarket/tradeOrders", "/contract/positionAll"),
}
heard: dict[str, deque[Any]] = defaultdict(lambda: deque(maxlen=100))
# It hands the answer's `encrypt: false` to a library that wants None for a plain line.
ReconnectingWebsocket._get_ws_encryption = lambda _self: None


async def keep(frame: dict[str, Any]) -> None:
    """Take a frame."""
    heard[frame.get("topic", "error")].append(frame)


async def listen() -> None:
    """Listen on both markets; the manager only ever asks the spot base, so that is exchanged."""
    managers = []
    for (base, private), topics in TOPICS.items():
        client = Client(KEY, SECRET, PASSPHRASE)
        client.API_URL = client.FUTURES_API_URL = base
        manager = await KucoinSocketManager.create(asyncio.get_running_loop(), client, keep, private=private)
        managers.append(manager)
        for topic in topics:
            await manager.subscribe(topic)
    heard["ready"].append(True)
    await asyncio.Event().wait()


threading.Thread(target=lambda: asyncio.run(listen()), daemon=True).start()
for line in sys.stdin:
    print(json.dumps(list(heard[line.strip()])), flush=True)
