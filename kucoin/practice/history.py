"""Prices of the past: minute by minute, 180 days deep, a function of seed and time.

A coin's log price is drawn from coarse to fine: a slow wander over days, split into hours, split into minutes, each
split a bridge between the two ends it was given. So any minute costs the same to find, wherever it lies, and
neighbouring days meet exactly. Part of every draw is the whole market's, which correlates the coins. Volatility comes
in clusters and has the rhythm of the trading day. Pairs, contracts and indices are made of coins' log prices, so a
cross agrees with its two legs at every minute.

Prices in a bar are whole ticks, volumes whole lots, turnovers whole millionths: sums and extremes over minutes equal
those over hours exactly. None of this is an account's money.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kucoin.practice.noise import Floats, Ints, normal, smooth, stream, uniform
from kucoin.practice.universe import COINS, Coin, Listing

HOUR = 60
DAY = 1440
WEEK = 7 * DAY
_BLOCK = 64  # days whose wander is drawn at once
_BEATS = 240  # of a minute, for the liveliest; others take every second or fourth of them
_WANDERS = (64, 32, 16, 8, 4, 2, 1)  # days between two places of each octave of the slow wander
# How much of a day's movement falls into each hour, UTC: quiet before Asia's evening, busy when New York opens.
_RHYTHM = np.array([9, 10, 9, 8, 7, 7, 8, 10, 11, 10, 9, 9, 10, 14, 19, 17, 14, 12, 11, 11, 12, 11, 9, 9], float)
_RHYTHM /= _RHYTHM.sum()
_WEEKDAY = np.array([1.08, 1.02, 0.84, 0.8, 1.06, 1.12, 1.08])  # day 0 of the epoch was a Thursday
TURNOVER_UNIT = 1_000_000  # turnovers are counted in millionths of the quote currency


@dataclass(frozen=True, slots=True)
class Bars:
    """Candles as columns. ``at`` is the starting minute since 1970; prices are ticks, ``volume`` lots."""

    at: Ints
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    volume: Ints
    turnover: Ints

    def __len__(self) -> int:
        return len(self.at)

    def columns(self) -> tuple[Ints, ...]:
        """Return the columns in the order of the fields."""
        return self.at, self.open, self.high, self.low, self.close, self.volume, self.turnover

    def between(self, first: int, end: int) -> Bars:
        """Return the bars that start at minute ``first`` or later and before ``end``."""
        low, high = np.searchsorted(self.at, (first, end))
        return Bars(*(column[low:high] for column in self.columns()))


def joined(parts: list[Bars]) -> Bars:
    """Return several runs of bars as one."""
    return Bars(*(np.concatenate(columns) for columns in zip(*(part.columns() for part in parts), strict=True)))


def merged(bars: Bars, starts: Ints) -> Bars:
    """Return ``bars`` summed up into longer ones; ``starts`` names the longer bar that each belongs to, rising."""
    if not len(bars):
        return bars
    first = np.flatnonzero(np.concatenate(([True], starts[1:] != starts[:-1])))
    last = np.concatenate((first[1:], [len(bars)])) - 1
    return Bars(
        at=starts[first],
        open=bars.open[first],
        high=np.maximum.reduceat(bars.high, first),
        low=np.minimum.reduceat(bars.low, first),
        close=bars.close[last],
        volume=np.add.reduceat(bars.volume, first),
        turnover=np.add.reduceat(bars.turnover, first),
    )


class History:
    """The whole past and future of the market for one seed; knows no now."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        # One day of a coin or listing is 12 to 80 kB: these two hold what a day's work touches, about 40 MB.
        self._coin_day = lru_cache(maxsize=600)(self._make_coin_day)
        self._wander = lru_cache(maxsize=400)(self._make_wander)
        self._coin_minute = lru_cache(maxsize=256)(self._make_coin_minute)
        self.day = lru_cache(maxsize=320)(self._make_day)
        self.hours_of_day = lru_cache(maxsize=20_000)(self._make_hours)

    def _mixed(self, coin: Coin, kind: str, at: Ints) -> Floats:
        """Return ``coin``'s draws at ``at``: partly the whole market's."""
        own = normal(stream(self._seed, coin.code, kind), at)
        market = normal(stream(self._seed, "market", kind), at)
        mixed: Floats = coin.rho * market + np.sqrt(1.0 - coin.rho**2) * own
        return mixed

    def _make_wander(self, code: str, block: int) -> Floats:
        """Return the slow part of the log price at the start of each day of a block, and of the day after it."""
        coin = COINS[code]
        days = block * _BLOCK + np.arange(_BLOCK + 1)
        total = np.zeros(len(days))
        for span in _WANDERS:
            places = np.floor_divide(days, span)
            share = (days - places * span) / span
            before, after = self._mixed(coin, f"wander{span}", places), self._mixed(coin, f"wander{span}", places + 1)
            total += 0.5 * coin.sigma * np.sqrt(span) * (before + (after - before) * share)
        return total

    def _make_coin_day(self, code: str, day: int) -> Floats:
        """Return the log USDT price at each of the day's 1441 minute borders."""
        coin = COINS[code]
        block, place = divmod(day, _BLOCK)
        ends = self._wander(code, block)[place : place + 2] + np.log(coin.price)
        if coin.sigma == 0.0:
            return np.full(DAY + 1, ends[0])
        days = np.array([day], dtype=np.float64)
        mood = 0.4 * smooth(stream(self._seed, "mood"), days / 9.0) + 0.25 * smooth(
            stream(self._seed, code), days / 3.0
        )
        sigma = coin.sigma * float(np.exp(mood[0]))
        hours = day * 24 + np.arange(24)
        spread = np.exp(0.35 * self._mixed(coin, "heat", hours))
        hourly = sigma * np.sqrt(_RHYTHM) * spread
        borders = _bridges(ends[:1], ends[1:], hourly[None, :] * self._mixed(coin, "hour", hours)[None, :])[0]
        minutes = self._mixed(coin, "minute", day * DAY + np.arange(DAY)).reshape(24, HOUR)
        inside = _bridges(borders[:-1], borders[1:], minutes * (hourly / np.sqrt(HOUR))[:, None])
        return np.concatenate((inside[:, :-1].ravel(), borders[-1:]))

    def levels(self, listing: Listing, day: int) -> Floats:
        """Return the listing's log price at each of the day's 1441 minute borders."""
        total = np.zeros(DAY + 1)
        for code, sign in listing.legs:
            total += sign * self._coin_day(code, day)
        if listing.premium:
            total += self.premium(listing.symbol, day * DAY + np.arange(DAY + 1))
        return total

    def premium(self, symbol: str, minutes: Ints) -> Floats:
        """Return how far a contract trades above its index, a fraction, at ``minutes``: mostly a few hundredths of
        a per cent, slowly turning."""
        slow = smooth(stream(self._seed, symbol, "premium"), minutes / (20.0 * HOUR))
        quick = smooth(stream(self._seed, symbol, "premium, quick"), minutes / 45.0)
        return 0.00006 + 0.00022 * slow + 0.00005 * quick

    def _make_day(self, listing: Listing, day: int) -> Bars:
        """Return the day's 1440 minute bars."""
        borders = self.levels(listing, day)
        at = day * DAY + np.arange(DAY)
        start, end = borders[:-1], borders[1:]
        body = np.abs(end - start)
        reach = np.repeat(body.reshape(24, HOUR).mean(axis=1), HOUR) + 1e-7
        coin = listing.legs[0][0]  # whatever is made of one coin has the same wicks, so that they move together
        up, down = (np.abs(normal(stream(self._seed, coin, side), at)) for side in ("up", "down"))
        tick = listing.tick_float
        opens, closes = (np.rint(np.exp(side) / tick).astype(np.int64) for side in (start, end))
        high = np.rint(np.exp(np.maximum(start, end) + 0.5 * reach * up) / tick).astype(np.int64)
        low = np.rint(np.exp(np.minimum(start, end) - 0.5 * reach * down) / tick).astype(np.int64)
        least = listing.beats if listing.turnover else 0  # an index is not traded
        middle = np.exp((start + end) / 2.0)
        haste = np.exp(0.6 * normal(stream(self._seed, listing.symbol, "haste"), at)) * (0.55 + 0.45 * body / reach)
        rhythm = np.repeat(_RHYTHM, HOUR) / HOUR * _WEEKDAY[day % 7]
        turnover = listing.turnover * rhythm * haste
        volume = np.maximum(turnover / self._lot_value(listing, middle), least).astype(np.int64)
        exact = volume * self._lot_value(listing, middle)
        return Bars(
            at=at,
            open=opens,
            high=np.maximum(high, np.maximum(opens, closes)),
            low=np.maximum(np.minimum(low, np.minimum(opens, closes)), 1),
            close=closes,
            volume=volume,
            turnover=np.rint(exact * TURNOVER_UNIT).astype(np.int64),
        )

    @staticmethod
    def _lot_value(listing: Listing, price: Floats) -> Floats:
        """Return what one lot is worth in quote currency."""
        if listing.lot_coins == 0.0:
            return np.ones(len(price))
        return price * (listing.lot_float * listing.lot_coins)

    def _make_hours(self, listing: Listing, day: int) -> Bars:
        """Return the day's 24 hour bars."""
        bars = self.day(listing, day)
        return merged(bars, bars.at - bars.at % HOUR)

    def _make_coin_minute(self, code: str, minute: int) -> Floats:
        """Return how the coin's log price wanders off the straight line within a minute, at 240 beats."""
        coin = COINS[code]
        day, place = divmod(minute, DAY)
        borders = self._coin_day(code, day)
        at = minute * _BEATS + np.arange(_BEATS)
        hour = place - place % HOUR
        reach = float(np.abs(np.diff(borders[hour : hour + HOUR + 1])).mean())
        steps = self._mixed(coin, "beat", at) * (1.2 * reach / np.sqrt(_BEATS))
        wander: Floats = _bridges(np.zeros(1), np.zeros(1), steps[None, :])[0][1:]
        return wander

    def path(self, listing: Listing, minute: int) -> tuple[Ints, Ints]:
        """Return the trades of one minute: price ticks and sizes in lots, ``listing.beats`` of each.

        The last price is the bar's close, the extremes are its high and low, the sizes add up to its volume.
        """
        day, place = divmod(minute, DAY)
        bars = self.day(listing, day)
        start, high, low, end, volume = (
            int(column[place]) for column in (bars.open, bars.high, bars.low, bars.close, bars.volume)
        )
        beats = listing.beats
        stride = _BEATS // beats
        wander = np.zeros(beats)
        for code, sign in listing.legs:
            wander += sign * self._coin_minute(code, minute)[stride - 1 :: stride]
        line = start + (end - start) * np.arange(1, beats + 1) / beats
        prices = np.clip(np.rint(line * np.exp(wander)).astype(np.int64), low, high)
        top, bottom = int(prices[:-1].argmax()), int(prices[:-1].argmin())
        bottom = bottom if bottom != top else (top + 1) % (beats - 1)
        if start != high:
            prices[top] = high
        if start != low:
            prices[bottom] = low
        prices[-1] = end
        return prices, self._sizes(listing, minute, volume)

    def _sizes(self, listing: Listing, minute: int, volume: int) -> Ints:
        """Return ``volume`` lots dealt out over a minute's trades, at least one to each; none if there are none."""
        beats = listing.beats
        share = uniform(stream(self._seed, listing.symbol, "size"), minute * beats + np.arange(beats)) ** 3 + 0.01
        least = 1 if volume else 0
        dealt = np.floor((volume - least * beats) * (np.cumsum(share) / share.sum())).astype(np.int64)
        dealt[-1] = volume - least * beats
        sizes: Ints = np.diff(dealt, prepend=0) + least
        return sizes


def _bridges(start: Floats, end: Floats, steps: Floats) -> Floats:
    """Return random walks, one a row, that take ``steps`` from ``start`` and are bent to arrive at ``end``.

    Args:
        start, end: One number a row.
        steps: One row a walk, n numbers each.

    Returns:
        Rows of n + 1 numbers: both ends included.
    """
    rows, count = steps.shape
    walk = np.concatenate((np.zeros((rows, 1)), np.cumsum(steps, axis=1)), axis=1)
    share = np.linspace(0.0, 1.0, count + 1)
    bent: Floats = start[:, None] + walk + share * (end - start - walk[:, -1])[:, None]
    return bent
