"""The blotter in a real browser, by itself: marks, days, what comes while somebody reads, a chain that is broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.live_rig import Rig

PANEL = "blotter:"
NOW = 1_795_350_726_000  # 2026-11-22 12:32:06 UTC
HOLDS = {"word": "chain intact", "state": "intact", "title": "1,204 rows hold.", "words": ""}
BROKEN = {"word": "chain broken", "state": "broken", "title": "", "words": "The audit does not hold: row 3 is missing."}
Mount = Callable[..., Page]


def row(mark: str, text: str, ago: int, **more: Any) -> dict[str, Any]:
    """Return a row as the server tells it; ``ago`` in s."""
    return {"at": NOW - ago * 1000, "mark": mark, "text": text, "note": "", "by": "ana", **more}


def told(rows: dict[str, dict[str, Any]], **head: Any) -> list[dict[str, Any]]:
    """Return the frames of a panel with these rows, newest first."""
    usual = {"since": None, "reading": False, "hidden": 0, "earlier": None, "chain": HOLDS}
    full = {"order": list(rows), "rows": rows, **usual, **head}
    return [{"panel": PANEL, "full": full}, {"fresh": {PANEL: ["live", 0, None]}, "now": NOW}]


def test_what_comes_stands_above_and_moves_nothing_that_is_read(mount: Mount, rig: Rig) -> None:
    """Each mark has a shape of its own, an earlier day its name; the line that was scrolled to stays where it is."""
    page = mount("blotter", PANEL)
    marks = ("sent", "accepted", "refused", "unknown", "not_sent", "absent", "switch")
    rows = {f"{place}": row(mark, f"Line {mark}", place) for place, mark in enumerate(marks)}
    rows["2"]["code"] = "200004"
    rows |= {f"old-{place}": row("accepted", "An older line", 90_000 + place) for place in range(40)}
    rig.push(*told(rows, since="2026-11-21", earlier="2026-11-18"))
    expect(page.locator("li:not(.day)")).to_have_count(47)
    expect(page.locator("li.day")).to_have_text(["22 Nov", "21 Nov"])
    expect(page.locator("header .cap")).to_have_text("since 21 Nov, newest first")
    code = page.get_by_role("link", name="What code 200004 means")
    expect(code).to_have_attribute("href", re.compile(r"/reference\?code=200004$"))
    looks = (
        "all => all.map(mark => JSON.stringify(['backgroundImage', 'boxShadow', 'clipPath', 'borderRadius', 'height',"
    )
    looks += " 'backgroundColor'].map(name => getComputedStyle(mark)[name])))"
    assert len(set(page.locator("li > i").evaluate_all(looks)[:7])) == 7
    place = page.locator("ol").evaluate("list => { list.scrollTop = 600; return list.scrollTop; }")
    rig.push({"panel": PANEL, "more": {"order": ["new", *rows], "rows": {"new": row("sent", "A newer line", 0)}}})
    expect(page.locator("li:not(.day)").first).to_have_text("12:32:06A newer lineana")
    grown = page.locator("ol").evaluate("list => list.scrollTop")
    assert grown > place  # by the height of what came above
    page.get_by_role("button", name="Load 18 Nov").click()
    assert page.evaluate("triggers") == [["earlier", "2026-11-18"]]


def test_a_broken_chain_is_said_aloud_and_an_empty_day_explained(mount: Mount, rig: Rig) -> None:
    """The chip alone would be missed: the sentence stands below the heading and is an alert."""
    page = mount("blotter", PANEL)
    rig.push(*told({}))
    expect(page.get_by_text("Nothing was done today.")).to_be_visible()
    expect(page.locator("header .badge")).to_have_attribute("title", "1,204 rows hold.")
    rig.push({"panel": PANEL, "more": {"chain": BROKEN}})
    expect(page.get_by_role("alert")).to_have_text("The audit does not hold: row 3 is missing.")
    expect(page.locator("header .badge.warn")).to_have_text("chain broken")
