"""Tape, ladder and facts in a real browser, over a push socket that says what a test wants."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live_rig import Rig, until
from tests.browser.trades_frames import HEAD, LADDER, TAPE, Mount, hold, ladder, levels, more, tape, trade, whole


def sizes(page: Page) -> list[str]:
    """The sizes on the tape from top to bottom."""
    tops = page.locator(".sheet .row").evaluate_all(
        "all => all.map(row => [row.getBoundingClientRect().top, row.children[2].textContent])"
    )
    return [size for _, size in sorted(tops)]


def test_rows_come_on_top_and_a_hundred_stay(rig: Rig, mount: Mount) -> None:
    """The tape begins whole and grows by what is new."""
    page = tape(mount)
    rig.push(whole(*(trade(n, size=str(n)) for n in range(100, 0, -1))))
    rig.push(more(trade(102, size="102"), trade(101, size="101")))
    expect(page.locator(".sheet .row").first).to_contain_text("102")
    assert sizes(page) == [str(n) for n in range(102, 2, -1)]


def test_a_trade_that_grew_is_written_where_it_stands(rig: Rig, mount: Mount) -> None:
    """Further prints of one order change its row and add none."""
    page = tape(mount)
    rig.push(whole(trade(2, size="20"), trade(1, size="10")))
    rig.push(more(trade(1, size="15", count=3)))
    expect(page.locator(".sheet")).to_contain_text("×3")
    assert sizes(page) == ["20", "15"]


def test_the_tape_halts_under_the_pointer(rig: Rig, mount: Mount) -> None:
    """What is new waits and is counted; it comes when the pointer leaves."""
    page = tape(mount)
    rig.push(whole(trade(1, size="1")))
    expect(page.locator(".sheet .row")).to_have_count(1)
    page.locator(".frame").hover()
    rig.push(more(trade(3, size="3"), trade(2, size="2")))
    expect(page.locator(".new")).to_have_text("2 new")
    assert sizes(page) == ["1"]
    page.mouse.move(0, 0)
    expect(page.locator(".new")).to_be_hidden()
    assert sizes(page) == ["3", "2", "1"]


def test_rows_that_waited_come_before_what_is_new(rig: Rig, mount: Mount) -> None:
    """A frame may come between the reader's return to the top and the browser's word of it."""
    page = tape(mount)
    rig.push(whole(*(trade(n, size=str(n)) for n in range(60, 0, -1))))
    expect(page.locator(".sheet .row")).to_have_count(60)
    page.locator(".frame").evaluate("frame => { frame.scrollTop = 400; }")
    rig.push(more(trade(61, size="61")))
    expect(page.locator(".new")).to_have_text("1 new")
    last = more(trade(62, size="62"))
    page.locator(".frame").evaluate(
        """async (frame, last) => {
          const { hear } = await import('/assets/socket.js');
          frame.scrollTop = 0;
          hear([last]);
        }""",
        last,
    )
    assert sizes(page)[:3] == ["62", "61", "60"]


def test_older_trades_come_below_newer_ones(rig: Rig, mount: Mount) -> None:
    """What was read later than what was heard is older than it; a trade that only grew does not break the order."""
    page = tape(mount)
    rig.push(whole(trade(9, size="9"), trade(8, size="8")))
    rig.push(whole(trade(9, size="9"), trade(8, size="8"), *(trade(n, size=str(n)) for n in (3, 2, 1))))
    expect(page.locator(".sheet .row")).to_have_count(5)
    assert sizes(page) == ["9", "8", "3", "2", "1"]
    rig.push(whole(trade(10, size="10"), trade(9, size="99"), trade(8, size="8")))
    expect(page.locator(".sheet .row")).to_have_count(6)
    assert sizes(page) == ["10", "99", "8", "3", "2", "1"]


@pytest.mark.parametrize("told", ["whole", "missed"])
def test_a_gap_while_the_tape_halts_is_kept_in_mind(rig: Rig, mount: Mount, told: str) -> None:
    """Rows on both sides of what is not known are never put together, however late they are shown."""
    page = tape(mount)
    rig.push(whole(trade(1, size="1")))
    expect(page.locator(".sheet .row")).to_have_count(1)
    page.locator(".frame").hover()
    rig.push(more(trade(2, size="2")))
    expect(page.locator(".new")).to_have_text("1 new")
    news = [trade(9, size="9"), trade(8, size="8")]
    rig.push(whole(*news) if told == "whole" else {"panel": TAPE, "more": {"rows": news, "missed": 5}})
    rig.push(more(trade(10, size="10")))
    expect(page.locator(".new")).to_have_text("3 new")
    assert sizes(page) == ["1"]
    page.mouse.move(0, 0)
    expect(page.locator(".new")).to_be_hidden()
    assert sizes(page) == ["10", "9", "8"]


def test_what_only_grew_is_not_counted_as_new(rig: Rig, mount: Mount) -> None:
    """The pill counts rows that will come; one that stands is written anew when the tape runs on."""
    page = tape(mount)
    rig.push(whole(trade(1, size="1")))
    expect(page.locator(".sheet .row")).to_have_count(1)
    page.locator(".frame").hover()
    rig.push(more(trade(2, size="2"), trade(1, size="15", count=2)))
    expect(page.locator(".new")).to_have_text("1 new")
    page.mouse.move(0, 0)
    expect(page.locator(".sheet .row")).to_have_count(2)
    assert sizes(page) == ["2", "15"]


@pytest.mark.parametrize("part", ["tape", "near"])
def test_all_that_tells_is_dimmed_when_it_is_stale(rig: Rig, mount: Mount, part: str) -> None:
    """Rows and bars as well as figures."""
    panel = TAPE if part == "tape" else LADDER
    page = mount(part, panel, symbol="A-B", base="A", quote="B")
    rig.push(whole(trade(1)), market("A-B", "777")[1], {"fresh": {panel: ["stale", 7.0, "a reason"]}})
    for told in page.locator(".sheet" if part == "tape" else "td > *").all():
        expect(told).to_have_css("opacity", "0.55")


def test_a_selection_survives_new_rows(rig: Rig, mount: Mount) -> None:
    """Rows that stand are not touched."""
    page = tape(mount)
    rig.push(whole(trade(1, size="777")))
    expect(page.locator(".sheet .row")).to_have_count(1)
    page.evaluate("""() => {
        globalThis.cell = document.getElementById('tape').shadowRoot.querySelector('.sheet .row').children[2];
        getSelection().selectAllChildren(cell);
    }""")
    rig.push(more(trade(2)))
    expect(page.locator(".sheet .row")).to_have_count(2)
    assert page.evaluate("cell.isConnected && getSelection().rangeCount === 1 && cell.textContent") == "777"


def test_nothing_shifts_while_rows_come(rig: Rig, mount: Mount) -> None:
    """Not one of the browser's own layout-shift entries."""
    page = tape(mount)
    mount("ladder", LADDER, symbol="A-B")
    rig.push(whole(*(trade(n) for n in range(60, 0, -1))), ladder(levels(("5", "1")), levels(("6", "1"))))
    expect(page.locator(".sheet .row")).to_have_count(60)
    page.evaluate("""() => {
        globalThis.shifts = [];
        new PerformanceObserver(list => shifts.push(...list.getEntries().map(entry => entry.value)))
            .observe({ type: 'layout-shift', buffered: false });
    }""")
    for n in range(100, 120):
        rig.push(
            more(trade(n, size="9" * (n - 95))), ladder(levels(("5", "1" * (n - 99))), levels(("6", "2"), ("7", "3")))
        )
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("shifts") == []


