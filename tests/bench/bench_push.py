"""What the push socket costs, and how late its frames are. Run it with python.

The practice exchange, the dashboard's Desk with its push socket, and the browsers' ends of it run in three processes.
Each client looks at the whole trades page of one of four symbols. Printed for 1, 5 and 20 clients: the dashboard
process's share of a core and its memory, and how long after the exchange's own time of a trade its row was received;
and, for comparison, how long after that time the trade was in the dashboard's hub.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from websockets.asyncio.client import connect

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from kucoin import assemble  # noqa: E402 the path above comes first
from kucoin.model.feed import Trade  # noqa: E402
from kucoin.settings import load  # noqa: E402
from kucoin.stream.topics import Event  # noqa: E402
from kucoin.web.live import PATH, Live  # noqa: E402
from kucoin.web.sight import Sight  # noqa: E402
from tests.push_server import serving  # noqa: E402

SYMBOLS = ("BTC-USDT", "XBTUSDTM", "ETH-USDT", "ETHUSDTM")
CLIENTS = (0, 1, 5, 20)
WARM_S, SECONDS = 4.0, 20.0


async def client(port: int, ticket: str, symbol: str, lags: list[float], measuring: asyncio.Event) -> None:
    """Look at one symbol's page; note how old each new row of the tape is when it comes, in ms."""
    panels = [f"{kind}:{symbol}" for kind in ("head", "tape", "ladder", "depth", "candles")]
    panels[2], panels[4] = f"ladder:{symbol}:", f"candles:{symbol}:1min"
    async with connect(
        f"ws://127.0.0.1:{port}{PATH}",
        origin=f"http://127.0.0.1:{port}",
        compression=None,  # type: ignore[arg-type]  # any text will do
    ) as line:
        await line.send(json.dumps({"ticket": ticket}))
        await line.send(json.dumps({"want": [*panels, "status:", "account:"]}))
        async for text in line:
            now = time.time() * 1000
            for frame in json.loads(text):
                if measuring.is_set() and "more" in frame and frame["panel"] == panels[1]:
                    lags.extend(now - row[0] for row in frame["more"]["rows"] if row[5] == 1)


async def look(port: int, tickets: list[str], seconds: float) -> None:
    """Be so many browsers for so long; print the lags as JSON."""
    lags: list[float] = []
    measuring = asyncio.Event()
    tasks = [
        asyncio.create_task(client(port, ticket, SYMBOLS[number % len(SYMBOLS)], lags, measuring))
        for number, ticket in enumerate(tickets)
    ]
    await asyncio.sleep(WARM_S)
    measuring.set()
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    print(json.dumps(lags))


def resident() -> float:
    """This process's memory in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load(
            {"DASHBOARD_DATA": folder, "PRACTICE_SPOT_PORT": "0", "PRACTICE_FUTURES_PORT": "0"}, Path("none")
        )
        desk = assemble.build(settings)
        desk.start()
        sys.setswitchinterval(0.0005)
        live = Live(Sight(desk.hub, desk.feeds, desk.books, desk.market, desk.orders, desk.status))
        arrived: list[float] = []

        def note(trades: list[Event]) -> None:
            arrived.extend(time.time() * 1000 - each.time / 1e6 for each in trades if isinstance(each, Trade))

        desk.hub.listen("bench", note, Trade)
        with serving(live) as server:
            for count in CLIENTS:
                tickets = [live.tickets.open("bench") for _ in range(count)]
                command = [sys.executable, __file__, "--look", str(server.port), str(SECONDS)]
                with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as looking:
                    assert looking.stdin is not None
                    assert looking.stdout is not None
                    looking.stdin.write(json.dumps(tickets))
                    looking.stdin.close()
                    time.sleep(WARM_S)
                    arrived.clear()
                    began, spent = time.monotonic(), time.process_time()
                    time.sleep(SECONDS)
                    share = (time.process_time() - spent) / (time.monotonic() - began)
                    lags = sorted(json.loads(looking.stdout.read()))
                print(f"{count:2} clients: {share * 100:5.1f} % of a core, {resident():4.0f} MB", flush=True)
                for place, found in (("in the hub", sorted(arrived)), ("received", lags)):
                    if found:
                        late = f"{statistics.median(found):4.0f} ms median, {found[len(found) * 95 // 100]:4.0f} ms p95"
                        print(f"   {place:10} {len(found):6} {late}", flush=True)
        desk.stop()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--look"]:
        asyncio.run(look(int(sys.argv[2]), json.load(sys.stdin), float(sys.argv[3])))
    else:
        measure()
