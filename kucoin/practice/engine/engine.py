"""The exchange itself: everything that trades, in one object that knows neither clock nor chance nor wire.

Commands live on the desks (``spot``, ``margin``, ``accounts``). Each takes the time in ms and a user's id first,
happens at once and wholly or raises `Refusal`, and leaves what it did in `drain`. What time alone brings about
happens in `tick`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from heapq import heappop

from kucoin.practice.engine.accounts import Accounts
from kucoin.practice.engine.instruments import Loan, Pair
from kucoin.practice.engine.loans import Loans
from kucoin.practice.engine.margin import MarginDesk
from kucoin.practice.engine.matching import Market
from kucoin.practice.engine.records import Order, Profile
from kucoin.practice.engine.spot import SpotDesk
from kucoin.practice.engine.spot_market import SpotMarket
from kucoin.practice.engine.state import Changes, State, User
from kucoin.practice.engine.terms import MARGIN, isolated


class Engine:
    """One exchange.

    Args:
        now_ms: Ids and sequences start from it; a later start continues above an earlier one.
        pairs: Spot pairs.
        loans: What margin traders can borrow.
    """

    def __init__(self, *, now_ms: int, pairs: Iterable[Pair], loans: Iterable[Loan] = ()) -> None:
        self._state = State(now_ms)
        self._expiring: list[tuple[int, int, Order]] = []
        listed = list(pairs)
        leverage = {MARGIN: max((pair.cross_leverage for pair in listed), default=0)}
        leverage.update({isolated(pair.symbol): pair.isolated_leverage for pair in listed})
        self._loans = Loans(self._state, {loan.currency: loan for loan in loans}, leverage, now_ms)
        markets = {
            pair.symbol: SpotMarket(self._state, pair, self._expiring, self._loans.repay_available) for pair in listed
        }
        self.spot = SpotDesk(self._state, self._loans, markets)
        self.margin = MarginDesk(self._state, self._loans, self.spot)
        self.accounts = Accounts(self._state, self._loans, lambda user, currency: user.wallet(currency).total)

    def add_user(self, profile: Profile) -> User:
        """Take in a user; money comes by ``accounts.credit``."""
        return self._state.add(profile)

    def user(self, user_id: str) -> User:
        """Return a user: settings, balances, what is alive of their orders."""
        return self._state.users[user_id]

    def users(self) -> list[User]:
        """Return all users, the exchange's own included."""
        return list(self._state.users.values())

    def market(self, symbol: str) -> Market:
        """Return the market of a pair. Raises KeyError for an unknown one."""
        return self.spot.markets[symbol]

    def tick(self, now_ms: int, *, coins: Mapping[str, Decimal]) -> None:
        """Let time pass.

        Args:
            coins: USDT prices of coins, for what margin accounts are worth; those left out keep their last one.
        """
        self._loans.prices.update(coins)
        self._expire(now_ms)
        self.spot.fire_dead(now_ms)
        self.margin.tick(now_ms)

    def drain(self) -> Changes:
        """Return what was done since the last call: records to write, history to add, events to push."""
        return self._state.drain()

    def _expire(self, now_ms: int) -> None:
        while self._expiring and self._expiring[0][0] <= now_ms:
            order = heappop(self._expiring)[2]
            if order.active:
                self.market(order.symbol).cancel(order, now_ms, "expired")
