"""The tape tells what was traded, no more and no less, and goes on where the history ends."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from kucoin.practice.engine import events
from kucoin.practice.engine.terms import Side
from kucoin.practice.history import DAY, TURNOVER_UNIT, WEEK, Bars
from kucoin.practice.life.tape import KEPT_DAYS, Row, Tape
from kucoin.practice.market import Market
from kucoin.practice.universe import CONTRACTS, LISTINGS
from tests.life_world import NOW, Lived

BTC = "BTC-USDT"
MINUTE_MS = 60_000
MINUTE = NOW // MINUTE_MS
NEXT_MS = (MINUTE + 1) * MINUTE_MS  # the first whole minute that is lived through
TRADED = (BTC, "XBTUSDTM", "XBTUSDM", "KCS-USDT")


@pytest.fixture(scope="module")
def market() -> Market:
    """The history."""
    return Market(7)


@pytest.fixture(scope="module")
def lived() -> tuple[Lived, list[events.Trade]]:
    """A market that was lived through for 2 min 50 s, and what was traded from the first whole minute on."""
    made = Lived(TRADED)
    made.step()
    trades = [one for one in made.live(170) if isinstance(one, events.Trade) and one.at_ns >= NEXT_MS * 1_000_000]
    return made, trades


def trade(price: str, size: str, at_ms: int, *, symbol: str = BTC, number: int = 1) -> events.Trade:
    """A trade as the engine tells it."""
    return events.Trade(
        symbol, number, number * 10, Side.BUY, Decimal(price), Decimal(size), "maker", "taker", at_ms * 1_000_000
    )


def silence(tape: Tape, until_ms: int) -> None:
    """Let time pass in which nobody trades."""
    for now in range(tape.now_ms, until_ms + 1, 1000):
        tape.advance(now)
    tape.advance(until_ms)


def rows_of(bars: Bars) -> list[tuple[int, ...]]:
    """The bars as tuples."""
    return [tuple(int(value) for value in row) for row in zip(*bars.columns(), strict=True)]


def bar_of(symbol: str, trades: list[events.Trade]) -> tuple[int, ...]:
    """The bar that trades make, worked out the long way."""
    listing = LISTINGS[symbol]
    ticks = [int(one.price / listing.tick) for one in trades]
    size = sum((one.size for one in trades), Decimal(0))
    contract = CONTRACTS.get(symbol)
    if contract is None:
        value = sum((one.price * one.size for one in trades), Decimal(0))
    elif contract.is_inverse:
        value = size
    else:
        value = sum((one.price * one.size * contract.multiplier for one in trades), Decimal(0))
    turnover = int((value * TURNOVER_UNIT).to_integral_value())
    return ticks[0], max(ticks), min(ticks), ticks[-1], int(size / listing.lot), turnover


# What was traded --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", TRADED)
def test_minute_bars_are_what_was_traded(lived: tuple[Lived, list[events.Trade]], symbol: str) -> None:
    """Open, extremes, close, volume and turnover of each minute, the running one included, are its trades'."""
    made, trades = lived
    expected: dict[int, list[events.Trade]] = {}
    for one in trades:
        if one.symbol == symbol:
            expected.setdefault(one.at_ns // (MINUTE_MS * 1_000_000), []).append(one)
    assert len(expected) >= 2
    bars = made.life.market.candles(symbol, 1, (NEXT_MS, made.now), made.now)
    assert rows_of(bars) == [(minute, *bar_of(symbol, found)) for minute, found in expected.items()]


@pytest.mark.parametrize("unit", [3, 5, 60, 240, DAY, WEEK])
def test_longer_candles_are_the_sum_of_minutes(lived: tuple[Lived, list[events.Trade]], unit: int) -> None:
    """Across the end of the history and the running minute."""
    made, _ = lived
    span = ((MINUTE // WEEK - 2) * WEEK * MINUTE_MS, made.now + 1)
    minutes = made.life.market.candles(BTC, 1, span, made.now)
    bars = made.life.market.candles(BTC, unit, span, made.now)
    last = int(bars.at[-1])
    inside = minutes.between(last, last + unit)
    assert inside.at[-1] == made.now // MINUTE_MS
    assert rows_of(bars)[-1] == (
        last,
        int(inside.open[0]),
        int(inside.high.max()),
        int(inside.low.min()),
        int(inside.close[-1]),
        int(inside.volume.sum()),
        int(inside.turnover.sum()),
    )


def test_the_figures_of_24_hours_are_those_of_their_minutes(lived: tuple[Lived, list[events.Trade]]) -> None:
    """1,440 minutes: the history's, then the tape's."""
    made, trades = lived
    now = made.now // MINUTE_MS
    bars = made.life.market.candles(BTC, 1, ((now - DAY + 1) * MINUTE_MS, made.now + 1), made.now)
    stats = made.life.market.stats(BTC, made.now)
    listing = LISTINGS[BTC]
    assert len(bars) == DAY
    assert stats.volume == listing.size(int(bars.volume.sum()))
    assert stats.high == listing.price(int(bars.high.max()))
    assert stats.open == listing.price(int(bars.open[0]))
    assert stats.last == [one.price for one in trades if one.symbol == BTC][-1]


def test_the_last_hundred_trades_come_newest_first(lived: tuple[Lived, list[events.Trade]]) -> None:
    """With the engine's numbers, ids and nanoseconds."""
    made, trades = lived
    told = made.life.market.trades(BTC, made.now, 500)
    expected = [one for one in trades if one.symbol == BTC][:-101:-1]
    assert [(one.sequence, one.trade_id, one.price, one.size, one.side, one.at_ns) for one in told] == [
        (one.sequence, one.trade_id, one.price, one.size, one.side, one.at_ns) for one in expected
    ]
    assert (told[0].maker_order_id, told[0].taker_order_id) == (expected[0].maker_order_id, expected[0].taker_order_id)


def test_a_minute_without_a_trade_has_no_bar(market: Market) -> None:
    """The history's bar of it would tell of trades that nobody made."""
    tape = Tape(market, [BTC], NOW)
    tape.take([trade("87000.1", "0.5", NEXT_MS + 1)], NEXT_MS + 1)
    silence(tape, NEXT_MS + 2 * MINUTE_MS)
    tape.take([trade("87000.2", "0.5", NEXT_MS + 2 * MINUTE_MS)], NEXT_MS + 2 * MINUTE_MS)
    assert tape.day(BTC, MINUTE // DAY).between(MINUTE + 1, MINUTE + 3).at.tolist() == [MINUTE + 1]
    assert tape.running(BTC).at.tolist() == [MINUTE + 3]


# Where it meets the history ---------------------------------------------------------------------------------------


def test_before_its_first_trade_the_tape_tells_of_the_past(market: Market) -> None:
    """The last hundred trades and the running minute so far are the history's."""
    tape = Tape(market, [BTC], NOW)
    assert tape.trades(BTC, 100) == market.trades(BTC, NOW, 100)
    now = market.candles(BTC, 1, (MINUTE * MINUTE_MS, NOW), NOW)
    sold = [one for one in market.trades(BTC, NOW, 500) if one.at_ns >= MINUTE * MINUTE_MS * 1_000_000]
    assert tape.running(BTC).close[0] == now.close[0]
    assert LISTINGS[BTC].size(int(tape.running(BTC).volume[0])) == sum(one.size for one in sold)


def test_prices_make_no_step_where_life_begins() -> None:
    """The first live trades are within a spread of the last of the past."""
    made = Lived(TRADED)
    before = {symbol: made.life.market.last(symbol, made.now) for symbol in TRADED}
    made.step()
    for symbol in TRADED:
        assert abs(made.life.market.last(symbol, made.now) / before[symbol] - 1) < Decimal("0.0005")


@pytest.mark.parametrize("pause_ms", [3_000, 25_000])
def test_a_pause_inside_a_minute_is_filled_from_the_history(market: Market, pause_ms: int) -> None:
    """As much volume as the history has for the pause, no more."""
    tape = Tape(market, [BTC], NOW)
    before = int(tape.running(BTC).volume[0])
    tape.advance(NOW + pause_ms)
    prices, sizes = market.history.path(LISTINGS[BTC], MINUTE)
    beats = slice(NOW % MINUTE_MS // 250 + 1, (NOW + pause_ms) % MINUTE_MS // 250 + 1)
    assert int(tape.running(BTC).volume[0]) - before == int(sizes[beats].sum())
    assert tape.running(BTC).close[0] == prices[beats][-1]


def test_minutes_that_were_slept_through_are_the_historys(market: Market) -> None:
    """And the rest of the one in which sleep began."""
    tape = Tape(market, [BTC], NOW)
    tape.take([trade("99999.9", "1", NOW)], NOW)
    tape.advance(NOW + 10 * MINUTE_MS)
    day = MINUTE // DAY
    told, past = tape.day(BTC, day), market.history.day(LISTINGS[BTC], day)
    assert rows_of(told.between(MINUTE + 1, MINUTE + 10)) == rows_of(past.between(MINUTE + 1, MINUTE + 10))
    began = told.between(MINUTE, MINUTE + 1)
    whole = past.between(MINUTE, MINUTE + 1)
    assert began.high[0] == 999_999
    assert began.volume[0] == whole.volume[0] + 100_000_000
    assert began.close[0] == whole.close[0]


def test_a_clock_that_is_set_back_forgets_what_will_be(market: Market) -> None:
    """Bars and trades of later moments are gone, those of earlier ones stay."""
    tape = Tape(market, [BTC], NOW)
    for minute in range(5):
        silence(tape, NEXT_MS + minute * MINUTE_MS)
        tape.take([trade("99999.9", "1", tape.now_ms)], tape.now_ms)
    back = NEXT_MS + MINUTE_MS + 30_000
    tape.advance(back)
    told = tape.day(BTC, MINUTE // DAY)
    assert told.between(MINUTE + 1, MINUTE + 2).high.tolist() == [999_999]
    assert told.between(MINUTE + 2, MINUTE + 10).high.max() < 999_999
    assert tape.trades(BTC, 100) == market.trades(BTC, back, 100)


# Keeping ----------------------------------------------------------------------------------------------------------


def test_a_tape_that_was_written_down_tells_the_same(lived: tuple[Lived, list[events.Trade]]) -> None:
    """Another start with its rows has the same candles of all whole minutes."""
    made, _ = lived
    rows = made.life.tape.rows()
    assert [minute for minute, _ in rows] == list(range(MINUTE, made.now // MINUTE_MS))
    assert made.life.tape.rows() == []
    again = Tape(made.before, TRADED, made.now)
    again.load(rows)
    for symbol in TRADED:
        one, other = (tape.day(symbol, MINUTE // DAY) for tape in (made.life.tape, again))
        assert rows_of(one) == rows_of(other)
    past = made.before.history.day(LISTINGS[BTC], MINUTE // DAY)
    assert rows_of(again.day(BTC, MINUTE // DAY)) != rows_of(past)


def test_minutes_that_end_are_seen_at_once(market: Market) -> None:
    """Also by somebody who has asked for the day before."""
    tape = Tape(market, [BTC], NOW)
    seen = []
    for minute in range(3):
        silence(tape, NEXT_MS + minute * MINUTE_MS)
        tape.take([trade("99999.9", "1", tape.now_ms)], tape.now_ms)
        seen.append(int((tape.day(BTC, MINUTE // DAY).high == 999_999).sum()))
    assert seen == [0, 1, 2]


def test_rows_from_the_future_are_not_read(market: Market) -> None:
    """They were written before the clock was set back."""
    tape = Tape(market, [BTC], NOW)
    tape.load([(MINUTE, '{"BTC-USDT":[1,1,1,1,1,1]}'), (MINUTE + DAY, '{"BTC-USDT":[1,1,1,1,1,1]}')])
    assert not tape.lived(MINUTE // DAY)


def test_a_week_of_minutes_is_kept(market: Market) -> None:
    """Older days are the history's again, and their rows can go."""
    tape = Tape(market, [BTC], NOW)
    rows: list[Row] = [(minute, '{"BTC-USDT":[5,9,4,6,7,8]}') for minute in range(MINUTE - 9 * DAY, MINUTE, DAY)]
    tape.load(rows)
    kept = [day for day in range(MINUTE // DAY - 9, MINUTE // DAY) if tape.lived(day)]
    assert kept == list(range(MINUTE // DAY - KEPT_DAYS - 1, MINUTE // DAY))
    assert tape.oldest == (MINUTE // DAY - KEPT_DAYS) * DAY


# The public answers -----------------------------------------------------------------------------------------------


def test_the_book_is_the_engines(lived: tuple[Lived, list[events.Trade]]) -> None:
    """Levels and sequence, best first."""
    made, _ = lived
    book, engine = made.life.market.book(BTC, made.now, 5), made.engine.market(BTC).book
    assert book.sequence == engine.sequence
    assert list(book.bids) == engine.depth(Side.BUY, 5)
    assert list(book.asks) == engine.depth(Side.SELL, 5)


def test_hours_that_are_over_are_made_of_what_was_traded() -> None:
    """An hour bar is the sum of minutes on the tape, whether it ended today or on an earlier day."""
    made = Lived((BTC,))
    hour = MINUTE // 60 * 60
    for back in (60, DAY):
        made.life.tape.load([(hour - back + 7, '{"BTC-USDT":[5,1000000,1,7,100,9]}')])
        span = ((hour - back) * MINUTE_MS, (hour - back + 60) * MINUTE_MS)
        (bar,) = rows_of(made.life.market.candles(BTC, 60, span, NOW))
        minutes = made.life.market.candles(BTC, 1, span, NOW)
        assert bar[2:4] == (1_000_000, 1)
        assert bar[5] == int(minutes.volume.sum())


def test_nobody_sees_further_than_the_tape(lived: tuple[Lived, list[events.Trade]]) -> None:
    """Asked between two steps, when the next minute has begun, the market is still where the last step left it."""
    made, _ = lived
    later = made.now + MINUTE_MS
    span = (NEXT_MS, later + 1)
    told = made.life.market.candles(BTC, 1, span, later)
    assert rows_of(told) == rows_of(made.life.market.candles(BTC, 1, span, made.now))
    assert made.life.market.stats(BTC, later) == made.life.market.stats(BTC, made.now)


def test_mark_prices_do_not_wait_for_trades() -> None:
    """They are the function of time that the engine is given, at every moment."""
    made = Lived(("XBTUSDTM",))
    contract = CONTRACTS["XBTUSDTM"]
    for _ in range(60):
        made.step(1000)
        assert made.life.market.mark_price(contract, made.now) == made.before.mark_price(contract, made.now)
        assert made.engine.futures.markets["XBTUSDTM"].mark == made.before.mark_price(contract, made.now)


@pytest.mark.parametrize(
    "ask",
    [
        lambda market, now: market.mark_price(CONTRACTS["XBTUSDTM"], now),
        lambda market, now: market.index_price(CONTRACTS["XBTUSDTM"], now),
        lambda market, now: market.funding_rate(CONTRACTS["XBTUSDTM"], now),
        lambda market, now: market.open_interest(CONTRACTS["XBTUSDTM"], now),
        lambda market, now: market.last(BTC, now - 3_600_000),
        lambda market, now: rows_of(market.candles(".KXBTUSDT", 60, (now - 10**8, now), now)),
    ],
)
def test_what_trading_does_not_decide_is_the_function_of_time(
    lived: tuple[Lived, list[events.Trade]], ask: Callable[[Market, int], object]
) -> None:
    """Index, mark, funding, open interest, and single prices of the past."""
    made, _ = lived
    assert ask(made.life.market, made.now) == ask(made.before, made.now)


def test_a_coin_costs_what_was_paid_for_it(lived: tuple[Lived, list[events.Trade]]) -> None:
    """In USDT, by the last trade."""
    made, trades = lived
    assert made.life.market.coin_price("BTC", made.now) == [one.price for one in trades if one.symbol == BTC][-1]


def test_extremes_hold_what_lies_between(lived: tuple[Lived, list[events.Trade]]) -> None:
    """In every minute of the day, lived through or not, low <= open, close <= high."""
    made, _ = lived
    bars = made.life.market.candles(BTC, 1, (NOW - 86_400_000, made.now), made.now)
    assert np.all(bars.low <= np.minimum(bars.open, bars.close))
    assert np.all(bars.high >= np.maximum(bars.open, bars.close))
