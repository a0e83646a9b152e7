"""Terms of a practice exchange, and tickets drawn by them for the accounts of several keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random

from kucoin.desk.accounts import Accounts, Pace
from kucoin.desk.market import Market
from kucoin.desk.refresh import Refresher
from kucoin.desk.term_parts import MODES_EVERY
from kucoin.desk.termbook import Termbook
from kucoin.desk.terms import Terms
from kucoin.desk.upstream import Upstream
from kucoin.model.credentials import Credentials, Secret
from kucoin.model.feed_private import PrivatePush
from kucoin.model.order import TradeType
from kucoin.model.ticket import FuturesTicket, Ticket
from kucoin.rest import hosts
from kucoin.rest.client import Exchange
from tests.conftest import Practice
from tests.feed_server import until
from tests.ticket_draw import Tally, judge, spread, ticket_of

PATIENCE = 60


class Shelf:
    """The terms of one account, and what is under them."""

    def __init__(
        self,
        exchange: Exchange,
        upstream: Upstream,
        refresher: Refresher,
        *,
        every: float,
        granted: Callable[[], None],
    ) -> None:
        self.exchange = exchange
        accounts = Accounts(exchange, refresher, pace=Pace(), granted=granted)
        self.accounts = accounts
        upstream.hub.listen("accounts", accounts.hear, PrivatePush)
        upstream.hub.on_resync(accounts.resync)
        self.market = Market(
            *(exchange, refresher, upstream.feeds, upstream.hub, upstream.books),
            tickers=accounts.tickers,
            contracts=accounts.contracts,
        )
        self.book = Termbook(
            *(exchange, self.market, accounts, upstream.hub, refresher), shut=lambda: "", modes_every=every
        )

    def symbols(self) -> list[str]:
        """Every pair and contract."""
        return [rules.symbol for rules in self.market.symbols()]

    def terms(self, symbol: str) -> Terms:
        """The terms of a symbol, once all that orders are judged by is read."""

        def whole() -> Terms | None:
            terms = self.book.of(symbol)
            if terms is None or terms.fee is None or terms.last is None or not terms.available:
                return None
            read = terms.modes_at is not None and terms.tiers is not None and terms.positions is not None
            if terms.margin_mode == "CROSS" and terms.leverage is None:
                return None
            return terms if not terms.rules.futures or read else None

        found = until(whole, PATIENCE)
        assert isinstance(found, Terms)
        return found


@contextmanager
def shelf_of(floor: Practice, key: str, *, every: float = MODES_EVERY, sockets: bool = True) -> Iterator[Shelf]:
    """The terms of the account of ``practice-key-<key>``, with all lists read.

    Args:
        every: Seconds between two readings of the modes.
        sockets: Whether pushes are heard.
    """
    credentials = Credentials(
        *(Secret(text) for text in (f"practice-key-{key}", f"practice-secret-{key}", floor.passphrase))
    )
    exchange = Exchange(hosts.Hosts(floor.spot, floor.futures), credentials)
    upstream = Upstream(exchange, practice=True)
    refresher = Refresher()
    granted = upstream.hear_account if sockets else lambda: None
    shelf = Shelf(exchange, upstream, refresher, every=every, granted=granted)
    upstream.start()
    refresher.start()
    shelf.market.start()
    shelf.book.start()
    try:
        until(lambda: len(shelf.symbols()) > 60 and shelf.accounts.granted(), PATIENCE)
        yield shelf
    finally:
        shelf.book.stop()
        shelf.market.stop()
        refresher.stop()
        exchange.close()
        upstream.stop()


def judged(
    floor: Practice, keys: Sequence[str], *, seed: int, count: int, symbols: int | None = None, place: bool
) -> Tally:
    """Draw ``count`` tickets over all symbols and accounts while prices stand still, and ask the exchange of each.

    Args:
        symbols: Over so many symbols of each account, where not over all.
        place: Whether what could be only checked is placed. Else nothing is left of it, and no position comes of it.
    """
    random, tally = Random(seed), Tally()
    floor.clock(rate=0)
    try:
        for number, key in enumerate(keys):
            with shelf_of(floor, key) as shelf:
                share = count // len(keys) + (number < count % len(keys))
                drawn = random.sample(shelf.symbols(), symbols) if symbols else shelf.symbols()
                for symbol, tickets in spread(random, drawn, share):
                    _symbol(random, tally, shelf, symbol, tickets, place=place)
    finally:
        floor.clock(rate=1)
    return tally


def _symbol(random: Random, tally: Tally, shelf: Shelf, symbol: str, count: int, *, place: bool) -> None:
    exchange, stops = shelf.exchange, shelf.exchange.spot_stops
    for _ in range(count):
        terms = shelf.terms(symbol)
        ticket = ticket_of(random, terms, brackets=place)
        order_id = judge(tally, exchange, terms, ticket, place=place)
        if order_id is not None and not place:
            _cancel(exchange, ticket, order_id)
    if not place:
        return
    if "-" not in symbol:
        exchange.futures_orders.cancel_all(symbol=symbol)
        exchange.futures_orders.cancel_stops(symbol=symbol)
        return
    stops.cancel_ocos(symbol=symbol)
    stops.cancel_many(symbol=symbol)
    exchange.margin_stops.cancel_many(symbol=symbol)
    exchange.spot_orders.cancel_all(symbol=symbol)


def _cancel(exchange: Exchange, ticket: Ticket, order_id: str) -> None:
    """Take back an order that waits for a price."""
    if isinstance(ticket, FuturesTicket):
        exchange.futures_orders.cancel(order_id=order_id)
    elif ticket.oco is not None:
        exchange.spot_stops.cancel_oco(order_id=order_id)
    elif ticket.trade_type is TradeType.TRADE:
        exchange.spot_stops.cancel(order_id=order_id)
    else:
        exchange.margin_stops.cancel(order_id=order_id)
