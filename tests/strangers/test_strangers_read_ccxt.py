"""ccxt reads from the practice exchange, in its own terms, what the exchange says to a bare request in KuCoin's.

ccxt says little when it does not understand a field: it leaves it out. So each row names what has to be there.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.strangers import ccxt_futures, ccxt_spot
from tests.strangers.asking import Standstill

EXPECTED = ccxt_spot.EXPECTED | ccxt_futures.EXPECTED
CLOCKS = ("time", "futures time")
READ = dict[str, dict[str, Any]]


def holds(found: Any, expected: Any, at: str = "answer") -> None:
    """Assert that everything in ``expected`` is in ``found``; lists have as many rows, in the same order."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            assert name in found, f"{at}.{name}"
            holds(found[name], value, f"{at}.{name}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), at
        for place, (one, other) in enumerate(zip(found, expected, strict=True)):
            holds(one, other, f"{at}[{place}]")
    else:
        assert found == expected, at


@pytest.mark.parametrize("what", EXPECTED)
def test_ccxt_reads(what: str, standstill: Standstill, read: READ) -> None:
    """It understands the answer as the exchange meant it."""
    outcome = read["ccxt"][what]
    assert "error" not in outcome
    expected = EXPECTED[what](standstill)
    assert expected
    holds(outcome["value"], expected)


def test_ccxt_lists_nothing_else(standstill: Standstill, read: READ) -> None:
    """Its markets are the exchange's pairs and contracts, and no more."""
    has = {**EXPECTED["markets"](standstill), **EXPECTED["contracts"](standstill)}
    assert read["ccxt"]["markets"]["value"].keys() == has.keys()


@pytest.mark.parametrize("what", CLOCKS)
def test_ccxt_reads_the_clock(what: str, standstill: Standstill, read: READ) -> None:
    """Milliseconds of a moment of this run."""
    moment = read["ccxt"][what]["value"]
    assert 0 <= standstill.exchange.state()["server_ms"] - moment < 300_000


def test_ccxt_finds_no_position_where_there_is_none(read: READ) -> None:
    """A flat contract is a success without data at KuCoin, and an OrderNotFound for ccxt."""
    assert read["ccxt"]["flat position"]["error"].startswith("OrderNotFound")


def test_every_answer_to_ccxt_is_judged(read: READ) -> None:
    """A call of the script that no row expects would go unseen."""
    assert read["ccxt"].keys() == {*EXPECTED, *CLOCKS, "flat position"}
