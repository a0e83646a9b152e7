"""How orders meet: the part that spot and futures share.

A `Market` owns one instrument's book and an order's life from `enter` to its end. What a trade means for money and
positions, and what an order freezes, is a subclass's business.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal
from heapq import heappush

from msgspec import Struct

from kucoin.decimals import ZERO, floor_to
from kucoin.practice.engine.book import Book
from kucoin.practice.engine.events import LevelChange, OrderUpdate, Trade
from kucoin.practice.engine.records import Order
from kucoin.practice.engine.state import State
from kucoin.practice.engine.terms import Family, OrderType, Side, Stp, TimeInForce


class Deal(Struct, frozen=True, gc=False):
    """A trade as both its sides book it."""

    trade_id: int
    price: Decimal
    size: Decimal
    now_ms: int


class Market(ABC):
    """One instrument's book and the orders in it.

    Attributes:
        last: Price of the last trade, None before the first.
        traded: Whether `last` was set since its stops were looked at.
        expiring: A heap of (when in ms, serial, order) of all orders that end by time; may hold ended ones.
    """

    def __init__(self, state: State, symbol: str, size_step: Decimal, expiring: list[tuple[int, int, Order]]) -> None:
        self.state = state
        self.symbol = symbol
        self.book = Book(state.sequence)
        self.last: Decimal | None = None
        self.traded = False
        self._size_step = size_step
        self._expiring = expiring

    # What spot and futures do differently ---------------------------------------------------------------------

    @abstractmethod
    def settle(self, order: Order, counter: Order, deal: Deal, *, is_taker: bool) -> None:
        """Book one side of a trade: money, position, fee, fill; ``order``'s own counts are already up to date."""

    @abstractmethod
    def release(self, order: Order, now_ms: int) -> None:
        """Give back what ``order`` still freezes; it has ended."""

    @abstractmethod
    def lower_hold(self, order: Order, now_ms: int) -> None:
        """Lower what ``order`` freezes to its remaining size, part of which was cancelled."""

    def capacity(self, order: Order, size: Decimal) -> Decimal:
        """Return how much of ``size`` the order may trade at this moment: less where it may only close a position."""
        del order
        return size

    # The life of an order -------------------------------------------------------------------------------------

    def enter(self, order: Order, bound: Decimal | None, now_ms: int) -> None:
        """Let an order in: it trades as far as ``bound``, then rests or ends.

        Args:
            bound: The worst price it may trade at: its own, or the market order's protection; None trades nothing.
        """
        self._register(order)
        self.tell(order, "received", now_ms)
        if order.request.post_only and self._crosses(order):
            self.end(order, now_ms, reason="post_only")
            return
        if order.time_in_force is TimeInForce.FOK and not self._can_fill(order, bound):
            self.end(order, now_ms, reason="fok")
            return
        if bound is not None:
            self._match(order, bound, now_ms)
        if not order.active:
            return
        if order.type is OrderType.MARKET or order.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}:
            self.end(order, now_ms, reason="ioc")
        else:
            self.rest(order, now_ms)
            self.tell(order, "open", now_ms)

    def rest(self, order: Order, now_ms: int) -> None:
        """Queue an order that has traded all it could."""
        order.in_book = True
        size = self.book.add(order)
        self._level_changed(order.side, order.price, size, now_ms)
        if order.expires_ms is not None:
            heappush(self._expiring, (order.expires_ms, order.serial, order))

    def cancel(self, order: Order, now_ms: int, reason: str = "user") -> None:
        """End a live order."""
        self._unrest(order, order.remaining, now_ms)
        self.end(order, now_ms, reason=reason)

    def shrink(self, order: Order, size: Decimal, now_ms: int, reason: str = "user") -> None:
        """Cancel ``size`` of a live order, all of it when nothing would remain."""
        if size >= order.remaining:
            self.cancel(order, now_ms, reason)
            return
        old = order.remaining
        self._unrest(order, size, now_ms)
        order.remaining -= size
        order.canceled_size += size
        order.cancel_exist = True
        order.updated_ms = now_ms
        self.lower_hold(order, now_ms)
        self.tell(order, "update", now_ms, old_size=old)

    def end(self, order: Order, now_ms: int, *, reason: str | None = None) -> None:
        """Close an order: filled without ``reason``, else cancelled for it; what it froze comes back."""
        order.active = False
        if reason is not None:
            order.cancel_exist = True
            order.cancel_reason = reason
            order.canceled_size += order.remaining
            order.remaining = ZERO
        order.updated_ms = now_ms
        self.release(order, now_ms)
        user = self.state.users[order.user]
        del user.live[order.symbol][order.id]
        if order.client_oid is not None:
            user.oids[order.request.family].pop(order.client_oid, None)
        if order.request.family is not Family.FUTURES:
            user.spot_count -= 1
        self.tell(order, "filled" if reason is None else "canceled", now_ms)

    def adopt(self, order: Order) -> None:
        """Take back an order that rested when the engine was last stopped; what it froze is part of saved balances."""
        self._register(order)
        self.book.add(order)
        if order.expires_ms is not None:
            heappush(self._expiring, (order.expires_ms, order.serial, order))

    def tell(self, order: Order, kind: str, now_ms: int, *, old_size: Decimal | None = None) -> None:
        """Push a step of an order's life to its user."""
        if self.state.users[order.user].house:
            return
        stamp = self.state.stamp(now_ms)
        self.state.order_changed(order)
        self.state.events.append(
            OrderUpdate(
                order,
                kind,
                order.filled_size,
                order.remaining,
                order.canceled_size,
                stamp,
                old_size=old_size,
            )
        )

    # Inside ---------------------------------------------------------------------------------------------------

    def _register(self, order: Order) -> None:
        user = self.state.users[order.user]
        user.live.setdefault(order.symbol, {})[order.id] = order
        family = order.request.family
        if order.client_oid is not None:
            user.oids[family][order.client_oid] = order
        if family is not Family.FUTURES:
            user.spot_count += 1

    def _level_changed(self, side: Side, price: Decimal, size: Decimal, now_ms: int) -> None:
        state = self.state
        state.events.append(LevelChange(self.symbol, self.book.sequence, side, price, size, state.stamp(now_ms)))

    def _unrest(self, order: Order, size: Decimal, now_ms: int) -> None:
        if order.in_book:
            left = self.book.take(order, size)
            order.in_book = size < order.remaining
            self._level_changed(order.side, order.price, left, now_ms)

    def _crosses(self, order: Order) -> bool:
        facing = self.book.facing(order.side)
        if not facing or order.type is OrderType.MARKET:
            return False
        return order.price >= facing[-1].price if order.side is Side.BUY else order.price <= facing[-1].price

    def _can_fill(self, order: Order, bound: Decimal | None) -> bool:
        """Whether a fill-or-kill order finds all it wants before it finds its own user's order."""
        wanted = order.remaining
        for maker in self.book.meeting(order.side, bound):
            if maker.user == order.user:
                return False
            wanted -= self.capacity(maker, maker.remaining)
            if wanted <= ZERO:
                return True
        return False

    def _match(self, taker: Order, bound: Decimal, now_ms: int) -> None:
        facing = self.book.facing(taker.side)
        buys = taker.side is Side.BUY
        while facing and taker.active:
            price = facing[-1].price
            if price > bound if buys else price < bound:
                return
            maker = next(iter(facing[-1].orders.values()))
            if maker.user == taker.user and taker.stp is not None:
                self._prevent(taker, maker, now_ms)
                continue
            wanted = self._wanted(taker, price)
            if wanted <= ZERO:
                if taker.size is None and taker.filled_size:  # the rest of its funds buys not one step more
                    self.end(taker, now_ms)
                return
            size = self.capacity(maker, min(wanted, maker.remaining))
            if size <= ZERO:
                self.cancel(maker, now_ms, "reduce_only")
                continue
            self._trade(taker, maker, price, size, now_ms)

    def _wanted(self, taker: Order, price: Decimal) -> Decimal:
        """How much the taker still takes at ``price``."""
        if taker.budget is None:
            return taker.remaining
        affordable = floor_to(taker.budget / price, self._size_step)
        return affordable if taker.size is None else min(taker.remaining, affordable)

    def _trade(self, taker: Order, maker: Order, price: Decimal, size: Decimal, now_ms: int) -> None:
        state = self.state
        deal = Deal(state.number(), price, size, now_ms)
        level_size = self.book.take(maker, size)
        self.last = price
        self.traded = True
        self._level_changed(maker.side, price, level_size, now_ms)
        state.events.append(
            Trade(
                self.symbol,
                self.book.sequence,
                deal.trade_id,
                taker.side,
                price,
                size,
                maker.id,
                taker.id,
                state.stamp(now_ms),
            )
        )
        for order, counter in ((maker, taker), (taker, maker)):
            if order.size is not None:
                order.remaining -= size
            order.filled_size += size
            order.updated_ms = now_ms
            self.settle(order, counter, deal, is_taker=order is taker)
            if not state.users[order.user].house:
                self._tell_match(order, deal, is_taker=order is taker)
        if maker.remaining == ZERO:
            maker.in_book = False
            self.end(maker, now_ms)
        if taker.size is not None and taker.remaining == ZERO:
            self.end(taker, now_ms)

    def _tell_match(self, order: Order, deal: Deal, *, is_taker: bool) -> None:
        stamp = self.state.stamp(deal.now_ms)
        self.state.order_changed(order)
        self.state.events.append(
            OrderUpdate(
                order,
                "match",
                order.filled_size,
                order.remaining,
                order.canceled_size,
                stamp,
                match_price=deal.price,
                match_size=deal.size,
                trade_id=deal.trade_id,
                is_taker=is_taker,
            )
        )

    def _prevent(self, taker: Order, maker: Order, now_ms: int) -> None:
        """Keep one user's orders from trading with each other, as the newer one asks."""
        if taker.stp is Stp.DC:
            both = min(taker.remaining, maker.remaining)
            self.shrink(maker, both, now_ms, "stp")
            self.shrink(taker, both, now_ms, "stp")
            return
        if taker.stp in {Stp.CO, Stp.CB}:
            self.cancel(maker, now_ms, "stp")
        if taker.stp in {Stp.CN, Stp.CB}:
            self.end(taker, now_ms, reason="stp")
