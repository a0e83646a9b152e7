"""Every page when it is the first that is opened: what the console says of it, and what axe-core reads in it."""

from __future__ import annotations

from importlib import resources
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Visit, listen

# axe-core looks for what keeps people from using a page.
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
# Each page by its entry in the menu, with what stands there once it is drawn.
PAGES = {
    "Portfolio": ".st-key-assets-table tbody tr",
    "Activity": ".st-key-activity .spans",
    "Live trades": ".st-key-ladder .age.fresh",
    "Futures": ".st-key-positions tbody tr",
    "Ticket": ".st-key-ticket-ladder .age.fresh",
    "Orders and fills": ".st-key-orders-open tbody",
    "Limits and alerts": ".st-key-limits-use tbody tr",
    "Health": ".st-key-feeds tbody tr",
    "Key check": ".st-key-key-rights tbody tr",
    "API reference": ".st-key-reference li",
}
BOTH = {"Portfolio", "Ticket", "Orders and fills"}  # read in the light theme too: the others have the same colours
GROUNDS = {"dark": "rgb(15, 17, 19)", "light": "rgb(251, 250, 247)"}
# A toast is Streamlit's own, and has no name; what it says stands on the page of the alerts as well.
FINDINGS = """async (only) => (await axe.run(
        { exclude: ['[data-testid=stToastContainer]'] }, { resultTypes: ['violations'], ...only })).violations
    .filter(({ id, impact }) => id === 'heading-order' || ['serious', 'critical'].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target} ${html.slice(0, 120)}`))"""


def test_every_page_is_sound_when_it_is_opened_first(visit: Any, context: BrowserContext) -> None:
    """Every address of the menu, typed in: no error, no warning, no failed request, and anybody can use it.

    Names, roles, contrast, order of focus: nothing serious or critical, and no level of headings is left out. The theme
    changes under the open page, as at sunset; contrast is all that can change with it.
    """
    menu = visit().page.get_by_test_id("stSidebar").get_by_role("link")
    assert menu.all_inner_texts() == list(PAGES)
    addresses = menu.evaluate_all("links => links.map(link => link.href)")
    said = {name: look_at(context, address, name) for name, address in zip(PAGES, addresses, strict=True)}
    assert said == {name: {"axe": [], "console": []} for name in PAGES}


def look_at(context: BrowserContext, address: str, name: str) -> dict[str, list[str]]:
    """Open a page; what axe finds, and what the console said."""
    seen = Visit(context.new_page(), [])
    listen(seen)
    seen.page.emulate_media(color_scheme="dark")
    seen.page.goto(address)
    seen.page.evaluate(AXE)
    expect(seen.page.locator(PAGES[name]).first).to_be_visible()
    expect(seen.page.locator(".st-key-strip .age").first).to_be_visible()
    found = findings(seen.page, "dark") + (findings(seen.page, "light") if name in BOTH else [])
    seen.page.close()
    return {"axe": found, "console": seen.complaints}


def findings(page: Page, theme: Any) -> list[str]:
    """What axe finds once the page has a theme."""
    page.emulate_media(color_scheme=theme)
    expect(page.locator(".stApp")).to_have_css("background-color", GROUNDS[theme])
    found: list[str] = page.evaluate(FINDINGS, {"runOnly": ["color-contrast"]} if theme == "light" else {})
    return found
