"""An engine that lists what the practice exchange lists, for the tests of its life."""

from __future__ import annotations

from collections.abc import Collection, Container
from decimal import Decimal

from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.events import Event
from kucoin.practice.engine.instruments import Contract, Pair, Tier
from kucoin.practice.life.life import Life
from kucoin.practice.market import Market
from kucoin.practice.universe import CONTRACTS, PAIRS

D = Decimal
NOW = 1_795_000_040_000  # 20 s into a minute


def engine(symbols: Container[str] | None = None, now_ms: int = NOW) -> Engine:
    """Every pair and contract, or those of ``symbols``; no users."""
    return Engine(
        now_ms=now_ms,
        pairs=[
            Pair(
                symbol=each.symbol,
                base=each.base,
                quote=each.quote,
                fee_currency=each.quote,
                base_min_size=each.base_min,
                base_max_size=D(10_000_000_000),
                base_increment=each.lot,
                quote_min_size=each.quote_min,
                quote_max_size=D(99_999_999),
                quote_increment=each.quote_increment,
                price_increment=each.tick,
                min_funds=each.quote_min,
                price_limit_rate=D("0.1"),
            )
            for each in PAIRS.values()
            if symbols is None or each.symbol in symbols
        ],
        contracts=[
            Contract(
                symbol=each.symbol,
                base=each.base,
                quote=each.quote,
                settle=each.settle,
                multiplier=each.multiplier,
                tick_size=each.tick,
                lot_size=each.lot,
                max_qty=D(each.max_order),
                market_max_qty=D(each.max_order),
                maker_rate=each.maker,
                taker_rate=each.taker,
                tiers=(Tier(1, D(10**9), each.max_leverage, D("0.01"), D("0.005")),),
                funding_interval_ms=each.interval_ms,
                price_step=each.tick / 10,
            )
            for each in CONTRACTS.values()
            if symbols is None or each.symbol in symbols
        ],
    )


class Lived:
    """A market with its bots, which lives at the caller's pace.

    Attributes:
        now: Its moment.
    """

    STEP_MS = 100

    def __init__(self, symbols: Container[str], *, seed: int = 7, now_ms: int = NOW, activity: float = 1.0) -> None:
        self.now = now_ms
        self._ticked_s = 0
        self.before = Market(seed)
        self.engine = engine(symbols, now_ms)
        self.life = Life(self.engine, self.before, now_ms, activity=activity)

    def step(self, step_ms: int = STEP_MS, seen: Collection[str] | None = None) -> list[Event]:
        """Let ``step_ms`` pass, and somebody look at the markets ``seen``; return what happened."""
        self.now += step_ms
        if self.now // 1000 != self._ticked_s:
            self.tick()
        self.life.step(self.now, seen)
        return self.take()

    def tick(self) -> None:
        """Give the engine the second's prices from outside."""
        self._ticked_s = self.now // 1000
        contracts = [CONTRACTS[symbol] for symbol in self.engine.futures.markets]
        self.engine.tick(
            self.now,
            index={each.symbol: self.before.index_price(each, self.now) for each in contracts},
            marks={each.symbol: self.before.mark_price(each, self.now) for each in contracts},
        )

    def take(self) -> list[Event]:
        """Put on the tape what was done; return it."""
        done = self.engine.drain()
        self.life.take(done, self.now)
        return done.events

    def live(self, seconds: float) -> list[Event]:
        """Let ``seconds`` pass in steps; return what happened."""
        return [event for _ in range(round(seconds * 1000 / self.STEP_MS)) for event in self.step()]
