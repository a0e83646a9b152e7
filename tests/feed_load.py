"""A server process that pushes trades at a steady pace, each stamped with when it left: ``feed_load.py RATE [BURST]``.

The stamp is this machine's monotonic clock in ns, which all its processes share. The second figure is the pace of one
second in ten. Whoever asks for orders instead gets one that was received, 50 times a second. With the paths of a
certificate and of its key behind the figures it speaks TLS.
"""

from __future__ import annotations

import ssl
import sys
import threading
import time
from collections.abc import Callable

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

_STEP = 0.005  # s
_CYCLE, _CALM = 10.0, 9.0  # s, the latter without the burst
_ORDERS = 50  # a second
_TRADE = '{"topic":"/market/match:BTC-USDT","type":"message","subject":"trade.l3match","data":{"price":"67523.1",'
_ORDER = '{"topic":"/spotMarket/tradeOrdersV2","type":"message","subject":"orderChange","data":{"symbol":"BTC-USDT",'


def main(rate: str, burst: str = "", *files: str) -> None:
    """Serve until the input ends."""
    context = None
    if files:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)

    def talk(connection: ServerConnection) -> None:
        connection.send('{"id":"1","type":"welcome"}')
        orders = "tradeOrders" in str(connection.recv())
        connection.send('{"id":"1","type":"ack"}')
        threading.Thread(target=_listen, args=(connection,), daemon=True).start()
        push(connection, _order, _ORDERS, _ORDERS) if orders else push(
            connection, _trade, int(rate), int(burst or rate)
        )

    with serve(talk, "127.0.0.1", 0, compression=None, ping_interval=None, ssl=context) as server:
        print(server.socket.getsockname()[1], flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()


def push(connection: ServerConnection, make: Callable[[int], str], rate: int, burst: int) -> None:
    """Send what ``make`` returns for 0, 1, 2 and so on until the connection ends."""
    number, began = 0, time.monotonic()
    try:
        while True:
            cycles, rest = divmod(time.monotonic() - began, _CYCLE)
            calm, loud = cycles * _CALM + min(rest, _CALM), cycles * (_CYCLE - _CALM) + max(rest - _CALM, 0.0)
            due = int(calm * rate + loud * burst)
            for each in range(number, due):
                connection.send(make(each))
            number = due
            time.sleep(_STEP)
    except ConnectionClosed:
        return


def _trade(number: int) -> str:
    stamp = time.monotonic_ns()
    return f'{_TRADE}"side":"buy","size":"0.003","symbol":"BTC-USDT","time":"{stamp}","tradeId":"{number}"}}}}'


def _order(number: int) -> str:
    stamp = time.monotonic_ns()
    return f'{_ORDER}"side":"buy","orderId":"{number}","type":"received","status":"new","ts":{stamp}}}}}'


def _listen(connection: ServerConnection) -> None:
    try:
        for said in connection:
            if "ping" in str(said):
                connection.send('{"id":"1","type":"pong"}')
    except ConnectionClosed:
        return


if __name__ == "__main__":
    main(*sys.argv[1:])
