"""The whole way from the practice exchange to a page: what it shows is what the exchange says."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest

from kucoin.desk.desk import Desk
from kucoin.desk.upstream import Upstream
from kucoin.model.order import Side
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from kucoin.web.live import Live
from kucoin.web.sight import Sight
from tests.push_server import Page, PushServer, serving

PAIR, LINEAR = "BTC-USDT", "XBTUSDTM"
D = Decimal


@pytest.fixture
def desk(practice: Any) -> Iterator[Desk]:
    """A desk at the practice exchange."""
    exchange = Exchange(hosts.Hosts(practice.spot, practice.futures), PRACTICE_CREDENTIALS)
    desk = Desk(
        *(exchange, Upstream(exchange, practice=True)), mode="practice", site="global", version="0", key_tail="0001"
    )
    desk.start()
    yield desk
    desk.stop()


@pytest.fixture
def server(desk: Desk) -> Iterator[PushServer]:
    """Its push socket."""
    with ExitStack() as stack:
        sight = Sight(desk.hub, desk.feeds, desk.books, desk.market, desk.orders, desk.status)
        yield stack.enter_context(serving(Live(sight)))


def panels(symbol: str) -> list[str]:
    """Everything about a symbol."""
    return [*(f"{kind}:{symbol}" for kind in ("head", "tape", "depth")), f"ladder:{symbol}:", f"candles:{symbol}:1min"]


def told(practice: Any, symbol: str) -> list[list[Any]]:
    """The exchange's own last trades, newest first: ms, side, size, count of those that came as one."""
    futures = "-" not in symbol
    path = "/api/v1/trade/history" if futures else "/api/v1/market/histories"
    found: list[list[Any]] = []
    for row in practice.public(f"{path}?symbol={symbol}", futures=futures).data:
        ms = int(row["ts" if futures else "time"]) // 10**6
        if found and found[-1][:2] == [ms, row["side"]]:
            found[-1][2] += D(row["size"])
            found[-1][3] += 1
        else:
            found.append([ms, row["side"], D(row["size"]), 1])
    return found[:-1]  # of the last there may be more before it


@pytest.mark.parametrize("symbol", [PAIR, LINEAR])
def test_a_page_shows_what_the_exchange_says(practice: Any, desk: Desk, server: PushServer, symbol: str) -> None:
    """Everything live within seconds; once the market stands still, level by level and trade by trade."""
    tape, ladder, candles = f"tape:{symbol}", f"ladder:{symbol}:", f"candles:{symbol}:1min"
    with server.page(*panels(symbol)) as page:
        page.until(
            lambda each: len(each.bodies) == 5 and each.bodies[candles]["rows"] and each.states() == {"live"}, 60
        )
        page.until(lambda each: len(each.bodies[tape]["rows"]) > 50, 60)
        practice.clock(rate=0)
        page.until(lambda each: shown(each, ladder) == book(practice, symbol), 60)
        trades = told(practice, symbol)
        page.until(lambda each: prints(each, tape)[: len(trades)] == trades, 60)
        last = practice.public(
            f"/api/v1/{'ticker' if symbol == LINEAR else 'market/orderbook/level1'}?symbol={symbol}",
            futures=symbol == LINEAR,
        ).data
        page.until(lambda each: D(each.bodies[f"head:{symbol}"]["last"]) == D(last["price"]), 60)
        theirs = desk.market.older(symbol, "1min", int(desk.market.exchange_time()) + 60).result(60).rows
        assert len(page.bodies[candles]["rows"]) > 400
        ours = {row[0]: row for row in page.bodies[candles]["rows"]}
        assert [ours[row[0]] for row in theirs[-100:-5]] == [list(row) for row in theirs[-100:-5]]


def shown(page: Page, ladder: str) -> list[list[tuple[Decimal, Decimal]]]:
    """The ladder's prices and sizes."""
    return [[(D(row[0]), D(row[1])) for row in page.bodies[ladder][side]] for side in ("bids", "asks")]


def prints(page: Page, tape: str) -> list[list[Any]]:
    """The tape's rows, as `told` has them."""
    return [[ms, side, D(size), count] for ms, side, _, size, _, count, *_ in page.bodies[tape]["rows"]]


def book(practice: Any, symbol: str) -> list[list[tuple[Decimal, Decimal]]]:
    """The exchange's own best fifteen levels."""
    futures = "-" not in symbol
    path = "level2/depth20" if futures else "market/orderbook/level2_20"
    found = practice.public(f"/api/v1/{path}?symbol={symbol}", futures=futures).data
    return [[(D(str(row[0])), D(str(row[1]))) for row in found[side][:15]] for side in ("bids", "asks")]


def test_an_own_order_is_marked_on_the_ladder(
    practice: Any, connect: Callable[..., Exchange], server: PushServer
) -> None:
    """As soon as it stands, and no longer than that."""
    ladder = f"ladder:{PAIR}:"
    exchange = connect()
    with server.page(ladder) as page:
        page.until(lambda each: ladder in each.bodies and len(each.bodies[ladder]["bids"]) == 15, 60)
        practice.clock(rate=0)
        page.until(lambda each: shown(each, ladder) == book(practice, PAIR), 60)
        price = next(D(row[0]) for row in page.bodies[ladder]["bids"][5:] if row[4] is None)
        order = exchange.spot_orders.place_limit(
            client_oid=uuid.uuid4().hex, symbol=PAIR, side=Side.BUY, price=price, size=D("0.00123")
        )
        page.until(lambda each: own(each, ladder).get(price) == "0.00123000", 60)
        exchange.spot_orders.cancel(order_id=order, symbol=PAIR)
        page.until(lambda each: price not in own(each, ladder), 60)


def own(page: Page, ladder: str) -> dict[Decimal, str]:
    """What is marked on the ladder."""
    return {D(row[0]): row[4] for side in ("bids", "asks") for row in page.bodies[ladder][side] if row[4] is not None}
