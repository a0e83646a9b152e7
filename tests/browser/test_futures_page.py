"""The futures page in a real browser: its components over a socket that says what a test wants, and the whole of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, expect

from kucoin.desk.futures import FuturesView
from kucoin.desk.position_lines import PositionLine
from kucoin.web.futures import PANEL, FuturesPanel
from tests.browser.conftest import SHIFTS
from tests.browser.live_rig import Rig
from tests.futures_views import account, position, positions, totals, view
from tests.push_scene import NOW, Scene

Mount = Callable[..., Page]

D = Decimal
AT = datetime.fromtimestamp(NOW, UTC)
# What each cell shows that shows a text.
CELLS = """() => Object.fromEntries([...positions.shadowRoot.querySelectorAll('[data-cell]:not([role=img])')]
    .map(cell => [cell.dataset.cell, cell.textContent]))"""
PLACES = (
    "() => [...positions.shadowRoot.querySelectorAll('th, td')].map(cell => Math.round(cell.getBoundingClientRect().x))"
)


def body(shown: FuturesView) -> dict[str, Any]:
    """What the panel tells of a view."""
    panel = FuturesPanel(replace(Scene().sight, futures=lambda: shown))
    panel.change()
    told: dict[str, Any] = json.loads(msgspec.json.encode(panel.full()))
    return told


def shown(mount: Mount, rig: Rig, accounts: FuturesView | None = None, **data: Any) -> Page:
    """Mount the positions with a view."""
    page = mount("positions", PANEL, **{"gain": "roe", "rows": 3, **data})
    rig.push({"panel": PANEL, "full": body(accounts or view(AT))})
    expect(page.locator("#positions tbody tr").first).to_be_visible()
    return page


def symbols(page: Page) -> list[str]:
    """The rows from top to bottom."""
    return page.locator("#positions tbody b").all_inner_texts()


def test_every_figure_of_the_view_stands_in_its_cell(mount: Mount, rig: Rig) -> None:
    """Of gains in percent the chosen ones alone; of a position without a stop a flag in the stop's place."""
    page = shown(mount, rig)
    expected = {name: cell[0] for name, cell in body(view(AT)).items() if name not in {"layout", "acts"}}
    left_out = re.compile(r"^account/|/plain_return$|/adl$|^SOLUSDTM/BOTH/stop_loss$")
    assert page.evaluate(CELLS) == {name: text for name, text in expected.items() if not left_out.search(name)}
    mount("positions", PANEL, gain="plain_return", rows=3)
    page.get_by_role("button", name="Unrealised Return").wait_for()
    cells = page.evaluate(CELLS)
    assert cells["XBTUSDTM/BOTH/plain_return"] == "+2.24\u2009%"
    assert "XBTUSDTM/BOTH/roe" not in cells


def test_what_is_unknown_is_a_dash_that_tells_why(mount: Mount, rig: Rig) -> None:
    """In every cell that can be unknown; never a zero, and the row stays whole."""
    empty = {field.name: None for field in fields(PositionLine) if "None" in str(field.type)}
    page = shown(mount, rig, view(AT, positions=(position(**empty),), totals=()))
    cells = page.evaluate(CELLS)
    assert cells.pop("XBTUSDTM/BOTH/lots") == "1,250"
    assert set(cells.values()) == {"–"}
    expect(page.locator("#positions .rate small")).to_have_text("–")
    assert "No liquidation price is known" in str(page.locator("#positions .distance").get_attribute("title"))


