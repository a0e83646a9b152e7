"""What a trader can do on spot and margin: place, change and cancel orders. Each command happens at once and wholly.

Every command takes the time in ms and the user's id first, and raises `Refusal` before anything has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from msgspec import structs

from kucoin.decimals import ZERO, is_multiple
from kucoin.practice.engine import rules
from kucoin.practice.engine.instruments import Pair
from kucoin.practice.engine.loans import Loans
from kucoin.practice.engine.records import Order, Stop
from kucoin.practice.engine.refusals import Reason, Refusal
from kucoin.practice.engine.requests import OcoRequest, SpotRequest, StopRequest
from kucoin.practice.engine.spot_market import SpotMarket
from kucoin.practice.engine.spot_stops import SpotStops
from kucoin.practice.engine.state import State, User
from kucoin.practice.engine.terms import (
    Family,
    OrderType,
    Stp,
    TimeInForce,
    TradeType,
    account_of,
)

ORDERS_PER_PAIR = 200
ORDERS_PER_USER = 2000
BATCH = 5
_DEAD_SYMBOLS = 50


class SpotDesk:
    """Orders on pairs, plain and margin.

    Attributes:
        markets: By symbol.
        stops: Conditional orders.
    """

    def __init__(self, state: State, loans: Loans, markets: dict[str, SpotMarket]) -> None:
        self._state = state
        self._loans = loans
        self.markets = markets
        self.stops = SpotStops(state, self)

    def market(self, symbol: str, family: Family = Family.SPOT) -> SpotMarket:
        """Return the market of ``symbol``; refuse an unknown one."""
        market = self.markets.get(symbol)
        if market is None:
            raise Refusal(Reason.NO_SYMBOL, family, symbol=symbol)
        return market

    # Placing --------------------------------------------------------------------------------------------------

    def place(self, now_ms: int, user_id: str, request: SpotRequest) -> Order:
        """Place an order; what is returned shows at once what became of it."""
        user = self._state.users[user_id]
        order = self._enter(now_ms, user, request)
        self.stops.settle(self.markets[order.symbol], now_ms)
        return order

    def check(self, now_ms: int, user_id: str, request: SpotRequest) -> None:
        """Refuse what `place` would refuse, and place nothing."""
        self._prepared(now_ms, self._state.users[user_id], request)

    def batch(self, now_ms: int, user_id: str, requests: Sequence[SpotRequest]) -> list[Order | Refusal]:
        """Place up to five limit orders, each on its own: an order, or why not."""
        if not 0 < len(requests) <= BATCH:
            raise Refusal(Reason.PARAMETER, Family.SPOT, detail=f"1 to {BATCH} orders")
        if any(request.type is not OrderType.LIMIT for request in requests):
            raise Refusal(Reason.PARAMETER, Family.SPOT, detail="type")
        results: list[Order | Refusal] = []
        for request in requests:
            try:
                results.append(self.place(now_ms, user_id, request))
            except Refusal as refusal:
                results.append(refusal)
        return results

    def enter(self, now_ms: int, user: User, request: SpotRequest, stop: Stop) -> Order:
        """Place the order of a stop that went off; its caller looks after the stops that this sets off."""
        return self._enter(now_ms, user, request, stop)

    def _enter(self, now_ms: int, user: User, request: SpotRequest, stop: Stop | None = None) -> Order:
        order, bound = self._prepared(now_ms, user, request)
        if stop is not None:
            order.stop_id = stop.id
        market = self.markets[order.symbol]
        if order.borrowed:
            self._loans.lend(user, order.account, market.spends(order.side), order.borrowed, now_ms)
        self._state.move(user, order.account, market.spends(order.side), now_ms, "hold", hold=order.hold, order=order)
        market.enter(order, bound, now_ms)
        return order

    def _prepared(self, now_ms: int, user: User, request: SpotRequest) -> tuple[Order, Decimal | None]:
        """Return the order that ``request`` asks for and how far it may reach, found permissible in every respect."""
        family = request.family
        market = self.market(request.symbol, family)
        rules.takes_orders(request.symbol, market.pair.status, family)
        rules.in_time(request, now_ms)
        rules.spot_order(request, market.pair)
        if request.client_oid is not None and request.client_oid in user.oids[family]:
            raise Refusal(Reason.OID_LIVES, family)
        if not user.house:
            self._has_room(user, request)
        bound = rules.spot_bound(request, market.pair, market.book)
        order = self._order(now_ms, user, request)
        market.freeze(order, user, bound)
        if family is Family.MARGIN:
            self.offers_margin(request, market.pair)
            self._loans.refuse_liquidating(user, order.account)
        missing = order.hold - user.balance(order.account, market.spends(order.side)).available
        if missing > ZERO:
            if not request.auto_borrow or family is Family.SPOT:
                raise Refusal(Reason.NO_BALANCE, family)
            order.borrowed = self._loans.shortage(user, order.account, market.spends(order.side), missing)
        return order, bound

    def _order(self, now_ms: int, user: User, request: SpotRequest) -> Order:
        is_limit = request.type is OrderType.LIMIT
        in_force = request.time_in_force if is_limit else TimeInForce.GTC
        lives_for = request.cancel_after_s if in_force is TimeInForce.GTT else None
        number = self._state.number()
        return Order(
            id=f"{now_ms // 1000:08x}{number:016x}",
            serial=number,
            user=user.id,
            symbol=request.symbol,
            account=account_of(request.trade_type, request.symbol),
            request=request,
            side=request.side,
            type=request.type,
            time_in_force=in_force,
            stp=Stp.CN if in_force is TimeInForce.FOK else request.stp,
            client_oid=request.client_oid,
            price=request.price if is_limit and request.price else ZERO,
            size=request.size,
            funds=None if is_limit else request.funds,
            remaining=request.size or ZERO,
            auto_repay=request.auto_repay,
            fee_currency=self.markets[request.symbol].pair.fee_currency,
            expires_ms=None if lives_for is None else now_ms + lives_for * 1000,
            created_ms=now_ms,
            updated_ms=now_ms,
            ordered_ns=self._state.stamp(now_ms),
        )

    def _has_room(self, user: User, request: SpotRequest) -> None:
        if len(user.live.get(request.symbol, ())) >= ORDERS_PER_PAIR:
            raise Refusal(Reason.TOO_MANY_ORDERS, request.family, limit=ORDERS_PER_PAIR)
        if user.spot_count >= ORDERS_PER_USER:
            raise Refusal(Reason.TOO_MANY_ORDERS, request.family, limit=ORDERS_PER_USER)

    @staticmethod
    def offers_margin(request: SpotRequest, pair: Pair) -> None:
        """Refuse a margin order on a pair that has no such margin."""
        cross = request.trade_type is TradeType.CROSS
        if not (pair.cross_leverage if cross else pair.isolated_leverage):
            raise Refusal(Reason.NOT_MARGINABLE, Family.MARGIN, symbol=pair.symbol)

    # Changing and cancelling ----------------------------------------------------------------------------------

    def find(
        self,
        user_id: str,
        symbol: str,
        *,
        order_id: str | None = None,
        client_oid: str | None = None,
        family: Family = Family.SPOT,
    ) -> Order:
        """Return the live order of that id or client order id; refuse where there is none."""
        user = self._state.users[user_id]
        if order_id is not None:
            found = user.live.get(symbol, {}).get(order_id)
        else:
            named = user.oids[family].get(client_oid or "")
            found = named if isinstance(named, Order) else None
        if found is None or found.symbol != symbol or found.request.family is not family:
            raise Refusal(Reason.NO_ORDER, family)
        return found

    def cancel(
        self,
        now_ms: int,
        user_id: str,
        symbol: str,
        *,
        order_id: str | None = None,
        client_oid: str | None = None,
        family: Family = Family.SPOT,
    ) -> Order:
        """Cancel one live order."""
        market = self.market(symbol, family)
        rules.takes_cancels(market.pair.status, family)
        order = self.find(user_id, symbol, order_id=order_id, client_oid=client_oid, family=family)
        market.cancel(order, now_ms)
        return order

    def cancel_part(self, now_ms: int, user_id: str, symbol: str, order_id: str, size: Decimal) -> Order:
        """Cancel ``size`` of a live order, all of it when no more is left."""
        market = self.market(symbol)
        rules.takes_cancels(market.pair.status, Family.SPOT)
        order = self.find(user_id, symbol, order_id=order_id)
        if size <= ZERO or not is_multiple(size, market.pair.base_increment):
            raise Refusal(Reason.SIZE_STEP, Family.SPOT)
        market.shrink(order, size, now_ms)
        return order

    def cancel_symbol(
        self, now_ms: int, user_id: str, symbol: str, *, trade_type: TradeType = TradeType.TRADE
    ) -> list[Order]:
        """Cancel every live order of one pair and kind."""
        family = Family.SPOT if trade_type is TradeType.TRADE else Family.MARGIN
        market = self.market(symbol, family)
        rules.takes_cancels(market.pair.status, family)
        account = account_of(trade_type, symbol)
        live = self._state.users[user_id].live.get(symbol, {})
        ending = [order for order in live.values() if order.account == account]
        for order in ending:
            market.cancel(order, now_ms)
        return ending

    def cancel_all(self, now_ms: int, user_id: str) -> tuple[list[str], list[str]]:
        """Cancel every plain spot order; return the pairs where that went well and those where it is suspended."""
        done: list[str] = []
        failed: list[str] = []
        for symbol in self.open_symbols(user_id):
            try:
                self.cancel_symbol(now_ms, user_id, symbol)
                done.append(symbol)
            except Refusal:
                failed.append(symbol)
        return done, failed

    def open_symbols(self, user_id: str, trade_type: TradeType = TradeType.TRADE) -> list[str]:
        """Return the pairs on which orders of that kind are alive."""
        live = self._state.users[user_id].live
        return [
            symbol
            for symbol, orders in live.items()
            if symbol in self.markets
            and any(order.account == account_of(trade_type, symbol) for order in orders.values())
        ]

    def amend(
        self,
        now_ms: int,
        user_id: str,
        symbol: str,
        *,
        order_id: str | None = None,
        client_oid: str | None = None,
        new_price: Decimal | None = None,
        new_size: Decimal | None = None,
    ) -> Order:
        """Cancel a live order and place it anew; return the new one, or the old where nothing is left of it.

        ``new_size`` counts what is filled already.
        """
        market = self.market(symbol)
        rules.takes_cancels(market.pair.status, Family.SPOT)
        old = self.find(user_id, symbol, order_id=order_id, client_oid=client_oid)
        if new_price is None and new_size is None:
            raise Refusal(Reason.PARAMETER, Family.SPOT, detail="newPrice or newSize is required")
        left = old.remaining if new_size is None else new_size - old.filled_size
        if left <= ZERO:
            market.cancel(old, now_ms, "amend")
            return old
        request = structs.replace(
            cast(SpotRequest, old.request), price=new_price or old.price, size=left, client_ms=None, window_ms=None
        )
        self._affordable_anew(user_id, market, old, request)
        market.cancel(old, now_ms, "amend")
        return self.place(now_ms, user_id, request)

    def _affordable_anew(self, user_id: str, market: SpotMarket, old: Order, request: SpotRequest) -> None:
        """Refuse an amendment that could not be placed, while the old order still stands."""
        rules.takes_orders(market.symbol, market.pair.status, request.family)
        rules.spot_order(request, market.pair)
        rules.spot_bound(request, market.pair, market.book)
        user = self._state.users[user_id]
        anew = self._order(old.created_ms, user, request)
        market.freeze(anew, user, None)
        if anew.hold > user.balance(old.account, market.spends(old.side)).available + old.hold:
            raise Refusal(Reason.NO_BALANCE, request.family)

    # The dead-man switch --------------------------------------------------------------------------------------

    def dead_cancel(self, now_ms: int, user_id: str, timeout_s: int, symbols: Sequence[str] = ()) -> int | None:
        """Arm the switch: unless it is set again within ``timeout_s``, all orders on ``symbols`` (none: all) end.

        Returns:
            When it goes off, in seconds since 1970; None after disarming it with -1.
        """
        if timeout_s != -1 and not 5 <= timeout_s <= 86_400:
            raise Refusal(Reason.PARAMETER, Family.SPOT, detail="timeout")
        if len(symbols) > _DEAD_SYMBOLS:
            raise Refusal(Reason.PARAMETER, Family.SPOT, detail="symbols")
        for symbol in symbols:
            self.market(symbol)
        user = self._state.users[user_id]
        profile = user.profile
        armed = timeout_s != -1
        profile.dead_after_s = timeout_s if armed else None
        profile.dead_at_s = now_ms // 1000 + timeout_s if armed else None
        profile.dead_symbols = tuple(symbols) if armed else ()
        self._state.profile_changed(user)
        return profile.dead_at_s

    def fire_dead(self, now_ms: int) -> None:
        """Cancel the orders of users whose switch has run out."""
        for user in list(self._state.users.values()):
            profile = user.profile
            if profile.dead_at_s is None or now_ms < profile.dead_at_s * 1000:
                continue
            for symbol in profile.dead_symbols or self.open_symbols(user.id):
                for order in list(user.live.get(symbol, {}).values()):
                    if order.request.family is Family.SPOT:
                        self.markets[symbol].cancel(order, now_ms, "dead_man")
            profile.dead_after_s = profile.dead_at_s = None
            profile.dead_symbols = ()
            self._state.profile_changed(user)

    # Conditional orders ---------------------------------------------------------------------------------------

    def place_stop(self, now_ms: int, user_id: str, request: StopRequest) -> Stop:
        """Let an order wait for the last price. Nothing is frozen until it goes off."""
        return self.stops.place(now_ms, self._state.users[user_id], request)

    def place_oco(self, now_ms: int, user_id: str, request: OcoRequest) -> str:
        """Let two orders wait of which one goes; return the id of the pair."""
        return self.stops.place_oco(now_ms, self._state.users[user_id], request).id
