"""What pages draw of the ledgers while amounts are hidden: fractions of the account, and no amount beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kucoin import figures
from kucoin.desk.rounds import Closed
from kucoin.model.ledger import EquityPoint
from kucoin.web.veil import BLIND, Veil
from pages.widgets.veiled import Part
from tests.journal_facts import PAYMENT
from tests.pnl_scene import NOW, ended, exchange_says, reported

D = Decimal
# Prices and ratios, which are nobody's secret.
OPEN = {"entry", "exit", "open_price", "close_price", "leverage", "roe", "win_rate", "funding_rate", "mark_price"}
ENDED = ended(NOW, "422.85", missing="3 lots of 2 fills")
REPORT = reported([ENDED, ended(NOW - timedelta(days=1), "-98.72", "ETHUSDTM")])


@pytest.fixture
def part() -> Part:
    """An account that is worth 148,231.07 USDT."""
    found = Part.under(Veil(D("148231.07"), {"USDT": D(1)}.get), "USDT")
    assert found is not None
    return found


def amounts(found: Any) -> Iterator[Decimal]:
    """Every number that is one's own, however deep it lies."""
    match found:
        case Decimal() | int() if not isinstance(found, bool):
            yield D(found)
        case dict():
            for name, each in found.items():
                if name not in OPEN:
                    yield from amounts(each)
        case list() | tuple():
            for each in found:
                yield from amounts(each)


def own(found: Any) -> set[Decimal]:
    """Those of them that tell something; counts of positions and fills are small."""
    return {each for each in amounts(asdict(found)) if abs(each) > 10}


def test_a_report_has_no_amount_left(part: Part) -> None:
    """Sums, days, contracts, best and worst are fractions; the positions are shown one by one."""
    veiled = part.report(REPORT)
    assert own(REPORT)
    assert own(veiled) == set()
    assert (veiled.currency, veiled.positions) == (figures.SHARE, ())
    assert figures.money(veiled.net, veiled.currency, signed=True) == "+0.19\u2009%"


def test_a_closed_position_has_no_amount_left(part: Part) -> None:
    """Neither by our fills nor by the exchange's word, nor in what is said of missing ones."""
    veiled = part.closed(ENDED)
    assert own(ENDED)
    assert own(veiled) == set()
    assert veiled.round is not None
    assert "3" not in veiled.round.missing
    assert veiled.net is not None
    assert ENDED.net is not None
    assert abs(veiled.net - ENDED.net / D("148231.07")) < D("1E-8")
    assert own(part.closed(Closed(None, exchange_says(NOW, "55.5"), None, "", None, None))) == set()


def test_equity_and_fundings_are_fractions(part: Part) -> None:
    """And how much was held is not told."""
    (point,) = part.equity([EquityPoint("USDT", D("40123.45"), D("-12.5"), NOW)])
    (payment,) = part.payments([PAYMENT])
    assert own(point) == set()
    assert (point.currency, payment.settle_currency, payment.position_qty) == (figures.SHARE, figures.SHARE, None)
    assert abs(point.equity) < 1
    assert payment.position_cost is not None
    assert payment.position_cost < D("0.001")


def test_without_a_price_nothing_is_written(part: Part) -> None:
    """So a panel says that instead; what is unknown stays unknown."""
    assert Part.under(BLIND, "USDT") is None
    assert Part.under(Veil(D(100), {"USDT": D(1)}.get), "XBT") is None
    assert part.of(None) is None
