"""Money between accounts: deposits and transfers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from kucoin.decimals import ZERO
from kucoin.practice.engine.loans import Loans, is_margin
from kucoin.practice.engine.refusals import Reason, Refusal
from kucoin.practice.engine.state import State, User
from kucoin.practice.engine.terms import CONTRACT, Family

# One coin, two names: spot says BTC, futures XBT.
_FUTURES_NAMES = {"BTC": "XBT"}


class Accounts:
    """What holds money: funding, trading, margin and futures accounts of all users.

    Args:
        withdrawable: How much of a user's futures wallet of a currency is free to leave it.
    """

    def __init__(self, state: State, loans: Loans, withdrawable: Callable[[User, str], Decimal]) -> None:
        self._state = state
        self._loans = loans
        self._withdrawable = withdrawable

    def credit(
        self,
        now_ms: int,
        user_id: str,
        account: str,
        currency: str,
        amount: Decimal,
        *,
        biz: str = "DEPOSIT",
        fee: Decimal = ZERO,
    ) -> None:
        """Bring money in from outside (negative: take it out, with no question asked); ``fee`` is a part of it.

        A balance is exact in 28 digits and may have 18 decimals: whoever needs much should have 10**9, not more.
        """
        user = self._state.users[user_id]
        self._put(now_ms, user, account, currency, amount, relation="deposit", biz=biz, fee=fee)

    def transfer(
        self,
        now_ms: int,
        user_id: str,
        currency: str,
        amount: Decimal,
        *,
        source: str,
        target: str,
        to_user: str | None = None,
    ) -> None:
        """Move ``amount`` between two accounts, of one user or of two.

        Raises:
            Refusal: There is less that may leave ``source``, or the amount is not positive.
        """
        user = self._state.users[user_id]
        receiver = self._state.users[to_user or user_id]
        if amount <= ZERO or (user is receiver and source == target):
            raise Refusal(Reason.PARAMETER, Family.SPOT, detail="amount or accounts")
        if amount > self.transferable(user_id, source, currency):
            raise Refusal(Reason.TRANSFER, Family.SPOT)
        biz = "TRANSFER" if user is receiver else "SUB_TRANSFER"
        self._put(now_ms, user, source, currency, -amount, relation="transfer", biz=biz)
        self._put(now_ms, receiver, target, currency, amount, relation="transfer", biz=biz)

    def transferable(self, user_id: str, account: str, currency: str) -> Decimal:
        """Return how much of ``currency`` may leave ``account``; from a margin account all or what the debt leaves."""
        user = self._state.users[user_id]
        if account == CONTRACT:
            return self._withdrawable(user, _FUTURES_NAMES.get(currency, currency))
        available = user.balance(account, currency).available
        if is_margin(account):
            return min(available, self._loans.leavable(user, account, currency))
        return available

    def _put(
        self,
        now_ms: int,
        user: User,
        account: str,
        currency: str,
        amount: Decimal,
        *,
        relation: str,
        biz: str,
        fee: Decimal = ZERO,
    ) -> None:
        if account == CONTRACT:
            wallet = user.wallet(_FUTURES_NAMES.get(currency, currency))
            kind = "TransferIn" if amount > ZERO else "TransferOut"
            self._state.pay(user, wallet, now_ms, amount, biz=kind, remark=biz)
        else:
            self._state.move(user, account, currency, now_ms, relation, total=amount, biz=biz, fee=fee)
