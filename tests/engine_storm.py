"""Random commands of every kind, from a seed: what people, bots and time do to the engine, sensible or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import TypeVar

from kucoin.practice.engine.records import Profile
from kucoin.practice.engine.refusals import Refusal
from kucoin.practice.engine.requests import OcoRequest, SpotRequest, StopRequest
from kucoin.practice.engine.terms import (
    CONTRACT,
    MAIN,
    MARGIN,
    TRADE,
    MarginMode,
    OrderType,
    PositionSide,
    PriceType,
    Side,
    Stp,
    TimeInForce,
    TradeType,
    isolated,
)
from tests.engine_checks import Mirror, Store, check, coins
from tests.engine_world import World

D = Decimal
T = TypeVar("T")
USERS = ("ann", "bob", "cid", "dee", "eve")
_PAIR_ACCOUNT = isolated("BTC-USDT")


# What kind of command, and the seed of all that it leaves to chance.
Command = tuple[str, int]
_WEIGHTS = {
    "spot_order": 30,
    "future_order": 34,
    "spot_cancel": 10,
    "future_cancel": 8,
    "amend": 3,
    "spot_stop": 3,
    "oco": 1,
    "future_stop": 4,
    "loan": 1,
    "transfer": 2,
    "setting": 3,
    "dead_man": 1,
    "tick": 8,
}


def commands(seed: int, count: int) -> list[Command]:
    """Return that many commands of every kind."""
    random = Random(seed)
    kinds = random.choices(list(_WEIGHTS), list(_WEIGHTS.values()), k=count)
    return [(kind, random.getrandbits(32)) for kind in kinds]


class Storm:
    """A world in a storm. Any part of a list of commands can be done: what one draws does not depend on the others.

    Attributes:
        done: How often each kind of command went through, and how often it was refused.
    """

    def __init__(self) -> None:
        self._random = Random()
        self.world = World(*USERS)
        self.engine = self.world.engine
        self.engine.add_user(Profile(id="bot", house=True))
        for currency in ("USDT", "BTC", "ODD"):
            self.engine.accounts.credit(self.world.now, "bot", TRADE, currency, D(10) ** 9)
        for user in USERS:
            for account, currency in ((MARGIN, "USDT"), (MARGIN, "BTC"), (_PAIR_ACCOUNT, "USDT")):
                self.engine.accounts.credit(self.world.now, user, account, currency, D(500))
        self.engine.futures_account.switch_position_mode(self.world.now, "eve", hedge=True)
        for user in ("dee", "eve"):
            self.engine.futures_account.change_margin_mode(self.world.now, user, "XBTUSDTM", MarginMode.CROSS)
        self.coins = coins(self.engine)
        self.mirror = Mirror(self.engine)
        self.store = Store()
        self.done: Counter[str] = Counter()
        self._spot_price = D(100)
        self._index = {"XBTUSDTM": D(50_000), "XBTUSDM": D(50_000)}
        self._oid = 0

    def do(self, command: Command) -> None:
        """Do one command, or have it refused."""
        name, seed = command
        self._random.seed(seed)
        try:
            getattr(self, name)()
            self.done[name] += 1
        except Refusal as refusal:
            self.done[f"{name} {refusal.reason.name}"] += 1

    def check(self) -> None:
        """Assert all that must hold."""
        check(self.engine)
        assert coins(self.engine) == self.coins
        done = self.engine.drain()
        self.store.take(done)
        self.mirror.take(done)
        self.mirror.check()

    # Chance ---------------------------------------------------------------------------------------------------

    def _user(self) -> str:
        return self._random.choice((*USERS, "bot"))

    def _pick(self, *of: T) -> T:
        return self._random.choice(of)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _next_oid(self) -> str:
        self._oid += 1
        return f"o{self._oid if self._chance(0.95) else self._oid // 2}"

    # Spot -----------------------------------------------------------------------------------------------------

    def _spot_request(self) -> SpotRequest:
        odd = self._chance(0.2)
        side = self._pick(*Side)
        trade_type = TradeType.TRADE if odd else self._pick(TradeType.TRADE, *TradeType)
        market = self._chance(0.15)
        by_funds = market and self._chance(0.5)
        size = D(self._random.randrange(1, 200)) if odd else D(self._random.randrange(1, 3 * 10**8)) / 10**8
        away = D(self._random.randrange(-10, 25)) / (1000 if odd else 10)
        middle = D(1) if odd else self._spot_price
        force = self._pick(TimeInForce.GTC, TimeInForce.GTC, *TimeInForce)
        return SpotRequest(
            symbol="ODD-USDT" if odd else "BTC-USDT",
            side=side,
            type=OrderType.MARKET if market else OrderType.LIMIT,
            price=None if market else middle - away if side is Side.BUY else middle + away,
            size=None if by_funds else size,
            funds=D(self._random.randrange(1, 40_000)) / 100 if by_funds else None,
            client_oid=self._next_oid() if self._chance(0.5) else None,
            time_in_force=force,
            cancel_after_s=self._random.randrange(1, 600) if force is TimeInForce.GTT else None,
            post_only=self._chance(0.1),
            stp=self._pick(None, None, *Stp),
            trade_type=trade_type,
            auto_borrow=self._chance(0.3),
            auto_repay=self._chance(0.3),
        )

    def spot_order(self) -> None:
        """Place something on a pair."""
        self.engine.spot.place(self.world.now, self._user(), self._spot_request())

    def spot_stop(self) -> None:
        """Let something wait for the last price."""
        price = self._spot_price + D(self._random.randrange(-30, 30)) / 10
        request = StopRequest(order=self._spot_request(), stop_price=price, stop=self._pick(None, "loss", "entry"))
        self.engine.spot.place_stop(self.world.now, self._user(), request)

    def oco(self) -> None:
        """Let two things wait."""
        side = self._pick(*Side)
        away = D(self._random.randrange(1, 20)) / 10 * (1 if side is Side.SELL else -1)
        request = OcoRequest(
            symbol="BTC-USDT",
            side=side,
            price=self._spot_price + away,
            size=D(1),
            stop_price=self._spot_price - away,
            limit_price=self._spot_price - away,
            client_oid=self._next_oid(),
        )
        self.engine.spot.place_oco(self.world.now, self._user(), request)

    def spot_cancel(self) -> None:
        """Cancel one, a part, all of a pair, or a stop."""
        user, now = self._user(), self.world.now
        live = [order for orders in self.engine.user(user).live.values() for order in orders.values()]
        spot = [order for order in live if order.symbol in self.engine.spot.markets]
        if self._chance(0.02):
            self.engine.spot.cancel_symbol(now, user, "BTC-USDT", trade_type=self._pick(*TradeType))
        elif self._chance(0.1) and self.engine.user(user).stops:
            self.engine.spot.stops.cancel(now, user, self._random.choice(list(self.engine.user(user).stops)))
        elif spot:
            order = self._random.choice(spot)
            if self._chance(0.1):
                part = D(1) if order.symbol == "ODD-USDT" else D("0.01")
                self.engine.spot.cancel_part(now, user, order.symbol, order.id, part)
            else:
                family = order.request.family
                self.engine.spot.cancel(now, user, order.symbol, order_id=order.id, family=family)

    def amend(self) -> None:
        """Change a resting order."""
        user = self._user()
        orders = list(self.engine.user(user).live.get("BTC-USDT", {}).values())
        if orders:
            order = self._random.choice(orders)
            price = order.price + D(self._random.randrange(-5, 5)) / 10
            size = (order.size or D(1)) + D(self._random.randrange(-50, 50)) / 100
            self.engine.spot.amend(
                self.world.now,
                user,
                "BTC-USDT",
                order_id=order.id,
                new_price=price if self._chance(0.7) else None,
                new_size=size if self._chance(0.7) else None,
            )

    def dead_man(self) -> None:
        """Arm or disarm the switch."""
        self.engine.spot.dead_cancel(self.world.now, self._user(), self._pick(-1, 5, 60), self._pick((), ("BTC-USDT",)))

    def loan(self) -> None:
        """Borrow or repay."""
        account, currency = self._pick(MARGIN, _PAIR_ACCOUNT), self._pick("USDT", "BTC")
        act = self._pick(self.engine.margin.borrow, self.engine.margin.repay)
        act(self.world.now, self._random.choice(USERS), account, currency, D(self._random.randrange(1, 10)))

    def transfer(self) -> None:
        """Move money about."""
        accounts = (MAIN, TRADE, MARGIN, _PAIR_ACCOUNT, CONTRACT)
        self.engine.accounts.transfer(
            self.world.now,
            self._random.choice(USERS),
            self._pick("USDT", "BTC"),
            D(self._random.randrange(1, 300)) / 10,
            source=self._pick(*accounts),
            target=self._pick(*accounts),
            to_user=self._random.choice(USERS) if self._chance(0.3) else None,
        )

    # Futures --------------------------------------------------------------------------------------------------

    def _future(self, **more: object) -> None:
        user, symbol = self._user(), self._pick("XBTUSDTM", "XBTUSDTM", "XBTUSDM")
        side, market = self._pick(*Side), self._chance(0.15)
        away = D(self._random.randrange(-30, 80))
        middle = self._index[symbol].quantize(D(1))
        price = None if market else middle - away if side is Side.BUY else middle + away
        hedge = self.engine.user(user).profile.hedge
        asked: dict[str, object] = {
            "symbol": symbol,
            "client_oid": self._next_oid(),
            "leverage": D(self._pick(1, 5, 20, 50, 100)),
            "margin_mode": self.engine.user(user).profile.modes.get(symbol, MarginMode.ISOLATED),
            "position_side": self._pick(PositionSide.LONG, PositionSide.SHORT) if hedge else PositionSide.BOTH,
            "time_in_force": self._pick(TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC),
            "reduce_only": self._chance(0.15),
            "force_hold": self._chance(0.1),
            "stp": self._pick(None, None, Stp.CN, Stp.CO, Stp.CB),
            "post_only": False,
        }
        size: int | None = self._random.randrange(1, 200 if symbol == "XBTUSDTM" else 20_000)
        if self._chance(0.05):
            asked["close_order"], size = True, None
        self.world.ask_future(user, None if size is None else side, price, size, **{**asked, **more})

    def future_order(self) -> None:
        """Place something on a contract, at times with take profit and stop loss."""
        if self._chance(0.05):
            near = self._index["XBTUSDTM"].quantize(D(1))
            self._future(up_price=near + 40, down_price=near - 40, price_type=self._pick(*PriceType))
        else:
            self._future()

    def future_stop(self) -> None:
        """Let something wait."""
        price = self._index["XBTUSDTM"].quantize(D(1)) + self._random.randrange(-100, 100)
        self._future(stop=self._pick("up", "down"), stop_price=price, price_type=self._pick(*PriceType))

    def future_cancel(self) -> None:
        """Cancel one, all of a contract, or the stops."""
        user, now = self._user(), self.world.now
        if self._chance(0.05):
            self.engine.futures.cancel_orders(now, user, self._pick(None, "XBTUSDTM"))
        elif self._chance(0.05):
            self.engine.futures.cancel_stops(now, user)
        else:
            live = [one for orders in self.engine.user(user).live.values() for one in orders.values()]
            mine = [one for one in live if one.account == CONTRACT]
            if mine:
                self.engine.futures.cancel(now, user, order_id=self._random.choice(mine).id)

    def setting(self) -> None:
        """Turn a knob of a futures account."""
        account, now, user = self.engine.futures_account, self.world.now, self._random.choice(USERS)
        side = self._pick(*PositionSide)
        amount = D(self._random.randrange(1, 100))
        knobs: tuple[Callable[[], object], ...] = (
            lambda: account.change_margin_mode(now, user, "XBTUSDTM", self._pick(*MarginMode)),
            lambda: account.change_cross_leverage(now, user, "XBTUSDTM", D(self._pick(1, 10, 100))),
            lambda: account.change_risk_level(now, user, "XBTUSDTM", self._pick(1, 2, 3)),
            lambda: account.add_margin(now, user, "XBTUSDTM", amount, side=side),
            lambda: account.remove_margin(now, user, "XBTUSDTM", amount, side=side),
            lambda: account.switch_position_mode(now, user, hedge=self._chance(0.5)),
        )
        self._pick(*knobs)()

    def tick(self) -> None:
        """Let time pass and prices move, at times far."""
        self.world.now += int(self._pick(100, 1_000, 60_000, 3_600_000))
        far = 20 if self._chance(0.03) else 1
        for symbol, price in self._index.items():
            self._index[symbol] = max(D(20_000), price + far * self._random.randrange(-200, 200))
        self._spot_price = max(D(50), self._spot_price + far * D(self._random.randrange(-15, 15)) / 10)
        self.engine.tick(
            self.world.now,
            coins={"BTC": self._spot_price},
            index=self._index,
            rates={symbol: D(self._random.randrange(-20, 20)) / 10_000 for symbol in self._index},
        )
