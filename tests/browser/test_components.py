"""What our components are made of, in a real browser: ages that grow by themselves, calendar, rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.widgets import figures, ledger_table

LIVE = Path(__file__).parents[2] / "pages" / "widgets" / "live"
# Mounts a component as Streamlit does, once; later calls hand it new data.
MOUNT = """async ([code, data]) => {
    globalThis.component ??= await import(URL.createObjectURL(new Blob([code], {type: 'text/javascript'})));
    if (!document.querySelector('.root')) document.body.innerHTML = '<div class="root"></div>';
    globalThis.unmount = globalThis.component.default({parentElement: document.body, data});
}"""

AGES = "export default ({ parentElement, data }) => show(parentElement.querySelector('.root'), data.marks.map(age));"

Mount = Callable[[list[dict[str, Any]]], Page]


def text(name: str, kind: str) -> str:
    """The code or the style of a component, with what all of them share."""
    return "\n".join((LIVE / f"{stem}.{kind}").read_text("utf-8") for stem in ("base", name))


@pytest.fixture
def mount(browser: Browser) -> Iterator[Mount]:
    """Return what draws ages on an empty page."""
    page = browser.new_page()

    def draw(marks: list[dict[str, Any]]) -> Page:
        code = f"{(LIVE / 'base.js').read_text(encoding='utf-8')}\n{AGES}"
        page.evaluate(MOUNT, [code, {"marks": marks}])
        return page

    yield draw
    page.close()


def mark(seconds: float | None, *, stale: float = 1e9) -> dict[str, Any]:
    """Return an age as freshness.py would."""
    return {"word": "prices", "fresh": "", "seconds": seconds, "stale": stale, "alarm": stale * 10}


@pytest.mark.parametrize("seconds", [0, 0.44, 9.9, 10.5, 12, 59, 61, 3599, 3601, 172_799, 172_801, 900_000])
def test_browser_and_server_write_ages_alike(mount: Mount, seconds: float) -> None:
    """An age does not change its look when the browser takes over its counting."""
    page = mount([mark(seconds + 0.001)])
    assert page.locator(".age").inner_text() == f"prices {figures.age(seconds)}"


def test_an_age_says_when_it_is_stale_and_when_it_is_unknown(mount: Mount) -> None:
    """Three looks of three states, and words for each."""
    page = mount([mark(20, stale=15), mark(200, stale=15), mark(None)])
    assert page.locator(".age").all_inner_texts() == ["prices stale 20 s", "prices stale 3 min", "prices not read"]
    kinds = page.locator(".age").evaluate_all("all => all.map(element => element.className)")
    assert kinds == ["age stale", "age alarm", "age unknown"]


def test_an_unmounted_component_counts_no_longer(mount: Mount) -> None:
    """Leaving the page stops the clock of its ages."""
    page = mount([mark(20)])
    assert page.evaluate("document.querySelector('.root').clock > 0")
    page.evaluate("globalThis.unmount()")
    assert page.evaluate("document.querySelector('.root').clock === undefined")


def test_a_day_without_room_keeps_its_amount(browser: Browser) -> None:
    """In the low rows of many weeks the number goes, wholly out of sight; a phone has taller rows instead."""
    long, short = (
        {"number": "1 Nov", "amount": amount, "look": "gain", "depth": 50, "told": f"1 Nov: {amount} USDT"}
        for amount in ("+12,345", "+7")
    )
    page = browser.new_page(viewport={"width": 720, "height": 600})
    style, code = (text("calendar", kind) for kind in ("css", "js"))
    page.set_content(f"<style>{style} .root {{ width: 480px }}</style>")
    page.evaluate(MOUNT, [code, {"low": True, "weeks": [[long, short]]}])
    seen = """() => [...document.querySelectorAll('td')].map((cell) => ['b', 'span'].map((name) => {
        const [part, frame] = [name, 'div'].map((each) => cell.querySelector(each).getBoundingClientRect());
        return part.top < frame.bottom && part.right <= frame.right + .5;
    }))"""
    assert page.evaluate(seen) == [[True, False], [True, True]]
    page.set_viewport_size({"width": 390, "height": 600})
    assert page.evaluate(seen) == [[True, True], [True, True]]
    page.close()


def test_rows_are_sorted_by_their_numbers_and_tell_more_when_chosen(browser: Browser) -> None:
    """By keyboard too, largest first and then turned round; what is unknown stays below, and text is only text."""
    rows = {"Contract": ["<b>A", "B", "C", "D"], "Net": [Decimal(9), None, Decimal(-1), Decimal(1000)]}
    data = ledger_table.payload(
        rows,
        {"Net": ledger_table.signed("USDT")},
        label="Closed positions",
        seen=2,
        hued=("Net",),
        told=["of A", "of B", "of C", "of D"],
    )
    page = browser.new_page()
    page.set_content(f"<style>{text('ledger', 'css')}</style>")
    page.evaluate(MOUNT, [text("ledger", "js"), data])
    cells, head = page.locator("tbody td"), page.get_by_role("button", name="Net")
    assert cells.all_inner_texts() == ["+9.00", "–", "−1.00", "+1,000.00"]
    assert [str(each.get_attribute("class")).split()[-1] for each in cells.all()] == ["up", "unknown", "down", "up"]
    head.focus()
    for order, nets in (
        ("descending", ["+1,000.00", "+9.00", "−1.00", "–"]),
        ("ascending", ["−1.00", "+9.00", "+1,000.00", "–"]),
    ):
        page.keyboard.press("Enter")
        assert cells.all_inner_texts() == nets
        expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", order)
    expect(head).to_be_focused()
    page.get_by_role("button", name="<b>A").press("Enter")
    expect(page.get_by_role("status")).to_have_text("of A")
    page.locator("td", has_text="+1,000.00").click()
    expect(page.get_by_role("button", pressed=True)).to_have_text("D")
    page.evaluate(MOUNT, ["", {**data, "told": ["of A", "of B", "of C", "of another"]}])
    expect(page.get_by_role("status")).to_have_text("")
    assert cells.all_inner_texts()[0] == "−1.00"
    page.close()
