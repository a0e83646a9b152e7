"""How long the ledger takes to reckon 100,000 fills, and to answer questions about all of them, in time of a core.

Run it with python.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from kucoin.desk.pnl import PnlBook  # noqa: E402 the path above comes first
from kucoin.model.order import FuturesFill  # noqa: E402
from kucoin.model.position import ClosedPosition, FundingPayment  # noqa: E402
from tests.ledger_facts import DAY, D, ended, fill, paid  # noqa: E402

FILLS = 100_000
DAYS = 365
BEGINS = DAY - timedelta(days=DAYS)
SYMBOLS = ("XBTUSDTM", "ETHUSDTM", "SOLUSDTM", "XRPUSDTM", "DOGEUSDTM")


def ledger(seed: int = 7) -> tuple[list[FuturesFill], list[FundingPayment], list[ClosedPosition]]:
    """Return a year on five contracts: positions of two to a few fills, and fundings that find them open or not."""
    random, fills, closed = Random(seed), [], []
    step = timedelta(days=DAYS) / FILLS
    held, opened, net = dict.fromkeys(SYMBOLS, 0), dict.fromkeys(SYMBOLS, BEGINS), dict.fromkeys(SYMBOLS, D(0))
    for number, symbol in zip(range(FILLS), cycle(SYMBOLS), strict=False):
        at, price = BEGINS + number * step, str(random.randint(400_000, 600_000) / 10)
        before = held[symbol]
        lots = -before if before and random.random() < 0.5 else random.choice((1, 2, 5)) * (-1 if before < 0 else 1)
        one = fill(at, lots, price, opens=abs(lots) if lots * before >= 0 else 0, symbol=symbol)
        fills.append(one)
        net[symbol] -= (one.value if lots > 0 else -one.value) + one.fee
        held[symbol] += lots
        if not before:
            opened[symbol] = at
        if not held[symbol]:
            closed.append(ended(opened[symbol], at, str(net[symbol]), is_long=before > 0, symbol=symbol))
            net[symbol] = D(0)
    return fills, fundings(), closed


def fundings() -> list[FundingPayment]:
    """Return those of every eight hours."""
    times = [BEGINS + timedelta(hours=8 * number, seconds=1) for number in range(DAYS * 3)]
    return [paid(at, "-0.05", None, symbol=symbol) for at in times for symbol in SYMBOLS]


def p95(ask: Callable[[], object], times: int = 40) -> float:
    """Return how many milliseconds ``ask`` takes, at the 95th percentile."""
    took = []
    for _ in range(times):
        start = time.process_time()
        ask()
        took.append((time.process_time() - start) * 1000)
    return statistics.quantiles(took, n=20)[-1]


def main() -> None:
    """Print the figures."""
    fills, funding, closed = ledger()
    book = PnlBook()
    start = time.process_time()
    book.feed(fills=fills, funding=funding, closed=closed)
    took = time.process_time() - start
    print(f"fed {len(fills):,} fills, {len(funding):,} fundings, {len(closed):,} rows: {took:.2f} s")
    last = fills[-1]
    start = time.process_time()
    book.feed(fills=[fill(last.at + timedelta(seconds=1), 1, "50000")])
    print(f"one more fill: {(time.process_time() - start) * 1000:.1f} ms")
    start = time.process_time()
    book.feed(fills=[fill(last.at - timedelta(seconds=1), 1, "50000")])
    print(f"one late fill: {(time.process_time() - start) * 1000:.1f} ms")
    month = DAY - timedelta(days=30, hours=5)
    for name, ask in {
        "all": lambda: book.report(currency="USDT"),
        "one contract": lambda: book.report(currency="USDT", symbol="ETHUSDTM"),
        "since": lambda: book.report(currency="USDT", since=month),
        "one contract since": lambda: book.report(currency="USDT", symbol="ETHUSDTM", since=month),
        "today": lambda: book.realised_since(DAY - timedelta(days=1)),
    }.items():
        print(f"report, {name}: {p95(ask):.1f} ms p95")
    report = book.report(currency="USDT")
    print(f"positions {report.closed:,}, days {len(report.days)}, net {report.net}")


if __name__ == "__main__":
    main()
