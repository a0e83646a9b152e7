"""Our components in a real browser without a server: what they do with data that nobody would send on a good day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.widgets import figures

LIVE = Path(__file__).parents[2] / "pages" / "widgets" / "live"
# Mounts a component as Streamlit does, once; later calls hand it new data.
MOUNT = """async ([code, data]) => {
    globalThis.component ??= await import(URL.createObjectURL(new Blob([code], {type: 'text/javascript'})));
    if (!document.querySelector('.root')) document.body.innerHTML = '<div class="root"></div>';
    globalThis.unmount = globalThis.component.default({parentElement: document.body, data});
}"""
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><b>BTC</b>"

Mount = Callable[[str, dict[str, Any]], Page]


@pytest.fixture
def mount(browser: Browser) -> Iterator[Mount]:
    """Return what draws a component's data on an empty page, and draws again when called again."""
    page = browser.new_page()

    def draw(name: str, data: dict[str, Any]) -> Page:
        code = "\n".join((LIVE / f"{stem}.js").read_text(encoding="utf-8") for stem in ("base", name))
        page.evaluate(MOUNT, [code, data])
        return page

    yield draw
    page.close()


def mark(seconds: float | None, *, stale: float = 1e9) -> dict[str, Any]:
    """Return an age as freshness.py would."""
    return {"word": "prices", "fresh": "", "seconds": seconds, "stale": stale, "alarm": stale * 10}


def table(*rows: tuple[str, float | None]) -> dict[str, Any]:
    """Return a table of names and values."""

    def cells(name: str, value: float | None) -> dict[str, Any]:
        shown = {"text": "–" if value is None else f"{value:g}", "rank": value}
        return {"asset": {"text": name, "name": name, "rank": name}, "value": shown}

    asset = {"id": "asset", "head": "Asset", "side": "start", "sorts": True, "strong": True}
    value = {"id": "value", "head": "Value", "side": "end", "sorts": True, "points": True}
    return {
        "label": "Assets",
        "columns": [asset, value],
        "rows": [{"dim": False, "cells": cells(name, value)} for name, value in rows],
        "stale": False,
        "sort": {"column": "value", "falling": True},
    }


def names(page: Page) -> list[str]:
    """The first column from top to bottom."""
    return page.locator("tbody b").all_inner_texts()


@pytest.mark.parametrize("seconds", [0, 0.44, 9.9, 10.5, 12, 59, 61, 3599, 3601, 172_799, 172_801, 900_000])
def test_browser_and_server_write_ages_alike(mount: Mount, seconds: float) -> None:
    """An age does not change its look when the browser takes over its counting."""
    page = mount("ages", {"marks": [mark(seconds + 0.001)]})
    assert page.locator(".age").inner_text() == f"prices {figures.age(seconds)}"


def test_an_age_says_when_it_is_stale_and_when_it_is_unknown(mount: Mount) -> None:
    """Three looks of three states, and words for each."""
    page = mount("ages", {"marks": [mark(20, stale=15), mark(200, stale=15), mark(None)]})
    assert page.locator(".age").all_inner_texts() == ["prices stale 20 s", "prices stale 3 min", "prices not read"]
    kinds = page.locator(".age").evaluate_all("all => all.map(element => element.className)")
    assert kinds == ["age stale", "age alarm", "age unknown"]


def test_text_from_outside_stays_text(mount: Mount) -> None:
    """A name that is a tag is shown as what it is, and runs nothing."""
    page = mount("table", table((HOSTILE, 1)))
    assert names(page) == [HOSTILE]
    assert page.locator("img").count() == 0
    assert page.title() == ""


def test_rows_without_a_figure_stay_below(mount: Mount) -> None:
    """Unknown is neither the largest nor the smallest."""
    page = mount("table", table(("A", 2), ("B", None), ("C", 10), ("D", -1)))
    assert names(page) == ["C", "A", "D", "B"]
    page.get_by_role("button", name="Value").click()
    assert names(page) == ["D", "A", "C", "B"]


def test_points_stand_in_one_line(mount: Mount) -> None:
    """Every fraction is as wide as the longest of its column."""
    page = mount("table", table(("A", 1.5), ("B", 10.125), ("C", 7)))
    widths = page.locator(".fraction").evaluate_all(
        "all => all.map(element => element.style.getPropertyValue('--digits'))"
    )
    assert widths == ["3", "3", "3"]
    assert page.locator(".figure").all_text_contents() == ["10.125", "7", "1.5"]


def test_new_data_touch_only_what_differs(mount: Mount) -> None:
    """The element under the reader's finger stays the same one, with focus, and so does the order he chose."""
    page = mount("table", table(("A", 1), ("B", 2)))
    page.get_by_role("button", name="Asset").click()
    page.get_by_role("button", name="Asset").click()
    page.evaluate("globalThis.row = document.querySelector('tbody tr')")
    mount("table", table(("A", 5), ("B", 2), ("C", 3)))
    assert names(page) == ["A", "B", "C"]
    assert page.evaluate("globalThis.row === document.querySelector('tbody tr')")
    assert page.locator("tbody tr").first.locator(".figure").inner_text() == "5"
    expect(page.get_by_role("button", name="Asset")).to_be_focused()
    mount("table", table(("B", 2)))
    assert names(page) == ["B"]


def test_an_unmounted_component_counts_no_longer(mount: Mount) -> None:
    """Leaving the page stops the clock of its ages."""
    page = mount("ages", {"marks": [mark(20)]})
    assert page.evaluate("document.querySelector('.root').clock > 0")
    page.evaluate("globalThis.unmount()")
    assert page.evaluate("document.querySelector('.root').clock === undefined")
