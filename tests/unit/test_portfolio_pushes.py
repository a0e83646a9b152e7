"""Prices and marks that the sockets push, as they reach a portfolio."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kucoin.book.books import Books
from kucoin.desk import places
from kucoin.desk.portfolio import PartKind
from kucoin.desk.prices import Prices
from kucoin.desk.pushes import Pushes
from kucoin.desk.refresh import Reading
from kucoin.hub import Hub
from kucoin.model.account import FuturesAccount
from kucoin.model.feed import Mark, Quote
from kucoin.model.market import Contract, Ticker
from kucoin.model.position import Position

D = Decimal
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLOCK = 1000.0  # s of the feeds' clock at that moment


def nobody(_symbol: str) -> Any:
    raise AssertionError("nobody asks for a book")


@pytest.fixture
def hub() -> Hub:
    """A hub that nothing came to yet."""
    return Hub(Books(nobody))


def quote(last: str | None) -> Quote:
    """Best prices of a pair, with its last trade."""
    return Quote("BTC-USDT", 0, D(1), D(1), D(2), D(1), None if last is None else D(last))


def mark(price: str, seconds: float) -> Mark:
    """A mark price so many s after NOW."""
    return Mark("XBTUSDTM", int((NOW.timestamp() + seconds) * 1000), D(price), D(price))


def look(hub: Hub, read: float | None = 0.0) -> Pushes:
    """Look now at what was read so many s ago."""
    return Pushes(hub, None if read is None else NOW - timedelta(seconds=read), now=NOW, monotonic=CLOCK)


class Board:
    """One pair, at 80,000 and 5,000 less than a day ago."""

    def ticker(self, symbol: str) -> Ticker | None:
        """The pair's ticker."""
        return Ticker(symbol, D(80000), *(None,) * 3, D(-5000), *(None,) * 5) if symbol == "BTC-USDT" else None


def position(**changes: Any) -> Position:
    """Ten lots long with a gain of 5 at a mark price of 80,000."""
    plain = Position(*("XBTUSDTM", "BOTH", "ISOLATED", "USDT", False, 10), *(None,) * 14, opened_at=NOW, at=NOW)
    return replace(plain, **{"mark_price": D(80000), "unrealised_pnl": D(5), **changes})


def contract(symbol: str, *, inverse: bool = False) -> Contract:
    """A contract of 0.001 coins a lot, or of one dollar."""
    settle, multiplier = ("XBT", "-1") if inverse else ("USDT", "0.001")
    return Contract(symbol, "XBT", "USD", settle, "Open", inverse, D(multiplier), 1, D("0.1"), *(None,) * 19)


CONTRACTS = {"XBTUSDTM": contract("XBTUSDTM"), "XBTUSDM": contract("XBTUSDM", inverse=True)}


@pytest.mark.parametrize(
    ("received", "read", "price"),
    [(1.0, 30.0, "81000"), (33.0, 30.0, "81000"), (36.0, 30.0, None), (1.0, None, None)],
    ids=["newer", "as good as the reading", "older", "never read"],
)
def test_a_pushed_price_counts_while_the_reading_is_not_newer(
    hub: Hub, received: float, read: float | None, price: str | None
) -> None:
    """An answer may be 5 s behind; what is older than that is no better than the answer."""
    hub.publish([quote("81000")], received=CLOCK - received)
    assert look(hub, read).last("BTC-USDT") == (D(price) if price else None)


@pytest.mark.parametrize("last", [None, "0"])
def test_a_quote_without_a_price_leaves_the_ticker(hub: Hub, last: str | None) -> None:
    """No last trade, or none that means anything."""
    hub.publish([quote(last)], received=CLOCK)
    assert look(hub).last("BTC-USDT") is None


def test_a_pushed_price_moves_today_and_not_yesterday(hub: Hub) -> None:
    """What the price was 24 h ago is known from the ticker alone."""
    hub.publish([quote("81000")], received=CLOCK)
    pushes = look(hub)
    assert Prices(Board(), {}, pushes.last).usdt("BTC") == (D(81000), D(85000))
    assert pushes.symbols == ("BTC-USDT",)


def test_a_look_knows_when_another_would_see_more(hub: Hub) -> None:
    """Only what it was asked for counts."""
    pushes = look(hub)
    pushes.last("BTC-USDT")
    hub.publish([mark("80000", 1)], received=CLOCK)
    assert pushes.unchanged()
    hub.publish([quote("81000")], received=CLOCK)
    assert not pushes.unchanged()


def test_a_mark_price_counts_when_it_is_newer_than_the_positions_own(hub: Hub) -> None:
    """Both carry the exchange's time."""
    hub.publish([mark("81000", 1)], received=CLOCK)
    assert look(hub).mark(position()) == D(81000)
    assert look(hub).mark(position(at=NOW + timedelta(seconds=1))) is None
    assert look(hub).mark(position(at=None)) is None


@pytest.mark.parametrize(
    ("held", "gain"),
    [
        (position(), "15"),  # 10 lots of 0.001 coins, and 1,000 more each
        (position(current_qty=-10), "-5"),
        (position(symbol="XBTUSDM", settle_currency="XBT", mark_price=D(40500), current_qty=8100), "5.1"),
        (position(unrealised_pnl=None), None),
        (position(mark_price=None), None),
        (position(symbol="GONEUSDTM"), None),
    ],
    ids=["long", "short", "inverse", "gain unknown", "mark unknown", "contract unknown"],
)
def test_a_gain_follows_the_mark_price(held: Position, gain: str | None) -> None:
    """The exchange's figure plus what the price has done since: 80,000 to 81,000."""
    found = places.unrealised([held], CONTRACTS, held.settle_currency, lambda _: D(81000))
    assert (None if found is None else round(found, 20)) == (None if gain is None else D(gain))


def test_a_position_that_does_not_say_where_it_settles_counts_with_its_contract() -> None:
    """Left out, the account's equity would be wrong and look right."""
    assert places.unrealised([position(settle_currency=None)], CONTRACTS, "USDT", lambda _: None) == 5
    assert places.unrealised([position(settle_currency=None)], CONTRACTS, "XBT", lambda _: None) is None


def test_one_unknown_gain_makes_the_sum_unknown() -> None:
    """Positions in other currencies do not count; no position is no news."""
    known, other = position(), position(symbol="XBTUSDM", settle_currency="XBT", unrealised_pnl=None)
    still = lambda _: None  # noqa: E731  nothing is newer
    assert places.unrealised([known, known, other], CONTRACTS, "USDT", still) == 10
    assert places.unrealised([known, replace(known, unrealised_pnl=None)], CONTRACTS, "USDT", still) is None
    assert places.unrealised([other], CONTRACTS, "USDT", still) is None
    assert places.unrealised(None, CONTRACTS, "USDT", still) is None


@pytest.mark.parametrize(("gain", "equity"), [(D(15), D(115)), (None, D(103))])
def test_equity_is_margin_and_gain(gain: Decimal | None, equity: Decimal) -> None:
    """As read where the gain is not known."""
    wallet = FuturesAccount("USDT", D(103), D(3), D(100), None, None, None, D(40), None, None)
    place = places.futures("USDT", Reading(wallet, NOW), D(0), gain)
    assert place.kind is PartKind.FUTURES
    assert place.lines is not None
    assert [(line.total, line.available, line.on_hold) for line in place.lines] == [(equity, D(40), equity - 40)]
