"""The candles in a real browser: what is drawn, and what the reader's hand does to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from kucoin.web.assets import PLOTLY
from tests.browser.live_rig import Rig, until

SYMBOL = "BTC-USDT"
PANEL = f"candles:{SYMBOL}:1min"
STEP = 60
FIRST = 1_732_200_000  # s, on a full minute
FEWEST = 12  # bars that stay in view at the beginning of all
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
BUTTONS = [["1min", "1 m"], ["5min", "5 m"], ["1hour", "1 h"]]
CHART = "document.getElementById('candles').shadowRoot.querySelector('.root').held.view"
VIEW = f"{CHART}.view"
SHIFTS = """() => {
    globalThis.shifts = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { globalThis.shifts += entry.value; }))
        .observe({type: 'layout-shift'});
}"""

Mount = Callable[..., Page]
Row = list[float]


@pytest.fixture
def mount(staged: Mount) -> Mount:
    """Return what mounts the panel, on one page for all tests."""
    return staged


def rows(count: int, start: int = 0) -> list[Row]:
    """Return bars number ``start`` and later: even ones rise from 100 to 110, odd ones fall back."""
    flat = [(100, 112, 98, 110) if number % 2 == 0 else (110, 112, 98, 100) for number in range(start, start + count)]
    return [[FIRST + STEP * (start + place), *figures, start + place] for place, figures in enumerate(flat)]


def whole(
    bars: list[Row], fills: list[Any] | None = None, problem: str | None = None, orders: list[Any] | None = None
) -> dict[str, Any]:
    """Return a panel as the server tells it first."""
    body = {"rows": bars, "fills": fills or [], "orders": orders or [], "problem": problem, "read": True}
    return {"panel": PANEL, "full": body}


def more(*bars: Row) -> dict[str, Any]:
    """Return bars that are new or changed."""
    return {"panel": PANEL, "more": {"last": list(bars)}}


def candles(mount: Mount, **data: Any) -> Page:
    """Mount the panel in a frame of a fixed size."""
    page = mount("candles", PANEL, **{**given(), **data})
    page.add_style_tag(content="#candles { display: block; width: 600px; height: 480px; }")
    return page


def drawn(page: Page) -> Locator:
    """The bodies of the candles."""
    return page.locator(".boxlayer path.box")


def shown(rig: Rig, mount: Mount, count: int = 200, **data: Any) -> Page:
    """Mount the panel and show ``count`` bars; return once they are drawn."""
    page = candles(mount, **data)
    rig.push(whole(rows(count)))
    expect(drawn(page)).not_to_have_count(0)
    return page


def pointed(page: Page, x: float = 200) -> str:
    """Point at ``x`` px and return the time of the bar there."""
    page.locator(".hand").hover(position={"x": x, "y": 150})
    return page.locator(".readout time").inner_text()


def clock(number: int) -> str:
    """Write the time of a bar as the panel does."""
    minutes = 14 * 60 + 40 + number
    return f"2024-11-21 {minutes // 60:02}:{minutes % 60:02} UTC"


def test_rising_bars_are_hollow_and_falling_ones_solid(rig: Rig, mount: Mount) -> None:
    """Shape says what hue says; only the bars in view are drawn."""
    page = shown(rig, mount)
    looks = drawn(page).evaluate_all("all => all.map(getComputedStyle).map(({fill, stroke}) => [fill, stroke])")
    assert 70 < len(looks) < 85
    ground, gain, loss = colours(page, "ground", "gain", "loss")
    assert sorted({tuple(look) for look in looks}) == sorted([(ground, gain), (loss, loss)])


def test_no_bar_stands_under_another_name(rig: Rig, mount: Mount) -> None:
    """Another interval is another panel: nothing of the last one is seen before its own bars come, nor after."""
    page = shown(rig, mount)
    expect(page.locator(".readout")).to_contain_text("C100.0")
    other = f"candles:{SYMBOL}:5min"
    mount("candles", other, **{**given(), "interval": "5min", "seconds": 300})
    expect(drawn(page)).to_have_count(0)
    expect(page.locator(".readout")).to_be_hidden()
    expect(page.locator(".level:visible")).to_have_count(0)
    expect(page.locator(".say")).to_be_visible()
    rig.push({**whole([]), "panel": other})
    expect(page.locator(".say")).to_have_text("No trades yet")
    expect(page.locator(".readout")).to_be_hidden()


def test_the_last_bar_lives(rig: Rig, mount: Mount) -> None:
    """A push changes figures and price tag at once; another bar begins in its place; what follows moves on with it."""
    page = shown(rig, mount)
    tag = page.locator(".level:not(.cross) b")
    expect(tag).to_have_text("100.0")
    before = pointed(page)
    page.mouse.move(0, 0)
    rig.push(more([FIRST + STEP * 199, 110, 112, 98, 104.5, 7]))
    expect(tag).to_have_text("104.5")
    expect(page.locator(".readout")).to_have_text(f"{clock(199)}O110.0H112.0L98.0C104.5V7.00")
    rig.push(more([FIRST + STEP * 199, 110, 112, 98, 105.5, 8], [FIRST + STEP * 200, 105.5, 105.5, 105.5, 105.5, 0]))
    expect(page.locator(".readout time")).to_have_text(clock(200))
    until(page, lambda: pointed(page) > before)


def test_zoom_and_pan_survive_updates(rig: Rig, mount: Mount) -> None:
    """What the reader looks at stays where it is, whatever comes."""
    page = shown(rig, mount)
    many = drawn(page).count()
    page.locator(".hand").hover(position={"x": 300, "y": 150})
    page.mouse.wheel(0, -400)
    until(page, lambda: 20 < drawn(page).count() < many * 0.7)
    drag(page, 150)
    expect(page.get_by_role("button", name="Back to now")).to_be_visible()
    view = (drawn(page).count(), pointed(page))
    for number in range(200, 204):
        rig.push(more([FIRST + STEP * number, 100, 130, 90, 120, 1]))
    rig.push(whole(rows(210)))
    page.mouse.move(0, 0)
    expect(page.locator(".readout time")).to_have_text(clock(209))
    settle(page)
    assert (drawn(page).count(), pointed(page)) == view
    page.get_by_role("button", name="Back to now").click()
    expect(page.get_by_role("button", name="Back to now")).to_be_hidden()


def test_older_bars_come_as_the_reader_pans(rig: Rig, mount: Mount) -> None:
    """They are asked for once, before the first that is known; what is in view stays; at the beginning none are."""
    page = shown(rig, mount, count=100)
    until(page, lambda: rig.asked == [{"older": PANEL, "before": FIRST}])
    seen = pointed(page)
    rig.push({"panel": PANEL, "older": {"rows": rows(100, -100), "end": False}})
    until(page, lambda: page.evaluate(f"{VIEW}.rows.length") == 200)
    settle(page)
    assert pointed(page) == seen
    for _ in range(3):
        drag(page, 250)
    until(page, lambda: rig.asked[1:] == [{"older": PANEL, "before": FIRST - 100 * STEP}])
    rig.push({"panel": PANEL, "older": {"rows": rows(10, -110), "end": True}})
    until(page, lambda: page.evaluate(f"{VIEW}.rows.length") == 210)
    for _ in range(3):
        drag(page, 250)
    assert drawn(page).count() < FEWEST + 3
    assert clock(-110) <= pointed(page, 500) < clock(-110 + FEWEST)
    assert len(rig.asked) == 2


def test_older_bars_that_cannot_be_had_are_not_asked_for_at_every_turn(rig: Rig, mount: Mount) -> None:
    """A refusal is waited out, however often the chart is drawn meanwhile."""
    page = shown(rig, mount, count=100)
    until(page, lambda: len(rig.asked) == 1)
    rig.push({"panel": PANEL, "older": {"rows": [], "end": False, "problem": "KuCoin is away"}})
    for _ in range(3):
        drag(page, 50)
    page.evaluate("performance.now = () => 1e9")
    assert len(rig.asked) == 1
    drag(page, 50)
    until(page, lambda: len(rig.asked) == 2)


def test_a_hole_in_what_is_known_is_never_drawn_over(rig: Rig, mount: Mount) -> None:
    """After a long silence the older bars go, where nothing joins them to the new ones."""
    page = shown(rig, mount, count=100)
    page.evaluate("import('/assets/candle_view.js').then((module) => { globalThis.View = module.View; })")
    assert known(page, [rows(5), rows(5, 3)]) == list(range(8))
    assert known(page, [rows(5), rows(5, 9)]) == list(range(9, 14))
    assert known(page, [rows(5), []]) == []


def test_keys_do_what_the_pointer_does(rig: Rig, mount: Mount) -> None:
    """Zoom, move, and back to now."""
    page = shown(rig, mount)
    many = drawn(page).count()
    page.locator(".hand").focus()
    page.keyboard.press("+")
    until(page, lambda: drawn(page).count() < many)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Back to now")).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Back to now")).to_be_hidden()
    until(page, lambda: drawn(page).count() == many)


def test_own_trades_are_marked_at_their_bar(rig: Rig, mount: Mount) -> None:
    """A triangle for each in view, buys below the bar and sells above, and the words where the pointer is."""
    page = candles(mount)
    at = (FIRST + STEP * 190) * 1000 + 31_000
    rig.push(whole(rows(200), [[at, "buy", "105.0", "0.0100"], [at, "sell", "1105.5", "2"], [5, "buy", "1", "1"]]))
    expect(page.locator(".scatterlayer path.point")).to_have_count(2)
    tops = page.locator(".scatterlayer path.point, .boxlayer path.box").evaluate_all(
        "all => all.map((path) => path.getBoundingClientRect().top)"
    )
    assert max(tops) == tops[-2]
    assert min(tops) == tops[-1]
    page.locator(".hand").hover(position={"x": 466, "y": 150})
    expect(page.locator(".own")).to_have_text(["bought 0.0100 at 105.0", "sold 2 at 1,105.5"])


def test_own_orders_stand_at_their_price(rig: Rig, mount: Mount) -> None:
    """A line with side, size and price; near ones share a label, far ones are counted; one that is filled goes."""
    page = candles(mount)
    ours = [["sell", "1100.0", "2"], ["sell", "110.0", "0.50000000"], ["buy", "109.9", "7"], ["buy", "101.5", "1200"]]
    rig.push(whole(rows(200), orders=[*ours, ["buy", "1.5", "3"]]))
    expect(page.locator(".order")).to_have_count(3)
    expect(page.locator(".order span")).to_have_text(["Sell 0.5, 1 more", "Buy 1,200"])
    expect(page.locator(".order b")).to_have_text(["110.0", "101.5"])
    expect(page.locator(".orders p")).to_have_text("Own orders: 1 above, 1 below")
    tag = page.locator(".level:not(.cross)")
    rig.push(more([FIRST + STEP * 199, 110, 112, 98, 101.5, 7]))
    expect(tag).to_have_text("101.5")
    tops = [locator.evaluate("it => it.getBoundingClientRect().top") for locator in (tag, page.locator(".order").last)]
    assert tops[0] == pytest.approx(tops[1], abs=0.2)
    settle(page)  # the tag of the order leaves that of the market free
    boxes = [locator.bounding_box() for locator in (tag.locator("b"), page.locator(".order b").last)]
    assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"] - 0.5
    rig.push({"panel": PANEL, "more": {"last": [], "fills": [], "orders": ours[3:]}})
    expect(page.locator(".order")).to_have_count(1)
    expect(page.locator(".orders p")).to_have_count(0)


def test_the_chart_follows_theme_and_palette(rig: Rig, mount: Mount) -> None:
    """Colours are those of the page, also after they changed."""
    page = shown(rig, mount)
    page.emulate_media(color_scheme="dark")
    until(page, lambda: lines(page) == {*colours(page, "gain", "loss")})
    page.add_style_tag(content=".stApp { --gain: rgb(1, 2, 3) }")
    until(page, lambda: "rgb(1, 2, 3)" in lines(page))


def test_an_interval_is_chosen_in_the_heading(rig: Rig, mount: Mount) -> None:
    """The script is told; with its word the panel follows the other candles and forgets the view."""
    page = shown(rig, mount)
    page.get_by_role("button", name="1 h").click()
    assert page.evaluate("triggers") == [["interval", "1hour"]]
    other = f"candles:{SYMBOL}:1hour"
    mount("candles", other, **{**given(), "interval": "1hour", "seconds": 3600})
    expect(page.get_by_role("button", name="1 h")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="1 h")).to_be_focused()
    expect(page.locator(".say")).to_have_text("Reading candles")
    assert rig.wants[-1] == [other]


def test_without_bars_the_cause_is_said(rig: Rig, mount: Mount) -> None:
    """No trades, or why they could not be read, as text; the first bar takes its place."""
    page = candles(mount)
    expect(page.locator(".say")).to_have_text("Reading candles")
    rig.push(whole([]))
    expect(page.locator(".say")).to_have_text("No trades yet")
    rig.push(whole([], problem=HOSTILE))
    expect(page.locator(".say")).to_have_text(HOSTILE)
    rig.push(more(*rows(1)))
    expect(page.locator(".say")).to_be_hidden()
    expect(page.locator(".level:not(.cross) b")).to_have_text("110.0")
    assert page.title() == "rig"


def test_the_script_alone_can_bring_the_candles(rig: Rig, mount: Mount) -> None:
    """Where no socket gets through they come with the data, also those that the reader pans to."""
    rig.deaf = True
    if rig.standing:  # one that another test left
        rig.hang_up()
    page = candles(mount, told=False, frames=[whole(rows(200))])
    expect(drawn(page)).not_to_have_count(0)
    expect(page.locator(".readout time")).to_have_text(clock(199))
    for _ in range(4):
        drag(page, 250)
    until(page, lambda: page.evaluate("triggers").count(["older", FIRST]) == 1)
    older = {"panel": PANEL, "older": {"rows": rows(100, -100), "end": False}}
    candles(mount, told=False, frames=[whole(rows(200)), older])
    until(page, lambda: page.evaluate(f"{VIEW}.rows.length") == 300)


def test_nothing_shifts_while_it_lives(rig: Rig, mount: Mount) -> None:
    """The browser's own count of layout shifts stays zero."""
    page = shown(rig, mount)
    page.evaluate(SHIFTS)
    for place in range(10):
        close = 100 + 50 * place
        rig.push(more([FIRST + STEP * (200 + place), 100, close + 5, 90, close, 10.0**place]))
        page.wait_for_timeout(50)
    expect(page.locator(".level:not(.cross) b")).to_have_text("550.0")
    assert page.evaluate("shifts") == 0


