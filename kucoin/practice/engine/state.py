"""What all parts of the engine share: users and their money, numbers that only rise, and what is to be written down."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, field

from kucoin.decimals import ZERO
from kucoin.practice.engine.events import BalanceUpdate, DebtChanged, Event, WalletUpdate
from kucoin.practice.engine.records import (
    Balance,
    ClosedPosition,
    Entry,
    Fill,
    FundingEntry,
    LoanEntry,
    Oco,
    Order,
    Position,
    Profile,
    Stop,
    Wallet,
)
from kucoin.practice.engine.terms import TRADE, Family, PositionSide

# Takes the fees, lends to margin traders, insures futures positions. Its balances may be negative.
HOUSE = "house"
# Sequences of books begin as far behind the time, as KuCoin's are: ccxt takes an increment for an old one where its
# time in ms is not above the book's sequence. They stay behind while a book changes less than 1,000 times a second.
_BEHIND_MS = 100_000_000_000


class Changes(Struct, kw_only=True):
    """What one or more commands did: records as they are now, history to add, events to push.

    The records are the engine's own: they are written before the next command, or they show what came later. Nothing
    of a house user is among them. A position with ``qty`` 0 is gone.
    """

    serial: int
    profiles: list[Profile] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    ocos: list[Oco] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    wallets: list[Wallet] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    ledger: list[Entry] = field(default_factory=list)
    loans: list[LoanEntry] = field(default_factory=list)
    fundings: list[FundingEntry] = field(default_factory=list)
    closed: list[ClosedPosition] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class User:
    """A user's settings, money, and what is alive of their orders.

    Attributes:
        live: Orders that are active, by symbol and id.
        spot_count: How many of them are spot or margin orders.
        oids: What may not be repeated: client order ids of live orders and waiting stops, by family.
    """

    __slots__ = ("balances", "house", "id", "live", "oids", "positions", "profile", "spot_count", "stops", "wallets")

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.id = profile.id
        self.house = profile.house
        self.balances: dict[tuple[str, str], Balance] = {}
        self.wallets: dict[str, Wallet] = {}
        self.positions: dict[tuple[str, PositionSide], Position] = {}
        self.live: dict[str, dict[str, Order]] = {}
        self.spot_count = 0
        self.stops: dict[str, Stop] = {}
        self.oids: dict[Family, dict[str, Order | Stop]] = {family: {} for family in Family}

    def balance(self, account: str, currency: str) -> Balance:
        """Return the balance of ``currency`` in ``account``, an empty one where there was none."""
        found = self.balances.get((account, currency))
        if found is None:
            found = self.balances[account, currency] = Balance(user=self.id, account=account, currency=currency)
        return found

    def wallet(self, currency: str) -> Wallet:
        """Return the futures wallet of ``currency``, an empty one where there was none."""
        found = self.wallets.get(currency)
        if found is None:
            found = self.wallets[currency] = Wallet(user=self.id, currency=currency)
        return found


class State:
    """Users, numbers and the record of what was done since it was last drained.

    Args:
        now_ms: Numbers start from it, so that those of a later start are higher without being kept.
    """

    def __init__(self, now_ms: int) -> None:
        self.users: dict[str, User] = {}
        self.house = self.add(Profile(id=HOUSE, house=True))
        self.serial = now_ms * 10_000
        self.sequence = now_ms - _BEHIND_MS
        self._last_ns = 0
        self._profiles: dict[str, Profile] = {}
        self._orders: dict[str, Order] = {}
        self._stops: dict[str, Stop] = {}
        self._ocos: dict[str, Oco] = {}
        self._balances: dict[tuple[str, str, str], Balance] = {}
        self._wallets: dict[tuple[str, str], Wallet] = {}
        self._positions: dict[str, Position] = {}
        self._history = Changes(serial=0)
        self.events = self._history.events

    def add(self, profile: Profile) -> User:
        """Take in a user."""
        self.users[profile.id] = user = User(profile)
        return user

    def number(self) -> int:
        """Return a number that none has had before."""
        self.serial += 1
        return self.serial

    def stamp(self, now_ms: int) -> int:
        """Return ``now_ms`` in nanoseconds, made later than any stamp before."""
        self._last_ns = max(now_ms * 1_000_000, self._last_ns + 1)
        return self._last_ns

    def drain(self) -> Changes:
        """Return what was done since the last call, and forget it."""
        done = self._history
        done.serial = self.serial
        done.profiles = list(self._profiles.values())
        done.orders = list(self._orders.values())
        done.stops = list(self._stops.values())
        done.ocos = list(self._ocos.values())
        done.balances = list(self._balances.values())
        done.wallets = list(self._wallets.values())
        done.positions = list(self._positions.values())
        dirty: tuple[dict[str, Profile], dict[str, Order], dict[str, Stop], dict[str, Oco], dict[str, Position]]
        dirty = (self._profiles, self._orders, self._stops, self._ocos, self._positions)
        for kept in dirty:
            kept.clear()
        self._balances.clear()
        self._wallets.clear()
        self._history = Changes(serial=0)
        self.events = self._history.events
        return done

    def profile_changed(self, user: User) -> None:
        """Note that a user's settings are to be written."""
        if not user.house:
            self._profiles[user.id] = user.profile

    def order_changed(self, order: Order) -> None:
        """Note that the order of a user who is not the house is to be written."""
        self._orders[order.id] = order

    def stop_changed(self, stop: Stop) -> None:
        """Note that the stop of a user who is not the house is to be written."""
        self._stops[stop.id] = stop

    def oco_changed(self, oco: Oco) -> None:
        """Note that an OCO order is to be written."""
        self._ocos[oco.id] = oco

    def position_changed(self, user: User, position: Position) -> None:
        """Note that a position is to be written."""
        if not user.house:
            self._positions[position.id] = position

    def filled(self, fill: Fill) -> None:
        """Add a fill to the history."""
        self._history.fills.append(fill)

    def closed(self, position: ClosedPosition) -> None:
        """Add a closed position to the history."""
        self._history.closed.append(position)

    def funded(self, entry: FundingEntry) -> None:
        """Add a funding settlement to the history."""
        self._history.fundings.append(entry)

    def move(
        self,
        user: User,
        account: str,
        currency: str,
        now_ms: int,
        relation: str,
        *,
        total: Decimal = ZERO,
        hold: Decimal = ZERO,
        biz: str = "",
        fee: Decimal = ZERO,
        order: Order | None = None,
        trade_id: int | None = None,
    ) -> None:
        """Change a balance by ``total`` and what is on hold of it by ``hold``; ``biz`` names the line in the ledger."""
        if not total and not hold:
            return
        balance = user.balance(account, currency)
        balance.total += total
        balance.hold += hold
        if user.house:
            return
        self._balances[user.id, account, currency] = balance
        if total:
            self._enter(balance, total, now_ms, biz=biz, fee=fee, order=order, trade_id=trade_id)
        self.events.append(
            BalanceUpdate(
                user=user.id,
                account=account,
                currency=currency,
                total=balance.total,
                hold=balance.hold,
                total_change=total,
                hold_change=hold,
                relation=f"{account}.{relation}",
                at_ns=self.stamp(now_ms),
                symbol=order.symbol if order else None,
                order_id=order.id if order else None,
                trade_id=trade_id,
            )
        )

    def _enter(
        self,
        balance: Balance,
        amount: Decimal,
        now_ms: int,
        *,
        biz: str,
        fee: Decimal,
        order: Order | None,
        trade_id: int | None,
    ) -> None:
        """Add a line to the ledger of a balance that has moved."""
        self._history.ledger.append(
            Entry(
                id=self.number(),
                user=balance.user,
                account=balance.account,
                currency=balance.currency,
                biz=biz,
                amount=amount,
                fee=fee,
                balance=balance.total,
                created_ms=now_ms,
                symbol=order.symbol if order else None,
                order_id=order.id if order else None,
                trade_id=trade_id,
            )
        )

    def owe(
        self,
        user: User,
        account: str,
        currency: str,
        now_ms: int,
        kind: str,
        *,
        principal: Decimal = ZERO,
        interest: Decimal = ZERO,
        daily_rate: Decimal = ZERO,
    ) -> None:
        """Change what a margin account owes; a repayment lowers both parts."""
        balance = user.balance(account, currency)
        balance.principal += principal
        balance.interest += interest
        if user.house:
            return
        self._balances[user.id, account, currency] = balance
        self._history.loans.append(
            LoanEntry(
                id=self.number(),
                user=user.id,
                account=account,
                currency=currency,
                kind=kind,
                principal=principal,
                interest=interest,
                daily_rate=daily_rate,
                created_ms=now_ms,
            )
        )
        self.events.append(DebtChanged(user.id, account, kind, self.stamp(now_ms)))

    def wallet_changed(self, user: User, wallet: Wallet, now_ms: int) -> None:
        """Note that a futures wallet is to be written and pushed."""
        if user.house:
            return
        wallet.version += 1
        key = (user.id, wallet.currency)
        if key not in self._wallets:
            self._wallets[key] = wallet
            self.events.append(WalletUpdate(user.id, wallet.currency, self.stamp(now_ms)))

    def pay(
        self,
        user: User,
        wallet: Wallet,
        now_ms: int,
        amount: Decimal,
        *,
        biz: str = "RealisedPNL",
        fee: Decimal = ZERO,
        symbol: str | None = None,
        order_id: str | None = None,
        trade_id: int | None = None,
        remark: str | None = None,
    ) -> None:
        """Move ``amount`` (signed, net of ``fee``) into a futures wallet."""
        wallet.total += amount
        if user.house:
            return
        self.wallet_changed(user, wallet, now_ms)
        self._history.ledger.append(
            Entry(
                id=self.number(),
                user=user.id,
                account="contract",
                currency=wallet.currency,
                biz=biz,
                amount=amount,
                fee=fee,
                balance=wallet.total,
                created_ms=now_ms,
                symbol=symbol,
                order_id=order_id,
                trade_id=trade_id,
                remark=remark or symbol,
            )
        )

    def fee_income(self, currency: str, amount: Decimal, *, futures: bool = False) -> None:
        """Credit the house: its trading account on spot, its wallet on futures."""
        if futures:
            self.house.wallet(currency).total += amount
        else:
            self.house.balance(TRADE, currency).total += amount
