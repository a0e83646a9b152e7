"""Previews beside a practice exchange: of a desk that reads it, and of random tickets that are then placed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from kucoin.desk.desk import Desk
from kucoin.desk.preview import Preview
from kucoin.desk.terms import Terms
from kucoin.desk.upstream import Upstream
from kucoin.model.order import Lots, NewFuturesOrder, NewOrder, OrderType, Side
from kucoin.model.ticket import FuturesTicket, SpotTicket, Ticket
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from kucoin.settings import PRACTICE_CREDENTIALS
from tests.conftest import Practice, start_practice
from tests.feed_server import until
from tests.preview_draws import draw
from tests.preview_pit import Pit

PAIR, CONTRACT = "BTC-USDT", "XBTUSDTM"
PATIENCE = 60
DRAWS = 12


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """An exchange of its own."""
    practice = start_practice(tmp_path_factory.mktemp("market"))
    yield practice
    assert practice.stop() == 0


@pytest.fixture
def pit(market: Practice) -> Iterator[Pit]:
    """Traders on it."""
    found = Pit(market, 8)
    yield found
    found.close()


def test_a_desk_previews_what_it_has_read(market: Practice, pit: Pit) -> None:
    """As from the exchange's own answers of the same moment, on a pair and on a contract with an open position."""
    exchange = Exchange(hosts.Hosts(market.spot, market.futures), PRACTICE_CREDENTIALS)
    upstream = Upstream(exchange, practice=True)
    desk = Desk(exchange, upstream, mode="practice", site="global", version="0", key_tail=None)
    desk.start()
    try:
        until(lambda: desk.market.symbols() and all(map(desk.market.rules, (PAIR, CONTRACT))), PATIENCE)
        watches = [desk.market.watch(symbol) for symbol in (PAIR, CONTRACT)]
        until(lambda: all(_is_ready(desk, symbol) for symbol in (PAIR, CONTRACT)), PATIENCE)
        market.clock(rate=0)
        for ticket in (_coins(), _lots(desk.terms.of(CONTRACT))):
            until(lambda one=ticket: _figures(desk.preview(one)) == _figures(pit.told(one)), PATIENCE, every=0.25)
            seen = desk.preview(ticket)
            assert seen.average is not None
            assert seen.fee is not None
            assert seen.available_after is not None
            assert seen.book_age is not None
            assert seen.problem is None
        assert seen.liquidation is not None
        assert seen.position_before is not None
        assert seen.position_before.lots
        for watch in watches:
            watch.close()
    finally:
        market.clock(rate=1)
        desk.stop()


def test_previews_come_true(market: Practice, pit: Pit) -> None:
    """Fill, fee, entry, liquidation and free money of random tickets, within a tick; 500 are in the long tests."""
    pit.begin(anew=False)
    try:
        tried = sum(draw(pit) for _ in range(DRAWS))
    finally:
        market.clock(rate=1)
    assert tried > DRAWS / 3, pit.refused


def _is_ready(desk: Desk, symbol: str) -> bool:
    terms, view = desk.terms.of(symbol), desk.books.view(symbol)
    return terms is not None and terms.fee is not None and view is not None and view.trusted and _knows(terms)


def _knows(terms: Terms) -> bool:
    """Whether the account's part of it is read."""
    if terms.contract is None:
        return bool(terms.available)
    return None not in {terms.leverage, terms.margin_mode} and terms.tiers is not None and bool(terms.available)


def _coins() -> Ticket:
    return SpotTicket(
        order=NewOrder(client_oid="1", symbol=PAIR, side=Side.BUY, type=OrderType.MARKET, size=Decimal("0.01"))
    )


def _lots(terms: Terms | None) -> Ticket:
    assert terms is not None
    assert terms.margin_mode is not None
    return FuturesTicket(
        order=NewFuturesOrder(
            client_oid="1",
            symbol=CONTRACT,
            side=Side.BUY,
            type=OrderType.MARKET,
            size=Lots(20),
            margin_mode=terms.margin_mode,
        )
    )


def _figures(seen: Preview) -> tuple[object, ...]:
    """What does not hang on when it was asked."""
    before, after = seen.position_before, seen.position_after
    return seen.fills, seen.average, seen.fee, seen.cost, seen.available_after, before, after, seen.liquidation
