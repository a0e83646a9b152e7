"""Conditional orders on spot and margin: stops and OCO. They wait for the last price and freeze nothing meanwhile."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, cast

from kucoin.practice.engine import rules
from kucoin.practice.engine.events import StopUpdate
from kucoin.practice.engine.records import Oco, Stop
from kucoin.practice.engine.refusals import Reason, Refusal
from kucoin.practice.engine.requests import OcoRequest, SpotRequest, StopRequest
from kucoin.practice.engine.spot_market import SpotMarket
from kucoin.practice.engine.state import State, User
from kucoin.practice.engine.terms import Family, Side

if TYPE_CHECKING:
    from kucoin.practice.engine.spot import SpotDesk

STOPS_PER_PAIR = 200


class SpotStops:
    """The stops of all pairs.

    Attributes:
        ocos: OCO orders that are not finished, by id.
    """

    def __init__(self, state: State, desk: SpotDesk) -> None:
        self._state = state
        self._desk = desk
        self.ocos: dict[str, Oco] = {}

    def place(self, now_ms: int, user: User, request: StopRequest) -> Stop:
        """Let an order wait; see `SpotDesk.place_stop`."""
        order, family = request.order, request.order.family
        market = self._checked(now_ms, user, order)
        if request.stop_price <= 0 or request.stop_price % market.pair.price_increment:
            raise Refusal(Reason.PRICE_STEP, family)
        if request.stop not in {None, "loss", "entry"}:
            raise Refusal(Reason.PARAMETER, family, detail="stop")
        kind = request.stop or ("entry" if market.last is None or request.stop_price > market.last else "loss")
        stop = self._stop(now_ms, order, user, request.stop_price, rises=kind == "entry")
        self._wait(now_ms, user, market, stop)
        return stop

    def place_oco(self, now_ms: int, user: User, request: OcoRequest) -> Oco:
        """Let two orders wait, one on each side of the last price; see `SpotDesk.place_oco`."""
        sells = request.side is Side.SELL
        legs = [
            SpotRequest(
                symbol=request.symbol,
                side=request.side,
                price=price,
                size=request.size,
                trade_type=request.trade_type,
                remark=request.remark,
            )
            for price in (request.price, request.limit_price)
        ]
        market = self._may_wait(now_ms, user, request, legs)
        limit = self._stop(now_ms, legs[0], user, request.price, rises=sells)
        guard = self._stop(now_ms, legs[1], user, request.stop_price, rises=not sells)
        limit.kind, guard.kind = ("e_l_o", "l_s_o") if sells else ("l_l_o", "e_s_o")
        number = self._state.number()
        oco = Oco(
            id=f"{now_ms // 1000:08x}{number:016x}",
            user=user.id,
            request=request,
            legs=(limit.id, guard.id),
            created_ms=now_ms,
        )
        limit.partner, guard.partner = guard.id, limit.id
        limit.oco = guard.oco = oco.id
        limit.client_oid = request.client_oid
        self.ocos[oco.id] = oco
        self._state.oco_changed(oco)
        for leg in (limit, guard):
            self._wait(now_ms, user, market, leg)
        return oco

    def _may_wait(self, now_ms: int, user: User, request: OcoRequest, legs: list[SpotRequest]) -> SpotMarket:
        """Refuse an OCO whose legs could not be placed, or that does not stand on both sides of the last price."""
        family = legs[0].family
        market = self._checked(now_ms, user, legs[0], stops=2)
        self._checked(now_ms, user, legs[1])
        rules.client_oid(request.client_oid, family)
        if request.client_oid in user.oids[family]:
            raise Refusal(Reason.OID_LIVES, family)
        if request.stop_price <= 0 or request.stop_price % market.pair.price_increment:
            raise Refusal(Reason.PRICE_STEP, family)
        last = market.last
        ends = (request.stop_price, request.price)
        if last is None or not min(ends) < last < max(ends) or (ends[0] > ends[1]) == (request.side is Side.SELL):
            shown = "–" if last is None else f"{last:f}"
            raise Refusal(Reason.STOP_PRICE, family, stop=f"{request.stop_price:f}", last=shown)
        return market

    def find(self, user_id: str, *, stop_id: str | None = None, client_oid: str | None = None) -> Stop:
        """Return the waiting stop of that id or client order id; refuse where there is none."""
        user = self._state.users[user_id]
        if stop_id is not None:
            found = user.stops.get(stop_id)
        else:
            named = [user.oids[family].get(client_oid or "") for family in (Family.SPOT, Family.MARGIN)]
            found = next((one for one in named if isinstance(one, Stop)), None)
        if found is None or found.request.family is Family.FUTURES:
            raise Refusal(Reason.NO_ORDER, Family.SPOT)
        return found

    def cancel(self, now_ms: int, user_id: str, stop_id: str) -> list[str]:
        """Cancel a waiting stop, and the other leg of an OCO; return the ids of what ended."""
        stop = self.find(user_id, stop_id=stop_id)
        ended = [stop.id]
        self._cancel(stop, now_ms)
        if stop.partner is not None:
            self._cancel(self.find(user_id, stop_id=stop.partner), now_ms)
            ended.append(stop.partner)
        if stop.oco is not None:
            self._oco_ends(stop.oco, "CANCELLED")
        return ended

    def cancel_oco(self, now_ms: int, user_id: str, oco_id: str) -> list[str]:
        """Cancel both legs of an OCO that waits."""
        oco = self.ocos.get(oco_id)
        if oco is None or oco.user != user_id or oco.status != "NEW":
            raise Refusal(Reason.NO_ORDER, Family.SPOT)
        return self.cancel(now_ms, user_id, oco.legs[0])

    def settle(self, market: SpotMarket, now_ms: int) -> None:
        """Set off what the last trades of ``market`` reached, and what that sets off in turn."""
        while market.traded and market.last is not None:
            market.traded = False
            for stop in market.triggers.due(market.last):
                if stop.status == "NEW":
                    self._go(stop, now_ms)

    def adopt(self, stop: Stop) -> None:
        """Take back a stop that waited when the engine was last stopped."""
        user = self._state.users[stop.user]
        self._register(user, self._desk.markets[stop.symbol], stop)

    def _checked(self, now_ms: int, user: User, order: SpotRequest, stops: int = 1) -> SpotMarket:
        family = order.family
        market = self._desk.market(order.symbol, family)
        rules.takes_orders(order.symbol, market.pair.status, family)
        rules.in_time(order, now_ms)
        rules.spot_order(order, market.pair)
        if family is Family.MARGIN:
            self._desk.offers_margin(order, market.pair)
        if order.client_oid is not None and order.client_oid in user.oids[family]:
            raise Refusal(Reason.OID_LIVES, family)
        waiting = sum(stop.symbol == order.symbol for stop in user.stops.values())
        if waiting + stops > STOPS_PER_PAIR:
            raise Refusal(Reason.TOO_MANY_STOPS, family, limit=STOPS_PER_PAIR)
        return market

    def _stop(self, now_ms: int, order: SpotRequest, user: User, stop_price: Decimal, *, rises: bool) -> Stop:
        number = self._state.number()
        return Stop(
            id=f"vs{number:022x}",
            serial=number,
            user=user.id,
            symbol=order.symbol,
            request=order,
            side=order.side,
            rises=rises,
            stop_price=stop_price,
            kind="entry" if rises else "loss",
            client_oid=order.client_oid,
            created_ms=now_ms,
            ordered_ns=self._state.stamp(now_ms),
        )

    def _wait(self, now_ms: int, user: User, market: SpotMarket, stop: Stop) -> None:
        self._register(user, market, stop)
        self._tell(user, stop, "open", now_ms)

    def _register(self, user: User, market: SpotMarket, stop: Stop) -> None:
        user.stops[stop.id] = stop
        if stop.client_oid is not None:
            user.oids[stop.request.family][stop.client_oid] = stop
        market.triggers.add(stop)

    def _forget(self, user: User, stop: Stop) -> None:
        del user.stops[stop.id]
        if stop.client_oid is not None:
            del user.oids[stop.request.family][stop.client_oid]
        self._desk.markets[stop.symbol].triggers.discard(stop)

    def _cancel(self, stop: Stop, now_ms: int) -> None:
        user = self._state.users[stop.user]
        self._forget(user, stop)
        stop.status = "CANCELLED"
        self._tell(user, stop, "cancel", now_ms)

    def _go(self, stop: Stop, now_ms: int) -> None:
        user = self._state.users[stop.user]
        self._forget(user, stop)
        stop.status = "TRIGGERED"
        stop.triggered_ms = now_ms
        if stop.partner is not None:
            self._cancel(user.stops[stop.partner], now_ms)
        try:
            order = self._desk.enter(now_ms, user, cast(SpotRequest, stop.request), stop)
            stop.order_id = order.id
        except Refusal as refusal:
            stop.error = refusal.text
        self._tell(user, stop, "triggered", now_ms, stop.error)
        if stop.oco is not None:
            self._oco_ends(stop.oco, "TRIGGERED")

    def _oco_ends(self, oco_id: str, status: str) -> None:
        oco = self.ocos.pop(oco_id)
        oco.status = status
        self._state.oco_changed(oco)

    def _tell(self, user: User, stop: Stop, kind: str, now_ms: int, error: str | None = None) -> None:
        if user.house:
            return
        self._state.stop_changed(stop)
        self._state.events.append(StopUpdate(stop, kind, self._state.stamp(now_ms), error))
