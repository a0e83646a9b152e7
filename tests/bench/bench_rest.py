"""What a signed GET and a table of all tickers cost in CPU, beside what else there is. Printed, never asserted.

Run: .venv/bin/python tests/bench/bench_rest.py

Goals: a signed GET at most 0.6 of `requests.Session.get` with the same signature; 1,100 tickers at most 2 ms where
JSON and pandas take 6.8 ms. Every client runs in a process of its own against one loopback server; the strangers in
their own environment.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from time import process_time

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kucoin.rest.answer import Reply
from kucoin.rest.market import ALL_TICKERS
from kucoin.rest.tickers import TickerBoard

ROOT = Path(__file__).resolve().parents[2]
STRANGERS = ROOT / ".venv-strangers" / "bin" / "python"

SERVER = r"""
import socket, threading
row = '{"id":"5","currency":"USDT","type":"main","balance":"26.6","available":"26.6","holds":"0"}'
body = '{"code":"200000","data":[%s]}' % ",".join([row] * 5)
head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
quota = "gw-ratelimit-limit: 9999999\r\ngw-ratelimit-remaining: 9999999\r\ngw-ratelimit-reset: 20000\r\n"
answer = (head + quota + "\r\n" + body).encode()
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
def serve(connection):
    waiting = b""
    while piece := connection.recv(65536):
        waiting += piece
        while b"\r\n\r\n" in waiting:
            waiting = waiting.partition(b"\r\n\r\n")[2]
            connection.sendall(answer)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""

MEASURE = """
from time import process_time
assert len(ask()) == 5
for _ in range(100): ask()
best = 1.0
for _ in range(6):
    began = process_time()
    for _ in range(250): ask()
    best = min(best, (process_time() - began) / 250)
print(best * 1e6)
"""

KEYS = """
import sys, time
base = "http://127.0.0.1:" + sys.argv[1]
KEY, SECRET, PASSPHRASE = "practice-key-0001", "practice-secret-0001", "practice-passphrase"
"""

OURS = """
sys.path.insert(0, sys.argv[2])
from kucoin.model.credentials import Credentials, Secret
from kucoin.rest import account, hosts
from kucoin.rest.client import Exchange
from kucoin.rest.transport import Transport
own = Credentials(Secret(KEY), Secret(SECRET), Secret(PASSPHRASE))
practice = hosts.practice(int(sys.argv[1]), int(sys.argv[1]))
"""

# name -> interpreter, and the code that defines `ask`: one signed GET /api/v1/accounts, its answer decoded
CLIENTS = {
    "requests.Session.get": (
        sys.executable,
        OURS
        + """
import requests
from kucoin.rest.signing import Signer
session, signer = requests.Session(), Signer(own)
def ask():
    headers = signer.headers(timestamp_ms=int(time.time() * 1000), method="GET", path="/api/v1/accounts")
    headers["Content-Type"] = "application/json"
    return session.get(base + "/api/v1/accounts", headers=headers, timeout=(3.05, 10)).json()["data"]
""",
    ),
    "ours, into model values": (sys.executable, OURS + "ask = Exchange(practice, own).account.spot_accounts\n"),
    "ours, into JSON": (
        sys.executable,
        OURS
        + """
import msgspec
transport = Transport(practice, own)
def ask(): return msgspec.json.decode(transport.call(account.SPOT_ACCOUNTS).data)
""",
    ),
    "ccxt": (
        str(STRANGERS),
        """
import ccxt
client = ccxt.kucoin({"apiKey": KEY, "secret": SECRET, "password": PASSPHRASE, "enableRateLimit": False})
for name in ("public", "private", "futuresPublic", "futuresPrivate"): client.urls["api"][name] = base
def ask(): return client.privateGetAccounts()["data"]
""",
    ),
    "python-kucoin": (
        str(STRANGERS),
        """
from kucoin.client import Client
client = Client(KEY, SECRET, PASSPHRASE)
client.API_URL = base
ask = client.get_accounts
""",
    ),
    "kucoin-universal-sdk": (
        str(STRANGERS),
        """
from kucoin_universal_sdk.api import DefaultClient
from kucoin_universal_sdk.generate.account.account import GetSpotAccountListReqBuilder
from kucoin_universal_sdk.model import ClientOptionBuilder, TransportOptionBuilder
option = ClientOptionBuilder().set_key(KEY).set_secret(SECRET).set_passphrase(PASSPHRASE).set_spot_endpoint(base)
option = option.set_futures_endpoint(base).set_broker_endpoint(base)
option = option.set_transport_option(TransportOptionBuilder().build()).build()
api = DefaultClient(option).rest_service().get_account_service().get_account_api()
request = GetSpotAccountListReqBuilder().build()
def ask(): return api.get_spot_account_list(request).data
""",
    ),
}


