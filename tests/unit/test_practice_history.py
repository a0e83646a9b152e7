"""The practice market's past: continuous, consistent at every length, the same for ever."""

from __future__ import annotations

import numpy as np
import pytest

from kucoin.practice.history import DAY, WEEK, Bars, History, merged
from kucoin.practice.market import MONTH, Market
from kucoin.practice.universe import COINS, CONTRACTS, LISTINGS, PAIRS

TODAY = 20_700  # days since 1970: some day of September 2026
NOW = (TODAY * DAY + 754) * 60_000 + 23_456
SOME = ("BTC-USDT", "PEPE-USDT", "ETH-BTC", "DGB-BTC", "USDC-USDT", "XBTUSDTM", "ETHUSDM", ".KXBTUSDT")


@pytest.fixture(scope="module")
def market() -> Market:
    """A market that several tests share: it has no state but caches."""
    return Market(7)


@pytest.fixture(scope="module")
def history(market: Market) -> History:
    """Its history."""
    return market.history


def same(one: Bars, other: Bars) -> bool:
    """Whether two runs of bars are equal in every column."""
    return all(np.array_equal(a, b) for a, b in zip(one.columns(), other.columns(), strict=True))


def test_the_past_is_a_function_of_the_seed(history: History) -> None:
    """Another process with the same seed has the same past, one with another seed another."""
    listing = LISTINGS["BTC-USDT"]
    assert same(history.day(listing, TODAY), History(7).day(listing, TODAY))
    assert not same(history.day(listing, TODAY), History(8).day(listing, TODAY))


def test_a_release_does_not_change_the_past(history: History) -> None:
    """What an account paid last month must stay on the chart: these prices are fixed for good."""
    closes = {symbol: int(history.day(LISTINGS[symbol], TODAY).close[777]) for symbol in ("BTC-USDT", "ETHUSDM")}
    assert closes == pytest.approx({"BTC-USDT": 817_244, "ETHUSDM": 254_876}, abs=1)  # 1: another machine's exp()


@pytest.mark.parametrize("symbol", SOME)
def test_days_meet_without_a_step(history: History, symbol: str) -> None:
    """A minute opens where the one before closed, over midnight too."""
    first, second = (history.day(LISTINGS[symbol], day) for day in (TODAY, TODAY + 1))
    assert first.close[-1] == second.open[0]
    assert np.array_equal(first.open[1:], first.close[:-1])


@pytest.mark.parametrize("symbol", LISTINGS)
def test_a_bar_holds_its_own_ends(history: History, symbol: str) -> None:
    """The high is the highest and the low the lowest of the four, and all are positive."""
    bars = history.day(LISTINGS[symbol], TODAY)
    assert np.all(bars.high >= np.maximum(bars.open, bars.close))
    assert np.all(bars.low <= np.minimum(bars.open, bars.close))
    assert np.all(bars.low > 0)
    assert np.all(bars.volume >= 0)


@pytest.mark.parametrize("unit", [1, 5, 15, 30, 60, 120, 240, 480, 1440, WEEK])
def test_long_candles_equal_the_minutes_inside(market: Market, unit: int) -> None:
    """Every length tells the same story as the minutes, the running candle included."""
    span = ((TODAY * DAY - 3 * WEEK) * 60_000, NOW + 1)
    long = market.candles("ETH-USDT", unit, span, NOW)
    minutes = market.candles("ETH-USDT", 1, (int(long.at[0]) * 60_000, NOW + 1), NOW)
    inside = np.searchsorted(long.at, minutes.at, side="right") - 1
    assert same(long, merged(minutes, long.at[inside]))


def test_months_are_the_calendars(market: Market) -> None:
    """A monthly candle starts on the first."""
    found = market.candles("BTC-USDT", MONTH, (0, NOW), NOW)
    starts = (found.at[1:] // DAY).astype("datetime64[D]")
    assert all(str(day).endswith("-01") for day in starts)
    assert len(starts) >= 5


def test_nothing_is_known_before_the_180_days(market: Market) -> None:
    """Candles begin 180 days ago, whatever is asked for."""
    found = market.candles("BTC-USDT", DAY, (0, NOW), NOW)
    assert len(found) == 181
    assert found.at[0] == (TODAY - 180) * DAY


@pytest.mark.parametrize("symbol", SOME)
def test_trades_of_a_minute_make_its_bar(history: History, symbol: str) -> None:
    """First to last, highest, lowest and sizes: the trades and the candle agree."""
    listing = LISTINGS[symbol]
    for place in (0, 333, 1439):
        bars = history.day(listing, TODAY)
        prices, sizes = history.path(listing, TODAY * DAY + place)
        assert len(prices) == listing.beats
        assert prices[-1] == bars.close[place]
        assert max(prices.max(), bars.open[place]) == bars.high[place]
        assert min(prices.min(), bars.open[place]) == bars.low[place]
        assert sizes.sum() == bars.volume[place]
        assert sizes.min() >= 0


def test_a_cross_agrees_with_its_legs(history: History) -> None:
    """At every minute ETH-BTC is ETH-USDT over BTC-USDT, to the tick."""
    cross, eth, btc = (history.day(LISTINGS[symbol], TODAY).close for symbol in ("ETH-BTC", "ETH-USDT", "BTC-USDT"))
    assert np.max(np.abs(cross * 0.00001 - eth * 0.01 / (btc * 0.1))) < 0.00001


def test_a_contract_stays_near_its_index(history: History) -> None:
    """The premium is a few hundredths of a per cent, within a minute as well."""
    minute = TODAY * DAY + 600
    contract, index = (history.path(LISTINGS[symbol], minute)[0] for symbol in ("XBTUSDTM", ".KXBTUSDT"))
    ratio = contract[3::4] * 0.1 / (index * 0.01)
    assert np.all(np.abs(ratio - 1) < 0.002)


def test_the_market_moves_like_one(history: History) -> None:
    """Daily movement is in a believable range, coins move with Bitcoin, and a calm hour differs from a wild one."""
    days = range(TODAY - 90, TODAY)
    closes = {
        symbol: np.log([history.hours_of_day(LISTINGS[symbol], day).close for day in days]).ravel()
        for symbol in ("BTC-USDT", "ETH-USDT", "SOL-USDT")
    }
    moves = {symbol: np.diff(series) for symbol, series in closes.items()}
    daily = moves["BTC-USDT"].std() * np.sqrt(24)
    assert 0.01 < daily < 0.05
    assert np.corrcoef(moves["BTC-USDT"], moves["ETH-USDT"])[0, 1] > 0.5
    size = np.abs(moves["SOL-USDT"])
    assert np.corrcoef(size[:-24], size[24:])[0, 1] > 0.02


def test_there_is_enough_to_trade() -> None:
    """Dozens of pairs, a dozen contracts, every kind of settlement, and a coin without a market."""
    assert len(PAIRS) >= 40
    assert len(CONTRACTS) >= 12
    assert {each.settle for each in CONTRACTS.values()} == {"USDT", "USDC", "XBT", "ETH"}
    assert {each.interval_hours for each in CONTRACTS.values()} == {1, 4, 8}
    assert COINS["OMEGA"].price == 0
    assert not any("OMEGA" in symbol for symbol in LISTINGS)
