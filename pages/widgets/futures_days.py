"""Which days, weeks and months the realised figures are drawn for. Pure; days are UTC's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from kucoin.decimals import ZERO
from kucoin.desk.pnl import Bucket, buckets

Period = Literal["day", "week", "month"]

PERIODS: dict[str, Period] = {"Day": "day", "Week": "week", "Month": "month"}
SPANS: dict[str, int | None] = {"7 d": 7, "30 d": 30, "90 d": 90, "All": None}
"""How many days each choice looks back, today among them; None: as far as the ledger goes."""

_DAY = timedelta(days=1)


def since(span: str, now: datetime) -> datetime | None:
    """Return the beginning of a span: midnight of its first day, None where it has none."""
    days = SPANS[span]
    return None if days is None else datetime.combine(now.date() - (days - 1) * _DAY, time(), UTC)


def title(span: str) -> str:
    """Return a span as a heading says it: ``30 days``."""
    days = SPANS[span]
    return "all time" if days is None else f"{days} days"


def drawn(
    days: Sequence[Bucket], complete_since: datetime | None, begin: datetime | None, now: datetime
) -> tuple[Bucket, ...]:
    """Return every day up to today that the ledger is complete for, in the span that starts at ``begin``.

    A day on which nothing was realised is there with zeros, since that much is known. What was before the ledger is
    left out, whatever it has of it.
    """
    if complete_since is None:
        return ()
    first = max(complete_since, begin) if begin else complete_since
    known = {day.start: day for day in days}
    count = (now.date() - first.date()).days + 1
    every = (first.date() + place * _DAY for place in range(count))
    return tuple(known.get(day) or Bucket(start=day, price=ZERO, fees=ZERO, funding=ZERO, closed=0) for day in every)


def by(period: Period, days: Iterable[Bucket]) -> tuple[Bucket, ...]:
    """Return days added up."""
    return tuple(days) if period == "day" else buckets(tuple(days), period)


def named(day: date, period: Period = "day") -> str:
    """Return what a day, week or month is called: ``12 Mar``, ``week of 9 Mar``, ``March 2026``."""
    if period == "month":
        return f"{day:%B %Y}"
    return f"{'week of ' if period == 'week' else ''}{day.day} {day:%b}"


def moment(at: datetime, now: datetime) -> str:
    """Return a moment as a table writes it: ``12 Mar 09:14``, with the year where it is more than ten months ago."""
    year = f" {at:%Y}" if (now - at).days > 300 else ""
    return f"{at.day} {at:%b}{year} {at:%H:%M}"
