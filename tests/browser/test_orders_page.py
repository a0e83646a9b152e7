"""The working orders in a real browser, before a whole dashboard: placed, changed and cancelled by keyboard alone."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from kucoin.errors import ApiError
from kucoin.model.order import Side
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from tests.browser.conftest import PATIENCE, Dashboard, Visit, listen
from tests.browser.test_ticket_page import Exchange as Practice
from tests.browser.test_ticket_page import asked_for_ports, emptied, far, filled, press, ready, tab_to

PAIR, CONTRACT = "BTC-USDT", "XBTUSDTM"
D = Decimal
BACK = "Shift+Tab"  # the newest order stands on top, so this goes from one to the next


@pytest.fixture(scope="module")
def practice(context: BrowserContext, dashboard: Dashboard) -> Practice:
    """The practice exchange behind the dashboard."""
    page = context.new_page()
    found = asked_for_ports(page, dashboard.url)
    page.close()
    return found


@pytest.fixture(scope="module")
def exchange(practice: Practice) -> Iterator[Exchange]:
    """The same, as another program of the account sees it."""
    state = practice.control("state")
    opened = Exchange(hosts.Hosts(state["spot"], state["futures"]), PRACTICE_CREDENTIALS)
    yield opened
    opened.close()


@pytest.fixture
def seen(context: BrowserContext) -> Iterator[Visit]:
    """A page that notes what it complains of."""
    visit = Visit(context.new_page(), [])
    visit.page.set_viewport_size({"width": 1440, "height": 1100})
    listen(visit)
    yield visit
    visit.page.close()


@pytest.fixture
def spot(practice: Practice, exchange: Exchange) -> Iterator[list[str]]:
    """Four buys that rest, placed past the dashboard; whatever the test leaves on the exchange is taken back."""
    before = working(practice)
    low = D(practice.control("state")["last"][PAIR]).quantize(D(1)) * D("0.9")
    limits = [low + step for step in range(4)]
    placed = {"symbol": PAIR, "side": Side.BUY, "size": D("0.0123")}
    yield [exchange.spot_orders.place_limit(client_oid=uuid.uuid4().hex, price=price, **placed) for price in limits]
    for order_id in working(practice) - before:
        try:
            exchange.spot_orders.cancel(order_id=order_id, symbol=PAIR)
        except ApiError:
            exchange.futures_orders.cancel(order_id=order_id)


def working(practice: Practice) -> set[str]:
    """The ids of what rests on the exchange, by its own word."""
    return {order for user in practice.control("state")["users"].values() for order in user["orders"]}


def row(page: Page, named: str) -> Locator:
    """The row of an order, by the words that its box is called by."""
    return page.locator(".st-key-orders-open tbody").filter(has=page.get_by_label(re.compile(f"^Select: {named}")))


def test_orders_are_changed_and_cancelled_by_keyboard(
    seen: Visit, practice: Practice, exchange: Exchange, spot: list[str], dashboard: Dashboard
) -> None:
    """What KuCoin cannot change is placed anew; what is left at the end is what was asked for, on both markets."""
    page, keys = seen.page, seen.page.keyboard
    page.goto(f"{dashboard.url}ticket?symbol={CONTRACT}")
    ready(page)
    resting = far(page)
    filled(page, resting)
    page.locator(".st-key-ticket-buy button").click()
    press(page).click()
    emptied(page)
    page.goto(f"{dashboard.url}orders")
    found = [exchange.spot_orders.order(order_id=each, symbol=PAIR).price for each in spot]
    names = [f"Buy 0.0123 {PAIR} at {price:,.1f}" for price in found]

    mine = row(page, f"Buy 1 {CONTRACT}")
    expect(mine.locator(".placed")).to_have_text("here")
    expect(row(page, names[0]).locator(".placed")).to_have_text("elsewhere")
    lower = f"{D(resting) - 100:,.1f}"
    changed(page, f"Change the price {D(resting):,.1f}: Buy 1 {CONTRACT}", lower)
    expect(mine.locator(".price")).to_have_text(lower)
    expect(mine.locator(".act")).to_have_text("Cancel")
    change = f"Change the size 0.0123: {names[0]}"  # once the account that it is of was read, with the next list of all
    expect(page.get_by_role("button", name=change)).to_be_visible(timeout=2 * PATIENCE * 1000)
    changed(page, change, "0.0234")
    expect(row(page, f"Buy 0.0234 {PAIR}").locator(".act")).to_have_text("Cancel")
    keys.press("Escape")

    tab_to(page, f"Cancel: {names[1]}", BACK)
    keys.press("Enter")
    expect(row(page, names[1]).locator(".act")).to_have_text("cancelled")
    for name in names[2:]:
        tab_to(page, f"Select: {name}", BACK)
        keys.press("Space")
    tab_to(page, "Cancel 2 selected", BACK)
    keys.press("Enter")
    expect(page.get_by_role("dialog").locator("li")).to_have_text([re.compile(f"^{name}") for name in names[:1:-1]])
    assert set(spot[2:]) <= working(practice)
    tab_to(page, "Cancel 2 orders")
    keys.press("Enter")
    for name in names[2:]:
        expect(row(page, name).locator(".act")).to_have_text("cancelled")

    left = working(practice)
    assert not left & set(spot[1:])
    orders = [each for each in exchange.spot_orders.open_orders(symbol=PAIR) if each.size == D("0.0234")]
    assert [(each.order_id in left, each.price) for each in orders] == [(True, found[0])]
    futures = [each for each in exchange.futures_orders.open_orders(symbol=CONTRACT) if each.size == 1]
    assert [(each.order_id in left, each.price) for each in futures] == [(True, D(lower.replace(",", "")))]
    assert seen.complaints == []


def changed(page: Page, button: str, value: str) -> None:
    """Change a figure in its row; Escape leaves it as it is."""
    tab_to(page, button, BACK)
    page.keyboard.press("Enter")
    page.keyboard.type("1")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.keyboard.type(value)
    page.keyboard.press("Enter")
