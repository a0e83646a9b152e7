"""What the practice exchange has acknowledged is there after a power cut, and it acknowledges at once."""

from __future__ import annotations

import http.client
import time
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from kucoin.practice.accounts import margin_figures
from kucoin.practice.exchange import Exchange
from tests import practice_cuts
from tests.conftest import Practice


def test_power_cuts_under_load_lose_nothing(tmp_path: Path) -> None:
    """Five times: every acknowledged order, cancel and fill is there, and balances, holds and books agree."""
    told = practice_cuts.survive(tmp_path, cuts=5, seed=20261122)
    assert len(told.placed) > 75
    assert told.ended


def test_an_answer_is_not_held_back_by_the_network(practice: Practice) -> None:
    """Over a line that stays open the quickest of some answers is far below the 40 ms of a delayed acknowledgement."""
    line = http.client.HTTPConnection(urlsplit(practice.spot).netloc, timeout=10)
    took: list[float] = []
    for _ in range(15):
        began = time.perf_counter()
        line.request("GET", "/api/v2/symbols/BTC-USDT")
        line.getresponse().read()
        took.append(time.perf_counter() - began)
    line.close()
    assert min(took[2:]) < 0.03


def test_no_margin_account_is_liquidated_because_the_exchange_was_away(tmp_path: Path) -> None:
    """Hours fall due before the first prices come: whoever was well before still owes what he owed, and interest."""
    exchange = Exchange(tmp_path)
    before = owed(exchange)
    exchange.store.set_meta(clock_offset_ms=str(2 * 3_600_000))
    exchange.store.close()
    exchange = Exchange(tmp_path)
    after = owed(exchange)
    exchange.store.close()
    assert before["BTC-USDT"] > 1000
    assert all(before[account] <= after[account] < before[account] * Decimal("1.001") for account in before)


def owed(exchange: Exchange) -> dict[str, Decimal]:
    """Return the debts of the main account's margin accounts in USDT, of those that owe USDT alone."""
    figures = margin_figures(exchange, "main", exchange.now())
    return {name: Decimal(each["liabilities"]) for name, each in figures.items() if name in ("BTC-USDT", "ETH-USDT")}
