"""The spot market: pairs, prices, candles. Nothing here needs a key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import pandas as pd

from kucoin.errors import InvalidRequest
from kucoin.model.announcement import LATEST, Announcement
from kucoin.model.feed import Trade
from kucoin.model.market import Currency, ServiceStatus, SpotSymbol, Ticker
from kucoin.model.times import milliseconds
from kucoin.rest import parse_market as parse
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.tickers import TickerBoard
from kucoin.rest.transport import SERVER_TIME, Params, Transport

SERVICE_STATUS = Endpoint("GET", "/api/v1/status", pool=Pool.PUBLIC_SPOT, weight=3, private=False)
SYMBOLS = Endpoint("GET", "/api/v2/symbols", pool=Pool.PUBLIC_SPOT, weight=4, private=False)
CURRENCIES = Endpoint("GET", "/api/v3/currencies", pool=Pool.PUBLIC_SPOT, weight=3, private=False)
ALL_TICKERS = Endpoint("GET", "/api/v1/market/allTickers", pool=Pool.PUBLIC_SPOT, weight=15, private=False)
STATS = Endpoint(
    "GET", "/api/v1/market/stats", pool=Pool.PUBLIC_SPOT, weight=15, private=False, urgency=Urgency.ORDINARY
)
KLINES = Endpoint(
    "GET", "/api/v1/market/candles", pool=Pool.PUBLIC_SPOT, weight=3, private=False, urgency=Urgency.ORDINARY
)
TRADES = Endpoint(
    "GET", "/api/v1/market/histories", pool=Pool.PUBLIC_SPOT, weight=3, private=False, urgency=Urgency.ORDINARY
)
FIAT_PRICES = Endpoint("GET", "/api/v1/prices", pool=Pool.PUBLIC_SPOT, weight=3, private=False)
ANNOUNCEMENTS = Endpoint("GET", "/api/v3/announcements", pool=Pool.PUBLIC_SPOT, weight=20, private=False)

INTERVALS = (
    *("1min", "3min", "5min", "15min", "30min"),
    *("1hour", "2hour", "4hour", "6hour", "8hour", "12hour"),
    *("1day", "1week", "1month"),
)


class SpotMarket:
    """Public questions to the spot host. Every method may raise what `Transport.call` raises."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def time(self) -> datetime:
        """Return the host's clock, to the millisecond.

        Source: https://www.kucoin.com/docs-new/api-3470156
        """
        return parse.server_time(self._transport.call(SERVER_TIME))

    def service_status(self) -> ServiceStatus:
        """Return whether spot trading is open, closed or open for cancels only.

        Source: https://www.kucoin.com/docs-new/api-3470158
        """
        return parse.service_status(self._transport.call(SERVICE_STATUS))

    def symbols(self) -> tuple[SpotSymbol, ...]:
        """Return every spot pair with the rules of its orders; a pair whose rules are unreadable is left out.

        Source: https://www.kucoin.com/docs-new/api-3470154
        """
        return parse.spot_symbols(self._transport.call(SYMBOLS))

    def currencies(self) -> tuple[Currency, ...]:
        """Return every currency with its names.

        Source: https://www.kucoin.com/docs-new/api-3470152
        """
        return parse.currencies(self._transport.call(CURRENCIES))

    def all_tickers(self) -> TickerBoard:
        """Return the last 24 hours of every spot pair, taken together every 2 s.

        Source: https://www.kucoin.com/docs-new/api-3470167
        """
        return TickerBoard(self._transport.call(ALL_TICKERS))

    def stats(self, *, symbol: str) -> Ticker:
        """Return the last 24 hours of one pair, fresher than the board.

        Source: https://www.kucoin.com/docs-new/api-3470161
        """
        return parse.stats(self._transport.call(STATS, params={"symbol": symbol}))

    def klines(self, *, symbol: str, interval: str, start: datetime, end: datetime) -> pd.DataFrame:
        """Return the candles that begin from ``start`` up to ``end``, the newest 1,500 where there are more.

        Args:
            interval: One of `INTERVALS`.
            start: Aware, as is ``end``; cut to whole seconds.

        Returns:
            Columns, float64: time (UTC, index), open, high, low, close (in quote currency), volume (base currency),
            turnover (quote currency); oldest first, the last one unfinished if its time is not over.

        Raises:
            InvalidRequest: No such interval.

        Source: https://www.kucoin.com/docs-new/api-3470163
        """
        if interval not in INTERVALS:
            raise InvalidRequest(f"{interval!r} is no spot interval; known are {', '.join(INTERVALS)}")
        params: Params = {
            "symbol": symbol,
            "type": interval,
            "startAt": milliseconds(start) // 1000,
            "endAt": milliseconds(end) // 1000,
        }
        return parse.spot_candles(self._transport.call(KLINES, params=params))

    def trades(self, *, symbol: str) -> tuple[Trade, ...]:
        """Return the last 100 trades of a pair, oldest first; an id is the one that is pushed for the same trade.

        Source: https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-trade-history
        """
        return parse.trades(self._transport.call(TRADES, params={"symbol": symbol}), symbol, "sequence", "time")

    def fiat_prices(self, *, base: str, currencies: Sequence[str] = ()) -> dict[str, Decimal]:
        """Return what one unit of each currency costs in the fiat currency ``base``.

        Args:
            base: Such as ``USD`` or ``EUR``.
            currencies: Which ones; all where empty. One that KuCoin does not price is missing from the result.

        Source: https://www.kucoin.com/docs-new/api-3470153
        """
        params = {"base": base, "currencies": ",".join(currencies) or None}
        return parse.fiat_prices(self._transport.call(FIAT_PRICES, params=params))

    def announcements(self, *, kind: str = LATEST) -> tuple[Announcement, ...]:
        """Return what KuCoin announced in the last month, in English, the 20 newest at most, newest first.

        Args:
            kind: One of KuCoin's words for them, such as ``maintenance-updates``; see `Announcement.kinds`.

        Source: https://www.kucoin.com/docs-new/api-3470157
        """
        params: Params = {"annType": kind, "lang": "en_US", "currentPage": 1, "pageSize": 20}
        return parse.announcements(self._transport.call(ANNOUNCEMENTS, params=params))
