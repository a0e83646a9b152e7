"""The list of the alerts in a real browser, over a socket that says what a test wants."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from kucoin.web.alerts import PANEL
from tests.browser.conftest import Mount
from tests.browser.live_rig import Rig


def row(number: int, **changes: Any) -> dict[str, Any]:
    """An alert that is armed."""
    usual = {"what": "Distance to liquidation", "of": "every position", "at": "20 %", "state": "armed", "words": ""}
    return {"number": number, "since": 0, **usual, **changes}


def test_an_alert_says_how_it_stands_and_is_removed_by_one_press(mount: Mount, rig: Rig) -> None:
    """The button is dead after it; what is told is text and nothing else, and read out."""
    page = mount("alerts", PANEL)
    rows = [row(1), row(7, state="fired", words="XBTUSDTM <b>long</b> is near.")]
    rig.push({"panel": PANEL, "full": {"rows": rows, "told": [], "problem": "the disk is full"}})
    expect(page.locator("#alerts .mark")).to_have_text(["armed", "fired"])
    expect(page.locator("#alerts .problem")).to_have_text("The disk is full.")
    expect(page.get_by_text("XBTUSDTM <b>long</b> is near.")).to_be_visible()
    button = page.get_by_role("button", name="Remove: Distance to liquidation of every position, 20 %").nth(1)
    button.dblclick()
    expect(button).to_be_disabled()
    assert page.evaluate("triggers") == [["remove", 7]]
    told = [{"at": 5_000, "words": "Spot is silent."}]
    rig.push({"panel": PANEL, "full": {"rows": rows[:1], "told": told, "problem": ""}})
    expect(page.get_by_role("button", name="Remove")).to_have_count(1)
    expect(page.locator("#alerts .aloud")).to_have_text("Spot is silent.")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_amounts_are_gone_as_soon_as_they_are_to_be_hidden(mount: Mount, rig: Rig) -> None:
    """What stands there is not seen until the hidden ones came, be it that the line says nothing or not yet all."""
    page = mount("alerts", PANEL)
    told = [{"at": 5_000, "words": "Sold 0.75 BTC-USDT."}]
    rig.push({"panel": PANEL, "full": {"rows": [], "told": [], "problem": ""}})
    expect(page.locator("#alerts .body")).to_be_visible()
    rig.push({"panel": PANEL, "full": {"rows": [], "told": told, "problem": ""}})
    expect(page.get_by_text("Sold 0.75 BTC-USDT.")).not_to_have_count(0)
    mount("alerts", f"veiled/{PANEL}")
    expect(page.locator("#alerts .body")).not_to_be_visible()
    expect(page.locator("#alerts .aloud")).to_be_empty()
    rig.push({"panel": f"veiled/{PANEL}", "full": {"rows": [], "told": [], "problem": ""}})
    expect(page.locator("#alerts .body")).to_be_visible()
