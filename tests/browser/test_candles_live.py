"""Candles and watchlist on the trades page, over the practice exchange."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Dashboard
from tests.browser.live_rig import until

BODIES = ".boxlayer path.box"
NO_SUCH = "“7min” is no interval of BTC-USDT: 15 minutes a candle instead."


@pytest.fixture(scope="module")
def page(context: BrowserContext, dashboard: Dashboard) -> Iterator[Page]:
    """Return the trades page, asked for an interval that there is not."""
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(f"{dashboard.url}trades?symbol=BTC-USDT&interval=7min")
    yield page
    page.close()


def pointed(page: Page) -> datetime:
    """Point at the left end of the candles and return the time of the bar there."""
    page.locator(".hand").hover(position={"x": 40, "y": 100})
    return datetime.fromisoformat(page.locator(".readout time").inner_text().replace(" UTC", "+00:00"))


def test_the_reader_pans_into_the_past(page: Page) -> None:
    """An absurd interval is named; one that is pressed stands in the address; older candles are read as he goes."""
    expect(page.get_by_text(NO_SUCH)).to_be_visible()
    expect(page.get_by_role("button", name="15 m")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="1 h").click()
    expect(page).to_have_url(re.compile(r"interval=1hour"))
    expect(page.get_by_role("group", name="Candles of 1 hour with volume, BTC-USDT")).to_be_visible()
    expect(page.locator(BODIES).first).to_be_visible()
    expect(page.get_by_text(NO_SUCH)).to_be_hidden()
    newest = pointed(page)
    page.locator(".hand").focus()
    for key in 12 * ["-"] + 6 * ["ArrowLeft"]:
        page.keyboard.press(key)
    until(page, lambda: pointed(page) < newest - timedelta(hours=700))


def test_the_watchlist_opens_a_symbol_and_keeps_its_pins(page: Page) -> None:
    """A search, a star, a press: page and address follow; another session of the browser has both again."""
    watchlist = page.locator(".st-key-watchlist")
    row = watchlist.get_by_role("listitem").filter(has_text="LINK-USDT")
    watchlist.get_by_role("searchbox").fill("linkusdt")
    row.get_by_role("button").click()
    row.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"symbol=LINK-USDT"))
    page.reload()
    expect(row).to_contain_text(re.compile(r"\d.*%"))
    expect(watchlist.locator("[aria-current]")).to_contain_text("LINK-USDT")
    expect(page.get_by_role("group", name="Candles of 1 hour with volume, LINK-USDT")).to_be_visible()
    row.hover()
    row.get_by_role("button").click()
    expect(row).to_have_count(0)


def test_the_past_is_there_without_a_socket_too(context: BrowserContext, dashboard: Dashboard) -> None:
    """Where a proxy lets none through, the script brings older candles as the reader goes."""
    page = context.new_page()
    page.route_web_socket("**/live/ws", lambda line: line.close(code=1008))
    page.goto(f"{dashboard.url}trades?symbol=BTC-USDT&interval=1hour")
    expect(page.locator(BODIES).first).to_be_visible()
    newest = pointed(page)
    page.locator(".hand").focus()
    for key in 12 * ["-"] + 6 * ["ArrowLeft"]:
        page.keyboard.press(key)
    until(page, lambda: pointed(page) < newest - timedelta(hours=700))
    page.close()