def test_the_reader_sets_what_is_large(rig: Rig, mount: Mount) -> None:
    """The server's thresholds hold until others are set; those are kept for the next visit."""
    page = tape(mount)
    rig.push(whole(trade(2, value="50", tier=1), trade(1, value="5")))
    expect(page.locator(".thresholds")).to_have_text("≥ 10 · ≥ 100")
    expect(page.locator(".tier-1")).to_have_count(1)
    page.locator(".thresholds").click()
    page.get_by_label("Large from", exact=True).fill("3")
    page.get_by_label("Very large from").fill("40")
    page.keyboard.press("Enter")
    expect(page.locator(".tier-2")).to_have_count(1)
    expect(page.locator(".tier-1")).to_have_count(1)
    assert page.evaluate("localStorage.getItem('desk:thresholds:A-B')") == '["3","40"]'


def test_bars_move_seldom_and_numbers_at_once(rig: Rig, mount: Mount) -> None:
    """Bars have to be read; numbers have to be right."""
    page = mount("ladder", LADDER, symbol="A-B")
    rig.push(ladder(levels(("5", "1")), levels(("6", "1"))))
    expect(page.locator(".bid").first).to_have_css("--w", "0.5")
    hold(page)
    rig.push(ladder([["5", "2", "2", 0.75, "1"]], levels(("6", "1"))))
    expect(page.locator(".bid").first).to_contain_text("2")
    expect(page.locator(".mine")).to_have_text("1")
    page.clock.run_for(300)
    expect(page.locator(".bid").first).to_have_css("--w", "0.5")
    page.clock.run_for(100)
    expect(page.locator(".bid").first).to_have_css("--w", "0.75")


def test_a_coarser_ladder_is_another_panel(rig: Rig, mount: Mount) -> None:
    """The choice changes what is wanted, and is kept for the symbol."""
    page = mount("ladder", LADDER, symbol="A-B")
    rig.push(ladder(levels(("5", "1")), levels(("6", "1"))))
    page.get_by_label("Price step").select_option("1")
    until(page, lambda: sorted(rig.wants[-1]) == [HEAD, "ladder:A-B:1"])
    assert page.evaluate("localStorage.getItem('desk:step:A-B')") == '"1"'


def with_step(mount: Mount, step: str) -> Page:
    """Mount a ladder in a browser that kept ``step``."""
    page = mount("ladder", LADDER, symbol="A-B")
    page.evaluate("step => localStorage.setItem('desk:step:A-B', JSON.stringify(step))", step)
    page.reload()
    return mount("ladder", f"{LADDER}{step}", symbol="A-B")


