"""The futures accounts as a page looks at them: last full state, pushes and newest marks in one view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kucoin.desk.portfolio import Standing
from kucoin.desk.position_lines import AccountLine, LooseStop, PositionLine, SideTotals


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesView:
    """Everything the positions page shows, computed at one moment.

    Attributes:
        standing: READY, or why there is nothing to show; ``reason`` says it in words. Also LOADING and UNREACHABLE
            while the positions themselves were never read.
        accounts: One for each settlement currency that was read, those with something in them first.
        positions: Nearest to liquidation first, those of unknown distance last.
        totals: One for each settlement currency that has positions.
        hedge: Whether the account is in hedge mode, as far as its positions tell; None without any.
        at: When the positions were read, or told by a push.
        problem: Why something in it may be missing or old; None where nothing says so.
        symbols: Whose marks are in it: whoever has them watched sees it move with them.
    """

    standing: Standing
    reason: str
    accounts: tuple[AccountLine, ...]
    positions: tuple[PositionLine, ...]
    totals: tuple[SideTotals, ...]
    loose_stops: tuple[LooseStop, ...]
    hedge: bool | None
    at: datetime | None
    problem: str | None
    symbols: tuple[str, ...]
