"""Where the money sits: a card for each kind of account, and a note for each account that could not be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import streamlit as st

from kucoin.decimals import ZERO
from kucoin.desk.portfolio import Part, PartKind, Portfolio
from pages.widgets import figures, freshness
from pages.widgets.live import live
from pages.widgets.total import place_name

# Steps of ink, far enough apart to tell neighbours; no hue, because a place is neither gain nor loss.
_STEPS = {
    PartKind.FUNDING: 0.3,
    PartKind.SPOT: 1.0,
    PartKind.CROSS: 0.55,
    PartKind.ISOLATED: 0.2,
    PartKind.FUTURES: 0.78,
    PartKind.SUB: 0.4,
}
_PLURAL = {PartKind.SUB: "Sub-accounts"}


@dataclass(frozen=True, slots=True)
class Place:
    """All parts of one kind taken together; None where no part, or not every part, knows the figure.

    ``value`` is the sum of the parts that have one, ``unread`` counts those that were never read; ``at`` is the oldest
    reading.
    """

    kind: PartKind
    parts: tuple[Part, ...]
    value: Decimal | None
    change: Decimal | None
    change_ratio: Decimal | None
    share: Decimal | None
    unread: int
    at: datetime | None


def show(portfolio: Portfolio, now: datetime) -> None:
    """Draw the panel: the split bar, the cards, and a warning for each reason why accounts were not read."""
    with st.container(border=True, key="places"):
        live.PLACES(key="places-cards", data=payload(portfolio, now))
        for note in notes(portfolio, now):
            st.warning(note)


def gather(parts: Iterable[Part]) -> list[Place]:
    """Return one place for each kind of account that is there, in the order of ``PartKind``."""
    kinds: dict[PartKind, list[Part]] = defaultdict(list)
    for part in parts:
        kinds[part.kind].append(part)
    return [_place(kind, tuple(kinds[kind])) for kind in PartKind if kind in kinds]


def payload(portfolio: Portfolio, now: datetime) -> dict[str, Any]:
    """Return what the component draws."""
    return {"places": [_card(place, portfolio.unit, now) for place in gather(portfolio.parts)]}


def notes(portfolio: Portfolio, now: datetime) -> list[str]:
    """Return a Markdown sentence for each reason of failure: which accounts, why, and what is shown instead."""
    reasons: dict[str, list[Part]] = defaultdict(list)
    for part in portfolio.parts:
        if part.problem is not None:
            reasons[part.problem].append(part)
    return [_note(reason, parts, portfolio.unit, now) for reason, parts in reasons.items()]


def _place(kind: PartKind, parts: tuple[Part, ...]) -> Place:
    valued = [part for part in parts if part.value is not None]
    value = _sum(part.value for part in valued)
    change = _sum(part.change for part in valued)
    before = None if value is None or change is None else value - change
    return Place(
        kind=kind,
        parts=parts,
        value=value,
        change=change,
        change_ratio=change / before if change is not None and before is not None and before > 0 else None,
        share=_sum(part.share for part in valued),
        unread=sum(part.at is None for part in parts),
        at=min((part.at for part in parts if part.at is not None), default=None),
    )


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum, or None where there is nothing to add or one of the values is unknown."""
    known = list(values)
    return None if not known or None in known else sum((value for value in known if value is not None), ZERO)


def _card(place: Place, unit: str, now: datetime) -> dict[str, Any]:
    return {
        "label": _PLURAL.get(place.kind, str(place.kind)),
        "step": _STEPS[place.kind],
        "weight": float(max(place.share or ZERO, ZERO) * 100),
        "figure": figures.money(place.value, unit),
        "partial": f"{place.unread} of {len(place.parts)} not read" if place.unread else None,
        "change": {"text": figures.percent(place.change_ratio), "direction": figures.direction(place.change)},
        "share": figures.percent(place.share, places=1, signed=False),
        "mark": freshness.mark(freshness.ACCOUNT, place.at, now),
        "lines": [_line(part, unit) for part in place.parts if part.name],
    }


def _line(part: Part, unit: str) -> dict[str, str]:
    hint = part.problem or f"{figures.percent(part.change_ratio)} in 24 h"
    return {"name": part.name, "figure": figures.money(part.value, unit), "hint": hint}


def _note(reason: str, parts: list[Part], unit: str, now: datetime) -> str:
    names = ", ".join(place_name(part) for part in parts)
    verb = "was" if len(parts) == 1 else "were"
    read = [part for part in parts if part.at is not None]
    fully = "fully " if read else ""
    why = figures.plain(reason.rstrip(". "))
    return f"**{figures.plain(names)} {verb} not {fully}read:** {why}. {_instead(read, unit, now)}"


def _instead(read: list[Part], unit: str, now: datetime) -> str:
    """Say what of the accounts is in the total all the same."""
    kept = _sum(part.value for part in read if part.value is not None)
    if kept is None:
        return "The total is without it."
    oldest = min(part.at for part in read if part.at is not None)
    old = figures.age(figures.seconds_since(oldest, now))
    return f"In the total is what was read {old} ago: {figures.money(kept, unit)} {figures.plain(unit)}."
