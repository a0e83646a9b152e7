"""What the practice exchange has acknowledged is there after a power cut, and it acknowledges at once."""

from __future__ import annotations

import http.client
import time
from pathlib import Path
from urllib.parse import urlsplit

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
