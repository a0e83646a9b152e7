"""The PnL section in a real browser, over the practice account's past."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

from playwright.sync_api import expect


def test_the_ledger_can_be_taken_along(visit: Any) -> None:
    """Figures, plots and table are drawn of what happened; the file is made at the press, and adds up to them."""
    seen = visit(height=2400)
    page = seen.page
    page.get_by_role("link", name="Futures", exact=True).click()
    expect(page.locator(".st-key-pnl").get_by_role("heading", name="Realised, 30 days")).to_be_visible()
    expect(page.locator(".st-key-pnl-curve .main-svg").first).to_be_attached()
    expect(page.get_by_role("table", name="Realised net by day").get_by_role("cell").last).to_be_visible()
    expect(page.locator(".st-key-closed").get_by_text("Every one agrees with the exchange.")).to_be_visible()
    page.locator(".st-key-pnl-span").get_by_text("All", exact=True).click()
    expect(page.get_by_role("heading", name="Realised, all time")).to_be_visible()
    figures = page.locator(".st-key-pnl-figures dd.figure")
    before = figures.all_inner_texts()
    page.locator(".st-key-pnl-export").get_by_role("button").click()
    with page.expect_download() as download:
        page.locator(".st-key-export-ledger-csv").get_by_role("button").click()
    assert download.value.suggested_filename.startswith("futures-ledger-all-")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert {row["entry"] for row in rows} == {"fill", "fee", "funding"}
    after = figures.all_inner_texts()  # an hourly funding may have come meanwhile
    for kind, place in (("fee", 2), ("funding", 3)):
        amounts = [Decimal(row["amount"]) for row in rows if (row["entry"], row["currency"]) == (kind, "USDT")]
        assert f"{sum(amounts):+,.2f}".replace("-", "−") in (before[place], after[place])
    assert seen.complaints == []
