"""The reference in a browser: searched by the page itself, chosen, and a question put from it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Dashboard, Visit, listen

# What is typed, the best hit, and how many there are at most.
BEST = (
    ("/api/v1/hf/fills", "spot GET /api/v1/hf/fills", 20),
    ("300012", "code 300012", 5),
    ("RISKRATIO", "futures GET /api/v1/account-overview", 2),
    ("get clock spot", "spot GET /api/v1/timestamp", 40),
    ("positions", "futures GET /api/v1/positions", 60),  # not the first in the book
    ("ticker", "topic /market/ticker", 10),
    ("InnerTransfer post", "spot POST /api/v3/accounts/universal-transfer", 1),
    ("unifiedd", None, 0),
)


@pytest.fixture
def seen(context: BrowserContext, dashboard: Dashboard) -> Iterator[Visit]:
    """The page, opened."""
    visit = Visit(context.new_page(), [])
    listen(visit)
    visit.page.goto(f"{dashboard.url}reference")
    yield visit
    visit.page.close()


def found(page: Page) -> list[str]:
    """The keys of what is listed just now."""
    return page.locator(".st-key-reference li [data-key]").evaluate_all("all => all.map(one => one.dataset.key)")


def test_the_page_searches_by_itself_and_lists_the_best_first(seen: Visit) -> None:
    """A path before a field, a field before a mention; drawn before the typing returns; arrows and Enter choose."""
    page = seen.page
    box = page.get_by_role("searchbox")
    expect(box).to_be_visible()
    every = len(found(page))
    for typed, best, most in BEST:
        box.fill(typed)
        keys = found(page)  # at once: there is nothing to wait for
        assert (keys[0] if keys else None) == best, typed
        assert len(keys) <= most, typed
        expect(page.get_by_role("status").filter(has_text=f"{len(keys)} of {every}")).to_be_visible()
    box.fill("  ")
    assert len(found(page)) == every > 300
    box.fill("riskratio")
    box.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-reference-shown h2")).to_contain_text("/api/v1/account-overview-all")
    expect(box).to_have_value("riskratio")
    box.fill("300012")
    box.press("Enter")
    expect(page.locator(".st-key-reference-shown h2")).to_contain_text("300012")
    box.fill("")
    assert page.locator(".st-key-reference [aria-current]").evaluate_all("all => all.map(one => one.dataset.key)") == [
        "code 300012"
    ]
    assert seen.complaints == []


def test_a_field_is_sought_and_its_question_put(seen: Visit) -> None:
    """By the name of a field to the entry that has it, from there to KuCoin's answer; the key's strings stay unseen."""
    page = seen.page
    page.get_by_role("searchbox").fill("ipWhitelist")
    rows = page.locator(".st-key-reference li")
    expect(rows).to_have_count(1)
    expect(rows.locator(".names")).to_have_text("ipWhitelist")
    rows.get_by_role("button").click()
    expect(page.locator(".st-key-reference-shown h2")).to_contain_text("/api/v1/user/api-key")
    expect(page).to_have_url(re.compile(r"entry=spot"))
    expect(page.get_by_role("searchbox")).to_have_value("ipWhitelist")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("HTTP 200 after")).to_be_visible()
    answer = page.get_by_test_id("stCode").last
    expect(answer).to_contain_text('"apiKey": "(hidden)"')
    whole = page.locator("body").inner_text()
    assert not {text for text in ("practice-key-0001", "practice-secret-0001", "practice-passphrase") if text in whole}
    assert seen.complaints == []
