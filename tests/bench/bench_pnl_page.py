"""How long a reader waits for the PnL section over 100,000 fills, in a real browser: opened, and after a choice.

Run it alone: `.venv/bin/python tests/bench/bench_pnl_page.py [times]`. Goals: 1.5 s and 300 ms at the 95th percentile.
The clock is the page's own. It runs from the press until the browser has drawn all of the section (figures, plot,
calendar, what each contract came to, what is said above the table, the table) and Streamlit says that nothing more is
to come. The ledger is read before, as it is in a dashboard that runs.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import PATIENCE, chromium, free_port, until_served  # noqa: E402  the path has to be set first

_PATIENCE = PATIENCE * 4000  # ms; the first visit makes the ledger
_SETTLED = 1500  # ms; what a browser still does of something else is not counted
TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 20
CONTRACTS = ("XBTUSDTM", "All contracts")
SPANS = {"90 d": ("in 90 days.", 89), "30 d": ("in 30 days.", 29), "All": ("ever.", 365)}
"""What is said of each, and how many bars it has: nothing was earned today yet."""
CLOCK = """
addEventListener('click', () => { globalThis.began = performance.now(); }, true);
globalThis.began = 0; // of a page that was loaded
const text = () => document.querySelector('.st-key-closed')?.textContent ?? '';
globalThis.said = () => text().match(/\\d+ (in \\d+ days|ever)\\./)?.[0] ?? '';
const count = () => [...document.querySelectorAll('.st-key-pnl-curve:not([data-retained]) .js-fill')]
  .reduce((sum, shape) => sum + shape.getAttribute('d').split('M').length - 1, 0);
const within = (key, what) => [...document.querySelector(`.st-key-${key} [data-testid=stBidiComponentIsolated]`)
  ?.shadowRoot?.querySelectorAll(what) ?? []];
const number = (cell) => Number(cell.textContent.replace(',', ''));
const ended = () => within('pnl-by-contract', 'tbody td:nth-child(6)').reduce((sum, cell) => sum + number(cell), 0);
const second = () => within('pnl-figures', 'dd').map((each) => each.textContent).join();
const drawn = (words, bars) => said().endsWith(words) && within('closed-table', 'tbody tr').length > 0
  && within('pnl-calendar', 'td').length > 0 && ended() > 0 && second().includes(` of ${ended()} closed`)
  && count() === bars
  && document.querySelector('.stApp').dataset.testScriptState === 'notRunning';
const frame = () => new Promise(requestAnimationFrame);
/** Return the ms until all stands there, with these `words`, so many `bars`, and no longer what `other` says. */
globalThis.waited = async ([words, bars, other]) => {
  const late = performance.now() + 60_000;
  while (!drawn(words, bars) || said() === other) {
    if (performance.now() > late) throw Error(`${bars} bars ${words} were to come, there are ${count()}: ${said()}`);
    await frame();
  }
  await frame();
  await new Promise((done) => setTimeout(done)); // after that frame
  return performance.now() - began;
};
"""


def elsewhere(page: Page, url: str, span: str) -> None:
    """Be on another page, which has plots as well."""
    page.goto(f"{url}?span={span.replace(' ', '+')}")
    expect(page.locator(".st-key-small .main-svg").first).to_be_attached()
    settled(page)


def settled(page: Page) -> None:
    """Let a browser finish what it does behind what it has drawn."""
    page.wait_for_timeout(_SETTLED)


def shown(page: Page, span: str, other: str = "") -> float:
    """Return the ms from the press, or the loading, until the section shows the span, and more than ``other``."""
    return float(page.evaluate("waited", [*SPANS[span], other]))


def reloaded(page: Page, url: str) -> float:
    """Load the address of the section as if nothing of the dashboard were there yet."""
    page.goto(f"{url}section", wait_until="commit")
    return shown(page, "30 d")


def came(page: Page, span: str) -> float:
    """Come to the section from another page."""
    page.get_by_role("link", name="section").click(no_wait_after=True)
    return shown(page, span)


def pressed(page: Page, span: str) -> float:
    """Choose a span."""
    page.locator(".st-key-pnl-span").get_by_text(span, exact=True).click()
    return shown(page, span)


def filtered(page: Page, contract: str) -> float:
    """Choose a contract; the clock runs from its press in the list."""
    before = page.evaluate("said()")
    page.locator(".st-key-pnl-contract").get_by_role("button").click()
    page.get_by_role("option", name=contract).click()
    return shown(page, "30 d", before)


def p95(what: str, act: Callable[[int], float], before: Callable[[], None] = lambda: None) -> None:
    """Print how long ``act`` says that it took, in ms."""
    took = []
    for place in range(TIMES):
        before()
        took.append(act(place))
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
            page.add_init_script(CLOCK)
            reloaded(page, url)  # the first visit also makes the ledger
            for span in ("All", "30 d"):
                p95(
                    f"opening, {span}",
                    lambda _, span=span: came(page, span),
                    lambda span=span: elsewhere(page, url, span),
                )
            p95("loading the address anew, 30 d", lambda _: reloaded(page, url))
            spans = list(SPANS)
            p95("another span", lambda place: pressed(page, spans[place % len(spans)]), lambda: settled(page))
            reloaded(page, url)
            p95("another contract", lambda place: filtered(page, CONTRACTS[place % 2]), lambda: settled(page))
    finally:
        process.terminate()
        process.wait(PATIENCE)


if __name__ == "__main__":
    main()
