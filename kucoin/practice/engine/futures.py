"""What a trader can do on futures: place and cancel orders. Each command happens at once and wholly.

Every command takes the time in ms and the user's id first, and raises `Refusal` before anything has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from kucoin.decimals import ZERO
from kucoin.practice.engine import futures_rules, rules
from kucoin.practice.engine.futures_market import FuturesMarket
from kucoin.practice.engine.futures_stops import FuturesStops
from kucoin.practice.engine.instruments import Tier
from kucoin.practice.engine.lines import line_of
from kucoin.practice.engine.records import Order, Stop
from kucoin.practice.engine.refusals import Reason, Refusal
from kucoin.practice.engine.requests import FuturesRequest
from kucoin.practice.engine.state import State, User
from kucoin.practice.engine.terms import (
    CONTRACT,
    Family,
    MarginMode,
    OrderType,
    PositionSide,
    Side,
)
from kucoin.practice.engine.wallets import Wallets

ORDERS_PER_CONTRACT = 100
BATCH = 20
_FUTURES = Family.FUTURES


class FuturesDesk:
    """Orders on contracts.

    Attributes:
        markets: By symbol.
        stops: Conditional orders.
    """

    def __init__(self, state: State, wallets: Wallets, markets: Mapping[str, FuturesMarket]) -> None:
        self._state = state
        self._wallets = wallets
        self.markets = markets
        self.stops = FuturesStops(state, self)

    def market(self, symbol: str) -> FuturesMarket:
        """Return the market of ``symbol``; refuse an unknown one."""
        market = self.markets.get(symbol)
        if market is None:
            raise Refusal(Reason.NO_SYMBOL, _FUTURES)
        return market

    # Placing --------------------------------------------------------------------------------------------------

    def place(self, now_ms: int, user_id: str, request: FuturesRequest) -> Order | Stop:
        """Place an order, or let a conditional one wait. Its id stays the same when it goes off."""
        user = self._state.users[user_id]
        waits = request.stop is not None or (
            request.closes_only and (request.up_price is not None or request.down_price is not None)
        )
        if waits:
            self._may_wait(user, request)
            return self.stops.place(now_ms, user, request)
        order = self.enter(now_ms, user, request)
        self.settle(self.markets[order.symbol], now_ms)
        return order

    def check(self, now_ms: int, user_id: str, request: FuturesRequest) -> None:
        """Refuse what `place` would refuse, and place nothing."""
        user = self._state.users[user_id]
        if request.stop is None:
            self._prepared(now_ms, user, request)
        else:
            self._may_wait(user, request)

    def batch(self, now_ms: int, user_id: str, requests: Sequence[FuturesRequest]) -> list[Order | Stop | Refusal]:
        """Place up to twenty orders, each on its own: an order, or why not."""
        if not 0 < len(requests) <= BATCH:
            raise Refusal(Reason.PARAMETER, _FUTURES, detail=f"1 to {BATCH} orders")
        results: list[Order | Stop | Refusal] = []
        for request in requests:
            try:
                results.append(self.place(now_ms, user_id, request))
            except Refusal as refusal:
                results.append(refusal)
        return results

    def enter(self, now_ms: int, user: User, request: FuturesRequest, stop: Stop | None = None) -> Order:
        """Place an order, or that of a stop that went off, and leave what it sets off to `settle`."""
        order, bound = self._prepared(now_ms, user, request)
        if stop is not None:
            order.id = order.stop_id = stop.id
            order.force_taker = True
        market = self.markets[order.symbol]
        market.enter(order, bound, now_ms)
        self._remember_leverage(user, request, order)
        return order

    def settle(self, market: FuturesMarket, now_ms: int) -> None:
        """Look again at the orders that a change concerns, and set off the stops that were reached."""
        while market.touched or market.traded or market.ended:
            while market.touched:
                line = next(iter(market.touched))
                del market.touched[line]
                self._wallets.realign(market, line, now_ms)
            while market.ended:
                self.stops.attach(market.ended.pop(0), now_ms)
            if market.traded:
                market.traded = False
                self.stops.settle(market, now_ms)

    def _acceptable(self, user: User, request: FuturesRequest) -> FuturesMarket:
        """Refuse an order that breaks a rule which no trade will mend."""
        market = self.market(request.symbol)
        rules.takes_orders(request.symbol, market.contract.status, _FUTURES)
        futures_rules.form(request)
        futures_rules.modes(request, user)
        if request.client_oid in user.oids[_FUTURES]:
            raise Refusal(Reason.OID_LIVES, _FUTURES)
        return market

    def _may_wait(self, user: User, request: FuturesRequest) -> None:
        """Refuse a conditional order that could never be placed; what prices and positions decide comes later."""
        market = self._acceptable(user, request)
        if request.close_order:
            self._to_close(market, user, request.position_side)
        else:
            futures_rules.lots(request, market, request.side or Side.BUY)
        futures_rules.on_tick(market, request.price, request.stop_price, request.up_price, request.down_price)

    def _prepared(self, now_ms: int, user: User, request: FuturesRequest) -> tuple[Order, Decimal]:
        """Return the order that ``request`` asks for and how far it may reach, found permissible in every respect."""
        market = self._acceptable(user, request)
        side, size, closes = self._aim(market, user, request)
        price = futures_rules.price(request, market, side)
        count = len(user.live.get(request.symbol, ()))
        if count >= ORDERS_PER_CONTRACT and not user.house:
            raise Refusal(Reason.TOO_MANY_ORDERS, _FUTURES, limit=ORDERS_PER_CONTRACT, count=count)
        bound = futures_rules.bound(request, market, side)
        number = self._state.number()
        order = Order(
            id=str(number),
            serial=number,
            user=user.id,
            symbol=request.symbol,
            account=CONTRACT,
            request=request,
            side=side,
            type=request.type,
            time_in_force=request.time_in_force,
            stp=request.stp,
            client_oid=request.client_oid,
            price=price,
            size=size,
            remaining=size,
            unit_hold=abs(market.contract.value(Decimal(1), price)) if price else ZERO,
            fee_currency=market.contract.settle,
            leverage=self._leverage(market, user, request, closes=closes),
            is_closing=closes,
            created_ms=now_ms,
            updated_ms=now_ms,
            ordered_ns=self._state.stamp(now_ms),
        )
        if not user.house:
            self._bearable(market, user, order, bound)
        return order, bound

    def _aim(self, market: FuturesMarket, user: User, request: FuturesRequest) -> tuple[Side, Decimal, bool]:
        """Return side, lots, and whether the order may only close."""
        if request.close_order:
            position = self._to_close(market, user, request.position_side)
            side = Side.SELL if position > ZERO else Side.BUY
            return side, abs(position), True
        side = request.side or Side.BUY
        size = futures_rules.lots(request, market, side)
        hedged = (request.position_side, side) in {(PositionSide.LONG, Side.SELL), (PositionSide.SHORT, Side.BUY)}
        if not (request.reduce_only or hedged):
            return side, size, False
        closable = market.closable(user, side, request.position_side)
        if not closable:
            raise Refusal(Reason.NO_POSITION, _FUTURES)
        return side, min(size, closable), True

    @staticmethod
    def _to_close(market: FuturesMarket, user: User, side: PositionSide) -> Decimal:
        position = market.position(user, side)
        if position is None:
            raise Refusal(Reason.NO_POSITION, _FUTURES)
        return position.qty

    def _leverage(self, market: FuturesMarket, user: User, request: FuturesRequest, *, closes: bool) -> Decimal:
        profile, symbol = user.profile, market.symbol
        if request.margin_mode is MarginMode.CROSS:
            return profile.cross_leverage.get(symbol, Decimal(1))
        leverage = request.leverage or profile.leverage.get(symbol, Decimal(1))
        limit = market.tier(user).max_leverage
        if leverage > limit and not closes:
            raise Refusal(Reason.LEVERAGE, _FUTURES, limit=limit)
        return min(leverage, Decimal(limit))

    def _remember_leverage(self, user: User, request: FuturesRequest, order: Order) -> None:
        if request.margin_mode is MarginMode.CROSS or order.is_closing:
            return
        known = user.profile.leverage
        if known.get(order.symbol) != order.leverage:
            known[order.symbol] = order.leverage
            self._state.profile_changed(user)

    def _bearable(self, market: FuturesMarket, user: User, order: Order, bound: Decimal) -> None:
        """Refuse an order that position, tier or wallet do not bear."""
        if order.is_closing:
            self._above_bankruptcy(market, user, order)
            return
        opening = self._wallets.opening(market, user, order)
        if not opening:
            return
        price = self._costliest(market, order, bound)
        request = order.request
        tier = market.tier(user)
        if isinstance(request, FuturesRequest) and request.margin_mode is MarginMode.CROSS:
            tier = self._cross_tier(market, order.leverage)
        value = abs(market.contract.value(opening, price)) + self._exposure(market, user, order)
        if value > tier.max_value:
            currency = market.contract.settle
            raise Refusal(Reason.RISK_LIMIT, _FUTURES, limit=f"{tier.max_value:f}", currency=currency)
        needed = self._wallets.margin(market, user, order, opening, price)
        if needed > self._wallets.available(user, market.contract.settle):
            raise Refusal(Reason.NO_BALANCE, _FUTURES)

    @staticmethod
    def _cross_tier(market: FuturesMarket, leverage: Decimal) -> Tier:
        """The highest tier that still allows the leverage."""
        tiers = market.contract.tiers
        return next((tier for tier in reversed(tiers) if tier.max_leverage >= leverage), tiers[0])

    @staticmethod
    def _exposure(market: FuturesMarket, user: User, order: Order) -> Decimal:
        """What the user's position on that side and the orders that would add to it are worth."""
        total = ZERO
        for position in user.positions.values():
            if position.symbol == market.symbol and (position.qty > ZERO) == (order.side is Side.BUY):
                total += abs(position.cost)
        for one in market.lines.orders(line_of(order)):
            if not one.is_closing:
                total += one.remaining * one.unit_hold
        return total

    @staticmethod
    def _costliest(market: FuturesMarket, order: Order, bound: Decimal) -> Decimal:
        """The price, of those at which the order could trade, that makes a position largest."""
        best = market.book.best(Side.SELL if order.side is Side.BUY else Side.BUY)
        prices = [bound] if best is None else [bound, best]
        return min(prices) if market.contract.is_inverse else max(prices)

    def _above_bankruptcy(self, market: FuturesMarket, user: User, order: Order) -> None:
        """Refuse to close an isolated position at a price beyond its own end."""
        if order.type is OrderType.MARKET:
            return
        for position in user.positions.values():
            if position.symbol != market.symbol or position.mode is not MarginMode.ISOLATED:
                continue
            if (position.qty > ZERO) != (order.side is Side.SELL):
                continue
            figures = self._wallets.figures(user, position)
            worse = [
                (figures.bankrupt_price, Reason.BANKRUPT_PRICE),
                (figures.liquidation_price, Reason.LIQUIDATION_PRICE),
            ]
            for bound, reason in worse:
                if bound is not None and (order.price < bound if order.side is Side.SELL else order.price > bound):
                    raise Refusal(reason, _FUTURES, bound=f"{bound:f}")

    # Cancelling -----------------------------------------------------------------------------------------------

    def find(self, user_id: str, *, order_id: str | None = None, client_oid: str | None = None) -> Order | Stop:
        """Return the live order or waiting stop of that id or client order id; refuse where there is none."""
        user = self._state.users[user_id]
        if order_id is None:
            found = user.oids[_FUTURES].get(client_oid or "")
        else:
            found = user.stops.get(order_id)
            for orders in user.live.values():
                found = found or orders.get(order_id)
        if found is None or found.request.family is not _FUTURES:
            raise Refusal(Reason.NO_ORDER, _FUTURES)
        return found

    def cancel(
        self,
        now_ms: int,
        user_id: str,
        *,
        order_id: str | None = None,
        client_oid: str | None = None,
        symbol: str | None = None,
    ) -> list[str]:
        """Cancel one live order or waiting stop, of ``symbol`` where that is given; return what ended with it."""
        found = self.find(user_id, order_id=order_id, client_oid=client_oid)
        if symbol is not None and found.symbol != symbol:
            raise Refusal(Reason.NO_ORDER, _FUTURES)
        market = self.market(found.symbol)
        rules.takes_cancels(market.contract.status, _FUTURES)
        if isinstance(found, Stop):
            return self.stops.cancel(found, now_ms)
        market.cancel(found, now_ms)
        self.settle(market, now_ms)
        return [found.id]

    def cancel_orders(self, now_ms: int, user_id: str, symbol: str | None = None) -> list[str]:
        """Cancel all live orders, stops apart, of one contract or of all; return their ids."""
        ended: list[str] = []
        for market in [self.market(symbol)] if symbol else list(self.markets.values()):
            orders = list(self._state.users[user_id].live.get(market.symbol, {}).values())
            if orders:
                rules.takes_cancels(market.contract.status, _FUTURES)
            for order in orders:
                if order.active:
                    market.cancel(order, now_ms)
                    ended.append(order.id)
            self.settle(market, now_ms)
        return ended

    def cancel_stops(self, now_ms: int, user_id: str, symbol: str | None = None) -> list[str]:
        """Cancel all waiting stops of one contract or of all; return their ids."""
        if symbol is not None:
            self.market(symbol)
        waiting = list(self._state.users[user_id].stops.values())
        mine = [stop for stop in waiting if stop.request.family is _FUTURES and stop.symbol in {symbol or stop.symbol}]
        ended: list[str] = []
        for stop in mine:
            if stop.status == "NEW":
                ended += self.stops.cancel(stop, now_ms)
        return ended
