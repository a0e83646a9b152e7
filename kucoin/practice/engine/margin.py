"""What a trader can do with a margin account besides orders, and what happens to one that owes too much."""

from __future__ import annotations

from decimal import Decimal

from kucoin.decimals import ONE, ZERO, ceil_to, floor_to
from kucoin.practice.engine.events import DebtChanged
from kucoin.practice.engine.loans import LIQUIDATION_RATIO, Health, Loans, is_margin
from kucoin.practice.engine.records import Order
from kucoin.practice.engine.requests import SpotRequest
from kucoin.practice.engine.spot import SpotDesk
from kucoin.practice.engine.spot_market import SpotMarket
from kucoin.practice.engine.state import State, User
from kucoin.practice.engine.terms import MARGIN, OrderType, Side, Status, TradeType, floor_money

_HUB = "USDT"
# What an emptied account may hold at most, in USDT, when the rest of its debt is forgiven.
_DUST = ONE


class MarginDesk:
    """Borrowing, repaying and liquidation."""

    def __init__(self, state: State, loans: Loans, spot: SpotDesk) -> None:
        self._state = state
        self._loans = loans
        self._spot = spot

    def borrow(self, now_ms: int, user_id: str, account: str, currency: str, amount: Decimal) -> None:
        """Borrow ``amount`` into a margin account."""
        self._loans.borrow(self._state.users[user_id], account, currency, amount, now_ms)

    def repay(self, now_ms: int, user_id: str, account: str, currency: str, amount: Decimal) -> Decimal:
        """Pay back up to ``amount``, interest first; return what was paid."""
        return self._loans.repay(self._state.users[user_id], account, currency, amount, now_ms)

    def health(self, user_id: str, account: str) -> Health:
        """Return what a margin account holds and owes, in USDT."""
        return self._loans.health(self._state.users[user_id], account)

    def borrowable(self, user_id: str, account: str, currency: str) -> Decimal:
        """Return how much of ``currency`` the account could still borrow."""
        return self._loans.borrowable(self._state.users[user_id], account, currency)

    def tick(self, now_ms: int) -> None:
        """Charge interest that has fallen due and liquidate the accounts that owe too much."""
        self._loans.accrue(now_ms)
        for user in self._state.users.values():
            if user.house:
                continue
            owing = {key[0] for key, balance in user.balances.items() if balance.liability and is_margin(key[0])}
            for account in sorted(owing):
                if self._loans.health(user, account).ratio >= LIQUIDATION_RATIO:
                    self._liquidate(now_ms, user, account)

    def _liquidate(self, now_ms: int, user: User, account: str) -> None:
        """Turn what the account holds into what it owes and pay back; the next tick goes on where that fell short."""
        self._state.events.append(DebtChanged(user.id, account, "liquidation", self._state.stamp(now_ms)))
        for symbol in list(user.live):
            for order in list(user.live[symbol].values()):
                if order.account == account:
                    self._spot.markets[symbol].cancel(order, now_ms, "liquidation")
        balances = self._loans.balances(user, account)
        owed = [balance.currency for balance in balances if balance.liability]
        for currency in owed:
            self._loans.repay_available(user, account, currency, now_ms)
        owed = [currency for currency in owed if user.balance(account, currency).liability]
        for balance in balances:
            if balance.available > ZERO and balance.currency not in owed:
                for target in [*owed, _HUB]:
                    self._sell(now_ms, user, account, balance.currency, target)
        for currency in owed:
            for balance in self._loans.balances(user, account):
                self._buy(now_ms, user, account, currency, balance.currency)
            self._loans.repay_available(user, account, currency, now_ms)
        health = self._loans.health(user, account)
        if health.debts > ZERO and health.assets <= _DUST:
            self._loans.write_off(user, account, now_ms)

    def _sell(self, now_ms: int, user: User, account: str, asset: str, target: str) -> None:
        """Sell all that is free of ``asset`` for ``target``."""
        market = self._spot.markets.get(f"{asset}-{target}")
        if market is not None:
            unit = ONE + max(market.rates(user)) if market.pair.fee_currency == asset else ONE
            free = user.balance(account, asset).available / unit
            self._order(now_ms, user, market, account=account, side=Side.SELL, size=free)

    def _buy(self, now_ms: int, user: User, account: str, currency: str, paid_with: str) -> None:
        """Buy with ``paid_with`` what is still owed of ``currency``, as far as it goes."""
        market = self._spot.markets.get(f"{currency}-{paid_with}")
        owed = user.balance(account, currency).liability
        if market is None or owed == ZERO:
            return
        price = market.book.best(Side.SELL)
        if price is None:
            return
        unit = ONE + max(market.rates(user))
        step = market.pair.base_increment
        affordable = floor_to(user.balance(account, paid_with).available / (price * unit), step)
        size = min(ceil_to(owed * unit, step), affordable)
        self._order(now_ms, user, market, account=account, side=Side.BUY, size=size)

    def _order(self, now_ms: int, user: User, market: SpotMarket, *, account: str, side: Side, size: Decimal) -> None:
        """Send the exchange's own market order for the user: no minimum holds it up, and no price limit."""
        facing = market.book.facing(side)
        size = floor_to(size, market.pair.base_increment)
        if size <= ZERO or not facing or market.pair.status is not Status.OPEN:
            return
        trade_type = TradeType.CROSS if account == MARGIN else TradeType.ISOLATED
        request = SpotRequest(symbol=market.symbol, side=side, type=OrderType.MARKET, size=size, trade_type=trade_type)
        number = self._state.number()
        order = Order(
            id=f"{now_ms // 1000:08x}{number:016x}",
            serial=number,
            user=user.id,
            symbol=market.symbol,
            account=account,
            request=request,
            side=side,
            type=OrderType.MARKET,
            size=size,
            remaining=size,
            fee_currency=market.pair.fee_currency,
            kind="liquid",
            created_ms=now_ms,
            updated_ms=now_ms,
            ordered_ns=self._state.stamp(now_ms),
        )
        market.freeze(order, user, facing[0].price)
        available = user.balance(account, market.spends(side)).available
        if side is Side.BUY and order.hold > available:
            order.budget = floor_money(available / order.unit_hold)
            order.hold = order.budget * order.unit_hold
        self._state.move(user, account, market.spends(side), now_ms, "hold", hold=order.hold, order=order)
        market.enter(order, facing[0].price, now_ms)
        self._spot.stops.settle(market, now_ms)
