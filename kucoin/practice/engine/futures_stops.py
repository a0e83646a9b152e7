"""Conditional futures orders: they wait for last trade, mark or index, and keep their id when they go off."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec import structs

from kucoin.decimals import ZERO
from kucoin.practice.engine.events import StopUpdate
from kucoin.practice.engine.futures_market import FuturesMarket
from kucoin.practice.engine.lines import position_side
from kucoin.practice.engine.records import Order, Stop
from kucoin.practice.engine.refusals import Reason, Refusal
from kucoin.practice.engine.requests import FuturesRequest
from kucoin.practice.engine.state import State, User
from kucoin.practice.engine.terms import Family, OrderType, PriceType, Side

if TYPE_CHECKING:
    from kucoin.practice.engine.futures import FuturesDesk

STOPS_PER_CONTRACT = 200
_FUTURES = Family.FUTURES


class FuturesStops:
    """The stops of all contracts."""

    def __init__(self, state: State, desk: FuturesDesk) -> None:
        self._state = state
        self._desk = desk

    def place(self, now_ms: int, user: User, request: FuturesRequest) -> Stop:
        """Let an order wait, one stop for each price that it names, of which the first to go ends the other."""
        wanted = _singles(request)
        count = sum(one.symbol == request.symbol for one in user.stops.values())
        if count + len(wanted) > STOPS_PER_CONTRACT and not user.house:
            raise Refusal(Reason.TOO_MANY_STOPS, _FUTURES, limit=STOPS_PER_CONTRACT, count=count)
        return self._wait(now_ms, user, wanted)

    def _wait(self, now_ms: int, user: User, wanted: list[FuturesRequest]) -> Stop:
        stops = [self._stop(now_ms, user, one) for one in wanted]
        stops[0].client_oid = wanted[0].client_oid
        if len(stops) == 2:
            stops[0].partner, stops[1].partner = stops[1].id, stops[0].id
        for stop in stops:
            self.adopt(stop)
            self._tell(user, stop, "open", now_ms)
        return stops[0]

    def attach(self, order: Order, now_ms: int) -> None:
        """Let take profit and stop loss of an order that has ended wait for the position that it made."""
        user = self._state.users[order.user]
        request = cast(FuturesRequest, order.request)
        closing = structs.replace(
            request,
            client_oid=f"{order.id}-close",
            side=Side.SELL if order.side is Side.BUY else Side.BUY,
            type=OrderType.MARKET,
            price=None,
            size=order.filled_size,
            qty=None,
            value_qty=None,
            post_only=False,
            reduce_only=True,
            position_side=position_side(order),
        )
        self._wait(now_ms, user, _singles(closing))

    def settle(self, market: FuturesMarket, now_ms: int, kinds: tuple[PriceType, ...] = (PriceType.LAST,)) -> None:
        """Set off what the prices have reached."""
        for kind in kinds:
            price = market.watched(kind)
            for stop in [] if price is None else market.triggers[kind].due(price):
                if stop.status == "NEW":
                    self._go(stop, now_ms)

    def cancel(self, stop: Stop, now_ms: int) -> list[str]:
        """Cancel a waiting stop and the one that hangs on it; return the ids of what ended."""
        user = self._state.users[stop.user]
        ended = [one for one in (stop, user.stops.get(stop.partner or "")) if one is not None]
        for one in ended:
            self._forget(user, one)
            one.status = "CANCELLED"
            self._tell(user, one, "cancel", now_ms)
        return [one.id for one in ended]

    def adopt(self, stop: Stop) -> None:
        """Let a stop wait, be it new or from before the engine was last stopped."""
        user = self._state.users[stop.user]
        user.stops[stop.id] = stop
        if stop.client_oid is not None:
            user.oids[_FUTURES][stop.client_oid] = stop
        self._desk.markets[stop.symbol].triggers[stop.price_type].add(stop)

    def _stop(self, now_ms: int, user: User, request: FuturesRequest) -> Stop:
        if request.stop_price is None or request.price_type is None:
            raise Refusal(Reason.PARAMETER, _FUTURES, detail="stopPrice")
        number = self._state.number()
        rises = request.stop == "up"
        return Stop(
            id=str(number),
            serial=number,
            user=user.id,
            symbol=request.symbol,
            request=request,
            side=request.side or self._closing(user, request),
            rises=rises,
            stop_price=request.stop_price,
            price_type=request.price_type,
            kind="up" if rises else "down",
            created_ms=now_ms,
            ordered_ns=self._state.stamp(now_ms),
        )

    def _closing(self, user: User, request: FuturesRequest) -> Side:
        """The side that an order has which closes the whole position: an order is never told without one."""
        position = self._desk.markets[request.symbol].position(user, request.position_side)
        if position is None:
            raise Refusal(Reason.NO_POSITION, _FUTURES)
        return Side.SELL if position.qty > ZERO else Side.BUY

    def _forget(self, user: User, stop: Stop) -> None:
        del user.stops[stop.id]
        if stop.client_oid is not None:
            del user.oids[_FUTURES][stop.client_oid]
        self._desk.markets[stop.symbol].triggers[stop.price_type].discard(stop)

    def _go(self, stop: Stop, now_ms: int) -> None:
        user = self._state.users[stop.user]
        self._forget(user, stop)
        stop.status = "TRIGGERED"
        stop.triggered_ms = now_ms
        partner = user.stops.get(stop.partner or "")
        if partner is not None:
            self._forget(user, partner)
            partner.status = "CANCELLED"
            self._tell(user, partner, "cancel", now_ms)
        plain = structs.replace(cast(FuturesRequest, stop.request), stop=None, stop_price=None, price_type=None)
        try:
            stop.order_id = self._desk.enter(now_ms, user, plain, stop).id
        except Refusal as refusal:
            stop.error = refusal.text
        self._tell(user, stop, "triggered", now_ms, stop.error)

    def _tell(self, user: User, stop: Stop, kind: str, now_ms: int, error: str | None = None) -> None:
        if user.house:
            return
        self._state.stop_changed(stop)
        self._state.events.append(StopUpdate(stop, kind, self._state.stamp(now_ms), error))


def _singles(request: FuturesRequest) -> list[FuturesRequest]:
    """One plain stop request for each price that sets ``request`` off."""
    if request.stop is not None:
        return [request]
    bare = structs.replace(request, up_price=None, down_price=None)
    pairs = (("up", request.up_price), ("down", request.down_price))
    return [structs.replace(bare, stop=stop, stop_price=price) for stop, price in pairs if price is not None]