def signed_get() -> None:
    """Print the CPU of one signed GET through each client."""
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port = server.stdout.readline().strip()
    best: dict[str, float] = {}
    try:
        for _ in range(3):  # rounds, so that a slow spell of the machine hits all
            for name, (python, code) in CLIENTS.items():
                command = [python, "-I", "-c", KEYS + code + MEASURE, port, str(ROOT)]
                done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
                if done.returncode:
                    print(f"{name}: did not run: {done.stderr.strip().splitlines()[-1]}")
                else:
                    best[name] = min(best.get(name, 1e9), float(done.stdout))
    finally:
        server.kill()
        server.wait()
    plain = best["requests.Session.get"]
    print("a signed GET, CPU")
    for name, took in best.items():
        print(f"  {name:26}{took:7.0f} us{took / plain:7.2f}")


def tickers(pairs: int) -> bytes:
    """An answer with so many pairs."""
    random = Random(1)
    rows = []
    for number in range(pairs):
        price = 10 ** random.uniform(-6, 5)
        figures = {"buy": price, "sell": price * 1.001, "last": price, "high": price * 1.1, "low": price * 0.9}
        figures |= {"vol": random.random() * 1e6, "volValue": random.random() * 1e8, "averagePrice": price}
        figures |= {"bestBidSize": 1.5, "bestAskSize": 2.5, "changePrice": price / 90, "changeRate": 0.0112}
        texts = {name: f"{figure:.8f}" for name, figure in figures.items()}
        fees = {"takerFeeRate": "0.001", "makerFeeRate": "0.001", "takerCoefficient": "1", "makerCoefficient": "1"}
        rows.append({"symbol": f"C{number}-USDT", "symbolName": f"C{number}-USDT", **texts, **fees})
    return json.dumps({"code": "200000", "data": {"time": 1790000000123, "ticker": rows}}).encode()


def all_tickers() -> None:
    """Print the CPU from the bytes of 1,100 tickers to a table of floats."""
    body = tickers(1100)
    columns = ["last", "buy", "sell", "changeRate", "changePrice", "high", "low", "vol", "volValue"]

    def plain() -> pd.DataFrame:
        return pd.DataFrame(json.loads(body)["data"]["ticker"]).set_index("symbol")[columns].astype(float)

    def board() -> TickerBoard:
        return TickerBoard(Reply(200, {}, body, 0.0).open(ALL_TICKERS))

    def exact(pairs: int) -> None:
        whole = board()
        for number in range(pairs):
            whole.ticker(f"C{number}-USDT")

    ways: dict[str, Callable[[], object]] = {
        "json and pandas": plain,
        "ours, a table": lambda: board().frame(),
        "ours, 50 pairs exact": lambda: exact(50),
        "ours, all pairs exact": lambda: exact(1100),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(60):
        for name, way in ways.items():
            began = process_time()
            way()
            took[name].append(process_time() - began)
    scale = median(took["json and pandas"])
    print(f"1,100 tickers ({len(body) / 1000:.0f} kB), CPU; the last column where JSON and pandas take 6.8 ms")
    for name, times in took.items():
        print(
            f"  {name:26}{median(times) * 1e3:7.2f} ms{median(times) / scale:7.2f}{median(times) / scale * 6.8:7.2f} ms"
        )


if __name__ == "__main__":
    signed_get()
    all_tickers()
