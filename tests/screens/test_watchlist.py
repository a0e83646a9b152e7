"""What the script says to watchlist and candles: pins that are listed, and intervals that there are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kucoin import assemble
from kucoin.desk.rules import Rules
from kucoin.web.tickets import Tickets
from pages.widgets import candles, watchlist

HOSTILE = "<b>**7min**" + 40 * "!"


class FakeLive:
    """A push socket that nobody is on."""

    def __init__(self) -> None:
        self.tickets = Tickets()

    def glance(self, panel: str) -> tuple[dict[str, Any], tuple[str, float, str | None]]:
        return {"of": panel}, ("live", 0.5, None)


def rules(symbol: str) -> Rules:
    """Return a market."""
    futures = "-" not in symbol
    steps = {"tick": Decimal("0.1"), "lot": Decimal(1), "coins": None, "inverse": False, "trading": True}
    return Rules(symbol=symbol, base="BTC", quote="USDT", futures=futures, **steps)


def page() -> None:
    """Draw the watchlist and nothing else."""
    from pages.widgets import watchlist  # noqa: PLC0415  AppTest runs this body in a module of its own
    from tests.screens.test_watchlist import rules  # noqa: PLC0415

    watchlist.show("BTC-USDT", tuple(map(rules, ("BTC-USDT", "ETH-BTC", "XBTUSDTM"))))


@pytest.fixture
def app(desk: Any, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Return the watchlist on a page of its own, not yet run."""
    assert desk
    monkeypatch.setattr(assemble, "live", FakeLive)
    return AppTest.from_function(page, default_timeout=20)


def test_the_browser_knows_what_is_listed_and_what_is_usual(app: AppTest, drawn: Any) -> None:
    """Contracts with their coin; of the usual pins those that are listed; no frames, for the socket brings them."""
    given = drawn(app.run(), "watchlist")
    assert given["pairs"] == ["BTC-USDT", "ETH-BTC"]
    assert given["contracts"] == [["XBTUSDTM", "BTC"]]
    assert given["usual"] == ["BTC-USDT", "XBTUSDTM"]
    assert given["frames"] is None


def test_the_script_brings_the_prices_of_the_pins_where_no_socket_works(app: AppTest, drawn: Any) -> None:
    """Those that the browser told of and that are listed; the usual ones before it told."""
    app.session_state["socket-blocked"] = True
    assert drawn(app.run(), "watchlist")["frames"][0]["panel"] == "prices:BTC-USDT,XBTUSDTM"
    app.session_state["watchlist-pins"] = ["GONE-USDT", "ETH-BTC"]
    assert drawn(app.run(), "watchlist")["frames"][0]["panel"] == "prices:ETH-BTC"


def test_nothing_is_usual_where_nothing_is_listed() -> None:
    """The list may not have been read yet."""
    assert watchlist.usual([]) == []


@pytest.mark.parametrize(
    ("asked", "symbol", "interval", "remark"),
    [
        (None, "BTC-USDT", "15min", None),
        ("1week", "BTC-USDT", "1week", None),
        ("3min", "BTC-USDT", "3min", None),
        ("3min", "XBTUSDTM", "15min", "“3min” is no interval of XBTUSDTM: 15 minutes a candle instead."),
        ("", "BTC-USDT", "15min", None),
        (HOSTILE, "BTC-USDT", "15min", f"“{HOSTILE[:20]}” is no interval of BTC-USDT: 15 minutes a candle instead."),
    ],
)
def test_an_interval_that_there_is_not_is_named(
    asked: str | None, symbol: str, interval: str, remark: str | None
) -> None:
    """The address is somebody's own text: cut, and the usual candles are shown."""
    assert candles.choose(asked, rules(symbol)) == (interval, remark)
