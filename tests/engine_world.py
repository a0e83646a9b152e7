"""A small exchange for the tests of the engine: two pairs, three contracts, and short ways to trade on them."""

from __future__ import annotations

from decimal import Decimal

from kucoin.practice.engine.engine import Engine
from kucoin.practice.engine.instruments import Contract, Loan, Pair, Tier
from kucoin.practice.engine.records import Order, Position, Profile, Stop
from kucoin.practice.engine.requests import FuturesRequest, SpotRequest
from kucoin.practice.engine.terms import CONTRACT, TRADE, OrderType, PositionSide, Side

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

TIERS = (
    Tier(1, D(100_000), 100, D("0.01"), D("0.005")),
    Tier(2, D(500_000), 50, D("0.02"), D("0.01")),
    Tier(3, D(5_000_000), 10, D("0.1"), D("0.05")),
)
XBTUSDTM = Contract(
    symbol="XBTUSDTM",
    base="XBT",
    quote="USDT",
    settle="USDT",
    multiplier=D("0.001"),
    tick_size=D("0.1"),
    lot_size=D(1),
    max_qty=D(100_000),
    market_max_qty=D(50_000),
    maker_rate=D("0.0002"),
    taker_rate=D("0.0006"),
    tiers=TIERS,
    funding_interval_ms=8 * 3_600_000,
)
# Inverse: settled in the coin, a lot is one dollar.
XBTUSDM = Contract(
    symbol="XBTUSDM",
    base="XBT",
    quote="USD",
    settle="XBT",
    multiplier=D(-1),
    tick_size=D("0.1"),
    lot_size=D(1),
    max_qty=D(10_000_000),
    market_max_qty=D(1_000_000),
    maker_rate=D("0.0002"),
    taker_rate=D("0.0006"),
    tiers=(Tier(1, D(100), 100, D("0.01"), D("0.005")),),
    funding_interval_ms=4 * 3_600_000,
)
INDEX = {"XBTUSDTM": D(50_000), "XBTUSDM": D(50_000)}


class World:
    """An engine with users who own something, and commands without ceremony."""

    def __init__(
        self,
        *users: str,
        pairs: tuple[Pair, ...] = (BTC_USDT, ODD_USDT),
        contracts: tuple[Contract, ...] = (XBTUSDTM, XBTUSDM),
    ) -> None:
        self.engine = Engine(now_ms=NOW, pairs=pairs, contracts=contracts, loans=LOANS)
        self.now = NOW
        self._count = 0
        for user in users or ("ann", "bob", "cid"):
            self.engine.add_user(Profile(id=user))
            for currency in ("USDT", "BTC", "ODD"):
                self.engine.accounts.credit(self.now, user, TRADE, currency, D(10_000))
            self.engine.accounts.credit(self.now, user, CONTRACT, "USDT", D(10_000))
            self.engine.accounts.credit(self.now, user, CONTRACT, "XBT", D(10))
        self.engine.tick(self.now, coins=COINS, index=INDEX)

    def limit(self, user: str, side: str, price: Decimal | str, size: Decimal | str, **more: object) -> Order:
        """Place a limit order on BTC-USDT, or on ``symbol``."""
        asked = {"symbol": "BTC-USDT", **more}
        request = SpotRequest(side=Side(side), price=D(price), size=D(size), **asked)  # type: ignore[arg-type]
        return self.engine.spot.place(self.now, user, request)

    def market(self, user: str, side: str, **more: object) -> Order:
        """Place a market order on BTC-USDT, or on ``symbol``."""
        asked = {"symbol": "BTC-USDT", "type": OrderType.MARKET, **more}
        request = SpotRequest(side=Side(side), **asked)  # type: ignore[arg-type]
        return self.engine.spot.place(self.now, user, request)

    def future(self, user: str, side: str | None, price: Decimal | str | None, size: int, **more: object) -> Order:
        """Place an order on XBTUSDTM, or on ``symbol``, at 10 times unless told; without price a market order."""
        placed = self.ask_future(user, side, price, size, **more)
        assert isinstance(placed, Order)
        return placed

    def future_stop(self, user: str, side: str | None, price: Decimal | str | None, size: int, **more: object) -> Stop:
        """Let an order on XBTUSDTM wait."""
        placed = self.ask_future(user, side, price, size, **more)
        assert isinstance(placed, Stop)
        return placed

    def ask_future(
        self, user: str, side: str | None, price: Decimal | str | None, size: int | None, **more: object
    ) -> Order | Stop:
        """Place whatever it is."""
        self._count += 1
        kind = OrderType.MARKET if price is None else OrderType.LIMIT
        asked = {"symbol": "XBTUSDTM", "type": kind, "leverage": D(10), "client_oid": f"oid{self._count}", **more}
        request = FuturesRequest(
            side=None if side is None else Side(side),
            price=None if price is None else D(price),
            size=None if size is None else D(size),
            **asked,  # type: ignore[arg-type]
        )
        return self.engine.futures.place(self.now, user, request)

    def position(self, user: str, symbol: str = "XBTUSDTM", side: PositionSide = PositionSide.BOTH) -> Position:
        """Return an open position."""
        return self.engine.user(user).positions[symbol, side]

    def mark(self, price: Decimal | str, seconds: float = 1, symbol: str = "XBTUSDTM") -> None:
        """Let the index and, in an hour without a book, the mark price go to ``price``."""
        self.now += int(seconds * 1000)
        self.engine.tick(self.now, index={symbol: D(price)})

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
