"""The privacy switch in a browser: known amounts are looked for wherever a page, a socket or a file has numbers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from tests.browser.conftest import PATIENCE, Dashboard
from tests.browser.privacy_search import Heard, in_file, leaked, numbers, shown, written
from tests.browser.test_ticket_page import Exchange as Practice
from tests.browser.test_ticket_page import asked_for_ports

PATIENT = 3 * PATIENCE * 1000  # ms; the Futures page is the heaviest there is
# What stands on a page once it is drawn, besides the strip. Plots and tables may come later: the sockets told them.
READY = {
    "Portfolio": (".st-key-assets-table tbody td", ".st-key-recent time"),
    "Activity": (".st-key-activity tbody td",),
    "Live trades": (".st-key-ladder .age",),
    "Futures": (".st-key-positions tbody td", ".st-key-pnl-figures dd.figure"),
    "Ticket": (".st-key-privacy-first-write-a-ticket", ".st-key-sent", ".st-key-limits-use tbody td"),
    "Orders and fills": (
        ".st-key-orders-open tbody td",
        ".st-key-orders-stops tbody td",
        ".st-key-fills-table canvas",
    ),
    "Limits and alerts": (".st-key-limits-use tbody td", ".st-key-alerts tbody td"),
    "Health": (".st-key-feeds tbody td",),
}
# Figures of the account that move with prices, which only a page adds up.
MOVING = """() => [...document.querySelectorAll('.st-key-total, .st-key-places-cards, .st-key-assets-table')]
    .flatMap((panel) => [...panel.querySelectorAll('[data-testid] *, *')])
    .flatMap((element) => [...(element.shadowRoot?.querySelectorAll('[data-cell]') ?? [])])
    .filter(({ dataset }) => !/price$/.test(dataset.cell)).map((cell) => cell.textContent)
    .filter((text) => !text.includes('%')).join('\\n')"""


@pytest.fixture(scope="module")
def practice(context: BrowserContext, dashboard: Dashboard) -> Iterator[Practice]:
    """The practice exchange behind the dashboard, whose market stands still, so that what is known stays true."""
    page = context.new_page()
    found = asked_for_ports(page, dashboard.url)
    page.close()
    found.control("clock", {"rate": 0})
    yield found
    found.control("clock", {"offset": 0})


def known(practice: Practice) -> set[str]:
    """What the account has and had, by the exchange's own word, as it could be written; no price is among it."""
    state = practice.control("state")
    amounts: list[Decimal] = []
    prices = {*state["prices"].values(), *state["last"].values(), *state["marks"].values()}
    for user in state["users"].values():
        for each in (*user["balances"], *user["loans"]):
            total, hold = Decimal(each["total"]), Decimal(each.get("hold", 0))
            amounts += [total, hold, total - hold]
        amounts += [Decimal(each["pnl"]) for each in user["positions"]]
        amounts += map(Decimal, user["futures_equity"].values())
    for fill in (fill for fills in practice.control("fills").values() for fill in fills):
        amounts += [Decimal(fill[name]) for name in ("size", "funds", "fee")]
        prices.add(fill["price"])
    exchange = Exchange(hosts.Hosts(state["spot"], state["futures"]), PRACTICE_CREDENTIALS)
    try:
        for position in exchange.futures_positions.closed_positions().items:
            amounts.append(position.pnl)
            prices |= {str(position.open_price), str(position.close_price)}
    finally:
        exchange.close()
    not_own = {text for price in prices if price != "None" for text in written(Decimal(price))}
    return {text for amount in amounts for text in written(amount)} - not_own


def opened(page: Page, name: str) -> None:
    """Go to a page by the menu, and wait until it is drawn."""
    page.get_by_test_id("stSidebar").get_by_role("link", name=name, exact=True).click()
    expect(page.locator(".st-key-menu-here")).to_have_text(name)
    for part in (".st-key-strip .age", *READY.get(name, ())):
        expect(page.locator(part).first).to_be_attached(timeout=PATIENT)
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENT)


def files(page: Page, panel: str) -> set[str]:
    """The numbers in the files that a panel offers."""
    found: set[str] = set()
    page.locator(f".st-key-{panel}").get_by_role("button").first.click()
    for button in page.get_by_test_id("stPopoverBody").get_by_test_id("stDownloadButton").all():
        with page.expect_download() as download:
            button.get_by_role("button").click()
        found |= in_file(download.value.suggested_filename, Path(download.value.path()).read_bytes())
    page.keyboard.press("Escape")
    return found


def test_with_privacy_no_amount_is_anywhere(context: BrowserContext, dashboard: Dashboard, practice: Practice) -> None:
    """Every page of the menu, its tooltips, plots, files and sockets; without privacy the same search finds plenty."""
    page = context.new_page()
    heard = Heard(page)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(dashboard.url)
    amounts = known(practice)
    expect(page.locator(READY["Portfolio"][0]).first).to_be_visible()
    amounts |= {text for text in numbers(page.evaluate(MOVING)) if len(text) > 7}
    bare = {"a page": shown(page)}
    opened(page, "Orders and fills")
    bare["the sockets"] = heard.take()
    assert all(len(leaked(found, amounts)) > 5 for found in bare.values())

    page.locator(".st-key-privacy-menu label").click()
    expect(page.locator(".st-key-orders-open tbody").first).to_contain_text("%")
    heard.take()
    menu = page.get_by_test_id("stSidebar").get_by_role("link").all_inner_texts()
    found: dict[str, set[str]] = {}
    for name in menu:
        opened(page, name)
        assert "privacy=on" in page.url
        found[name] = shown(page) | heard.take()
        if name == "Futures":  # sums, which the exchange does not tell
            sums = page.locator(".st-key-pnl-figures dd.figure").all_inner_texts()
            assert sums
            assert all(text.endswith("%") for text in sums)
            found["files of futures"] = files(page, "pnl-export")
        if name == "Orders and fills":
            found["files of fills"] = files(page, "fills-export")
    page.keyboard.press("F6")
    found["Way out"] = shown(page)
    page.close()
    assert {name: leaked(each, amounts) for name, each in found.items() if leaked(each, amounts)} == {}
