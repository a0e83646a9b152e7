"""Money between one's own accounts, and what came from and went to the outside. Nothing here withdraws."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from kucoin.errors import InvalidRequest
from kucoin.model.ledger import Deposit, Transferable, TransferType, Wallet, Withdrawal
from kucoin.model.page import Page
from kucoin.rest import order_body, paging, parse_order
from kucoin.rest import parse_ledger as parse
from kucoin.rest.endpoint import Endpoint
from kucoin.rest.limits import Pool, Urgency
from kucoin.rest.transport import Params, Transport

_ask = partial(Endpoint, "GET", pool=Pool.MANAGEMENT, private=True, permission="General", urgency=Urgency.ORDINARY)

TRANSFERABLE = _ask("/api/v1/accounts/transferable", weight=20)
TRANSFER = Endpoint(
    "POST",
    "/api/v3/accounts/universal-transfer",
    pool=Pool.MANAGEMENT,
    weight=4,
    private=True,
    permission="InnerTransfer",
    urgency=Urgency.ORDINARY,
)
DEPOSITS = _ask("/api/v1/deposits", weight=5)
WITHDRAWALS = _ask("/api/v1/withdrawals", weight=20)


class Transfers:
    """Transfers. Moving needs a key with InnerTransfer, asking one with General.

    Every method may raise what `Transport.call` raises.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def transferable(self, *, currency: str, wallet: Wallet, symbol: str | None = None) -> Transferable:
        """Return how much of a currency may be moved out of a wallet; ``symbol`` names the pair of ISOLATED.

        Source: https://www.kucoin.com/docs-new/api-3470148
        """
        params = {"currency": currency, "type": wallet, "tag": symbol}
        return parse.transferable(self._transport.call(TRANSFERABLE, params=params))

    def transfer(
        self,
        *,
        client_oid: str,
        currency: str,
        amount: Decimal,
        source: Wallet,
        target: Wallet,
        source_symbol: str | None = None,
        target_symbol: str | None = None,
        kind: TransferType = TransferType.INTERNAL,
        sub_user_id: str | None = None,
    ) -> str:
        """Move money between one's own accounts and return KuCoin's id for it.

        Args:
            client_oid: Our own id for it, 1 to 128 characters, never used before.
            source_symbol: The pair where ``source`` is ISOLATED; ``target_symbol`` likewise.
            sub_user_id: The sub-account, where ``kind`` is not INTERNAL.

        Raises:
            InvalidRequest: A sub-account with INTERNAL, or none without.
            OutcomeUnknown: No readable answer. Look at balances and ledgers before moving it again.

        Source: https://www.kucoin.com/docs-new/api-3470147
        """
        if (sub_user_id is None) is not (kind is TransferType.INTERNAL):
            raise InvalidRequest(f"transfer {client_oid}: {kind} and the sub-account {sub_user_id} do not go together")
        body = {
            "clientOid": order_body.own_id(client_oid, longest=128),
            "type": kind,
            "currency": currency,
            "amount": order_body.amount("amount", amount),
            "fromAccountType": source,
            "toAccountType": target,
        }
        user = "fromUserId" if kind is TransferType.SUB_TO_PARENT else "toUserId"
        more = {"fromAccountTag": source_symbol, "toAccountTag": target_symbol, user: sub_user_id}
        body |= {name: value for name, value in more.items() if value is not None}
        return parse_order.order_id(self._transport.call(TRANSFER, body=body))

    def deposits(
        self,
        *,
        currency: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 50,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[Deposit]:
        """Return what came from outside, newest first.

        Args:
            start: Aware, as is ``end``.
            limit: 10 to 500.
            urgency: BACKGROUND where nobody waits for the answer.

        Source: https://www.kucoin.com/docs-new/api-3470141
        """
        answer = self._transport.call(
            replace(DEPOSITS, urgency=urgency), params=_history(currency, start, end, cursor, limit)
        )
        return paging.numbered(answer, cursor or 1, parse.deposit)

    def withdrawals(
        self,
        *,
        currency: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        cursor: int | None = None,
        limit: int = 50,
        urgency: Urgency = Urgency.ORDINARY,
    ) -> Page[Withdrawal]:
        """Return what went outside; as `deposits`.

        Source: https://www.kucoin.com/docs-new/api-3470145
        """
        answer = self._transport.call(
            replace(WITHDRAWALS, urgency=urgency), params=_history(currency, start, end, cursor, limit)
        )
        return paging.numbered(answer, cursor or 1, parse.withdrawal)


def _history(
    currency: str | None, start: datetime | None, end: datetime | None, cursor: int | None, limit: int
) -> Params:
    return {"currency": currency, **paging.span(start, end), "currentPage": cursor or 1, "pageSize": limit}
