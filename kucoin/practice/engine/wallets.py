"""Futures wallets: what is free in them, what stands behind cross positions, and what resting orders tie up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from kucoin.decimals import ZERO
from kucoin.practice.engine import positions
from kucoin.practice.engine.futures_market import FuturesMarket, margin_mode
from kucoin.practice.engine.lines import Line, position_side
from kucoin.practice.engine.positions import Figures
from kucoin.practice.engine.records import Order, Position, Wallet
from kucoin.practice.engine.requests import FuturesRequest
from kucoin.practice.engine.state import State, User
from kucoin.practice.engine.terms import MarginMode, round_money


class Overview(Struct, frozen=True, kw_only=True):
    """A futures account of one currency: what KuCoin's account overview and wallet pushes are made of.

    ``risk_ratio`` is what cross positions must keep over what stands behind them, 0 without any.
    """

    currency: str
    wallet: Decimal
    equity: Decimal
    pnl: Decimal
    isolated_pnl: Decimal
    cross_pnl: Decimal
    isolated_orders: Decimal
    cross_orders: Decimal
    isolated_positions: Decimal
    cross_positions: Decimal
    cross_backing: Decimal
    available: Decimal
    withdrawable: Decimal
    risk_ratio: Decimal


class Wallets:
    """The wallets of all users.

    Args:
        markets: All contracts by symbol, for the prices of positions.
    """

    def __init__(self, state: State, markets: Mapping[str, FuturesMarket]) -> None:
        self._state = state
        self._markets = markets

    def held(self, user: User, currency: str, mode: MarginMode) -> Iterator[Position]:
        """Yield the user's open positions that settle in ``currency``."""
        return (one for one in user.positions.values() if one.settle == currency and one.mode is mode)

    def pnl(self, position: Position) -> Decimal:
        """Return the unrealised profit at the mark price."""
        market = self._markets[position.symbol]
        return market.contract.value(position.qty, market.mark_of(position)) - position.cost

    def backing(self, user: User, wallet: Wallet) -> Decimal:
        """Return all that stands behind the cross positions: free money and their profit."""
        cross_pnl = sum((self.pnl(one) for one in self.held(user, wallet.currency, MarginMode.CROSS)), ZERO)
        return wallet.total - wallet.isolated_orders - wallet.isolated_positions + cross_pnl

    def cross_maintenance(self, user: User, position: Position) -> Decimal:
        """Return what one cross position must keep."""
        market = self._markets[position.symbol]
        mark = market.mark_of(position)
        tier = market.tier_of(user, MarginMode.CROSS, market.contract.value(position.qty, mark))
        return positions.cross_maintenance(position, market.contract, tier, mark)

    def available(self, user: User, currency: str) -> Decimal:
        """Return what new orders may use, never below zero."""
        wallet = user.wallet(currency)
        free = self.backing(user, wallet) - wallet.cross_orders - self._cross_margin(user, currency)
        return max(ZERO, free)

    def withdrawable(self, user: User, currency: str) -> Decimal:
        """Return what may leave the wallet: profit that is not realised does not."""
        profit = sum((self.pnl(one) for one in self.held(user, currency, MarginMode.CROSS)), ZERO)
        return max(ZERO, self.available(user, currency) - max(ZERO, profit))

    def _cross_margin(self, user: User, currency: str) -> Decimal:
        total = ZERO
        for position in self.held(user, currency, MarginMode.CROSS):
            market = self._markets[position.symbol]
            total += positions.cross_margin(position, market.contract, market.mark_of(position))
        return total

    def figures(self, user: User, position: Position) -> Figures:
        """Return the figures of an open position at the present mark price."""
        market = self._markets[position.symbol]
        contract, mark = market.contract, market.mark_of(position)
        value = contract.value(position.qty, mark)
        tier = market.tier_of(user, position.mode, value)
        if position.mode is MarginMode.ISOLATED:
            return positions.isolated_figures(position, contract, tier, mark, market.rate)
        held = self.held(user, position.settle, MarginMode.CROSS)
        others = sum((self.cross_maintenance(user, one) for one in held if one is not position), ZERO)
        backing = self.backing(user, user.wallet(position.settle))
        return positions.cross_figures(position, contract, tier, mark, backing=backing, others=others)

    def overview(self, user: User, currency: str) -> Overview:
        """Return the figures of one futures account."""
        wallet = user.wallet(currency)
        isolated = sum((self.pnl(one) for one in self.held(user, currency, MarginMode.ISOLATED)), ZERO)
        cross = sum((self.pnl(one) for one in self.held(user, currency, MarginMode.CROSS)), ZERO)
        backing = self.backing(user, wallet)
        keep = sum((self.cross_maintenance(user, one) for one in self.held(user, currency, MarginMode.CROSS)), ZERO)
        return Overview(
            currency=currency,
            wallet=wallet.total,
            equity=wallet.total + isolated + cross,
            pnl=isolated + cross,
            isolated_pnl=isolated,
            cross_pnl=cross,
            isolated_orders=wallet.isolated_orders,
            cross_orders=wallet.cross_orders,
            isolated_positions=wallet.isolated_positions,
            cross_positions=self._cross_margin(user, currency),
            cross_backing=backing,
            available=self.available(user, currency),
            withdrawable=self.withdrawable(user, currency),
            risk_ratio=round_money(keep / backing) if backing > ZERO else ZERO,
        )

    # What resting orders tie up -------------------------------------------------------------------------------

    def opening(self, market: FuturesMarket, user: User, order: Order) -> Decimal:
        """Return how many lots of ``order``, not yet placed, would open, given the orders that are ahead of it."""
        if order.is_closing:
            return ZERO
        closable = market.closable(user, order.side, position_side(order))
        if not closable or order_holds_all(order):
            return order.remaining
        closable -= sum((one.remaining for one in market.lines.ahead(order)), ZERO)
        return max(ZERO, order.remaining - max(ZERO, closable))

    def realign(self, market: FuturesMarket, line: Line, now_ms: int) -> None:
        """Let each order of a line freeze what it opens, the first closing first; cancel what cannot be paid.

        Orders that only close are cut to what is left for them.
        """
        user_id, side, of = line
        user = self._state.users[user_id]
        room = market.closable(user, side, of)
        for order in market.lines.orders(line):
            if not room and order.margined == order.remaining:
                continue
            closing = order.remaining if order.remaining < room else room
            room -= closing
            beyond = order.remaining - closing
            if order.is_closing:
                if beyond:
                    market.shrink(order, beyond, now_ms, "reduce_only")
            elif beyond != order.margined:  # one that holds for all of it is equal only where it closes nothing
                opens = order.remaining if order_holds_all(order) else beyond
                self._hold(market, user, order, opens, now_ms)

    def _hold(self, market: FuturesMarket, user: User, order: Order, lots: Decimal, now_ms: int) -> None:
        needed = self.margin(market, user, order, lots, order.price)
        more = needed - order.hold
        if more > ZERO and more > self.available(user, market.contract.settle):
            market.cancel(order, now_ms, "margin")
        else:
            order.margined = lots
            market.freeze(order, needed, now_ms)

    def margin(self, market: FuturesMarket, user: User, order: Order, lots: Decimal, price: Decimal) -> Decimal:
        """Return what opening ``lots`` at ``price`` freezes."""
        if not lots:
            return ZERO
        value = market.contract.value(lots, price)
        tier = market.tier_of(user, margin_mode(order), value)
        return positions.order_margin(market.contract, tier, value, order.leverage)


def order_holds_all(order: Order) -> bool:
    """Whether an order freezes margin for closing as well, so that it outlives its position."""
    return isinstance(order.request, FuturesRequest) and order.request.force_hold
