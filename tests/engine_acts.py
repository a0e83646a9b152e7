"""Things that ann does, for tests of what she is refused: each takes a world and does it there."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from kucoin.practice.engine.refusals import TABLE, Reason, Refusal
from kucoin.practice.engine.requests import OcoRequest, SpotRequest, StopRequest
from kucoin.practice.engine.terms import (
    MARGIN,
    Family,
    OrderType,
    Side,
    Status,
    TradeType,
)
from tests.engine_world import World

D = Decimal
Act = Callable[[World], object]
CROSS = {"trade_type": TradeType.CROSS}


def limit(price: str = "100", size: str = "1", side: str = "buy", **more: object) -> Act:
    """Ann's limit order on BTC-USDT."""
    return lambda world: world.limit("ann", side, price, size, **more)


def market(side: str = "buy", **more: object) -> Act:
    """Ann's market order on BTC-USDT."""
    return lambda world: world.market("ann", side, **more)


def future(side: str | None = "buy", price: str | None = "50000", size: int | None = 1, **more: object) -> Act:
    """Ann's order on XBTUSDTM."""
    return lambda world: world.ask_future("ann", side, price, size, **more)


def status(status: Status, act: Act, symbol: str = "BTC-USDT") -> Act:
    """Put the instrument into ``status`` first."""
    return first(lambda world: world.engine.set_status(symbol, status), act)


def first(*acts: Act) -> Act:
    """Do one thing after the other; the last is refused."""

    def all_of(world: World) -> None:
        for act in acts:
            act(world)

    return all_of


def cancel(**more: object) -> Act:
    """Ann cancels an order on BTC-USDT, by default the only one."""

    def act(world: World) -> None:
        live = world.engine.user("ann").live.get("BTC-USDT", {})
        asked = {"order_id": next(iter(live), "gone"), **more}
        world.engine.spot.cancel(world.now, "ann", "BTC-USDT", **asked)  # type: ignore[arg-type]

    return act


def stop(stop_price: str = "99", kind: str | None = None, **more: object) -> Act:
    """Ann's stop on BTC-USDT."""

    def act(world: World) -> None:
        asked = {"symbol": "BTC-USDT", "side": Side.SELL, "type": OrderType.MARKET, "size": D(1), **more}
        request = StopRequest(order=SpotRequest(**asked), stop_price=D(stop_price), stop=kind)  # type: ignore[arg-type]
        world.engine.spot.place_stop(world.now, "ann", request)

    return act


def oco(stop_price: str = "95", **more: object) -> Act:
    """Ann's OCO on BTC-USDT, whose last price is 100."""

    def act(world: World) -> None:
        world.limit("bob", "sell", "100", "1")
        world.limit("cid", "buy", "100", "1")
        request = OcoRequest(
            symbol="BTC-USDT",
            side=Side.SELL,
            price=D(105),
            size=D(1),
            stop_price=D(stop_price),
            limit_price=D(90),
            client_oid="oco",
            **more,  # type: ignore[arg-type]
        )
        world.engine.spot.place_oco(world.now, "ann", request)

    return act


def held(lots: int = 100, **more: object) -> Act:
    """Ann buys lots from bob, at 50,000."""

    def act(world: World) -> None:
        world.future("bob", "sell", "50000", lots)
        world.future("ann", "buy", "50000", lots, **more)

    return act


def quotes(world: World) -> None:
    """Bob bids 100 for spot coins and asks 101."""
    world.limit("bob", "buy", "100", "1")
    world.limit("bob", "sell", "101", "1")


def account(name: str, *args: object, **more: object) -> Act:
    """A setting of ann's futures account."""
    return lambda world: getattr(world.engine.futures_account, name)(world.now, "ann", *args, **more)


def margin(name: str, *args: object) -> Act:
    """Something ann does with her cross margin account."""
    return lambda world: getattr(world.engine.margin, name)(world.now, "ann", MARGIN, *args)


def fund(amount: str = "1000") -> Act:
    """Give ann's cross account some USDT."""
    return lambda world: world.engine.accounts.credit(world.now, "ann", MARGIN, "USDT", D(amount))


def repeat(count: int, act: Act) -> Act:
    """Do it over and over."""
    return first(*[act] * count)


def in_liquidation(world: World) -> None:
    """Ann owes almost all that her cross account holds, and nobody buys it."""
    fund()(world)
    world.limit("bob", "sell", "100", "40")
    world.limit("ann", "buy", "100", "40", auto_borrow=True, **CROSS)
    world.later(1, BTC=D(70))


def spread_orders(count: int, **more: object) -> Act:
    """Small orders at many prices."""

    def act(world: World) -> None:
        for number in range(count):
            world.limit("ann", "buy", str(D(number) / 10 + 1), "0.5", **more)

    return act


def many_pairs(**more: object) -> Act:
    """As many orders as a user may have, over made-up pairs."""

    def act(world: World) -> None:
        world.engine.user("ann").spot_count = 2000
        world.limit("ann", "buy", "100", "1", **more)

    return act


Case = tuple[Reason, str, str, Act]


def refused(act: Act) -> Refusal:
    """Do it and return the refusal."""
    try:
        act(World())
    except Refusal as refusal:
        return refusal
    raise AssertionError("nothing was refused")


def missing(family: Family, cases: list[Case]) -> set[Reason]:
    """The refusals of a family that no case asks for."""
    return set(TABLE[family]) - {case[0] for case in cases}
