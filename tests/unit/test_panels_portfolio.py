"""The portfolio on the push socket: which figures are told, what is listened to for them, how old they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from kucoin.desk.portfolio import Line, PartKind, Place, Portfolio, Standing, appraise, nothing
from kucoin.desk.prices import Measure, Prices
from kucoin.errors import InvalidRequest
from kucoin.stream.feed import FeedState, FeedStatus
from kucoin.web.portfolio import PortfolioPanel
from kucoin.web.sight import CATCHING_UP, LIVE, STALE
from tests.push_scene import NOW, PAIR, Scene, ticker

D = Decimal
PRIVATE = ("feed-spot-private", "feed-futures-private")


class Held:
    """Two bitcoins in the spot account, 50 USDT in the funding account, at a price that a test sets."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.sight = replace(scene.sight, portfolio=self.portfolio)
        self.symbols: tuple[str, ...] = (PAIR, "GONE-USDT")
        self.reason = ""
        self.coins = ("BTC", "USDT")
        self.unit = "USDT"
        for name in PRIVATE:
            scene.hub.changed(FeedStatus(name, FeedState.LIVE))
        self.price("70000")

    def price(self, last: str) -> None:
        """Have another portfolio at this price, read now."""
        at = datetime.fromtimestamp(NOW + self.scene.now, UTC)
        amounts = {"BTC": (PartKind.SPOT, D(2)), "USDT": (PartKind.FUNDING, D(50))}
        places = [
            Place(kind, "", (Line(kind, coin, amount, amount, D(0)),), at)
            for coin, (kind, amount) in amounts.items()
            if coin in self.coins
        ]
        board: Any = SimpleNamespace(ticker=lambda symbol: ticker(PAIR, last) if symbol == PAIR else None)
        measure = Measure(Prices(board, {}), "USDT")
        made = appraise(places, measure, others=[], names={}, prices_at=at, reason=self.reason)
        self.current = replace(made, symbols=self.symbols)

    def portfolio(self, unit: str) -> Portfolio:
        """The portfolio, in one unit alone."""
        if unit != self.unit:
            raise InvalidRequest(f"{unit!r} is not a unit")
        return self.current


@pytest.fixture
def scene() -> Scene:
    """One pair."""
    return Scene()


@pytest.fixture
def held(scene: Scene) -> Held:
    """What is held there."""
    return Held(scene)


def test_all_figures_come_first_and_then_those_that_changed(held: Held) -> None:
    """Written as the page writes them; nothing is told twice."""
    panel = PortfolioPanel(held.sight, "USDT")
    first = panel.change()
    assert first is not None
    assert first.kind == "full"
    assert first.body["total"] == ("140,050.00", "")
    assert first.body["Spot trading/value"] == ("140,000.00", "")
    assert first.body["/BTC/price"] == ("70,000", "")
    assert first.body["Funding/USDT/on_hold"] == ("0", "flat")
    assert panel.change() is None
    held.price("70000.5")
    more = panel.change()
    assert more is not None
    assert more.kind == "more"
    assert more.body["total"] == ("140,051.00", "")
    assert more.body["/BTC/price"] == ("70,000.5", "")
    assert not [name for name in more.body if name.startswith("Funding/")]
    assert panel.full()["total"] == ("140,051.00", "")


def test_figures_that_went_are_told_by_telling_all(held: Held) -> None:
    """A coin that was sold, an account that cannot be shown any more."""
    panel = PortfolioPanel(held.sight, "USDT")
    panel.change()
    held.coins = ("BTC",)
    held.price("70000")
    change = panel.change()
    assert change is not None
    assert change.kind == "full"
    assert "/USDT/total" not in change.body
    held.current = nothing("USDT", Standing.REFUSED, "no")
    assert panel.change() == ("full", {})


def test_what_prices_it_is_heard_while_it_is_looked_at(held: Held, scene: Scene) -> None:
    """Only listed pairs; what is new is wanted, what is not needed is let go."""
    panel = PortfolioPanel(held.sight, "USDT")
    panel.change()
    assert scene.market.watched() == {PAIR: 1}
    held.symbols = ("XBTUSDTM",)
    held.price("70000")
    panel.change()
    assert scene.market.watched() == {PAIR: 0, "XBTUSDTM": 1}
    panel.close()
    assert scene.market.watched() == {PAIR: 0, "XBTUSDTM": 0}


def test_a_unit_that_is_not_to_be_had_is_refused(held: Held) -> None:
    """By name, as the Desk does; and where there is no account at all."""
    with pytest.raises(InvalidRequest, match="'DOGE' is not a unit"):
        PortfolioPanel(held.sight, "DOGE")
    with pytest.raises(InvalidRequest, match="no account"):
        PortfolioPanel(replace(held.sight, portfolio=None), "USDT")


def test_a_unit_that_goes_leaves_the_last_figures(held: Held) -> None:
    """A fiat currency may be quoted no more while somebody looks."""
    panel = PortfolioPanel(held.sight, "USDT")
    panel.change()
    held.unit = "BTC"
    assert panel.change() is None
    assert panel.full()["total"] == ("140,050.00", "")


def opened(held: Held) -> PortfolioPanel:
    """A panel that has looked once."""
    panel = PortfolioPanel(held.sight, "USDT")
    panel.change()
    return panel


def test_it_is_live_while_prices_come(held: Held, scene: Scene) -> None:
    """Their age is that of the newest, on the exchange's clock."""
    panel = opened(held)
    scene.summary()
    scene.now += 2
    assert panel.fresh() == (LIVE, 2.0, None)


@pytest.mark.parametrize("line", ["feed-spot-public", *PRIVATE[:1]])
def test_a_lost_line_makes_it_catch_up_and_then_stale(held: Held, scene: Scene, line: str) -> None:
    """First the readings stand in; once they fail as well, it says so, and since when."""
    panel = opened(held)
    scene.summary()
    scene.hub.changed(FeedStatus(line, FeedState.DOWN, "the line was cut"))
    scene.now += 2
    assert panel.fresh() == (CATCHING_UP, 2.0, "the line was cut")
    scene.now += 4
    state, age, why = panel.fresh()
    assert (state, age) == (CATCHING_UP, 6.0)
    assert why == "the line was cut; prices are read every few seconds instead"
    held.reason = "Prices are not being read: timeout"
    held.current = replace(held.current, reason=held.reason)
    scene.now += 4
    panel.change()
    assert panel.fresh() == (STALE, 10.0, "Prices are not being read: timeout")


def test_a_line_that_is_back_has_to_bring_something(held: Held, scene: Scene) -> None:
    """What came before the break is not live for being young."""
    panel = opened(held)
    scene.summary()
    scene.line(FeedState.DOWN, "cut")
    scene.now += 1
    scene.line(FeedState.LIVE)
    assert panel.fresh().state == CATCHING_UP
    scene.now += 1
    scene.summary()
    assert panel.fresh() == (LIVE, 0.0, None)
