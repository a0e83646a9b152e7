"""The components beside the ticket in a real browser: what was sent, and what would come of an order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kucoin.desk.preview import Holding, Preview, Taking, Worst
from pages.widgets import ticket_preview
from tests.browser.live_rig import LIVE, Rig, until

D = Decimal
PANEL = "sent:"
NOW = 1_795_350_726_000  # 2026-11-22 12:32:06 UTC
OWN = "7c1f0c2e-2d3b-4a1e-9d0a-0a6c2a5f9c11"
SHAPES = """all => all.map(mark => {
    const { backgroundImage, boxShadow, clipPath } = getComputedStyle(mark);
    return [backgroundImage, boxShadow, clipPath].join().replace(/rgb[^)]*[)]/g, 'ink');
})"""
Mount = Callable[..., Page]


def row(state: str, word: str, sentence: str, *, ago: int = 8_000, **more: Any) -> dict[str, Any]:
    """Return a row as the server tells it."""
    usual: dict[str, Any] = {"phrase": "", "notes": [], "asked": None, "due": None, "act": None, "order": f"id-{ago}"}
    times = {"at": NOW - ago, "since": NOW - ago if state in {"sent", "unknown"} else None}
    usual |= {"took": None if times["since"] else "84 ms", "details": [["Client id", OWN], ["Order id", f"id-{ago}"]]}
    return {**times, "state": state, "word": word, "sentence": sentence, **usual, **more}


UNKNOWN = row(
    *("unknown", "Unknown", "Buy 100 XBTUSDTM at 87,104.0"),
    phrase="being looked up",
    notes=["No answer in 10 s."],
    asked="Asked 3 times by client id",
    due=NOW + 2_000,
)
RESTING = row("accepted", "Accepted", "Sell 200 XBTUSDTM at 87,124.0", ago=456_000, phrase="resting", act="cancel")
REFUSED = row(
    "refused", "Refused", "Buy 40 DOGEUSDTM at 0.15100", ago=753_000, notes=["“Balance insufficient.” (200004)"]
)


def told(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the frames of a panel with these rows, newest first."""
    body = {"said": f"{len(rows)} sent", "earlier": 0, "apart": [], "order": [each["order"] for each in rows]}
    full = {"panel": PANEL, "full": {**body, "rows": {each["order"]: each for each in rows}}}
    return [full, {"fresh": {PANEL: ["live", None, None]}, "now": NOW}]


def more(*rows: dict[str, Any], **head: Any) -> dict[str, Any]:
    """Return the frame of rows that changed."""
    return {"panel": PANEL, "more": {"rows": {each["order"]: each for each in rows}, **head}}


def pressed(page: Page) -> list[list[Any]]:
    """Return what the component told the script."""
    found: list[list[Any]] = page.evaluate("triggers")
    return found


def test_outcomes_are_told_apart_by_word_and_shape(mount: Mount, rig: Rig) -> None:
    """Four words, four different marks; what is unknown says what is done and that nothing else is."""
    page = mount("sent", PANEL)
    rig.push(*told(row("sent", "Sent", "Buy 1 XBTUSDTM at market", ago=500), UNKNOWN, RESTING, REFUSED))
    lines = page.locator("ol > li")
    expect(lines).to_have_count(4)
    expect(page.locator("ol summary b")).to_have_text(["Sent", "Unknown", "Accepted", "Refused"])
    looks = "all => all.map(mark => { const { backgroundImage, boxShadow, clipPath } = getComputedStyle(mark);"
    looks += (
        " return [backgroundImage, boxShadow, clipPath].map(part => part.replace(/rgb[^)]*[)]/g, 'ink')).join(); })"
    )
    marks = page.locator("li > i").evaluate_all(looks)
    assert len(set(marks)) == 4, marks
    expect(lines.nth(1).locator(".notes p").last).to_have_text(
        "Asked 3 times by client id, next in 2 s. Nothing will be sent again."
    )
    expect(lines.nth(1).locator("time")).to_have_text("12:31:58")
    expect(lines.nth(1).locator("time")).to_have_attribute("title", "2026-11-22 12:31:58.000 UTC")
    expect(page.locator("header")).to_contain_text("Times in UTC")
    lines.nth(1).locator("summary").click()
    expect(lines.nth(1).locator("dd")).to_have_text([OWN, "id-8000"])


