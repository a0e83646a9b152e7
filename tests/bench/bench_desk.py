"""How long a portfolio takes to compute, and to write out for the push socket. Printed, never asserted.

Run: .venv/bin/python tests/bench/bench_desk.py
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kucoin.desk.portfolio import Line, PartKind, Place, appraise
from kucoin.desk.prices import Measure, Prices
from kucoin.model.market import Ticker
from kucoin.web.portfolio import written

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ASSETS = 300
RUNS = 50


class Board:
    """A BTC and an ETH pair, a third of the coins by USDT, a third by BTC, a third without a pair."""

    def __init__(self) -> None:
        self.rows: dict[str, Ticker] = {}
        for number in range(ASSETS):
            quote = ("USDT", "BTC", None)[number % 3]
            if quote:
                self._add(f"C{number}-{quote}", Decimal(number + 1) / 7919)
        self._add("BTC-USDT", Decimal("87112.4"))
        self._add("ETH-USDT", Decimal("3018.11"))

    def _add(self, symbol: str, last: Decimal) -> None:
        empty = (None,) * 5
        self.rows[symbol] = Ticker(symbol, last, None, None, None, last / 100, *empty)

    def ticker(self, symbol: str) -> Ticker | None:
        """The pair's ticker."""
        return self.rows.get(symbol)


def main() -> None:
    """Compute it in three units, with fresh prices each time, as after every reading of the tickers."""
    board = Board()
    dollars = {f"C{number}": Decimal("0.5") for number in range(2, ASSETS, 3)} | {"USDT": Decimal("0.9998")}
    kinds = (PartKind.FUNDING, PartKind.SPOT, PartKind.CROSS)
    amounts = [round(Decimal(number + 1) / 13, 8) for number in range(ASSETS)]
    places = [
        Place(
            kind, "", tuple(Line(kind, f"C{n}", amounts[n], amounts[n], Decimal(0)) for n in range(at, ASSETS, 3)), NOW
        )
        for at, kind in enumerate(kinds)
    ]
    for unit, rate in (("USDT", None), ("BTC", None), ("EUR", Decimal("0.92013579"))):
        took, wrote = [], []
        for _ in range(RUNS):
            began = process_time()
            prices = Prices(board, dollars)
            others = [Measure(prices, "USDT"), Measure(prices, "BTC")]
            result = appraise(places, Measure(prices, unit, rate), others=others, names={}, prices_at=NOW)
            took.append((process_time() - began) * 1000)
            began = process_time()
            dict(written(result))
            wrote.append((process_time() - began) * 1000)
            assert result.complete
            assert len(result.merged) == ASSETS
        print(f"{ASSETS} assets in {unit}: CPU median {median(took):.1f} ms, worst {max(took):.1f} ms (goal 10)")
        print(f"  all its figures written out: CPU median {median(wrote):.1f} ms, worst {max(wrote):.1f} ms")


if __name__ == "__main__":
    main()
