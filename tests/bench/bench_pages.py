"""What one drawing of the portfolio page costs, and whether drawing it again and again keeps memory.

Run it alone: `.venv/bin/python tests/bench/bench_pages.py`. The page is drawn over a real Desk and a practice exchange;
a rerun is a whole run of pages/frame.py, which is more than the tick of its fragment.
"""

from __future__ import annotations

import gc
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from kucoin import assemble  # noqa: E402  the path has to be set first
from kucoin.desk.portfolio import Standing  # noqa: E402  the path has to be set first

RUNS = 1_000
WARM_UP = 400  # the first few hundred runs fill the allocator and the caches; what grows after that is kept
PATIENCE = 30.0  # s


def resident() -> float:
    """Return the memory of this process in MB: what it holds now on Linux, elsewhere the most it ever held."""
    gc.collect()
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def until_ready() -> None:
    """Wait for the first figures."""
    deadline = time.monotonic() + PATIENCE
    while assemble.desk().portfolio("USDT").standing is not Standing.READY:
        if time.monotonic() > deadline:
            raise SystemExit(f"no figures within {PATIENCE:g} s")
        time.sleep(0.1)


def main() -> None:
    """Print the times of a rerun and the growth of memory."""
    app = AppTest.from_file(str(ROOT / "pages" / "frame.py"), default_timeout=PATIENCE)
    began = time.perf_counter()
    app.run()
    print(f"first run     {(time.perf_counter() - began) * 1e3:7.1f} ms")
    for _ in range(WARM_UP):
        app.run()
    before = resident()
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        app.run()
        times.append((time.perf_counter() - began) * 1e3)
    after = resident()
    if app.exception or app.warning:
        raise SystemExit("the page drew an error; these times mean nothing")
    cuts = statistics.quantiles(times, n=100)
    print(f"rerun median  {cuts[49]:7.1f} ms")
    print(f"rerun p95     {cuts[94]:7.1f} ms   goal 150")
    print(f"memory        {after - before:+7.1f} MB over {RUNS:,} reruns, from {before:.0f} MB   goal 5")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as data:
        os.environ |= {"KUCOIN_MODE": "practice", "DASHBOARD_DATA": data}
        os.environ |= {"PRACTICE_SPOT_PORT": "0", "PRACTICE_FUTURES_PORT": "0"}
        until_ready()
        try:
            main()
        finally:
            assemble.stop()
