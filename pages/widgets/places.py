"""Where the money sits: a card for each kind of account, and a note for each account that could not be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from kucoin.decimals import ZERO
from kucoin.desk.portfolio import Part, PartKind, Portfolio
from kucoin.web.portfolio import Cell, Place, gather, place_cells
from kucoin.web.veil import Veil
from pages.widgets import figures, freshness, privacy, pushed, veiled
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
_SINCE = "places-reasons"
_PATIENCE = 6.0  # s that a failure has to last before a note moves the page; an exchange that is away is told elsewhere


def show(portfolio: Portfolio, now: datetime, *, away: bool) -> None:
    """Draw the panel: the split bar, the cards, and a warning for each reason why accounts were not read.

    Args:
        away: The exchange as a whole does not answer, which is said once for everything.
    """
    with st.container(border=True, key="places"):
        panel, veil = f"portfolio:{portfolio.unit}", privacy.over(portfolio)
        pushed.show(live.PLACES, panel, key="places-cards", **payload(portfolio, now, veil))
        reasons = failures(portfolio.parts)
        for reason in _lasting(reasons, now, away=away):
            st.warning(_note(reason, reasons[reason], portfolio.unit, now, veil))


def payload(portfolio: Portfolio, now: datetime, veil: Veil | None = None) -> dict[str, Any]:
    """Return what the component draws until the push socket tells more."""
    return {"places": [_card(place, portfolio.unit, now, veil) for place in gather(portfolio.parts)]}


def failures(parts: Collection[Part]) -> dict[str, list[Part]]:
    """Return the accounts that were not fully read, by the reason."""
    reasons: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        if part.problem is not None:
            reasons[part.problem].append(part)
    return reasons


def _lasting(reasons: Collection[str], now: datetime, *, away: bool) -> list[str]:
    """Return the reasons that were there at the session's first drawing, or have lasted since they came."""
    known: dict[str, datetime] | None = st.session_state.get(_SINCE)
    before = {} if known is None or away else known
    at_first = datetime.min.replace(tzinfo=UTC) if known is None else now
    since = st.session_state[_SINCE] = {reason: before.get(reason, at_first) for reason in reasons}
    return [reason for reason, at in since.items() if not away and (now - at).total_seconds() >= _PATIENCE]


def _card(place: Place, unit: str, now: datetime, veil: Veil | None) -> dict[str, Any]:
    cells = place_cells(place, unit, veil)
    return {
        "name": place.kind,
        "label": _PLURAL.get(place.kind, str(place.kind)),
        "step": _STEPS[place.kind],
        "weight": float(max(place.share or ZERO, ZERO) * 100),
        **{name: cells[name] for name in ("value", "change", "share")},
        "partial": f"{place.unread} of {len(place.parts)} not read" if place.unread else None,
        "mark": freshness.mark(freshness.ACCOUNT, place.at, now),
        "lines": [_line(part, cells[f"part/{part.name}"]) for part in place.parts if part.name],
    }


def _line(part: Part, figure: Cell) -> dict[str, Any]:
    hint = part.problem or f"{figures.percent(part.change_ratio)} in 24 h"
    return {"name": part.name, "figure": figure, "hint": hint}


def _note(reason: str, parts: list[Part], unit: str, now: datetime, veil: Veil | None) -> str:
    names = ", ".join(place_name(part) for part in parts)
    verb = "was" if len(parts) == 1 else "were"
    read = [part for part in parts if part.at is not None]
    fully = "fully " if read else ""
    why = figures.plain(reason.rstrip(". "))
    return f"**{figures.plain(names)} {verb} not {fully}read:** {why}. {_instead(read, unit, now, veil)}"


def _instead(read: list[Part], unit: str, now: datetime, veil: Veil | None) -> str:
    """Say what of the accounts is in the total all the same."""
    kept = [part.value for part in read if part.value is not None]
    if not kept:
        return "The total is without it."
    oldest = min(part.at for part in read if part.at is not None)
    old = figures.age(figures.seconds_since(oldest, now))
    return f"In the total is what was read {old} ago: {figures.plain(veiled.named(veil, sum(kept, ZERO), unit))}."
