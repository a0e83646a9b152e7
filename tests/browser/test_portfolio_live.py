"""The portfolio in a real browser while the market moves, and while the exchange is away."""

from __future__ import annotations

import os
import re
import signal
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Dashboard

PATIENCE = 30_000  # ms
# The browser's own record of what moved without the reader's doing.
SHIFTS = """() => {
    globalThis.shifts = [];
    const told = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join();
    new PerformanceObserver(list => list.getEntries().forEach(entry => shifts.push(
        ...entry.sources.map(({ previousRect, currentRect }) => `${told(previousRect)} -> ${told(currentRect)}`)
    ))).observe({ type: 'layout-shift', buffered: false });
}"""
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


def test_an_exchange_that_is_away_is_marked_and_comes_back(visit: Any, dashboard: Dashboard) -> None:
    """Marked within 10 s with one sentence, figures where they were; live within 15 s of its return, no reload."""
    page = visit().page
    expect_marks(page, "fresh", within=30)
    page.evaluate("globalThis.loaded = true")
    watch_for_shifts(page)
    exchange = dashboard.exchange()
    os.kill(exchange, signal.SIGSTOP)  # its lines stay open and nothing comes
    try:
        expect_marks(page, "stale|alarm|catching", within=10)
        expect_marks(page, "stale|alarm", within=30)
        expect(page.locator(".number")).to_have_css("opacity", "0.55", timeout=PATIENCE)
        expect(page.get_by_text("The practice exchange has not answered since")).to_be_visible(timeout=PATIENCE)
        before = page.locator(".number").inner_text()
    finally:
        os.kill(exchange, signal.SIGKILL)  # the dashboard starts another
    dashboard.other_exchange(exchange)
    expect_marks(page, "fresh", within=15)
    expect(page.locator(".number")).not_to_have_text(before, timeout=PATIENCE)
    expect(page.get_by_text("The practice exchange has not answered since")).to_be_hidden(timeout=PATIENCE)
    assert page.evaluate("loaded")
    assert page.evaluate("shifts") == []
