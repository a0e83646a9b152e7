"""The portfolio's components and the status strip in a real browser, over a push socket that says what a test wants."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.live_rig import Rig

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><b>BTC</b>"
PANEL = "portfolio:USDT"

Mount = Callable[..., Page]


def table(*rows: tuple[str, float | None]) -> dict[str, Any]:
    """Return a table of names and values."""

    def cells(name: str, value: float | None) -> dict[str, Any]:
        shown = {"text": "–" if value is None else f"{value:g}", "direction": "", "rank": value}
        return {"asset": {"text": name, "name": name, "rank": name}, "value": shown}

    asset = {"id": "asset", "head": "Asset", "side": "start", "sorts": True, "strong": True}
    value = {"id": "value", "head": "Value", "side": "end", "sorts": True, "digits": 0}
    return {
        "label": "Assets",
        "columns": [asset, value],
        "rows": [{"id": f"/{name}", "dim": False, "cells": cells(name, value)} for name, value in rows],
        "sort": {"column": "value", "falling": True},
    }


def names(page: Page) -> list[str]:
    """The first column from top to bottom."""
    return page.locator("tbody b").all_inner_texts()


def fresh(state: str = "live", panel: str = PANEL) -> dict[str, Any]:
    """Return the server's word on how old the panel is."""
    return {"fresh": {panel: [state, 0.4, None]}, "now": 1_700_000_000_000}


def total(mount: Mount, figure: str = "1,000.00", panel: str = PANEL) -> Page:
    """Mount the total as the script would."""
    unit = panel.partition(":")[2]
    change = {"change": ["+1.00 %", "up"], "sum": ["+10.00", "up"], "conversions": [["in/BTC", ["0.01 BTC", ""]]]}
    return mount("total", panel, total=[figure, ""], unit=unit, hint="", missing=None, **change)


def test_text_from_outside_stays_text(mount: Mount, rig: Rig) -> None:
    """A name that is a tag is shown as what it is, and runs nothing; nor does a figure that is one."""
    page = mount("table", PANEL, **table((HOSTILE, 1)))
    rig.push({"panel": PANEL, "full": {f"/{HOSTILE}/value": [HOSTILE, ""]}})
    expect(page.locator(".figure")).to_have_text(HOSTILE)
    assert names(page) == [HOSTILE]
    assert page.locator("img").count() == 0
    assert page.title() == "rig"


def test_rows_without_a_figure_stay_below(mount: Mount) -> None:
    """Unknown is neither the largest nor the smallest."""
    page = mount("table", PANEL, **table(("A", 2), ("B", None), ("C", 10), ("D", -1)))
    assert names(page) == ["C", "A", "D", "B"]
    page.get_by_role("button", name="Value").click()
    assert names(page) == ["D", "A", "C", "B"]


def test_points_stand_in_one_line(mount: Mount, rig: Rig) -> None:
    """Every fraction is as wide as the longest that its column ever had, so that no column moves to and fro."""
    page = mount("table", PANEL, **table(("A", 1.5), ("B", 10.125), ("C", 7)))
    digits = "all => all.map(element => element.style.getPropertyValue('--digits'))"
    assert page.locator(".fraction").evaluate_all(digits) == ["3", "3", "3"]
    assert page.locator(".figure").all_text_contents() == ["10.125", "7", "1.5"]
    rig.push({"panel": PANEL, "full": {"/A/value": ["1.2345", ""], "/B/value": ["10.1", ""]}})
    expect(page.locator(".figure").last).to_have_text("1.2345")
    assert page.locator(".fraction").evaluate_all(digits) == ["4", "4", "4"]
    rig.push({"panel": PANEL, "more": {"/A/value": ["1.2", ""]}})
    expect(page.locator(".figure").last).to_have_text("1.2")
    assert page.locator(".fraction").evaluate_all(digits) == ["4", "4", "4"]


