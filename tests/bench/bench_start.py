"""From the start of the dashboard's process to the total in a browser, practice exchange included.

Run it alone: `.venv/bin/python tests/bench/bench_start.py`. The goal is 10 s at most once everything is installed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.browser.conftest import PATIENCE, chromium, running

STARTS = 3


def main() -> None:
    """Print the s of each start; the first also fills the accounts of a new practice exchange."""
    with chromium() as browser, tempfile.TemporaryDirectory() as data:
        for _ in range(STARTS):
            with running(Path(data)) as dashboard, browser.new_page() as page:
                page.goto(dashboard.url)
                page.locator(".number").wait_for(timeout=PATIENCE * 1000)
                print(f"from process start to the total: {time.monotonic() - dashboard.started:.1f} s")


if __name__ == "__main__":
    main()
