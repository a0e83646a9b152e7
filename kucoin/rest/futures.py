"""Futures: contracts, candles, accounts and positions."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from kucoin.errors import InvalidRequest
from kucoin.model.account import FuturesAccount
from kucoin.model.feed import Trade
from kucoin.model.market import Contract, ServiceStatus
from kucoin.model.position import Position
from kucoin.model.times import milliseconds
from kucoin.rest import parse_account, parse_market
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.transport import Params, Transport

SERVER_TIME = Endpoint("GET", "/api/v1/timestamp", pool=Pool.PUBLIC_FUTURES, weight=2, private=False, futures=True)
SERVICE_STATUS = Endpoint("GET", "/api/v1/status", pool=Pool.PUBLIC_FUTURES, weight=4, private=False, futures=True)
CONTRACTS = Endpoint("GET", "/api/v1/contracts/active", pool=Pool.PUBLIC_FUTURES, weight=3, private=False, futures=True)
KLINES = Endpoint(
    "GET",
    "/api/v1/kline/query",
    pool=Pool.PUBLIC_FUTURES,
    weight=3,
    private=False,
    futures=True,
    urgency=Urgency.ORDINARY,
)
TRADES = Endpoint(
    "GET",
    "/api/v1/trade/history",
    pool=Pool.PUBLIC_FUTURES,
    weight=5,
    private=False,
    futures=True,
    urgency=Urgency.ORDINARY,
)
ACCOUNT_OVERVIEW = Endpoint(
    "GET", "/api/v1/account-overview", pool=Pool.FUTURES, weight=5, private=True, permission="Futures", futures=True
)
POSITIONS = Endpoint(
    "GET", "/api/v1/positions", pool=Pool.FUTURES, weight=2, private=True, permission="General", futures=True
)
POSITIONS_OF = Endpoint(
    "GET", "/api/v2/position", pool=Pool.FUTURES, weight=2, private=True, permission="General", futures=True
)
ALL_OVERVIEWS = Endpoint(
    "GET", "/api/v1/account-overview-all", pool=Pool.FUTURES, weight=6, private=True, permission="General", futures=True
)

GRANULARITIES = (1, 5, 15, 30, 60, 120, 240, 480, 720, 1440, 10080)


class Futures:
    """Questions to the futures host. Every method may raise what `Transport.call` raises.

    Accounts and positions need a key (General; `account_overview` also Futures).
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def time(self) -> datetime:
        """Return the host's clock, to the millisecond.

        Source: https://www.kucoin.com/docs-new/api-3470229
        """
        return parse_market.server_time(self._transport.call(SERVER_TIME))

    def service_status(self) -> ServiceStatus:
        """Return whether futures trading is open, closed or open for cancels only.

        Source: https://www.kucoin.com/docs-new/api-3470230
        """
        return parse_market.service_status(self._transport.call(SERVICE_STATUS))

    def contracts(self) -> tuple[Contract, ...]:
        """Return every listed contract with its rules and live figures; one with unreadable rules is left out.

        Source: https://www.kucoin.com/docs-new/api-3470220
        """
        return parse_market.contracts(self._transport.call(CONTRACTS))

    def klines(self, *, symbol: str, granularity: int, start: datetime, end: datetime) -> pd.DataFrame:
        """Return the candles that begin from ``start`` up to ``end``, 500 at most.

        Args:
            symbol: A contract, or its ``index_symbol`` or ``premium_symbol``, such as ``.KXBTUSDT``, ``.XBTUSDTMPI``.
                There are no candles of mark prices.
            granularity: Minutes, one of `GRANULARITIES`.
            start: Aware, as is ``end``.

        Returns:
            Columns, float64: time (UTC, index), open, high, low, close (in quote currency), volume (lots), turnover
            (NaN where it was not sent); oldest first, the last one unfinished if its time is not over.

        Raises:
            InvalidRequest: No such granularity.

        Source: https://www.kucoin.com/docs-new/api-3470234
        """
        if granularity not in GRANULARITIES:
            known = ", ".join(map(str, GRANULARITIES))
            raise InvalidRequest(f"{granularity} min is no futures granularity; known are {known}")
        params: Params = {
            "symbol": symbol,
            "granularity": granularity,
            "from": milliseconds(start),
            "to": milliseconds(end),
        }
        return parse_market.futures_candles(self._transport.call(KLINES, params=params))

    def trades(self, *, symbol: str) -> tuple[Trade, ...]:
        """Return the last 100 trades of a contract, oldest first; sizes in lots.

        Source: https://www.kucoin.com/docs-new/rest/futures-trading/market-data/get-trade-history
        """
        return parse_market.trades(self._transport.call(TRADES, params={"symbol": symbol}), symbol, "tradeId", "ts")

    def account_overview(self, *, currency: str) -> FuturesAccount:
        """Return the futures account that settles in ``currency``: USDT, USDC, XBT, ETH ...

        Raises:
            OutcomeUnknown: Also where KuCoin answers for another currency, as it does with XBT when it is not asked.

        Source: https://www.kucoin.com/docs-new/api-3470129
        """
        answer = self._transport.call(ACCOUNT_OVERVIEW, params={"currency": currency})
        return parse_account.futures_account(answer, currency)

    def positions(self, *, currency: str | None = None) -> tuple[Position, ...]:
        """Return the open positions, of all settlement currencies where none is given.

        Source: https://www.kucoin.com/docs-new/api-3470253
        """
        return parse_account.positions(self._transport.call(POSITIONS, params={"currency": currency}))

    def positions_of(self, *, symbol: str) -> tuple[Position, ...]:
        """Return the open positions on one contract: one at most, or in hedge mode one for each direction.

        Source: https://www.kucoin.com/docs-new/api-3470252
        """
        return parse_account.positions(self._transport.call(POSITIONS_OF, params={"symbol": symbol}))

    def sub_accounts_overview(self, *, currency: str) -> tuple[tuple[str, FuturesAccount], ...]:
        """Return the futures accounts in ``currency`` of the master and its sub-accounts, by account name.

        The row called ``main`` is the master itself: leave it out of a sum that has `account_overview` already.

        Source: https://www.kucoin.com/docs-new/api-3470134
        """
        answer = self._transport.call(ALL_OVERVIEWS, params={"currency": currency})
        return parse_account.futures_accounts(answer, currency)