def test_rows_are_sorted_by_keyboard(mount: Mount, rig: Rig) -> None:
    """Nearest to liquidation first; a heading takes Enter, says its order, and turns it round."""
    page = shown(mount, rig)
    assert symbols(page) == ["SOLUSDTM", "XBTUSDTM", "XBTUSDM"]
    heading = page.get_by_role("button", name="Unrealised ROE")
    heading.focus()
    page.keyboard.press("Enter")
    assert symbols(page) == ["XBTUSDTM", "XBTUSDM", "SOLUSDTM"]
    expect(page.locator("#positions th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    page.keyboard.press("Enter")
    assert symbols(page) == ["SOLUSDTM", "XBTUSDM", "XBTUSDTM"]
    expect(heading).to_be_focused()


def test_rows_change_places_every_few_seconds_and_never_under_the_hand(mount: Mount, rig: Rig) -> None:
    """A figure that moves takes no row with it at once."""
    page = shown(mount, rig)
    page.locator("#positions tbody tr").first.hover()
    rig.push({"panel": PANEL, "more": {"SOLUSDTM/BOTH/distance": ["99.0\u2009%", "", 100.0]}})
    expect(page.locator("#positions .distance").first).to_have_text("99.0\u2009%")
    page.clock.run_for(6_000)
    assert symbols(page)[0] == "SOLUSDTM"
    page.mouse.move(0, 0)
    page.clock.run_for(6_000)
    assert symbols(page) == ["XBTUSDTM", "XBTUSDM", "SOLUSDTM"]


def test_nothing_moves_when_figures_shrink(mount: Mount, rig: Rig) -> None:
    """Columns keep the width of the longest figure they ever had, also when the table is drawn anew."""
    page = shown(mount, rig, view(AT, positions=(position(),), totals=()))
    before = page.evaluate(PLACES)
    row = "XBTUSDTM/BOTH"
    short = {f"{row}/value": ["1.00", ""], f"{row}/margin": ["1.00", ""], f"{row}/funding_paid": ["+1.00", ""]}
    rig.push({"panel": PANEL, "more": short})
    expect(page.locator(f'#positions [data-cell="{row}/funding_paid"]')).to_have_text("+1.00")
    page.clock.run_for(6_000)
    assert page.evaluate(PLACES) == before


@pytest.mark.parametrize(("motion", "flashes"), [("no-preference", 1), ("reduce", 0)])
def test_a_mark_that_changes_flashes_unless_motion_is_unwanted(
    mount: Mount, rig: Rig, motion: Any, flashes: int
) -> None:
    """Its ground alone, for half a second."""
    page = shown(mount, rig)
    page.emulate_media(reduced_motion=motion)
    rig.push({"panel": PANEL, "more": {"XBTUSDTM/BOTH/mark": ["87,113.0", ""], "XBTUSDTM/BOTH/value": ["1.00", ""]}})
    expect(page.locator('#positions [data-cell="XBTUSDTM/BOTH/mark"]')).to_have_text("87,113.0")
    playing = "() => positions.shadowRoot.getAnimations().map(each => each.effect.getTiming().duration)"
    assert page.evaluate(playing) == [500] * flashes


def test_a_row_is_a_card_where_it_is_narrow(mount: Mount, rig: Rig) -> None:
    """Symbol, gain, distance and the facts; nothing to scroll sideways, and the flag beside the badge."""
    page = shown(mount, rig)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#positions thead")).to_be_hidden()
    first = page.locator("#positions tbody tr").first
    for text in ("SOLUSDTM", "Short", "8× isol.", "−27.34", "−559.56", "151.640", "7.5", "1,200", "136.420", "141.083"):
        expect(first.get_by_text(text).first).to_be_visible()
    expect(first.get_by_text("No stop").and_(first.locator(":visible"))).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert (
        page.evaluate(
            "() => { const r = positions.shadowRoot.querySelector('.root'); return r.scrollWidth - r.clientWidth; }"
        )
        == 0
    )


def test_totals_stand_for_each_currency_and_say_what_they_lack(mount: Mount, rig: Rig) -> None:
    """Partial where an account failed; and when everything points one way."""
    linear = (position(), position("ETHUSDTM"))
    page = shown(mount, rig, view(AT, positions=linear, totals=(totals(partial=True),)))
    foot = page.locator("#positions tfoot tr")
    expect(foot).to_have_count(1)
    expect(foot.locator("th")).to_have_text("2 positions, USDT all longpartial")
    expect(foot.locator(".sums")).to_contain_text("Long 108,891.12")
    expect(foot.locator(".sums .long")).to_be_visible()
    expect(foot.locator(".sums")).to_contain_text("Hedged 16\u2009%")


def test_accounts_have_a_row_each_with_bar_and_number(mount: Mount, rig: Rig) -> None:
    """The bar is as long as the ratio; a tight one calls for a look, a high one for action."""
    rows = (
        account(),
        account("USDC", risk_ratio=D("0.6")),
        account("XBT", risk_ratio=D("0.85")),
        account("ETH", risk_ratio=None),
    )
    page = mount("margins", PANEL, rows=4)
    rig.push({"panel": PANEL, "full": body(view(AT, accounts=rows))})
    ratios = page.locator("#margins .ratio .share")
    expect(ratios).to_have_text(["12.4\u2009%", "60.0\u2009%", "85.0\u2009%", "–"])
    looks = [str(each.get_attribute("class")).split()[-1] for each in ratios.all()]
    assert looks == ["share", "warn", "alert", "unknown"]
    parts = page.locator("#margins .part").evaluate_all(
        "all => all.map(part => part.offsetWidth / part.parentNode.offsetWidth)"
    )
    assert parts == pytest.approx([0.124, 0.6, 0.85, 0], abs=0.02)  # in whole px


def test_text_from_outside_stays_text(mount: Mount, rig: Rig) -> None:
    """A symbol that is a tag runs nothing."""
    hostile = "<img src=x onerror=\"document.title='owned'\">"
    page = shown(mount, rig, view(AT, positions=(positions()[0], position(hostile)), totals=()))
    assert hostile in symbols(page)
    assert page.locator("#positions img").count() == 0


def test_the_page_lives_without_moving(visit: Any) -> None:
    """Marks come by the socket, nothing moves, switch and slider answer, no error is told, and on a phone it fits."""
    seen = visit(theme="light")
    page = seen.page
    page.get_by_test_id("stSidebar").get_by_role("link", name="Futures").click()
    rows = page.locator(".st-key-positions tbody tr")
    expect(rows.first).to_be_visible()
    expect(page.locator(".st-key-positions-fresh .age.fresh")).to_be_visible()
    page.get_by_role("radio", name="Return").click()
    expect(page.get_by_role("button", name="Unrealised Return")).to_be_visible()
    assert "gain=Return" in page.url
    slider = page.locator(".st-key-what-if-shift").get_by_role("slider")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".st-key-what-if-shift")).to_contain_text("−3\u2009%")
    expect(page.locator(".st-key-panel-what-if").get_by_test_id("stMetricDelta").first).to_be_visible()
    page.mouse.move(0, 0)
    page.evaluate(SHIFTS)
    marks = rows.locator(".mark .figure")
    before = marks.all_inner_texts()
    page.wait_for_function(
        """before => [...document.querySelector('.st-key-positions [data-testid=stBidiComponentIsolated]')
            .shadowRoot.querySelectorAll('tbody .mark .figure')]
            .filter(mark => !before.includes(mark.textContent)).length >= 3""",
        arg=before,
    )
    assert page.evaluate("shifts") == []
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".st-key-positions thead")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert seen.complaints == []
