"""The ways out over a whole dashboard: in two presses from any page, on a phone and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Dashboard, Visit, listen, running

THUMB = 44  # px
WAY_OUT = ".st-key-way-out .out"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Return a dashboard of this file alone: nothing is left of its orders and positions."""
    with running(tmp_path_factory.mktemp("way-out")) as started:
        yield started


def opened(browser: Browser, url: str, **options: Any) -> Iterator[Visit]:
    """Open an address in a context of its own."""
    context = browser.new_context(**options)
    seen = Visit(context.new_page(), [])
    listen(seen)
    seen.page.goto(url)
    yield seen
    context.close()


@pytest.fixture
def phone(browser: Browser, own: Dashboard) -> Iterator[Visit]:
    """Return the live trades on a phone."""
    yield from opened(browser, f"{own.url}trades", viewport={"width": 390, "height": 844}, has_touch=True)


@pytest.fixture
def desktop(browser: Browser, own: Dashboard) -> Iterator[Visit]:
    """Return the ticket of a contract on a desktop."""
    address = f"{own.url}ticket?symbol=XBTUSDTM"
    yield from opened(browser, address, viewport={"width": 1440, "height": 900})


def act(page: Page, name: str) -> Locator:
    """Return the button of one of them."""
    return page.locator(f".st-key-way-out [data-act={name}]")


def thumbs(page: Page) -> list[float]:
    """Return the height of every button of the review."""
    buttons = page.locator(".st-key-way-out dialog button")
    heights: list[float] = buttons.evaluate_all("all => all.map((each) => each.getBoundingClientRect().height)")
    return heights


def test_two_presses_from_two_pages_of_a_phone_leave_the_market(phone: Visit) -> None:
    """Cancel all from the trades, flatten from the futures; every item is told, and no drawing takes it away."""
    page = phone.page
    page.locator(WAY_OUT).tap()
    expect(act(page, "cancel")).to_have_text("Cancel all 9")
    assert min(thumbs(page)) >= THUMB
    act(page, "cancel").tap()
    expect(page.locator(".st-key-way-out article b").first).to_have_text("9 of 9 done")
    expect(page.locator(".st-key-way-out li[data-state=done]")).to_have_count(9)
    page.locator(".st-key-way-out .close").tap()
    page.goto(page.url.replace("/trades", "/futures"))
    page.locator(WAY_OUT).tap()
    expect(act(page, "flatten")).to_have_text(re.compile(r"Flatten \d+ positions"))
    expect(page.locator(".st-key-way-out article")).to_contain_text("9 of 9 done")
    positions = int((act(page, "flatten").text_content() or "").split()[1])
    act(page, "flatten").tap()
    done = f"{positions} of {positions} done"
    expect(page.locator(".st-key-way-out article b").first).to_have_text(done)
    expect(act(page, "flatten")).to_have_text("Flatten")
    expect(page.locator(".st-key-way-out li[data-state=done]")).to_have_count(positions)
    assert phone.complaints == []


def test_new_orders_are_stopped_by_keyboard_and_allowed_in_the_band(desktop: Visit) -> None:
    """No key of the ticket acts meanwhile; the ticket says why it is dead."""
    page = desktop.page
    expect(page.locator(WAY_OUT)).to_be_visible()
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Buy")).to_be_enabled()
    page.keyboard.press("F8")
    expect(act(page, "stop")).to_be_focused()
    page.keyboard.press("b")
    page.keyboard.press("F8")
    expect(page.locator(".st-key-way-out dialog")).to_contain_text("Stopped by local at")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stMain").get_by_text("New orders were stopped by local").first).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="New orders stopped").click()
    page.get_by_role("button", name="Allow orders again").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="New orders stopped")).to_have_count(0)
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Buy")).to_be_enabled()
    assert desktop.complaints == []
