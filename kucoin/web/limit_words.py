"""Limits as they are written: what each is called, and how much of it is used."""

from __future__ import annotations

from decimal import Decimal

from kucoin import figures
from kucoin.model.limits import LimitUse
from kucoin.web import veil as veils
from kucoin.web.veil import Veil

LABELS = {
    "order_value": "One order",
    "daily_value": "Orders today",
    "leverage": "Leverage",
    "open_orders": "Open orders",
    "price_distance": "Limit price from mark",
    "orders_per_minute": "Orders a minute",
    "daily_loss": "Loss today",
}
"""By the field of `Limits`, in its order."""

UNITS = {"order_value": "USDT", "daily_value": "USDT", "leverage": "×", "price_distance": "%", "daily_loss": "USDT"}
"""What is written behind a figure; of single things nothing is."""

_UNITS_BEHIND = {name: unit if unit == "×" else f" {unit}" for name, unit in UNITS.items()}
_NEAR = Decimal("0.8")  # of a limit, from which its use is looked at
_HIDDEN_USES = {"": veils.HIDDEN, "warn": "nearly used up", "alert": "used up"}  # by how it looks


def figure(name: str, value: Decimal | None) -> str:
    """Write a value of the limit ``name`` without its unit: ``10,000``, ``3,200.45``, ``5`` of 0.05."""
    if value is None:
        return figures.UNKNOWN
    if name == "price_distance":
        return figures.amount(value * 100)
    return figures.money(value, "USDT").removesuffix(".00") if UNITS.get(name) == "USDT" else figures.exact(value)


def use(told: LimitUse, *, known: bool = True, veil: Veil | None = None) -> dict[str, str | float | None]:
    """Return how much of a limit is used: texts, the share of its bar or None, and how that looks.

    ``used`` is empty where nobody set a limit, and where nothing adds up, for the limit is of single orders. Without
    ``known`` nobody can tell whether there is a limit. Under a veil no limit of money is told, nor what part of it is
    used: the usual limits are no secret, and beside them a share would tell the whole account.
    """
    name, limit = told.name, told.limit
    single = told.used is None and not told.problem
    share = None if limit is None or told.used is None else _share(told.used, limit)
    look = "" if share is None or share < _NEAR else "warn" if share < 1 else "alert"
    if limit is None:
        used, of = "", "no limit" if known else figures.UNKNOWN
    elif veil is not None and UNITS.get(name) == "USDT":
        share = None
        used, of = (
            ("", f"up to {veils.HIDDEN}") if single else (figures.UNKNOWN if told.problem else _HIDDEN_USES[look], "")
        )
    else:
        most = f"{figure(name, limit)}{_UNITS_BEHIND.get(name, '')}"
        used, of = ("", f"up to {most}") if single else (_used(name, told.used), f"of {most}")
    return {
        "name": name,
        "label": LABELS[name],
        "used": used,
        "of": of,
        "share": None if share is None else float(share),
        "look": "warn" if told.problem else look,
        "why": veils.words(veil, told.problem),
    }


def _used(name: str, value: Decimal | None) -> str:
    """Write what is used; a loss below nothing is a gain."""
    return "none" if value is not None and value < 0 else figure(name, value)


def _share(used: Decimal, limit: Decimal) -> Decimal:
    """Return how full the bar is; a limit of nothing is used up."""
    return max(Decimal(0), min(Decimal(1), used / limit)) if limit else Decimal(1)
