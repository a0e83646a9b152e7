"""What alerts compare: figures of the desk that are known now. What is old or missing is unknown, and says why."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from kucoin.desk.alert_rules import said
from kucoin.desk.futures import FuturesView
from kucoin.desk.market import Market, Watch
from kucoin.desk.portfolio import Standing
from kucoin.desk.position_lines import PositionLine
from kucoin.hub import Hub
from kucoin.model.alert import AlertKind
from kucoin.model.feed import Mark, Quote
from kucoin.model.limits import RiskView

_OLD = 15.0  # s after which a price says nothing about now
_POSITIONS_OLD = 45.0  # s; they are read every 30 s, and told by pushes in between
_LINES = {
    (False, False): "The socket of spot prices",
    (True, False): "The socket of futures prices",
    (False, True): "The socket of the spot account",
    (True, True): "The socket of the futures account",
}


class Value(NamedTuple):
    """A figure and more about what it is of; ``amount`` is None where it is not known, and ``detail`` says why."""

    amount: Decimal | None
    detail: str = ""


Values = Mapping[str, Value]
"""Figures by the name of what each is of; what is not among them is there no more."""


class AlertValues:
    """Reads the figures. One thread asks; nothing here waits.

    Args:
        futures: The positions.
        risk: The limits, whose use tells the day's loss.
        now: Aware UTC, and ``monotonic`` the same moment in s of the feeds' clock.
    """

    def __init__(
        self,
        market: Market,
        hub: Hub,
        futures: Callable[[], FuturesView],
        risk: Callable[[], RiskView],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._market = market
        self._hub = hub
        self._futures = futures
        self._risk = risk
        self._now = now
        self._monotonic = monotonic
        self._watches: tuple[Watch, ...] = ()
        self._watched: frozenset[str] = frozenset()
        self._turned: dict[str, tuple[bool, float]] = {}  # by line: whether it is down, and since when
        self._kinds: Mapping[AlertKind, Callable[[str], Values | None]] = {
            AlertKind.LIQUIDATION: self._distances,
            AlertKind.PRICE_ABOVE: self._prices,
            AlertKind.PRICE_BELOW: self._prices,
            AlertKind.FUNDING: self._rates,
            AlertKind.FEED: lambda _: self._downs(),
            AlertKind.LOSS: lambda _: {"": self._loss()},
        }

    def read(self, kind: AlertKind, subject: str) -> Values | None:
        """Return the figures of a kind; None where not even what they are of is known."""
        return self._kinds[kind](subject)

    def require(self, symbol: str) -> None:
        """Raise InvalidRequest unless ``symbol`` is listed."""
        self._market.known(symbol)

    def follow(self, symbols: set[str], *, positions: bool) -> None:
        """Have the prices of ``symbols`` heard from now on, with ``positions`` those of all positions as well."""
        wanted = symbols | set(self._futures().symbols if positions else ())
        listed = frozenset(symbol for symbol in wanted if self._market.rules(symbol) is not None)
        if listed == self._watched:
            return
        before, self._watched = self._watches, listed
        pairs = [symbol for symbol in listed if "-" in symbol]
        self._watches = (self._market.quotes(pairs), self._market.marks(listed.difference(pairs)))
        for watch in before:
            watch.close()

    def _distances(self, subject: str) -> Values | None:
        view = self._futures()
        if view.standing is not Standing.READY:
            return None
        old = view.at is None or (self._now() - view.at).total_seconds() > _POSITIONS_OLD
        return {
            _position(line): _distance(line, old) for line in view.positions if not subject or line.symbol == subject
        }

    def _prices(self, symbol: str) -> Values:
        amount = self._pair_price(symbol) if "-" in symbol else self._mark(symbol)
        return {symbol: Value(amount, "" if amount is not None else f"no price of {symbol} came for {_OLD:g} s")}

    def _pair_price(self, symbol: str) -> Decimal | None:
        pushed = self._hub.latest(Quote, symbol)
        if pushed is not None and self._monotonic() - pushed.received <= _OLD and pushed.value.price is not None:
            price: Decimal = pushed.value.price
            return price
        read = self._market.ticker(symbol)
        return read.value.last if read.value is not None and self._young(read.at) else None

    def _mark(self, symbol: str) -> Decimal | None:
        pushed = self._hub.latest(Mark, symbol)
        if pushed is not None and self._monotonic() - pushed.received <= _OLD:
            mark: Decimal = pushed.value.mark_price
            return mark
        read = self._market.contract(symbol)
        return read.value.mark_price if read.value is not None and self._young(read.at) else None

    def _rates(self, subject: str) -> Values | None:
        view = self._futures()
        if not subject and view.standing is not Standing.READY:
            return None
        return {symbol: self._rate(symbol) for symbol in ([subject] if subject else view.symbols)}

    def _rate(self, symbol: str) -> Value:
        read = self._market.contract(symbol)
        rate = read.value.funding_rate if read.value is not None and self._young(read.at) else None
        return Value(rate, "" if rate is not None else f"no funding rate of {symbol} was read for {_OLD:g} s")

    def _downs(self) -> Values:
        """By socket the s that it has been down, below zero those that it has been live."""
        statuses, now = self._hub.feeds(), self._monotonic()
        values: dict[str, Value] = {}
        for (futures, private), name in _LINES.items():
            prefix = f"feed-{'futures' if futures else 'spot'}-{'private' if private else 'public'}"
            if not any(status.name.startswith(prefix) for status in statuses):
                continue
            problem = self._hub.problem(futures=futures, private=private)
            down, since = self._turned.get(name, (False, now))
            if down is not (problem is not None):
                down, since = problem is not None, now
            self._turned[name] = down, since
            seconds = Decimal(f"{now - since:.3f}")
            values[name] = Value(seconds if down else -seconds, f" ({problem})" if problem else "")
        self._turned = {name: turned for name, turned in self._turned.items() if name in values}
        return values

    def _loss(self) -> Value:
        use = next(each for each in self._risk().uses if each.name == "daily_loss")
        return Value(use.used, use.problem or "what was lost today is not known" if use.used is None else "")

    def _young(self, at: datetime | None) -> bool:
        return at is not None and (self._now() - at).total_seconds() <= _OLD


def _position(line: PositionLine) -> str:
    return f"{line.symbol} {'long' if line.is_long else 'short'}"


def _distance(line: PositionLine, old: bool) -> Value:
    if old:
        return Value(None, f"the position in {line.symbol} was not told of for {_POSITIONS_OLD:g} s")
    if line.distance is None:
        return Value(None, f"no distance to liquidation is known of {line.symbol}")
    return Value(line.distance, "" if line.liquidation is None else f" at {said(line.liquidation)}")
