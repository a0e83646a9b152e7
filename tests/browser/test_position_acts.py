"""What a row of the positions can be asked to do: the menu by itself, and all of it before a whole dashboard."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from kucoin.model.order import Lots, MarginMode, NewFuturesOrder, OrderType, Side
from kucoin.model.position import Position
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from kucoin.web.futures import PANEL
from tests.browser.conftest import PATIENCE, Dashboard, Mount, Visit, listen
from tests.browser.live_rig import Rig, until
from tests.browser.test_futures_page import AT, body
from tests.browser.test_ticket_page import asked_for_ports
from tests.futures_views import view


@pytest.fixture(scope="module")
def exchange(context: BrowserContext, dashboard: Dashboard) -> Iterator[Exchange]:
    """The practice exchange behind the dashboard, as another program of the account sees it."""
    page = context.new_page()
    state = asked_for_ports(page, dashboard.url).control("state")
    page.close()
    opened = Exchange(hosts.Hosts(state["spot"], state["futures"]), PRACTICE_CREDENTIALS)
    yield opened
    opened.close()


@pytest.fixture
def held(exchange: Exchange) -> Iterator[Position]:
    """The long position that has gained most; it is as large afterwards, and no stop is left on it."""
    longs = [each for each in exchange.futures.positions() if each.current_qty > 0]
    best = max(longs, key=lambda each: (each.unrealised_pnl or 0) / (each.pos_cost or 1))
    before = {each.order_id for each in exchange.futures_orders.stops(symbol=best.symbol)}
    yield best
    for stop in exchange.futures_orders.stops(symbol=best.symbol):
        if stop.order_id not in before:
            exchange.futures_orders.cancel(order_id=stop.order_id)
    missing = best.current_qty - lots(exchange, best.symbol)
    if missing:
        exchange.futures_orders.place(
            NewFuturesOrder(
                client_oid=uuid.uuid4().hex,
                symbol=best.symbol,
                type=OrderType.MARKET,
                margin_mode=MarginMode(best.margin_mode or "CROSS"),
                side=Side.BUY if missing > 0 else Side.SELL,
                size=Lots(abs(missing)),
                leverage=max(1, int(best.leverage or 1)),
            )
        )


def lots(exchange: Exchange, symbol: str) -> int:
    """What the account holds of a contract, by the exchange's own word."""
    return sum(each.current_qty for each in exchange.futures.positions() if each.symbol == symbol)


def choose(page: Page, symbol: str, item: str) -> None:
    """Take something out of a row's menu."""
    page.locator(".st-key-positions").get_by_role("button", name=re.compile(rf"… {symbol} ")).click()
    page.get_by_role("menuitem", name=item).click()


def test_a_position_is_partly_closed_protected_and_turned_round(
    context: BrowserContext, dashboard: Dashboard, exchange: Exchange, held: Position
) -> None:
    """Each ends in the exchange's own state; a button that is pressed twice does it once, and every end is told."""
    seen, symbol, whole = Visit(context.new_page(), []), held.symbol, held.current_qty
    page = seen.page
    page.set_viewport_size({"width": 1440, "height": 1100})
    listen(seen)
    page.goto(f"{dashboard.url}futures")
    press, done = page.locator(".st-key-position-press button"), page.locator(".st-key-positions .done li")
    expect(page.locator(".st-key-positions tbody tr").first).to_be_visible(timeout=3_000 * PATIENCE)
    count = done.count()

    part = whole // 4
    choose(page, symbol, "Close 25 % at market")
    expect(press).to_have_text(f"Close 25 %: sell {part:,} {symbol}")
    press.dblclick()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert lots(exchange, symbol) == whole - part
    expect(done.first).to_contain_text(f"Closed {part:,} of {part:,}")

    choose(page, symbol, "Stop to break-even…")
    expect(press).to_have_text(f"Stop to break-even: sell {whole - part:,} {symbol}")
    press.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(done.first).to_contain_text("stop to break-even at")
    said = re.search(r"break-even at ([\d,.]*\d)", done.first.inner_text())
    stops = [each for each in exchange.futures_orders.stops(symbol=symbol) if each.close_order]
    assert said is not None
    assert [each.stop_price for each in stops] == [Decimal(said[1].replace(",", ""))]

    choose(page, symbol, "Reverse…")
    expect(press).to_be_enabled()
    press.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    until(page, lambda: lots(exchange, symbol) == part - whole)
    expect(done).to_have_count(min(count + 3, 6))
    expect(page.locator(".st-key-positions .done [data-state=done]").first).to_be_visible()
    assert seen.complaints == []
    page.close()


def test_the_menu_of_a_row_works_by_keyboard_and_tells_what_was_chosen(mount: Mount, rig: Rig) -> None:
    """Arrows go round, Escape gives the focus back, and the choice is told with the position it is of."""
    page = mount("positions", PANEL, gain="roe", rows=3)
    rig.push({"panel": PANEL, "full": body(view(AT))})
    opener = page.get_by_role("button", name="Close or protect… XBTUSDTM long")
    opener.focus()
    page.keyboard.press("Enter")
    menu = page.get_by_role("menu", name="XBTUSDTM long")
    expect(menu.get_by_role("menuitem", name="Close 25 % at market")).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("menuitem", name="Reverse…")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(menu).to_be_hidden()
    assert page.evaluate("triggers") == [["act", {"id": "XBTUSDTM/BOTH", "act": "close", "part": 50}]]


def test_what_became_of_an_act_stands_in_its_row_and_below_all(mount: Mount, rig: Rig) -> None:
    """Also once the position is gone; on a phone the menu is as wide as the screen."""
    page = mount("positions", PANEL, gain="roe", rows=3)
    act = {"of": "XBTUSDTM/BOTH", "what": "XBTUSDTM: stop at 84,000", "state": "half", "words": "Both stand.", "at": 0}
    rig.push({"panel": PANEL, "full": {**body(view(AT)), "acts": [act]}})
    row = page.locator("#positions tbody tr").filter(has_text="XBTUSDTM")
    expect(row.locator(".state")).to_have_text("half")
    expect(page.locator("#positions .done li")).to_have_text("00:00:00Half doneXBTUSDTM: stop at 84,000. Both stand.")
    page.set_viewport_size({"width": 390, "height": 844})
    row.get_by_role("button").click()
    box = page.get_by_role("menu").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (8, 374)
    assert all(item.bounding_box()["height"] >= 44 for item in page.get_by_role("menuitem").all())  # type: ignore[index]  # it is drawn
    page.keyboard.press("Escape")
    rig.push({"panel": PANEL, "full": {**body(view(AT, positions=(), totals=())), "acts": [act]}})
    expect(page.locator("#positions table")).to_have_count(0)
    expect(page.locator("#positions .done li")).to_have_count(1)
