"""The tape: trades as they come, those of one taker's order in one row."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from operator import attrgetter
from typing import Any

from kucoin.decimals import ZERO
from kucoin.desk.rules import Rules
from kucoin.model.feed import Mark, Quote, Summary, Trade
from kucoin.model.times import milliseconds
from kucoin.web.panel import Body, Change, SymbolPanel, amount, written
from kucoin.web.sight import Fresh, Sight

_ROWS = 100
# A print is big from the 20,000th part of a day's turnover on, and huge from the 2,000th.
_BIG, _HUGE = 20_000, 2_000
_INVERSE_COINS = Decimal("0.00000001")


class Print:
    """Trades of one side and one millisecond, as good as always those of one order.

    Attributes:
        size: In base currency or lots; ``weighted`` is the sum of price times size, ``divided`` that of size by price.
    """

    __slots__ = ("count", "divided", "number", "side", "size", "time_ms", "weighted")

    def __init__(self, trade: Trade, time_ms: int) -> None:
        self.time_ms = time_ms
        self.side = trade.side
        self.number = trade.trade_id
        self.size = self.weighted = self.divided = ZERO
        self.count = 0
        self.add(trade)

    def add(self, trade: Trade) -> None:
        """Take another trade of the same order."""
        self.size += trade.size
        self.weighted += trade.price * trade.size
        self.divided += trade.size / trade.price if trade.price else ZERO
        self.count += 1

    def row(self, rules: Rules, thresholds: tuple[Decimal, Decimal] | None) -> list[Any]:
        """Write it out: time in ms, side, price, size, value, count, id, coins, tier."""
        exact = self.weighted / self.size if self.size else ZERO
        price = exact if self.count == 1 else exact.quantize(rules.tick.normalize(), ROUND_HALF_EVEN)
        value = rules.value(exact, self.size)
        coins = None
        if rules.coins is not None:
            coins = written(self.size * rules.coins, 0)
        elif rules.inverse and self.divided:
            coins = f"{self.divided.quantize(_INVERSE_COINS):f}"
        tier = sum(value >= threshold for threshold in thresholds) if thresholds else 0
        return [
            *(self.time_ms, self.side, written(price, rules.price_decimals), written(self.size, rules.size_decimals)),
            *(amount(value), self.count, self.number, coins, tier),
        ]


class TapePanel(SymbolPanel):
    """The last prints of a symbol, newest first."""

    def __init__(self, sight: Sight, symbol: str) -> None:
        super().__init__(sight, symbol)
        self._prints: deque[Print] = deque(maxlen=_ROWS)  # oldest first
        self._number = 0
        self._read: tuple[Trade, ...] | None = None
        self._ahead: Counter[object] = Counter()  # what was read and not heard, or not yet
        self._traded_at = 0.0  # when the tape grew last, in s of the feeds' clock
        self._thresholds: tuple[Decimal, Decimal] | None = None

    def change(self) -> Change | None:
        """Tell the new prints, and the last one again where it grew; newest first."""
        read = self.sight.market.recent.of(self.symbol)
        anew = read is not self._read
        stretch = self.sight.hub.tape(self.symbol, 0 if anew else self._number)
        if stretch.number > self._number:
            self._traded_at = self.sight.monotonic()
        self._number = stretch.number
        if anew:
            self._begin(read, stretch.trades)
        touched = 0 if anew else self._take(trade for trade in stretch.trades if not self._is_known(trade))
        if self._size_thresholds() or anew:
            return Change("full", self.full())
        if not touched and not stretch.missed:
            return None
        return Change("more", {"rows": self._rows(list(self._prints)[-touched:]), "missed": stretch.missed})

    def full(self) -> Body:
        """Return all rows, and what they are measured by."""
        rules = self.rules
        return {
            "rows": self._rows(self._prints),
            "thresholds": [f"{each:f}" for each in self._thresholds] if self._thresholds else None,
            "unit": "contracts" if rules.futures else rules.base,
            "coin": rules.base,
            "quote": rules.quote,
            "coin_per_lot": written(rules.coins, 0),
        }

    def fresh(self) -> Fresh:
        """Judge by the last trade, and by what comes steadily even where nobody trades."""
        sight, hub = self.sight, self.sight.hub
        steady = [hub.latest(Summary, self.symbol)]
        if self.rules.futures:
            steady += [hub.latest(Mark, self.symbol), hub.latest(Quote, self.symbol)]
        trades = hub.tape(self.symbol, max(0, self._number - 1)).trades
        traded = [sight.age(self._traded_at, trades[-1].time)] if trades and self._traded_at else []
        return sight.judge(self.symbol, sight.youngest(steady, traded), self.waiting)

    def _begin(self, read: tuple[Trade, ...], heard: Iterable[Trade]) -> None:
        """Begin with the trades that were read, and those that were heard before, between and after them."""
        self._read, self._ahead = read, Counter(map(_same, read))
        every = list(heard)
        for trade in every:
            self._is_known(trade)
        missing = +self._ahead
        for trade in read:
            if missing[_same(trade)] > 0:
                missing[_same(trade)] -= 1
                every.append(trade)
        self._prints.clear()
        self._take(sorted(every, key=attrgetter("time")))

    def _is_known(self, trade: Trade) -> bool:
        """Say whether a trade that was heard had been read before, each at most once."""
        known = self._ahead[_same(trade)] > 0
        if known:
            self._ahead[_same(trade)] -= 1
        return known

    def _take(self, trades: Iterable[Trade]) -> int:
        """Take trades, oldest first; return how many of the last prints are new or grew."""
        touched = 0
        for trade in trades:
            time_ms = milliseconds(trade.at) if trade.at else 0
            last = self._prints[-1] if self._prints else None
            if last is not None and last.side == trade.side and last.time_ms == time_ms:
                last.add(trade)
                touched = max(touched, 1)
            else:
                self._prints.append(Print(trade, time_ms))
                touched += 1
        return min(touched, _ROWS)

    def _rows(self, prints: Iterable[Print]) -> list[list[Any]]:
        rules = self.rules
        return [each.row(rules, self._thresholds) for each in prints][::-1]

    def _size_thresholds(self) -> bool:
        """Derive the thresholds from a day's turnover; return whether they are others than before.

        They keep still until the turnover has doubled or halved, so that rows do not change their looks.
        """
        turnover = self._turnover()
        if not turnover:
            return False
        found = (_round(turnover / _BIG), _round(turnover / _HUGE))
        if self._thresholds and self._thresholds[0] / 2 <= found[0] <= self._thresholds[0] * 2:
            return False
        self._thresholds = found
        return True

    def _turnover(self) -> Decimal | None:
        """Return what was traded in 24 h, in quote currency."""
        rules, market = self.rules, self.sight.market
        day = self.sight.hub.latest(Summary, self.symbol)
        pushed = rules.day(day.value.volume, day.value.turnover)[1] if day else None
        if pushed is not None:
            return pushed
        if rules.futures:
            contract = market.contract(self.symbol).value
            return rules.day(contract.volume_24h, contract.turnover_24h)[1] if contract else None
        ticker = market.ticker(self.symbol).value
        return ticker.turnover if ticker else None


def _same(trade: Trade) -> object:
    """What a trade has in common with itself, read or heard: its id is not always the same."""
    return trade.time, trade.side, trade.price, trade.size


def _round(value: Decimal) -> Decimal:
    """Return the largest of 1, 2 and 5 times a power of ten that is not above ``value``."""
    unit = Decimal(1).scaleb(value.adjusted())
    return next(step * unit for step in (5, 2, 1) if step * unit <= value)
