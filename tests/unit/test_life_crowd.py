"""The bots make markets that look alive, stay sane, and give way to a stranger's order and come back."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from statistics import median

import pytest

from kucoin.practice.engine.events import LevelChange, Trade
from kucoin.practice.engine.records import Order, Profile, SpotRequest
from kucoin.practice.engine.terms import TRADE, OrderType, Side, Status
from kucoin.practice.universe import LISTINGS
from tests.life_world import NOW, Lived

LIVELY = ("BTC-USDT", "ETH-USDT", "XBTUSDTM")
ORDINARY = ("KCS-USDT", "ADAUSDTM", "XBTUSDM")
QUIET = ("ALGO-USDT", "XNO-ETH", "PEPE-USDT")
ALL = (*LIVELY, *ORDINARY, *QUIET)
SECONDS = 60
# The widest best prices, as a fraction: in the middle of a minute's readings, and at worst. One tick is always fine.
SPREADS = {LIVELY: (1e-5, 1e-4), ORDINARY: (3e-4, 1.5e-3), QUIET: (2e-3, 1e-2)}
STRAYS = {LIVELY: 5e-4, ORDINARY: 2e-3, QUIET: 1e-2}  # how far the history's shortest spikes run ahead of the quotes
PRINTS = {LIVELY: (5.0, 50.0), ORDINARY: (0.2, 5.0), QUIET: (0.02, 2.0)}  # a second
KINDS = {symbol: kind for kind in (LIVELY, ORDINARY, QUIET) for symbol in kind}


class Reading:
    """What was seen of every market in one minute of life."""

    def __init__(self) -> None:
        self.lived = Lived(ALL)
        self.prints: Counter[str] = Counter()
        self.spreads: dict[str, list[float]] = {symbol: [] for symbol in ALL}
        self.strays: dict[str, list[float]] = {symbol: [] for symbol in ALL}
        self.levels: dict[str, list[int]] = {symbol: [] for symbol in ALL}
        self.lived.step()
        for _ in range(SECONDS * 10):
            self.prints.update(event.symbol for event in self.lived.step() if isinstance(event, Trade))
            for symbol in ALL:
                self._look(symbol)

    def _look(self, symbol: str) -> None:
        book = self.lived.life.market.book(symbol, self.lived.now, 1000)
        (bid, _), (ask, _) = book.bids[0], book.asks[0]
        fair = self.lived.before.last(symbol, self.lived.now)
        tick = LISTINGS[symbol].tick
        self.spreads[symbol].append(float((ask - bid - tick) / fair))
        self.strays[symbol].append(float(abs((bid + ask) / 2 - fair) / fair))
        self.levels[symbol].append(min(len(book.bids), len(book.asks)))


@pytest.fixture(scope="module")
def reading() -> Reading:
    """One minute, looked at after every step."""
    return Reading()


def test_where_nobody_looks_a_market_lives_in_longer_steps() -> None:
    """It costs less, and passes over nothing: as much is traded there as anywhere."""
    lived, moved, prints = Lived(LIVELY), Counter[str](), Counter[str]()
    lived.step()
    for _ in range(SECONDS * 10):
        events = lived.step(seen={"BTC-USDT"})
        moved.update({event.symbol for event in events if isinstance(event, LevelChange)})
        prints.update(event.symbol for event in events if isinstance(event, Trade))
    assert moved["ETH-USDT"] <= SECONDS < 3 * SECONDS <= moved["BTC-USDT"]
    fewest, most = PRINTS[LIVELY]
    assert all(fewest <= prints[symbol] / SECONDS <= most for symbol in LIVELY), prints


def buy(lived: Lived, size: Decimal, *, price: Decimal | None = None, side: Side = Side.BUY) -> Order:
    """Let a stranger trade on BTC-USDT."""
    if "stranger" not in {user.id for user in lived.engine.users()}:
        lived.engine.add_user(Profile(id="stranger"))
        for currency in ("USDT", "BTC"):
            lived.engine.accounts.credit(lived.now, "stranger", TRADE, currency, Decimal(10**9))
    kind = OrderType.MARKET if price is None else OrderType.LIMIT
    request = SpotRequest(symbol="BTC-USDT", side=side, type=kind, size=size, price=price)
    order = lived.engine.spot.place(lived.now, "stranger", request)
    lived.take()
    return order


def middle(lived: Lived) -> Decimal:
    """The middle of BTC-USDT's best prices."""
    book = lived.life.market.book("BTC-USDT", lived.now, 1)
    return (book.bids[0][0] + book.asks[0][0]) / 2


