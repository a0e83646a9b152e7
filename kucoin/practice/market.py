"""The market as anybody sees it at a moment: last price, book, trades, candles, 24 h figures, mark and funding.

Everything is a function of seed and time. A matching engine can take the market over by answering the same questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np

from kucoin.practice.history import DAY, HOUR, TURNOVER_UNIT, WEEK, Bars, History, joined, merged
from kucoin.practice.noise import Ints, normal, stream, uniform
from kucoin.practice.universe import INDICES, LISTINGS, PAIRS, USDT, Contract, Listing, coin_of

DEPTH_DAYS = 180
MONTH = 30 * DAY  # as a request's unit; months themselves are the calendar's
PREMIUM_STEP = Decimal("0.000001")  # what premiums are told in
_BOOK_MS = 200  # how often the book changes
_ZERO = Decimal(0)
_VOLUME, _INVERSE_TURNOVER = Decimal("0.001"), Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Trade:
    """A public trade. ``side`` is the taker's; ``sequence`` rises by time within a listing; ``at_ns`` is its time."""

    sequence: int
    price: Decimal
    size: Decimal
    side: str
    at_ns: int
    trade_id: int
    maker_order_id: str
    taker_order_id: str


@dataclass(frozen=True, slots=True)
class Book:
    """The best part of an order book: (price, size), best first. A side may be empty."""

    sequence: int
    bids: tuple[tuple[Decimal, Decimal], ...]
    asks: tuple[tuple[Decimal, Decimal], ...]

    @property
    def best_bid(self) -> tuple[Decimal, Decimal] | tuple[None, None]:
        """Price and size of the best bid."""
        return self.bids[0] if self.bids else (None, None)

    @property
    def best_ask(self) -> tuple[Decimal, Decimal] | tuple[None, None]:
        """Price and size of the best ask."""
        return self.asks[0] if self.asks else (None, None)


@dataclass(frozen=True, slots=True)
class Stats:
    """The last 1,440 minutes. ``volume`` in base currency or lots, ``turnover`` in quote currency."""

    open: Decimal
    last: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal
    turnover: Decimal

    @property
    def change(self) -> Decimal:
        """The last price less that of 24 h ago."""
        return self.last - self.open

    @property
    def ratio(self) -> Decimal:
        """The same as a fraction, to KuCoin's four decimals."""
        return (self.change / self.open).quantize(Decimal("0.0001"))

    def told(self, contract: Contract) -> tuple[Decimal, Decimal]:
        """Return volume and turnover as the futures host tells them: coins and quote currency, inverse lots and coins.

        Seen: XBTUSDM at 16,532 with a volume of 1,124,530 and a turnover of 68.02716403.
        """
        if contract.is_inverse:
            return self.volume, (self.turnover / ((self.high + self.low) / 2)).quantize(_INVERSE_TURNOVER)
        return (self.volume * contract.multiplier).quantize(_VOLUME), self.turnover


