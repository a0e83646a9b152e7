"""The engine against a naive model, under random schedules, and over a restart."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kucoin.practice.engine.engine import Engine, Saved
from kucoin.practice.engine.state import HOUSE
from kucoin.practice.engine.terms import TRADE, Stp, TimeInForce
from tests.engine_checks import Store, check
from tests.engine_shrink import survive
from tests.engine_world import BTC_USDT, COINS, INDEX, LOANS, NOW, ODD_USDT, XBTUSDM, XBTUSDTM, World

D = Decimal
USERS = ("ann", "bob", "cid")
Ask = tuple[str, str, int, int, str, str | None]


class Naive:
    """An exchange as one would explain it: a list of orders, searched from the start for every trade."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.trades: list[tuple[str, str, Decimal, Decimal]] = []
        self.money = {(user, coin): D(10_000) for user in USERS for coin in ("BTC", "USDT")}
        self.fees = D(0)

    def place(self, name: str, asked: Ask) -> None:
        """Let an order in, trade it as far as it goes, and keep what is left if it may stay."""
        user, side, price, size, force, stp = asked
        order = {"name": name, "user": user, "side": side, "price": D(price), "left": D(size)}
        stp = "CN" if force == "FOK" else stp
        if force == "FOK" and not self._fits(order):
            return
        while order["left"] > 0 and (maker := self._best(order)):
            if maker["user"] == user and stp:
                if stp == "DC":
                    both = min(order["left"], maker["left"])
                    order["left"] -= both
                    maker["left"] -= both
                if stp in {"CO", "CB"}:
                    maker["left"] = D(0)
                if stp in {"CN", "CB"}:
                    order["left"] = D(0)
            else:
                self._trade(order, maker)
            self.orders = [one for one in self.orders if one["left"] > 0]
        if order["left"] > 0 and force == "GTC":
            self.orders.append(order)

    def cancel(self, name: str) -> None:
        """Take an order out, if it is there."""
        self.orders = [one for one in self.orders if one["name"] != name]

    def _meets(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        """What the order would trade with, in that order: by price, and the list is in order of time."""
        sign = 1 if order["side"] == "buy" else -1
        facing = [one for one in self.orders if one["side"] != order["side"]]
        reached = [one for one in facing if sign * (order["price"] - one["price"]) >= 0]
        return sorted(reached, key=lambda one: sign * one["price"])

    def _best(self, order: dict[str, Any]) -> dict[str, Any] | None:
        return next(iter(self._meets(order)), None)

    def _fits(self, order: dict[str, Any]) -> bool:
        wanted = order["left"]
        for one in self._meets(order):
            if wanted <= 0:
                break
            if one["user"] == order["user"]:
                return False
            wanted -= one["left"]
        return wanted <= 0

    def _trade(self, taker: dict[str, Any], maker: dict[str, Any]) -> None:
        size, price = min(taker["left"], maker["left"]), maker["price"]
        self.trades.append((taker["name"], maker["name"], price, size))
        fee = (size * price * D("0.001")).quantize(D("1E-10"), ROUND_FLOOR)
        for one in (taker, maker):
            one["left"] -= size
            sign = 1 if one["side"] == "buy" else -1
            self.money[one["user"], "BTC"] += sign * size
            self.money[one["user"], "USDT"] -= sign * size * price + fee
            self.fees += fee


ORDERS = st.tuples(
    st.sampled_from(USERS),
    st.sampled_from(["buy", "sell"]),
    st.integers(96, 104),
    st.integers(1, 6),
    st.sampled_from(["GTC", "GTC", "GTC", "IOC", "FOK"]),
    st.sampled_from([None, None, "CN", "CO", "CB", "DC"]),
)
CANCELS = st.integers(0, 40)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(ORDERS, ORDERS, ORDERS, CANCELS), max_size=40))
def test_the_engine_trades_as_the_naive_model_does(
    acts: list[Ask | int],
) -> None:
    """Same trades in the same order, same orders left, same money."""
    world, naive = World(*USERS), Naive()
    for number, act in enumerate(acts):
        if isinstance(act, int):
            naive.cancel(f"o{act}")
            for user in USERS:
                for order in list(world.engine.user(user).live.get("BTC-USDT", {}).values()):
                    if order.client_oid == f"o{act}":
                        world.engine.spot.cancel(world.now, user, "BTC-USDT", order_id=order.id)
            continue
        naive.place(f"o{number}", act)
        user, side, price, size, force, stp = act
        world.limit(
            user,
            side,
            D(price),
            D(size),
            client_oid=f"o{number}",
            time_in_force=TimeInForce(force),
            stp=Stp(stp) if stp else None,
        )
    done = world.engine.drain()
    names = {order.id: order.client_oid for order in done.orders}
    taken = [fill for fill in done.fills if fill.is_taker]
    assert [(names[f.order_id], names[f.counter_order_id], f.price, f.size) for f in taken] == naive.trades
    live = [one for user in USERS for one in world.engine.user(user).live.get("BTC-USDT", {}).values()]
    assert {one.client_oid: one.remaining for one in live} == {one["name"]: one["left"] for one in naive.orders}
    assert {(user, coin): world.total(user, coin) for user, coin in naive.money} == naive.money
    assert world.total(HOUSE, "USDT") == naive.fees
    check(world.engine)


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_appears_or_vanishes_in_a_storm(seed: int) -> None:
    """10,000 random commands each: coins, holds, books, ledgers and positions agree throughout."""
    storm = survive(seed, 10_000, every=20)
    assert sum(storm.done.values()) == 10_000


