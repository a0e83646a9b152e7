"""What the browser's console says of every page when it is the first that is opened."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Visit, listen


def test_no_page_that_is_opened_first_complains(visit: Any, context: BrowserContext) -> None:
    """Every address of the menu, typed in: no error, no warning, no failed request."""
    menu = visit().page.get_by_test_id("stSidebar").get_by_role("link")
    addresses = menu.evaluate_all("links => links.map(link => link.href)")
    said: dict[str, list[str]] = {}
    for address in addresses:
        seen = Visit(context.new_page(), [])
        listen(seen)
        seen.page.goto(address)
        expect(seen.page.locator(".st-key-strip .age").first).to_be_visible()
        said[address] = seen.complaints
        seen.page.close()
    assert len(said) > 2
    assert said == {address: [] for address in said}