def test_a_kept_step_that_fits_no_longer_gives_way(rig: Rig, mount: Mount) -> None:
    """The exchange may have changed the tick: the ladder goes back to the finest step instead of showing nothing."""
    page = with_step(mount, "0.07")
    rig.push({"panel": f"{LADDER}0.07", "trouble": "'0.07' is no step"})
    until(page, lambda: sorted(rig.wants[-1]) == [HEAD, LADDER])
    rig.push(ladder(levels(("5", "1")), levels(("6", "1"))))
    expect(page.locator(".ladder .bid").first).to_be_visible()
    expect(page.locator("#ladder .trouble")).to_have_text("")
    expect(page.get_by_label("Price step")).to_have_value("0.1")
    rig.push({"panel": LADDER, "trouble": "A-B is not listed"})
    expect(page.locator("#ladder .trouble")).to_have_text("A-B is not listed")


def test_the_step_that_is_shown_is_the_step_that_is_said(rig: Rig, mount: Mount) -> None:
    """One that is not offered at this price any more is still named."""
    page = with_step(mount, "900")
    rig.push(ladder(levels(("5", "1")), levels(("6", "1")), panel=f"{LADDER}900", step="900.0"))
    expect(page.get_by_label("Price step")).to_have_value("900.0")
    assert page.locator("select option").all_inner_texts() == ["0.1", "1", "900.0"]


def test_open_interest_is_told_in_coins(rig: Rig, mount: Mount) -> None:
    """In lots where the mark price is unknown; the tooltip has lots, coins and worth."""
    page = mount("facts", HEAD, kind="futures")
    figure = page.locator("#facts dl", has_text="Open interest").locator("dd")
    known = {"panel": HEAD, "full": {"base": "BTC", "quote": "USDT", "open_interest": "7120411"}}
    rig.push(known)
    expect(figure).to_have_text("7.12 M lots")
    rig.push({"panel": HEAD, "more": {"open_interest_coins": "7120.41", "open_interest_value": "620948742.26"}})
    expect(figure).to_have_text("7,120 BTC")
    expect(figure).to_have_attribute("title", "7,120,411 lots, 7,120.41 BTC, worth 620,948,742.26 USDT")


def market(name: str, figure: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return head and ladder of the market ``name``, in which every figure is ``figure``."""
    head = dict.fromkeys(("last", "bid", "ask", "high", "low", "volume", "mark", "index", "basis"), figure)
    row = [figure, figure, figure, 0.5, figure]
    sides: dict[str, Any] = {"bids": [row], "asks": [row], "spread": figure, "spread_ratio": figure, "mid": figure}
    more = {"step": "1", "steps": ["1"], "within": [["0.001", figure, figure]] * 4}
    return (
        {"panel": f"head:{name}", "full": {**head, "dir": 1, "kind": "futures", "funding_at": 9e12}},
        {"panel": f"ladder:{name}:", "full": {**sides, **more}},
    )


def test_no_figure_stands_under_another_symbols_name(rig: Rig, mount: Mount) -> None:
    """From a change of the symbol to its first frame there is none at all, however long that takes; nothing moves."""
    parts = [("head", "head:{}"), ("facts", "head:{}"), ("ladder", "ladder:{}:"), ("near", "ladder:{}:")]

    def turn_to(name: str) -> Page:
        for part, panel in parts:
            page = mount(part, panel.format(name), symbol=name, quote="B", kind="futures")
        return page

    def seen() -> list[str]:
        return [page.locator(f"#{part} .root").inner_text() for part, _ in parts]

    def places() -> list[Any]:
        script = "all => all.map(({offsetLeft, offsetTop, offsetHeight}) => [offsetLeft, offsetTop, offsetHeight])"
        return [page.locator(selector).evaluate_all(script) for selector in ("section", "dl", ".ladder > *", "tr")]

    page = turn_to("A-B")
    rig.push(*market("A-B", "777"))
    expect(page.locator(".last")).to_have_text("777")
    expect(page.locator(".mid b")).to_have_text("777")
    expect(page.locator(".ladder .bid").first).to_have_css("--w", "0.5")
    before = places()
    assert all("777" in text for text in seen())
    turn_to("C-D")
    rig.push({"panel": "head:C-D", "more": {"bid": "5"}}, {"fresh": {"head:C-D": ["catching up", 1, None]}})
    expect(page.locator("#head .age")).to_contain_text("catching up")
    assert not any("7" in text for text in seen())
    assert page.locator(".figure:visible").count() == 0
    expect(page.locator(".ladder .bid").first).to_have_css("--w", "0")
    expect(page.locator("dt").last).to_have_text("Funding")
    assert places() == before
    head, ladder = market("C-D", "333")
    rig.push(ladder)
    expect(page.locator(".mid b")).to_have_text("–")  # the ladder came, the last price did not
    assert not any("7" in text for text in seen())
    rig.push(head)
    expect(page.locator(".mid b")).to_have_text("333")
    assert all("333" in text for text in seen())
    assert places() == before
