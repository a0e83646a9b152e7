"""What all live components have in common in a real browser: their state, their socket, and how figures are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.live_rig import GONE, Rig, until
from tests.browser.trades_frames import HEAD, LADDER, TAPE, Mount, hold, ladder, levels, tape, trade, whole

HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
OPACITY = "element => getComputedStyle(element).opacity"

Looks = tuple[str, str, str]  # class, text, opacity of the figures


@pytest.fixture(scope="module")
def blank(browser: Browser, server: Rig) -> Iterator[Page]:
    """Return a page with nothing on it."""
    page = browser.new_page()
    page.goto(server.url)
    yield page
    page.close()


def test_what_is_left_and_wanted_again_at_once_is_sent_whole(rig: Rig, mount: Mount) -> None:
    """Though the server heard of nothing in between."""
    page = tape(mount)
    told = len(rig.wants)
    page.evaluate(
        """async (panel) => {
          const { want } = await import('/assets/socket.js');
          want(panel, () => {})();
          want(panel, () => {});
        }""",
        "head:OTHER",
    )
    until(page, lambda: len(rig.wants) > told + 1)
    assert [TAPE in wants for wants in rig.wants[told:]] == [True, True]
    assert ["head:OTHER" in wants for wants in rig.wants[told:]] == [False, True]


def test_a_shared_panel_is_sent_whole_again(rig: Rig, mount: Mount) -> None:
    """Who comes second gets what was there, as the server sends it for a new wish."""
    page = mount("head", HEAD)
    mount("facts", HEAD, kind="spot")
    until(page, lambda: rig.wants[-2:] == [[], [HEAD]])


def test_who_comes_second_hears_no_change_before_the_whole(rig: Rig, mount: Mount) -> None:
    """A change of what it does not have would be drawn as if it were all."""
    page = mount("head", HEAD)
    rig.push({"panel": HEAD, "full": {"last": "5.0", "dir": 1}})
    expect(page.locator(".last")).to_have_text("5.0")
    page.evaluate(
        """async (panel) => {
          const { want } = await import('/assets/socket.js');
          globalThis.heard = [];
          want(panel, ({ full, more }) => { if (full || more) heard.push((full ?? more).last); });
        }""",
        HEAD,
    )
    rig.push({"panel": HEAD, "more": {"last": "6.0"}})
    expect(page.locator(".last")).to_have_text("6.0")
    rig.push({"panel": HEAD, "full": {"last": "7.0", "dir": 1}}, {"panel": HEAD, "more": {"last": "8.0"}})
    expect(page.locator(".last")).to_have_text("8.0")
    assert page.evaluate("heard") == ["7.0", "8.0"]


def age(page: Page) -> Locator:
    """The mark of age of the one panel on the page."""
    return page.locator("header .age, .head .age")


@pytest.mark.parametrize(
    ("told", "looks"),
    [
        (("live", 0.2), ("fresh", r"live \d\.\d s", "1")),
        (("catching up", 2.0), ("catching", r"catching up \d\.\d s", "1")),
        (("stale", 14.9), ("stale", "stale 14 s", "0.55")),
        (("stale", 15.0), ("alarm", r"stale 1\d s", "0.55")),
        (("stale", None), ("stale", "stale", "0.55")),
    ],
)
def test_every_state_has_its_word_and_its_look(rig: Rig, mount: Mount, told: tuple[Any, ...], looks: Looks) -> None:
    """Three words; amber from 5 s, alarm from 15 s; figures stay and are dimmed."""
    look, text, opacity = looks
    page = mount("head", HEAD)
    hold(page)
    rig.push({"panel": HEAD, "full": {"last": "5.0", "dir": 1}}, {"fresh": {HEAD: [*told, "a reason"]}})
    expect(age(page)).to_have_text(re.compile(text))
    expect(age(page)).to_have_class(f"age {look}")
    expect(age(page)).to_have_attribute("title", "a reason")
    expect(page.locator(".last")).to_have_text("5.0")
    assert page.locator(".last").evaluate(OPACITY) == opacity


def test_a_silent_server_is_said_to_be_away(rig: Rig, mount: Mount) -> None:
    """Nothing for 5 s: every figure is dimmed, and the reason is ours, not the exchange's."""
    page = mount("head", HEAD)
    rig.push({"panel": HEAD, "full": {"last": "5.0", "dir": 1}}, {"fresh": {HEAD: ["live", 0.2, None]}})
    expect(age(page)).to_have_text(re.compile("live"))
    hold(page)
    page.clock.run_for(6_000)
    expect(age(page)).to_have_text(re.compile(r"server away \d\.\d s"))
    assert page.locator(".last").evaluate(OPACITY) == "0.55"
    rig.push({"fresh": {HEAD: ["live", 0.2, None]}})
    expect(age(page)).to_have_text(re.compile("live"))


