"""The watchlist in a real browser: what is pinned, what is found, and what the browser keeps of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.live_rig import Rig, mounting, until

PAIRS = ["BTC-USDT", "ETH-USDT", "ETH-BTC", "WBTC-USDT"]
CONTRACTS = [["XBTUSDTM", "BTC"], ["ETHUSDTM", "ETH"]]
USUAL = ["BTC-USDT", "XBTUSDTM"]
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
STORE = "desk:watchlist"

Mount = Callable[..., Page]


def prices(*symbols: str) -> str:
    """Return the name of the panel with the prices of ``symbols``."""
    return f"prices:{','.join(symbols)}"


def watchlist(mount: Mount, *pins: str, **data: Any) -> Page:
    """Mount it where ``pins`` are expected to be followed."""
    given = {"symbol": "BTC-USDT", "page": "trades", "pairs": PAIRS, "contracts": CONTRACTS, "usual": USUAL}
    return mount("watchlist", prices(*(pins or USUAL)), **{**given, **data})


def stored(page: Page, value: object) -> None:
    """Put ``value`` where the browser keeps the pins."""
    page.evaluate("([store, value]) => localStorage.setItem(store, JSON.stringify(value))", [STORE, value])


def pinned(page: Page) -> list[str]:
    """The pinned symbols from top to bottom."""
    return page.locator(".pinned b").all_inner_texts()


def found(page: Page, sought: str) -> list[str]:
    """Return what a search finds, best first."""
    page.get_by_role("searchbox").fill(sought)
    return page.locator(".found b").all_inner_texts()


def said(page: Page) -> Locator:
    """What stands below the list."""
    return page.locator("p.cap")


def test_a_row_shows_price_change_and_line(rig: Rig, mount: Mount) -> None:
    """What was never told is unknown, an update changes only what it names."""
    page = watchlist(mount)
    panel = prices(*USUAL)
    rig.push({"panel": panel, "full": {"BTC-USDT": ["87112.40", "0.0094", 1, [1, 2, 1.5]], "XBTUSDTM": None}})
    rows = page.locator(".pinned .n")
    expect(rows).to_have_text(["87,112.40+0.94\u2009%", "––"])
    assert page.locator(".pinned path").first.get_attribute("d") == "M0.0 17.0L18.0 1.0L36.0 9.0"
    rig.push({"panel": panel, "more": {"XBTUSDTM": ["87000.1", "-0.01", -1]}})
    expect(rows).to_have_text(["87,112.40+0.94\u2009%", "87,000.1−1.00\u2009%"])


def test_the_symbol_of_the_page_is_marked(mount: Mount) -> None:
    """One row is the current one."""
    page = watchlist(mount)
    expect(page.locator("[aria-current]")).to_contain_text("BTC-USDT")
    watchlist(mount, symbol="XBTUSDTM")
    expect(page.locator("[aria-current]")).to_contain_text("XBTUSDTM")


def test_the_search_knows_symbols_and_coins(mount: Mount) -> None:
    """Without hyphens, in any case of letters; a contract is found by its coin; nothing found is said, as text."""
    page = watchlist(mount)
    assert found(page, "btc") == ["BTC-USDT", "XBTUSDTM", "ETH-BTC", "WBTC-USDT"]
    assert found(page, "BTCUSDT") == ["BTC-USDT", "WBTC-USDT"]
    assert found(page, " xbt ") == ["XBTUSDTM"]
    assert found(page, "eth") == ["ETH-USDT", "ETH-BTC", "ETHUSDTM"]
    expect(said(page)).to_have_text("")
    assert found(page, HOSTILE) == []
    expect(said(page)).to_have_text(f"Nothing listed matches “{HOSTILE}”.")
    assert found(page, "") == []
    expect(said(page)).to_have_text("")
    assert found(page, "eth") != []
    page.get_by_role("searchbox").press("Escape")
    expect(page.locator(".found")).to_be_hidden()
    assert pinned(page) == USUAL


def test_a_press_opens_the_symbol(mount: Mount) -> None:
    """The script is told; the search is over; Enter opens the first that was found."""
    page = watchlist(mount)
    page.get_by_role("link", name="XBTUSDTM").click()
    found(page, "eth")
    page.get_by_role("searchbox").press("Enter")
    assert page.evaluate("triggers") == [["open", "XBTUSDTM"], ["open", "ETH-USDT"]]
    expect(page.get_by_role("searchbox")).to_have_value("")
    assert pinned(page) == USUAL
    assert page.get_by_role("link", name="XBTUSDTM").get_attribute("href") == "trades?symbol=XBTUSDTM"


def test_pins_survive_a_reload(rig: Rig, mount: Mount) -> None:
    """They are kept by the browser, in the order in which they were pinned, and followed again."""
    page = watchlist(mount)
    found(page, "eth")
    page.get_by_role("button", name="Pin ETH-BTC").click()
    page.get_by_role("searchbox").fill("")
    page.get_by_role("link", name="XBTUSDTM").hover()
    page.get_by_role("button", name="Pin XBTUSDTM").click()
    until(page, lambda: rig.wants[-1] == [prices("BTC-USDT", "ETH-BTC")])
    page.reload()
    watchlist(mount, "BTC-USDT", "ETH-BTC")
    assert pinned(page) == ["BTC-USDT", "ETH-BTC"]


def test_another_tab_follows(rig: Rig, browser: Browser) -> None:
    """What one tab pins, the other shows."""
    context = browser.new_context()
    page, other = (context.new_page() for _ in range(2))
    for tab in (page, other):
        tab.goto(rig.url)
        watchlist(mounting(tab, rig))
    found(other, "eth-btc")
    other.get_by_role("button", name="Pin ETH-BTC").click()
    expect(page.locator(".pinned b")).to_have_text([*USUAL, "ETH-BTC"])
    context.close()


def test_a_symbol_that_is_gone_stays_but_is_not_asked_for(rig: Rig, mount: Mount) -> None:
    """It says so, and its name stays text; the others have their prices."""
    page = watchlist(mount)
    stored(page, [HOSTILE, "ETH-BTC"])
    page.reload()
    watchlist(mount, "ETH-BTC")
    assert pinned(page) == [HOSTILE, "ETH-BTC"]
    assert page.locator(".gone").get_attribute("title") == "Not listed any more"
    assert rig.wants[-1] == [prices("ETH-BTC")]
    assert page.title() == "rig"


def test_a_press_under_way_survives_new_data(mount: Mount) -> None:
    """The script may run between a button's going down and its coming up."""
    page = watchlist(mount)
    page.get_by_role("link", name="XBTUSDTM").hover()
    page.mouse.down()
    watchlist(mount, symbol="ETH-BTC")
    page.mouse.up()
    assert page.evaluate("triggers") == [["open", "XBTUSDTM"]]


