"""The trades page in a real browser, over the practice exchange and its live market."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import SHIFTS, Dashboard, Theme, Visit, listen

PATIENCE = 30_000  # ms
PANELS = ("head", "candles", "depth", "ladder", "tape", "watchlist")
TOO_WIDE = """() => [document.documentElement, document.querySelector('.stMain')]
    .map(element => element.scrollWidth - element.clientWidth)"""
# What a thumb cannot hit. The unit of sizes reaches beyond its own box.
LOW = """() => {
    const low = [];
    const look = (root) => {
        for (const element of root.querySelectorAll('*')) {
            if (element.shadowRoot) look(element.shadowRoot);
            const pressed = element.matches('button, select, input:not([type=checkbox])');
            if (!pressed || element.closest('.titles') || !element.checkVisibility()) continue;
            if (element.offsetHeight < 43.9) low.push(element.outerHTML);
        }
    };
    look(document.querySelector('.stMain'));
    return low;
}"""

Open = Callable[..., Visit]


def age(page: Page, panel: str) -> Locator:
    """The mark of age of a panel."""
    return page.locator(f".st-key-{panel} .age")


def expect_all(page: Page, look: str, panels: Iterable[str], *, within: float) -> None:
    """Return once the age of every panel looks so; ``within``, in s, is for all of them together."""
    deadline = time.monotonic() + within
    for panel in panels:
        left = max(1.0, (deadline - time.monotonic()) * 1000)
        expect(age(page, panel)).to_have_class(re.compile(rf"\bage ({look})"), timeout=left)


def newest(page: Page) -> str:
    """The uppermost row of the tape."""
    return page.locator(".st-key-tape .sheet .row").first.inner_text()


@pytest.fixture
def trades(context: BrowserContext, dashboard: Dashboard) -> Iterator[Open]:
    """Return what opens the trades page and waits for its tape."""
    pages: list[Page] = []

    def open_at(symbol: str = "XBTUSDTM", *, width: int = 1440, theme: Theme = "dark", **asked: str) -> Visit:
        seen = Visit(context.new_page(), [])
        pages.append(seen.page)
        seen.page.set_viewport_size({"width": width, "height": 976})
        seen.page.emulate_media(color_scheme=theme)
        listen(seen)
        more = "".join(f"&{name}={value}" for name, value in asked.items())
        seen.page.goto(f"{dashboard.url}trades?symbol={symbol}{more}")
        return seen

    yield open_at
    for page in pages:
        page.close()


def arrived(page: Page) -> None:
    """Wait for the first trades."""
    page.locator(".st-key-tape .sheet .row").nth(2).wait_for(timeout=PATIENCE)


def other_than(page: Page, before: str) -> None:
    """Wait for a trade that is newer than the row ``before``."""
    deadline = time.monotonic() + PATIENCE / 1000
    while newest(page) == before:
        assert time.monotonic() < deadline, "no trade came"
        page.wait_for_timeout(50)


@pytest.mark.parametrize(("width", "theme", "panels"), [(1440, "dark", PANELS), (390, "light", PANELS[:-1])])
def test_a_market_is_live_and_stands_still(trades: Open, width: int, theme: Theme, panels: tuple[str, ...]) -> None:
    """Every panel is live, trades come, nothing shifts, no error, no sideways scroll."""
    seen = trades(width=width, theme=theme)
    page = seen.page
    arrived(page)
    expect_all(page, "fresh", panels, within=PATIENCE / 1000)
    expect(page.locator(".st-key-ladder .row.bid .figure").nth(2)).not_to_be_empty()
    page.evaluate(SHIFTS)
    for _ in range(3):
        other_than(page, newest(page))
    assert page.evaluate("shifts") == []
    assert page.evaluate(TOO_WIDE) == [0, 0]
    assert seen.complaints == []
    if width < 700:
        assert page.evaluate(LOW) == []


def test_an_unknown_symbol_is_said_and_another_is_found(trades: Open) -> None:
    """The text of the address stays text; the search brings a market that is live."""
    page = trades("%3Cimg%20src=x%20onerror=document.title=1%3E").page
    expect(page.get_by_text("is not listed on KuCoin")).to_contain_text("<img src=x")
    page.get_by_label("Symbol", exact=True).fill("ethusdtm")
    page.keyboard.press("Enter")
    arrived(page)
    expect(page).to_have_url(re.compile("symbol=ETHUSDTM"))
    expect(page.locator(".st-key-facts")).to_contain_text("Funding in")
    assert page.locator("img[src=x]").count() == 0


def test_the_palette_changes_hues_at_once(trades: Open) -> None:
    """Blue and orange where green and red are not told apart; kept in the address."""
    page = trades("BTC-USDT", palette="safe").page
    ask = page.locator(".st-key-ladder .row.ask > span").nth(2)
    expect(ask).to_have_css("color", "rgb(238, 154, 85)", timeout=PATIENCE)
    page.get_by_label("Colours").click()
    page.get_by_role("option", name="Gain red").click()
    expect(ask).to_have_css("color", "rgb(77, 190, 155)")
    expect(page).to_have_url(re.compile("palette=swapped"))
