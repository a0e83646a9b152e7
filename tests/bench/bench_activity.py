"""How long a reader waits for the activity of 200,000 lines, in a real browser: opened, filtered, turned, exported.

Run it alone: `.venv/bin/python tests/bench/bench_activity.py [times] [lines]`. Goals: opened in 1.5 s and filtered in
300 ms at the 95th percentile, exported in 10 s. The clock is the page's own: it runs from the press until the
browser has drawn the lines. Files are read back and compared with the lines, to the last digit.
"""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from kucoin.model.activity import Activity  # noqa: E402  the path has to be set first
from tests.bench import activity_years  # noqa: E402  likewise
from tests.browser.conftest import PATIENCE, chromium, free_port, until_served  # noqa: E402  likewise

TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 20
LINES = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
_PATIENCE = PATIENCE * 4000  # ms
_SETTLED = 400  # ms; what a browser still does of something else is not counted
SERVED = "    live = assemble.live"
LAUNCH = "    from tests.bench.activity_years import Years\n    desk.activity = Years()\n"
CLOCK = """
for (const name of ['click', 'input']) addEventListener(name, () => { globalThis.began = performance.now(); }, true);
globalThis.began = 0; // of a page that was loaded
const root = () => [...document.querySelectorAll('.st-key-activity *')].find((each) => each.shadowRoot)?.shadowRoot;
const find = (what) => root()?.querySelector(what);
globalThis.said = () => [find('.counted')?.textContent, find('.pager .cap')?.textContent].join();
const drawn = () => find('tbody tr') && !find('.busy') && find('.counted').textContent !== '';
const frame = () => new Promise(requestAnimationFrame);
/** Return the ms until lines stand there, and others than `before` says. */
globalThis.waited = async (before) => {
  const late = performance.now() + 60_000;
  while (!drawn() || said() === before) {
    if (performance.now() > late) throw Error(`nothing came but ${said()}`);
    await frame();
  }
  await frame();
  await new Promise((done) => setTimeout(done)); // after that frame
  return performance.now() - began;
};
"""


def waited(page: Page, press: Callable[[], object]) -> float:
    """Return the ms from a press until other lines are there."""
    page.wait_for_timeout(_SETTLED)
    before = page.evaluate("said()")
    press()
    return float(page.evaluate("waited", before))


def p95(what: str, act: Callable[[int], float]) -> None:
    """Print how long ``act`` says that it took, in ms."""
    took = [act(place) for place in range(TIMES)]
    worst = statistics.quantiles(took, n=20)[-1]
    print(f"{what}: best {min(took):.0f} ms, median {statistics.median(took):.0f} ms, p95 {worst:.0f} ms", flush=True)


def opened(page: Page, url: str) -> None:
    """Print how long the page takes to come, from another one and as an address that is typed in."""

    def came(_: int) -> float:
        page.goto(f"{url}health")
        page.locator(".st-key-feeds tbody tr").first.wait_for()
        page.wait_for_timeout(_SETTLED)
        page.get_by_test_id("stSidebar").get_by_role("link", name="Activity").click(no_wait_after=True)
        return float(page.evaluate("waited", ""))

    def loaded(_: int) -> float:
        page.goto(f"{url}activity?span=all", wait_until="commit")
        return float(page.evaluate("waited", ""))

    p95("opened from another page", came)
    p95("loaded by its address, all lines", loaded)


