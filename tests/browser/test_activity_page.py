"""The activity page of a dashboard that runs: from a press to the lines, and from them to a file."""

from __future__ import annotations

import csv
from typing import Any
from urllib.parse import quote_plus

from playwright.sync_api import expect


def test_what_is_chosen_is_what_the_file_holds(visit: Any, dashboard: Any) -> None:
    """A span and a kind are pressed: lines of that kind alone, the address says so, and the file has each of them."""
    page = visit().page
    page.get_by_test_id("stSidebar").get_by_role("link", name="Activity").click()
    lines = page.locator(".st-key-activity tr[data-id]")
    page.locator(".spans").get_by_text("All", exact=True).click()
    page.get_by_text("All kinds").click()
    box = page.locator(".pick[open] label").first
    kind = box.inner_text()
    box.click()
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/activity?span=all&kind={quote_plus(kind)}")
    expect(lines.locator(".kind").filter(has_not_text=kind)).to_have_count(0)
    expect(lines.first).to_be_visible()
    ids = lines.evaluate_all("all => all.map(line => line.dataset.id)")
    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Make CSV").click()
    with page.expect_download() as held:
        page.get_by_role("button", name="Download").click()
    with held.value.path().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["kind"] for row in rows} == {kind}
    assert set(ids) <= {f"{row['source']}/{row['id']}" for row in rows}
    assert [row["time_utc"] for row in rows] == sorted(row["time_utc"] for row in rows)
