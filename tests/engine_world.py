"""A small exchange for the tests of the engine: two pairs, three contracts, and short ways to trade on them."""

from __future__ import annotations

from decimal import Decimal

from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.instruments import Loan, Pair
from kucoin.practice.engine.records import Order, Profile, SpotRequest
from kucoin.practice.engine.terms import TRADE, OrderType, Side

D = Decimal
NOW = 1_790_000_000_000

BTC_USDT = Pair(
    symbol="BTC-USDT",
    base="BTC",
    quote="USDT",
    fee_currency="USDT",
    base_min_size=D("0.00001"),
    base_max_size=D(10_000),
    base_increment=D("0.00000001"),
    quote_min_size=D("0.1"),
    quote_max_size=D(99_999_999),
    quote_increment=D("0.000001"),
    price_increment=D("0.1"),
    min_funds=D("0.5"),
    price_limit_rate=D("0.1"),
    cross_leverage=5,
    isolated_leverage=10,
)
# Fees in base, a triple fee class, no price guard, no margin.
ODD_USDT = Pair(
    symbol="ODD-USDT",
    base="ODD",
    quote="USDT",
    fee_currency="ODD",
    base_min_size=D(1),
    base_max_size=D(1_000_000),
    base_increment=D(1),
    quote_min_size=D("0.1"),
    quote_max_size=D(1_000_000),
    quote_increment=D("0.01"),
    price_increment=D("0.001"),
    min_funds=D("0.1"),
    maker_coefficient=D(3),
    taker_coefficient=D(3),
)
LOANS = (
    Loan(currency="USDT", borrow_max=D(100_000), borrow_unit=D("0.01"), daily_rate=D("0.00024")),
    Loan(currency="BTC", borrow_max=D(2), borrow_unit=D("0.0001"), daily_rate=D("0.0001")),
)
COINS = {"BTC": D(100), "ODD": D(1)}


class World:
    """An engine with users who own something, and commands without ceremony."""

    def __init__(self, *users: str, pairs: tuple[Pair, ...] = (BTC_USDT, ODD_USDT)) -> None:
        self.engine = Engine(now_ms=NOW, pairs=pairs, loans=LOANS)
        self.now = NOW
        for user in users or ("ann", "bob", "cid"):
            self.engine.add_user(Profile(id=user))
            for currency in ("USDT", "BTC", "ODD"):
                self.engine.accounts.credit(self.now, user, TRADE, currency, D(10_000))
        self.engine.tick(self.now, coins=COINS)

    def limit(self, user: str, side: str, price: Decimal | str, size: Decimal | str, **more: object) -> Order:
        """Place a limit order on BTC-USDT, or on ``symbol``."""
        asked = {"symbol": "BTC-USDT", **more}
        request = SpotRequest(side=Side(side), price=D(price), size=D(size), **asked)  # type: ignore[arg-type]
        return self.engine.spot.place(self.now, user, request)

    def market(self, user: str, side: str, **more: object) -> Order:
        """Place a market order on BTC-USDT, or on ``symbol``."""
        asked = {"symbol": "BTC-USDT", **more}
        request = SpotRequest(side=Side(side), type=OrderType.MARKET, **asked)  # type: ignore[arg-type]
        return self.engine.spot.place(self.now, user, request)

    def later(self, seconds: float, **coins: Decimal) -> None:
        """Let time pass."""
        self.now += int(seconds * 1000)
        self.engine.tick(self.now, coins=coins)

    def total(self, user: str, currency: str, account: str = TRADE) -> Decimal:
        """What ``user`` owns of ``currency``."""
        return self.engine.user(user).balance(account, currency).total

    def hold(self, user: str, currency: str, account: str = TRADE) -> Decimal:
        """What of it is frozen."""
        return self.engine.user(user).balance(account, currency).hold
