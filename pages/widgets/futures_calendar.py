"""The calendar of what was realised: a cell each day. Depth of the tint says how much, the sign says which way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pages.widgets import figures
from pages.widgets.futures_days import Bucket
from pages.widgets.live import live

WEEKS = 14
"""As many as are drawn at most, the newest ones."""

_TALL, _LOW, _ROOMY = 38, 26, 6  # px of a week's row: with so many weeks or fewer, and with more (calendar.css)
_HEAD = 24
_LEAST = 0.16  # how far the tint of a small amount stands off from zero; the largest has 1


def show(days: Sequence[Bucket], unit: str) -> None:
    """Draw the calendar of the weeks that ``days`` (consecutive, at least one) lie in."""
    live.CALENDAR(key="pnl-calendar", data=payload(days, unit))


def payload(days: Sequence[Bucket], unit: str) -> dict[str, Any]:
    """Return what calendar.js draws: weeks from Monday on, those before the first day left blank."""
    known = {day.start: day for day in days}
    last, rows = days[-1].start, _rows(days)
    monday = _monday(last) - timedelta(weeks=rows - 1)
    every = [monday + timedelta(days=place) for place in range((last - monday).days + 1)]
    most = max(abs(known[day].net) for day in every if day in known)
    cells = [_cell(day, known.get(day), most, unit, first=day == monday) for day in every]
    return {"low": rows > _ROOMY, "weeks": [cells[place : place + 7] for place in range(0, len(cells), 7)]}


def height(days: Sequence[Bucket]) -> int:
    """Return the px of the calendar of ``days``."""
    rows = _rows(days)
    return rows * (_LOW if rows > _ROOMY else _TALL) + _HEAD


def shade(net: Decimal, most: Decimal) -> float:
    """Return the depth of a day from 0 to 1: 0 for nothing at all, and well off from it for anything."""
    return _LEAST + (1 - _LEAST) * math.sqrt(abs(net) / most) if net else 0.0


def brief(net: Decimal, unit: str) -> str:
    """Return a day's result as it fits into a cell: no cents from 1 on, four decimals of a coin."""
    if not net:
        return "0"
    if unit == figures.SHARE:
        return figures.percent(net)
    places = 4 if figures.decimals(unit) > 2 else 0 if abs(net) >= 1 else 2
    least = Decimal(1).scaleb(-places)
    text = f"{net:+,.{places}f}" if abs(net) >= least / 2 else f"{'+' if net > 0 else '-'}<{least}"
    return text.replace("-", figures.MINUS)


def _rows(days: Sequence[Bucket]) -> int:
    return min(WEEKS, (_monday(days[-1].start) - _monday(days[0].start)).days // 7 + 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _cell(day: date, bucket: Bucket | None, most: Decimal, unit: str, *, first: bool) -> dict[str, Any]:
    """Return the cell of a day, whose number has the month's name where that begins; None is before the ledger."""
    number = f"{day.day} {day:%b}" if first or day.day == 1 else str(day.day)
    if bucket is None:
        return {"number": number, "amount": "", "look": "", "depth": 0, "told": None}
    look = "gain" if bucket.net > 0 else "loss" if bucket.net < 0 else "zero"
    amount, depth = brief(bucket.net, unit), round(100 * shade(bucket.net, most))
    return {"number": number, "amount": amount, "look": look, "depth": depth, "told": _told(bucket, unit)}


def _told(bucket: Bucket, unit: str) -> str:
    ended = f", {bucket.closed} closed" if bucket.closed else ""
    return f"{bucket.start.day} {bucket.start:%b}: {figures.named(bucket.net, unit, signed=True)}{ended}"