def test_leaving_ends_all_drawing(rig: Rig, mount: Mount) -> None:
    """The panel is released, and the chart with its timers."""
    page = shown(rig, mount)
    page.evaluate("unmount.candles()")
    until(page, lambda: rig.wants[-1] == [])
    assert page.locator(".main-svg").count() == 0


def given() -> dict[str, Any]:
    """Return what the script says of the panel."""
    about = {"symbol": SYMBOL, "places": 1, "interval": "1min", "seconds": STEP, "spoken": "1 minute"}
    return {**about, "plotly": f"/assets/{PLOTLY}", "intervals": BUTTONS}


def drag(page: Page, distance: int) -> None:
    """Pull the chart to the right by so many px."""
    page.locator(".hand").hover(position={"x": 150, "y": 150})
    page.mouse.down()
    box = page.locator(".hand").bounding_box()
    assert box
    page.mouse.move(box["x"] + 150 + distance, box["y"] + 160, steps=2)
    page.mouse.up()
    settle(page)


def settle(page: Page) -> None:
    """Return once nothing waits to be drawn."""
    page.wait_for_function(f"!{CHART}.surface.timer && !{CHART}.surface.frame")


def colours(page: Page, *names: str) -> list[str]:
    """Read colours of the page by name."""
    return page.evaluate(
        """(names) => names.map((name) => {
            const probe = document.body.appendChild(document.createElement('i'));
            probe.style.color = `var(--${name})`;
            const colour = getComputedStyle(probe).color;
            probe.remove();
            return colour;
        })""",
        list(names),
    )


def lines(page: Page) -> set[str]:
    """Return the colours of the candles' outlines."""
    return {*drawn(page).evaluate_all("all => all.map((path) => getComputedStyle(path).stroke)")}


def known(page: Page, wholes: list[list[Row]]) -> list[int]:
    """Return which bars are known after these were told as whole, one after the other."""
    starts = page.evaluate(
        """(wholes) => {
            const view = new View(60_000);
            for (const rows of wholes) view.start({rows, fills: [], orders: []});
            return view.rows.map((row) => row.at / 1000);
        }""",
        wholes,
    )
    return [int((start - FIRST) / STEP) for start in starts]