@pytest.mark.parametrize("junk", [{"a": 1}, "BTC-USDT", 7, [None, 3, {}]])
def test_what_is_not_ours_in_the_store_does_no_harm(mount: Mount, junk: object) -> None:
    """Another program's value under the same name is as good as none, or as an empty list."""
    page = watchlist(mount)
    stored(page, junk)
    page.reload()
    empty = isinstance(junk, list)
    watchlist(mount, told=not empty)
    assert pinned(page) == ([] if empty else USUAL)


def test_a_browser_that_keeps_nothing_pins_for_as_long_as_the_page(mount: Mount) -> None:
    """Storage may be forbidden; a pin is pressed in vain nowhere, and focus stays on it."""
    page = watchlist(mount)
    page.evaluate("""() => {
        Storage.prototype.setItem = Storage.prototype.getItem = () => { throw new Error('forbidden'); };
    }""")
    found(page, "eth")
    star = page.get_by_role("button", name="Pin ETH-BTC")
    star.press("Enter")
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    assert found(page, "") == []
    assert pinned(page) == [*USUAL, "ETH-BTC"]


def test_no_more_than_thirty_are_pinned(mount: Mount) -> None:
    """What does not fit is said, and nothing changes."""
    many = [f"C{number}-USDT" for number in range(40)]
    page = watchlist(mount, pairs=PAIRS + many)
    stored(page, many)
    page.reload()
    watchlist(mount, *many[:30], pairs=PAIRS + many)
    assert pinned(page) == many[:30]
    found(page, "C39")
    page.get_by_role("button", name="Pin C39-USDT").click()
    expect(said(page)).to_have_text("30 symbols are pinned, more do not fit. Unpin one first.")


def test_the_script_is_told_what_to_bring_where_no_socket_gets_through(rig: Rig, mount: Mount) -> None:
    """Once: the panel that it brings has the pins in its name."""
    rig.deaf = True
    page = watchlist(mount, told=False, frames=[])
    assert page.evaluate("triggers.filter(([name]) => name === 'pins')") == [["pins", USUAL]]
    frames = [{"panel": prices(*USUAL), "full": {"BTC-USDT": ["87112.4", "0", 0, []]}}]
    watchlist(mount, told=False, frames=frames)
    expect(page.locator(".pinned .n").first).to_have_text("87,112.40.00\u2009%")
    assert page.evaluate("triggers.filter(([name]) => name === 'pins').length") == 1
