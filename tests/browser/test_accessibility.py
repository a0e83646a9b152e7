"""Every page as axe-core reads it, which looks for what keeps people from using a page."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest
from playwright.sync_api import expect

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
# Each page by its entry in the menu, with what stands there once it is drawn.
PAGES = {
    "Portfolio": ".st-key-assets-table tbody tr",
    "Live trades": ".st-key-ladder .age.fresh",
    "Futures": ".st-key-positions tbody tr",
    "Ticket": ".st-key-ticket-ladder .age.fresh",
    "Health": ".st-key-feeds tbody tr",
}
FINDINGS = """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
    .filter(({ id, impact }) => id === 'heading-order' || ['serious', 'critical'].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target} ${html.slice(0, 120)}`))"""


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_page_has_a_serious_finding(visit: Any, theme: str) -> None:
    """Names, roles, contrast, order of focus: nothing serious or critical on any page that the menu lists.

    Headings leave out no level either.
    """
    page = visit(theme=theme).page
    page.evaluate(AXE)
    menu = page.get_by_test_id("stSidebar").get_by_role("link")
    assert menu.all_inner_texts() == list(PAGES)
    for name, drawn in PAGES.items():
        menu.get_by_text(name, exact=True).click()
        expect(page.locator(drawn).first).to_be_visible()
        expect(page.locator(".st-key-strip .age").first).to_be_visible()
        assert page.evaluate(FINDINGS) == [], name
