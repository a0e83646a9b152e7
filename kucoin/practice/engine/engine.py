"""The exchange itself: everything that trades, in one object that knows neither clock nor chance nor wire.

Commands live on the desks: ``spot``, ``margin``, ``futures``, ``futures_account``, ``accounts``. Each takes the time in
ms and a user's id first, happens at once and wholly or raises `Refusal`, and leaves what it did in `drain`. What time
and prices alone bring about happens in `tick`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from heapq import heappop

from msgspec import Struct, structs

from kucoin.decimals import ZERO
from kucoin.practice.engine.accounts import Accounts
from kucoin.practice.engine.clearing import Clearing
from kucoin.practice.engine.futures import FuturesDesk
from kucoin.practice.engine.futures_account import FuturesAccount, open_positions
from kucoin.practice.engine.futures_market import FuturesMarket
from kucoin.practice.engine.instruments import Contract, Loan, Pair
from kucoin.practice.engine.loans import Loans
from kucoin.practice.engine.margin import MarginDesk
from kucoin.practice.engine.matching import Market
from kucoin.practice.engine.records import Balance, Oco, Order, Position, Profile, Stop, Wallet
from kucoin.practice.engine.spot import SpotDesk
from kucoin.practice.engine.spot_market import SpotMarket
from kucoin.practice.engine.state import Changes, State, User
from kucoin.practice.engine.terms import MARGIN, Family, PositionSide, Status, isolated
from kucoin.practice.engine.wallets import Wallets


class Saved(Struct, kw_only=True):
    """What `Engine.load` takes: the latest of every record that `Engine.drain` gave and that is not finished.

    Attributes:
        serial: The last `Changes.serial`.
        orders: Active ones.
        stops, ocos: Those whose status is NEW.
        positions: Open ones.
    """

    serial: int
    profiles: list[Profile]
    balances: list[Balance]
    wallets: list[Wallet]
    orders: list[Order]
    stops: list[Stop]
    ocos: list[Oco]
    positions: list[Position]


class Engine:
    """One exchange.

    Args:
        now_ms: Ids and sequences start from it; a later start continues above an earlier one.
        settled_ms: Up to when interest and funding are settled already; without it, up to ``now_ms``.
        pairs: Spot pairs.
        contracts: Futures contracts.
        loans: What margin traders can borrow.
    """

    def __init__(
        self,
        *,
        now_ms: int,
        pairs: Iterable[Pair],
        contracts: Iterable[Contract] = (),
        loans: Iterable[Loan] = (),
        settled_ms: int | None = None,
    ) -> None:
        self._state = State(now_ms)
        settled = now_ms if settled_ms is None else settled_ms
        self._expiring: list[tuple[int, int, Order]] = []
        listed = list(pairs)
        leverage = {MARGIN: max((pair.cross_leverage for pair in listed), default=0)}
        leverage.update({isolated(pair.symbol): pair.isolated_leverage for pair in listed})
        self._loans = Loans(self._state, {loan.currency: loan for loan in loans}, leverage, settled)
        spot = {
            pair.symbol: SpotMarket(self._state, pair, self._expiring, self._loans.repay_available) for pair in listed
        }
        futures = {contract.symbol: FuturesMarket(self._state, contract, settled) for contract in contracts}
        wallets = Wallets(self._state, futures)
        self.spot = SpotDesk(self._state, self._loans, spot)
        self.margin = MarginDesk(self._state, self._loans, self.spot)
        self.futures = FuturesDesk(self._state, wallets, futures)
        self.futures_account = FuturesAccount(self._state, wallets, self.futures)
        self.accounts = Accounts(self._state, self._loans, wallets.withdrawable)
        self._clearing = Clearing(self._state, wallets, self.futures)

    def add_user(self, profile: Profile) -> User:
        """Take in a user; money comes by ``accounts.credit``."""
        user = self._state.add(profile)
        self._state.profile_changed(user)
        return user

    def user(self, user_id: str) -> User:
        """Return a user: settings, balances, positions, what is alive of their orders."""
        return self._state.users[user_id]

    def number(self) -> int:
        """Return a number that nothing else in this exchange has, for what is written down beside the engine."""
        return self._state.number()

    def users(self) -> list[User]:
        """Return all users, the exchange's own included."""
        return list(self._state.users.values())

    def market(self, symbol: str) -> Market:
        """Return the market of a pair or contract. Raises KeyError for an unknown one."""
        return self.spot.markets.get(symbol) or self.futures.markets[symbol]

    def set_status(self, symbol: str, status: Status) -> None:
        """Open, suspend or close an instrument. Raises KeyError for an unknown one."""
        market = self.market(symbol)
        if isinstance(market, SpotMarket):
            market.pair = structs.replace(market.pair, status=status)
        elif isinstance(market, FuturesMarket):
            market.contract = structs.replace(market.contract, status=status)

    def tick(
        self,
        now_ms: int,
        *,
        coins: Mapping[str, Decimal] | None = None,
        index: Mapping[str, Decimal] | None = None,
        marks: Mapping[str, Decimal] | None = None,
        rates: Mapping[str, Decimal] | None = None,
    ) -> None:
        """Let time pass. What the mappings leave out keeps its last value.

        Args:
            coins: USDT prices of coins, for what margin accounts are worth.
            index: Index prices of contracts.
            marks: Their mark prices, where those are decided elsewhere; else they follow from index, book and trades.
            rates: Funding rates of contracts as they stand, fractions.
        """
        self._loans.prices.update(coins or {})
        self._expire(now_ms)
        self.spot.fire_dead(now_ms)
        self._clearing.tick(now_ms, index or {}, marks or {}, rates or {})
        self.margin.tick(now_ms)

    def drain(self) -> Changes:
        """Return what was done since the last call: records to write, history to add, events to push."""
        return self._state.drain()

    def load(self, saved: Saved) -> None:
        """Go on where an engine was stopped: an empty one takes in what was kept of it.

        Resting orders keep their places in the queue. The other side of the positions, which belonged to house users,
        is the house's now, at the same cost.
        """
        state = self._state
        state.serial = max(state.serial, saved.serial)
        for profile in saved.profiles:
            state.add(profile)
        for balance in saved.balances:
            state.users[balance.user].balances[balance.account, balance.currency] = balance
        for wallet in saved.wallets:
            state.users[wallet.user].wallets[wallet.currency] = wallet
        for position in saved.positions:
            state.users[position.user].positions[position.symbol, position.side] = position
        for order in sorted(saved.orders, key=lambda one: one.serial):
            self.market(order.symbol).adopt(order)
        for stop in saved.stops:
            (self.futures.stops if stop.request.family is Family.FUTURES else self.spot.stops).adopt(stop)
        self.spot.stops.ocos.update({oco.id: oco for oco in saved.ocos})
        for market in self.futures.markets.values():
            self._balance(market)

    def _balance(self, market: FuturesMarket) -> None:
        """Give the house the other side of all positions on a contract."""
        held = open_positions(self._state, market.symbol)
        qty = sum((one.qty for one in held), ZERO)
        if qty:
            cost = -sum((one.cost for one in held), ZERO)
            house = self._state.house
            house.positions[market.symbol, PositionSide.BOTH] = Position(
                id=str(self._state.number()),
                user=house.id,
                symbol=market.symbol,
                side=PositionSide.BOTH,
                settle=market.contract.settle,
                mode=held[0].mode,
                leverage=Decimal(1),
                level=1,
                qty=-qty,
                cost=cost,
                flow=cost,
                opened=abs(qty),
                opened_value=abs(cost),
            )

    def _expire(self, now_ms: int) -> None:
        while self._expiring and self._expiring[0][0] <= now_ms:
            order = heappop(self._expiring)[2]
            if order.active:
                self.market(order.symbol).cancel(order, now_ms, "expired")
