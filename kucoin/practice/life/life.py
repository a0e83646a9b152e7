"""All of the market's life in one hand: what the exchange's loop calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.state import Changes
from kucoin.practice.life.crowd import Crowd
from kucoin.practice.life.live import LiveMarket
from kucoin.practice.life.tape import Row, Tape
from kucoin.practice.market import Market


class Life:
    """The bots, the tape, and the market that shows both.

    A loop calls `step` about ten times a second, after it has given the engine the moment's prices from outside
    (`Engine.tick`). Whoever drains the engine, after a step or after a command, hands what came of it to `take`.

    Args:
        before: The market as a function: what bots take for fair, and the history.
        rows: What `Tape.rows` gave in earlier lives.
        activity: See `Crowd`.

    Attributes:
        market: Answers for the public endpoints.
    """

    def __init__(
        self, engine: Engine, before: Market, now_ms: int, *, rows: Iterable[Row] = (), activity: float = 1.0
    ) -> None:
        self.tape = Tape(before, [*engine.spot.markets, *engine.futures.markets], now_ms)
        self.tape.load(rows)
        self.market = LiveMarket(before, engine, self.tape)
        self.crowd = Crowd(engine, before, before.seed, now_ms, activity=activity)

    def step(self, now_ms: int, seen: Collection[str] | None = None) -> None:
        """Let the bots act up to ``now_ms``; see `Crowd.step`. Where the clock stands still, they do."""
        self.crowd.step(now_ms, seen)

    def take(self, changes: Changes, now_ms: int) -> None:
        """Put on the tape what was traded at ``now_ms``."""
        self.tape.take(changes.events, now_ms)
