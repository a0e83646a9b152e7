"""The activity in a real browser, by itself: what a press asks for, lines that stay, pages, and what they come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.live_rig import Rig, until

PANEL = "activity:"
NOW = 1_795_350_726_000  # 2026-11-22 12:32:06 UTC
Mount = Callable[..., Page]


def row(number: int, **more: Any) -> dict[str, Any]:
    """Return a line as the server tells it."""
    usual = {
        "id": f"spot/{number}",
        "at": NOW - number * 60_000,
        "kind": "Trade",
        "place": "Spot trading",
        "subject": "BTC-USDT",
        "currency": "USDT",
        "change": ["−1.83", "down"],
        "fee": "–",
        "balance": "12,044.2",
        "counts": True,
        "more": [["Id", str(number)], ["Detail", "<b>bold</b>"]],
    }
    return {**usual, **more}


def told(rows: list[dict[str, Any]], panel: str, **more: Any) -> list[dict[str, Any]]:
    """Return the frames of a panel with these rows."""
    usual = {
        "count": len(rows),
        "page": 1,
        "pages": 1,
        "size": 100,
        "newest": NOW,
        "rows": rows,
        "sums": [],
        "places": ["Funding", "Spot trading"],
        "kinds": ["Trade", "Deposit"],
        "currencies": ["BTC", "USDT"],
        "reach": "Complete since 22 November 2025",
        "lists": "",
        "reading": False,
        "trouble": "",
        "ties": "",
        "apart": [],
    }
    return [{"panel": panel, "full": {**usual, **more}}, {"fresh": {panel: ["live", 0, None]}, "now": NOW}]


def asked(page: Page, rig: Rig, query: str) -> str:
    """Wait until the server was asked for this; return the panel's name."""
    until(page, lambda: rig.wants[-1:] == [[PANEL + query]])
    return PANEL + query


def opened(mount: Mount, rig: Rig, rows: list[dict[str, Any]], **more: Any) -> Page:
    """Mount the component and have it told of the rows."""
    page = mount("activity", PANEL, told=False, wish="")
    rig.push(*told(rows, asked(page, rig, "span=7"), **more))
    return page


def test_every_filter_is_asked_for_by_the_name_of_the_panel(mount: Mount, rig: Rig) -> None:
    """A press asks at once and tells the script; old lines stay until the new ones are there; all can be cleared."""
    page = opened(mount, rig, [row(1), row(2)])
    expect(page.locator("tr[data-id]")).to_have_count(2)
    page.get_by_role("button", name="30 d").click()
    asked(page, rig, "span=30")
    page.get_by_text("All kinds").click()
    page.get_by_text("Deposit").click()  # the words, not the box
    page.get_by_role("checkbox", name="Trade").check()
    page.keyboard.press("Escape")
    expect(page.get_by_text("2 kinds")).to_be_focused()
    page.get_by_role("searchbox").fill("0x: a&b")
    name = asked(page, rig, "span=30&kind=Trade&kind=Deposit&find=0x%3A%20a%26b")
    expect(page.locator("tr[data-id]")).to_have_count(2)
    rig.push(*told([row(3, kind="Deposit")], name, sums=[]))
    expect(page.locator("tr[data-id]")).to_have_count(1)
    told_script = ["wish", "span=30&kind=Trade&kind=Deposit&find=0x%3A%20a%26b"]
    until(page, lambda: page.evaluate("triggers")[-1:] == [told_script])
    page.get_by_role("button", name="Clear").click()
    asked(page, rig, "span=30")
    page.get_by_role("button", name="Range…").click()
    until(page, lambda: any(each.startswith(f"{PANEL}span=range&from=20") for each in rig.wants[-1]))


def test_a_line_tells_all_of_itself_and_keeps_its_place_and_focus(mount: Mount, rig: Rig) -> None:
    """Unfolded it stays so while newer ones come above; text of others is text."""
    page = opened(mount, rig, [row(1), row(2)])
    line = page.locator("tr[data-id='spot/2']")
    line.get_by_role("button").click()
    expect(page.locator(".more dd").nth(1)).to_have_text("<b>bold</b>")
    rig.push(*told([row(0), row(1), row(2)], f"{PANEL}span=7"))
    expect(page.locator("tr[data-id]")).to_have_count(3)
    expect(line.get_by_role("button")).to_be_focused()
    expect(line.get_by_role("button")).to_have_attribute("aria-expanded", "true")
    expect(page.locator("tbody tr").last).to_have_class("more")
    line.get_by_role("button").press("Enter")
    expect(page.locator(".more")).to_have_count(0)


def test_pages_hold_still_and_sums_and_ties_are_told(mount: Mount, rig: Rig) -> None:
    """From the second page on nothing later is asked for; where a balance is not explained, it is named."""
    sums = [{"currency": "USDT", "came": "5", "went": "−1", "net": ["+4", "up"], "fees": "−0.1", "exact": "+4 USDT"}]
    more = {"count": 250, "pages": 3, "sums": sums, "ties": "Adds up: 1 of 2 balances.", "trouble": "margin: HTTP 504."}
    apart = [["Funding", "USDT", "+0.01"]]
    page = opened(mount, rig, [row(each) for each in range(100)], **more, apart=apart)
    expect(page.locator(".pager .cap")).to_have_text("1 to 100 of 250")
    expect(page.get_by_role("button", name="‹ Newer")).to_be_disabled()
    expect(page.locator(".sums li")).to_have_text(["USDT+4in 5out −1fees −0.1"])
    expect(page.locator(".doubt")).to_have_text("Some lines may be missing or late: margin: HTTP 504.")
    page.get_by_text("Adds up: 1 of 2 balances.").click()
    expect(page.locator(".told li")).to_have_text(["Funding USDT: no line explains +0.01 USDT"])
    page.get_by_role("button", name="Older ›").click()
    name = asked(page, rig, f"span=7&page=2&until={NOW}")
    rig.push(*told([row(each) for each in range(100, 200)], name, **more, page=2))
    expect(page.locator(".pager .cap")).to_have_text("101 to 200 of 250")
    page.get_by_role("button", name="« Newest").click()
    asked(page, rig, "span=7")


def test_under_the_veil_only_veiled_panels_are_asked_for(mount: Mount, rig: Rig) -> None:
    """The server hides amounts by the panel's name, which the page keeps with every filter."""
    page = mount("activity", f"veiled/{PANEL}kind=Trade", told=False, wish="span=all&kind=Trade")
    until(page, lambda: rig.wants[-1:] == [[f"veiled/{PANEL}span=all&kind=Trade"]])
    page.get_by_role("button", name="90 d").click()
    until(page, lambda: rig.wants[-1:] == [[f"veiled/{PANEL}span=90&kind=Trade"]])


def test_the_newest_lines_of_one_kind_or_all(mount: Mount, rig: Rig) -> None:
    """The panel of the portfolio page: a kind is asked for at once, and kept."""
    page = mount("recent", PANEL, told=False, wish="span=all&few=8")
    name = asked(page, rig, "span=all&few=8")
    rig.push({"panel": name, "full": {"rows": [row(1), row(2)], "kinds": ["Trade", "Deposit"], "reading": False}})
    expect(page.locator("li").first).to_contain_text("TradeSpot trading−1.83USDT")
    page.get_by_role("combobox", name="Kind").select_option("Deposit")
    name = asked(page, rig, "span=all&few=8&kind=Deposit")
    rig.push({"panel": name, "full": {"rows": [], "kinds": ["Trade", "Deposit"], "reading": False}})
    expect(page.get_by_text("Nothing of this kind has changed a balance yet.")).to_be_visible()
