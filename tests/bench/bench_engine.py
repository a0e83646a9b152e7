"""How many commands a second the matching engine carries out, in one process. Printed, never asserted.

Run: .venv/bin/python tests/bench/bench_engine.py
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kucoin.practice.engine.records import Order, Profile
from kucoin.practice.engine.requests import FuturesRequest, SpotRequest
from kucoin.practice.engine.terms import CONTRACT, TRADE, Side
from tests.engine_world import NOW, World

COMMANDS = 60_000
RESTING = 150
RICH = Decimal(10) ** 12


def world(*, house: bool) -> World:
    """Two users rich enough for everything."""
    made = World()
    for user in ("one", "two"):
        made.engine.add_user(Profile(id=user, house=house))
        for currency in ("USDT", "BTC"):
            made.engine.accounts.credit(NOW, user, TRADE, currency, RICH)
        made.engine.accounts.credit(NOW, user, CONTRACT, "USDT", RICH)
    return made


def spot(random: Random, number: int) -> SpotRequest:
    """A limit order near 100, one in ten of which trades."""
    side = random.choice((Side.BUY, Side.SELL))
    away = Decimal(random.randrange(-3, 40)) / 10
    return SpotRequest(
        symbol="BTC-USDT",
        side=side,
        price=100 - away if side is Side.BUY else 100 + away,
        size=Decimal(random.randrange(10**3, 10**6)) / 10**5,
        client_oid=f"o{number}",
    )


def future(random: Random, number: int) -> FuturesRequest:
    """The same on a contract, near 50,000."""
    side = random.choice((Side.BUY, Side.SELL))
    away = Decimal(random.randrange(-3, 40))
    return FuturesRequest(
        symbol="XBTUSDTM",
        client_oid=f"o{number}",
        side=side,
        price=50_000 - away if side is Side.BUY else 50_000 + away,
        size=Decimal(random.randrange(1, 5)),
        leverage=Decimal(10),
    )


def rate(made: World, requests: list[SpotRequest] | list[FuturesRequest]) -> tuple[float, float, int]:
    """Place all of them, keep at most so many resting, drain as the wire does.

    Returns:
        Commands a second of CPU, the same by the clock on the wall, and trades.
    """
    random, engine = Random(2), made.engine
    resting: list[Order] = []
    trades = commands = 0
    place: Callable[..., object] = engine.spot.place if isinstance(requests[0], SpotRequest) else engine.futures.place
    start, wall = process_time(), perf_counter()
    for number, request in enumerate(requests):
        order = place(NOW, "one" if number % 2 else "two", request)
        assert isinstance(order, Order)
        commands += 1
        if order.active:
            resting.append(order)
        if len(resting) > RESTING:
            old = resting.pop(random.randrange(RESTING))
            if old.active and old.account == TRADE:
                engine.spot.cancel(NOW, old.user, old.symbol, order_id=old.id)
                commands += 1
            elif old.active:
                engine.futures.cancel(NOW, old.user, order_id=old.id)
                commands += 1
        if number % 20 == 0:
            trades += len(engine.drain().fills)
    return commands / (process_time() - start), commands / (perf_counter() - wall), trades


def main() -> None:
    """Print both markets, for recorded users and for the house's bots."""
    for name, make in (("spot", spot), ("futures", future)):
        for house in (False, True):
            random = Random(1)
            requests = [make(random, number) for number in range(COMMANDS)]
            speed, by_wall, fills = rate(world(house=house), requests)  # type: ignore[arg-type]
            who = "house users" if house else f"users, {fills} fills recorded"
            print(f"{name:8} {speed:9,.0f} places and cancels a second of CPU, {by_wall:9,.0f} a second ({who})")


if __name__ == "__main__":
    main()