def test_an_outcome_is_read_out_once_and_politely(mount: Mount, rig: Rig) -> None:
    """Neither what stood there at first, nor another look-up, nor one more coin filled."""
    page = mount("sent", PANEL)
    aloud = page.locator("[role=status][aria-live=polite]")
    rig.push(*told(UNKNOWN, RESTING))
    expect(page.locator("ol > li")).to_have_count(2)
    expect(aloud).to_have_text("")
    rig.push(more({**UNKNOWN, "asked": "Asked 4 times by client id"}))
    expect(page.locator(".notes").first).to_contain_text("4 times")
    expect(aloud).to_have_text("")
    rig.push(more({**RESTING, "phrase": "resting, filled 1 of 200"}))
    expect(aloud).to_have_text("Accepted, resting, filled 1 of 200: Sell 200 XBTUSDTM at 87,124.0")
    rig.push(more({**RESTING, "phrase": "resting, filled 2 of 200"}))
    expect(page.locator("ol summary").last).to_contain_text("filled 2 of 200")
    expect(aloud).to_contain_text("filled 1 of 200")
    rig.push(more({**UNKNOWN, "state": "accepted", "word": "Accepted", "phrase": "", "asked": None, "took": "8.1 s"}))
    expect(aloud).to_have_text("Accepted: Buy 100 XBTUSDTM at 87,104.0")


def test_a_press_names_its_order_and_kills_the_button(mount: Mount, rig: Rig) -> None:
    """It comes to life again where nothing came of it; a decision names our own id."""
    page = mount("sent", PANEL)
    undecided = {**UNKNOWN, "act": "decide", "notes": ["It counts as absent."]}
    rig.push(*told(undecided, RESTING))
    cancel = page.get_by_role("button", name="Cancel: Sell 200")
    cancel.click()
    expect(cancel).to_be_disabled()
    assert pressed(page) == [["cancel", "id-456000"]]
    page.clock.fast_forward(6_000)
    expect(cancel).to_be_enabled()
    rig.push(more({**RESTING, "act": "cancelling"}))
    expect(cancel).to_be_disabled()
    rig.push(more({**RESTING, "phrase": "cancelled, nothing filled", "act": None}))
    expect(cancel).to_be_hidden()
    page.get_by_role("button", name="It never arrived: Buy 100").click()
    assert pressed(page)[1:] == [["decide", "id-8000"]]


def test_a_row_that_slips_under_the_finger_is_not_cancelled(mount: Mount, rig: Rig) -> None:
    """A press meant the order that stood there a moment ago; afterwards the button works."""
    page = mount("sent", PANEL)
    other = row("accepted", "Accepted", "Buy 5 XBTUSDTM at 80,000.0", ago=900, phrase="resting", act="cancel")
    rig.push(*told(RESTING))
    box = page.get_by_role("button", name="Cancel: Sell 200").bounding_box()
    assert box is not None
    slip = f"""new Promise(resolve => {{
        const list = sent.shadowRoot.querySelector('ol');
        new MutationObserver(() => {{
            const button = sent.shadowRoot.elementFromPoint({box["x"] + 5}, {box["y"] + 5});
            const press = {{ bubbles: true, detail: 1, clientX: {box["x"] + 5}, clientY: {box["y"] + 5} }};
            button.dispatchEvent(new MouseEvent('click', press));
            resolve(button.ariaLabel);
        }}).observe(list, {{ childList: true }});
    }})"""
    page.evaluate(f"globalThis.slipped = {slip}; 0")
    rig.push(more(other, order=[other["order"], RESTING["order"]]))
    assert page.evaluate("slipped") == "Cancel: Buy 5 XBTUSDTM at 80,000.0"
    assert pressed(page) == []
    page.clock.fast_forward(1_000)
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    until(page, lambda: pressed(page) == [["cancel", "id-900"]])


