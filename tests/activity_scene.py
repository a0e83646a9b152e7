"""The account's past without an account: lines drawn from a fixed seed, and a book that answers from a list."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from kucoin.desk.activity import (
    ActivityChoices,
    ActivityReach,
    ActivityRow,
    ActivitySum,
    ActivityWish,
    Tie,
)
from kucoin.model.activity import Activity, ActivityKind

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLACES = ("Funding", "Spot trading", "Cross margin", "Isolated margin BTC-USDT", "Futures")
CURRENCIES = ("USDT", "BTC", "ETH", "SOL", "KCS", "XRP", "USDC", "DOGE", "LINK", "TON")
_SOURCES = dict(zip(PLACES, ("funding", "spot", "margin", "margin", "futures"), strict=True))
D = Decimal


def entry(**changes: Any) -> Activity:
    """Return a line: a deposit of 5,000 USDT, a minute ago."""
    usual = Activity(
        *("funding", "1", "Funding", "USDT", ActivityKind.DEPOSIT, "Deposit", D(5000), None, D(5000), "TRC20"),
        *("tx 0xabc", True, NOON - timedelta(minutes=1)),
    )
    return replace(usual, **changes)


def lines(count: int, *, until: datetime = NOON, days: int = 365, seed: int = 9) -> list[Activity]:
    """Return so many lines, oldest first, spread evenly over the days before ``until``."""
    draw = random.Random(seed)
    step = timedelta(days=days) / count
    kinds = list(ActivityKind)
    held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    made = []
    for number in range(count):
        place, currency = draw.choice(PLACES), draw.choice(CURRENCIES)
        kind = draw.choice(kinds)
        change = D(draw.randint(-(10**10), 10**10)).scaleb(-8)
        held[place, currency] += change
        fee = abs(change).scaleb(-3) if kind is ActivityKind.TRADE else None
        subject = f"{currency}-USDT" if kind is ActivityKind.TRADE else ""
        made.append(
            Activity(
                *(_SOURCES[place], f"{number:024x}", place, currency, kind, kind.value, change, fee),
                *(held[place, currency], subject, f"order {number:024x}", True, until - step * (count - number)),
            )
        )
    return made


@dataclass
class View:
    """Lines that were found, oldest first."""

    found: list[ActivityRow]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.found)

    @property
    def sums(self) -> tuple[ActivitySum, ...]:
        """What those that count come to."""
        held: dict[str, list[Activity]] = defaultdict(list)
        for row in self.found:
            if row.entry.counts:
                held[row.entry.currency].append(row.entry)
        return tuple(_sum(currency, held[currency]) for currency in sorted(held))

    def rows(self, offset: int, limit: int) -> tuple[ActivityRow, ...]:
        """Return a page, newest first."""
        return tuple(self.found[::-1][offset : offset + limit])

    def entries(self) -> Iterator[ActivityRow]:
        """Yield all of them."""
        return iter(self.found)


def _sum(currency: str, entries: list[Activity]) -> ActivitySum:
    came = sum((each.change for each in entries if each.change > 0), D(0))
    went = sum((each.change for each in entries if each.change < 0), D(0))
    return ActivitySum(currency, came, went, came + went, sum((each.fee or D(0) for each in entries), D(0)))


class Book:
    """In place of the desk's book. What it holds, and what it says of that, a test decides."""

    def __init__(self, *entries: Activity) -> None:
        self.generation = 1
        self.entries = list(entries)
        self.told: tuple[Tie, ...] = ()
        self.known = ActivityReach(NOON, "Complete since 22 Nov 2025.", reading=False, problem="", sources=())
        self.asked: list[ActivityWish] = []

    def add(self, *entries: Activity) -> None:
        """Have read more."""
        self.entries += entries
        self.generation += 1

    def view(self, wish: ActivityWish) -> View:
        """Return what is wanted."""
        self.asked.append(wish)
        return View([ActivityRow(each, each.balance) for each in self.entries if _wanted(each, wish)])

    def choices(self) -> ActivityChoices:
        """Return what there is to choose from."""
        places = tuple(place for place in PLACES if any(each.place == place for each in self.entries))
        kinds = tuple(kind for kind in ActivityKind if any(each.kind is kind for each in self.entries))
        return ActivityChoices(places, kinds, tuple(sorted({each.currency for each in self.entries})))

    def reach(self) -> ActivityReach:
        """Return what a test said."""
        return self.known

    def ties(self) -> tuple[Tie, ...]:
        """Return what a test said."""
        return self.told


def _wanted(line: Activity, wish: ActivityWish) -> bool:
    return (
        (wish.start is None or line.at >= wish.start)
        and (wish.end is None or line.at < wish.end)
        and (not wish.places or line.place in wish.places)
        and (not wish.kinds or line.kind in wish.kinds)
        and (not wish.counting or line.counts)
        and (not wish.currencies or line.currency in wish.currencies)
        and wish.text.casefold() in f"{line.business} {line.subject} {line.detail} {line.entry_id}".casefold()
    )
