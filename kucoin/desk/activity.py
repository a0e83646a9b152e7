"""What can be asked of the account's activity, and what is answered; `kucoin.desk.activity_book` answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from kucoin.model.activity import Activity, ActivityKind


@dataclass(frozen=True, slots=True)
class ActivityWish:
    """Which lines are wanted.

    Attributes:
        start: From when on; ever where None. Aware, as is ``end``.
        end: Before when; ever where None.
        places: In which accounts; all where empty.
        kinds: For which reasons; all where empty.
        currencies: In what; all where empty.
        text: Stands in what a line tells (business, subject, detail, id, currency, account), whatever the case; all
            where empty.
        counting: Only those that are part of a balance.
    """

    start: datetime | None = None
    end: datetime | None = None
    places: frozenset[str] = frozenset()
    kinds: frozenset[ActivityKind] = frozenset()
    currencies: frozenset[str] = frozenset()
    text: str = ""
    counting: bool = False


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One line, and what was in its place of its currency afterwards; None where that is not known."""

    entry: Activity
    balance: Decimal | None


@dataclass(frozen=True, slots=True)
class ActivitySum:
    """What the lines that count come to in one currency.

    Attributes:
        came: The sum of all that is positive.
        went: The sum of all that is negative, itself negative or 0.
        net: Both together.
        fees: What of that was fees, positive when paid, as far as the exchange says.
    """

    currency: str
    came: Decimal
    went: Decimal
    net: Decimal
    fees: Decimal


class ActivityView(Protocol):
    """The lines that were wanted, as they were when that was asked."""

    @property
    def count(self) -> int:
        """How many there are."""

    @property
    def sums(self) -> tuple[ActivitySum, ...]:
        """What those that count come to, by currency, in the order of the alphabet."""

    def rows(self, offset: int, limit: int) -> tuple[ActivityRow, ...]:
        """Return at most ``limit`` lines, the newest first, after the ``offset`` newest."""

    def entries(self) -> Iterator[ActivityRow]:
        """Yield every line, the oldest first."""


@dataclass(frozen=True, slots=True)
class ActivityChoices:
    """What there is to choose from, each in the order in which a page lists it."""

    places: tuple[str, ...]
    kinds: tuple[ActivityKind, ...]
    currencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceReach:
    """How far one list is known.

    Attributes:
        source: As `Activity.source`.
        since: Everything since is there; None where nothing is known yet.
        synced_at: Until when it was read last, by the exchange's clock; None before the first time.
        problem: Why some of it may be missing or late; empty where none is.
    """

    source: str
    since: datetime | None
    synced_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class ActivityReach:
    """How far the activity is known.

    Attributes:
        since: Since when every list is that can be read; None where one of them is not known at all yet.
        words: The same for a page.
        reading: Whether it is being read for the first time since the start.
        problem: Why some may be missing or late; empty where none is.
        sources: Each list.
    """

    since: datetime | None
    words: str
    reading: bool
    problem: str
    sources: tuple[SourceReach, ...]


@dataclass(frozen=True, slots=True)
class Tie:
    """Whether the activity explains a balance.

    Attributes:
        place: The account.
        currency: Of the balance.
        activity: The sum of all lines that count.
        change: What the balance rose by since before the first of them; None where that is not known.
        difference: What of it no line explains, 0 where it adds up; None where that cannot be said.
    """

    place: str
    currency: str
    activity: Decimal
    change: Decimal | None
    difference: Decimal | None


@dataclass(frozen=True, slots=True)
class Flow:
    """Money that came into a place or left it without being earned or lost there.

    Attributes:
        external: Whether it crossed the border of the whole account: a deposit or withdrawal. False for what went
            from one of its places to another.
    """

    at: datetime
    place: str
    currency: str
    change: Decimal
    external: bool