def stray(lived: Lived) -> Decimal:
    """How far BTC-USDT is above the price that it would have by itself, a fraction."""
    return middle(lived) / lived.before.last("BTC-USDT", lived.now) - 1


# What it looks like ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", ALL)
def test_best_prices_are_as_far_apart_as_on_such_a_market(reading: Reading, symbol: str) -> None:
    """They never cross, and beyond one tick they are within the bounds of the market's kind."""
    usual, worst = SPREADS[KINDS[symbol]]
    spreads = reading.spreads[symbol]
    assert min(spreads) > -1e-9
    assert median(spreads) <= usual
    assert max(spreads) <= worst


@pytest.mark.parametrize("symbol", ALL)
def test_books_are_deep_enough_to_trade_in(reading: Reading, symbol: str) -> None:
    """Twenty levels and more a side, almost fifty where it is lively, at every moment but for one or two just eaten."""
    least = {LIVELY: 49, ORDINARY: 31, QUIET: 21}[KINDS[symbol]]
    assert median(reading.levels[symbol]) == least
    assert min(reading.levels[symbol]) >= least - 8


@pytest.mark.parametrize("symbol", ALL)
def test_trades_come_as_often_as_on_such_a_market(reading: Reading, symbol: str) -> None:
    """5 to 50 a second where it is lively, down to one in many seconds."""
    low, high = PRINTS[KINDS[symbol]]
    assert low <= reading.prints[symbol] / SECONDS <= high


@pytest.mark.parametrize("symbol", ALL)
def test_prices_go_on_as_the_history_does(reading: Reading, symbol: str) -> None:
    """The middle of the book is where the history would be, within a spread, but for the shortest spikes."""
    usual, _ = SPREADS[KINDS[symbol]]
    tick = LISTINGS[symbol].tick_float / float(reading.lived.before.last(symbol, NOW))
    assert median(reading.strays[symbol]) <= usual + tick
    assert max(reading.strays[symbol]) <= STRAYS[KINDS[symbol]] + 2 * tick


def test_no_bot_asks_for_what_the_exchange_refuses(reading: Reading) -> None:
    """Prices are on the tick, sizes on the lot and large enough, for a whole minute."""
    assert not reading.lived.life.crowd.refused()


def test_equal_seeds_live_equal_lives() -> None:
    """Everything that happens in 20 s is a function of seed and time."""
    one, two, other = (Lived(("BTC-USDT", "XBTUSDTM"), seed=seed).live(20) for seed in (7, 7, 8))
    assert one == two
    assert one != other


# Inventories ----------------------------------------------------------------------------------------------------


def test_no_bot_gathers_one_side_forever() -> None:
    """Over a quarter of an hour the makers' inventories keep returning to where they began."""
    lived = Lived(("BTC-USDT", "XRPUSDTM"))
    seen: dict[str, list[float]] = {"BTC-USDT": [], "XRPUSDTM": []}
    for _ in range(90):
        for _ in range(10):
            lived.step(1000)
        for symbol, inventories in seen.items():
            pit = lived.life.crowd.pits[symbol]
            inventories.append(float(pit.venue.inventories()[0]) / pit.habits.level_lots)
    for inventories in seen.values():
        assert max(map(abs, inventories)) < 60
        assert abs(sum(inventories) / len(inventories)) < 15
        assert min(inventories) < 0 < max(inventories)


