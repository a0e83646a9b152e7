"""What a look at fifty futures positions costs after every mark has moved, and a what-if. Printed, never asserted.

Run: .venv/bin/python tests/bench/bench_futures.py
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kucoin.desk.stops import Stop
from kucoin.model.order import Lots, Side
from tests.futures_scene import CONTRACTS, INVERSE, LINEAR, Scene

POSITIONS = 50
RUNS = 100


def main() -> None:
    """Half of them linear and isolated, a quarter linear and cross, a quarter inverse; each with two stops."""
    names = [f"C{number}USDTM" if number % 4 else f"C{number}USDM" for number in range(POSITIONS)]
    rows = [(LINEAR if number % 4 else INVERSE) | {"symbol": name} for number, name in enumerate(names)]
    for number in range(1, POSITIONS, 4):
        rows[number] |= {"marginMode": "CROSS", "crossMode": True}
    rules = [CONTRACTS[0 if number % 4 else 1] | {"symbol": name} for number, name in enumerate(names)]
    rules += [CONTRACTS[0] | {"symbol": f"O{number}USDTM"} for number in range(600)]
    scene = Scene()
    scene.tell(positions=rows, contracts=rules)
    scene.orders.waiting = tuple(
        Stop(
            order_id=f"{name}{way}", symbol=name, side=Side.SELL, futures=True, stop=way, stop_price=price, lots=Lots(1)
        )
        for name in names
        for way, price in (("up", Decimal(90_000)), ("down", Decimal(50_000)))
    )
    took, asked, unchanged = [], [], []
    for run in range(RUNS):
        for number, name in enumerate(names):
            scene.mark(str(Decimal(68_000 if number % 4 else 2_450) + Decimal(run) / 10), name)
        began = process_time()
        view = scene.see()
        took.append((process_time() - began) * 1000)
        assert len(view.positions) == POSITIONS
        began = process_time()
        scene.futures.what_if(Decimal("-0.2"))
        asked.append((process_time() - began) * 1000)
        began = process_time()
        assert scene.see() is view
        unchanged.append((process_time() - began) * 1000)
    print(f"{POSITIONS} positions, every mark new: CPU median {median(took):.2f} ms, worst {max(took):.1f} ms (goal 5)")
    print(f"  the same again: {median(unchanged):.3f} ms; a what-if: {median(asked):.2f} ms, worst {max(asked):.1f} ms")


if __name__ == "__main__":
    main()
