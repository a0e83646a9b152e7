"""What must be true of an engine at any moment, whatever was done to it."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

from kucoin.practice.engine.engine import Engine, Saved
from kucoin.practice.engine.events import LevelChange
from kucoin.practice.engine.futures_market import FuturesMarket, margin_mode
from kucoin.practice.engine.lines import position_side
from kucoin.practice.engine.positions import order_margin
from kucoin.practice.engine.records import Order
from kucoin.practice.engine.requests import FuturesRequest
from kucoin.practice.engine.state import HOUSE, Changes, User
from kucoin.practice.engine.terms import CONTRACT, MarginMode, OrderType, PositionSide, Side

ZERO = Decimal(0)
_CANONICAL = {"XBT": "BTC"}


def coins(engine: Engine) -> dict[str, Decimal]:
    """Every coin there is, with what open positions have put into each other's wallets taken out."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for user in engine.users():
        for balance in user.balances.values():
            sums[balance.currency] += balance.total
        for wallet in user.wallets.values():
            sums[_CANONICAL.get(wallet.currency, wallet.currency)] += wallet.total
        for position in user.positions.values():
            sums[_CANONICAL.get(position.settle, position.settle)] -= position.cost
    return dict(sums)


def check(engine: Engine) -> None:
    """Assert all of it."""
    for symbol in (*engine.spot.markets, *engine.futures.markets):
        _check_book(engine, symbol)
    for user in engine.users():
        _check_orders(engine, user)
        _check_holds(engine, user)
        _check_wallets(user)
    for market in engine.futures.markets.values():
        _check_positions(engine, market)


def _check_book(engine: Engine, symbol: str) -> None:
    book = engine.market(symbol).book
    bid, ask = book.best(Side.BUY), book.best(Side.SELL)
    assert bid is None or ask is None or bid < ask, f"{symbol} is crossed: {bid} {ask}"
    for side, levels in ((Side.BUY, book.bids), (Side.SELL, book.asks)):
        prices = [level.price for level in levels]
        assert prices == sorted(set(prices), reverse=side is Side.SELL), f"{symbol} {side} levels out of order"
        for level in levels:
            orders = list(level.orders.values())
            assert level.size == sum(order.remaining for order in orders) > 0
            serials = [order.serial for order in orders]
            assert serials == sorted(serials), f"{symbol} {level.price}: a newer order is ahead"
            for order in orders:
                assert (order.side, order.price, order.in_book, order.active) == (side, level.price, True, True)
                assert engine.user(order.user).live[symbol][order.id] is order


def _check_orders(engine: Engine, user: User) -> None:
    count = 0
    for symbol, orders in user.live.items():
        count += len(orders) * (symbol in engine.spot.markets)
        for order in orders.values():
            assert order.active
            assert order.in_book, f"{order.id} is alive outside the book"
            assert order.remaining > 0
            assert order.size == order.filled_size + order.canceled_size + order.remaining
    assert count == user.spot_count
    alive = {order.id for orders in user.live.values() for order in orders.values() if order.client_oid}
    waiting = {stop.id for stop in user.stops.values() if stop.client_oid}
    assert {one.id for named in user.oids.values() for one in named.values()} == alive | waiting


def _need(engine: Engine, order: Order) -> Decimal:
    """What a resting limit order on a pair freezes, worked out anew from its price, its rest and the fee."""
    assert order.type is OrderType.LIMIT
    pair = engine.spot.markets[order.symbol].pair
    profile = engine.user(order.user).profile
    rate = max(profile.maker_rate * pair.maker_coefficient, profile.taker_rate * pair.taker_coefficient)
    buys = order.side is Side.BUY
    amount = order.remaining * (order.price if buys else 1)
    return amount * (1 + rate) if pair.fee_currency == (pair.quote if buys else pair.base) else amount


def _check_holds(engine: Engine, user: User) -> None:
    needed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for symbol, orders in user.live.items():
        if symbol in engine.spot.markets:
            pair = engine.spot.markets[symbol].pair
            for order in orders.values():
                assert order.hold == _need(engine, order), f"{order.id} holds {order.hold}"
                needed[order.account, pair.quote if order.side is Side.BUY else pair.base] += order.hold
    for key, balance in user.balances.items():
        assert balance.hold == needed.pop(key, ZERO), f"{user.id} {key}: hold {balance.hold}"
        assert balance.principal >= 0
        assert balance.interest >= 0
        if user.id != HOUSE:
            assert balance.total >= balance.hold, f"{user.id} {key}: {balance.total} < {balance.hold}"
    assert not any(needed.values())


def _check_wallets(user: User) -> None:
    for currency, wallet in user.wallets.items():
        if user.house:
            continue
        orders = [order for live in user.live.values() for order in live.values() if order.account == CONTRACT]
        mine = [order for order in orders if order.fee_currency == currency]
        for mode, tied in (
            (MarginMode.ISOLATED, wallet.isolated_orders),
            (MarginMode.CROSS, wallet.cross_orders),
        ):
            assert tied == sum(order.hold for order in mine if margin_mode(order) is mode)
        held = [one for one in user.positions.values() if one.settle == currency]
        margins = [one.margin for one in held if one.mode is MarginMode.ISOLATED]
        assert wallet.isolated_positions == sum(margins), f"{user.id} {currency}: {wallet.isolated_positions}"


