"""What a trader can set on futures: position and margin mode, leverage, risk limit, and the margin of a position."""

from __future__ import annotations

from decimal import Decimal

from kucoin.decimals import ZERO, floor_to
from kucoin.practice.engine import positions
from kucoin.practice.engine.events import (
    LeverageChanged,
    MarginModeChanged,
    PositionUpdate,
    RiskLevelChanged,
)
from kucoin.practice.engine.futures import FuturesDesk
from kucoin.practice.engine.futures_market import FuturesMarket
from kucoin.practice.engine.positions import Figures
from kucoin.practice.engine.records import Position
from kucoin.practice.engine.refusals import Reason, Refusal
from kucoin.practice.engine.state import State, User
from kucoin.practice.engine.terms import Family, MarginMode, PositionSide, ceil_money, floor_money, round_money
from kucoin.practice.engine.wallets import Overview, Wallets

_FUTURES = Family.FUTURES


class FuturesAccount:
    """Settings and margins of futures accounts. Commands take the time in ms and the user's id first."""

    def __init__(self, state: State, wallets: Wallets, desk: FuturesDesk) -> None:
        self._state = state
        self._wallets = wallets
        self._desk = desk

    # Reading --------------------------------------------------------------------------------------------------

    def overview(self, user_id: str, currency: str) -> Overview:
        """Return the figures of the account that settles in ``currency``."""
        return self._wallets.overview(self._state.users[user_id], currency)

    def figures(self, position: Position) -> Figures:
        """Return an open position's figures at the present mark price."""
        return self._wallets.figures(self._state.users[position.user], position)

    def adl_rank(self, position: Position) -> Decimal:
        """Return how near the front of the queue for auto-deleveraging a position stands: 1 goes first."""
        scores = [
            score(self._wallets, self._state.users[one.user], one)
            for one in open_positions(self._state, position.symbol)
            if (one.qty > ZERO) == (position.qty > ZERO)
        ]
        own = score(self._wallets, self._state.users[position.user], position)
        return Decimal(sum(one <= own for one in scores)) / len(scores)

    def max_open(self, user_id: str, symbol: str, price: Decimal, leverage: Decimal) -> Decimal:
        """Return how many lots the free money opens at ``price``; the risk limit bounds them."""
        market = self._desk.market(symbol)
        user = self._state.users[user_id]
        tier = market.tier(user)
        contract = market.contract
        lot = abs(contract.value(contract.lot_size, price))
        margin = positions.order_margin(contract, tier, lot, leverage)
        by_money = self._wallets.available(user, contract.settle) / margin
        by_limit = tier.max_value / lot
        return floor_to(min(by_money, by_limit, contract.max_qty), contract.lot_size)

    def max_removable(self, user_id: str, symbol: str, side: PositionSide = PositionSide.BOTH) -> Decimal:
        """Return how much margin may be taken from an isolated position: what its tier's highest leverage leaves."""
        market = self._desk.market(symbol)
        user = self._state.users[user_id]
        position = self._isolated(market, user, side)
        figures = self._wallets.figures(user, position)
        needed = abs(figures.mark_value) * market.tier(user).initial + position.comm
        return max(ZERO, floor_money(position.margin + min(ZERO, figures.pnl) - needed))

    # Modes ----------------------------------------------------------------------------------------------------

    def switch_position_mode(self, now_ms: int, user_id: str, *, hedge: bool) -> None:
        """Choose one-way or hedge mode; refused while anything is open."""
        del now_ms
        user = self._state.users[user_id]
        for symbol in self._desk.markets:
            self._unused(user, symbol, "The position mode")
        user.profile.hedge = hedge
        self._state.profile_changed(user)

    def change_margin_mode(self, now_ms: int, user_id: str, symbol: str, mode: MarginMode) -> None:
        """Choose the margin mode of a contract; refused while anything is open on it."""
        self._desk.market(symbol)
        user = self._state.users[user_id]
        if user.profile.modes.get(symbol, MarginMode.ISOLATED) is not mode:
            self._unused(user, symbol, "The margin mode")
        user.profile.modes[symbol] = mode
        self._state.profile_changed(user)
        self._state.events.append(MarginModeChanged(user.id, symbol, mode, self._state.stamp(now_ms)))

    def _unused(self, user: User, symbol: str, setting: str) -> None:
        stops = any(stop.symbol == symbol for stop in user.stops.values())
        held = any(key[0] == symbol for key in user.positions)
        if held or stops or user.live.get(symbol):
            raise Refusal(Reason.IN_USE, _FUTURES, setting=setting)

    def change_cross_leverage(self, now_ms: int, user_id: str, symbol: str, leverage: Decimal) -> None:
        """Choose the cross leverage of a contract, for its open position and orders as well."""
        market = self._desk.market(symbol)
        user = self._state.users[user_id]
        limit = market.contract.tiers[0].max_leverage
        if leverage < 1 or leverage > limit:
            raise Refusal(Reason.LEVERAGE, _FUTURES, limit=limit)
        held = [one for one in user.positions.values() if one.symbol == symbol and one.mode is MarginMode.CROSS]
        rate, more = positions.initial_rate(leverage), ZERO
        for one in held:
            value = abs(market.contract.value(one.qty, market.mark_of(one)))
            more += value * (rate - positions.initial_rate(one.leverage))
        if more > self._wallets.available(user, market.contract.settle):
            raise Refusal(Reason.NO_BALANCE, _FUTURES)
        user.profile.cross_leverage[symbol] = leverage
        for position in held:
            position.leverage = leverage
            position.init = round_money(abs(position.cost) * rate)
            self._moved(user, position, now_ms)
        for order in user.live.get(symbol, {}).values():
            order.leverage = leverage
            order.margined = None
            market.touch(order)
        self._desk.settle(market, now_ms)
        self._state.profile_changed(user)
        self._state.events.append(LeverageChanged(user.id, symbol, leverage, self._state.stamp(now_ms)))

    def change_risk_level(self, now_ms: int, user_id: str, symbol: str, level: int) -> None:
        """Choose the risk limit level of isolated positions on a contract; its open orders end."""
        market = self._desk.market(symbol)
        user = self._state.users[user_id]
        if not 1 <= level <= len(market.contract.tiers):
            raise Refusal(Reason.NO_TIER, _FUTURES, symbol=symbol, level=level)
        tier = market.contract.tiers[level - 1]
        held = [one for one in user.positions.values() if one.symbol == symbol and one.mode is MarginMode.ISOLATED]
        missing: dict[str, Decimal] = {}
        for position in held:
            if abs(position.cost) > tier.max_value:
                currency = market.contract.settle
                raise Refusal(Reason.RISK_LIMIT, _FUTURES, limit=f"{tier.max_value:f}", currency=currency)
            needed = ceil_money(abs(position.cost) * tier.initial) + position.comm
            missing[position.id] = max(ZERO, needed - position.margin)
        freed = sum((order.hold for order in user.live.get(symbol, {}).values()), ZERO)
        if sum(missing.values()) > self._wallets.available(user, market.contract.settle) + freed:
            raise Refusal(Reason.TIER_BALANCE, _FUTURES)
        self._desk.cancel_orders(now_ms, user_id, symbol)
        user.profile.levels[symbol] = level
        for position in held:
            position.level = level
            self._add(user, position, missing[position.id], now_ms)
        self._state.profile_changed(user)
        self._state.events.append(RiskLevelChanged(user.id, symbol, level, self._state.stamp(now_ms)))

    # Margin of an isolated position ---------------------------------------------------------------------------

    def add_margin(
        self, now_ms: int, user_id: str, symbol: str, amount: Decimal, *, side: PositionSide = PositionSide.BOTH
    ) -> Position:
        """Put ``amount`` of the wallet behind an isolated position."""
        market = self._desk.market(symbol)
        user = self._state.users[user_id]
        position = self._isolated(market, user, side)
        if amount <= ZERO:
            raise Refusal(Reason.PARAMETER, _FUTURES, detail="margin")
        if amount > self._wallets.available(user, position.settle):
            raise Refusal(Reason.NO_BALANCE, _FUTURES)
        self._add(user, position, amount, now_ms)
        return position

    def remove_margin(
        self, now_ms: int, user_id: str, symbol: str, amount: Decimal, *, side: PositionSide = PositionSide.BOTH
    ) -> Position:
        """Take ``amount`` of margin back into the wallet."""
        limit = self.max_removable(user_id, symbol, side)
        if amount <= ZERO:
            raise Refusal(Reason.PARAMETER, _FUTURES, detail="withdrawAmount")
        if amount > limit:
            raise Refusal(Reason.MARGIN_REMOVAL, _FUTURES, limit=f"{limit:f}")
        user = self._state.users[user_id]
        position = self._isolated(self._desk.market(symbol), user, side)
        self._add(user, position, -amount, now_ms)
        return position

    def _isolated(self, market: FuturesMarket, user: User, side: PositionSide) -> Position:
        position = market.position(user, side)
        if position is None:
            raise Refusal(Reason.NO_POSITION, _FUTURES)
        if position.mode is not MarginMode.ISOLATED:
            raise Refusal(Reason.CROSS_ONLY, _FUTURES, symbol=market.symbol)
        return position

    def _add(self, user: User, position: Position, amount: Decimal, now_ms: int) -> None:
        position.cross += amount
        wallet = user.wallet(position.settle)
        wallet.isolated_positions += amount
        self._state.wallet_changed(user, wallet, now_ms)
        self._moved(user, position, now_ms)

    def _moved(self, user: User, position: Position, now_ms: int) -> None:
        position.updated_ms = now_ms
        self._state.position_changed(user, position)
        self._state.events.append(
            PositionUpdate(user.id, position.symbol, position.side, "marginChange", self._state.stamp(now_ms))
        )


def open_positions(state: State, symbol: str) -> list[Position]:
    """Return everybody's open positions on a contract."""
    return [one for user in state.users.values() for key, one in user.positions.items() if key[0] == symbol]


def score(wallets: Wallets, user: User, position: Position) -> Decimal:
    """Return what ranks a position for auto-deleveraging: profit times leverage, or profit over leverage in loss."""
    figures = wallets.figures(user, position)
    leverage = max(figures.leverage, Decimal("0.01"))
    return figures.pnl_ratio * leverage if figures.pnl > ZERO else figures.pnl_ratio / leverage