# Strangers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "sign"), [(Side.BUY, 1), (Side.SELL, -1)])
def test_a_large_order_moves_the_price_and_it_comes_back(side: Side, sign: int) -> None:
    """All that stands on ten levels: the price follows, the book fills again, the price returns."""
    lived = Lived(("BTC-USDT",))
    lived.live(3)
    book = lived.life.market.book("BTC-USDT", lived.now, 10)
    faced = book.asks if side is Side.BUY else book.bids
    order = buy(lived, sum(size for _, size in faced), side=side)
    assert order.filled_size == order.size
    lived.live(0.5)
    moved = stray(lived) * sign
    assert moved > Decimal("0.00003")
    assert len(lived.life.market.book("BTC-USDT", lived.now, 100).asks) == 49
    lived.live(90)
    assert abs(stray(lived)) < moved / 5


def test_a_strangers_order_in_the_spread_is_taken() -> None:
    """Whoever offers the best price trades first."""
    lived = Lived(("BTC-USDT",))
    lived.live(2)
    best = lived.life.market.book("BTC-USDT", lived.now, 1).asks[0][0]
    order = buy(lived, Decimal("0.001"), price=best - LISTINGS["BTC-USDT"].tick)
    lived.live(20)
    assert order.filled_size == Decimal("0.001")


def test_makers_buy_what_is_offered_below_their_price() -> None:
    """A wall that the price runs into is bought, and holds the price only while it stands."""
    lived = Lived(("BTC-USDT",))
    lived.live(2)
    wall = buy(lived, Decimal(30), price=(middle(lived) * Decimal("0.999")).quantize(Decimal("0.1")), side=Side.SELL)
    assert 0 < wall.filled_size < 30
    lived.live(1)
    assert stray(lived) < Decimal("-0.0009")
    lived.live(60)
    assert wall.filled_size == 30
    lived.live(60)
    assert abs(stray(lived)) < Decimal("0.00002")


# Time -----------------------------------------------------------------------------------------------------------


def test_where_the_clock_stands_still_so_do_the_bots() -> None:
    """No event, however often they are asked, not even after a stranger has eaten of the book."""
    lived = Lived(ALL)
    lived.live(2)
    buy(lived, Decimal(1))
    assert [lived.step(0) for _ in range(20)] == [[]] * 20


def test_without_activity_nobody_ever_trades() -> None:
    """An activity of 0 is a market without bots."""
    lived = Lived(ALL, activity=0)
    assert lived.live(5) == []


@pytest.mark.parametrize("days", [3, -3])
def test_a_jump_in_time_is_not_lived_through(days: int) -> None:
    """Three days cost no more than a start; prices are at once where the history says, and follow it from there."""
    lived = Lived(ALL)
    start = lived.step()
    lived.live(2)
    jump = lived.step(days * 86_400_000)
    assert len(jump) < 2.5 * len(start)
    for symbol in ALL:
        fair = lived.before.last(symbol, lived.now)
        book = lived.life.market.book(symbol, lived.now, 1)
        assert abs((book.bids[0][0] + book.asks[0][0]) / 2 - fair) / fair < Decimal("0.005")
        assert abs(lived.life.market.last(symbol, lived.now) - fair) / fair < Decimal("0.005")
    assert not lived.life.crowd.refused()
    wide = {one.price for one in lived.live(10) if isinstance(one, LevelChange) and one.symbol == "BTC-USDT"}
    assert len(wide) > 100
    assert abs(stray(lived)) < Decimal("0.0005")


def test_a_jump_in_time_ends_what_was_going_on() -> None:
    """The price that a stranger has moved is not moved any more an hour later."""
    lived = Lived(("BTC-USDT",))
    lived.live(2)
    buy(lived, Decimal(20))
    lived.live(0.5)
    assert stray(lived) > Decimal("0.0005")
    lived.step(3_600_000)
    lived.live(1)
    assert abs(stray(lived)) < Decimal("0.00001")


def test_bots_leave_a_suspended_market_alone() -> None:
    """They come back when it opens."""
    lived = Lived(("BTC-USDT",))
    lived.live(2)
    lived.engine.set_status("BTC-USDT", Status.PAUSED)
    assert not [event for event in lived.live(2) if isinstance(event, Trade | LevelChange)]
    assert not lived.life.crowd.refused()
    lived.engine.set_status("BTC-USDT", Status.OPEN)
    assert [event for event in lived.live(2) if isinstance(event, Trade)]