def test_a_row_stays_the_same_while_others_come(mount: Mount, rig: Rig) -> None:
    """Open details and focus stay on the order they were put on; one that goes leaves nothing behind."""
    page = mount("sent", PANEL)
    rig.push(*told(RESTING))
    summary = page.locator("ol summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("ol details")).to_have_attribute("open", "")
    rig.push(more(UNKNOWN, order=[UNKNOWN["order"], RESTING["order"]]))
    expect(summary).to_have_count(2)
    assert page.locator("ol details").evaluate_all("all => all.map(each => each.open)") == [False, True]
    assert page.evaluate("sent.shadowRoot.activeElement.textContent").startswith("Accepted")
    rig.push(more(order=[], apart=["BTC-USDT, order 9: It is in the market."]))
    expect(page.get_by_text("Found at the exchange beside these: 1 order")).to_be_visible()
    expect(page.get_by_text("Nothing was sent today.")).to_be_visible()
    expect(page.locator("ol > li")).to_have_count(0)


FULL = Preview(
    fills=((D("87113"), D(197)), (D("87114"), D(53))),
    average=D("87113.212"),
    slippage=D("0.812"),
    slippage_ratio=D("0.00001"),
    fee=D("13.0669"),
    fee_currency="USDT",
    fee_rate=D("0.0006"),
    liquidity=Taking.TAKER,
    cost_currency="USDT",
    margin=D("2177.83"),
    available_before=D("20646.71"),
    available_after=D("18455.81"),
    liquidation=D(72380),
    liquidation_before=D(71940),
    distance=D("0.169"),
    position_before=Holding(1250, D("85204.6")),
    position_after=Holding(1500, D("85522.7")),
    worst=Worst(D(-679), D("0.0146")),
    book_age=0.1,
)
LONG = Preview(problem="This would close a position. " * 3, notes=("Something was assumed. " * 20,), book_age=700)


@pytest.fixture
def preview(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return what draws a preview, on one page."""
    page = browser.new_page(viewport={"width": 360, "height": 700})
    page.set_content('<div class="root" style="width: 336px"></div>')
    page.add_style_tag(
        content="".join((LIVE / f"{stem}.css").read_text(encoding="utf-8") for stem in ("base", "preview"))
    )
    code = "\n".join((LIVE / f"{stem}.js").read_text(encoding="utf-8") for stem in ("base", "preview"))
    draw = "async ([code, data]) => (await import(URL.createObjectURL(new Blob([code], {type: 'text/javascript'}))))"
    terms: Any = SimpleNamespace(rules=SimpleNamespace(price_decimals=1, quote="USDT", futures=True))

    def mount(told: Preview | None, *, futures: bool = True) -> Page:
        data = json.loads(json.dumps(ticket_preview.payload(told, terms, futures=futures)))
        page.evaluate(f"{draw}.default({{ parentElement: document.body, data }})", [code, data])
        return page

    yield mount
    page.close()


def test_nothing_moves_whatever_the_preview_says(preview: Callable[..., Page]) -> None:
    """What stands below it keeps its place on every market, with and without figures, in a column as on a phone."""
    heights = {
        preview(told, futures=futures).locator(".root").bounding_box()["height"]  # type: ignore[index]  # it is there
        for told in (None, FULL, LONG)
        for futures in (True, False)
    }
    assert len(heights) == 1, heights
    page = preview(FULL)
    expect(page.locator(".row").nth(0)).to_have_text("Average fill87,113.21197 at 87,113.0 and 53 at 87,114.0")
    wide = "all => all.filter(each => each.scrollWidth > each.clientWidth).length"
    assert page.locator("dd").evaluate_all(wide) == 0
