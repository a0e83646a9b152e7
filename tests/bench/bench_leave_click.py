"""How long a press on "Cancel all" takes to the wire in a real browser while everything is broken. Run it with python.

The dashboard runs in a process of its own. Its sockets are dead, its files may not grow by a byte, and new orders are
stopped. Each time an order is placed elsewhere, of which the dashboard has not heard; a browser opens the review and
presses. The page notes the moment of the click, the exchange that of the cancel, both by the clock of this machine. So
what is printed holds the browser, the script, the reading of the lists, the line and the exchange's own work: it is an
upper bound of click to wire. What a flood of messages adds, bench_leave.py tells.

The goal: p99 within 500 ms.

    python tests/bench/bench_leave_click.py [presses]
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, expect  # noqa: E402 the path above comes first

from tests.browser.conftest import Dashboard, chromium, running  # noqa: E402
from tests.browser.test_ticket_page import Exchange, asked_for_ports  # noqa: E402
from tests.conftest import Practice  # noqa: E402

PRESSES = int(sys.argv[1]) if sys.argv[1:] else 30
GOAL_MS = 500
NOTED = """globalThis.clicks = [];
addEventListener('click', (event) => {
    if (event.composedPath().some((each) => each.dataset?.act === 'cancel')) clicks.push(Date.now());
}, true)"""


def deaf(exchange: Exchange) -> None:
    """End every socket, and let none be opened again."""
    exchange.control("faults", {"set": [{"name": "refuse_5xx", "path": "/api/v1/bullet"}]})
    exchange.control("sockets", {"cut": "rst"})


def full(dashboard: Dashboard) -> None:
    """Let no file of the dashboard's process grow any more."""
    asked = ["ps", "-o", "ppid=", "-p", str(dashboard.exchange())]
    process = int(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def placed(practice: Practice) -> str:
    """Place an order that rests, past the dashboard; return its id."""
    wish = {"clientOid": uuid.uuid4().hex, "symbol": "BTC-USDT", "side": "buy", "type": "limit"}
    body = json.dumps(wish | {"price": "60000", "size": "0.001"})
    return str(practice.send("POST", "/api/v1/hf/orders", body=body).data["orderId"])


def cancelled_at(practice: Practice, order_id: str) -> int:
    """Wait for the end of an order; return when it came, in ms since 1970."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = practice.get(f"/api/v1/hf/orders/{order_id}?symbol=BTC-USDT").data
        if not found["active"]:
            return int(found["lastUpdatedAt"])
        time.sleep(0.05)
    raise AssertionError(f"{order_id} was not cancelled")


def pressed(page: Page, practice: Practice) -> int:
    """Have one order cancelled, and return the ms from the click to its end."""
    order_id = placed(practice)
    page.locator(".st-key-way-out .out").click()
    page.locator(".st-key-way-out [data-act=cancel]").click()
    at = cancelled_at(practice, order_id)
    expect(page.locator(".st-key-way-out article").first).not_to_have_class("going")
    page.locator(".st-key-way-out .close").click()
    clicked: int = page.evaluate("clicks.at(-1)")
    return at - clicked


def main() -> int:
    """Press, and print what it took."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as dashboard, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        exchange = asked_for_ports(page, dashboard.url)
        practice = Practice(cast(Any, None), exchange.url, "", ROOT)
        page.goto(f"{dashboard.url}futures")
        expect(page.locator(".st-key-positions tbody tr").first).to_be_visible()
        deaf(exchange)
        full(dashboard)
        page.keyboard.press("F8")
        page.locator(".st-key-way-out [data-act=stop]").click()
        expect(page.locator(".st-key-way-out dialog")).to_contain_text("Stopped by local")
        page.locator(".st-key-way-out .close").click()
        page.evaluate(NOTED)
        took = sorted(pressed(page, practice) for _ in range(PRESSES))
    worst = took[min(len(took) - 1, int(len(took) * 0.99))]
    print(f"{PRESSES} presses: median {statistics.median(took):.0f} ms, p99 {worst} ms (goal {GOAL_MS} ms)")
    return int(worst > GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