def picture(engine: Engine) -> dict[str, object]:
    """All that belongs to users who are not the house."""
    return {
        user.id: (
            user.profile,
            {key: one for key, one in user.balances.items() if one.total or one.liability},
            {key: one for key, one in user.wallets.items() if one.total},
            user.positions,
            {symbol: orders for symbol, orders in user.live.items() if orders},
            user.stops,
            user.spot_count,
        )
        for user in engine.users()
        if not user.house
    }


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_an_engine_goes_on_where_it_was_stopped(seed: int) -> None:
    """What was drained is all it takes; numbers go on rising, and the house holds the other side of the positions."""
    storm = survive(seed, 1_500, every=25)
    kept = msgspec.json.decode(msgspec.json.encode(storm.store.saved()), type=Saved)
    engine = Engine(now_ms=NOW, pairs=(BTC_USDT, ODD_USDT), contracts=(XBTUSDTM, XBTUSDM), loans=LOANS)
    engine.load(kept)
    assert picture(engine) == picture(storm.engine)
    check(engine)
    engine.tick(storm.world.now, coins=COINS, index=INDEX)
    for user in engine.users():
        engine.spot.cancel_all(storm.world.now, user.id)
        engine.futures.cancel_orders(storm.world.now, user.id)
        engine.futures.cancel_stops(storm.world.now, user.id)
    check(engine)
    assert not any(user.balance(TRADE, "USDT").hold for user in engine.users())
    assert engine.drain().serial >= kept.serial


def test_resting_orders_keep_their_places_over_a_restart() -> None:
    """Time priority is that of the first time; a stop and a time to live go on as well."""
    world = World(*USERS)
    for user in USERS:
        world.limit(user, "buy", "99", "1", time_in_force=TimeInForce.GTT, cancel_after_s=60)
    store = Store()
    store.take(world.engine.drain())
    world.engine = Engine(now_ms=NOW, pairs=(BTC_USDT,), contracts=(XBTUSDTM,), loans=LOANS)
    world.engine.load(store.saved())
    world.limit("cid", "sell", "99", "1.5")
    assert [fill.user for fill in world.engine.drain().fills if not fill.is_taker] == ["ann", "bob"]
    world.later(60)
    assert not any(user.spot_count for user in world.engine.users())
