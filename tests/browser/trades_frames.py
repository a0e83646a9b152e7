"""Frames of the trades page as the server sends them, and what mounts its panels on a test's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

TAPE, LADDER, HEAD = "tape:A-B", "ladder:A-B:", "head:A-B"

Mount = Callable[..., Page]


def hold(page: Page) -> None:
    """Stop the browser's clock; only a test moves it from here."""
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 0.5"))


def tape(mount: Mount) -> Page:
    """Mount a tape."""
    return mount("tape", TAPE, symbol="A-B", base="A", quote="B")


def trade(
    number: int, *, side: str = "buy", size: str = "1", value: str = "5", count: int = 1, tier: int = 0
) -> list[Any]:
    """Return a row of the tape."""
    return [1_700_000_000_000 + number, side, "5.0", size, value, count, f"id{number}", None, tier]


def whole(*rows: list[Any]) -> dict[str, Any]:
    """Return a tape, newest first."""
    return {"panel": TAPE, "full": {"rows": rows, "thresholds": ["10", "100"], "unit": "A", "coin_per_lot": None}}


def more(*rows: list[Any]) -> dict[str, Any]:
    """Return what is new on a tape, newest first."""
    return {"panel": TAPE, "more": {"rows": rows, "missed": 0}}


def levels(*levels: tuple[str, str]) -> list[list[Any]]:
    """Return one side of a ladder, best first."""
    return [[price, size, size, 0.5, None] for price, size in levels]


def ladder(bids: list[list[Any]], asks: list[list[Any]], *, panel: str = LADDER, step: str = "0.1") -> dict[str, Any]:
    """Return a ladder."""
    both = {"bids": bids, "asks": asks, "spread": "0.1", "spread_ratio": "0.01", "mid": "5.05"}
    more = {"step": step, "steps": ["0.1", "1"], "within": [], "trusted": True, "problem": None}
    return {"panel": panel, "full": {**both, **more}}
