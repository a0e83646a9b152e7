"""Candles for charts: read over REST, carried on by the sockets, kept as long as somebody looks.

They are drawn and never counted with, so their figures are floats.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pandas as pd

from kucoin.desk.errands import Errands
from kucoin.errors import KucoinError
from kucoin.hub import Hub
from kucoin.model.feed import Candle
from kucoin.rest.client import Exchange

log = logging.getLogger(__name__)

_KEPT = 500  # candles of a chart, and as many come at a time as the reader pans
_NET = 60.0  # s between two readings of the newest ones
_ENDED = 2.0  # s after the end of one until it is read, since its last trades may not have been told
_AGAIN = 5.0  # s after a reading that failed
_SPARK = 24  # candles of an hour
_SPARK_NET = 900.0
EARLIEST = 1_400_000_000
"""Before KuCoin's beginning, in s since 1970."""

Row = tuple[int, float, float, float, float, float]
"""A candle: start in s, open, high, low, close in quote currency, volume in base currency or lots."""


class Interval(NamedTuple):
    """How long a candle is; ``minutes`` is None where contracts have none of that kind."""

    seconds: int
    minutes: int | None


INTERVALS = {
    "1min": Interval(60, 1),
    "3min": Interval(180, None),
    "5min": Interval(300, 5),
    "15min": Interval(900, 15),
    "30min": Interval(1800, 30),
    "1hour": Interval(3600, 60),
    "4hour": Interval(14_400, 240),
    "1day": Interval(86_400, 1440),
    "1week": Interval(604_800, 10_080),
}
"""The candles that can be looked at, by KuCoin's names."""


def live_topic(symbol: str, interval: str) -> str:
    """Return the topic that tells the candle under way."""
    return f"{'/market/candles' if '-' in symbol else '/contractMarket/limitCandle'}:{symbol}_{interval}"


@dataclass(frozen=True, slots=True)
class Series:
    """A chart's candles, oldest first; the same object until something changed.

    Attributes:
        whole: Counts how often the past was read; between two series with the same count only the last ones differ.
        problem: Why the last reading failed, None where it did not.
        asked: Whether a reading has ended yet.
    """

    rows: tuple[Row, ...] = ()
    whole: int = 0
    problem: str | None = None
    asked: bool = False


class Older(NamedTuple):
    """What lies before a chart's first candle, oldest first; ``end``: there is nothing before it."""

    rows: tuple[Row, ...]
    end: bool


@dataclass(slots=True)
class _Chart:
    """One symbol's candles of one interval; ``due`` is when they are read next, None while they are being read."""

    series: Series
    live: Candle | None = None
    due: float | None = 0.0


