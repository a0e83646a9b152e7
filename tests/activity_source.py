"""An exchange that has a past and tells of it list by list, as `ActivitySync` asks; and lines to tell."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from kucoin.errors import KucoinError
from kucoin.model.activity import Activity, ActivityKind
from kucoin.model.ledger import Deposit, Direction, FuturesLedgerEntry, InterestCharge, LedgerEntry, Withdrawal
from kucoin.model.page import Page

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
D = Decimal
_numbers = itertools.count(10**12)

Row = LedgerEntry | FuturesLedgerEntry | Deposit | Withdrawal | InterestCharge


def entry(
    amount: str, at: datetime, currency: str = "USDT", *, account: str = "TRADE_HF", why: str = "TRADE_EXCHANGE"
) -> LedgerEntry:
    """A line of a ledger; its balance is not told."""
    size = D(amount)
    way = Direction.IN if size >= 0 else Direction.OUT
    return LedgerEntry(next(_numbers), currency, abs(size), way, D(0), None, account, why, "", at)


def realised(amount: str, at: datetime, *, pending: bool = False) -> FuturesLedgerEntry:
    """What was realised on a contract."""
    number, status = (-1, "Pending") if pending else (next(_numbers), "Completed")
    return FuturesLedgerEntry(number, "USDT", "RealisedPNL", D(amount), None, None, status, "XBTUSDTM", at)


def withdrawal(status: str, at: datetime) -> Withdrawal:
    """Ten USDT that went, or are about to go."""
    return Withdrawal("w-1", "USDT", D(10), D(1), status, "trx", "T...", None, False, at, at)


def line_at(at: datetime, change: str, *, number: int = 0, **told: Any) -> Activity:
    """A line of the spot ledger, in USDT unless told otherwise."""
    fixed: dict[str, Any] = {
        "source": "spot",
        "entry_id": str(number or next(_numbers)),
        "place": "Spot trading",
        "currency": "USDT",
        "kind": ActivityKind.TRADE,
        "business": "TRADE_EXCHANGE",
        "change": D(change),
        "fee": None,
        "balance": None,
        "subject": "BTC-USDT",
        "detail": "",
        "counts": True,
        "at": at,
    }
    return Activity(**fixed | told)


@dataclass
class ActivitySource:
    """What `ActivitySync` asks of an exchange.

    Attributes:
        rows: All that there is, by list: ``funding``, ``spot`` ... ``interest``.
        asked: Each question as (list, start, end, cursor).
        refused: What is raised in place of an answer of a list.
        before: Called before each answer; may raise.
    """

    rows: dict[str, list[Any]] = field(default_factory=dict)
    most: int = 3
    asked: list[tuple[str, datetime, datetime, int | None]] = field(default_factory=list)
    refused: dict[str, KucoinError] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    has_futures = True
    has_credentials = True

    def __post_init__(self) -> None:
        names = ("funding", "spot", "margin", "futures")
        self.ledgers = SimpleNamespace(**{name: self._asking(name) for name in names})
        self.transfers = SimpleNamespace(deposits=self._asking("deposits"), withdrawals=self._asking("withdrawals"))
        self.margin = SimpleNamespace(interest=self._asking("interest"))

    def tell(self, name: str, *rows: Row) -> None:
        """Let a list have more rows."""
        self.rows.setdefault(name, []).extend(rows)

    def _asking(self, name: str) -> Callable[..., Page[Any]]:
        def ask(*, start: datetime, end: datetime, cursor: int | None, **_: Any) -> Page[Any]:
            self.asked.append((name, start, end, cursor))
            self.before()
            if name in self.refused:
                raise self.refused[name]
            found = [row for row in self.rows.get(name, []) if start <= _at(row) <= end]
            found.sort(key=_at, reverse=True)
            first = cursor or 0
            more = first + self.most if first + self.most < len(found) else None
            return Page(tuple(found[first : first + self.most]), more)

        return ask


def _at(row: Any) -> datetime:
    found: datetime = row.created_at if isinstance(row, Deposit | Withdrawal) else row.at
    return found
