"""The total of a portfolio as the page's one large figure."""

from __future__ import annotations

from typing import Any

from kucoin.desk.portfolio import Part, Portfolio
from kucoin.web.portfolio import total_cells
from kucoin.web.veil import Veil
from pages.widgets import privacy, pushed
from pages.widgets.live import live

_NAMED = 3  # how many missing things the badge names before it counts the rest
_HINT = "What prices did in 24 h to what is held now; deposits, withdrawals and trades are left out"


def show(portfolio: Portfolio) -> None:
    """Draw total, change, conversions and what is missing from them."""
    pushed.show(live.TOTAL, f"portfolio:{portfolio.unit}", key="total", **payload(portfolio, privacy.over(portfolio)))


def payload(portfolio: Portfolio, veil: Veil | None = None) -> dict[str, Any]:
    """Return what the component draws until the push socket tells more."""
    cells = total_cells(portfolio, veil)
    return {
        "unit": "of the account" if veil else portfolio.unit,
        "hint": _HINT,
        **{name: cells[name] for name in ("total", "change", "sum")},
        "conversions": [(name, cell) for name, cell in cells.items() if name.startswith("in/")],
        "missing": missing(portfolio),
    }


def missing(portfolio: Portfolio) -> dict[str, str] | None:
    """Return the badge of an incomplete total: what has no price, what was never read; None when it is complete."""
    unread = tuple(place_name(part) for part in portfolio.parts if part.at is None)
    said = []
    if portfolio.unpriced:
        said.append((portfolio.unpriced, "has no price", "have no price"))
    if unread:
        said.append((unread, "was not read", "were not read"))
    if portfolio.complete and not said:
        return None
    sentences = [f"{_few(names)} {one if len(names) == 1 else many}" for names, one, many in said]
    everything = [f"{', '.join(names)} {one if len(names) == 1 else many}" for names, one, many in said]
    return {"text": f"Incomplete: {'; '.join(sentences)}" if said else "Incomplete", "hint": "; ".join(everything)}


def place_name(part: Part) -> str:
    """Return how a part is called in a sentence: ``Futures XBT``, ``Sub-account grid-02``, ``Funding``."""
    return f"{part.kind} {part.name}".strip()


def _few(names: tuple[str, ...]) -> str:
    if len(names) <= _NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