def _check_positions(engine: Engine, market: FuturesMarket) -> None:
    held = [one for user in engine.users() for one in user.positions.values() if one.symbol == market.symbol]
    assert sum(one.qty for one in held) == 0, f"{market.symbol}: {[(one.user, one.qty) for one in held]}"
    for one in held:
        assert one.qty != 0
        assert one.gross == -(one.flow - one.cost)
        assert (one.cost > 0) == (one.qty * market.contract.multiplier > 0)
        assert abs(one.qty) == one.opened - one.closed
        if one.side is not PositionSide.BOTH:
            assert (one.qty > 0) == (one.side is PositionSide.LONG)
    for user in engine.users():
        if not user.house:
            for side, of in product(Side, PositionSide):
                _check_margins(market, user, side, of)


def _check_margins(market: FuturesMarket, user: User, side: Side, of: PositionSide) -> None:
    """Each order freezes the margin of what it opens when those that are ahead of it have closed what there is."""
    live = user.live.get(market.symbol, {}).values()
    orders = [one for one in live if one.side is side and position_side(one) is of]
    orders.sort(key=lambda one: (-one.price if side is Side.BUY else one.price, one.serial))
    assert [one.id for one in market.lines.orders((user.id, side, of))] == [one.id for one in orders]
    left = market.closable(user, side, of)
    for order in orders:
        opens = max(ZERO, order.remaining - left)
        left = max(ZERO, left - order.remaining)
        if order.is_closing:
            assert (opens, order.hold) == (0, 0), f"{order.id} may only close"
            continue
        assert isinstance(order.request, FuturesRequest)
        if order.request.force_hold:
            opens = order.remaining
        value = market.contract.value(opens, order.price)
        tier = market.tier_of(user, margin_mode(order), value)
        needed = order_margin(market.contract, tier, value, order.leverage)
        assert (order.margined, order.hold) == (opens, needed), f"{order.id} opens {opens} with {order.hold}"


class Store:
    """What a store keeps that writes down everything it is given: the newest of every record."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[object, Any]] = defaultdict(dict)
        self._serial = 0

    def take(self, changes: Changes) -> None:
        """Write down, as of now: the records themselves go on changing."""
        self._serial = changes.serial
        keys: dict[str, Callable[[Any], object]] = {
            "balances": lambda one: (one.user, one.account, one.currency),
            "wallets": lambda one: (one.user, one.currency),
        }
        for kind in ("profiles", "orders", "stops", "ocos", "positions", *keys):
            for record in getattr(changes, kind):
                key = keys.get(kind, lambda one: one.id)(record)
                self._kept[kind][key] = copy.deepcopy(record)

    def saved(self) -> Saved:
        """What an engine takes to go on."""
        kept = {kind: list(records.values()) for kind, records in self._kept.items()}
        return Saved(
            serial=self._serial,
            profiles=kept.get("profiles", []),
            balances=kept.get("balances", []),
            wallets=kept.get("wallets", []),
            orders=[order for order in kept.get("orders", []) if order.active],
            stops=[stop for stop in kept.get("stops", []) if stop.status == "NEW"],
            ocos=[oco for oco in kept.get("ocos", []) if oco.status == "NEW"],
            positions=[position for position in kept.get("positions", []) if position.qty],
        )


class Mirror:
    """What somebody knows who only reads what the engine gives out: books from level changes, money from ledgers.

    And debts from loan records.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._levels: dict[tuple[str, Side], dict[Decimal, Decimal]] = defaultdict(dict)
        self._sequence: dict[str, int] = {}
        self._money: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        self._debts: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        self._last_ns = 0

    def take(self, changes: Changes) -> None:
        """Read what was drained."""
        for event in changes.events:
            assert event.at_ns > self._last_ns
            self._last_ns = event.at_ns
            if isinstance(event, LevelChange):
                before = self._sequence.get(event.symbol)
                assert before is None or event.sequence == before + 1
                self._sequence[event.symbol] = event.sequence
                levels = self._levels[event.symbol, event.side]
                levels[event.price] = event.size
                if not event.size:
                    del levels[event.price]
        for line in changes.ledger:
            key = (line.user, line.account, line.currency)
            self._money[key] += line.amount
            assert self._money[key] == line.balance
        for loan in changes.loans:
            self._debts[loan.user, loan.account, loan.currency] += loan.principal + loan.interest

    def check(self) -> None:
        """Assert that it knows the truth."""
        for (symbol, side), levels in self._levels.items():
            assert dict(self._engine.market(symbol).book.depth(side)) == levels
        for user in self._engine.users():
            if not user.house:
                for balance in user.balances.values():
                    key = (user.id, balance.account, balance.currency)
                    assert (self._money[key], self._debts[key]) == (balance.total, balance.liability)
                for wallet in user.wallets.values():
                    assert self._money[user.id, CONTRACT, wallet.currency] == wallet.total