def test_new_data_touch_only_what_differs(mount: Mount) -> None:
    """The element under the reader's finger stays the same one, with focus, and so does the order he chose."""
    page = mount("table", PANEL, **table(("A", 1), ("B", 2)))
    page.get_by_role("button", name="Asset").click()
    page.get_by_role("button", name="Asset").click()
    page.evaluate("globalThis.row = table.shadowRoot.querySelector('tbody tr')")
    mount("table", PANEL, **table(("A", 5), ("B", 2), ("C", 3)))
    assert names(page) == ["A", "B", "C"]
    assert page.evaluate("globalThis.row === table.shadowRoot.querySelector('tbody tr')")
    assert page.locator("tbody tr").first.locator(".figure").inner_text() == "5"
    expect(page.get_by_role("button", name="Asset")).to_be_focused()
    mount("table", PANEL, **table(("B", 2)))
    assert names(page) == ["B"]


def test_what_was_pushed_stands_until_it_is_pushed_anew(mount: Mount, rig: Rig) -> None:
    """The script draws from figures that are older than the socket's; another unit begins anew."""
    page = total(mount)
    rig.push({"panel": PANEL, "full": {"total": ["1,001.00", ""], "change": ["−2.00 %", "down"]}})
    expect(page.locator(".number")).to_have_text("1,001.00")
    expect(page.locator(".pill")).to_have_class(re.compile(r"\bdown\b"))
    total(mount, "1,000.50")
    expect(page.locator(".number")).to_have_text("1,001.00")
    rig.push({"panel": PANEL, "more": {"total": ["1,002.00", ""]}})
    expect(page.locator(".number")).to_have_text("1,002.00")
    expect(page.locator(".pill")).to_have_text("−2.00 %")
    total(mount, "0.01148", "portfolio:BTC")
    expect(page.locator(".number")).to_have_text("0.01148")


def test_a_silent_server_dims_the_total_and_says_so(mount: Mount, rig: Rig) -> None:
    """Its last figures stay; the strip has the sentence, which no exchange is blamed for."""
    page = total(mount)
    mount("strip", "status:", clock={"text": "0 ms"}, exchange={"text": "open"}, quotas=[], notice="Away.")
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))
    rig.push(fresh(), fresh(panel="status:"))
    expect(page.locator("#total .age")).to_have_text(re.compile(r"^live \d"))
    expect(page.get_by_text("own server does not answer")).to_be_hidden()
    expect(page.get_by_text("Away.")).to_be_visible()
    page.clock.run_for(8_000)
    expect(page.locator("#total .age")).to_have_text(re.compile("^server away 8"))
    expect(page.locator("#total .age")).to_have_class("age stale")
    page.clock.run_for(8_000)
    expect(page.locator("#total .age")).to_have_class("age alarm")
    expect(page.get_by_text("own server does not answer")).to_be_visible()
    expect(page.get_by_text("Away.")).to_be_hidden()
    assert page.locator(".number").evaluate("element => getComputedStyle(element).opacity") == "0.55"
    expect(page.locator(".number")).to_have_text("1,000.00")


def socket(name: str, word: str, age: float | None, **more: Any) -> dict[str, Any]:
    """Return what the server says of a socket."""
    usual = {"round_trip_ms": 12.5, "per_second": 84.2, "repaired": 2, "reconnects": 1, "problem": None, "topics": {}}
    return {"name": name, "state": word, "word": word, "age_s": age, **usual, **more}


def test_the_strip_has_a_word_and_an_age_for_each_feed(mount: Mount, rig: Rig) -> None:
    """Of several sockets of a kind the worst speaks; the rest is in the hint."""
    page = mount("strip", "status:", clock={"text": "0 ms"}, exchange={"text": "open"}, quotas=[])
    sockets = [
        socket("feed-spot-public", "live", 0.4),
        socket("feed-spot-public-2", "stale", 7.5, problem="the line was cut"),
        socket("feed-spot-private", "live", 1.2, repaired=None),
        socket("feed-futures-private", "catching up", None, repaired=None),
    ]
    rig.push({"panel": "status:", "full": {"sockets": sockets, "hosts": []}})
    marks = page.locator(".age")
    expect(marks).to_have_text(["Spotstale0.4 s", "Privatecatching up1.2 s"])
    assert marks.evaluate_all("all => all.map(element => element.className)") == ["age stale", "age catching"]
    hint = marks.first.locator("..").get_attribute("title") or ""
    assert "the line was cut" in hint
    assert "ping answered in 12.5 ms\n84.2 messages a second\n2 gaps repaired\n1 reconnects" in hint
