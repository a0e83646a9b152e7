"""A spot exchange that has a past and tells of it as KuCoin does: fills pair by pair for 7 days, ledgers for 3."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from kucoin.errors import KucoinError
from kucoin.model.ledger import Direction, LedgerEntry
from kucoin.model.ledger_fill import LedgerFill, of_spot
from kucoin.model.order import Fill, Side, TradeType
from kucoin.model.page import Page
from kucoin.rest.limits import Urgency
from tests.order_facts import FILL

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_numbers = itertools.count(10**12)


@dataclass
class SpotSource:
    """What `SpotSync` asks of an exchange.

    Attributes:
        fills: All that there ever was, by account and pair.
        entries: The lines of the two ledgers, spot and margin.
        named: How trades stand in a ledger: JSON, with one kind of quotes or the other.
        asked: Each question as (what, start, end, cursor).
        refused: What is raised in place of an answer about a pair.
        before: Called before each answer; may raise.
    """

    now: datetime = NOW
    most: int = 100
    fills: dict[tuple[TradeType, str], list[Fill]] = field(default_factory=dict)
    entries: dict[bool, list[LedgerEntry]] = field(default_factory=lambda: {False: [], True: []})
    named: str = '{{"symbol":"{symbol}","orderId":"{order}","tradeId":"{trade}"}}'
    asked: list[tuple[str, datetime, datetime, int | None]] = field(default_factory=list)
    refused: dict[str, KucoinError] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    has_credentials = True

    def __post_init__(self) -> None:
        self.spot_orders = SimpleNamespace(fills=self._fills)
        self.margin_orders = SimpleNamespace(fills=self._fills)
        self.ledgers = SimpleNamespace(
            spot=lambda **asked: self._ledger(False, asked), margin=lambda **asked: self._ledger(True, asked)
        )

    def status(self) -> SimpleNamespace:
        """The line; its clock is ours."""
        return SimpleNamespace(clock_offset=None)

    def trade(self, symbol: str, at: datetime, account: TradeType = TradeType.TRADE, *, named: bool = True) -> Fill:
        """Let something be traded; ``named``: it stands in the ledger too."""
        number = next(_numbers)
        fill = replace(
            FILL,
            fill_id=number,
            trade_id=number,
            order_id=f"order-{number}",
            symbol=symbol,
            trade_type=account,
            side=Side.BUY if number % 2 else Side.SELL,
            size=Decimal("0.00010") + Decimal(number % 7),
            fee=Decimal("0.000000000000001") * number,
            at=at,
        )
        self.fills.setdefault((account, symbol), []).append(fill)
        if named:
            context = self.named.format(symbol=symbol, order=fill.order_id, trade=number)
            for currency in symbol.split("-"):
                self.enter(account, currency, context, at)
        return fill

    def enter(self, account: TradeType, currency: str, context: str, at: datetime, business: str = "") -> None:
        """Write a line into a ledger."""
        isolated = account is TradeType.MARGIN_ISOLATED_TRADE
        line = LedgerEntry(
            entry_id=next(_numbers),
            currency=currency,
            amount=Decimal(1),
            direction=Direction.IN,
            fee=None,
            balance=None,
            account={TradeType.TRADE: "TRADE_HF", TradeType.MARGIN_TRADE: "MARGIN_V2"}.get(account, "ISOLATED_V2"),
            business=business or ("ISOLATED_EXCHANGE" if isolated else "TRADE_EXCHANGE"),
            context=context,
            at=at,
        )
        self.entries[account is not TradeType.TRADE].append(line)

    def told(self) -> list[LedgerFill]:
        """All fills of the last 7 days, as a ledger should hold them, oldest first."""
        every = [of_spot(fill, account) for (account, _), fills in self.fills.items() for fill in fills]
        return sorted((each for each in every if each.at >= self.now - 7 * DAY), key=lambda each: each.trade_id)

    def _fills(self, *, symbol: str, trade_type: TradeType = TradeType.TRADE, **asked: Any) -> Page[Fill]:
        self._ask(f"{trade_type}:{symbol}", asked, widest=7 * DAY)
        if symbol in self.refused:
            raise self.refused[symbol]
        rows = self._cut(self.fills.get((trade_type, symbol), []), asked, lambda fill: fill.fill_id, 7 * DAY)
        return Page(tuple(rows), rows[-1].fill_id if rows else None)

    def _ledger(self, margin: bool, asked: dict[str, Any]) -> Page[LedgerEntry]:
        self._ask("margin ledger" if margin else "spot ledger", asked, widest=DAY)
        rows = self._cut(self.entries[margin], asked, lambda entry: entry.entry_id, 3 * DAY)
        return Page(tuple(rows), rows[-1].entry_id if rows else None)

    def _ask(self, what: str, asked: dict[str, Any], *, widest: timedelta) -> None:
        assert asked["urgency"] is Urgency.BACKGROUND
        assert asked["end"] - asked["start"] <= widest
        self.asked.append((what, asked["start"], asked["end"], asked["cursor"]))
        self.before()

    def _cut(
        self, rows: Sequence[Any], asked: dict[str, Any], number: Callable[[Any], int], told: timedelta
    ) -> list[Any]:
        """A page of what is asked for and still told, newest first."""
        start = max(asked["start"], self.now - told)
        found = sorted((row for row in rows if start <= row.at <= asked["end"]), key=number, reverse=True)
        if asked["cursor"]:
            found = [row for row in found if number(row) < asked["cursor"]]
        return found[: min(asked["limit"], self.most)]
