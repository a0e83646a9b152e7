"""Sheets of contracts: read in the background part by part, and again when they are old."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from kucoin.desk.errands import Errands
from kucoin.desk.refresh import Reading
from kucoin.desk.sheets import Sheet, Sheets, basis
from kucoin.errors import OutcomeUnknown
from kucoin.model.market import Contract
from tests.feed_server import until
from tests.push_scene import contract

AT = datetime(2026, 9, 21, 12, tzinfo=UTC)
PARTS = {"risk_tiers", "trade_fee", "funding_rates", ".KXBTUSDT", ".XBTUSDTMPI"}


def series(*values: float) -> pd.DataFrame:
    """Candles that close at ``values``, five minutes apart."""
    index = pd.date_range(AT, periods=len(values), freq="5min", name="time")
    return pd.DataFrame({"close": list(values)}, index=index)


class Scene:
    """Sheets over an exchange that answers from here, and a clock that moves only when a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.row = replace(contract(), index_symbol=".KXBTUSDT", premium_symbol=".XBTUSDTMPI")
        self.asked: list[str] = []
        self.answers: dict[str, Any] = {
            **dict.fromkeys(("risk_tiers", "trade_fee", "funding_rates"), ()),
            ".KXBTUSDT": series(100.0, 200.0, 300.0),
            ".XBTUSDTMPI": series(0.01, -0.02),
        }
        self.errands = Errands()
        private = SimpleNamespace(**{name: self._answer(name) for name in ("risk_tiers", "funding_rates")})
        exchange: Any = SimpleNamespace(
            futures_positions=private,
            futures_orders=SimpleNamespace(trade_fee=self._answer("trade_fee")),
            futures=SimpleNamespace(klines=lambda *, symbol, **_: self._answer(symbol)()),
        )
        self.sheets = Sheets(exchange, self._listed, self.errands, now=lambda: 1e9, monotonic=lambda: self.now)

    def _listed(self, symbol: str) -> Reading[Contract]:
        return Reading(self.row, AT) if symbol == self.row.symbol else Reading()

    def _answer(self, name: str) -> Any:
        def answer(**_: Any) -> Any:
            self.asked.append(name)
            found = self.answers[name]
            if isinstance(found, Exception):
                raise found
            return found() if callable(found) else found

        return answer

    def sheet(self) -> Sheet:
        """The sheet of the one contract there is."""
        found = self.sheets.sheet(self.row.symbol)
        assert found is not None
        return found

    def settled(self, parts: int = 4) -> Sheet:
        """The sheet once so many parts were read or refused."""

        def known() -> int:
            sheet = self.sheet()
            read = [each for each in (sheet.tiers, sheet.fee, sheet.funding, sheet.basis) if each is not None]
            return len(read) + len(sheet.problems)

        until(lambda: known() == parts)
        return self.sheet()


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Sheets whose errands run."""
    made = Scene()
    made.errands.start()
    yield made
    made.errands.stop()


def test_every_part_is_asked_once(scene: Scene) -> None:
    """However often somebody looks, until it is old; and what did not change is the very same object."""
    sheet = scene.settled()
    assert sheet is scene.sheet()
    assert (set(scene.asked), len(scene.asked)) == (PARTS, len(PARTS))
    scene.now += 61
    until(lambda: scene.sheet() is not sheet)
    assert sorted(scene.asked[len(PARTS) :]) == [".KXBTUSDT", ".XBTUSDTMPI"]


def test_nobody_waits_for_the_exchange(scene: Scene) -> None:
    """The contract is told at once, its parts when they came."""
    gate = threading.Event()
    scene.answers["trade_fee"] = lambda: gate.wait(10)
    first = scene.sheet()
    assert (first.contract, first.tiers, first.fee) == (scene.row, None, None)
    gate.set()
    assert scene.settled().fee is True


def test_a_part_that_fails_is_told_and_tried_again(scene: Scene) -> None:
    """The other parts are there, the reason stands by its name, and goes when the part came."""
    scene.answers["risk_tiers"] = OutcomeUnknown("no tiers")
    sheet = scene.settled()
    assert (sheet.tiers, sheet.funding, list(sheet.problems)) == (None, (), ["tiers"])
    assert "no tiers" in sheet.problems["tiers"]
    scene.answers["risk_tiers"] = ()
    scene.now += 11
    until(lambda: scene.sheet().tiers == ())
    assert not scene.sheet().problems


def test_a_new_reading_of_the_list_makes_a_new_sheet(scene: Scene) -> None:
    """Its parts stay."""
    before = scene.settled()
    scene.row = replace(scene.row, status="Paused")
    after = scene.sheet()
    assert (after.contract.status, after.basis is before.basis) == ("Paused", True)


def test_what_is_not_listed_has_no_sheet(scene: Scene) -> None:
    """And nothing is asked for it."""
    assert scene.sheets.sheet("NOSUCHM") is None
    assert not scene.asked


def test_the_mark_is_the_index_with_its_premium() -> None:
    """At the moments for which both are known."""
    frame = basis(series(100.0, 200.0, 300.0)["close"], series(0.01, -0.02)["close"])
    assert list(frame.columns) == ["mark", "index", "basis"]
    assert frame["mark"].tolist() == pytest.approx([101.0, 196.0])
