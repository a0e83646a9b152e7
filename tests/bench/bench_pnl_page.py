"""How long a reader waits for the PnL section over 100,000 fills, in a real browser: opened, and after a choice.

Run it alone: `.venv/bin/python tests/bench/bench_pnl_page.py [times]`. Goals: 1.5 s and 300 ms at the 95th percentile.
The clock runs from the press until the last part of the section (the table of closed positions and what is said above
it) stands in the page. The ledger is read before, as it is in a dashboard that runs.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import PATIENCE, chromium, free_port, until_served  # noqa: E402  the path has to be set first

_PATIENCE = PATIENCE * 4000  # ms; the first visit makes the ledger
_SETTLED = 1500  # ms; what a browser still does for another page is not counted
TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 20
CONTRACTS = ("XBTUSDTM", "All contracts")
SPANS = {"90 d": "90 days", "30 d": "30 days", "All": "all time"}


def elsewhere(page: Page, url: str, span: str) -> None:
    """Be on another page, which has plots as well."""
    page.goto(f"{url}?span={span.replace(' ', '+')}")
    expect(page.locator(".st-key-small .main-svg").first).to_be_attached()
    page.wait_for_timeout(_SETTLED)


def reloaded(page: Page, url: str) -> None:
    """Load the address of the section as if nothing of the dashboard were there yet, and wait until it is there."""
    page.goto(f"{url}section")
    there(page)


def came(page: Page) -> None:
    """Come to the section from another page, and wait until it is there."""
    page.get_by_role("link", name="section").click()
    there(page)


def there(page: Page) -> None:
    """Wait for both plots and the table."""
    for plot in ("pnl-curve", "pnl-calendar"):
        expect(page.locator(f".st-key-{plot} .main-svg").first).to_be_attached(timeout=_PATIENCE)
    expect(page.locator(".st-key-closed canvas").first).to_be_visible()


def pressed(page: Page, span: str) -> None:
    """Choose a span, and wait for its closed positions."""
    page.locator(".st-key-pnl-span").get_by_text(span, exact=True).click()
    words = "ever." if span == "All" else f"in {SPANS[span]}."
    expect(page.locator(".st-key-closed").get_by_text(words)).to_be_visible()


def filtered(page: Page, contract: str) -> None:
    """Choose a contract; the clock runs from its press in the list."""
    page.get_by_role("option", name=contract).click()
    count = page.locator(".st-key-closed").get_by_text("in 30 days.")
    expect(count).not_to_have_text(page.evaluate("window.before"))


def open_list(page: Page) -> None:
    """Note what is said before a contract is chosen, and open the list of them."""
    count = page.locator(".st-key-closed").get_by_text("in 30 days.")
    page.evaluate("text => { window.before = text }", count.inner_text())
    page.locator(".st-key-pnl-contract").get_by_role("button").click()


def p95(what: str, act: Callable[[int], None], before: Callable[[], None] = lambda: None) -> None:
    """Print how long ``act`` takes, in ms."""
    took = []
    for place in range(TIMES):
        before()
        began = time.perf_counter()
        act(place)
        took.append((time.perf_counter() - began) * 1000)
    print(f"{what}: median {statistics.median(took):.0f} ms, p95 {statistics.quantiles(took, n=20)[-1]:.0f} ms")


def main() -> None:
    """Print both."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "tests/bench/pnl_page.py", "--server.port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        until_served(port, process)
        url = f"http://127.0.0.1:{port}/"
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 1600})
            page.set_default_timeout(_PATIENCE)
            reloaded(page, url)  # the first visit also makes the ledger
            for span in ("All", "30 d"):
                p95(f"opening, {span}", lambda _: came(page), lambda span=span: elsewhere(page, url, span))
            p95("loading the address anew, 30 d", lambda _: reloaded(page, url))
            spans = list(SPANS)
            p95("another span", lambda place: pressed(page, spans[place % len(spans)]))
            reloaded(page, url)
            p95("another contract", lambda place: filtered(page, CONTRACTS[place % 2]), lambda: open_list(page))
    finally:
        process.terminate()
        process.wait(PATIENCE)


if __name__ == "__main__":
    main()