def filtered(page: Page) -> None:
    """Print how long each filter takes, of all lines there are."""
    spans = ("7 d", "All", "90 d", "All")

    def span(place: int) -> float:
        label = spans[place % len(spans)]
        return waited(page, page.locator(".spans").get_by_text(label, exact=True).click)

    def ticked(name: str, words: tuple[str, ...]) -> Callable[[int], float]:
        def tick(place: int) -> float:
            summary = page.locator(".pick summary").nth(("account", "kind", "currency").index(name))
            if not summary.evaluate("summary => summary.parentElement.open"):
                summary.click()
            box = page.locator(".pick[open] label").filter(has_text=words[place // 2 % len(words)]).first
            return waited(page, box.click)

        return tick

    def typed(place: int) -> float:
        return waited(page, lambda: page.locator("input[type=search]").fill(("00abc", "USDT", "fee", "")[place % 4]))

    p95("another span", span)
    page.locator(".spans").get_by_text("All", exact=True).click()
    p95("a kind ticked or not", ticked("kind", ("Trade", "Funding", "Interest")))
    p95("an account ticked or not", ticked("account", ("Futures", "Spot trading")))
    p95("a currency ticked or not", ticked("currency", ("BTC", "USDT", "SOL")))
    page.keyboard.press("Escape")
    p95("something typed (60 ms of silence are waited for)", typed)


def turned(page: Page) -> None:
    """Print how long another page of the lines takes."""
    labels = ("Older ›", "Oldest »", "‹ Newer", "« Newest")
    p95("turned", lambda place: waited(page, page.get_by_role("button", name=labels[place % 4]).click))


def exported(page: Page, entries: list[Activity]) -> None:
    """Print how long both files of all lines take, the way to the browser included, and whether they are exact."""
    page.get_by_role("button", name="Export").click()
    page.get_by_text("All of it").click()
    for word, read in (("CSV", from_csv), ("Parquet", from_parquet)):
        page.wait_for_timeout(_SETTLED)
        began, steps = time.perf_counter(), set()
        page.get_by_role("button", name=f"Make {word}").click()
        ready = page.get_by_role("button", name="Download")
        page.locator("[data-testid=stProgress]").wait_for()
        while not ready.is_visible():
            for shown in page.locator("[data-testid=stProgress]").all_inner_texts():
                steps.add(shown)
            page.wait_for_timeout(50)
        made = time.perf_counter() - began
        with page.expect_download() as held:
            ready.click()
        found = read(held.value.path())
        took = time.perf_counter() - began
        wanted = [(each.at, each.entry_id, each.change, each.fee, each.balance) for each in entries]
        exact = "exact" if found == wanted else "NOT EXACT"
        print(
            f"{word} of {len(found):,} lines: made in {made:.1f} s, here in {took:.1f} s, {len(steps)} steps: {exact}"
        )


def from_csv(path: Path) -> list[tuple[object, ...]]:
    """Read a file back."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (
                *(datetime.fromisoformat(row["time_utc"]), row["id"]),
                *(Decimal(row[name]) if row[name] else None for name in ("change", "fee", "balance")),
            )
            for row in csv.DictReader(file)
        ]


def from_parquet(path: Path) -> list[tuple[object, ...]]:
    """Read a file back."""
    table = pq.read_table(path)
    return list(zip(*(table[name].to_pylist() for name in ("time_utc", "id", "change", "fee", "balance")), strict=True))


def until_drawn(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once the dashboard has made its lines and answers."""
    for _ in range(4):
        with suppress(AssertionError):
            return until_served(port, process)
    raise SystemExit("the dashboard did not start")


def main() -> None:
    """Print all of them."""
    with tempfile.TemporaryDirectory() as data:
        os.environ |= {activity_years.COUNT: str(LINES), activity_years.UNTIL: datetime.now(UTC).isoformat()}
        os.environ |= {"DASHBOARD_DATA": data, "PRACTICE_SPOT_PORT": "0", "PRACTICE_FUTURES_PORT": "0"}
        os.environ |= {"PYTHONPATH": str(ROOT)}
        folder = Path(data)
        launcher = (ROOT / "dashboard.py").read_text(encoding="utf-8")
        assert SERVED in launcher
        (folder / "bench.py").write_text(launcher.replace(SERVED, LAUNCH + SERVED, 1), encoding="utf-8")
        for name in ("pages", ".streamlit"):
            (folder / name).symlink_to(ROOT / name)
        port = free_port()
        command = [sys.executable, "-m", "streamlit", "run", "bench.py", "--server.port", str(port)]
        with (folder / "words.txt").open("wb") as words:
            process = subprocess.Popen(command, cwd=folder, stdout=words, stderr=subprocess.STDOUT)
            try:
                until_drawn(port, process)
                with chromium() as browser:
                    page = browser.new_page(viewport={"width": 1440, "height": 1000})
                    page.set_default_timeout(_PATIENCE)
                    page.add_init_script(CLOCK)
                    url = f"http://127.0.0.1:{port}/"
                    page.goto(f"{url}activity")
                    page.evaluate("waited", "")
                    opened(page, url)
                    filtered(page)
                    turned(page)
                    exported(page, activity_years.drawn())
            finally:
                process.terminate()
                process.wait(PATIENCE)


if __name__ == "__main__":
    main()
