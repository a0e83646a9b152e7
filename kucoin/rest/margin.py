"""Margin: what is held and owed in the cross and isolated accounts, and how the debts came about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from kucoin.model.account import CrossMargin, IsolatedPair
from kucoin.model.ledger import Borrowing, InterestCharge, Repayment
from kucoin.model.page import Page
from kucoin.rest import paging, parse_account, parse_ledger
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.transport import Params, Transport

_ask = partial(Endpoint, "GET", pool=Pool.SPOT, private=True, permission="Margin", urgency=Urgency.ORDINARY)

CROSS = Endpoint("GET", "/api/v3/margin/accounts", pool=Pool.SPOT, weight=15, private=True, permission="General")
ISOLATED = Endpoint("GET", "/api/v3/isolated/accounts", pool=Pool.SPOT, weight=15, private=True, permission="General")
BORROWINGS = _ask("/api/v3/margin/borrow", weight=15)
REPAYMENTS = _ask("/api/v3/margin/repay", weight=15)
INTEREST = _ask("/api/v3/margin/interest", weight=20)


class Margin:
    """Questions about margin. Accounts need a key with General, histories one with Margin.

    Every method may raise what `Transport.call` raises. The histories are of the isolated account of ``symbol`` where
    one is given, else of the cross account.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def cross(self) -> CrossMargin:
        """Return the cross margin account, amounts in each asset's own currency.

        Source: https://www.kucoin.com/docs-new/api-3470127
        """
        return parse_account.cross_margin(self._transport.call(CROSS))

    def isolated(self) -> tuple[IsolatedPair, ...]:
        """Return every pair of the isolated margin account, amounts in each asset's own currency.

        Source: https://www.kucoin.com/docs-new/api-3470128
        """
        return parse_account.isolated_pairs(self._transport.call(ISOLATED))

    def borrowings(
        self,
        *,
        currency: str,
        symbol: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 50,
    ) -> Page[Borrowing]:
        """Return what was borrowed in a currency, newest first.

        Args:
            start: Aware, as is ``end``.
            limit: 10 to 500.

        Source: https://www.kucoin.com/docs-new/api-3470207
        """
        number = cursor or 1
        params: Params = {
            "currency": currency,
            **_history(symbol, start, end),
            "currentPage": number,
            "pageSize": limit,
        }
        return paging.numbered(self._transport.call(BORROWINGS, params=params), number, parse_ledger.borrowing)

    def repayments(
        self,
        *,
        currency: str,
        symbol: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 50,
    ) -> Page[Repayment]:
        """Return what was paid back in a currency; as `borrowings`.

        Source: https://www.kucoin.com/docs-new/api-3470208
        """
        number = cursor or 1
        params: Params = {
            "currency": currency,
            **_history(symbol, start, end),
            "currentPage": number,
            "pageSize": limit,
        }
        return paging.numbered(self._transport.call(REPAYMENTS, params=params), number, parse_ledger.repayment)

    def interest(
        self,
        *,
        currency: str | None = None,
        symbol: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 50,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[InterestCharge]:
        """Return the interest charged, in a currency if one is given; as `borrowings`.

        KuCoin tells of the last 6 months, and of 30 days at once.

        Args:
            urgency: BACKGROUND where nobody waits for the answer.

        Source: https://www.kucoin.com/docs-new/api-3470209
        """
        number = cursor or 1
        params: Params = {
            "currency": currency,
            **_history(symbol, start, end),
            "currentPage": number,
            "pageSize": limit,
        }
        answer = self._transport.call(replace(INTEREST, urgency=urgency), params=params)
        return paging.numbered(answer, number, parse_ledger.interest_charge)


def _history(symbol: str | None, start: datetime | None, end: datetime | None) -> Params:
    isolated = "false" if symbol is None else "true"
    return {"isIsolated": isolated, "symbol": symbol, **paging.span(start, end, names=("startTime", "endTime"))}
