"""The ticket in a real browser, in front of a whole dashboard: by keyboard alone, and never twice."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import PATIENCE, Dashboard, Visit, listen

SYMBOL = "XBTUSDTM"  # the account holds it, so that the leverage is known
PLACE = "futures POST /api/v1/orders"
# No proxy may come between a test and loopback.
OPENER = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Exchange:
    """The practice exchange behind the dashboard, asked on its own port."""

    url: str

    def control(self, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask its control route."""
        data = None if body is None else json.dumps(body).encode()
        asked = Request(f"{self.url}/_practice/{name}", data=data)  # noqa: S310  loopback only
        with OPENER.open(asked, timeout=PATIENCE) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def placed(self) -> int:
        """How many futures orders ever reached it."""
        return Counter(self.control("state")["requests"])[PLACE]


def asked_for_ports(page: Page, url: str) -> Exchange:
    """Return the exchange of a dashboard: its port stands on the Health page."""
    page.goto(f"{url}health")
    said = page.get_by_text(re.compile(r"ports \d+ and \d+")).first.inner_text()
    found = re.search(r"ports (\d+) and", said)
    assert found, said
    return Exchange(f"http://127.0.0.1:{found[1]}")


@pytest.fixture(scope="module")
def exchange(context: BrowserContext, dashboard: Dashboard) -> Exchange:
    """The one behind the dashboard of all tests."""
    page = context.new_page()
    found = asked_for_ports(page, dashboard.url)
    page.close()
    return found


@pytest.fixture
def visits(context: BrowserContext, dashboard: Dashboard) -> Iterator[Any]:
    """What opens the ticket of a contract, and waits until an order could be placed."""
    pages: list[Page] = []

    def open_at(width: int = 1440, symbol: str = SYMBOL) -> Visit:
        seen = Visit(context.new_page(), [])
        pages.append(seen.page)
        seen.page.set_viewport_size({"width": width, "height": 1100})
        listen(seen)
        seen.page.goto(f"{dashboard.url}ticket?symbol={symbol}")
        ready(seen.page)
        return seen

    yield open_at
    for page in pages:
        page.close()


def ready(page: Page) -> None:
    """Wait until the ladder stands and both buttons can be pressed."""
    expect(page.locator(".st-key-ticket-ladder .bid .figure").nth(2)).to_have_text(re.compile(r"\d"))
    expect(page.locator(".st-key-ticket-buy button")).to_be_enabled()


def price(page: Page) -> Locator:
    """The field."""
    return page.get_by_label("Price, USDT")


def size(page: Page) -> Locator:
    """The field."""
    return page.get_by_label("Size", exact=True)


def emptied(page: Page) -> None:
    """Wait for the next ticket, which has a field of its own for the size; for a moment both are there."""
    expect(page.locator('[aria-label="Size"][value=""]')).to_have_count(1)
    expect(size(page)).to_have_count(1)


def far(page: Page) -> str:
    """A price at which a buy rests: 3 % below the best bid, which the exchange still takes."""
    bid = page.locator(".st-key-ticket-ladder .bid .figure").nth(2).inner_text()
    return f"{float(bid.replace(',', '')) * 0.97:.1f}"


def tab_to(page: Page, wanted: str, key: str = "Tab") -> None:
    """Press Tab, or what goes back, until the focus is on what is called so."""
    named = """() => {
        let focused = document.activeElement;
        while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
        const text = focused.matches('a, button') ? focused.textContent : '';
        return (focused.getAttribute('aria-label') || text).trim();
    }"""
    for _ in range(120):
        page.keyboard.press(key)
        if page.evaluate(named).startswith(wanted):
            return
    raise AssertionError(f"no {key} leads to {wanted}")


def filled(page: Page, at: str) -> None:
    """Write an order of one contract."""
    price(page).fill(at)
    price(page).press("Enter")
    size(page).fill("1")
    size(page).press("Enter")
    expect(page.locator(".st-key-ticket-buy button")).to_have_text(re.compile("Buy 1"))


