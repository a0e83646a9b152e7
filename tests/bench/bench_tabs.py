"""What fifty browser tabs leave behind once they are closed. Run it alone, with python.

The dashboard runs in a process of its own over the practice exchange; fifty real pages show the live trades of four
symbols. The market stands still while they are opened, since fifty browsers that draw it take more than a machine has.
Printed whenever something more was let go after the last tab was closed: push clients, their tickets, panels, inboxes,
what the market still watches, topics that the exchange still sends, threads, script sessions and memory.

The goal: all as before within 150 s, where before means after a first few tabs, so that the threads of the public feeds
are up. Apart from it stand memory, which an allocator keeps, and script sessions: Streamlit holds the last 128 of them
for a tab that returns, and frees one older than two minutes when the next tab is closed.

    python tests/bench/bench_tabs.py [tabs] [rounds]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import BrowserContext  # noqa: E402 the path above comes first

from tests.browser.conftest import chromium, free_port, until_served  # noqa: E402

TABS = int(sys.argv[1]) if sys.argv[1:] else 50
ROUNDS = int(sys.argv[2]) if sys.argv[2:] else 1
GOAL_S = 150.0
SYMBOLS = ("BTC-USDT", "XBTUSDTM", "ETH-USDT", "ETHUSDTM")
QUIET_S = 5.0  # from the start until the account's own sockets are up
APART = ("sessions", "MB")

# What the launcher serves besides. It is asked rarely, so it may walk through all objects for the script sessions.
COUNTED = """
from starlette.responses import JSONResponse
from starlette.routing import Route

async def count(_request):
    return JSONResponse({
        "clients": len(live.open),
        "tickets": len(live.tickets),
        "panels": len(live.board.shown),
        "inboxes": len(desk.hub._inboxes),
        "watched": len(desk.market._held),
        "sessions": sum(type(each).__name__ == "AppSession" for each in gc.get_objects()),
    })

"""
SERVED = "routes=["


def asked(port: int, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
    """Return what a server of this machine answers, to a POST where there is a body."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        line.request("POST" if body else "GET", path, json.dumps(body) if body else None)
        return dict(json.loads(line.getresponse().read()))


class Running:
    """A dashboard that tells what it holds."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.port, self.spot = free_port(), free_port()
        before, app, after = (ROOT / "dashboard.py").read_text(encoding="utf-8").partition("\napp = ")
        assert SERVED in after
        counted = after.replace(SERVED, f'{SERVED}Route("/bench", count), ', 1)
        (folder / "bench.py").write_text(before + COUNTED + app + counted, encoding="utf-8")
        (folder / "pages").symlink_to(ROOT / "pages")
        environment = {
            name: text for name, text in os.environ.items() if not name.startswith(("KUCOIN_", "STREAMLIT_"))
        }
        environment |= {"DASHBOARD_DATA": str(folder), "PRACTICE_SPOT_PORT": str(self.spot)}
        environment |= {"PRACTICE_FUTURES_PORT": "0", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "streamlit", "run", str(folder / "bench.py")]
        words = stack.enter_context((folder / "output.txt").open("wb"))
        self.process = subprocess.Popen(
            [*command, "--server.port", str(self.port)], cwd=ROOT, env=environment, stdout=words, stderr=words
        )
        stack.callback(self.process.wait, 30)
        stack.callback(self.process.terminate)
        until_served(self.port, self.process)

    def hasten(self, rate: int) -> None:
        """Have the market live at so many times its pace."""
        asked(self.spot, "/_practice/clock", {"rate": rate})

    def counts(self) -> dict[str, int]:
        """Return how many of everything there are."""
        sockets = asked(self.spot, "/_practice/state")["sockets"]
        assert isinstance(sockets, dict)
        halls = [each for each in sockets.values() if isinstance(each, dict)]
        told = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        figures = dict(line.split(":", 1) for line in told)
        return {
            **{name: int(str(value)) for name, value in asked(self.port, "/bench").items()},
            "topics": sum(len(hall["topics"]) for hall in halls),
            "threads": int(figures["Threads"]),
            "MB": int(figures["VmRSS"].split()[0]) // 1024,
        }


def written(counts: dict[str, int]) -> str:
    """One line of figures."""
    return ", ".join(f"{name} {value}" for name, value in counts.items())


def opened(context: BrowserContext, url: str, tabs: int) -> None:
    """Open so many tabs, one after the other, and wait for the tape of each."""
    for number in range(tabs):
        page = context.new_page()
        page.goto(f"{url}trades?symbol={SYMBOLS[number % len(SYMBOLS)]}")
        page.locator(".st-key-tape .sheet .row").first.wait_for(timeout=60_000)


def left(now: dict[str, int], before: dict[str, int]) -> list[str]:
    """Return what there is more of than before."""
    return [name for name, value in now.items() if name not in APART and value > before[name]]


def until_released(dashboard: Running, before: dict[str, int]) -> dict[str, int]:
    """Print what is let go and when; return what there is once all is, or when the time is over."""
    closed = time.monotonic()
    kept: list[str] | None = None
    while (took := time.monotonic() - closed) < GOAL_S:
        now = dashboard.counts()
        if left(now, before) != kept:
            kept = left(now, before)
            print(f"{took:6.1f} s after: {written(now)}", flush=True)
        if not kept:
            return now
        time.sleep(1.0)
    print(f"kept for {GOAL_S:g} s: {', '.join(kept or [])}", flush=True)
    return now


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        dashboard = Running(Path(folder), stack)
        browser = stack.enter_context(chromium())
        time.sleep(QUIET_S)
        idle = dashboard.counts()
        print(f"at rest: {written(idle)}", flush=True)
        idle["threads"] = sys.maxsize
        for tabs in (len(SYMBOLS), *[TABS] * ROUNDS):
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            began = time.monotonic()
            dashboard.hasten(0)
            opened(context, f"http://127.0.0.1:{dashboard.port}/", tabs)
            print(f"{tabs} tabs in {time.monotonic() - began:.0f} s: {written(dashboard.counts())}", flush=True)
            dashboard.hasten(1)
            context.close()
            idle = until_released(dashboard, idle)


if __name__ == "__main__":
    main()