class Candles:
    """Keeps what charts show. Safe to call from any thread; nothing here waits for the network.

    Args:
        errands: Runs what has to be asked.
        now: The exchange's time in s since 1970.
        monotonic: Seconds that never jump.
    """

    def __init__(
        self,
        exchange: Exchange,
        hub: Hub,
        errands: Errands,
        *,
        now: Callable[[], float],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchange = exchange
        self._hub = hub
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._charts: dict[tuple[str, str], _Chart] = {}
        self._sparks: dict[str, tuple[float, tuple[float, ...]]] = {}
        self._errands = errands

    def series(self, symbol: str, interval: str) -> Series:
        """Return the candles of a chart as far as they are known; what is missing or old is read meanwhile."""
        key = (symbol, interval)
        latest = self._hub.latest(Candle, symbol, interval)
        with self._lock:
            chart = self._charts.setdefault(key, _Chart(Series()))
            if chart.due is not None and chart.due <= self._monotonic():
                chart.due = None
                self._errands.run(lambda: self._read(key, chart))
            if latest is not None and latest.value is not chart.live and chart.series.rows:
                if latest.value.start > chart.series.rows[-1][0] and chart.due is not None:
                    chart.due = min(chart.due, self._monotonic() + _ENDED)
                chart.live = latest.value
                chart.series = _carried_on(chart.series, _live_row(latest.value))
            return chart.series

    def older(self, symbol: str, interval: str, before: int) -> Future[Older]:
        """Read the candles before the moment ``before`` (s since 1970); the future may raise a KucoinError."""
        future: Future[Older] = Future()

        def errand() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                rows = self._before(symbol, interval, before)
                future.set_result(Older(rows, end=not rows))
            except Exception as error:  # noqa: BLE001 whoever waits for the future gets it
                future.set_exception(error)

        self._errands.run(errand)
        return future

    def spark(self, symbol: str) -> tuple[float, ...]:
        """Return the hourly closes of the last day, oldest first; empty until they were read."""
        now = self._monotonic()
        with self._lock:
            due, closes = self._sparks.get(symbol, (0.0, ()))
            if due <= now:
                self._sparks[symbol] = (now + _SPARK_NET, closes)
                self._errands.run(lambda: self._read_spark(symbol))
        return closes

    def forget(self, symbol: str, interval: str) -> None:
        """Let go of a chart's candles: nobody looks any more."""
        with self._lock:
            self._charts.pop((symbol, interval), None)

    def resync(self, *, futures: bool) -> None:
        """Read the charts of a market again: pushes may have been missed."""
        with self._lock:
            for (symbol, _), chart in self._charts.items():
                if ("-" not in symbol) == futures and chart.due is not None:
                    chart.due = 0.0

    def _read(self, key: tuple[str, str], chart: _Chart) -> None:
        symbol, interval = key
        known = chart.series.rows
        seconds = INTERVALS[interval].seconds
        now = int(self._now())
        missing = _KEPT if not known else min(_KEPT, (now - known[-1][0]) // seconds + 3)
        problem = None
        rows: tuple[Row, ...] = ()
        try:
            rows = self._ask(symbol, interval, now - missing * seconds, now + seconds)
        except KucoinError as error:
            problem = str(error)
            if chart.series.problem is None:  # one line an outage
                log.warning("candles of %s: %s", symbol, error)
        finally:
            with self._lock:
                chart.series = _joined(chart.series, rows, problem)
                chart.live = None  # the newest push is joined once more, for it may be newer than the answer
                chart.due = self._monotonic() + (_AGAIN if problem else _NET)

    def _read_spark(self, symbol: str) -> None:
        now = int(self._now())
        try:
            rows = self._ask(symbol, "1hour", now - _SPARK * 3600, now)
        except KucoinError as error:
            log.info("the last day of %s: %s", symbol, error)
            with self._lock:
                self._sparks[symbol] = (self._monotonic() + _AGAIN, self._sparks[symbol][1])
            return
        with self._lock:
            self._sparks[symbol] = (self._monotonic() + _SPARK_NET, tuple(row[4] for row in rows))

    def _before(self, symbol: str, interval: str, before: int) -> tuple[Row, ...]:
        """Ask for the last candles before a moment, ever further back where nobody traded for long."""
        seconds, count = INTERVALS[interval].seconds, _KEPT
        while before > EARLIEST:
            start = max(EARLIEST, before - count * seconds)
            rows = self._ask(symbol, interval, start, before - 1)
            if len(rows) >= _KEPT and count > _KEPT:  # perhaps not all of them, and not the last ones
                count //= 4
            elif rows:
                return rows
            else:
                before, count = start, count * 4
        return ()

    def _ask(self, symbol: str, interval: str, start: int, end: int) -> tuple[Row, ...]:
        times = {"start": datetime.fromtimestamp(start, UTC), "end": datetime.fromtimestamp(end, UTC)}
        if "-" in symbol:
            return _rows(self._exchange.market.klines(symbol=symbol, interval=interval, **times))
        minutes = INTERVALS[interval].minutes
        if minutes is None:
            raise AssertionError(f"{interval} was refused before")
        return _rows(self._exchange.futures.klines(symbol=symbol, granularity=minutes, **times))


def _rows(frame: pd.DataFrame) -> tuple[Row, ...]:
    times: Any = frame.index
    starts = [int(at.timestamp()) for at in times]
    columns = [frame[name].tolist() for name in ("open", "high", "low", "close", "volume")]
    return tuple(zip(starts, *columns, strict=True))


def _live_row(candle: Candle) -> Row:
    figures = (candle.open, candle.high, candle.low, candle.close, candle.volume)
    opened, high, low, close, volume = map(float, figures)
    return (candle.start, opened, high, low, close, volume)


def _carried_on(series: Series, row: Row) -> Series:
    """Put the candle under way at the end, or in the place of one of the last two."""
    rows = series.rows
    for place in (1, 2):
        if len(rows) >= place and rows[-place][0] == row[0]:
            rows = (*rows[:-place], row, *rows[len(rows) - place + 1 :])
            break
    else:
        if row[0] < rows[-1][0]:
            return series
        rows = (*rows, row)[-_KEPT:]
    return Series(rows, series.whole, series.problem, asked=True)


def _joined(series: Series, rows: tuple[Row, ...], problem: str | None) -> Series:
    """Put what was read in the place of what was known of the same time."""
    if problem is not None:
        return Series(series.rows, series.whole, problem, asked=True)
    known = {row[0]: row for row in series.rows} | {row[0]: row for row in rows}
    merged = tuple(known[start] for start in sorted(known))[-_KEPT:]
    changed = merged[:-2] != series.rows[:-2] or not series.rows
    return Series(merged, series.whole + changed, None, asked=True)
