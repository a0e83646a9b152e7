"""A spot pair: its book, and what orders and trades on it mean for balances. Margin orders trade here as well."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from kucoin.decimals import ONE, ZERO, ceil_to
from kucoin.practice.engine.instruments import Pair
from kucoin.practice.engine.matching import Deal, Market
from kucoin.practice.engine.records import Fill, Order
from kucoin.practice.engine.state import State, User
from kucoin.practice.engine.terms import OrderType, Side, floor_money
from kucoin.practice.engine.triggers import Triggers


class SpotMarket(Market):
    """The market of one pair.

    A buy freezes its price times size in quote currency, a sell its size in base, either with the fee on top where the
    fee is taken in that currency. Fees are cut to ten decimals, so that they never exceed what was frozen for them.

    Attributes:
        triggers: Stops that wait for the last price.
    """

    def __init__(
        self,
        state: State,
        pair: Pair,
        expiring: list[tuple[int, int, Order]],
        repay: Callable[[User, str, str, int], None],
    ) -> None:
        super().__init__(state, pair.symbol, pair.base_increment, expiring)
        self.pair = pair
        self.triggers = Triggers()
        self._repay = repay

    def spends(self, side: Side) -> str:
        """Return the currency that an order of ``side`` pays with."""
        return self.pair.quote if side is Side.BUY else self.pair.base

    def rates(self, user: User) -> tuple[Decimal, Decimal]:
        """Return the user's maker and taker fee rates on this pair."""
        profile, pair = user.profile, self.pair
        return profile.maker_rate * pair.maker_coefficient, profile.taker_rate * pair.taker_coefficient

    def freeze(self, order: Order, user: User, bound: Decimal | None) -> None:
        """Work out what ``order`` has to freeze, and the budget or size of a market order that does not name it."""
        pays = self.spends(order.side)
        unit = ONE + max(self.rates(user)) if pays == self.pair.fee_currency else ONE
        if order.type is OrderType.LIMIT:
            order.unit_hold = unit * order.price if order.side is Side.BUY else unit
            order.hold = order.remaining * order.unit_hold
        elif order.side is Side.BUY:
            order.budget = order.funds if order.funds is not None else self._cost(order.remaining, bound)
            order.unit_hold = unit
            order.hold = order.budget * unit
        else:
            if order.funds is not None:
                order.size = order.remaining = self._size_for(order.funds, bound)
            order.unit_hold = unit
            order.hold = order.remaining * unit

    def _cost(self, size: Decimal, bound: Decimal | None) -> Decimal:
        """What buying ``size`` from the book costs, as far as it reaches."""
        cost, left = ZERO, size
        for maker in self.book.meeting(Side.BUY, bound):
            part = min(left, maker.remaining)
            cost += part * maker.price
            left -= part
            if left == ZERO:
                break
        return cost

    def _size_for(self, funds: Decimal, bound: Decimal | None) -> Decimal:
        """How much has to be sold into the book for ``funds``, as far as it reaches."""
        size, left = ZERO, funds
        for maker in self.book.meeting(Side.SELL, bound):
            if maker.price * maker.remaining >= left:
                return size + min(maker.remaining, ceil_to(left / maker.price, self.pair.base_increment))
            size += maker.remaining
            left -= maker.price * maker.remaining
        return size

    def settle(self, order: Order, counter: Order, deal: Deal, *, is_taker: bool) -> None:
        """Move base, quote and fee; see `Market.settle`."""
        state, pair = self.state, self.pair
        user = state.users[order.user]
        size = deal.size
        funds = deal.price * size
        rate = self.rates(user)[is_taker]
        fee = floor_money((size if pair.fee_currency == pair.base else funds) * rate)
        order.filled_funds += funds
        order.fee += fee
        freed = (size if order.budget is None else funds) * order.unit_hold
        if order.budget is not None:
            order.budget -= funds
        order.hold -= freed
        buys = order.side is Side.BUY
        quote, base = (-funds, size) if buys else (funds, -size)
        for currency, amount, pays in ((pair.quote, quote, buys), (pair.base, base, not buys)):
            charged = fee if currency == pair.fee_currency else ZERO
            state.move(
                user,
                order.account,
                currency,
                deal.now_ms,
                "setted",
                total=amount - charged,
                hold=-freed if pays else ZERO,
                biz="TRADE_EXCHANGE",
                fee=charged,
                order=order,
                trade_id=deal.trade_id,
            )
        state.fee_income(pair.fee_currency, fee)
        if not user.house:
            self._record(order, counter, deal, fee, rate, is_taker=is_taker)
        if order.auto_repay:
            self._repay(user, order.account, pair.base if buys else pair.quote, deal.now_ms)

    def _record(self, order: Order, counter: Order, deal: Deal, fee: Decimal, rate: Decimal, *, is_taker: bool) -> None:
        self.state.filled(
            Fill(
                id=self.state.number(),
                user=order.user,
                family=order.request.family,
                symbol=order.symbol,
                order_id=order.id,
                counter_order_id=counter.id,
                trade_id=deal.trade_id,
                side=order.side,
                is_taker=is_taker,
                force_taker=False,
                type=order.type,
                price=deal.price,
                size=deal.size,
                funds=deal.price * deal.size,
                fee=fee,
                fee_rate=rate,
                fee_currency=self.pair.fee_currency,
                account=order.account,
                is_stop=order.stop_id is not None,
                kind=order.kind,
                created_ms=deal.now_ms,
                created_ns=self.state.stamp(deal.now_ms),
            )
        )

    def release(self, order: Order, now_ms: int) -> None:
        """Give back what an ended order still freezes."""
        self._free(order, order.hold, now_ms)

    def lower_hold(self, order: Order, now_ms: int) -> None:
        """Give back what the cancelled part of an order froze; only limit orders are cancelled in part."""
        self._free(order, order.hold - order.remaining * order.unit_hold, now_ms)

    def _free(self, order: Order, amount: Decimal, now_ms: int) -> None:
        if amount:
            order.hold -= amount
            user = self.state.users[order.user]
            self.state.move(user, order.account, self.spends(order.side), now_ms, "hold", hold=-amount, order=order)
