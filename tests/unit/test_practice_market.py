"""The practice market at a moment: last price, book, trades, 24 h figures, mark and funding agree with each other."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kucoin.decimals import is_multiple
from kucoin.practice.history import DAY
from kucoin.practice.market import Market, Stats
from kucoin.practice.universe import CONTRACTS, LISTINGS, PAIRS

NOW = (20_700 * DAY + 754) * 60_000 + 23_456
TRADED = (*PAIRS, *CONTRACTS)


@pytest.fixture(scope="module")
def market() -> Market:
    """A market that the tests share: it has no state but caches."""
    return Market(7)


@pytest.mark.parametrize("symbol", TRADED)
def test_a_book_is_sorted_and_uncrossed(market: Market, symbol: str) -> None:
    """Bids fall, asks rise, nothing crosses, all on the increments, the last trade at one of the best prices."""
    listing = LISTINGS[symbol]
    book = market.book(symbol, NOW, 50)
    bids, asks = [price for price, _ in book.bids], [price for price, _ in book.asks]
    assert bids == sorted(set(bids), reverse=True)
    assert asks == sorted(set(asks))
    assert 0 < bids[-1] < bids[0] < asks[0]
    assert market.trades(symbol, NOW, 1)[0].price in (bids[0], asks[0])
    assert all(
        is_multiple(price, listing.tick) and is_multiple(size, listing.lot) for price, size in book.bids + book.asks
    )
    assert all(size > 0 for _, size in book.bids + book.asks)


def test_a_deeper_book_has_the_same_top(market: Market) -> None:
    """Twenty levels are the first twenty of a hundred."""
    shallow, deep = market.book("BTC-USDT", NOW, 20), market.book("BTC-USDT", NOW, 100)
    assert deep.bids[:20] == shallow.bids
    assert deep.asks[:20] == shallow.asks
    assert len(deep.bids) == 100


def test_sequences_rise_with_time(market: Market) -> None:
    """A later book and a later trade have a higher sequence."""
    books = [market.book("BTC-USDT", NOW + after, 1).sequence for after in (0, 400, 60_000)]
    assert books == sorted(set(books))
    trades = [each.sequence for each in market.trades("BTC-USDT", NOW, 100)]
    assert trades == sorted(set(trades), reverse=True)


@pytest.mark.parametrize("symbol", TRADED)
def test_trades_are_on_the_increments(market: Market, symbol: str) -> None:
    """A hundred trades, newest first, none from the future, the newest at the last price."""
    listing = LISTINGS[symbol]
    trades = market.trades(symbol, NOW, 100)
    assert len(trades) == 100
    assert all(each.at_ns <= NOW * 1_000_000 for each in trades)
    assert trades[0].price == market.last(symbol, NOW)
    assert [each.at_ns for each in trades] == sorted((each.at_ns for each in trades), reverse=True)
    assert all(is_multiple(each.price, listing.tick) and is_multiple(each.size, listing.lot) for each in trades)
    assert all(each.size > 0 for each in trades)


def test_prices_move_several_times_a_second(market: Market) -> None:
    """Ten seconds of Bitcoin show more than twenty different prices."""
    seen = {market.last("BTC-USDT", NOW + step * 250) for step in range(40)}
    assert len(seen) > 20


@pytest.mark.parametrize("symbol", ["BTC-USDT", "SHIB-USDT", "ETHUSDM"])
def test_24_h_figures_agree_with_the_candles(market: Market, symbol: str) -> None:
    """They are the last 1,440 minute candles."""
    listing = LISTINGS[symbol]
    stats = market.stats(symbol, NOW)
    bars = market.candles(symbol, 1, (NOW - DAY * 60_000, NOW + 1), NOW)
    assert len(bars) == 1440
    assert stats.open == listing.price(int(bars.open[0]))
    assert stats.last == listing.price(int(bars.close[-1])) == market.last(symbol, NOW)
    assert stats.high == listing.price(int(bars.high.max()))
    assert stats.low == listing.price(int(bars.low.min()))
    assert stats.volume == listing.size(int(bars.volume.sum()))
    assert stats.change == stats.last - stats.open
    assert stats.ratio == (stats.change / stats.open).quantize(Decimal("0.0001"))


def test_inverse_contracts_tell_lots_and_coins() -> None:
    """The others coins and quote currency."""
    day = Stats(*map(Decimal, ("1", "1", "20000", "10000", "1200000", "1200000")))
    assert day.told(CONTRACTS["XBTUSDM"]) == (1_200_000, 80)
    assert day.told(CONTRACTS["XBTUSDTM"]) == (1_200, 1_200_000)


def test_the_running_minute_ends_as_the_candle(market: Market) -> None:
    """Watched to its end, the running bar becomes the finished one."""
    begin = NOW - NOW % 60_000
    finished = market.candles("ETH-USDT", 1, (begin, begin + 1), begin + 60_000)
    running = market.candles("ETH-USDT", 1, (begin, begin + 1), begin + 59_999)
    assert [column.tolist() for column in running.columns()] == [column.tolist() for column in finished.columns()]


@pytest.mark.parametrize("symbol", CONTRACTS)
def test_the_mark_is_between_its_three_sources(market: Market, symbol: str) -> None:
    """Close to index and last price, standing still within a second."""
    contract = CONTRACTS[symbol]
    mark, index = market.mark_price(contract, NOW), market.index_price(contract, NOW)
    assert abs(mark / index - 1) < Decimal("0.003")
    second = NOW - NOW % 1000
    assert market.mark_price(contract, second) == market.mark_price(contract, second + 999)


@pytest.mark.parametrize("symbol", CONTRACTS)
def test_a_rate_holds_for_its_whole_interval(market: Market, symbol: str) -> None:
    """What is shown during an interval is what its end charges, within the cap."""
    contract = CONTRACTS[symbol]
    began = NOW - NOW % contract.interval_ms
    first, last = (market.funding_rate(contract, at) for at in (began, began + contract.interval_ms - 1))
    assert first == last
    assert abs(first) <= Decimal("0.003")
    rates = {market.funding_rate(contract, began + place * contract.interval_ms) for place in range(12)}
    assert len(rates) > 1


def test_every_coin_with_a_market_has_a_price(market: Market) -> None:
    """Through USDT, or through another quote; a coin without a market has none."""
    assert market.coin_price("USDT", NOW) == 1
    assert market.coin_price("XBT", NOW) == market.coin_price("BTC", NOW) == market.last("BTC-USDT", NOW)
    assert market.coin_price("DGB", NOW) == market.last("DGB-BTC", NOW) * market.last("BTC-USDT", NOW)
    assert market.coin_price("OMEGA", NOW) is None
    assert market.open_interest(CONTRACTS["XBTUSDTM"], NOW) > 1000
