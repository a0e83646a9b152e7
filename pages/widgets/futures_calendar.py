"""The calendar of what was realised: a cell each day. Depth of the tint says how much, the sign says which way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import plotly.graph_objects as go

from pages.widgets import figures
from pages.widgets.futures_days import Bucket
from pages.widgets.plots import Look, figure, mixed

WEEKS = 14
"""As many as are drawn at most, the newest ones."""

_TALL, _LOW, _ROOMY = 38, 26, 6  # px of a week's row: with so many weeks or fewer, and with more
_HEAD = 24
_SHORT = 6  # characters of an amount that leave room for a day's number in a low row
_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DEEPEST, _LEAST = 0.46, 0.16  # how much of the hue the largest day has, and how far a small one stands off from zero


class _Cell(NamedTuple):
    """A day: ``row`` counts weeks from the top, ``column`` days from Monday; ``bucket`` is None before the ledger."""

    day: date
    row: int
    column: int
    bucket: Bucket | None


def calendar(days: Sequence[Bucket], unit: str, look: Look) -> go.Figure:
    """Return the calendar of the weeks that ``days`` (consecutive, at least one) lie in."""
    cells = _cells(days)
    rows = cells[-1].row + 1
    low = rows > _ROOMY
    most = max((abs(cell.bucket.net) for cell in cells if cell.bucket), default=Decimal(0))
    shades: list[list[float | None]] = [[None] * 7 for _ in range(rows)]
    said = [[""] * 7 for _ in range(rows)]
    for cell in cells:
        if cell.bucket is not None:
            shades[cell.row][cell.column] = shade(cell.bucket.net, most)
            said[cell.row][cell.column] = _said(cell.bucket, unit)
    zero = mixed(look.line, look.ground, 0.4)
    deepest = [mixed(hue, look.ground, _DEEPEST) for hue in (look.loss, look.gain)]
    scale = [(0.0, deepest[0]), (0.5, zero), (1.0, deepest[1])]
    heat = {"type": "heatmap", "z": shades, "zmin": -1, "zmax": 1, "colorscale": scale, "showscale": False}
    heat |= {"xgap": 2, "ygap": 2, "text": said, "hoverinfo": "text", "hoverongaps": False}
    return figure(
        look,
        height(days),
        [heat, _texts(cells, unit, look, low=low), _amounts(cells, unit, look, low=low)],
        x={"side": "top", "tickvals": list(range(7)), "ticktext": _NAMES, "range": [-0.5, 6.5], "ticks": ""},
        y={"range": [rows - 0.5, -0.5], "showticklabels": False, "showgrid": False},
        margin={"l": 0, "r": 0, "t": _HEAD, "b": 0},
        hovermode="closest",
    )


def height(days: Sequence[Bucket]) -> int:
    """Return the px of the calendar of ``days``."""
    rows = _cells(days)[-1].row + 1
    return rows * (_LOW if rows > _ROOMY else _TALL) + _HEAD


def shade(net: Decimal, most: Decimal) -> float:
    """Return the depth of a day from -1 to 1: 0 for nothing at all, and well off from it for anything."""
    if not net or not most:
        return 0.0
    return math.copysign(_LEAST + (1 - _LEAST) * math.sqrt(abs(net) / most), net)


def brief(net: Decimal, unit: str) -> str:
    """Return a day's result as it fits into a cell: no cents from 1 on, four decimals of a coin."""
    if not net:
        return "0"
    places = 4 if figures.decimals(unit) > 2 else 0 if abs(net) >= 1 else 2
    least = Decimal(1).scaleb(-places)
    text = f"{net:+,.{places}f}" if abs(net) >= least / 2 else f"{'+' if net > 0 else '-'}<{least}"
    return text.replace("-", figures.MINUS)


def _cells(days: Sequence[Bucket]) -> list[_Cell]:
    """Return the days of the newest weeks, and those before the first one in its week."""
    known = {day.start: day for day in days}
    last = days[-1].start
    monday = max(_monday(days[0].start), _monday(last) - timedelta(weeks=WEEKS - 1))
    count = (last - monday).days + 1
    every = (monday + timedelta(days=place) for place in range(count))
    return [_Cell(day, (day - monday).days // 7, day.weekday(), known.get(day)) for day in every]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _said(bucket: Bucket, unit: str) -> str:
    ended = f", {bucket.closed} closed" if bucket.closed else ""
    return f"{bucket.start.day} {bucket.start:%b}: {figures.money(bucket.net, unit, signed=True)} {unit}{ended}"


def _texts(cells: Sequence[_Cell], unit: str, look: Look, *, low: bool) -> dict[str, Any]:
    """Return the days' numbers, top left; with the month's name where it begins.

    In a low row a day without room beside its amount has none.
    """
    full = [low and cell.bucket is not None and len(brief(cell.bucket.net, unit)) > _SHORT for cell in cells]
    numbers = [_number(cell.day, first=cell is cells[0]) for cell in cells]
    return {
        "type": "scatter",
        "x": [cell.column - 0.46 for cell in cells],
        "y": [cell.row - (0 if low else 0.42) for cell in cells],
        "text": ["" if crowded else number for number, crowded in zip(numbers, full, strict=True)],
        "mode": "text",
        "textposition": "middle right" if low else "bottom right",
        "textfont": {
            "color": [look.ink if cell.bucket and cell.bucket.net else look.quiet for cell in cells],
            "size": 11,
        },
        "hoverinfo": "skip",
    }


def _amounts(cells: Sequence[_Cell], unit: str, look: Look, *, low: bool) -> dict[str, Any]:
    """Return what was realised, bottom right."""
    known = [(cell, cell.bucket) for cell in cells if cell.bucket is not None]
    return {
        "type": "scatter",
        "x": [cell.column + 0.46 for cell, _ in known],
        "y": [cell.row + (0 if low else 0.42) for cell, _ in known],
        "text": [brief(bucket.net, unit) for _, bucket in known],
        "mode": "text",
        "textposition": "middle left" if low else "top left",
        "textfont": {"color": [look.ink if bucket.net else look.quiet for _, bucket in known], "size": 11.5},
        "hoverinfo": "skip",
    }


def _number(day: date, *, first: bool) -> str:
    return f"{day.day} {day:%b}" if first or day.day == 1 else str(day.day)
