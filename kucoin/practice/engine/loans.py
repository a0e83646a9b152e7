"""Margin accounts: what may be borrowed, what is owed, interest, and how healthy an account is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from kucoin.decimals import ONE, ZERO, ceil_to
from kucoin.practice.engine.instruments import Loan
from kucoin.practice.engine.records import Balance
from kucoin.practice.engine.refusals import Reason, Refusal
from kucoin.practice.engine.state import State, User
from kucoin.practice.engine.terms import MARGIN, TRADE, Family, ceil_money, floor_money

HOUR_MS = 3_600_000
# An account that owes this share of what it holds is liquidated.
LIQUIDATION_RATIO = Decimal("0.97")
_UNIT = "USDT"


class Health(Struct, frozen=True):
    """A margin account in USDT."""

    assets: Decimal
    debts: Decimal

    @property
    def ratio(self) -> Decimal:
        """Debts over assets, a fraction; 1 where there is debt and nothing else."""
        if self.debts == ZERO:
            return ZERO
        return self.debts / self.assets if self.assets > ZERO else ONE

    @property
    def status(self) -> str:
        """EFFECTIVE, LIQUIDATION (at the ratio) or BANKRUPTCY (it owes more than it has)."""
        if self.debts > self.assets:
            return "BANKRUPTCY"
        return "LIQUIDATION" if self.ratio >= LIQUIDATION_RATIO else "EFFECTIVE"


class Loans:
    """Lending to margin accounts. The house lends and is paid back; interest is owed from the hour it falls due.

    Attributes:
        prices: USDT prices of coins; a coin without one counts for nothing and cannot be borrowed.
    """

    def __init__(self, state: State, loans: Mapping[str, Loan], leverage: Mapping[str, int], now_ms: int) -> None:
        self._state = state
        self._loans = loans
        self._leverage = leverage
        self._hour = now_ms // HOUR_MS
        self.prices: dict[str, Decimal] = {_UNIT: ONE}

    def balances(self, user: User, account: str) -> list[Balance]:
        """Return the balances of a margin account."""
        return [balance for balance in user.balances.values() if balance.account == account]

    def health(self, user: User, account: str) -> Health:
        """Return what a margin account holds and owes."""
        assets = debts = ZERO
        for balance in self.balances(user, account):
            price = self.prices.get(balance.currency, ZERO)
            assets += balance.total * price
            debts += balance.liability * price
        return Health(assets, debts)

    def borrowable(self, user: User, account: str, currency: str) -> Decimal:
        """Return how much of ``currency`` the account could still borrow: by its own funds and leverage, by the cap."""
        loan, price = self._loans.get(currency), self.prices.get(currency, ZERO)
        if loan is None or price == ZERO:
            return ZERO
        health = self.health(user, account)
        room = (health.assets - health.debts) * (self._leverage[account] - 1) - health.debts
        cap = loan.borrow_max - user.balance(account, currency).principal
        return max(ZERO, min(room / price, cap))

    def shortage(self, user: User, account: str, currency: str, missing: Decimal) -> Decimal:
        """Return the loan that covers ``missing``, in whole borrowing units; refuse it where it cannot be given."""
        loan = self._loans.get(currency)
        if loan is None:
            raise Refusal(Reason.NO_BALANCE, Family.MARGIN)
        amount = ceil_to(missing, loan.borrow_unit)
        self._may_borrow(user, account, loan, amount)
        return amount

    def _may_borrow(self, user: User, account: str, loan: Loan, amount: Decimal) -> None:
        if user.balance(account, loan.currency).principal + amount > loan.borrow_max:
            raise Refusal(Reason.BORROW_CAP, Family.MARGIN, limit=f"{loan.borrow_max:f}", currency=loan.currency)
        if amount > self.borrowable(user, account, loan.currency):
            raise Refusal(Reason.BORROW_LIMIT, Family.MARGIN, amount=f"{amount:f}", currency=loan.currency)

    def borrow(self, user: User, account: str, currency: str, amount: Decimal, now_ms: int) -> None:
        """Lend ``amount`` to a margin account. Raises Refusal beyond its limits."""
        loan = self._loans.get(currency)
        if loan is None or amount <= ZERO:
            raise Refusal(Reason.PARAMETER, Family.MARGIN, detail=f"borrow {amount:f} {currency}")
        self._may_borrow(user, account, loan, amount)
        self.lend(user, account, currency, amount, now_ms)

    def lend(self, user: User, account: str, currency: str, amount: Decimal, now_ms: int) -> None:
        """Lend ``amount`` that was found permissible."""
        self._state.house.balance(TRADE, currency).total -= amount
        self._state.move(user, account, currency, now_ms, "other", total=amount, biz="MARGIN_BORROW")
        self._state.owe(user, account, currency, now_ms, "borrow", principal=amount)

    def repay(self, user: User, account: str, currency: str, amount: Decimal, now_ms: int) -> Decimal:
        """Pay back up to ``amount``, interest first; return what was paid. Raises Refusal without debt or money."""
        balance = user.balance(account, currency)
        if balance.liability == ZERO:
            raise Refusal(Reason.NO_LIABILITY, Family.MARGIN, currency=currency)
        paid = min(amount, balance.liability)
        if paid <= ZERO:
            raise Refusal(Reason.PARAMETER, Family.MARGIN, detail=f"repay {amount:f} {currency}")
        if paid > balance.available:
            raise Refusal(Reason.NO_BALANCE, Family.MARGIN)
        self._pay_back(user, balance, paid, now_ms)
        return paid

    def repay_available(self, user: User, account: str, currency: str, now_ms: int) -> None:
        """Pay back what the free balance allows, if anything is owed."""
        balance = user.balance(account, currency)
        paid = min(balance.available, balance.liability)
        if paid > ZERO:
            self._pay_back(user, balance, paid, now_ms)

    def _pay_back(self, user: User, balance: Balance, paid: Decimal, now_ms: int) -> None:
        account, currency = balance.account, balance.currency
        interest = min(paid, balance.interest)
        self._state.house.balance(TRADE, currency).total += paid
        self._state.move(user, account, currency, now_ms, "other", total=-paid, biz="MARGIN_REPAY")
        self._state.owe(user, account, currency, now_ms, "repay", principal=interest - paid, interest=-interest)

    def write_off(self, user: User, account: str, now_ms: int) -> None:
        """Forgive what an emptied account still owes: the house bears it."""
        for balance in self.balances(user, account):
            if balance.liability:
                parts = {"principal": -balance.principal, "interest": -balance.interest}
                self._state.owe(user, account, balance.currency, now_ms, "write_off", **parts)

    def accrue(self, now_ms: int) -> None:
        """Charge the interest of every full hour that has passed since the last call."""
        hour = now_ms // HOUR_MS
        while self._hour < hour:
            self._hour += 1
            for user in self._state.users.values():
                for balance in list(user.balances.values()):
                    if balance.principal:
                        self._charge(user, balance, self._hour * HOUR_MS)

    def _charge(self, user: User, balance: Balance, at_ms: int) -> None:
        loan = self._loans[balance.currency]
        interest = ceil_money(balance.principal * loan.daily_rate / 24)
        self._state.owe(
            user, balance.account, balance.currency, at_ms, "interest", interest=interest, daily_rate=loan.daily_rate
        )

    def refuse_liquidating(self, user: User, account: str) -> None:
        """Refuse what an account in liquidation may not do."""
        health = self.health(user, account)
        if health.debts and health.ratio >= LIQUIDATION_RATIO:
            raise Refusal(Reason.LIQUIDATING, Family.MARGIN)

    def leavable(self, user: User, account: str, currency: str) -> Decimal:
        """Return how much could be taken out so that the rest still carries the debt at the account's leverage."""
        available = user.balance(account, currency).available
        health, price = self.health(user, account), self.prices.get(currency, ZERO)
        if not health.debts or not price:
            return available
        needed = health.debts * self._leverage[account] / (self._leverage[account] - 1)
        return max(ZERO, floor_money((health.assets - needed) / price))


def is_margin(account: str) -> bool:
    """Whether an account can owe."""
    return account == MARGIN or account.startswith("isolated:")
