"""The dashboard in a real browser, over the practice exchange."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from playwright.sync_api import Locator, Page, expect

LOOK = [(1440, "dark"), (1440, "light"), (768, "dark"), (390, "light"), (375, "dark")]
GROUNDS = {"dark": "rgb(15, 17, 19)", "light": "rgb(251, 250, 247)"}
TOO_WIDE = """() => [document.documentElement, document.querySelector('.stMain')]
    .map(element => element.scrollWidth - element.clientWidth)"""


def number(element: Locator) -> Decimal:
    """Read a figure from the page."""
    return Decimal(element.inner_text().replace(",", "").replace("−", "-"))


def first_column(page: Any) -> list[str]:
    """The assets as they stand, from top to bottom."""
    return list(page.locator(".st-key-assets-table tbody td:first-child b").all_inner_texts())


def test_every_width_and_theme_is_whole(visit: Any) -> None:
    """No error, no missing file, nothing from another machine, no sideways scroll, our own font."""
    seen = visit()
    page = seen.page
    expect(page.get_by_text("PRACTICE", exact=True)).to_be_visible()
    expect(page.locator(".st-key-assets-table tr").nth(3)).to_be_visible()
    for width, theme in LOOK:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        expect(page.locator(".stApp")).to_have_css("background-color", GROUNDS[theme])
        page.wait_for_function(f"({TOO_WIDE})().every(over => over === 0)")
        loaded = "[...document.fonts].filter(({status}) => status == 'loaded').map(({family}) => family)"
        assert any("IBM Plex Sans" in family for family in page.evaluate(loaded))
    assert seen.complaints == []


def test_a_phone_shows_cards_and_targets_for_a_thumb(visit: Any) -> None:
    """Rows become cards, heads go, everything that is pressed is 44 px high; the menu opens over the band."""
    page = visit(width=375, height=812).page
    row = page.locator(".st-key-assets-table tbody tr").first
    assert row.evaluate("element => getComputedStyle(element).display") == "grid"
    expect(page.locator(".st-key-assets-table thead")).to_be_hidden()
    low = """() => [...document.querySelectorAll('.stMain :is(button, input[type=text], .stCheckbox label)')]
        .filter(element => element.checkVisibility() && element.getBoundingClientRect().height < 43.9)
        .map(element => element.outerHTML.slice(0, 120))"""
    assert page.evaluate(low) == []
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_test_id("stSidebar").get_by_role("link", name="Portfolio")).to_be_visible()
    expect(page.get_by_text("PRACTICE", exact=True)).to_be_hidden()


def test_the_portfolio_answers_to_the_hand(visit: Any) -> None:
    """In one visit: it adds up, lives, is sorted and searched, and keeps its unit in the address."""
    page = visit().page
    adds_up(page)
    sorts_by_keyboard_and_finds_while_typing(page)
    before = page.locator(".number").inner_text()
    expect(page.locator(".number")).not_to_have_text(before)  # the market lives
    fiat_comes_from_the_menu(page)
    unit_is_kept_in_the_address(page)


def adds_up(page: Page) -> None:
    """Six places, each rounded once; all of them move in one step, so any moment will do."""
    expect(page.locator(".st-key-places-cards .value")).to_have_count(6)
    shown = page.evaluate("""() => ['total .number', 'places-cards .value'].map((path) => {
        const [key, name] = path.split(' ');
        const {shadowRoot} = document.querySelector(`.st-key-${key} [data-testid="stBidiComponentIsolated"]`);
        return [...shadowRoot.querySelectorAll(name)].map(element => element.textContent);
    })""")
    (whole,), parts = ([Decimal(text.replace(",", "")) for text in texts] for texts in shown)
    assert abs(sum(parts) - whole) <= Decimal("0.03")


def sorts_by_keyboard_and_finds_while_typing(page: Page) -> None:
    """A head is a button; the search needs no Enter; both survive the next drawing."""
    by_value = first_column(page)
    head = page.get_by_role("columnheader", name="Asset").get_by_role("button")
    head.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Asset")).to_have_attribute("aria-sort", "descending")
    assert first_column(page) == sorted(by_value, reverse=True)
    page.get_by_label("Find an asset").press_sequentially("bitco")
    expect(page.locator(".st-key-assets-table tbody tr")).to_have_count(1)
    assert first_column(page) == ["BTC"]
    page.get_by_label("Find an asset").fill("")
    expect(page.locator(".st-key-assets-table tbody tr")).to_have_count(len(by_value))
    assert first_column(page) == sorted(by_value, reverse=True)


def fiat_comes_from_the_menu(page: Page) -> None:
    """It takes the third place beside the coins."""
    page.get_by_role("button", name="Fiat").click()
    page.get_by_text("JPY", exact=True).click()
    expect(page.locator(".st-key-total .unit")).to_have_text("JPY")
    expect(page.get_by_role("radio", name="JPY")).to_be_checked()
    assert "." not in page.locator(".number").inner_text()


def unit_is_kept_in_the_address(page: Page) -> None:
    """A press changes figures and address; the address alone brings them back."""
    page.get_by_role("radio", name="BTC").click()
    expect(page.locator(".st-key-total .unit")).to_have_text("BTC")
    expect(page).to_have_url(re.compile(r"unit=BTC"))
    page.reload()
    expect(page.locator(".st-key-total .unit")).to_have_text("BTC")
    assert 0 < number(page.locator(".number")) < 1000
