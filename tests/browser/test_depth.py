"""The depth chart in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kucoin.web.assets import PLOTLY
from tests.browser.live_rig import Rig, mounting, until

PANEL = "depth:BTC-USDT"
STAIRS = ".scatterlayer .js-line"
Mount = Callable[..., Page]


@pytest.fixture
def mount(staged: Mount) -> Mount:
    """Return what mounts the panel, on one page for all tests."""
    return staged


def depth(mount: Mount, **data: Any) -> Page:
    """Mount the panel in a frame of a fixed size."""
    given = {"symbol": "BTC-USDT", "places": 1, "unit": "BTC", "plotly": f"/assets/{PLOTLY}", **data}
    page = mount("depth", PANEL, **given)
    page.add_style_tag(content="#depth { display: block; width: 500px; height: 260px; }")
    return page


def book(bids: list[list[float]], asks: list[list[float]], mid: float | None = 100.0) -> dict[str, Any]:
    """Return a panel as the server tells it."""
    return {"panel": PANEL, "full": {"bids": bids, "asks": asks, "mid": mid, "within": []}}


def test_both_sides_rise_from_the_middle(rig: Rig, mount: Mount) -> None:
    """Two stairs in their hues, prices below, sums beside the middle."""
    page = depth(mount)
    rig.push(book([[99.5, 100], [90, 400]], [[100.5, 50], [110, 380]]))
    expect(page.locator(STAIRS)).to_have_count(2)
    hues = page.locator(STAIRS).evaluate_all("all => all.map((path) => getComputedStyle(path).stroke)")
    assert hues == ["rgb(8, 111, 84)", "rgb(176, 55, 37)"]
    assert page.locator(".xtick text").all_text_contents() == ["92.0", "96.0", "100.0", "104.0", "108.0"]
    assert page.locator(".ytick text").all_text_contents() == ["110", "210", "320"]
    expect(page.locator(".cap")).to_have_text("BTC, cumulative")


def test_sums_stand_at_the_end_of_the_higher_stairs(rig: Rig, mount: Mount) -> None:
    """Where no stair crosses them; they change sides only where it is clearly the other one."""
    page = depth(mount)
    first = page.locator(".ytick text").first
    for bid, ask, text, end in ((400, 380, "110", "start"), (400, 500, "130", "end"), (600, 550, "160", "end")):
        rig.push(book([[99.5, 100], [90, bid]], [[100.5, 50], [110, ask]]))
        expect(first).to_have_text(text)
        expect(first).to_have_css("text-anchor", end)


def test_a_book_without_a_side_draws_nothing(rig: Rig, mount: Mount) -> None:
    """Neither does one that has no middle; the next whole one is drawn."""
    page = depth(mount)
    rig.push(book([[99.5, 1]], [[100.5, 1]]))
    expect(page.locator(STAIRS)).to_have_count(2)
    rig.push(book([[99.5, 1]], [], None))
    expect(page.locator(STAIRS)).to_have_count(0)
    rig.push(book([[99.5, 1]], [[100.5, 1]]))
    expect(page.locator(STAIRS)).to_have_count(2)


def test_no_book_stands_under_another_symbols_name(rig: Rig, mount: Mount) -> None:
    """What was drawn is gone before anything of the other symbol comes."""
    page = depth(mount)
    rig.push(book([[99.5, 1]], [[100.5, 1]]))
    expect(page.locator(STAIRS)).to_have_count(2)
    mount("depth", "depth:ETH-USDT", symbol="ETH-USDT", places=1, unit="ETH", plotly=f"/assets/{PLOTLY}")
    expect(page.locator(".plot")).to_be_hidden()
    expect(page.locator(STAIRS)).to_have_count(0)
    rig.push({**book([[9.5, 1]], [[10.5, 1]], 10), "panel": "depth:ETH-USDT"})
    expect(page.locator(STAIRS)).to_have_count(2)
    expect(page.locator(".plot")).to_be_visible()


def test_the_chart_is_calm(rig: Rig, mount: Mount) -> None:
    """However often the book changes, it is drawn two and a half times a second at most; the last word counts."""
    page = depth(mount)
    rig.push(book([[99.5, 1]], [[100.5, 1]]))
    expect(page.locator(STAIRS)).to_have_count(2)
    page.evaluate("""() => {
        const drawn = Plotly.react;
        globalThis.began = performance.now();
        globalThis.drawings = 0;
        Plotly.react = (...all) => { globalThis.drawings += 1; return drawn(...all); };
    }""")
    for size in range(1, 41):
        rig.push(book([[99.5, size]], [[100.5, size]]))
    until(page, lambda: page.locator(".ytick text").last.text_content() == "32")
    drawings, seconds = page.evaluate("[drawings, (performance.now() - began) / 1000]")
    assert 1 <= drawings <= 2.5 * seconds + 1


def test_a_script_that_does_not_load_is_said(rig: Rig, browser: Browser) -> None:
    """A blank panel would look like an empty book."""
    page = browser.new_page()
    page.goto(rig.url)
    depth(mounting(page, rig), plotly="/assets/plotly-0.min.js")
    expect(page.locator(".plot")).to_have_text(
        "There is no chart: /assets/plotly-0.min.js could not be loaded. Load the page again."
    )
    page.close()
