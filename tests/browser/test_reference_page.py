"""The reference in a browser: sought as it is typed, chosen, and a question put from it."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Dashboard, Visit, listen


def test_a_field_is_sought_and_its_question_put(context: BrowserContext, dashboard: Dashboard) -> None:
    """By the name of a field to the entry that has it, from there to KuCoin's answer; the key's strings stay unseen."""
    seen = Visit(context.new_page(), [])
    listen(seen)
    page = seen.page
    page.goto(f"{dashboard.url}reference")
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
    page.close()
