"""A futures contract: its book, its prices, and what orders and trades on it mean for positions and wallets."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from statistics import median

from kucoin.decimals import ONE, ZERO, floor_to
from kucoin.practice.engine import positions
from kucoin.practice.engine.events import PositionUpdate
from kucoin.practice.engine.instruments import Contract, Tier
from kucoin.practice.engine.lines import Line, Lines, line_of, position_side
from kucoin.practice.engine.matching import Deal, Market
from kucoin.practice.engine.records import ClosedPosition, Fill, Order, Position
from kucoin.practice.engine.requests import FuturesRequest
from kucoin.practice.engine.state import State, User
from kucoin.practice.engine.terms import (
    CONTRACT,
    MarginMode,
    PositionSide,
    PriceType,
    Side,
    floor_money,
)
from kucoin.practice.engine.triggers import Triggers

_BASIS_WINDOW_MS = 300_000


class FuturesMarket(Market):
    """The market of one contract.

    Attributes:
        index, mark: None before the first tick that brings an index price.
        rate: The funding rate as it stands.
        funding_ms: When it is next settled.
        triggers: Stops, by the price that they watch.
        lines: The live orders of all but house users.
        touched: Lines to be looked at again, since their orders or the position that they move has changed; in the
            order of the changes.
        ended: Orders with a take profit or stop loss of their own that have ended with something filled.
    """

    def __init__(self, state: State, contract: Contract, now_ms: int) -> None:
        super().__init__(state, contract.symbol, contract.lot_size, [])
        self.contract = contract
        self.index: Decimal | None = None
        self.mark: Decimal | None = None
        self.rate = ZERO
        self.funding_ms = (now_ms // contract.funding_interval_ms + 1) * contract.funding_interval_ms
        self.triggers = {kind: Triggers() for kind in PriceType}
        self.lines = Lines()
        self.touched: dict[Line, None] = {}
        self.ended: list[Order] = []
        self._basis: deque[tuple[int, Decimal]] = deque()
        self._basis_sum = ZERO

    # Prices ---------------------------------------------------------------------------------------------------

    def price(self, index: Decimal, now_ms: int, mark: Decimal | None = None) -> None:
        """Take a new index price and the mark price with it, or work that out.

        The mark is the median of the index with the coming funding, the index with the mean basis of the last
        300 s, and the last trade.
        """
        self.index = index
        if mark is not None:
            self.mark = mark
            return
        bid, ask = self.book.best(Side.BUY), self.book.best(Side.SELL)
        if bid is not None and ask is not None:
            self._basis.append((now_ms, (bid + ask) / 2 - index))
            self._basis_sum += self._basis[-1][1]
        while self._basis and self._basis[0][0] <= now_ms - _BASIS_WINDOW_MS:
            self._basis_sum -= self._basis.popleft()[1]
        left = Decimal(self.funding_ms - now_ms) / self.contract.funding_interval_ms
        basis = self._basis_sum / len(self._basis) if self._basis else ZERO
        prices = [index * (ONE + self.rate * left), index + basis]
        if self.last is not None:
            prices.append(self.last)
        self.mark = floor_to(median(prices), self.contract.price_step)

    def watched(self, kind: PriceType) -> Decimal | None:
        """Return the price that stops of ``kind`` watch."""
        return {PriceType.LAST: self.last, PriceType.MARK: self.mark, PriceType.INDEX: self.index}[kind]

    def band(self, side: Side) -> Decimal | None:
        """Return the worst price an order of ``side`` may name; None before there is a mark price."""
        if self.mark is None:
            return None
        edge = self.mark * (ONE + self.contract.price_band if side is Side.BUY else ONE - self.contract.price_band)
        return floor_to(edge, self.contract.tick_size)

    def mark_of(self, position: Position) -> Decimal:
        """Return the price to value ``position`` at: mark, or its own entry before there is one."""
        if self.mark is not None:
            return self.mark
        return positions.average(self.contract, abs(position.qty), abs(position.cost))

    # Settings that decide margins -----------------------------------------------------------------------------

    def tier(self, user: User) -> Tier:
        """Return the risk limit level that the user has chosen."""
        return self.contract.tiers[user.profile.levels.get(self.symbol, 1) - 1]

    def tier_of(self, user: User, mode: MarginMode, value: Decimal) -> Tier:
        """Return the tier of a position: the chosen one where isolated, that of its size where cross."""
        if mode is MarginMode.ISOLATED:
            return self.tier(user)
        tiers = self.contract.tiers
        return next((tier for tier in tiers if abs(value) <= tier.max_value), tiers[-1])

    # Positions ------------------------------------------------------------------------------------------------

    def position(self, user: User, side: PositionSide) -> Position | None:
        """Return the open position on ``side``, if there is one."""
        return user.positions.get((self.symbol, side))

    def closable(self, user: User, side: Side, of: PositionSide) -> Decimal:
        """Return how many lots an order of ``side`` could close."""
        position = self.position(user, of)
        if position is None or (position.qty > ZERO) == (side is Side.BUY):
            return ZERO
        return abs(position.qty)

    def capacity(self, order: Order, size: Decimal) -> Decimal:
        """An order that only closes trades no more than there is to close."""
        if not order.is_closing:
            return size
        return min(size, self.closable(self.state.users[order.user], order.side, position_side(order)))

    def settle(self, order: Order, counter: Order, deal: Deal, *, is_taker: bool) -> None:
        """Move position, wallet and fee; see `Market.settle`."""
        state, contract, now_ms = self.state, self.contract, deal.now_ms
        user = state.users[order.user]
        wallet = user.wallet(contract.settle)
        rate = contract.taker_rate if is_taker or order.force_taker else contract.maker_rate
        if order.kind == "adl":
            rate = ZERO
        buys = order.side is Side.BUY
        lots = deal.size if buys else -deal.size
        value = contract.value(lots, deal.price)
        fee = floor_money(abs(value) * rate)
        order.filled_funds += abs(value)
        order.fee += fee
        side = position_side(order)
        closed = min(deal.size, self.closable(user, order.side, side))
        closing_lots = closed if buys else -closed
        closing_value = value if closed == deal.size else contract.value(closing_lots, deal.price)
        close_fee = floor_money(abs(closing_value) * rate) if closed else ZERO
        gross = ZERO
        if closed:
            gross = self._reduce(user, order, closing_lots, closing_value, fee=close_fee, now_ms=now_ms)
        if closed < deal.size:
            opening = (lots - closing_lots, value - closing_value)
            self._extend(user, order, *opening, fee=fee - close_fee, now_ms=now_ms)
        state.pay(
            user,
            wallet,
            now_ms,
            gross - fee,
            fee=fee,
            symbol=self.symbol,
            order_id=order.id,
            trade_id=deal.trade_id,
        )
        state.fee_income(contract.settle, fee, futures=True)
        if not user.house:
            self.touched[user.id, Side.BUY, side] = self.touched[user.id, Side.SELL, side] = None
            self._record(order, counter, deal, (fee - close_fee, close_fee, rate), is_taker=is_taker)

    def _reduce(self, user: User, order: Order, lots: Decimal, value: Decimal, *, fee: Decimal, now_ms: int) -> Decimal:
        """Close part or all of a position; return the gross profit."""
        position = user.positions[self.symbol, position_side(order)]
        before = position.margin
        was_long = position.qty > ZERO
        gross = positions.reduce(position, lots, value)
        position.paid += fee
        self._margin_moved(user, position, position.margin - before, now_ms)
        self._changed(user, position, order.kind, now_ms)
        if not position.qty:
            del user.positions[self.symbol, position.side]
            self._close(user, position, order.kind, now_ms, was_long=was_long)
        return gross

    def _extend(self, user: User, order: Order, lots: Decimal, value: Decimal, *, fee: Decimal, now_ms: int) -> None:
        """Open a position or add to it."""
        side = position_side(order)
        position = self.position(user, side)
        if position is None:
            position = user.positions[self.symbol, side] = Position(
                id=str(self.state.number()),
                user=user.id,
                symbol=self.symbol,
                side=side,
                settle=self.contract.settle,
                mode=margin_mode(order),
                leverage=order.leverage,
                level=user.profile.levels.get(self.symbol, 1),
                opened_ms=now_ms,
            )
        before = position.margin
        positions.extend(position, self.contract, lots, value, order.leverage)
        position.paid += fee
        self._margin_moved(user, position, position.margin - before, now_ms)
        self._changed(user, position, order.kind, now_ms)

    def _margin_moved(self, user: User, position: Position, amount: Decimal, now_ms: int) -> None:
        if position.mode is MarginMode.ISOLATED:
            wallet = user.wallet(position.settle)
            wallet.isolated_positions += amount
            self.state.wallet_changed(user, wallet, now_ms)

    def _changed(self, user: User, position: Position, kind: str, now_ms: int) -> None:
        position.updated_ms = now_ms
        if user.house:
            return
        reason = {"trade": "positionChange", "liquid": "liquidation"}.get(kind, kind)
        self.state.position_changed(user, position)
        self.state.events.append(PositionUpdate(user.id, self.symbol, position.side, reason, self.state.stamp(now_ms)))

    def _close(self, user: User, position: Position, kind: str, now_ms: int, *, was_long: bool) -> None:
        if user.house:
            return
        end = {"trade": "CLOSE", "liquid": "LIQUID", "adl": "ADL"}[kind]
        direction = PositionSide.LONG if was_long else PositionSide.SHORT
        self.state.closed(
            ClosedPosition(
                id=self.state.number(),
                user=user.id,
                symbol=self.symbol,
                settle=position.settle,
                mode=position.mode,
                side=direction,
                leverage=position.leverage,
                kind=f"{end}_{direction}",
                pnl=position.gross - position.paid + position.funding,
                gross=position.gross,
                fee=position.paid,
                funding=position.funding,
                open_price=positions.average(self.contract, position.opened, position.opened_value),
                close_price=positions.average(self.contract, position.closed, position.closed_value),
                opened_ms=position.opened_ms,
                closed_ms=now_ms,
            )
        )

    def _record(
        self,
        order: Order,
        counter: Order,
        deal: Deal,
        fees: tuple[Decimal, Decimal, Decimal],
        *,
        is_taker: bool,
    ) -> None:
        open_fee, close_fee, rate = fees
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
                force_taker=order.force_taker,
                type=order.type,
                price=deal.price,
                size=deal.size,
                funds=abs(self.contract.value(deal.size, deal.price)),
                fee=open_fee + close_fee,
                fee_rate=rate,
                fee_currency=self.contract.settle,
                account=CONTRACT,
                open_fee=open_fee,
                close_fee=close_fee,
                margin_mode=margin_mode(order),
                position_side=position_side(order),
                is_stop=order.stop_id is not None,
                kind=order.kind,
                created_ms=deal.now_ms,
                created_ns=self.state.stamp(deal.now_ms),
            )
        )

    # Order margin ---------------------------------------------------------------------------------------------

    def freeze(self, order: Order, amount: Decimal, now_ms: int) -> None:
        """Let ``order`` freeze ``amount`` of its user's wallet."""
        change = amount - order.hold
        if not change:
            return
        order.hold = amount
        user = self.state.users[order.user]
        wallet = user.wallet(self.contract.settle)
        if margin_mode(order) is MarginMode.ISOLATED:
            wallet.isolated_orders += change
        else:
            wallet.cross_orders += change
        self.state.wallet_changed(user, wallet, now_ms)
        if not user.house:
            self.state.order_changed(order)

    def release(self, order: Order, now_ms: int) -> None:
        """Give back the margin of an ended order."""
        self.freeze(order, ZERO, now_ms)
        if not self.state.users[order.user].house:
            self.lines.remove(order)
            self.touch(order)
        request = order.request
        attached = isinstance(request, FuturesRequest) and (request.up_price or request.down_price)
        if attached and order.filled_size and not order.is_closing:
            self.ended.append(order)

    def lower_hold(self, order: Order, now_ms: int) -> None:
        """Have the order looked at again: what it may freeze depends on the others."""
        del now_ms
        self.touch(order)

    def touch(self, order: Order) -> None:
        """Have an order and the others of its line looked at again."""
        self.touched[line_of(order)] = None

    def _register(self, order: Order) -> None:
        super()._register(order)
        if not self.state.users[order.user].house:
            self.lines.add(order)
            self.touch(order)


def margin_mode(order: Order) -> MarginMode:
    """Return the margin mode of a futures order."""
    request = order.request
    return request.margin_mode if isinstance(request, FuturesRequest) else MarginMode.ISOLATED
