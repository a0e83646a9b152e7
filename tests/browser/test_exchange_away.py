"""Portfolio and trades in a real browser while the exchange is away, and when it comes back."""

from __future__ import annotations

import os
import re
import signal
import time
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import test_portfolio_live as portfolio
from tests.browser import test_trades_page as trades
from tests.browser.conftest import PATIENCE, SHIFTS, Dashboard

AWAY = "The practice exchange has not answered since"


def expect_both(assets: Page, market: Page, looks: str, *, within: float) -> None:
    """Wait until every mark of both pages looks like this; ``within``, in s, is for all of them together."""
    began = time.monotonic()
    trades.expect_all(market, looks, trades.PANELS, within=within)
    portfolio.expect_marks(assets, looks, within=max(1.0, within - (time.monotonic() - began)))


def test_an_exchange_that_is_away_is_marked_and_comes_back(
    visit: Any, context: BrowserContext, dashboard: Dashboard
) -> None:
    """Marked within 10 s, with one sentence, figures where they were; live within 15 s of its return, no reload."""
    assets, market = visit().page, context.new_page()
    market.goto(f"{dashboard.url}trades?symbol=XBTUSDTM")
    trades.arrived(market)
    expect_both(assets, market, "fresh", within=PATIENCE)
    portfolio.watch_for_shifts(assets)
    market.evaluate(SHIFTS)
    for page in (assets, market):
        page.evaluate("globalThis.loaded = true")
    exchange = dashboard.exchange()
    os.kill(exchange, signal.SIGSTOP)  # its lines stay open and nothing comes; a clean end would be told at once
    try:
        expect_both(assets, market, "stale|alarm|catching", within=10)
        portfolio.expect_marks(assets, "stale|alarm", within=PATIENCE)
        expect(trades.age(market, "tape")).to_have_text(re.compile("stale"))
        for figure in (assets.locator(".number"), market.locator(".st-key-head .last")):
            expect(figure).to_have_css("opacity", "0.55")
        expect(assets.get_by_text(AWAY)).to_be_visible()
        before, row = assets.locator(".number").inner_text(), trades.newest(market)
    finally:
        os.kill(exchange, signal.SIGKILL)  # the dashboard starts another, which takes it a few seconds
    dashboard.other_exchange(exchange)
    expect_both(assets, market, "fresh", within=15)
    expect(assets.locator(".number")).not_to_have_text(before)
    expect(assets.get_by_text(AWAY)).to_be_hidden()
    trades.other_than(market, row)
    for page in (assets, market):
        assert page.evaluate("loaded")
        assert page.evaluate("shifts") == []
    market.close()
