"""The working orders in a real browser, by themselves: ticks, edits in place, the review, what stands where none is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.live_rig import Rig, until

PANEL = "orders:"
NOW = 1_795_350_726_000  # 2026-11-22 12:32:06 UTC
Mount = Callable[..., Page]


def order(name: str, **more: Any) -> dict[str, Any]:
    """Return the row of an order as the server tells it."""
    usual = {"symbol": "XBTUSDTM", "side": "sell", "at": NOW - 480_000, "placed": "here", "chip": None, "note": ""}
    usual |= {"act": True, "type": "Limit", "terms": "reduce-only", "price": "87,124.0", "size": name.lstrip("o")}
    usual |= {"value": ["17,424.80", "USDT"], "filled": "20 of 200", "share": 10, "away": "+0.01 %", "from": "mark"}
    return usual | {"way": "cancel and new", "asked": None} | more


def stop(**more: Any) -> dict[str, Any]:
    """Return the row of one that waits."""
    usual = {"type": "Stop, market", "watched": "mark ≤", "trigger": "84,500.0", "effect": ["closes long", ""]}
    return order("w", **{"size": "1,250", **usual, **more})


def told(*, stops: dict[str, Any] | None = None, problem: str | None = None, **rows: Any) -> list[dict[str, Any]]:
    """Return the frames of a panel with these rows, newest first."""
    every = {**rows, **(stops or {})}
    body = {"open": [*rows], "stops": [*(stops or {})], "rows": every, "quote": "USDT", "elsewhere": 3}
    return [{"panel": PANEL, "full": {**body, "problem": problem}}, {"fresh": {PANEL: ["live", 3.1, None]}, "now": NOW}]


def more(**body: Any) -> dict[str, Any]:
    """Return the frame of what changed."""
    return {"panel": PANEL, "more": body}


def pressed(page: Page) -> list[list[Any]]:
    """Return what the component told the script."""
    found: list[list[Any]] = page.evaluate("triggers")
    return found


def cell(page: Page, name: str, row: int = 0) -> Locator:
    """One cell of a row."""
    return page.locator("tbody").nth(row).locator(f"td.{name}")


def test_ticks_survive_what_is_pushed_and_are_reviewed(mount: Mount, rig: Rig) -> None:
    """Rows come, change and go: the ticks stay on their orders; what ended leaves the review, and nothing joins it."""
    page = mount("orders", PANEL, part="open", symbol="")
    rig.push(*told(o1=order("o1"), o2=order("o2"), o3=order("o3")))
    expect(page.get_by_role("button", name="Cancel all 3…")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("selected"))).to_be_hidden()
    page.get_by_label("Select: Sell 1 ").check()
    page.get_by_label("Select: Sell 3 ").check()
    rig.push(more(open=["o9", "o1", "o2", "o3"], rows={"o9": order("o9"), "o1": order("o1", away="+0.02 %")}))
    expect(page.locator("tbody")).to_have_count(4)
    ticks = page.locator("tbody input")
    assert ticks.evaluate_all("all => all.map(each => each.checked)") == [False, True, False, True]
    page.clock.fast_forward(1000)
    page.get_by_role("button", name="Cancel 2 selected…").click()
    review = page.get_by_role("dialog", name="Cancel 2 orders")
    expect(review.locator("li")).to_contain_text(["Sell 1 XBTUSDTM at 87,124.0", "Sell 3 XBTUSDTM at 87,124.0"])
    rig.push(more(rows={"o3": order("o3", act=False, way=None, chip=["filled", "over"])}))
    expect(page.get_by_role("button", name="Cancel 1 order", exact=True)).to_be_visible()
    expect(page.locator(".aloud[role=status]")).to_have_text("Sell 3 XBTUSDTM at 87,124.0: filled")
    page.get_by_role("button", name="Cancel 1 order", exact=True).click()
    assert pressed(page) == [["cancel", ["o1"]]]
    expect(cell(page, "act", 1).get_by_role("button")).to_be_disabled()
    rig.push(more(rows={"o1": order("o1", act=False, way=None, chip=["cancelling", "going"])}))
    expect(cell(page, "act", 1)).to_have_text("cancelling")
    cell(page, "act", 2).get_by_role("button").click()
    assert pressed(page)[1:] == [["cancel", ["o2"]]]
    page.get_by_label("Select all").check()
    expect(page.get_by_role("button", name="Cancel 2 selected…")).to_be_visible()
    page.get_by_role("button", name="Select none").click()
    expect(page.get_by_role("button", name=re.compile("selected"))).to_be_hidden()


def test_an_edit_says_what_it_does_and_stays_until_it_is_heard_of(mount: Mount, rig: Rig) -> None:
    """Escape restores; no number is refused; the old figure is struck until the new one is there."""
    page = mount("orders", PANEL, part="open", symbol="")
    rig.push(*told(o200=order("o200"), o1=order("o1", way=None)))
    price = page.get_by_role("button", name="Change the price 87,124.0: Sell 200")
    expect(page.get_by_role("button", name=re.compile("Change the price"))).to_have_count(1)
    price.click()
    field = page.get_by_role("textbox")
    expect(cell(page, "act")).to_have_text("Enter cancel and new")
    field.fill("87,18")
    field.press("Enter")
    note = page.locator("tr.below").first
    expect(note).to_have_text("“87,18” is no price: write digits, and a point before decimals.")
    rig.push(more(rows={"o200": order("o200", price="87,125.0")}))
    expect(cell(page, "price").locator("s")).to_have_text("87,125.0")
    expect(field).to_have_value("87,18")
    rig.push(more(rows={"o200": order("o200")}))
    expect(cell(page, "price").locator("s")).to_have_text("87,124.0")
    field.press("Escape")
    expect(price).to_be_focused()
    assert pressed(page) == []
    price.press("Enter")
    field.fill("87,180.0")
    field.press("Enter")
    assert pressed(page) == [["amend", {"order": "o200", "price": "87180.0"}]]
    expect(cell(page, "price").locator("s")).to_have_text("87,124.0")
    expect(cell(page, "act").get_by_role("button")).to_be_disabled()
    going = {"chip": ["amending", "going"], "act": False, "way": None}
    rig.push(more(rows={"o200": order("o200", asked=["87,180.0", None], **going)}))
    expect(cell(page, "price").locator(".asked")).to_have_text("87,180.0")
    page.get_by_label("Select: Sell 1 ").check()
    new = order("o200", price="87,180.0", was="o200")
    rig.push(more(open=["n", "o1"], rows={"n": new}))
    expect(cell(page, "price")).to_have_text("87,180.0")
    expect(page.get_by_label("Select: Sell 1 ")).to_be_checked()
    expect(cell(page, "act").get_by_role("button")).to_be_enabled()
    page.get_by_role("button", name="Change the size").click()
    field.fill("300")
    field.press("Enter")
    why = {"n": "More than 250 (KuCoin code 300005)."}
    mount("orders", PANEL, part="open", symbol="", refused={"number": 1, "orders": why})
    expect(note).to_have_text("More than 250 (KuCoin code 300005).")
    expect(note.get_by_role("link")).to_have_attribute("href", re.compile(r"/reference\?code=300005$"))
    expect(cell(page, "size")).to_have_text("200")
    page.get_by_role("button", name="Change the size").click()
    field.fill("201")
    field.press("Enter")
    page.clock.fast_forward(6000)
    expect(note).to_contain_text("Nothing was heard of that press for 5 s.")
    expect(cell(page, "act").get_by_role("button")).to_be_enabled()


def test_stops_say_what_is_left_without_them(mount: Mount, rig: Rig) -> None:
    """Cancelling what closes a position is possible, and the review says what that leaves; a slip cancels nothing."""
    page = mount("orders", PANEL, part="stops", symbol="")
    rig.push(*told(stops={"w1": stop(), "w2": stop(symbol="AVAXUSDTM", side="buy", effect=["no position", "warn"])}))
    expect(cell(page, "trigger")).to_have_text("mark ≤ 84,500.0")
    expect(cell(page, "effect", 1).locator(".badge.warn")).to_have_text("no position")
    page.get_by_role("button", name="Cancel all 2…").click()
    review = page.get_by_role("dialog")
    expect(review.locator(".warning")).to_have_text(
        "A position is left without an order that would close it: XBTUSDTM."
    )
    page.keyboard.press("Escape")
    expect(review).to_be_hidden()
    box = cell(page, "act").get_by_role("button").bounding_box()
    assert box is not None
    rig.push(more(stops=["w3", "w1", "w2"], rows={"w3": stop(size="7")}))
    expect(page.locator("tbody")).to_have_count(3)
    slip = {"bubbles": True, "detail": 1, "clientY": box["y"] + 5}
    cell(page, "act").get_by_role("button").dispatch_event("click", slip)
    assert pressed(page) == []
    page.clock.fast_forward(1000)
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    until(page, lambda: pressed(page) == [["cancel", ["w3"]]])


def test_where_there_is_none_it_says_why(mount: Mount, rig: Rig) -> None:
    """And what would bring one; an incomplete list is never called empty; a phone has cards."""
    page = mount("orders", PANEL, part="open", symbol="")
    empty = page.locator(".empty")
    rig.push(*told())
    expect(empty).to_have_text("No open orders. What you place on the ticket shows here at once.")
    why = "spot orders cannot be read: no answer"
    rig.push(more(problem=why))
    expect(empty).to_have_text("No open order is known, but this may be incomplete.")
    expect(page.locator(".doubt")).to_have_text(f"Something of this may be missing or old: {why}.")
    mount("orders", f"{PANEL}ETHUSDTM", part="open", symbol="ETHUSDTM")
    rig.push({**told()[0], "panel": f"{PANEL}ETHUSDTM"})
    expect(empty).to_have_text("No open orders on ETHUSDTM. 3 orders on other symbols.")
    page.set_viewport_size({"width": 390, "height": 844})
    rig.push({**told(o200=order("o200", placed="elsewhere"))[0], "panel": f"{PANEL}ETHUSDTM"})
    expect(cell(page, "placed")).to_have_text("elsewhere")
    expect(cell(page, "placed")).to_be_visible()
    expect(page.get_by_role("columnheader").first).to_be_hidden()
    box = page.get_by_role("button", name="Cancel: Sell 200").bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_columns_stand_below_their_headings_at_any_width(mount: Mount, rig: Rig) -> None:
    """Also where some of them have gone; one that gets more decimals takes the others along."""
    page = mount("orders", PANEL, part="open", symbol="")
    rig.push(*told(o1=order("o1"), o2=order("o2")))
    edges = """() => [...document.querySelector('#orders').shadowRoot.querySelectorAll('tr')].slice(0, 2)
        .map(row => [...row.children].map(each => Math.round(each.getBoundingClientRect().right)).filter(Boolean))"""
    expect(page.locator("tbody")).to_have_count(2)
    counts = []
    for width in (1440, 1040, 950, 880):
        page.set_viewport_size({"width": width, "height": 800})
        heads, cells = page.evaluate(edges)
        assert heads == cells
        counts.append(len(heads))
    assert counts == [12, 11, 10, 9]
    assert cell(page, "type").evaluate("each => each.scrollWidth <= each.clientWidth")
    rig.push(more(rows={"o2": order("o2", price="87,124.0625")}))
    expect(cell(page, "price", 1)).to_have_text("87,124.0625")
    styles = page.locator("td.price .fraction").evaluate_all("all => all.map(each => each.getAttribute('style'))")
    assert styles == ["--digits:4"] * 2