def test_a_lost_socket_comes_back_by_itself(rig: Rig, mount: Mount) -> None:
    """Everything is wanted again, and nothing was reloaded."""
    page = mount("head", HEAD)
    rig.hang_up()
    until(page, lambda: rig.opened == 2 and rig.wants[-1] == [HEAD])
    rig.push({"panel": HEAD, "full": {"last": "7.0", "dir": 1}})
    expect(page.locator(".last")).to_have_text("7.0")


def test_a_ticket_that_is_gone_is_renewed(rig: Rig, mount: Mount) -> None:
    """The script is asked for another until it gives one."""
    page = mount("head", HEAD)
    rig.hang_up(GONE)
    asked = "triggers.filter(([name]) => name === 'renew').length"
    until(page, lambda: page.evaluate(asked) == 1)
    page.clock.run_for(6_000)
    assert page.evaluate(asked) >= 3
    rig.tickets = {"another"}
    mount("head", HEAD, ticket="another", told=False)
    until(page, lambda: rig.opened == 2 and rig.wants[-1] == [HEAD])
    before = page.evaluate(asked)
    page.clock.run_for(6_000)
    assert page.evaluate(asked) == before


def test_the_script_serves_where_no_socket_gets_through(rig: Rig, mount: Mount) -> None:
    """Three attempts fail, the script is told and brings frames; it is told again once a socket opens."""
    rig.deaf = True
    page = mount("head", HEAD, told=False)
    page.clock.run_for(500)
    until(page, lambda: page.evaluate("JSON.stringify(triggers)") == '[["blocked",true]]')
    frames = [{"panel": HEAD, "full": {"last": "8.0", "dir": -1}}, {"fresh": {HEAD: ["catching up", 3.0, "no socket"]}}]
    mount("head", HEAD, told=False, frames=frames)
    expect(page.locator(".last")).to_have_text("8.0")
    expect(age(page)).to_have_text(re.compile("catching up 3"))
    rig.deaf = False
    page.clock.run_for(10_000)
    until(page, lambda: rig.wants[-1:] == [[HEAD]])
    rig.push({"fresh": {HEAD: ["live", 0.1, None]}})
    until(page, lambda: page.evaluate("JSON.stringify(triggers.at(-1))") == '["blocked",false]')


def test_what_cannot_be_had_is_said_in_its_panel(rig: Rig, mount: Mount) -> None:
    """A sentence in the place of the figures; other panels are not touched; text from outside stays text."""
    page = tape(mount)
    mount("ladder", LADDER, symbol="A-B")
    rig.push({"panel": TAPE, "trouble": f"{HOSTILE} is not listed"}, ladder(levels(("5", "1")), levels((HOSTILE, "1"))))
    expect(page.locator("#tape .trouble")).to_have_text(f"{HOSTILE} is not listed")
    expect(page.locator("#tape .tape")).to_be_hidden()
    expect(page.locator("#ladder .ladder")).to_contain_text(HOSTILE)
    assert page.locator("img").count() == 0
    rig.push(whole(trade(1)))
    expect(page.locator("#tape .tape")).to_be_visible()
    assert page.title() == "rig"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("grouped('-87112.40')", "−87,112.40"),
        ("grouped('0.0000064146')", "0.0000064146"),
        ("grouped(null)", "–"),
        ("signed('14.8')", "+14.8"),
        ("signed('-1234')", "−1,234"),
        ("signed('0.0')", "0.0"),
        ("percent('0.0094')", "+0.94\u2009%"),
        ("percent('-0.00003')", "−<0.01\u2009%"),
        ("percent('0.00003')", "+<0.01\u2009%"),
        ("percent('-0.00')", "0.00\u2009%"),
        ("percent('0.0000001', 4)", "+<0.0001\u2009%"),
        ("percent(null)", "–"),
        ("cut('18642.0536', 0)", "18,642"),
        ("cut('0.00012', 3)", "<0.001"),
        ("cut('0', 3)", "0"),
        ("cut('0.4', 0)", "<1"),
        ("brief('24118.123')", "24,118"),
        ("brief('2100000000.12')", "2.10 B"),
        ("brief('20000', 1e3)", "20 k"),
        ("brief('12500', 1e3)", "12.5 k"),
        ("brief('0.5')", "0.5"),
        ("brief(null)", "–"),
    ],
)
def test_figures_are_written_alike(blank: Page, call: str, text: str) -> None:
    """Thousands, true minus, thin space, cut and never rounded up; a dash for what is unknown."""
    assert blank.evaluate(f"import('/assets/numbers.js').then(numbers => numbers.{call})") == text


def test_leaving_the_page_lets_go_of_everything(rig: Rig, mount: Mount) -> None:
    """What is wanted no longer is said, and the socket closes when nobody stands on it."""
    page = mount("head", HEAD)
    hold(page)
    page.evaluate("unmount.head()")
    page.clock.run_for(1_000)
    until(page, lambda: rig.wants[-1] == [])
    until(page, lambda: rig.standing == 0)
