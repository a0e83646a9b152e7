"""What happens to futures positions by themselves: funding on schedule, liquidation, auto-deleveraging."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from kucoin.decimals import ZERO, floor_to
from kucoin.practice.engine.events import FundingPaid, FundingSettled
from kucoin.practice.engine.futures import FuturesDesk
from kucoin.practice.engine.futures_account import open_positions, score
from kucoin.practice.engine.futures_market import FuturesMarket
from kucoin.practice.engine.matching import Deal
from kucoin.practice.engine.records import FundingEntry, Order, Position
from kucoin.practice.engine.requests import FuturesRequest
from kucoin.practice.engine.state import State, User
from kucoin.practice.engine.terms import (
    CONTRACT,
    MarginMode,
    OrderType,
    PriceType,
    Side,
    TimeInForce,
)
from kucoin.practice.engine.wallets import Wallets

_FUNDING_STEP = Decimal("1E-8")


class Clearing:
    """The exchange's own acts on futures."""

    def __init__(self, state: State, wallets: Wallets, desk: FuturesDesk) -> None:
        self._state = state
        self._wallets = wallets
        self._desk = desk

    def tick(
        self,
        now_ms: int,
        index: Mapping[str, Decimal],
        marks: Mapping[str, Decimal],
        rates: Mapping[str, Decimal],
    ) -> None:
        """Take new prices and rates, and do what they and the time demand."""
        for symbol, market in self._desk.markets.items():
            market.rate = rates.get(symbol, market.rate)
            price = index.get(symbol, market.index)
            if price is not None:
                market.price(price, now_ms, marks.get(symbol))
            while now_ms >= market.funding_ms:
                self._fund(market, now_ms)
        for market in self._desk.markets.values():
            self._desk.stops.settle(market, now_ms, (PriceType.MARK, PriceType.INDEX))
            self._desk.settle(market, now_ms)
        for user in list(self._state.users.values()):
            if not user.house:
                self._check(user, now_ms)

    # Funding --------------------------------------------------------------------------------------------------

    def _fund(self, market: FuturesMarket, now_ms: int) -> None:
        """Settle one funding: with a positive rate the longs pay the shorts. What rounding leaves is the house's."""
        at_ms = market.funding_ms
        market.funding_ms += market.contract.funding_interval_ms
        if market.mark is None:
            return
        left = ZERO
        for position in open_positions(self._state, market.symbol):
            left -= self._fund_position(market, position, at_ms, now_ms)
        self._state.fee_income(market.contract.settle, left, futures=True)
        self._state.events.append(FundingSettled(market.symbol, market.rate, at_ms, self._state.stamp(now_ms)))

    def _fund_position(self, market: FuturesMarket, position: Position, at_ms: int, now_ms: int) -> Decimal:
        state, mark = self._state, market.mark_of(position)
        user = state.users[position.user]
        value = abs(market.contract.value(position.qty, mark))
        due = value * market.rate if position.qty > ZERO else -value * market.rate
        funding = -due.quantize(_FUNDING_STEP, ROUND_HALF_UP)
        wallet = user.wallet(position.settle)
        position.funding += funding
        if position.mode is MarginMode.ISOLATED:
            position.cross += max(ZERO, funding)
            position.loss += max(ZERO, -funding)
            wallet.isolated_positions += funding
        state.pay(user, wallet, now_ms, funding, symbol=market.symbol)
        state.position_changed(user, position)
        if not user.house:
            self._record(market, position, funding, value, (at_ms, now_ms))
        return funding

    def _record(
        self,
        market: FuturesMarket,
        position: Position,
        funding: Decimal,
        value: Decimal,
        times_ms: tuple[int, int],
    ) -> None:
        """Write and push what one position paid or got; the times are when it was due and when it was done."""
        state, (at_ms, now_ms) = self._state, times_ms
        mark = market.mark_of(position)
        state.funded(
            FundingEntry(
                id=state.number(),
                user=position.user,
                symbol=market.symbol,
                side=position.side,
                mode=position.mode,
                settle=position.settle,
                rate=market.rate,
                mark_price=mark,
                qty=position.qty,
                value=value,
                funding=funding,
                time_ms=at_ms,
            )
        )
        state.events.append(
            FundingPaid(
                user=position.user,
                symbol=market.symbol,
                side=position.side,
                time_ms=at_ms,
                rate=market.rate,
                mark_price=mark,
                qty=position.qty,
                funding=funding,
                at_ns=state.stamp(now_ms),
            )
        )

    # Liquidation ----------------------------------------------------------------------------------------------

    def _check(self, user: User, now_ms: int) -> None:
        """Liquidate what is below its maintenance."""
        for position in [one for one in user.positions.values() if one.mode is MarginMode.ISOLATED]:
            figures = self._wallets.figures(user, position)
            if position.qty and figures.backing <= figures.maintenance:
                self._cancel_orders(user, now_ms, position.symbol)
                self._liquidate(user, position, figures.bankrupt_price, now_ms)
        for currency in dict.fromkeys(one.settle for one in user.positions.values() if one.mode is MarginMode.CROSS):
            self._check_cross(user, currency, now_ms)
        for wallet in user.wallets.values():
            if wallet.total < ZERO and not any(one.settle == wallet.currency for one in user.positions.values()):
                self._cover(user, wallet.currency, now_ms)

    def _check_cross(self, user: User, currency: str, now_ms: int) -> None:
        """Liquidate cross positions, the one in deepest loss first, until what stands behind them is enough."""
        if not self._is_short(user, currency):
            return
        for symbol in [one for one in user.live if one in self._desk.markets]:
            if self._desk.markets[symbol].contract.settle == currency:
                self._cancel_orders(user, now_ms, symbol)
        while self._is_short(user, currency):
            worst = min(self._wallets.held(user, currency, MarginMode.CROSS), key=self._wallets.pnl)
            solvent = self._wallets.backing(user, user.wallet(currency)) > ZERO
            price = self._wallets.figures(user, worst).bankrupt_price if solvent else None
            self._liquidate(user, worst, price, now_ms)
        self._cover(user, currency, now_ms)

    def _is_short(self, user: User, currency: str) -> bool:
        held = list(self._wallets.held(user, currency, MarginMode.CROSS))
        keep = sum((self._wallets.cross_maintenance(user, one) for one in held), ZERO)
        return bool(held) and self._wallets.backing(user, user.wallet(currency)) <= keep

    def _cover(self, user: User, currency: str, now_ms: int) -> None:
        """Let the house make good what a wallet lacks after liquidation, or after a close beyond bankruptcy."""
        wallet = user.wallet(currency)
        if wallet.total < ZERO:
            lacking = -wallet.total
            self._state.fee_income(currency, -lacking, futures=True)
            self._state.pay(user, wallet, now_ms, lacking, remark="insurance")

    def _cancel_orders(self, user: User, now_ms: int, symbol: str) -> None:
        market = self._desk.markets[symbol]
        for order in list(user.live.get(symbol, {}).values()):
            if order.active:
                market.cancel(order, now_ms, "liquidation")

    def _liquidate(self, user: User, position: Position, bankrupt: Decimal | None, now_ms: int) -> None:
        """Close a position in the market down to its bankruptcy price, the rest against those who profit most.

        Without a bankruptcy price the mark price bounds it. What is left of an isolated position's margin goes to the
        house, which also bears what it lacks.
        """
        market = self._desk.markets[position.symbol]
        margin, wallet = position.margin, user.wallet(position.settle)
        isolated = position.mode is MarginMode.ISOLATED
        before = wallet.total
        price = bankrupt if bankrupt is not None else market.mark_of(position)
        bound = max(market.contract.tick_size, floor_to(price, market.contract.tick_size))
        order = self._order(market, user, position, now_ms)
        market.enter(order, bound, now_ms)
        if position.qty:
            self._deleverage(market, position, bound, now_ms)
        if isolated:
            left = margin + wallet.total - before
            self._state.fee_income(position.settle, left, futures=True)
            self._state.pay(user, wallet, now_ms, -left, symbol=market.symbol, remark="liquidation")
        self._desk.settle(market, now_ms)

    def _order(self, market: FuturesMarket, user: User, position: Position, now_ms: int, kind: str = "liquid") -> Order:
        """An order of the exchange's own that closes ``position``."""
        number = self._state.number()
        side = Side.SELL if position.qty > ZERO else Side.BUY
        size = abs(position.qty)
        return Order(
            id=str(number),
            serial=number,
            user=user.id,
            symbol=market.symbol,
            account=CONTRACT,
            request=FuturesRequest(
                symbol=market.symbol,
                client_oid=str(number),
                side=side,
                type=OrderType.MARKET,
                size=size,
                margin_mode=position.mode,
                position_side=position.side,
                reduce_only=True,
            ),
            side=side,
            type=OrderType.MARKET,
            time_in_force=TimeInForce.IOC,
            size=size,
            remaining=size,
            fee_currency=market.contract.settle,
            leverage=position.leverage,
            is_closing=True,
            kind=kind,
            created_ms=now_ms,
            updated_ms=now_ms,
            ordered_ns=self._state.stamp(now_ms),
        )

    def _deleverage(self, market: FuturesMarket, position: Position, price: Decimal, now_ms: int) -> None:
        """Close the rest of ``position`` at ``price`` against the other side's positions, the most profitable first.

        The house takes what nobody holds.
        """
        state = self._state
        others = [one for one in open_positions(state, market.symbol) if one.qty * position.qty < ZERO]
        others.sort(key=lambda one: score(self._wallets, state.users[one.user], one), reverse=True)
        for counter in others:
            size = min(abs(position.qty), abs(counter.qty))
            if size and counter.user != position.user:
                closing = self._order(market, state.users[counter.user], counter, now_ms, "adl")
                self._trade(market, position, closing, (price, size), now_ms)
        if position.qty:
            house = self._order(market, state.house, position, now_ms, "adl")
            house.side = Side.BUY if position.qty > ZERO else Side.SELL
            house.is_closing = False
            self._trade(market, position, house, (price, abs(position.qty)), now_ms)

    def _trade(
        self, market: FuturesMarket, position: Position, counter: Order, terms: tuple[Decimal, Decimal], now_ms: int
    ) -> None:
        """Book a deal outside the book between a liquidated position and ``counter``."""
        price, size = terms
        own = self._order(market, self._state.users[position.user], position, now_ms, "adl")
        deal = Deal(self._state.number(), price, size, now_ms)
        for order, other in ((own, counter), (counter, own)):
            order.size = size
            order.filled_size = size
            order.remaining = ZERO
            order.active = False
            market.settle(order, other, deal, is_taker=False)
            market.tell(order, "filled", now_ms)
