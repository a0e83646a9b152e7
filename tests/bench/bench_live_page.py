"""How late the live trades page is in real browsers, and what it costs the dashboard. Run it alone, with python.

For 1, 5 and 20 sessions (two of them real browsers, the rest protocol clients that want the same panels) it prints the
dashboard process's share of a core, its memory, and over every trade the time from the exchange's own moment of it to
its row in the DOM. The goals: one session, median 80 ms and p95 150 ms; twenty, p95 200 ms at 30 % of a core.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page  # noqa: E402 the path above comes first

from tests.browser.conftest import chromium, free_port, until_served  # noqa: E402

SESSIONS = (1, 5, 20)
BROWSERS = 2
WARM_S, SECONDS = 6.0, 30.0
SYMBOLS = ("BTC-USDT", "XBTUSDTM")

# What stands after the launcher's own text, since Streamlit reads there what to serve.
HAND_OUT = """
import json, os
with open(os.environ["BENCH_TICKETS"], "w") as file:
    json.dump([live.tickets.open("bench") for _ in range(20)], file)
"""
# A second listener of the tape's panel learns which trades a message brought; the rows stand in the DOM when the
# observer of the sheet is called, after the task that brought them.
WATCH = """async (symbol) => {
  const { want } = await import('/assets/socket.js');
  const sheet = (node) => {
    for (const each of node.querySelectorAll('*')) {
      const found = each.shadowRoot && (each.shadowRoot.querySelector('.sheet') ?? sheet(each.shadowRoot));
      if (found) return found;
    }
    return null;
  };
  let pending = [];
  window.lags = [];
  want(`tape:${symbol}`, ({ more }) => { if (more) pending.push(...more.rows.filter((row) => row[5] === 1)); });
  new MutationObserver(() => {
    const now = Date.now();
    window.lags.push(...pending.map(([time]) => now - time));
    pending = [];
  }).observe(sheet(document), { childList: true, subtree: true });
}"""


def opened(page: Page, url: str, symbol: str) -> Page:
    """Open the live page of a symbol and begin to watch its tape."""
    page.goto(f"{url}trades?symbol={symbol}")
    page.locator(".sheet .row").first.wait_for(timeout=30_000)
    page.evaluate(WATCH, symbol)
    return page


def spent(process: int) -> float:
    """The s of CPU that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(process: int) -> float:
    """Its memory in MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def served(folder: Path, stack: ExitStack) -> tuple[int, int, list[str]]:
    """Start the dashboard as it is, and return its process, its port and 20 tickets to its push socket."""
    port, tickets = free_port(), folder / "tickets.json"
    launcher = (ROOT / "dashboard.py").read_text(encoding="utf-8")
    (folder / "bench.py").write_text(launcher + HAND_OUT, encoding="utf-8")
    (folder / "pages").symlink_to(ROOT / "pages")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KUCOIN_", "STREAMLIT_"))}
    environment |= {"DASHBOARD_DATA": str(folder), "PRACTICE_SPOT_PORT": "0", "PRACTICE_FUTURES_PORT": "0"}
    environment |= {"PYTHONPATH": str(ROOT), "BENCH_TICKETS": str(tickets)}
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "bench.py"), "--server.port", str(port)]
    words = stack.enter_context((folder / "output.txt").open("wb"))
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=words, stderr=subprocess.STDOUT)
    stack.callback(process.wait, 30)
    stack.callback(process.terminate)
    until_served(port, process)
    return process.pid, port, json.loads(tickets.read_text(encoding="utf-8"))


@contextmanager
def looking(port: int, tickets: list[str]) -> Iterator[None]:
    """Have a process of its own be a browser for each of ``tickets``."""
    command = [sys.executable, str(ROOT / "tests/bench/bench_push.py"), "--look", str(port), "600"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    with process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(tickets))
        process.stdin.close()
        yield
        process.kill()


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        process, port, tickets = served(Path(folder), stack)
        browser = stack.enter_context(chromium())
        url = f"http://127.0.0.1:{port}/"
        pages: list[Page] = []
        for sessions in SESSIONS:
            while len(pages) < min(sessions, BROWSERS):
                pages.append(opened(browser.new_page(), url, SYMBOLS[len(pages)]))
            others = tickets[: sessions - len(pages)]
            with looking(port, others):
                time.sleep(WARM_S)
                for page in pages:
                    page.evaluate("window.lags.length = 0")
                began, before = time.monotonic(), spent(process)
                pages[0].wait_for_timeout(SECONDS * 1000)
                share = (spent(process) - before) / (time.monotonic() - began)
                lags = sorted(lag for page in pages for lag in page.evaluate("window.lags"))
            late = f"median {statistics.median(lags):.0f} ms, p95 {lags[len(lags) * 95 // 100]:.0f} ms"
            print(f"{sessions:2} sessions: {share * 100:5.1f} % of a core, {resident(process):4.0f} MB; ", end="")
            print(f"exchange to DOM, {len(lags)} trades: {late}", flush=True)


if __name__ == "__main__":
    main()
