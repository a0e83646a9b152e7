"""An exchange that has a past and tells of it as KuCoin does: by windows, by pages, newest first, in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, TypeVar

from kucoin.model.order import FuturesFill, Lots, Side
from kucoin.model.page import Page
from kucoin.model.position import ClosedPosition, FundingPayment
from kucoin.rest.limits import Urgency
from tests.journal_facts import CLOSED, FILL, PAYMENT

T = TypeVar("T", FuturesFill, ClosedPosition, FundingPayment)

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
ONE = Decimal(1)


@dataclass
class Source:
    """What `Sync` asks of an exchange.

    ``asked`` holds each question as (what, start, end, cursor). ``before`` is called before each answer and may raise.
    """

    fills: list[FuturesFill] = field(default_factory=list)
    closed: list[ClosedPosition] = field(default_factory=list)
    payments: list[FundingPayment] = field(default_factory=list)
    recent: list[FuturesFill] = field(default_factory=list)
    most: int = 1000  # rows of a page
    asked: list[tuple[str, datetime, datetime, int | None]] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    has_credentials = has_futures = True

    def __post_init__(self) -> None:
        self.futures_orders = SimpleNamespace(fills=self._fills, recent_fills=self._recent)
        self.futures_positions = SimpleNamespace(closed_positions=self._closed, funding_payments=self._payments)

    def status(self) -> SimpleNamespace:
        """The line; its clock is ours."""
        return SimpleNamespace(clock_offset=None)

    def _fills(self, **asked: Any) -> Page[FuturesFill]:
        return self._numbered("fills", self.fills, asked)

    def _closed(self, **asked: Any) -> Page[ClosedPosition]:
        return self._numbered("closed", self.closed, asked)

    def _recent(self) -> tuple[FuturesFill, ...]:
        self.before()
        return tuple(self.recent)

    def _payments(self, *, symbol: str, **asked: Any) -> Page[FundingPayment]:
        rows = self._told(f"funding:{symbol}", [each for each in self.payments if each.symbol == symbol], asked)
        rows.sort(key=lambda each: each.payment_id, reverse=True)
        if asked["cursor"]:
            rows = [each for each in rows if each.payment_id < asked["cursor"]]
        part = rows[: min(asked["limit"], self.most)]
        return Page(tuple(part), part[-1].payment_id if len(part) < len(rows) else None)

    def _numbered(self, name: str, every: Sequence[T], asked: dict[str, Any]) -> Page[T]:
        rows = self._told(name, every, asked)
        number, size = asked["cursor"] or 1, min(asked["limit"], self.most)
        part = rows[(number - 1) * size : number * size]
        return Page(tuple(part), number + 1 if number * size < len(rows) else None, len(rows))

    def _told(self, name: str, every: Sequence[T], asked: dict[str, Any]) -> list[T]:
        assert asked["urgency"] is Urgency.BACKGROUND
        start, end = asked["start"], asked["end"]
        self.asked.append((name, start, end, asked["cursor"]))
        self.before()
        return sorted((each for each in every if start <= at(each) <= end), key=at, reverse=True)


def at(row: FuturesFill | ClosedPosition | FundingPayment) -> datetime:
    """When it was."""
    return row.closed_at if isinstance(row, ClosedPosition) else row.at


def trade(number: int, when: datetime, symbol: str = "XBTUSDTM") -> FuturesFill:
    """A fill; even numbers buy a lot at 100, odd ones sell it at 101."""
    side, price = (Side.SELL, Decimal(101)) if number % 2 else (Side.BUY, Decimal(100))
    return replace(
        FILL,
        trade_id=str(10**12 + number),
        order_id=str(number),
        symbol=symbol,
        side=side,
        size=Lots(1),
        price=price,
        value=price,
        fee=ONE,
        open_fee=Decimal(0) if number % 2 else ONE,
        close_fee=ONE if number % 2 else Decimal(0),
        position_side=None,
        at=when,
    )


def end(number: int, when: datetime, symbol: str = "XBTUSDTM", since: timedelta = timedelta(0)) -> ClosedPosition:
    """The end of the position that fill ``number`` closed: earned 1, paid 2."""
    return replace(
        CLOSED,
        close_id=str(10**15 + number),
        symbol=symbol,
        pnl=Decimal(-1),
        trade_fee=Decimal(2),
        funding_fee=Decimal(0),
        opened_at=when - since,
        closed_at=when,
    )


def payment(number: int, when: datetime, symbol: str = "XBTUSDTM") -> FundingPayment:
    """A funding that was paid."""
    return replace(PAYMENT, payment_id=10**15 + number, symbol=symbol, at=when, position_side=None)


def past(trades: int, days: float = 85.0, symbol: str = "XBTUSDTM") -> Source:
    """So many trades, evenly over the last days, each second one an end of a position; and a funding a week."""
    step = timedelta(days=days) / trades
    times = [NOW - timedelta(hours=1) - step * (trades - number) for number in range(trades)]
    return Source(
        fills=[trade(number, when, symbol) for number, when in enumerate(times)],
        closed=[end(number, when, symbol, step) for number, when in enumerate(times) if number % 2],
        payments=[payment(25 - week, NOW - timedelta(weeks=week), symbol) for week in range(24, 0, -1)],
    )
