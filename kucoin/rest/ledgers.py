"""Ledgers: every movement of money, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from kucoin.errors import OutcomeUnknown
from kucoin.model.ledger import Direction, FuturesLedgerEntry, LedgerEntry
from kucoin.model.page import Page
from kucoin.rest import paging
from kucoin.rest import parse_ledger as parse
from kucoin.rest.answer import Answer
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.transport import Params, Transport

_ask = partial(Endpoint, "GET", private=True, permission="General", weight=2, urgency=Urgency.ORDINARY)

FUNDING = _ask("/api/v1/accounts/ledgers", pool=Pool.MANAGEMENT)
SPOT = _ask("/api/v1/hf/accounts/ledgers", pool=Pool.SPOT)
MARGIN = _ask("/api/v3/hf/margin/account/ledgers", pool=Pool.SPOT)
FUTURES = _ask("/api/v1/transaction-history", pool=Pool.FUTURES, futures=True)


class Ledgers:
    """Questions about past movements, told newest first. Every method needs a key with General.

    Every method may raise what `Transport.call` raises. Times are aware; KuCoin looks back 24 h from ``end`` at most.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def funding(
        self,
        *,
        currencies: Sequence[str] = (),
        direction: Direction | None = None,
        business: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 100,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[LedgerEntry]:
        """Return movements of the funding account, and of the others those that touch it.

        Args:
            currencies: 10 at most; all where empty.
            business: KuCoin's word for the reason, such as ``TRANSFER``.
            limit: 10 to 500.
            urgency: BACKGROUND where nobody waits for the answer.

        Source: https://www.kucoin.com/docs-new/api-3470121
        """
        params: Params = {
            **_what(currencies, direction, business, start, end),
            "currentPage": cursor or 1,
            "pageSize": limit,
        }
        answer = self._transport.call(replace(FUNDING, urgency=urgency), params=params)
        return paging.numbered(answer, cursor or 1, parse.entry)

    def spot(
        self,
        *,
        currencies: Sequence[str] = (),
        direction: Direction | None = None,
        business: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 100,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[LedgerEntry]:
        """Return movements of the spot trading account in the last 3 days; as `funding`, ``limit`` 200 at most.

        Args:
            urgency: BACKGROUND where nobody waits for the answer.

        Source: https://www.kucoin.com/docs-new/api-3470122
        """
        params: Params = {**_what(currencies, direction, business, start, end), "lastId": cursor, "limit": limit}
        return parse.entries(self._transport.call(replace(SPOT, urgency=urgency), params=params))

    def margin(
        self,
        *,
        currencies: Sequence[str] = (),
        direction: Direction | None = None,
        business: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 100,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[LedgerEntry]:
        """Return movements of the margin accounts; as `spot`.

        Source: https://www.kucoin.com/docs-new/api-3470123
        """
        params: Params = {**_what(currencies, direction, business, start, end), "lastId": cursor, "limit": limit}
        return parse.entries(self._transport.call(replace(MARGIN, urgency=urgency), params=params))

    def futures(
        self,
        *,
        currency: str | None = None,
        kind: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 50,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[FuturesLedgerEntry]:
        """Return movements of the futures account.

        Args:
            kind: KuCoin's word: RealisedPNL, Deposit, Withdrawal, TransferIn, TransferOut.
            urgency: BACKGROUND where nobody waits for the answer.

        Source: https://www.kucoin.com/docs-new/api-3470124
        """
        params: Params = {
            "currency": currency,
            "type": kind,
            "offset": cursor,
            "maxCount": limit,
            **paging.span(start, end),
        }
        answer = self._transport.call(replace(FUTURES, urgency=urgency), params=params)
        return paging.by_more(answer, parse.futures_entry, partial(_numbered, answer))


def _numbered(answer: Answer, entry: FuturesLedgerEntry) -> int:
    """Return what a page goes on from. What is pending may have no number: to go on from none would lose the rest."""
    if entry.entry_id < 0:
        raise OutcomeUnknown(f"{answer.request}: unreadable answer, it ends with {entry.entry_id}, and there is more")
    return entry.entry_id


def _what(
    currencies: Sequence[str],
    direction: Direction | None,
    business: str | None,
    start: datetime | None,
    end: datetime | None,
) -> Params:
    return {
        "currency": ",".join(currencies) or None,
        "direction": direction,
        "bizType": business,
        **paging.span(start, end),
    }
