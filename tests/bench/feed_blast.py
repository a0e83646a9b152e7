"""An exchange that blasts: ``feed_blast.py match|level2 COUNT [CERTIFICATE KEY]``, a process until its input ends.

It prints two ports. By HTTP on the first it gives tokens and snapshots and is told ``GET /go``; on the second it talks
by WebSocket: a welcome, an acknowledgement of the subscription and a few messages, and after ``go`` all the others,
which were encoded before, as fast as the reader takes them.
"""

from __future__ import annotations

import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

FIRST = 20  # messages that are sent at once, so that a reader can fetch its snapshot before the clock starts
SNAPSHOT = 10  # its sequence


def match(number: int) -> str:
    """A trade."""
    return (
        '{"topic":"/market/match:BTC-USDT","type":"message","subject":"trade.l3match","data":{"makerOrderId":'
        f'"671b5007389355000701b1d3","price":"{67000 + number % 100}.{number % 10}","sequence":"{number}","side":"buy",'
        '"size":"0.00312345","symbol":"BTC-USDT","takerOrderId":"671b50161777ff00074c168d","time":'
        f'"17298432229210{number:05}","tradeId":"{number}","type":"match"}}}}'
    )


def level2(number: int) -> str:
    """An update of one level within 200 of the middle, on either side in turn; one in three removes it."""
    bid = number % 2
    price = (67000 - number * 7 % 200) if bid else (67001 + number * 7 % 200)
    row = f'["{price}.5","{number % 3}.{number % 3 and 1427}","{number}"]'
    sides = f'"asks":[],"bids":[{row}]' if bid else f'"asks":[{row}],"bids":[]'
    return (
        '{"topic":"/market/level2:BTC-USDT","type":"message","subject":"trade.l2update","data":{"changes":{'
        f'{sides}}},"sequenceEnd":{number},"sequenceStart":{number},"symbol":"BTC-USDT","time":1729816425625}}}}'
    )


def snapshot() -> dict[str, object]:
    """A book of 300 levels a side, best first."""
    bids = [[f"{67000 - step}.5", "1"] for step in range(1, 301)]
    asks = [[f"{67001 + step}.5", "1"] for step in range(300)]
    return {"sequence": str(SNAPSHOT), "time": 1729816425625, "bids": bids, "asks": asks}


def frame(text: str) -> bytes:
    """Write a text frame as a server does."""
    payload = text.encode()
    head = bytes([0x81, len(payload)]) if len(payload) < 126 else bytes([0x81, 126]) + len(payload).to_bytes(2, "big")
    return head + payload


class Blast:
    """Both servers."""

    def __init__(self, kind: str, count: int, context: ssl.SSLContext | None) -> None:
        make = {"match": match, "level2": level2}[kind]
        self._first = [make(number) for number in range(1, FIRST + 1)]
        self._others = b"".join(frame(make(number)) for number in range(FIRST + 1, count + 1))
        self.go = threading.Event()
        self.sockets = serve(self._talk, "127.0.0.1", 0, compression=None, ping_interval=None, ssl=context)
        self.port: int = self.sockets.socket.getsockname()[1]
        threading.Thread(target=self.sockets.serve_forever, daemon=True).start()

    def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        query = parse_qs(urlsplit(connection.request.path).query)
        try:
            connection.send(json.dumps({"id": query.get("connectId", ["1"])[0], "type": "welcome"}))
            said = json.loads(connection.recv())
            connection.send(json.dumps({"id": str(said["id"]), "type": "ack"}))
            for text in self._first:
                connection.send(text)
            self.go.wait()
            self.go.clear()
            connection.socket.sendall(self._others)
            for _ in connection:
                pass
        except (ConnectionClosed, OSError):
            return  # the reader has seen enough


def handler(blast: Blast) -> type[BaseHTTPRequestHandler]:
    """Return what answers HTTP."""
    server = {"endpoint": f"ws://127.0.0.1:{blast.port}/", "encrypt": False, "protocol": "websocket"}
    server |= {"pingInterval": 600_000, "pingTimeout": 100_000}

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._answer({"token": "x", "instanceServers": [server]})

        def do_GET(self) -> None:
            if self.path == "/go":
                blast.go.set()
                self.send_response(204)
                self.end_headers()
            else:
                self._answer(snapshot())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class names it so
            pass

        def _answer(self, data: object) -> None:
            body = json.dumps({"code": "200000", "data": data}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Answers


def main(kind: str, count: str, *files: str) -> None:
    """Serve until the input ends."""
    context = None
    if files:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
    blast = Blast(kind, int(count), context)
    web = ThreadingHTTPServer(("127.0.0.1", 0), handler(blast))
    threading.Thread(target=web.serve_forever, daemon=True).start()
    print(web.server_port, blast.port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
