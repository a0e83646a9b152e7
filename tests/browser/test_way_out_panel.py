"""The review of the ways out in a real browser, by pointer and by keyboard; a push socket stands in for the server."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from kucoin.web.guard import PANEL
from tests.browser.live_rig import Rig
from tests.browser.trades_frames import Mount, hold

OFFER = {"doubt": "", "dead": ""}
GUARD: dict[str, Any] = {
    "stop": {"label": "Stop new orders", "does": "Refuses every new order that opens risk.", **OFFER},
    "cancel": {"label": "Cancel all 10", "does": "7 orders and 3 stops.", **OFFER},
    "flatten": {"label": "Flatten 6 positions", "does": "Closes 6 positions at market.", **OFFER},
    "halt": None,
    "arming": False,
    "armed_until": None,
    "arm_for": "",
    "problem": "",
    "blind": False,
    "uses": [],
    "presses": [],
}
ITEM = {"kind": "order", "key": "1", "symbol": "XBTUSDTM", "what": "Sell 200 XBTUSDTM", "words": "", "took": "–"}
PRESS = {"number": 1, "way": "cancel all", "by": "ana", "at": 0, "over": False, "said": "0 of 2 done", "trouble": False}
GRACE, SETTLED, PATIENCE = 500, 1_500, 5_500  # ms, each a little longer than in way_out.js


def guard(rig: Rig, mount: Mount, **changes: Any) -> Page:
    """The button of the way out, told of everything once; its clock moves by the test alone."""
    page = mount("way_out", PANEL, asked=None, heard=[], problem=None)
    rig.push({"panel": PANEL, "full": {**GUARD, **changes}})
    expect(page.locator("[data-act=cancel]")).to_have_text(changes.get("cancel", GUARD["cancel"])["label"])
    hold(page)
    return page


def told(page: Page) -> list[Any]:
    """What the script was told of presses."""
    heard: list[Any] = page.evaluate("triggers.filter(([name]) => name === 'presses').map(([, value]) => value.at(-1))")
    return heard


def acts(page: Page) -> list[str]:
    """What was pressed."""
    return [each["act"] for each in told(page)]


def act(page: Page, name: str) -> Locator:
    """The button of a way out."""
    return page.locator(f"[data-act={name}]")


def test_one_press_opens_and_one_more_acts(rig: Rig, mount: Mount) -> None:
    """A double press does not; a button that was pressed is dead until what it changed was counted."""
    page = guard(rig, mount)
    page.locator(".out").dblclick()
    expect(page.locator("dialog")).to_be_visible()
    act(page, "stop").dispatch_event("click")
    assert told(page) == []
    page.clock.run_for(GRACE)
    act(page, "cancel").click()
    expect(act(page, "cancel")).to_be_disabled()
    expect(act(page, "flatten")).to_be_enabled()
    (press,) = told(page)
    assert press["act"] == "cancel"
    mount("way_out", PANEL, told=False, asked=None, heard=[press["number"]], problem="")
    page.clock.run_for(SETTLED)
    expect(act(page, "cancel")).to_be_enabled()
    expect(page.locator("dialog")).to_be_visible()
    page.locator(".close").click()
    expect(page.locator("dialog")).to_be_hidden()


def test_f6_opens_and_presses_and_no_key_reaches_the_page_below(rig: Rig, mount: Mount) -> None:
    """Also from within a field; a key that is held down does it once, and Escape leaves."""
    page = guard(rig, mount)
    page.evaluate("""() => {
        globalThis.below = [];
        document.body.append(document.createElement('input'));
        document.addEventListener('keydown', ({ key }) => below.push(key));
    }""")
    page.locator("input").focus()
    page.keyboard.down("F6")
    page.keyboard.down("F6")  # as a keyboard repeats
    page.keyboard.up("F6")
    page.keyboard.press("F6")
    page.clock.run_for(GRACE)
    expect(act(page, "flatten")).to_be_focused()
    assert told(page) == []
    page.keyboard.press("F6")
    page.keyboard.down("F6")
    page.keyboard.down("F6")
    page.keyboard.up("F6")
    page.keyboard.press("b")
    page.keyboard.press("F7")
    assert acts(page) == ["flatten", "cancel"]
    repeated = page.evaluate("triggers.at(-1)[1].map(({ act }) => act)")
    assert repeated == ["flatten", "cancel"]  # the script may not have heard of the first yet
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    page.keyboard.press("b")
    assert page.evaluate("below") == ["b"]


def test_results_come_in_while_it_is_open_and_stay(rig: Rig, mount: Mount) -> None:
    """All items of the newest press; of an earlier one those that want a person to look."""
    page = guard(rig, mount)
    page.locator(".out").click()
    page.clock.run_for(GRACE)
    items = [{**ITEM, "state": "sent"}, {**ITEM, "key": "2", "what": "Buy 1 BTC-USDT", "state": "sent"}]
    rig.push({"panel": PANEL, "more": {"presses": [{**PRESS, "notes": [], "items": items}]}})
    expect(page.locator("li")).to_have_count(2)
    expect(page.locator("[role=status].aloud")).to_have_text("Cancel all: 0 of 2 done")
    items = [{**items[0], "state": "done"}, {**items[1], "state": "failed", "words": "Order does not exist."}]
    over = {**PRESS, "over": True, "said": "1 of 2 done, 1 failed", "trouble": True, "notes": [], "items": items}
    rig.push({"panel": PANEL, "more": {"presses": [over]}})
    expect(page.locator("li[data-state=failed]")).to_contain_text("Order does not exist.")
    newer = {
        **PRESS,
        "number": 2,
        "way": "flatten",
        "said": "1 of 1 done",
        "notes": [],
        "items": [items[0]],
        "over": True,
    }
    rig.push({"panel": PANEL, "more": {"presses": [newer, over]}})
    expect(page.locator("article")).to_have_count(2)
    expect(page.locator("article").last.locator("li")).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator(".out").click()
    expect(page.locator("li[data-state=failed]")).to_be_visible()


def test_what_goes_on_with_the_review_closed_stands_beside_the_button(rig: Rig, mount: Mount) -> None:
    """Until somebody has looked at what went wrong."""
    page = guard(rig, mount)
    rig.push({"panel": PANEL, "more": {"presses": [{**PRESS, "notes": [], "items": []}]}})
    expect(page.locator(".chip")).to_have_text("Cancel all: 0 of 2 done0 of 2 done")
    over = {**PRESS, "over": True, "trouble": True, "said": "1 of 2 done, 1 unknown", "notes": [], "items": []}
    rig.push({"panel": PANEL, "more": {"presses": [over]}})
    page.get_by_role("button", name="Cancel all: 1 of 2 done, 1 unknown").click()
    expect(page.locator("article")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".chip")).to_have_count(0)


def test_a_press_that_nobody_took_is_said(rig: Rig, mount: Mount) -> None:
    """And one that came to nothing, with the reason; either button can be pressed again."""
    page = guard(rig, mount)
    page.locator(".out").click()
    page.clock.run_for(GRACE)
    act(page, "flatten").click()
    page.clock.run_for(PATIENCE)
    expect(page.get_by_role("alert")).to_contain_text("Nothing was heard of that press")
    act(page, "flatten").click()
    mount("way_out", PANEL, told=False, asked=None, heard=[told(page)[-1]["number"]], problem="viewer may not flatten")
    expect(page.get_by_role("alert")).to_have_text("viewer may not flatten")
    expect(act(page, "flatten")).to_be_enabled()
    assert acts(page) == ["flatten", "flatten"]


def test_switches_stand_in_the_band_and_are_turned_there(rig: Rig, mount: Mount) -> None:
    """Disarmed, armed with the time left, stopped; a press opens what turns it."""
    page = guard(rig, mount, arming=True, arm_for="15 min")
    page.get_by_role("button", name="Disarmed").click()
    page.clock.run_for(GRACE)
    page.get_by_role("button", name="Arm for 15 min").click()
    now = page.evaluate("Date.now()")
    rig.push({"panel": PANEL, "more": {"armed_until": now + 702_900, "halt": {"by": "ana", "at": now}}})
    expect(page.get_by_role("button", name="Allow orders again")).to_be_visible()
    page.get_by_role("button", name="Disarm", exact=True).click()
    page.get_by_role("button", name="Allow orders again").click()
    assert acts(page) == ["arm", "disarm", "allow"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="New orders stopped")).to_be_visible()
    expect(page.get_by_role("button", name="Armed, 11:42 left")).to_be_visible()
    page.clock.run_for(2_000)
    expect(page.get_by_role("button", name=re.compile("Armed, 11:(40|41) left"))).to_be_visible()


def test_the_script_and_other_components_open_it_too(rig: Rig, mount: Mount) -> None:
    """The script's wish counts once, however often it is repeated; nothing there to press for is dead."""
    page = guard(rig, mount, flatten={"label": "Flatten", "does": "", "doubt": "", "dead": "No position is open."})
    mount("way_out", PANEL, told=False, asked={"number": 1, "act": "cancel"}, heard=[], problem=None)
    page.clock.run_for(GRACE)
    expect(act(page, "cancel")).to_be_focused()
    expect(act(page, "flatten")).to_be_disabled()
    expect(page.locator("dialog")).to_contain_text("No position is open.")
    page.keyboard.press("Escape")
    mount("way_out", PANEL, told=False, asked={"number": 1, "act": "cancel"}, heard=[], problem="")
    expect(page.locator("dialog")).to_be_hidden()
    page.evaluate("import('/assets/way_out.js').then(({ leave }) => leave('flatten'))")
    expect(page.locator("dialog")).to_be_visible()
    assert told(page) == []