def test_a_whole_session_by_keyboard(visits: Any, exchange: Exchange) -> None:
    """From the symbol to the cancel; a key that is held down acts once, and letters in a field are letters."""
    seen = visits(symbol="BTC-USDT")
    page, keys, before = seen.page, seen.page.keyboard, exchange.placed()
    tab_to(page, "Symbol")
    keys.type(SYMBOL)
    keys.press("Enter")
    expect(page.get_by_text("one-way mode")).to_be_visible()
    ready(page)
    keys.press("Tab")
    keys.press("m")
    expect(price(page)).to_be_hidden()
    keys.press("l")
    tab_to(page, "Price, USDT")
    keys.type("b")
    keys.press("Backspace")
    keys.type(far(page))
    tab_to(page, "Size")
    keys.type("1")
    keys.press("Enter")
    expect(page.locator(".st-key-ticket-buy button")).to_have_text(re.compile("Buy 1"))
    tab_to(page, "Post-only")
    keys.press("Space")
    expect(page.get_by_label("Post-only")).to_be_checked()
    expect(page.get_by_role("dialog")).to_have_count(0)
    for _ in range(4):
        keys.down("b")
    keys.up("b")
    expect(press(page)).to_be_enabled()
    assert exchange.placed() == before
    tab_to(page, "Buy 1 contract")
    for _ in range(6):
        keys.down("Enter")
    keys.up("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".st-key-ticket-outcome")).to_contain_text("Accepted: Buy 1 contract")
    emptied(page)
    assert exchange.placed() == before + 1
    tab_to(page, "Cancel")
    keys.press("Enter")
    expect(page.locator(".st-key-sent")).to_contain_text(re.compile("cancelled", re.I))
    assert seen.complaints == []


def test_a_lost_answer_a_double_click_a_reload_and_two_tabs_are_one_order(visits: Any, exchange: Exchange) -> None:
    """The ticket is unknown and then found; nothing is ever sent again."""
    one, two = visits().page, visits().page
    before, at = exchange.placed(), far(one)
    for page in (two, one):
        page.bring_to_front()
        filled(page, at)
        page.locator(".st-key-ticket-buy button").click()
        expect(press(page)).to_be_enabled()
    exchange.control("faults", {"set": [{"name": "lose_answer", "method": "POST", "path": "/api/v1/orders"}]})
    try:
        press(one).dblclick()
        expect(one.get_by_role("dialog")).to_have_count(0)
        expect(one.locator(".st-key-ticket-outcome")).to_contain_text("Accepted")
        one.go_back()
        one.go_forward()
        two.bring_to_front()
        expect(press(two)).to_be_enabled()  # it asks for a tick while the first press is being looked up
        press(two).dblclick()
        expect(two.get_by_role("dialog")).to_have_count(0)
        expect(two.locator(".st-key-ticket-outcome")).to_contain_text("Accepted")
        ready(one)
    finally:
        exchange.control("faults", {"clear": True})
    assert exchange.placed() == before + 1
    cancel_all(one)


def press(page: Page) -> Locator:
    """The button of the confirmation."""
    return page.locator(".st-key-confirm-press button")


def cancel_all(page: Page) -> None:
    """Take back what rests, by the buttons of what was sent."""
    cancel = page.locator(".st-key-sent").get_by_role("button", name=re.compile("Cancel"))
    expect(cancel.first).to_be_visible()
    while resting := cancel.count():
        cancel.first.click()
        expect(cancel).to_have_count(resting - 1)


def test_nothing_moves_when_the_type_changes(visits: Any) -> None:
    """Buttons and preview stay; a level of the ladder fills the price; a phone scrolls one way."""
    seen = visits()
    page = seen.page
    page.locator(".st-key-ticket-ladder .row.ask").nth(10).click()
    expect(price(page)).not_to_have_value("")
    bid = page.locator(".st-key-ticket-ladder .bid .figure").nth(2).inner_text()
    assert float(price(page).input_value().replace(",", "")) == pytest.approx(float(bid.replace(",", "")), rel=0.02)
    before = page.locator(".st-key-ticket-buttons").bounding_box()
    for kind in ("Market", "Take profit", "Stop", "Limit"):
        page.get_by_role("radio", name=kind, exact=True).click()
        expect(page.get_by_role("radio", name=kind, exact=True)).to_be_checked()
        expect(price(page)).to_have_count(int(kind != "Market"))
        assert page.locator(".st-key-ticket-buttons").bounding_box() == before
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".st-key-ticket-buttons")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert seen.complaints == []
