"""A server process that pushes trades at a steady pace, each stamped with when it left. Run: ``feed_load.py 5000``.

The stamp is this machine's monotonic clock in ns, which all its processes share.
"""

from __future__ import annotations

import sys
import threading
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

_HEAD = '{"topic":"/market/match:BTC-USDT","type":"message","subject":"trade.l3match","data":{"price":"67523.1",'
_STEP = 0.005  # s


def main(rate: int) -> None:
    """Serve until the input ends."""

    def talk(connection: ServerConnection) -> None:
        connection.send('{"id":"1","type":"welcome"}')
        asked = connection.recv()
        connection.send('{"id":"1","type":"ack"}')
        assert "match" in str(asked)
        threading.Thread(target=_listen, args=(connection,), daemon=True).start()
        number, began = 0, time.monotonic()
        try:
            while True:
                due = int((time.monotonic() - began) * rate)
                for number in range(number, due):  # noqa: B020 goes on where it was
                    connection.send(_trade(number))
                number = max(number, due)
                time.sleep(_STEP)
        except ConnectionClosed:
            return

    with serve(talk, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        print(server.socket.getsockname()[1], flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()


def _trade(number: int) -> str:
    stamp = time.monotonic_ns()
    return f'{_HEAD}"side":"buy","size":"0.003","symbol":"BTC-USDT","time":"{stamp}","tradeId":"{number}"}}}}'


def _listen(connection: ServerConnection) -> None:
    try:
        for said in connection:
            if "ping" in str(said):
                connection.send('{"id":"1","type":"pong"}')
    except ConnectionClosed:
        return


if __name__ == "__main__":
    main(int(sys.argv[1]))
