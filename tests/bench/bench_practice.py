"""How many signed, durable orders a second the practice exchange takes over the wire.

Several clients, each a process with a connection of its own, place limit orders that meet nobody and end at once, so
that no cap is reached. An order counts when its answer has come, which is after it is on disk: received, its money
frozen and freed again, cancelled. The clients share the two cores with the exchange.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
CLIENTS = 8
SECONDS = 8.0
KEY, SECRET, PASSPHRASE = "practice-key-0001", "practice-secret-0001", "practice-passphrase"
WANTED = 400


def sign(text: str) -> str:
    """The base64 HMAC-SHA256 that KuCoin asks for."""
    return base64.b64encode(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest()).decode()


def send(line: http.client.HTTPConnection, method: str, path: str, body: str = "") -> Any:
    """Send a signed request over an open connection."""
    stamp = str(int(time.time() * 1000))
    headers = {
        "KC-API-KEY": KEY,
        "KC-API-SIGN": sign(f"{stamp}{method}{path}{body}"),
        "KC-API-TIMESTAMP": stamp,
        "KC-API-PASSPHRASE": sign(PASSPHRASE),
        "KC-API-KEY-VERSION": "3",
        "Content-Type": "application/json",
    }
    line.request(method, path, body or None, headers)
    return json.loads(line.getresponse().read())


def client(base: str, number: int, until: float, results: Any) -> None:
    """Place orders until the time has come; report how long each took to be on disk."""
    line = http.client.HTTPConnection(urlsplit(base).netloc, timeout=10)
    price = f"{40_000 + number}"  # far below the market
    order = json.dumps(
        {"symbol": "BTC-USDT", "side": "buy", "type": "limit", "timeInForce": "IOC", "price": price, "size": "0.00001"}
    )
    took: list[float] = []
    while time.time() < until:
        began = time.perf_counter()
        answer = send(line, "POST", "/api/v1/hf/orders", order)
        took.append(time.perf_counter() - began)
        assert answer["code"] == "200000", answer
    results.put(took)


def refill(base: str) -> None:
    """Fill the quotas again, which are KuCoin's and would end this after a few seconds."""
    line = http.client.HTTPConnection(urlsplit(base).netloc, timeout=10)
    line.request("POST", "/_practice/faults", json.dumps({"clear": True}), {"Content-Type": "application/json"})
    line.getresponse().read()
    line.close()


def measure(base: str) -> tuple[int, list[float]]:
    """Let the clients work; return how many orders they placed and the times they took, in s, sorted."""
    results: Any = multiprocessing.Queue()
    until = time.time() + SECONDS
    clients = [multiprocessing.Process(target=client, args=(base, each, until, results)) for each in range(CLIENTS)]
    for each in clients:
        each.start()
    while time.time() < until:
        refill(base)
        time.sleep(1.0)
    took = sorted(second for _ in clients for second in results.get(timeout=30))
    for each in clients:
        each.join()
    return len(took), took


def main() -> int:
    """Measure, print, and say by the exit code whether it is enough."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "kucoin.practice", "--spot-port", "0", "--futures-port", "0", "--data", data]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as exchange:
            assert exchange.stdout is not None
            base = exchange.stdout.readline().split("spot=")[1].split()[0]
            try:
                count, took = measure(base)
            finally:
                exchange.terminate()
    rate = count / SECONDS
    middle, slow = took[count // 2] * 1000, took[count * 99 // 100] * 1000
    print(f"practice exchange: {rate:.0f} signed orders/s on disk, over {CLIENTS} connections (wanted: {WANTED})")
    print(f"an order took {middle:.1f} ms in the middle, {slow:.1f} ms at 99 %")
    return 0 if rate >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
