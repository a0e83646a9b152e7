"""The portfolio in a real browser while the market moves."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SHIFTS

PATIENCE = 30_000  # ms
# How often each figure changed; the script draws every 2 s.
CHANGES = """() => {
    globalThis.changes = 0;
    const root = document.querySelector('.st-key-total [data-testid=stBidiComponentIsolated]').shadowRoot;
    new MutationObserver(() => { changes += 1; })
        .observe(root.querySelector('.number'), { childList: true, characterData: true, subtree: true });
}"""


def marks(page: Page) -> list[Locator]:
    """The marks of age beside total and assets."""
    return [page.locator(f".st-key-{key} .age").first for key in ("total", "assets-fresh")]


def watch_for_shifts(page: Page) -> None:
    """Note what moves from now on; with one asset in the table, since others come and go as they are worth 1 USDT."""
    page.get_by_label("Find an asset").fill("bitcoin")
    expect(page.locator(".st-key-assets-table tbody tr")).to_have_count(1)
    expect(page.get_by_text("hidden, together")).to_have_count(0)  # the note below the table goes last
    page.evaluate(SHIFTS)


def expect_marks(page: Page, looks: str, *, within: float) -> None:
    """Wait until every mark looks like this, in s."""
    for mark in marks(page):
        expect(mark).to_have_class(re.compile(rf"\bage ({looks})\b"), timeout=within * 1000)


def test_figures_move_between_two_drawings_and_nothing_else_does(visit: Any) -> None:
    """The total changes by the push socket far more often than the script draws it; no part of the page is moved."""
    page = visit().page
    expect_marks(page, "fresh", within=30)
    watch_for_shifts(page)
    page.evaluate(CHANGES)
    page.wait_for_function("changes >= 12", timeout=PATIENCE)
    assert page.evaluate("shifts") == []
