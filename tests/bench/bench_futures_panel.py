"""What it costs to redraw fifty futures positions ten times a second. Run it alone, with python.

First the panel by itself: so many positions move before each look, and printed are the CPU time of the look (rewriting
what changed, writing the frame out) and the bytes of the frame. KuCoin tells a mark once a second: five in 100 ms is
the usual, all fifty the worst. Then the component in a real browser, ten times a second: from the arrival of a frame of
the worst kind until its figures stand in the page, laid out. A look and a drawing have to fit into 100 ms together.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import msgspec  # noqa: E402 the path above comes first

from kucoin.web.futures import PANEL, FuturesPanel  # noqa: E402
from tests import futures_views  # noqa: E402
from tests.browser.conftest import chromium  # noqa: E402
from tests.browser.live_rig import mounting, serving  # noqa: E402
from tests.push_scene import NOW, Scene  # noqa: E402

POSITIONS, LOOKS, DRAWINGS = 50, 300, 60
STEP = Decimal("1.0001")
MOVING = ("mark", "value", "unrealised", "roe", "plain_return", "distance")

DRAW = """async (frames) => {
  const { hear } = await import('/assets/socket.js');
  const table = document.getElementById('positions').shadowRoot.querySelector('.root');
  const times = [];
  for (const frame of frames) {
    await new Promise((done) => setTimeout(done, 100));
    const began = performance.now();
    hear([frame]);
    table.getBoundingClientRect();
    times.push(performance.now() - began);
  }
  return times;
}"""


class Moving:
    """Accounts with fifty positions, of which so many move at a time."""

    def __init__(self) -> None:
        lines = tuple(futures_views.position(f"COIN{index:02}USDTM") for index in range(POSITIONS))
        self.view = futures_views.view(datetime.fromtimestamp(NOW, UTC), positions=lines, symbols=())
        self.panel = FuturesPanel(replace(Scene().sight, futures=lambda: self.view))
        self.panel.change()

    def move(self, many: int, turn: int) -> None:
        """Have the next ``many`` marks, and everything that follows from them, be others."""
        chosen = {(turn * many + index) % POSITIONS for index in range(many)}
        lines = (
            replace(line, **{name: getattr(line, name) * STEP for name in MOVING}) if index in chosen else line
            for index, line in enumerate(self.view.positions)
        )
        accounts = tuple(_times(line, "equity", "unrealised") for line in self.view.accounts)
        totals = tuple(_times(line, "long", "net", "unrealised") for line in self.view.totals)
        self.view = replace(self.view, positions=tuple(lines), accounts=accounts, totals=totals)

    def frames(self, many: int, count: int) -> Iterator[tuple[float, bytes]]:
        """Yield the s of CPU that each look took, and its frame."""
        for turn in range(count):
            self.move(many, turn)
            began = time.thread_time()
            change = self.panel.change()
            assert change is not None
            frame = msgspec.json.encode({"panel": PANEL, change.kind: change.body})
            yield time.thread_time() - began, frame


def _times(line: Any, *names: str) -> Any:
    return replace(line, **{name: getattr(line, name) * STEP for name in names})


def look(moving: Moving) -> None:
    """Print what a look costs."""
    for many in (5, POSITIONS):
        times, frames = zip(*moving.frames(many, LOOKS), strict=True)
        ms = sorted(each * 1000 for each in times)
        size = statistics.mean(len(frame) for frame in frames)
        late = f"median {statistics.median(ms):.2f} ms, p95 {ms[len(ms) * 95 // 100]:.2f} ms"
        print(f"{many:2} of {POSITIONS} move: a look {late}; a frame {size:,.0f} bytes")
    print(f"all of it at first: {len(msgspec.json.encode(moving.panel.full())):,} bytes")


def draw(moving: Moving) -> None:
    """Print what a drawing costs."""
    first = {"panel": PANEL, "full": json.loads(msgspec.json.encode(moving.panel.full()))}
    frames = [json.loads(frame) for _, frame in moving.frames(POSITIONS, DRAWINGS)]
    with chromium() as browser, serving() as rig:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(rig.url)
        mounting(page, rig)("positions", PANEL, gain="roe", rows=POSITIONS)
        rig.push(first)
        page.locator("#positions tbody tr").nth(POSITIONS - 1).wait_for()
        ms = sorted(page.evaluate(DRAW, frames))
    late = f"median {statistics.median(ms):.1f} ms, p95 {ms[len(ms) * 95 // 100]:.1f} ms"
    print(f"drawing {POSITIONS} that move: {late}")


if __name__ == "__main__":
    moved = Moving()
    look(moved)
    draw(moved)
