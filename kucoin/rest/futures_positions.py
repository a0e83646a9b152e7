"""Futures positions: their modes, leverage, margin and limits, those that ended, and funding."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from kucoin.errors import InvalidRequest, OutcomeUnknown
from kucoin.model.order import MarginMode
from kucoin.model.page import Page
from kucoin.model.position import ClosedPosition, FundingPayment, FundingRate, MaxOpenSize, PositionMode, RiskTier
from kucoin.rest import order_body, paging, parse_order
from kucoin.rest import parse_futures as parse
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.row import row_of
from kucoin.rest.transport import Params, Transport

_set = partial(
    Endpoint, "POST", pool=Pool.FUTURES, private=True, permission="Futures", futures=True, urgency=Urgency.ORDINARY
)
_ask = partial(
    Endpoint, "GET", pool=Pool.FUTURES, private=True, permission="General", futures=True, urgency=Urgency.ORDINARY
)
_public = partial(Endpoint, "GET", pool=Pool.PUBLIC_FUTURES, futures=True, urgency=Urgency.ORDINARY)

POSITION_MODE = _ask("/api/v2/position/getPositionMode", weight=2, permission="Futures")
SWITCH_POSITION_MODE = _set("/api/v2/position/switchPositionMode", weight=2)
MARGIN_MODE = _ask("/api/v2/position/getMarginMode", weight=2)
SWITCH_MARGIN_MODE = _set("/api/v2/position/changeMarginMode", weight=2)
CROSS_LEVERAGE = _ask("/api/v2/getCrossUserLeverage", weight=2)
SET_CROSS_LEVERAGE = _set("/api/v2/changeCrossUserLeverage", weight=2)
MAX_OPEN_SIZE = _ask("/api/v2/getMaxOpenSize", weight=2)
ADD_MARGIN = _set("/api/v1/position/margin/deposit-margin", weight=4)
REMOVE_MARGIN = _set("/api/v1/margin/withdrawMargin", weight=10)
MOST_REMOVABLE = _ask("/api/v1/margin/maxWithdrawMargin", weight=10)
RISK_TIERS = _public("/api/v1/contracts/risk-limit/{symbol}", weight=5, private=True)
CHANGE_RISK_TIER = _set("/api/v1/position/risk-limit-level/change", weight=5)
CLOSED = _ask("/api/v1/history-positions", weight=2)
FUNDING_PAYMENTS = _ask("/api/v1/funding-history", weight=5)
FUNDING_RATES = _public("/api/v1/contract/funding-rates", weight=5, private=False)


class FuturesPositions:
    """Positions and how they are kept. What asks needs a key with General, what sets and `position_mode` Futures.

    Every method may raise what `Transport.call` raises. Modes and leverage may be set again after an OutcomeUnknown:
    they are a state. Margin may not.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def position_mode(self) -> PositionMode:
        """Return whether contracts have one position or one for each direction."""
        return parse.position_mode(self._transport.call(POSITION_MODE))

    def switch_position_mode(self, *, mode: PositionMode) -> None:
        """Set the position mode of the account; refused while there are positions or orders."""
        answer = self._transport.call(SWITCH_POSITION_MODE, body={"positionMode": str(mode.value)})
        if parse.position_mode(answer) is not mode:
            raise OutcomeUnknown(f"{answer.request}: outcome unknown, another mode than {mode.name} came back")

    def margin_mode(self, *, symbol: str) -> MarginMode:
        """Return a contract's margin mode, which orders on it must name.

        Source: https://www.kucoin.com/docs-new/api-3470259
        """
        return parse.margin_mode(self._transport.call(MARGIN_MODE, params={"symbol": symbol}))

    def switch_margin_mode(self, *, symbol: str, mode: MarginMode) -> None:
        """Set a contract's margin mode; refused while it has a position or orders.

        Source: https://www.kucoin.com/docs-new/api-3470262
        """
        answer = self._transport.call(SWITCH_MARGIN_MODE, body={"symbol": symbol, "marginMode": mode})
        if parse.margin_mode(answer) is not mode:
            raise OutcomeUnknown(f"{answer.request}: outcome unknown, another mode than {mode} came back")

    def cross_leverage(self, *, symbol: str) -> Decimal:
        """Return a contract's leverage on cross margin. That of isolated margin travels with each order.

        Source: https://www.kucoin.com/docs-new/api-3470260
        """
        return parse.leverage(self._transport.call(CROSS_LEVERAGE, params={"symbol": symbol}))

    def set_cross_leverage(self, *, symbol: str, leverage: Decimal) -> None:
        """Set a contract's leverage on cross margin.

        Source: https://www.kucoin.com/docs-new/api-3470261
        """
        body = {"symbol": symbol, "leverage": order_body.amount("leverage", leverage)}
        parse_order.done(self._transport.call(SET_CROSS_LEVERAGE, body=body), True)

    def max_open_size(self, *, symbol: str, price: Decimal, leverage: int) -> MaxOpenSize:
        """Return how many lots could be bought and sold at ``price`` in quote currency.

        Source: https://www.kucoin.com/docs-new/api-3470251
        """
        params: Params = {"symbol": symbol, "price": order_body.amount("price", price), "leverage": leverage}
        return parse.max_open_size(self._transport.call(MAX_OPEN_SIZE, params=params))

    def add_margin(self, *, symbol: str, margin: Decimal, client_id: str) -> None:
        """Add margin to an isolated position, in its settlement currency.

        Args:
            client_id: Our own id for it: KuCoin does it once under one id.

        Source: https://www.kucoin.com/docs-new/api-3470257
        """
        body = {
            "symbol": symbol,
            "margin": order_body.number("margin", margin),
            "bizNo": order_body.own_id(client_id),
        }
        row_of(self._transport.call(ADD_MARGIN, body=body)).text("symbol")

    def remove_margin(self, *, symbol: str, margin: Decimal) -> Decimal:
        """Take margin out of an isolated position, in its settlement currency, and return how much came.

        Source: https://www.kucoin.com/docs-new/api-3470256
        """
        body = {"symbol": symbol, "withdrawAmount": order_body.amount("margin", margin)}
        return parse.sum_of_money(self._transport.call(REMOVE_MARGIN, body=body))

    def most_removable_margin(self, *, symbol: str) -> Decimal:
        """Return how much margin may be taken out of an isolated position, in its settlement currency.

        Source: https://www.kucoin.com/docs-new/api-3470258
        """
        return parse.sum_of_money(self._transport.call(MOST_REMOVABLE, params={"symbol": symbol}))

    def risk_tiers(self, *, symbol: str) -> tuple[RiskTier, ...]:
        """Return what isolated positions on a contract may grow to, level by level.

        Source: https://www.kucoin.com/docs-new/api-3470263
        """
        return parse.risk_tiers(self._transport.call(RISK_TIERS, params={"symbol": symbol}))

    def change_risk_tier(self, *, symbol: str, level: int) -> None:
        """Ask for another level on a contract, which cancels its open orders; the private feed tells the outcome.

        Source: https://www.kucoin.com/docs-new/api-3470264
        """
        if level < 1:
            raise InvalidRequest(f"risk limit level {level} is below 1")
        parse_order.done(self._transport.call(CHANGE_RISK_TIER, body={"symbol": symbol, "level": level}), True)

    def closed_positions(
        self,
        *,
        symbol: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 100,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[ClosedPosition]:
        """Return positions that ended, newest first; those older than 3 months may be gone.

        Args:
            start: Aware, as is ``end``.
            limit: 200 at most.
            urgency: BACKGROUND where nobody waits for the answer.

        Source: https://www.kucoin.com/docs-new/api-3470254
        """
        params: Params = {
            "symbol": symbol,
            **paging.span(start, end, names=("from", "to")),
            "limit": limit,
            "pageId": cursor or 1,
        }
        answer = self._transport.call(replace(CLOSED, urgency=urgency), params=params)
        return paging.numbered(answer, cursor or 1, parse.closed_position)

    def funding_payments(
        self,
        *,
        symbol: str,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 100,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[FundingPayment]:
        """Return what positions on a contract paid and received, newest first, of the last 6 months at most.

        Args:
            start: At most 3 months before ``end``; both are aware.
            urgency: As for `closed_positions`.

        Source: https://www.kucoin.com/docs-new/api-3470267
        """
        params: Params = {"symbol": symbol, **paging.span(start, end), "offset": cursor, "maxCount": limit}
        answer = self._transport.call(replace(FUNDING_PAYMENTS, urgency=urgency), params=params)
        return paging.by_more(answer, parse.funding_payment, lambda payment: payment.payment_id)

    def funding_rates(self, *, symbol: str, start: datetime, end: datetime) -> tuple[FundingRate, ...]:
        """Return the rates settled on a contract, newest first; needs no key.

        Source: https://www.kucoin.com/docs-new/api-3470266
        """
        params: Params = {"symbol": symbol, **paging.span(start, end, names=("from", "to"))}
        return parse.funding_rates(self._transport.call(FUNDING_RATES, params=params))