class Market:
    """Answers for one seed. Times are milliseconds since 1970, prices ``Decimal`` multiples of the tick."""

    def __init__(self, seed: int, history: History | None = None) -> None:
        """Make the market of ``seed``; ``history`` is that seed's, where somebody has it already."""
        self.seed = seed
        self.history = history or History(seed)
        self._path = lru_cache(maxsize=512)(self.history.path)

    # Trades and prices

    def _beat(self, listing: Listing, at_ms: int) -> tuple[int, int]:
        """Return the minute of ``at_ms`` and which of its beats was the last."""
        minute, rest = divmod(at_ms, 60_000)
        return minute, rest * listing.beats // 60_000

    def last(self, symbol: str, at_ms: int) -> Decimal:
        """Return the price of the latest trade."""
        listing = LISTINGS[symbol]
        minute, beat = self._beat(listing, at_ms)
        prices, _ = self._path(listing, minute)
        return listing.price(int(prices[beat]))

    def trades(self, symbol: str, at_ms: int, count: int) -> list[Trade]:
        """Return the latest trades, newest first."""
        listing = LISTINGS[symbol]
        minute, beat = self._beat(listing, at_ms)
        found: list[Trade] = []
        while len(found) < count:
            prices, sizes = self._path(listing, minute)
            moves = np.diff(prices, prepend=self._path(listing, minute - 1)[0][-1:])
            rows = list(zip(prices.tolist(), sizes.tolist(), moves.tolist(), strict=True))
            first = minute * listing.beats
            places = range(beat, max(-1, beat - (count - len(found))), -1)
            found += [_trade(listing, first + place, *rows[place]) for place in places]
            minute, beat = minute - 1, listing.beats - 1
        return found

    # The book

    def book(self, symbol: str, at_ms: int, depth: int) -> Book:
        """Return the best ``depth`` levels of both sides around the latest trade."""
        listing = LISTINGS[symbol]
        trade = self.trades(symbol, at_ms, 1)[0]
        at = int(trade.price / listing.tick)
        sequence = at_ms // _BOOK_MS
        wobble = int(uniform(stream(self.seed, symbol, "spread"), np.array([sequence]))[0] * 3)
        width = 1 + wobble * max(1, round(at * 4e-6))
        bid, ask = (at - width, at) if trade.side == "buy" else (at, at + width)
        step = max(1, round(at * 3e-5))
        bids = _levels(max(bid, 1), -step, depth)
        asks = _levels(ask, step, depth)
        return Book(
            sequence=sequence,
            bids=self._rows(listing, bids[bids > 0], sequence),
            asks=self._rows(listing, asks, sequence),
        )

    def _rows(self, listing: Listing, ticks: Ints, sequence: int) -> tuple[tuple[Decimal, Decimal], ...]:
        """Return prices with their sizes: a level keeps its size for some seconds, deeper levels hold more."""
        typical = self._typical_lots(listing, int(ticks[0])) * 4
        age = (sequence + ticks * 7) // 16
        spread = np.exp(0.9 * normal(stream(self.seed, listing.symbol, "level"), ticks * 1_000_003 + age))
        deeper = 1.0 + np.arange(len(ticks)) / 12.0
        lots = np.maximum(typical * spread * deeper, 1.0).astype(np.int64)
        return tuple((listing.price(int(p)), listing.size(int(s))) for p, s in zip(ticks, lots, strict=True))

    @staticmethod
    def _typical_lots(listing: Listing, ticks: int) -> float:
        """Return the lots of an ordinary trade."""
        price = ticks * listing.tick_float
        value = price * listing.lot_float * listing.lot_coins if listing.lot_coins else 1.0
        return listing.turnover / (DAY * listing.beats) / value

    # Candles and 24 h figures

    def candles(self, symbol: str, unit: int, span: tuple[int, int], now_ms: int) -> Bars:
        """Return the bars of ``unit`` minutes that start in ``span`` (ms, the end excluded), the running one included.

        Nothing older than 180 days is known. Weeks start on Monday; a unit of 30 days means calendar months.
        """
        listing, (first_ms, end_ms) = LISTINGS[symbol], span
        oldest = (now_ms // 60_000 // DAY - DEPTH_DAYS) * DAY
        first = max(-(-first_ms // 60_000), oldest)
        end = -(-min(end_ms, now_ms + 1) // 60_000)
        if first >= end:
            return _nothing()
        finer = self._minutes if unit < HOUR else self._hours
        fine = finer(listing, first, end + unit, now_ms)  # the last bar wanted may end as much later
        return merged(fine, _starts(fine.at, unit)).between(first, end)

    def premium_candles(self, contract: Contract, unit: int, span: tuple[int, int], now_ms: int) -> Bars:
        """Return the bars of a contract's premium over its index, as `candles`; in steps of ``PREMIUM_STEP``."""
        now = now_ms // 60_000
        first = max(-(-span[0] // 60_000), (now // DAY - DEPTH_DAYS) * DAY)
        end = -(-min(span[1], now_ms + 1) // 60_000)
        if first >= end:
            return _nothing()
        at = np.arange(first, min(end + unit, now + 1))
        steps = np.rint(self.history.premium(contract.symbol, at) / float(PREMIUM_STEP)).astype(np.int64)
        none = np.zeros_like(at)  # a premium is not traded
        return merged(Bars(at, steps, steps, steps, steps, none, none), _starts(at, unit)).between(first, end)

    def _minutes(self, listing: Listing, first: int, end: int, now_ms: int) -> Bars:
        """Return the minute bars from ``first`` to ``end``, at most up to the running one."""
        now = now_ms // 60_000
        until = min(end, now)
        days = range(first // DAY, (until - 1) // DAY + 1)
        parts = [self._day(listing, day).between(first, until) for day in days]
        if first <= now < end:
            parts.append(self._running(listing, now_ms))
        return joined(parts) if parts else _nothing()

    def _hours(self, listing: Listing, first: int, end: int, now_ms: int) -> Bars:
        """Return the hour bars from ``first`` to ``end``, at most up to the running one."""
        now = now_ms // 60_000
        running = now - now % HOUR
        until = min(end, running)
        days = range(first // DAY, (until - 1) // DAY + 1)
        parts = [self._hours_of_day(listing, day).between(first, until) for day in days]
        if first <= running < end:
            minutes = self._minutes(listing, running, now + 1, now_ms)
            parts.append(merged(minutes, np.full(len(minutes), running)))
        return joined(parts) if parts else _nothing()

    def _day(self, listing: Listing, day: int) -> Bars:
        """Return the minute bars of a day; those of its minutes that have not ended count for nothing."""
        return self.history.day(listing, day)

    def _hours_of_day(self, listing: Listing, day: int) -> Bars:
        """Return the hour bars of a day, likewise."""
        return self.history.hours_of_day(listing, day)

    def _running(self, listing: Listing, now_ms: int) -> Bars:
        """Return the one bar of the minute that has not ended."""
        minute, beat = self._beat(listing, now_ms)
        day, place = divmod(minute, DAY)
        whole = self.history.day(listing, day)
        prices, sizes = self._path(listing, minute)
        start = int(whole.open[place])
        seen = np.concatenate(([start], prices[: beat + 1]))
        sold = int(sizes[: beat + 1].sum())
        share = sold / max(int(whole.volume[place]), 1)
        row = (minute, start, seen.max(), seen.min(), seen[-1], sold, round(int(whole.turnover[place]) * share))
        return Bars(*(np.array([value], dtype=np.int64) for value in row))

    def stats(self, symbol: str, now_ms: int) -> Stats:
        """Return the figures of the last 24 h: 1,440 minutes, the running one included."""
        listing = LISTINGS[symbol]
        now = now_ms // 60_000
        bars = self._minutes(listing, now - DAY + 1, now + 1, now_ms)
        return Stats(
            open=listing.price(int(bars.open[0])),
            last=listing.price(int(bars.close[-1])),
            high=listing.price(int(bars.high.max())),
            low=listing.price(int(bars.low.min())),
            volume=listing.size(int(bars.volume.sum())),
            turnover=Decimal(int(bars.turnover.sum())) / TURNOVER_UNIT,
        )

    # Futures

    def index_price(self, contract: Contract, at_ms: int) -> Decimal:
        """Return the index, which moves once a second."""
        return self.last(contract.index, at_ms)

    def mark_price(self, contract: Contract, at_ms: int) -> Decimal:
        """Return the median of funding-adjusted index, index with its premium, and last trade; once a second."""
        second = at_ms - at_ms % 1000
        index = self.index_price(contract, second)
        left = Decimal(contract.interval_ms - second % contract.interval_ms) / contract.interval_ms
        premium = Decimal(float(self.history.premium(contract.symbol, np.array([second // 60_000]))[0]))
        fair = index * (1 + self.funding_rate(contract, second) * left)
        middle = sorted((fair, index * (1 + premium), self.last(contract.symbol, second)))[1]
        step = INDICES[contract.index].tick
        return (middle / step).quantize(Decimal(1)) * step

    def funding_rate(self, contract: Contract, at_ms: int) -> Decimal:
        """Return the rate of the funding interval that holds ``at_ms``: what its end will charge."""
        place = at_ms // contract.interval_ms
        middle = (place * contract.interval_ms + contract.interval_ms // 2) // 60_000
        minutes = middle + np.arange(-2, 3) * max(1, contract.interval_hours * 6)
        rate = float(self.history.premium(contract.symbol, minutes).mean()) * contract.interval_hours / 8.0
        return Decimal(round(max(-0.003, min(0.003, rate)), 6)).quantize(Decimal("0.000001"))

    def open_interest(self, contract: Contract, at_ms: int) -> int:
        """Return the lots that are open, slowly moving."""
        price = float(self.last(contract.symbol, at_ms))
        value = price * contract.lot_coins if contract.lot_coins else 1.0
        drift = normal(stream(self.seed, contract.symbol, "interest"), np.array([at_ms // 3_600_000]))[0]
        return int(contract.turnover * 0.55 * (1.0 + 0.01 * drift) / value)

    # Prices of currencies

    def coin_price(self, currency: str, at_ms: int) -> Decimal | None:
        """Return a currency's price in USDT through the pairs that exist, None where no pair leads to it."""
        code = coin_of(currency)
        if code == USDT:
            return Decimal(1)
        for quote in (USDT, "BTC", "ETH", "KCS", "USDC"):
            if f"{code}-{quote}" in PAIRS:
                over = self.coin_price(quote, at_ms) if quote != USDT else Decimal(1)
                return self.last(f"{code}-{quote}", at_ms) * over if over is not None else None
        return None


def _trade(listing: Listing, sequence: int, ticks: int, lots: int, move: int) -> Trade:
    """Return the trade of a beat; who took is seen from where the price went."""
    up = move > 0 if move else bool(sequence & 1)
    return Trade(
        sequence=sequence,
        price=listing.price(ticks),
        size=listing.size(lots),
        side="buy" if up else "sell",
        at_ns=sequence * 60_000 // listing.beats * 1_000_000,
        trade_id=sequence,
        maker_order_id=str(sequence * 100 + 1),
        taker_order_id=str(sequence * 100 + 2),
    )


def _nothing() -> Bars:
    return Bars(*(np.empty(0, dtype=np.int64) for _ in range(7)))


def _levels(best: int, step: int, depth: int) -> Ints:
    """Return prices from ``best`` outwards: the best itself, then the round steps behind it, so that levels stay
    where they are while the best price moves."""
    grid = best // abs(step) * abs(step)
    if step > 0 or grid == best:
        grid += step
    rest = grid + step * np.arange(depth - 1, dtype=np.int64)
    return np.concatenate((np.array([best], dtype=np.int64), rest))


def _starts(at: Ints, unit: int) -> Ints:
    """Return the starting minute of the bar of ``unit`` minutes that holds each minute in ``at``."""
    if unit == WEEK:
        monday = 4 * DAY  # the epoch began on a Thursday
        return (at - monday) // WEEK * WEEK + monday
    if unit == MONTH:
        months = (at // DAY).astype("datetime64[D]").astype("datetime64[M]")
        return months.astype("datetime64[D]").astype(np.int64) * DAY
    return at - at % unit
