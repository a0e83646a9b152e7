"""What alerts compare: only what is known now, and what is heard for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.alert_values import AlertValues, Value
from kucoin.desk.portfolio import Standing
from kucoin.errors import InvalidRequest
from kucoin.model.alert import AlertKind
from kucoin.model.feed import Quote
from kucoin.model.limits import LimitUse, RiskView
from kucoin.stream.feed import FeedState
from tests.futures_views import nothing, position, view
from tests.push_scene import LINEAR, NOW, PAIR, Scene, contract, ticker

D = Decimal
STALE = "no price of {} came for 15 s"


class House:
    """A scene whose clock is also the wall's."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.seen: Any = view(self.now())
        self.use = LimitUse(name="daily_loss", limit=None, used=D("12.5"))
        self.values = AlertValues(
            self.scene.market,
            self.scene.hub,
            lambda: self.seen,
            lambda: RiskView(limits=None, uses=(self.use,), arming=False, armed_until=None, halt=None),
            now=self.now,
            monotonic=lambda: self.scene.now,
        )

    def now(self) -> datetime:
        """The wall's time."""
        return datetime.fromtimestamp(NOW + self.scene.now, UTC)

    def one(self, kind: AlertKind, subject: str = "") -> Value:
        """The only figure of a kind."""
        values = self.values.read(kind, subject)
        assert values is not None
        (value,) = values.values()
        return value


@pytest.fixture
def house() -> House:
    """A quiet market with three positions."""
    return House()


def quote(house: House, price: str) -> None:
    """Have a pair's last price pushed."""
    bid = D(price)
    house.scene.publish(Quote(PAIR, house.scene.ms, bid, D(1), bid, D(1), bid, D(1), 1))


def test_a_pairs_price_is_pushed_or_read_and_never_old(house: House) -> None:
    """What was pushed holds for 15 s, then what was read as lately, then nothing."""
    quote(house, "90000.5")
    assert house.one(AlertKind.PRICE_ABOVE, PAIR) == (D("90000.5"), "")
    house.scene.now += 15.1
    assert house.one(AlertKind.PRICE_ABOVE, PAIR) == (None, STALE.format(PAIR))
    house.scene.net(ticker(last="90001"))
    assert house.one(AlertKind.PRICE_BELOW, PAIR).amount == D(90001)
    house.scene.now += 15.1
    assert house.one(AlertKind.PRICE_BELOW, PAIR).amount is None


def test_a_contracts_price_is_its_mark(house: House) -> None:
    """Pushed, or read as lately."""
    house.scene.mark("87000", "86999")
    assert house.one(AlertKind.PRICE_ABOVE, LINEAR).amount == D(87000)
    house.scene.now += 15.1
    assert house.one(AlertKind.PRICE_ABOVE, LINEAR) == (None, STALE.format(LINEAR))
    house.scene.list((), (contract(mark_price=D(5)),))
    assert house.one(AlertKind.PRICE_ABOVE, LINEAR).amount == D(5)


def test_distances_are_told_by_position_and_unknown_once_they_are_old(house: House) -> None:
    """Of a contract or of all; one that is not known says so, and hides no other."""
    distances = house.values.read(AlertKind.LIQUIDATION, "")
    assert distances is not None
    assert list(distances) == ["SOLUSDTM short", "XBTUSDTM long", "XBTUSDM long"]
    assert distances["SOLUSDTM short"] == (D("0.0748"), " at 151.64")
    house.seen = view(house.now(), positions=(position(distance=None), position("ETHUSDTM")))
    unknown, known = house.values.read(AlertKind.LIQUIDATION, "").values()  # type: ignore[union-attr]  # it is read
    assert unknown == (None, "no distance to liquidation is known of XBTUSDTM")
    assert known.amount == D("0.1742")
    assert list(house.values.read(AlertKind.LIQUIDATION, "ETHUSDTM") or ()) == ["ETHUSDTM long"]
    house.seen = view(house.now() - timedelta(seconds=46), positions=(position(),))
    assert house.one(AlertKind.LIQUIDATION) == (None, "the position in XBTUSDTM was not told of for 45 s")
    house.seen = nothing(Standing.LOADING, "")
    assert house.values.read(AlertKind.LIQUIDATION, "") is None
    assert house.values.read(AlertKind.FUNDING, "") is None


def test_a_funding_rate_is_that_which_was_read_lately(house: House) -> None:
    """Of a contract, or of all with a position."""
    house.scene.list((), (contract(funding_rate=D("0.0004")),))
    assert house.one(AlertKind.FUNDING, LINEAR).amount == D("0.0004")
    assert set(house.values.read(AlertKind.FUNDING, "") or ()) == set(house.seen.symbols)
    house.scene.now += 15.1
    assert house.one(AlertKind.FUNDING, LINEAR) == (None, f"no funding rate of {LINEAR} was read for 15 s")


def test_a_socket_counts_its_seconds_down_and_live(house: House) -> None:
    """Below zero while it is live; one that is not in use is not among them."""

    def spot() -> Value:
        values = house.values.read(AlertKind.FEED, "") or {}
        assert len(values) == 2  # there are no private ones in the scene
        return values["The socket of spot prices"]

    assert spot().amount == 0
    house.scene.now += 4
    assert spot().amount == -4
    house.scene.line(FeedState.DOWN, "cut")
    assert spot() == (D(0), " (cut)")
    house.scene.now += 16
    assert spot() == (D(16), " (cut)")
    house.scene.line(FeedState.LIVE)
    assert spot() == (D(0), "")


def test_the_days_loss_is_that_of_the_limits(house: House) -> None:
    """Or why it is not known."""
    assert house.one(AlertKind.LOSS) == (D("12.5"), "")
    house.use = LimitUse(name="daily_loss", limit=None, used=None, problem="the ledger is being read")
    assert house.one(AlertKind.LOSS) == (None, "the ledger is being read")


def test_prices_are_heard_as_long_as_an_alert_or_a_position_needs_them(house: House) -> None:
    """And let go of after; what is not listed is not asked for."""
    house.values.follow({PAIR, "GONE-USDT"}, positions=True)
    wanted = set(house.scene.heard.wanted)
    assert {f"/market/ticker:{PAIR}", f"/contract/instrument:{LINEAR}"} <= wanted
    assert not [topic for topic in wanted if "GONE" in topic]
    house.values.follow(set(), positions=False)
    house.scene.now += 60
    house.scene.market.sweep()
    assert house.scene.heard.wanted == []
    with pytest.raises(InvalidRequest, match="GONE-USDT"):
        house.values.require("GONE-USDT")
