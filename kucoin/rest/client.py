"""The signing client as the rest of the program sees it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal

from kucoin.model.credentials import Credentials
from kucoin.model.look import Looked
from kucoin.rest.account import Account
from kucoin.rest.books import OrderBooks
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.futures import Futures
from kucoin.rest.futures_orders import FuturesOrders
from kucoin.rest.futures_positions import FuturesPositions
from kucoin.rest.hosts import Hosts
from kucoin.rest.ledgers import Ledgers
from kucoin.rest.limits import PoolReport
from kucoin.rest.line import Timeouts
from kucoin.rest.margin import Margin
from kucoin.rest.margin_orders import MarginOrders
from kucoin.rest.margin_stops import MarginStops
from kucoin.rest.market import SpotMarket
from kucoin.rest.spot import SpotOrders
from kucoin.rest.spot_stops import SpotStops
from kucoin.rest.tokens import Tokens
from kucoin.rest.transfers import Transfers
from kucoin.rest.transport import HostReport, Params, Transport


@dataclass(frozen=True, slots=True)
class LineStatus:
    """How the line to the exchange is; ``clock_offset`` is the exchange's clock less ours in s."""

    hosts: tuple[HostReport, ...]
    clock_offset: Decimal | None
    pools: tuple[PoolReport, ...]


class Exchange:
    """One exchange, by subject: ``exchange.account.spot_accounts()``. One per process, for all threads.

    Without ``credentials`` the public questions work and the private ones raise NotConfigured.
    """

    def __init__(
        self, hosts: Hosts, credentials: Credentials | None = None, *, timeouts: Timeouts | None = None
    ) -> None:
        self._transport = Transport(hosts, credentials, timeouts=timeouts)
        self.has_credentials = credentials is not None
        self.has_futures = hosts.futures_base is not None
        self.tokens = Tokens(self._transport)
        self.books = OrderBooks(self._transport)
        self.market = SpotMarket(self._transport)
        self.account = Account(self._transport)
        self.ledgers = Ledgers(self._transport)
        self.transfers = Transfers(self._transport)
        self.spot_orders = SpotOrders(self._transport)
        self.spot_stops = SpotStops(self._transport)
        self.margin = Margin(self._transport)
        self.margin_orders = MarginOrders(self._transport)
        self.margin_stops = MarginStops(self._transport)
        self.futures = Futures(self._transport)
        self.futures_orders = FuturesOrders(self._transport)
        self.futures_positions = FuturesPositions(self._transport)

    def resync_clock(self) -> None:
        """Measure the exchange's clock anew; call it at the start and every few minutes.

        Raises:
            KucoinError: No readable answer; the last measurement stays.
        """
        self._transport.resync_clock()

    def hurried(self) -> AbstractContextManager[None]:
        """Have what this thread asks meanwhile asked as by somebody who waits for the answer."""
        return self._transport.hurried()

    def look(self, endpoint: Endpoint, params: Params) -> Looked:
        """Ask ``endpoint``, a question, and return request and answer as they went, without anything secret.

        Raises:
            InvalidRequest: It is no question.
        """
        return self._transport.look(endpoint, params)

    def status(self) -> LineStatus:
        """Return the state of hosts, clock and quotas without asking anyone."""
        return LineStatus(self._transport.hosts(), self._transport.clock_offset, self._transport.pools())

    def close(self) -> None:
        """End every wait and refuse every later call."""
        self._transport.close()
